"""A figure with every kind of artist, and two walks: made for the tests, not for the book."""

import math

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import (
    Choice,
    Explorable,
    Sentence,
    Slider,
    Snapshots,
    TapeWalk,
    arrows,
    band,
    bars,
    cells,
    follow,
    hline,
    line,
    points,
    text,
    vline,
)

PHASES = [k / 5 for k in range(11)]
T = [k * math.tau / 50 for k in range(51)]


def state(phase, sign):
    wave = [sign * math.sin(t + phase) * (1 + phase) for t in T]
    if phase == 2.0:
        wave[10] = math.nan  # a gap
    peak = max(v for v in wave if v == v)
    return {
        "t": T,
        "wave": wave,
        "low": [v - 0.3 for v in wave],
        "high": [v + 0.3 for v in wave],
        "px": [1, 2, 3],
        "py": [math.sin(1 + phase), math.cos(2 + phase), math.nan if phase == 2.0 else 0.3],
        "heights": [1 + phase / 4, 0.5, 0.2 + phase / 3],
        "ax": [0.5, 1.5],
        "ay": [1.5, 1.6],
        "u": [0.5 * math.cos(phase), -0.03],
        "v": [0.5 * math.sin(phase), 0.3 * phase],
        "peak": peak,
        "half": peak / 2,
        "at": 1.0 + phase,
        "top": 2.2,
        "growth": 10**phase,
        "z": [[math.sin(i / 2 + phase) * math.cos(0.4 * j) for j in range(8)] for i in range(5)],
    }


def draw(fig, out):
    (a, b), (c, d) = fig.subplots(2, 2)
    colour = style.colour
    (curve,) = a.plot(out["t"], out["wave"], color=colour["hare"])
    between = a.fill_between(out["t"], out["low"], out["high"], color=colour["hare"], alpha=0.25)
    a.plot([0, 6], [0, 0], color=colour["muted"], lw=0.8)
    a.set(ylim=(-1.5, 1.5), yticks=[-1, 0, 1])
    (marks,) = b.plot(out["px"], out["py"], "o", color=colour["lynx"])
    b.set(xlim=(0, 4), ylim=(-1.5, 2.5))
    upright = b.axvline(out["at"], color=colour["loss"])
    level = b.axhline(out["half"], color=colour["muted"], ls="--")
    label = b.text(out["at"], out["top"], f"peak {out['peak']:.2f}", va="center", ha="right")
    columns = c.bar([0, 1, 2], out["heights"], color=colour["lynx"])
    c.set(ylim=(0, 3), xlim=(-0.5, 2.5))
    heads = c.quiver(out["ax"], out["ay"], out["u"], out["v"], angles="xy", scale_units="xy",
                     scale=1, width=0.015, color=colour["loss"])  # fmt: skip
    picture = d.imshow(out["z"], aspect="auto", vmin=-1, vmax=1, cmap="viridis")
    return {
        curve: line("t", "wave"),
        between: band("t", "low", "high"),
        a: follow("y"),
        marks: points("px", "py"),
        upright: vline("at"),
        level: hline("half"),
        label: text("peak {peak:.2f}", "at", "top"),
        columns: bars("heights"),
        heads: arrows("ax", "ay", "u", "v"),
        picture: cells("z"),
    }


def make(name="gallery", draw=draw):
    signs = {"up": 1, "down": -1}
    return Snapshots(
        name,
        title="Every kind of artist",
        slider=("phase", Slider.over(PHASES, "phase", symbol="φ", unit="rad")),
        choice=("sign", Choice("sign", {"up": "upwards", "down": "downwards"})),
        states={o: [state(phase, s) for phase in PHASES] for o, s in signs.items()},
        draw=draw,
        sentence=Sentence(
            "At φ = {phase}, {sign}, the peak is {peak:.2f}, {verdict}; growth {growth:.1e}.",
            verdict=("peak", [(1.5, "low"), (None, "high")]),
        ),
        presets={"far": {"phase": 1.5}},
        made="tests/bookkit/live_gallery.py",
        question="What moves?",
    )


def chain():
    """Two Euler steps of decay and a misfit: the rate goes into both steps."""

    def program(theta, u0):
        u1 = u0 - 0.5 * theta * u0
        u2 = u1 - 0.5 * theta * u1
        return {"u1": u1, "u2": u2, "L": (u2 - 1.0) ** 2}

    return TapeWalk(
        "chain", program, {"theta": Slider("rate", 0.0, 1.0, 0.4, symbol="θ"), "u0": 2.0},
        at={"u0": (0, 0), "u1": (1, 0), "u2": (2, 0), "L": (3, 0), "theta": (0.5, 1)},
        formulas={"u1": "u₀ − hθu₀", "u2": "u₁ − hθu₁", "L": "(u₂ − 1)²"},
        title="Two Euler steps and a misfit, forwards and backwards",
    )  # fmt: skip


def expression():
    """An expression without sliders, with the entries of its tape beside it."""

    def program(x, y):
        a, b = x * y, jnp.sin(x)
        return {"a": a, "b": b, "z": a + b}

    return TapeWalk(
        "expression", program, {"x": 2.0, "y": 3.0}, tape=True, at={"y": (0, 0), "x": (0, 1)},
        formulas={"a": "x · y", "b": "sin x", "z": "a + b"},
        sentences={"seed": "z̄ = 1, for z changes as itself."},
    )  # fmt: skip


def fitted(name="fitted", **more):
    """A line to be fitted by hand; the best rate is 0.3, and its misfit 0."""
    ts = [k / 4 for k in range(9)]

    def decay(rate, t):
        return jnp.exp(-rate * t)

    def program(p, data, *, shape=decay):
        y = p["height"] * shape(p["rate"], data["t"])
        return {"y": y, "misfit": 100 * jnp.sum((y - data["seen"]) ** 2)}

    def draw(fig, out):
        ax = fig.subplots()
        ax.set_ylim(0, 2)
        (curve,) = ax.plot(ts, out["y"], color=style.colour["hare"])
        return {curve: line("t", "y")}

    return Explorable(
        name, {"height": Slider("height", 0.5, 2, 1), "rate": Slider("rate", 0.1, 1, 0.5)},
        program, draw, "The misfit is {misfit:.1f}.", presets={"best": {"rate": 0.3}},
        data={"t": ts, "seen": [math.exp(-0.3 * t) for t in ts]}, **more,
    )  # fmt: skip
