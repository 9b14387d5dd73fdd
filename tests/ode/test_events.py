"""Events: their time in closed form, and its derivative."""

import math

import pytest

import mini_autodiff as ad
from mini_autodiff import ode

from .problems import RATES, START, growth, lotka_volterra

METHODS = [ode.BOGACKI_SHAMPINE, ode.DORMAND_PRINCE, ode.TSITOURAS, ode.RODAS4]


def fall(t, y, g):
    return [y[1], -g]


def height(t, y, g):
    return y[0]


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_a_stone_lands(method):
    """t* = sqrt(2 h / g); the solution is a quadratic, so every method has it to rounding."""
    g, h = 9.81, 3.0

    def land(g, h):
        return ode.solve_event(fall, [h, 0.0], 0.0, 10.0, height, g, tableau=method)

    found = land(g, h)
    assert found.t == pytest.approx(math.sqrt(2 * h / g), rel=1e-13)
    assert found.y[1] == pytest.approx(-math.sqrt(2 * h * g), rel=1e-13)
    assert abs(found.y[0]) < 1e-13
    dt_dg, dt_dh = ad.grad(lambda g, h: land(g, h).t, (0, 1))(g, h)
    assert dt_dg == pytest.approx(-found.t / (2 * g), rel=1e-12)
    assert dt_dh == pytest.approx(1 / math.sqrt(2 * g * h), rel=1e-12)
    dv_dg = ad.grad(lambda g: land(g, h).y[1])(g)
    assert dv_dg == pytest.approx(-math.sqrt(h / (2 * g)), rel=1e-12)
    assert abs(ad.grad(lambda g: land(g, h).y[0])(g)) < 1e-12  # at the event, the height is 0


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_decay_to_a_half(method):
    def half(rate):
        return ode.solve_event(
            growth, 1.0, 0.0, 10.0, lambda t, y, r: y - 0.5, rate, tableau=method,
            rtol=1e-9, atol=1e-9,
        ).t  # fmt: skip

    # y is right to some 10 tolerances, and y' = 0.5 * rate there.
    assert half(-2.0) == pytest.approx(math.log(2) / 2, rel=5e-8)
    assert ad.grad(half)(-2.0) == pytest.approx(math.log(2) / 4, rel=5e-7)
    assert ad.jvp(half, (-2.0,), (1.0,))[1] == pytest.approx(ad.grad(half)(-2.0), rel=1e-12)


def test_the_next_peak_of_the_prey_and_how_it_moves():
    def slope(t, u, p):
        return p[0] - p[1] * u[1]  # of log x

    def peak(p):
        return ode.solve_event(
            lotka_volterra, START, 0.1, 10.0, slope, p, direction=-1, rtol=1e-11, atol=1e-11
        ).t

    trough = ode.solve_event(lotka_volterra, START, 0.1, 10.0, slope, RATES, direction=1).t
    assert 0.1 < peak(RATES) != pytest.approx(trough)
    gradient, eps = ad.grad(peak)(RATES), 1e-5
    for i in range(4):
        up, down = ([r + s * eps * (i == j) for j, r in enumerate(RATES)] for s in (1, -1))
        # tolerance / eps = 1e-6 is the noise of such a difference, and it is the larger error
        assert gradient[i] == pytest.approx((peak(up) - peak(down)) / (2 * eps), abs=3e-5)


def test_backwards_in_time_and_events_of_time_alone():
    assert ode.solve_event(growth, 1.0, 5.0, -5.0, lambda t, y, r: t - 2.0, 0.1).t == pytest.approx(
        2.0, abs=1e-13
    )


def test_a_right_hand_side_that_closes_over_what_is_differentiated():
    def half(rate):
        return ode.solve_event(
            lambda t, y, _: rate * y, 1.0, 0.0, 10.0, lambda t, y, _: y - 0.5, rtol=1e-9
        ).t

    assert ad.grad(half)(-2.0) == pytest.approx(math.log(2) / 4, rel=5e-7)


def test_errors():
    with pytest.raises(ode.SolverError, match=r"did not pass through zero .*\n.*allow more time"):
        ode.solve_event(growth, 1.0, 0.0, 1.0, lambda t, y, r: y + 1.0, 1.0)
    with pytest.raises(ode.SolverError, match="did not pass"):  # the wrong way
        ode.solve_event(growth, 1.0, 0.0, 1.0, lambda t, y, r: y - 0.9, -1.0, direction=1)
