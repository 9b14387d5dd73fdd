"""Runge-Kutta with a step that adapts: as long as the tolerance allows, as short as it demands."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .. import lax
from .. import numpy as jnp
from ..array import Array, Atoms
from ..ops import Number
from .dense import interpolate
from .fixed import RightHandSide, stages, weighted
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


def solve(
    f: RightHandSide,
    y0: Any,
    ts: Sequence[float],
    args: Any = None,
    *,
    tableau: Tableau = DORMAND_PRINCE,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    steps: str = "frozen",
    first_step: float | None = None,
    max_steps: int = 100_000,
) -> Any:
    """The states at the times ``ts``, of which the first is that of ``y0``.

    A step is accepted if its error, estimated by the tableau's second row of weights, is at most
    ``atol + rtol * |y|`` (root mean square over the components). Between steps the states come
    from an interpolant of order 4 (cubic Hermite for other methods than Dormand and Prince's).

    What is the derivative of such a program? The steps depend on the parameters, too. With
    ``steps="frozen"`` the derivative is that of the program with the steps held as they are; it is
    as accurate as the other, and cheaper. ``steps="differentiated"`` follows the controller as
    well: the derivative of the whole program, branches as taken.

    Args:
        f: the right-hand side, ``f(t, y, args) -> dy/dt``.
        y0: the state at ``ts[0]``: an array of shape (d,), or a number.
        ts: times in rising order, or in falling order to run backwards; shape (n,).
        args: passed on to ``f``: the parameters.
        tableau: a method with an error estimate (``b_low``).
        rtol, atol: relative and absolute tolerance; atol in the units of y.
        first_step: length of the first trial step; chosen from f if not given.
        max_steps: give up after so many trial steps.

    Returns:
        An array of shape (n, d), or (n,) if the state is a number.

    >>> solve(lambda t, y, rate: rate * y, 1.0, [0.0, 0.5, 1.0], -1.0)  # 1, 0.60653, 0.36788
    Array([1.0, 0.6065306..., 0.3678794...])

    Raises:
        ValueError: if times or tolerances are not as said above.
        SolverError: if f is not finite, the step falls to zero, or max_steps are not enough.
    """
    ts = _times(ts)
    if steps not in ("frozen", "differentiated"):
        raise ValueError(f'steps is "frozen" or "differentiated", got {steps!r}')
    plain_y0, plain_args = lax.stop_gradient((y0, args))
    if steps == "differentiated":
        plain_y0, plain_args = y0, args
    grid = march(
        f, plain_y0, ts[0], ts[-1], plain_args,
        tableau=tableau, rtol=rtol, atol=atol, first_step=first_step, max_steps=max_steps,
    )  # fmt: skip
    if steps == "frozen" and _derived((y0, args)):
        grid = replay(f, y0, args, grid, tableau)
    return read(f, args, grid, ts, tableau)


def march(
    f: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    args: Any = None,
    *,
    tableau: Tableau = DORMAND_PRINCE,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    first_step: float | None = None,
    max_steps: int = 100_000,
    stop: Callable[[Any, Any, Any, Any], bool] | None = None,
) -> Grid:
    """Step from ``t0`` to ``t1``; the arguments of ``solve``, and its errors.

    With e the error of a step over its tolerance, the next step is longer by the factor::

        0.9  e ** (-0.7 / order)  e_before ** (0.4 / order)          between 1/5 and 10

    (a PI controller: K. Gustafsson, 1991, ACM Transactions on Mathematical Software 17:533-554).
    ``stop(t, y, t_new, y_new)`` may end the march after an accepted step.

    >>> len(march(lambda t, y, rate: rate * y, 1.0, 0.0, 1.0, -1.0).hs)
    10
    """
    if not tableau.b_low:
        raise ValueError(
            f"{tableau.name} has no error estimate, so its step cannot adapt.\n"
            "Use ode.DORMAND_PRINCE, ode.TSITOURAS or ode.BOGACKI_SHAMPINE, or ode.solve_fixed."
        )
    if not (rtol >= 0 and atol >= 0 and rtol + atol > 0):
        raise ValueError(f"tolerances are not negative, and one is positive; got {rtol=}, {atol=}")
    difference = tuple(float(a - b) for a, b in zip(tableau.b, tableau.b_low, strict=True))
    order, sign, span = tableau.order, math.copysign(1.0, t1 - t0), abs(t1 - t0)
    t, y, k1 = t0, _state(y0), _slope(f, t0, y0, args)
    h = jnp.minimum(first_step or _first_step(y, k1, rtol, atol, span), span)
    ts, hs, ys = [t], [], [y]
    before, rejected = 1.0, 0
    while (t1 - t) * sign > 0:
        if len(hs) + rejected >= max_steps:
            raise SolverError(
                f"{max_steps} steps brought the solution from t = {t0} to {float_of(t):.6g} of {t1}.\n"
                "Raise max_steps, loosen rtol and atol, or, if steps this short are a surprise, use "
                "a solver for stiff equations (ode.solve_stiff)."
            )
        if h < 1e-14 * max(abs(float_of(t)), span):
            raise SolverError(
                f"the step fell to {float_of(h):.1e} at t = {float_of(t):.6g}: the solution changes "
                "too fast there for the tolerance.\nDoes it run off to infinity, or jump? "
                "If it should not, check the parameters; else stop before, or loosen rtol and atol."
            )
        last = (t1 - t) * sign <= h * (1 + 1e-12)
        step = (t1 - t) if last else h * sign
        ks = stages(tableau, f, t, y, step, args, k1)
        new = y + step * weighted(tableau.floats[1], ks)
        error = _error_ratio(step * weighted(difference, ks), y, new, rtol, atol)
        if not math.isfinite(float_of(error)):
            rejected, h = rejected + 1, abs(step) / 5
            continue
        change = 0.9 * _power(error, -0.7 / order) * _power(before, 0.4 / order)
        if error > 1:
            rejected, h = rejected + 1, abs(step) * jnp.maximum(0.2, jnp.minimum(1.0, change))
            continue
        h, before = (
            abs(step) * jnp.maximum(0.2, jnp.minimum(10.0, change)),
            jnp.maximum(error, 1e-4),
        )
        old, t = t, (t1 if last else t + step)
        k1 = ks[-1] if tableau.fsal else _slope(f, t, new, args)
        ts.append(t), hs.append(step), ys.append(new)
        if stop and stop(old, y, t, new):
            break
        y = new
    return Grid(ts, hs, ys, rejected)


def replay(f: RightHandSide, y0: Any, args: Any, grid: Grid, tableau: Tableau) -> Grid:
    """The same steps again, with the numbers of a derivative: one scan over times and steps."""

    def advance(y: Any, th: Any) -> tuple[Any, Any]:
        t, h = th
        ks = stages(tableau, f, t, y, h, args)
        y = y + h * weighted(tableau.floats[1], ks)
        return y, y

    y0 = _state(y0)
    steps = (jnp.array(grid.ts[:-1]), jnp.array(grid.hs))
    _, ys = lax.scan(advance, y0, steps) if grid.hs else (y0, [])
    return Grid(grid.ts, grid.hs, [y0, *ys], grid.rejected)


def read(f: RightHandSide, args: Any, grid: Grid, ts: Sequence[float], tableau: Tableau) -> Array:
    """The states at times inside the grid, which need not be times of the grid."""
    sign = 1 if ts[-1] >= ts[0] else -1
    known = {float_of(t): y for t, y in zip(grid.ts, grid.ys, strict=True)}
    states, i = [], 0
    for t in ts:
        if t in known:
            states.append(known[t])
            continue
        while float_of(grid.ts[i + 1]) * sign < t * sign:
            i += 1
        t0, h, y = grid.ts[i], grid.hs[i], grid.ys[i]
        states.append(interpolate(tableau, f, t0, y, h, grid.ys[i + 1], (t - t0) / h, args))
    return jnp.stack(states)


# -- small print ----------------------------------------------------------------------------------


def float_of(x: Any) -> float:
    """The plain number inside a number of a derivative."""
    return lax.stop_gradient(x)


def _derived(x: Any) -> bool:
    return any(isinstance(a, Number) for a in Atoms(x).atoms)


def _state(y: Any) -> Any:
    return jnp.array(y) if isinstance(y, list | tuple) else y


def _times(ts: Any) -> list[float]:
    ts = [float(t) for t in ts]
    if len(ts) < 2 or not all(map(math.isfinite, ts)):
        raise ValueError(f"ts holds the time of y0 and at least one more, all finite; got {ts!r}")
    steps = [b - a for a, b in zip(ts, ts[1:], strict=False)]
    if not (all(s > 0 for s in steps) or all(s < 0 for s in steps)):
        raise ValueError(
            f"ts must rise throughout, or fall throughout (backwards in time); got {ts!r:.200}"
        )
    return ts


def _slope(f: RightHandSide, t: Any, y: Any, args: Any) -> Any:
    """f at the start of a step, with its two commonest mistakes named."""
    slope = f(t, y, args)
    want, came = getattr(y, "shape", ()), getattr(slope, "shape", None)
    if came is None:
        came = (len(slope),) if isinstance(slope, list | tuple) else ()
    if want != came:
        raise ValueError(
            f"f(t, y, args) must return as many rates of change as there are states: y has shape "
            f"{want}, f returned shape {came}"
        )
    slope = _state(slope)
    if not all(math.isfinite(float_of(a)) for a in Atoms(slope).atoms):
        raise SolverError(
            f"the right-hand side is not finite at t = {float_of(t)!r}, y = {lax.stop_gradient(y)!r}: "
            f"f = {lax.stop_gradient(slope)!r}.\nCheck the parameters and the start there."
        )
    return slope


def _error_ratio(error: Any, y: Any, new: Any, rtol: float, atol: float) -> Any:
    """Root mean square of error over tolerance; at most 1 for a good step."""
    rows = zip(Atoms(error).atoms, Atoms(y).atoms, Atoms(new).atoms, strict=True)
    ratios = [e / (atol + rtol * jnp.maximum(abs(a), abs(b))) for e, a, b in rows]
    square = sum((r * r for r in ratios[1:]), start=ratios[0] * ratios[0]) / len(ratios)
    return jnp.sqrt(square) if float_of(square) > 0 else float_of(square)  # no slope at zero


def _power(x: Any, exponent: float) -> Any:
    return jnp.maximum(x, 1e-10) ** exponent


def _first_step(y: Any, k1: Any, rtol: float, atol: float, span: float) -> Any:
    """A hundredth of the time in which y would change by itself, at its present speed.

    After E. Hairer, S. P. Norsett and G. Wanner, Solving Ordinary Differential Equations I, II.4.
    """
    states, slopes = Atoms(y).atoms, Atoms(k1).atoms
    scale = [atol + rtol * abs(a) for a in states]
    if not all(s > 0 for s in scale):  # a state of zero, and no absolute tolerance
        return min(1e-6, span)
    size, speed = (
        sum((a / s) ** 2 for a, s in zip(numbers, scale, strict=True))
        for numbers in (states, slopes)
    )
    return 0.01 * jnp.sqrt(size / speed) if size > 1e-10 and speed > 1e-10 else min(1e-6, span)
