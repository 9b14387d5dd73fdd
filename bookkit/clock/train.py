"""Adam on a window that grows: many searches at once, each with its own start."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import optax

from bookkit.clock.circuit import Tree

CLIP = 1.0


def window_at(update: int, updates: int, longest: float, grow: bool, first: float = 0.6) -> float:
    """Days that count at this update: from `first` to `longest` over the first three quarters.

    >>> [window_at(u, 100, 4.0, True) for u in (0, 75, 99)], window_at(0, 100, 4.0, False)
    ([0.6, 4.0, 4.0], 4.0)
    """
    share = min(update / (0.75 * updates), 1.0) if grow else 1.0
    return first + share * (longest - first)


def optimiser(updates: int, rate: float = 0.02) -> optax.GradientTransformation:
    """Adam with clipped gradients; its rate falls to a tenth along half a cosine."""
    falling = optax.cosine_decay_schedule(rate, updates, alpha=0.1)
    return optax.chain(optax.clip_by_global_norm(CLIP), optax.adam(falling))


def updater(loss: Callable, adam: optax.GradientTransformation) -> Callable:
    """`several(free, state, windows, *data)`: one update for each window, many searches at once.

    `free` and `state` have one leading axis, the searches; `loss(free, window, *data)` is that of
    one search, and each of `data` has a leading axis of updates. Gives free, state and the losses,
    shape (updates, searches). A search whose gradient is not finite stays where it is.
    """

    def update(carry, now):
        free, state = carry
        window, *data = now
        value, slope = jax.value_and_grad(loss)(free, window, *data)
        fine = jnp.isfinite(optax.tree.norm(slope))
        move, new = adam.update(jax.tree.map(lambda g: jnp.where(fine, g, 0.0), slope), state, free)
        return (optax.apply_updates(free, move), new), value

    def several(free: Tree, state, windows, *data):
        def one(carry, now):
            return jax.vmap(update, in_axes=(0, None))(carry, now)

        (free, state), values = jax.lax.scan(one, (free, state), (windows, *data))
        return free, state, values

    return jax.jit(several)


def batch_loss(loss: Callable, **how) -> Callable:
    """The mean of `loss` over skies (and noise): (free, window, skies, noise or None)."""

    def mean(free, window, skies, noise=None):
        one = partial(loss, **how)
        axes = (None, 0, None, None if noise is None else 0)
        return jnp.mean(jax.vmap(one, in_axes=axes)(free, skies, window, noise))

    return mean
