"""Runge-Kutta with a fixed step: one step, and a loop of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import lax
from .. import numpy as jnp
from .tableau import RK4, Tableau

RightHandSide = Callable[[Any, Any, Any], Any]


def step(tableau: Tableau, f: RightHandSide, t: Any, y: Any, h: Any, args: Any = None) -> Any:
    """One step of an explicit Runge-Kutta method: the state at ``t + h``.

        k_i  =  f(t + c_i h,  y + h (a_i1 k_1 + ... ))
        y'   =  y + h (b_1 k_1 + ... + b_s k_s)

    Args:
        tableau: the method, as ``ode.RK4``.
        f: the right-hand side, ``f(t, y, args) -> dy/dt``, of the shape of ``y``.
        t, h: time and step.
        y: the state: a number or an array.
        args: passed on to ``f``: the parameters.

    >>> step(RK4, lambda t, y, rate: rate * y, 0.0, 1.0, 0.1, 1.0)  # e ** 0.1 = 1.10517...
    1.1051708333333332
    """
    a, b, c = tableau.floats
    ks: list[Any] = []
    for a_i, c_i in zip(a, c, strict=True):
        ks.append(f(t + c_i * h, y + h * weighted(a_i, ks) if any(a_i) else y, args))
    return y + h * weighted(b, ks)


def weighted(weights: tuple[float, ...], ks: list[Any]) -> Any:
    """The sum of weight times slope, without the weights that are zero."""
    first, *rest = (w * k if w != 1.0 else k for w, k in zip(weights, ks, strict=True) if w)
    return sum(rest, start=first)


def solve_fixed(
    f: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    n_steps: int,
    args: Any = None,
    tableau: Tableau = RK4,
) -> tuple[Any, Any]:
    """Solve dy/dt = f(t, y, args) from ``t0`` to ``t1`` in ``n_steps`` equal steps.

    The loop is one ``lax.scan``: compiled, it is a loop; differentiated, a loop forwards and a
    loop backwards that keeps the states and nothing else. ``t1 < t0`` runs backwards in time.

    Args:
        f: the right-hand side, ``f(t, y, args) -> dy/dt``.
        y0: the state at ``t0``, an array of shape (d,) or a number.
        args: passed on to ``f``: the parameters.
        tableau: the method.

    Returns:
        times of shape (n_steps + 1,), and states of shape (n_steps + 1, d), the first being y0.

    >>> ts, ys = solve_fixed(lambda t, y, rate: rate * y, 1.0, 0.0, 1.0, 10, args=1.0)
    >>> ts[10], ys[10]  # e = 2.718282
    (1.0, 2.7182797441351663)

    Raises:
        ValueError: if ``n_steps`` is not a positive whole number.
    """
    if not isinstance(n_steps, int) or n_steps < 1:
        raise ValueError(f"solve_fixed needs a positive whole number of steps, got {n_steps!r}")
    h = (t1 - t0) / n_steps
    ts = t0 + h * jnp.arange(n_steps + 1)

    def advance(y: Any, t: Any) -> tuple[Any, Any]:
        y = step(tableau, f, t, y, h, args)
        return y, y

    _, ys = lax.scan(advance, y0, ts[:-1])
    return ts, jnp.concatenate([jnp.stack([y0]), ys])
