"""Every simulator keeps the contract, and what it knows exactly about itself is true."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alfi.errors import PriorError, SimulatorError
from alfi.simulators import Gaussian, Poisson, Simulator, Uniform, black_box, check

SIMULATORS = [Gaussian(), Poisson()]


@pytest.mark.parametrize("simulator", SIMULATORS, ids=lambda s: s.name)
def test_keeps_the_contract(simulator):
    check(simulator)


@pytest.mark.parametrize("simulator", [Gaussian(), Poisson()], ids=lambda s: s.name)
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


@pytest.mark.parametrize("simulator", [Gaussian(), Poisson()], ids=lambda s: s.name)
def test_reference_posterior_is_the_posterior(simulator):
    """Rank of theta among exact posterior draws is uniform: simulation-based calibration."""
    n, draws = 600, 99

    def rank(key):
        k_theta, k_x, k_post = jax.random.split(key, 3)
        theta = simulator.prior.sample(k_theta, 1)[0]
        x = simulator.simulate(k_x, theta, 50)
        return jnp.sum(simulator.reference_posterior(k_post, x, draws) < theta, axis=0)

    ranks = jax.lax.map(rank, jax.random.split(jax.random.key(0), n))
    counts = np.stack([np.bincount(r // 10, minlength=10) for r in ranks.T])
    chi2 = ((counts - n / 10) ** 2 / (n / 10)).sum(axis=1)
    assert np.all(chi2 < 27.9)  # 0.999 quantile of chi-squared with 9 degrees of freedom


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

    check(_Good())
    for wrong, message in [
        (Flat, r"\(n_obs, dim_x\)"),
        (NotANumber, "finite"),
        (Deaf, "Another key"),
        (Restless, "same key"),
        (TwoNames, "one name"),
        (NotTraceable, "traceable"),
        (BadFeatures, "features"),
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


def test_a_black_box_of_the_wrong_shape_says_so():
    box = black_box(
        lambda rng, theta, n: rng.normal(size=n),
        prior=Uniform((0.0,), (3.0,)),
        parameter_names=("a",),
        dim_x=1,
    )
    with pytest.raises(Exception, match="black box must return shape"):
        box(jax.random.key(0), [1.0], 4)


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
