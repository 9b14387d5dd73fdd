"""Stochastic differential equations, with the noise as an argument::

    dy  =  drift(t, y, args) dt  +  diffusion(t, y, args) dW          (in Ito's sense)

Given the noise, a path is an ordinary program of the parameters, so it can be differentiated like
one: the *pathwise* gradient.
"""

from __future__ import annotations

import random
from typing import Any

from .. import lax
from .. import numpy as jnp
from ..array import Array
from ..dual import jvp
from .fixed import RightHandSide, count, slope, start, state


def brownian(rng: random.Random, n_steps: int, t0: float, t1: float, width: int = 0) -> Array:
    """Increments of Brownian motion over equal steps: independent, normal, of variance h.

    Args:
        rng: where the chance comes from, as ``random.Random(1)``.
        n_steps, t0, t1: as for ``solve_fixed``.
        width: how many motions side by side; 0 for one, without a second axis.

    Returns:
        Shape (n_steps,), or (n_steps, width).

    >>> brownian(random.Random(1), 100, 0.0, 1.0, width=2).shape
    (100, 2)
    """
    n_steps = count(n_steps)
    size = (abs(t1 - t0) / n_steps) ** 0.5
    if not width:
        return jnp.array([rng.gauss(0.0, size) for _ in range(n_steps)])
    return jnp.array([[rng.gauss(0.0, size) for _ in range(width)] for _ in range(n_steps)])


def euler_maruyama(
    drift: RightHandSide,
    diffusion: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    dw: Any,
    args: Any = None,
) -> tuple[Any, Any]:
    """Solve by Euler's method with a kick of noise in every step::

        y'  =  y + h drift + diffusion dW

    The error of a path falls like h ** 0.5 (like h if the diffusion does not depend on y), that of
    an expectation like h. Source: G. Maruyama (1955), Rendiconti del Circolo Matematico di Palermo
    4:48-90.

    Args:
        drift: ``drift(t, y, args)``, of the shape of y.
        diffusion: ``diffusion(t, y, args)``: of the shape of y, or a number (each component has its
            own noise), or a matrix of shape (d, m) that multiplies m noises.
        y0: the state at ``t0``: a number, or an array of shape (d,).
        t0, t1: first and last time; ``t1`` is the later one.
        dw: increments of Brownian motion, one row for each step, as ``brownian`` draws them: a
            number, or as many as there are noises.
        args: the parameters.

    Returns:
        times of shape (n + 1,), and states of shape (n + 1, d).

    >>> dw = brownian(random.Random(0), 4, 0.0, 1.0)
    >>> ts, ys = euler_maruyama(lambda t, y, a: -y, lambda t, y, a: 0.0 * y, 1.0, 0.0, 1.0, dw)
    >>> [round(y, 4) for y in ys]  # no noise: Euler's method, 0.75 ** n
    [1.0, 0.75, 0.5625, 0.4219, 0.3164]

    Raises:
        ValueError: if ``t1`` is not after ``t0``, ``dw`` is empty, or the shapes do not fit.
    """

    def step(t: Any, y: Any, h: Any, kick: Any) -> Any:
        return y + h * slope(drift, t, y, args) + _noise(diffusion(t, y, args), kick, y)

    return _solve(step, y0, t0, t1, dw)


def milstein(
    drift: RightHandSide,
    diffusion: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    dw: Any,
    args: Any = None,
) -> tuple[Any, Any]:
    """Solve with the next term of Ito's formula, for noise that grows or shrinks with the state::

        y'  =  y + h drift + diffusion dW + 1/2 diffusion (d diffusion / dy) (dW^2 - h)

    The error of a path falls like h. The slope of the diffusion comes from the engine (``jvp``).
    Each component has its own noise, whose size depends on this component only; else the method
    would need integrals that ``dw`` does not hold. Source: G. N. Milstein (1975), Theory of
    Probability and Its Applications 19(3):557-562.

    Args and returns: as ``euler_maruyama``, without the matrix form.

    >>> dw = brownian(random.Random(0), 100, 0.0, 1.0)
    >>> ts, ys = milstein(lambda t, y, a: 0.0 * y, lambda t, y, a: y, 1.0, 0.0, 1.0, dw)
    >>> from math import exp
    >>> abs(ys[-1] - exp(sum(dw) - 0.5)) < 0.05  # geometric Brownian motion, exactly
    True

    Raises:
        ValueError: as ``euler_maruyama``.
    """

    def step(t: Any, y: Any, h: Any, kick: Any) -> Any:
        size = slope(diffusion, t, y, args)
        _, change = jvp(lambda y: slope(diffusion, t, y, args), (y,), (size,))
        noise = _noise(size, kick, y)
        return y + h * slope(drift, t, y, args) + noise + 0.5 * change * (kick * kick - h)

    return _solve(step, y0, t0, t1, dw)


def _solve(step: Any, y0: Any, t0: float, t1: float, dw: Any) -> tuple[Any, Any]:
    y0, dw = start(y0), jnp.array(dw)
    if getattr(dw, "ndim", 0) < 1 or not len(dw):
        raise ValueError("dw needs one increment (a number, or a row) for each step; got none")
    n = len(dw)
    h = (t1 - t0) / n
    if t1 <= t0:
        raise ValueError(f"noise has a direction in time: t1 must be after t0, got {t0=}, {t1=}")
    ts = t0 + h * jnp.arange(n + 1)

    def advance(y: Any, now: Any) -> tuple[Any, Any]:
        t, kick = now
        y = step(t, y, h, kick)
        return y, y

    _, ys = lax.scan(advance, y0, (ts[:-1], dw))
    return ts, jnp.concatenate([jnp.stack([y0]), ys])


def _noise(size: Any, kick: Any, y: Any) -> Any:
    """The noise as it enters: component by component, or mixed by a matrix."""
    size = state(size)
    sizes, kicks, rows = (getattr(x, "shape", ()) for x in (size, kick, y))
    if len(sizes) == 2 and sizes == rows + kicks:
        return size @ kick
    if kicks == rows and sizes in ((), rows):
        return size * kick
    raise ValueError(
        "each component of y needs its own noise, or diffusion a column for each noise: y has "
        f"shape {rows}, diffusion returned shape {sizes}, and a row of dw has shape {kicks}.\n"
        "brownian(..., width=m) draws m noises side by side."
    )
