"""Chapter 2: the assignment's solution, plausible mistakes, clever wrong and unusual right ones."""

import itertools
from fractions import Fraction

import numpy as np

import mini_autodiff as ad
from bookkit.checks.three_ways import generation
from tests.assignments.frame import Assignment

# A line of the solution, what stands there instead, and words of the counter-example or the hint.
MISTAKES = {
    "tangents multiply": ("1", "a * d + b * c", "b * d", "belongs to eps squared"),
    "half a product rule": ("1", "a * d + b * c", "a * d", "strike out eps squared"),
    "values add": ("1", "return a * c,", "return a + c,", "as plain numbers do"),
    "plus in the quotient": ("1", "(b - a / c * d)", "(b + a / c * d)", "the other one"),
    "not divided": ("1", "(b - a / c * d) / c", "b - a / c * d", "times the divisor"),
    "divided twice": ("1", "return a / c,", "return a / c / c,", "the value of"),
    "a float": ("1", "return a * c,", "return float(a * c),", "which is no fraction"),
    "one number": ("1", "return a * c, a * d + b * c", "return a * c", "a pair"),
    "a step too large": ("2", "1e-100j if i == k else v for i, v in enumerate(x)]\n        "
                         "slopes.append(f(moved).imag / 1e-100)",
                         "1e-6j if i == k else v for i, v in enumerate(x)]\n        "
                         "slopes.append(f(moved).imag / 1e-6)", "too large for the smallest"),
    "the real part": ("2", ".imag", ".real", "imaginary part"),
    "not divided by the step": ("2", ".imag / 1e-100", ".imag", "imaginary part"),
    "all entries at once": ("2", "if i == k else v", "if True else v", "keep the others"),
    "a run at x": ("2", "slopes = []", "slopes = []; f(x)", "no run at x itself"),
    "r stands still": ("3", "(x + r * dx - new_x", "(r * dx - new_x", "only r moves"),
    "x stands still": ("3", "(x + r * dx - new_x", "(x - new_x", "three parts"),
    "the crowd stands still": ("3", "dcrowd = dx + dy", "dcrowd = 0", "three parts"),
    "the start depends on r": ("3", "dx, dy = 0, 0", "dx, dy = 1, 0", "after 0 years"),
    "half a product rule, parasitoids": (
        "3", "c * (dx * share + x * dshare)", "c * dx * share", "after 4 years"),
    "the new x too early": (
        "3",
        "x, dx, y, dy = new_x, new_dx, c * x * share, c * (dx * share + x * dshare)",
        "x, dx = new_x, new_dx; y, dy = c * x * share, c * (dx * share + x * dshare)",
        "y is",
    ),
    "entry by entry": (
        "4",
        "[sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(len(a))]",
        "[p * q for p, q in zip(a, b)]",
        "not multiply entry by entry",
    ),
    "not cut off": ("4", "for k in range(len(a))]", "for k in range(len(a))] + [0]", "asked for"),
    "the first entry is not a divisor": ("4", "/ b[0])", ")", "times the divisor"),
    "quotient entry by entry": ("4", "in range(k))\n", "in range(0))\n", "Solve for c"),
    "one step": ("5", "return min(pairs)[1]", "return (f(x + 1e-5) - f(x)) / 1e-5", "off by"),
    "too many calls": ("5", "range(26)", "range(40)", "60 are allowed"),
}  # fmt: skip


def differences(f, x, h=1e-6):
    return [(f([v + h * (i == k) for i, v in enumerate(x)]) - f(x)) / h for k in range(len(x))]


def through_the_engine(x, y, r, c, years):
    def run(r):
        state = x, y
        for _ in range(years):
            state = generation(*state, r, c)
        return list(state)

    return (*run(r), *ad.jvp(run, (float(r),), (1.0,))[1])


def convolved(a, b):
    return list(np.convolve([float(v) for v in a], [float(v) for v in b])[: len(a)])


def of_three_terms(a, b):
    """The formulas of the text's example, and nothing beyond."""
    c = [a[0] * b[0], a[0] * b[1] + a[1] * b[0], a[0] * b[2] + a[1] * b[1] + a[2] * b[0]]
    return (c + [0] * len(a))[: len(a)]


CLEVER = {
    "a difference over eps = 1": (
        "1", {"times": lambda p, q: (p[0] * q[0], (p[0] + p[1]) * (q[0] + q[1]) - p[0] * q[0])}
    ),
    "a library's floats": ("4", {"series_times": convolved}),
    "three terms": ("4", {"series_times": of_three_terms}, "list index out of range"),
    "the engine, where the text forbids it": ("3", {"run_with_tangent": through_the_engine}),
    "real differences": ("2", {"complex_gradient": differences}),
    "a relative step": (
        "5",
        {"difference": lambda f, x, h=6e-6: (f(x + h * (abs(x) or 1)) - f(x - h * (abs(x) or 1)))
         / (2 * h * (abs(x) or 1))},
    ),
}  # fmt: skip


def by_thirds(f, x):
    """Another good way: steps a factor of three apart, and three extrapolations."""
    steps = [1e4 / 3**k for k in range(28)]
    column = [(f(x + h) - f(x - h)) / (2 * h) for h in steps]
    for power in (9, 81, 729):
        column = [(power * b - a) / (power - 1) for a, b in itertools.pairwise(column)]
    return min((abs(b / a - 1), b) for a, b in itertools.pairwise(column) if a)[1]


def shorter_still(f, x):
    """The smallest step but a few, and tuples."""
    step = 1e-250
    return tuple(f([*x[:k], x[k] + step * 1j, *x[k + 1 :]]).imag / step for k in range(len(x)))


def by_pairs(x, y, r, c, years):
    """Every number a pair (value, tangent), with the rules of task 1."""
    times = lambda p, q: (p[0] * q[0], p[0] * q[1] + p[1] * q[0])  # noqa: E731
    plus = lambda *ps: (sum(p[0] for p in ps), sum(p[1] for p in ps))  # noqa: E731
    over = lambda p, q: times(p, (1 / Fraction(q[0]), -q[1] / Fraction(q[0]) ** 2))  # noqa: E731
    x, y = (x, 0), (y, 0)
    for _ in range(years):
        eaten = times((c, 0), over(times(x, y), plus((1, 0), y)))
        x, y = over(times((r, 1), x), plus((1, 0), x, y)), eaten
    return x[0], y[0], x[1], y[1]


UNUSUAL = {
    "a shorter step": ("2", {"complex_gradient": shorter_still}),
    "by pairs": ("3", {"run_with_tangent": by_pairs}),
    "lists and another order of the quotient": (
        "1",
        {
            "times": lambda p, q: [p[0] * q[0], p[1] * q[0] + q[1] * p[0]],
            "over": lambda p, q: [
                p[0] / q[0],
                (p[1] * q[0] - p[0] * q[1]) / (q[0] * q[0]),
            ],
        },
    ),
    "three extrapolations": ("5", {"difference": by_thirds}),
    "integers as a start": (
        "4",
        {
            "series_times": lambda a, b: tuple(
                sum((a[i] * b[k - i] for i in range(k + 1)), 0) for k in range(len(a))
            ),
            "series_over": lambda a, b: _over(a, b),
        },
    ),
}


def _over(a, b):
    if not a:
        return []
    first = Fraction(a[0]) / b[0]
    rest = [p - first * q for p, q in zip(a[1:], b[1:], strict=True)]
    return [first, *_over(rest, b[: len(rest)])]


class TestThreeWays(Assignment):
    name = "three_ways"
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
