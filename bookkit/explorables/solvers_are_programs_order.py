"""Chapter 4: the error of a run against its step, and against its price, for three methods."""

import math

from bookkit import style
from bookkit.explorables.solvers_are_programs import euler
from bookkit.live import Slider, Snapshots, points

START, END = 0.1, 3.0
STEPS = [2**k for k in range(2, 17)]


def yeast(t, u):
    """Growth that slows as the flask fills up."""
    return u * (1 - u)


def heun(f, t, u, h):
    k1 = f(t, u)
    k2 = f(t + h, u + h * k1)
    return u + h / 2 * (k1 + k2)


def rk4(f, t, u, h):
    k1 = f(t, u)
    k2 = f(t + h / 2, u + h / 2 * k1)
    k3 = f(t + h / 2, u + h / 2 * k2)
    k4 = f(t + h, u + h * k3)
    return u + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


METHODS = {euler: (1, "loss"), heun: (2, "tangent"), rk4: (4, "hare")}  # slopes a step, colour


def error(step, n):
    """Of a run of n equal steps, against the exact solution."""
    u, h = START, END / n
    for i in range(n):
        u = step(yeast, i * h, u, h)
    grown = START * math.exp(END)
    return abs(u - grown / (1 - START + grown))


ERRORS = {step: {n: error(step, n) for n in (STEPS[0] // 2, *STEPS)} for step in METHODS}


def state(n):
    """What the figure shows at n steps."""
    out = {"h": END / n}
    for step, (slopes, _) in METHODS.items():
        name, found = step.__name__, ERRORS[step]
        out |= {
            name: found[n],
            f"{name}_price": slopes * n,
            f"{name}_fell": found[n // 2] / found[n],
        }
    return out


def draw(fig, out):
    above, below = fig.subplots(2, 1)
    tags = {}
    for step, (slopes, colour) in METHODS.items():
        name, ink = step.__name__, {"color": style.colour[colour]}
        found = [ERRORS[step][n] for n in STEPS]
        above.loglog([END / n for n in STEPS], found, **ink, lw=1)
        below.loglog([slopes * n for n in STEPS], found, **ink, lw=1)
        (here,) = above.loglog([out["h"]], [out[name]], "o", ms=7, **ink)
        (there,) = below.loglog([out[f"{name}_price"]], [out[name]], "o", ms=7, **ink)
        tags |= {here: points("h", name), there: points(f"{name}_price", name)}
    for at, word, height, colour in (
        (2e-4, "Euler", 3e-3, "loss"), (4e-4, "Heun", 2e-6, "tangent"),
        (6e-4, "RK4", 1e-12, "hare"),
    ):  # fmt: skip
        above.text(at, height, word, color=style.colour[colour], size=9.5)
    for ax in (above, below):
        ax.set(ylim=(1e-17, 10), yticks=[1, 1e-5, 1e-10, 1e-15])
        ax.set_yticklabels(["1", "1e-5", "1e-10", "1e-15"])
        ax.minorticks_off()
    above.set(xlim=(3e-5, 2), xticks=[1e-4, 1e-3, 1e-2, 0.1, 1], xlabel="length of a step")
    above.set_xticklabels(["0.0001", "0.001", "0.01", "0.1", "1"])
    below.set(xlim=(2, 6e5), xticks=[10, 100, 1000, 1e4, 1e5], xlabel="slopes computed, in all")
    below.set_xticklabels(["10", "100", "1000", "10,000", "100,000"])
    above.set_title("Halve the step again and again: error of the run")
    below.set_title("The same errors, against what they cost")
    return tags


figure = Snapshots(
    name="solvers_are_programs_order",
    title="Errors of Euler, Heun and RK4 against the step and against the slopes computed",
    slider=("n", Slider.over(STEPS, "steps", start=64, symbol="n")),
    states=[state(n) for n in STEPS],
    draw=draw,
    size=(4.6, 5.2),
    sentence=(
        "With {n} steps Euler is off by {euler:.1e}, Heun by {heun:.1e}, RK4 by {rk4:.1e}. "
        "With half as many they were off {euler_fell:.1f}, {heun_fell:.1f} and {rk4_fell:.1f} "
        "times as much."
    ),
    presets={"64": {"n": 64}, "128": {"n": 128}, "4096": {"n": 4096}, "65,536": {"n": 65536}},
    made="by the three programs of this chapter, on growing yeast",
)
