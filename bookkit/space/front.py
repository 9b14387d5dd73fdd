"""Fisher's equation by the method of lines in diffrax: growth in cells, diffusion between.

    du/dt = r u (1 - u) + D u_xx,  u in units of what a place can carry

R. A. Fisher, The wave of advance of advantageous genes, Annals of Eugenics 7 (1937).
"""

import diffrax
import jax
import jax.numpy as jnp

from bookkit.space.grid import SpaceError, refuse_bad, spread


def fisher(t: jax.Array, u: jax.Array, args: tuple) -> jax.Array:
    """Growth in each cell, spread between neighbours; args = (r, D, dx)."""
    r, D, dx = args
    return r * u * (1.0 - u) + spread(u, D, dx)


def solve(
    r: jax.Array | float, D: jax.Array | float, u0: jax.Array, dx: float, ts: jax.Array,
    rtol: float = 1e-6, adjoint: diffrax.AbstractAdjoint | None = None,
) -> jax.Array:  # fmt: skip
    """Densities at the times ts from u0 at time 0: shape (times, cells). Tsit5, step control.

    It can be traced, jitted and differentiated in r, D and u0; `solve_checked` refuses bad input.
    """
    return diffrax.diffeqsolve(
        diffrax.ODETerm(fisher), diffrax.Tsit5(), 0.0, ts[-1], None, u0, (r, D, dx),
        saveat=diffrax.SaveAt(ts=ts), max_steps=100_000,
        stepsize_controller=diffrax.PIDController(rtol=rtol, atol=1e-3 * rtol),
        adjoint=adjoint or diffrax.RecursiveCheckpointAdjoint(),
    ).ys  # fmt: skip


_compiled = jax.jit(solve, static_argnames="rtol")


def solve_checked(
    r: float, D: float, u0: jax.Array, dx: float, ts: jax.Array, rtol: float = 1e-6
) -> jax.Array:
    """`solve`, compiled, for numbers; bad input raises SpaceError.

    >>> ys = solve_checked(0.0, 1.0, jnp.array([0.0, 3.0, 0.0]), 1.0, jnp.array([100.0]))
    >>> [round(float(v), 4) for v in ys[0]]
    [1.0, 1.0, 1.0]
    """
    refuse_bad(u0, r=float(r), D=float(D))
    if bool(jnp.any(u0 < 0.0)):
        raise SpaceError(
            "the start has a negative density. Below zero, growth runs away from zero to minus "
            "infinity; a smoothed or noisy start must be cut at 0 first."
        )
    return _compiled(float(r), float(D), u0, dx, ts, rtol=rtol)


def centres(cells: int, dx: float) -> jax.Array:
    """Where the middle of each cell is, from the left end."""
    return (jnp.arange(cells) + 0.5) * dx


def position(u: jax.Array, dx: float, level: float = 0.5) -> jax.Array:
    """Where a front that falls from left to right passes `level`, by a straight line.

    The cell is found by comparing, which has no slope; the place inside it has one, and it is
    continuous from cell to cell. NaN where nothing is above the level, or all is.

    >>> float(position(jnp.array([1.0, 1.0, 0.75, 0.25, 0.0]), 2.0))
    6.0
    """
    last = jnp.sum(jnp.cumprod(u > level)) - 1
    i = jnp.clip(last, 0, u.shape[-1] - 2)
    inside = (u[i] - level) / (u[i] - u[i + 1])
    found = (i + 0.5 + inside) * dx
    return jnp.where((last >= 0) & (last < u.shape[-1] - 1), found, jnp.nan)


def special(x: jax.Array, t: float, r: float, D: float) -> jax.Array:
    """A front in closed form, at the speed 5 sqrt(rD/6): to test a solver against.

    M. J. Ablowitz and A. Zeppetella, Bull. Math. Biol. 41 (1979), 835-840.
    """
    z = (x - 5.0 * jnp.sqrt(r * D / 6.0) * t) * jnp.sqrt(r / (6.0 * D))
    return (1.0 + jnp.exp(z)) ** -2


def grid_speed(r: float, D: float, dx: float) -> float:
    """The speed that fronts approach on a grid: least (r + D (2 sinh(k dx / 2) / dx)^2) / k.

    >>> round(grid_speed(1.0, 1.0, 1e-3), 4), round(grid_speed(1.0, 1.0, 0.5), 4)
    (2.0, 2.0201)
    """
    k = jnp.linspace(0.2, 2.0, 20_001) * jnp.sqrt(r / D)
    return float(jnp.min((r + D * (2.0 * jnp.sinh(k * dx / 2.0) / dx) ** 2) / k))
