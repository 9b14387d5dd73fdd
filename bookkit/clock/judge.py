"""A clock judged under skies that it never saw: how far off are dawn and the length of the day?"""

from collections.abc import Sequence

import jax
import numpy as np

from bookkit.clock.circuit import GENES, Tree
from bookkit.clock.keep_time import dawn_error, day_length
from bookkit.clock.light import CELLS, skies
from bookkit.clock.step import PER_CELL, run

FINE = 16


def hands(
    free: Tree, sky: np.ndarray, kind: str | None = None, seed: int = 0, per_cell: int = PER_CELL
) -> np.ndarray:
    """Protein 1 under each sky: shape (paths, steps + 1). With a kind of kicks, each its own."""

    @jax.jit
    def several(free, some, keys):
        def one(sky, key):
            shape = (len(sky) * per_cell, 2 * GENES)
            noise = jax.random.normal(key, shape) if kind else None
            return run(free, sky, noise, kind or "langevin", per_cell)[:, GENES]

        return jax.vmap(one)(some, keys)

    keys = jax.random.split(jax.random.key(seed), len(sky))
    return np.asarray(several(free, sky, keys))


def judge(
    free: Tree, days: Sequence[int], paths: int, kind: str | None, seed: int, wait: float = 2.0,
    per_cell: int = FINE,
) -> dict[str, dict[str, float]]:  # fmt: skip
    """Median and 90th percentile, in hours, of both errors on each of the days.

    Args:
        kind: of the kicks, or None; see bookkit.clock.noise.
        seed: of the skies and the kicks.
        wait: mean time between changes of the sky, in days.
        per_cell: steps in a cell of the sky; finer than any training had, so that no clock is
            praised for having learned the errors of its solver.
    """
    shown = hands(free, skies(seed, max(days) + 1, paths, wait), kind, seed, per_cell)
    out, per_day = {}, CELLS * per_cell
    for day in days:
        dawn = np.abs([dawn_error(hand, day, per_day) for hand in shown])
        length = np.abs([day_length(hand, day, per_day) - 12.0 for hand in shown])
        out[str(day)] = {
            f"{name}{q}": round(float(np.quantile(values, q / 100)), 3)
            for name, values in (("dawn", dawn), ("length", length))
            for q in (50, 90)
        }
        out[str(day)]["within"] = round(float(np.mean(dawn <= 1.0)), 3)
    return out
