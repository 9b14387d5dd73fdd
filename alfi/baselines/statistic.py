"""A few numbers that stand for a data set, learned from simulations.

A distance between data sets needs numbers to compare, and few of them: in 45 dimensions
everything is far.  The best few are the posterior means (Fearnhead and Prangle 2012,
doi:10.1111/j.1467-9868.2011.01010.x), and a linear regression of the parameters on the features
comes near them: one number a parameter, in the parameter's own standardised units.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array

from alfi.simulators import Simulator


def pooled(simulator: Simulator, x: Array) -> Array:
    """The mean of the features over the observations, (k,): their order does not matter."""
    return jnp.mean(simulator.features(x), axis=0)


@partial(jax.jit, static_argnames=("simulator", "n_obs"))
def simulate_pooled(key: Array, simulator: Simulator, z: Array, n_obs: int) -> Array:
    """One data set at each z, (n, dim) -> pooled features, (n, k)."""

    def one(key, z):
        theta = simulator.prior.from_unconstrained(z)
        return pooled(simulator, simulator.simulate(key, theta, n_obs))

    return jax.lax.map(lambda a: one(*a), (jax.random.split(key, len(z)), z), batch_size=500)


def regress(features: Array, z: Array) -> Array:
    """Least squares of z, (n, dim), on features, (n, k), and 1: coefficients (k + 1, dim).

    >>> x = jnp.arange(6.0)[:, None]
    >>> print(regress(x, 2 * x + 1).round(3).ravel())
    [2. 1.]
    """
    ones = jnp.ones((len(features), 1))
    return jnp.linalg.lstsq(jnp.concatenate([features, ones], axis=1), z)[0]


def predict(coefficients: Array, features: Array) -> Array:
    """The statistic: features, (..., k) -> (..., dim)."""
    return features @ coefficients[:-1] + coefficients[-1]


def prior_table(key: Array, simulator: Simulator, n: int, n_obs: int) -> tuple[Array, Array]:
    """n draws from the prior and one data set each: z, (n, dim), and pooled features, (n, k)."""
    k_theta, k_x = jax.random.split(key)
    z = simulator.prior.to_unconstrained(simulator.prior.sample(k_theta, n))
    return z, simulate_pooled(k_x, simulator, z, n_obs)
