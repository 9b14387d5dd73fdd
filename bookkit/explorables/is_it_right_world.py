"""Chapter 16: intervals under a wrong model, and a check that sees one of two faults."""

import math
from random import Random

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, points
from mini_autodiff import lax

PATIENTS, READINGS = 120, 10
HALF = 1.645 / math.sqrt(READINGS + 1)  # half of a 90 % interval
PATIENT = list(range(PATIENTS))
LIMIT = 16.92  # chi-squared of 9 degrees of freedom exceeds it once in twenty


def patients(seed=18):
    """Levels, the errors of ten readings of each, and a number that tells which go wild."""
    draw = Random(seed)
    rows = lambda f: [[round(f(), 2) for _ in range(PATIENTS)] for _ in range(READINGS)]  # noqa: E731
    return {
        "theta": [round(draw.gauss(0, 1), 3) for _ in range(PATIENTS)],
        "error": rows(lambda: draw.gauss(0, 1)),
        "luck": rows(draw.random),
        "patient": PATIENT,
    }


def program(p, data):
    def read(sums, row):
        error, luck = row
        error = error * jnp.where(luck < p["wild"] / 100, 5.0, 1.0)
        x = data["theta"] + p["bias"] + error
        return (sums[0] + x, sums[1] + x * x), None

    rows = data["error"], data["luck"]
    total, squares = lax.scan(read, (0.0 * data["theta"], 0.0 * data["theta"]), rows)[0]
    off = total / (READINGS + 1) - data["theta"]
    scatter = squares - total**2 / READINGS
    return {
        "off": off, "scatter": jnp.minimum(scatter, 59.0),
        "held": 100 * jnp.sum(jnp.where(jnp.abs(off) < HALF, 1.0, 0.0)) / PATIENTS,
        "alarms": 100 * jnp.sum(jnp.where(scatter > LIMIT, 1.0, 0.0)) / PATIENTS,
    }  # fmt: skip


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2)
    above.axhspan(-HALF, HALF, color=ink["grid"], lw=0)
    (off,) = above.plot(PATIENT, out["off"], "o", ms=3.5, mew=0, color=ink["proposal"])
    above.set(ylim=(-2.2, 2.2), yticks=[-2, -1, 0, 1, 2], ylabel="error of the centre")
    above.set_title("in the band: the 90 % interval holds the truth", loc="left")
    below.axhline(LIMIT, color=ink["muted"])
    (dots,) = below.plot(PATIENT, out["scatter"], "o", ms=3.5, mew=0, color=ink["loss"])
    below.set(ylim=(0, 60), ylabel="scatter of readings")
    below.set_xlabel("120 patients; above the line: the check warns")
    for ax in (above, below):
        ax.set(xlim=(-2, PATIENTS + 1), xticks=[])
    return {off: points("patient", "off"), dots: points("patient", "scatter")}


figure = Explorable(
    name="is_it_right_world",
    title="Errors of 120 answers beside their intervals, and the scatter of the readings",
    sliders={
        "wild": Slider("wild readings", 0, 30, 0, step=1, unit="%"),
        "bias": Slider("the instrument reads too high", 0.0, 1.0, 0.0, step=0.1, unit="sd"),
    },
    program=program,
    data=patients(),
    draw=draw,
    size=(4.6, 4.0),
    sentence=Sentence(
        "{held:.0f} % of the 90 % intervals hold the truth. The check warns of {alarms:.0f} % of "
        "the patients; of readings as the model has them it would warn of 5 %."
    ),
    presets={
        "as the model": {"wild": 0, "bias": 0.0}, "wild readings": {"wild": 10, "bias": 0.0},
        "read too high": {"wild": 0, "bias": 0.6},
    },
)  # fmt: skip
