"""The chapter's checks: a right answer passes under any seed, and each usual slip is caught."""

import math

import pytest

from bookkit.checks.alfi import check


def score(psi, theta):
    m, log_s = psi
    eps = (theta - m) / math.exp(log_s)
    return [eps / math.exp(log_s), eps**2 - 1]


def nes_gradient(f, psi, n, rng):
    total = [0.0, 0.0]
    for _ in range(n):
        theta = psi[0] + math.exp(psi[1]) * rng.gauss(0, 1)
        value = f(theta)
        total = [t + value * s / n for t, s in zip(total, score(psi, theta), strict=True)]
    return total


def rank(draws, truth):
    return sum(d < truth for d in draws)


RIGHT = {"15.1": score, "15.2": nes_gradient, "15.3": rank}


@pytest.mark.parametrize("exercise", RIGHT)
@pytest.mark.parametrize("seed", ["public", "spring"])
def test_right_answers_pass(exercise, seed):
    assert check(exercise, RIGHT[exercise], seed=seed)


WRONG = {
    "without the -1": ("15.1", lambda psi, t: [score(psi, t)[0], score(psi, t)[1] + 1]),
    "s for s squared": ("15.1", lambda psi, t: [(t - psi[0]) / math.exp(psi[1]), score(psi, t)[1]]),
    "sum for mean": ("15.2", lambda f, p, n, r: [n * v for v in nes_gradient(f, p, n, r)]),
    "downhill": ("15.2", lambda f, p, n, r: [-v for v in nes_gradient(f, p, n, r)]),
    "forgets log s": ("15.2", lambda f, p, n, r: [nes_gradient(f, p, n, r)[0], 0.0]),
    "a share": ("15.3", lambda d, t: rank(d, t) / len(d)),
    "above": ("15.3", lambda d, t: len(d) - rank(d, t)),
    "from the mean": ("15.3", lambda d, t: rank([abs(v) for v in d], abs(t))),
}


@pytest.mark.parametrize("slip", WRONG)
def test_slips_are_caught(slip):
    exercise, answer = WRONG[slip]
    assert not check(exercise, answer)
