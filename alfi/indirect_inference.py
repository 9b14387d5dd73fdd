"""Newton's method on a learned statistic: inference that holds when the simulator has changed.

A machine without the loop reads data as if its training simulator had made them.  When the
detector has aged since then, it is wrong, and confidently so.  Yet its estimate is still a good
*statistic*: compare what it says of the real data, b(x), with what it says of data simulated by
the present program at z, and move z until the two agree (indirect inference: Gouriéroux, Monfort
and Renault 1993).  Any bias is in both, and cancels::

    find z with  E[b(simulate(z))] = b(x),   z <- z + S^-1 (b(x) - mean b),   S = d E[b] / dz.

The sensitivity S comes from the simulations themselves: pairs z +- delta share their random
key, so their difference is mostly signal.  Simulations have noise, so each round fits one line to
all draws near the present z, which averages the noise of all rounds.

Safeguards against runaways: a step is at most `max_step` prior standard deviations long; a
sensitivity whose least singular value is below `min_sensitivity` is not trusted, and a unit
step is taken instead; the result says, per data set, whether the last step was small.
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from alfi.errors import ConfigError
from alfi.recurrent_machine import RecurrentMachine
from alfi.simulators import Simulator


class IndirectEstimate(NamedTuple):
    """Estimates for many data sets.

    Attributes:
        theta: shape (n_data_sets, dim_theta).
        sd: the standard error in the coordinates z, shape (n_data_sets, dim_theta): the spread
            of the statistic over simulated data sets, divided by the sensitivity, and the
            simulations' own share.
        settled: whether the last step was shorter than two such errors, shape (n_data_sets,).
        n_simulated: observations simulated a data set.
    """

    theta: Array
    sd: Array
    settled: Array
    n_simulated: int


def indirect_inference(
    machine: RecurrentMachine,
    trained_on: Simulator,
    simulator: Simulator,
    key: Array,
    x: ArrayLike,
    *,
    n_rounds: int = 5,
    n_pairs: int = 2,
    delta: float = 0.1,
    max_step: float = 1.0,
    min_sensitivity: float = 0.05,
) -> IndirectEstimate:
    """Estimate theta by Newton steps on a machine's statistic.

    Args:
        machine: trained on `trained_on`; its loop is not used.
        trained_on: the program that the machine learnt, for the statistic.
        simulator: the program as it is now, with the prior whose coordinates z are used; those
            of the two must be the same.
        key: for the simulations.
        x: data, shape (n_data_sets, n_obs, dim_x).
        n_rounds: Newton steps; each simulates 2 n_pairs data sets of the real data's size for
            each parameter.
        n_pairs: pairs z +- delta for each parameter and round.
        delta: the distance of a pair from z, in prior standard deviations, at first; it
            shrinks to the statistic's own error.
        max_step: the longest step, in prior standard deviations.
        min_sensitivity: the least singular value of S that is trusted.
    """
    if trained_on.prior != simulator.prior:
        raise ConfigError(
            "Both programs need the same prior, because it defines the coordinates. Give the "
            "changed simulator the prior of the one that the machine was trained on."
        )
    x = jnp.asarray(x)
    settings = (n_rounds, n_pairs, delta, max_step, min_sensitivity)
    theta, sd, settled = _indirect(machine, trained_on, simulator, settings, key, x)
    n_simulated = n_rounds * n_pairs * 2 * simulator.dim_theta * x.shape[1]
    return IndirectEstimate(theta, sd, settled, n_simulated)


@eqx.filter_jit
def _indirect(machine, trained_on, simulator, settings, key, x):
    n_rounds, n_pairs, delta, max_step, min_sensitivity = settings
    machine = machine.with_loop(False)
    dim, n_obs = simulator.dim_theta, x.shape[1]

    def statistic(data):
        psi = machine.infer(trained_on, key, data)[-1]
        return machine.proposal.mean(psi)

    def simulate(key, z):
        theta = simulator.prior.from_unconstrained(z)
        return statistic(simulator.simulate(key, theta, n_obs))

    def one(key, data):
        target = statistic(data)
        signs = jnp.concatenate([jnp.eye(dim), -jnp.eye(dim)])  # (2 dim, dim)
        z, tried, seen = target, [], []
        width = delta
        for round_key in jax.random.split(key, n_rounds):
            keys = jax.random.split(round_key, n_pairs)
            near = z + width * signs
            b = jax.vmap(lambda k, near=near: jax.vmap(lambda p: simulate(k, p))(near))(keys)
            difference = (b[:, :dim] - b[:, dim:]).mean(axis=0) / (2 * width)
            slope = difference.T  # slope[i, j] = d b_i / d z_j
            trusted = jnp.linalg.svd(slope, compute_uv=False)[-1] > min_sensitivity
            slope = jnp.where(trusted, slope, jnp.eye(dim))
            inverse = jnp.linalg.inv(slope)
            # Every earlier simulation, carried to the present z along the present slope.
            tried.append(jnp.broadcast_to(near, b.shape).reshape(-1, dim))
            seen.append(b.reshape(-1, dim))
            all_z, all_b = jnp.concatenate(tried), jnp.concatenate(seen)
            carried = all_b - (all_z - z) @ slope.T
            far = jnp.linalg.norm(all_z - z, axis=-1) / (2 * width + 1e-6)
            weight = jnp.exp(-0.5 * far**2)
            mean = weight @ carried / jnp.sum(weight)
            residual = carried - mean
            spread = jnp.sqrt(weight @ residual**2 / jnp.sum(weight))
            step = inverse @ (target - mean)
            length = jnp.linalg.norm(step)
            step = step * jnp.minimum(1, max_step / jnp.maximum(length, 1e-12))
            z = z + step
            effective = jnp.sum(weight) ** 2 / jnp.sum(weight**2)
            sd = jnp.sqrt((inverse**2) @ spread**2 * (1 + 1 / effective))
            width = jnp.clip(jnp.maximum(2 * jnp.max(sd), length / 4), 1e-3, delta)
        settled = trusted & jnp.all(jnp.abs(step) < 2 * sd + 1e-6)
        return simulator.prior.from_unconstrained(z), sd, settled

    keys = jax.random.split(key, len(x))
    return jax.lax.map(lambda kx: one(*kx), (keys, x), batch_size=min(len(x), 50))
