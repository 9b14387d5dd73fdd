"""The exercises of chapter 10: right answers pass for any seed, slips get their own hint."""

import math

import numpy as np
import pytest

from bookkit.checks.gene_clock import check


def fade(u, r, d, h):
    E = math.exp(-d * h)
    return E * u + r * (1 - E) / d


def two_sites(v1, v2, rho, alpha):
    weights = [1, v1, v2, rho * v1 * v2]
    return sum(a * w for a, w in zip(alpha, weights, strict=True)) / sum(weights)


def rises(hand, level, per_day):
    hand = np.array(hand)
    (up,) = np.nonzero((hand[:-1] < level) & (hand[1:] >= level))
    share = (level - hand[up]) / (hand[up + 1] - hand[up])
    return list((up + share) / per_day)


def variance(u, r, d, h):
    E = math.exp(-d * h)
    return (1 - E) * (u * E + r / d)


def dawns(drift, gain, sky):
    errors = [0]
    for lit in sky:
        errors.append((errors[-1] + drift) * (1 - gain if lit else 1))
    return errors[1:]


RIGHT = {"10.1": fade, "10.2": two_sites, "10.3": rises, "10.4": variance, "10.5": dawns}


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number", RIGHT)
def test_right_answers_pass(number, seed):
    verdict = check(number, RIGHT[number], seed=seed)
    assert verdict, verdict.text


@pytest.mark.parametrize("number", RIGHT)
def test_an_empty_answer_is_open(number):
    def nothing(*args):
        return None

    assert not check(number, nothing)


def plain_rises(hand, level, per_day):
    return [i / per_day for i in range(len(hand) - 1) if hand[i] < level <= hand[i + 1]]


def crossings(hand, level, per_day):
    pairs = [(hand[i] - level, hand[i + 1] - level) for i in range(len(hand) - 1)]
    return [i / per_day for i, (a, b) in enumerate(pairs) if a * b <= 0]


SLIPS = {
    "Euler's step": ("10.1", lambda u, r, d, h: u + h * (r - d * u), "That is Euler's step"),
    "nothing new is lost": (
        "10.1", lambda u, r, d, h: u * math.exp(-d * h) + h * r, "lost again in part"),
    "no d below": (
        "10.1", lambda u, r, d, h: u * math.exp(-d * h) + r * (1 - math.exp(-d * h)), "a d below"),
    "no mean": (
        "10.2", lambda v, w, q, a: a[0] + a[1] * v + a[2] * w + a[3] * q * v * w, "Divide by"),
    "no help": ("10.2", lambda v, w, q, a: two_sites(v, w, 1, a), "has rho in it"),
    "no empty state": (
        "10.2",
        lambda v, w, q, a: (a[1] * v + a[2] * w + a[3] * q * v * w) / (v + w + q * v * w),
        "is a state too"),
    "the step, not its share": ("10.3", plain_rises, "the share of it"),
    "falls as well": ("10.3", crossings, "Falls are no rises"),
    "in steps": (
        "10.3", lambda h, level, n: [t * n for t in rises(h, level, n)], "divide by the steps"),
    "a short step": ("10.4", lambda u, r, d, h: (r + d * u) * h, "its limit for small h"),
    "the spread": ("10.4", lambda *a: math.sqrt(variance(*a)), "standard deviation"),
    "the mean": ("10.4", fade, "That is the mean"),
    "light first": (
        "10.5", lambda d, g, sky: [d + e for e in [0, *dawns(d, g, sky)[:-1]]], "on the same day"),
    "the share that goes": (
        "10.5", lambda d, g, sky: dawns(d, 1 - g, sky), "what stays is 1 - gain"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_gets_its_own_hint(slip):
    number, answer, words = SLIPS[slip]
    verdict = check(number, answer)
    assert not verdict
    assert words.lower() in " ".join(verdict.text.lower().split()), verdict.text
