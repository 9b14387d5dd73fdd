"""ALFI's alternatives on three tasks, per simulator call.

    python benchmarks/alfi_baselines.py [--tasks ...] [--seeds 0 1 2]

Every method that looks at one data set at a time gets the same fresh test episodes (theta from the
prior); NPE and ALFI (the machine that benchmarks/alfi_tasks.py trained without its loop) are
trained once a seed and answer 500 of them.  A cell of the table (task, seed,
method) is saved as soon as it is done in bookkit/data/alfi_baselines.json, and a run that was
killed goes on with the next; a cell that is missing there has not been run.

Errors are those of the posterior mean, over the prior's standard deviation; log q is of theta in
those units too.  NES and AVO search for one theta, so their coverage is not calibrated.
"""

import argparse
import json
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from alfi_tasks import TASKS as TRAINED
from alfi_tasks import first_machine

from alfi import calibration
from alfi.baselines import avo, maximum_likelihood, nes, rejection_abc, smc_abc, train_npe
from alfi.inference import infer
from alfi.simulators import Poisson, StochasticLotkaVolterra, WeinbergAsymmetry

RESULT = Path(__file__).resolve().parents[1] / "bookkit" / "data" / "alfi_baselines.json"
TASKS = {s.name: s for s in (WeinbergAsymmetry(), Poisson(), StochasticLotkaVolterra())}
ONE_BY_ONE = {
    "mle": maximum_likelihood,
    "rejection_abc": rejection_abc,
    "smc_abc": smc_abc,
    "nes": nes,
    "avo": avo,
}
BUDGET = {"stochastic_lotka_volterra": 12_000}  # data sets an episode; 2,000 elsewhere
TRAINING = {"stochastic_lotka_volterra": 40_000}  # NPE's, for all episodes; 10,000 elsewhere
N_DRAWS, N_AMORTISED, N_ONE_BY_ONE = 200, 500, 50


def episodes(simulator, seed: int, n: int):
    k_theta, k_x = jax.random.split(jax.random.key(77_000 + seed))
    theta = simulator.prior.sample(k_theta, N_AMORTISED)[:n]
    keys = jax.random.split(k_x, N_AMORTISED)[:n]
    return theta, jax.jit(jax.vmap(lambda k, t: simulator.simulate(k, t, simulator.n_obs)))(
        keys, theta
    )


def one_by_one(method, simulator, seed: int) -> dict:
    """Run a method on each episode from nothing."""
    theta, x = episodes(simulator, seed, N_ONE_BY_ONE)
    means, draws, log_q = [], [], []
    budget = BUDGET.get(simulator.name, 2_000)
    for i, key in enumerate(jax.random.split(jax.random.key(seed), len(theta))):
        posterior = method(key, simulator, x[i], budget=budget)
        means.append(posterior.mean)
        draws.append(posterior.sample(key, N_DRAWS))
        if posterior.log_prob is not None:
            log_q.append(posterior.log_prob(theta[i]))
    used = {"simulations_an_episode": posterior.simulations_used}
    return used | scores(simulator, theta, x, jnp.stack(means), jnp.stack(draws), log_q)


def machine(simulator, seed: int) -> dict:
    """Ask the trained machine about every episode."""
    trained = first_machine(simulator.name, seed)
    theta, x = episodes(simulator, seed, N_AMORTISED)
    posterior = infer(trained, simulator, jax.random.key(seed), x)
    draws = posterior.sample(jax.random.key(seed + 1), N_DRAWS)
    used = {"simulations_in_all": TRAINED[simulator.name].stages[0].config.pool}
    return used | scores(simulator, theta, x, posterior.mean, draws, posterior.log_prob(theta))


def amortised(simulator, seed: int) -> dict:
    """Train NPE once, then ask it about every episode."""
    budget = TRAINING.get(simulator.name, 10_000)
    trained = train_npe(jax.random.key(seed), simulator, simulator.n_obs, budget)
    theta, x = episodes(simulator, seed, N_AMORTISED)

    @jax.jit
    def answer(key, x, theta):
        posterior = trained(x)
        return posterior.mean, posterior.sample(key, N_DRAWS), posterior.log_prob(theta)

    keys = jax.random.split(jax.random.key(seed), len(theta))
    means, draws, log_q = jax.lax.map(lambda a: answer(*a), (keys, x, theta), batch_size=50)
    return {"simulations_in_all": budget} | scores(simulator, theta, x, means, draws, log_q)


AMORTISED = {"alfi": machine, "npe": amortised}


def scores(simulator, theta, x, means, draws, log_q) -> dict:
    rank = calibration.ranks(draws, theta)
    pit = calibration.pit_from_ranks(rank, N_DRAWS)
    cover = calibration.expected_coverage(pit)
    error = np.asarray((means - theta) / simulator.prior.sd)
    found = {
        "episodes": len(theta),
        "rmse_in_prior_sd": float(np.sqrt(np.mean(error**2))),
        "coverage_50": cover[0].tolist(),
        "coverage_90": cover[1].tolist(),
        "sbc_ks_p": calibration.uniformity(pit).tolist(),
    }
    if len(log_q):
        units = float(jnp.sum(jnp.log(simulator.prior.sd)))
        found["log_q"] = float(jnp.mean(jnp.asarray(log_q))) + units
    if simulator.mle is not None:
        mle = jax.lax.map(simulator.mle, x)
        found["ratio_to_mle"] = float(calibration.rmse_ratio(means, mle, theta).ratio.max())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--methods", nargs="+", default=[*AMORTISED, *ONE_BY_ONE])
    arguments = parser.parse_args()
    table = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    cells = [(t, s, m) for s in arguments.seeds for t in arguments.tasks for m in arguments.methods]
    for number, (task, seed, method) in enumerate(cells, 1):
        simulator = TASKS[task]
        column = table.setdefault(task, {}).setdefault(method, {})
        impossible = method == "mle" and simulator.log_likelihood is None
        if str(seed) in column or impossible:
            continue
        began = time.process_time()
        if method in AMORTISED:
            row = AMORTISED[method](simulator, seed)
        else:
            row = one_by_one(ONE_BY_ONE[method], simulator, seed)
        column[str(seed)] = row | {"cpu_seconds": round(time.process_time() - began, 1)}
        print(f"{number}/{len(cells)} {task} {method} {seed}: {column[str(seed)]}", flush=True)
        table[task] = {name: found for name, found in table[task].items() if found}
        RESULT.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
