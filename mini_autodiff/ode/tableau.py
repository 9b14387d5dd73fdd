"""Butcher tableaux: an explicit Runge-Kutta method is a table of numbers.

A method with s stages takes a step of size h from (t, y) by::

    k_i  =  f(t + c_i h,  y + h (a_i1 k_1 + ... + a_i,i-1 k_i-1))        i = 1 ... s
    y'   =  y + h (b_1 k_1 + ... + b_s k_s)

and is written as::

    c_1 |
    c_2 | a_21
    ... | ...
    c_s | a_s1  ...  a_s,s-1
    ----+--------------------
        | b_1   ...  b_s

The numbers are exact fractions, so that what makes a method what it is, its order conditions, can
be checked without rounding (tests/ode).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

Row = tuple[Fraction, ...]
DECIMALS = Fraction(1, 10**14)  # what a table published in decimals may miss an identity by


@dataclass(frozen=True)
class Tableau:
    """The numbers of one explicit Runge-Kutta method.

    Args:
        name: what people call it.
        order: over a fixed time, the error falls like h ** order.
        a: row i holds the weights of the i stages before stage i; the first row is empty.
        b: the weights of the step.
        b_low: weights of a second, less accurate step from the same stages; the difference of the
            two estimates the error. Empty if the method has none.

    The nodes ``c`` are the sums of the rows of ``a``. ``floats`` are (a, b, c) ready for use.

    >>> RK4.stages, [str(c) for c in RK4.c]
    (4, ['0', '1/2', '1/2', '1'])

    Raises:
        ValueError: if the rows do not fit together, or weights do not sum to one.
    """

    name: str
    order: int
    a: tuple[Row, ...]
    b: Row
    b_low: Row = ()

    def __post_init__(self) -> None:
        lengths = [len(row) for row in self.a]
        if lengths != list(range(self.stages)) or len(self.b) != self.stages:
            raise ValueError(
                f"{self.name}: row i of an explicit method has i entries, and b one for each row; "
                f"got rows of {lengths} and {len(self.b)} weights"
            )
        for weights, what in ((self.b, "b"), (self.b_low, "b_low")):
            if weights and abs(sum(weights, Fraction(-1))) > DECIMALS:
                raise ValueError(
                    f"{self.name}: {what} must sum to 1, but sums to {float(sum(weights))!r}"
                )

    @property
    def stages(self) -> int:
        return len(self.a)

    @cached_property
    def c(self) -> Row:
        return tuple(sum(row, Fraction(0)) for row in self.a)

    @cached_property
    def fsal(self) -> bool:
        """First same as last: the last stage is the first of the next step, and costs nothing."""
        return self.a[-1] == self.b[:-1] and self.b[-1] == 0

    @cached_property
    def error_weights(self) -> tuple[float, ...]:
        """b - b_low, exact before it is rounded."""
        return _floats(tuple(b - low for b, low in zip(self.b, self.b_low, strict=True)))

    @cached_property
    def floats(self) -> tuple[tuple[tuple[float, ...], ...], tuple[float, ...], tuple[float, ...]]:
        return tuple(map(_floats, self.a)), _floats(self.b), _floats(self.c)


def _floats(row: Row) -> tuple[float, ...]:
    return tuple(map(float, row))


def _rows(text: str) -> tuple[Row, ...]:
    """Rows of fractions, one line each; a line with a dot alone is an empty row."""
    lines = [line.split() for line in text.strip().splitlines()]
    return tuple(tuple(Fraction(x) for x in line if x != ".") for line in lines)


def _row(text: str) -> Row:
    return _rows(text)[0]


#: Euler's method: go straight on. Order 1. L. Euler, Institutiones calculi integralis (1768).
EULER = Tableau("Euler", 1, a=_rows("."), b=_row("1"))

#: The midpoint method, also called modified Euler: the slope half-way. Order 2.
MIDPOINT = Tableau("midpoint", 2, a=_rows(". \n 1/2"), b=_row("0 1"))

#: Heun's method, the explicit trapezium rule, also called improved Euler: the mean of the slopes
#: at both ends. Order 2; Euler's step rides along. Not Heun's method of order 3.
HEUN = Tableau("Heun", 2, a=_rows(". \n 1"), b=_row("1/2 1/2"), b_low=_row("1 0"))

#: The classical Runge-Kutta method: W. Kutta (1901). Order 4. Not the 3/8 rule.
RK4 = Tableau(
    "RK4",
    4,
    a=_rows("""
        .
        1/2
        0    1/2
        0    0    1
    """),
    b=_row("1/6  1/3  1/3  1/6"),
)

#: Kutta's 3/8 rule, from the same paper. Order 4, with a slightly smaller error than RK4.
#: torchdiffeq's method called "rk4" is this one.
THREE_EIGHTHS = Tableau(
    "3/8 rule",
    4,
    a=_rows("""
        .
        1/3
        -1/3  1
        1     -1   1
    """),
    b=_row("1/8   3/8  3/8  1/8"),
)

#: Bogacki and Shampine's pair of orders 3 and 2: Applied Mathematics Letters 2:321-325 (1989).
#: First same as last. MATLAB's ode23.
BOGACKI_SHAMPINE = Tableau(
    "Bogacki-Shampine 3(2)",
    3,
    a=_rows("""
        .
        1/2
        0     3/4
        2/9   1/3  4/9
    """),
    b=_row("2/9   1/3  4/9  0"),
    b_low=_row("7/24  1/4  1/3  1/8"),
)

#: Dormand and Prince's pair of orders 5 and 4: Journal of Computational and Applied Mathematics
#: 6:19-26 (1980). First same as last. MATLAB's ode45, SciPy's RK45, diffrax's Dopri5.
DORMAND_PRINCE = Tableau(
    "Dormand-Prince 5(4)",
    5,
    a=_rows("""
        .
        1/5
        3/40        9/40
        44/45       -56/15       32/9
        19372/6561  -25360/2187  64448/6561  -212/729
        9017/3168   -355/33      46732/5247  49/176    -5103/18656
        35/384      0            500/1113    125/192   -2187/6784   11/84
    """),
    b=_row("35/384      0  500/1113    125/192  -2187/6784     11/84     0"),
    b_low=_row("5179/57600  0  7571/16695  393/640  -92097/339200  187/2100  1/40"),
)

_TSITOURAS_B = _row(
    "0.09646076681806523 0.01 0.4798896504144996 1.379008574103742 -3.290069515436081 "
    "2.324710524099774 0"
)
_TSITOURAS_ERROR = _row(
    "-0.00178001105222577714 -0.0008164344596567469 0.007880878010261995 -0.1447110071732629 "
    "0.5823571654525552 -0.45808210592918697 0.015151515151515152"
)
#: Tsitouras' pair of orders 5 and 4: Computers & Mathematics with Applications 62:770-775 (2011).
#: First same as last. Smaller errors than Dormand and Prince's for the same work; diffrax's and
#: DifferentialEquations.jl's Tsit5. Its numbers solve the order conditions, but are published as
#: decimals, so they meet them to 13 digits and not exactly.
TSITOURAS = Tableau(
    "Tsitouras 5(4)",
    5,
    a=_rows("""
        .
        0.161
        -0.008480655492356989  0.335480655492357
        2.8971530571054935     -6.359448489975075   4.3622954328695815
        5.325864828439257      -11.748883564062828  7.4955393428898365  -0.09249506636175525
        5.86145544294642       -12.92096931784711   8.159367898576159   -0.071584973281401     -0.028269050394068383
        0.09646076681806523    0.01                 0.4798896504144996  1.379008574103742      -3.290069515436081  2.324710524099774
    """),  # noqa: E501
    b=_TSITOURAS_B,
    b_low=tuple(b - e for b, e in zip(_TSITOURAS_B, _TSITOURAS_ERROR, strict=True)),
)
