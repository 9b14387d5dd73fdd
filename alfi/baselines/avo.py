"""Adversarial variational optimisation: make data that a critic cannot tell from yours.

Louppe, Hermans and Cranmer 2017, arXiv:1707.07113.  A critic d learns to give real observations
larger values than simulated ones, with its slope held near 1 (the Wasserstein critic with
gradient penalty, Gulrajani et al. 2017, arXiv:1704.00028)::

    U_d = E_q(theta) E_x~p(x|theta)[d(x)] - E_real[d(x)] + lambda E[(|grad d| - 1)^2].

The simulator has no derivative, so the proposal follows the score function instead::

    grad_psi U_g = E_q[-d(x) grad_psi log q(theta | psi)] - gamma grad_psi H(q).
"""

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jax import Array

from alfi.baselines.posterior import Posterior, gaussian_posterior, need_budget
from alfi.simulators import Simulator


def avo(
    key: Array,
    simulator: Simulator,
    x_obs: Array,
    budget: int = 10_000,
    batch: int = 64,
    critic_steps: int = 5,
    penalty: float = 0.1,
    gamma: float = 0.0,
    rate_critic: float = 3e-3,
    rate_proposal: float = 2e-2,
) -> Posterior:
    """Adversarial variational optimisation of a diagonal Gaussian over z.

    Each step draws `batch` parameters, with one observation each, for every critic step and for
    the proposal.  A data set of n observations thus pays for n draws of the critic's food, and
    `budget` data sets for budget * n_obs observations.

    Args:
        gamma: weight of the proposal's entropy; 0 lets it close in on a point.

    Returns:
        a Gaussian whose centre is averaged over the last third; no posterior.
    """
    per_step = batch * (critic_steps + 1)
    n_steps = min(budget * len(x_obs) // per_step, 3000)  # more do not help, and cost
    need_budget(budget * len(x_obs), 30 * per_step)
    features = simulator.features(x_obs)
    settings = (batch, critic_steps, penalty, gamma, rate_critic, rate_proposal)
    mu, sigma = _play(key, simulator, features, n_steps, settings)
    used = -(-n_steps * per_step // len(x_obs))
    spread = jnp.diag(sigma[-1] ** 2)
    return gaussian_posterior(simulator.prior, mu[-(n_steps // 3) :].mean(axis=0), spread, used)


@partial(jax.jit, static_argnames=("simulator", "n_steps", "settings"))
def _play(key, simulator, real, n_steps, settings):
    batch, critic_steps, penalty, gamma, rate_critic, rate_proposal = settings
    prior, dim = simulator.prior, simulator.dim_theta
    k_scale, k_critic, key = jax.random.split(key, 3)

    def observe(key, z):
        theta = prior.from_unconstrained(z)
        return simulator.features(simulator.simulate(key, theta, 1))[0]

    def draw(key, psi):
        k_z, k_x = jax.random.split(key)
        eps = jax.random.normal(k_z, (batch, dim))
        z = psi[0] + jnp.exp(psi[1]) * eps
        fake = jax.vmap(observe)(jax.random.split(k_x, batch), z)
        return eps, (fake - centre) / scale

    # The critic sees features in units of what the prior makes; these draws are not counted.
    z = prior.to_unconstrained(prior.sample(k_scale, 256))
    made = jax.vmap(observe)(jax.random.split(k_scale, 256), z)
    centre, scale = made.mean(axis=0), made.std(axis=0) + 1e-6
    real = (real - centre) / scale

    critic = eqx.nn.MLP(real.shape[1], "scalar", 32, 2, jnp.tanh, key=k_critic)
    weights, static = eqx.partition(critic, eqx.is_array)
    adam_critic = optax.adam(rate_critic, b1=0.5)
    adam_proposal = optax.adam(optax.cosine_decay_schedule(rate_proposal, n_steps), b1=0.5)

    def objective(weights, fake, truth, mix):
        d = eqx.combine(weights, static)
        between = mix * truth + (1 - mix) * fake
        slope = jnp.sqrt(jnp.sum(jax.vmap(jax.grad(d))(between) ** 2, axis=1) + 1e-12)
        values = jnp.mean(jax.vmap(d)(fake)) - jnp.mean(jax.vmap(d)(truth))
        return values + penalty * jnp.mean((slope - 1) ** 2)

    def step(carry, key):
        weights, state, psi, psi_state = carry
        k_proposal, *keys = jax.random.split(key, critic_steps + 1)
        for k in keys:
            k_fake, k_real, k_mix = jax.random.split(k, 3)
            truth = real[jax.random.randint(k_real, (batch,), 0, len(real))]
            mix = jax.random.uniform(k_mix, (batch, 1))
            slope = jax.grad(objective)(weights, draw(k_fake, psi)[1], truth, mix)
            update, state = adam_critic.update(slope, state)
            weights = optax.apply_updates(weights, update)
        eps, fake = draw(k_proposal, psi)
        worth = -jax.vmap(eqx.combine(weights, static))(fake)
        worth = (worth - worth.mean())[:, None]  # a baseline: the scores have mean zero
        score_mu = jnp.mean(worth * eps * jnp.exp(-psi[1]), axis=0)
        score_sigma = jnp.mean(worth * (eps**2 - 1), axis=0) - gamma  # dH/d log sigma = 1
        update, psi_state = adam_proposal.update(jnp.stack([score_mu, score_sigma]), psi_state)
        psi = psi + update
        return (weights, state, psi, psi_state), (psi[0], jnp.exp(psi[1]))

    psi = jnp.stack([jnp.zeros(dim), jnp.full(dim, -0.7)])
    start = (weights, adam_critic.init(weights), psi, adam_proposal.init(psi))
    return jax.lax.scan(step, start, jax.random.split(key, n_steps))[1]
