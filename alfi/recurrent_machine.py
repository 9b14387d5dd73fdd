"""The recurrent machine: a network that reads data and moves a proposal towards the posterior.

One step, for one data set x (Pesah, Wehenkel and Louppe 2018, arXiv:1811.12932; re-derived)::

    e    = encode(x)                           once, before the first step
    z_j  ~ q(z | psi),   j = 1..J              draw parameters (antithetic pairs)
    e_j  = encode(simulate(theta(z_j)))        simulate M observations at each
    c    = mean_j compare(e - e_j, eps_j)      how simulated data differ from real data, and where
    h    = GRU([e, gate * c, psi], h)
    psi  = psi + step(h)

No gradient flows through the simulator: it may be any program.  `gate` starts at zero, so an
untrained loop adds no noise and the machine first learns to read the data; without the loop
(`use_simulator=False`) the same machine is plain amortised inference.  That ablation is the
honest test of what the simulations are for.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import Array

from alfi.errors import ConfigError
from alfi.mean_embedding import MeanEmbedding
from alfi.proposal import GaussianProposal, proposal
from alfi.simulators import Simulator


@dataclass(frozen=True)
class Architecture:
    """The sizes of a machine.

    Args:
        proposal: "diagonal" or "full" covariance.
        use_simulator: whether each step simulates at parameters drawn from the proposal.
        n_steps: T, the steps of one inference.
        n_theta: J, parameter draws a step (even: they come in antithetic pairs).
        n_sim: M, simulated observations a draw.
        width: of the dense layers.
        embedding: the length of a set's embedding.
        state: the length of the recurrent state.
        pool_max: pool the maximum next to the mean.
    """

    proposal: str = "diagonal"
    use_simulator: bool = False
    n_steps: int = 3
    n_theta: int = 8
    n_sim: int = 20
    width: int = 32
    embedding: int = 20
    state: int = 40
    pool_max: bool = False

    def __post_init__(self) -> None:
        counts = {k: v for k, v in asdict(self).items() if type(v) is int}
        for name, value in counts.items():
            if value < 1:
                raise ConfigError(f"{name} must be at least 1, not {value}.")
        if self.n_theta % 2:
            raise ConfigError(
                f"n_theta must be even, because draws come in pairs; got {self.n_theta}."
            )


class RecurrentMachine(eqx.Module):
    """A recurrent network from data to the parameters psi of a proposal.

    >>> from alfi.simulators import Poisson
    >>> machine = RecurrentMachine.create(jax.random.key(0), Poisson(), Architecture())
    >>> x = Poisson()(jax.random.key(1), [2.0], 500)
    >>> machine.infer(Poisson(), jax.random.key(2), x).shape  # psi after each of 3 steps
    (3, 2)
    """

    encoder: MeanEmbedding
    compare: eqx.nn.MLP
    gate: Array
    read: eqx.nn.Linear
    cell: eqx.nn.GRUCell
    step: eqx.nn.Linear
    architecture: Architecture = eqx.field(static=True)
    proposal: GaussianProposal = eqx.field(static=True)

    @classmethod
    def create(
        cls, key: Array, simulator: Simulator, architecture: Architecture
    ) -> "RecurrentMachine":
        """Random weights; the encoder's standardisation comes from prior simulations."""
        a = architecture
        q = proposal(a.proposal, simulator.dim_theta)
        k_encoder, k_features, k_compare, k_read, k_cell, k_step = jax.random.split(key, 6)
        features = prior_features(k_features, simulator)
        encoder = MeanEmbedding(k_encoder, features, a.width, a.embedding, pool_max=a.pool_max)
        e = encoder.size
        return cls(
            encoder=encoder,
            compare=eqx.nn.MLP(e + q.dim, a.width, a.width, 1, jax.nn.silu, key=k_compare),
            gate=jnp.zeros(a.width),
            read=eqx.nn.Linear(e + a.width + q.size, a.state, key=k_read),
            cell=eqx.nn.GRUCell(a.state, a.state, key=k_cell),
            step=eqx.nn.Linear(a.state + e, q.size, key=k_step),
            architecture=a,
            proposal=q,
        )

    def infer(
        self, simulator: Simulator, key: Array, x: Array, n_steps: int | None = None
    ) -> Array:
        """Run the machine on one data set.

        Args:
            simulator: the program to compare with; its prior gives the coordinates.
                It may differ from the one the machine was trained on: only the loop can
                notice.
            key: for the draws and simulations of the loop.
            x: the data, shape (n_obs, dim_x).
            n_steps: T; as trained unless given.

        Returns:
            psi after each step, shape (T, proposal.size).
        """
        e = self.encoder(simulator.features(x))

        def one_step(carry, key):
            psi, h = carry
            c = jnp.zeros_like(self.gate)
            if self.architecture.use_simulator:
                c = self.gate * self.look(simulator, key, e, jax.lax.stop_gradient(psi))
            u = jax.nn.silu(self.read(jnp.concatenate([e, c, psi])))
            h = self.cell(u, h)
            psi = psi + self.step(jnp.concatenate([h, e]))
            return (psi, h), psi

        start = (self.proposal.prior_psi(), jnp.zeros(self.architecture.state))
        keys = jax.random.split(key, n_steps or self.architecture.n_steps)
        return jax.lax.scan(one_step, start, keys)[1]

    def look(self, simulator: Simulator, key: Array, e: Array, psi: Array) -> Array:
        """c: simulate at draws from the proposal, compare with the data's embedding `e`."""
        a = self.architecture
        k_eps, k_sim = jax.random.split(key)
        half = jax.random.normal(k_eps, (a.n_theta // 2, self.proposal.dim))
        eps = jnp.concatenate([half, -half])
        theta = simulator.prior.from_unconstrained(self.proposal.sample(psi, eps))
        x = jax.vmap(lambda k, t: simulator.simulate(k, t, a.n_sim))(
            jax.random.split(k_sim, a.n_theta), theta
        )
        e_sim = self.encoder(simulator.features(jax.lax.stop_gradient(x)))
        return jnp.mean(jax.vmap(self.compare)(jnp.concatenate([e - e_sim, eps], axis=-1)), axis=0)

    def with_loop(self, use_simulator: bool = True, **sizes: Any) -> "RecurrentMachine":
        """The same weights with the loop on or off (and other n_steps, n_theta, n_sim)."""
        return replace(
            self, architecture=replace(self.architecture, use_simulator=use_simulator, **sizes)
        )


def prior_features(key: Array, simulator: Simulator, n: int = 200) -> Array:
    """Features of prior simulations, shape (n * n_obs, k): they set scales, they train nothing."""
    k_theta, k_x = jax.random.split(key)
    theta = simulator.prior.sample(k_theta, n)
    n_obs = min(simulator.n_obs, 20)
    x = jax.vmap(lambda k, t: simulator.simulate(k, t, n_obs))(jax.random.split(k_x, n), theta)
    return simulator.features(x).reshape(n * n_obs, -1)


def count_weights(machine: RecurrentMachine) -> int:
    """How many numbers a machine holds."""
    return sum(leaf.size for leaf in jax.tree.leaves(eqx.filter(machine, eqx.is_array)))
