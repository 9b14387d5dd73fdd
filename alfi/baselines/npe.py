"""Neural posterior estimation: learn q(theta | x) from pairs (theta, x), by its likelihood::

    minimise E_p(theta) E_p(x|theta)[-log q(theta | x)],

whose best answer is the posterior itself (Papamakarios and Murray 2016, arXiv:1605.06376).  q is
a masked autoregressive flow (Papamakarios, Pavlakou and Murray 2017, arXiv:1705.07057) from
flowjax.  Training costs simulations once; afterwards every x is answered without any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from alfi.baselines.posterior import Posterior, change_of_units, need, need_budget
from alfi.baselines.statistic import pooled, prior_table
from alfi.simulators import Simulator


@dataclass(frozen=True)
class AmortisedPosterior:
    """A trained flow: `posterior(x_obs)` for any data set of the size trained on.

    Attributes:
        flow: q(z | standardised pooled features), a flowjax distribution.
        standardise: pooled features -> what the flow sees.
        simulations_used: in training, for all x together.
    """

    simulator: Simulator
    flow: Any
    standardise: Callable[[Array], Array]
    n_obs: int
    simulations_used: int

    def __call__(self, x_obs: Array, n_mean: int = 2000) -> Posterior:
        """The posterior at one data set, (n_obs, dim_x); its mean from `n_mean` draws."""
        prior = self.simulator.prior
        condition = self.standardise(pooled(self.simulator, x_obs))

        def sample(key: Array, n: int) -> Array:
            return prior.from_unconstrained(self.flow.sample(key, (n,), condition=condition))

        def log_prob(theta: ArrayLike) -> Array:
            z = prior.to_unconstrained(theta)
            return self.flow.log_prob(z, condition=condition) + change_of_units(prior, z)

        mean = sample(jax.random.key(0), n_mean).mean(axis=0)
        return Posterior(sample, mean, self.simulations_used, log_prob)


def train_npe(
    key: Array,
    simulator: Simulator,
    n_obs: int,
    budget: int = 10_000,
    layers: int = 5,
    width: int = 50,
    max_epochs: int = 60,
    patience: int = 8,
    batch: int = 256,
    learning_rate: float = 1e-3,
) -> AmortisedPosterior:
    """Train a flow on `budget` simulations from the prior; stop when 10 % held out get no better.

    Raises:
        AlfiError: flowjax is not installed (the extra `baselines`).
    """
    need_budget(budget, 2 * batch)
    flows, distributions = need("flowjax.flows"), need("flowjax.distributions")
    k_table, k_flow, k_fit = jax.random.split(key, 3)
    z, features = prior_table(k_table, simulator, budget, n_obs)
    centre, scale = features.mean(axis=0), features.std(axis=0) + 1e-6

    def standardise(s: Array) -> Array:
        return (s - centre) / scale

    flow = flows.masked_autoregressive_flow(
        k_flow,
        base_dist=distributions.Normal(jnp.zeros(simulator.dim_theta)),
        cond_dim=features.shape[1],
        flow_layers=layers,
        nn_width=width,
        nn_depth=2,
    )
    flow, _ = need("flowjax.train").fit_to_data(
        k_fit,
        flow,
        (z, standardise(features)),
        learning_rate=learning_rate,
        batch_size=batch,
        max_epochs=max_epochs,
        max_patience=patience,
        show_progress=False,
    )
    return AmortisedPosterior(simulator, flow, standardise, n_obs, budget)


def npe(
    key: Array, simulator: Simulator, x_obs: Array, budget: int = 10_000, **options
) -> Posterior:
    """`train_npe` for data of this size, then its answer at x_obs; options as there."""
    return train_npe(key, simulator, len(x_obs), budget, **options)(x_obs)
