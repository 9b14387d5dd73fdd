"""Chapter 11: a gene in a small and in a large volume: by jumps, with kicks, and without noise."""

import random

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line
from mini_autodiff import lax, ode

HOURS, EVENTS, STEPS, SETTLED = 8.0, 1700, 160, 3.0
H = HOURS / STEPS


def rates(c):
    """Made and lost, each hour in a unit of volume, at the concentration c."""
    return [1.0, c]


def program(p, data, *, rates=rates):
    volume = p["volume"]

    def event(now, drawn):  # Gillespie: half of the steps wait, the others jump
        t, n = now
        wait, pick = drawn
        made, lost = (volume * r for r in rates(n / volume))
        end = jnp.minimum(t + wait / (made + lost), HOURS)
        jump = jnp.where(pick * (made + lost) < made, 1.0, -1.0)
        jump = jump * jnp.where(pick < 0.0, 0.0, 1.0) * jnp.where(end < HOURS, 1.0, 0.0)
        settled = jnp.where(t > SETTLED, end - t, 0.0)
        return (end, n + jump), (end, (n + jump) / volume, n / volume, settled)

    def kick(c, drawn):  # the chemical Langevin equation
        made, lost = rates(jnp.maximum(c, 0.0))
        noise = jnp.sqrt(made) * drawn[0] - jnp.sqrt(lost) * drawn[1]
        c = c + H * (made - lost) + jnp.sqrt(H / volume) * noise
        return c, c

    def drift(t, c, args):
        made, lost = rates(c)
        return made - lost

    (last, _), (when, jumps, before, settled) = lax.scan(
        event, (0.0, 0.0), (data["wait"], data["pick"])
    )
    _, kicks = lax.scan(kick, 0.0, (data["made"], data["lost"]))
    _, smooth = ode.solve_fixed(drift, 0.0, 0.0, HOURS, STEPS)
    rest = smooth[STEPS]
    late = jnp.where(data["t"][1:] > SETTLED, 1.0, 0.0)
    return {
        "when": when, "jumps": jumps, "smooth": smooth,
        "kicks": jnp.concatenate([jnp.array([0.0]), kicks]),
        "strays": 100 * jnp.sqrt(jnp.sum(settled * (before - rest) ** 2) / jnp.sum(settled)) / rest,
        "kicked": 100 * jnp.sqrt(jnp.sum(late * (kicks - rest) ** 2) / jnp.sum(late)) / rest,
        "molecules": volume * rest, "last": last,
    }  # fmt: skip


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    (kicks,) = ax.plot(DATA["t"], out["kicks"], color=ink["proposal"], lw=1.2)
    (jumps,) = ax.plot(out["when"], out["jumps"], color=ink["lynx"], lw=1.2)
    (smooth,) = ax.plot(DATA["t"], out["smooth"], color=ink["ode"], lw=2.5)
    ax.set(xlim=(0, HOURS), ylim=(0, 2.6), xlabel="time (hours)", ylabel="concentration")
    ax.set_title("Make the volume larger: what becomes of the noise?", loc="left")
    ax.text(7.9, 2.42, "orange: jumps; violet: Langevin; blue: no noise", ha="right", size=9)
    return {kicks: line("t", "kicks"), jumps: line("when", "jumps"), smooth: line("t", "smooth")}


def drawn(seed=11):
    """The chance of the figure: fixed, so that the page and Python see the same."""
    rng = random.Random(seed)
    chance = [(round(rng.expovariate(1.0), 2), round(rng.random(), 3)) for _ in range(EVENTS)]
    return {
        "wait": [w for wait, _ in chance for w in (wait, 0.0)],
        "pick": [u for _, pick in chance for u in (-1.0, pick)],
        "made": [round(rng.gauss(0.0, 1.0), 2) for _ in range(STEPS)],
        "lost": [round(rng.gauss(0.0, 1.0), 2) for _ in range(STEPS)],
    }


DATA = {"t": [round(H * k, 3) for k in range(STEPS + 1)], **drawn()}

figure = Explorable(
    name="noise",
    title="A protein: by jumps, by the chemical Langevin equation, and without noise",
    sliders={
        "volume": Slider.over((2, 5, 10, 20, 50, 100), "volume", start=10, symbol="V", unit="units")
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.0),
    sentence=Sentence(
        "After 3 hours, with {molecules:.0f} molecules on average, the jumps stray from rest by "
        "{strays:.0f} %, and the Langevin path by {kicked:.0f} %."
    ),
    presets={"tiny": {"volume": 2}, "small": {"volume": 10}, "large": {"volume": 100}},
)  # fmt: skip
