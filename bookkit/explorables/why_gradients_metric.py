"""Chapter 1: one slope, many steps: the metric turns the gradient into selection."""

import math

import numpy as np

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, arrows, line, text
from mini_autodiff import lax

TOP, START = (0.0, 0.0), (-2.6, 1.6)  # of the hill, and of the population; both in mm
LONG, SHORT, TILT = 1.6, 0.4, 0.6  # variances of length and depth; the hill's own correlation
RATE, GENERATIONS = 0.08, 60
ANGLES = [2 * math.pi * k / 72 for k in range(73)]


def hill(z):
    """Logarithm of mean fitness: a tilted ridge, long in one direction."""
    x, y = z[0] - TOP[0], z[1] - TOP[1]
    cross = TILT * math.sqrt(LONG * SHORT)
    size = LONG * SHORT - cross**2
    return -(SHORT * x**2 - 2 * cross * x * y + LONG * y**2) / (2 * size)


def ring(a, b, d, data):
    """Half a standard deviation about the start, under the covariances a, b, d."""
    root = jnp.sqrt(a)
    rest = jnp.sqrt(jnp.maximum(d - (b / root) ** 2, 0.0))
    around = data["cosine"], data["sine"]
    return START[0] + 0.5 * root * around[0], START[1] + 0.5 * (
        b / root * around[0] + rest * around[1]
    )


def program(p, data):
    share, rho = p["metric"], p["correlation"]
    a = 1 - share + share * LONG  # from the ruler, the identity, to the population's G
    d = 1 - share + share * SHORT
    b = share * rho * math.sqrt(LONG * SHORT)

    def step(z, _):
        slope = ad.grad(hill)(z)
        move = jnp.array([a * slope[0] + b * slope[1], b * slope[0] + d * slope[1]])
        return z + RATE * move, (z[0], z[1])

    start = jnp.array(list(START))
    end, (x, y) = lax.scan(step, start, data["generation"])
    slope = ad.grad(hill)(start)
    u, v = a * slope[0] + b * slope[1], b * slope[0] + d * slope[1]
    steep, long = jnp.sqrt(slope[0] ** 2 + slope[1] ** 2), jnp.sqrt(u**2 + v**2)
    climb = slope[0] * u + slope[1] * v
    cross = rho * math.sqrt(LONG * SHORT)
    ring_x, ring_y = ring(a, b, d, data)
    cloud_x, cloud_y = ring(LONG, cross, SHORT, data)
    return {
        "x": x, "y": y, "at_x": START[0], "at_y": START[1],
        "slope_x": slope[0] / steep, "slope_y": slope[1] / steep, "step_x": u / long,
        "step_y": v / long, "climb": climb, "left": jnp.sqrt(end[0] ** 2 + end[1] ** 2),
        "angle": jnp.arccos(jnp.minimum(climb / (steep * long), 1.0)) * 180 / math.pi,
        "ring_x": ring_x, "ring_y": ring_y, "cloud_x": cloud_x, "cloud_y": cloud_y,
        "toward": share,
    }  # fmt: skip


def draw(fig, out):
    ink, ax = style.colour, fig.subplots()
    x, y = np.meshgrid(np.linspace(-4, 2.2, 80), np.linspace(-1.6, 3, 60))
    heights = hill((x, y))
    ax.contour(x, y, heights, levels=[-20, -12, -6, -2.5, -0.5], colors=ink["grid"],
               linestyles="solid", linewidths=1)  # fmt: skip
    ax.plot(*TOP, "^", color=ink["muted"], ms=8)
    ax.annotate("top", TOP, (8, -3), textcoords="offset points", color=ink["muted"])
    ax.plot(out["x"], out["y"], color=ink["grid"], lw=4)  # the ghost: the plain gradient
    (path,) = ax.plot(out["x"], out["y"], color=ink["posterior"], lw=2)
    (cloud,) = ax.plot(out["cloud_x"], out["cloud_y"], color=ink["muted"], lw=1, ls=":")
    (around,) = ax.plot(out["ring_x"], out["ring_y"], color=ink["posterior"], lw=1.2, ls="--")
    style_of = {"angles": "xy", "scale_units": "xy", "scale": 1}
    # The gradient is drawn wider, so that it is seen when the step lies upon it.
    plain = ax.quiver([out["at_x"]], [out["at_y"]], [out["slope_x"]], [out["slope_y"]],
                      color=ink["loss"], width=0.018, **style_of)  # fmt: skip
    step = ax.quiver([out["at_x"]], [out["at_y"]], [out["step_x"]], [out["step_y"]],
                     color=ink["posterior"], width=0.008, **style_of)  # fmt: skip
    turned = ax.text(2.1, 2.68, "angle", ha="right", color=ink["posterior"], weight="bold")
    ax.set(xlim=(-4, 2.2), ylim=(-1.6, 3), xlabel="bill length, mm from the best",
           ylabel="bill depth, mm from the best", aspect="equal")  # fmt: skip
    ax.set_title("Purple: gradient. Green: the step. Turn the metric", loc="left")
    return {
        path: line("x", "y"), around: line("ring_x", "ring_y"),
        cloud: line("cloud_x", "cloud_y"),
        plain: arrows("at_x", "at_y", "slope_x", "slope_y"),
        step: arrows("at_x", "at_y", "step_x", "step_y"),
        turned: text("turned by {angle:.0f}°"),
    }  # fmt: skip


figure = Explorable(
    name="why_gradients_metric",
    title="A hill over two traits; the gradient, and the step that a metric makes of it",
    sliders={
        "metric": Slider("metric: 0 ruler, 1 population", 0.0, 1.0, 0.0, 0.05),
        "correlation": Slider("correlation of the traits", -1.0, 1.0, 0.0, 0.1, "ρ"),
    },
    program=program,
    data={
        "generation": list(range(GENERATIONS + 1)),
        "cosine": [math.cos(t) for t in ANGLES],
        "sine": [math.sin(t) for t in ANGLES],
    },
    draw=draw,
    size=(4.6, 3.8),
    sentence=Sentence(
        "The step is turned by {angle:.0f} degrees from the gradient, and {climbs}. "
        "After 60 generations {left:.2f} mm are left to the top.{name}",
        climbs=("climb", [
            (1e-6, "it climbs no longer: there is no variance in the direction of the slope"),
            (None, "it still climbs"),
        ]),
        name=("toward", [
            (1e-9, " A ruler's metric: this is the plain gradient, and ρ has no say."),
            (0.999, ""),
            (None, " The population's own metric: this is selection, and the natural gradient."),
        ]),
    ),
    presets={
        "gradient": {"metric": 0.0, "correlation": 0.0},
        "selection": {"metric": 1.0, "correlation": 0.0},
        "straight to the top": {"metric": 1.0, "correlation": 0.6},
        "break it": {"metric": 1.0, "correlation": 1.0},
    },
)  # fmt: skip
