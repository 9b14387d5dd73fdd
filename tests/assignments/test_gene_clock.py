"""Chapter 10: the assignment: its solution, plausible mistakes, clever wrong, unusual right."""

import math
from fractions import Fraction

import numpy as np

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from tests.assignments.frame import Assignment

GIVEN = "import math\n"


# A line of the solution, what stands there instead, and words of the counter-example or the hint.
MISTAKES = {
    "Euler's step": ("1", "return u * E + r * filled", "return u + h * (r - d * u)", "Euler"),
    "no d below": ("1", "filled = -math.expm1(-z) / d", "filled = -math.expm1(-z)", "a d below"),
    "new ones are not lost": (
        "1", "return u * E + r * filled, E", "return u * E + r * h, E", "in part"),
    "d once only": ("1", "-h * E * u + r * bent", "-h * E * u", "twice more"),
    "the sign of the slope in d": (
        "1", "-h * E * u + r * bent", "h * E * u - r * bent", "slope in d"),
    "u and r turned": ("1", "E, filled, -h", "filled, E, -h", "slope in u"),
    "a division by zero": ("1", "if z < 1e-4:", "if z < 0:", "ZeroDivision"),
    "digits are lost": (
        "1", "    if z < 1e-4:  # the first terms of the series\n",
        "    if 0 < z < 1e-10:\n        filled = bent = (1 - E) / d\n    elif z < 1e-4:\n",
        "expm1"),
    "a sum, no mean": ("2", " / sum(weights)", "", "f is"),
    "no help": ("2", "math.log(helps) + ", "", "rho is in"),
    "bits from the other end": ("2", "A >> j & 1", "A >> len(p) - 1 - j & 1", "you say"),
    "products": ("2", "top = max(logs)", "top = 0", "OverflowError"),
    "the empty state is forgotten": ("2", "weights = [math.exp(x - top) for x in logs]",
        "weights = [0.0] + [math.exp(x - top) for x in logs[1:]]", "you say"),
    "falls count": ("3", "a < level <= b", "(a - level) * (b - level) <= 0 and a != b", "you say"),
    "early is positive": ("3", "return best", "return -best if best != 12 else best",
                          "late is pos"),
    "in days": ("3", "return best", "return best / 24 if best != 12 else best", "in hours"),
    "midnight for dawn": ("3", "day - 0.5", "day", "you say"),
    "the first rise": ("3", "best = late\n", "return late\n", "counts with the nearest"),
    "none is none": ("3", "best = day - 0.5, 12.0", "best = day - 0.5, 99.0", "12 hours off"),
    "old variance stays": ("4", "E * E * variance +", "variance +", "by E^2"),
    "old variance fades by E": ("4", "E * E * variance +", "E * variance +", "the variance is"),
    "the new ones alone": ("4", "mean * E * (1 - E) + new", "new", "the variance is"),
    "the mean moves first": (
        "4", "        variance = E * E * variance + mean * E * (1 - E) + new\n"
             "        mean = E * mean + new",
        "        mean = E * mean + new\n"
        "        variance = E * E * variance + mean * E * (1 - E) + new", "the variance is"),
    "the spread": ("4", "return mean, variance", "return mean, variance**0.5", "the variance is"),
    "light before drift": (
        "5", "        error = error + drift\n        if lit:\n",
        "        if lit:\n", "the errors are"),
    "the slope is not carried": (
        "5", "(1 - gain) * slope - error", "-error", "the slopes are"),
    "the sign of the slope": (
        "5", "slopes.append(slope)", "slopes.append(-slope)", "slope is negative"),
    "errors alone": ("5", "return errors, slopes", "return errors", "asked for are two"),
}  # fmt: skip


def by_the_engine(u, r, d, h):
    def end(u, r, d):
        return u * jnp.exp(-d * h) + r * (1 - jnp.exp(-d * h)) / d

    return end(u, r, d), *(ad.grad(end, i)(u, r, d) for i in range(3))


def clipped(p, k, h, alpha, rho):
    """Ratios held within what floats bear."""
    v = [min(max(a / b, 1e-60), 1e60) ** s for a, b, s in zip(p, k, h, strict=True)]
    weights = [
        rho[A] * math.prod(x for j, x in enumerate(v) if A >> j & 1) for A in range(len(rho))
    ]
    return sum(a * w for a, w in zip(alpha, weights, strict=True)) / sum(weights)


def by_differences(drift, gain, sky):
    def errors(g):
        e, out = 0, []
        for lit in sky:
            e = (e + drift) * (1 - g if lit else 1)
            out.append(e)
        return out

    eps = Fraction(1, 10**4)
    up, down = errors(gain + eps), errors(gain - eps)
    return errors(gain), [(a - b) / (2 * eps) for a, b in zip(up, down, strict=True)]


CLEVER = {
    "the engine": ("1", by_the_engine),
    "ratios are clipped": ("2", clipped),
    "differences": ("5", by_differences),
}


def dawn_in_arrays(hand, level, per_day, day):
    hand = np.asarray(hand)
    (up,) = np.nonzero((hand[:-1] < level) & (hand[1:] >= level))
    hours = 24 * ((up + (level - hand[up]) / (hand[up + 1] - hand[up])) / per_day - day + 0.5)
    hours = hours[np.abs(hours) < 12]
    return hours[np.argmin(np.abs(hours))] if len(hours) else 12


def moments_backwards(u, rates, d, h):
    """Each molecule by its age: what is left of it at the end."""
    E, n = math.exp(-d * h), len(rates)
    old = E**n
    new = sum(r / d * (1 - E) * E ** (n - 1 - i) for i, r in enumerate(rates))
    return [u * old + new, u * old * (1 - old) + new]


UNUSUAL = {
    "a dawn in arrays": ("3", dawn_in_arrays),
    "moments backwards": ("4", moments_backwards),
}


class TestGeneClock(Assignment):
    name = "gene_clock"
    given = GIVEN
    seeds = Assignment.other_seeds
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
