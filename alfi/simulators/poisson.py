"""Counts of rare events: one rate, known only through how often it strikes."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.scipy.special import gammaln

from alfi.prior import Uniform
from alfi.simulators.base import Simulator
from alfi.simulators.posterior_grid import sample_grid


class Poisson(Simulator):
    """x ~ Poisson(exp(theta)): theta is the log of the rate.

    The maximum-likelihood estimate is log(mean x).  Its Cramér-Rao bound is 1/sqrt(n rate),
    which over the prior gives sqrt((e^-0.2 - e^-7)/(6.8 n)): 0.0155 for n = 500.

    >>> x = Poisson()(jax.random.key(0), [2.0], 500)
    >>> print(Poisson().mle(x).round(1))
    [2.]
    """

    name = "poisson"
    parameter_names = ("log rate",)
    dim_x = 1
    prior = Uniform((0.2,), (7.0,), "affine")  # rates outside the box are rates too
    paper = "Pesah, Wehenkel and Louppe 2018, arXiv:1811.12932 (task); Poisson 1837 (model)"

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        return jax.random.poisson(key, jnp.exp(theta[0]), (n_obs, 1)).astype(jnp.float32)

    def features(self, x: Array) -> Array:
        """log(1 + x), because counts range over three decades."""
        return jnp.log1p(x)

    def log_likelihood(self, theta: Array, x: Array) -> Array:
        """sum over i of x_i theta - exp(theta) - log(x_i!)"""
        return jnp.sum(x * theta[0] - jnp.exp(theta[0]) - gammaln(x + 1))

    def mle(self, x: Array) -> Array:
        """log of the mean count; where every count is zero, of half a count in all."""
        total = jnp.maximum(jnp.sum(x), 0.5)
        return jnp.log(total / x.shape[0])[None]

    def reference_posterior(self, key: Array, x: Array, n: int) -> Array:
        """Exact: the likelihood on a grid of eight standard deviations, cut by the prior."""
        (low,), (high,) = self.prior.bounds
        centre = self.mle(x)[0]
        width = 8 / jnp.sqrt(jnp.maximum(jnp.sum(x), 0.5))
        ends = jnp.clip(jnp.stack([centre - width, centre + width]), low, high)
        # Where the estimate lies outside the prior, the nearest stretch of the prior is left.
        ends = jnp.where(ends[1] - ends[0] > 1e-3, ends, jnp.stack([low, high]))
        grid = jnp.linspace(ends[0], ends[1], 2001)
        # The log-likelihood less its value at the centre, which float32 could not resolve.
        step = grid - centre
        log_density = jnp.sum(x) * (step - jnp.expm1(step))
        return sample_grid(key, grid, log_density, n)[:, None]
