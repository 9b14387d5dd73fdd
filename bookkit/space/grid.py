"""The stencil of diffusion on a line and on a torus, and the longest step that it bears."""

import math

import jax
import jax.numpy as jnp


class SpaceError(ValueError):
    """A grid, a rate or a step for which the answer would be wrong."""


def spread(u: jax.Array, D: jax.Array | float, dx: float) -> jax.Array:
    """What diffusion does along the last axis, per unit of time; nothing passes the two ends.

    Args:
        u: densities, shape (..., cells).
        D: one number, or one for each border between neighbours, shape (cells - 1,).
        dx: width of a cell.

    >>> spread(jnp.array([0.0, 0.0, 16.0, 0.0, 0.0]), 0.25, 1.0).tolist()
    [0.0, 4.0, -8.0, 4.0, 0.0]
    """
    flow = D * jnp.diff(u) / dx  # across each border
    ends = jnp.zeros_like(u[..., :1])
    return jnp.diff(flow, prepend=ends, append=ends) / dx


def laplacian_torus(u: jax.Array, dx: float) -> jax.Array:
    """Five-point stencil along the last two axes; what leaves on one side enters on the other.

    >>> float(jnp.sum(laplacian_torus(jnp.arange(16.0).reshape(4, 4) ** 2, 1.0)))
    0.0
    """
    neighbours = sum(jnp.roll(u, shift, axis) for axis in (-2, -1) for shift in (1, -1))
    return (neighbours - 4.0 * u) / dx**2


def longest_step(D: float, dx: float, dimensions: int = 1) -> float:
    """The longest step of Euler's method that diffusion bears: dx^2 / (2 D dimensions).

    Beyond it the zigzag of period two cells is multiplied by a number below -1 (von Neumann).

    >>> longest_step(20.0, 2.0)
    0.1
    """
    return dx**2 / (2.0 * D * dimensions)


def refuse_bad(u: jax.Array, **rates: float) -> None:
    """Raise SpaceError for what no equation of this chapter can mean.

    Args:
        u: a state; every density must be a finite number.
        rates: by name; every one must be a finite number that is not negative.

    >>> refuse_bad(jnp.ones(3), D=-1.0)
    Traceback (most recent call last):
        ...
    bookkit.space.grid.SpaceError: D = -1.0. A negative rate of spreading or growth ...
    """
    for name, rate in rates.items():
        if not math.isfinite(rate):
            raise SpaceError(
                f"{name} = {rate}. A rate must be a finite number; look at the step of the "
                "optimiser before this one."
            )
        if rate < 0:
            raise SpaceError(
                f"{name} = {rate}. A negative rate of spreading or growth has no solution that a "
                "computer can follow: with D < 0 every difference between neighbours grows, the "
                f"finest fastest. If an optimiser chose it, let it move log({name})."
            )
    if not bool(jnp.all(jnp.isfinite(u))):
        where = [int(i) for i in jnp.argwhere(~jnp.isfinite(u))[0]]
        raise SpaceError(
            f"the start is not a finite number in cell {where}. Missing counts must be left out of "
            "the misfit, not put into the start."
        )


def refuse_step(h: float, D: float, dx: float, dimensions: int = 1) -> None:
    """Raise SpaceError if Euler's step h is longer than the grid bears.

    >>> refuse_step(0.2, 20.0, 2.0)
    Traceback (most recent call last):
        ...
    bookkit.space.grid.SpaceError: a step of 0.2 is longer than this grid bears: ...
    """
    limit = longest_step(D, dx, dimensions)
    if h > limit * (1 + 1e-12):
        raise SpaceError(
            f"a step of {h:g} is longer than this grid bears: D h / dx^2 = {D * h / dx**2:.2f}, "
            f"and at most 1/{2 * dimensions} keeps neighbours from overshooting. Take h <= "
            f"{limit:.3g}, wider cells (twice the width bears four times the step), or an implicit "
            "solver."
        )
