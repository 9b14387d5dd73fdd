"""Chapter 5: two Euler steps and a misfit, walked forwards and backwards."""

from bookkit.live import Slider, TapeWalk

STEP, COUNT = 0.1, 0.21  # with these, u2 - COUNT is one and the sums stay small


def program(theta, u0):
    u1 = u0 + STEP * theta * u0
    u2 = u1 + STEP * theta * u1
    return {"u1": u1, "u2": u2, "L": (u2 - COUNT) ** 2 / 2}


figure = TapeWalk(
    "differentiating_the_solver_chain",
    program,
    {"theta": Slider("growth rate", 0.0, 2.0, 1.0, 0.1, "θ"), "u0": 1.0},
    at={"u0": (0, 0), "u1": (1, 0), "u2": (2, 0), "L": (3, 0), "theta": (0.5, 1)},
    title="Two steps of Euler's method: values forwards, cotangents backwards",
)
