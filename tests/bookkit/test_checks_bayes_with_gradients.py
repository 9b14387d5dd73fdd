"""The exercises of chapter 13: right answers pass for any seed, plausible mistakes get a hint."""

import math
from statistics import fmean, pvariance, variance

import pytest

from bookkit.checks.bayes_with_gradients import check


def energy_error(omega, before, after, h, power=4, part=8):
    pairs = zip(omega, before, after, strict=True)
    return sum(h * h * w**power * (b * b - a * a) / part for w, a, b in pairs)


def heavy_leap(slope, theta, r, h, mass):
    r = [b - h / 2 * s for b, s in zip(r, slope(theta), strict=True)]
    theta = [a + h * b / m for a, b, m in zip(theta, r, mass, strict=True)]
    return theta, [b - h / 2 * s for b, s in zip(r, slope(theta), strict=True)]


def old_momentum(slope, theta, r, h, mass):
    new = [a + h * b / m for a, b, m in zip(theta, r, mass, strict=True)]
    r = [b - h / 2 * s for b, s in zip(r, slope(theta), strict=True)]
    return new, [b - h / 2 * s for b, s in zip(r, slope(new), strict=True)]


def old_slope(slope, theta, r, h, mass):
    pushed = [b - h / 2 * s for b, s in zip(r, slope(theta), strict=True)]
    new = [a + h * b / m for a, b, m in zip(theta, pushed, mass, strict=True)]
    return new, [b - h / 2 * s for b, s in zip(pushed, slope(theta), strict=True)]


def times_mass(slope, theta, r, h, mass):
    return heavy_leap(slope, theta, r, h, [1 / m for m in mass])


def in_floats(slope, theta, r, h, mass):
    return heavy_leap(slope, theta, r, float(h), mass)


def rhat(chains, of=variance, root=math.sqrt, share=True, factor=1):
    n = len(chains[0])
    within = fmean(map(of, chains))
    between = factor * of(list(map(fmean, chains)))
    return root(((n - 1) / n if share else 1.0) + between / within)


def coverage(truths, draws, level, places=1):
    inside = 0
    for truth, few in zip(truths, draws, strict=True):
        rank = sum(d < truth for d in few)
        inside += abs(rank - len(few) / 2) <= level * (len(few) + places) / 2
    return inside / len(truths)


def sorted_coverage(truths, draws, level):
    """The rank by searching in the sorted draws."""
    from bisect import bisect_left

    ranks = [bisect_left(sorted(d), t) for t, d in zip(truths, draws, strict=True)]
    k = len(draws[0])
    return sum(abs(2 * rank - k) <= level * (k + 1) for rank in ranks) / len(ranks)


def longest(omega, most):
    return 2 / max(omega) * math.sqrt(1 - 1 / most)


def longest_by_bisection(omega, most):
    low, high = 0.0, 2 / max(omega)
    for _ in range(80):
        h = (low + high) / 2
        fine = all(most * (1 - (h * w) ** 2 / 4) >= 1 for w in omega)
        low, high = (h, high) if fine else (low, h)
    return low


RIGHT = [
    ("13.1", energy_error), ("13.2", heavy_leap), ("13.2", in_floats), ("13.3", rhat),
    ("13.4", coverage), ("13.4", sorted_coverage), ("13.5", longest),
    ("13.5", longest_by_bisection),
]  # fmt: skip


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize(("number", "answer"), RIGHT)
def test_a_right_answer_passes(number, answer, seed):
    verdict = check(number, answer, seed=seed)
    assert verdict, verdict.text


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("13.1", lambda w, a, b, h: -energy_error(w, a, b, h), "after minus before"),
        ("13.1", lambda w, a, b, h: energy_error(w, a, b, h, power=2), "the power four"),
        ("13.1", lambda w, a, b, h: energy_error(w, a, b, h) / h, "the square of the step"),
        ("13.1", lambda w, a, b, h: energy_error(w[:1], a[:1], b[:1], h), "Then the sum"),
        ("13.1", lambda w, a, b, h: energy_error(w, a, b, h, part=2), "omega⁴ / 8"),
        ("13.2", old_momentum, "after the first half kick"),
        ("13.2", old_slope, "where the ball is now"),
        ("13.2", times_mass, "divide by its mass"),
        ("13.2", lambda s, t, r, h, m: heavy_leap(s, t, r, h, [1] * 3), "Only the drift knows"),
        ("13.2", lambda s, t, r, h, m: heavy_leap(s, t, r, h, m)[0], "return theta, r"),
        ("13.3", lambda c: rhat(c, root=lambda v: v), "Take the root"),
        ("13.3", lambda c: rhat(c, of=pvariance), "Divide the variances by n - 1"),
        ("13.3", lambda c: rhat(c, share=False), "(n - 1)/n"),
        ("13.3", lambda c: rhat(c, factor=20), "without a factor n"),
        ("13.4", lambda t, d, p: coverage(t, d, p) * len(t), "divide by the number"),
        ("13.4", lambda t, d, p: coverage(t, d, p) * 100, "not a percentage"),
        ("13.4", lambda t, d, p: 1 - coverage(t, d, p), "not those outside"),
        ("13.4", lambda t, d, p: coverage(t, d, p, places=0), "a share of k + 1 ranks"),
        ("13.4", lambda t, d, p: p, "the draws below the truth"),
        ("13.5", lambda w, most: 2 / min(w) * math.sqrt(1 - 1 / most), "The narrowest direction"),
        ("13.5", lambda w, most: longest(w, most) ** 2, "take the root"),
        ("13.5", lambda w, most: 2 / max(w), "the narrowest"),
    ],
)  # fmt: skip
def test_a_plausible_mistake_gets_its_hint(number, answer, hint):
    verdict = check(number, answer)
    assert not verdict
    assert hint.lower() in " ".join(verdict.text.split()).lower(), verdict.text


@pytest.mark.parametrize("number", check.properties)
def test_an_untouched_exercise_is_told_kindly(number):
    def untouched(*args):
        """Nobody has written here."""
        ...

    assert "is still open" in check(number, untouched).text
