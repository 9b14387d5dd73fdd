"""Five distributions mixed into one observation: location, scale and an edge at once."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.stats import norm

from alfi.prior import Uniform
from alfi.simulators.base import Simulator

# Each observed coordinate is a mixture of its neighbours: R_ij = 2^-|i-j|, scaled to det R = 1.
_NEAR = 0.5 ** np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
MIXING = _NEAR / np.linalg.det(_NEAR) ** 0.2
UNMIXING = np.linalg.inv(MIXING)


class MultiDistribution(Simulator):
    """x = R z, with z five independent numbers and theta = (theta_1, theta_2, theta_3):

    z_0 ~ Normal(theta_1, 1)                        a location
    z_1 ~ Normal(3, exp(theta_2/3))                 a scale
    z_2 ~ Normal(-2, 1) or Normal(2, 1/2), evenly   a nuisance
    z_3 ~ Uniform(-5, theta_3)                      an edge: its error falls as 1/n
    z_4 ~ Exponential of mean 2                     a nuisance

    After the example of the carl library (Louppe, Cranmer and Pavez 2016); the mixing matrix R
    is our own, symmetric with determinant 1.

    >>> simulator = MultiDistribution()
    >>> x = simulator(jax.random.key(0), [1.0, -1.0, 2.0], 500)
    >>> print(jnp.abs(simulator.mle(x) - jnp.array([1.0, -1.0, 2.0])) < jnp.array([0.2, 0.4, 0.1]))
    [ True  True  True]
    """

    name = "multi_distribution"
    parameter_names = ("location", "3 log scale", "edge")
    dim_x = 5
    prior = Uniform((-3.0, -3.0, -3.0), (3.0, 3.0, 3.0))
    paper = "Pesah, Wehenkel and Louppe 2018, arXiv:1811.12932 (task)"

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        k_normal, k_side, k_uniform, k_exponential = jax.random.split(key, 4)
        eps = jax.random.normal(k_normal, (3, n_obs))
        right = jax.random.bernoulli(k_side, 0.5, (n_obs,))
        uniform = jax.random.uniform(k_uniform, (n_obs,))
        z = jnp.stack(
            [
                theta[0] + eps[0],
                3 + jnp.exp(theta[1] / 3) * eps[1],
                jnp.where(right, 2 + 0.5 * eps[2], -2 + eps[2]),
                -5 + (theta[2] + 5) * uniform,
                2 * jax.random.exponential(k_exponential, (n_obs,)),
            ],
            axis=-1,
        )
        return z @ MIXING

    def log_likelihood(self, theta: Array, x: Array) -> Array:
        """The density of z = R^-1 x; det R = 1 adds nothing.

        An observation that rounding put outside its support counts as on its edge: float32
        knows z to about 1e-6.
        """
        z = x @ UNMIXING
        location = norm.logpdf(z[:, 0], theta[0])
        scale = norm.logpdf(z[:, 1], 3, jnp.exp(theta[1] / 3))
        side = jnp.logaddexp(norm.logpdf(z[:, 2], -2), norm.logpdf(z[:, 2], 2, 0.5)) - jnp.log(2)
        edge = jnp.where(z[:, 3] <= theta[2] + 1e-5, -jnp.log(theta[2] + 5), -jnp.inf)
        waiting = -jnp.maximum(z[:, 4], 0) / 2 - jnp.log(2)
        return jnp.sum(location + scale + side + edge + waiting)

    def mle(self, x: Array) -> Array:
        """Mean, three times the log of the root mean square, and maximum."""
        z = x @ UNMIXING
        log_scale = 0.5 * jnp.log(jnp.mean((z[:, 1] - 3) ** 2))
        return jnp.stack([jnp.mean(z[:, 0]), 3 * log_scale, jnp.max(z[:, 3])])

    def reference_posterior(self, key: Array, x: Array, n: int) -> Array:
        """Exact: the three parameters are independent given x, each in closed form.

        theta_1 is Normal; exp(2 theta_2/3) is scaled inverse chi-squared with n_obs degrees of
        freedom; theta_3 + 5 is Pareto from the maximum up.  Each is cut by the prior's wall
        through its distribution function (theta_2 by redrawing from a pool).
        """
        k_location, k_scale, k_edge, k_pick = jax.random.split(key, 4)
        z = x @ UNMIXING
        count = len(x)
        (low, _, _), (high, _, _) = self.prior.bounds

        centre, width = jnp.mean(z[:, 0]), 1 / jnp.sqrt(count)
        location = centre + width * jax.random.truncated_normal(
            k_location, (low - centre) / width, (high - centre) / width, (n,)
        )
        square = jnp.sum((z[:, 1] - 3) ** 2)
        pool = 1.5 * jnp.log(square / (2 * jax.random.gamma(k_scale, count / 2, (8 * n,))))
        inside = (pool > low) & (pool < high)
        weights = jnp.where(jnp.any(inside), inside, True)
        scale = jax.random.choice(k_pick, pool, (n,), replace=False, p=weights / weights.sum())

        start = jnp.clip(jnp.max(z[:, 3]), low, high - 1e-6) + 5
        kept = 1 - ((high + 5) / start) ** (1 - count)  # the Pareto's share below the wall
        u = jax.random.uniform(k_edge, (n,)) * kept
        edge = start * (1 - u) ** (1 / (1 - count)) - 5
        return jnp.stack([location, scale, jnp.minimum(edge, high)], axis=-1)
