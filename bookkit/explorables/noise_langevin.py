"""Chapter 11: a trait that climbs its fitness and is kicked about, and where it spends its time."""

import math
import random

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Choice, Explorable, Sentence, Slider, bars, line
from mini_autodiff import lax

STEPS, SHOWN, WIDTH = 1500, 300, 0.3
CENTRES = [round(WIDTH * (k - 12), 2) for k in range(25)]


def log_fitness(x):
    """Logarithm of the fitness of the trait x; its exponential is normal, of variance 1."""
    return -(x**2) / 2


def program(p, data, *, log_fitness=log_fitness):
    eps, chosen = p["eps"], p["noise"]
    size = (
        chosen["right"] * jnp.sqrt(2 * eps) + chosen["root"] * jnp.sqrt(eps) + chosen["eps"] * eps
    )

    def step(x, kick):
        x = x + eps * ad.grad(log_fitness)(x) + size * kick
        return x, x

    _, path = lax.scan(step, 0.0, data["kick"])

    def share(_, centre):
        inside = jnp.where(jnp.abs(path - centre) < WIDTH / 2, 1.0, 0.0)
        return None, jnp.sum(inside) / (STEPS * WIDTH)

    _, spent = lax.scan(share, None, data["centre"])
    mean = jnp.sum(path) / STEPS
    return {
        "path": path[:SHOWN], "spent": spent,
        "variance": jnp.sum((path - mean) ** 2) / STEPS,
    }  # fmt: skip


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2, height_ratios=[1, 1.3])
    (path,) = above.plot(DATA["when"], out["path"], color=ink["lynx"], lw=1)
    above.set(xlim=(0, SHOWN), ylim=(-4, 4), yticks=[-3, 0, 3], ylabel="trait")
    above.set_title("The first 300 of 1500 steps; below, where they all went", loc="left")
    boxes = below.bar(CENTRES, out["spent"], WIDTH * 0.9, color=ink["lynx"], alpha=0.5)
    below.plot(DATA["z"], DATA["target"], color=ink["ink"])
    below.set(xlim=(-3.8, 3.8), ylim=(0, 0.85), xlabel="trait (line: the fitness, scaled)",
              ylabel="share")  # fmt: skip
    return {path: line("when", "path"), boxes: bars("spent")}


rng = random.Random(8)
DATA = {
    "when": list(range(SHOWN)),
    "kick": [round(rng.gauss(0.0, 1.0), 3) for _ in range(STEPS)],
    "centre": CENTRES,
    "z": [round(-3.8 + 0.1 * k, 1) for k in range(77)],
    "target": [math.exp(-((-3.8 + 0.1 * k) ** 2) / 2) / math.sqrt(2 * math.pi) for k in range(77)],
}

figure = Explorable(
    name="noise_langevin",
    title="A trait under selection and noise: its path, and how often it is where",
    sliders={
        "eps": Slider.over((0.05, 0.1, 0.2, 0.5, 1.0, 1.5), "step", start=0.1, symbol="ε"),
        "noise": Choice("size of a kick", {
            "right": "√(2ε)", "root": "√ε", "eps": "ε"}),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.8),
    sentence=Sentence(
        "With steps of {eps} and kicks of size {noise} the trait varies with variance "
        "{variance:.2f}. Where time is spent in proportion to fitness, it is 1."
    ),
    presets={
        "right": {"eps": 0.1, "noise": "right"},
        "break it": {"eps": 0.1, "noise": "root"},
        "large steps": {"eps": 1.5, "noise": "right"},
    },
)  # fmt: skip
