"""Chapter 10: a trained clock; the sky closes on day 3 for as long as the reader likes."""

import math

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.data import load
from bookkit.live import Explorable, Sentence, Slider, line
from mini_autodiff import lax

GENES, DAYS, PER_DAY, CLOSES = 4, 8, 400, 2.0
SHOWN = 16  # one point in so many steps is drawn
H, L, SWITCH = 1.0 / PER_DAY, 86_400.0 * 100.0, 1000.0
BOUNDS = {
    "a": (8.64, 864.0), "d": (8.64, 864.0), "b": (86.4, 86_400.0), "e": (86.4, 86_400.0),
    "m0": (0.1, 100.0), "p0": (10.0, 1e5), "rho": (1e-3, 10.0), "k": (100.0, 10_100.0),
    "alpha": (0.0, 1.0), "h": (0.0, 5.0),
}  # fmt: skip


def bounded(name, x):
    """`bookkit.clock.circuit.bounded`, without JAX, to four digits."""
    if isinstance(x, list):
        return [bounded(name, v) for v in x]
    (low, high), s = BOUNDS[name], 1.0 / (1.0 + math.exp(-x))
    straight = name in ("alpha", "h")
    return float(f"{low + (high - low) * s if straight else low * (high / low) ** s:.4g}")


def circuit(which):
    """The trained circuit of that name, in its own units."""
    return {name: bounded(name, x) for name, x in load("gene_clock")["chosen"][which].items()}


def activities(c, p):
    """f of each gene: the mean of alpha over the 16 states of its promoter."""
    logs = [jnp.log(jnp.maximum(q, 0.01)) for q in p]
    out = []
    for alpha, rho, h, k in zip(c["alpha"], c["rho"], c["h"], c["k"], strict=True):
        v = [jnp.exp(h[j] * (logs[j] - math.log(k[j]))) for j in range(GENES)]
        above, below, helps = 0.0, 0.0, iter(rho)
        for A in range(2**GENES):
            on = [j for j in range(GENES) if A >> j & 1]
            weight = 1.0 if len(on) < 2 else next(helps)
            for j in on:
                weight = weight * v[j]
            above, below = above + alpha[A] * weight, below + weight
        out.append(above / below)
    return out


def stepped(c, pace, activity=activities):
    """step(u, light before, light after): the exponential step of bookkit.clock.step."""
    loss = [pace * d for d in (*c["d"], *c["e"])]
    kept = [jnp.exp(-d * H) for d in loss]
    fill = [(1.0 - E) / d for E, d in zip(kept, loss, strict=True)]
    bend = [(d * H - 1.0 + E) / (d * d * H) for E, d in zip(kept, loss, strict=True)]

    def made(u, light):
        p = u[GENES:]
        m = [pace * a * f for a, f in zip(c["a"], activity(c, p), strict=True)]
        q = [pace * b * n for b, n in zip(c["b"], u[:GENES], strict=True)]
        q[1] = q[1] + light
        return m + q

    def step(u, before, after):
        r = made(u, before)
        first = [E * x + g * s for E, x, g, s in zip(kept, u, fill, r, strict=True)]
        new = made(first, after)
        return [x + b * (s - o) for x, b, s, o in zip(first, bend, new, r, strict=True)]

    return step


def open_sky(t, dark):
    """1, but 0 for `dark` days from CLOSES on."""
    return 1.0 - jnp.where(t < CLOSES, 0.0, 1.0) * jnp.where(t < CLOSES + dark, 1.0, 0.0)


def follow(c, pace, dark, silenced=lambda f: f):
    """The hand at the points drawn, and the hour at which it last rose."""
    step = stepped(c, pace, lambda c, p: silenced(activities(c, p)))

    def light(t):
        return L * jnp.exp(3.0 * math.log(10.0) * (-1.0 - jnp.sin(2.0 * math.pi * t)))

    def one(carry, _):
        u, rise, t, before = carry
        opened, after = open_sky(t + H / 2, dark), light(t + H)
        new = step(u, opened * before, opened * after)
        old, hand = u[GENES], new[GENES]
        share = (SWITCH - old) / jnp.where(hand > old, hand - old, 1.0)
        crossed = jnp.where(old < SWITCH, 1.0, 0.0) * jnp.where(hand < SWITCH, 0.0, 1.0)
        return (new, jnp.where(crossed > 0.5, t + H * share, rise), t + H, after), hand

    start = [v + 0.0 * pace for v in (*c["m0"], *c["p0"])]
    t0 = 0.0 * pace
    (_, rise, _, _), hand = lax.scan(one, (start, t0, t0, light(t0)), None, length=DAYS * PER_DAY)
    shown = hand[SHOWN - 1 :: SHOWN]
    return shown * shown / (SWITCH**2 + shown * shown), 24.0 * rise


CIRCUIT = circuit("light")
DATA = {"t": [round(H * k, 3) for k in range(SHOWN, DAYS * PER_DAY + 1, SHOWN)]}
DAY = [round(0.5 - 0.5 * math.sin(2.0 * math.pi * t), 3) for t in DATA["t"]]
WANTED = [x * x / (0.25 + x * x) for x in DAY]


def silenced(f):
    """What becomes of the four activities: nothing."""
    return f


def program(p, data, *, silenced=silenced):
    hand, rise = follow(CIRCUIT, 1.0 + 0.0 * p["dark"], p["dark"], silenced)
    light = 1.15 + 0.2 * open_sky(data["t"], p["dark"]) * data["day"]
    return {"hand": hand, "light": light, "rise": rise}


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    ax.plot(DATA["t"], WANTED, color=ink["muted"], lw=1.0)
    (light,) = ax.plot(DATA["t"], out["light"], color=ink["lynx"], lw=1.5)
    (hand,) = ax.plot(DATA["t"], out["hand"], color=ink["ode"], lw=2.0)
    ax.set(xlim=(0, DAYS), ylim=(-0.05, 1.42), xlabel="time (days)", yticks=[0, 0.5, 1])
    ax.set_ylabel("hand of the clock")
    ax.set_title("Switch the light off: does it hold?  (orange: light)", loc="left")
    return {hand: line("t", "hand"), light: line("t", "light")}


figure = Explorable(
    name="gene_clock",
    title="A trained clock of four genes; the sky closes on day 3",
    sliders={"dark": Slider("days without light", 0.0, 6.0, 0.0, step=0.5, unit="days")},
    program=program,
    data=DATA | {"day": DAY},
    draw=draw,
    sentence=Sentence(
        "With {dark} days of dark from day 3 on, the hand last rises at hour {rise:.1f}; dawn was "
        "at hour 180.0{so}.",
        so=("rise", [(174.0, ": it has lost the day"), (179.0, ": it is early"),
                     (181.0, ": the clock holds"), (None, ": it is late")]),
    ),
    presets={"every day": {"dark": 0.0}, "three dark days": {"dark": 3.0},
             "dark to the end": {"dark": 6.0}},
)  # fmt: skip
