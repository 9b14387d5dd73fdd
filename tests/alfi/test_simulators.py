"""Every simulator keeps the contract, and what it knows exactly about itself is true."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alfi.errors import PriorError, SimulatorError
from alfi.simulators import (
    Gaussian,
    LinearRegression,
    MultiDistribution,
    Poisson,
    Simulator,
    Uniform,
    Weinberg,
    WeinbergAsymmetry,
    black_box,
    check,
)
from alfi.simulators.weinberg import log_density, sample_cosine

WITH_EXACT_POSTERIOR = [Gaussian(), MultiDistribution(), Poisson(), Weinberg(), WeinbergAsymmetry()]
SIMULATORS = [*WITH_EXACT_POSTERIOR, LinearRegression()]


@pytest.mark.parametrize("simulator", SIMULATORS, ids=lambda s: s.name)
def test_keeps_the_contract(simulator):
    check(simulator)


@pytest.mark.parametrize(
    "simulator", [Gaussian(), LinearRegression(), Poisson()], ids=lambda s: s.name
)
def test_mle_maximises_the_likelihood(simulator):
    theta_key, x_key = jax.random.split(jax.random.key(3))
    theta = simulator.prior.sample(theta_key, 1)[0]
    x = simulator.simulate(x_key, theta, 500)
    with jax.enable_x64(True):
        x = jnp.asarray(np.asarray(x), dtype=jnp.float64)
        best = jnp.asarray(np.asarray(simulator.mle(x)), dtype=jnp.float64)
        slope = jax.grad(simulator.log_likelihood)(best, x)
        curvature = -jnp.diag(jax.hessian(simulator.log_likelihood)(best, x))
    # A Newton step from the maximum is nothing beside the statistical error 1/sqrt(curvature).
    assert np.all(np.abs(slope / curvature) < 1e-3 / np.sqrt(curvature))


@pytest.mark.parametrize("simulator", WITH_EXACT_POSTERIOR, ids=lambda s: s.name)
def test_reference_posterior_is_the_posterior(simulator):
    """Rank of theta among exact posterior draws is uniform: simulation-based calibration."""
    n, draws = 600, 99

    def rank(key):
        k_theta, k_x, k_post = jax.random.split(key, 3)
        theta = simulator.prior.sample(k_theta, 1)[0]
        x = simulator.simulate(k_x, theta, 50)
        below = simulator.reference_posterior(k_post, x, draws) < theta
        return jnp.sum(below, axis=0)

    ranks = jax.lax.map(rank, jax.random.split(jax.random.key(0), n))
    counts = np.stack([np.bincount(r // 10, minlength=10) for r in ranks.T])
    chi2 = ((counts - n / 10) ** 2 / (n / 10)).sum(axis=1)
    assert np.all(chi2 < 27.9)  # 0.999 quantile of chi-squared with 9 degrees of freedom


@pytest.mark.parametrize(
    "simulator", [MultiDistribution(), WeinbergAsymmetry()], ids=lambda s: s.name
)
def test_mle_where_the_likelihood_has_a_kink_or_an_edge(simulator):
    """No neighbour at a hundredth of the prior's spread is more likely."""
    theta_key, x_key = jax.random.split(jax.random.key(3))
    x = simulator.simulate(x_key, simulator.prior.sample(theta_key, 1)[0], 500)
    best = simulator.mle(x)
    top = simulator.log_likelihood(best, x)
    for step in np.concatenate([np.eye(simulator.dim_theta), -np.eye(simulator.dim_theta)]):
        beside = best + step * simulator.prior.sd / 100
        if simulator.prior.contains(beside):
            # float32 sums 500 terms to about 1e-2
            assert simulator.log_likelihood(beside, x) < top + 1e-2


def test_weinberg_density_is_one_also_where_the_textbook_formula_is_negative():
    c = jnp.linspace(-1, 1, 20_001)
    for a in (-2.4, -1.0, 0.0, 2.0, 2.4):
        density = jnp.exp(log_density(a, c))
        assert np.all(density >= 0)
        np.testing.assert_allclose(jnp.trapezoid(density, c), 1, atol=1e-5)  # float32 sum
        draws = np.sort(np.asarray(sample_cosine(jax.random.key(0), a, 20_000)))
        cdf = jnp.interp(draws, c, jnp.cumsum(density) / jnp.sum(density))
        # Kolmogorov-Smirnov distance: 0.001 quantile of the null is 1.95/sqrt(n).
        assert np.max(np.abs(cdf - np.arange(20_000) / 20_000)) < 1.95 / np.sqrt(20_000)
    assert np.any(1 + c**2 + 2.4 * c < 0)


def test_weinberg_mean_and_variance_are_the_textbook_ones():
    c = np.asarray(sample_cosine(jax.random.key(1), 1.2, 200_000))
    assert abs(c.mean() - 1.2 / 4) < 5 * c.std() / np.sqrt(200_000)
    assert abs(c.var() - (0.4 - 1.2**2 / 16)) < 5 * np.sqrt(0.06 / 200_000)  # Var[c^2] < 0.06


def test_weinberg_data_cannot_tell_two_points_of_the_same_ridge_apart():
    simulator = Weinberg()
    a = simulator.identifiable(jnp.array([47.0, 1.0]))[0]
    other = jnp.array([46.0, a / (2 * np.tanh(2 / 9))])
    assert simulator.prior.contains(jnp.array([46.5, a / (2 * np.tanh(3 / 9))]))
    x = simulator.simulate(jax.random.key(0), jnp.array([47.0, 1.0]), 500)
    np.testing.assert_allclose(
        simulator.log_likelihood(jnp.array([47.0, 1.0]), x),
        simulator.log_likelihood(other, x),
        rtol=1e-5,
    )


class _Good(Simulator):
    name, parameter_names, dim_x, prior = "good", ("a",), 1, Uniform((-1.0,), (1.0,))

    def simulate(self, key, theta, n_obs):
        return theta[0] + jax.random.normal(key, (n_obs, 1))


def test_wrong_simulators_are_refused_with_the_reason():
    class Flat(_Good):
        def simulate(self, key, theta, n_obs):
            return jax.random.normal(key, (n_obs,))

    class NotANumber(_Good):
        def simulate(self, key, theta, n_obs):
            return jnp.log(theta[0]) + jax.random.normal(key, (n_obs, 1))

    class Deaf(_Good):
        def simulate(self, key, theta, n_obs):
            return jnp.full((n_obs, 1), theta[0])

    class Restless(_Good):
        def simulate(self, key, theta, n_obs):
            return jnp.asarray(np.random.default_rng().normal(size=(n_obs, 1)))

    class TwoNames(_Good):
        parameter_names = ("a", "b")

    class NotTraceable(_Good):
        def simulate(self, key, theta, n_obs):
            return float(theta[0]) + jax.random.normal(key, (n_obs, 1))

    class BadFeatures(_Good):
        def features(self, x):
            return x.sum()[None]

    class LogOfNone(_Good):  # few of its counts are 0
        def simulate(self, key, theta, n_obs):
            return jax.random.poisson(key, 3.0, (n_obs, 1)).astype(jnp.float32)

        def features(self, x):
            return jnp.log(x)

    check(_Good())
    for wrong, message in [
        (Flat, r"\(n_obs, dim_x\)"),
        (NotANumber, "finite"),
        (Deaf, "Another key"),
        (Restless, "same key"),
        (TwoNames, "one name"),
        (NotTraceable, "traceable"),
        (BadFeatures, "features"),
        (LogOfNone, "finite: False"),
    ]:
        with pytest.raises(SimulatorError, match=message):
            check(wrong())


def test_theta_outside_the_prior_is_refused():
    for theta, message in [
        ([9.0], "inside the prior"),
        ([np.nan], "inside the prior"),
        ([1.0, 2.0], "last axis"),
        (1.0, "last axis"),
    ]:
        with pytest.raises(PriorError, match=message):
            Poisson()(jax.random.key(0), theta, 5)
    with pytest.raises(SimulatorError, match="one parameter vector"):
        Poisson()(jax.random.key(0), [[1.0], [2.0]], 5)


def test_a_black_box_runs_compiled_and_mapped_with_its_own_randomness():
    def program(rng, theta, n_obs):
        return rng.poisson(np.exp(theta[0]), size=(n_obs, 1))

    box = black_box(program, prior=Uniform((0.0,), (3.0,)), parameter_names=("a",), dim_x=1)
    check(box)
    keys = jax.random.split(jax.random.key(0), 3)
    theta = jnp.array([[0.5], [1.5], [2.5]])
    x = jax.jit(jax.vmap(lambda k, t: box.simulate(k, t, 400)))(keys, theta)
    # Mean of 400 Poisson counts: five standard errors.
    rate = np.exp(theta)
    assert np.all(np.abs(x.mean(axis=1) - rate) < 5 * np.sqrt(rate / 400))
    np.testing.assert_array_equal(x[0], box.simulate(keys[0], theta[0], 400))


def test_a_black_box_of_the_wrong_shape_says_so():
    box = black_box(
        lambda rng, theta, n: rng.normal(size=n),
        prior=Uniform((0.0,), (3.0,)),
        parameter_names=("a",),
        dim_x=1,
    )
    with pytest.raises(SimulatorError, match="black box must return shape"):
        check(box)


@pytest.mark.parametrize("coordinates", ["logit", "affine"])
def test_prior_coordinates_are_standardised_and_invertible(coordinates):
    prior = Uniform((-1.0, 2.0), (3.0, 2.5), coordinates)
    theta = prior.sample(jax.random.key(0), 20_000)
    z = prior.to_unconstrained(theta)
    assert np.all(prior.contains(theta))
    # Five standard errors of a mean of 20,000 and of a standard deviation (kurtosis <= 4.2).
    assert np.all(np.abs(z.mean(axis=0)) < 5 / np.sqrt(20_000))
    assert np.all(np.abs(z.std(axis=0) - 1) < 5 * np.sqrt(3.2 / 4 / 20_000))
    np.testing.assert_allclose(prior.from_unconstrained(z), theta, atol=1e-5)  # float32
    # The density over z integrates the prior: E_q[p/q] = 1 with q a wide Gaussian.
    grid = jnp.linspace(-8, 8, 4001)[:, None]
    one = Uniform((0.2,), (7.0,), coordinates)
    np.testing.assert_allclose(
        jnp.trapezoid(jnp.exp(one.log_prob_unconstrained(grid)), grid[:, 0]), 1, atol=2e-3
    )  # the affine density jumps at its walls: one cell of 0.004 of height 0.29


@pytest.mark.parametrize(
    "low, high", [((0.0,), (0.0,)), ((0.0,), (np.inf,)), ((0.0, 1.0), (2.0,)), ((), ())]
)
def test_a_prior_without_a_proper_box_is_refused(low, high):
    with pytest.raises(PriorError):
        Uniform(low, high)
