"""Runge-Kutta with a fixed step: one step, and a loop of them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from .. import lax
from .. import numpy as jnp
from ..array import Array, Atoms
from ..ops import Number
from .tableau import RK4, Tableau

RightHandSide = Callable[[Any, Any, Any], Any]


def step(
    tableau: Tableau,
    f: RightHandSide,
    t: Any,
    y: Any,
    h: Any,
    args: Any = None,
) -> Any:
    """One step of an explicit Runge-Kutta method: the state at ``t + h``::

        y'  =  y + h (b_1 k_1 + ... + b_s k_s)

    Args:
        tableau: the method, as ``ode.RK4``.
        f: the right-hand side, ``f(t, y, args) -> dy/dt``, of the shape of ``y``.
        t, h: time and step.
        y: the state: a number or an array.
        args: passed on to ``f``: the parameters.

    >>> step(RK4, lambda t, y, rate: rate * y, 0.0, 1.0, 0.1, 1.0)  # e ** 0.1 = 1.10517...
    1.1051708333333332

    Raises:
        TypeError: if ``tableau`` is no table of an explicit method.
        ValueError: if ``f`` does not return the shape of ``y``.
    """
    ks = stages(tableau, f, t, y, h, args)
    return y + h * weighted(tableau.floats[1], ks)


def stages(
    tableau: Tableau,
    f: RightHandSide,
    t: Any,
    y: Any,
    h: Any,
    args: Any = None,
    k1: Any = None,
) -> list[Any]:
    """The slopes inside a step; ``k1`` may be known from the step before::

        k_i  =  f(t + c_i h,  y + h (a_i1 k_1 + ... + a_i,i-1 k_i-1))

    >>> stages(RK4, lambda t, y, rate: rate * y, 0.0, 1.0, 0.5, 1.0)
    [1.0, 1.25, 1.3125, 1.65625]
    """
    explicit(tableau)
    a, _, c = tableau.floats
    ks = [slope(f, t, y, args) if k1 is None else k1]
    for a_i, c_i in zip(a[1:], c[1:], strict=True):
        ks.append(slope(f, t + c_i * h, y + h * weighted(a_i, ks), args))
    return ks


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
    >>> ts[10], round(ys[10], 8)  # e = 2.71828183
    (1.0, 2.71827974)

    Raises:
        ValueError: if ``n_steps`` is not a positive whole number, or ``f`` does not return the
            shape of ``y0``.
    """
    y0, n_steps = start(y0), count(n_steps)
    h = (t1 - t0) / n_steps
    ts = t0 + h * jnp.arange(n_steps + 1)

    def advance(y: Any, t: Any) -> tuple[Any, Any]:
        y = step(tableau, f, t, y, h, args)
        return y, y

    _, ys = lax.scan(advance, y0, ts[:-1])
    return ts, jnp.concatenate([jnp.stack([y0]), ys])


# -- small print ----------------------------------------------------------------------------------


def explicit(tableau: Any) -> None:
    """A method whose stages follow from one another, checked."""
    if not isinstance(tableau, Tableau):
        raise TypeError(
            "a step of a given length needs the table of an explicit method, as ode.RK4, but got "
            f"{getattr(tableau, 'name', repr(tableau))}.\nFor stiff equations there is ode.solve("
            "..., tableau=ode.RODAS4), which chooses its steps."
        )


def count(n_steps: int) -> int:
    """A number of steps, checked."""
    if isinstance(n_steps, bool) or not hasattr(n_steps, "__index__") or n_steps < 1:
        raise ValueError(f"n_steps is a positive whole number of steps, but got {n_steps!r}")
    return operator.index(n_steps)


def start(y0: Any) -> Any:
    """The state to start from: as ``state``, and real: numbers of other kinds become floats."""
    y0 = state(y0)
    if all(type(x) is float or isinstance(x, Number) for x in components(y0)):
        return y0
    whole = Atoms(y0)
    return whole.rebuild([x if isinstance(x, Number) else float(x) for x in whole.atoms])


def state(y: Any) -> Any:
    """A state as the solvers hold it: a number, or an array."""
    if isinstance(y, dict):
        raise TypeError(
            f"a state is a number or an array, but got a dict with the keys {sorted(y)}.\n"
            "Stack its numbers: jnp.array([...]); the parameters (args) may be a dict."
        )
    return y if y is None else jnp.array(y)


def components(y: Any) -> list:
    """The numbers of a state, or, in a traced program, the columns of a long one."""
    return y.atoms() if isinstance(y, Array) else [y]


def slope(f: RightHandSide, t: Any, y: Any, args: Any) -> Any:
    """``f(t, y, args)``, which must have the shape of ``y``: a wrong one might broadcast."""
    y = state(y)
    k = state(f(t, y, args))
    came, wanted = getattr(k, "shape", ()), getattr(y, "shape", ())
    if came != wanted or k is None:
        came = "nothing; does it end in return?" if k is None else f"shape {came}"
        raise ValueError(
            f"f(t, y, args) must return one rate of change for each state: y has shape {wanted}, "
            f"but f returned {came}"
        )
    return k
