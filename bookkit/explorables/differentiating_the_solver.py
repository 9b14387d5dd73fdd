"""Chapter 5: faster hares, and how far their sensitivity foretells them."""

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.explorables.differentiating_the_solver_arrow import (
    DATA,
    GUESS,
    RATES,
    lotka_volterra,
    trajectory,
)
from bookkit.live import Explorable, Slider, line
from mini_autodiff import lax


def program(p, data, *, vector_field=lotka_volterra):
    """The curves at alpha, those of the guess, and the guess's own forecast of the former."""
    old = {name: data[f"guess_{name}"] for name in RATES}
    alpha_alone = {name: 1.0 if name == "alpha" else 0.0 for name in RATES}
    run = lambda rates: trajectory(rates, data, vector_field)  # noqa: E731
    (hare, lynx), (dhare, dlynx) = ad.jvp(run, (old,), (alpha_alone,))
    change = p["alpha"] - old["alpha"]
    new_hare, new_lynx = run({**old, "alpha": p["alpha"]})
    foretold_hare, foretold_lynx = hare + change * dhare, lynx + change * dlynx

    miss = jnp.sqrt((foretold_hare - new_hare) ** 2)
    worst, so_far = lax.scan(lambda most, x: (jnp.maximum(most, x),) * 2, miss[0], miss)
    first = so_far[200]
    return {
        "old_hare": hare, "old_lynx": lynx, "hare": new_hare, "lynx": new_lynx,
        "foretold_hare": foretold_hare, "foretold_lynx": foretold_lynx,
        "first_miss": first, "worst_miss": worst,
    }  # fmt: skip


def draw(fig, out):
    ink, times = style.colour, DATA["t"]
    panels = fig.subplots(2, 1, sharex=True)
    tags = {}
    for ax, name, limits in zip(panels, ("hare", "lynx"), ((-8, 128), (-8, 98)), strict=True):
        ax.plot(times, out[f"old_{name}"], color=ink["grid"], lw=3)
        (curve,) = ax.plot(times, out[name], color=ink[name])
        (foretold,) = ax.plot(times, out[f"foretold_{name}"], "--", color=ink["tangent"], lw=1.4)
        tags[curve] = line("t", name)
        tags[foretold] = line("t", f"foretold_{name}")
        ax.set(xlim=(-0.5, 20.5), ylim=limits, yticks=[0, 50, 100][: 3 if name == "hare" else 2])
    hares, lynxes = panels
    hares.set_title("Make the hares breed faster. Compare the second peak")
    hares.text(3.9, 90, "hares, thousands", color=ink["hare"])
    lynxes.text(5.6, 62, "lynx, thousands", color=ink["lynx"])
    lynxes.set(xticks=[0, 5, 10, 15, 20], xticklabels=[1900, 1905, 1910, 1915, 1920])
    return tags


figure = Explorable(
    name="differentiating_the_solver",
    title="Hares and lynx: the guess in grey, faster hares in colour, and the dashed forecast "
    "that the guess's sensitivity makes of them",
    sliders={"alpha": Slider("hares breed", 0.42, 0.78, GUESS["alpha"], 0.006, "α", "/ year")},
    program=program,
    data=DATA | {f"guess_{name}": rate for name, rate in GUESS.items()},
    draw=draw,
    size=(4.6, 3.7),
    sentence="Grey: α = 0.600. Colour: α = {alpha}. Dashed: grey + change of α × sensitivity; it "
    "misses the coloured hares by up to {first_miss:.1f} thousand in the first ten years, by up to "
    "{worst_miss:.1f} in all twenty.",
    presets={
        "the guess": {"alpha": 0.6},
        "1 % more": {"alpha": 0.606},
        "10 % more": {"alpha": 0.66},
        "break it: 30 % more": {"alpha": 0.78},
    },
)
