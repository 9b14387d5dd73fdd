"""Chapter 16: a method that states intervals, and the ranks of the truth among its draws."""

import math
from random import Random

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, bars, line
from mini_autodiff import lax

PATIENTS, DRAWS, READINGS, SEED = 300, 9, 10, 16
SD = 1 / math.sqrt(READINGS + 1)  # of the exact posterior: prior N(0, 1), readings N(theta, 1)
LEVEL = PATIENTS / (DRAWS + 1)
SPREAD = math.sqrt(LEVEL * DRAWS / (DRAWS + 1))  # of the count of one rank, if the method is right
GRID = [round(-1.6 + 0.04 * k, 2) for k in range(81)]


def patients(seed=SEED):
    """Levels from the prior, the mean of ten readings of each, and what the draws are made of."""
    draw = Random(seed)
    theta = [draw.gauss(0, 1) for _ in range(PATIENTS)]
    return {
        "theta": [round(t, 3) for t in theta],
        "mean": [round(t + draw.gauss(0, 1) / math.sqrt(READINGS), 3) for t in theta],
        "eps": [[round(draw.gauss(0, 1), 2) for _ in theta] for _ in range(DRAWS)],
    }


def answer(mean, shift, width):
    """Centre and spread of the answer; (0, 1) is the exact posterior."""
    return READINGS / (READINGS + 1) * mean + shift * SD, width * SD


def ranks(theta, centre, spread, eps):
    """How many of each patient's draws lie below the truth."""

    def below(rank, eps):
        return rank + jnp.where(centre + spread * eps < theta, 1.0, 0.0), None

    return lax.scan(below, 0.0 * theta, eps)[0]


def histogram(rank):
    """How many patients have each rank from 0 to DRAWS."""
    return jnp.stack([jnp.sum(jnp.where(jnp.abs(rank - r) < 0.5, 1.0, 0.0)) for r in RANKS])


def program(p, data, *, answer=answer):
    centre, spread = answer(data["mean"], p["shift"], p["width"])
    counts = histogram(ranks(data["theta"], centre, spread, data["eps"]))
    one, width = answer(0.0, p["shift"], p["width"])
    gap = (data["grid"] - one) / width
    return {
        "counts": counts,
        "claimed": jnp.exp(-(gap**2) / 2) / (width * math.sqrt(2 * math.pi)),
        "chi": jnp.sum((counts - LEVEL) ** 2) / LEVEL,
        "inside": 100 * jnp.sum(counts[1:DRAWS]) / PATIENTS,
    }


RANKS = list(range(DRAWS + 1))
DATA = {**patients(), "grid": GRID}


def band(ax, ink):
    """Where nine counts in ten lie that come from level ranks, and the level itself."""
    ax.axhspan(LEVEL - 1.64 * SPREAD, LEVEL + 1.64 * SPREAD, color=ink["grid"], lw=0)
    ax.axhline(LEVEL, color=ink["muted"], lw=0.8)


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2, height_ratios=[1, 1.5])
    exact = [math.exp(-((x / SD) ** 2) / 2) / (SD * math.sqrt(2 * math.pi)) for x in GRID]
    above.plot(GRID, exact, color=ink["posterior"], lw=3)
    (claimed,) = above.plot(GRID, out["claimed"], color=ink["proposal"])
    above.set(xlim=(-1.6, 1.6), ylim=(0, 2.8), yticks=[], xlabel="hormone level θ of one patient")
    above.set_title("green: exact, violet: claimed. Make it narrower", loc="left")
    band(below, ink)
    boxes = below.bar(RANKS, out["counts"], 0.85, color=ink["proposal"], alpha=0.6)
    below.set(xlim=(-0.6, DRAWS + 0.6), ylim=(0, 125), xticks=RANKS, ylabel="patients")
    below.set_xlabel("rank: how many of 9 draws lie below the truth")
    return {claimed: line("grid", "claimed"), boxes: bars("counts")}


figure = Explorable(
    name="is_it_right",
    title="A claimed posterior beside the exact one, and the ranks of 300 true levels among draws",
    sliders={
        "width": Slider("width of the claim", 0.4, 2.0, 1.0, step=0.1, unit="exact sd"),
        "shift": Slider("shift of the claim", -1.5, 1.5, 0.0, step=0.1, unit="exact sd"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 4.2),
    sentence=Sentence(
        "Of 300 levels {inside:.0f} % lie between the lowest and the highest of their nine draws; "
        "80 % should. Chi-squared is {chi:.0f}{so}",
        so=("chi", [
            (16.9, ": level ranks give less than 16.9 nineteen times in twenty."),
            (None, ": level ranks give more than 16.9 once in twenty. This is not chance."),
        ]),
    ),
    presets={
        "right": {"width": 1.0, "shift": 0.0}, "too sure": {"width": 0.5, "shift": 0.0},
        "too shy": {"width": 2.0, "shift": 0.0}, "shifted": {"width": 1.0, "shift": 1.0},
    },
)  # fmt: skip
