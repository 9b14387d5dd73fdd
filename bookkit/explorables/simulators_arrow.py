"""Chapter 14: a proposal over two parameters, four draws with their clouds, and two arrows."""

import math
import random

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Choice, Explorable, Sentence, Slider, arrows, line, points

FIXES, SPREAD, TRIES, MOST, LENGTH = 12, 0.6, 6, 64, 1.6
DEN = (2.0, 1.0)  # what the collar of the real lynx was drawn around

rng = random.Random(41)


def gauss(n, digits=2):
    return [round(rng.gauss(0, 1), digits) for _ in range(n)]


SEEN = [[round(c + SPREAD * z, 2) for z in gauss(FIXES)] for c in DEN]
MIDDLE = [sum(axis) / FIXES for axis in SEEN]
NOISE = [[gauss(FIXES), gauss(FIXES)] for _ in range(4)]
# Every try has draws of its own: independent, no pair mirrored.
EPS = [[gauss(MOST), gauss(MOST)] for _ in range(TRIES)]
MEANS = [[gauss(MOST, 3), gauss(MOST, 3)] for _ in range(TRIES)]  # of a cloud's own noise


def distance(x, y):
    """How far the middle of a simulated cloud lies from the middle of the seen one, squared."""
    return (x - MIDDLE[0]) ** 2 + (y - MIDDLE[1]) ** 2


def program(p, data, *, distance=distance):
    m, v, width = p["m"], p["v"], p["width"]
    picked = [jnp.where(abs(p["draw"] - t - 1) < 0.5, 1.0, 0.0) for t in range(TRIES)]

    def of_try(name):
        return sum(on * data[f"{name}{t}"] for t, on in enumerate(picked))

    ex, ey = of_try("ex"), of_try("ey")
    used = jnp.where(data["number"] < p["n"], 1.0, 0.0)
    theta = m + width * ex, v + width * ey
    noise = SPREAD / math.sqrt(FIXES)
    f = distance(theta[0] + noise * of_try("nx"), theta[1] + noise * of_try("ny"))
    base = p["take"]["mean"] * jnp.sum(used * f) / p["n"]
    by_m, by_v = (jnp.sum(used * (f - base) * e) / (p["n"] * width) for e in (ex, ey))
    true_m, true_v = 2 * (m - MIDDLE[0]), 2 * (v - MIDDLE[1])
    size, steep = (jnp.sqrt(a * a + b * b + 1e-12) for a, b in ((by_m, by_v), (true_m, true_v)))
    out = {
        "arrow_m": -LENGTH * by_m / size, "arrow_v": -LENGTH * by_v / size,
        "true_m": -LENGTH * true_m / steep, "true_v": -LENGTH * true_v / steep,
        "cosine": (by_m * true_m + by_v * true_v) / (size * steep),
        "ring_m": m + width * jnp.cos(data["turn"]), "ring_v": v + width * jnp.sin(data["turn"]),
        "from_m": jnp.stack([m]), "from_v": jnp.stack([v]),
    }  # fmt: skip
    for k in range(4):
        out[f"m{k}"], out[f"v{k}"] = (jnp.stack([axis[k]]) for axis in theta)
        # the cloud's middle is theta and its noise, the fixes lie around it
        for axis, own, name in ((0, "nx", "x"), (1, "ny", "y")):
            around = theta[axis][k] + noise * of_try(own)[k]
            out[f"{name}{k}"] = around + SPREAD * data[f"c{name}{k}"]
    return out


def centred(values):
    middle = sum(values) / len(values)
    return [round(v - middle, 3) for v in values]


DATA = {
    "number": [float(k) for k in range(MOST)],
    "turn": [2 * math.pi * k / 48 for k in range(49)],
    **{f"e{c}{t}": EPS[t][i] for t in range(TRIES) for i, c in enumerate("xy")},
    **{f"n{c}{t}": MEANS[t][i] for t in range(TRIES) for i, c in enumerate("xy")},
    **{f"c{c}{k}": centred(NOISE[k][i]) for k in range(4) for i, c in enumerate("xy")},
}


def draw(fig, out):
    ax, ink, tags = fig.subplots(), style.colour, {}
    (ring,) = ax.plot(out["ring_m"], out["ring_v"], color=ink["proposal"])
    tags[ring] = line("ring_m", "ring_v")
    for k, name in enumerate(("hare", "lynx", "neural_ode", "tangent")):
        (cloud,) = ax.plot(out[f"x{k}"], out[f"y{k}"], "o", ms=3, mew=0, color=ink[name])
        (den,) = ax.plot(out[f"m{k}"], out[f"v{k}"], "D", ms=6, color=ink[name])
        tags |= {cloud: points(f"x{k}", f"y{k}"), den: points(f"m{k}", f"v{k}")}
    ax.plot(*SEEN, "+", ms=6, color=ink["truth"])
    for name, colour, width in (("true", "muted", 0.02), ("arrow", "loss", 0.012)):
        arrow = ax.quiver(
            out["from_m"], out["from_v"], [out[f"{name}_m"]], [out[f"{name}_v"]], angles="xy",
            scale_units="xy", scale=1, width=width, color=ink[colour],
        )  # fmt: skip
        tags[arrow] = arrows("from_m", "from_v", f"{name}_m", f"{name}_v")
    ax.set(xlim=(-5, 5), ylim=(-4.5, 3.5), xlabel="east of the camp (km)", ylabel="north (km)")
    ax.set_aspect("equal")
    ax.set_title("Step through the draws. Does purple follow grey?", loc="left")
    return tags


figure = Explorable(
    name="simulators_arrow",
    title="A proposal for the place of a den, four draws with their clouds, two ways downhill",
    sliders={
        "m": Slider("proposal's mean, east", -3.0, 3.0, -2.0, 0.1, "ψ₁", "km"),
        "v": Slider("proposal's mean, north", -2.5, 2.5, -1.5, 0.1, "ψ₂", "km"),
        "width": Slider("proposal's width", 0.1, 1.5, 0.8, 0.1, "w", "km"),
        "n": Slider.over([4, 16, MOST], "parameters drawn (four are shown)", start=4, symbol="n"),
        "draw": Slider("which draws", 1, TRIES, 1, 1),
        "take": Choice("taken off each distance", {"mean": "their mean", "nothing": "nothing"}),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 4.0),
    sentence=Sentence(
        "From {n} parameters and their clouds the arrow has a cosine of {cosine:.2f} with the true "
        "way down: {verdict}.",
        verdict=("cosine", [
            (0.0, "it points uphill"), (0.7, "a rough guess"), (0.95, "a good guess"),
            (None, "nearly the truth"),
        ]),
    ),
    presets={
        "four draws": {"m": -2.0, "v": -1.5, "width": 0.8, "n": 4, "take": "mean"},
        "sixty-four": {"m": -2.0, "v": -1.5, "width": 0.8, "n": MOST, "take": "mean"},
        "break it": {"m": -2.0, "v": -1.5, "width": 0.2, "n": 4, "take": "nothing"},
    },
)  # fmt: skip
