"""A population on a torus whose rows are divided among devices; the program does not know.

    XLA_FLAGS=--xla_force_host_platform_device_count=8 python -m bookkit.space.split 8

prints the loss, the gradient in (log r, log D), and a sum over the gradient in the start.
"""

import json
import sys

import jax
import jax.numpy as jnp
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from bookkit.space.grid import SpaceError, laplacian_torus

SIZE, STEPS, H = 64, 40, 0.1


def loss(theta: jax.Array, start: jax.Array) -> jax.Array:
    """Mean density after STEPS of Euler's method from `start`; theta = (log r, log D)."""
    r, D = jnp.exp(theta)

    def step(u, _):
        return u + H * (r * u * (1.0 - u) + D * laplacian_torus(u, 1.0)), None

    return jnp.mean(lax.scan(step, start, None, length=STEPS)[0])


def rows_over(n: int) -> NamedSharding:
    """The rows of a square over the first n devices."""
    if n > len(jax.devices()) or SIZE % n:
        raise SpaceError(
            f"{SIZE} rows cannot be divided evenly among {n} of {len(jax.devices())} device(s). "
            "Start Python with XLA_FLAGS=--xla_force_host_platform_device_count=8 to pretend."
        )
    mesh = Mesh(jax.devices()[:n], ("rows",))
    return NamedSharding(mesh, PartitionSpec("rows", None))


def gradient(n: int) -> dict:
    """Loss and gradients with the rows over n devices, as plain numbers."""
    start = jax.random.uniform(jax.random.key(12), (SIZE, SIZE)) * 0.2
    start = jax.device_put(start, rows_over(n))
    theta = jnp.log(jnp.array([0.5, 1.0]))
    run = jax.jit(jax.value_and_grad(loss, argnums=(0, 1))).lower(theta, start).compile()
    value, (in_theta, in_start) = run(theta, start)
    assert len(in_start.sharding.device_set) == n  # the gradient lies where the start lies
    text = run.as_text()
    weights = jnp.cos(jnp.arange(SIZE * SIZE)).reshape(SIZE, SIZE)
    return {
        "devices": n, "loss": float(value), "in_theta": in_theta.tolist(),
        "in_start": float(jnp.sum(weights * in_start)),
        "exchanges": text.count("collective-permute("), "sums": text.count("all-reduce("),
    }  # fmt: skip


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    print(json.dumps([gradient(int(n)) for n in sys.argv[1:]]))
