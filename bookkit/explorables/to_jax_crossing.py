"""Chapter 7: seconds until so many gradients are done, by three engines, against a net's width."""

import math

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.data import load
from bookkit.live import Explorable, Sentence, Slider, line, points, vline

ENGINES = {"ours": "ours", "jax": "JAX, scan", "diffrax": "diffrax"}
COLOURS = {"ours": "tangent", "jax": "hare", "diffrax": "lynx"}
ROWS: list[dict] = load("to_jax")["width"]  # type: ignore[assignment]
NEVER = 2.0 * ROWS[-1]["size"]  # where the line stands if JAX wins at no width that was measured
SHOWN = [row["size"] for row in ROWS].index(16)


def program(p, data):
    """log10 of the seconds of processor time: the first gradient, then n - 1 more."""
    more = 10.0 ** p["power"] - 1.0
    total = {name: data[f"first_{name}"] + more * data[f"each_{name}"] for name in ENGINES}
    wins = jnp.where(total["jax"] < total["ours"], data["width"], NEVER)
    cross = jnp.min(wins)
    return {
        **{name: jnp.log10(seconds) for name, seconds in total.items()},
        **{f"at16_{name}": seconds[SHOWN] for name, seconds in total.items()},
        "n": more + 1.0,
        "cross": cross,
        "where": jnp.log(cross) / math.log(2.0),
    }


def draw(fig, out):
    ax, ink, moving = fig.subplots(), style.colour, {}
    for name in ENGINES:
        colour = ink[COLOURS[name]]
        ax.plot(DATA["doublings"], out[name], lw=1, color=ink["grid"])  # the start, to compare with
        (path,) = ax.plot(DATA["doublings"], out[name], color=colour)
        (dots,) = ax.plot(DATA["doublings"], out[name], "o", ms=4, mew=0, color=colour)
        moving |= {path: line("doublings", name), dots: points("doublings", name)}
    for place, (name, label) in enumerate(ENGINES.items()):
        ax.text(1.2, 4.4 - 0.75 * place, label, color=ink[COLOURS[name]])
    moving[ax.axvline(out["where"], color=ink["muted"], ls=":", lw=1.2)] = vline("where")
    ax.set(xlim=(0.7, math.log2(NEVER) + 0.3), ylim=(-1.3, 5.2), xlabel="hidden units of the net")
    ax.set(xticks=DATA["doublings"], xticklabels=[row["size"] for row in ROWS])
    ax.set(yticks=[-1, 0, 1, 2, 3, 4, 5])
    ax.set_yticklabels(["0.1", "1", "10", "100", "1000", "10⁴", "10⁵"])
    ax.set_title("processor seconds until all are done (grey: one gradient)")
    return moving


DATA = {
    "width": [float(row["size"]) for row in ROWS],
    "doublings": [math.log2(row["size"]) for row in ROWS],
    **{f"first_{name}": [row["first_s"][name] for row in ROWS] for name in ENGINES},
    **{f"each_{name}": [row["ms"][name] / 1000 for row in ROWS] for name in ENGINES},
}

figure = Explorable(
    name="to_jax_crossing",
    title="Processor time of our compiler, of JAX and of diffrax, against the width of a net",
    sliders={"power": Slider("gradients, a power of ten", 0.0, 6.0, 0.0, 0.5, "k", "(10ᵏ)")},
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.1),
    sentence=Sentence(
        "Gradients wanted: {n:.0f}. With 16 hidden units our compiler is done after "
        "{at16_ours:.1f} s, JAX after {at16_jax:.1f} s, diffrax after {at16_diffrax:.1f} s. "
        "JAX is ahead of ours {verdict}",
        verdict=("cross", [
            (3.0, "at every width that was measured."), (5.0, "from width 4 on."),
            (9.0, "from width 8 on."), (17.0, "from width 16 on."), (33.0, "from width 32 on."),
            (65.0, "from width 64 on."), (129.0, "from width 128 on."),
            (257.0, "at width 256 only."), (None, "at no width that was measured."),
        ]),
    ),
    presets={"one": {"power": 0.0}, "a fit": {"power": 3.0}, "a training": {"power": 5.0}},
)  # fmt: skip
