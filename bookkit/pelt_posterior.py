"""The posterior of eight unknowns after the fur ledger of 1900 to 1920, with its gradient.

The model, its priors and its noise are those of the case study of Carpenter (2018), written once
for two engines: `xp` and `lax` are mini_autodiff's modules of these names, or JAX's.
"""

from types import ModuleType
from typing import Any

from bookkit.data import load

NAMES = ("alpha", "beta", "gamma", "delta", "hare", "lynx", "hare_noise", "lynx_noise")
STEPS_A_YEAR = 4
PELTS = load("hare_lynx_1900_1920")
ALL = (1.0,) * len(PELTS["year"])  # every year counts
HARES, LYNXES = tuple(map(float, PELTS["hare"])), tuple(map(float, PELTS["lynx"]))


def rates(u: Any, a: tuple) -> tuple:
    """Change a year of hares x and lynx y, in thousands."""
    (x, y), (alpha, beta, gamma, delta) = u, a
    return (alpha - beta * y) * x, (delta * x - gamma) * y


def step(u: tuple, a: tuple, h: float) -> tuple:
    """One step of the classical Runge-Kutta method."""
    along = lambda k, h: tuple(v + h * w for v, w in zip(u, k, strict=True))  # noqa: E731
    k1 = rates(u, a)
    k2 = rates(along(k1, h / 2), a)
    k3 = rates(along(k2, h / 2), a)
    k4 = rates(along(k3, h), a)
    mean = tuple((p + 2 * q + 2 * r + s) / 6 for p, q, r, s in zip(k1, k2, k3, k4, strict=True))
    return along(mean, h)


def curves(theta: Any, xp: ModuleType, lax: ModuleType, steps_a_year: int = STEPS_A_YEAR) -> tuple:
    """(hares, lynx) at the beginning of each year from 1900 to 1920, in thousands.

    Args:
        theta: logarithms of the eight unknowns, in the order of `NAMES`: four rates, the two
            populations of 1900, and the sd of the noise in the logarithms of the counts.
    """
    a = tuple(xp.exp(theta[i]) for i in range(4))
    start = xp.exp(theta[4]), xp.exp(theta[5])

    def advance(u, _):
        return step(u, a, 1 / steps_a_year), u

    nothing = xp.zeros(steps_a_year * (len(HARES) - 1) + 1)
    hares, lynxes = lax.scan(advance, start, nothing)[1]
    return hares[::steps_a_year], lynxes[::steps_a_year]


def log_posterior(
    theta: Any, xp: ModuleType, lax: ModuleType, steps_a_year: int = STEPS_A_YEAR,
    weights: Any = ALL,
) -> Any:  # fmt: skip
    """The logarithm of prior times likelihood, up to a constant.

    The rates have normal priors, cut at zero; the other four lognormal
    ones. A density of log a is that of a, times a: hence the four terms
    that are theta itself. A year of weight 0 has not been seen.

    >>> import math
    >>> import mini_autodiff.numpy as jnp
    >>> from mini_autodiff import lax
    >>> values = 0.55, 0.028, 0.8, 0.024, 33, 6, 0.25, 0.25
    >>> guess = jnp.array([math.log(v) for v in values])
    >>> print(f"{log_posterior(guess, jnp, lax):.2f}")
    31.69
    """
    total = 0.0
    for i, centre in enumerate((1.0, 0.05, 1.0, 0.05)):
        sd = (0.5, 0.05, 0.5, 0.05)[i]
        total += theta[i] - ((xp.exp(theta[i]) - centre) / sd) ** 2 / 2
    log_ten = 2.302585092994046
    total -= ((theta[4] - log_ten) ** 2 + (theta[5] - log_ten) ** 2) / 2
    total -= ((theta[6] + 1) ** 2 + (theta[7] + 1) ** 2) / 2
    pairs = zip(curves(theta, xp, lax, steps_a_year), (HARES, LYNXES), strict=True)
    for i, (curve, counts) in enumerate(pairs):
        off = (xp.log(xp.array(counts)) - xp.log(curve)) / xp.exp(theta[6 + i])
        total -= xp.sum(xp.array(weights) * (off**2 / 2 + theta[6 + i]))
    return total
