"""Events: the first time at which a function of the state passes through zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .. import lax
from ..array import Atoms
from ..dual import jvp
from ..ops import Number
from .adaptive import SolverError, march, replay
from .attempt import Method, advance
from .fixed import RightHandSide, slope, state
from .tableau import DORMAND_PRINCE


class Event(NamedTuple):
    """When an event happened, and the state then."""

    t: Any
    y: Any


def solve_event(
    f: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    event: Callable[[Any, Any, Any], Any],
    args: Any = None,
    *,
    direction: int = 0,
    tableau: Method = DORMAND_PRINCE,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    max_steps: int = 100_000,
) -> Event:
    """The first time between ``t0`` and ``t1`` at which ``event(t, y, args)`` passes through zero.

    The solver steps until the sign has changed, and then looks for the zero by taking shorter
    steps from the beginning of the last one. An event that comes and goes within one step is not
    seen. Time and state can be differentiated (once): the steps are held as they are, and a Newton
    step carries the derivative::

        dt*  =  - d event / (d event / dt along the solution)

    Args:
        f, y0, args, tableau, rtol, atol, max_steps: as for ``solve``.
        event: ``event(t, y, args)``, a number; 0 at the event.
        direction: 1 for zeros passed upwards, -1 downwards, 0 for both.

    >>> fall = lambda t, y, g: [y[1], -g]  # height and speed
    >>> landed = solve_event(fall, [5.0, 0.0], 0.0, 9.0, lambda t, y, g: y[0], 10.0)
    >>> round(landed.t, 9), round(landed.y[1], 9)
    (1.0, -10.0)

    Raises:
        SolverError: if there is no event, if it only touches zero, or as ``solve``.
    """
    y0 = state(y0)
    plain_y0, plain = lax.stop_gradient((y0, args))

    def size(t: Any, y: Any) -> float:
        return lax.stop_gradient(event(t, y, plain))

    def passed(before: float, after: float) -> bool:
        up, down = before < 0 <= after, before > 0 >= after
        return (up and direction >= 0) or (down and direction <= 0)

    grid = march(
        f, plain_y0, t0, t1, plain,
        tableau=tableau, rtol=rtol, atol=atol, max_steps=max_steps, frozen=True,
        stop=lambda t, y, t_new, y_new: passed(size(t, y), size(t_new, y_new)),
    )  # fmt: skip
    start, h = grid.ts[-2], grid.hs[-1]
    before, after = size(start, grid.ys[-2]), size(grid.ts[-1], grid.ys[-1])
    if not passed(before, after):
        raise SolverError(
            f"event did not pass through zero between t = {t0} and {t1}: it was "
            f"{size(t0, plain_y0):.6g} at the start and is {after:.6g} at "
            "the end.\nLook at it along the solution, or allow more time."
        )

    def inside(theta: float) -> float:
        y = advance(tableau, f, start, grid.ys[-2], theta * h, plain)
        return size(start + theta * h, y)

    part = zero(inside, before, after)
    t = start + part * h
    y = grid.ys[-2]
    if any(isinstance(x, Number) for x in Atoms((y0, args, f(t0, y0, args))).atoms):
        y = replay(f, y0, args, grid, tableau).ys[-2]
    y = advance(tableau, f, start, y, part * h, args)
    k = slope(f, t, y, args)
    plain_y, plain_k = lax.stop_gradient((y, k))
    _, speed = jvp(lambda t, y: event(t, y, plain), (t, plain_y), (1.0, plain_k))
    speed = lax.stop_gradient(speed)
    if speed == 0:
        raise SolverError(f"event only touches zero at t = {t:.6g}: its time has no derivative")
    late = event(t, y, args) / speed
    return Event(t - late, y - late * k)


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
