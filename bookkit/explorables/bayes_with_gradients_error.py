"""Chapter 13: many throws with one step length: where they end, and which ends are accepted."""

import math
from random import Random

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.explorables.bayes_with_gradients import SPAN, valley
from bookkit.live import Explorable, Sentence, Slider, points, vline
from mini_autodiff import lax

COUNT, SEED, FAR, LOW, HIGH = 60, 13, 12.0, 0.06, 1.0
STEPS = [0.06, 0.08, 0.1, 0.12, 0.16, 0.2, 0.24, 0.3, 0.32, 0.4, 0.48, 0.6, 0.8, 0.96]


def potentials(x, y):
    """The bent valley of the first figure, for many balls at once."""
    return x**2 / 2 + 3 * (y - x**2 / 2) ** 2


def throws():
    """Starts drawn from the bent posterior itself, pushes, and the numbers that decide."""
    draw = Random(SEED)
    x = [draw.gauss(0, 1) for _ in range(COUNT)]
    return {
        "from_x": x, "from_y": [v * v / 2 + draw.gauss(0, 1) / math.sqrt(6) for v in x],
        "rx": [draw.gauss(0, 1) for _ in x], "ry": [draw.gauss(0, 1) for _ in x],
        "luck": [draw.random() for _ in x],
    }  # fmt: skip


def roll(data, h):
    """All throws for the time SPAN, by steps of h: ends, and the errors of their energies."""
    slopes = ad.grad(lambda x, y: jnp.sum(potentials(x, y)), argnums=(0, 1))

    def advance(state, tick):
        x, y, r, s = state
        inside = jnp.where(x * x + y * y < FAR**2, 1.0, 0.0)
        on = h * inside * jnp.where((tick + 0.5) * h < SPAN, 1.0, 0.0)
        a, b = slopes(x, y)
        r, s = r - on / 2 * a, s - on / 2 * b
        x, y = x + on * r, y + on * s
        a, b = slopes(x, y)
        return (x, y, r - on / 2 * a, s - on / 2 * b), None

    start = data["from_x"], data["from_y"], data["rx"], data["ry"]
    x, y, r, s = lax.scan(advance, start, data["clock"])[0]
    first = potentials(data["from_x"], data["from_y"]) + (data["rx"] ** 2 + data["ry"] ** 2) / 2
    return x, y, jnp.minimum(potentials(x, y) + (r * r + s * s) / 2 - first, 50.0)


def program(p, data):
    x, y, off = roll(data, p["h"])
    accept = jnp.exp(jnp.minimum(0.0, -off))
    taken = jnp.where(data["luck"] < accept, 1.0, 0.0)
    return {
        "x": jnp.where(taken > 0.5, x, math.nan), "y": jnp.where(taken > 0.5, y, math.nan),
        "no_x": jnp.where(taken > 0.5, math.nan, x), "no_y": jnp.where(taken > 0.5, math.nan, y),
        "size": jnp.mean(jnp.minimum(jnp.abs(off), 5.0)), "share": jnp.sum(taken),
        "accept": jnp.mean(accept), "mean": jnp.stack([jnp.mean(accept)]),
        "steps": SPAN / p["h"], "at": p["h"],
        "worth": jnp.mean(accept) * p["h"] / SPAN * 100,
    }  # fmt: skip


DATA = {**throws(), "clock": list(range(round(SPAN / LOW)))}


def acceptances():
    """The mean acceptance at each stop of the slider."""
    f = ad.jit(lambda h, data: jnp.mean(jnp.exp(jnp.minimum(0.0, -roll(data, h)[2]))))
    arrays = {name: jnp.array(column) for name, column in DATA.items()}
    return [f(h, arrays) for h in STEPS]


def draw(fig, out):
    ink = style.colour
    left, right = fig.subplots(1, 2, width_ratios=[1.25, 1])
    valley(left, ink)
    (no,) = left.plot(out["no_x"], out["no_y"], "o", ms=4, mew=0, color=ink["cotangent"])
    (yes,) = left.plot(out["x"], out["y"], "o", ms=4, mew=0, color=ink["tangent"])
    left.set(xlim=(-3.2, 3.2), ylim=(-1.6, 5), xticks=[-2, 0, 2], yticks=[0, 2, 4], xlabel="θ₁")
    left.set_title("60 ends: taken, refused", loc="left")
    right.plot(STEPS, acceptances(), color=ink["muted"])
    (here,) = right.plot([out["at"]], out["mean"], "o", ms=8, color=ink["loss"])
    mark = right.axvline(out["at"], color=ink["loss"], lw=0.8)
    right.set(xlim=(0, 1), ylim=(0, 1.04), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1], xlabel="step h")
    right.set_title("mean acceptance", loc="left")
    return {no: points("no_x", "no_y"), yes: points("x", "y"), here: points("at", "mean"),
            mark: vline("at")}  # fmt: skip


figure = Explorable(
    name="bayes_with_gradients_error",
    title="Sixty throws through the bent valley, the ends that are taken, and the mean acceptance",
    sliders={"h": Slider.over(STEPS, "step", start=0.2, symbol="h")},
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 2.8),
    sentence=Sentence(
        "With h = {h}, {steps:.0f} steps a throw: {share:.0f} of 60 ends are taken, the mean "
        "acceptance is {accept:.2f}, the energy is off by {size:.2f} on average (5 at most). A "
        "hundred gradients bring {worth:.1f} accepted throws{verdict}",
        verdict=("accept", [
            (0.05, ": the step is too long, and next to nothing is accepted."),
            (0.6, ": too many ends are refused."),
            (0.95, "."),
            (None, ": nearly all are accepted, and each costs many steps."),
        ]),
    ),
    presets={"short": {"h": 0.08}, "better": {"h": 0.24}, "long": {"h": 0.4},
             "break it": {"h": 0.96}},
)  # fmt: skip
