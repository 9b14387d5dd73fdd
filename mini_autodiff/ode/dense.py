"""Dense output: the state between the ends of a step, at the price of no, or few, new slopes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .fixed import RightHandSide, stages
from .tableau import DORMAND_PRINCE, Tableau

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
    tableau: Tableau, f: RightHandSide, t: Any, y: Any, h: Any, y1: Any, theta: Any, args: Any
) -> Any:
    """The state at ``t + theta * h``, inside the step from (t, y) to (t + h, y1).

    For Dormand and Prince's method its own interpolant of order 4; for others the cubic that has
    the states and slopes of both ends (Hermite; order 3).

    >>> from mini_autodiff.ode import RK4, step
    >>> grow = lambda t, y, args: y
    >>> y1 = step(RK4, grow, 0.0, 1.0, 0.1)
    >>> round(interpolate(RK4, grow, 0.0, 1.0, 0.1, y1, 0.5, None), 6)  # e ** 0.05 = 1.051271
    1.051271
    """
    if tableau is DORMAND_PRINCE:
        ks = stages(tableau, f, t, y, h, args)
        rows = zip(_FLOATS, ks, strict=True)
        terms = [
            (theta * (a + theta * (b + theta * (c + theta * d)))) * k for (a, b, c, d), k in rows
        ]
        return y + h * sum(terms[2:], start=terms[0])  # the second stage has no weight
    left, right = f(t, y, args), f(t + h, y1, args)
    rest = 1 - theta
    ends = rest * rest * (1 + 2 * theta) * y + theta * theta * (3 - 2 * theta) * y1
    return ends + h * theta * rest * (rest * left - theta * right)
