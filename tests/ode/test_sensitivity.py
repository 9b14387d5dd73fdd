"""Forward sensitivities: known answers, and the derivative of the solving program."""

import math

import numpy as np
import pytest
from scipy.stats import linregress

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import ode

from .problems import (
    HARE_BY_RATES,
    LYNX_BY_RATES,
    RATES,
    START,
    STATE_AT_10,
    growth,
    lotka_volterra,
)
from .test_tableau import METHODS


def test_lotka_volterra_at_10():
    _, ys, s = ad.jit(lambda p: ode.solve_sensitivities(lotka_volterra, START, 0.0, 10.0, 4000, p))(
        RATES
    )
    by_rates = np.array([x[-1].tolist() for x in s])
    # RK4 with h = 1/400 leaves 1e-9; the stored answers have eight decimals.
    assert np.allclose(ys[-1].tolist(), STATE_AT_10, rtol=0, atol=1e-8)
    assert np.allclose(by_rates[:, 0], HARE_BY_RATES, rtol=0, atol=1e-8)
    assert np.allclose(by_rates[:, 1], LYNX_BY_RATES, rtol=0, atol=1e-8)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_solving_and_differentiating_commute(method):
    """The method, applied to the sensitivity equations, is the derivative of the method."""
    _, ys, s = ode.solve_sensitivities(lotka_volterra, START, 0.0, 2.0, 30, RATES, method)

    def states(p):
        return ode.solve_fixed(lotka_volterra, START, 0.0, 2.0, 30, p, method)[1]

    jacobian = ad.jacfwd(states)(RATES)
    assert ys.tolist() == states(RATES).tolist()
    for ours, theirs in zip(s, jacobian, strict=True):
        # Sums in another order, over 30 steps of some 100 operations.
        assert np.allclose(ours.tolist(), theirs.tolist(), rtol=1e-13, atol=1e-14)


def test_the_derivative_converges_with_the_order_of_the_method():
    """For the chapter: u' = theta u, whose derivative at 1 is e; slopes of 1 and 4 within 0.1."""
    for method, steps in ((ode.EULER, (200, 400, 800, 1600)), (ode.RK4, (20, 40, 80, 160))):
        errors = [
            abs(ode.solve_sensitivities(growth, 1.0, 0.0, 1.0, n, 1.0, method)[2][-1] - math.e)
            for n in steps
        ]
        slope = -linregress(np.log(steps), np.log(errors)).slope
        assert slope == pytest.approx(method.order, abs=0.1)


def test_steps_that_adapt_to_the_sensitivities():
    rows = ode.solve(
        ode.sensitivity_equations(lotka_volterra),
        ode.sensitivity_start(START, RATES),
        [0.0, 10.0], RATES, rtol=1e-10, atol=1e-10,
    )[-1]  # fmt: skip
    by_rates = np.array(rows.tolist()[1:])
    assert np.allclose(by_rates, np.transpose([HARE_BY_RATES, LYNX_BY_RATES]), rtol=0, atol=3e-8)


def test_parameters_in_a_tree_and_compiled():
    def f(t, u, p):
        return p["growth"] * u * (1 - u / p["shape"][0])

    p = {"growth": 0.7, "shape": (3.0,)}

    def run(p):
        return ode.solve_sensitivities(f, 1.0, 0.0, 2.0, 50, p)[2]

    s, compiled = run(p), ad.jit(run)(p)
    assert set(s) == {"growth", "shape"} and s["shape"][0].shape == (51,)
    assert compiled["growth"].tolist() == s["growth"].tolist()
    slope = ad.grad(lambda p: ode.solve_fixed(f, 1.0, 0.0, 2.0, 50, p)[1][-1])(p)
    assert s["growth"][-1] == pytest.approx(slope["growth"], rel=1e-13)
    assert s["shape"][0][-1] == pytest.approx(slope["shape"][0], rel=1e-13)


def test_many_parameters():
    weights = [0.01 * i for i in range(12)]

    def f(t, u, w):
        return sum(w_i * u ** (i % 3) for i, w_i in enumerate(w)) * 0.1

    _, _, s = ode.solve_sensitivities(f, 1.0, 0.0, 1.0, 10, weights)
    slope = ad.grad(lambda w: ode.solve_fixed(f, 1.0, 0.0, 1.0, 10, w)[1][-1])(weights)
    assert np.allclose([x[-1] for x in s], slope, rtol=1e-13)


def test_whole_numbers_are_refused():
    with pytest.raises(TypeError, match="real-valued"):
        ode.solve_sensitivities(growth, 1.0, 0.0, 1.0, 10, 1)


def test_sensitivities_start_at_zero():
    assert ode.sensitivity_start(START, RATES).tolist() == [[1.0, 1.0]] + [[0.0, 0.0]] * 4
    assert jnp.stack([1.0]).shape == (1,)
