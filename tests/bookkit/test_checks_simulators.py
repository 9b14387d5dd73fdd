"""The exercises of chapter 14: right answers pass for any seed, slips get their own hint."""

import math
from collections import Counter
from fractions import Fraction
from statistics import fmean

import pytest

from bookkit.checks.simulators import EVENTS, check, listed_chance


def chance(start, end, steps, rates):
    here = Counter({start: 1})
    for _ in range(steps):
        after = Counter()
        for (x, y), p in here.items():
            each = rates(x, y)
            for (dx, dy), rate in zip(EVENTS, each, strict=True):
                if rate:
                    after[x + dx, y + dy] += p * rate / sum(each)
        here = after
    return here[end]


def abc(thetas, made, seen, scale, eps):
    def close(row):
        return all(abs(a - b) <= eps * s for a, b, s in zip(row, seen, scale, strict=True))

    return [t for t, row in zip(thetas, made, strict=True) if close(row)]


def by_score(thetas, f, m, sigma):
    base, eps = fmean(f), [(t - m) / sigma for t in thetas]
    return [
        fmean((v - base) * e / sigma for v, e in zip(f, eps, strict=True)),
        fmean((v - base) * (e**2 - 1) for v, e in zip(f, eps, strict=True)),
    ]


def how_odd(made, seen, extra=1):
    up, down = (sum(s * v >= s * seen for v in made) + extra for s in (1, -1))
    return min(1, 2 * min(up, down) / (len(made) + extra))


RIGHT = {"14.1": chance, "14.2": abc, "14.3": by_score, "14.4": how_odd}


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number", RIGHT)
def test_right_answers_pass(number, seed):
    verdict = check(number, RIGHT[number], seed=seed)
    assert verdict, verdict.text


def test_a_list_of_all_ways_agrees_with_a_table():
    def rates(x, y):
        return [Fraction(2 * x), Fraction(x * y), Fraction(3 * y)]

    there = listed_chance((2, 1), (2, 1), 6, rates)
    assert 0 < there == chance((2, 1), (2, 1), 6, rates)


def evenly(start, end, steps, rates):
    """Every event that can happen, equally often."""
    return chance(start, end, steps, lambda x, y: [1.0 * bool(r) for r in rates(x, y)])


def number_of_ways(start, end, steps, rates):
    here = Counter({start: 1})
    for _ in range(steps):
        after = Counter()
        for (x, y), n in here.items():
            for (dx, dy), rate in zip(EVENTS, rates(x, y), strict=True):
                after[x + dx, y + dy] += n * bool(rate)
        here = after
    return here[end]


def stays(start, end, steps, rates):
    """Where nothing can happen it waits, and counts the wait as an event."""
    return chance(start, end, steps, rates) + sum(
        p for n in range(steps)
        if not any(rates(*end)) and (p := chance(start, end, n, rates))
    )  # fmt: skip


def by_length(thetas, made, seen, scale, eps):
    rows = ([(a - b) / s for a, b, s in zip(row, seen, scale, strict=True)] for row in made)
    return [t for t, row in zip(thetas, rows, strict=True) if math.hypot(*row) <= eps]


def one_is_enough(thetas, made, seen, scale, eps):
    rows = ([abs(a - b) / s for a, b, s in zip(row, seen, scale, strict=True)] for row in made)
    return [t for t, row in zip(thetas, rows, strict=True) if min(row) <= eps]


def one_sided(thetas, made, seen, scale, eps):
    rows = ([(a - b) / s for a, b, s in zip(row, seen, scale, strict=True)] for row in made)
    return [t for t, row in zip(thetas, rows, strict=True) if max(row) <= eps]


def smaller_tail(made, seen):
    return min(1 + sum(s * v >= s * seen for v in made) for s in (1, -1)) / (1 + len(made))


def without_baseline(thetas, f, m, sigma):
    eps = [(t - m) / sigma for t in thetas]
    return [fmean(v * e / sigma for v, e in zip(f, eps, strict=True)),
            fmean(v * (e * e - 1) for v, e in zip(f, eps, strict=True))]  # fmt: skip


def without_one(thetas, f, m, sigma):
    """Right all the same: what is taken off sums to zero."""
    base, eps = fmean(f), [(t - m) / sigma for t in thetas]
    first, _ = by_score(thetas, f, m, sigma)
    return [first, fmean((v - base) * e**2 for v, e in zip(f, eps, strict=True))]


WRONG = {
    "evenly": ("14.1", evenly, "share of the rates"),
    "squares of the rates": (
        "14.1", lambda a, b, n, r: chance(a, b, n, lambda x, y: [v * v for v in r(x, y)]),
        "carry a table"),
    "a number of ways": ("14.1", number_of_ways, "number of ways"),
    "waiting is an event": ("14.1", stays, "no further event"),
    "the length of the gaps": ("14.2", by_length, "by itself"),
    "one is enough": ("14.2", one_is_enough, "not one"),
    "one sided": ("14.2", one_sided, "absolute value"),
    "no scale": ("14.2", lambda t, x, s, k, e: abc(t, x, s, [1.0] * len(k), e), "its own scale"),
    "a count": ("14.2", lambda *a: len(abc(*a)), "a list of parameters"),
    "no baseline": ("14.3", without_baseline, "off each of them"),
    "the way down": ("14.3", lambda *a: [-v for v in by_score(*a)], "the gradient itself"),
    "the sum": ("14.3", lambda *a: [len(a[0]) * v for v in by_score(*a)], "not the sum"),
    "sigma once": ("14.3", lambda t, f, m, s: [s * by_score(t, f, m, s)[0],
                                               by_score(t, f, m, s)[1]], "sigma ** 2"),
    "by sigma": ("14.3", lambda t, f, m, s: [by_score(t, f, m, s)[0],
                                             by_score(t, f, m, s)[1] / s], "log sigma"),
    "never seen": ("14.4", lambda made, seen: how_odd(made, seen, 0), "one more run"),
    "one tail": ("14.4", lambda made, seen: (1 + sum(v >= seen for v in made)) / (1 + len(made)),
                 "too small as well"),
    "half": ("14.4", lambda *a: smaller_tail(*a), "two tails"),
    "more than one": ("14.4", lambda *a: 2 * smaller_tail(*a), "exceed 1"),
}  # fmt: skip


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_gets_its_hint(slip):
    number, answer, words = WRONG[slip]
    assert not any(check(number, answer, seed=seed) for seed in ("autumn", "winter"))
    verdict = check(number, answer)
    assert not verdict
    assert words.lower() in " ".join(verdict.text.lower().split()), verdict.text


def test_the_one_of_the_score_cancels_when_the_mean_is_taken_off():
    verdict = check("14.3", without_one)
    assert verdict, verdict.text
