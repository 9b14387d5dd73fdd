"""The exercises of chapter 1: right answers pass for any seed, plausible mistakes get a hint."""

import math

import numpy as np
import pytest

from bookkit.checks.why_gradients import check


def forecast(rates, gradient, percent):
    return sum(gradient[name] * rates[name] * percent / 100 for name in rates)


def loss_and_gradient(c, theta, y):
    r = sum(a * b for a, b in zip(c, theta, strict=True)) - y
    shared = 2 * r
    return r * r, [shared * a for a in c]


def with_arrays(c, theta, y):
    c = np.array(c)
    r = c @ np.array(theta) - y
    return r * r, 2 * r * c


def mean(q, a):
    return sum(x * y for x, y in zip(q, a, strict=True))


def price(q, w, z):
    products = [a * b for a, b in zip(w, z, strict=True)]
    return (mean(q, products) - mean(q, w) * mean(q, z)) / mean(q, w)


def price_by_shares(q, w, z):
    """Not by the formula: the new mean less the old."""
    return sum(a * b * (c - mean(q, z)) for a, b, c in zip(q, w, z, strict=True)) / mean(q, w)


def in_new_units(G, beta, k):
    (a, b), (c, d) = G
    return [[a, k * b], [k * c, k * k * d]], [beta[0], beta[1] / k]


def worst_start(w):
    return [0.5, 0.0, 0.0, 0.5]


def worst_by_search(w):
    from random import Random

    rng, best = Random(1), (-math.inf, [])
    for _ in range(3000):
        throws = [rng.expovariate(1.0) ** 4 for _ in range(4)]
        q = [t / sum(throws) for t in throws]
        s = [a * b / mean(q, w) for a, b in zip(q, w, strict=True)]
        D = s[0] * s[3] - s[1] * s[2]
        after = [s[0] - D / 2, s[1] + D / 2, s[2] + D / 2, s[3] - D / 2]
        best = max(best, (mean(q, w) - mean(after, w), q))
    return best[1]


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("1.1", forecast),
        ("1.2", loss_and_gradient),
        ("1.2", with_arrays),
        ("1.3", price),
        ("1.3", price_by_shares),
        ("1.4", in_new_units),
        ("1.5", worst_start),
        ("1.5", worst_by_search),
    ],
)
def test_a_right_answer_passes(number, answer, seed):
    verdict = check(number, answer, seed=seed)
    assert verdict, verdict.text


def each_slope_anew(c, theta, y):
    slopes = [
        2 * (sum(a * b for a, b in zip(c, theta, strict=True)) - y) * own for own in c
    ]  # right, and as dear as nudging
    return loss_and_gradient(c, theta, y)[0], slopes


def doubled_in_the_list(c, theta, y):
    r = mean(c, theta) - y
    return r * r, [2 * r * own for own in c]  # 2 * r, two hundred times


def half_the_slopes(c, theta, y):
    value, slopes = loss_and_gradient(c, theta, y)
    return value, [slope / 2 for slope in slopes]


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("1.1", lambda r, g, p: 100 * forecast(r, g, p), "a per cent is a hundredth"),
        ("1.1", lambda r, g, p: sum(g.values()) * p / 100, "one per cent of what?"),
        ("1.1", lambda r, g, p: -forecast(r, g, p), "keep their signs"),
        ("1.1", lambda r, g, p: forecast(r, g, 1e-3), "twice the percentage"),
        ("1.1", lambda r, g, p: [forecast(r, g, p)] * 2, "where one number is asked for"),
        ("1.2", each_slope_anew, "before the list, not inside it"),
        ("1.2", doubled_in_the_list, "before the list, not inside it"),
        ("1.2", half_the_slopes, "brings a factor of 2 down"),
        ("1.2", lambda c, t, y: (loss_and_gradient(c, t, y)[0],
                                 [2 * (mean(c, t) - y)] * len(c)), "how fast does r change"),
        ("1.2", lambda c, t, y: loss_and_gradient(c, t, y)[1], "two things are asked for"),
        ("1.2", lambda c, t, y: (mean(c, t) - y, loss_and_gradient(c, t, y)[1]), "the loss is"),
        ("1.3", lambda q, w, z: price(q, w, z) * mean(q, w), "still to be divided"),
        ("1.3", lambda q, w, z: price(q, w, z) + mean(q, z), "the change is asked for"),
        ("1.3", lambda q, w, z: price([1 / len(q)] * len(q), w, z),
         "shares q are the weights"),
        ("1.4", lambda G, b, k: (G, b), "a variance is a square"),
        ("1.4", lambda G, b, k: (in_new_units(G, b, k)[0], [b[0], b[1] * k]), "k times smaller"),
        ("1.4", lambda G, b, k: ([[G[0][0], k * G[0][1]], [G[1][0], k * k * G[1][1]]],
                                 [b[0], b[1] / k]), "both entries off the diagonal"),
        ("1.4", lambda G, b, k: ([[k * v for v in row] for row in G], b), "only what has to do"),
        ("1.4", lambda G, b, k: in_new_units(G, b, k)[0], "return g, beta"),
        ("1.5", lambda w: [0.25] * 4, "recombination takes from"),
        ("1.5", lambda w: [1.0, 0.0, 0.0, 1.0], "divide by their sum"),
        ("1.5", lambda w: [0.0, 0.5, 0.5, 0.0], "recombination takes from"),
    ],
)  # fmt: skip
def test_a_plausible_mistake_gets_its_hint(number, answer, hint):
    verdict = check(number, answer)
    assert not verdict
    assert hint in " ".join(verdict.text.split()).lower()


def test_a_stub_reads_as_open():
    def stub(q, w, z):
        raise NotImplementedError

    assert check("1.3", stub).text.startswith("Exercise 1.3 is still open.")
