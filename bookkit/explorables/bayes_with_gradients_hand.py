"""Chapter 13: four rates, the reader's own if they like, among draws of the posterior."""

import numpy as np

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.data import load
from bookkit.explorables.differentiating_the_solver_arrow import BEST
from bookkit.explorables.why_gradients_hand import START
from bookkit.live import Explorable, Sentence, Slider, bars, points

RATES = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ"}
REFERENCE: dict = load("bayes_samplers")["reference"]  # type: ignore[assignment, call-overload]
MEAN, SD = REFERENCE["mean"][:4], REFERENCE["sd"][:4]


def distances():
    """The logarithms' mean and inverse covariance, and how far out the draws lie, squared."""
    middle = np.array(REFERENCE["log_mean"][:4])
    inverse = np.linalg.inv(np.array(REFERENCE["log_cov"])[:4, :4])
    apart = np.array(REFERENCE["some"])[:, :4] - middle
    return middle, inverse, np.einsum("ij,jk,ik->i", apart, inverse, apart)


MIDDLE, INVERSE, FAR_OUT = distances()
DATA = {"middle": MIDDLE.tolist(), "inverse": INVERSE.tolist(), "mean": MEAN, "sd": SD,
        "far_out": FAR_OUT.round(2).tolist()}  # fmt: skip


def program(p, data):
    mine = jnp.stack([p[name] for name in RATES])
    apart = jnp.log(mine) - data["middle"]
    far = jnp.sum(apart * jnp.dot(data["inverse"], apart))
    away = (mine - data["mean"]) / data["sd"]
    return {
        "away": away, "far": jnp.sqrt(far),
        "beyond": 100 * jnp.mean(jnp.where(data["far_out"] > far, 1.0, 0.0)),
        **{f"off_{name}": away[i] for i, name in enumerate(RATES)},
        **{f"my_{name}": p[name] for name in RATES},
    }  # fmt: skip


def draw(fig, out):
    ink, tags = style.colour, {}
    rows = fig.add_gridspec(2, 2, height_ratios=[1.3, 1])
    rates = np.exp(np.array(REFERENCE["some"])[:300, :4])
    for column, (one, two) in enumerate((("alpha", "beta"), ("gamma", "delta"))):
        ax = fig.add_subplot(rows[0, column])
        ax.plot(rates[:, 2 * column], rates[:, 2 * column + 1], "o", ms=2.2, mew=0,
                color=ink["posterior"], alpha=0.5)  # fmt: skip
        (me,) = ax.plot([out[f"my_{one}"]], [out[f"my_{two}"]], "o", ms=8, color=ink["loss"])
        ax.set(xlim=[(0.2, 1.2), (0.2, 1.4)][column], ylim=(0.01, 0.06), yticks=[0.02, 0.04],
               xlabel=f"{RATES[one]}")  # fmt: skip
        ax.set_title(f"{RATES[two]} over {RATES[one]}: you, the posterior", size=9.5, loc="left")
        tags[me] = points(f"my_{one}", f"my_{two}")
    below = fig.add_subplot(rows[1, :])
    below.axhspan(-2, 2, color=ink["posterior"], alpha=0.15, lw=0)
    below.axhline(0, color=ink["muted"], lw=0.8)
    columns = below.bar(range(4), out["away"], width=0.5, color=ink["loss"])
    below.set(ylim=(-6, 6), yticks=[-5, -2, 0, 2, 5], xticks=range(4), xticklabels=RATES.values(),
              ylabel="posterior sd")  # fmt: skip
    tags[columns] = bars("away")
    return tags


figure = Explorable(
    name="bayes_with_gradients_hand",
    title="Four rates beside draws of the posterior, and how many posterior sd they are away",
    sliders={
        "alpha": Slider("hares breed", 0.2, 1.2, START["alpha"], 0.01, "α", "/ year"),
        "beta": Slider("hares eaten", 0.01, 0.06, START["beta"], 0.0005, "β", "/ year / 1000"),
        "gamma": Slider("lynx die", 0.2, 1.4, START["gamma"], 0.01, "γ", "/ year"),
        "delta": Slider("lynx fed", 0.01, 0.06, START["delta"], 0.0005, "δ", "/ year / 1000"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 4.2),
    sentence=Sentence(
        "α, β, γ and δ are {off_alpha:.1f}, {off_beta:.1f}, {off_gamma:.1f} and {off_delta:.1f} "
        "posterior sd from their means. All four together are {far:.1f} away, and {beyond:.0f} % "
        "of the posterior's draws are farther out{verdict}",
        verdict=("beyond", [
            (0.5, ": the posterior does not know such rates."),
            (5.0, ": out in its tail."),
            (None, ": the posterior finds them plausible."),
        ]),
    ),
    recall="hand fit",
    presets={
        "start of chapter 1": START,
        "least squares": BEST,
        "posterior mean": dict(zip(RATES, MEAN, strict=True)),
    },
)  # fmt: skip
