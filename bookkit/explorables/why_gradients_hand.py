"""Chapter 1: the reader fits hare and lynx by hand, with four sliders and one score."""

import math

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.data import load
from bookkit.live import Explorable, Keep, Sentence, Slider, line, text
from mini_autodiff import lax, ode

STEPS_A_YEAR = 20
START = {"alpha": 0.8, "beta": 0.04, "gamma": 0.6, "delta": 0.03}
pelts = load("hare_lynx_1900_1920")
DATA = {
    "t": [k / STEPS_A_YEAR for k in range(20 * STEPS_A_YEAR + 1)],
    "hares": pelts["hare"],
    "lynxes": pelts["lynx"],
}


def vector_field(t, u, p):
    """Change a year of hares x and lynx y, in thousands."""
    x, y = u
    hares = p["alpha"] * x - p["beta"] * x * y
    lynx = p["delta"] * x * y - p["gamma"] * y
    return jnp.array([hares, lynx])


def trajectory(p, data, vector_field=vector_field):
    """(hares, lynx) at the times data["t"], from the counts of 1900, by steps of Runge-Kutta."""

    def advance(u, t):
        return ode.step(ode.RK4, vector_field, t, u, 1 / STEPS_A_YEAR, p), (u[0], u[1])

    return lax.scan(advance, jnp.array([data["hares"][0], data["lynxes"][0]]), data["t"])[1]


def misfit(p, data, vector_field=vector_field):
    """Sum, over years and species, of the squared differences of logarithms."""
    return _misfit(trajectory(p, data, vector_field), data)


def typical_factor(loss):
    """By what factor the curves miss a typical count, from the misfit to 42 counts."""
    return math.exp(math.sqrt(loss / (2 * len(DATA["hares"]))))


def _misfit(states, data):
    off = [
        jnp.log(curve[::STEPS_A_YEAR] / counts)
        for curve, counts in zip(states, (data["hares"], data["lynxes"]), strict=True)
    ]
    return jnp.sum(off[0] ** 2) + jnp.sum(off[1] ** 2)


def program(p, data, *, vector_field=vector_field):
    states = trajectory(p, data, vector_field)
    loss = _misfit(states, data)
    return {
        "hare": states[0], "lynx": states[1], "misfit": loss,
        "factor": jnp.exp(jnp.sqrt(loss / (2 * len(data["hares"])))),
    }  # fmt: skip


def draw(fig, out):
    ink, tags = style.colour, {}
    for name, counts, ax, top in zip(
        ("hare", "lynx"), ("hares", "lynxes"), fig.subplots(2, sharex=True), (110, 90), strict=True
    ):
        ax.plot(DATA["t"], out[name], color=ink["grid"], lw=3)  # the ghost of the start
        ax.plot(range(21), DATA[counts], "o", ms=4.5, mew=0, color=ink[name], alpha=0.7)
        (curve,) = ax.plot(DATA["t"], out[name], color=ink[name])
        tags[curve] = line("t", name)
        ax.set(ylim=(0, top), yticks=[0, 40, 80], ylabel=name)
        if name == "hare":
            ax.set_title("Turn α first. Pelts a year, in thousands", loc="left")
            score = ax.text(20.3, 98, "score", ha="right", color=ink["loss"], weight="bold")
            tags[score] = text("off by a factor of {factor:.2f}")
    years = [0, 5, 10, 15, 20]
    ax.set(xlim=(-0.5, 20.5), xticks=years, xticklabels=[1900 + t for t in years])
    return tags


figure = Explorable(
    name="why_gradients_hand",
    title="Hare and lynx, 1900 to 1920: counts as dots, your curves, and the curves of the start",
    sliders={
        "alpha": Slider("hares breed", 0.2, 1.2, START["alpha"], 0.01, "α", "/ year"),
        "beta": Slider("hares eaten", 0.01, 0.06, START["beta"], 0.0005, "β", "/ year / 1000"),
        "gamma": Slider("lynx die", 0.2, 1.4, START["gamma"], 0.01, "γ", "/ year"),
        "delta": Slider("lynx fed", 0.01, 0.06, START["delta"], 0.0005, "δ", "/ year / 1000"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.6),
    sentence=Sentence(
        "Your curves miss a typical count by a factor of {factor:.2f} (misfit {misfit:.1f}): "
        "{verdict}. Grey: the curves of the start.",
        verdict=("factor", [
            (1.345, "as good as these four sliders can be"),
            (1.43, "very close to the best that these four sliders can do"),
            (1.6, "a good fit, and better ones exist"),
            (2.0, "the first cycle may be right; look at the second"),
            (None, "far from the counts"),
        ]),
    ),
    keep=Keep("hand fit", score="misfit"),
)  # fmt: skip
