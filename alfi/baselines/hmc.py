"""Hamiltonian Monte Carlo: exact posterior draws, where log p(x | theta) has a gradient."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from alfi.baselines.posterior import Posterior, need, particle_posterior
from alfi.errors import SimulatorError
from alfi.simulators import Simulator


def hmc(
    key: Array,
    simulator: Simulator,
    x_obs: Array,
    budget: int = 0,
    n_samples: int = 1000,
    n_warmup: int = 500,
) -> Posterior:
    """The No-U-Turn sampler (Hoffman and Gelman 2014) of blackjax, after window adaptation.

    Runs over z, in float64: a sum over many observations has no small differences in float32.
    Walls of the prior are part of the target.

    Args:
        budget: unused, because no simulation is made.

    Raises:
        SimulatorError: the simulator has no likelihood.
        AlfiError: blackjax is not installed (the extra `baselines`).
    """
    if simulator.log_likelihood is None:
        raise SimulatorError(
            f"HMC needs log_likelihood; {simulator.name} has none. Use npe, or any other method "
            "that only simulates."
        )
    blackjax, prior = need("blackjax"), simulator.prior
    k_warmup, k_run = jax.random.split(key)
    with jax.enable_x64(True):
        x = jnp.asarray(np.asarray(x_obs), dtype=jnp.float64)

        def log_density(z):
            theta = prior.from_unconstrained(z)
            return prior.log_prob_unconstrained(z) + simulator.log_likelihood(theta, x)

        # Start at the best of 200 draws of the prior: far off, gradients are huge.
        draws = np.asarray(prior.sample(k_warmup, 200), dtype=float)
        z = prior.to_unconstrained(jnp.asarray(draws))
        start = z[jnp.argmax(jax.vmap(log_density)(z))]
        adapt = blackjax.window_adaptation(blackjax.nuts, log_density)
        (state, parameters), _ = adapt.run(k_warmup, start, num_steps=n_warmup)
        kernel = blackjax.nuts(log_density, **parameters).step

        def step(state, key):
            state, _ = kernel(key, state)
            return state, state.position

        _, z = jax.jit(lambda s: jax.lax.scan(step, s, jax.random.split(k_run, n_samples)))(state)
        theta = np.asarray(prior.from_unconstrained(z), dtype=np.float32)
    return particle_posterior(jnp.asarray(theta), jnp.full(n_samples, 1 / n_samples), 0)
