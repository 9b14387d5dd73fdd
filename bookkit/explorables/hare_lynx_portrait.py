"""Chapter 8: the path of the neural ODE with three states, turned about the axis of the lynx."""

import math

import numpy

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.data import load
from bookkit.hare_lynx import target
from bookkit.live import Explorable, Sentence, Slider, line, points, text
from mini_autodiff import lax, ode

FIRST, STEP = 1845, 0.25
table = load("hare_lynx_1845_1935")
logs = target.log_pelts(table["year"], table["hare"], table["lynx"])
times, curve = target.published(logs)
results: dict = load("hare_lynx_fits")
fits = [f for f in results["fits"] if f["target"] == "published"]
fitted = min((f for f in fits if f["model"] == "node3"), key=lambda f: f["sse"])["theta"]
DATA = {
    "start": [*curve[0].tolist(), 0.0],
    "hare": curve[:, 0].round(4).tolist(), "lynx": curve[:, 1].round(4).tolist(),
}  # fmt: skip
WEIGHTS = {name: jnp.array(value) for name, value in fitted.items()}  # constants of the program


def vector_field(t, u, p):
    """du/dt = V tanh(W u + c) + d; all that reads the hidden state reads it times p["hold"]."""
    heard = jnp.stack([u[0], u[1], p["hold"] * u[2]])
    return p["V"] @ jnp.tanh(p["W"] @ heard + p["c"]) + p["d"]


def solve(hold, data, vector_field):
    """Hare, lynx and hidden state, twice a year from 1845."""
    p = {"hold": hold, **WEIGHTS}

    def advance(u, _):
        after = ode.step(ode.RK4, vector_field, 0.0, u, STEP, p)  # no model here knows the date
        return after, (after[0], after[1], after[2])

    return lax.scan(advance, data["start"], None, length=4 * 90)[1]


def program(p, data, *, vector_field=vector_field):
    hare, lynx, hidden = solve(p["hold"], data, vector_field)
    turn = p["angle"] * (math.pi / 180)
    across = jnp.cos(turn) * hare + jnp.sin(turn) * (hidden - MIDDLE) * SCALE
    off_hare, off_lynx = hare[1::2] - data["hare"][1:], lynx[1::2] - data["lynx"][1:]
    sse = jnp.sum(off_hare**2) + jnp.sum(off_lynx**2)
    gap = jnp.sqrt((across[ONE] - across[OTHER]) ** 2 + (lynx[ONE] - lynx[OTHER]) ** 2)
    return {
        "across": across, "up": lynx, "gap": gap, "sse": sse,
        "meet": jnp.stack([across[ONE], across[OTHER]]),
        "meet_up": jnp.stack([lynx[ONE], lynx[OTHER]]),
    }  # fmt: skip


def crossing(apart=5.0):
    """The two steps, at least so many years apart, that lie nearest in hare and lynx."""
    hare, lynx, hidden = (numpy.array(list(x)) for x in solve(1.0, AS_ARRAYS, vector_field))
    gap = numpy.hypot(hare[:, None] - hare, lynx[:, None] - lynx)
    step = numpy.arange(len(hare))
    # Crossings at which the hidden states differ: strands of one and the same cycle say nothing.
    same = numpy.abs(hidden[:, None] - hidden) < 0.5 * hidden.std()
    gap[(numpy.abs(step[:, None] - step) * STEP < apart) | same] = numpy.inf
    first, second = sorted(numpy.unravel_index(numpy.argmin(gap), gap.shape))
    return int(first), int(second), float(hidden.mean()), float(hare.std() / hidden.std())


AS_ARRAYS = {name: jnp.array(value) for name, value in DATA.items()}
ONE, OTHER, MIDDLE, SCALE = crossing()


def draw(fig, out):
    ax = fig.subplots()
    (path,) = ax.plot(out["across"], out["up"], color=style.colour["ode"], lw=1)
    (marks,) = ax.plot(out["meet"], out["meet_up"], "o", ms=6, color=style.colour["loss"])
    ax.set(xlim=(-1.9, 1.9), ylim=(-1.6, 1.1), ylabel="lynx, ln", xlabel="hare, turned to hidden")
    words = ax.set_title("turned by 0 degrees")
    return {path: line("across", "up"), marks: points("meet", "meet_up"),
            words: text("turned by {angle:.0f} degrees")}  # fmt: skip


figure = Explorable(
    name="hare_lynx_portrait",
    title="The fitted path in three dimensions, seen from an angle of your choice",
    sliders={
        "angle": Slider("turn about the lynx axis", 0.0, 180.0, 0.0, 1.0, unit="degrees"),
        "hold": Slider("hold of the hidden state", 0.99, 1.01, 1.0, 0.001, symbol="κ"),
    },
    program=program,
    data=DATA,
    draw=draw,
    sentence=Sentence(
        f"The marked moments, {FIRST + STEP * (ONE + 1):.1f} and "
        f"{FIRST + STEP * (OTHER + 1):.1f}, lie "
        "{gap:.2f} apart from here. With κ = {hold} the sum of squares is {sse:.1f}: {verdict}.",
        verdict=("sse", [
            (113.8, "better than one sinusoid a species"),
            (204.0, "worse than one sinusoid a species (113.8)"),
            (None, "worse than two flat lines (204.1)"),
        ]),
    ),
    presets={
        "hare and lynx": {"angle": 0.0, "hold": 1.0}, "in between": {"angle": 45.0, "hold": 1.0},
        "hidden and lynx": {"angle": 90.0, "hold": 1.0}, "1 % less": {"angle": 0.0, "hold": 0.99},
    },
    question="Where two strands cross, does the path really meet itself?",
    size=(4.6, 3.2),
)  # fmt: skip
