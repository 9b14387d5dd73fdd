"""The influenza of 1978 in a school of 763 boys: the model of chapter 9 and its figures.

>>> from bookkit import school
>>> counts = school.bed(school.at(school.FIT), 14)
>>> [round(n) for n in counts[:6]], school.COUNTS[:6]
([2, 7, 26, 84, 198, 277], [3.0, 8.0, 26.0, 76.0, 225.0, 298.0])
"""

from collections.abc import Callable, Mapping
from typing import Any

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit.data import load
from mini_autodiff import lax

BOYS, STEPS_A_DAY = 763.0, 4
COUNTS: list[float] = load("influenza_boarding_school_1978")["in_bed"]

#: The maximum of the likelihood with negative-binomial noise; rates a day, boys, boys.
#: A test finds its slopes zero.
FIT = {"beta": 1.88351, "gamma": 0.522751, "first": 1.78726, "phi": 18.278}


def at(fit: Mapping[str, Any]) -> Any:
    """The logarithms of beta, gamma and the first day's boys: the theta of the chapter."""
    return jnp.log(jnp.stack([fit["beta"], fit["gamma"], fit["first"]]))


def caught(beta: Any, well: Any, ill: Any) -> Any:
    """New infections a day: each ill boy meets all others alike."""
    return beta * well * ill / BOYS


def path(
    theta: Any, days: int = 14, np: Any = jnp, scan: Any = lax.scan, caught: Callable = caught
) -> Any:
    """Boys in bed, `STEPS_A_DAY` times a day, from noon of day 1 to noon of day `days`.

    S' = -beta S I / N, I' = beta S I / N - gamma I, in steps of RK4. For JAX pass its `jax.numpy`
    and its `jax.lax.scan`: the same lines run under both.
    """
    beta, gamma, first = np.exp(theta[0]), np.exp(theta[1]), np.exp(theta[2])
    h = 1 / STEPS_A_DAY

    def rates(well: Any, ill: Any) -> tuple:
        new = caught(beta, well, ill)
        return -new, new - gamma * ill

    def step(state: tuple, _: None) -> tuple:
        s, i = state
        a, b = rates(s, i)
        c, d = rates(s + h / 2 * a, i + h / 2 * b)
        e, f = rates(s + h / 2 * c, i + h / 2 * d)
        k, m = rates(s + h * e, i + h * f)
        after = s + h / 6 * (a + 2 * c + 2 * e + k), i + h / 6 * (b + 2 * d + 2 * f + m)
        return after, i

    length = STEPS_A_DAY * (days - 1) + 1
    return scan(step, (BOYS - first, first), None, length=length)[1]


def bed(theta: Any, days: int = 14) -> Any:
    """Boys in bed at noon of each day, by theta = log(beta, gamma, first)."""
    return path(theta, days)[::STEPS_A_DAY]


def slopes(theta: Any, days: int = 14) -> list:
    """For each of the three parameters, the slopes of all days' counts."""
    one = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])
    return [ad.jvp(lambda x: bed(x, days), (theta,), (jnp.array(e),))[1] for e in one]


def variance(mean: Any, phi: Any = FIT["phi"]) -> Any:
    """Of a negative-binomial count: that of Poisson, and a share of the mean squared."""
    return mean + mean * mean / phi


def deviance(counts: Any, mean: Any, phi: Any = FIT["phi"]) -> Any:
    """Twice the drop of the negative-binomial log-likelihood below its top, day by day."""
    return 2 * (
        counts * jnp.log(counts / mean) - (counts + phi) * jnp.log((counts + phi) / (mean + phi))
    )
