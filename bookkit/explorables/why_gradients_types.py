"""Chapter 1: eight beetles of three types; one update with three names."""

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Choice, Explorable, Sentence, Slider, bars, text

DATA = {"before": [0.5, 0.25, 0.25], "trait": [1.0, 2.0, 3.0]}  # four small, two medium, two large


def program(p, data):
    q, z = data["before"], data["trait"]
    w = jnp.array([p["small"], p["medium"], p["large"]])
    mean_w = jnp.sum(q * w)
    after = q * w / mean_w
    covariance = jnp.sum(q * w * z) - mean_w * jnp.sum(q * z)
    variance = jnp.sum(q * w * w) - mean_w**2
    return {
        "after": after,
        "mean_w": mean_w, "covariance": covariance, "by_price": covariance / mean_w,
        "mean_before": jnp.sum(q * z), "mean_after": jnp.sum(after * z),
        "variance": variance, "by_fisher": variance / mean_w, "new_mean_w": jnp.sum(after * w),
        "read_as": p["reading"]["bayes"] + 2 * p["reading"]["learning"],
    }  # fmt: skip


def draw(fig, out):
    ink, ax = style.colour, fig.subplots()
    places = range(3)
    ax.bar([x - 0.19 for x in places], DATA["before"], 0.34, color=ink["grid"])
    after = ax.bar([x + 0.19 for x in places], out["after"], 0.34, color=ink["posterior"])
    ax.set(ylim=(0, 1.32), yticks=[0, 0.5, 1], xticks=places)
    ax.set_xticklabels(["small, 1 cm", "medium, 2 cm", "large, 3 cm"])
    ax.set_title("Share of each type: before (grey), after (green)", loc="left")
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(axis="x", length=0)
    note = ax.text(-0.36, 1.22, "mean", size=9)
    fisher = ax.text(-0.36, 1.1, "mean", size=9)
    return {
        after: bars("after"),
        note: text("Price: mean length {mean_before:.2f} + {by_price:.3f} = {mean_after:.3f} cm"),
        fisher: text("Fisher: mean offspring {mean_w:.2f} + {by_fisher:.3f} = {new_mean_w:.3f}"),
    }


def _offspring(start):
    return {"low": 0.25, "high": 8.0, "start": start, "step": 0.25}


figure = Explorable(
    name="why_gradients_types",
    title="Shares of three types of beetle before and after one generation of selection",
    sliders={
        "small": Slider("offspring of a small one", **_offspring(1.0)),
        "medium": Slider("of a medium one", **_offspring(2.0)),
        "large": Slider("of a large one", **_offspring(4.0)),
        "reading": Choice("Read it as", {
            "selection": "selection", "bayes": "Bayes' rule", "learning": "a gradient step",
        }),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 2.9),
    sentence=Sentence(
        "{first}{mean_w:.2f}{second}{covariance:.3f}{third}{by_price:.3f}.{sign}",
        first=("read_as", [
            (0.5, "Mean fitness is "),
            (1.5, "With the three numbers as likelihoods, the probability of the data (their prior "
                  "mean) is "),
            (None, "With the three numbers as pay-offs, the mean pay-off is "),
        ]),
        second=("read_as", [
            (0.5, ". The covariance of fitness and length is "),
            (1.5, ". The prior covariance of likelihood and length is "),
            (None, ". The slope of its logarithm by the share of a type is that type's pay-off "
                   "over the mean. The covariance of pay-off and length is "),
        ]),
        third=("read_as", [
            (0.5, ". Their quotient is the change of the mean length: "),
            (1.5, ". Their quotient is the step from the prior mean of the length to the posterior "
                  "mean: "),
            (None, ". Covariance times slope, so divided by the mean, is the change of the mean "
                   "length: "),
        ]),
        sign=("by_fisher", [
            (1e-9, " All are alike, so nothing changes: no variance, no selection."),
            (None, ""),
        ]),
    ),
    presets={
        "1, 2, 4": {"small": 1.0, "medium": 2.0, "large": 4.0},
        "small ones win": {"small": 4.0, "medium": 2.0, "large": 1.0},
        "middle wins": {"small": 1.0, "medium": 4.0, "large": 1.0},
        "all alike": {"small": 3.0, "medium": 3.0, "large": 3.0},
    },
)  # fmt: skip
