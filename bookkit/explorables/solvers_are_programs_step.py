"""Chapter 4: one step, walked: two slopes, their mean, and what the difference tells."""

import math

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line, points

RATE, DOSE = 0.5, 8.0  # per hour; mg/L just after the injection
HALF = 0.35  # hours: half the length of the short line that shows the second slope


def program(p, data):
    """A Heun step of length h, in four pieces; those not reached yet have no numbers."""
    h = p["h"]
    k1 = -RATE * DOSE
    euler = DOSE + h * k1
    k2 = -RATE * euler
    heun = DOSE + h / 2 * (k1 + k2)
    exact = DOSE * jnp.exp(-RATE * h)
    hidden = [jnp.where(p["piece"] > n - 0.5, 0.0, math.nan) for n in (1, 2, 3, 4)]
    return {
        "span": jnp.stack([0.0, h]), "there": jnp.stack([h, h]), "end": h,
        "first": jnp.stack([DOSE, euler]) + hidden[0],
        "about": jnp.stack([h - HALF, h + HALF]),
        "second": jnp.stack([euler - HALF * k2, euler + HALF * k2]) + hidden[1],
        "mean": jnp.stack([DOSE, heun]) + hidden[2],
        "gap": jnp.stack([euler, heun]) + hidden[3],
        "k2": k2, "euler": euler, "heun": heun, "exact": exact,
        "euler_off": jnp.abs(exact - euler), "heun_off": jnp.abs(exact - heun),
        "apart": jnp.abs(heun - euler),
    }  # fmt: skip


def draw(fig, out):
    ink = style.colour
    ax = fig.subplots()
    times = [0.05 * k for k in range(61)]
    ax.plot(times, [DOSE * math.exp(-RATE * t) for t in times], color=ink["muted"], lw=4, alpha=0.4)
    ax.plot(0, DOSE, "o", ms=6, mfc="none", color=ink["ink"])
    (first,) = ax.plot(out["span"], out["first"], "--", color=ink["loss"])
    (second,) = ax.plot(out["about"], out["second"], color=ink["cotangent"], lw=3)
    (mean,) = ax.plot(out["span"], out["mean"], color=ink["tangent"])
    (gap,) = ax.plot(out["there"], out["gap"], color=ink["ink"], lw=3)
    (truth,) = ax.plot([out["end"]], [out["exact"]], "o", ms=7, color=ink["muted"])
    ax.set(xlim=(-0.05, 3), ylim=(-2.2, 10), xlabel="hours", ylabel="drug in the blood (mg/L)")
    ax.set_title("Walk the four pieces of one step")
    words = {
        "the exact curve": "muted", "1  first slope: Euler's step": "loss",
        "2  slope where Euler ends": "cotangent", "3  mean slope: Heun's step": "tangent",
        "4  their difference: an error, seen": "ink",
    }  # fmt: skip
    for row, (word, name) in enumerate(words.items()):
        ax.text(0.36, 0.94 - 0.075 * row, word, color=ink[name], size=9.5, transform=ax.transAxes)
    return {
        first: line("span", "first"), second: line("about", "second"), mean: line("span", "mean"),
        gap: line("there", "gap"), truth: points("end", "exact"),
    }  # fmt: skip


figure = Explorable(
    name="solvers_are_programs_step",
    title="One Heun step of a drug's decay, piece by piece, with the Euler step inside it",
    sliders={
        "piece": Slider.over([1, 2, 3, 4], "pieces shown", start=4),
        "h": Slider("step", 0.2, 2.4, 1.0, 0.1, "h", "hours"),
    },
    program=program,
    draw=draw,
    size=(4.6, 3.6),
    sentence=Sentence(
        "Slopes −4 at the start and {k2:.2f} where Euler ends. Euler's step ends at {euler:.3f}, "
        "Heun's at {heun:.3f}, the exact curve at {exact:.3f} mg/L. The two steps differ by "
        "{apart:.3f}; Euler is off by {euler_off:.3f}, Heun by {heun_off:.3f}.",
    ),
    presets={
        "1": {"piece": 1}, "2": {"piece": 2}, "3": {"piece": 3}, "4": {"piece": 4},
        "half the step": {"h": 0.5, "piece": 4}, "break it": {"h": 2.4, "piece": 4},
    },
)  # fmt: skip
