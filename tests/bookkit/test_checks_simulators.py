"""The exercises of chapter 14: right answers pass for any seed, slips get their own hint."""

from collections import Counter
from statistics import fmean

import pytest

from bookkit.checks.simulators import EVENTS, check, listed_paths


def paths(start, end, steps):
    ways = Counter({start: 1})
    for _ in range(steps):
        after = Counter()
        for (x, y), n in ways.items():
            if x > 0:
                after[x + 1, y] += n
            if x > 0 and y > 0:
                after[x - 1, y + 1] += n
            if y > 0:
                after[x, y - 1] += n
        ways = after
    return ways[end]


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


RIGHT = {"14.1": paths, "14.2": abc, "14.3": by_score, "14.4": how_odd}


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number", RIGHT)
def test_right_answers_pass(number, seed):
    verdict = check(number, RIGHT[number], seed=seed)
    assert verdict, verdict.text


def test_a_list_of_all_events_agrees_with_a_table():
    assert listed_paths((2, 1), (2, 1), 6) == paths((2, 1), (2, 1), 6) > 0
    assert len(EVENTS) == 3


def ghosts(start, end, steps):
    """Events that need nobody."""
    ways = Counter({start: 1})
    for _ in range(steps):
        after = Counter()
        for (x, y), n in ways.items():
            for dx, dy in EVENTS:
                after[x + dx, y + dy] += n
        ways = after
    return ways[end]


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
    "ghosts": ("14.1", ghosts, "cannot happen"),
    "all events": ("14.1", lambda a, b, n: 3**n, "end at"),
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
    verdict = check(number, answer)
    assert not verdict
    assert words.lower() in " ".join(verdict.text.lower().split()), verdict.text


def test_the_one_of_the_score_cancels_when_the_mean_is_taken_off():
    verdict = check("14.3", without_one)
    assert verdict, verdict.text
