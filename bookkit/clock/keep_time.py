"""The loss of a clock, and the hour at which it says that day begins.

Protein 1 is the hand of the clock: 1000 molecules or more mean day.
"""

import jax
import jax.numpy as jnp
import numpy as np

from bookkit.clock.circuit import GENES, Tree
from bookkit.clock.light import CELLS, daylight
from bookkit.clock.step import PER_CELL, run

SWITCH = 1000.0


def hill(x: jax.Array, half: float) -> jax.Array:
    """x^2 / (half^2 + x^2).

    >>> hill(1000.0, 1000.0)
    0.5
    """
    return x * x / (half * half + x * x)


def wanted(days: int, per_cell: int = PER_CELL) -> jax.Array:
    """What the hand should show at every step: near 1 by day, 0 at midnight."""
    steps = days * CELLS * per_cell
    return hill(daylight(jnp.arange(steps + 1) / (CELLS * per_cell)), 0.5)


def loss(
    free: Tree, sky: jax.Array, window: float, noise=None, kind: str = "langevin",
    per_cell: int = PER_CELL,
) -> jax.Array:  # fmt: skip
    """Mean squared distance of the hand from the day, over the first `window` days.

    The other arguments are those of `step.run`. A hand that always shows one half loses 0.101.
    """
    hand = hill(run(free, sky, noise, kind, per_cell)[:, GENES], SWITCH)
    t = jnp.arange(len(hand)) / (CELLS * per_cell)
    weight = jnp.where(t <= window, 1.0, 0.0)
    return jnp.sum(weight * (hand - wanted(len(sky) // CELLS, per_cell)) ** 2) / jnp.sum(weight)


def dawn_error(hand: np.ndarray, day: int, per_day: int = CELLS * PER_CELL) -> float:
    """Hours from the dawn of that day (1, 2, ...) to the nearest rise of protein 1 through 1000.

    12 if there is none within twelve hours. Late is positive.

    >>> t = np.arange(301) / 100
    >>> round(dawn_error(np.where(t < 1.55, 0.0, 2000.0), 2), 2)
    1.08
    """
    dawn = (day - 0.5) * per_day
    low, high = int(dawn - per_day // 2), int(dawn + per_day // 2)
    if high >= len(hand):
        raise ValueError(f"the run ends on day {(len(hand) - 1) / per_day:.1f}; day {day} is later")
    a, b = np.asarray(hand[low:high], float), np.asarray(hand[low + 1 : high + 1], float)
    (up,) = np.nonzero((a < SWITCH) & (b >= SWITCH))
    if not up.size:
        return 12.0
    at = low + up + (SWITCH - a[up]) / (b[up] - a[up])
    hours = (at - dawn) * 24.0 / per_day
    return float(hours[np.argmin(np.abs(hours))])


def day_length(hand: np.ndarray, day: int, per_day: int = CELLS * PER_CELL) -> float:
    """Hours above the switch from midnight to midnight, of which 12 are wanted."""
    part = np.asarray(hand[(day - 1) * per_day : day * per_day])
    return float(24.0 * np.mean(part >= SWITCH))
