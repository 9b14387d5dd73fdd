"""Chapter 5: one Euler step of hare and lynx, walked forwards and backwards."""

from bookkit.live import Slider, TapeWalk

STEP, HARES, LYNXES = 0.1, 1.0, 2.0  # the step, and what the rest cares for each new value


def program(alpha, beta, delta, gamma, x, y):
    m = x * y
    r = alpha * x - beta * m
    q = delta * m - gamma * y
    new_x = x + STEP * r
    new_y = y + STEP * q
    return {
        "m": m,
        "r": r,
        "q": q,
        "xnew": new_x,
        "ynew": new_y,
        "L": HARES * new_x + LYNXES * new_y,
    }


figure = TapeWalk(
    "differentiating_the_solver_step",
    program,
    {
        "alpha": 0.6, "beta": 0.03, "delta": 0.02, "gamma": 0.6,
        "x": Slider("hares", 10.0, 60.0, 30.0, 1.0, "x", "thousand"),
        "y": Slider("lynx", 2.0, 20.0, 4.0, 1.0, "y", "thousand"),
    },
    at={  # so that no arrow runs through a box
        "x": (0, 0.2), "xnew": (3.5, 0), "r": (2.2, 0.9), "alpha": (0.8, 1), "beta": (2.7, 2.1),
        "m": (0.2, 2.35), "L": (3.5, 1.4), "q": (2.8, 4), "delta": (0.8, 3.65), "gamma": (3, 3.1),
        "y": (0, 4.5), "ynew": (4, 4.7),
    },
    labels={"xnew": "x′", "ynew": "y′"},
    digits=3,
    title="One Euler step of hare and lynx: values forwards, cotangents backwards",
)  # fmt: skip
