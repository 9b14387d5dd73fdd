"""Train every model twice, to follow and to forecast, at 1870, 1875, ..., 1905.

    python benchmarks/hare_lynx_forecast.py            # about a quarter of an hour on two cores
    python benchmarks/hare_lynx_forecast.py --quick    # a minute; for the tests

Kill it at any moment: the next run reads what is finished and ends with the same bytes.
Writes bookkit/data/hare_lynx_forecast.json: the forecasts of log pelts from each origin. No year
after an origin enters its training; the chapter scores them.
"""

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from tqdm import tqdm

jax.config.update("jax_enable_x64", True)

from bookkit.data import load  # noqa: E402
from bookkit.hare_lynx import fit, forecast, resume, target  # noqa: E402
from bookkit.hare_lynx.models import MODELS, Model  # noqa: E402
from bookkit.hare_lynx.target import Array  # noqa: E402

ALL_ORIGINS = (*forecast.ORIGINS, forecast.LAST_SEEN)
TRAJECTORY = fit.Recipe(starts=8, iterations=2250)
RESTARTS = fit.Recipe(starts=4, iterations=1200, grow=False)


def pick(theta: Any, losses: Array) -> Any:
    """The parameters of the start with the least loss, for each origin: leaves (origins, ...)."""
    best = losses.reshape(len(ALL_ORIGINS), -1)
    rows = np.arange(len(best)) * best.shape[1] + best.argmin(axis=1)
    return jax.tree.map(lambda leaf: leaf[rows], theta)


def follow(model: Model, recipe: fit.Recipe, logs: Array, saved: Path, progress: Any) -> dict:
    """One path from 1845, as close as it gets to the repaired target; then let it run on."""
    years = [origin - forecast.FIRST + 1 for origin in ALL_ORIGINS]
    means = np.array([logs[:seen].mean() for seen in years])
    curves = np.zeros((len(years), 2 * years[-1] - 1, 2))
    for row, seen in zip(curves, years, strict=True):
        row[: 2 * seen - 1] = target.repaired(logs, seen)[1]
    data = jax.tree.map(
        lambda leaf: np.repeat(leaf, recipe.starts, axis=0), (curves, np.array(years) - 1.0)
    )
    theta = fit.draw(model, recipe.seed, len(data[1]))
    theta["start"] = jnp.asarray(data[0][:, 0])
    return finish(
        model,
        recipe,
        fit.trajectory_loss(model, recipe),
        data,
        theta,
        saved,
        progress,
        lambda theta, i: (
            forecast.trajectory_ahead(model, theta, theta["start"], ALL_ORIGINS[i]) + means[i]
        ),
    )


def restart(model: Model, recipe: fit.Recipe, logs: Array, saved: Path, progress: Any) -> dict:
    """Fifteen years ahead from every year seen; then thirty from the last one."""
    seen = np.array([origin - forecast.FIRST + 1 for origin in ALL_ORIGINS])
    values, means = zip(*(forecast.centred(logs[: seen[-1]], o) for o in ALL_ORIGINS), strict=True)
    known = np.arange(seen[-1])[:, None] < seen[:, None, None]
    values = np.where(known, np.array(values), 0.0)  # a leak is impossible: the future is not there
    data = jax.tree.map(lambda leaf: np.repeat(leaf, recipe.starts, axis=0), (values, seen))
    keys = jax.random.split(jax.random.key(recipe.seed), len(data[1]))
    theta = jax.vmap(lambda key: forecast.draw_restarts(model, key))(keys)

    def loss(theta, data, iteration):
        return forecast.restart_loss(model, theta, *data)

    def run_on(theta, i):
        now = jnp.asarray(values[i][seen[i] - 1])
        return forecast.ahead(model, theta, now, forecast.AHEAD) + means[i]

    return finish(model, recipe, loss, data, theta, saved, progress, run_on)


def finish(model, recipe, loss, data, theta, saved, progress, run_on) -> dict:
    """Train, keep the best start of each origin, and write down its forecast."""
    history = fit.train_to_end(recipe, loss, data, theta, saved, progress)
    theta = jax.tree.map(lambda leaf: leaf[-1], history)
    losses = fit.scores(loss, recipe, data, theta)
    best = pick(theta, losses)
    of = [
        jax.tree.map(lambda leaf, i=i: jnp.asarray(leaf[i]), best) for i in range(len(ALL_ORIGINS))
    ]
    return {
        "loss": losses.reshape(len(ALL_ORIGINS), -1).min(axis=1).tolist(),
        "diverged": int(np.isinf(losses).sum()),
        "forecasts": {
            str(origin): np.round(run_on(of[i], i), 4).tolist()
            for i, origin in enumerate(ALL_ORIGINS)
        },
        "theta": jax.tree.map(lambda leaf: np.asarray(leaf).tolist(), of[-1]),
    }


WAYS = {"trajectory": (follow, TRAJECTORY), "restarts": (restart, RESTARTS)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("bookkit/data"))
    options = parser.parse_args()
    small = {"starts": 2, "iterations": 20, "chunk": 10} if options.quick else {}
    models = ["ode2"] if options.quick else list(MODELS)
    table = load("hare_lynx_1845_1935")
    logs = target.log_pelts(table["year"], table["hare"], table["lynx"])
    recipes = {way: recipe._replace(**small) for way, (_, recipe) in WAYS.items()}
    config = {way: recipe._asdict() for way, recipe in recipes.items()}
    folder = resume.workshop("hare_lynx_forecast", config)
    units = [(way, name) for way in ("restarts", "trajectory") for name in models]
    bar = tqdm(total=sum(recipes[w].iterations // recipes[w].chunk for w, _ in units), unit="chunk")
    results = []
    for way, name in units:
        model, recipe, before = MODELS[name], recipes[way], bar.n
        bar.set_description(f"{model.label}, {way}")

        def progress(done, before=before):
            bar.update(before + done - bar.n)

        path = folder / f"{way}-{name}.json"
        saved = path.with_suffix(".npz")
        found = resume.once(path, partial(WAYS[way][0], model, recipe, logs, saved, progress))
        bar.update(before + recipe.iterations // recipe.chunk - bar.n)
        fitted = sum(np.size(leaf) for leaf in found["theta"].values())
        results.append(
            {
                "way": way,
                "model": name,
                "label": model.label,
                "n": model.n,
                "parameters": fitted,
                **found,
            }
        )
    card = {
        "command": "python benchmarks/hare_lynx_forecast.py"
        + (" --quick" if options.quick else ""),
        "recipes": config,
        "jax": jax.__version__,
        "selection": "best start by the training loss, at each origin",
    }
    content = {"card": card, "origins": list(ALL_ORIGINS), "runs": results}
    resume.write(options.out / "hare_lynx_forecast.json", json.dumps(content).encode())


if __name__ == "__main__":
    main()
