"""Chapter 16: a method that reads fewer data than it has is calibrated, and wastes them."""

import math
from random import Random

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.explorables.is_it_right import DRAWS, PATIENTS, RANKS, READINGS, band, histogram, ranks
from bookkit.live import Explorable, Sentence, Slider, bars
from mini_autodiff import lax

STOPS = [0, 1, 3, 6, READINGS]


def patients(seed=17):
    """As in the first figure, and the sum of as many first readings as each stop says."""
    draw = Random(seed)
    theta = [draw.gauss(0, 1) for _ in range(PATIENTS)]
    sums = [[0.0] * PATIENTS]
    for _ in range(READINGS):
        sums.append([s + t + draw.gauss(0, 1) for s, t in zip(sums[-1], theta, strict=True)])
    return {
        "theta": [round(t, 3) for t in theta],
        "sums": [[round(s, 2) for s in sums[k]] for k in STOPS],
        "eps": [[round(draw.gauss(0, 1), 2) for _ in theta] for _ in range(DRAWS)],
    }


def program(p, data):
    read = p["read"]
    total = sum(
        jnp.where(jnp.abs(read - k) < 0.5, 1.0, 0.0) * row
        for k, row in zip(STOPS, data["sums"], strict=True)
    )
    centre, spread = total / (read + 1), 1 / jnp.sqrt(read + 1)
    theta, mean = data["theta"], data["sums"][-1] / READINGS

    # The likelihood of all ten readings falls with the distance from their mean: a draw
    # is less likely than the truth if it lies farther away.
    def less_likely(rank, eps):
        farther = jnp.abs(centre + spread * eps - mean) > jnp.abs(theta - mean)
        return rank + jnp.where(farther, 1.0, 0.0), None

    gap = (theta - centre) / spread
    return {
        "counts": histogram(ranks(theta, centre, spread, data["eps"])),
        "likely": histogram(lax.scan(less_likely, 0.0 * theta, data["eps"])[0]),
        "score": -jnp.log(spread) - jnp.sum(gap**2) / (2 * PATIENTS) - math.log(2 * math.pi) / 2,
        "spread": spread,
    }


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2)
    boxes = []
    for ax, name in ((above, "counts"), (below, "likely")):
        band(ax, ink)
        boxes.append(ax.bar(RANKS, out[name], 0.85, color=ink["proposal"], alpha=0.6))
        ax.set(xlim=(-0.6, DRAWS + 0.6), ylim=(0, 125), xticks=RANKS, ylabel="patients")
    above.set_title("Let it read fewer of its ten readings", loc="left")
    above.set_xlabel("how many of 9 draws lie below the truth")
    below.set_xlabel("how many of 9 draws are less likely than the truth")
    return {boxes[0]: bars("counts"), boxes[1]: bars("likely")}


figure = Explorable(
    name="is_it_right_reads",
    title="Ranks of the truth by its value, and by its likelihood, for a method that reads less",
    sliders={"read": Slider.over(STOPS, "readings that the method reads", start=READINGS)},
    program=program,
    data=patients(),
    draw=draw,
    size=(4.6, 4.0),
    sentence=Sentence(
        "It reads {read} of 10 readings, and states a standard deviation of {spread:.2f}. Its mean "
        "log score is {score:.2f}{so}",
        so=("spread", [
            (0.31, "."),
            (0.99, ": lower than with all ten, and no fault is seen in the upper histogram."),
            (None, ". It answers with the prior, and the upper histogram sees nothing."),
        ]),
    ),
    presets={"all ten": {"read": 10}, "three": {"read": 3}, "none: the prior": {"read": 0}},
)  # fmt: skip
