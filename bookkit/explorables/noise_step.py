"""Chapter 11: one noisy step and its square, with the noise held: the pathwise derivative."""

from bookkit.live import Slider, TapeWalk

H, KICK = 0.25, 0.5  # a quarter hour, and sigma times its root


def program(theta, x, z):
    pull = theta * x
    mean = x - H * pull
    new = mean + KICK * z
    return {"pull": pull, "mean": mean, "new": new, "L": new * new}


figure = TapeWalk(
    "noise_step",
    program,
    {
        "theta": Slider("return rate", 0.2, 1.6, 0.8, 0.1, "θ", "/ hour"),
        "x": 2.0,
        "z": Slider("noise drawn", -2.0, 2.0, 1.0, 0.5, "z"),
    },
    at={  # so that no arrow runs through a box
        "theta": (0, 0), "pull": (1.7, 0), "x": (0, 2), "mean": (1.7, 2), "z": (0, 3.6),
        "new": (1.7, 3.6), "L": (3.4, 3.6),
    },
    labels={"mean": "m", "new": "x′", "pull": "r"},
    digits=2,
    title="One noisy step, the noise held: values forwards, cotangents backwards",
)  # fmt: skip
