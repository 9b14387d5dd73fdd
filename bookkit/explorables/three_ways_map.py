"""Chapter 2: a population from year to year, and the tangent that every year carries along."""

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line, points
from mini_autodiff import lax

YEARS, FIRST, STABLE = 40, 0.2, 2.8


def population(r):
    """Share of the largest possible population in each year: May's logistic map, from FIRST."""
    step = lambda x, _: (r * x * (1.0 - x), x)  # noqa: E731
    return lax.scan(step, FIRST, None, length=YEARS + 1)[1]


def program(p, data):
    x, tangent = ad.jvp(population, (p["r"],), (1.0,))
    digits = jnp.log10(jnp.maximum(jnp.abs(tangent), 1e-9))  # year 0 does not depend on r
    return {"x": x, "digits": digits, "last": tangent[YEARS], "size": jnp.abs(tangent[YEARS])}


def draw(fig, out):
    above, below = fig.subplots(2, 1, sharex=True)
    ink, year = style.colour, DATA["year"]
    above.plot(year, out["x"], "-", lw=1.5, color=ink["grid"])  # the start, to compare with
    moving = {}
    for ax, name, colour in ((above, "x", "hare"), (below, "digits", "tangent")):
        (path,) = ax.plot(year, out[name], lw=1, color=ink[colour])
        (dots,) = ax.plot(year, out[name], "o", ms=3, mew=0, color=ink[colour])
        moving |= {path: line("year", name), dots: points("year", name)}
    above.set(ylim=(0, 1), yticks=[0, 0.5, 1], xlim=(-1, YEARS + 1))
    above.set_title("population, share of the most possible (grey: r = 2.8)")
    below.set(ylim=(-9.5, 14), yticks=[-8, 0, 8], xlabel="year")
    below.set_yticklabels(["1e-8", "1", "1e8"])
    below.set_title("size of its tangent by r")
    return moving


DATA = {"year": [float(k) for k in range(YEARS + 1)]}

figure = Explorable(
    name="three_ways_map",
    title="A population in discrete years, and the size of its derivative by the growth rate",
    sliders={"r": Slider("growth", 1.5, 4.0, STABLE, 0.01, "r", "a year")},
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.6),
    sentence=Sentence(
        "In year 40 a unit more of r would move the population by {last:.2f} of its maximum"
        "{verdict}",
        verdict=("size", [
            (10.0, ": a forecast one can use."),
            (1e4, ": far more than there is room for, so only for a tiny change of r."),
            (None, ". The number is exact, and no use: the population can only lie between "
                   "0 and 1."),
        ]),
    ),
    presets={"settles": {"r": 2.8}, "every other year": {"r": 3.2}, "break it": {"r": 3.9}},
)  # fmt: skip
