"""How long one meta-iteration takes, at the original's Poisson sizes.

    python benchmarks/alfi_speed.py

Batch 32, T = 5 steps, J = 20 parameters a step, M = 20 observations each, 500 real observations,
dense layers of 50.  Three programs with the same loss and the same weights, alternated in one
process; CPU seconds of the process:

compiled        this package: one `lax.scan` of meta-iterations
eager           the same mathematics, operation by operation, the real data encoded once
eager, J-fold   as the released algorithm does it: the real data repeated for each of the J
                parameters before they are encoded, anew in each step

The eager programs are JAX without `jit`, not the original's PyTorch; they pay for dispatch at
each operation and for Poisson draws by compiled code like ours.
"""

import json
import time
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from alfi.meta_training import (
    MetaConfig,
    batch_loss,
    make_chunk,
    optimiser,
    simulate_episodes,
    step_weights,
)
from alfi.recurrent_machine import Architecture, RecurrentMachine
from alfi.simulators import Poisson

DATA = Path(__file__).resolve().parents[1] / "bookkit" / "data"
SIZES = Architecture(
    use_simulator=True, n_steps=5, n_theta=20, n_sim=20, width=50, embedding=20, state=40
)
CONFIG = MetaConfig(batch=32, n_obs=500, pool=0, n_iterations=1000, chunk=10)


def eager_loss(weights, static, keys, theta, x, repeat):
    """The loss of `alfi.meta_training.batch_loss`, with Python's own loop over the steps."""
    machine = eqx.combine(weights, static)
    simulator, a, q = Poisson(), machine.architecture, machine.proposal
    features = simulator.features(x)
    if repeat:  # (batch, J, n_obs, k): J copies of the same data
        features = jnp.broadcast_to(
            features[:, None], (len(x), a.n_theta, *features.shape[1:])
        ).copy()
    e = None if repeat else machine.encoder(features)
    psi = jnp.zeros((len(x), q.size))
    h = jnp.zeros((len(x), a.state))
    z = simulator.prior.to_unconstrained(theta)
    loss = 0.0
    every = jax.vmap(lambda key: jax.random.split(key, a.n_steps))(keys)
    for t, weight in enumerate(step_weights(a.n_steps)):
        if repeat:
            e = machine.encoder(features)[:, 0]
        look = jax.vmap(lambda k, d, p: machine.look(simulator, k, d, p))
        c = machine.gate * look(every[:, t], e, jax.lax.stop_gradient(psi))
        u = jax.nn.silu(jax.vmap(machine.read)(jnp.concatenate([e, c, psi], axis=-1)))
        h = jax.vmap(machine.cell)(u, h)
        psi = psi + jax.vmap(machine.step)(jnp.concatenate([h, e], axis=-1))
        loss = loss - weight * jnp.mean(jax.vmap(q.log_prob)(psi, z))
    return loss


def main(rounds: int = 3, eager_iterations: int = 2) -> None:
    machine = RecurrentMachine.create(jax.random.key(0), Poisson(), SIZES)
    weights, static = eqx.partition(machine, eqx.is_inexact_array)
    update = optimiser(CONFIG)
    state = update.init(weights)
    key = jax.random.key(1)
    theta, x = simulate_episodes(key, Poisson(), CONFIG.batch, CONFIG.n_obs)
    keys = jax.random.split(key, CONFIG.batch)
    same = [
        batch_loss(machine, Poisson(), keys, theta, x),
        *(eager_loss(weights, static, keys, theta, x, repeat) for repeat in (False, True)),
    ]
    np.testing.assert_allclose(same, same[0], rtol=1e-4)  # three programs, one loss

    chunk = make_chunk(Poisson(), static, CONFIG)

    def compiled():
        jax.block_until_ready(chunk(weights, state, 0, None, CONFIG.chunk))
        return CONFIG.chunk

    def eager(repeat):
        for i in range(eager_iterations):
            theta, x = simulate_episodes(jax.random.key(i), Poisson(), CONFIG.batch, CONFIG.n_obs)
            slope = jax.grad(eager_loss)(weights, static, keys, theta, x, repeat)
            jax.block_until_ready(update.update(slope, state, weights))
        return eager_iterations

    programs = {
        "compiled": compiled,
        "eager": lambda: eager(False),
        "eager, J-fold": lambda: eager(True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(rounds + 1):  # the first turn compiles
        for name, program in programs.items():
            began = time.process_time()
            n = program()
            if turn:
                seconds[name].append((time.process_time() - began) / n)
                print(turn, name, f"{1e3 * seconds[name][-1]:.1f} ms", flush=True)
    median = {name: float(np.median(values)) for name, values in seconds.items()}
    result = {
        "sizes": "batch 32, T 5, J 20, M 20, n 500, width 50",
        "ms_per_iteration": {k: [round(1e3 * s, 2) for s in v] for k, v in seconds.items()},
        "speed_of_compiled_over_eager": round(median["eager"] / median["compiled"], 2),
        "speed_of_compiled_over_eager_J_fold": round(
            median["eager, J-fold"] / median["compiled"], 2
        ),
        "seconds": "CPU seconds of the process",
        "peer": "JAX without jit (PyTorch was not at hand)",
    }
    print(json.dumps(result, indent=1))
    (DATA / "alfi_speed.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
