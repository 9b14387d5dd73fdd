"""Chapter 14: simulate from the prior, keep what looks like the data, and watch the tolerance."""

import math
import random

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.alignment import GENES, SEEN
from bookkit.live import Explorable, Sentence, Slider, bars, hline, points
from mini_autodiff import lax

HIGHEST, MOST, BINS, ALL = 16.0, 600, 16, 200.0
OBSERVED = float(SEEN[0])


def variable_sites(theta, rng):
    """How many mutations fall on a tree of 63 genes, each at a site of its own.

    While there are k lines, the next event is a mutation with probability theta/(theta + k - 1).
    """
    count = 0
    for k in range(2, GENES + 1):
        while rng.random() < theta / (theta + k - 1):
            count += 1
    return count


def likelihood(theta):
    """p(21 variable sites | theta), by the same events: summed over all ways, with no chance."""
    so_far = [1.0] + [0.0] * int(OBSERVED)
    for k in range(2, GENES + 1):
        stay = (k - 1) / (theta + k - 1)
        carried = 0.0
        for s, p in enumerate(so_far):
            carried = stay * p + (1 - stay) * carried
            so_far[s] = carried
    return so_far[-1]


def program(p, data):
    drawn = jnp.where(data["number"] < p["n"], 1.0, 0.0)
    near = drawn * jnp.where(jnp.abs(data["sites"] - OBSERVED) <= p["eps"] + 0.5, 1.0, 0.0)
    kept = jnp.sum(near)
    safe = jnp.maximum(kept, 1.0)

    def bar(_, left):
        inside = jnp.where((data["theta"] - left) * (left + 1.0 - data["theta"]) > 0.0, 1.0, 0.0)
        return None, jnp.sum(near * inside) / safe

    _, heights = lax.scan(bar, None, data["left"])
    mean = jnp.sum(near * data["theta"]) / safe
    spread = jnp.sqrt(jnp.sum(near * (data["theta"] - mean) ** 2) / safe)
    return {
        "heights": heights, "kept": kept, "share": 100 * kept / p["n"], "mean": mean, "sd": spread,
        "hit": jnp.where(near > 0.5, data["sites"], math.nan),  # not a number: not drawn
        "all": jnp.where(drawn > 0.5, data["sites"], math.nan),
        "low": jnp.maximum(OBSERVED - p["eps"] - 0.5, -3.0),
        "high": jnp.minimum(OBSERVED + p["eps"] + 0.5, 150.0),
    }  # fmt: skip


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2, sharex=True, height_ratios=[1.3, 1])
    (every,) = above.plot(
        DATA["theta"], out["all"], "o", ms=3, mew=0, color=ink["prior"], alpha=0.5
    )
    (hits,) = above.plot(DATA["theta"], out["hit"], "o", ms=4, mew=0, color=ink["posterior"])
    low, high = (above.axhline(out[k], lw=1, color=ink["posterior"]) for k in ("low", "high"))
    above.axhline(OBSERVED, lw=1, ls="--", color=ink["truth"])
    above.set(ylim=(-3, 150), yticks=[0, 21, 50, 100], ylabel="variable sites")
    above.set_title("Each dot is one run. Make ε larger", loc="left")
    middles = [left + 0.5 for left in DATA["left"]]
    towers = below.bar(middles, out["heights"], width=0.9, color=ink["posterior"], alpha=0.6)
    below.plot(GRID, EXACT, color=ink["truth"])
    below.axhline(1 / HIGHEST, color=ink["prior"], ls=":")
    below.set(xlim=(0, HIGHEST), ylim=(0, 0.4), yticks=[0, 0.2, 0.4], ylabel="density")
    below.set_xlabel("θ: mutations, in the family's own time")
    return {
        every: points("theta", "all"), hits: points("theta", "hit"), low: hline("low"),
        high: hline("high"), towers: bars("heights"),
    }  # fmt: skip


rng = random.Random(14)
THETA = [round(rng.uniform(0.0, HIGHEST), 2) + 0.005 for _ in range(MOST)]
DATA = {
    "number": [float(k) for k in range(MOST)],
    "theta": THETA,
    "sites": [float(variable_sites(theta, rng)) for theta in THETA],
    "left": [float(k) for k in range(BINS)],
}
GRID = [0.1 + 0.2 * k for k in range(80)]
_LIKE = [likelihood(theta) for theta in GRID]
EXACT = [v / (0.2 * sum(_LIKE)) for v in _LIKE]
EXACT_MEAN = sum(t * v for t, v in zip(GRID, EXACT, strict=True)) * 0.2
EXACT_SD = (sum((t - EXACT_MEAN) ** 2 * v for t, v in zip(GRID, EXACT, strict=True)) * 0.2) ** 0.5

figure = Explorable(
    name="simulators",
    title="Runs as dots, those kept in green, and the exact posterior as a curve",
    sliders={
        "eps": Slider.over([0, 1, 2, 3, 5, 8, 12, 20, ALL], "tolerance", start=3, symbol="ε"),
        "n": Slider.over([50, 100, 200, 400, MOST], "runs", start=MOST, symbol="n"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 4.4),
    sentence=Sentence(
        "Of {n} runs {kept:.0f} came within {eps} of the 21 sites seen, {share:.1f} %. Kept: mean "
        "θ {mean:.2f}, sd {sd:.2f}. Exact posterior: "
        f"{EXACT_MEAN:.2f} and {EXACT_SD:.2f}. "
        "{verdict}",
        verdict=("kept", [
            (0.5, "Nothing was kept: there is no answer at all."),
            (20.5, "So few draws give a ragged picture."),
            (150.5, "Enough to see a shape."),
            (None, "Many draws; but look whether they still follow the curve."),
        ]),
    ),
    presets={
        "close": {"eps": 3, "n": MOST}, "wide": {"eps": 12, "n": MOST},
        "prior again": {"eps": ALL, "n": MOST}, "break it": {"eps": 0, "n": 50},
    },
)  # fmt: skip
