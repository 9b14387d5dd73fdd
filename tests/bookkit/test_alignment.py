"""The family of genes of chapter 14, against theory; its stored runs, its likelihood."""

import jax
import numpy as np
import pytest

from alfi.simulators import HodgkinHuxley, Weinberg
from alfi.simulators.weinberg import mle_of_asymmetry
from bookkit.alignment import GENES, SEEN, SITES, sequences, summary
from bookkit.data import load
from bookkit.explorables.simulators import likelihood


def test_the_constants_are_the_table():
    table = load("nuu_chah_nulth_1991")
    row = [table[k][0] for k in ("genes", "sites", "variable", "sequences")]
    assert row == [GENES, SITES, *SEEN]


@pytest.mark.parametrize("growth", [0.0, 5.0])
def test_two_genes_differ_as_often_as_theory_says(growth):
    """With very many places two genes differ at theta E[T] of them; with no growth E[T] = 1.

    With growth T = log(1 + g s)/g for s exponential: E[T] by quadrature. Within 4 standard errors.
    """
    rng, theta, n = np.random.default_rng(1), 3.0, 4000
    s = (np.arange(400_000) + 0.5) / 20_000
    time = np.log1p(growth * s) / growth if growth else s
    expected = theta * np.sum(time * np.exp(-s)) / 20_000
    found = [summary(sequences(theta, growth, 2, 5000, rng))[0] for _ in range(n // 10)]
    assert abs(np.mean(found) - expected) < 4 * np.std(found) / np.sqrt(len(found))


def test_variable_sites_have_wattersons_mean():
    """With many places E[S] = theta (1 + 1/2 + ... + 1/(n - 1))."""
    rng, theta, n = np.random.default_rng(2), 4.0, 10
    found = [summary(sequences(theta, 0.0, n, 5000, rng))[0] for _ in range(600)]
    expected = theta * sum(1 / k for k in range(1, n))
    assert abs(np.mean(found) - expected) < 4 * np.std(found) / np.sqrt(600)


def test_a_site_that_is_hit_twice_is_as_it_was():
    made = sequences(200.0, 0.0, 4, 1, np.random.default_rng(3))
    assert made.shape == (4, 1) and summary(made)[0] <= 1


def test_the_likelihood_is_the_share_of_runs():
    """p(21 | theta) against 40,000 runs: within 4 standard errors."""
    rng, n = np.random.default_rng(4), 40_000
    k = np.arange(1, GENES)
    made = (rng.geometric(k / (5.0 + k), (n, GENES - 1)) - 1).sum(axis=1)
    p = likelihood(5.0)
    assert abs((made == 21).mean() - p) < 4 * np.sqrt(p * (1 - p) / n)


def test_the_stored_runs_can_be_made_again():
    """The first draws of each seed, by the same order of random numbers."""
    run = load("simulators")
    for seed, kept in zip(run["card"]["seeds"], run["genes"], strict=True):
        rng, n = np.random.default_rng(seed), kept["simulated"]
        theta = np.exp(rng.uniform(0.0, 5.3, n))
        growth = rng.uniform(0.0, 50.0, n)
        made = [summary(sequences(theta[i], growth[i], GENES, SITES, rng)) for i in range(120)]
        near = [i for i, m in enumerate(made) if np.abs(np.subtract(m, SEEN)).max() <= 4]
        assert kept["theta"][: len(near)] == [round(theta[i], 2) for i in near]
        assert [tuple(m) for m in kept["made"][: len(near)]] == [made[i] for i in near]
        assert len(near) > 0


def test_the_stored_neurons_and_muons_are_those_of_their_seeds():
    """What the long runs were given can be made again; the chapter looks at their answers."""
    run = load("simulators")
    simulator = HodgkinHuxley()
    for seed in (0, 7):
        k_theta, k_x, *_ = jax.random.split(jax.random.key(seed), 5)
        cell = run["neurons"][seed]
        if seed:
            theta = np.asarray(simulator.prior.sample(k_theta, 1)[0])
            assert cell["theta"] == pytest.approx(theta.tolist(), rel=1e-5)
        x = simulator.simulate(k_x, np.array(cell["theta"], np.float32), 1)[0]
        # float32, and 2000 steps: a last digit differs between machines, and a spike carries it on.
        assert cell["x"] == pytest.approx(np.asarray(x).tolist(), rel=1e-2, abs=1e-2)
    for row in run["avo"]["0.0"]:
        if row["seed"] == 0 and row["parameters"] == 2:
            x = Weinberg()(jax.random.key(row["data"]), [42.0, 0.9], 500)
            assert row["mle"] == pytest.approx(float(mle_of_asymmetry(x)), abs=0.01)
