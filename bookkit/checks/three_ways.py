"""The checks of *Derivatives three ways*: the chapter's exercises, the assignment's tasks.

Where a task bans differences and engines, its instances are fractions: an answer made of arithmetic
returns the exact fraction, and nothing else can.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from bookkit.checks import Checks, claim, close, number, show, vector

check = Checks("Exercise")
task = Checks("Task")


@dataclass
class Pair:
    """A dual number without any arithmetic: what an answer is handed, and should build anew.

    >>> Pair(2.0, 1.0)
    Pair(value=2.0, tangent=1.0)
    """

    value: Any
    tangent: Any = 0.0


# The chapter's exercises --------------------------------------------------------------------------


@check.property(
    "2.1",
    hint="The errors are |bend| h / 2 and 2 u |value| / h. Where they are equal, their sum is "
    "least.",
)
def no_other_step_is_better(draw: Random, best_step: Callable) -> None:
    """No smaller and no larger step has a smaller sum of the two errors."""
    for _ in range(5):
        value = draw.choice([-1, 1]) * 10 ** draw.uniform(-3, 3)
        bend = draw.choice([-1, 1]) * 10 ** draw.uniform(-3, 3)
        u = 10 ** draw.uniform(-17, -6)
        h = number(best_step(value, bend, u))
        claim(
            h > 0,
            f"for value {show(value)} and bend {show(bend)} your step is {show(h)}",
            "Value and bend may be negative, the errors are not: take absolute values.",
        )

        def error(h: float) -> float:
            return abs(bend) * h / 2 + 2 * u * abs(value) / h  # noqa: B023

        for other in (h / 1.01, h * 1.01):
            claim(
                error(h) <= error(other),
                f"for value {show(value)}, bend {show(bend)}, u = {show(u)} your step {show(h)} "
                f"has the error {show(error(h))}, and {show(other)} has {show(error(other))}",
                "Is it u times the value that is rounded? And there are two values."
                if close(h, 2 * math.sqrt(u / abs(bend)), 1e-6)
                or close(h, math.sqrt(2 * u * abs(value) / abs(bend)), 1e-6)
                else None,
            )


def _formula(years: int) -> str:
    return f"r*({_formula(years - 1)})*(1-({_formula(years - 1)}))" if years else "x"


def _slope(years: int) -> str:
    if not years:
        return "0"
    x, dx = _formula(years - 1), _slope(years - 1)
    return f"1*({x})*(1-({x}))+r*({dx})*(1-({x}))+r*({x})*(-({dx}))"


@check.property(
    "2.2",
    hint="Write x for last year's formula: r * x * (1 - x) holds one r and two copies of x. Its "
    "derivative is 1 * x * (1 - x) + r * dx * (1 - x) + r * x * (-dx): count what stands there.",
)
def counts_what_is_written_out(draw: Random, letters: Callable, of_slope: Callable) -> None:
    """The counts are those of the formulas written out in full."""
    for years in sorted(draw.sample(range(1, 9), 4)):
        for name, count, text in (
            ("the formula", letters, _formula(years)),
            ("its derivative", of_slope, _slope(years)),
        ):
            found = number(count(years))
            claim(
                found == text.count("r"),
                f"after {years} years {name} holds {text.count('r')} letters r, you say "
                f"{show(found)}"
                + (f": {text}" if years == 1 else ""),
            )  # fmt: skip


@check.property(
    "2.3",
    hint="The tangent is the slope at the value, times the tangent that came in.",
)
def passes_tangents_on(draw: Random, power: Callable, sigmoid: Callable) -> None:
    """Value and tangent agree with a small step of the value along the tangent."""
    n = draw.uniform(1.5, 3.5)
    for name, answer, f in (
        ("power", lambda x: power(x, n), lambda v: v**n),
        ("sigmoid", sigmoid, lambda v: 1 / (1 + math.exp(-v))),
    ):
        x = Pair(draw.uniform(0.5, 2), draw.choice([-1, 1]) * draw.uniform(2, 3))
        y = answer(x)
        claim(
            isinstance(y, Pair),
            f"{name} of {x} returned {show(y)}",
            "End it with `return type(x)(value, tangent)`.",
        )
        claim(
            close(number(y.value), f(x.value), 1e-14),
            f"the value of {name} at {show(x.value)} is {show(f(x.value))}, you say "
            f"{show(y.value)}",
            "The value is that of a plain number.",
        )
        eps = 1e-5
        moved = (f(x.value + eps * x.tangent) - f(x.value - eps * x.tangent)) / (2 * eps)
        forgot = close(number(y.tangent) * x.tangent, moved, 1e-6)
        claim(
            close(number(y.tangent), moved, 1e-7),  # (eps * tangent)^2, 1e-9, times a few units
            f"{name} of {show(x.value)} + {show(x.tangent)} eps moves by {show(moved)} eps, you "
            f"say {show(y.tangent)}",
            "That is the slope alone. The tangent of x multiplies it." if forgot else None,
        )


@check.property(
    "2.4",
    hint="One call of f for each input: there the tangent is 1, elsewhere 0.",
)
def has_every_slope(draw: Random, gradient: Callable, dual: type) -> None:
    """All slopes of a program of several numbers, from one run for each."""
    for n in (1, 3, 5):
        x = [draw.uniform(0.5, 1.5) for _ in range(n)]
        weights = [draw.uniform(1, 2) for _ in range(n)]
        calls = []

        def f(numbers: list) -> Any:
            calls.append(len(numbers))  # noqa: B023
            total = 0
            for w, v in zip(weights, numbers, strict=True):  # noqa: B023
                total = total * v + w * v * v
            return total

        found = vector(gradient(f, x), n)
        ran = len(calls)
        for k in range(n):
            run = f([dual(v, 1.0 if i == k else 0.0) for i, v in enumerate(x)])
            claim(
                close(found[k], run.tangent, 1e-4),
                f"at x = {show(x)} slope {k} is {show(run.tangent)}, you say {show(found[k])}",
            )
            claim(
                close(found[k], run.tangent, 1e-13),
                f"slope {k} has the error {abs(found[k] - run.tangent):.0e}: that is a "
                "difference's, and a dual number makes none",
            )
        claim(ran <= n + 1, f"for {n} slopes you called f {ran} times", "One run gives one slope.")


def staircase(edges: list[float]) -> Callable[[float], float]:
    """A function that goes up by one at each edge; its slope is 0 wherever it has one.

    >>> f = staircase([0.5])
    >>> f(0.4), f(0.6)
    (0.0, 1.0)
    """

    def steps(x: float) -> float:
        return float(sum(x > edge for edge in edges))

    return steps


@check.property(
    "2.5",
    hint="Halve the interval; keep the half whose two ends have different values.",
)
def stands_at_an_edge(draw: Random, edge: Callable) -> None:
    """The values a hair below and a hair above it differ."""
    for low in (-1.0, 0.0, 40.0):
        f = staircase([low + draw.uniform(0.1, 0.9)])
        x = number(edge(f, low, low + 1.0))
        claim(
            low <= x <= low + 1 and f(x - 1e-9) != f(x + 1e-9),
            f"between {show(low)} and {show(low + 1)} there is one step, and you say "
            f"{x:.12g}; at 1e-9 below and above it the values are the same",
        )


@check.property(
    "2.6",
    hint="Run f on one number that has a dual number in both slots: Dual(Dual(x, 1), Dual(1, 0)). "
    "The tangent of the result's tangent is what you want.",
)
def is_the_slope_of_the_slope(draw: Random, second: Callable) -> None:
    """It is the second derivative, to rounding."""
    a, b, x = draw.uniform(1, 2), draw.uniform(1, 2), draw.uniform(0.5, 1.5)
    for text, f, exact in (
        (f"{a:.4f} x^3 - {b:.4f} x^2", lambda v: a * v * v * v - b * v * v, 6 * a * x - 2 * b),
        (f"1 / ({a:.4f} + x)", lambda v: 1 / (a + v), 2 / (a + x) ** 3),
    ):
        found = number(second(f, x))
        claim(
            close(found, exact, 1e-8),
            f"the second derivative of {text} at {show(x)} is {show(exact)}, you say {show(found)}",
        )
        claim(
            close(found, exact, 1e-12),
            f"your second derivative of {text} has the error {abs(found - exact):.0e}: that is a "
            "difference's, and dual numbers make none",
        )


# Task 1: the rules --------------------------------------------------------------------------------


def _fraction(draw: Random) -> Fraction:
    return Fraction(draw.choice([-1, 1]) * draw.randint(1, 9), draw.randint(1, 9))


def _pair(found: Any, what: str) -> tuple:
    claim(
        isinstance(found, tuple | list) and len(found) == 2,
        f"{what} returned {show(found)}, where a pair (value, tangent) is asked for",
    )
    for entry in found:
        claim(
            isinstance(entry, int | Fraction),
            f"{what} was given fractions and returned {show(entry)} ({type(entry).__name__}), "
            "which is no fraction",
            "Only + - * / of what came in: no floats, no differences, no engine.",
        )
    return tuple(found)


@task.property(
    "1", hint="Multiply out (a + b eps)(c + d eps), strike out eps squared, collect what has eps."
)
def multiplies_out(draw: Random, times: Callable, over: Callable) -> None:
    """A product of dual numbers, exactly."""
    for _ in range(4):
        (a, b), (c, d) = [(_fraction(draw), _fraction(draw)) for _ in range(2)]
        found = _pair(times((a, b), (c, d)), "times")
        claim(
            found[0] == a * c,
            f"the value of ({a}, {b}) times ({c}, {d}) is {a * c}, you say {found[0]}",
            "Values multiply as plain numbers do.",
        )
        claim(
            found[1] == a * d + b * c,
            f"the tangent of ({a}, {b}) times ({c}, {d}) came back as {found[1]}, and "
            f"moving both factors by a small eps moves the product by {a * d + b * c} eps",
            "Tangents do not multiply: that product belongs to eps squared."
            if found[1] == b * d
            else None,
        )


@task.property(
    "1", hint="The quotient, times the divisor, must be the dividend: value and tangent."
)
def divides_what_was_multiplied(draw: Random, times: Callable, over: Callable) -> None:
    """A quotient times its divisor is the dividend, exactly."""
    for _ in range(4):
        (a, b), (c, d) = [(_fraction(draw), _fraction(draw)) for _ in range(2)]
        v, w = _pair(over((a, b), (c, d)), "over")
        claim(v * c == a, f"the value of ({a}, {b}) over ({c}, {d}) came back as {v}")
        sign = "The sign of the divisor's part is the other one." if v * -d + w * c == b else None
        claim(
            v * d + w * c == b,
            f"({a}, {b}) over ({c}, {d}) came back as ({v}, {w}); times the divisor its tangent "
            f"is {v * d + w * c} instead of {b}",
            sign,
        )


# Task 2: complex steps ----------------------------------------------------------------------------


def _surface(draw: Random, n: int) -> tuple[Callable, list, list]:
    """A function of n numbers of very unequal size, a place, and its exact slopes."""
    scale = [10 ** draw.uniform(-4, 4) for _ in range(n)]
    weight = [draw.uniform(1, 2) for _ in range(n)]
    x = [s * draw.uniform(0.5, 1.5) for s in scale]

    def f(numbers: list) -> Any:
        total: Any = 1.0
        for v, s, w in zip(numbers, scale, weight, strict=True):
            total = total * (1 + w * (v / s) ** 3)
        return total

    slopes = [
        f(x) * 3 * w * v**2 / s**3 / (1 + w * (v / s) ** 3)
        for v, s, w in zip(x, scale, weight, strict=True)
    ]
    return f, x, slopes


@task.property(
    "2",
    hint="Move one entry by i h, keep the others, take the imaginary part, divide by h. Nothing "
    "cancels, so h may be as small as 1e-200.",
)
def has_all_digits(draw: Random, complex_gradient: Callable) -> None:
    """All slopes have all their digits, at inputs of very unequal size, from n calls."""
    for n in (1, 2, 4):
        f, x, slopes = _surface(draw, n)
        calls = []

        def counted(numbers: list) -> Any:
            calls.append(1)  # noqa: B023
            return f(numbers)  # noqa: B023

        found = vector(complex_gradient(counted, list(x)), n)
        for k in range(n):
            wrong = abs(found[k] / slopes[k] - 1)
            # (h / x)^2 of the step, and n roundings each of product and division
            claim(
                wrong < 1e-13,
                f"at x = {show(x)} slope {k} is {show(slopes[k])}, you say {show(found[k])}, off "
                f"by {wrong:.0e} of it",
                "The step is too large for the smallest entry, or a real difference is in it."
                if wrong < 1e-2
                else None,
            )
        claim(
            len(calls) == n,
            f"for {n} slopes you called f {len(calls)} times",
            "One complex run gives value and slope. No second run, no run at x itself.",
        )


# Task 3: a tangent carried through a loop ---------------------------------------------------------


def generation(x: Any, y: Any, r: Any, c: Any) -> tuple:
    """Next year's hosts x and parasitoids y: hosts breed and crowd, parasitoids need hosts.

    >>> generation(1.0, 1.0, 2.0, 3.0)
    (0.6666666666666666, 1.5)
    """
    return r * x / (1 + x + y), c * x * y / (1 + y)


@task.property(
    "3",
    hint="Below each line write its tangent. r * x / d has three parts that may move: r (by 1), x "
    "and d.",
)
def carries_the_tangent(draw: Random, run_with_tangent: Callable) -> None:
    """State and tangent are exact after any number of years."""
    for years in (0, 1, 2, 4):
        x, y, r, c = (abs(_fraction(draw)) for _ in range(4))
        state: list = [(x, Fraction(0)), (y, Fraction(0))]
        given = ", ".join(map(str, (x, y, r, c)))
        for _ in range(years):
            (x_, dx), (y_, dy) = state
            d, dd = 1 + x_ + y_, dx + dy
            state = [
                (r * x_ / d, (x_ + r * dx - r * x_ / d * dd) / d),
                (c * x_ * y_ / (1 + y_), c * (dx * y_ + x_ * dy / (1 + y_)) / (1 + y_)),
            ]
        found = run_with_tangent(x, y, r, c, years)
        claim(
            isinstance(found, tuple | list) and len(found) == 4,
            f"run_with_tangent returned {show(found)}; asked for are x, y, dx, dy",
        )
        for name, value, right in zip(
            ("x", "y", "dx", "dy"), found, (*(s[0] for s in state), *(s[1] for s in state)),
            strict=True,
        ):  # fmt: skip
            claim(
                isinstance(value, int | Fraction),
                f"x, y, r, c = {given} are fractions, and {name} came back as {show(value)} "
                f"({type(value).__name__}), which is none",
                "Only + - * / of what came in: no floats, no differences, no engine.",
            )
            hint = None
            if name == "dx" and years == 1:
                hint = "In the first year only r moves: what does a unit of r do to r * x / d?"
            claim(
                value == right,
                f"after {years} years from x, y, r, c = {given}, {name} is {float(right):.6g}, you "
                f"say {float(value):.6g}",
                hint,
            )


# Task 4: more than one derivative -----------------------------------------------------------------


def _series(found: Any, length: int, what: str) -> list:
    claim(
        isinstance(found, tuple | list) and len(found) == length,
        f"{what} returned {show(found)}, where {length} coefficients are asked for",
    )
    for entry in found:
        claim(
            isinstance(entry, int | Fraction),
            f"{what} was given fractions and returned {show(entry)} ({type(entry).__name__})",
            "Only + - * / of what came in.",
        )
    return list(found)


@task.property(
    "4",
    hint="Coefficient k of a product collects all a[i] * b[k - i]. What lies above the last kept "
    "power is dropped.",
)
def multiplies_series(draw: Random, series_times: Callable, series_over: Callable) -> None:
    """A product of truncated series is that of the polynomials, cut off."""
    for length in (1, 2, 5):
        a, b = ([_fraction(draw) for _ in range(length)] for _ in range(2))
        found = _series(series_times(list(a), list(b)), length, "series_times")
        for k in range(length):
            right = sum((a[i] * b[k - i] for i in range(k + 1)), Fraction(0))
            claim(
                found[k] == right,
                f"coefficient {k} of {[*map(str, a)]} times {[*map(str, b)]} is {right}, you say "
                f"{found[k]}",
                "Series do not multiply entry by entry." if found[k] == a[k] * b[k] else None,
            )


@task.property(
    "4",
    hint="From c * b = a: coefficient k of it is c[k] b[0] + (what you have already) = a[k]. "
    "Solve for c[k], one after the other.",
)
def divides_series(draw: Random, series_times: Callable, series_over: Callable) -> None:
    """A quotient times its divisor is the dividend, coefficient by coefficient."""
    for length in (1, 2, 5):
        a, b = ([_fraction(draw) for _ in range(length)] for _ in range(2))
        c = _series(series_over(list(a), list(b)), length, "series_over")
        for k in range(length):
            back = sum((c[i] * b[k - i] for i in range(k + 1)), Fraction(0))
            claim(
                back == a[k],
                f"{[*map(str, a)]} over {[*map(str, b)]} came back as {[*map(str, c)]}; times the "
                f"divisor, coefficient {k} is {back} instead of {a[k]}",
            )


# Task 5: the best difference ----------------------------------------------------------------------

CALLS = 60


@task.property(
    "5",
    hint="No one step suits every function: try several, and let the numbers tell you which to "
    "believe. Halving the step of a central difference divides its error by four, so (4 D(h/2) - "
    "D(h)) / 3 is better than either; and two neighbours that agree are worth trusting.",
)
def is_good_at_every_scale(draw: Random, difference: Callable) -> None:
    """Eight digits of the slope of functions whose natural scale is not told."""
    for i in range(12):  # every half decade of scales, so that no single step suits all
        length, height = 10 ** (i / 2 - 3 + draw.random() / 2), 10 ** draw.uniform(-3, 3)
        where, x = draw.uniform(0.2, 1.2), 0.0 if i % 2 else draw.uniform(-2, 2) * length
        kind = draw.choice(["sin", "tanh", "hill"])
        calls = []

        def f(v: float) -> float:
            calls.append(v)  # noqa: B023
            z = where + (v - x) / length  # noqa: B023
            shape = {"sin": math.sin, "tanh": math.tanh, "hill": lambda z: z * z / (1 + z * z)}
            return height * shape[kind](z)  # noqa: B023

        slope = {
            "sin": math.cos(where),
            "tanh": 1 - math.tanh(where) ** 2,
            "hill": 2 * where / (1 + where**2) ** 2,
        }[kind] * height / length  # fmt: skip
        found = number(difference(f, x))
        wrong = abs(found / slope - 1)
        # A plain central difference reaches about 1e-10 with the step that suits the function,
        # and no digit at all with one that suits a function a thousand times as wide.
        claim(
            wrong < 1e-8,
            f"a {kind} of scale {show(length)} and height {show(height)} at {show(x)} has the "
            f"slope {slope:.12g}; you say {found:.12g}, off by {wrong:.0e} of it, after "
            f"{len(calls)} calls",
        )
        claim(len(calls) <= CALLS, f"you called f {len(calls)} times; {CALLS} are allowed")
