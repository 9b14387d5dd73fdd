"""A method for stiff equations, whose Jacobian comes from the engine.

An equation is stiff where some rates are far faster than the solution itself changes. An explicit
method must then take steps as short as the fastest rate demands, to stay stable; this one need not.
Each stage solves a *linear* system with the matrix 1/gamma - h J, where J = df/dy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import numpy as jnp
from ..array import Array
from ..dual import jacfwd, jvp
from .fixed import RightHandSide, slope


@dataclass(frozen=True)
class Rosenbrock:
    """A linearly implicit Runge-Kutta method, in the form that needs no matrix product::

        (1/gamma - h J) u_i  =  h f(t + c_i h, y + a_i1 u_1 + ...)
                                + g_i1 u_1 + ... + d_i h^2 df/dt
        y'  =  y + m_1 u_1 + ... + m_s u_s

    The last stage is the estimate of the error.

    Args:
        name, order: as for a Tableau.
        gamma, a, g, c, d, m: the numbers above; row i of a and g has i entries.
    """

    name: str
    order: int
    gamma: float
    a: tuple[tuple[float, ...], ...]
    g: tuple[tuple[float, ...], ...]
    c: tuple[float, ...]
    d: tuple[float, ...]
    m: tuple[float, ...]

    def attempt(
        self, f: RightHandSide, t: Any, y: Any, h: Any, args: Any, k1: Any = None
    ) -> tuple[Any, Any, Any]:
        """A trial step: the new state, an estimate of its error, and the slope at its end."""

        def state(numbers: list) -> Any:
            return jnp.array(numbers).reshape(y.shape) if isinstance(y, Array) else numbers[0]

        def rates(t: Any, numbers: list) -> list:
            return each(slope(f, t, state(numbers), args))

        y0 = each(y)
        jacobian = jacfwd(lambda now: rates(t, now))(y0)
        _, by_time = jvp(lambda t: rates(t, y0), (t,), (1.0,))
        factors = factor(
            [
                [1.0 / self.gamma - h * x if i == j else -h * x for j, x in enumerate(row)]
                for i, row in enumerate(jacobian)
            ]
        )
        us: list[list] = []
        for a, g, c, d in zip(self.a, self.g, self.c, self.d, strict=True):
            now = plus(y0, a, us)
            right = rates(t + c * h, now) if us or k1 is None else each(k1)
            right = plus([h * x for x in right], g, us)
            if d:
                right = [x + d * h * h * z for x, z in zip(right, by_time, strict=True)]
            us.append(solve_factored(factors, right))
        new = state(plus(y0, self.m, us))
        return new, state(us[-1]), slope(f, t + h, new, args)


def each(y: Any) -> list:
    """The numbers of a state, one by one: the equations for them are solved that way."""
    return list(y.reshape(-1)) if isinstance(y, Array) else [y]


def plus(start: list, weights: Any, us: list[list]) -> list:
    """start + w_1 u_1 + w_2 u_2 + ..."""
    for w, u in zip(weights, us, strict=True):
        if not (isinstance(w, float) and w == 0.0):
            start = [x + w * z for x, z in zip(start, u, strict=True)]
    return start


def factor(matrix: list[list]) -> tuple[list[list], list[int]]:
    """The matrix as a product of triangles (both in one table), rows exchanged as listed.

    Gauss's elimination with partial pivoting, on numbers of any kind.

    >>> solve_factored(factor([[0.0, 2.0], [4.0, 0.0]]), [6.0, 8.0])
    [2.0, 3.0]
    """
    rows, order = [list(row) for row in matrix], list(range(len(matrix)))
    for k in range(len(rows)):
        best = k
        for i in range(k + 1, len(rows)):
            if abs(rows[i][k]) > abs(rows[best][k]):
                best = i
        rows[k], rows[best] = rows[best], rows[k]
        order[k], order[best] = order[best], order[k]
        for i in range(k + 1, len(rows)):
            share = rows[i][k] / rows[k][k]
            rows[i][k] = share
            for j in range(k + 1, len(rows)):
                rows[i][j] = rows[i][j] - share * rows[k][j]
    return rows, order


def solve_factored(factors: tuple[list[list], list[int]], right: list) -> list:
    """x with matrix x = right, from ``factor(matrix)``."""
    rows, order = factors
    x = [right[i] for i in order]
    for i, row in enumerate(rows):
        for j in range(i):
            x[i] = x[i] - row[j] * x[j]
    for i in reversed(range(len(rows))):
        for j in range(i + 1, len(rows)):
            x[i] = x[i] - rows[i][j] * x[j]
        x[i] = x[i] / rows[i][i]
    return x


_LAST = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950)

#: Hairer and Wanner's RODAS: six stages, order 4, with an estimate of order 3; L-stable (the
#: fastest parts die out at once) and stiffly accurate. E. Hairer and G. Wanner, Solving Ordinary
#: Differential Equations II, IV.7. Not Rodas4P, the variant for parabolic problems. Its numbers
#: are decimals, and meet the order conditions to 13 digits.
RODAS4 = Rosenbrock(
    "RODAS 4(3)",
    4,
    gamma=0.25,
    a=(
        (),
        (1.544,),
        (0.9466785280815826, 0.2557011698983284),
        (3.314825187068521, 2.896124015972201, 0.9986419139977817),
        _LAST,
        (*_LAST, 1.0),
    ),
    g=(
        (),
        (-5.6688,),
        (-2.430093356833875, -0.2063599157091915),
        (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
        (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
        (
            8.083246795921522,
            -7.981132988064893,
            -31.52159432874371,
            16.31930543123136,
            -6.058818238834054,
        ),
    ),
    c=(0.0, 0.386, 0.21, 0.63, 1.0, 1.0),
    d=(0.25, -0.1043, 0.1035, -0.0362, 0.0, 0.0),
    m=(*_LAST, 1.0, 1.0),
)
