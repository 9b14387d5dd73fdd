"""The day, the sky that hides it, and what light does to protein 2.

x(t) = (1 + sin(2 pi t + pi)) / 2 rises through 1/2 at t = 0.5, 1.5, ... days: dawn. Where the sky
is open, light makes L 10^{6 (x - 1)} molecules of protein 2 a day, L = 100 a second: a thousandth
of that at dawn, all of it at noon.
"""

import jax
import jax.numpy as jnp
import numpy as np

from bookkit.clock.circuit import DAY

CELLS = 50  # a day; the sky stays as it is for one of them
L = 100.0 * DAY


def daylight(t: jax.Array) -> jax.Array:
    """x(t), from 0 to 1, whatever the sky; t in days."""
    return (1.0 + jnp.sin(2.0 * jnp.pi * t + jnp.pi)) / 2.0


def made_by_light(t: jax.Array, open_sky: jax.Array) -> jax.Array:
    """Molecules of protein 2 that light makes a day."""
    return open_sky * L * 10.0 ** (6.0 * (daylight(t) - 1.0))


def skies(seed: int, days: int, paths: int, wait: float = 2.0) -> np.ndarray:
    """Random skies, 0 hidden and 1 open: shape (paths, 50 days). Before the run all are hidden.

    Args:
        wait: mean time to the next change, in days, geometric in steps of a fiftieth of a day.

    >>> skies(0, 1, 2).shape
    (2, 50)
    """
    if wait < 1 / CELLS:
        raise ValueError(f"wait is a mean time in days, at least {1 / CELLS}, not {wait}")
    change = np.random.default_rng(seed).random((paths, days * CELLS)) < 1.0 / (wait * CELLS)
    return (np.cumsum(change, axis=1) % 2).astype(np.float32)


def dark(days: int) -> np.ndarray:
    """A sky that never opens: shape (50 days,)."""
    return np.zeros(days * CELLS, dtype=np.float32)
