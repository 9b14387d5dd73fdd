"""Steps that adapt: as long as the tolerance allows, as short as it demands."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .. import lax
from .. import numpy as jnp
from ..array import Array, Atoms
from .attempt import advance, attempt, error_square
from .dense import interpolate
from .fixed import RightHandSide, slope, state
from .stiff import Rosenbrock
from .tableau import DORMAND_PRINCE, Tableau


class SolverError(ArithmeticError):
    """The solver could not go on; the message says where, why, and what to try."""


@dataclass(frozen=True)
class Grid:
    """The steps that an adaptive solve took.

    Attributes:
        ts: the beginning of each step, and after the last one its end.
        hs: the length of each step, negative if time runs backwards.
        ys: the state at each of ``ts``.
        rejected: how many trial steps were too long, and taken again.
    """

    ts: list[Any]
    hs: list[Any]
    ys: list[Any]
    rejected: int


def march(
    f: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    args: Any = None,
    *,
    tableau: Tableau | Rosenbrock = DORMAND_PRINCE,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    first_step: float | None = None,
    max_steps: int = 100_000,
    stop: Callable[[Any, Any, Any, Any], bool] | None = None,
    trial: Callable[[Any, Any, Any, Any], tuple] | None = None,
    frozen: bool = False,
) -> Grid:
    """Step from ``t0`` to ``t1``; the arguments of ``solve``, and its errors.

    With e the error of a step over its tolerance, the next step is longer by the factor::

        0.9  e ** (-0.85 / order)  e_before ** (0.2 / order)         between 1/5 and 10

    which looks at the error and at how it changes (PI control, with the constants of E. Hairer,
    S. P. Norsett and G. Wanner, *Solving Ordinary Differential Equations II*, IV.2).
    ``stop(t, y, t_new, y_new)`` may end the march after an accepted step.
    ``trial(t, h, y, k1)`` replaces a trial step in Python by a compiled one. With ``frozen``, the
    grid holds plain numbers even if ``f`` uses a number of a derivative from outside.

    >>> len(march(lambda t, y, rate: rate * y, 1.0, 0.0, 1.0, -1.0).hs)
    7
    """
    _check(tableau, rtol, atol)
    sign, span, order = math.copysign(1.0, t1 - t0), abs(t1 - t0), tableau.order
    t, y = t0, state(y0)
    k1 = first_slope(f, t, y, args)
    k1 = lax.stop_gradient(k1) if frozen else k1
    atoms = Atoms(y).atoms, Atoms(k1).atoms
    h = min(first_step or _first_step(*atoms, rtol, atol, span), span)
    if trial is None:

        def trial(t: Any, h: Any, y: Any, k1: Any) -> tuple:
            new, error, k_end = attempt(tableau, f, t, y, h, args, k1)
            out = new, k_end, error_square(error, y, new, rtol, atol)
            return lax.stop_gradient(out) if frozen else out
    else:
        y, k1 = atoms

    ts: list[Any] = [t]
    hs: list[Any] = []
    ys: list[Any] = [y]
    of_error, of_before = -0.425 / order, 0.1 / order  # halved: the error comes squared
    before, grow, rejected = 1.0, 10.0, 0
    finite, problem = True, None  # type: bool, Exception | None
    while (t1 - t) * sign > 0:
        if len(hs) + rejected >= max_steps:
            raise _too_many(max_steps, t0, t)
        if h <= 1e-14 * abs(t):  # t + h would be t, but for the last digits
            raise _step_to_zero(t, y, h, finite) from problem
        last = (t1 - t) * sign <= h * (1 + 1e-12)
        step = t1 - t if last else h * sign
        try:
            new, k_end, error = trial(t, step, y, k1)
            problem = None
        except (ArithmeticError, ValueError) as why:  # outside the domain of an operation
            error, problem = math.nan, why
        finite = bool(error < math.inf)
        if not finite:
            h, grow, rejected = abs(step) / 5, 1.0, rejected + 1
            continue
        change = 0.9 * max(error, 1e-20) ** of_error * before**of_before
        h = abs(step) * max(0.2, min(grow, change))
        if error > 1:
            grow, rejected = 1.0, rejected + 1
            continue
        t_old, y_old = t, y
        t, y, k1 = (t1 if last else t + step), new, k_end
        before, grow = max(error, 1e-8), 10.0
        ts.append(t)
        hs.append(step)
        ys.append(y)
        if stop and stop(t_old, y_old, t, y):
            break
    return Grid(ts, hs, ys, rejected)


def replay(f: RightHandSide, y0: Any, args: Any, grid: Grid, tableau: Tableau | Rosenbrock) -> Grid:
    """The same steps again, with the numbers of a derivative: one scan over times and steps."""

    def again(y: Any, step: Any) -> tuple[Any, Any]:
        t, h = step
        y = advance(tableau, f, t, y, h, args)
        return y, y

    y0 = state(y0)
    steps = (jnp.array(grid.ts[:-1]), jnp.array(grid.hs))
    _, ys = lax.scan(again, y0, steps) if grid.hs else (y0, [])
    return Grid(grid.ts, grid.hs, [y0, *ys], grid.rejected)


def locate(grid: Grid, ts: Sequence[float]) -> list[tuple[int, Any]]:
    """For each time the step that holds it, and the part of the step done by then."""
    knots = [t if isinstance(t, float) else lax.stop_gradient(t) for t in grid.ts]
    sign, i, found = math.copysign(1.0, ts[-1] - ts[0]), 0, []
    for t in ts:
        while i < len(grid.hs) and (t - knots[i + 1]) * sign >= 0:
            i += 1
        found.append((i, 0.0 if t == knots[i] else (t - grid.ts[i]) / grid.hs[i]))
    return found


def read(
    f: RightHandSide, args: Any, grid: Grid, ts: Sequence[float], tableau: Tableau | Rosenbrock
) -> Array:
    """The states at times inside the grid, which need not be times of the grid."""
    states = []
    for i, theta in locate(grid, ts):
        y = grid.ys[i]
        if i < len(grid.hs) and not (isinstance(theta, float) and theta == 0.0):
            y = interpolate(tableau, f, grid.ts[i], y, grid.hs[i], theta, args)
        states.append(y)
    return jnp.stack(states)


# -- small print ----------------------------------------------------------------------------------


def _check(tableau: Tableau | Rosenbrock, rtol: float, atol: float) -> None:
    if isinstance(tableau, Tableau) and not tableau.b_low:
        raise ValueError(
            f"{tableau.name} has no error estimate, so its step cannot adapt.\n"
            "Use ode.DORMAND_PRINCE, ode.TSITOURAS or ode.BOGACKI_SHAMPINE, or ode.solve_fixed."
        )
    if not (rtol >= 0 and atol >= 0 and rtol + atol > 0):
        raise ValueError(f"tolerances are not negative, and one is positive; got {rtol=}, {atol=}")


def _text(x: Any) -> str:
    return f"{lax.stop_gradient(x):.6g}"


def first_slope(f: RightHandSide, t: float, y: Any, args: Any) -> Any:
    """f at the start, where its commonest mistakes show: a wrong length, a number out of range."""
    if getattr(y, "size", 1) == 0:
        raise ValueError("the state is empty: y0 holds no number")
    k = slope(f, t, y, args)
    if not all(abs(lax.stop_gradient(a)) < math.inf for a in Atoms(k).atoms):
        raise _not_finite(t, y, k)
    return k


def _not_finite(t: Any, y: Any, k: Any) -> SolverError:
    return SolverError(
        f"the right-hand side is not finite at t = {_text(t)}, y = {lax.stop_gradient(y)!r}: "
        f"f = {lax.stop_gradient(k)!r}.\nCheck the parameters and the state there."
    )


def _too_many(max_steps: int, t0: Any, t: Any) -> SolverError:
    return SolverError(
        f"{max_steps} steps brought the solution only from t = {t0} to {_text(t)}.\n"
        "Raise max_steps, loosen rtol and atol, or, if steps this short are a surprise, use a "
        "method for stiff equations: tableau=ode.RODAS4."
    )


def _step_to_zero(t: Any, y: Any, h: Any, finite: bool) -> SolverError:
    why = (
        "the solution changes too fast there for the tolerance.\nDoes it run off to infinity, or "
        "jump? If it should not, check the parameters; else stop before, or loosen rtol and atol "
        "(atol = 0 forbids any error where a state is 0)."
        if finite
        else "the right-hand side is not finite just beyond.\nDoes the solution run off to "
        "infinity, or leave the domain of f? Check the parameters, or stop before."
    )
    return SolverError(
        f"the step fell to {lax.stop_gradient(h):.1e} at t = {_text(t)}, "
        f"y = {Atoms(lax.stop_gradient(y)).atoms}: {why}"
    )


def _first_step(states: list, slopes: list, rtol: float, atol: float, span: float) -> Any:
    """A hundredth of the time in which y would change by itself.

    After Hairer, Norsett and Wanner, *Solving Ordinary Differential Equations I*, II.4.
    """
    scale = [atol + rtol * abs(a) or 1.0 for a in states]
    size = sum((a / s) ** 2 for a, s in zip(states, scale, strict=True))
    speed = sum((a / s) ** 2 for a, s in zip(slopes, scale, strict=True))
    return 0.01 * jnp.sqrt(size / speed) if size > 1e-10 and speed > 1e-10 else min(1e-6, span)
