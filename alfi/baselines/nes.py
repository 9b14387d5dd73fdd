"""Natural evolution strategies: follow the gradient of an average, and no other derivative.

For a proposal q(z | psi) and any function f, however it was computed::

    d/dpsi E_q[f(z)] = E_q[f(z) d/dpsi log q(z | psi)],

the score-function identity: draws and their scores are enough.  SNES (Schaul, Glasmachers and
Schmidhuber 2011, doi:10.1145/2001576.2001692) multiplies by the inverse Fisher matrix, which for
a diagonal Gaussian is a matter of units, and replaces f by utilities of its ranks, so that only
the order of the draws counts.
"""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import Array

from alfi.baselines.posterior import Posterior, gaussian_posterior, need_budget
from alfi.baselines.statistic import pooled, predict, prior_table, regress, simulate_pooled
from alfi.simulators import Simulator


def nes_gradient(key: Array, f: Callable, mu: Array, log_sigma: Array, n: int) -> Array:
    """n draws of f(z) d log q/d(mu, log sigma), (n, 2 dim): their mean estimates the gradient.

    The scores are eps/sigma for mu and eps^2 - 1 for log sigma, where z = mu + sigma eps.
    """
    eps = jax.random.normal(key, (n, len(mu)))
    values = jax.vmap(f)(mu + jnp.exp(log_sigma) * eps)
    score = jnp.concatenate([eps * jnp.exp(-log_sigma), eps**2 - 1], axis=1)
    return values[:, None] * score


def utilities(n: int) -> Array:
    """What the best, second best, ... of n draws are worth; they sum to zero.

    >>> print(utilities(4).round(2))
    [ 0.48  0.02 -0.25 -0.25]
    """
    raw = jnp.maximum(0.0, jnp.log(n / 2 + 1) - jnp.log(jnp.arange(1, n + 1)))
    return raw / raw.sum() - 1 / n


def snes(
    key: Array, f: Callable, mu: Array, sigma: Array, n_steps: int, population: int
) -> tuple[Array, Array]:
    """Minimise f(key, zs) -> (population,) from Normal(mu, sigma); the path of (mu, sigma).

    Learning rates as in the paper: 1 for mu, (3 + log dim)/(5 sqrt dim) for log sigma.
    """
    dim, worth = len(mu), utilities(population)
    rate = (3 + jnp.log(dim)) / (5 * jnp.sqrt(dim))

    def step(psi, key):
        mu, sigma = psi
        k_draw, k_f = jax.random.split(key)
        eps = jax.random.normal(k_draw, (population, dim))
        best_first = eps[jnp.argsort(f(k_f, mu + sigma * eps))]
        # Natural gradients: E[u eps] for mu/sigma, E[u (eps^2 - 1)] for log sigma.
        mu = mu + sigma * (worth @ best_first)
        sigma = sigma * jnp.exp(rate / 2 * (worth @ (best_first**2 - 1)))
        return (mu, sigma), (mu, sigma)

    return jax.lax.scan(step, (mu, sigma), jax.random.split(key, n_steps))[1]


@partial(jax.jit, static_argnames=("simulator", "n_obs", "n_steps", "population"))
def _search(key, simulator, coefficients, goal, n_obs, n_steps, population):
    def misfit(key, z):
        return jnp.sum(
            (predict(coefficients, simulate_pooled(key, simulator, z, n_obs)) - goal) ** 2, axis=1
        )

    dim = simulator.dim_theta
    return snes(key, misfit, jnp.zeros(dim), jnp.ones(dim), n_steps, population)


def nes(
    key: Array,
    simulator: Simulator,
    x_obs: Array,
    budget: int = 10_000,
    population: int = 32,
) -> Posterior:
    """SNES on the distance of simulated from observed statistics.

    A quarter of the budget fits the statistics (alfi.baselines.statistic).  The estimate is the
    mean of mu over the second half of the path; the Gaussian returned has the final sigma.  That
    sigma says how far the search has closed in, not what the data leave open: no posterior.
    """
    n_steps = (budget - budget // 4) // population
    need_budget(budget, 20 * population)
    k_table, k_search = jax.random.split(key)
    z, features = prior_table(k_table, simulator, budget - n_steps * population, len(x_obs))
    coefficients = regress(features, z)
    goal = predict(coefficients, pooled(simulator, x_obs))
    mu, sigma = _search(k_search, simulator, coefficients, goal, len(x_obs), n_steps, population)
    centre = mu[n_steps // 2 :].mean(axis=0)
    spread = jnp.diag(jnp.maximum(sigma[-1], 1e-6) ** 2)
    return gaussian_posterior(simulator.prior, centre, spread, budget)
