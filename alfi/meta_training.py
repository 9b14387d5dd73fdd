"""Meta-training: simulate problems whose answer is known, and learn to answer them.

An episode is a parameter theta* from the prior and data x simulated from it.  The machine
reads x and moves its proposal; the loss is how improbable theta* is under the proposals::

    loss = mean over episodes of  sum_t w_t * (-log q(z* | psi_t)),     w_t ~ t,  t = 1..T,

so that late steps count more.  (Weights that ignore the first step make it useless: the
machine then spends its second step on what the first could have done.)  Its minimum over all
machines is the Gaussian closest to the posterior (Papamakarios and Murray 2016,
arXiv:1605.06376), which is why a well-trained machine is calibrated and not merely accurate.

The run is one compiled `lax.scan` a chunk.  After each chunk the whole state is saved; every
random number is a function of (seed, iteration), so that a run killed at any moment continues
to the same bits.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
from jax import Array
from jax.sharding import Mesh

from alfi.errors import ConfigError
from alfi.recurrent_machine import Architecture, RecurrentMachine
from alfi.sharding import mean_over_devices
from alfi.simulators import Simulator

RUNAWAY = 50.0  # a loss that only a proposal far off and far too narrow can have
Worlds = Callable[[Array], tuple[Simulator, Array]]


@dataclass(frozen=True)
class MetaConfig:
    """The settings of one meta-training run, complete with `seed`: the same settings, the same run.

    Args:
        seed: of every random number of the run.
        n_iterations: gradient steps.
        batch: episodes a gradient step.
        n_obs: observations an episode.
        pool: episodes simulated before training and drawn from with replacement;
            0 simulates fresh episodes in every step.
        optimiser: "adam", or "muon", which makes the step of a weight matrix equally long in
            all directions (Jordan et al. 2024, Muon; the vectors keep Adam).  What the noise of
            a data set tells lies in small directions of its embedding, and Adam is slow there:
            on Weinberg's asymmetry 1,500 steps with Adam reached 1.13 times the error of
            maximum likelihood, 1,000 with Muon 1.05 (one seed each).
        learning_rate: the first learning rate (Muon's is twice it); it falls to zero along a
            cosine.
        clip: the largest norm of a gradient.
        freeze_encoder: leave the encoder as it is and train the recurrent part only.
        chunk: gradient steps a compiled scan, and between checkpoints.
    """

    seed: int = 0
    n_iterations: int = 3000
    batch: int = 64
    n_obs: int = 500
    pool: int = 20_000
    optimiser: str = "adam"
    learning_rate: float = 3e-3
    clip: float = 1.0
    freeze_encoder: bool = False
    chunk: int = 250

    def __post_init__(self) -> None:
        for name in ("n_iterations", "batch", "n_obs", "chunk"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, not {getattr(self, name)}.")
        if self.optimiser not in ("adam", "muon"):
            raise ConfigError(f'optimiser is "adam" or "muon", not {self.optimiser!r}.')
        if self.pool and self.pool < self.batch:
            raise ConfigError(
                f"A pool of {self.pool} episodes is smaller than a batch of {self.batch}. "
                "Enlarge the pool, or set pool=0 for fresh episodes in every step."
            )


def step_weights(n_steps: int) -> Array:
    """w_t, shape (T,), rising in proportion to t, of sum 1.

    >>> print(step_weights(4))
    [0.1 0.2 0.3 0.4]
    """
    weights = jnp.arange(1.0, n_steps + 1)
    return weights / weights.sum()


def simulate_episodes(key: Array, simulator: Simulator, n: int, n_obs: int) -> tuple[Array, Array]:
    """theta* (n, dim_theta) from the prior, and data x (n, n_obs, dim_x) from each."""
    k_theta, k_x = jax.random.split(key)
    theta = simulator.prior.sample(k_theta, n)
    simulate = partial(simulator.simulate, n_obs=n_obs)
    keys = jax.random.split(k_x, n)
    x = jax.lax.map(lambda kt: simulate(*kt), (keys, theta), batch_size=min(n, 256))
    return theta, x


def episode_loss(
    machine: RecurrentMachine, simulator: Simulator, key: Array, theta: Array, x: Array
) -> Array:
    """The loss of one episode, a scalar: sum_t w_t * (-log q(z* | psi_t))."""
    psi = machine.infer(simulator, key, x)
    z = simulator.prior.to_unconstrained(theta)
    log_q = jax.vmap(lambda p: machine.proposal.log_prob(p, z))(psi)
    return -jnp.dot(step_weights(len(psi)), log_q)


def batch_loss(
    machine: RecurrentMachine,
    simulator: Simulator,
    keys: Array,
    theta: Array,
    x: Array,
    worlds: Worlds | None = None,
) -> Array:
    """The mean loss of a batch of episodes; with `worlds`, each in a changed program."""

    def one(key, theta, x):
        if not worlds:
            return episode_loss(machine, simulator, key, theta, x)
        # A loop that runs away in a strange world would drown all others: it is not learnt from.
        return jnp.minimum(episode_loss(machine, worlds(key)[0], key, theta, x), RUNAWAY)

    return jnp.mean(jax.vmap(one)(keys, theta, x))


def episodes_in(worlds: Worlds, keys: Array, n_obs: int) -> tuple[Array, Array]:
    """theta* and data x for each key, from the changed program of that key."""

    def one(key):
        world, theta = worlds(key)
        return theta, world.simulate(jax.random.fold_in(key, 1), theta, n_obs)

    return jax.vmap(one)(keys)


def optimiser(config: MetaConfig) -> optax.GradientTransformation:
    """Adam or Muon, a cosine learning rate, and a bound on the gradient's norm."""
    schedule = optax.cosine_decay_schedule(config.learning_rate, config.n_iterations)
    if config.optimiser == "muon":
        double = optax.cosine_decay_schedule(2 * config.learning_rate, config.n_iterations)
        method = optax.contrib.muon(double, adam_learning_rate=schedule)
    else:
        method = optax.adam(schedule)
    return optax.chain(optax.clip_by_global_norm(config.clip), method)


def make_chunk(
    simulator: Simulator,
    static: RecurrentMachine,
    config: MetaConfig,
    mesh: Mesh | None = None,
    worlds: Worlds | None = None,
) -> Callable:
    """The compiled `chunk(weights, optimiser_state, first, pool, n) -> (..., losses)`.

    Iteration i of the run draws its episodes and its noise from fold_in(seed, i), whatever
    chunk it falls into.
    """
    update = optimiser(config).update

    def loss(weights, keys, theta, x):
        machine = eqx.combine(weights, static)
        if config.freeze_encoder:
            frozen = jax.lax.stop_gradient(weights.encoder)
            machine = eqx.tree_at(lambda m: m.encoder, machine, eqx.combine(frozen, static.encoder))
        return batch_loss(machine, simulator, keys, theta, x, worlds)

    gradient = jax.value_and_grad(loss)
    if mesh is not None:
        gradient = mean_over_devices(gradient, mesh)

    def iteration(pool, carry, i):
        weights, opt_state = carry
        k_pick, k_loop = jax.random.split(jax.random.fold_in(jax.random.key(config.seed), i))
        keys = jax.random.split(k_loop, config.batch)
        if worlds:
            theta, x = episodes_in(worlds, keys, config.n_obs)
        elif config.pool:
            pick = jax.random.randint(k_pick, (config.batch,), 0, config.pool)
            theta, x = pool[0][pick], pool[1][pick]
        else:
            theta, x = simulate_episodes(k_pick, simulator, config.batch, config.n_obs)
        value, slope = gradient(weights, keys, theta, x)
        step, opt_state = update(slope, opt_state, weights)
        return (optax.apply_updates(weights, step), opt_state), value

    @partial(jax.jit, static_argnames="n")
    def chunk(weights, opt_state, first, pool, n):
        body = partial(iteration, pool)
        (weights, opt_state), losses = jax.lax.scan(
            body, (weights, opt_state), first + jnp.arange(n)
        )
        return weights, opt_state, losses

    return chunk


def meta_train(
    simulator: Simulator,
    machine: RecurrentMachine | Architecture,
    config: MetaConfig,
    *,
    checkpoint: str | Path | None = None,
    progress: bool | Callable[[int, float], None] = True,
    mesh: Mesh | None = None,
    worlds: Worlds | None = None,
) -> tuple[RecurrentMachine, np.ndarray]:
    """Train a machine on a simulator.

    Args:
        simulator: any `alfi.simulators.Simulator`.
        machine: a machine to train further, or the architecture of a new one.
        config: the settings of the run.
        checkpoint: a folder; the run saves its state there after each chunk, and continues
            from it when started again with the same settings.
        progress: True prints a bar; a function is called as progress(iteration, loss).
        mesh: devices to spread each batch over, see `alfi.sharding.devices`.
        worlds: `worlds(key)` -> (the simulator changed at random, theta*).  Each episode is then
            simulated in a world of its own, which the machine's loop may ask and its encoder
            does not know: practice for a program that has changed.  theta* may lie beyond the
            prior, whose coordinates the worlds share.  Needs config.pool = 0.

    Returns:
        the trained machine, and the loss of each iteration, shape (n_iterations,).

    Raises:
        ConfigError: the folder holds a run with other settings, the batch does not divide
            among the devices, or worlds are given with a pool.

    >>> from alfi.simulators import Poisson
    >>> config = MetaConfig(n_iterations=20, batch=8, n_obs=50, pool=64, chunk=10)
    >>> machine, losses = meta_train(Poisson(), Architecture(), config, progress=False)
    >>> print(losses.shape, losses[-5:].mean() < losses[:5].mean())
    (20,) True
    """
    if mesh is not None and config.batch % mesh.size:
        raise ConfigError(
            f"A batch of {config.batch} does not divide among {mesh.size} devices. Choose a "
            f"multiple of {mesh.size}."
        )
    if worlds and config.pool:
        raise ConfigError(
            f"Worlds are drawn anew in each step, so there is no pool. Got pool={config.pool}. "
            "Set pool=0."
        )
    k_machine, k_pool = jax.random.split(jax.random.key(config.seed))
    if isinstance(machine, Architecture):
        machine = RecurrentMachine.create(k_machine, simulator, machine)
    weights, static = eqx.partition(machine, eqx.is_inexact_array)
    opt_state = optimiser(config).init(weights)
    losses = np.full(config.n_iterations, np.nan, dtype=np.float32)
    done = 0

    folder = Path(checkpoint) if checkpoint else None
    card = describe(simulator, machine, config)
    if worlds:
        card["worlds"] = worlds.__qualname__
    if folder is not None:
        done, (weights, opt_state, losses) = _resume(folder, card, (weights, opt_state, losses))

    pool = None
    if config.pool and done < config.n_iterations:
        simulate = jax.jit(lambda key: simulate_episodes(key, simulator, config.pool, config.n_obs))
        pool = simulate(k_pool)
    chunk = make_chunk(simulator, static, config, mesh, worlds)
    report = _bar(config.n_iterations) if progress is True else progress
    while done < config.n_iterations:
        n = min(config.chunk, config.n_iterations - done)
        weights, opt_state, values = chunk(weights, opt_state, done, pool, n)
        losses[done : done + n] = values
        done += n
        if not np.all(np.isfinite(values)):
            raise FloatingPointError(
                f"The loss is no longer finite after {done} iterations of {simulator.name}. "
                "Lower the learning rate, or mend the simulator's features."
            )
        if folder is not None:
            _save(folder, card, done, (weights, opt_state, losses))
        if report:
            report(done, float(np.mean(values)))
    return eqx.combine(weights, static), losses


def describe(simulator: Simulator, machine: RecurrentMachine, config: MetaConfig) -> dict:
    """What a run is: simulator, architecture and settings, as a JSON dictionary."""
    return {
        "simulator": simulator.name,
        "prior": asdict(simulator.prior),
        "architecture": asdict(machine.architecture),
        "config": asdict(config),
    }


def _bar(total: int) -> Callable[[int, float], None]:
    def report(done: int, loss: float) -> None:
        filled = 30 * done // total
        end = "\n" if done == total else ""
        bar = "█" * filled + "·" * (30 - filled)
        print(f"\r{bar} {done}/{total}  loss {loss:.3f}", end=end, flush=True)

    return report


def _replace(path: Path, write: Callable) -> None:
    """Write beside, then rename: a reader never sees half a file."""
    part = path.with_suffix(path.suffix + ".part")
    with open(part, "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _save(folder: Path, card: dict, done: int, state) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(card, indent=1, sort_keys=True).encode()
    _replace(folder / "run.json", lambda file: file.write(text))
    _replace(
        folder / "state.eqx",
        lambda file: eqx.tree_serialise_leaves(file, (np.asarray(done), state)),
    )


def _resume(folder: Path, card: dict, state):
    """(iterations done, state): from the folder, or (0, state) where there is none."""
    path = folder / "state.eqx"
    if not path.exists():
        return 0, state
    saved = json.loads((folder / "run.json").read_text())
    now = json.loads(json.dumps(card))
    if saved != now:
        differ = [k for k in now | saved if saved.get(k) != now.get(k)]
        raise ConfigError(
            f"The folder {folder} holds a run with other settings ({', '.join(differ)}). Choose "
            "another folder, or the old settings."
        )
    done, state = eqx.tree_deserialise_leaves(path, (np.asarray(0), state))
    return int(done), state
