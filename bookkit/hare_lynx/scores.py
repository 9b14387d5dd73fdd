"""Every forecast of the chapter in one dict: the stored ones of the models, and the baselines."""

from functools import cache

import numpy as np

from bookkit.data import load

from .baselines import BASELINES
from .forecast import AHEAD, FIRST, LAST_SEEN, ORIGINS, Array

Forecasts = dict[int, Array]  # origin -> (years ahead, species)


@cache
def stored() -> dict[str, Forecasts]:
    """Name ("restarts ode2", "trajectory node3", ...) -> forecasts, from the script's file."""
    results: dict = load("hare_lynx_forecast")
    return {
        f"{run['way']} {run['model']}": {
            int(origin): np.array(path) for origin, path in run["forecasts"].items()
        }
        for run in results["runs"]
    }


def all_forecasts(logs: Array) -> dict[str, Forecasts]:
    """The baselines, computed now from what was seen at each origin, and the models."""
    origins = (*ORIGINS, LAST_SEEN)
    baselines = {
        name: {origin: forecaster(logs[: origin - FIRST + 1], AHEAD) for origin in origins}
        for name, forecaster in BASELINES.items()
    }
    return baselines | stored()
