"""Events: the first time at which a function of the state passes through zero.

The time t* of an event is given by an equation, event(t*, y(t*)) = 0, so its derivative comes from
that equation and not from the search for t*. One step of Newton's method, started at t* itself::

    t  -  event(t, y(t)) / (d event / dt along the solution)

does not move t*, but carries the first derivative by everything that event and y depend on. A
second such step makes it right to the third order: as for the zero itself, every step of Newton's
method doubles the number of correct terms.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from .. import lax
from ..array import Atoms, nested
from ..dual import jvp
from ..ops import Number, scalar
from ..tape import vjp
from .adaptive import Control, Grid, SolverError, on_any, plain_times, refuse_traced
from .attempt import Method, advance
from .fixed import RightHandSide, start
from .tableau import DORMAND_PRINCE

Function = Callable[[Any, Any, Any], Any]


class Event(NamedTuple):
    """When an event happened, and the state then."""

    t: Any
    y: Any


def solve_event(
    f: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    event: Function,
    args: Any = None,
    *,
    direction: int = 0,
    tableau: Method = DORMAND_PRINCE,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    max_steps: int = 100_000,
) -> Event:
    """The first time from ``t0`` to ``t1`` at which ``event(t, y, args)`` passes through zero.

    The solver steps until the sign has changed, and then looks for the zero by taking shorter
    steps from the beginning of the last one. An event that comes and goes within one step is not
    seen. One that is 0 at ``t0`` already has happened there, as in diffrax and SciPy, if
    ``direction`` allows the way in which it goes on; so start a little later to find the next one.
    Time and state can be differentiated, to any order, with the steps held as they are.

    Args:
        f, y0, args, tableau, rtol, atol, max_steps: as for ``solve``.
        t0, t1: plain numbers; ``t1 < t0`` runs backwards in time.
        event: ``event(t, y, args)``, a number; 0 at the event.
        direction: 1 for zeros passed upwards on the way from t0 to t1, -1 downwards, 0 for both.

    >>> fall = lambda t, y, g: [y[1], -g]  # height and speed
    >>> landed = solve_event(fall, [5.0, 0.0], 0.0, 9.0, lambda t, y, g: y[0], 10.0)
    >>> round(landed.t, 9), round(landed.y[1], 9)
    (1.0, -10.0)
    >>> from mini_autodiff import grad
    >>> def time(g):
    ...     return solve_event(fall, [5.0, 0.0], 0.0, 9.0, lambda t, y, g: y[0], g).t
    >>> round(grad(time)(10.0), 9), round(grad(grad(time))(10.0), 9)  # of sqrt(2 * 5 / g)
    (-0.05, 0.0075)

    Raises:
        SolverError: if there is no event, if it only touches zero and its time is to be
            differentiated, or as ``solve``.
        TypeError: if ``event`` does not return one real number.
        ValueError: as ``solve``, or if ``direction`` is not 1, -1 or 0.
    """
    if direction not in (-1, 0, 1):
        raise ValueError(f"direction is 1 (upwards), -1 (downwards) or 0 (both); got {direction!r}")
    control = Control(tableau, rtol, atol, None, max_steps)
    (t0, t1), y0 = plain_times([t0, t1]), start(y0)
    refuse_traced(Atoms((y0, args)).atoms)
    plain_y0, plain = lax.stop_gradient((y0, args))
    size = _plain_size(event, plain)
    _, at_start = _inside(tableau, f, event, t0, plain_y0, plain)
    if size(t0, y0) == 0 and _allowed(direction, at_start, t0, t1):
        state, value = _inside(tableau, f, event, t0, y0, args)
        t = _with_derivatives(value, at_start, t0, lambda: 0.0)
        return Event(t, state(t))

    def passed(before: float, after: float) -> bool:
        up, down = before < 0 <= after, before > 0 >= after
        return (up and direction >= 0) or (down and direction <= 0)

    def stop(t: float, y: Any, t_new: float, y_new: Any) -> bool:
        return passed(size(t, y), size(t_new, y_new))

    grid = on_any(f, y0, t0, t1, args, control, frozen=True, stop=stop)
    before, after = size(*grid.point(-2)), size(*grid.point(-1))
    if not passed(before, after):
        raise _no_event(t0, t1, size(t0, y0), after)
    (begin, y), h = grid.point(-2), grid.hs[-1]
    _, in_step = _inside(tableau, f, event, begin, lax.stop_gradient(y), plain)
    part = zero(lambda part: lax.stop_gradient(in_step(begin + part * h)), before, after)
    state, value = _inside(tableau, f, event, begin, y, args)

    def error() -> float:
        return _error(event, grid, plain, control) + ROUNDING * max(abs(before), abs(after))

    t = _with_derivatives(value, in_step, begin + part * h, error)
    return Event(t, state(t))


def newton(value: Callable[[Any], Any], t: Any) -> Any:
    """``t``, where ``value`` is 0, with the derivatives of the zero by all that ``value`` uses.

    >>> from mini_autodiff import grad
    >>> root = lambda a: newton(lambda t: t * t - a, 3.0)  # the root of 9
    >>> round(grad(root)(9.0), 9), round(grad(grad(root))(9.0), 9)  # 1 / (2 t), -1 / (4 t ** 3)
    (0.166666667, -0.009259259)
    """
    order = levels(value(t))
    for _ in range(order.bit_length()):  # right to order 1, 3, 7, ...
        now, speed = jvp(value, (t,), (1.0,))
        t = t - now / speed
    return t


def levels(x: Any) -> int:
    """How many derivatives, one inside the other, a number belongs to."""
    count = 0
    while isinstance(x, Number):
        x, count = getattr(x, "value", None), count + 1
    return count


def zero(g: Callable[[float], float], ga: float, gb: float) -> float:
    """Where ``g`` changes its sign between 0 and 1, with the values ``ga`` and ``gb`` there.

    The Illinois method: the secant of an interval that always holds the zero.

    >>> round(zero(lambda x: x * x - 0.25, -0.25, 0.75), 12)
    0.5
    """
    a, b = 0.0, 1.0
    for _ in range(100):
        if gb == 0:
            break
        c = b - gb * (b - a) / (gb - ga)
        gc = g(c)
        if abs(c - b) < 1e-15:
            break
        if (gc < 0) != (gb < 0):
            a, ga = b, gb
        else:
            ga /= 2  # pull the far end in, too
        b, gb = c, gc
    return b


# -- small print ----------------------------------------------------------------------------------


ROUNDING = 1e-14
"""Some fifty roundings, beside 1."""


def _with_derivatives(
    value: Callable[[Any], Any], plain: Callable[[Any], Any], t: float, error: Callable[[], float]
) -> Any:
    """The time of an event, refused if it is to be differentiated and has no sure derivative.

    An ``error`` of the event's function moves its zero by error / speed. Where that changes the
    speed as much as by a hundredth of itself, the solution all but touches zero, and one over the
    speed is a number that the solver's error makes.

    Args:
        value: the event's function of time, near ``t``.
        plain: the same of plain numbers.
        t: its zero.
        error: tells how far ``value`` may be off.
    """
    if levels(value(t)):
        speed, change = jvp(lambda t: jvp(plain, (t,), (1.0,))[1], (t,), (1.0,))
        if speed * speed <= 100.0 * abs(change) * error():
            raise SolverError(
                f"event only touches zero at t = {t:.6g}, or passes so flat that the solver's "
                f"error decides about the derivative of its time (it changes at a rate of "
                f"{speed:.3g}).\nChoose another threshold, or smaller rtol and atol."
            )
    return newton(value, t)


def _error(event: Function, grid: Grid, args: Any, control: Control) -> float:
    """How much the event's function may be off at the end of a solve.

    So much does it change where each number of the state is off by its tolerance: that of its
    largest size on the way, for an error of then may have stayed.
    """
    rtol, atol = control.tolerances
    columns = zip(*(Atoms(lax.stop_gradient(y)).atoms for y in grid.ys), strict=True)
    off = [atol + rtol * max(map(abs, column)) for column in columns]
    t, y = grid.point(-1)
    now = Atoms(lax.stop_gradient(y))
    _, pull = vjp(lambda atoms: 1.0 * event(t, now.rebuild(atoms), args), now.atoms)
    return sum(abs(slope) * x for slope, x in zip(*pull(1.0), off, strict=True))


def _inside(
    method: Method, f: RightHandSide, event: Function, t_left: float, y_left: Any, args: Any
) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """The state, and the event's function, at any time inside the step from (t_left, y_left)."""

    def state(t: Any) -> Any:
        return advance(method, f, t_left, y_left, t - t_left, args)

    return state, lambda t: event(t, state(t), args)


def _plain_size(event: Function, args: Any) -> Callable[[float, Any], float]:
    """The event's function as a plain number, which is checked."""

    def size(t: float, y: Any) -> float:
        y = lax.stop_gradient(y)
        value = lax.stop_gradient(event(t, y, args))
        if isinstance(value, bool) or not scalar(value):
            what = f"the truth {value}" if isinstance(value, bool) else nested(value)
            raise TypeError(
                f"event(t, y, args) must return one real number, but got {what}.\n"
                "Return what is 0 at the event, as y[0] - 0.5 in place of y[0] > 0.5."
            )
        if value != value:
            raise SolverError(f"event is not a number at t = {t:.6g}, y = {y!r}")
        return value

    return size


def _allowed(direction: int, value: Callable[[Any], Any], t0: float, t1: float) -> bool:
    """Whether an event that is 0 at ``t0`` goes on from there in the direction asked for."""
    if direction == 0:
        return True
    _, speed = jvp(value, (t0,), (1.0,))
    return direction * speed * math.copysign(1.0, t1 - t0) > 0


def _no_event(t0: float, t1: float, first: float, last: float) -> SolverError:
    return SolverError(
        f"event did not pass through zero between t = {t0} and {t1}: it was {first:.6g} at the "
        f"start and is {last:.6g} at the end.\nLook at it along the solution, or allow more time."
    )
