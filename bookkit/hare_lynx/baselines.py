"""Forecasts that any model has to beat. Each maps the logarithms seen, (years, species), and a
number of years ahead to the forecast, (years ahead, species). None sees a later year.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Forecaster = Callable[[Array, int], Array]


def climatology(seen: Array, ahead: int) -> Array:
    """The mean of what was seen, for ever."""
    return np.tile(seen.mean(axis=0), (ahead, 1))


def persistence(seen: Array, ahead: int) -> Array:
    """The last year, for ever."""
    return np.tile(seen[-1], (ahead, 1))


def last_ten_years(seen: Array, ahead: int) -> Array:
    """The last ten years, over and over: what a trapper's diary would say."""
    return np.array([seen[-10 + year % 10] for year in range(ahead)])


def waves(times: ArrayLike, period: float) -> Array:
    """Columns 1, cos, sin of 2 pi t / period: (times, 3)."""
    angle = 2 * np.pi * np.asarray(times) / period
    return np.column_stack([np.ones_like(angle), np.cos(angle), np.sin(angle)])


def fit_sinusoid(
    times: ArrayLike, values: Array, period: float | None = None
) -> tuple[float, Array, float]:
    """Least squares of one sinusoid a species, all of one period: (period, coefficients, loss).

    Without a period, the best of 6.00, 6.01, ..., 14.00 years is taken.

    >>> t = np.arange(60.0)
    >>> period, _, loss = fit_sinusoid(t, np.sin(2 * np.pi * t / 9.5)[:, None])
    >>> round(period, 2), loss < 1e-20
    (9.5, True)
    """
    periods = np.arange(600, 1401) / 100 if period is None else [period]

    def fit(period: float) -> tuple[float, Array, float]:
        columns = waves(times, period)
        coefficients = np.asarray(np.linalg.lstsq(columns, values, rcond=None)[0], np.float64)
        return period, coefficients, float(((values - columns @ coefficients) ** 2).sum())

    return min((fit(float(p)) for p in periods), key=lambda found: found[2])


def sinusoid(seen: Array, ahead: int) -> Array:
    """One sinusoid a species, its period found in what was seen."""
    period, coefficients, _ = fit_sinusoid(np.arange(len(seen)), seen)
    return waves(np.arange(len(seen), len(seen) + ahead), period) @ coefficients


def _autoregression(seen: Array, ahead: int, longest: int = 5) -> Array:
    """Least-squares vector autoregression; its order, 1 to `longest`, by Akaike's criterion."""
    mean = seen.mean(axis=0)
    values = seen - mean
    years, species = values.shape

    def lags(order: int) -> Array:  # the same years for every order, or the criterion is unfair
        return np.hstack([values[longest - k : years - k] for k in range(1, order + 1)])

    def criterion(order: int) -> float:
        errors = (
            values[longest:]
            - lags(order) @ np.linalg.lstsq(lags(order), values[longest:], rcond=None)[0]
        )
        return (
            len(errors) * np.linalg.slogdet(errors.T @ errors / len(errors))[1]
            + 2 * order * species**2
        )

    order = min(range(1, longest + 1), key=criterion)
    weights = np.linalg.lstsq(lags(order), values[longest:], rcond=None)[0]
    path = list(values)
    for _ in range(ahead):
        path.append(np.hstack(path[: -order - 1 : -1]) @ weights)
    return np.array(path[years:]) + mean


def autoregression(seen: Array, ahead: int) -> Array:
    """Each species from its own last years."""
    return np.hstack(
        [_autoregression(seen[:, [species]], ahead) for species in range(seen.shape[1])]
    )


def vector_autoregression(seen: Array, ahead: int) -> Array:
    """Each species from the last years of both.

    >>> t = np.arange(40)[:, None]
    >>> spiral = np.hstack([np.cos(t), np.sin(t)]) * 0.9**t
    >>> ahead = vector_autoregression(spiral[:30], 10)
    >>> bool(abs(ahead - spiral[30:]).max() < 0.05)
    True
    """
    return _autoregression(seen, ahead)


BASELINES: dict[str, Forecaster] = {
    "Climatology": climatology,
    "Persistence": persistence,
    "Last ten years again": last_ten_years,
    "Sinusoid": sinusoid,
    "AR, each species": autoregression,
    "AR, both species": vector_autoregression,
}
