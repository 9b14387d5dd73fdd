"""Chapter 1: a point and a population climb the same rugged hill."""

import math

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, band, line, points
from mini_autodiff import lax

START, STEPS, RATE = -2.4, 150, 0.04
NODES = [-3.6 + 0.2 * k for k in range(37)]  # in standard deviations


def log_fitness(z, rugged):
    """Logarithm of the fitness of trait z: a hill with its top near 0, and bumps upon it."""
    return -(z**2) / 2 + rugged * jnp.cos(7 * z)


def program(p, data, *, log_fitness=log_fitness):
    def fitness(z):
        return jnp.exp(log_fitness(z, p["rugged"]))

    def point(z, _):
        return z + RATE * ad.grad(log_fitness)(z, p["rugged"]), z

    def population(mean, _):
        z = mean + p["width"] * data["node"]
        weight = data["weight"] * fitness(z)  # the share of each trait times its fitness
        response = jnp.sum(weight * (z - mean)) / jnp.sum(weight)  # Price's covariance
        return mean + RATE / p["width"] ** 2 * response, mean

    end, alone = lax.scan(point, START, data["when"])
    centre, means = lax.scan(population, START, data["when"])
    return {
        "alone": alone, "means": means, "surface": log_fitness(data["z"], p["rugged"]),
        "alone_at": end, "alone_height": log_fitness(end, p["rugged"]),
        "mean_at": centre, "mean_height": log_fitness(centre, p["rugged"]),
        "low": means - p["width"], "high": means + p["width"],
        "alone_left": jnp.abs(end), "mean_left": jnp.abs(centre),
    }  # fmt: skip


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2, height_ratios=[1.2, 1])
    (surface,) = above.plot(DATA["z"], out["surface"], color=ink["muted"])
    above.axvline(START, color=ink["grid"], lw=1, zorder=0)
    (mean,) = above.plot([out["mean_at"]], [out["mean_height"]], "s", ms=9, mew=0,
                         color=ink["posterior"])  # fmt: skip
    (alone,) = above.plot([out["alone_at"]], [out["alone_height"]], "o", ms=7, mew=0,
                          color=ink["loss"])  # fmt: skip
    above.set(xlim=(-3.4, 2), ylim=(-4.8, 1.3), xlabel="trait", yticks=[-4, -2, 0],
              ylabel="log fitness")  # fmt: skip
    above.set_title("Make the hill rugged: who still reaches the top?", loc="left")
    when = DATA["when"]
    cloud = below.fill_between(when, out["low"], out["high"], color=ink["posterior"],
                               alpha=0.2, lw=0)  # fmt: skip
    (means,) = below.plot(when, out["means"], color=ink["posterior"], lw=2.5)
    (path,) = below.plot(when, out["alone"], color=ink["loss"], lw=1.5)
    below.set(xlim=(0, STEPS), ylim=(-3.4, 1.2), yticks=[-2, 0], ylabel="trait",
              xlabel="step")  # fmt: skip
    below.text(148, -3.1, "purple: a point; green: a population", ha="right", size=9)
    return {
        surface: line("z", "surface"), mean: points("mean_at", "mean_height"),
        alone: points("alone_at", "alone_height"), cloud: band("when", "low", "high"),
        means: line("when", "means"), path: line("when", "alone"),
    }  # fmt: skip


DATA = {
    "z": [-3.4 + 0.03 * k for k in range(181)],
    "when": list(range(STEPS + 1)),
    "node": NODES,
    "weight": [math.exp(-(x**2) / 2) for x in NODES],
}
REACHED = [(0.3, "reaches the top"), (None, "stops short of the top")]

figure = Explorable(
    name="why_gradients_rugged",
    title="A point and a population climbing the same hill",
    sliders={
        "rugged": Slider("height of the bumps", 0.0, 1.0, 0.0, 0.05),
        "width": Slider("spread of the population", 0.05, 0.6, 0.3, 0.05, "σ"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 4.0),
    sentence=Sentence(
        "After 150 steps the point {alone_fate}, at {alone_at:.2f}; the mean of the "
        "population {mean_fate}, at {mean_at:.2f}.",
        alone_fate=("alone_left", REACHED), mean_fate=("mean_left", REACHED),
    ),
    presets={
        "smooth": {"rugged": 0.0, "width": 0.3},
        "rugged": {"rugged": 0.5, "width": 0.3},
        "break it": {"rugged": 0.5, "width": 0.1},
    },
)  # fmt: skip
