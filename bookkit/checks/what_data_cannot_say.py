"""The checks of *What the data cannot say*: its exercises and its assignment."""

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

from bookkit.checks import Checks, CounterExample, claim, close, number, show, vector

check = Checks("Exercise")

THRESHOLD = 3.84


def _matrix(value: Any, size: int) -> list[list[float]]:
    """`value` as `size` rows of `size` floats, or a counter-example that says what came."""
    return [vector(row, size) for row in _rows(value, size)]


def _rows(value: Any, size: int) -> list:
    try:
        rows = list(value)
    except TypeError:
        rows = []
    claim(
        len(rows) == size and all(hasattr(row, "__len__") for row in rows),
        f"what came back is {show(value)}, where {size} rows of {size} numbers are asked for",
        "A list of rows, each a list.",
    )
    return rows


def _fisher(slopes: list, variances: list) -> list[list[float]]:
    size = len(slopes[0])
    return [
        [sum(s[i] * s[j] / v for s, v in zip(slopes, variances, strict=True)) for j in range(size)]
        for i in range(size)
    ]


def _random_matrix(draw: Random, n: int = 4) -> list[list[float]]:
    slopes = [[draw.uniform(-2, 2), draw.uniform(-2, 2)] for _ in range(n)]
    return _fisher(slopes, [draw.uniform(0.5, 2) for _ in slopes])


def _det(f: list[list]) -> Any:
    """By the first row; exact for fractions, and quick enough for three parameters."""
    if len(f) == 1:
        return f[0][0]
    minors = ([row[:j] + row[j + 1 :] for row in f[1:]] for j in range(len(f)))
    return sum((-1) ** j * f[0][j] * _det(m) for j, m in enumerate(minors))


def _plus(f: list[list], slopes: list, variance: Any) -> list[list]:
    """The information with one more datum."""
    return [
        [x + slopes[i] * slopes[j] / variance for j, x in enumerate(row)] for i, row in enumerate(f)
    ]


def _candidates(draw: Random, size: int, n: int) -> tuple[list, list, list]:
    """A matrix, and candidates such that the loudest is not always the best."""
    old = [[draw.uniform(-2, 2) for _ in range(size)] for _ in range(size + 1)]
    f = _fisher(old, [draw.uniform(0.5, 2) for _ in old])
    slopes = [[draw.uniform(-3, 3) for _ in range(size)] for _ in range(n)]
    return f, slopes, [draw.uniform(0.2, 5) for _ in range(n)]


@check.property(
    "9.1",
    hint="Entry i, j is a sum over the data: row[i] * row[j] / v, with the variance, not its root.",
)
def adds_slope_times_slope(draw: Random, fisher: Callable) -> None:
    """Every entry is slope times slope over the variance, added over the data."""
    for data, size in ((1, 2), (4, 3), (6, 2)):
        slopes = [[draw.uniform(-2, 2) for _ in range(size)] for _ in range(data)]
        variances = [draw.uniform(0.2, 3) for _ in range(data)]
        found = _matrix(fisher([list(s) for s in slopes], list(variances)), size)
        right = _fisher(slopes, variances)
        for i in range(size):
            for j in range(size):
                product = sum(s[i] * s[j] for s in slopes)
                claim(
                    abs(found[i][j] - right[i][j]) < 1e-9,
                    f"for {data} data with slopes {show(slopes)} and variances {show(variances)} "
                    f"entry {i}, {j} is {show(right[i][j])}, you say {show(found[i][j])}",
                    "Divide by the variance: a noisy datum says less."
                    if close(found[i][j], product, 1e-9)
                    else None,
                )


@check.property(
    "9.2",
    hint="Known: 1 / sqrt(F[0][0]). Unknown: sqrt(F[1][1] / det), the entry of the inverse.",
)
def company_costs(draw: Random, two_errors: Callable) -> None:
    """One error is that of a slice through the hill, the other that of its shadow."""
    for _ in range(4):
        f = _random_matrix(draw)
        known, unknown = vector(two_errors([list(row) for row in f]), 2)
        right = [1 / math.sqrt(f[0][0]), math.sqrt(f[1][1] / _det(f))]
        claim(
            not close([known, unknown], right[::-1], 1e-9),
            f"for F = {show(f)} your errors are {show([known, unknown])}, in the wrong order",
            "Knowing the other one makes the error smaller, never larger.",
        )
        for name, yours, true in (("known", known, right[0]), ("not known", unknown, right[1])):
            claim(
                close(yours, true, 1e-9),
                f"for F = {show(f)}, with the second {name}, the error of the first is "
                f"{show(true)}, you say {show(yours)}",
                "That is a variance: take the root." if close(yours, true**2, 1e-9) else None,
            )


def _cycle(theta: list[float], days: int = 200, h: float = 0.02) -> tuple[list, list]:
    a, b, d, g, x, y = theta
    hares, lynx = [x], [y]
    for _ in range(days):
        x, y = x + h * (a * x - b * x * y), y + h * (d * x * y - g * y)
        hares.append(x)
        lynx.append(y)
    return hares, lynx


@check.property(
    "9.3",
    hint="With y = Y / c the hares lose beta / c * x * Y; the lynx equation keeps its form.",
)
def hares_do_not_notice(draw: Random, same_hares: Callable) -> None:
    """The hares are the same at every time, and the lynx c times as many."""
    for _ in range(3):
        theta = [draw.uniform(0.4, 0.7), draw.uniform(0.02, 0.04), draw.uniform(0.01, 0.03),
                 draw.uniform(0.5, 0.9), draw.uniform(20, 40), draw.uniform(4, 9)]  # fmt: skip
        c = draw.choice([0.25, 0.5, 2.0, 5.0])
        other = vector(same_hares(list(theta), c), 6)
        (hares, lynx), (again, more) = _cycle(theta), _cycle(other)
        claim(
            close(again, hares, 1e-9),
            f"from theta = {show(theta)} with c = {show(c)} you made {show(other)}, whose hares "
            f"end at {show(again[-1])} and not at {show(hares[-1])}",
            "Twice as many lynx, each half as harmful: multiply y0, divide beta."
            if close(other[5], c * theta[5], 1e-9)
            else None,
        )
        claim(
            close(more, [c * y for y in lynx], 1e-9),
            f"your lynx begin with {show(more[0])}, and c = {show(c)} times {show(lynx[0])} "
            "are asked for",
        )


def _end(g0: float, g1: float, d0: float, d1: float) -> float:
    return g0 + (g1 - g0) * (THRESHOLD - d0) / (d1 - d0)


def _side(value: Any) -> float | None:
    return None if value is None else number(value)


@check.property(
    "9.4",
    hint="First and last index with D < 3.84; a line to the neighbour outside, if there is one.",
)
def ends_where_it_crosses(draw: Random, ends: Callable) -> None:
    """A closed side ends where the line crosses 3.84, an open one is None."""
    for left, right in ((True, True), (False, True), (True, False), (False, False)):
        middle, grid = draw.uniform(-0.5, 0.5), sorted(draw.uniform(-4, 4) for _ in range(15))
        grid = [-5.0, -4.5, *grid, 4.5, 5.0]
        steep = [draw.uniform(1.0, 2.0) if side else 0.1 for side in (left, right)]
        deviance = [(steep[g > middle] * (g - middle)) ** 2 for g in grid]
        inside = [i for i, d in enumerate(deviance) if d < THRESHOLD]
        i, j = inside[0], inside[-1]
        true = [
            _end(grid[i - 1], grid[i], deviance[i - 1], deviance[i]) if left else None,
            _end(grid[j], grid[j + 1], deviance[j], deviance[j + 1]) if right else None,
        ]
        found = ends(list(grid), list(deviance))
        claim(
            isinstance(found, list | tuple) and len(found) == 2,
            f"ends returned {show(found)}, where two ends are asked for, each a number or None",
        )
        for name, yours, exact in zip(("left", "right"), map(_side, found), true, strict=True):
            claim(
                (yours is None) == (exact is None),
                f"on the {name} the profile {'stays below' if exact is None else 'crosses'} 3.84, "
                f"and you return {show(yours)}",
                "An open side is None: the grid's end is not an end of the interval."
                if exact is None
                else None,
            )
            if exact is not None and yours is not None:
                claim(
                    abs(yours - exact) < 1e-9,
                    f"on the {name} the line crosses at {show(exact)}, you say {show(yours)}",
                    "That is a point of the grid: go along the line to 3.84."
                    if min(abs(yours - g) for g in grid) < 1e-9
                    else None,
                )


def _by_other_scores(f: list, slopes: list, variances: list) -> list[int]:
    """Whom four wrong scores choose: without F, by its diagonal, the root of v, the trace."""
    size, inverse = range(len(f)), _inverse(f)

    def chosen(score: Callable) -> int:
        return max(range(len(slopes)), key=lambda k: score(slopes[k], variances[k]))

    return [
        chosen(lambda s, v: sum(x * x for x in s) / v),
        chosen(lambda s, v: sum(s[i] ** 2 / f[i][i] for i in size) / v),
        chosen(lambda s, v: sum(s[i] * inverse[i][j] * s[j] for i in size for j in size) / v**0.5),
        chosen(lambda s, v: -sum(_inverse(_plus(f, s, v))[i][i] for i in size)),
    ]


def _against(draw: Random, rival: int, size: int) -> tuple:
    """Candidates among which this wrong score chooses another than the determinant does."""
    while True:
        f, slopes, variances = _candidates(draw, size, draw.randint(4, 8))
        dets = [_det(_plus(f, s, v)) for s, v in zip(slopes, variances, strict=True)]
        top = dets.index(max(dets))
        if _by_other_scores(f, slopes, variances)[rival] != top:
            return f, slopes, variances, dets, top


@check.property(
    "9.5",
    hint="The determinant of F + s s^T / v for every candidate; the largest wins.",
)
def wins_the_determinant(draw: Random, next_day: Callable) -> None:
    """No other candidate makes the determinant larger."""
    for rival, size in ((0, 2), (1, 3), (2, 2), (3, 3), (1, 2)):
        f, slopes, variances, dets, top = _against(draw, rival, size)
        best = next_day([list(row) for row in f], [list(s) for s in slopes], list(variances))
        claim(
            not isinstance(best, bool) and number(best) in range(len(slopes)),
            f"next_day returned {show(best)}, and the candidates are 0 to {len(slopes) - 1}",
            "An index into the lists.",
        )
        loud = max(range(len(slopes)), key=lambda k: math.hypot(*slopes[k]))
        claim(
            int(best) == top,
            f"candidate {show(best)} makes the determinant {show(dets[int(best)])}, candidate "
            f"{top} makes it {show(dets[top])}",
            "The largest slopes are not enough: where do they point, and how noisy is the count?"
            if int(best) == loud
            else None,
        )


@check.property(
    "9.6",
    hint="y_n = (1 + h k) ** -n, so the slope is -n h (1 + h k) ** (-n - 1).",
)
def slope_of_the_implicit_run(draw: Random, implicit_slope: Callable) -> None:
    """It is the slope of the program, also where h k is large."""
    for scale in (0.1, 1.0, 30.0):
        k, n = draw.uniform(0.5, 2), draw.randint(1, 6)
        h, eps = scale / k, 1e-5 * k
        moved = ((1 + h * (k + eps)) ** -n - (1 + h * (k - eps)) ** -n) / (2 * eps)
        found = number(implicit_slope(k, h, n))
        equation = -n * h * math.exp(-k * n * h)
        claim(
            close(found, moved, 1e-6),  # eps squared times the third derivative, relative
            f"at h k = {show(h * k)} after {n} step(s) the slope is {show(moved)}, you say "
            f"{show(found)}",
            "That is the slope of the equation's solution; the program's is asked for."
            if close(found, equation, 1e-6)
            else None,
        )


# The assignment -----------------------------------------------------------------------------------

task = Checks("Task")


def _fraction(draw: Random, low: int = -9) -> Fraction:
    top = draw.choice([n for n in range(low, 10) if n])
    return Fraction(top, draw.randint(1, 5))


def _exact(value: Any, what: str) -> Fraction:
    claim(
        isinstance(value, int | Fraction) and not isinstance(value, bool),
        f"{what} came back as {show(value)} ({type(value).__name__}), and what went in were "
        "fractions",
        "Only + - * / of what came in and of whole numbers: no floats, no roots, no numpy.",
    )
    return Fraction(value)


def _text(matrix: list) -> str:
    return str([[str(x) for x in row] for row in matrix])


@task.property(
    "1",
    hint="Slopes of a count mu on day t: mu in a, t mu in beta, -t mu in gamma. Slope times slope "
    "over the variance, which is mu.",
)
def says_what_counts_of_growth_say(draw: Random, growth_information: Callable) -> None:
    """Every entry is exact, and infection and recovery are one number."""
    for n in (1, 2, 4):
        counts = [_fraction(draw, 1) for _ in range(n)]
        days = sorted(draw.sample(range(9), n))
        found = _rows(growth_information(list(counts), list(days)), 3)
        slopes = [[m, t * m, -t * m] for m, t in zip(counts, days, strict=True)]
        right = _fisher(slopes, counts)
        given = f"expected counts {[*map(str, counts)]} on days {days}"
        for i in range(3):
            claim(len(found[i]) == 3, f"row {i} of your matrix is {show(found[i])}")
            for j in range(3):
                value = _exact(found[i][j], f"entry {i}, {j}")
                claim(
                    value == right[i][j],
                    f"for {given} entry {i}, {j} is {right[i][j]}, you say {value}",
                    "More recovery makes the count smaller: its slope is negative."
                    if value == -right[i][j]
                    else None,
                )


def _inverse(f: list[list]) -> list[list]:
    """By cofactors: exact for fractions; the determinant is not zero."""
    n, det = len(f), _det(f)
    minor = lambda i, j: [r[:j] + r[j + 1 :] for k, r in enumerate(f) if k != i]  # noqa: E731
    return [
        [(-1) ** (i + j) * (_det(minor(j, i)) if n > 1 else 1) / det for j in range(n)]
        for i in range(n)
    ]


@task.property(
    "2",
    hint="Keep the rows and columns of what is unknown, invert what is left, read its diagonal.",
)
def company_costs_exactly(draw: Random, variances: Callable) -> None:
    """What is known leaves the matrix, and the inverse of the rest has the variances."""
    for size, picked in (
        (2, [0]), (2, [0, 1]), (3, [2, 0]), (3, [1, 0, 2]), (4, [1, 3, 2]), (4, [0, 1, 2, 3]),
    ):  # fmt: skip
        slopes = [[_fraction(draw) for _ in range(size)] for _ in range(size + 2)]
        f = _fisher(slopes, [_fraction(draw, 1) for _ in slopes])
        part = [[f[i][j] for j in picked] for i in picked]
        if _det(part) == 0:
            continue
        right = [row[k] for k, row in enumerate(_inverse(part))]
        found = variances([list(row) for row in f], list(picked))
        claim(
            isinstance(found, list | tuple) and len(found) == len(picked),
            f"for {len(picked)} unknown parameters you returned {show(found)}",
            "One variance for each, in the order of `unknown`.",
        )
        for k, value, exact in zip(picked, found, right, strict=True):
            yours = _exact(value, f"the variance of parameter {k}")
            claim(
                yours == exact,
                f"for F = {_text(f)} with {picked} unknown, parameter {k} has the variance "
                f"{float(exact):.6g}, you say {float(yours):.6g}",
                "That is its variance if all others were known, too."
                if yours == 1 / f[k][k]
                else None,
            )


@task.property(
    "2",
    hint="If what is left has the determinant 0, no data of this kind fix it: raise ValueError.",
)
def refuses_what_is_open(draw: Random, variances: Callable) -> None:
    """Where the data leave a mixture open, it raises ValueError; known rest, and it answers."""
    m, t = _fraction(draw, 1), [1, 2, 4]
    growth = _fisher([[m, k * m, -k * m] for k in t], [m] * 3)
    two = _fisher(_of_rank(draw, 3, 2, 1), [m] * 3)
    four = _fisher(_of_rank(draw, 5, 4, 3), [m] * 5)
    theirs = getattr(variances, "function", variances)
    for f, unknown in ((growth, [0, 1, 2]), (two, [1, 0]), (growth, [2, 1]), (four, [3, 0, 2, 1])):
        given = f"for the open matrix {_text(f)} with {unknown} unknown"
        try:
            found = theirs([list(row) for row in f], list(unknown))
        except ValueError:
            continue
        except Exception as error:
            raise CounterExample(f"{given} it raised {type(error).__name__}: {error}") from None
        claim(found is None, f"{given} you return {show(found)}")
        claim(False, f"{given} you return None, and raise no ValueError")
    _exact(variances([list(row) for row in growth], [0, 1])[1], "the variance of parameter 1")


@task.property(
    "3",
    hint="Bring the rows into steps by elimination. A column without a step is free: set it to 1, "
    "and solve for the others.",
)
def nobody_sees_the_mixture(draw: Random, unseen: Callable) -> None:
    """No datum changes along the mixture; the list is empty only where nothing is open."""
    shapes = ((1, 2, 1), (4, 3, 3), (5, 3, 2), (2, 4, 2), (6, 4, 3), (3, 3, 3))
    cases = [(_of_rank(draw, *shape), shape[1], shape[2]) for shape in shapes]
    for slopes, size, rank in cases + _awkward(draw):
        found = unseen([list(row) for row in slopes])
        given = f"the slopes {_text(slopes)}"
        if rank == size:
            claim(
                isinstance(found, list | tuple) and not found,
                f"{given} fix all {size} mixtures, and you return {show(found)}",
                "An empty list, where nothing is open.",
            )
            continue
        claim(
            isinstance(found, list | tuple) and len(found) == size,
            f"{given} leave a mixture of {size} parameters open, and you return {show(found)}",
        )
        mixture = [_exact(x, "the mixture") for x in found]
        claim(any(mixture), f"for {given} your mixture is all zeros: no change at all")
        moved = [sum(a * b for a, b in zip(row, mixture, strict=True)) for row in slopes]
        claim(
            not any(moved),
            f"for {given} your mixture {[*map(str, mixture)]} changes the data by "
            f"{[*map(str, moved)]}",
        )


def _awkward(draw: Random) -> list[tuple[list, int, int]]:
    """Slopes, parameters, rank: what elimination without an exchange, or from the left, misses."""
    late = _of_rank(draw, 3, 2, 2)
    late[0][0] = Fraction(0)  # the first datum does not see the first parameter, the others do
    late[1][0], late[2][0], late[0][1] = (_fraction(draw) for _ in range(3))
    share, narrow = _fraction(draw), _of_rank(draw, 4, 2, 2)
    double = [[row[0], share * row[0], row[1]] for row in narrow]  # open: the first two
    blind = [[Fraction(0), *row] for row in _of_rank(draw, 3, 2, 2)]  # open: the first alone
    middle = [[row[0], Fraction(0), row[1]] for row in _of_rank(draw, 3, 2, 2)]
    return [(late, 2, 2), (double, 3, 2), (blind, 3, 2), (middle, 3, 2)]


def _of_rank(draw: Random, data: int, size: int, rank: int) -> list[list[Fraction]]:
    """Slopes of `data` data in `size` parameters, of which `rank` mixtures are seen."""
    while True:
        seen = [[_fraction(draw) for _ in range(size)] for _ in range(rank)]
        shares = [[_fraction(draw) for _ in range(rank)] for _ in range(data)]
        rows = [
            [sum(s * row[j] for s, row in zip(share, seen, strict=True)) for j in range(size)]
            for share in shares
        ]
        whole = any(  # some rows of it, and some columns, have a determinant
            _det([[rows[i][j] for j in columns] for i in chosen])
            for chosen in combinations(range(data), rank)
            for columns in combinations(range(size), rank)
        )
        if whole:
            return rows


def _hill(draw: Random, kind: str) -> tuple:
    """A deviance of two parameters, its best place, and the true ends of the interval."""
    a0, b0, s = draw.uniform(-2, 2), draw.uniform(-2, 2), draw.uniform(0.7, 1.3)
    tilt, sharp = draw.choice([-1, 1]) * draw.uniform(1, 3), draw.uniform(2, 20)
    c = {"lopsided": 0.3, "open left": 0.8, "open right": -0.8}.get(kind, 0.0) / s
    valley = (lambda x: tilt * x * x) if kind == "curved" else (lambda x: tilt * x)

    def deviance(a: float, b: float) -> float:
        x = a - a0
        height = math.expm1(c * x) / (c * s) if c else x / s
        return height**2 + sharp * (b - b0 - valley(x)) ** 2

    def end(h: float) -> float | None:
        inside = 1 + c * s * h
        if inside <= 0:
            return None
        return a0 + (math.log(inside) / c if c else s * h)

    root = math.sqrt(THRESHOLD)
    return deviance, (a0, b0), [end(-root), end(root)]


@task.property(
    "4",
    hint="For each a: three values of D make the parabola in b, and its lowest point is D's "
    "profile. Then halve the interval between inside and outside.",
)
def the_profile_is_at_the_threshold(draw: Random, profile_ends: Callable) -> None:
    """At every end the best b leaves D at 3.84; an open side is None."""
    for kind in ("straight", "curved", "lopsided", "open left", "open right"):
        deviance, best, right = _hill(draw, kind)
        calls: list[int] = []

        def counted(
            a: float, b: float, calls: list = calls, deviance: Callable = deviance
        ) -> float:
            calls.append(1)
            claim(
                len(calls) <= 3000,
                "you have asked for D more than 3000 times",
                "Three values of D for one a are enough, and fifty halvings for one end.",
            )
            return deviance(a, b)

        found = profile_ends(counted, best, 6.0)
        claim(
            isinstance(found, list | tuple) and len(found) == 2,
            f"profile_ends returned {show(found)}, where two ends are asked for",
        )
        for sign, name, value, exact in zip(
            (-1, 1), ("left", "right"), map(_side, found), right, strict=True
        ):
            _judge_end(f"on a hill that is {kind}, the {name} end", value, exact,
                       best[0] + sign * _slice(deviance, best, sign))  # fmt: skip


def _judge_end(which: str, value: float | None, exact: float | None, cut: float) -> None:
    claim(
        (value is None) == (exact is None),
        f"{which} is {show(exact)}, you say {show(value)}",
        "Within 6 of the best place it never comes up to 3.84: None." if exact is None else None,
    )
    if value is not None and exact is not None:
        claim(
            abs(value - exact) < 1e-5,
            f"{which} is {show(exact)}, you say {show(value)}",
            "That is the end of a slice: b has to be refitted at every a."
            if abs(value - cut) < 1e-3
            else None,
        )


def _slice(deviance: Callable, best: tuple, sign: int) -> float:
    """How far one can go in a with b left where it is."""
    low, high = 0.0, 6.0
    for _ in range(60):
        middle = (low + high) / 2
        inside = deviance(best[0] + sign * middle, best[1]) < THRESHOLD
        low, high = (middle, high) if inside else (low, middle)
    return low


def _greedy(f: list, slopes: list, variances: list, k: int) -> list[int]:
    chosen: list[int] = []
    for _ in range(k):
        left = [i for i in range(len(slopes)) if i not in chosen]
        best = max(left, key=lambda i: _det(_plus(f, slopes[i], variances[i])))
        f = _plus(f, slopes[best], variances[best])
        chosen.append(best)
    return chosen


def _together(f: list, slopes: list, variances: list, chosen: Any) -> float:
    for i in chosen:
        f = _plus(f, slopes[i], variances[i])
    return _det(f)


def _not_for_the_greedy(draw: Random, size: int, n: int, k: int) -> tuple:
    """Candidates that need F, and whose best k are not found one after the other (if k > 1)."""
    nothing = [[1e-9 * (i == j) for j in range(size)] for i in range(size)]
    while True:
        f, slopes, variances = _candidates(draw, size, n)
        f = [[x / 3 for x in row] for row in f]
        top, blind = (
            max(combinations(range(n), k), key=lambda c, g=g: _together(g, slopes, variances, c))
            for g in (f, nothing)
        )
        step_by_step = _greedy(f, slopes, variances, k)
        if top != blind and (k == 1 or set(step_by_step) != set(top)):
            return f, slopes, variances, top, step_by_step


@task.property(
    "5",
    hint="Together, not one after the other: the best single one may be in no best pair.",
)
def no_other_choice_is_better(draw: Random, best_days: Callable) -> None:
    """The chosen days together make the determinant as large as any choice could."""
    for size, n, k in ((2, 6, 1), (2, 7, 2), (2, 8, 2), (3, 8, 3)):
        f, slopes, variances, top, step_by_step = _not_for_the_greedy(draw, size, n, k)
        found = best_days([list(r) for r in f], [list(s) for s in slopes], list(variances), k)
        claim(
            isinstance(found, list | tuple) and len(found) == k,
            f"for k = {k} you returned {show(found)}",
            "A list of k indices.",
        )
        chosen = [int(number(i)) for i in found]
        claim(
            len(set(chosen)) == k and all(0 <= i < n for i in chosen),
            f"you chose {show(found)}, and each of 0 to {n - 1} can be measured once",
        )
        yours, best = (_together(f, slopes, variances, c) for c in (chosen, top))
        claim(
            yours >= best * (1 - 1e-9),
            f"for k = {k} of {n} candidates yours, {show(sorted(chosen))}, make the determinant "
            f"{show(yours)}; there are {k} that make it {show(best)}",
            "You took the best one, then the best one to go with it: compare whole choices."
            if set(chosen) == set(step_by_step)
            else None,
        )
