"""The solution passes, wrong answers fail with their hint, and right ones of other kinds pass."""

import math

import mini_autodiff.numpy as jnp
from mini_autodiff import ode
from tests.assignments.frame import Assignment

GIVEN = "import math\nfrom fractions import Fraction\nimport mini_autodiff.numpy as jnp\n"


# What a student may well write: a line of the solution, what stands there instead, and the hint.
MISTAKES = {
    "Euler": ("1", "u = u + h / 2 * (k1 + k2)", "u = u + h * k1", "Is the second slope taken"),
    "the midpoint's end": ("1", "k2 = f(now + h, u + h * k1)", "k2 = f(now, u + h * k1)", "t + h"),
    "time stands still": ("1", "now = t + i * h", "now = t", "does the time move on"),
    "no division by two": ("1", "h / 2 * (k1 + k2)", "h * (k1 + k2)", "weigh one together"),
    "the first state is left out": ("1", "states = [u]", "states = []", "n + 1 states"),
    "the last state only": ("1", "return states", "return u", "n + 1 states"),
    "a slope twice": ("1", "(k1 + k2)", "(f(now, u) + k2)", "Compute each slope once"),
    "the midpoint": (
        "1",
        "k2 = f(now + h, u + h * k1)\n        u = u + h / 2 * (k1 + k2)",
        "u = u + h * f(now + h / 2, u + h / 2 * k1)",
        "the midpoint method",
    ),
    "Ralston": (
        "1",
        "k2 = f(now + h, u + h * k1)\n        u = u + h / 2 * (k1 + k2)",
        "k2 = f(now + 2 / 3 * h, u + 2 / 3 * h * k1)\n        u = u + h / 4 * (k1 + 3 * k2)",
        "each counts half",
    ),
    "no return": ("1", "    return states", "    states", "end in `return`"),
    "weights only": ("2", "(dot(b, square), 3), (dot(b, ac), 6)", "(dot(b, square), 3)", "a_ij"),
    "one tree forgotten": ("2", "(dot(b, inner(ac)), 24)", "(sum(b), 1)", "must hold"),
    "no square": ("2", "(dot(b, square), 3), (dot(b, ac), 6)", "(dot(b, ac), 6)",
                  "sum b_i c_i^2 = 1/3 you say"),
    "no cube": ("2", "(dot(b, cube), 4), ", "", "sum b_i c_i^3 = 1/4 you say"),
    "no eighth": ("2", "(dot(b, [x * y for x, y in zip(c, ac)]), 8),", "", "1/8 you say 4"),
    "no twelfth": ("2", "(dot(b, inner(square)), 12), ", "", "1/12 you say 4"),
    "rows and columns": (
        "2",
        "[dot(row, v) for row in a]",
        "[sum(row) * x for row, x in zip(a, v)]",
        "those with a_ij too",
    ),
    "one too high": ("2", "            return p\n", "            return p + 1\n", "you say 3"),
    "a word": ("2", "    return 4\n", "    return 'four'\n", "whole number"),
    "steps that never grow": ("3", "min(5, max(", "min(1, max(", "able to grow again"),
    "only shorter when refused": (
        "3",
        "        h = h * min(5",
        "        h = h if error <= tol else h * min(5",
        "able to grow again",
    ),
    "the cheaper value": (
        "3",
        "else t + h, new",
        "else t + h, new - off",
        "That is the value with b_low",
    ),
    "every step is taken": ("3", "if error <= tol:", "if True:", "only if E is at most tol"),
    "beyond the end": ("3", "last = h >= end - t", "last = False", "h = min(h, end - t)"),
    "divided by no error": ("3", " / (error + 1e-300)", " / error", "do not divide by it"),
    "no start": ("3", "taken, h = [(t, u)], 0.01", "taken, h = [], 0.01", "its first pair"),
    "the explicit step": ("4", "return v\n", "return u + h * f(t, u)\n", "the explicit step"),
    "one Newton step": ("4", "range(50)", "range(1)", "do it again"),
    "the wrong end": ("4", "h * f(t + h, v)", "h * f(t, v)", "at the time t + h"),
    "repetition": (
        "4",
        "change = (v - u - h * f(t + h, v)) / (1 - h * slope(t + h, v))",
        "change = v - u - h * f(t + h, v)",
        "can be solved by hand",
    ),
    "one slope too many": ("5", "n = (budget - 1) // 6", "n = budget // 6", "all there are"),
    "a library's solver": (
        "5",
        "a, _, c = DORMAND_PRINCE.floats",
        "from mini_autodiff import ode\n    return ode.solve("
        "lambda t, u, _: f(t, u), u, [t, end], rtol=1e-3)[-1]",
        "leaves the work to",
    ),
}  # fmt: skip


# Clever wrong answers -----------------------------------------------------------------------------


def tiny_steps(f, t, u, end, tol):
    """No control at all: steps so short that the tolerance holds."""
    n, rows = 800, [(t, u)]
    h = (end - t) / n
    for _ in range(n):
        k1 = f(t, u)
        k2 = f(t + h / 2, u + h / 2 * k1)
        k3 = f(t + 3 / 4 * h, u + 3 / 4 * h * k2)
        t, u = t + h, u + h * (2 / 9 * k1 + 1 / 3 * k2 + 4 / 9 * k3)
        rows.append((t, u))
    return rows


def by_the_library(f, t, u, end, tol):
    grid = ode.march(lambda t, u, _: f(t, u), u, t, end, tableau=ode.BOGACKI_SHAMPINE,
                     rtol=0.0, atol=tol)  # fmt: skip
    return list(zip(grid.ts, grid.ys, strict=True))


def order_by_the_library(a, b):
    table = ode.Tableau("", 0, tuple(map(tuple, a)), tuple(b))
    conditions = ode.order_conditions(table, 4)
    return min((c.size for c in conditions if c.left != c.right), default=5) - 1


def order_by_counting(a, b):
    """As many slopes, such an order: so it is for the famous ones."""
    return min(4, len(b)) if sum(b) == 1 else 0


def by_hand_for_decay(f, slope, t, u, h):
    """Right for straight lines, and for nothing else."""
    return (u + h * (f(t + h, u) - slope(t + h, u) * u)) / (1 - h * slope(t + h, u))


def classical_run(f, t, u, h, n):
    """A better method, and not the one asked for."""
    return [rk4(f, t, u, t + i * h, i) if i else u for i in range(n + 1)]


CLEVER = {
    "RK4 for Heun": ("1", classical_run),
    "order by the library": ("2", order_by_the_library),
    "order by counting": ("2", order_by_counting),
    "tiny steps": ("3", tiny_steps),
    "by the library": ("3", by_the_library),
    "by hand for decay": ("4", by_hand_for_decay),
    "RK4 itself": (
        "5",
        lambda f, t, u, end, budget: rk4(f, t, u, end, budget // 4),
        "is 1 times yours; at least 3",
    ),
}


# Right answers of another kind --------------------------------------------------------------------


def bisection(f, slope, t, u, h):
    """No derivative: g rises, so halve the stretch that holds its root."""
    low, high = -1e3, 1e3
    for _ in range(90):
        middle = (low + high) / 2
        low, high = (low, middle) if middle - u - h * f(t + h, middle) > 0 else (middle, high)
    return (low + high) / 2


def tsitouras(f, t, u, end, budget):
    """Another table of order five, from numbers."""
    a, _, c = ode.TSITOURAS.floats
    n, first = (budget - 1) // 6, f(t, u)
    h = (end - t) / n
    for i in range(n):
        ks, new = [first], u
        for row, node in zip(a[1:], c[1:], strict=True):
            new = u + h * sum(w * k for w, k in zip(row, ks, strict=True))
            ks.append(f(t + (i + node) * h, new))
        u, first = new, ks[-1]
    return u


def rk4(f, t, u, end, n):
    h = (end - t) / n
    for i in range(n):
        now = t + i * h
        k1 = f(now, u)
        k2 = f(now + h / 2, u + h / 2 * k1)
        k3 = f(now + h / 2, u + h / 2 * k2)
        u = u + h / 6 * (k1 + 2 * k2 + 2 * k3 + f(now + h, u + h * k3))
    return u


def order_in_floats(a, b):
    """With NumPy-like loops on floats, and a tolerance."""
    s, pad = range(len(b)), lambda row: [float(x) for x in row] + [0.0] * (len(b) - len(row))
    a, b = [pad(row) for row in a], [float(x) for x in b]
    c = [sum(row) for row in a]
    ac, acc = ([sum(a[i][j] * v[j] for j in s) for i in s] for v in (c, [x * x for x in c]))
    aac = [sum(a[i][j] * ac[j] for j in s) for i in s]
    sums = [(1, sum(b)), (2, 2 * sum(b[i] * c[i] for i in s)),
            (3, 3 * sum(b[i] * c[i] ** 2 for i in s)), (3, 6 * sum(b[i] * ac[i] for i in s)),
            (4, 4 * sum(b[i] * c[i] ** 3 for i in s)),
            (4, 8 * sum(b[i] * c[i] * ac[i] for i in s)),
            (4, 12 * sum(b[i] * acc[i] for i in s)),
            (4, 24 * sum(b[i] * aac[i] for i in s))]  # fmt: skip
    return min((p for p, value in sums if abs(value - 1) > 1e-9), default=5) - 1


def test_the_bar_of_the_last_task_lies_between_order_four_and_five():
    """RK4 in other clothes (the 3/8 rule) is below it, by a factor; order five is above it."""
    from random import Random

    from bookkit.checks.solvers_are_programs import BETTER, _truth, contest

    def gain(method, seed):
        total = []
        for _, f, start, end in contest(Random(seed)):
            truth = _truth(f, start, end)
            for budget in (120, 360):
                mine = method(f, 0.0, jnp.array(start), end, budget).tolist()
                rival = rk4(f, 0.0, jnp.array(start), end, budget // 4).tolist()
                total.append(math.log(math.dist(rival, truth) / math.dist(mine, truth)))
        return math.exp(sum(total) / len(total))

    def other_four(f, t, u, end, budget):
        n = budget // 4
        return ode.solve_fixed(
            lambda t, u, _: f(t, u), u, t, end, n, tableau=ode.THREE_EIGHTHS
        )[1][-1]  # fmt: skip

    below, above = gain(other_four, 1), gain(TestSolvers.solution()["solve"], 1)
    assert below < 0.8 * BETTER < 1.5 * BETTER < above


def predictor(f, t, u, h, n):
    """Euler's state first, then the mean of the two slopes; states in a tuple."""
    states, ends = [u], [t + i * h for i in range(n + 1)]
    for i in range(n):
        first = f(ends[i], states[-1])
        guess = states[-1] + h * first
        states.append((states[-1] + guess + h * f(ends[i + 1], guess)) / 2)
    return tuple(states)


UNUSUAL = {
    "a predictor, and its mean": ("1", predictor),
    "in floats": ("2", order_in_floats),
    "bisection": ("4", bisection),
    "Tsitouras' table": ("5", tsitouras),
}


class TestSolvers(Assignment):
    name = "solvers_are_programs"
    given = GIVEN
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
