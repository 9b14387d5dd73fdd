"""Jump processes: distributions known in closed form."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from mini_autodiff import ode
from mini_autodiff.ode.jump import poisson


def agrees(draws, distribution):
    """Chi-square test of whole numbers against a distribution, bins of at least 8 expected."""
    counts, n = Counter(draws), len(draws)
    bins, observed, expected, seen, mass = 0, 0.0, 0.0, [], []
    for k in range(max(draws) + 2):
        observed, expected = observed + counts[k], expected + n * distribution.pmf(k)
        if expected >= 8:
            seen.append(observed), mass.append(expected)
            observed, expected, bins = 0.0, 0.0, bins + 1
    seen[-1] += observed
    mass[-1] = n - sum(mass[:-1])
    return stats.chisquare(seen, mass).pvalue > 1e-3  # one in a thousand by chance; seeds fixed


@pytest.mark.parametrize("mean", [0.3, 4.0, 9.99, 10.0, 11.0, 40.0, 300.0])
def test_poisson_numbers(mean):
    rng = random.Random(1)
    assert agrees([poisson(rng, mean) for _ in range(20_000)], stats.poisson(mean))
    assert poisson(rng, 0.0) == 0


def test_immigration_and_death_is_poisson_at_all_times():
    """From 0: mean k / m (1 - exp(-m t)), and the distribution is Poisson."""
    rng, k, m = random.Random(2), 6.0, 0.8

    def rates(x, p):
        return [k, m * x[0]]

    rows = [ode.gillespie(rates, [(1,), (-1,)], [0], [0.0, 0.5, 3.0], rng) for _ in range(3000)]
    for i, t in ((1, 0.5), (2, 3.0)):
        draws = [row[i][0] for row in rows]
        assert agrees(draws, stats.poisson(k / m * (1 - math.exp(-m * t))))


def test_births_alone_are_geometric():
    """Yule's process from 1: P(x) = q (1 - q)**(x - 1) with q = exp(-b t)."""
    rng, b, t = random.Random(3), 1.2, 1.5
    draws = [
        ode.gillespie(lambda x, b: [b * x[0]], [(1,)], [1], [0.0, t], rng, b)[-1][0]
        for _ in range(3000)
    ]
    assert agrees(draws, stats.geom(math.exp(-b * t)))


def test_waiting_times_are_exponential_and_reactions_chosen_by_rate():
    rng = random.Random(4)
    waits, firsts = [], Counter()
    for _ in range(3000):
        events = ode.jumps(lambda x, p: [1.0, 3.0], [(1, 0), (0, 1)], [0, 0], 0.0, rng)
        next(events)
        t, x = next(events)
        waits.append(t)
        firsts[x] += 1
    assert stats.kstest(waits, "expon", args=(0, 0.25)).pvalue > 1e-3
    assert abs(firsts[0, 1] / 3000 - 0.75) < 4 * math.sqrt(0.75 * 0.25 / 3000)


def test_tau_leaping_has_the_mean_of_eulers_method():
    """Death at rate m x: each leap leaves x (1 - m tau) on average, and the variance is
    v' = (1 - m tau)**2 v + m tau x."""
    rng, m, tau, n, x0 = random.Random(5), 0.5, 0.25, 4, 400
    draws = [
        ode.tau_leaping(lambda x, m: [m * x[0]], [(-1,)], [x0], [0.0, n * tau], tau, rng, m)[-1][0]
        for _ in range(4000)
    ]
    mean, variance = float(x0), 0.0
    for _ in range(n):
        variance = (1 - m * tau) ** 2 * variance + m * tau * mean
        mean *= 1 - m * tau
    assert abs(np.mean(draws) - mean) < 4 * math.sqrt(variance / 4000)
    assert abs(np.var(draws) / variance - 1) < 4 * math.sqrt(2 / 4000)


def test_tau_leaping_never_goes_below_zero():
    rng = random.Random(6)
    for _ in range(200):
        path = ode.tau_leaping(
            lambda x, p: [3.0 * x[0]], [(-1,)], [5], [0.0, 0.5, 1.0, 5.0], 0.5, rng
        )
        counts = [x[0] for x in path]
        assert counts == sorted(counts, reverse=True) and counts[-1] >= 0


def test_the_same_seed_gives_the_same_path():
    def path(seed):
        rates = lambda x, p: [2.0 * x[0], 0.01 * x[0] * x[1], x[1]]  # noqa: E731
        changes = [(1, 0), (-1, 1), (0, -1)]
        times = [i / 10 for i in range(51)]
        return ode.gillespie(rates, changes, (50, 20), times, random.Random(seed))

    assert path(1) == path(1) != path(2)


def test_errors():
    rng = random.Random(0)
    with pytest.raises(ValueError, match=r"rate 0 is -1\.0 at the state \(1,\)"):
        ode.gillespie(lambda x, p: [-1.0], [(1,)], [1], [0.0, 1.0], rng)
    with pytest.raises(ValueError, match="2 rates and 1 changes"):
        ode.gillespie(lambda x, p: [1.0, 1.0], [(1,)], [1], [0.0, 1.0], rng)
    with pytest.raises(ode.SolverError, match="10 events"):
        ode.gillespie(lambda x, p: [100.0], [(1,)], [1], [0.0, 1.0], rng, max_events=10)
    with pytest.raises(ValueError, match="does not fall"):
        ode.gillespie(lambda x, p: [1.0], [(1,)], [1], [1.0, 0.0], rng)
    with pytest.raises(ValueError, match="tau is the length"):
        ode.tau_leaping(lambda x, p: [1.0], [(1,)], [1], [0.0, 1.0], 0.0, rng)
    for run in (
        lambda: ode.tau_leaping(lambda x, p: [9.0], [(-1,)], [1], [0.0, 9.0], 1.0, rng),
        lambda: ode.gillespie(lambda x, p: [9.0], [(-1,)], [1], [0.0, 9.0], rng),
    ):
        with pytest.raises(ValueError, match=r"lacks its molecules must have rate 0"):
            run()
