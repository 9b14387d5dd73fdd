"""How large the kicks are, and the same circuit as a list of reactions.

A molecule count u, made at the rate r and lost at the rate d u, has after the time h exactly the
variance u E (1 - E) + (r / d)(1 - E), with E = e^{-d h}, if r stays as it is: each old molecule
lives on with chance E, and new ones come as a Poisson number. "langevin" kicks have this variance;
for small h it is (r + d u) h, the chemical Langevin equation's. "square root" are the kicks of the
original clock, sqrt(u) dW, and (u / 4) dW below 16 molecules: no rate is in them.
"""

import jax
import jax.numpy as jnp
import numpy as np

from bookkit.clock.circuit import GENES, Tree, activity

KINDS = ("langevin", "square root")


def variance(kind: str, u: jax.Array, r: jax.Array, d: jax.Array, h: float) -> jax.Array:
    """Of the kicks in one step.

    >>> from math import isclose
    >>> isclose(variance("langevin", 50.0, 100.0, 2.0, 20.0), 50.0, rel_tol=1e-5)  # Poisson
    True
    """
    E = jnp.exp(-d * h)
    if kind == "langevin":
        return u * E * (1.0 - E) + r / d * (1.0 - E)
    if kind == "square root":
        return jnp.where(u > 16.0, u, u * u / 16.0) * (1.0 - E * E) / (2.0 * d)
    raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")


def changes() -> list[list[int]]:
    """What each of the 16 reactions adds: m made, m lost, p made, p lost, gene after gene."""
    one = np.eye(2 * GENES, dtype=int)
    return [
        (sign * one[i + shift]).tolist()
        for i in range(GENES)
        for shift in (0, GENES)
        for sign in (1, -1)
    ]


def rates(c: Tree):
    """Events a day of the 16 reactions in the dark, as mini_autodiff.ode.gillespie takes them."""
    f = jax.jit(lambda p: activity(c, p))
    a, d, b, e = (np.asarray(c[k], dtype=float) for k in "adbe")

    def rates_of(x, _=None):
        m, p = np.array(x[:GENES], dtype=float), np.array(x[GENES:], dtype=float)
        made = a * np.asarray(f(p))
        return np.stack([made, d * m, b * m, e * p], axis=1).ravel().tolist()

    return rates_of
