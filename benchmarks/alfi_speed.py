"""How long one meta-iteration takes, at the original's Poisson sizes.

    python benchmarks/alfi_speed.py            (needs PyTorch: pip install torch)

Batch 32, T = 5 steps, J = 20 parameters a step, M = 20 observations each, 500 real observations,
dense layers of 50.  Three programs with the same weights and the same loss, alternated in one
process on one thread; a round counts with the CPU seconds of the process:

compiled        this package: one `lax.scan` of meta-iterations
eager           the same mathematics in PyTorch, operation by operation, the real data encoded once
eager, J-fold   as the released algorithm does it: the real data repeated for each of the J
                parameters before they are encoded
draws alone     what `compiled` spends on Poisson counts: as many from jax.random.poisson

First the three programs are given the same draws, and their losses compared.
"""

import json
import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import time
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch.nn import functional as F

from alfi.meta_training import MetaConfig, batch_loss, make_chunk, optimiser, step_weights
from alfi.prior import UNIFORM_SD
from alfi.recurrent_machine import Architecture, RecurrentMachine
from alfi.simulators import Poisson

DATA = Path(__file__).resolve().parents[1] / "bookkit" / "data"
SIZES = Architecture(
    use_simulator=True, n_steps=5, n_theta=20, n_sim=20, width=50, embedding=20, state=40
)
CONFIG = MetaConfig(batch=32, n_obs=500, pool=0, n_iterations=1000, chunk=10)
LOW, HIGH = Poisson.prior.low[0], Poisson.prior.high[0]


class Torch:
    """`RecurrentMachine.infer` and its loss in PyTorch, with the weights of a machine of ours."""

    def __init__(self, machine: RecurrentMachine, repeat: bool):
        self.repeat = repeat
        tensor = lambda a: torch.tensor(np.asarray(a), requires_grad=True)  # noqa: E731
        dense = lambda layer: (tensor(layer.weight), tensor(layer.bias))  # noqa: E731
        self.encoder = [dense(layer) for layer in machine.encoder.layers]
        self.compare = [dense(layer) for layer in machine.compare.layers]
        self.read, self.step = dense(machine.read), dense(machine.step)
        cell = machine.cell
        self.cell = [tensor(w) for w in (cell.weight_ih, cell.bias, cell.weight_hh, cell.bias_n)]
        self.gate = tensor(machine.gate)
        self.shift, self.scale = (
            tensor(a).detach() for a in (machine.encoder.shift, machine.encoder.scale)
        )
        layers = [w for pair in (*self.encoder, *self.compare, self.read, self.step) for w in pair]
        self.adam = torch.optim.Adam([*layers, *self.cell, self.gate], lr=CONFIG.learning_rate)

    def encode(self, x):
        f = torch.log1p(x)
        log_mean_exp = torch.logsumexp(f, -2) - np.log(f.shape[-2])
        y = f = (f - self.shift) / self.scale
        for weight, bias in self.encoder[:-1]:
            y = F.silu(F.linear(y, weight, bias))
        last = F.linear(y.mean(-2), *self.encoder[-1])
        return torch.cat([f.mean(-2), (log_mean_exp - self.shift) / self.scale, last], -1)

    def gru(self, u, h):
        w_in, bias, w_h, bias_n = self.cell
        (r, i, n), (hr, hi, hn) = (
            F.linear(u, w_in, bias).chunk(3, -1),
            F.linear(h, w_h).chunk(3, -1),
        )
        new = torch.tanh(n + torch.sigmoid(r + hr) * (hn + bias_n))
        return new + torch.sigmoid(i + hi) * (h - new)

    def loss(self, theta, x, draws=None):
        """theta (batch, 1), x (batch, n, 1); draws: (eps, simulated x) for each step, or fresh."""
        a, batch = SIZES, len(x)
        if self.repeat:
            x = x[:, None].expand(-1, a.n_theta, -1, -1).reshape(-1, *x.shape[1:])
        e = self.encode(x)
        if self.repeat:
            e = e.reshape(batch, a.n_theta, -1)[:, 0]
        z = ((theta - LOW) / (HIGH - LOW) - 0.5) / UNIFORM_SD
        psi, h, total = torch.zeros(batch, 2), torch.zeros(batch, a.state), 0.0
        for t, weight in enumerate(np.asarray(step_weights(a.n_steps)).tolist()):
            if draws is None:
                half = torch.randn(batch, a.n_theta // 2, 1)
                eps = torch.cat([half, -half], 1)
                with torch.no_grad():
                    at = psi[:, None, :1] + torch.exp(psi[:, None, 1:]) * eps
                    rate = torch.exp(LOW + (HIGH - LOW) * (at * UNIFORM_SD + 0.5))
                    made = torch.poisson(rate[..., None].expand(-1, -1, a.n_sim, -1))
            else:
                eps, made = draws[t]
            y = torch.cat([e[:, None] - self.encode(made), eps], -1)
            (w1, b1), (w2, b2) = self.compare
            c = self.gate * F.linear(F.silu(F.linear(y, w1, b1)), w2, b2).mean(1)
            h = self.gru(F.silu(F.linear(torch.cat([e, c, psi], -1), *self.read)), h)
            psi = psi + F.linear(torch.cat([h, e], -1), *self.step)
            log_scale = psi[:, 1:]
            log_q = -0.5 * ((z - psi[:, :1]) * torch.exp(-log_scale)) ** 2 - log_scale
            total = total - weight * (log_q - 0.5 * np.log(2 * np.pi)).mean()
        return total

    def iterate(self, n: int) -> None:
        for _ in range(n):
            theta = LOW + (HIGH - LOW) * torch.rand(CONFIG.batch, 1)
            x = torch.poisson(torch.exp(theta)[:, None].expand(-1, CONFIG.n_obs, -1))
            self.adam.zero_grad()
            self.loss(theta, x).backward()
            self.adam.step()


def same_loss(machine: RecurrentMachine, peers: list[Torch]) -> None:
    """Give all programs the draws of ours, and compare."""
    simulator, a = Poisson(), SIZES
    k_theta, k_x, k_loop = jax.random.split(jax.random.key(1), 3)
    theta = simulator.prior.sample(k_theta, CONFIG.batch)
    x = jax.vmap(lambda k, t: simulator.simulate(k, t, 500))(
        jax.random.split(k_x, len(theta)), theta
    )
    keys = jax.random.split(k_loop, len(theta))
    path = jax.vmap(lambda k, y: machine.infer(simulator, k, y))(keys, x)
    psi = jnp.concatenate([jnp.zeros((len(x), 1, 2)), path[:, :-1]], 1)

    def drawn(key, psi):  # as in RecurrentMachine.look
        k_eps, k_sim = jax.random.split(key)
        half = jax.random.normal(k_eps, (a.n_theta // 2, 1))
        eps = jnp.concatenate([half, -half])
        at = simulator.prior.from_unconstrained(machine.proposal.sample(psi, eps))
        split = jax.random.split(k_sim, a.n_theta)
        return eps, jax.vmap(lambda k, t: simulator.simulate(k, t, a.n_sim))(split, at)

    steps = jax.vmap(lambda key: jax.random.split(key, a.n_steps))(keys)
    tensor = lambda v: torch.tensor(np.asarray(v))  # noqa: E731
    draws = [tuple(map(tensor, jax.vmap(drawn)(steps[:, t], psi[:, t]))) for t in range(a.n_steps)]
    ours = float(batch_loss(machine, simulator, keys, theta, x))
    for peer in peers:
        theirs = peer.loss(tensor(theta), tensor(x), draws).item()
        np.testing.assert_allclose(theirs, ours, rtol=1e-4)  # float32 over some 1e5 terms


@jax.jit
def draws_alone(key):
    """The counts of one meta-iteration at rates from the prior: for the loop, and the real data."""
    a, k_theta, k_loop, k_real = SIZES, *jax.random.split(key, 3)
    theta = Poisson.prior.sample(k_theta, CONFIG.batch)
    each = (CONFIG.batch, a.n_steps * a.n_theta * a.n_sim)
    loop = jax.random.poisson(k_loop, jnp.exp(theta), each)
    return (
        loop.sum() + jax.random.poisson(k_real, jnp.exp(theta), (CONFIG.batch, CONFIG.n_obs)).sum()
    )


def main(rounds: int = 7, n: int = 10) -> None:
    torch.set_num_threads(1)
    machine = RecurrentMachine.create(jax.random.key(0), Poisson(), SIZES)
    open_gate = eqx.tree_at(lambda m: m.gate, machine, 0.5 + 0 * machine.gate)
    same_loss(open_gate, [Torch(open_gate, repeat) for repeat in (False, True)])

    weights, static = eqx.partition(machine, eqx.is_inexact_array)
    state = optimiser(CONFIG).init(weights)
    chunk = make_chunk(Poisson(), static, CONFIG)
    keys = jax.random.split(jax.random.key(2), n)
    once, many = Torch(machine, False), Torch(machine, True)
    programs = {
        "compiled": lambda: jax.block_until_ready(chunk(weights, state, 0, None, n)),
        "eager": lambda: once.iterate(n),
        "eager, J-fold": lambda: many.iterate(n),
        "draws alone": lambda: [draws_alone(k).block_until_ready() for k in keys],
    }
    ms: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(rounds + 1):  # the first turn compiles
        for name, program in programs.items():
            began = time.process_time()
            program()
            if turn:
                ms[name].append(round(1e3 * (time.process_time() - began) / n, 2))
                print(turn, name, f"{ms[name][-1]:.1f} ms", flush=True)
    median = {name: float(np.median(values)) for name, values in ms.items()}
    result = {
        "sizes": "batch 32, T 5, J 20, M 20, n 500, width 50",
        "ms_per_iteration": ms,
        "eager_over_compiled": round(median["eager"] / median["compiled"], 2),
        "eager_J_fold_over_compiled": round(median["eager, J-fold"] / median["compiled"], 2),
        "seconds": "CPU seconds of the process, one thread",
        "versions": {"jax": jax.__version__, "torch": torch.__version__},
    }
    print(json.dumps(result, indent=1))
    (DATA / "alfi_speed.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
