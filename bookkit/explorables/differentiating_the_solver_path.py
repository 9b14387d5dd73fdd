"""Chapter 5: where gradient descent walks, on a map of two of its four rates."""

import math

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.explorables.differentiating_the_solver_arrow import BEST, DATA, GUESS, misfit
from bookkit.live import Choice, Slider, Snapshots, arrows, line, points
from mini_autodiff import tree

STEPS = {"0.001": "0.001", "0.002": "0.002", "0.003": "0.003", "0.005": "0.005"}
STOPS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100]
LONGEST = 0.3  # the arrow, in units of the map


def walk(length: float) -> list[dict[str, float]]:
    """A hundred steps against the gradient by the logarithms of the four rates."""
    data = {name: jnp.array(column) for name, column in DATA.items()}
    downhill = ad.jit(ad.value_and_grad(lambda log_p: misfit(tree.map(jnp.exp, log_p), data)))
    log_p, places = tree.map(math.log, GUESS), []
    for _ in range(STOPS[-1] + 1):
        loss, slope = downhill(log_p)
        steep = math.hypot(*slope.values())
        places.append({
            "log_alpha": log_p["alpha"], "log_gamma": log_p["gamma"], "misfit": loss,
            "alpha": math.exp(log_p["alpha"]), "gamma": math.exp(log_p["gamma"]),
            "right": -LONGEST * slope["alpha"] / steep, "up": -LONGEST * slope["gamma"] / steep,
        })  # fmt: skip
        log_p = tree.map(lambda value, s: value - length * s, log_p, slope)
    return places


def snapshots(length: float) -> list[dict]:
    """What the figure shows at each stop: the path so far, the place, the arrow there."""
    places = walk(length)
    return [
        places[stop]
        | {f"path_{x}": [places[min(k, stop)][f"log_{x}"] for k in range(STOPS[-1] + 1)]
           for x in ("alpha", "gamma")}
        for stop in STOPS
    ]  # fmt: skip


def draw(fig, out):
    ink, ax = style.colour, fig.subplots()
    best = math.log(BEST["alpha"]), math.log(BEST["gamma"])
    guess = math.log(GUESS["alpha"]), math.log(GUESS["gamma"])
    ax.plot(*best, "o", ms=9, mfc="none", color=ink["muted"])
    ax.annotate("best fit", best, (8, -4), textcoords="offset points", color=ink["muted"])
    ax.plot(*guess, "o", ms=6, color=ink["muted"])
    ax.annotate("guess", guess, (8, -6), textcoords="offset points", color=ink["muted"])
    (path,) = ax.plot(out["path_alpha"], out["path_gamma"], lw=1, color=ink["loss"])
    (steps,) = ax.plot(out["path_alpha"], out["path_gamma"], "o", ms=2.5, color=ink["loss"])
    (here,) = ax.plot(out["log_alpha"], out["log_gamma"], "o", ms=8, color=ink["loss"])
    arrow = ax.quiver([out["log_alpha"]], [out["log_gamma"]], [out["right"]], [out["up"]],
                      angles="xy", scale_units="xy", scale=1, width=0.011,
                      color=ink["loss"])  # fmt: skip
    for axis, ticks in (("x", (0.4, 0.5, 0.6, 0.7, 0.8)), ("y", (0.5, 0.6, 0.8, 1.0, 1.2))):
        ax.set(**{f"{axis}ticks": [math.log(v) for v in ticks], f"{axis}ticklabels": ticks})
    ax.set(xlim=(math.log(0.29), math.log(0.82)), ylim=(math.log(0.48), math.log(1.3)))
    ax.set(xlabel="α, hares breed", ylabel="γ, lynx die")
    ax.set_title("Walk downhill: which way does α go?")
    return {
        path: line("path_alpha", "path_gamma"),
        steps: points("path_alpha", "path_gamma"),
        here: points("log_alpha", "log_gamma"),
        arrow: arrows("log_alpha", "log_gamma", "right", "up"),
    }


figure = Snapshots(
    name="differentiating_the_solver_path",
    title="The path of gradient descent on a map of birth rate and death rate",
    slider=("step", Slider.over(STOPS, "steps taken")),
    choice=("length", Choice("step length", STEPS)),
    states={name: snapshots(float(length)) for length, name in STEPS.items()},
    draw=draw,
    size=(4.6, 3.4),
    sentence="Step {step}, of length {length}: α = {alpha:.3f}, γ = {gamma:.3f}, misfit "
    "{misfit:.2f}. The arrow points straight downhill, and nowhere else.",
    presets={
        "the turn": {"step": 3, "length": "0.001"},
        "100 small steps": {"step": 100, "length": "0.001"},
        "break it": {"step": 100, "length": "0.005"},
    },
    made="100 steps of gradient descent in all four rates from the guess",
)
