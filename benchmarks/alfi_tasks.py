"""How well the recurrent machine infers: three seeds a task, fresh test episodes.

    python benchmarks/alfi_tasks.py poisson weinberg_asymmetry ...     (all tasks if none is named)

Each seed trains the stages below, one after the other, and is tested on 2,000 episodes that no
seed was trained on.  Seconds are the process's CPU seconds, compilation included.  A run that is
killed goes on where it was: stages have checkpoints under build/alfi, finished seeds are in
bookkit/data/alfi_<task>.json.  The machine of seed 0 becomes alfi/pretrained/<task>.
"""

import argparse
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from alfi import calibration, pretrained
from alfi.inference import infer
from alfi.meta_training import MetaConfig, meta_train, simulate_episodes
from alfi.recurrent_machine import Architecture, RecurrentMachine, count_weights
from alfi.simulators import (
    LinearRegression,
    MultiDistribution,
    Poisson,
    Simulator,
    Weinberg,
    WeinbergAsymmetry,
)
from alfi.simulators.stochastic_lotka_volterra import StochasticLotkaVolterra

DATA = Path(__file__).resolve().parents[1] / "bookkit" / "data"
RUNS = Path(__file__).resolve().parents[1] / "build" / "alfi"
TEST_SEED = 20_26


@dataclass(frozen=True)
class Stage:
    """One stage of training: it starts from the machine of the stage named `after`."""

    name: str
    config: MetaConfig
    after: str | None = None
    loop: dict | None = None  # sizes of the loop, where the stage switches it on


@dataclass(frozen=True)
class Task:
    simulator: Simulator
    architecture: Architecture
    stages: tuple[Stage, ...]
    keep: str | None  # the stage whose seed-0 machine is shipped


def tuned(n_iterations: int, **settings) -> MetaConfig:
    return MetaConfig(**({"n_iterations": n_iterations, "learning_rate": 1e-2} | settings))


SECOND = {"learning_rate": 3e-3, "freeze_encoder": True}
TASKS = {
    "poisson": Task(
        Poisson(),
        Architecture(),
        (
            Stage("no loop", tuned(2000, optimiser="muon")),
            Stage("loop", tuned(500, **SECOND), "no loop", {"n_theta": 8, "n_sim": 20}),
            Stage("control", tuned(500, **SECOND), "no loop"),
        ),
        "no loop",
    ),
    "weinberg_asymmetry": Task(
        WeinbergAsymmetry(),
        Architecture(),
        (Stage("no loop", tuned(2000, optimiser="muon", pool=40_000)),),
        "no loop",
    ),
    "weinberg": Task(
        Weinberg(),
        Architecture(proposal="full"),
        (Stage("no loop", tuned(1500, optimiser="muon")),),
        "no loop",
    ),
    "multi_distribution": Task(
        MultiDistribution(),
        Architecture(pool_max=True, embedding=24),
        (Stage("no loop", tuned(2500, optimiser="muon")),),
        "no loop",
    ),
    "linear_regression": Task(
        LinearRegression(),
        Architecture(embedding=32, width=48, state=64, proposal="full"),
        (Stage("no loop", tuned(1500, optimiser="muon", batch=32, n_obs=1000, pool=10_000)),),
        None,  # thirty times the error of least squares: nothing to ship
    ),
    "stochastic_lotka_volterra": Task(
        StochasticLotkaVolterra(),
        Architecture(proposal="full", width=64, embedding=40, state=64),
        (
            Stage(
                "no loop",
                tuned(
                    6000,
                    optimiser="muon",
                    batch=256,
                    n_obs=1,
                    pool=300_000,
                ),
            ),
        ),
        "no loop",
    ),
}


def test_episodes(simulator: Simulator, n_obs: int, n: int = 2000):
    make = jax.jit(lambda key: simulate_episodes(key, simulator, n, n_obs))
    return make(jax.random.key(TEST_SEED))


def score(machine: RecurrentMachine, simulator: Simulator, theta, x) -> dict:
    """Accuracy beside maximum likelihood, and calibration, on test episodes."""
    posterior = infer(machine, simulator, jax.random.key(TEST_SEED + 1), x)
    pit = np.asarray(posterior.pit(theta))
    cover = calibration.expected_coverage(pit, (0.5, 0.9))
    found = {
        "rmse_in_prior_sd": np.asarray(
            calibration.rmse(posterior.mean, theta) / simulator.prior.sd
        ),
        "coverage_50": cover[0],
        "coverage_90": cover[1],
        "ks_p": calibration.uniformity(pit),
        "log_q_in_prior_sd": float(
            np.mean(posterior.log_prob(theta)) + np.sum(np.log(simulator.prior.sd))
        ),
    }
    if simulator.dim_x == 1:
        found["generated_over_floor"] = generated_over_floor(posterior, simulator, theta)
    if simulator.mle is not None:
        mle = jax.lax.map(jax.jit(simulator.mle), x, batch_size=100)
        found |= ratios(posterior.mean, mle, theta)
        steps = [calibration.rmse(posterior.mean_at(t), theta) for t in range(len(posterior.path))]
        found["ratio_by_step"] = np.stack(steps) / calibration.rmse(mle, theta)
    elif simulator.identifiable is not None:
        # A ridge: average the identifiable quantity over the posterior, not of its mean.
        draws = simulator.identifiable(posterior.sample(jax.random.key(0), 200))
        target = simulator.identifiable(theta)
        mle = jax.lax.map(jax.jit(WeinbergAsymmetry().mle), x, batch_size=100)
        found |= ratios(draws.mean(axis=1), mle, target)
        pit = calibration.pit_from_ranks(calibration.ranks(draws, target), 200)
        found["identifiable_coverage_50"], found["identifiable_coverage_90"] = (
            calibration.expected_coverage(pit)[:, 0]
        )
        found["identifiable_ks_p"] = calibration.uniformity(pit)
    return found


def generated_over_floor(posterior, simulator: Simulator, theta, n: int = 300) -> float:
    """How far generated data lie from real ones, over how far real ones lie from each other.

    Generated: one observation at each of as many draws from the posterior as there are in a data
    set.  Real: fresh data at the true theta, which nothing was fitted to.  Medians of the
    1-Wasserstein distance over the first n episodes; 1 is the best there is.
    """
    draws = posterior.sample(jax.random.key(TEST_SEED + 2), simulator.n_obs)[:n]
    keys = jax.random.split(jax.random.key(TEST_SEED + 3), (3, n, simulator.n_obs))

    @jax.jit
    def one_at_each(keys, theta):  # (n, n_obs), (n, n_obs, dim) -> (n, n_obs)
        each = jax.vmap(jax.vmap(lambda k, t: simulator.simulate(k, t, 1)[0, 0]))
        return each(keys, theta)

    same = jnp.broadcast_to(theta[:n, None], draws.shape)
    generated = np.asarray(one_at_each(keys[0], draws))
    real, other = (np.asarray(one_at_each(k, same)) for k in keys[1:])
    far, floor = (
        np.median([calibration.wasserstein(a, b) for a, b in zip(real, sample, strict=True)])
        for sample in (generated, other)
    )
    return float(far / floor)


def ratios(estimate, mle, truth) -> dict:
    compared = calibration.rmse_ratio(estimate, mle, truth)
    total = np.sqrt(np.sum((estimate - truth) ** 2) / np.sum((mle - truth) ** 2))
    return {
        "ratio": compared.ratio,
        "ratio_total": float(total),
        "ratio_standard_error": compared.standard_error,
        "median_ratio": compared.median,
        "mle_rmse": calibration.rmse(mle, truth),
    }


def stage_folder(name: str, stage: Stage, seed: int) -> Path:
    return RUNS / f"{name}_{stage.name.replace(' ', '_')}_{seed}"


def first_machine(name: str, seed: int) -> RecurrentMachine:
    """The machine of a task's first stage, from its checkpoint (or trained now)."""
    task = TASKS[name]
    config = replace(task.stages[0].config, seed=seed)
    folder = stage_folder(name, task.stages[0], seed)
    return meta_train(task.simulator, task.architecture, config, checkpoint=folder)[0]


def run_seed(name: str, task: Task, seed: int, data) -> dict:
    machines, rows = {}, {}
    for stage in task.stages:
        config = replace(stage.config, seed=seed if stage.after is None else seed + 1000)
        start = machines.get(stage.after, task.architecture)
        if stage.loop:
            start = start.with_loop(**stage.loop)
        began = time.process_time()
        print(f"{name}, seed {seed}, {stage.name}")
        folder = stage_folder(name, stage, seed)
        machine, losses = meta_train(task.simulator, start, config, checkpoint=folder)
        seconds = time.process_time() - began
        machines[stage.name] = machine
        row = score(machine, task.simulator, *data)
        rows[stage.name] = {
            "cpu_seconds": seconds + (rows[stage.after]["cpu_seconds"] if stage.after else 0),
            "iterations": config.n_iterations,
            "weights": count_weights(machine),
            "final_loss": float(np.mean(losses[-100:])),
        } | {k: np.round(v, 4).tolist() for k, v in row.items()}
        print(json.dumps(rows[stage.name]), flush=True)
        if seed == 0 and stage.name == task.keep:
            pretrained.save(name, machine, task.simulator, config, rows[stage.name])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    arguments = parser.parse_args()
    for name in arguments.tasks or TASKS:
        task = TASKS[name]
        path = DATA / f"alfi_{name}.json"
        result = json.loads(path.read_text()) if path.exists() else {"task": name, "seeds": {}}
        result["test"] = {"episodes": 2000, "seed": TEST_SEED}
        data = test_episodes(task.simulator, task.stages[0].config.n_obs)
        for seed in arguments.seeds:
            if str(seed) not in result["seeds"]:
                result["seeds"][str(seed)] = run_seed(name, task, seed, data)
                path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
