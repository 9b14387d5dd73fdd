"""Steps that adapt: as long as the tolerance allows, as short as it demands.

A trial step comes with an estimate of its error (``attempt``). If that is within the tolerance,
the solver goes on from its end; if not, it tries again with a shorter step. Either way the error
says how long the next step may be (``change``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .. import lax
from .. import numpy as jnp
from ..array import Array
from ..compiler.trace import Traced, Unprovable
from ..ops import Number
from .attempt import Method, attempt, error_square
from .dense import interpolate
from .fixed import RightHandSide, components, slope, start
from .tableau import DORMAND_PRINCE, Tableau

TINY = 1e-300  # a tolerance of nothing at all would make 0 / 0 of a state that stays at 0

Trial = Callable[[Any, Any, Any, Any], tuple[Any, Any, Any]]
"""A trial step ``(t, h, y, k1)``: new state, slope there, squared error over the tolerance."""

Stop = Callable[[Any, Any, Any, Any], bool]
"""Whether to end after the good step from ``(t, y)`` to ``(t_new, y_new)``."""


class SolverError(ArithmeticError):
    """The solver could not go on; the message says where, why, and what to try."""


class Attempt(NamedTuple):
    """A trial step, taken or not.

    Attributes:
        t: where it begins.
        h: its length, negative if time runs backwards.
        error: the estimate of its error over the tolerance, which may be 1 at most; ``nan`` where
            the right-hand side was not finite.
        accepted: whether the solver went on from its end.
    """

    t: float
    h: float
    error: float
    accepted: bool


@dataclass(frozen=True)
class Grid:
    """The steps that an adaptive solve took, and those that it tried.

    Attributes:
        ts: the beginning of each step, and after the last one its end.
        hs: the length of each step, negative if time runs backwards.
        ys: the state at each of ``ts``.
        trials: every trial step in turn, as the solver kept it: where it begins, its length, the
            *square* of its error over the tolerance, and whether it was accepted.
    """

    ts: list[Any]
    hs: list[Any]
    ys: list[Any]
    trials: list[tuple[Any, Any, Any, bool]]

    @property
    def attempts(self) -> list[Attempt]:
        """Every trial step in turn, the rejected ones, too."""
        return [Attempt(_plain(t), _plain(h), _plain(e) ** 0.5, ok) for t, h, e, ok in self.trials]

    @property
    def rejected(self) -> int:
        """How many trial steps were too long, and taken again."""
        return len(self.trials) - len(self.hs)

    def point(self, i: int) -> tuple[Any, Any]:
        """A time and the state then; the first one before it, too."""
        i = max(i, -len(self.ts))
        return self.ts[i], self.ys[i]


@dataclass(frozen=True)
class Control:
    """What decides how long a step may be; the fields are those arguments of ``solve``.

    Raises:
        TypeError: if ``tableau`` is no method.
        ValueError: if the method has no estimate of its error, or a number is out of range.
    """

    tableau: Method = DORMAND_PRINCE
    rtol: float = 1e-6
    atol: float = 1e-9
    first_step: float | None = None
    max_steps: int = 100_000

    def __post_init__(self) -> None:
        if not isinstance(self.tableau, Method):
            raise TypeError(f"tableau is a method, as ode.DORMAND_PRINCE, but got {self.tableau!r}")
        if isinstance(self.tableau, Tableau) and not self.tableau.b_low:
            raise ValueError(
                f"{self.tableau.name} has no error estimate, so its step cannot adapt.\n"
                "Use ode.DORMAND_PRINCE, ode.TSITOURAS or ode.BOGACKI_SHAMPINE, or ode.solve_fixed."
            )
        if not (self.rtol >= 0 and self.atol >= 0 and 0 < self.rtol + self.atol < math.inf):
            raise ValueError(
                "tolerances are finite and not negative, and one is positive; got "
                f"rtol={self.rtol}, atol={self.atol}"
            )
        if self.first_step is not None and not 0 < self.first_step < math.inf:
            raise ValueError(
                f"first_step is a length of time, positive in either direction; got "
                f"{self.first_step}.\nLeave it out, and it is chosen from f."
            )

    @property
    def tolerances(self) -> tuple[float, float]:
        """rtol, and atol, which may not be nothing at all."""
        return self.rtol, max(self.atol, TINY)


def march(
    f: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    args: Any = None,
    *,
    tableau: Method = DORMAND_PRINCE,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    first_step: float | None = None,
    max_steps: int = 100_000,
) -> Grid:
    """Step from ``t0`` to ``t1`` as ``solve`` does, and return the steps themselves.

    Here the solver can be watched at its work: which steps it tried, how large their errors were,
    and which it rejected. Under ``grad`` the steps are differentiated, too.

    Args:
        f, y0, args, tableau, rtol, atol, first_step, max_steps: as for ``solve``.
        t0, t1: plain numbers; if they are equal there is no step to take.

    >>> grid = march(lambda t, y, rate: rate * y, 1.0, 0.0, 1.0, -1.0, first_step=1.0)
    >>> for t, h, error, accepted in grid.attempts[:3]:
    ...     print(f"{t:.3f} {h:.3f} {error:8.2f} {accepted}")
    0.000 1.000  1173.83 False
    0.000 0.271     1.30 False
    0.000 0.233     0.61 True
    >>> len(grid.hs), grid.rejected
    (5, 2)

    Raises:
        ValueError, TypeError, SolverError: as ``solve``.
    """
    control = Control(tableau, rtol, atol, first_step, max_steps)
    t0, t1 = plain_times([t0, t1])
    return on_any(f, start(y0), t0, t1, args, control, frozen=False)


def on_any(
    f: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    args: Any,
    control: Control,
    *,
    frozen: bool,
    stop: Stop | None = None,
) -> Grid:
    """The steps of a solve on whatever numbers it gets, also those of a derivative.

    With ``frozen``, the error estimates, and so the lengths of the steps, are plain numbers: no
    derivative passes through them.
    """
    hold: Callable[[tuple], tuple] = lax.stop_gradient if frozen else lambda x: x

    def trial(t: Any, h: Any, y: Any, k1: Any) -> tuple[Any, Any, Any]:
        new, error, k_new = attempt(control.tableau, f, t, y, h, args, k1)
        error, y, known = hold((error, y, new))
        return new, k_new, error_square(error, y, known, *control.tolerances)

    k1 = first_slope(f, t0, y0, args)
    h = first_step(hold((y0, k1)), control)
    return walk(trial, t0, t1, y0, k1, h, control, stop)


def walk(
    trial: Trial,
    t0: float,
    t1: float,
    y0: Any,
    k1: Any,
    h: Any,
    control: Control,
    stop: Stop | None = None,
) -> Grid:
    """Trial step after trial step, of which the first has the length ``h``."""
    sign, order = math.copysign(1.0, t1 - t0), control.tableau.order
    t, y, h = t0, y0, min(h, abs(t1 - t0))
    grid = Grid([t], [], [y], [])
    before, most, problem = 1.0, 10.0, None  # type: Any, float, Exception | None
    while (left := (t1 - t) * sign) > 0:
        if len(grid.trials) >= control.max_steps:
            raise _too_many(control.max_steps, t0, t)
        if h <= 1e-14 * abs(t):  # t + h would be t, but for the last digits
            raise _step_to_zero(t, y, h, grid.attempts) from problem
        last = left <= h * (1 + 1e-12)
        step = t1 - t if last else h * sign
        try:
            y_new, k_new, error = trial(t, step, y, k1)
            problem = None
        except (ArithmeticError, ValueError) as why:  # outside the domain of an operation
            error, problem = math.nan, why
        accepted = bool(error <= 1)
        grid.trials.append((t, step, error, accepted))
        h = abs(step) * (change(error, before, most, order) if error < math.inf else 0.2)
        most = 10.0 if accepted else 1.0
        if accepted:
            t_new, before = (t1 if last else t + step), max(error, 1e-8)
            grid.ts.append(t_new)
            grid.hs.append(step)
            grid.ys.append(y_new)
            if stop and stop(t, y, t_new, y_new):
                break
            t, y, k1 = t_new, y_new, k_new
    return grid


def change(error: Any, before: Any, most: float, order: int) -> Any:
    """By how much the next step may be longer. With e the error over the tolerance::

        0.9  e ** (-0.85 / order)  e_before ** (0.2 / order)         between 1/5 and ``most``

    It looks at the error and at how it changes (PI control, with the constants of E. Hairer,
    S. P. Norsett and G. Wanner, *Solving Ordinary Differential Equations II*, IV.2). ``error`` and
    ``before`` are squares, so the powers are halved.

    >>> change(1.0, 1.0, 10.0, 5), change(0.0, 1.0, 10.0, 5)
    (0.9, 10.0)
    """
    factor = 0.9 * max(error, 1e-20) ** (-0.425 / order) * before ** (0.1 / order)
    return most if factor > most else factor if factor > 0.2 else 0.2


def locate(grid: Grid, ts: Sequence[float]) -> list[tuple[int, Any]]:
    """For each time the step that holds it, and the part of the step done by then."""
    knots = [_plain(t) for t in grid.ts]
    sign, i, found = math.copysign(1.0, ts[-1] - ts[0]), 0, []
    for t in ts:
        while i < len(grid.hs) and (t - knots[i + 1]) * sign >= 0:
            i += 1
        found.append((i, 0.0 if t == knots[i] else (t - grid.ts[i]) / grid.hs[i]))
    return found


def read(f: RightHandSide, args: Any, grid: Grid, ts: Sequence[float], tableau: Method) -> Array:
    """The states at times inside the grid, which need not be times of the grid."""
    states = []
    for i, theta in locate(grid, ts):
        y = grid.ys[i]
        if i < len(grid.hs) and not (isinstance(theta, float) and theta == 0.0):
            y = interpolate(tableau, f, grid.ts[i], y, grid.hs[i], theta, args)
        states.append(y)
    return jnp.stack(states)


# -- small print ----------------------------------------------------------------------------------


def plain_times(ts: Sequence[float]) -> list[float]:
    """Times as floats, which they must be already."""
    if any(isinstance(t, Number) for t in ts):
        raise TypeError(
            "times must be plain numbers: an adaptive solve has no derivative by its times.\n"
            "By the time t of a state y, the derivative is f(t, y, args)."
        )
    plain = [float(t) for t in ts]
    if not all(map(math.isfinite, plain)):
        raise ValueError(f"times must be finite; got {plain!r:.200}")
    return plain


def first_slope(f: RightHandSide, t: float, y: Any, args: Any) -> Any:
    """f at the start, where its commonest mistakes show: a wrong length, a number out of range."""
    if getattr(y, "size", 1) == 0:
        raise ValueError("the state is empty: y0 holds no number")
    k = slope(f, t, y, args)
    numbers = components(k)
    refuse_traced([*components(y), *numbers])
    if not all(abs(_plain(a)) < math.inf for a in numbers):
        raise SolverError(
            f"the right-hand side is not finite at t = {_text(t)}, y = {lax.stop_gradient(y)!r}: "
            f"f = {lax.stop_gradient(k)!r}.\nCheck the parameters and the state there."
        )
    return k


def refuse_traced(numbers: list) -> None:
    """``Unprovable`` if a number stands for a value that is not known yet."""
    for x in numbers:
        while isinstance(x, Number) and not isinstance(x, Traced):
            x = x.value  # type: ignore[attr-defined]
        if isinstance(x, Traced):
            raise Unprovable(
                "how many steps an adaptive solve takes depends on its numbers, so it has no place "
                "in a program that is printed; there use ode.solve_fixed"
            )


def _plain(x: Any) -> Any:
    return x if isinstance(x, float) else lax.stop_gradient(x)


def _text(x: Any) -> str:
    return f"{_plain(x):.6g}"


def _too_many(max_steps: int, t0: float, t: Any) -> SolverError:
    return SolverError(
        f"{max_steps} steps brought the solution only from t = {t0} to {_text(t)}.\n"
        "Raise max_steps, loosen rtol and atol, or, if steps this short are a surprise, use a "
        "method for stiff equations: tableau=ode.RODAS4."
    )


def _step_to_zero(t: Any, y: Any, h: Any, attempts: list[Attempt]) -> SolverError:
    why = (
        "the solution changes too fast there for the tolerance.\nDoes it run off to infinity, or "
        "jump? If it should not, check the parameters; else stop before, or loosen rtol and atol "
        "(atol = 0 forbids any error where a state is 0)."
        if not attempts or attempts[-1].error < math.inf
        else "the right-hand side is not finite just beyond.\nDoes the solution run off to "
        "infinity, or leave the domain of f? Check the parameters, or stop before."
    )
    return SolverError(
        f"the step fell to {_plain(h):.1e} at t = {_text(t)}, "
        f"y = {components(lax.stop_gradient(y))}: {why}"
    )


def first_step(start: tuple, control: Control) -> Any:
    """As asked for; or a hundredth of the time in which y0 would change by itself at k1.

    After Hairer, Norsett and Wanner, *Solving Ordinary Differential Equations I*, II.4.
    """
    if control.first_step:
        return control.first_step
    rtol, atol = control.rtol, control.atol
    states, slopes = map(components, start)
    scale = [atol + rtol * abs(y) or 1.0 for y in states]
    size = sum((y / s) ** 2 for y, s in zip(states, scale, strict=True))
    speed = sum((k / s) ** 2 for k, s in zip(slopes, scale, strict=True))
    return 0.01 * jnp.sqrt(size / speed) if size > 1e-10 and speed > 1e-10 else 1e-6
