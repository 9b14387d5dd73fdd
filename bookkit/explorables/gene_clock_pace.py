"""Chapter 10: all rates of the trained clock faster or slower, in daylight and in the dark."""

import jax
import jax.numpy as jnp
import numpy as np

from bookkit import style
from bookkit.clock import circuit, light, step
from bookkit.clock.keep_time import dawn_error, hill
from bookkit.data import load
from bookkit.explorables.gene_clock import CLOSES, DAYS, WANTED
from bookkit.live import Choice, Sentence, Slider, Snapshots, line

PACES = [0.8, 0.86, 0.9, 0.92, 0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06, 1.08, 1.1, 1.14, 1.2]
SKIES = {"open": "open every day", "hidden": "closed from day 3"}
PER_CELL, SHOWN = 8, 16
TIMES = [round(k * SHOWN / (light.CELLS * PER_CELL), 3) for k in range(1, DAYS * 25)]


def states():
    """For either sky, the hand at each pace, and how late the dawn of day 7 is."""
    free = load("gene_clock")["chosen"]["light"]
    c = circuit.bounded({name: jnp.array(x) for name, x in free.items()})
    skies = np.ones((2, DAYS * light.CELLS), np.float32)
    skies[1, int(CLOSES) * light.CELLS :] = 0.0

    def hand(pace, sky):
        warm = c | {rate: pace * c[rate] for rate in "abde"}
        return step.follow(warm, sky, per_cell=PER_CELL)[:, circuit.GENES]

    every = jax.vmap(jax.vmap(hand, (0, None)), (None, 0))
    out = {}
    for name, hands in zip(SKIES, np.asarray(jax.jit(every)(jnp.array(PACES), skies)), strict=True):
        lates = [dawn_error(h, DAYS - 1, light.CELLS * PER_CELL) for h in hands]
        out[name] = [
            {
                "t": TIMES,
                "hand": hill(h[SHOWN:-1:SHOWN], 1000.0).tolist(),
                "late": late,
                "off": abs(late),
            }
            for h, late in zip(hands, lates, strict=True)
        ]
    return out


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    ax.plot(TIMES, WANTED[:-1], color=ink["muted"], lw=1.0)
    (hand,) = ax.plot(out["t"], out["hand"], color=ink["ode"], lw=2.0)
    ax.set(xlim=(0, DAYS), ylim=(-0.05, 1.05), xlabel="time (days)", yticks=[0, 0.5, 1])
    ax.set_ylabel("hand of the clock")
    ax.set_title("Warm the cell: all rates faster. Break it.", loc="left")
    return {hand: line("t", "hand")}


with jax.enable_x64(True):  # the same numbers, whatever the page has set
    STATES = states()

figure = Snapshots(
    name="gene_clock_pace",
    title="The same clock in a warmer or a colder cell",
    slider=("pace", Slider.over(PACES, "all rates times", start=1.0)),
    choice=("sky", Choice("sky", SKIES, "open")),
    states=STATES,
    draw=draw,
    sentence=Sentence(
        "With all rates times {pace} the hand rises {late:.1f} hours after the dawn of day 7{so}.",
        so=("off", [(1.0, ": it keeps the day"), (4.0, ": it has slipped"),
                    (None, ": it has lost the day")]),
    ),
    presets={"as trained": {"pace": 1.0}, "4 % faster, light": {"pace": 1.04, "sky": "open"},
             "4 % faster, dark": {"pace": 1.04, "sky": "hidden"}},
    made="bookkit/explorables/gene_clock_pace.py, steps of 3.6 minutes",
)  # fmt: skip
