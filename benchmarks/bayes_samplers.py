"""Sample the posterior of hare and lynx in four ways; writes a small file for chapter 13.

    python benchmarks/bayes_samplers.py            # about five minutes on two cores
    python benchmarks/bayes_samplers.py --quick    # a minute or two, mostly compiling

Kill it at any moment: the next run reads what is finished and ends with the same numbers.

Every method moves the same eight unknowns, either scaled (each by its own sd) or whitened (by the
whole covariance of a pilot run). Each gets a grid of step lengths, the same number of evaluations
in each trial, and is judged on fresh random numbers by its worst effective sample size, over the
unknowns and their squares, in a thousand evaluations of the density (of its gradient, where it
has one).
"""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import blackjax
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from tqdm import tqdm

jax.config.update("jax_enable_x64", True)

from bookkit.hare_lynx import resume  # noqa: E402
from bookkit.pelt_posterior import NAMES, log_posterior  # noqa: E402

ROOT = Path(__file__).parents[1]
CHAINS, LANGEVIN, SEEDS = 4, 8, (1, 2, 3)
GUESS = np.log([0.55, 0.028, 0.8, 0.024, 33.0, 6.0, 0.25, 0.25])  # what the case study prints
GRID = {
    "whitened": {
        "Metropolis": (0.4, 0.7, 1.0, 1.3, 1.7),
        "Langevin": (0.7, 0.9, 1.1, 1.3, 1.6),
        "HMC": (0.5, 0.7, 0.9, 1.1, 1.3),
        "NUTS": (0.5, 0.7, 0.9, 1.1, 1.3),
    },
    "scaled": {
        "Metropolis": (0.1, 0.2, 0.4, 0.8, 1.2),
        "Langevin": (0.1, 0.15, 0.2, 0.28, 0.36),
        "HMC": (0.06, 0.1, 0.14, 0.18, 0.24),
        "NUTS": (0.08, 0.13, 0.2, 0.27, 0.35),
    },
}
LENGTHS = {"whitened": (1, 2, 3, 5), "scaled": (4, 8, 16, 32)}  # leapfrog steps of HMC


def density(theta: Any) -> Any:
    return log_posterior(theta, jnp, lax)


@partial(jax.jit, static_argnames=("draws",))
def long_nuts(key: Any, draws: int) -> Any:
    """Four chains of NUTS with a metric and a step of their own: (draws, divergent)."""

    def chain(key, start):
        first, second = jax.random.split(key)
        adapt = blackjax.window_adaptation(
            blackjax.nuts, density, is_mass_matrix_diagonal=False, target_acceptance_rate=0.9
        )
        (state, found), _ = adapt.run(first, start, num_steps=500)
        kernel = blackjax.nuts(density, **found).step

        def move(state, key):
            state, info = kernel(key, state)
            return state, (state.position, info.is_divergent)

        return lax.scan(move, state, jax.random.split(second, draws))[1]

    keys = jax.random.split(key, 2 * CHAINS)
    starts = GUESS + 0.1 * jax.vmap(lambda k: jax.random.normal(k, (8,)))(keys[:CHAINS])
    return jax.vmap(chain)(keys[CHAINS:], starts)


def mixed(theta: np.ndarray) -> np.ndarray:
    """Effective sample sizes of the columns and of their squares about the mean."""
    both = np.concatenate([theta, (theta - theta.mean((0, 1))) ** 2], axis=-1)
    return np.asarray(blackjax.diagnostics.effective_sample_size(jnp.asarray(both)))


def rhat(theta: np.ndarray) -> np.ndarray:
    """Each column's R-hat, over half chains."""
    half = theta.shape[1] // 2
    halves = np.concatenate([theta[:, :half], theta[:, half : 2 * half]])
    return np.asarray(blackjax.diagnostics.potential_scale_reduction(jnp.asarray(halves)))


def reference(draws: int) -> dict:
    """A long run of NUTS: moments with their Monte Carlo errors, and some of its draws."""
    theta, divergent = map(np.asarray, long_nuts(jax.random.key(0), draws))
    values = np.exp(theta)
    size = np.asarray(blackjax.diagnostics.effective_sample_size(jnp.asarray(values)))
    flat, logs = values.reshape(-1, 8), theta.reshape(-1, 8)
    few = logs[:: max(1, len(logs) // 400)][:400]
    fine = [float(log_posterior(t, jnp, lax, 32) - density(t)) for t in few[::20]]
    return {
        "names": NAMES, "draws": len(flat), "divergent": int(divergent.sum()),
        "mean": flat.mean(0).tolist(), "sd": flat.std(0).tolist(),
        "mcse": (flat.std(0) / np.sqrt(size)).tolist(), "ess": size.tolist(),
        "rhat": rhat(theta).tolist(),
        "low": np.quantile(flat, 0.1, axis=0).tolist(),
        "high": np.quantile(flat, 0.9, axis=0).tolist(),
        "log_mean": logs.mean(0).tolist(), "log_cov": np.cov(logs.T).tolist(),
        "finer_steps_change": [min(fine), max(fine)],
        "some": np.round(few, 4).tolist(),
    }  # fmt: skip


def kernel_of(method: str, f: Callable, h: Any, length: Any) -> Any:
    """blackjax's step, and how many evaluations it takes."""
    one = jnp.ones(8)
    if method == "Metropolis":
        return blackjax.normal_random_walk(f, h * one), lambda info: 1
    if method == "Langevin":  # blackjax counts in h ** 2 / 2
        return blackjax.mala(f, h**2 / 2), lambda info: 1
    if method == "HMC":
        return blackjax.hmc(f, h, one, length), lambda info: length
    return blackjax.nuts(f, h, one), lambda info: info.num_integration_steps


@partial(jax.jit, static_argnames=("method", "draws"))
def chains(method: str, draws: int, length: Any, h: Any, turn: Any, middle: Any, key: Any) -> Any:
    """(draws, evaluations, acceptance) of four chains in theta = middle + turn @ z."""
    kernel, cost = kernel_of(method, lambda z: density(middle + turn @ z), h, length)

    def chain(key):
        first, second = jax.random.split(key)

        def move(state, key):
            state, info = kernel.step(key, state)
            return state, (state.position, cost(info), info.acceptance_rate)

        state = kernel.init(jax.random.normal(first, (8,)))
        return lax.scan(move, state, jax.random.split(second, draws))[1]

    z, cost_, accepted = jax.vmap(chain)(jax.random.split(key, CHAINS))
    return z, jnp.sum(cost_), jnp.mean(accepted)


def trial(
    method: str, length: int, h: float, turn: Any, middle: Any, draws: int, seed: int
) -> dict:
    """One run of four chains, and what a thousand of its evaluations brought."""
    z, cost, accepted = chains(method, draws, length, h, turn, middle, jax.random.key(seed))
    theta = np.asarray(z) @ np.asarray(turn).T
    found = float(mixed(theta).min()) if np.isfinite(theta).all() else 0.0
    return {
        "step": h, "length": length, "accepted": float(accepted), "draws": draws * CHAINS,
        "evaluations": int(cost), "ess": found, "rhat": float(rhat(theta).max()),
        "per_thousand": 1000 * found / float(cost),
    }  # fmt: skip


def contest(metric: str, method: str, turn: np.ndarray, middle: np.ndarray, budget: int) -> dict:
    """The best of the grid, and how it does on three fresh seeds."""
    lengths = LENGTHS[metric] if method == "HMC" else (1,)
    run = partial(trial, method, turn=jnp.asarray(turn), middle=jnp.asarray(middle))
    steps = GRID[metric][method]
    tuning = {"HMC": budget // 20, "NUTS": budget // 40}.get(method, budget // 4)
    grid = [run(length=n, h=h, draws=tuning, seed=100) for n in lengths for h in steps]
    best = max(grid, key=lambda one: one["per_thousand"])
    lately = {"HMC": best["length"], "NUTS": best["evaluations"] / best["draws"]}.get(method, 1)
    draws = int(budget / lately)
    runs = [run(length=best["length"], h=best["step"], draws=draws, seed=s) for s in SEEDS]
    return {"tried": len(grid), "at_edge": best["step"] in (steps[0], steps[-1]), "runs": runs}


@partial(jax.jit, static_argnames=("draws",))
def unadjusted(h: Any, turn: Any, middle: Any, key: Any, draws: int) -> Any:
    """Langevin dynamics in z, nothing refused: eight chains of theta about its mean."""
    slope = jax.grad(lambda z: density(middle + turn @ z))

    def chain(key):
        first, second = jax.random.split(key)

        def move(z, key):
            z = z + h**2 / 2 * slope(z) + h * jax.random.normal(key, (8,))
            return z, turn @ z

        start = jax.random.normal(first, (8,))
        return lax.scan(move, start, jax.random.split(second, draws))[1]

    return jax.vmap(chain)(jax.random.split(key, LANGEVIN))


def langevin_bias(turn: np.ndarray, middle: np.ndarray, variance: np.ndarray, draws: int) -> list:
    """How many times too large the variances are, at each step length, and their error."""
    rows = []
    for h in (0.2, 0.4, 0.6, 0.8, 1.0):
        got = unadjusted(h, jnp.asarray(turn), jnp.asarray(middle), jax.random.key(7), draws)
        theta = np.asarray(got)
        kept = theta[np.isfinite(theta).all((1, 2))]
        each = (kept[:, draws // 10 :].var(1) / variance).mean(1)  # one number a chain
        error = each.std() / np.sqrt(max(1, len(kept) - 1))
        lost = LANGEVIN - len(kept)
        rows.append({"step": h, "lost": lost, "ratio": float(each.mean()), "error": float(error)})
    return rows


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args(arguments)
    quick = chosen.quick
    budget = 400 if quick else 10_000

    def once(name: str, work: Callable[[], Any], **setting: Any) -> Any:
        folder = resume.workshop("bayes_samplers", {"budget": budget, "job": name} | setting)
        return resume.once(folder / "result.json", work)

    ref = once("reference", lambda: reference(50 if quick else 2500))
    middle, cov = np.array(ref["log_mean"]), np.array(ref["log_cov"])
    metrics = {"whitened": np.linalg.cholesky(cov), "scaled": np.diag(np.sqrt(np.diag(cov)))}
    table: dict[str, dict] = {}
    jobs = [(metric, method) for metric in GRID for method in GRID[metric]]
    for metric, method in tqdm(jobs, desc="samplers"):
        work = partial(contest, metric, method, metrics[metric], middle, budget)
        table.setdefault(metric, {})[method] = once(
            f"{metric} {method} of theta", work, steps=GRID[metric][method], lengths=LENGTHS[metric]
        )
    bias = partial(langevin_bias, metrics["whitened"], middle, np.diag(cov))
    result = {
        "card": {
            "made": "benchmarks/bayes_samplers.py", "seeds": SEEDS, "chains": CHAINS,
            "budget": budget, "blackjax": blackjax.__version__, "jax": jax.__version__,
        },
        "reference": ref, "samplers": table,
        "langevin": once("langevin", lambda: bias(500 if quick else 10_000)),
    }  # fmt: skip
    out = chosen.out or ROOT / "bookkit" / "data" / "bayes_samplers.json"
    out.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")
    print(out)


if __name__ == "__main__":
    main()
