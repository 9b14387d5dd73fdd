"""Dense output: the state between the ends of a step."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .attempt import advance
from .fixed import RightHandSide, stages
from .tableau import DORMAND_PRINCE

# Weights of the seven stages of Dormand and Prince as polynomials in theta, the part of the step
# done: column j multiplies theta ** (j + 1). L. F. Shampine (1986), Mathematics of Computation
# 46:135-150. Order 4 inside the step, the method's own value and slope at both ends.
DORMAND_PRINCE_DENSE: tuple[tuple[Fraction, ...], ...] = tuple(
    tuple(Fraction(x) for x in row.split())
    for row in """
    1  -8048581381/2820520608      8663915743/2820520608      -12715105075/11282082432
    0   0                          0                           0
    0   131558114200/32700410799  -68118460800/10900136933     87487479700/32700410799
    0  -1754552775/470086768       14199869525/1410260304     -10690763975/1880347072
    0   127303824393/49829197408  -318862633887/49829197408    701980252875/199316789632
    0  -282668133/205662961        2019193451/616988883       -1453857185/822651844
    0   40617522/29380423         -110615467/29380423          69997945/29380423
    """.strip().splitlines()
)

_FLOATS = tuple(tuple(map(float, row)) for row in DORMAND_PRINCE_DENSE)


def interpolate(
    method: Any, f: RightHandSide, t: Any, y: Any, h: Any, theta: Any, args: Any = None
) -> Any:
    """The state at ``t + theta * h``, inside the step of length h from (t, y).

    For Dormand and Prince's method its own interpolant, which makes the solution smooth where
    steps meet. For the others the state is that of a shorter step, of the method's own order.

    >>> from mini_autodiff.ode import RK4
    >>> grow = lambda t, y, args: y
    >>> round(interpolate(RK4, grow, 0.0, 1.0, 0.1, 0.5), 6)  # e ** 0.05 = 1.051271
    1.051271
    """
    if method is not DORMAND_PRINCE:
        return advance(method, f, t, y, theta * h, args)
    rows = zip(_FLOATS, stages(method, f, t, y, h, args), strict=True)
    terms = [(theta * (a + theta * (b + theta * (c + theta * d)))) * k for (a, b, c, d), k in rows]
    return y + h * sum(terms[2:], start=terms[0])  # the second stage has no weight
