"""A straight line in three dimensions, told by its angles: steep slopes are hard to see."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from alfi.prior import Uniform
from alfi.simulators.base import Simulator

NOISE = 0.1


class LinearRegression(Simulator):
    """y = tan(theta_1) x_1 + tan(theta_2) x_2 + tan(theta_3) x_3 + offset + Normal(0, 0.1).

    An observation is (x_1, x_2, x_3, y) with x uniform on (-1, 1)^3; theta is three angles in
    (0, pi/2) and the offset in (-1, 1).  Angles make the prior of slopes heavy-tailed: one
    in sixteen exceeds 10, and an error in the steepest spoils the estimates of the others.

    >>> simulator = LinearRegression()
    >>> x = simulator(jax.random.key(0), [0.5, 1.0, 0.2, 0.0], 1000)
    >>> print(jnp.abs(simulator.mle(x) - jnp.array([0.5, 1.0, 0.2, 0.0])).max() < 0.03)
    True
    """

    name = "linear_regression"
    parameter_names = ("angle 1", "angle 2", "angle 3", "offset")
    dim_x = 4
    prior = Uniform((0.0, 0.0, 0.0, -1.0), (np.pi / 2, np.pi / 2, np.pi / 2, 1.0))
    paper = "Pesah, Wehenkel and Louppe 2018, arXiv:1811.12932 (task)"
    n_obs = 1000

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        k_x, k_noise = jax.random.split(key)
        x = jax.random.uniform(k_x, (n_obs, 3), minval=-1)
        noise = NOISE * jax.random.normal(k_noise, (n_obs,))
        y = x @ jnp.tan(theta[:3]) + theta[3] + noise
        return jnp.concatenate([x, y[:, None]], axis=-1)

    def features(self, x: Array) -> Array:
        """x, y and their products, with y's heavy tail drawn in by asinh."""
        y = jnp.arcsinh(x[..., 3:])
        return jnp.concatenate([x[..., :3], y, x[..., :3] * y], axis=-1)

    def log_likelihood(self, theta: Array, x: Array) -> Array:
        """log p(y | x, theta); the density of x does not depend on theta and is left out."""
        residual = (x[:, 3] - x[:, :3] @ jnp.tan(theta[:3]) - theta[3]) / NOISE
        return jnp.sum(-0.5 * residual**2 - jnp.log(NOISE) - 0.5 * jnp.log(2 * jnp.pi))

    def mle(self, x: Array) -> Array:
        """Least squares, and the arc tangents of its slopes."""
        design = jnp.concatenate([x[:, :3], jnp.ones_like(x[:, :1])], axis=-1)
        slopes = jnp.linalg.solve(design.T @ design, design.T @ x[:, 3])
        return slopes.at[:3].set(jnp.arctan(slopes[:3]))
