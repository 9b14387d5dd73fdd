"""Chapter 15's assignment: the solution passes, and each plausible mistake gets its hint."""

import functools
import math
import time

import equinox as eqx
import jax
import numpy as np
import pytest
from scipy import stats

import bookkit.checks.alfi as checks
from alfi import calibration
from alfi.recurrent_machine import Architecture, RecurrentMachine
from assignments.grader import tasks
from bookkit.checks.alfi import task
from tests.assignments.frame import Assignment

# What stands above the first answer: the imports.
GIVEN = next(code + "\n" for code in tasks.read("alfi").given if code.startswith("import math"))


# What a student may well write: a line of the solution, what stands there instead, and the hint.
NEWTON = "return theta + np.linalg.solve(slopes, gap)"
POOL = "return each.mean(axis=0)"
FEATURES = "return jnp.concatenate([jnp.log1p(x), x > 0], axis=-1)"
TEST = "return bool(stats.chisquare(counts).pvalue > 0.01)"
MISTAKES = {
    "the slope by b": (
        "1", "return (k - b) / (1 + b)", "return (k - b) / (1 + b) / b", "slope by b"),
    "one factor forgotten": ("1", "return (k - b) / (1 + b)", "return k - b", "db/dpsi = b"),
    "no constant": ("1", "return (k - b) / (1 + b)", "return k / (1 + b)", "differences give"),
    "the information about b": (
        "1", "return b / (1 + b)", "return 1 / (b * (1 + b))", "multiply by (db/dpsi)^2"),
    "the variance of k": ("1", "return b / (1 + b)", "return b * (1 + b)", "variance of k itself"),
    "the bound": ("1", "return b / (1 + b)", "return (1 + b) / b", "one over the information"),
    "a sum": ("2", POOL, "return each.sum(axis=0)", "a sum grows with the data"),
    "sorted": ("2", POOL, "return np.sort(x)", "grows with the data. Pool over the cells"),
    "the first cell": ("2", POOL, "return each[0]", "Does any part of yours pick a cell?"),
    "the first ten": ("2", POOL, "return each[:5].mean(axis=0)", "pick a cell?"),
    "the mean only": ("2", POOL, "return [x.mean()]", "the mean count is p times b"),
    "the logarithm of zero": (
        "2", POOL, "return [(x > 0).mean(), jnp.log(x.mean())]", "log1p(x)"),
    "divided by n - 1": (
        "2", POOL, "return [x.mean(), x.var(ddof=1)]", "divide by n - 1 where n would do?"),
    "the mean rank only": (
        "3", TEST,
        "m = counts @ np.arange(20) / 500; return bool(abs(m - 9.5) < 2.6 * 5.8 / 500**0.5)",
        "more than the mean?"),
    "coverage from below": (
        "3", TEST, "return bool(counts[1:19].sum() > 500 * 0.9 - 2.6 * 6.7)",
        "Too much coverage is a fault too"),
    "coverage of 90 % only": (
        "3", TEST, "return bool(abs(counts[1:19].sum() - 450) < 3 * 6.7)", "look at all ranks"),
    "too few episodes": ("3", "range(500)", "range(20)", "enough episodes to see it"),
    "one alarm in three": ("3", "pvalue > 0.01", "pvalue > 0.3", "one false alarm in a hundred?"),
    "the steps of whole numbers": (
        "3", TEST,
        "r = np.repeat(np.arange(20), counts.astype(int)) / 19; "
        "return bool(stats.kstest(r, 'uniform').pvalue > 0.1)",
        "sees their steps"),
    "a p value": ("3", "return bool(stats.chisquare(counts).pvalue > 0.01)",
                  "return float(stats.chisquare(counts).pvalue)", "p > 0.01 is True or False"),
    "never honest": ("3", TEST, "return False", "the exact posterior passed your test 0 times"),
    "a vector": ("4", "return jnp.where(on, size, 0).astype(jnp.float32)",
                 "return jnp.where(on, size, 0).astype(jnp.float32)[:, 0]", "needs [:, None]"),
    "NumPy's dice": (  # of a million faces: two throws that agree by chance would hide the mistake
        "4", "jax.random.geometric(k_size, stop, (n_obs, 1)) - 1",
        "np.random.randint(1_000_000, size=(n_obs, 1))", "the same key must give the same x"),
    "bursts from one": ("4", "stop, (n_obs, 1)) - 1", "stop, (n_obs, 1))", "counts from 1"),
    "one key for both": ("4", "jax.random.geometric(k_size", "jax.random.geometric(k_on",
                         "gives the same dice twice"),
    "one die for all cells": (
        "4", "jax.nn.sigmoid(theta[0]), (n_obs, 1))", "jax.nn.sigmoid(theta[0]))",
        "the share of cells"),
    "no logarithm": ("4", "jax.nn.sigmoid(theta[0])", "jnp.clip(theta[0], 0, 1)", "the law says"),
    "features lose an axis": (
        "4", FEATURES, "return jnp.log1p(x)[..., 0]", "one row a cell stays one row a cell"),
    "features of a dark cell": ("4", FEATURES, "return jnp.log(x)", "log1p(x)"),
    "an if on a traced number": (
        "4", "k_on, k_size = jax.random.split(key)",
        "key = key if theta[0] > 0 else key; k_on, k_size = jax.random.split(key)",
        "write it with jax.numpy"),
    "an exception": ("4", "k_on, k_size = jax.random.split(key)", "k_on, k_size = key",
                     "at your line"),
    "the sign": ("5", "[0.0, math.log(efficiency)]", "[0.0, -math.log(efficiency)]",
                 "the wrong sign"),
    "the other parameter": ("5", "[0.0, math.log(efficiency)]", "[math.log(efficiency), 0.0]",
                            "a cell that is on stays on"),
    "no logarithm of e": ("5", "[0.0, math.log(efficiency)]", "[0.0, efficiency - 1]",
                          "with which mean is left?"),
    "no slopes": ("5", NEWTON, "return theta + gap", "that is the step for S = 1"),
    "transposed": ("5", NEWTON, "return theta + np.linalg.solve(slopes.T, gap)", "transposed"),
    "the diagonal only": ("5", NEWTON, "return theta + gap / np.diag(slopes)", "S is a matrix"),
    "backwards": ("5", NEWTON, "return theta - np.linalg.solve(slopes, gap)", "the wrong way"),
    "other dice on each side": (
        "5", "mean(theta - move)", "np.mean([statistic(simulate(theta - move, s + 999)) "
        "for s in seeds], axis=0)", "the same dice, so their noise cancels"),
    "one seed": ("5", "for seed in seeds]", "for seed in seeds[:1]]", "average over all the seeds"),
    "too small a move": (
        "5", "slopes[:, j] = (mean(theta + move) - mean(theta - move)) / 0.2",
        "slopes[:, j] = (mean(theta + move / 1e5) - mean(theta - move / 1e5)) / 2e-6",
        "no count changes"),
}  # fmt: skip


# Clever wrong answers: a score of something else, too few terms, differences; functions of one
# number; tests that look at a part of the histogram; cells that are not thrown one by one.
def few_terms(psi):
    b = math.exp(psi)
    chances = [b**k / (1 + b) ** (k + 1) for k in range(30)]
    return sum(q * ((k - b) / (1 + b)) ** 2 for k, q in enumerate(chances))


def coarse(psi, k):
    return (checks.log_burst(psi + 0.05, k) - checks.log_burst(psi - 0.05, k)) / 0.1


def of_the_dark(x):
    dark = np.mean(x == 0)
    return [dark, dark**2, math.exp(dark)]


def of_the_mean_logarithm(x):
    mean = np.log1p(x).mean()
    return [mean, mean**2]


def ranks(prior, simulate, posterior, rng, episodes, n=19):
    truth = [prior(rng) for _ in range(episodes)]
    return np.array([np.sum(posterior(simulate(t, rng), n, rng) < t) for t in truth])


def covers(prior, simulate, posterior, seed):
    """Nine tenths in the 90 % interval, known to half a per cent."""
    found = ranks(prior, simulate, posterior, np.random.default_rng(seed), 2000)
    inside = np.sum((found > 0) & (found < 19))
    return bool(stats.binomtest(int(inside), 2000, 0.9).pvalue > 0.01)


def two_moments(prior, simulate, posterior, seed):
    """The mean of the ranks and their variance."""
    found = ranks(prior, simulate, posterior, np.random.default_rng(seed), 1000)
    mean, variance = abs(found.mean() - 9.5) / 5.77, abs(found.var() / 33.25 - 1)
    return bool(mean < 2.8 / 1000**0.5 and variance < 2.8 * 0.9 / 1000**0.5)


def by_the_clock(prior, simulate, posterior, seed):
    found = ranks(prior, simulate, posterior, np.random.default_rng(time.time_ns()), 500)
    return bool(stats.chisquare(np.bincount(found, minlength=20)).pvalue > 0.01)


PROGRAM = """
class Bursts(Bursts):
    def simulate(self, key, theta, n_obs):
        k_on, k_size = jax.random.split(key)
        b, p = jnp.exp(theta[1]), jax.nn.sigmoid(theta[0])
"""
SHARED_OUT = """
        on = jax.random.permutation(k_on, jnp.arange(n_obs) < jnp.round(p * n_obs))[:, None]
        size = jax.random.geometric(k_size, 1 / (1 + b), (n_obs, 1)) - 1
        return jnp.where(on, size, 0).astype(jnp.float32)
"""
ROUNDED = """
        on = jax.random.bernoulli(k_on, p, (n_obs, 1))
        return jnp.where(on, jnp.floor(b * jax.random.exponential(k_size, (n_obs, 1))), 0.0)
"""
POISSON = """
        on = jax.random.bernoulli(k_on, p, (n_obs, 1))
        return jnp.where(on, jax.random.poisson(k_size, b, (n_obs, 1)), 0).astype(jnp.float32)
"""


def newton(statistic, simulate, observed, theta, seeds, slope_seeds=None, damping=1.0, h=0.1):
    mean = lambda t, seeds: np.mean([statistic(simulate(t, s)) for s in seeds], axis=0)  # noqa: E731
    theta, own = np.array(theta), slope_seeds or seeds
    columns = [(mean(theta + h * e, own) - mean(theta - h * e, own)) / (2 * h) for e in np.eye(2)]
    gap = np.asarray(statistic(observed)) - mean(theta, seeds)
    return theta + damping * np.linalg.solve(np.transpose(columns), gap)


def damped(*given):
    return newton(*given, damping=0.7)


def slopes_of_one_seed(statistic, simulate, observed, theta, seeds):
    return newton(statistic, simulate, observed, theta, seeds, slope_seeds=seeds[:1])


def its_own_dice(statistic, simulate, observed, theta, seeds):
    return newton(statistic, simulate, observed, theta, range(len(seeds)))


CLEVER = {
    "the slope of the mean's logarithm": (
        "1", {"score": lambda psi, k: k / math.exp(psi) - 1,
              "information": lambda psi: 1 + math.exp(-psi)}, "differences give"),
    "the first thirty terms": ("1", {"information": few_terms}, "add up to"),
    "a coarse difference": ("1", {"score": coarse}, "differences give"),
    "always the same": ("2", lambda x: [1.0, 2.0], "the mean count is p times b"),
    "what follows from the dark share": ("2", of_the_dark, "several that follow from it"),
    "what follows from a mean logarithm": ("2", of_the_mean_logarithm, "follow from it"),
    "always honest": ("3", lambda prior, simulate, posterior, seed: True, "first parameters"),
    "coverage, of two thousand": ("3", covers, "look at the whole histogram"),
    "two moments": ("3", two_moments, "look at the whole histogram"),
    "dice from the clock": ("3", by_the_clock, "and once more"),
    "cells shared out": ("4", PROGRAM + SHARED_OUT, "as much as that of independent cells"),
    "a rounded exponential": ("4", PROGRAM + ROUNDED, "the share of cells"),
    "Poisson bursts": ("4", PROGRAM + POISSON, "the share of cells"),
    "damped": ("5", {"newton_step": damped}, "you arrive at"),
    "slopes of one seed": ("5", {"newton_step": slopes_of_one_seed}, "those of one are noise"),
    "its own dice": ("5", {"newton_step": its_own_dice}, "you arrive at"),
}  # fmt: skip


# Other right answers: JAX's float32 and its gradients, other tests of ranks, other embeddings.
GRADIENT = """
def score(psi, k):
    return jax.grad(lambda p: -k * jnp.log1p(jnp.exp(-p)) - jnp.log1p(jnp.exp(p)))(psi)

def information(psi):
    return jax.nn.sigmoid(psi)
"""
NETWORK = """
def embed(x):
    weights = jax.random.normal(jax.random.key(0), (2, 8))
    return jnp.tanh(jnp.log1p(x)[:, None] * weights[0] + weights[1]).mean(axis=0)
"""


def squares(psi):
    """The mean square of the score, summed."""
    b = math.exp(psi)
    chances = (math.exp(checks.log_burst(psi, k)) for k in range(int(60 * (1 + b))))
    return sum(q * ((k - b) / (1 + b)) ** 2 for k, q in enumerate(chances))


def by_the_library(prior, simulate, posterior, seed):
    rng = np.random.default_rng(seed)
    truth = np.array([prior(rng) for _ in range(400)])
    draws = np.array([posterior(simulate(t, rng), 49, rng) for t in truth])
    found = calibration.ranks(draws[:, :, None], truth[:, None])
    return calibration.uniformity(calibration.pit_from_ranks(found, 49, seed))[0] > 0.01


def ten_bins(prior, simulate, posterior, seed):
    """Nine draws an episode, and a thousand episodes."""
    found = ranks(prior, simulate, posterior, np.random.default_rng(seed), 1000, 9)
    return stats.chisquare(np.bincount(found, minlength=10)).pvalue > 0.005


BY_THE_SOLUTIONS_MACHINE = "# read by the machine of the solution, which knows this law\n"
INVERTED = """
        k = jnp.floor(jnp.log1p(-jax.random.uniform(k_size, (n_obs, 1))) / -jnp.log1p(1 / b))
        return jnp.where(jax.random.uniform(k_on, (n_obs, 1)) < p, k, 0.0)
"""
MIXED = """
        k_size, k_more = jax.random.split(k_size)
        k = jax.random.poisson(k_more, b * jax.random.exponential(k_size, (n_obs, 1)))
        return k.astype(jnp.float32) * jax.random.bernoulli(k_on, p, (n_obs, 1))
"""
FORWARD = """
def bias(efficiency):
    return 0.0, jnp.log(efficiency)

def newton_step(statistic, simulate, observed, theta, seeds):
    mean = lambda t: jnp.array([statistic(simulate(t, seed)) for seed in seeds]).mean(axis=0)
    here, theta = mean(theta), jnp.array(theta)
    slopes = jnp.stack([(mean(theta + 0.1 * e) - here) / 0.1 for e in jnp.eye(2)], axis=1)
    return theta + jnp.linalg.solve(slopes, statistic(observed) - here)
"""
UNUSUAL = {
    "a gradient": ("1", GRADIENT),
    "the series itself": ("1", {"information": squares}),
    "a network": ("2", NETWORK),
    "a histogram": ("2", lambda x: [np.mean(x == 0), np.mean(x > 5), np.mean(x > 20)]),
    "two moments": ("2", lambda x: (x.mean(), (x**2).mean())),
    "mean and spread": ("2", lambda x: np.array([x.mean(), x.std()])),
    "the dark and the logarithm of the mean": (
        "2", lambda x: [np.mean(x == 0), math.log1p(x.mean())]),
    "the library": ("3", by_the_library),
    "ten bins": ("3", ten_bins),
    "dice turned round": ("4", PROGRAM + INVERTED + BY_THE_SOLUTIONS_MACHINE),
    "Poisson with a mean of its own": ("4", PROGRAM + MIXED + BY_THE_SOLUTIONS_MACHINE),
    "forward differences": ("5", FORWARD),
    "wider steps": ("5", {"newton_step": lambda *given: newton(*given, h=0.25)}),
}  # fmt: skip


@pytest.mark.slow
def test_a_machine_that_reads_badly_is_told_what_is_wrong():
    """None at all; one without training; the trained one with widths shrunk and stretched."""
    Bursts, machine = (TestAlfi.solution()[name] for name in ("Bursts", "machine"))
    untrained = RecurrentMachine.create(jax.random.key(0), Bursts(), Architecture())

    def stretched(by):
        steps = machine.architecture.n_steps
        more = machine.step.bias.at[2:].add(np.log(by) / steps)
        return eqx.tree_at(lambda m: m.step.bias, machine, more)

    for wrong, words in (
        (None, "run the cell that trains it again"),
        (untrained, "times that of the exact posterior's mean"),
        (stretched(0.6), "widths settle last"),
        (stretched(1.8), "widths settle last"),
    ):
        verdict = task("4", Bursts, wrong)
        assert not verdict
        assert words in " ".join(verdict.text.split())


def test_the_given_program_has_the_law_and_the_exact_posterior():
    """Its cells agree with the thinned law at efficiency 1, and the grid's means are unbiased."""
    rng, theta = np.random.default_rng(1), [0.4, 1.2]
    x, counts = checks.cells(rng, theta, 40_000), np.arange(6)
    law = checks.thinned_law(theta, 1.0, counts)
    shares = np.array([np.mean(x == k) for k in counts])
    assert np.all(np.abs(shares - law) < 4 * np.sqrt(law * (1 - law) / x.size))
    # Over the prior, a posterior's mean is right on average: 400 errors, four standard errors.
    truth = rng.uniform(checks.PRIOR.low, checks.PRIOR.high, size=(400, 2))
    sets = np.stack([checks.cells(rng, t, checks.N_CELLS) for t in truth])
    error = checks.exact_means(sets) - truth
    assert np.all(np.abs(error.mean(axis=0)) < 4 * error.std(axis=0) / 20)
    finer = checks.exact_means(sets[:20], 201)  # half the step moves no mean by a tenth of its sd
    assert np.abs(finer - checks.exact_means(sets[:20])).max() < 0.1 * error.std(axis=0).min()


def test_every_answer_is_one_cell():
    assert len(TestAlfi.cells()) == 6


class TestAlfi(Assignment):
    name = "alfi"
    given = GIVEN
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
    slow = ("solution", "unusual")
    other_seeds = ("public", "autumn")

    @classmethod
    @functools.cache
    def solution(cls):
        names = cls.read(cls.code())
        return {**names, "machine": names["train"]()[0]}

    @classmethod
    def read(cls, code):
        names = super().read(code)
        if code.endswith(BY_THE_SOLUTIONS_MACHINE):
            names = {**names, "machine": cls.solution()["machine"]}
        return names
