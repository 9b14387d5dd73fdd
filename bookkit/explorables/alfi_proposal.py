"""Chapter 15: a proposal, four parameters drawn from it, their four clouds, and one step."""

import math
import random

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, arrows, line, points, text

N_OBS, TRIES = 40, 8
MU_UNIT, LOG_UNIT = 1.0, 0.4  # what one unit of the proposal's width means along each axis
LENGTH = 2.0  # of both arrows, in those units: near the truth a slope is too short to be seen

rng = random.Random(15)
SEEN = [round(25.0 + 0.8 * rng.gauss(0, 1), 3) for _ in range(N_OBS)]


def four_draws():
    """Two standard Gaussian draws and their mirror images, one row a coordinate."""
    pairs = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(2)]
    return [[sign * pair[i] for pair in pairs for sign in (1, -1)] for i in range(2)]


DRAWS = [four_draws() for _ in range(TRIES)]
NOISE = [[round(rng.gauss(0, 1), 4) for _ in range(N_OBS)] for _ in range(4)]
MEAN = math.fsum(SEEN) / N_OBS
VAR = math.fsum((x - MEAN) ** 2 for x in SEEN) / N_OBS
# E[log sd] of 40 standard Gaussians with the divisor 40: (digamma(39/2) - log(40/2)) / 2, where
# digamma(x) = log x - 1/2x - 1/12x^2 + 1/120x^4 to seven digits.
HALF = (N_OBS - 1) / 2
DIGAMMA = math.log(HALF) - 1 / (2 * HALF) - 1 / (12 * HALF**2) + 1 / (120 * HALF**4)
LOG_SD = (DIGAMMA - math.log(N_OBS / 2)) / 2


def distance(mu, log_sigma, noise):
    """How far a simulated cloud lies from the seen one: squared gaps of mean and log spread."""
    x = mu + jnp.exp(log_sigma) * noise
    mean = jnp.mean(x)
    log_sd = 0.5 * jnp.log(jnp.mean((x - mean) ** 2))
    return x, (mean - MEAN) ** 2 / VAR + (log_sd - 0.5 * math.log(VAR)) ** 2


def true_gradient(m, v, width):
    """The exact gradient of E[distance] by (m / MU_UNIT, v / LOG_UNIT), over draws and noise."""
    spread = jnp.exp(2 * v + 2 * (LOG_UNIT * width) ** 2)  # E[sigma^2]
    by_m = 2 * (m - MEAN) / VAR
    by_v = 2 * (v + LOG_SD - 0.5 * math.log(VAR)) + 2 * spread / (N_OBS * VAR)
    return MU_UNIT * by_m, LOG_UNIT * by_v


def unit(m, v):
    """The direction of a gradient: length one."""
    length = jnp.sqrt(m * m + v * v + 1e-300)
    return m / length, v / length


def program(p, data, *, distance=distance):
    m, v, width = p["m"], p["v"], p["width"]
    chosen = jnp.where(abs(data["which"] - p["draw"]) < 0.5, 1.0, 0.0)
    out, gaps, eps_m, eps_v = {}, [], [], []
    for k in range(4):
        eps_m.append(jnp.sum(chosen * data[f"eps_m{k}"]))
        eps_v.append(jnp.sum(chosen * data[f"eps_v{k}"]))
        out[f"mu{k}"] = m + MU_UNIT * width * eps_m[k]
        out[f"sigma{k}"] = v + LOG_UNIT * width * eps_v[k]
        out[f"x{k}"], gap = distance(out[f"mu{k}"], out[f"sigma{k}"], data[f"noise{k}"])
        gaps.append(gap)
    mean_gap = sum(gaps) / 4
    # The score of the mean is eps / width; mirrored draws make any baseline harmless.
    nes_m = sum((gap - mean_gap) * eps_m[k] for k, gap in enumerate(gaps)) / (4 * width)
    nes_v = sum((gap - mean_gap) * eps_v[k] for k, gap in enumerate(gaps)) / (4 * width)
    nes_m, nes_v = unit(nes_m, nes_v)
    true_m, true_v = unit(*true_gradient(m, v, width))
    turn = 2 * math.pi / 48 * data["corner"]
    return out | {
        "ring_m": m + MU_UNIT * width * jnp.cos(turn),
        "ring_v": v + LOG_UNIT * width * jnp.sin(turn),
        "nes_right": -LENGTH * MU_UNIT * nes_m, "nes_up": -LENGTH * LOG_UNIT * nes_v,
        "true_right": -LENGTH * MU_UNIT * true_m, "true_up": -LENGTH * LOG_UNIT * true_v,
        "mean_gap": mean_gap, "cosine": nes_m * true_m + nes_v * true_v,
        "d0": gaps[0], "d1": gaps[1], "d2": gaps[2], "d3": gaps[3],
    }  # fmt: skip


CLOUDS = ("hare", "lynx", "neural_ode", "tangent")
ROWS = {f"row{k}": [k + 0.12 * (i % 5 - 2) for i in range(N_OBS)] for k in range(5)}


def draw(fig, out):
    tags, ink = {}, style.colour
    plane, data = fig.subplots(2, 1, height_ratios=[1.15, 1])
    (ring,) = plane.plot(out["ring_m"], out["ring_v"], color=ink["proposal"])
    tags[ring] = line("ring_m", "ring_v")
    plane.plot(25.0, math.log(0.8), "x", ms=8, mew=2, color=ink["truth"])
    plane.text(25.15, math.log(0.8) - 0.3, "truth", color=ink["truth"])
    for k, name in enumerate(CLOUDS):
        (dot,) = plane.plot(out[f"mu{k}"], out[f"sigma{k}"], "o", ms=6, color=ink[name])
        tags[dot] = points(f"mu{k}", f"sigma{k}")
    for name, colour in (("true", "muted"), ("nes", "loss")):
        arrow = plane.quiver([23.5], [0.2], [out[f"{name}_right"]], [out[f"{name}_up"]],
                             angles="xy", scale_units="xy", scale=1, width=0.012,
                             color=ink[colour])  # fmt: skip
        tags[arrow] = arrows("m", "v", f"{name}_right", f"{name}_up")
    plane.set(xlim=(19, 31), ylim=(-1.9, 1.4), xlabel="θ₁: mean diameter μ (µm)")
    plane.set_ylabel("θ₂: ln σ")
    plane.set_title("ring: proposal; grey arrow: truly downhill")
    for k, name in enumerate(CLOUDS):
        (cloud,) = data.plot(out[f"x{k}"], ROWS[f"row{k}"], "o", ms=2.5, color=ink[name])
        tags[cloud] = points(f"x{k}", f"row{k}")
    data.plot(SEEN, ROWS["row4"], "o", ms=2.5, color=ink["truth"])
    data.set(xlim=(19, 31), yticks=range(5), ylim=(-0.6, 4.6), xlabel="grain diameter x (µm)")
    data.set_yticklabels([f"from θ {k}" for k in "abcd"] + ["seen"])
    words = data.set_title("distances")
    tags[words] = text("distance from what is seen: {d0:.1f}, {d1:.1f}, {d2:.1f}, {d3:.1f}")
    return tags


figure = Explorable(
    name="alfi_proposal",
    title="A proposal, four parameters drawn from it, their clouds, and two ways downhill",
    sliders={
        "m": Slider("proposal's mean, of μ", 22.5, 27.5, 23.5, 0.1, "m", "µm"),
        "v": Slider("proposal's mean, of ln σ", -1.2, 0.8, 0.2, 0.05, "v"),
        "width": Slider("proposal's width", 0.1, 1.5, 0.8, 0.05, "w"),
        "draw": Slider("which four draws", 1, TRIES, 1, 1),
    },
    program=program,
    data={
        "which": [float(k + 1) for k in range(TRIES)],
        **{f"eps_m{k}": [four[0][k] for four in DRAWS] for k in range(4)},
        **{f"eps_v{k}": [four[1][k] for four in DRAWS] for k in range(4)},
        **{f"noise{k}": NOISE[k] for k in range(4)},
        "corner": [float(k) for k in range(49)], **ROWS,
    },
    draw=draw,
    size=(4.6, 4.6),
    sentence=Sentence(
        "Four parameters, four clouds; their mean distance from what was seen is {mean_gap:.2f}. "
        "The arrow from these four clouds has a cosine of {cosine:.2f} with the true way down: "
        "{verdict}.",
        verdict=("cosine", [
            (0.0, "it points the wrong way"),
            (0.7, "it is a rough guess"),
            (None, "a good guess"),
        ]),
    ),
    presets={
        "far away": {"m": 23.5, "v": 0.2, "width": 0.8, "draw": 1},
        "near the truth": {"m": 25.0, "v": -0.25, "width": 0.8, "draw": 1},
        "narrow, on target": {"m": 25.0, "v": -0.25, "width": 0.1, "draw": 1},
    },
    question="Does the arrow from four clouds point downhill?",
)  # fmt: skip
