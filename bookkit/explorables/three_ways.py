"""Chapter 2: zoom in on a curve until the computer's numbers show through."""

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line, points

DOSE = 2.0
STOPS = [10.0**-n for n in range(18)]


def response(x):
    """Share of receptors taken at dose x: Hill's curve with exponent 2, half of them at dose 1."""
    return x * x / (1.0 + x * x)


def program(p, data, *, response=response):
    h = sum(jnp.where(p["n"] == n, step, 0.0) for n, step in enumerate(STOPS))
    at, exact = ad.jvp(response, (DOSE,), (1.0,))
    seen = (response(DOSE + h * data["s"]) - at) / h
    slope = (response(DOSE + h) - at) / h
    return {
        "seen": seen,
        "slope": slope,
        "secant": slope * data["s"],
        "end": jnp.stack([slope]),
        "exact": exact,
        "tangent": exact * data["s"],
        "error": jnp.abs(slope - exact),
    }


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    s = DATA["s"]
    (tangent,) = ax.plot(s, out["tangent"], color=ink["tangent"], lw=5, alpha=0.35)
    (curve,) = ax.plot(s, out["seen"], ".", ms=4, color=ink["ink"])
    (secant,) = ax.plot(s, out["secant"], "--", color=ink["loss"])
    (end,) = ax.plot([1.0], out["end"], "o", ms=7, color=ink["loss"])
    ax.set(xlim=(-1.05, 1.05), ylim=(-0.36, 0.36), xticks=[-1, 0, 1], yticks=[-0.3, 0, 0.3])
    ax.set_xticklabels(["dose 2 − h", "dose 2", "dose 2 + h"])
    ax.set_ylabel("change of response / h")
    ax.set_title("make h smaller: when is the dashed slope best?")
    ax.text(-0.98, 0.28, "exact slope", color=ink["tangent"])
    ax.text(-0.98, 0.21, "dashed: difference quotient", color=ink["loss"])
    return {
        tangent: line("s", "tangent"),
        curve: points("s", "seen"),
        secant: line("s", "secant"),
        end: points("one", "end"),
    }


DATA = {"s": [k / 50 for k in range(-50, 51)], "one": [1.0]}

figure = Explorable(
    name="three_ways",
    title="A dose-response curve around dose 2, seen through a window of width 2 h",
    sliders={"n": Slider("step h = 10⁻ⁿ, n", 0, 17, 0, 1)},
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.0),
    sentence=Sentence(
        "With h = 10 to the minus {n} the quotient says {slope:.8f}. The slope is {exact:.4f}, so "
        "it is off by {error:.0e}{verdict}",
        verdict=("error", [
            (1e-7, ", which is as good as it gets."),
            (1e-2, "."),
            (None, ": at most one digit is right."),
        ]),
    ),
    presets={"h = 1": {"n": 0}, "h = 1e-8": {"n": 8}, "h = 1e-15": {"n": 15},
             "break it": {"n": 17}},
)  # fmt: skip
