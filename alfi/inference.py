"""Inference on new data: run a trained machine, and read its proposal as a posterior."""

from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.stats import norm
from jax.typing import ArrayLike

from alfi.errors import SimulatorError
from alfi.prior import Uniform
from alfi.proposal import GaussianProposal
from alfi.recurrent_machine import RecurrentMachine
from alfi.simulators import Simulator

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(24)


@dataclass(frozen=True)
class Posterior:
    """Proposals after inference, for one data set or many, read in the parameters' own units.

    Attributes:
        psi: the final proposal, shape (..., size).
        path: the proposal after each step, shape (T, ..., size).
        proposal: the Gaussian that psi belongs to.
        prior: holds the map from the Gaussian's coordinates z to theta.
    """

    path: Array
    proposal: GaussianProposal
    prior: Uniform

    @property
    def psi(self) -> Array:
        return self.path[-1]

    @property
    def mean(self) -> Array:
        """E[theta], shape (..., dim): by Gauss-Hermite quadrature of each parameter's marginal."""
        return self.mean_at(-1)

    def mean_at(self, step: int) -> Array:
        """E[theta] under the proposal after one step."""
        mu, sd = self.proposal.mean(self.path[step]), self.proposal.sd(self.path[step])
        theta = self.prior.from_unconstrained(mu + sd * NODES.reshape(-1, *[1] * mu.ndim))
        return jnp.tensordot(WEIGHTS / WEIGHTS.sum(), theta, axes=1)

    def pit(self, theta: ArrayLike) -> Array:
        """The distribution function of each parameter at theta, shape (..., dim); uniform over
        episodes if the posterior is calibrated."""
        z = self.prior.to_unconstrained(theta)
        return norm.cdf((z - self.proposal.mean(self.psi)) / self.proposal.sd(self.psi))

    def quantile(self, level: float) -> Array:
        """Each parameter's quantile, shape (..., dim)."""
        z = self.proposal.mean(self.psi) + self.proposal.sd(self.psi) * norm.ppf(level)
        return self.prior.from_unconstrained(z)

    def sample(self, key: Array, n: int) -> Array:
        """Draws of theta, shape (..., n, dim)."""
        flat = self.psi.reshape(-1, self.proposal.size)
        eps = jax.random.normal(key, (len(flat), n, self.proposal.dim))
        z = jax.vmap(self.proposal.sample)(flat, eps)
        return self.prior.from_unconstrained(z).reshape(*self.psi.shape[:-1], n, -1)

    def log_prob(self, theta: ArrayLike) -> Array:
        """log q(theta) in theta's own units, shape (...): the density over z times its Jacobian."""
        theta = jnp.asarray(theta)
        z = self.prior.to_unconstrained(theta)
        flat = jax.vmap(self.proposal.log_prob)(
            self.psi.reshape(-1, self.proposal.size), z.reshape(-1, self.proposal.dim)
        )
        # p(theta) dtheta = p(z) dz, so dz/dtheta is the ratio of the two prior densities.
        jacobian = self.prior.log_prob(theta) - self.prior.log_prob_unconstrained(z)
        return flat.reshape(self.psi.shape[:-1]) + jacobian


def infer(
    machine: RecurrentMachine,
    simulator: Simulator,
    key: Array,
    x: ArrayLike,
    n_steps: int | None = None,
) -> Posterior:
    """The posterior that a machine proposes for one data set, or for a batch of them.

    Args:
        machine: a trained machine.
        simulator: the program that the data are compared with.
        key: for the loop's simulations.
        x: shape (n_obs, dim_x), or (n_data_sets, n_obs, dim_x).
        n_steps: as trained unless given.

    Raises:
        SimulatorError: data of the wrong shape, or not finite.
    """
    x = jnp.asarray(x)
    if x.ndim not in (2, 3) or x.shape[-1] != simulator.dim_x:
        raise SimulatorError(
            f"Data must have shape (n_obs, {simulator.dim_x}) or (n_data_sets, n_obs, "
            f"{simulator.dim_x}). Got {x.shape}."
        )
    if not bool(jnp.all(jnp.isfinite(x))):
        raise SimulatorError("Data must be finite. Drop or mend the NaNs before inference.")
    batch = x[None] if x.ndim == 2 else x
    path = _infer(machine, simulator, jax.random.split(key, len(batch)), batch, n_steps)
    path = path[:, 0] if x.ndim == 2 else path
    return Posterior(path, machine.proposal, simulator.prior)


@eqx.filter_jit
def _infer(machine, simulator, keys, x, n_steps):
    def one(data):
        return machine.infer(simulator, *data, n_steps)

    path = jax.lax.map(one, (keys, x), batch_size=min(len(x), 100))
    return jnp.moveaxis(path, 1, 0)
