"""The solution passes, wrong answers fail with their hint, and right ones of other kinds pass."""

import math

from bookkit.checks.bayes_with_gradients import leap
from tests.assignments.frame import Assignment

GIVEN = "from math import exp, inf, log\n"


# What a student may well write: a line of the solution, what stands there instead, and the hint.
MISTAKES = {
    "refused ones are left out": (
        "1", "            at = new\n        draws.append(at)",
        "            at = new\n            draws.append(at)", "numbers is asked for",
    ),
    "from the start each time": ("1", "new = at + move", "new = start + move", "the latest draw"),
    "only downhill": (
        "1", "if u < exp(min(0.0, float(potential(at) - potential(new)))):",
        "if potential(new) <= potential(at):", "the next draw is",
    ),
    "the ratio upside down": (
        "1", "float(potential(at) - potential(new))", "float(potential(new) - potential(at))",
        "it falls as U rises",
    ),
    "the proposal is noted": ("1", "draws.append(at)", "draws.append(new)", "it falls as U rises"),
    "a power that overflows": ("1", "exp(min(0.0, float(potential(at) - potential(new))))",
                               "exp(potential(at) - potential(new))", "compare logarithms"),
    "in floats": ("1", "new = at + move", "new = float(at + move)", "never rounded"),
    "the start is a draw": ("1", "draws, at = [], start", "draws, at = [start], start", "numbers"),
    "a whole kick at the end": (
        "2", "part = h if step < n - 1 else h / 2", "part = h", "is half a kick",
    ),
    "a whole kick at the start": (
        "2", "b - h / 2 * s for b, s in zip(r, slope(theta))]\n    for step",
        "b - h * s for b, s in zip(r, slope(theta))]\n    for step", "Half a kick, then",
    ),
    "two gradients": (
        "2", "        part = h if", "        slope(theta)\n        part = h if", "ask once",
    ),
    "half as a float": ("2", "r = [b - h / 2 * s for b, s in zip(r, slope(theta))]\n    for",
                        "r = [b - 0.5 * h * s for b, s in zip(r, slope(theta))]\n    for",
                        "0.5 is a float"),
    "only the positions": ("2", "return theta, r", "return theta", "return theta, r"),
    "the energy itself": ("3", "(1 - h * h * w * w / 4) * ", "", "along three leaps"),
    "the other sign": ("3", "(1 - h * h * w * w / 4)", "(1 + h * h * w * w / 4)", "along three"),
    "eight": ("3", "w * w / 4)", "w * w / 8)", "along three leaps"),
    "not divided by two": (
        "3", "b * b / 2 + w * w * (1 - h * h * w * w / 4) * a * a / 2",
        "b * b + w * w * (1 - h * h * w * w / 4) * a * a", "For a step of zero",
    ),
    "nothing at all": ("3", "    return total", "    return h * 0", "For a step of zero"),
    "the momentum forgotten": (
        "4", " + sum(v * v for v in b) / 2\n    new, push = theta, r\n    try",
        "\n    new, push = theta, r\n    try", "belongs to the energy",
    ),
    "always accepted": (
        "4", "return new if -off > log(luck) else theta", "return new", "the draw is",
    ),
    "only downhill, again": ("4", "-off > log(luck)", "off < 0", "the draw is"),
    "the wrong way round": ("4", "-off > log(luck)", "off > log(luck)", "the draw is"),
    "nan slips through": (
        "4", "return new if -off > log(luck) else theta",
        "return theta if off > -log(luck) else new",
        "Nothing compares with nan",
    ),
    "a lower end that overflows": (
        "4", "    except (ArithmeticError, ValueError):\n        off = inf\n    return new if "
        "-off > log(luck) else theta",
        "        return new if luck < exp(-off) else theta\n"
        "    except (ArithmeticError, ValueError):\n        return theta",
        "must not count as thrown out",
    ),
    "no net": ("4", "except (ArithmeticError, ValueError)", "except KeyError", "`try` the throw"),
    "a step for all": (
        "5", "    log_h, kept = log(1e4), []", "    return 0.1\n    log_h, kept = log(1e4), []",
        "the mean acceptance",
    ),
    "too cautious": ("5", "bar - 0.8)", "bar - 0.995)", "wastes gradients"),
    "no end": ("5", "range(900)", "range(3000)", "the slope was asked"),
}  # fmt: skip


# Clever wrong answers -----------------------------------------------------------------------------


def by_symmetry(potential, slope, theta, r, h, n, luck):
    """Accepts by the energy of a path that was taken by Euler's method: no leapfrog at all."""
    new, push = theta, r
    for _ in range(n):
        new, push = (
            [a + h * b for a, b in zip(new, push, strict=True)],
            [b - h * s for b, s in zip(push, slope(new), strict=True)],
        )
    energy = lambda a, b: float(potential(a)) + sum(v * v for v in b) / 2  # noqa: E731
    try:
        return new if luck < math.exp(energy(theta, r) - energy(new, push)) else theta
    except OverflowError:
        return new


def by_curvature(potential, slope, theta, draw):
    """The width seen in one direction at the start; the narrowest is another, or farther out."""
    size = 1e-6 * (abs(theta[0]) + 1e-6)
    bent = (slope([theta[0] + size, *theta[1:]])[0] - slope(theta)[0]) / size
    return 0.9 / math.sqrt(abs(bent) + 1e-300)


def remembers(omega, theta, r, h):
    """The energy, rounded so that its swing is not seen."""
    energy = sum((w * a) ** 2 + b * b for w, a, b in zip(omega, theta, r, strict=True)) / 2
    return round(energy)


def only_at_zero(omega, theta, r, h):
    """Zero, which never changes; and the energy where that is asked for."""
    energy = sum((w * a) ** 2 + b * b for w, a, b in zip(omega, theta, r, strict=True)) / 2
    return 0 if h else energy


def only_when_short(omega, theta, r, h):
    """The energy for a step so short that it hardly changes; zero for all others."""
    energy = sum((w * a) ** 2 + b * b for w, a, b in zip(omega, theta, r, strict=True)) / 2
    return energy if h < 0.01 else 0


def drift_before(slope, theta, r, h, n):
    """Half a drift, kicks, half a drift: another leapfrog, as good, and not the one asked for."""
    for _ in range(n):
        theta = [a + h / 2 * b for a, b in zip(theta, r, strict=True)]
        r = [b - h * s for b, s in zip(r, slope(theta), strict=True)]
        theta = [a + h / 2 * b for a, b in zip(theta, r, strict=True)]
    return theta, r


METROPOLIS = "if u < exp(min(0.0, float(potential(at) - potential(new)))):"


CLEVER = {
    "Barker's rule": (
        "1",
        (METROPOLIS, "if u < 1 / (1 + exp(min(99.0, float(potential(new) - potential(at))))):"),
    ),
    "the other end of luck": ("1", (METROPOLIS, METROPOLIS.replace("u <", "1 - u <"))),
    "half a drift first": ("2", drift_before),
    "rounded": ("3", remembers),
    "zero where it counts": ("3", only_at_zero),
    "the energy of short steps": ("3", only_when_short),
    "Euler's path": ("4", by_symmetry),
    "the curvature at the start": ("5", by_curvature),
}


# Right answers of another kind --------------------------------------------------------------------


def drift_first(slope, theta, r, h, n):
    """Whole kicks only, after one half kick is taken back: the same path."""
    force = slope(theta)
    r = [b + h / 2 * s for b, s in zip(r, force, strict=True)]
    for _ in range(n):
        r = [b - h * s for b, s in zip(r, force, strict=True)]
        theta = [a + h * b for a, b in zip(theta, r, strict=True)]
        force = slope(theta)
    return theta, [b - h / 2 * s for b, s in zip(r, force, strict=True)]


def kept_of_the_momenta(omega, theta, r, h):
    """The momenta corrected instead of the positions: kept too, and the energy for h = 0."""
    return sum(
        (w * a) ** 2 / 2 + b * b / 2 / (1 - h * h * w * w / 4)
        for w, a, b in zip(omega, theta, r, strict=True)
    )


def kept_by_two_steps(omega, theta, r, h):
    """Twice a middle momentum: kicks undone by half, products of neighbours."""
    total = 0
    for w, a, b in zip(omega, theta, r, strict=True):
        half = b - h / 2 * w * w * a  # the momenta half a step later and earlier
        before = b + h / 2 * w * w * a
        total += half * before / 2 + w * w * a * a / 2
    return total


def by_doubling(potential, slope, theta, draw):
    """Doubles and halves until 0.8 lies between, then halves the stretch."""

    def mean(h, count):
        nonlocal theta
        total = 0.0
        for _ in range(count):
            r = [draw.gauss(0, 1) for _ in theta]
            new, push = theta, r
            try:
                for _ in range(8):
                    new, push = leap(slope, new, push, h)
                off = potential(new) - potential(theta)
                off += sum(b * b - a * a for a, b in zip(r, push, strict=True)) / 2
            except (ArithmeticError, ValueError):
                off = math.inf
            bar = math.exp(-max(off, 0.0)) if off == off else 0.0
            theta = new if draw.random() < bar else theta
            total += bar / count
        return total

    h = 1e4
    while mean(h, 10) < 0.5:
        h /= 2
    low, high = h / 3, 3 * h
    for _ in range(7):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if mean(middle, 100) > 0.8 else (low, middle)
    return (low * high) ** 0.5


def by_logarithms(potential, start, moves, luck):
    """A hill is climbed if the logarithm of luck lies below; nothing overflows."""
    draws = [start]
    for move, u in zip(moves, luck, strict=True):
        here, there = draws[-1], draws[-1] + move
        gain = float(potential(here) - potential(there))
        draws.append(there if u == 0 or math.log(u) < gain else here)
    return tuple(draws[1:])


def with_whole_kicks(potential, slope, theta, r, h, n, luck):
    """The path of `drift_first`; whatever cannot be computed is thrown out."""
    try:
        new, push = drift_first(slope, theta, r, h, n)
        gain = potential(theta) - potential(new)
        gain += sum(a * a - b * b for a, b in zip(r, push, strict=True)) / 2
        return list(new) if math.log(luck) < gain else list(theta)
    except (OverflowError, ZeroDivisionError, ValueError):
        return list(theta)


UNUSUAL = {
    "by logarithms": ("1", by_logarithms),
    "with whole kicks": ("4", with_whole_kicks),
    "drift first": ("2", drift_first),
    "by two steps": ("3", kept_by_two_steps),
    "of the momenta": ("3", kept_of_the_momenta),
    "by doubling": ("5", by_doubling),
}


class TestBayes(Assignment):
    name = "bayes_with_gradients"
    given = GIVEN
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
