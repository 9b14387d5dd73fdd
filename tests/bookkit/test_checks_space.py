"""The exercises of chapter 12: right answers pass for any seed, slips get their own hint."""

import itertools
import math

import numpy as np
import pytest

from bookkit.checks.space import check, evened, growth


def walk_back(seed, a, n):
    for _ in range(n):
        seed = evened(seed, a)
    return seed


def longest(D, dx, dimensions):
    return dx**2 / (2 * D * dimensions)


def place(x, u):
    i = next(k for k, v in enumerate(u) if v < 0.5)
    return x[i - 1] + (x[i] - x[i - 1]) * (u[i - 1] - 0.5) / (u[i - 1] - u[i])


def speed(x, before, after, years):
    return (place(x, after) - place(x, before)) / years


def interval(values, profile, rise=1.92):
    at, ends = int(np.argmin(profile)), []
    for path in (range(at, -1, -1), range(at, len(values))):
        level, end = profile[at] + rise, None
        for i, j in itertools.pairwise(path):
            if profile[j] >= level and end is None:
                part = (level - profile[i]) / (profile[j] - profile[i])
                end = values[i] + part * (values[j] - values[i])
        ends.append(end)
    return ends


def fastest_wave(J, D_u, D_v):
    ks = np.linspace(0.05, 3, 1000)
    return 2 * math.pi / max(ks, key=lambda k: growth(J, k, D_u, D_v))


def by_one_slope(values, profile):
    """As if the profile rose by one straight line on each side of its lowest point."""
    at, ends = int(np.argmin(profile)), []
    for j, far in ((at - 1, 0), (at + 1, -1)):
        slope = (profile[j] - profile[at]) / (values[j] - values[at])
        closed = profile[far] - profile[at] > 1.92
        ends.append(values[at] + 1.92 / slope if closed else None)
    return ends


def on_even_steps(values, profile):
    """As if the values held were as far apart everywhere as at the start."""
    even = [values[0] + k * (values[1] - values[0]) for k in range(len(values))]
    return interval(even, profile)


def by_area(x, before, after, years):
    return (x[1] - x[0]) * (sum(after) - sum(before)) / years


def by_logit(x, before, after, years):
    """A straight line through the logarithm of the odds: no chord, and no worse than one."""

    def at(u):
        i = next(k for k, v in enumerate(u) if v < 0.5)
        here, there = (math.log(u[k] / (1 - u[k])) for k in (i - 1, i))
        return x[i - 1] + (x[i] - x[i - 1]) * here / (here - there)

    return (at(after) - at(before)) / years


def by_a_fine_grid(values, profile):
    """The straight lines drawn at many points; the ends of what lies below the level."""
    fine = np.unique(np.concatenate([values, np.linspace(values[0], values[-1], 2001)]))
    rise = np.interp(fine, values, profile) - min(profile) - 1.92
    signs = np.flatnonzero(np.diff(np.sign(rise)))
    roots = [fine[i] - rise[i] * (fine[i + 1] - fine[i]) / (rise[i + 1] - rise[i]) for i in signs]
    low = values[int(np.argmin(profile))]
    below, above = [r for r in roots if r < low], [r for r in roots if r > low]
    return (below[-1] if below else None, above[0] if above else None)


RIGHT = {
    "12.1": walk_back, "12.2": longest, "12.3": speed, "12.4": interval, "12.5": fastest_wave,
}  # fmt: skip


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number", RIGHT)
def test_right_answers_pass(number, seed):
    verdict = check(number, RIGHT[number], seed=seed)
    assert verdict, verdict.text


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number, answer", [("12.3", by_logit), ("12.4", by_a_fine_grid)])
def test_unusual_right_answers_pass(number, answer, seed):
    verdict = check(number, answer, seed=seed)
    assert verdict, verdict.text


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize(
    "number, answer", [("12.3", by_area), ("12.4", by_one_slope), ("12.4", on_even_steps)]
)
def test_clever_wrong_answers_fail(number, answer, seed):
    verdict = check(number, answer, seed=seed)
    assert not verdict
    assert "Error" not in verdict.text, "it stumbled over itself, and was not caught"


def open_ends(seed, a, n):
    for _ in range(n):
        padded = [0.0, *seed, 0.0]
        seed = [(1 - 2 * a) * v + a * (padded[i] + padded[i + 2]) for i, v in enumerate(seed)]
    return seed


WRONG = {
    "open ends": ("12.1", open_ends, "have one neighbour"),
    "one step": ("12.1", lambda seed, a, n: evened(seed, a), "there are n"),
    "one dimension": ("12.2", lambda D, dx, d: dx**2 / (2 * D), "more neighbours"),
    "not squared": ("12.2", lambda D, dx, d: dx / (2 * D * d), "dx is squared"),
    "whole cells": (
        "12.3",
        lambda x, u, v, years: (sum(w > 0.5 for w in v) - sum(w > 0.5 for w in u))
        * (x[1] - x[0]) / years,
        "interpolate",
    ),
    "the area": ("12.3", by_area, "what the area gained"),
    "the way": ("12.3", lambda x, u, v, years: place(x, v) - place(x, u), "divide by the years"),
    "twice 1.92": ("12.4", lambda v, p: interval(v, p, 3.84), "half of 3.84"),
    "the end of the grid": (
        "12.4",
        lambda v, p: [w if w is not None else v[-i] for i, w in enumerate(interval(v, p))],
        "do not close that end",
    ),
    "the wave number": ("12.5", lambda *given: 2 * math.pi / fastest_wave(*given), "2 pi over it"),
    "the fastest of all": ("12.5", lambda J, D_u, D_v: 2.0, "compute the growth"),
}  # fmt: skip


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_gets_its_hint(slip):
    number, answer, words = WRONG[slip]
    verdict = check(number, answer)
    assert not verdict
    assert words.lower() in " ".join(verdict.text.lower().split())
