"""The exercises of chapter 16: right answers pass for any seed, slips get their own hint."""

import math
from statistics import fmean, pstdev, stdev

import numpy as np
import pytest

from bookkit.checks.is_it_right import check


def ranks_of(prior, simulate, posterior, n, k):
    out = []
    for _ in range(n):
        theta = prior()
        draws = posterior(simulate(theta), k)
        out.append(sum(d < theta for d in draws))
    return out


def ranks_by_numpy(prior, simulate, posterior, n, k):
    def one():
        theta = prior()
        return np.sum(np.array(posterior(simulate(theta), k)) < theta)

    return np.array([one() for _ in range(n)])


def truths_first(prior, simulate, posterior, n, k):
    """All truths, then all data, then all draws."""
    truths = [prior() for _ in range(n)]
    data = [simulate(t) for t in truths]
    return [sum(d < t for d in posterior(x, k)) for x, t in zip(data, truths, strict=True)]


def diagnose(counts):
    m, level = len(counts), sum(counts) / len(counts)
    if sum((c - level) ** 2 for c in counts) / level < 2 * m:
        return "right"
    third = m // 4
    low, high = sum(counts[:third]), sum(counts[-third:])
    if abs(low - high) > 0.5 * max(low, high):
        return "too high" if low > high else "too low"
    return "too narrow" if low + high > 2 * third * level else "too wide"


def by_moments(counts):
    """The mean rank tells a shift, the variance a width."""
    m, n = len(counts), sum(counts)
    place = [(r + 0.5) / m for r in range(m)]
    mean = sum(c * p for c, p in zip(counts, place, strict=True)) / n
    var = sum(c * (p - mean) ** 2 for c, p in zip(counts, place, strict=True)) / n
    if abs(mean - 0.5) > 0.08:
        return "too high" if mean < 0.5 else "too low"
    if abs(var * 12 - 1) > 0.25:
        return "too narrow" if var * 12 > 1 else "too wide"
    return "right"


def score(answer, truth):
    mean, sd = answer
    return -(((truth - mean) / sd) ** 2) / 2 - math.log(sd) - math.log(2 * math.pi) / 2


def apart(a, b, truths):
    return [score(p, t) - score(q, t) for p, q, t in zip(a, b, truths, strict=True)]


def better(a, b, truths):
    d = apart(a, b, truths)
    return fmean(d), stdev(d) / len(d) ** 0.5


def neighbours(a, b):
    both, own = [*a, *b], 0
    for i, p in enumerate(both):
        j = min((j for j in range(len(both)) if j != i), key=lambda j: math.dist(p, both[j]))
        own += (i < len(a)) == (j < len(a))
    return own / len(both)


def neighbours_by_numpy(a, b):
    x = np.array([*a, *b])
    far = np.linalg.norm(x[:, None] - x[None], axis=-1) + 1e9 * np.eye(len(x))
    mine = np.arange(len(x)) < len(a)
    return np.mean(mine[far.argmin(axis=1)] == mine)


def p_value(x, made, T):
    return sum(T(m) >= T(x) for m in [x, *made]) / (1 + len(made))


RIGHT = [
    ("16.1", ranks_of), ("16.1", ranks_by_numpy), ("16.1", truths_first),
    ("16.2", diagnose), ("16.2", by_moments),
    ("16.3", better), ("16.3", lambda a, b, t: list(better(a, b, t))), ("16.4", neighbours),
    ("16.4", neighbours_by_numpy), ("16.5", p_value),
    ("16.5", lambda x, made, T: np.mean([T(m) >= T(x) for m in [*made, x]])),
]  # fmt: skip


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number, answer", RIGHT)
def test_right_answers_pass(number, answer, seed):
    verdict = check(number, answer, seed=seed)
    assert verdict, verdict.text


def stale(prior, simulate, posterior, n, k):
    theta = prior()
    return [sum(d < theta for d in posterior(simulate(theta), k)) for _ in range(n)]


def shown_the_truth(prior, simulate, posterior, n, k):
    truths = [prior() for _ in range(n)]
    return [sum(d < t for d in posterior(t, k)) for t in truths]


def one_of_many(prior, simulate, posterior, n, k):
    """Draws n truths, and uses the last of them only."""
    theta = [prior() for _ in range(n)][-1]
    return [sum(d < theta for d in posterior(simulate(theta), k)) for _ in range(n)]


def never_level(counts):
    said = by_moments(counts)
    return "too wide" if said == "right" else said


def all_level(counts):
    return "right"


def ends_only(counts):
    return "too high" if counts[0] > counts[-1] else "too low"


UPSIDE_DOWN = {"too high": "too low", "too low": "too high"}
INSIDE_OUT = {"too wide": "too narrow", "too narrow": "too wide"}
SLIPS = [
    ("16.1", lambda p, s, q, n, k: [k - r for r in ranks_of(p, s, q, n, k)], "above the truth"),
    ("16.1", stale, "a fresh one for each data set"),
    ("16.1", one_of_many, "a fresh one for each data set"),
    ("16.1", shown_the_truth, "never the truth"),
    ("16.1", lambda p, s, q, n, k: ranks_of(p, s, q, n, k + 1), "Ask for k draws"),
    ("16.1", lambda p, s, q, n, k: [r / k for r in ranks_of(p, s, q, n, k)], "whole number"),
    ("16.2", all_level, "What does chi-squared say"),
    ("16.2", never_level, "level, but for chance"),
    ("16.2", ends_only, "First ask whether"),
    ("16.2", lambda c: UPSIDE_DOWN.get(by_moments(c), by_moments(c)), "way round"),
    ("16.2", lambda c: INSIDE_OUT.get(by_moments(c), by_moments(c)), "way round"),
    ("16.2", lambda c: "bad", "one of the five words"),
    ("16.3", lambda a, b, t: better(b, a, t), "b minus a"),
    ("16.3", lambda a, b, t: (fmean(apart(a, b, t)), stdev(apart(a, b, t))), "root of n"),
    ("16.3", lambda a, b, t: (fmean(apart(a, b, t)), math.hypot(*(
        stdev([score(p, v) for p, v in zip(m, t, strict=True)]) / len(t) ** 0.5 for m in (a, b)
    ))), "same data"),
    ("16.3", lambda a, b, t: (fmean(apart(a, b, t)), pstdev(apart(a, b, t)) / len(t) ** 0.5),
     "divides by n - 1"),
    ("16.3", lambda a, b, t: better([(m, s * s) for m, s in a], [(m, s * s) for m, s in b], t),
     "normal density"),
    ("16.4", lambda a, b: 1.0, "its own nearest"),
    ("16.4", lambda a, b: 1 - neighbours(a, b), "*other* sample"),
    ("16.4", lambda a, b: neighbours(a, a), "nearest"),
    ("16.5", lambda x, made, T: sum(T(m) >= T(x) for m in made) / len(made), "no number of"),
    ("16.5", lambda x, made, T: (1 + sum(T(m) > T(x) for m in made)) / (1 + len(made)),
     "just as extreme"),
    ("16.5", lambda x, made, T: (1 + sum(T(m) < T(x) for m in made)) / (1 + len(made)),
     "Extreme means large"),
    ("16.5", lambda x, made, T: (1 + sum(abs(T(m)) >= abs(T(x)) for m in made)) / (1 + len(made)),
     "as large as T(x)"),
]  # fmt: skip


@pytest.mark.parametrize("number, answer, hint", SLIPS)
def test_slips_get_their_hint(number, answer, hint):
    texts = [check(number, answer, seed=seed).text for seed in ("public", "autumn", "winter")]
    flat = [" ".join(t.split()) for t in texts]
    assert all("not yet" in t for t in flat), flat
    assert any(hint.lower() in t.lower() for t in flat), flat
