"""Rejection ABC: simulate from the prior, keep what looks like the data."""

import jax.numpy as jnp
from jax import Array

from alfi.baselines.posterior import Posterior, need_budget, particle_posterior
from alfi.baselines.statistic import pooled, predict, prior_table, regress
from alfi.errors import ConfigError
from alfi.simulators import Simulator


def rejection_abc(
    key: Array,
    simulator: Simulator,
    x_obs: Array,
    budget: int = 10_000,
    keep: float = 0.02,
    epsilon: float | None = None,
) -> Posterior:
    """Draws theta_i ~ prior, x_i ~ p(x | theta_i), kept if `|s(x_i) - s(x_obs)| <= epsilon`.

    The kept draws follow `p(theta | |s(x) - s(x_obs)| <= epsilon)`, which tends to
    p(theta | s(x_obs)) as epsilon falls and the acceptance with it (Tavaré et al. 1997, Pritchard
    et al. 1999).
    s is a linear regression of the parameters (alfi.baselines.statistic) on the same simulations.

    Args:
        keep: the share to keep; epsilon is then the largest distance kept.
        epsilon: the tolerance itself, in standardised units; then `keep` is not used.
    """
    need_budget(budget, 100)
    z, features = prior_table(key, simulator, budget, len(x_obs))
    coefficients = regress(features, z)
    away = predict(coefficients, features) - predict(coefficients, pooled(simulator, x_obs))
    distance = jnp.linalg.norm(away, axis=1)
    if epsilon is None:
        kept = jnp.argsort(distance)[: max(2, round(keep * budget))]
    else:
        kept = jnp.flatnonzero(distance <= epsilon)
        if len(kept) == 0:
            raise ConfigError(
                f"No simulation came within epsilon = {epsilon:g}; the nearest was at "
                f"{float(distance.min()):.3g}. Raise epsilon or the budget."
            )
    theta = simulator.prior.from_unconstrained(z[kept])
    return particle_posterior(theta, jnp.full(len(kept), 1 / len(kept)), budget)
