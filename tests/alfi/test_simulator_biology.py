"""Three programs of biology, against theory: closed forms, an exact sampler, a bifurcation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import fsolve

from alfi.simulators import Coalescent, HodgkinHuxley, StochasticLotkaVolterra, check
from alfi.simulators.coalescent import genealogy, watterson
from alfi.simulators.hodgkin_huxley import G_K, G_NA, count_spikes, rates, voltage
from alfi.simulators.stochastic_lotka_volterra import TYPICAL, gillespie, langevin

KEY = jax.random.key(0)


@pytest.mark.parametrize("kind", [StochasticLotkaVolterra, Coalescent, HodgkinHuxley])
def test_contract(kind):
    check(kind(), n_theta=3)


def test_langevin_has_gillespies_moments():
    """Means and sds at time 1 within 4 standard errors, plus what Euler's step of 0.0025 adds."""
    n, start, theta = 1500, jnp.array([100.0, 50.0]), jnp.array(TYPICAL, dtype=jnp.float32)
    keys = jax.random.split(KEY, n)
    exact = np.asarray(jax.vmap(lambda k: gillespie(k, theta, jnp.array([1.0]), start)[0])(keys))
    keys = jax.random.split(jax.random.key(1), n)
    path = np.asarray(jax.vmap(lambda k: langevin(k, theta, 1, 400, 0.0025, start)[0])(keys))
    assert np.isfinite(exact).all() and (exact == exact.round()).all()
    sd = exact.std(axis=0)
    # Euler's bias of growth at rate <= 1 over time 1 is at most exp(1) - (1 + h)^(1/h), relative
    # h/2; of about 150 animals that is 0.2.
    assert (np.abs(exact.mean(0) - path.mean(0)) < 4 * sd * np.sqrt(2 / n) + 0.2).all()
    # The sd of a sample sd of near-Gaussian numbers is sd/sqrt(2 n).
    assert (np.abs(sd - path.std(0)) < 4 * sd / np.sqrt(n) + 0.2).all()


def test_gillespie_never_returns_a_cut_path():
    path = gillespie(KEY, jnp.array(TYPICAL), jnp.array([0.01, 20.0]), jnp.array([100.0, 50.0]), 50)
    assert np.isfinite(path[0]).all() and np.isnan(path[1]).all()


@pytest.mark.parametrize("n", [2, 10])
def test_kingmans_tree(n):
    """E[T_MRCA] = 2 (1 - 1/n), E[length above j genes] = 2/j, within 4 standard errors."""
    many = 4000
    height, length = jax.vmap(lambda k: genealogy(k, n))(jax.random.split(KEY, many))
    assert abs(height.mean() - 2 * (1 - 1 / n)) < 4 * height.std() / np.sqrt(many)
    error = np.abs(length.mean(axis=0) - 2 / np.arange(1, n))
    assert (error < 4 * length.std(axis=0) / np.sqrt(many)).all()


def test_growth_bends_time():
    """The same key gives the same tree in bent time, so T(g) = log(1 + g T)/g exactly."""
    for key in jax.random.split(KEY, 5):
        flat, grown = genealogy(key, 8)[0], genealogy(key, 8, 3.0)[0]
        assert grown == pytest.approx(float(jnp.log1p(3 * flat) / 3), rel=1e-5)


def test_watterson_is_unbiased_and_growth_makes_rare_variants():
    simulator, rate = Coalescent(), 10.0
    x = simulator.simulate(KEY, jnp.array([jnp.log(rate), 0.0]), 3000)
    estimate = watterson(x)
    assert abs(estimate.mean() - rate) < 4 * estimate.std() / np.sqrt(3000)
    grown = simulator.simulate(KEY, jnp.array([jnp.log(rate), 10.0]), 3000)
    assert grown[:, 0].sum() / grown.sum() > 1.5 * x[:, 0].sum() / x.sum()


def test_where_the_neuron_loses_its_rest():
    """Rest turns unstable at 9.78 uA/cm2 and stable again at 154.5 (two Hopf bifurcations)."""
    with jax.enable_x64(True):
        slopes = jax.jit(jax.jacfwd(rates))

        def growth(current, guess):
            rest = fsolve(lambda y: np.asarray(rates(jnp.asarray(y), current)), guess, xtol=1e-12)
            return np.linalg.eigvals(np.asarray(slopes(jnp.asarray(rest), current))).real.max()

        low, high = [-60.0, 0.1, 0.4, 0.4], [-43.0, 0.42, 0.07, 0.64]
        assert growth(9.75, low) < 0 < growth(9.81, low)
        assert growth(155.0, high) < 0 < growth(154.0, high)


def test_rheobase_and_repetitive_firing():
    """A step from rest: no spike at 2, one at 3, and spiking without end only above 6.3."""
    theta = jnp.array([G_NA, G_K])
    currents = jnp.array([2.0, 3.0, 6.0, 6.6])
    v = jax.vmap(lambda i: voltage(KEY, theta, jnp.full(15_000, i)))(currents)  # 300 ms
    early, late = jax.vmap(count_spikes)(v[:, :7500]), jax.vmap(count_spikes)(v[:, 7500:])
    assert early[0] == 0 and early[1] == 1
    assert late[2] == 0 and late[3] >= 7


def test_voltage_can_be_differentiated():
    def peak(g):
        return jnp.max(voltage(KEY, jnp.array([g, G_K]), jnp.full(300, 20.0)))

    slope = jax.grad(peak)(G_NA)
    # Central differences in float32 at h = 1: V is known to 1e-5, curvature adds about 1e-3.
    assert slope == pytest.approx(float(peak(G_NA + 1) - peak(G_NA - 1)) / 2, abs=5e-3)
    assert slope > 0
