"""More than one device: spread episodes over them, and get the same answer.

Episodes are independent until their gradients are averaged, so the axis of episodes is split
over a mesh of devices with `jax.shard_map`, and one `pmean` brings the gradients together.
Every episode has a key of its own, so what is simulated does not depend on how many devices
there are.  On a cluster of GPUs or TPUs the same lines run after `jax.distributed.initialize()`.

To try it on one machine: XLA_FLAGS=--xla_force_host_platform_device_count=8
"""

from collections.abc import Callable

import jax
from jax import Array
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from alfi.errors import ConfigError
from alfi.simulators.base import Simulator

AXIS = "episodes"


def devices(n: int | None = None) -> Mesh:
    """A one-dimensional mesh of the first `n` devices (all of them unless given).

    >>> devices(1).size
    1
    """
    available = jax.devices()
    n = len(available) if n is None else n
    if not 1 <= n <= len(available):
        raise ConfigError(
            f"There are {len(available)} devices, {n} were asked for. On one machine, set "
            f"XLA_FLAGS=--xla_force_host_platform_device_count={n} before JAX starts."
        )
    return jax.make_mesh(
        (n,), (AXIS,), axis_types=(jax.sharding.AxisType.Auto,), devices=available[:n]
    )


def mean_over_devices(gradient: Callable, mesh: Mesh) -> Callable:
    """The mean of `gradient(weights, keys, theta, x)` over each device's share."""

    def share(weights, *batch):
        return jax.lax.pmean(gradient(weights, *batch), AXIS)

    # JAX's bookkeeping of what differs between devices (check_vma) is off: it would ask
    # every simulator and network with a loop to mark where its loop starts.
    return jax.shard_map(
        share,
        mesh=mesh,
        in_specs=(P(), P(AXIS), P(AXIS), P(AXIS)),
        out_specs=P(),
        check_vma=False,
    )


def sweep(simulator: Simulator, key: Array, theta: Array, n_obs: int, mesh: Mesh) -> Array:
    """Simulate `n_obs` observations at each of many theta, shared out over the devices.

    Args:
        theta: shape (n, dim_theta); n must divide among the devices.

    Returns:
        x, shape (n, n_obs, dim_x), bit for bit what one device would give.
    """
    if len(theta) % mesh.size:
        raise ConfigError(
            f"{len(theta)} parameter vectors do not divide among {mesh.size} devices."
        )
    shares = NamedSharding(mesh, P(AXIS))
    keys = jax.device_put(jax.random.split(key, len(theta)), shares)
    theta = jax.device_put(theta, shares)

    @jax.jit
    @jax.shard_map(mesh=mesh, in_specs=(P(AXIS), P(AXIS)), out_specs=P(AXIS))
    def run(keys, theta):
        return jax.vmap(lambda k, t: simulator.simulate(k, t, n_obs))(keys, theta)

    return run(keys, theta)
