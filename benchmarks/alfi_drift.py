"""Where the loop pays: the simulator has changed since training, and nothing is retrained.

    python benchmarks/alfi_drift.py

Four Poisson worlds: as in training, a detector of efficiency 0.6, a background of 3 counts, and
rates below the training prior.  300 episodes of 500 counts, three pretrained-recipe seeds.  RMSE
over that of maximum likelihood under the true, changed model, for the machine without the loop
and for Newton steps on its statistic (10,000 simulated counts an episode).  The machines are
those that benchmarks/alfi_tasks.py left under build/alfi; CPU seconds of the process.
"""

import json
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from alfi_tasks import DATA, first_machine

from alfi import calibration
from alfi.indirect_inference import indirect_inference
from alfi.inference import infer
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


WORLDS = {
    "as in training": (Drifted(), (0.2, 7.0)),
    "efficiency 0.6": (Drifted(efficiency=0.6), (0.2, 7.0)),
    "background 3": (Drifted(background=3.0), (0.2, 7.0)),
    "rates below the prior": (Drifted(), (-1.5, 0.2)),
}


def main() -> None:
    path = DATA / "alfi_drift.json"
    rows = json.loads(path.read_text())["worlds"] if path.exists() else {}
    for seed in (0, 1, 2):
        if all(str(seed) in rows.get(world, {}) for world in WORLDS):
            continue
        machine = first_machine("poisson", seed)
        for world, (simulator, (low, high)) in WORLDS.items():
            if str(seed) in rows.setdefault(world, {}):
                continue
            k_theta, k_x, k_run = jax.random.split(jax.random.key(999 + seed), 3)
            theta = jax.random.uniform(k_theta, (300, 1), minval=low, maxval=high)
            x = simulator.episodes(k_x, theta, 500)
            mle = jax.vmap(simulator.mle)(x)
            plain = infer(machine, Poisson(), k_run, x).mean
            began = time.process_time()
            newton = indirect_inference(machine, Poisson(), simulator, k_run, x)
            seconds = time.process_time() - began
            row = {"simulated_counts": newton.n_simulated, "cpu_seconds": round(seconds, 1)}
            for name, estimate in {"no loop": plain, "newton": newton.theta}.items():
                found = calibration.rmse_ratio(estimate, mle, theta)
                row[name] = round(float(found.ratio[0]), 3)
                row[f"{name}, median"] = round(float(found.median[0]), 3)
                row[f"{name}, standard error"] = round(float(found.standard_error[0]), 3)
            row["settled"] = round(float(np.mean(newton.settled)), 3)
            rows[world][str(seed)] = row
            print(seed, world, json.dumps(row), flush=True)
            text = json.dumps({"episodes": 300, "worlds": rows}, indent=1) + "\n"
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
