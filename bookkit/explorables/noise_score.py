"""Chapter 11: the log-density of one noisy step, the new state held: its slope is the score."""

from bookkit.live import Slider, TapeWalk

H, KICK = 0.25, 0.5


def program(theta, x, new):
    pull = theta * x
    mean = x - H * pull
    miss = new - mean
    return {"pull": pull, "mean": mean, "miss": miss, "logp": -miss * miss / (2 * KICK**2)}


figure = TapeWalk(
    "noise_score",
    program,
    {
        "theta": Slider("return rate", 0.2, 1.6, 0.8, 0.1, "θ", "/ hour"),
        "x": 2.0,
        "new": Slider("state drawn", 0.6, 2.6, 2.1, 0.1, "x′"),
    },
    at={  # so that no arrow runs through a box
        "theta": (0, 0), "pull": (1.7, 0), "x": (0, 2), "mean": (1.7, 2), "new": (0, 3.6),
        "miss": (1.7, 3.6), "logp": (3.4, 3.6),
    },
    labels={"mean": "m", "new": "x′", "pull": "r", "miss": "e", "logp": "ℓ"},
    digits=2,
    title="The log-density of the same step, the new state held: its cotangents are the score",
)  # fmt: skip
