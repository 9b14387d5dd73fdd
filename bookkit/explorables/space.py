"""Chapter 12: a population that grows and spreads, and the speed that Fisher foretold."""

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line, vline
from mini_autodiff import lax

CELLS, WIDE, STEP, YEARS = 120, 2.0, 0.1, 40  # kilometres a cell, years a step
EVERY = 10  # years between two pictures


def spread(u):
    """u[left] - 2 u + u[right]; nothing passes the two ends."""
    left = jnp.concatenate([u[:1], u[:-1]])
    right = jnp.concatenate([u[1:], u[-1:]])
    return left - 2.0 * u + right


def growth(u, r):
    """Growth that stops at what a place can carry."""
    return r * u * (1.0 - u)


def position(u, x):
    """Where half the capacity is passed: the widths of what lies above it, cell by cell."""
    here, there = u[:-1], u[1:]
    inside = (here - 0.5) / jnp.maximum(here - there, 1e-12)
    return x[0] + WIDE * jnp.sum(jnp.minimum(jnp.maximum(inside, 0.0), 1.0))


def program(p, data, *, growth=growth):
    r, a = p["r"], p["D"] * STEP / (WIDE * WIDE)

    def step(u, _):
        return u + STEP * growth(u, r) + a * spread(u), None

    u, out = data["first"], {}
    for when in range(EVERY, YEARS + 1, EVERY):
        u, _ = lax.scan(step, u, None, length=round(EVERY / STEP))
        out[f"u{when}"] = u
    ends = [position(out[f"u{when}"], data["x"]) for when in (YEARS - EVERY, YEARS)]
    speed, promised = (ends[1] - ends[0]) / EVERY, 2.0 * jnp.sqrt(p["r"] * p["D"])
    return {
        **out, "speed": speed, "promised": promised, "share": 100.0 * speed / promised,
        "there": 10.0 + promised * YEARS, "generations": p["r"] * YEARS,
    }  # fmt: skip


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    tags = {}
    for when, alpha in ((10, 0.35), (20, 0.5), (30, 0.7), (40, 1.0)):
        (front,) = ax.plot(DATA["x"], out[f"u{when}"], color=ink["primal"], alpha=alpha)
        tags[front] = line("x", f"u{when}")
    edge = ax.axvline(out["there"], color=ink["muted"], ls="--", lw=1.5)
    tags[edge] = vline("there")
    ax.set(xlim=(0, 240), ylim=(0, 1.08), xlabel="km along the coast", ylabel="share of capacity")
    ax.set_title("after 10, 20, 30, 40 years; dashed: 40 years at 2√(rD)")
    return tags


DATA = {
    "x": [WIDE * (k + 0.5) for k in range(CELLS)],
    "first": [1.0 if k < 5 else 0.0 for k in range(CELLS)],  # ten kilometres are taken
}

figure = Explorable(
    name="space",
    title="A population that grows and spreads from the left, at four times",
    sliders={
        "r": Slider("growth", 0.05, 0.4, 0.2, 0.01, "r", "/ year"),
        "D": Slider("spread", 2.0, 20.0, 5.0, 0.5, "D", "km² / year"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 2.9),
    ghost=("u40",),
    sentence=Sentence(
        "In the last ten of 40 years the front moved {speed:.2f} km a year. 2√(rD) is "
        "{promised:.2f}, so that is {share:.0f} % of it; rt = {generations:.1f}: {verdict}.",
        verdict=("generations", [
            (4.0, "far too early to be near it"), (10.0, "still short of it"),
            (None, "drawing near it"),
        ]),
    ),
    presets={
        "first": {"r": 0.2, "D": 5.0}, "four times D": {"r": 0.2, "D": 20.0},
        "r and D exchanged": {"r": 0.4, "D": 2.5},
    },
)  # fmt: skip
