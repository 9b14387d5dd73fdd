"""What every baseline returns, and the door to the libraries that some of them need."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from alfi.errors import AlfiError, ConfigError
from alfi.prior import Uniform


@dataclass(frozen=True)
class Posterior:
    """A distribution over theta, in the parameters' own units.

    Attributes:
        sample: `sample(key, n)` -> (n, dim_theta).
        mean: E[theta], or a search's estimate; (dim_theta,).
        simulations_used: data sets simulated, each of the size of x_obs.
        log_prob: log density at theta, (..., dim_theta) -> (...), or None where it is unknown.
    """

    sample: Callable[[Array, int], Array]
    mean: Array
    simulations_used: int
    log_prob: Callable[[ArrayLike], Array] | None = None


def gaussian_posterior(prior: Uniform, mu: Array, covariance: Array, used: int) -> Posterior:
    """A Gaussian over z, read in theta; its mean is the theta at the Gaussian's centre."""
    factor = jnp.linalg.cholesky(covariance)

    def sample(key: Array, n: int) -> Array:
        eps = jax.random.normal(key, (n, prior.dim))
        return prior.from_unconstrained(mu + eps @ factor.T)

    def log_prob(theta: ArrayLike) -> Array:
        z = prior.to_unconstrained(theta)
        density = jax.scipy.stats.multivariate_normal.logpdf(z, mu, covariance)
        return jnp.asarray(density) + change_of_units(prior, z)

    return Posterior(sample, prior.from_unconstrained(mu), used, log_prob)


def particle_posterior(theta: Array, weights: Array, used: int) -> Posterior:
    """Weighted draws; `weights` sum to one."""

    def sample(key: Array, n: int) -> Array:
        return theta[jax.random.choice(key, len(theta), (n,), p=weights)]

    return Posterior(sample, weights @ theta, used)


def change_of_units(prior: Uniform, z: Array) -> Array:
    """`log |dz/dtheta|`: what turns a log density over z into one over theta."""
    if prior.coordinates == "affine":  # the same everywhere, outside the box too
        z = jnp.zeros_like(z)
    return prior.log_prob(prior.mean) - prior.log_prob_unconstrained(z)


def need_budget(budget: int, least: int) -> None:
    """Refuse a budget that the method cannot work with."""
    if budget < least:
        raise ConfigError(
            f"This method needs a budget of at least {least} simulations with these settings. "
            f"Got {budget}. Raise the budget, or make its populations smaller."
        )


def need(name: str) -> ModuleType:
    """Import a library of the extra `baselines`, or say how to get it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise AlfiError(
            f"This baseline needs {name}, which is not installed. It belongs to the extra "
            '`baselines`: pip install "gradients-through-time[baselines]".'
        ) from error
