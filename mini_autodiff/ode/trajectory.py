"""Solve with steps that adapt to a tolerance, and differentiate the solution."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from .adaptive import Control, on_any, plain_times, read
from .attempt import Method
from .fixed import RightHandSide, start
from .path import Path
from .tableau import DORMAND_PRINCE


def solve(
    f: RightHandSide,
    y0: Any,
    ts: Sequence[float],
    args: Any = None,
    *,
    tableau: Method = DORMAND_PRINCE,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    steps: str = "frozen",
    first_step: float | None = None,
    max_steps: int = 100_000,
) -> Any:
    """The states at the times ``ts``, of which the first is that of ``y0``.

    A step is accepted if its error, estimated by the tableau's second row of weights, is at most
    ``atol + rtol * |y|`` (root mean square over the components). Between the ends of steps the
    states come from ``interpolate``.

    What is the derivative of such a program? The steps depend on the parameters, too. With
    ``steps="frozen"`` the derivative is that of the program with the steps held as they are; it is
    as accurate as the other, and much cheaper: the steps are compiled once, and run forwards and
    backwards. ``steps="differentiated"`` follows the controller as well: the derivative of the
    whole program, branches as taken. ``jit`` leaves a function that calls ``solve`` as it is.
    ``march`` shows the steps, the rejected ones, too.

    Args:
        f: the right-hand side, ``f(t, y, args) -> dy/dt``. Define it once, outside the loss: a
            function that is made anew at each call, and takes numbers along, is compiled anew.
        y0: the state at ``ts[0]``: an array of shape (d,), or a number.
        ts: times in rising order, or in falling order to run backwards; shape (n,).
        args: passed on to ``f``: the parameters.
        tableau: a method with an error estimate (``b_low``), or ``ode.RODAS4`` if f is stiff.
        rtol, atol: relative and absolute tolerance; atol in the units of y.
        steps: "frozen" or "differentiated".
        first_step: length of the first trial step; chosen from f if not given.
        max_steps: give up after so many trial steps.

    Returns:
        An array of shape (n, d), or (n,) if the state is a number.

    >>> ys = solve(lambda t, y, rate: rate * y, 1.0, [0.0, 0.5, 1.0], -1.0)
    >>> [round(y, 6) for y in ys]  # 1, exp(-0.5), exp(-1)
    [1.0, 0.606531, 0.367879]

    Raises:
        ValueError: if times or tolerances are not as said above.
        SolverError: if f is not finite, the step falls to zero, or max_steps are not enough.
    """
    times = _times(ts)
    if steps not in ("frozen", "differentiated"):
        raise ValueError(f'steps is "frozen" or "differentiated", got {steps!r}')
    control = Control(tableau, rtol, atol, first_step, max_steps)
    y0 = start(y0)
    if steps == "frozen":
        return Path(f, y0, times, args, control).states()
    grid = on_any(f, y0, times[0], times[-1], args, control, frozen=False)
    return read(f, args, grid, times, tableau)


def _times(ts: Any) -> list[float]:
    ts = plain_times(ts)
    if len(ts) < 2:
        raise ValueError(f"ts holds the time of y0 and at least one more; got {ts!r}")
    steps = [b - a for a, b in itertools.pairwise(ts)]
    if not (all(s > 0 for s in steps) or all(s < 0 for s in steps)):
        raise ValueError(
            f"ts must rise throughout, or fall throughout (backwards in time); got {ts!r:.200}"
        )
    return ts
