"""The checks of *Space*: its exercises and its assignment.

Tasks 1, 2 and 4 hand over fractions: an answer made of + - * / returns the exact fraction, and a
difference does not.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from bookkit.checks import Checks, claim, close, number, show, vector

check = Checks("Exercise")
task = Checks("Task")


def evened(u: list, a: Any) -> list:
    """One step of a rod with closed ends: across each border a of the difference passes.

    >>> evened([0, 0, 16, 0, 0], Fraction(1, 4))
    [Fraction(0, 1), Fraction(4, 1), Fraction(8, 1), Fraction(4, 1), Fraction(0, 1)]
    """
    return through([a] * (len(u) - 1), u)


def through(g: list, u: list) -> list:
    """One step of a rod whose border i, between cells i and i + 1, lets g[i] of a difference pass.

    >>> through([1, 0], [4, 6, 9])
    [6, 4, 9]
    """
    new = list(u)
    for i, share in enumerate(g):
        passed = share * (u[i] - u[i + 1])
        new[i] -= passed
        new[i + 1] += passed
    return new


@check.property(
    "12.1",
    hint="The transpose of the step is the step: each border lets a of the difference of the two "
    "cotangents pass, and the two ends are closed. Do it n times.",
)
def pays_the_start(draw: Random, walk_back: Callable) -> None:
    """The cotangents times the start are the cotangents of the end times the end."""
    for cells, n in ((2, 1), (3, 2), (6, 5)):
        a = draw.uniform(0.1, 0.4)
        seed = [draw.uniform(-1, 1) for _ in range(cells)]
        bar = vector(walk_back(list(seed), a, n), cells)
        for i in range(cells):  # one hot cell after the other
            end = [float(i == j) for j in range(cells)]
            for _ in range(n):
                end = evened(end, a)
            paid = sum(x * y for x, y in zip(seed, end, strict=True))
            hint = None
            if i in (0, cells - 1):
                hint = "The first and the last cell have one neighbour: they keep 1 - a."
            if n > 1 and close(bar, evened(seed, a), 1e-9):
                hint = "That is one step back; there are n."
            claim(
                abs(bar[i] - paid) < 1e-12,  # sums of at most 6 * 5 products below one
                f"{cells} cells, a = {show(a)}, {n} step(s), the end has the cotangents "
                f"{show(seed)}: a unit of cell {i + 1} at the start changes the result by "
                f"{show(paid)}, you say {show(bar[i])}",
                hint,
            )


@check.property(
    "12.2",
    hint="The zigzag in every direction loses 4 D h / dx^2 for each dimension; it must not be "
    "multiplied by less than -1.",
)
def longest_without_growth(draw: Random, longest: Callable) -> None:
    """A little shorter and every zigzag dies out; a little longer and the finest one grows."""
    for dims in (1, 2, 3):
        D, dx = draw.uniform(0.5, 20), draw.uniform(0.2, 3)
        h = number(longest(D, dx, dims))
        for factor, grows in ((0.99, False), (1.01, True)):
            zigzag = 1.0 - 4.0 * dims * D * factor * h / dx**2
            claim(
                (abs(zigzag) > 1.0) == grows,
                f"with D = {show(D)}, dx = {show(dx)}, {dims} dimension(s) your h is {show(h)}; "
                f"{factor} times that multiplies the finest zigzag by {show(zigzag)} a step",
                "There are more neighbours in two and three dimensions."
                if dims > 1 else "Twice the width bears four times the step: dx is squared.",
            )  # fmt: skip


def _front(x: float, at: float, top: float) -> float:
    """Falls from `top` to 0 and passes a half at `at`."""
    return top / (1.0 + (2.0 * top - 1.0) * math.exp(x - at))


@check.property(
    "12.3",
    hint="In both pictures find the first cell that is below a half, and cut the straight line "
    "from the cell before it at a half.",
)
def speed_between_cells(draw: Random, speed: Callable) -> None:
    """The speed of a front that moves less than a cell, or many, is found."""
    for moved in (0.3, 7.0, draw.uniform(1, 3)):
        dx, years, at = draw.uniform(0.5, 0.8), draw.uniform(2, 5), draw.uniform(8, 10)
        x = [dx * (k + 0.5) for k in range(60)]
        # The land behind fills up meanwhile: the area under a picture is no measure of the way.
        before = [_front(v, at, 0.8) for v in x]
        after = [_front(v, at + moved, 1.0) for v in x]
        found = number(speed(list(x), list(before), list(after), years))
        true = moved / years
        # A chord misses by dx^2/8 times the curvature over the slope. With u = top s, they are
        # top s (1-s)(1-2s) and top s (1-s), so at most |1 - 2s| < 0.6 within a cell of a half.
        allowed = 2 * (0.8**2 / 8) * 0.6 / years
        hint = None
        if abs(found * years - round(found * years / dx) * dx) < 1e-9:
            hint = "A whole number of cells: interpolate between the two cells around one half."
        if abs(found * years - dx * (sum(after) - sum(before))) < 1e-9:
            hint = "That is what the area gained, and the land behind the front filled up too."
        if abs(found - moved) < 0.05 and abs(found - true) > allowed:
            hint = "That is the way; divide by the years."
        claim(
            abs(found - true) < allowed,
            f"a front moved {show(moved)} km in {show(years)} years on cells of {show(dx)} km: "
            f"{show(true)} km a year, you say {show(found)}",
            hint,
        )


@check.property(
    "12.4",
    hint="From the lowest point go left, and right, until the curve passes its minimum + 1.92; cut "
    "the straight line between the two grid points. An end that is never reached is None.",
)
def interval_of_a_profile(draw: Random, interval: Callable) -> None:
    """Both ends lie where the profile is 1.92 above its lowest point; an open end is None."""
    sides = ((True, True), (True, False), (False, True), (False, False))
    for closed in sides:
        low, wide = draw.uniform(2, 3), [draw.uniform(0.2, 0.4) for _ in range(13)]
        grid = [1.0 + sum(wide[:k]) for k in range(13)]  # unequal, like the D of the chapter
        at = draw.randint(5, 7)
        bend = [draw.uniform(4, 6) if side else 0.1 for side in closed]
        values = [low + bend[v > grid[at]] * (v - grid[at]) ** 2 for v in grid]
        found = interval(list(grid), list(values))
        claim(
            isinstance(found, tuple | list) and len(found) == 2,
            f"interval returned {show(found)}; asked for are two ends",
        )
        for end, side, way in zip(found, closed, (range(at, 0, -1), range(at, 12)), strict=True):
            true, twice = (_passed(grid, values, way, low + rise) for rise in (1.92, 3.84))
            if not side:
                claim(
                    end is None,
                    f"on one side the profile rises by {max(values[k] for k in way) - low:.2f} at "
                    f"most, and your end there is {show(end)}",
                    "These data do not close that end: say so, with None.",
                )
                continue
            hint = None
            if end is not None and twice is not None and close(number(end), twice, 0.02):
                hint = "1.92 is half of 3.84: the profile is of half the squared misfit."
            claim(
                end is not None and abs(number(end) - true) < 1e-9,
                f"values {show(grid)}, profile {show(values)}: from the lowest point at "
                f"{show(grid[at])} it rises by 1.92 at {show(true)}, you say {show(end)}",
                hint,
            )


def _passed(grid: list, values: list, way: range, level: float) -> float | None:
    """Where the profile passes `level` on its way out, on a straight line between grid points."""
    for i in way:
        j = i + way.step
        if values[j] > level:
            share = (level - values[i]) / (values[j] - values[i])
            return grid[i] + share * (grid[j] - grid[i])
    return None


def growth(J: list, k: float, D_u: float, D_v: float) -> float:
    """The largest real part of the eigenvalues of J - k^2 diag(D_u, D_v).

    >>> round(growth([[-1.0, 0.0], [0.0, -2.0]], 1.0, 1.0, 1.0), 12)
    -2.0
    """
    matrix = np.array(J, dtype=float) - k**2 * np.diag([D_u, D_v])
    return float(np.linalg.eigvals(matrix).real.max())


@check.property(
    "12.5",
    hint="Compute the growth at many k, say from 0.01 to 3, take the largest, and return 2 pi / k.",
)
def no_wave_grows_faster(draw: Random, wavelength: Callable) -> None:
    """No other wave grows faster."""
    for _ in range(3):
        g = draw.uniform(0.3, 1.0)
        J, D_u, D_v = [[0.8 * g, g], [-1.8 * g, -g]], draw.uniform(0.1, 0.3), draw.uniform(4, 8)
        found = number(wavelength(J, D_u, D_v))
        k = np.linspace(0.05, 3.0, 2000)
        rates = [growth(J, float(v), D_u, D_v) for v in k]
        best = float(k[int(np.argmax(rates))])
        mine = growth(J, 2 * math.pi / found, D_u, D_v) if found > 0 else -math.inf
        hint = None
        if close(found, best, 0.01):
            hint = "That is the wave number; the length of the wave is 2 pi over it."
        claim(
            max(rates) - mine < 2e-3 * max(rates),
            f"J = {show(J)}, D_u = {show(D_u)}, D_v = {show(D_v)}: a wave of {show(found)} grows "
            f"at {show(mine)}, and one of {show(2 * math.pi / best)} at {show(max(rates))}",
            hint,
        )


# --- the assignment --------------------------------------------------------------------------


def _fractions(draw: Random, n: int) -> list[Fraction]:
    return [draw.choice([-1, 1]) * Fraction(draw.randint(1, 9), draw.randint(1, 9))
            for _ in range(n)]  # fmt: skip


def _exact(value: Any, what: str) -> Fraction:
    claim(
        isinstance(value, int | Fraction) and not isinstance(value, bool),
        f"{what} came back as {show(value)} ({type(value).__name__}), and what went in were "
        "fractions",
        "Only + - * / of what came in and of whole numbers: no floats, no differences, no engine.",
    )
    return Fraction(value)


def _pair(found: Any, first: int, what: str) -> tuple:
    claim(
        isinstance(found, tuple | list) and len(found) == 2
        and isinstance(found[0], tuple | list) and len(found[0]) == first,
        f"you returned {show(found)}; asked for are {what}",
    )  # fmt: skip
    return tuple(found)


def _compare(pairs: list, given: str, hints: dict[str, str]) -> None:
    for name, value, right in pairs:
        exact = _exact(value, name)
        claim(
            exact == right,
            f"{given}: {name} is {right}, you say {exact}",
            hints.get(name.split()[0]),
        )


@task.property(
    "1",
    hint="Border i moves g[i] of a difference from one cell to the next, and back walks the same: "
    "g[i] of the difference of the two cotangents. g[i] itself is paid "
    "(u[i] - u[i + 1]) * (bar[i + 1] - bar[i]).",
)
def walks_back_through_borders(draw: Random, back: Callable) -> None:
    """The cotangents of the cells and of the borders are exact."""
    for cells in (2, 3, 6):
        g = [Fraction(draw.randint(1, 4), draw.randint(9, 12)) for _ in range(cells - 1)]
        u, bar = _fractions(draw, cells), _fractions(draw, cells)
        of_u, of_g = _pair(back(list(g), list(u), list(bar)), cells, "two lists")
        claim(
            isinstance(of_g, tuple | list) and len(of_g) == cells - 1,
            f"{cells} cells have {cells - 1} border(s), and you returned {show(of_g)}",
        )
        units = [[Fraction(i == j) for j in range(cells)] for i in range(cells)]
        right = [sum(a * b for a, b in zip(bar, through(g, e), strict=True)) for e in units]
        paid = [(u[i] - u[i + 1]) * (bar[i + 1] - bar[i]) for i in range(cells - 1)]
        rows = [(f"cell {i + 1}", v, w) for i, (v, w) in enumerate(zip(of_u, right, strict=True))]
        rows += [(f"border {i + 1}", v, w) for i, (v, w) in enumerate(zip(of_g, paid, strict=True))]
        given = f"g = {[*map(str, g)]}, u = {[*map(str, u)]}, bar = {[*map(str, bar)]}"
        wrong_way = all(v == -w for v, w in zip(of_g, paid, strict=True))
        hint = "The sign: g[i] takes from cell i and gives to cell i + 1." if wrong_way else None
        _compare(rows, given, {"border": hint} if hint else {})


@task.property(
    "2",
    hint="Cell i keeps 1 - w and gives w to cell i + 1. So its cotangent is (1 - w) of its own and "
    "w of the one to the RIGHT; the last cell gives its w away for good.",
)
def the_wind_turns(draw: Random, back: Callable) -> None:
    """On the way back the wind blows the other way, exactly."""
    for cells in (2, 3, 6):
        w = Fraction(draw.randint(1, 8), 9)
        u, bar = _fractions(draw, cells), _fractions(draw, cells)
        of_u, of_w = _pair(back(w, list(u), list(bar)), cells, "a list and one number")
        ahead = [*bar[1:], Fraction(0)]
        right = [(1 - w) * b + w * r for b, r in zip(bar, ahead, strict=True)]
        paid = sum(v * (r - b) for v, b, r in zip(u, bar, ahead, strict=True))
        with_it = [(1 - w) * b + w * r for b, r in zip(bar, [Fraction(0), *bar], strict=False)]
        same = [_exact(v, "a cotangent") for v in of_u] == with_it
        hints = {"cell": "That is the step itself. This matrix is not symmetric: its transpose "
                         "blows the other way."} if same else {}  # fmt: skip
        rows = [(f"cell {i + 1}", v, w) for i, (v, w) in enumerate(zip(of_u, right, strict=True))]
        given = f"w = {w}, u = {[*map(str, u)]}, bar = {[*map(str, bar)]}"
        _compare([*rows, ("w", of_w, paid)], given, hints)


@task.property(
    "3",
    hint="u + h * K u multiplies a pattern with K u = -k u by 1 - h k. The largest k decides: h = "
    "2 / k. Build K and take its eigenvalues, or let a pattern grow and look.",
)
def longest_for_this_rod(draw: Random, longest: Callable) -> None:
    """A little shorter and nothing grows; a little longer and something does."""
    for cells in (3, 5, 9):
        rates = [draw.uniform(0.5, 20) for _ in range(cells - 1)]
        h = number(longest(list(rates)))
        K = np.array([through(rates, [float(i == j) for j in range(cells)]) for i in range(cells)])
        K = np.eye(cells) - K  # minus the stencil
        for factor, grows in ((1 - 1e-5, False), (1 + 1e-5, True)):
            size = float(np.abs(np.linalg.eigvalsh(np.eye(cells) - factor * h * K)).max())
            hint = None
            if close(h, 0.5 / max(rates), 1e-6):
                hint = "1/2 over the largest rate is safe where all rates are alike, and too short "
                hint += "or only nearly right where they are not."
            claim(
                (size > 1.0 + 1e-9) == grows,
                f"with the rates {show(rates)} your h is {show(h)}; {factor} times that multiplies "
                f"some pattern by {size:.8g} in size a step",
                hint,
            )


def fisher_step(u: list, r: Any, a: Any) -> list:
    """One step of growth and spread: u + r u (1 - u) in every cell, and a of each difference.

    >>> fisher_step([Fraction(1), Fraction(0)], Fraction(1), Fraction(1, 4))
    [Fraction(3, 4), Fraction(1, 4)]
    """
    return [e + r * v * (1 - v) for e, v in zip(evened(u, a), u, strict=True)]


@task.property(
    "4",
    hint="Keep the states. Start from 2 (u - seen). Each step pays r the sum of bar * u (1 - u), a "
    "the sum over borders of (u[i] - u[i+1]) (bar[i+1] - bar[i]), with the state BEFORE the step; "
    "then bar spreads and gains r (1 - 2 u) bar.",
)
def both_slopes_of_the_misfit(draw: Random, gradient: Callable) -> None:
    """The misfit and its slopes in r and a are exact."""
    for cells, n in ((2, 1), (3, 2), (4, 3)):
        r, a = Fraction(draw.randint(1, 4), 5), Fraction(draw.randint(1, 4), 10)
        u = [Fraction(draw.randint(1, 9), 10) for _ in range(cells)]
        seen = [Fraction(draw.randint(1, 9), 10) for _ in range(cells)]
        found = gradient(list(u), r, a, n, list(seen))
        claim(
            isinstance(found, tuple | list) and len(found) == 3,
            f"you returned {show(found)}; asked for are the misfit and its slopes in r and in a",
        )
        right = _misfit_and_slopes(u, r, a, n, seen)
        given = f"u = {[*map(str, u)]}, r = {r}, a = {a}, {n} step(s), seen {[*map(str, seen)]}"
        names = ("the misfit", "r's slope", "a's slope")
        hints = {}
        if n > 1 and found[1] == _misfit_and_slopes(u, r, a, n, seen, last_only=True)[1]:
            hints["r's"] = "Every step pays a share, not the last alone."
        _compare(list(zip(names, found, right, strict=True)), given, hints)


def _misfit_and_slopes(
    u: list, r: Any, a: Any, n: int, seen: list, last_only: bool = False
) -> tuple:
    """By tangents, not by a walk back: another way than the one that is taught."""
    states, dots = [u], [[[Fraction(0)] * len(u)] * 2]
    for k in range(n):
        u, new = states[-1], []
        for which, dot in enumerate(dots[-1]):
            d = [e + r * (1 - 2 * v) * w for e, v, w in zip(evened(dot, a), u, dot, strict=True)]
            own = [v * (1 - v) for v in u] if which == 0 else _second(u)
            on = 0 if last_only and k < n - 1 else 1
            new.append([x + on * y for x, y in zip(d, own, strict=True)])
        states.append(fisher_step(u, r, a))
        dots.append(new)
    miss = [v - s for v, s in zip(states[-1], seen, strict=True)]
    slopes = [2 * sum(m * d for m, d in zip(miss, dot, strict=True)) for dot in dots[-1]]
    return sum(m * m for m in miss), *slopes


def _second(u: list) -> list:
    return [e - v for e, v in zip(evened(u, 1), u, strict=True)]


@task.property(
    "5",
    hint="The information of a plan is J^T J / sd^2. With D unknown too, the variance of log r is "
    "the first entry of its inverse; where the determinant is nought it is infinite.",
)
def the_plan_that_tells_r(draw: Random, best_plan: Callable) -> None:
    """The standard deviation of log r under every plan, and the plan with the least."""
    front = [(v, v) for v in (draw.uniform(5, 9) for _ in range(6))]  # r and D only as a product
    plans = [front, _one_mixture(draw)]
    for count in (2, 3, 5):
        plans.append([(draw.uniform(-1, 1), draw.uniform(-1, 1)) for _ in range(count)])
    draw.shuffle(plans)
    sd = draw.uniform(0.05, 0.2)
    right = [_sd_of_r(plan, sd) for plan in plans]
    best, sds = _pair_of_plan(best_plan([list(plan) for plan in plans], sd), len(plans))
    for i, (mine, true) in enumerate(zip(sds, right, strict=True)):
        value = float(mine)
        hint = None
        if math.isinf(true):
            hint = "Its two columns are alike, but for a factor: it knows one mixture of the two "
            hint += "only. Such a plan has math.inf."
        elif close(value, _alone(plans[i], sd), 1e-6):
            hint = "That would be right if D were known. It is not."
        elif close(value, true**2, 1e-6):
            hint = "That is the variance."
        claim(
            math.isinf(value) if math.isinf(true) else close(value, true, 1e-8),
            f"plan {i} has the sensitivities {show(plans[i])} and errors of {show(sd)}: log r is "
            f"known to {show(true)}, you say {show(value)}",
            hint,
        )
    claim(
        best == right.index(min(right)),
        f"the standard deviations are {show(right)}, and you choose plan {show(best)}",
        "Plans are counted from 0, and the smallest standard deviation is the best.",
    )


def _one_mixture(draw: Random) -> list[tuple]:
    """A plan that knows r and D in one mixture only, while rounding hides it from an inverse."""
    while True:
        factor = draw.choice([-1, 1]) * draw.uniform(0.3, 0.8)
        plan = [(v, factor * v) for v in (draw.uniform(5, 9) for _ in range(3))]
        columns = np.array(plan)
        try:
            if np.linalg.inv(columns.T @ columns)[0, 0] > 0:
                return plan
        except np.linalg.LinAlgError:
            pass


def _pair_of_plan(found: Any, plans: int) -> tuple:
    claim(
        isinstance(found, tuple | list) and len(found) == 2,
        f"you returned {show(found)}; asked for are a number of a plan and a list of {plans} "
        "standard deviations",
    )
    best, sds = found
    claim(
        isinstance(sds, tuple | list | np.ndarray) and len(sds) == plans
        and not any(math.isnan(float(v)) for v in sds),
        f"there are {plans} plans, and your standard deviations are {show(sds)}",
    )  # fmt: skip
    return int(number(best)), sds


def _alone(plan: list, sd: float) -> float:
    return sd / math.sqrt(sum(a * a for a, _ in plan))


def _sd_of_r(plan: list, sd: float) -> float:
    """By projecting the column of log r on what that of log D leaves: no inverse of a matrix."""
    b = [row[1] for row in plan]
    share = sum(x * y for x, y in plan) / sum(y * y for y in b)
    left = math.hypot(*(x - share * y for x, y in plan))
    size = math.hypot(*(x for x, _ in plan))
    return math.inf if left < 1e-9 * size else sd / left
