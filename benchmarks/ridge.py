"""Chapter 16's two densities for Weinberg's ridge: three seeds, judged on the same fresh episodes.

    python benchmarks/ridge.py          about three minutes of one core; writes ridge.json

For each seed and density: the loss at the end of training, the mean log density of 1,000 fresh
truths, chi-squared of the ranks of E, G and A among 19 draws (19 degrees of freedom), how many A
lie between the 2nd and 18th draw (80 % if honest), and C2ST to the exact posterior on ten episodes.
"""

import json
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from alfi import calibration
from bookkit import ridge

OUT = Path(__file__).parents[1] / "bookkit" / "data" / "ridge.json"
SEEDS, TRUTHS, DRAWS, PAIRS = (0, 1, 2), 1000, 19, 10


def with_asymmetry(u):
    """(E, G) in the unit box, and A."""
    return jnp.concatenate([u, ridge.weinberg.identifiable(ridge.box(u))], axis=-1)


def against_exact(q, key):
    """C2ST between 1,000 draws and 1,000 of the exact posterior, for one episode."""
    k_u, k_x, k_q, k_exact, k_again = jax.random.split(key, 5)
    theta = ridge.box(jax.random.uniform(k_u, (2,)))
    x = ridge.weinberg.simulate(k_x, theta, ridge.N_OBS)
    s = ridge.tilt(x)
    ours = ridge.box(jax.vmap(lambda k: q.sample(k, s))(jax.random.split(k_q, 1000)))
    exact = ridge.weinberg.reference_posterior(k_exact, x, 1000)
    again = ridge.weinberg.reference_posterior(k_again, x, 1000)
    return calibration.c2st(ours, exact), calibration.c2st(again, exact)


def judge(q):
    """Everything about one trained density."""
    u, s = jax.vmap(ridge.episode)(jax.random.split(jax.random.key(2026), TRUTHS))
    keys = jax.random.split(jax.random.key(2027), (TRUTHS, DRAWS))
    draws = jax.vmap(lambda ks, s: jax.vmap(lambda k: q.sample(k, s))(ks))(keys, s)
    rank = calibration.ranks(with_asymmetry(draws), with_asymmetry(u))
    level = TRUTHS / (DRAWS + 1)
    counts = [np.bincount(r, minlength=DRAWS + 1) for r in rank.T]
    pairs = [against_exact(q, jax.random.key(100 + k)) for k in range(PAIRS)]
    return {
        "log_q": float(jnp.mean(jax.vmap(q.log_prob)(u, s))),
        "chi": {
            n: float(((c - level) ** 2).sum() / level) for n, c in zip("EGA", counts, strict=True)
        },
        "A_inside_80": float(np.mean((rank[:, 2] >= 2) & (rank[:, 2] <= 17))),
        "c2st": [round(a, 4) for a, _ in pairs],
        "c2st_of_exact": [round(b, 4) for _, b in pairs],
    }


def main():
    found = {"truths": TRUTHS, "draws": DRAWS, "n_obs": ridge.N_OBS, "seeds": {}}
    for seed in SEEDS:
        row = {}
        for kind in (ridge.Straight, ridge.Bent):
            start = time.process_time()
            k_net, k_train = jax.random.split(jax.random.key(seed))
            q, losses = ridge.train(kind(k_net), k_train)
            cpu = time.process_time() - start
            row[kind.__name__] = {"loss": float(losses[-200:].mean()), "cpu_seconds": round(cpu, 1),
                                  **judge(q)}  # fmt: skip
            print(seed, kind.__name__, row[kind.__name__], flush=True)
        found["seeds"][str(seed)] = row
    OUT.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
