"""Chapter 6: a decaying protein, and its past as a solver reconstructs it backwards."""

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line, points
from mini_autodiff import ode

SPAN, STEPS, SUPPLY, FIRST = 10.0, 200, 1.0, 3.0


def protein(t, p, rate):
    """Made at a constant rate, lost in proportion to what there is."""
    return SUPPLY - rate * p


def program(p, data, *, protein=protein):
    rate = p["rate"]
    _, there = ode.solve_fixed(protein, FIRST, 0.0, SPAN, STEPS, rate)
    _, back = ode.solve_fixed(protein, there[STEPS], SPAN, 0.0, STEPS, rate)
    begun = back[STEPS]
    return {
        "there": there,
        "back": jnp.minimum(jnp.maximum(back, -9.0), 9.0),  # so that a page can draw it
        "begun": begun,
        "end": jnp.stack([there[STEPS]]),
        "off": jnp.abs(begun - FIRST),
    }


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    (true,) = ax.plot(DATA["t"], out["there"], color=ink["hare"], lw=4, alpha=0.45)
    (film,) = ax.plot(DATA["t"][::-1], out["back"], "--", color=ink["cotangent"])
    (end,) = ax.plot([SPAN], out["end"], "o", color=ink["ink"])
    ax.set(xlim=(-0.3, 10.5), ylim=(-1.0, 5.0), xlabel="time (hours)", ylabel="protein")
    ax.set_title("forwards (broad), and back again from the end (dashed)")
    return {true: line("t", "there"), film: line("film", "back"), end: points("last", "end")}


DATA = {
    "t": [SPAN * k / STEPS for k in range(STEPS + 1)],
    "film": [SPAN * (1 - k / STEPS) for k in range(STEPS + 1)],
    "last": [SPAN],
}

figure = Explorable(
    name="adjoints_and_failures",
    title="A protein that decays, forwards in time and reconstructed backwards from its end",
    sliders={"rate": Slider("protein lost", 0.2, 5.0, 0.5, 0.1, "k", "/ hour")},
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 2.8),
    sentence=Sentence(
        "Lost at {rate} an hour: run backwards from its end, the protein would have begun at "
        "{begun:.3f}. It began at 3{verdict}",
        verdict=("off", [
            (0.001, ": the past is recovered."),
            (0.5, ": the past is wrong, and nothing complained."),
            (None, ": nothing is left of the past but an error, and nothing complained."),
        ]),
    ),
    presets={"slow": {"rate": 0.5}, "fast": {"rate": 3.7}, "break it": {"rate": 5.0}},
)  # fmt: skip
