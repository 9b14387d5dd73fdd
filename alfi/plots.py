"""Pictures of calibration, drawn on axes that you give: `fig, ax = plt.subplots()` first.

The grey bands are what chance does to a calibrated posterior: two binomial standard deviations,
which hold about 95 in 100 counts.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from alfi.calibration import expected_coverage
from alfi.errors import AlfiError

BAND = "#8888884d"


def rank_histogram(
    ax: Any, ranks: ArrayLike, n_samples: int, *, colour: str = "C0", band: str = BAND
) -> float:
    """How often each rank came up: level if the posterior is calibrated.

    A hump says that intervals are too wide, a trough too narrow, a slope that they are biased
    (Talts et al. 2018, arXiv:1804.06788).

    Args:
        ax: matplotlib axes.
        ranks: of one parameter, shape (n_episodes,), each in 0..n_samples, as from
            `alfi.calibration.ranks`.
        n_samples: posterior draws an episode.

    Returns:
        the standard deviation of one count of a calibrated posterior.

    Raises:
        AlfiError: ranks of several parameters, or outside 0..n_samples.

    >>> from matplotlib.figure import Figure
    >>> ranks = np.random.default_rng(0).integers(0, 20, size=500)
    >>> print(round(rank_histogram(Figure().subplots(), ranks, 19), 1))
    4.9
    """
    ranks = np.asarray(ranks)
    if ranks.ndim != 1 or ranks.min() < 0 or ranks.max() > n_samples:
        raise AlfiError(
            f"rank_histogram draws the ranks of one parameter, each from 0 to {n_samples}. Got "
            f"shape {ranks.shape}, from {ranks.min()} to {ranks.max()}. Pick a column: ranks[:, 0]."
        )
    share = 1 / (n_samples + 1)
    level, sd = len(ranks) * share, np.sqrt(len(ranks) * share * (1 - share))
    ax.axhspan(level - 2 * sd, level + 2 * sd, color=band, lw=0, zorder=0)
    ax.bar(np.arange(n_samples + 1), np.bincount(ranks, minlength=n_samples + 1), 1, color=colour)
    ax.set(xlabel=f"rank of the truth among {n_samples} draws", ylabel="episodes")
    return float(sd)


def coverage_curve(ax: Any, pit: ArrayLike, *, colour: str = "C0", band: str = BAND) -> None:
    """How often intervals of each level hold the truth: on the diagonal if calibrated.

    Above it the intervals are too wide, below it too narrow.

    Args:
        ax: matplotlib axes.
        pit: the posterior's distribution function at the truth, of one parameter or of several
            (one line each), shape (n_episodes,) or (n_episodes, dim).

    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> coverage_curve(ax, np.random.default_rng(0).uniform(size=(500, 2)))
    >>> len(ax.lines)
    2
    """
    pit = np.asarray(pit, dtype=float)
    pit = pit[:, None] if pit.ndim == 1 else pit
    level = np.linspace(0, 1, 51)
    sd = np.sqrt(level * (1 - level) / len(pit))
    ax.fill_between(level, level - 2 * sd, level + 2 * sd, color=band, lw=0, zorder=0)
    ax.plot(level, expected_coverage(pit, level), color=colour)
    ax.set(xlabel="level of the interval", ylabel="share that holds the truth")
