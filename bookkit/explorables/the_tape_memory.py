"""Chapter 3: forty slopes from one walk back: which summers does a population remember?"""

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line, points
from mini_autodiff import lax

YEARS, FIRST, START, FLOOR = 40, 0.2, 2.8, 1e-12


def population(rates):
    """Shares of the largest possible population, the last and all: May's map, a rate a year."""
    return lax.scan(lambda x, r: (r * x * (1.0 - x), x), FIRST, rates)


def program(p, data, *, population=population):
    rates = p["r"] + 0.0 * data["year"]
    (_, x), pull = ad.vjp(population, rates)
    (slopes,) = pull((1.0, 0.0 * x))
    sizes = jnp.maximum(jnp.abs(slopes), FLOOR)
    heard = jnp.sum(jnp.where(sizes > 0.001, 1.0, 0.0))
    return {
        "x": x,
        "digits": jnp.log10(sizes),
        "latest": slopes[YEARS - 1],
        "first": sizes[0],
        "heard": heard,
    }


def draw(fig, out):
    above, below = fig.subplots(2, 1, sharex=True)
    ink, year = style.colour, DATA["year"]
    above.plot(year, out["x"], "-", lw=1.5, color=ink["grid"])  # the start, to compare with
    below.plot(year, out["digits"], "-", lw=1.5, color=ink["grid"])
    moving = {}
    for ax, name, colour in ((above, "x", "hare"), (below, "digits", "cotangent")):
        (path,) = ax.plot(year, out[name], lw=1, color=ink[colour])
        (dots,) = ax.plot(year, out[name], "o", ms=3, mew=0, color=ink[colour])
        moving |= {path: line("year", name), dots: points("year", name)}
    above.set(ylim=(0, 1), yticks=[0, 0.5, 1], xlim=(-1, YEARS + 1))
    above.set_title("population, share of the most possible (grey: r = 2.8)")
    below.set(ylim=(-13, 14), yticks=[-8, 0, 8], xlabel="year")
    below.set_yticklabels(["1e-8", "1", "1e8"])
    below.set_title("what a unit of that summer's r does to year 40")
    return moving


DATA = {"year": [float(k) for k in range(YEARS)]}

figure = Explorable(
    name="the_tape_memory",
    title="A population over forty years, and how much each summer matters for the last one",
    sliders={"r": Slider("growth", 1.1, 4.0, START, 0.01, "r", "a year")},
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.6),
    sentence=Sentence(
        "{heard:.0f} of the 40 summers move year 40 by more than a thousandth, for a unit of r."
        "{verdict}",
        verdict=("first", [
            (1e-3, " The first one is forgotten."),
            (1.0, " The first one is still felt."),
            (None, " The first one matters more than there is room for: it is past forecasting."),
        ]),
    ),
    presets={"settles": {"r": 2.8}, "long memory": {"r": 1.1}, "two years in turn": {"r": 3.2},
             "break it": {"r": 3.9}},
)  # fmt: skip
