"""The judges are judged: on posteriors known to be right, and on ones known to be wrong."""

import jax
import numpy as np
import pytest
from matplotlib.figure import Figure

from alfi import calibration, plots
from alfi.errors import AlfiError
from alfi.simulators import Poisson

RNG = np.random.default_rng(0)
N = 1000
TRUTH = RNG.normal(size=(N, 1))
X = TRUTH + RNG.normal(size=(N, 1))  # posterior: Normal(x/2, 1/sqrt 2)


def draws(mean_shift=0.0, spread=1.0, n=99):
    noise = RNG.normal(size=(N, n, 1))
    return X[:, None] / 2 + mean_shift + spread * noise / np.sqrt(2)


def pit(samples):
    return calibration.pit_from_ranks(calibration.ranks(samples, TRUTH), samples.shape[1])


def test_an_exact_posterior_passes():
    u = pit(draws())
    assert calibration.uniformity(u)[0] > 0.001  # fails once in a thousand seeds
    error = calibration.expected_coverage(u)[:, 0] - [0.5, 0.9]
    assert np.all(np.abs(error) < 4 * np.sqrt(np.array([0.25, 0.09]) / N))


@pytest.mark.parametrize(
    "wrong, sign", [({"spread": 0.6}, -1), ({"spread": 1.6}, 1)], ids=["too sure", "too shy"]
)
def test_a_wrong_width_is_found(wrong, sign):
    u = pit(draws(**wrong))
    assert calibration.uniformity(u)[0] < 1e-3
    assert np.all(sign * (calibration.expected_coverage(u)[:, 0] - [0.5, 0.9]) > 0.03)


def test_a_shifted_posterior_is_found():
    assert calibration.uniformity(pit(draws(mean_shift=0.3)))[0] < 1e-3


def test_ratio_of_the_posterior_mean_to_maximum_likelihood_is_the_textbook_one():
    found = calibration.rmse_ratio(X / 2, X, TRUTH)
    # Errors have sd 1/sqrt 2 and 1.
    assert abs(found.ratio[0] - np.sqrt(0.5)) < 5 * found.standard_error[0]


def test_poisson_mle_has_the_error_that_cramer_and_rao_allow():
    k_theta, k_x = jax.random.split(jax.random.key(4))
    theta = Poisson.prior.sample(k_theta, 2000)
    keys = jax.random.split(k_x, 2000)
    x = jax.lax.map(lambda kt: Poisson().simulate(kt[0], kt[1], 500), (keys, theta), batch_size=100)
    error = calibration.rmse(jax.vmap(Poisson().mle)(x), theta)[0]
    bound = np.sqrt((np.exp(-0.2) - np.exp(-7)) / (6.8 * 500))
    assert abs(error / bound - 1) < 5 * 0.054 / 2  # 5.4 % is the bootstrap error of 500 episodes


def test_wasserstein_of_a_shift_is_the_shift():
    a = RNG.normal(size=500)
    np.testing.assert_allclose(calibration.wasserstein(a, a + 0.7), 0.7, rtol=1e-9)


def test_shapes_that_do_not_belong_together_are_refused():
    with pytest.raises(AlfiError, match="ranks needs"):
        calibration.ranks(np.zeros((3, 4, 2)), np.zeros((3, 1)))
    with pytest.raises(AlfiError, match="columns"):
        calibration.c2st(np.zeros((3, 2)), np.zeros((3, 1)))
    with pytest.raises(AlfiError, match="finite"):  # else half: "they cannot be told apart"
        calibration.c2st(np.full((40, 2), np.nan), np.zeros((40, 2)))


def test_the_band_of_ranks_holds_a_calibrated_posterior_and_not_one_too_sure():
    shares = {}
    for spread in (1.0, 0.6):
        ax = Figure().subplots()
        ranks = calibration.ranks(draws(spread=spread, n=19), TRUTH)[:, 0]
        sd = plots.rank_histogram(ax, ranks, 19)
        assert sd == pytest.approx(np.sqrt(N * 0.05 * 0.95))
        heights = np.array([bar.get_height() for bar in ax.patches[1:]])  # patch 0 is the band
        assert heights.sum() == N
        shares[spread] = np.mean(np.abs(heights - N / 20) < 2 * sd)
    # A count lies inside two standard deviations with probability 0.95: 20 counts fail to do so
    # six times once in three thousand.
    assert shares[1.0] > 0.7 and shares[0.6] < 0.6


def test_the_curve_of_coverage_is_the_coverage():
    ax = Figure().subplots()
    u = pit(draws())
    plots.coverage_curve(ax, u)
    level, share = ax.lines[0].get_data()
    np.testing.assert_array_equal(share, calibration.expected_coverage(u, level)[:, 0])


@pytest.mark.parametrize("ranks", [np.zeros((5, 2), int), np.array([0, 20])])
def test_ranks_of_the_wrong_kind_are_refused(ranks):
    with pytest.raises(AlfiError, match="one parameter"):
        plots.rank_histogram(Figure().subplots(), ranks, 19)
