"""What chapter 15 shows and does not compute in its own minute.

    python benchmarks/alfi_chapter.py              (all parts; or name some: optimiser poisson)

optimiser   a learned optimiser on quadratics beside Adam and gradient descent, tuned on other
            problems: in training's own conditions, on longer runs, at other scales, by dimension
paths       that rule, an untrained one and Adam on one problem of two dimensions
poisson     the machine of the chapter along its meta-training, on Student's yeast counts
drift       that machine on data from counters that lose cells and catch dust

Each part is written to bookkit/data/alfi_chapter_<part>.json with its card when it is done; a run
that is killed goes on with the first part that is missing.  float32, one seed each.
"""

import argparse
import json
import time
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from alfi_drift import Drifted

from alfi import calibration
from alfi.indirect_inference import indirect_inference
from alfi.inference import infer
from alfi.learned_optimiser import LearnedOptimiser, Quadratic, by_hand, run
from alfi.learned_optimiser import meta_train as train_optimiser
from alfi.meta_training import (
    MetaConfig,
    make_chunk,
    meta_train,
    optimiser,
    simulate_episodes,
)
from alfi.recurrent_machine import Architecture, RecurrentMachine
from alfi.simulators import Poisson
from bookkit.data import load

BATCH = 8
DATA = Path(__file__).resolve().parents[1] / "bookkit" / "data"


def losses_on(rule, keys, n_steps: int, scale: float = 1.0, dim: int = 10) -> np.ndarray:
    """The loss along the run on each problem, shape (n_problems, n_steps + 1)."""
    one = lambda key: run(rule, Quadratic.draw(key, dim, scale), jnp.zeros(dim), n_steps)[1]  # noqa: E731
    return np.asarray(jax.jit(jax.vmap(one))(keys))


def rounded(v: float) -> float | None:
    """Four digits; null where a run has left the numbers."""
    return float(f"{v:.4g}") if np.isfinite(v) else None


def mean_log(losses: np.ndarray) -> float:
    return float(np.mean(np.log(losses + 1e-8)))


def tune(make, rates, keys):
    """The rule of least mean log loss over 100 steps, and its rate."""
    scores = {rate: mean_log(losses_on(make(rate), keys, 100)) for rate in rates}
    best = min(scores, key=scores.get)
    return make(best), best


def optimiser_part(seed: int = 0, n_iterations: int = 4000) -> dict:
    tuning, test = (jax.random.split(jax.random.key(s), 256) for s in (98, 99))
    began = time.process_time()
    rule, training = train_optimiser(
        jax.random.key(seed),
        Quadratic.draw,
        n_iterations=n_iterations,
        batch=BATCH,
        learning_rate=1e-2,
    )
    training = np.asarray(training)
    seconds = time.process_time() - began
    print(f"trained: {training[-100:].mean():.3f} after {seconds:.0f} CPU s", flush=True)
    adam, adam_rate = tune(lambda r: by_hand(optax.adam(r)), (0.1, 0.2, 0.3, 0.5, 0.8, 1.2), tuning)
    sgd, sgd_rate = tune(lambda r: by_hand(optax.sgd(r)), (0.03, 0.06, 0.1, 0.13, 0.16), tuning)
    rules = {"learned": rule, "adam": adam, "sgd": sgd}
    worlds = {
        "as in training": {}, "ten times as long": {"n_steps": 1000},
        "W three times as large": {"scale": 3.0}, "W a third as large": {"scale": 1 / 3},
        "40 dimensions": {"dim": 40},
    }  # fmt: skip
    table, curves = {}, {}
    for name, r in rules.items():
        for world, settings in worlds.items():
            found = losses_on(r, test, **({"n_steps": 100} | settings))
            row = {"mean_log": mean_log(found), "median_last": float(np.median(found[:, -1]))}
            table.setdefault(world, {})[name] = {k: rounded(v) for k, v in row.items()}
        steps = np.unique(np.geomspace(1, 1001, 60).astype(int)) - 1
        median = np.median(losses_on(r, test, 1000), axis=0)
        curves[name] = [float(f"{v:.4g}") for v in median[steps]]
    print(json.dumps(table, indent=1), flush=True)
    return {
        "card": {"seed": seed, "n_iterations": n_iterations, "batch": BATCH, "n_steps": 100,
                 "learning_rate": 1e-2, "cpu_seconds": round(seconds),
                 "test_problems": 256, "adam_rate": adam_rate, "sgd_rate": sgd_rate},
        "table": table, "steps": steps.tolist(), "curves": curves,
        "training": [float(f"{v:.4g}") for v in training.reshape(50, -1).mean(axis=1)],
        "weights": rule.weights(),
    }  # fmt: skip


CONFIG = MetaConfig(seed=0, n_iterations=800, batch=64, n_obs=400, pool=8000, learning_rate=1e-2)
EFFICIENCIES, BACKGROUNDS = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [0.0, 1.0, 3.0, 10.0]
STOPS = [0, 10, 20, 40, 80, 150, 250, 400, 600, 800]


def poisson_part() -> dict:
    """The chapter's run, stopped on its way: the same bits as `meta_train` with CONFIG."""
    simulator = Poisson()
    table = load("yeast_counts")
    yeast = jnp.repeat(jnp.array(table["cells"]), jnp.array(table["d"], int))[:, None]
    k_machine, k_pool = jax.random.split(jax.random.key(CONFIG.seed))
    machine = RecurrentMachine.create(k_machine, simulator, Architecture())
    weights, static = eqx.partition(machine, eqx.is_inexact_array)
    state = optimiser(CONFIG).init(weights)
    pool = jax.jit(lambda k: simulate_episodes(k, simulator, CONFIG.pool, CONFIG.n_obs))(k_pool)
    test = jax.jit(lambda k: simulate_episodes(k, simulator, 500, CONFIG.n_obs))(
        jax.random.key(2026)
    )
    chunk, done, states = make_chunk(simulator, static, CONFIG), 0, []
    for stop in STOPS:
        if stop > done:
            weights, state, _ = chunk(weights, state, done, pool, stop - done)
            done = stop
        states.append(snapshot(eqx.combine(weights, static), simulator, yeast, *test))
        print(stop, states[-1]["ratio"], states[-1]["coverage_90"], flush=True)
    return {"card": {"config": CONFIG.__dict__, "test_episodes": 500, "stops": STOPS},
            "truth": np.round(np.ravel(test[0])[:60], 3).tolist(), "states": states}  # fmt: skip


def snapshot(machine, simulator, yeast, theta, x) -> dict:
    """Each step's proposal for the yeast, and its means and coverage on test episodes."""
    key = jax.random.key(1)
    on_yeast, on_test = infer(machine, simulator, key, yeast), infer(machine, simulator, key, x)
    mle = jax.lax.map(simulator.mle, x, batch_size=100)
    found = {"mean": [], "sd": [], "ratio": [], "coverage_90": [], "estimates": []}
    for step in range(len(on_yeast.path)):
        mu = on_yeast.proposal.mean(on_yeast.path[step])
        sd = on_yeast.proposal.sd(on_yeast.path[step])
        found["mean"].append(float(simulator.prior.from_unconstrained(mu)[0]))
        found["sd"].append(float(sd[0] * simulator.prior.sd[0]))
        mean = on_test.mean_at(step)
        error = calibration.rmse(mean, theta) / calibration.rmse(mle, theta)
        z = simulator.prior.to_unconstrained(theta)
        gap = (z - on_test.proposal.mean(on_test.path[step])) / on_test.proposal.sd(
            on_test.path[step]
        )
        found["ratio"].append(float(error[0]))
        found["coverage_90"].append(float(jnp.mean(jnp.abs(gap) < 1.6449)))
        found["estimates"].append(np.round(np.ravel(mean)[:60], 3).tolist())
    return {k: np.round(v, 5).tolist() for k, v in found.items()}


def paths_part(n_steps: int = 60) -> dict:
    """Three rules on one problem of two dimensions, from the same start."""
    trained = load("alfi_chapter_optimiser")
    f = Quadratic.draw(jax.random.key(3), 2)
    rules = {
        "untrained": LearnedOptimiser.create(jax.random.key(0)),
        "trained": LearnedOptimiser.from_weights(trained["weights"]),
        "adam": by_hand(optax.adam(trained["card"]["adam_rate"])),
    }
    found = {}
    for name, rule in rules.items():
        path, losses = run(rule, f, jnp.array([-1.5, 1.0]), n_steps)
        found[name] = {"path": np.round(path, 4).tolist(), "losses": np.round(losses, 8).tolist()}
    return {"w": f.w.tolist(), "y": f.y.tolist(), "rules": found}


def drift_part(n: int = 200) -> dict:
    """The chapter's machine on data from programs that have changed, as it is and by
    `indirect_inference`; errors over those of maximum likelihood under the changed program."""
    machine, _ = meta_train(Poisson(), Architecture(), CONFIG)
    k_theta, k_x, k_run = jax.random.split(jax.random.key(2027), 3)
    theta = Poisson.prior.sample(k_theta, n)
    states = []
    for background in BACKGROUNDS:
        row = []
        for efficiency in EFFICIENCIES:
            simulator = Drifted(efficiency, background)
            x = simulator.episodes(k_x, theta, CONFIG.n_obs)
            mle = jax.vmap(simulator.mle)(x)
            estimates = {
                "old": infer(machine, Poisson(), k_run, x).mean,
                "again": indirect_inference(machine, Poisson(), simulator, k_run, x).theta,
            }
            state = {}
            for name, estimate in estimates.items():
                state[name] = np.round(np.ravel(estimate)[:60], 3).tolist()
                ratio = calibration.rmse_ratio(estimate, mle, theta).ratio[0]
                state[f"{name}_ratio"] = float(f"{ratio:.4g}")
            print(background, efficiency, state["old_ratio"], state["again_ratio"], flush=True)
            row.append(state)
        states.append(row)
    return {"efficiencies": EFFICIENCIES, "backgrounds": BACKGROUNDS, "episodes": n,
            "truth": np.round(np.ravel(theta)[:60], 3).tolist(), "states": states}  # fmt: skip


PARTS = {
    "optimiser": optimiser_part, "paths": paths_part, "poisson": poisson_part, "drift": drift_part,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS])
    for name in parser.parse_args().parts or PARTS:
        path = DATA / f"alfi_chapter_{name}.json"
        if not path.exists():
            path.write_text(json.dumps(PARTS[name](), separators=(",", ":")) + "\n")
            print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
