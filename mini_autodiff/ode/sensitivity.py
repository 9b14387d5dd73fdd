"""Forward sensitivities: how the solution moves with each parameter, as an equation of its own.

Differentiate dy/dt = f(t, y, theta) by theta_j. For s_j = dy/dtheta_j it says::

    ds_j/dt  =  (df/dy) s_j  +  df/dtheta_j

which is one ``jvp`` of f, along (s_j, e_j). State and sensitivities together are one larger
equation, to be solved by any method. With a Runge-Kutta method and fixed steps the result equals
the derivative of the program that solves for y: the two operations commute.
"""

from __future__ import annotations

from typing import Any

from .. import numpy as jnp
from ..array import Atoms, basis
from ..dual import jvp
from .fixed import RightHandSide, slope, solve_fixed, state
from .tableau import RK4, Tableau


def sensitivity_equations(f: RightHandSide) -> RightHandSide:
    """The right-hand side for the rows y, s_1, ..., s_m, of which ``sensitivity_start`` begins.

    >>> grow = lambda t, y, rate: rate * y
    >>> rows = sensitivity_equations(grow)(0.0, jnp.array([2.0, 0.5]), 3.0)
    >>> rows  # rate * y, and rate * s + y
    Array([6.0, 3.5])
    """

    def rates(t: Any, rows: Any, args: Any) -> Any:
        y, *sensitivities = rows
        parameters = Atoms(args)
        units = map(parameters.rebuild, basis(len(parameters.atoms)))
        changes = [
            jvp(lambda y, args: slope(f, t, y, args), (y, args), (s, unit))[1]
            for s, unit in zip(sensitivities, units, strict=True)
        ]
        return jnp.stack([slope(f, t, y, args), *changes])

    return rates


def sensitivity_start(y0: Any, args: Any) -> Any:
    """The first rows: y0, and zeros, as the start does not depend on the parameters."""
    y0 = state(y0)
    return jnp.stack([y0] + [0.0 * y0] * len(Atoms(args).atoms))


def solve_sensitivities(
    f: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    n_steps: int,
    args: Any,
    tableau: Tableau = RK4,
) -> tuple[Any, Any, Any]:
    """Solve for the states and their derivatives by every number of ``args``, in equal steps.

    For steps that adapt: ``solve(sensitivity_equations(f), sensitivity_start(y0, args), ...)``.

    Args: as ``solve_fixed``; ``args`` is a tree of floats.

    Returns:
        times of shape (n_steps + 1,), states of shape (n_steps + 1, d), and a tree like ``args``
        with an array like the states in the place of each number.

    >>> ts, ys, s = solve_sensitivities(
    ...     lambda t, y, p: p["rate"] * y, 1.0, 0.0, 1.0, 10, {"rate": 1.0}
    ... )
    >>> round(ys[-1], 5), round(s["rate"][-1], 5)  # both e = 2.71828
    (2.71828, 2.71827)
    """
    rates = sensitivity_equations(f)
    ts, rows = solve_fixed(rates, sensitivity_start(y0, args), t0, t1, n_steps, args, tableau)
    columns = [rows[:, j] for j in range(1 + len(Atoms(args).atoms))]
    return ts, columns[0], Atoms(args).rebuild(columns[1:])
