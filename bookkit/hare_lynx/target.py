"""From a table of pelts to the curve that a model is asked to follow.

The published recipe (S. A. Frank, FitODE, 2022): natural logarithm, minus one mean over both
species, cubic spline, two points a year, Gaussian filter of 1.2 years. Its filter is not
renormalised at the ends, and it smooths the whole series before the training part is cut off.
`published` repeats it; `repaired` mends both.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Array = NDArray[np.float64]
FILTER_YEARS = 1.2
POINTS_PER_YEAR = 2


def log_pelts(years: Sequence[float], hare: Sequence[float], lynx: Sequence[float]) -> Array:
    """Natural logarithm of the two columns of pelts, shape (years, 2), hare first.

    Raises ValueError, in the table's own terms, for whatever would silently give a wrong curve.

    >>> log_pelts([1845, 1846], [1.0, 1.0], [1.0, 1.0]).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    >>> log_pelts([1845, 1846], [19.6, -2.0], [30.1, 45.2])
    Traceback (most recent call last):
    ValueError: The hare pelts of 1846 are -2.0. A count must be above zero, because the fit takes \
its logarithm. Correct the table, or start the series after that year.
    """
    lengths = {"years": len(years), "hare": len(hare), "lynx": len(lynx)}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"Each year needs one hare and one lynx count; the columns have {lengths} entries. "
            "Look for a missing row."
        )
    if len(years) < 2:
        raise ValueError(f"A series needs at least two years; this one has {len(years)}.")
    for before, after in pairwise(years):
        if after - before != 1:
            raise ValueError(
                f"The years must follow one another; {before:.0f} is followed by {after:.0f}. "
                "Sort the table, and leave no year out: the spline would stretch over the gap."
            )
    for name, counts in (("hare", hare), ("lynx", lynx)):
        for year, count in zip(years, counts, strict=True):
            if not np.isfinite(count):
                raise ValueError(
                    f"The {name} pelts of {year:.0f} are {count}. Every year needs a finite count; "
                    "fill the gap or start the series after it."
                )
            if count <= 0:
                raise ValueError(
                    f"The {name} pelts of {year:.0f} are {count}. A count must be above zero, "
                    "because the fit takes its logarithm. Correct the table, or start the series "
                    "after that year."
                )
    return np.log(np.column_stack([hare, lynx]).astype(float))


def smooth(logs: Array, renormalise: bool, sd: float = FILTER_YEARS) -> tuple[Array, Array]:
    """Spline through yearly values (years, species), filtered, at two points a year.

    Returns the times in years since the first row, (2 years - 1,), and the curve, same length.
    With `renormalise` the kernel's mass inside the series is scaled to one; without it the
    series is continued by zeros, which halves both ends.

    >>> times, curve = smooth(np.ones((9, 1)), renormalise=True)
    >>> bool(abs(curve - 1).max() < 1e-12), len(times)
    (True, 17)
    >>> _, halved = smooth(np.ones((9, 1)), renormalise=False)
    >>> round(float(halved[0, 0]), 3)
    0.5
    """
    last = len(logs) - 1
    spline = CubicSpline(np.arange(last + 1), logs, bc_type="natural")
    fine = np.linspace(0, last, 100 * last + 1)
    cell = np.full(len(fine), 0.01)
    cell[[0, -1]] /= 2  # the trapezium rule
    times = np.arange(POINTS_PER_YEAR * last + 1) / POINTS_PER_YEAR
    distance = (times[:, None] - fine) / sd
    kernel = np.exp(-(distance**2) / 2) / (sd * np.sqrt(2 * np.pi)) * cell
    if renormalise:
        kernel /= kernel.sum(axis=1, keepdims=True)
    return times, kernel @ spline(fine)


def published(logs: Array) -> tuple[Array, Array]:
    """The target exactly as published: one mean over both species, filter not renormalised."""
    return smooth(logs - logs.mean(), renormalise=False)


def repaired(logs: Array, years_seen: int | None = None) -> tuple[Array, Array]:
    """The target with the filter renormalised, from the first `years_seen` rows and nothing else.

    The mean, too, is that of the rows seen, so no later year can change the curve.
    """
    seen = logs[:years_seen]
    return smooth(seen - seen.mean(), renormalise=True)
