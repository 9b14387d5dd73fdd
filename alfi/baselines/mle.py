"""Maximum likelihood: where a likelihood exists, nothing else is needed."""

from functools import partial

import jax
import jax.numpy as jnp
import optax
from jax import Array

from alfi.baselines.posterior import Posterior, gaussian_posterior
from alfi.errors import SimulatorError
from alfi.simulators import Simulator


def maximum_likelihood(
    key: Array, simulator: Simulator, x_obs: Array, budget: int = 0, n_starts: int = 8
) -> Posterior:
    """The theta of largest likelihood, with the Gaussian that the likelihood's curvature gives.

    The covariance is the inverse of the observed information, -d2 log p(x|z)/dz2 + 1, where the 1
    is the standardised prior's: for much data Bernstein and von Mises say that this is the
    posterior.  Without a closed form, Adam climbs from `n_starts` draws of the prior.

    Args:
        budget: unused, because no simulation is made.

    Raises:
        SimulatorError: the simulator has no likelihood.

    >>> from alfi.simulators import Gaussian
    >>> x = Gaussian()(jax.random.key(0), [2.0, 0.0], 500)
    >>> print(maximum_likelihood(jax.random.key(1), Gaussian(), x).mean.round(1) + 0.0)
    [2. 0.]
    """
    if simulator.log_likelihood is None:
        raise SimulatorError(
            f"Maximum likelihood needs log_likelihood; {simulator.name} has none. Use npe, or "
            "any other method that only simulates."
        )
    mu, curvature = _climb(key, simulator, x_obs, n_starts)
    information = curvature + jnp.eye(len(mu))
    return gaussian_posterior(simulator.prior, mu, jnp.linalg.inv(information), 0)


@partial(jax.jit, static_argnames=("simulator", "n_starts"))
def _climb(key: Array, simulator: Simulator, x: Array, n_starts: int) -> tuple[Array, Array]:
    prior = simulator.prior

    def misfit(z):  # per observation, so that one step size fits all sizes of data
        return -simulator.log_likelihood(prior.from_unconstrained(z), x) / len(x)

    def climb(z):
        adam = optax.adam(optax.cosine_decay_schedule(0.1, 500))

        def step(carry, _):
            z, state = carry
            update, state = adam.update(jax.grad(misfit)(z), state)
            return (z + update, state), None

        (z, _), _ = jax.lax.scan(step, (z, adam.init(z)), None, 500)
        return z, misfit(z)

    if simulator.mle is not None:
        best = prior.to_unconstrained(simulator.mle(x))
    else:
        starts = prior.to_unconstrained(prior.sample(key, n_starts))
        z, loss = jax.vmap(climb)(starts)
        best = z[jnp.argmin(loss)]
    return best, len(x) * jax.hessian(misfit)(best)
