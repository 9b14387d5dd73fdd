"""A prior: where parameters come from before any data are seen.

Every simulator of this package has a uniform prior on a box, in the parameters that
scientists would plot (rates on a log scale, angles, energies).  A recurrent machine, a
natural evolution strategy and a normalising flow all work better where there are no walls
and where every parameter has mean 0 and standard deviation 1, so the prior also holds the
map to such coordinates, called z.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from alfi.errors import PriorError

LOGISTIC_SD = float(np.pi / np.sqrt(3.0))  # sd of logit(u) when u is uniform on (0, 1)
UNIFORM_SD = float(np.sqrt(1.0 / 12.0))  # sd of u itself


@dataclass(frozen=True)
class Uniform:
    """The uniform prior on a box, and its standardised coordinates z.

    Args:
        low: lower bounds, one a parameter, in the parameters' own units.
        high: upper bounds.
        coordinates: "logit" (the default): z = logit((theta - low)/(high - low)) / (pi/sqrt 3),
            which has no walls, so that a Gaussian over z never leaves the box.
            "affine": z = (theta - middle)/sd, for programs that make sense outside the box too.
            Either way z has mean 0 and standard deviation 1 under the prior.

    >>> prior = Uniform((0.2,), (7.0,))
    >>> prior.sample(jax.random.key(0), 3).shape
    (3, 1)
    >>> z = prior.to_unconstrained(jnp.array([3.5]))
    >>> print(z.round(3), bool(jnp.isclose(prior.from_unconstrained(z)[0], 3.5)))
    [-0.032] True
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    coordinates: str = "logit"

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", tuple(float(v) for v in self.low))
        object.__setattr__(self, "high", tuple(float(v) for v in self.high))
        if len(self.low) != len(self.high) or not self.low:
            raise PriorError(
                "A box needs as many lower as upper bounds, at least one. "
                f"Got {len(self.low)} lower and {len(self.high)} upper bounds."
            )
        for i, (low, high) in enumerate(zip(self.low, self.high, strict=True)):
            if not (np.isfinite(low) and np.isfinite(high) and low < high):
                raise PriorError(
                    "Each bound must be finite and low < high. "
                    f"Parameter {i} has low={low}, high={high}. For an unbounded parameter, "
                    "choose the range in which your data could lie."
                )
        if self.coordinates not in ("logit", "affine"):
            raise PriorError(
                f'coordinates is "logit" or "affine", not {self.coordinates!r}. '
                'Use "logit" unless the program may run outside its box.'
            )

    @property
    def dim(self) -> int:
        """The number of parameters."""
        return len(self.low)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """(low, high), each of shape (dim,)."""
        return jnp.array(self.low), jnp.array(self.high)

    @property
    def mean(self) -> Array:
        """The prior mean, shape (dim,)."""
        low, high = self.bounds
        return (low + high) / 2

    @property
    def sd(self) -> Array:
        """The prior standard deviation, shape (dim,)."""
        low, high = self.bounds
        return (high - low) * UNIFORM_SD

    def sample(self, key: Array, n: int) -> Array:
        """Draw `n` parameter vectors, shape (n, dim)."""
        low, high = self.bounds
        return jax.random.uniform(key, (n, self.dim), minval=low, maxval=high)

    def contains(self, theta: ArrayLike) -> Array:
        """Whether theta, shape (..., dim), lies in the box; shape (...)."""
        low, high = self.bounds
        theta = jnp.asarray(theta)
        return jnp.all((theta >= low) & (theta <= high), axis=-1)

    def log_prob(self, theta: ArrayLike) -> Array:
        """log p(theta): constant inside the box, minus infinity outside; shape (...)."""
        low, high = self.bounds
        return jnp.where(self.contains(theta), -jnp.sum(jnp.log(high - low)), -jnp.inf)

    def to_unconstrained(self, theta: ArrayLike) -> Array:
        """theta -> z, shape (..., dim) to the same; standardised under the prior."""
        low, high = self.bounds
        u = (jnp.asarray(theta) - low) / (high - low)
        if self.coordinates == "affine":
            return (u - 0.5) / UNIFORM_SD
        # A draw that rounding put on the wall itself would otherwise give an infinite z.
        edge = jnp.finfo(u.dtype).eps
        u = jnp.clip(u, edge, 1 - edge)
        return (jnp.log(u) - jnp.log1p(-u)) / LOGISTIC_SD

    def from_unconstrained(self, z: ArrayLike) -> Array:
        """z -> theta, the inverse of `to_unconstrained`."""
        low, high = self.bounds
        z = jnp.asarray(z)
        affine = self.coordinates == "affine"
        u = z * UNIFORM_SD + 0.5 if affine else jax.nn.sigmoid(z * LOGISTIC_SD)
        return low + (high - low) * u

    def log_prob_unconstrained(self, z: ArrayLike) -> Array:
        """The prior's log density over z (with the Jacobian of the map); shape (...)."""
        z = jnp.asarray(z)
        if self.coordinates == "affine":
            inside = jnp.all(jnp.abs(z) <= 0.5 / UNIFORM_SD, axis=-1)
            return jnp.where(inside, self.dim * jnp.log(UNIFORM_SD), -jnp.inf)
        s = z * LOGISTIC_SD
        density = jax.nn.log_sigmoid(s) + jax.nn.log_sigmoid(-s) + jnp.log(LOGISTIC_SD)
        return jnp.sum(density, axis=-1)

    def validate(self, theta: ArrayLike) -> Array:
        """theta as an array, or a `PriorError` that says what is wrong with it.

        For concrete values only: inside `jit` nothing can be refused.

        >>> Uniform((0.0,), (1.0,)).validate([2.0])
        Traceback (most recent call last):
            ...
        alfi.errors.PriorError: theta must lie inside the prior's box. ...
        """
        value = np.asarray(theta, dtype=float)
        if value.ndim == 0 or value.shape[-1] != self.dim:
            raise PriorError(
                f"theta must have {self.dim} parameter(s) on its last axis. Got shape "
                f"{value.shape}. For one parameter vector pass shape ({self.dim},)."
            )
        outside = ~((value >= self.low) & (value <= self.high))  # NaN counts as outside
        if outside.any():
            where = int(np.argwhere(outside)[0][-1])
            worst = value[outside][0]
            raise PriorError(
                "theta must lie inside the prior's box. "
                f"Parameter {where} is {worst:g}, its range is [{self.low[where]:g}, "
                f"{self.high[where]:g}]. Widen the prior, or call simulate() itself, which "
                "does not check."
            )
        return jnp.asarray(theta)
