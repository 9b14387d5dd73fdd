"""Chapter 15: muons seen and muons made, and the ridge on which two parameters are one."""

import math
import random
from itertools import pairwise

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, bars, line, points, text

N, BINS, TRUE_E, TRUE_G = 500, 10, 47.0, 1.0


def draw_muons(seed):
    """Sizes `|c|`, sorted, by inverting (3c + c^3)/4 = u, and the uniforms that choose signs."""
    rng = random.Random(seed)
    sizes = sorted(round(2 * math.sinh(math.asinh(2 * rng.random()) / 3), 4) for _ in range(N))
    return sizes, [round(rng.random(), 4) for _ in range(N)]


def asymmetry(energy, g):
    """A = 2 tanh((2E - 90)/9) G, by exponentials that cannot overflow here."""
    e = jnp.exp((4 * energy - 180) / 9)
    return 2 * (e - 1) / (e + 1) * g


def ridge(a, g):
    """The E of each G at which the asymmetry is A; off the figure, beyond 50 GeV, where none is."""
    half = jnp.minimum(a / (2 * g), 0.999)
    return 45 + 2.25 * jnp.log((1 + half) / (1 - half))


def edges(sizes):
    """Where each of the ten bins of `|c|` begins among the sorted sizes."""
    return [sum(s < k / BINS for s in sizes) for k in range(BINS + 1)]


A_TRUE = 2 * math.tanh((2 * TRUE_E - 90) / 9) * TRUE_G
SEEN_SIZES, SEEN_SIGNS = draw_muons(3)
SEEN = [s if u < 0.5 + 0.5 * A_TRUE * s / (1 + s * s) else -s
        for s, u in zip(SEEN_SIZES, SEEN_SIGNS, strict=True)]  # fmt: skip
MADE_SIZES, MADE_SIGNS = draw_muons(4)
CUTS = edges(MADE_SIZES)
SEEN_COUNTS = [sum(b / BINS - 1 <= c < (b + 1) / BINS - 1 for c in SEEN) for b in range(2 * BINS)]


def log_likelihood(a, c):
    """sum log p(c | A), the density cut at 0 and at twice its symmetric part."""
    both = 1 + c * c
    density = jnp.minimum(jnp.maximum(both + a * c, 1e-12), 2 * both)
    return jnp.sum(jnp.log(density * 3 / 8))


def best_asymmetry():
    """The A of greatest likelihood, by golden-section search."""
    low, high = -1.99, 1.99
    c, ratio = jnp.array(SEEN), (math.sqrt(5) - 1) / 2
    while high - low > 1e-9:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if log_likelihood(left, c) > log_likelihood(right, c):
            high = right
        else:
            low = left
    return (low + high) / 2


A_BEST = best_asymmetry()
BEST = log_likelihood(A_BEST, jnp.array(SEEN))


def program(p, data):
    energy, g = p["energy"], p["g"]
    a = asymmetry(energy, g)
    share = 0.5 + 0.5 * a * data["size"] / (1 + data["size"] * data["size"])
    forward = jnp.where(data["sign"] < share, 1.0, 0.0)
    ahead = [jnp.sum(forward[i:j]) for i, j in pairwise(CUTS)]
    behind = [j - i - n for i, j, n in zip(CUTS[:-1], CUTS[1:], ahead, strict=True)]
    fit = log_likelihood(a, data["seen"])
    # Every (E, G) on this curve has the same A, so the same likelihood for any data whatever.
    return {
        "made": jnp.array(behind[::-1] + ahead), "ridge_e": ridge(a, data["line_g"]), "A": a,
        "fit": fit,
    }  # fmt: skip


LINE_G = [0.5 + 0.02 * k for k in range(51)]
CENTRES = [(b + 0.5) / BINS - 1 for b in range(2 * BINS)]


def posterior():
    """The exact posterior over the prior's box on a grid, greatest cell 1."""
    c = jnp.array(SEEN)
    rows = []
    for i in range(40):
        g = 1.5 - (i + 0.5) / 40
        energies = [40 + 10 * (j + 0.5) / 50 for j in range(50)]
        rows.append([2 * math.tanh((2 * e - 90) / 9) * g for e in energies])
    table = {k: math.exp(log_likelihood(k / 50, c) - BEST) for k in range(-122, 123)}
    return [[table[round(50 * a)] for a in row] for row in rows]


def draw(fig, out):
    tags, ink = {}, style.colour
    plane, counts = fig.subplots(2, 1, height_ratios=[1.25, 1])
    plane.contourf(
        [40.1 + 0.2 * j for j in range(50)], [1.4875 - i / 40 for i in range(40)], posterior(),
        levels=[0.0336, 0.257, 1.1], colors=[ink["posterior"]] * 2, alpha=0.35,
    )  # fmt: skip
    (curve,) = plane.plot(out["ridge_e"], LINE_G, color=ink["proposal"])
    (here,) = plane.plot(TRUE_E, TRUE_G, "o", ms=7,
                         color=ink["proposal"])  # fmt: skip
    tags[curve], tags[here] = line("ridge_e", "line_g"), points("energy", "g")
    plane.set(xlim=(40, 50), ylim=(0.5, 1.5), xlabel="beam energy E (GeV)", ylabel="strength G")
    plane.set_title("green: the exact posterior; line: all pairs with this A")
    made = counts.bar(CENTRES, out["made"], width=0.1, color=ink["proposal"], alpha=0.45)
    counts.step([c - 0.05 for c in CENTRES] + [1.0], [*SEEN_COUNTS, SEEN_COUNTS[-1]],
                where="post", color=ink["truth"])  # fmt: skip
    counts.set(xlim=(-1, 1), ylim=(0, 90), xlabel="cosine of the muon's angle", ylabel="muons")
    words = counts.set_title("outline: seen; bars: made")
    tags[made] = bars("made")
    tags[words] = text("outline: 500 seen, bars: 500 made with A = {A:.2f}")
    return tags


figure = Explorable(
    name="alfi_weinberg",
    title="Two parameters of a collider, the ridge of their posterior, and muons seen and made",
    sliders={
        "energy": Slider("beam energy", 45.5, 50, TRUE_E, 0.1, "E", "GeV"),
        "g": Slider("strength of the weak force", 0.5, 1.5, TRUE_G, 0.01, "G"),
    },
    program=program,
    data={
        "size": MADE_SIZES, "sign": MADE_SIGNS, "seen": SEEN, "line_g": LINE_G,
    },
    draw=draw,
    size=(4.6, 4.6),
    sentence=Sentence(
        "E and G enter only as A = {A:.2f}. The log-likelihood of the 500 muons is {fit:.1f}, "
        f"at its best \u2212{-BEST:.1f}{{verdict}}.",
        verdict=("fit", [
            (BEST - 4, ": such muons are not what was seen"),
            (BEST - 1, ": not the best, not excluded"),
            (None, ": nothing that was seen speaks against this pair"),
        ]),
    ),
    presets={
        "truth": {"energy": TRUE_E, "g": TRUE_G},
        "elsewhere on the ridge": {"energy": 49.0, "g": 0.61},
        "off the ridge": {"energy": 49.0, "g": 1.3},
    },
    question="Can you move both sliders a long way and still make the muons that were seen?",
)  # fmt: skip
