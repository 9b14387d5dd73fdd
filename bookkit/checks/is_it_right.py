"""The checks of *Is it right?*: the chapter's exercises."""

import math
from collections.abc import Callable
from random import Random
from statistics import fmean, stdev
from typing import Any

from bookkit.checks import Checks, claim, number, show, vector

check = Checks("Exercise")

WORDS = ("right", "too narrow", "too wide", "too high", "too low")


def whole(value: Any, length: int) -> list[int]:
    """`value` as a list of whole numbers."""
    numbers = vector(value, length)
    claim(
        all(v == round(v) for v in numbers),
        f"you returned {show(numbers)}, and a rank is a whole number",
        "Count the draws that lie below the truth",
    )
    return [round(v) for v in numbers]


@check.property("16.1", hint="For each of n: theta, then x from it, then k draws from that x")
def ranks_come_from_the_joint(draw: Random, ranks: Callable) -> None:
    """Each rank counts the draws below a truth that made the data."""
    n, k = draw.randint(5, 9), draw.randint(6, 12)
    truths, fresh, data, expected = [], [], {}, []

    def prior() -> float:
        truths.append(draw.gauss(0, 1))
        fresh.append(truths[-1])
        return truths[-1]

    def simulate(theta: float) -> float:
        claim(
            theta in fresh,
            f"simulate was called with {show(theta)}, which is no fresh draw of the prior",
            "The truth comes from the prior, a fresh one for each data set",
        )
        fresh.remove(theta)
        x = theta + draw.gauss(0, 1)
        data[x] = theta
        return x

    def posterior(x: float, count: int) -> list[float]:
        claim(
            x in data,
            f"posterior was asked about {show(x)}, which simulate did not make",
            "The method sees the data, never the truth",
        )
        claim(count == k, f"{count} draws were asked for, not {k}", "Ask for k draws")
        draws = [draw.gauss(x / 2, 0.7) for _ in range(k)]
        expected.append(sum(d < data[x] for d in draws))
        return draws

    found = whole(ranks(prior, simulate, posterior, n, k), n)
    claim(len(truths) == n, f"the prior was asked {len(truths)} times, not {n}")
    hint = None
    if found == [k - r for r in expected]:
        hint = "You counted the draws above the truth"
    claim(found == expected, f"the ranks are {expected}, you say {found}", hint)


def counts_of(draw: Random, fault: str, bins: int, each: int) -> list[int]:
    """Ranks of `bins * each` truths for a method with that fault, until chance does not blur it."""
    width = {"too narrow": 0.5, "too wide": 2.0}.get(fault, 1.0)
    shift = {"too high": 0.8, "too low": -0.8}.get(fault, 0.0)
    while True:
        counts = [0] * bins
        for _ in range(bins * each):
            truth = draw.gauss(0, 1)
            counts[sum(shift + width * draw.gauss(0, 1) < truth for _ in range(bins - 1))] += 1
        chi = sum((c - each) ** 2 / each for c in counts)
        if (chi < bins) == (fault == "right"):
            return counts


@check.property(
    "16.2", hint="First ask whether the counts are level; then compare the ends with the middle"
)
def names_the_fault(draw: Random, diagnose: Callable) -> None:
    """The word fits the histogram, of any number of ranks."""
    for bins in (8, 10, 15):
        for fault in draw.sample(WORDS, len(WORDS)):
            counts = counts_of(draw, fault, bins, draw.choice([60, 90]))
            said = diagnose(list(counts))
            claim(
                said in WORDS,
                f"you returned {show(said)}, which is none of {', '.join(WORDS)}",
                "Return one of the five words",
            )
            opposite = {"too high": "too low", "too low": "too high",
                        "too narrow": "too wide", "too wide": "too narrow"}  # fmt: skip
            hint = None
            if said == opposite.get(fault):
                hint = "The other way round: think of where the truth lies, then of the draws"
            elif said == "right":
                hint = "That is far from level. What does chi-squared say?"
            elif fault == "right":
                hint = "These counts are level, but for chance: chi-squared is below its 95 % point"
            claim(
                said == fault,
                f"the counts {counts} come from a method that is {fault}; you say {said}",
                hint,
            )


@check.property("16.3", hint="Take the difference for each truth first, then its mean and error")
def compares_scores_in_pairs(draw: Random, better: Callable) -> None:
    """The mean difference of the log scores, and the standard error of that mean."""
    n = draw.randint(20, 40)
    truths = [draw.gauss(0, 2) for _ in range(n)]
    a, b = (
        [(t + draw.gauss(0, s), s * draw.uniform(0.7, 1.4)) for t in truths] for s in (0.5, 1.0)
    )

    def score(answer: tuple[float, float], truth: float) -> float:
        mean, sd = answer
        return -(((truth - mean) / sd) ** 2) / 2 - math.log(sd) - math.log(2 * math.pi) / 2

    scores = [[score(answer, t) for answer, t in zip(m, truths, strict=True)] for m in (a, b)]
    apart = [p - q for p, q in zip(*scores, strict=True)]
    wanted = fmean(apart), stdev(apart) / math.sqrt(n)
    got = vector(better(list(a), list(b), list(truths)), 2)
    unpaired = math.hypot(*(stdev(s) / math.sqrt(n) for s in scores))
    hint = None
    if abs(got[0] + wanted[0]) < 1e-9:
        hint = "That is b minus a"
    elif abs(got[0] - wanted[0]) > 1e-9:
        hint = (
            "The log of a normal density: minus half the square of (truth - mean)/sd, less log sd"
        )
    elif abs(got[1] - wanted[1] * math.sqrt((n - 1) / n)) < 1e-9:
        hint = "Take the standard deviation that divides by n - 1"
    elif abs(got[1] - stdev(apart)) < 1e-9:
        hint = "The error of a *mean* of n is smaller by the root of n"
    elif abs(got[1] - unpaired) < 1e-9:
        hint = "Both methods saw the same data, so take the difference for each truth first"
    claim(
        all(abs(g - w) < 1e-6 * (1 + abs(w)) for g, w in zip(got, wanted, strict=True)),
        f"for {n} truths the difference is {show(wanted[0])} give or take {show(wanted[1])}, "
        f"you say {show(got[0])} and {show(got[1])}",
        hint,
    )


@check.property("16.4", hint="For each point find the nearest *other* point of both samples")
def counts_own_neighbours(draw: Random, neighbours: Callable) -> None:
    """The share of points whose nearest other point is of their own sample."""
    for away in (0.0, 0.5, 6.0):
        n = draw.randint(12, 20)
        a = [(draw.gauss(0, 1), draw.gauss(0, 1)) for _ in range(n)]
        b = [(draw.gauss(away, 1), draw.gauss(0, 1)) for _ in range(n)]
        both = [(p, 0) for p in a] + [(p, 1) for p in b]
        own = 0
        for i, (p, mine) in enumerate(both):
            rest = both[:i] + both[i + 1 :]
            own += min(rest, key=lambda q: math.dist(p, q[0]))[1] == mine
        wanted, got = own / len(both), number(neighbours(list(a), list(b)))
        hint = None
        if got == 1.0 != wanted:
            hint = "Every point is its own nearest: leave it out"
        elif abs(got - (1 - wanted)) < 1e-12:
            hint = "That is the share of the *other* sample"
        claim(
            abs(got - wanted) < 1e-9,
            f"{n} and {n} points, {show(away)} apart: {show(wanted)}, you say {show(got)}",
            hint,
        )


@check.property("16.5", hint="Count the data with their replicates: one more above, and one below")
def is_a_p_value(draw: Random, p_value: Callable) -> None:
    """The share of data as extreme as yours, yours among them."""
    for centre in (0, -9, 0, -9):  # below zero, the largest is the nearest to it
        size, n = draw.randint(4, 8), draw.randint(9, 30)
        x = [draw.gauss(centre, 1) for _ in range(size)]
        made = [[draw.gauss(centre, 1) for _ in range(size)] for _ in range(n)]
        if draw.random() < 0.5:
            made[0] = list(x)  # a tie counts as extreme
        above = sum(max(m) >= max(x) for m in made)
        wanted, got = (1 + above) / (1 + n), number(p_value(list(x), list(made), max))
        hint = None
        if abs(got - above / n) < 1e-12:
            hint = "With none above, that would say 0: no number of simulations can say that"
        elif abs(got - (1 + sum(max(m) > max(x) for m in made)) / (1 + n)) < 1e-12:
            hint = "A replicate that is just as extreme counts"
        elif abs(got - (1 + n - above) / (1 + n)) < 1e-12:
            hint = "Extreme means large here: as large as T(x), or larger"
        claim(
            abs(got - wanted) < 1e-9,
            f"T is the largest reading, {show(max(x))} in the data; {above} of {n} replicates have "
            f"as much: p = {show(wanted)}, you say {show(got)}",
            hint,
        )
