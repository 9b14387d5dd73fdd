"""Exact one-dimensional posteriors: evaluate on a grid, then invert the distribution function."""

import jax
import jax.numpy as jnp
from jax import Array


def sample_grid(key: Array, grid: Array, log_density: Array, n: int) -> Array:
    """Draw `n` numbers from a density known (up to a constant) on a rising grid.

    The density is taken as linear between the grid's points up to the trapezium rule, so the
    grid must be fine beside the density's width.

    Args:
        grid: the points, shape (m,), rising.
        log_density: the log density there, shape (m,), up to a constant.
        n: how many draws.

    >>> grid = jnp.linspace(-6, 6, 1001)
    >>> draws = sample_grid(jax.random.key(0), grid, -0.5 * grid**2, 10_000)
    >>> print(abs(float(draws.mean())) < 0.04, abs(float(draws.std()) - 1) < 0.03)
    True True
    """
    density = jnp.exp(log_density - jnp.max(log_density))
    mass = jnp.diff(grid) * (density[1:] + density[:-1]) / 2
    cumulative = jnp.concatenate([jnp.zeros(1), jnp.cumsum(mass)])
    uniform = jax.random.uniform(key, (n,)) * cumulative[-1]
    return jnp.interp(uniform, cumulative, grid)
