"""Chapter 12: the assignment's solution, mistakes, clever wrong and unusual right answers."""

import math

import numpy as np

from bookkit.checks.space import evened, fisher_step, through
from tests.assignments.frame import Assignment

GIVEN = """
import math
import numpy as np
from bookkit.checks.space import evened, fisher_step, through
"""


# A line of the solution, what stands there instead, and words of the counter-example or the hint.
MISTAKES = {
    "one side only": ("1", "bar_u[i + 1] -= g[i] * apart", "pass", "you say"),
    "both receive": ("1", "bar_u[i + 1] -=", "bar_u[i + 1] +=", "you say"),
    "the sign of a border": ("1", "(u[i] - u[i + 1]) * apart)", "(u[i + 1] - u[i]) * apart)",
                             "gives to cell i + 1"),
    "the wrong cotangent": ("1", "(u[i] - u[i + 1]) * apart)", "(u[i] - u[i + 1]) * bar[i + 1])",
                            "border"),
    "one list": ("1", "return bar_u, bar_g", "return bar_u", "asked for are two lists"),
    "one border too many": ("1", "return bar_u, bar_g", "return bar_u, bar_g + [0]", "border(s)"),
    "the state instead": ("1", "apart = bar[i + 1] - bar[i]", "apart = u[i + 1] - u[i]", "you say"),
    "the wind does not turn": ("2", "ahead = [*bar[1:], 0]", "ahead = [0, *bar[:-1]]",
                               "blows the other way"),
    "a ring": ("2", "ahead = [*bar[1:], 0]", "ahead = [*bar[1:], bar[0]]", "for good"),
    "nothing is kept": ("2", "(1 - w) * b + w * r", "b + w * r", "you say"),
    "nothing leaves": ("2", "v * (r - b)", "v * r", "w is"),
    "the sign of w": ("2", "v * (r - b)", "v * (b - r)", "w is"),
    "a float": ("2", "ahead = [*bar[1:], 0]", "ahead = [float(b) for b in bar[1:]] + [0]",
                "no floats"),
    "one over": ("3", "return 2 /", "return 1 /", "2 / k"),
    "the largest rate": ("3", "return 2 / np.linalg.eigvalsh(K).max()",
                         "return 0.5 / max(rates)", "all rates are alike"),
    "the smallest": ("3", ".max()\n", ".min()\n", "multiplies some pattern by"),
    "the diagonal": ("3", "np.linalg.eigvalsh(K).max()", "np.diag(K).max()", "some pattern"),
    "the last share only": ("4", "bar_r += sum(", "bar_r = sum(", "r's slope"),
    "the last border only": ("4", "bar_a += (", "bar_a = (", "a's slope"),
    "no growth on the way back": ("4", "s + r * (1 - 2 * v) * b", "s", "you say"),
    "the two is lost": ("4", "[2 * m for m in miss]", "[m for m in miss]", "you say"),
    "the growth of growth": ("4", "(1 - 2 * v) * b for", "(1 - v) * b for", "you say"),
    "one step too many": ("4", "for _ in range(n)", "for _ in range(n + 1)", "the misfit"),
    "D is known": ("5", "sd * math.sqrt(c / left)", "sd / math.sqrt(a)", "if D were known"),
    "the variance": ("5", "sd * math.sqrt(c / left)", "sd**2 * c / left", "that is the variance"),
    "D instead of r": ("5", "math.sqrt(c / left)", "math.sqrt(a / left)", "you say"),
    "divided by nothing": ("5", "alone = left <= 1e-12 * a * c", "alone = False",
                           "where the determinant is nought"),
    "only equal columns": ("5", "alone = left <= 1e-12 * a * c",
                           "alone = all(x == y for x, y in plan)",
                           "where the determinant is nought"),
    "the worst plan": ("5", "sds.index(min(sds))", "sds.index(max(sds))", "smallest"),
    "counted from one": ("5", "sds.index(min(sds))", "sds.index(min(sds)) + 1", "from 0"),
}  # fmt: skip


def by_differences(g, u, bar):
    def paid(g, u):
        return sum(b * v for b, v in zip(bar, through(g, u), strict=True))

    def slopes(f, at, eps=1e-6):
        found = []
        for i in range(len(at)):
            up = [float(v) + eps * (i == j) for j, v in enumerate(at)]
            down = [float(v) - eps * (i == j) for j, v in enumerate(at)]
            found.append((f(up) - f(down)) / (2 * eps))
        return found

    return slopes(lambda v: paid(g, v), u), slopes(lambda h: paid(h, u), g)


def as_if_even(g, u, bar):
    """The step of the mean border: right where all borders are alike."""
    mean = sum(g) / len(g)
    paid = [(u[i] - u[i + 1]) * (bar[i + 1] - bar[i]) for i in range(len(g))]
    return evened(bar, mean), paid


def twice_the_sum(rates):
    """Gershgorin's bound: safe, and too short."""
    sums = [a + b for a, b in zip([0, *rates], [*rates, 0], strict=True)]
    return 1 / max(sums)


def long_rod(rates):
    """As if the rod were long and even."""
    return 0.5 / (sum(rates) / len(rates))


def by_the_last_step(u, r, a, n, seen):
    for _ in range(n - 1):
        u = fisher_step(u, r, a)
    new = fisher_step(u, r, a)
    bar = [2 * (v - s) for v, s in zip(new, seen, strict=True)]
    of_r = sum(b * v * (1 - v) for b, v in zip(bar, u, strict=True))
    of_a = sum(b * (e - v) for b, e, v in zip(bar, evened(u, 1), u, strict=True))
    return sum((v - s) ** 2 for v, s in zip(new, seen, strict=True)), of_r, of_a


def the_most_numbers(plans, sd):
    sds = [sd / math.sqrt(len(plan)) for plan in plans]
    return sds.index(min(sds)), sds


def by_pinv(plans, sd):
    """The pseudo-inverse of a plan that knows the product only is finite, and means nothing."""
    sds = [sd * math.sqrt(np.linalg.pinv(np.array(p).T @ np.array(p))[0, 0]) for p in plans]
    return int(np.argmin(sds)), sds


def until_it_fails(plans, sd):
    """An inverse, and infinity where NumPy notices that there is none: rounding often hides it."""
    sds = []
    for plan in plans:
        J = np.array(plan)
        try:
            sds.append(sd * math.sqrt(np.linalg.inv(J.T @ J)[0, 0]))
        except (np.linalg.LinAlgError, ValueError):
            sds.append(math.inf)
    return sds.index(min(sds)), sds


def wind_by_differences(w, u, bar):
    def paid(w, u):
        behind = [0, *u[:-1]]
        return sum(b * ((1 - w) * v + w * a) for b, v, a in zip(bar, u, behind, strict=True))

    def slope(f, at, eps=1e-6):
        return (f(at + eps) - f(at - eps)) / (2 * eps)

    moved = lambda i: lambda v: paid(w, [*u[:i], v, *u[i + 1 :]])  # noqa: E731
    return [slope(moved(i), u[i]) for i in range(len(u))], slope(lambda v: paid(v, u), w)


CLEVER = {
    "differences of the wind": ("2", wind_by_differences, "no floats"),
    "differences": ("1", by_differences),
    "the mean border": ("1", as_if_even),
    "Gershgorin": ("3", twice_the_sum),
    "a long even rod": ("3", long_rod),
    "the last step": ("4", by_the_last_step),
    "the most numbers": ("5", the_most_numbers),
    "a pseudo-inverse": ("5", by_pinv),
    "until it fails": ("5", until_it_fails),
}


def by_columns(g, u, bar):
    """Each cell pushed by one, as the columns of the matrix; tuples instead of lists."""
    cells = range(len(u))
    pushed = [through(g, [int(i == j) for j in cells]) for i in cells]
    bar_u = tuple(sum(b * v for b, v in zip(bar, p, strict=True)) for p in pushed)
    units = [[int(i == j) for j in range(len(g))] for i in range(len(g))]
    moves = [[v - w for v, w in zip(through(e, u), u, strict=True)] for e in units]
    return bar_u, tuple(sum(b * v for b, v in zip(bar, m, strict=True)) for m in moves)


def by_growing(rates):
    """A pattern is let grow, and its factor is the largest rate: the power method."""
    pattern = [(-1.0) ** i * (1 + 0.1 * i) for i in range(len(rates) + 1)]
    factor = 1.0
    for _ in range(20_000):
        new = [v - w for v, w in zip(pattern, through(rates, pattern), strict=True)]
        factor = math.hypot(*new) / math.hypot(*pattern)
        pattern = [v / math.hypot(*new) for v in new]
    return 2 / factor


def by_least_squares(plans, sd):
    """By QR: what is left of the first column after the second has been projected out."""
    sds = []
    for plan in plans:
        R = np.linalg.qr(np.array(plan)[:, ::-1])[1]
        flat = abs(R[1, 1]) < 1e-9 * abs(R[0, 0])
        sds.append(math.inf if flat else sd / abs(R[1, 1]))
    return np.argmin(sds), np.array(sds)


def by_moving_each(w, u, bar):
    """The step is linear in u and in w alone: whole moves give exact slopes."""

    def paid(w, u):
        behind = [0, *u[:-1]]
        return sum(b * ((1 - w) * v + w * a) for b, v, a in zip(bar, u, behind, strict=True))

    cells = range(len(u))
    bar_u = tuple(paid(w, [int(i == j) for j in cells]) for i in cells)
    return bar_u, paid(w + 1, u) - paid(w, u)


def carried_along(u, r, a, n, seen):
    """Forwards: each cell with its slopes in r and in a."""
    by_r, by_a = [0 for _ in u], [0 for _ in u]
    for _ in range(n):
        grow = [r * (1 - 2 * v) for v in u]
        apart = [x - v for x, v in zip(evened(u, 1), u, strict=True)]
        by_r = [e + g * d + v * (1 - v) for e, g, d, v in
                zip(evened(by_r, a), grow, by_r, u, strict=True)]  # fmt: skip
        by_a = [e + g * d + x for e, g, d, x in
                zip(evened(by_a, a), grow, by_a, apart, strict=True)]  # fmt: skip
        u = fisher_step(u, r, a)
    miss = [v - s for v, s in zip(u, seen, strict=True)]
    slopes = (2 * sum(m * d for m, d in zip(miss, by, strict=True)) for by in (by_r, by_a))
    return sum(m * m for m in miss), *slopes


UNUSUAL = {
    "each moved": ("2", by_moving_each),
    "carried along": ("4", carried_along),
    "by columns": ("1", by_columns),
    "the power method": ("3", by_growing),
    "by QR": ("5", by_least_squares),
}


class TestSpace(Assignment):
    name = "space"
    given = GIVEN
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
