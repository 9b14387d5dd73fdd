"""Many fits of the school's epidemic side by side, in JAX: Fisher scoring under `vmap`.

Every fit climbs by theta <- theta + F^-1 J^T (y - mean) / variance, the natural gradient of chapter
1, with a damping that grows after a step that did not climb and shrinks after one that did.

>>> import jax
>>> jax.config.update("jax_enable_x64", True)
>>> found = fits(school.COUNTS)
>>> [round(float(x), 3) for x in np.exp(found.theta[0])], round(float(found.phi[0]), 2)
([1.884, 0.523, 1.787], 18.28)
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import gammaln

from bookkit import school

AT_ONCE, STEPS, LEAST = 400, 30, -1.0  # fits in one compiled call; scorings; of log phi
POISSON = 1e6  # a phi at which the negative binomial is Poisson's to six digits


class Fits(NamedTuple):
    """theta (n, 3), the logarithms of beta, gamma and first; phi (n,); log_likelihood (n,)."""

    theta: np.ndarray
    phi: np.ndarray
    log_likelihood: np.ndarray


def bed(theta: Any) -> Any:
    """Boys in bed at noon of 14 days, by `school.path`, the one definition of the model."""
    return school.path(theta, 14, jnp, jax.lax.scan)[:: school.STEPS_A_DAY]


def log_likelihood(y: Any, mean: Any, log_phi: Any) -> Any:
    """Of negative-binomial counts with this mean and variance mean + mean**2 / phi, day by day."""
    phi = jnp.exp(log_phi)
    chance = gammaln(y + phi) - gammaln(phi) - gammaln(y + 1)
    return chance + phi * (log_phi - jnp.log(phi + mean)) + y * jnp.log(mean / (phi + mean))


def fits(y: Any, seen: Any = 1.0, free: Any = 1.0, start: Any = None, phi: Any = None) -> Fits:
    """The maximum of the likelihood for each row of counts.

    Args:
        y: counts, (n, 14) or (14,); every other argument is stretched to n rows.
        seen: 1 for a day that counts, 0 for one that was not recorded, (n, 14).
        free: 1 for a parameter that is fitted, 0 for one held at its start, (n, 3).
        start: theta to start from, (n, 3); left out, that of `school.FIT`.
        phi: a number or (n,) to hold it at; left out, it is fitted.

    Raises:
        ValueError: if a count is negative or no number.
    """
    rows = np.atleast_2d(np.asarray(y, float))
    if not (np.isfinite(rows).all() and (rows >= 0).all()):
        raise ValueError(
            f"counts are numbers from 0 on, and these reach from {rows.min()} to {rows.max()}"
        )
    start = np.log([school.FIT[k] for k in ("beta", "gamma", "first")]) if start is None else start
    sized = 1.0 if phi is None else 0.0
    log_phi = np.log(school.FIT["phi"] if phi is None else phi)
    n = max(len(np.atleast_2d(x)) for x in (rows, seen, free, start))
    whole = [
        np.broadcast_to(np.asarray(x, float), (n, *shape))
        for x, shape in ((rows, (14,)), (seen, (14,)), (free, (3,)), (start, (3,)),
                         (log_phi, ()), (sized, ()))
    ]  # fmt: skip
    found = [_in_one_call([x[k : k + AT_ONCE] for x in whole]) for k in range(0, n, AT_ONCE)]
    theta, log_phi, height = (np.concatenate(part) for part in zip(*found, strict=True))
    return Fits(theta, np.exp(log_phi), height)


def _in_one_call(rows: list[np.ndarray]) -> list[np.ndarray]:
    """Filled up to `AT_ONCE` with copies of the last, so that one compilation serves all."""
    n = len(rows[0])
    filled = [np.concatenate([x, np.repeat(x[-1:], AT_ONCE - n, axis=0)]) for x in rows]
    return [np.asarray(x)[:n] for x in _side_by_side(*filled)]


@jax.jit
@jax.vmap
def _side_by_side(y: Any, seen: Any, free: Any, theta: Any, log_phi: Any, sized: Any) -> tuple:
    height = lambda mean, s: jnp.sum(seen * log_likelihood(y, mean, s))  # noqa: E731
    tilt = jax.grad(height, 1)
    bend = jax.grad(tilt, 1)

    def at(theta: Any, s: Any) -> dict:
        mean, push = jax.linearize(bed, theta)
        mean = jnp.maximum(mean, 1e-9)
        slopes = jax.vmap(push)(jnp.eye(3)).T * free
        return {"theta": theta, "s": s, "mean": mean, "slopes": slopes, "height": height(mean, s)}

    def climb(state: tuple, _: None) -> tuple:
        now, damping = state
        weight = seen / school.variance(now["mean"], jnp.exp(now["s"]))
        information = now["slopes"].T @ (now["slopes"] * weight[:, None])
        score = now["slopes"].T @ (weight * (y - now["mean"]))
        damped = information + jnp.diag(damping * jnp.diag(information) + 1 - free + 1e-12)
        step = free * jnp.clip(jnp.linalg.solve(damped, score), -1, 1)
        wider = sized * jnp.clip(
            tilt(now["mean"], now["s"]) / jnp.maximum(-bend(now["mean"], now["s"]), 0.3), -1, 1
        )
        new = at(now["theta"] + step, jnp.where(
            sized > 0, jnp.clip(now["s"] + wider, LEAST, np.log(POISSON)), now["s"]))  # fmt: skip
        higher = new["height"] >= now["height"]
        kept = jax.tree.map(partial(jnp.where, higher), new, now)
        return (kept, jnp.where(higher, damping / 4, damping * 4)), None

    (best, _), _ = jax.lax.scan(climb, (at(theta, log_phi), 1e-2), length=STEPS)
    return best["theta"], best["s"], best["height"]
