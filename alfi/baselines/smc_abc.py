"""Sequential ABC: look again where the last look found something."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.scipy.special import logsumexp
from jax.scipy.stats import multivariate_normal

from alfi.baselines.posterior import Posterior, need_budget, particle_posterior
from alfi.baselines.statistic import pooled, predict, prior_table, regress, simulate_pooled
from alfi.simulators import Simulator


def smc_abc(
    key: Array,
    simulator: Simulator,
    x_obs: Array,
    budget: int = 10_000,
    rounds: int = 5,
    keep: float = 0.1,
) -> Posterior:
    """Population Monte Carlo ABC (Beaumont et al. 2009, doi:10.1093/biomet/asp052).

    Round 1 is rejection ABC.  Each later round draws from the last population, moved by a Gaussian
    of twice its weighted covariance, keeps the nearest share, and weighs what it keeps by
    prior / proposal, so that the target stays the ABC posterior while the tolerance falls.
    """
    size = budget // rounds
    need_budget(budget, rounds * max(100, round(20 / keep)))
    prior, n_kept = simulator.prior, round(keep * size)
    k_start, *keys = jax.random.split(key, rounds)
    z, features = prior_table(k_start, simulator, budget - (rounds - 1) * size, len(x_obs))
    coefficients = regress(features, z)
    goal = predict(coefficients, pooled(simulator, x_obs))

    def nearest(features):
        distance = jnp.linalg.norm(predict(coefficients, features) - goal, axis=1)
        return jnp.argsort(distance)[:n_kept]

    z = z[nearest(features)]
    weights = jnp.full(n_kept, 1 / n_kept)
    for k in keys:
        k_parent, k_move, k_x = jax.random.split(k, 3)
        covariance = 2 * jnp.atleast_2d(jnp.cov(z.T, aweights=weights)) + 1e-8 * jnp.eye(prior.dim)
        parents = z[jax.random.choice(k_parent, n_kept, (size,), p=weights)]
        moved = jax.random.multivariate_normal(k_move, jnp.zeros(prior.dim), covariance, (size,))
        proposed = parents + moved
        kept = proposed[nearest(simulate_pooled(k_x, simulator, proposed, len(x_obs)))]
        kernel = multivariate_normal.logpdf(kept[:, None] - z, jnp.zeros(prior.dim), covariance)
        log_proposal = logsumexp(kernel, axis=1, b=weights)
        weights = jax.nn.softmax(prior.log_prob_unconstrained(kept) - log_proposal)
        z = kept
    return particle_posterior(prior.from_unconstrained(z), weights, budget)
