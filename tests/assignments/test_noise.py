"""Chapter 11: the assignment: its solution, plausible mistakes, clever wrong, unusual right."""

import itertools
import math
import random
import statistics

import numpy as np

import mini_autodiff as ad
from mini_autodiff.ode.jump import gillespie, poisson
from tests.assignments.frame import Assignment

# A line of the solution, what stands there instead, and words of the counter-example or the hint.
MISTAKES = {
    "the old slope is forgotten": ("1", "h * (x + theta * by_theta)", "h * x", "theta is"),
    "the sign of the return": ("1", "by_theta - h * (x", "by_theta + h * (x", "you say"),
    "the new state in the slope": (
        "1", "        x = x - h * theta * x + sigma * dw\n    return x, ",
        "    return x, ", "the end is"),
    "a root of h": ("1", "+ sigma * dw\n", "+ sigma * dw * h**0.5\n", "no floats"),
    "sigma in its own slope": ("1", "by_sigma + dw", "by_sigma + sigma * dw", "in sigma is"),
    "the end alone": ("1", "return x, by_theta, by_sigma", "return x", "asked for are"),
    "the sign of the score": ("2", "* (-h * x)", "* (h * x)", "the mean of x' falls"),
    "the width is forgotten": ("2", " - 1 / sigma", "", "a wider density is lower"),
    "the spread for the variance": ("2", "miss / (sigma**2 * h)", "miss / (sigma * h)", "theta is"),
    "the last step only": ("2", "in_theta += miss", "in_theta = miss", "you say"),
    "the miss of the change": ("2", "new - (x - h * theta * x)", "new - x", "you say"),
    "the mean of the others": (
        "3", "b = (top - f * s**2) / (bottom - s**2)",
        "b = (sum(losses) - f) / (len(losses) - 1)", "the square of its score"),
    "its own loss too": ("3", "b = (top - f * s**2) / (bottom - s**2)", "b = top / bottom",
                         "biased"),
    "nothing subtracted": ("3", "(f - b) * s", "f * s", "nothing is subtracted"),
    "the sum": ("3", "return total / len(losses)", "return total", "not the sum"),
    "until the last event": ("4", "[*events, (end, None)]", "events", "nothing happens until"),
    "events are counted": ("4", "1 / c[k]", "1", "you say"),
    "the rate is integrated": ("4", "s - a * (time - t)", "s - a * (time - t) * c[0]", "you say"),
    "the state stands still": ("4", "x = tuple(", "_ = tuple(", "you say"),
    "the clock stands still": ("4", "        t = time\n", "", "you say"),
    "two cells apart": (
        "5", "return shared, shared + more",
        "return shared, sum(rng.random() < math.exp(-loss * (hours - rng.random() * hours)) "
        "for _ in range(_poisson((rate + extra) * hours, rng)))",
        "share the molecules"),
    "the extra ones are never lost": ("5", "loss * more]", "0.0]", "faster"),
    "the faster one first": ("5", "return shared, shared + more", "return shared + more, shared",
                             "slower one comes first"),
    "the difference": ("5", "return shared, shared + more", "return shared, more", "faster"),
    "a float": ("5", "return shared, shared + more", "return float(shared), shared + more",
                "whole numbers"),
}  # fmt: skip

GIVEN = """
import math


def _poisson(mean, rng):
    from mini_autodiff.ode.jump import poisson
    return poisson(rng, mean)


"""


def by_the_engine(x, theta, sigma, h, kicks):
    def end(theta, sigma):
        at = float(x)
        for dw in kicks:
            at = at - float(h) * theta * at + sigma * float(dw)
        return at

    value = end(float(theta), float(sigma))
    return value, *(ad.grad(end, i)(float(theta), float(sigma)) for i in (0, 1))


def by_differences(xs, theta, sigma, h):
    def log_p(theta, sigma):
        misses = [b - a + h * theta * a for a, b in itertools.pairwise(xs)]
        squares = sum(float(m) ** 2 for m in misses) / (2 * float(sigma) ** 2 * float(h))
        return -squares - len(misses) * math.log(sigma)

    eps = 1e-6
    return [(log_p(float(theta) + a, float(sigma) + b) - log_p(float(theta) - a, float(sigma) - b))
            / (2 * eps) for a, b in ((eps, 0), (0, eps))]  # fmt: skip


def one_seed(rate, extra, loss, hours, rng):
    """Gillespie twice, from the same seed: out of step after the first event."""
    seed = rng.random()
    return tuple(
        gillespie(lambda x, _, made=made: [made, loss * x[0]], [(1,), (-1,)], [0], [0.0, hours],
                  random.Random(seed))[-1][0]
        for made in (rate, rate + extra)
    )  # fmt: skip


def the_mean_on_top(rate, extra, loss, hours, rng):
    """Hardly any variance in the difference: the faster cell lacks noise."""
    span = (1 - math.exp(-loss * hours)) / loss
    slow = poisson(rng, rate * span)
    return slow, slow + math.floor(extra * span + rng.random())


def quantiles(rate, extra, loss, hours, rng):
    """The same quantile of two normal laws: not what counts of molecules follow."""
    span = (1 - math.exp(-loss * hours)) / loss
    z = rng.gauss(0, 1)
    return tuple(
        max(0, round(m + 0.5 * math.sqrt(m) * z)) for m in (rate * span, (rate + extra) * span)
    )


def rounded_normal(rate, extra, loss, hours, rng):
    """The same quantile of two normal laws with the right means and variances: no counts."""
    span = (1 - math.exp(-loss * hours)) / loss
    z = rng.gauss(0, 1)
    return tuple(max(0, round(m + math.sqrt(m) * z)) for m in (rate * span, (rate + extra) * span))


def the_median(losses, scores):
    """A robust middle of the others' losses: unbiased, and not the quietest."""
    total = 0
    for i, s in enumerate(scores):
        total += (losses[i] - statistics.median([*losses[:i], *losses[i + 1 :]])) * s
    return total / len(losses)


def in_two_halves(losses, scores):
    """Each half takes its number from the other: unbiased too, and half of the runs are unused."""
    middle, total = len(losses) // 2, 0
    halves = slice(0, middle), slice(middle, None)
    for own, other in (halves, halves[::-1]):
        f, s = losses[other], scores[other]
        b = sum(a * v**2 for a, v in zip(f, s, strict=True)) / sum(v**2 for v in s)
        total += sum((a - b) * v for a, v in zip(losses[own], scores[own], strict=True))
    return total / len(losses)


CLEVER = {
    "the median": ("3", the_median),
    "in two halves": ("3", in_two_halves),
    "what never happened tells nothing": (
        "4",
        (
            "return scores",
            "return [s if any(k == i for _, k in events) else 0\n"
            "            for i, s in enumerate(scores)]",
        ),
    ),
    "the rates of the start": ("4", ("shapes(x)", "shapes(x0)")),
    "the engine": ("1", by_the_engine),
    "differences": ("2", by_differences),
    "one seed": ("5", one_seed),
    "the mean on top": ("5", the_mean_on_top),
    "quantiles with half of the noise": ("5", quantiles),
    "a rounded normal number": ("5", rounded_normal),
}


def backwards(x, theta, sigma, h, kicks):
    """A walk back: the cotangent of the end, and what each step pays."""
    states = [x]
    for dw in kicks:
        states.append(states[-1] - h * theta * states[-1] + sigma * dw)
    bar, in_theta, in_sigma = 1, 0, 0
    for at, dw in zip(reversed(states[:-1]), reversed(kicks), strict=True):
        in_theta, in_sigma = in_theta - h * at * bar, in_sigma + dw * bar
        bar = (1 - h * theta) * bar
    return [states[-1], in_theta, in_sigma]


def by_the_law(rate, extra, loss, hours, rng):
    """Both numbers are Poisson, and so is what the faster one has more."""
    span = (1 - math.exp(-loss * hours)) / loss
    slow = poisson(rng, rate * span)
    return slow, slow + poisson(rng, extra * span)


def molecule_by_molecule(rate, extra, loss, hours, rng):
    """The faster cell alone; each molecule is also the slower one's, by the toss of a coin."""
    t, slow, fast = rng.expovariate(rate + extra), 0, 0
    while t < hours:
        stays = t + rng.expovariate(loss) > hours
        shared = rng.random() * (rate + extra) < rate
        slow, fast = slow + (stays and shared), fast + stays
        t += rng.expovariate(rate + extra)
    return [slow, fast]


def counts_of_numpy(rate, extra, loss, hours, rng):
    return tuple(np.array(molecule_by_molecule(rate, extra, loss, hours, rng)))


def in_two_sums(xs, theta, sigma, h):
    steps = [(a, b - a + h * theta * a) for a, b in itertools.pairwise(xs)]
    in_theta = -sum(a * miss for a, miss in steps) / sigma**2
    return in_theta, sum(m * m for _, m in steps) / (sigma**3 * h) - len(steps) / sigma


def each_without_itself(losses, scores):
    total = 0
    for i, (f, s) in enumerate(zip(losses, scores, strict=True)):
        others = [(a, b * b) for j, (a, b) in enumerate(zip(losses, scores, strict=True)) if j != i]
        total += (f - sum(a * w for a, w in others) / sum(w for _, w in others)) * s
    return total / len(losses)


def count_minus_expected(shapes, changes, x0, events, end, c):
    """Of each kind: how often over c, minus the time-integral of its shape."""
    scores = []
    for kind in range(len(c)):
        x, t, total = x0, 0, 0
        for time, k in events:
            total += (time - t) * shapes(x)[kind]
            x, t = tuple(a + b for a, b in zip(x, changes[k], strict=True)), time
        total += (end - t) * shapes(x)[kind]
        scores.append(sum(k == kind for _, k in events) / c[kind] - total)
    return tuple(scores)


UNUSUAL = {
    "in two sums": ("2", in_two_sums),
    "each without itself": ("3", each_without_itself),
    "count minus expected": ("4", count_minus_expected),
    "a walk back": ("1", backwards),
    "by the law": ("5", by_the_law),
    "molecule by molecule": ("5", molecule_by_molecule),
    "whole numbers of numpy": ("5", counts_of_numpy),
}


def test_the_quietest_number_is_quieter_than_the_mean():
    """For the square of a normal number with mean 1: the variance of the estimate, both ways."""
    rng = np.random.default_rng(1)
    found, quietest = [], TestNoise.solution()["quietest"]
    for _ in range(300):
        z = rng.normal(size=100)
        f = (1 + z) ** 2
        others = (f.sum() - f) / 99
        found.append([quietest(list(f), list(z)), ((f - others) * z).mean()])
    quiet, mean = np.var(found, axis=0)
    assert quiet < mean
    assert abs(np.mean(found, axis=0) - 2).max() < 4 * math.sqrt(mean / 300)


class TestNoise(Assignment):
    name = "noise"
    given = GIVEN
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
