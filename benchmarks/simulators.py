"""Long runs of chapter 14: an adversary on the ridge, a family of genes, a neuron.

    python benchmarks/simulators.py            # about fifteen minutes on one core
    python benchmarks/simulators.py --quick    # two minutes, mostly compiling

Kill it at any moment: the next run reads what is finished and ends with the same numbers.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
from tqdm import tqdm

from alfi.baselines import avo, nes, smc_abc
from alfi.simulators import HodgkinHuxley, Weinberg, WeinbergAsymmetry
from alfi.simulators.weinberg import mle_of_asymmetry
from bookkit.alignment import GENES, SEEN, SITES, sequences, summary
from bookkit.hare_lynx import resume

ROOT = Path(__file__).parents[1]
SEEDS = (1, 2, 3)
TRUTH = (42.0, 0.9)  # Louppe, Hermans and Cranmer's: beam energy in GeV, coupling
GAMMAS = (0.0, 0.05, 5.0)
PRIOR = {"log theta": (0.0, 5.3), "growth": (0.0, 50.0)}


def adversary(gamma: float, budget: int) -> list[dict]:
    """AVO with the paper's gradient penalty, on three data sets, twice each."""
    rows = []
    for data_seed in SEEDS:
        x = Weinberg()(jax.random.key(data_seed), TRUTH, 500)
        for simulator in (Weinberg(), WeinbergAsymmetry()):
            for seed in (0, 1):
                found = avo(
                    jax.random.key(seed), simulator, x, budget, gamma=gamma,
                    penalty=0.0025, rate_proposal=5e-3,
                )  # fmt: skip
                draws = found.sample(jax.random.key(9), 2000)
                two = simulator.dim_theta == 2
                a = Weinberg().identifiable(found.mean) if two else found.mean
                rows.append({
                    "data": data_seed, "seed": seed, "parameters": simulator.dim_theta,
                    "mle": float(mle_of_asymmetry(x)), "a": float(a[0]),
                    "mean": np.asarray(found.mean).tolist(),
                    "sd": np.asarray(draws.std(axis=0)).tolist(),
                })  # fmt: skip
    return rows


def family(seed: int, n: int) -> dict:
    """Prior draws whose alignments come within 4 of both numbers that were seen."""
    rng = np.random.default_rng(seed)
    theta = np.exp(rng.uniform(*PRIOR["log theta"], n))
    growth = rng.uniform(*PRIOR["growth"], n)
    made = np.array([
        summary(sequences(a, g, GENES, SITES, rng))
        for a, g in tqdm(list(zip(theta, growth, strict=True)), desc=f"genes {seed}")
    ])  # fmt: skip
    away = np.abs(made - SEEN).max(axis=1)
    near = away <= 4
    kept = {"theta": theta[near].round(2).tolist(), "growth": growth[near].round(2).tolist()}
    return kept | {"made": made[near].tolist(), "simulated": n}


def neuron(seed: int, budget: int) -> dict:
    """A neuron of the prior, its 40 ms, and what two methods say of it."""
    simulator = HodgkinHuxley()
    k_theta, k_x, k_abc, k_nes, k_draw = jax.random.split(jax.random.key(seed), 5)
    theta = simulator.prior.sample(k_theta, 1)[0] if seed else np.array([120.0, 36.0], np.float32)
    x = simulator(k_x, theta)
    posterior = smc_abc(k_abc, simulator, x, budget)
    draws = np.asarray(posterior.sample(k_draw, 400))
    row = {"theta": np.asarray(theta).tolist(), "x": np.asarray(x)[0].tolist()}
    row |= {"nes": np.asarray(nes(k_nes, simulator, x, budget).mean).tolist()}
    row |= {"mean": draws.mean(axis=0).tolist(), "sd": draws.std(axis=0).tolist()}
    row["rank"] = (draws < np.asarray(theta)).mean(axis=0).tolist()
    return row | ({"draws": draws.round(2).tolist()} if seed == 0 else {})


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args(arguments)
    size = {"avo": 2400, "genes": 40_000, "neuron": 5000, "neurons": 20}
    if chosen.quick:
        size = {"avo": 60, "genes": 100, "neuron": 1000, "neurons": 2}

    def once(name: str, work: Callable[[], Any]) -> Any:
        folder = resume.workshop("simulators", {"size": size, "job": name})
        return resume.once(folder / "result.json", work)

    result = {
        "card": {"made": "benchmarks/simulators.py", "seeds": SEEDS, "jax": jax.__version__} | size,
        "avo": {
            str(g): once(f"avo {g}", lambda g=g: adversary(g, size["avo"]))
            for g in tqdm(GAMMAS, desc="avo")
        },
        "genes": [once(f"genes {s}", lambda s=s: family(s, size["genes"])) for s in SEEDS],
        "neurons": [
            once(f"neuron {s}", lambda s=s: neuron(s, size["neuron"]))
            for s in tqdm(range(size["neurons"]), desc="neurons")
        ],
    }  # fmt: skip
    out = chosen.out or ROOT / "bookkit" / "data" / "simulators.json"
    out.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")
    print(out)


if __name__ == "__main__":
    main()
