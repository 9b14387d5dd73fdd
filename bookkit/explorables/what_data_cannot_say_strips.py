"""Chapter 9: a count draws a strip in the plane of two parameters; strips make an ellipse."""

import math

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line

DAYS, EDGE, SIDE = 5, 1.6, 2.5  # the frame; a strip that is not counted lies on its sides
HARDLY = 1e-6  # what a single day is granted to know of r, so that its errors are numbers
ANGLES = [2 * math.pi * k / 90 for k in range(91)]


def program(p, data):
    """Fisher's matrix of counts first * growth**t, by a = log first and r = log growth."""
    aa, ar, rr = 0.0, 0.0, 0.0
    out = {}
    for t in range(DAYS):
        count = p["first"] * p["growth"] ** t
        counted = jnp.where(p["days"] > t + 0.5, 1.0, 0.0)
        width = 1 / jnp.sqrt(count)  # one standard error
        high = jnp.minimum(EDGE, (SIDE - width) / max(t, 1))  # up to the frame
        out[f"r{t}"] = (counted * high + (1 - counted) * EDGE) * data["ends"]
        slant = -t * out[f"r{t}"]
        aa, ar, rr = aa + counted * count, ar + counted * t * count, rr + counted * t * t * count
        out[f"low{t}"] = counted * (slant - width) - (1 - counted) * SIDE
        out[f"high{t}"] = counted * (slant + width) + (1 - counted) * SIDE
    det = aa * rr - ar * ar
    root = jnp.sqrt(aa)
    rest = jnp.sqrt(jnp.maximum(det / aa, 0.05))  # of Cholesky's triangle; a needle leaves the page
    r = data["sine"] / rest
    return out | {
        "a": (data["cosine"] - ar / root * r) / root, "r": r,
        "sd_a": jnp.sqrt((rr + HARDLY) / (det + HARDLY * aa)), "det": det,
        "sd_r": jnp.sqrt(aa / (det + HARDLY * aa)),
    }  # fmt: skip


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    moves = {}
    for t in range(DAYS):
        for side in ("low", "high"):
            (edge,) = ax.plot(out[f"{side}{t}"], out[f"r{t}"], color=ink["muted"], lw=0.8)
            moves[edge] = line(f"{side}{t}", f"r{t}")
    (ring,) = ax.plot(out["a"], out["r"], color=ink["posterior"], lw=2.2)
    ax.plot([0], [0], "+", color=ink["truth"], ms=9)
    ax.set(xlim=(-SIDE, SIDE), ylim=(-EDGE, EDGE), ylabel="r, from the truth")
    ax.set_xlabel("a, from the truth")
    ax.set_title("one strip a day: what do they leave together?")
    return moves | {ring: line("a", "r")}


DATA = {
    "ends": [-1.0, 1.0],
    "cosine": [math.cos(t) for t in ANGLES],
    "sine": [math.sin(t) for t in ANGLES],
}

figure = Explorable(
    name="what_data_cannot_say_strips",
    title="The plane of start and growth: a strip for each day counted, and Fisher's ellipse",
    sliders={
        "days": Slider("days counted", 1, DAYS, 3, 1),
        "first": Slider("count on the first day", 1, 10, 1, 1),
        "growth": Slider("times as many each day", 1.0, 3.0, 2.0, 0.25),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.2),
    sentence=Sentence(
        "The determinant of the information is {det:.0f}; standard error of a {sd_a:.2f}, of r "
        "{sd_r:.2f}{verdict}",
        verdict=("det", [
            (0.5, ", which stands for infinity: one day leaves r free, and the strip has no ends."),
            (None, "."),
        ]),
    ),
    presets={
        "three days": {"days": 3, "first": 1, "growth": 2.0},
        "two days": {"days": 2, "first": 1, "growth": 2.0},
        "break it: one day": {"days": 1, "first": 1, "growth": 2.0},
        "ten boys, not one": {"days": 3, "first": 10, "growth": 2.0},
    },
)  # fmt: skip
