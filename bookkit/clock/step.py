"""One step that no fast rate can upset, and a run of many.

All the stiffness stands on the diagonal: losses from 9 to 86,400 a day. Held against a constant
production r, du/dt = r - d u is solved exactly by u' = E u + r (1 - E)/d with E = e^{-d h}. The
second-order step of this kind ("exponential Heun"; S. M. Cox and P. C. Matthews, J. Comput. Phys.
176 (2002) 430) lets r run on a straight line between its values at both ends.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bookkit.clock.circuit import GENES, Tree, activity, bounded
from bookkit.clock.light import CELLS, made_by_light
from bookkit.clock.noise import variance

PER_CELL = 2  # steps in a cell of the sky
H = 1.0 / (CELLS * PER_CELL)  # days: 14.4 minutes
EYE = np.array([0, 1, 0, 0])  # the protein that light makes


def production(c: Tree, u: jax.Array, light: jax.Array) -> jax.Array:
    """What is made a day of each of the 2n kinds; `light` falls on protein 2."""
    m, p = u[:GENES], u[GENES:]
    return jnp.concatenate([c["a"] * activity(c, p), c["b"] * m + light * EYE])


def step(c: Tree, u: jax.Array, before: jax.Array, after: jax.Array, h: float = H):
    """The state after h days, and the production at its start; light before and after."""
    d = jnp.concatenate([c["d"], c["e"]])
    z = d * h
    r = production(c, u, before)
    first = u * jnp.exp(-z) - r / d * jnp.expm1(-z)
    bend = (jnp.expm1(-z) + z) / (z * d)
    return first + bend * (production(c, first, after) - r), r


def follow(
    c: Tree,
    sky: jax.Array,
    noise: jax.Array | None = None,
    kind: str = "langevin",
    per_cell: int = PER_CELL,
) -> jax.Array:
    """All states, from the start values on: shape (steps + 1, 8), messengers then proteins.

    Args:
        c: parameters in their own units, as `circuit.bounded` gives them.
        sky: 0 or 1 in each fiftieth of a day.
        noise: standard normal numbers, shape (steps, 8); None for no noise.
        kind: which kicks; see bookkit.clock.noise.
        per_cell: steps in each cell of the sky.
    """
    h = 1.0 / (CELLS * per_cell)
    d = jnp.concatenate([c["d"], c["e"]])
    steps = len(sky) * per_cell
    t = h * jnp.arange(steps)
    opened = jnp.repeat(jnp.asarray(sky), per_cell)
    lights = made_by_light(t, opened), made_by_light(t + h, opened)

    def one(u, now):
        before, after, z = now
        mean, r = step(c, u, before, after, h)
        if z is None:
            u = mean
        else:
            kicks = jnp.sqrt(variance(kind, u, r, d, h) + 1e-12) * z  # 1e-12: a slope at u = 0
            u = jnp.maximum(mean + kicks, 0.0)
        return u, u

    u0 = jnp.concatenate([c["m0"], c["p0"]])
    _, us = lax.scan(one, u0, (*lights, noise))
    return jnp.concatenate([u0[None], us])


def run(free: Tree, *args, **kwargs) -> jax.Array:
    """`follow` for parameters of a search, as `circuit.draw` gives them."""
    return follow(bounded(free), *args, **kwargs)
