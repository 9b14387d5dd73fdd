"""The posterior of the pelts: one text under two engines, and the run that chapter 13 prints."""

import math

import jax
import jax.numpy as xnp
import numpy as np
import pytest
from scipy import stats

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit.data import load
from bookkit.pelt_posterior import NAMES, curves, log_posterior
from mini_autodiff import lax

pytestmark = pytest.mark.usefixtures("float64")
GUESS = np.log([0.55, 0.028, 0.8, 0.024, 33.0, 6.0, 0.25, 0.25])
PLACES = [GUESS, GUESS + 0.1, GUESS + np.array([0.2, -0.1, 0.1, 0.0, -0.2, 0.3, 0.4, -0.3])]


@pytest.mark.parametrize("theta", PLACES)
def test_two_engines_agree_on_value_and_gradient(theta):
    """The same operations in the same order: only rounding may differ, some 1e-16 for each of a
    thousand terms."""
    ours, slope = ad.value_and_grad(lambda t: log_posterior(t, jnp, lax))(jnp.array(theta.tolist()))
    of_jax = lambda t: log_posterior(t, xnp, jax.lax)  # noqa: E731
    theirs, gradient = jax.value_and_grad(of_jax)(xnp.array(theta))
    assert abs(ours - theirs) < 1e-10 * abs(float(theirs))
    assert np.allclose(slope.tolist(), gradient, rtol=1e-9, atol=1e-9)


def test_our_engine_compiles_it():
    compiled = ad.jit(ad.grad(lambda t: log_posterior(t, jnp, lax)))
    compiled(jnp.array(GUESS.tolist()))
    assert not compiled.why


@pytest.mark.parametrize("theta", PLACES)
def test_it_is_the_case_study_s_density(theta):
    """Priors and noise by SciPy, as densities of the values, times the values: those of logarithms.

    Up to one constant, so differences to the first place are compared."""

    def by_scipy(theta):
        v = np.exp(theta)
        total = stats.norm.logpdf(v[[0, 2]], 1, 0.5).sum()
        total += stats.norm.logpdf(v[[1, 3]], 0.05, 0.05).sum()
        total += stats.lognorm.logpdf(v[[4, 5]], 1.0, scale=10).sum()
        total += stats.lognorm.logpdf(v[[6, 7]], 1.0, scale=math.exp(-1)).sum()
        pelts = load("hare_lynx_1900_1920")
        for i, name in enumerate(("hare", "lynx")):
            curve = np.array(curves(theta, xnp, jax.lax)[i])
            total += stats.lognorm.logpdf(np.array(pelts[name]), v[6 + i], scale=curve).sum()
        return total + theta.sum()

    ours = [float(log_posterior(t, xnp, jax.lax)) for t in (theta, GUESS)]
    assert ours[0] - ours[1] == pytest.approx(by_scipy(theta) - by_scipy(GUESS), abs=1e-9)


def test_a_year_of_weight_nought_has_not_been_seen():
    hidden = (1.0,) * 15 + (0.0,) * 6
    slope = jax.grad(lambda t, w: log_posterior(t, xnp, jax.lax, weights=w))
    noises = [slope(xnp.array(GUESS), xnp.array(w))[6] for w in ((1.0,) * 21, hidden)]
    whole, part = (log_posterior(GUESS, xnp, jax.lax, weights=w) for w in ((1.0,) * 21, hidden))
    assert whole != part and noises[0] != noises[1]
    nothing = [0.0] * 21
    wild = np.array(GUESS)
    wild[4:6] += 0.5  # with no counts only the priors speak of the populations of 1900
    priors = [log_posterior(t, xnp, jax.lax, weights=nothing) for t in (GUESS, wild)]
    by_hand = (
        -(((GUESS[4:6] - math.log(10)) ** 2).sum() - ((wild[4:6] - math.log(10)) ** 2).sum()) / 2
    )
    assert float(priors[0] - priors[1]) == pytest.approx(by_hand, abs=1e-9)


def test_the_stored_run_agrees_with_the_published_one():
    """To the digits printed (half a unit of the last), and two Monte Carlo errors of ours."""
    run = load("bayes_samplers")["reference"]
    assert tuple(run["names"]) == NAMES and run["divergent"] == 0 and max(run["rhat"]) < 1.01
    printed = dict(zip(NAMES, (0.55, 0.028, 0.80, 0.024, None, None, 0.25, 0.25), strict=True))
    for name, mean, error in zip(NAMES, run["mean"], run["mcse"], strict=True):
        if (value := printed[name]) is not None:
            half = 0.0005 if value < 0.1 else 0.005
            assert abs(mean - value) < half + 2 * error, name
