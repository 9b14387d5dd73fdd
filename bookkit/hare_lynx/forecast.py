"""Train a model to forecast, score forecasts, and put bands on them.

A trajectory fit starts one path at the first year and asks it to stay on the data for the whole
series. A forecast is another question: given this year, what are the next ones? So `restart_loss`
asks that of every year seen. `rolling_origin` asks it honestly: at each origin the model
knows the years up to it and nothing else.
"""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from .models import Model, Params
from .solve import rk4

Array = NDArray[np.float64]
FIRST, LAST_SEEN, LAST = 1845, 1905, 1935
ORIGINS = tuple(range(1870, LAST_SEEN, 5))  # where forecasts are tried within the training years
AHEAD = LAST - LAST_SEEN  # years to forecast
TRAINED_AHEAD = 15  # years ahead that the restart loss asks for
STEPS_A_YEAR = 2


def ahead(model: Model, theta: Params, year: jax.Array, years: int) -> jax.Array:
    """Forecast for 1, 2, ..., `years` after an observed year (2,): (years, 2).

    A count is noisy, so the path starts beside it, at year + E year, with
    E = theta["E"] of shape (n, 2). For the hidden states E is all there is.
    """
    hidden = jnp.zeros(model.n - 2)
    start = jnp.concatenate([year, hidden]) + theta["E"] @ year
    steps, h = STEPS_A_YEAR * years, 1 / STEPS_A_YEAR
    states = rk4(model.field, start, steps, theta, h)
    return states[STEPS_A_YEAR::STEPS_A_YEAR, :2]


def restart_loss(
    model: Model,
    theta: Params,
    values: jax.Array,
    seen: jax.Array,
) -> jax.Array:
    """Mean squared error of forecasts of up to 15 years from every year seen.

    values: (years, 2), centred; seen: how many may be used, as start and as truth.
    """
    starts = jnp.arange(len(values) - 1)
    run = jax.vmap(lambda year: ahead(model, theta, year, TRAINED_AHEAD))
    paths = run(values[:-1])
    rows = starts[:, None] + jnp.arange(1, TRAINED_AHEAD + 1)
    known = rows < seen
    truth = values[jnp.minimum(rows, len(values) - 1)]
    wrong = jnp.where(known[..., None], paths - truth, 0.0)
    return jnp.sum(wrong**2) / jnp.sum(known)


def draw_restarts(model: Model, key: jax.Array) -> Params:
    """First parameters: the model's own, and a small E."""
    k1, k2 = jax.random.split(key)
    theta = model.draw(k1)
    return {**theta, "E": 0.05 * jax.random.normal(k2, (model.n, 2))}


def centred(logs: Array, origin: int) -> tuple[Array, Array]:
    """(values, mean): logs minus each species' mean over the years up to `origin`."""
    mean = logs[: origin - FIRST + 1].mean(axis=0)
    return logs - mean, mean


def truth_after(logs: Array, origin: int) -> Array:
    """What a forecast from `origin` is compared with.

    From the last training year that is the held-out part; from an earlier one, at most the
    training years that follow, so that nothing held out can decide anything.
    """
    first = origin - FIRST + 1
    last = LAST if origin == LAST_SEEN else LAST_SEEN
    return logs[first : min(first + AHEAD, last - FIRST + 1)]


def errors(forecasts: Mapping[int, Array], logs: Array) -> dict[int, Array]:
    """Forecast minus truth for every origin, each (years, 2)."""
    result = {}
    for origin, forecast in forecasts.items():
        truth = truth_after(logs, origin)
        result[origin] = np.asarray(forecast)[: len(truth)] - truth
    return result


def skill(wrong: Mapping[int, Array], reference: Mapping[int, Array]) -> float:
    """1 - (sum of squared errors) / (that of the reference): 1 is perfect, 0 no better, < 0 worse.

    >>> skill({1905: np.ones((3, 2))}, {1905: 2 * np.ones((3, 2))})
    0.75
    """
    total = [sum(float((one[origin] ** 2).sum()) for origin in wrong) for one in (wrong, reference)]
    return 1 - total[0] / total[1]


def half_widths(wrong: Mapping[int, Array], level: float, reach: int = 5) -> Array:
    """Half the width of the band at each year ahead, (AHEAD, 2).

    It is the `level` quantile of the absolute errors made in the rolling
    forecasts at about the same distance, `reach` years either side.

    >>> wrong = {1875: np.tile([1.0, -2.0], (30, 1))}
    >>> half_widths(wrong, 0.9)[[0, -1]].tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    widths = []
    for year in range(AHEAD):
        window = slice(max(0, year - reach), year + reach + 1)
        near = np.concatenate([one[window] for one in wrong.values()])
        widths.append(np.quantile(np.abs(near), level, axis=0))
    return np.array(widths)


def coverage(wrong: Array, widths: Array) -> float:
    """The share of (year, species) pairs inside the band."""
    return float(np.mean(np.abs(wrong) <= widths[: len(wrong)]))


def trust(forecasts: Mapping[int, Array], logs: Array) -> float:
    """How much of a forecast's departure from the mean to believe: least squares, 0 to 1.

    Estimated on the rolling forecasts; 1 takes the forecast as it is, 0 replaces it by the mean.
    """
    top = bottom = 0.0
    for origin, forecast in forecasts.items():
        mean, truth = centred(logs, origin)[1], truth_after(logs, origin)
        told = np.asarray(forecast)[: len(truth)] - mean
        top += float((told * (truth - mean)).sum())
        bottom += float((told**2).sum())
    return float(np.clip(top / bottom, 0, 1)) if bottom > 0 else 0.0


def trajectory_ahead(model: Model, theta: Params, first: jax.Array, origin: int) -> jax.Array:
    """The years after `origin` on the one path that starts in the first year: (AHEAD, 2)."""
    start = jnp.concatenate([theta.get("start", first), jnp.zeros(model.n - 2)])
    states = rk4(model.field, start, 4 * (origin - FIRST + AHEAD), theta)
    return lax.slice_in_dim(states[::4, :2], origin - FIRST + 1, origin - FIRST + 1 + AHEAD)
