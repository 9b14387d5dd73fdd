"""The school's epidemic: its fit is the top of the hill, and both engines and all fits agree."""

import jax
import numpy as np
import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import school, school_fit
from bookkit.data import load

pytestmark = pytest.mark.usefixtures("float64")

THETA = school.at(school.FIT)
Y = np.array(school.COUNTS)


def test_the_table_is_the_record():
    table = load("influenza_boarding_school_1978")
    assert table["day"] == list(range(1, 15)) and set(table.units) == set(table)
    assert len(table.faults) == 4 and max(table["in_bed"]) == table["in_bed"][5] == 298


def test_the_fit_is_the_top():
    """The slopes of the deviance vanish; FIT has six digits, and F is below 2000."""
    misfit = lambda t: jnp.sum(school.deviance(jnp.array(school.COUNTS), school.bed(t)))  # noqa: E731
    assert max(abs(v) for v in ad.grad(misfit)(THETA)) < 2 * 2000 * 1e-5


def test_fits_find_the_same_top():
    found = school_fit.fits(Y)
    assert np.allclose(found.theta[0], list(THETA), atol=1e-5)
    assert abs(found.phi[0] / school.FIT["phi"] - 1) < 1e-4


def test_both_engines_have_the_same_curve_and_slopes():
    theta = np.array(list(THETA)) + 0.1
    ours = school.slopes(jnp.array(theta.tolist()))
    theirs = jax.jacfwd(school_fit.bed)(theta)
    assert np.allclose(np.array([list(s) for s in ours]).T, theirs, rtol=1e-10, atol=1e-10)
    assert np.allclose(
        list(school.bed(jnp.array(theta.tolist()))), school_fit.bed(theta), rtol=1e-12
    )


def test_nobody_is_lost():
    """Fewer boys in bed than boys, and a fast recovery empties the beds."""
    assert all(0 < n < school.BOYS for n in school.bed(THETA))
    assert school.bed(school.at(school.FIT | {"gamma": 3.0}))[13] < 1e-3


@pytest.mark.parametrize("phi", [2.0, 18.0, 1e6])
def test_the_likelihood_sums_to_one(phi):
    """Over all counts that have a chance above 1e-12, for means on either side of phi."""
    counts = np.arange(4000.0)
    for mean in (1.5, 80.0):
        total = np.exp(school_fit.log_likelihood(counts, mean, np.log(phi))).sum()
        assert abs(total - 1) < 1e-7  # at phi = 1e6 gammaln cancels seven digits of sixteen


def test_deviance_is_twice_the_drop_of_the_likelihood():
    means, other, phi = school.bed(THETA), school.bed(THETA + 0.05), school.FIT["phi"]
    height = lambda m: float(  # noqa: E731
        school_fit.log_likelihood(Y, np.array(list(m)), np.log(phi)).sum()
    )
    deviance = lambda m: sum(school.deviance(jnp.array(school.COUNTS), m))  # noqa: E731
    assert deviance(other) - deviance(means) == pytest.approx(2 * (height(means) - height(other)))


def test_what_is_held_stays_and_what_was_not_seen_has_no_say():
    start = np.add([list(THETA)], [0.0, 0.3, 0.0])
    held = school_fit.fits(Y, free=[1, 0, 1], start=start, phi=18.0)
    assert held.theta[0, 1] == start[0, 1] and held.phi[0] == pytest.approx(18.0)
    seen = (np.arange(14) < 8) * 1.0
    one, other = (school_fit.fits(y, seen=seen, phi=18.0) for y in (Y, np.where(seen > 0, Y, 7)))
    assert np.allclose(one.theta, other.theta)


def test_a_fit_finds_what_made_the_counts():
    """Expected counts as data: the truth is the top, from a start that is 30 % off."""
    truth = np.log([[2.2, 0.7, 3.0], [1.6, 0.3, 1.0]])
    curves = np.array([school_fit.bed(t) for t in truth])
    found = school_fit.fits(curves, start=truth + 0.3, phi=18.0)
    assert np.allclose(found.theta, truth, atol=1e-6)


@pytest.mark.parametrize("bad", [-1.0, float("nan")])
def test_bad_counts_are_refused(bad):
    with pytest.raises(ValueError, match="counts are numbers from 0 on"):
        school_fit.fits([*school.COUNTS[:13], bad])
