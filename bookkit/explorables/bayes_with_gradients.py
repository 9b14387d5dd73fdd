"""Chapter 13: a ball rolls through a bent valley, in steps of the reader's choice."""

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line, points
from mini_autodiff import lax

SPAN, SHORTEST, FAR = 4.8, 0.05, 12.0
LENGTHS = [0.05, 0.1, 0.15, 0.2, 0.24, 0.3, 0.32, 0.4, 0.48, 0.6]  # they divide SPAN
THROWS = [[1.9, 0.5], [1.2, -0.6], [0.3, 1.4], [-1.6, 0.9], [0.9, 1.0]]  # made by hand
START = [-1.0, 0.8]


def potential(theta):
    """Minus the logarithm of a bent posterior: x is normal, and y is x*x/2 give or take 0.41."""
    x, y = theta
    return x**2 / 2 + 3 * (y - x**2 / 2) ** 2


def leap(slope, theta, r, h):
    """Half a kick, a drift, half a kick: one leapfrog step."""
    r = r - h / 2 * slope(theta)
    theta = theta + h * r
    return theta, r - h / 2 * slope(theta)


def energy(theta, r):
    return potential(theta) + jnp.sum(r * r) / 2


def trajectory(theta, r, h, clock, leap=leap):
    """(x, y, energy) before each tick; it rests when the time is over, and where it is lost."""
    slope = ad.grad(potential)

    def advance(state, tick):
        theta, r = state
        new, pushed = leap(slope, theta, r, h)
        inside = jnp.where(jnp.sum(theta * theta) < FAR**2, 1.0, 0.0)
        on = jnp.where((tick + 0.5) * h < SPAN, inside, 0.0)
        moved = theta + on * (new - theta), r + on * (pushed - r)
        return moved, (theta[0], theta[1], energy(theta, r))

    return lax.scan(advance, (theta, r), clock)[1]


def program(p, data, *, leap=leap):
    theta = jnp.array(START)
    r = sum(
        jnp.where(p["throw"] == n + 1, 1.0, 0.0) * jnp.array(throw)
        for n, throw in enumerate(THROWS)
    )
    x, y, e = trajectory(theta, r, p["h"], data["clock"], leap)
    # The page shows a number that cannot overflow; far out nothing is accepted anyway.
    error = jnp.minimum(jnp.maximum(e - e[0], -50.0), 50.0)
    worst, _ = lax.scan(lambda m, v: (jnp.maximum(m, jnp.abs(v)), v), 0.0, error)
    end = error[len(CLOCK) - 1]
    exact = trajectory(theta, r, SHORTEST / 5, data["fine"])
    return {
        "x": x, "y": y, "error": error, "time": jnp.minimum(data["clock"] * p["h"], SPAN),
        "fine_x": exact[0], "fine_y": exact[1],
        "end_x": jnp.stack([x[len(CLOCK) - 1]]), "end_y": jnp.stack([y[len(CLOCK) - 1]]),
        "end_time": jnp.stack([jnp.minimum(SPAN, len(CLOCK) * p["h"])]), "last": jnp.stack([end]),
        "off": end, "size": jnp.abs(end), "worst": worst, "steps": SPAN / p["h"],
        "accept": jnp.exp(jnp.minimum(0.0, -end)),
    }  # fmt: skip


CLOCK = list(range(round(SPAN / SHORTEST) + 1))
DATA = {"clock": CLOCK, "fine": list(range(5 * (len(CLOCK) - 1) + 1))}


def valley(ax, ink):
    """The posterior's own picture: lines of equal density, at 1, 2 and 3 below the top."""
    grid = [-3.2 + 0.08 * i for i in range(81)], [-1.6 + 0.1 * i for i in range(67)]
    heights = [[x**2 / 2 + 3 * (y - x**2 / 2) ** 2 for x in grid[0]] for y in grid[1]]
    ax.contour(*grid, heights, levels=[0.5, 2.0, 4.5], colors=[ink["posterior"]], linewidths=0.9)


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2, height_ratios=[1.9, 1])
    valley(above, ink)
    (exact,) = above.plot(out["fine_x"], out["fine_y"], color=ink["grid"], lw=4)
    (path,) = above.plot(out["x"], out["y"], lw=1.2, color=ink["tangent"])
    (dots,) = above.plot(out["x"], out["y"], "o", ms=3.5, mew=0, color=ink["tangent"])
    (end,) = above.plot(out["end_x"], out["end_y"], "o", ms=8, color=ink["ink"])
    above.plot(*START, "o", ms=7, mfc="none", color=ink["ink"])
    above.set(xlim=(-3.2, 3.2), ylim=(-1.6, 5), xlabel="θ₁", ylabel="θ₂", yticks=[0, 2, 4])
    above.set_title("Make the step longer: does the energy run away?", loc="left")
    below.plot([0, SPAN], [0, 0], color=ink["muted"], lw=0.8)
    (error,) = below.plot(out["time"], out["error"], lw=1.2, color=ink["loss"])
    (each,) = below.plot(out["time"], out["error"], "o", ms=3.5, mew=0, color=ink["loss"])
    (last,) = below.plot(out["end_time"], out["last"], "o", ms=8, color=ink["ink"])
    below.set(xlim=(-0.1, SPAN + 0.1), ylim=(-1.5, 3), yticks=[-1, 0, 1, 2], xlabel="time",
              ylabel="energy error")  # fmt: skip
    return {
        exact: line("fine_x", "fine_y"), path: line("x", "y"), dots: points("x", "y"),
        each: points("time", "error"), end: points("end_x", "end_y"),
        error: line("time", "error"), last: points("end_time", "last"),
    }  # fmt: skip


figure = Explorable(
    name="bayes_with_gradients",
    title="A ball thrown through a bent valley, and how far its energy is off on the way",
    sliders={
        "h": Slider.over(LENGTHS, "step", start=0.1, symbol="h"),
        "throw": Slider.over([1, 2, 3, 4, 5], "throw", start=1),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 4.6),
    sentence=Sentence(
        "{steps:.0f} steps of {h}: the energy is off by up to {worst:.2f} on the way, and by "
        "{off:.2f} at the end, so the end is accepted with probability {accept:.2f}{verdict}",
        verdict=("worst", [
            (0.05, ": hardly anything is lost."),
            (1.0, ". It swings, and does not run away."),
            (20.0, ": too rough for this valley."),
            (None, ": the step is too long, and the ball is thrown out (errors count up to 50)."),
        ]),
    ),
    presets={"short": {"h": 0.1}, "twice as long": {"h": 0.2}, "long": {"h": 0.3},
             "break it": {"h": 0.6}},
)  # fmt: skip
