"""Fit all eight models to the hare and lynx of 1845-1935; writes two small files for chapter 8.

    python benchmarks/hare_lynx_fits.py            # about a quarter of an hour on two cores
    python benchmarks/hare_lynx_fits.py --quick    # a minute; for the tests

Kill it at any moment: the next run reads what is finished and ends with the same bytes.
Writes bookkit/data/hare_lynx_fits.json (every fit) and hare_lynx_training.json (one start along
its training, for the live figure).
"""

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
from tqdm import tqdm

jax.config.update("jax_enable_x64", True)

from bookkit.data import load  # noqa: E402
from bookkit.hare_lynx import fit, resume, target  # noqa: E402
from bookkit.hare_lynx.models import MODELS, Model  # noqa: E402
from bookkit.hare_lynx.target import Array  # noqa: E402

SHOWN = "ode4"  # the model whose training the live figure shows


def plan(quick: bool) -> list[tuple[str, str, fit.Recipe]]:
    """(target, model, recipe) of every fit."""
    small = (
        {"starts": 3, "iterations": 40, "chunk": 10, "polished": 2, "evaluations": 5}
        if quick
        else {}
    )
    models = ["lv", SHOWN] if quick else list(MODELS)
    return [
        (kind, model, fit.Recipe(grow=grow, **small))
        for kind, windows in (("published", (True, False)), ("repaired", (True,)))
        for model in models
        for grow in windows
    ]


def train(model: Model, recipe: fit.Recipe, curve: Array, saved: Path, progress: Any) -> Any:
    """Every start along Adam: (parameters after each chunk, losses at the end)."""
    loss = fit.trajectory_loss(model, recipe)
    ends = np.full(recipe.starts, (len(curve) - 1) / target.POINTS_PER_YEAR)
    data = (np.repeat(curve[None], recipe.starts, axis=0), ends)
    theta = fit.draw(model, recipe.seed, recipe.starts)
    history = fit.train_to_end(recipe, loss, data, theta, saved, progress)
    last = jax.tree.map(lambda leaf: leaf[-1], history)
    return history, fit.scores(loss, recipe, data, last)


def one_fit(model: Model, recipe: fit.Recipe, curve: Array, saved: Path, progress: Any) -> dict:
    """Every start's loss after Adam, and the best of them polished and judged by diffrax."""
    history, adam = train(model, recipe, curve, saved, progress)
    polished = []
    for lane in np.argsort(adam)[: recipe.polished]:
        if np.isinf(adam[lane]):
            continue
        theta = jax.tree.map(lambda leaf, lane=lane: leaf[-1, lane], history)
        end = (len(curve) - 1) / target.POINTS_PER_YEAR
        theta, loss = fit.polish(model, theta, curve, end, recipe.evaluations)
        polished.append(
            {
                "start": int(lane),
                "adam": float(adam[lane]),
                "polished": loss,
                "sse": fit.judge(model, theta, curve),
                "theta": jax.tree.map(lambda leaf: np.asarray(leaf).tolist(), theta),
            }
        )
    polished.sort(key=lambda one: one["sse"])
    return {
        "adam": sorted(float(loss) for loss in adam if np.isfinite(loss)),
        "diverged": int(np.isinf(adam).sum()),
        "polished": [{key: one[key] for key in one if key != "theta"} for one in polished],
        "sse": polished[0]["sse"],
        "theta": polished[0]["theta"],
    }


def along_training(folder: Path, curve: Array, recipes: dict[bool, fit.Recipe]) -> dict:
    """One start of SHOWN, with the window growing and without: the curve after every chunk.

    It is the start that ended best with the growing window; the card says so.
    """
    model = MODELS[SHOWN]
    runs = {
        grow: train(model, recipe, curve, folder / f"published-{SHOWN}-{grow}.npz", lambda _: None)
        for grow, recipe in recipes.items()
    }
    lane = int(np.argmin(runs[True][1]))
    follow = jax.jit(
        jax.vmap(lambda theta: fit.observed(model, theta, curve[0], len(curve))[:, :2])
    )
    result: dict[str, Any] = {"model": SHOWN, "start": lane}
    for grow, (history, _) in runs.items():
        curves = follow(jax.tree.map(lambda leaf: leaf[:, lane], history))
        recipe, end = recipes[grow], (len(curve) - 1) / target.POINTS_PER_YEAR
        iterations = np.arange(len(curves)) * recipe.chunk
        result["grown" if grow else "whole"] = {
            "iteration": iterations.tolist(),
            "window": [float(fit.window(recipe, i, end)) for i in iterations],
            "sse": np.sum((curves - curve) ** 2, axis=(1, 2)).tolist(),
            "curves": np.round(curves, 3).tolist(),
        }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("bookkit/data"))
    options = parser.parse_args()
    table = load("hare_lynx_1845_1935")
    logs = target.log_pelts(table["year"], table["hare"], table["lynx"])
    curves = {"published": target.published(logs)[1], "repaired": target.repaired(logs)[1]}
    fits = plan(options.quick)
    recipes = {recipe.grow: recipe for _, _, recipe in fits}
    folder = resume.workshop(
        "hare_lynx_fits", {"recipe": recipes[True]._asdict(), "quick": options.quick}
    )
    results = []
    bar = tqdm(
        total=sum(recipe.iterations // recipe.chunk + 1 for *_, recipe in fits), unit="chunk"
    )
    for kind, name, recipe in fits:
        model, before = MODELS[name], bar.n
        bar.set_description(f"{model.label}, {kind}")

        def progress(done, before=before):
            bar.update(before + done - bar.n)

        unit = folder / f"{kind}-{name}-{recipe.grow}.json"
        saved = unit.with_suffix(".npz")
        found = resume.once(unit, partial(one_fit, model, recipe, curves[kind], saved, progress))
        results.append(
            {
                "target": kind,
                "model": name,
                "label": model.label,
                "n": model.n,
                "parameters": model.n_params,
                "grow": recipe.grow,
                **found,
            }
        )
        bar.update(before + recipe.iterations // recipe.chunk + 1 - bar.n)
    card = {
        "command": "python benchmarks/hare_lynx_fits.py" + (" --quick" if options.quick else ""),
        "recipe": recipes[True]._asdict(),
        "jax": jax.__version__,
        "selection": "best of the polished starts by the loss that diffrax finds",
    }
    training = along_training(folder, curves["published"], recipes)
    for name, content in {
        "fits": {"card": card, "fits": results},
        "training": {"card": card, **training},
    }.items():
        resume.write(options.out / f"hare_lynx_{name}.json", json.dumps(content).encode())


if __name__ == "__main__":
    main()
