"""The first example of every statistics course: a Gaussian of unknown mean and spread."""

import jax
import jax.numpy as jnp
from jax import Array

from alfi.prior import Uniform
from alfi.simulators.base import Simulator


class Gaussian(Simulator):
    """x ~ Normal(mu, sigma), theta = (mu, log sigma).

    >>> x = Gaussian()(jax.random.key(1), [3.0, 0.0], 500)
    >>> print(bool(jnp.allclose(Gaussian().mle(x), jnp.array([3.0, 0.0]), atol=0.15)))
    True
    """

    name = "gaussian"
    parameter_names = ("mu", "log sigma")
    dim_x = 1
    prior = Uniform((-10.0, -2.0), (10.0, 1.5))
    paper = "Gauss 1809; posterior: Gelman et al., Bayesian Data Analysis, 3rd ed."

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        return theta[0] + jnp.exp(theta[1]) * jax.random.normal(key, (n_obs, 1))

    def features(self, x: Array) -> Array:
        """x and x squared, on the scale of the prior: their means are sufficient."""
        return jnp.concatenate([x / 6, x**2 / 36], axis=-1)

    def log_likelihood(self, theta: Array, x: Array) -> Array:
        """sum over i of -((x_i - mu)/sigma)^2/2 - log sigma - log(2 pi)/2"""
        z = (x - theta[0]) * jnp.exp(-theta[1])
        return jnp.sum(-0.5 * z**2 - theta[1] - 0.5 * jnp.log(2 * jnp.pi))

    def mle(self, x: Array) -> Array:
        """The sample mean, and the log of the root mean squared deviation from it."""
        return jnp.stack([jnp.mean(x), jnp.log(jnp.std(x))])

    def reference_posterior(self, key: Array, x: Array, n: int) -> Array:
        """Exact but for the walls: the flat-prior posterior, redrawn inside the prior's box.

        sigma^2 ~ sum of squared deviations / chi^2(n - 1), mu | sigma ~ Normal(mean, sigma/sqrt n).
        Draws outside the box are replaced, from a pool eight times as large.
        """
        k_chi, k_mu, k_pick = jax.random.split(key, 3)
        count, pool = x.shape[0], 8 * n
        chi2 = 2 * jax.random.gamma(k_chi, (count - 1) / 2, (pool,))
        sigma = jnp.sqrt(jnp.sum((x - jnp.mean(x)) ** 2) / chi2)
        mu = jnp.mean(x) + sigma / jnp.sqrt(count) * jax.random.normal(k_mu, (pool,))
        theta = jnp.stack([mu, jnp.log(sigma)], axis=-1)
        inside = self.prior.contains(theta)
        weights = jnp.where(jnp.any(inside), inside, True)
        pick = jax.random.choice(k_pick, pool, (n,), replace=False, p=weights / weights.sum())
        return theta[pick]
