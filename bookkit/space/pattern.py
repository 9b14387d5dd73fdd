"""Schnakenberg's activator and substrate on a torus: Turing's pattern, and its wavelength.

    du/dt = g (a - u + u^2 v) + D_u (u_xx + u_yy)
    dv/dt = g (b - u^2 v)     + D_v (v_xx + v_yy)

J. Schnakenberg, Simple chemical reaction systems with limit cycle behaviour, J. Theor. Biol. 81
(1979). Here a = 0.1 and b = 0.9; theta = (log g, log D_u, log D_v).
"""

import jax
import jax.numpy as jnp
from jax import lax

from bookkit.space.grid import laplacian_torus, refuse_bad, refuse_step

A, B = 0.1, 0.9
DX, SIZE = 1.0, 48


def reaction(u, v, g):
    """What the two make of each other, per unit of time."""
    return g * (A - u + u * u * v), g * (B - u * u * v)


def rest() -> tuple[float, float]:
    """The state without a pattern."""
    return A + B, B / (A + B) ** 2


def start(key: jax.Array, size: int = SIZE, noise: float = 0.05) -> jax.Array:
    """The state of rest with noise on it: shape (2, size, size)."""
    base = jnp.array(rest())[:, None, None]
    return base * (1.0 + noise * jax.random.normal(key, (2, size, size)))


def step(state: jax.Array, theta: jax.Array, h: float) -> jax.Array:
    """One step of Euler's method for both substances."""
    g, D_u, D_v = jnp.exp(theta)
    u, v = state
    du, dv = reaction(u, v, g)
    change = [du + D_u * laplacian_torus(u, DX), dv + D_v * laplacian_torus(v, DX)]
    return state + h * jnp.stack(change)


def develop(
    theta: jax.Array, state: jax.Array, steps: int, h: float, segment: int = 25
) -> jax.Array:
    """The state after `steps` steps; of each `segment`, only the first state is kept."""

    @jax.checkpoint
    def several(state, _):
        many = lax.scan(lambda s, _: (step(s, theta, h), None), state, None, length=segment)
        return many[0], None

    if steps % segment:
        raise ValueError(f"steps, {steps}, must be a multiple of the segment, {segment}")
    return lax.scan(several, state, None, length=steps // segment)[0]


def wave_numbers(size: int) -> jax.Array:
    """The wave number of every term of the 2-D Fourier transform, radians per unit of length."""
    k = 2.0 * jnp.pi * jnp.fft.fftfreq(size, DX)
    return jnp.hypot(k[:, None], k)


def centroid(u: jax.Array) -> jax.Array:
    """The mean wave number of a picture, weighted by its power spectrum: smooth, unlike the peak.

    >>> x = jnp.arange(48.0)
    >>> float(2 * jnp.pi / centroid(jnp.sin(2 * jnp.pi * x / 8)[:, None] + jnp.zeros((48, 48))))
    8.0...
    """
    power = jnp.abs(jnp.fft.fft2(u - jnp.mean(u))) ** 2
    return jnp.sum(wave_numbers(u.shape[-1]) * power) / jnp.sum(power)


def growth_rate(theta: jax.Array, k: jax.Array) -> jax.Array:
    """How fast a wave of number k grows out of the state of rest, by linear theory.

    The largest real part of the eigenvalues of J - k^2 diag(D_u, D_v).
    """
    g, D_u, D_v = jnp.exp(theta)
    u, v = rest()
    f_u, f_v = g * (-1.0 + 2.0 * u * v), g * u * u
    g_u, g_v = -g * 2.0 * u * v, -g * u * u
    trace = f_u + g_v - k**2 * (D_u + D_v)
    det = (f_u - k**2 * D_u) * (g_v - k**2 * D_v) - f_v * g_u
    disc = trace**2 / 4.0 - det
    return trace / 2.0 + jnp.where(disc > 0, jnp.sqrt(jnp.where(disc > 0, disc, 1.0)), 0.0)


def fastest_wavelength(theta: jax.Array) -> float:
    """The wavelength that grows fastest by linear theory, on a fine grid of wave numbers."""
    k = jnp.linspace(1e-3, jnp.pi / DX, 20_001)
    return float(2.0 * jnp.pi / k[jnp.argmax(growth_rate(theta, k))])


def refuse(theta: jax.Array, state: jax.Array, h: float) -> None:
    """Raise SpaceError for a state or a step that would not do; see bookkit.space.grid."""
    g, D_u, D_v = (float(v) for v in jnp.exp(theta))
    refuse_bad(state, g=g, D_u=D_u, D_v=D_v)
    refuse_step(h, max(D_u, D_v), DX, dimensions=2)
