"""Chapter 12: a step that a grid does not bear, and the cotangent that breaks with it."""

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line
from mini_autodiff import lax

CELLS, MOST, CUT = 41, 60, 3.0


def diffuse(u, a):
    """One step of a rod with closed ends: a of every difference is evened out."""
    left = jnp.concatenate([u[:1], u[:-1]])
    right = jnp.concatenate([u[1:], u[-1:]])
    return u + a * (left - 2.0 * u + right)


def cut(u):
    """So that a page can draw it."""
    return jnp.minimum(jnp.maximum(u, -CUT), CUT)


def program(p, data):
    def step(carry, k):
        u, bar = carry
        on = jnp.where(k < p["steps"], 1.0, 0.0)
        # The transpose of the step is the step: one function serves both ways.
        moved = (u + on * (diffuse(u, p["a"]) - u), bar + on * (diffuse(bar, p["a"]) - bar))
        return moved, None

    (u, bar), _ = lax.scan(step, (data["first"], data["seed"]), data["k"])
    factor = 1.0 - 4.0 * p["a"]
    return {
        "u": cut(u), "bar": cut(bar), "factor": factor, "size": jnp.abs(factor),
        "total": jnp.sum(u), "highest": jnp.sqrt(jnp.max(u * u)),
    }  # fmt: skip


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2, 1, sharex=True)
    tags = {}
    panels = ((above, "u", "primal", "heat u"), (below, "bar", "cotangent", "its cotangent"))
    for ax, key, colour, label in panels:
        ax.axhline(0, color=ink["grid"], lw=1)
        (curve,) = ax.plot(DATA["cell"], out[key], color=ink[colour])
        tags[curve] = line("cell", key)
        ax.set(xlim=(0, 42), ylim=(-1.6, 1.6), ylabel=label, yticks=[-1, 0, 1])
    above.set_title("forwards: a hot middle; below: backwards")
    below.set_xlabel("cell of the rod")
    return tags


DATA = {
    "cell": [float(k + 1) for k in range(CELLS)],
    "first": [1.0 if 16 <= k <= 24 else 0.0 for k in range(CELLS)],
    "seed": [1.0 if k == 30 else 0.0 for k in range(CELLS)],
    "k": [float(k) for k in range(MOST)],
}

figure = Explorable(
    name="space_unstable",
    title="A rod that evens out its heat in steps, and the cotangent of one cell on its way back",
    sliders={
        "a": Slider("share evened out a step", 0.05, 0.6, 0.25, 0.01, "a"),
        "steps": Slider("steps", 0, MOST, 30, 1, "n"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.4),
    sentence=Sentence(
        "After {steps} steps with a = Dh/Δ² = {a:.2f} the largest value is {highest:.2f}, and the "
        "total is {total:.3f}. One step multiplies the finest zigzag by {factor:.2f}: {verdict}.",
        verdict=("size", [
            (0.999, "it dies out"), (1.001, "it stays for ever"),
            (None, "it grows, in the heat and in the gradient alike"),
        ]),
    ),
    presets={
        "calm": {"a": 0.25, "steps": 30}, "at the edge": {"a": 0.5, "steps": 30},
        "break it": {"a": 0.56, "steps": 30},
    },
    question="How long may a step be? Move a, and watch both curves.",
)  # fmt: skip
