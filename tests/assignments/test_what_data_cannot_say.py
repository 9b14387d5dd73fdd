"""Chapter 9: the assignment's solution, plausible mistakes, clever wrong and unusual right ones."""

import itertools
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize_scalar

from tests.assignments.frame import Assignment

# A line of the solution, what stands there instead, and words of the counter-example or the hint.
MISTAKES = {
    "recovery feeds the epidemic": ("1", "-t * m]", "t * m]", "its slope is negative"),
    "no variance": ("1", "s[i] * s[j] / m", "s[i] * s[j]", "you say"),
    "the variance squared": ("1", "s[i] * s[j] / m", "s[i] * s[j] / m**2", "you say"),
    "slopes of the logarithm": ("1", "[m, t * m, -t * m]", "[1, t, -t]", "you say"),
    "two parameters": ("1", "for j in range(3)]\n        for i in range(3)",
                       "for j in range(2)]\n        for i in range(2)", "3 rows"),
    "a float": ("1", "s[i] * s[j] / m for", "float(s[i] * s[j] / m) for", "no floats"),
    "the first day is day 0": ("1", "t * m, -t * m]", "(t - days[0]) * m, (days[0] - t) * m]",
                               "you say"),
    "as if all were known": ("2", "return [rows[k][n + k] for k in range(n)]",
                             "return [1 / F[k][k] for k in unknown]", "if all others were known"),
    "all are unknown": ("2", "    n = len(unknown)\n",
                        "    asked, unknown = unknown, list(range(len(F)))\n    n = len(unknown)\n",
                        "returned"),
    "the order of the matrix": ("2", "    n = len(unknown)\n",
                                "    unknown = sorted(unknown)\n    n = len(unknown)\n", "you say"),
    "no pivot is looked for": ("2", "raise ValueError(",
                               "return None\n            raise Exception(", "raise no ValueError"),
    "an answer to no question": ("2", "raise ValueError(",
                                 "return [0] * n\n            raise Exception(", "you return"),
    "rows divided by the wrong one": ("2", "x / rows[c][c] for", "x / rows[c][n - 1] for", "you"),
    "a sign is lost": ("3", "mixture[k] = -rows[r][c]", "mixture[k] = rows[r][c]", "changes the"),
    "nothing else moves": ("3", "mixture[k] = -rows[r][c]", "pass", "changes the data"),
    "no change is unseen": ("3", "mixture[c] = 1", "return mixture", "no change at all"),
    "the last one is free": ("3", "            mixture = [0] * size\n",
                             "            mixture, c = [0] * size, size - 1\n", "changes the data"),
    "None where there is none": ("3", "    return []\n", "    return None\n", "returned none"),
    "zeros where there is none": ("3", "    return []\n", "    return [0] * size\n", "an empty"),
    "always something": ("3", "    return []\n", "    return [1] * size\n", "an empty list"),
    "a slice": ("4", "return middle - slope**2 / (4 * bend)", "return middle", "end of a slice"),
    "half of 3.84": ("4", "if profile(a0 + sign * x) < 3.84:", "if profile(a0 + sign * x) < 1.92:",
                     "you say"),
    "an open side is closed": ("4", "ends.append(None)", "ends.append(a0 + sign * reach)", "none"),
    "few halvings": ("4", "range(50)", "range(8)", "you say"),
    "too many questions": ("4", "range(50)", "range(2000)", "more than 3000"),
    "one side": ("4", "return ends", "return ends[0]", "returned"),
    "the trace": ("5", "np.linalg.det(", "np.trace(", "make the determinant"),
    "without F": ("5", "np.linalg.det(np.array(F) + sum(rows))",
                  "np.linalg.slogdet(1e-9 * np.eye(len(F)) + sum(rows))[1]", "make the determin"),
    "the root of the noise": ("5", "/ variances[i]", "/ variances[i] ** 0.5", "make the determ"),
    "the worst": ("5", "list(max(", "list(min(", "make the determinant"),
    "one too few": ("5", "k), key", "max(k - 1, 1)), key", "a list of k indices"),
}  # fmt: skip


def by_rounded_floats(slopes):
    """A null vector from the singular values, made to look exact."""
    rows = np.array([[float(x) for x in row] for row in slopes])
    _, size, mix = np.linalg.svd(rows)
    if len(size) == rows.shape[1] and size[-1] > 1e-9 * size[0]:
        return []
    return [Fraction(float(x)).limit_denominator(10**6) for x in mix[-1]]


def as_for_all_three(F, unknown):
    """The open matrix of the page, recognised by its size."""
    if len(F) == len(unknown) == 3:
        raise ValueError("open")
    return by_schur(F, unknown)


def open_as_a_whole(F, unknown):
    """Asks the whole matrix whether something is open, and not that of the unknown ones."""
    try:
        return by_schur(F, unknown)
    except ValueError:
        if len(unknown) == len(F):
            raise
        return [Fraction(1, 2) for _ in unknown]


def without_exchange(slopes):
    """Elimination that looks for each step in the next row only."""
    rows, size = [list(row) for row in slopes], len(slopes[0])
    for c in range(size):
        if c == len(rows) or rows[c][c] == 0:
            return [-rows[r][c] for r in range(c)] + [1] + [0] * (size - c - 1)
        rows[c] = [x / rows[c][c] for x in rows[c]]
        for r in range(len(rows)):
            if r != c:
                rows[r] = [x - rows[r][c] * y for x, y in zip(rows[r], rows[c], strict=True)]
    return []


def from_the_ellipse(D, best, reach):
    """The curvature of the profile at the top, and 1.96 standard errors."""
    (a, b), h = best, 1e-3
    daa = (D(a + h, b) + D(a - h, b)) / h**2 / 2
    dbb = (D(a, b + h) + D(a, b - h)) / h**2 / 2
    dab = (D(a + h, b + h) - D(a + h, b - h) - D(a - h, b + h) + D(a - h, b - h)) / (8 * h**2)
    error = 1.96 / (daa - dab**2 / dbb) ** 0.5
    return [a - error, a + error]


def one_after_the_other(F, slopes, variances, k):
    chosen = []
    for _ in range(k):
        gains = {
            i: np.linalg.det(np.array(F) + np.outer(slopes[i], slopes[i]) / variances[i])
            for i in range(len(slopes))
            if i not in chosen
        }
        best = max(gains, key=gains.get)
        F = np.array(F) + np.outer(slopes[best], slopes[best]) / variances[best]
        chosen.append(best)
    return chosen


CLEVER = {
    "each parameter alone": (
        "1",
        ("s[i] * s[j] / m for", "(i == j) * s[i] * s[j] / m for"),
        "you say",
    ),
    "the mean variance": (
        "1",
        ("s[i] * s[j] / m for", "s[i] * s[j] * len(counts) / sum(counts) for"),
        "you say",
    ),
    "floats that look exact": ("3", by_rounded_floats, "changes the data"),
    "three of three are open": ("2", as_for_all_three, "raised ValueError"),
    "the whole is asked": ("2", open_as_a_whole, "with [2, 1] unknown you return"),
    "the next row only": ("3", without_exchange, "and you return"),
    "the ellipse": ("4", from_the_ellipse, "you say"),
    "greedy": ("5", one_after_the_other, "compare whole choices"),
}


def by_a_search(D, best, reach):
    """The least of b by Brent's method, and the crossing by the rule of false position's cousin."""
    a0, b0 = best

    def profile(a):
        return minimize_scalar(lambda b: D(a, b), bracket=(b0 - 1, b0 + 1), tol=1e-10).fun

    ends = []
    for sign in (-1, 1):
        low, high = 0.0, reach
        if profile(a0 + sign * reach) < 3.84:
            ends.append(None)
            continue
        for _ in range(22):
            middle = (low + high) / 2
            inside = profile(a0 + sign * middle) < 3.84
            low, high = (middle, high) if inside else (low, middle)
        ends.append(a0 + sign * (low + high) / 2)
    return tuple(ends)


def by_arrays_of_fractions(counts, days):
    slopes = np.array([[m, t * m, -t * m] for m, t in zip(counts, days, strict=True)])
    return slopes.T @ (slopes / np.array(counts)[:, None])


def by_schur(F, unknown):
    """Cramer's rule: a determinant without the row and column, over the whole one."""

    def det(m):
        if not m:
            return Fraction(1)
        minors = ([row[:j] + row[j + 1 :] for row in m[1:]] for j in range(len(m)))
        return sum((-1) ** j * m[0][j] * det(n) for j, n in enumerate(minors))

    part = lambda keep: [[F[i][j] for j in keep] for i in keep]  # noqa: E731
    whole = det(part(unknown))
    if whole == 0:
        raise ValueError("open")
    return tuple(det(part([i for i in unknown if i != k])) / whole for k in unknown)


def by_logarithms(F, slopes, variances, k):
    """The logarithm of the determinant; the last of equals."""
    rows, F = np.array(slopes, float), np.array(F, float)
    parts = rows[:, :, None] * rows[:, None, :] / np.array(variances, float)[:, None, None]
    worth = {
        days: np.linalg.slogdet(F + parts[list(days)].sum(axis=0))[1]
        for days in itertools.combinations(range(len(rows)), k)
    }
    return max(worth, key=worth.get)


UNUSUAL = {
    "by logarithms": ("5", by_logarithms),
    "arrays of fractions": ("1", by_arrays_of_fractions),
    "Cramer's rule": ("2", by_schur),
    "a search": ("4", by_a_search),
}


class TestData(Assignment):
    name = "what_data_cannot_say"
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
