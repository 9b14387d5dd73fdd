"""Where the loop pays: the simulator has changed since training, and nothing is retrained.

    python benchmarks/alfi_drift.py

Four Poisson worlds: as in training, a detector of efficiency 0.6, a background of 3 counts, and
rates below the training prior.  300 episodes of 500 counts, three pretrained-recipe seeds.  RMSE
over that of maximum likelihood under the true, changed model, for

no loop     the machine that benchmarks/alfi_tasks.py trained, under build/alfi
newton      Newton steps on its statistic, 10,000 simulated counts an episode
practised   its recurrent part trained further with the loop, 10,000 simulated counts an episode,
            in worlds of other efficiencies and backgrounds (`World`); nothing of the four worlds
            is trained on as such

CPU seconds of the process.  `--seeds 1` runs one seed; finished ones are in the JSON file.
"""

import argparse
import json
import time
from dataclasses import replace
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from alfi_tasks import DATA, RUNS, first_machine

from alfi import calibration
from alfi.indirect_inference import indirect_inference
from alfi.inference import infer
from alfi.meta_training import MetaConfig, meta_train
from alfi.simulators import Poisson


class Drifted(Poisson):
    """x ~ Poisson(efficiency * exp(theta) + background)."""

    def __init__(self, efficiency: float = 1.0, background: float = 0.0):
        self.efficiency, self.background = efficiency, background

    def simulate(self, key, theta, n_obs):
        rate = self.efficiency * jnp.exp(theta[0]) + self.background
        return jax.random.poisson(key, rate, (n_obs, 1)).astype(jnp.float32)

    def mle(self, x):
        """Where the mean does not exceed the background the likelihood rises to theta = -inf;
        the mean is then taken half a count above it."""
        signal = jnp.maximum(jnp.mean(x) - self.background, 0.5 / len(x))
        return jnp.log(signal / self.efficiency)[None]

    def episodes(self, key, theta, n_obs):
        """One data set at each theta, (n, n_obs, 1)."""
        keys = jax.random.split(key, len(theta))
        one = partial(self.simulate, n_obs=n_obs)
        return jax.jit(lambda *kt: jax.lax.map(lambda a: one(*a), kt))(keys, theta)


class World(Drifted):
    """A changed counter to practise on; absurd rates of an untrained loop are held at e^9."""

    def simulate(self, key, theta, n_obs):
        return super().simulate(key, jnp.minimum(theta, 9.0), n_obs)


def worlds(key):
    """An efficiency of 0.3 to 1.5 in seven cases of ten, a background of up to 6 in five of ten."""
    k_any, k_found, k_dust, k_count, k_theta = jax.random.split(key, 5)
    found = jax.random.uniform(k_found, minval=0.3, maxval=1.5)
    dust = jax.random.uniform(k_count, maxval=6.0)
    world = World(
        jnp.where(jax.random.bernoulli(k_any, 0.7), found, 1.0),
        jnp.where(jax.random.bernoulli(k_dust, 0.5), dust, 0.0),
    )
    return world, jax.random.uniform(k_theta, (1,), minval=-1.7, maxval=7.0)


PRACTICE = MetaConfig(
    n_iterations=2400,
    batch=32,
    pool=0,
    optimiser="muon",
    learning_rate=7e-3,
    freeze_encoder=True,
    chunk=100,
)
LOOP = {"n_steps": 5, "n_theta": 10, "n_sim": 200}


def practised(machine, seed: int):
    """The machine with its loop, after practice; a run that is killed goes on where it was."""
    start = machine.with_loop(**LOOP)
    start = eqx.tree_at(lambda m: m.gate, start, jnp.ones_like(start.gate))
    config = replace(PRACTICE, seed=seed)
    folder = RUNS / f"poisson_practised_{seed}"
    return meta_train(Poisson(), start, config, checkpoint=folder, worlds=worlds)


WORLDS = {
    "as in training": (Drifted(), (0.2, 7.0)),
    "efficiency 0.6": (Drifted(efficiency=0.6), (0.2, 7.0)),
    "background 3": (Drifted(background=3.0), (0.2, 7.0)),
    "rates below the prior": (Drifted(), (-1.5, 0.2)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    path = DATA / "alfi_drift.json"
    for seed in parser.parse_args().seeds:
        machine = first_machine("poisson", seed)
        began = time.process_time()
        learned, losses = practised(machine, seed)
        practice = {
            "iterations": len(losses),
            "final_loss": round(float(np.mean(losses[-100:])), 4),
            "cpu_seconds": round(time.process_time() - began, 1),
        }
        for world, (simulator, (low, high)) in WORLDS.items():
            if str(seed) in saved(path).get(world, {}):
                continue
            k_theta, k_x, k_run = jax.random.split(jax.random.key(999 + seed), 3)
            theta = jax.random.uniform(k_theta, (300, 1), minval=low, maxval=high)
            x = simulator.episodes(k_x, theta, 500)
            mle = jax.vmap(simulator.mle)(x)
            newton = indirect_inference(machine, Poisson(), simulator, k_run, x)
            posterior = infer(learned, simulator, k_run, x)
            estimates = {
                "no loop": infer(machine, Poisson(), k_run, x).mean,
                "newton": newton.theta,
                "practised": posterior.mean,
            }
            row = {"simulated_counts": newton.n_simulated, "practice": practice}
            for name, estimate in estimates.items():
                found = calibration.rmse_ratio(estimate, mle, theta)
                row[name] = round(float(found.ratio[0]), 3)
                row[f"{name}, median"] = round(float(found.median[0]), 3)
                row[f"{name}, standard error"] = round(float(found.standard_error[0]), 3)
            row["settled"] = round(float(np.mean(newton.settled)), 3)
            cover = calibration.expected_coverage(posterior.pit(theta))
            row["practised, coverage"] = np.round(cover[:, 0], 3).tolist()
            print(seed, world, json.dumps(row), flush=True)
            rows = saved(path)  # anew: another process may have written a seed of its own
            rows.setdefault(world, {})[str(seed)] = row
            text = json.dumps({"episodes": 300, "worlds": rows}, indent=1) + "\n"
            path.write_text(text, encoding="utf-8")


def saved(path):
    """The rows that are done: world -> seed -> row."""
    return json.loads(path.read_text())["worlds"] if path.exists() else {}


if __name__ == "__main__":
    main()
