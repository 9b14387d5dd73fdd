"""The proposal q(z | psi): a Gaussian over standardised parameters, moved step by step.

psi is one flat vector, so that a recurrent network can add a step to it: first the mean mu,
then the log scales s, then (full covariance only) the entries below the diagonal of a unit
triangular matrix U.  A draw is::

    z = mu + exp(s) * (U eps),      eps ~ Normal(0, I),

and the diagonal proposal is the same with U = I.  Any psi is a proper Gaussian: no clamp, no
constraint, and a step of the network can be as long as it needs to be.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.linalg import solve_triangular

from alfi.errors import ConfigError

LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class GaussianProposal:
    """A Gaussian over `dim` unconstrained parameters.

    Args:
        dim: the number of parameters.
        full: whether the parameters may be correlated (full covariance) or not (diagonal).

    >>> q = GaussianProposal(2, full=True)
    >>> q.size, q.prior_psi().tolist()
    (5, [0.0, 0.0, 0.0, 0.0, 0.0])
    >>> print(q.log_prob(q.prior_psi(), jnp.zeros(2)))  # -log(2 pi)
    -1.837877
    """

    dim: int
    full: bool = False

    @property
    def size(self) -> int:
        """The length of psi."""
        return 2 * self.dim + (self.dim * (self.dim - 1) // 2 if self.full else 0)

    def prior_psi(self) -> Array:
        """psi of the standard Gaussian, which has the prior's mean and spread."""
        return jnp.zeros(self.size)

    def mean(self, psi: Array) -> Array:
        """mu, shape (..., dim)."""
        return psi[..., : self.dim]

    def unit_triangle(self, psi: Array) -> Array:
        """U, shape (..., dim, dim): ones on the diagonal, zeros above."""
        identity = jnp.broadcast_to(jnp.eye(self.dim), (*psi.shape[:-1], self.dim, self.dim))
        if not self.full:
            return identity
        rows, columns = np.tril_indices(self.dim, -1)
        return identity.at[..., rows, columns].set(psi[..., 2 * self.dim :])

    def sd(self, psi: Array) -> Array:
        """The standard deviation of each parameter alone, shape (..., dim)."""
        scale = jnp.exp(psi[..., self.dim : 2 * self.dim])
        return scale * jnp.linalg.norm(self.unit_triangle(psi), axis=-1) if self.full else scale

    def sample(self, psi: Array, eps: Array) -> Array:
        """z for standard Gaussian draws `eps`; psi (size,), eps (..., dim)."""
        if self.full:
            eps = eps @ self.unit_triangle(psi).T
        return self.mean(psi) + jnp.exp(psi[self.dim : 2 * self.dim]) * eps

    def log_prob(self, psi: Array, z: Array) -> Array:
        """log q(z | psi); psi (size,), z (dim,); a scalar."""
        log_scale = psi[self.dim : 2 * self.dim]
        eps = (z - self.mean(psi)) * jnp.exp(-log_scale)
        if self.full:
            eps = solve_triangular(self.unit_triangle(psi), eps, lower=True, unit_diagonal=True)
        return -jnp.sum(0.5 * eps**2 + log_scale + 0.5 * LOG_2PI)

    def score(self, psi: Array, z: Array) -> Array:
        """The gradient of log q(z | psi) by psi, shape (size,): what an evolution strategy
        averages.  For a diagonal proposal it is (eps/sigma, eps^2 - 1)."""
        return jax.grad(self.log_prob)(psi, z)


def proposal(name: str, dim: int) -> GaussianProposal:
    """The proposal called "diagonal" or "full"."""
    if name not in ("diagonal", "full"):
        raise ConfigError(f'A proposal is "diagonal" or "full", not {name!r}.')
    return GaussianProposal(dim, full=name == "full")
