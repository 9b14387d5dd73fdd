"""Events: their time in closed form, and its derivative."""

import math

import jax
import jax.numpy as jax_numpy
import numpy as np
import pytest

import mini_autodiff as ad
from mini_autodiff import ode

from .problems import RATES, START, growth, lotka_volterra

METHODS = [ode.BOGACKI_SHAMPINE, ode.DORMAND_PRINCE, ode.TSITOURAS, ode.RODAS4]


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


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


# -- higher derivatives ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_second_derivatives_of_a_landing(method):
    """t* and the speed then, in closed form; JAX takes their second derivatives."""

    def ours(which):
        def land(p):
            return ode.solve_event(fall, [p[1], p[2]], 0.0, 9.0, height, p[0], tableau=method)

        return lambda p: land(p).t if which == "time" else land(p).y[1]

    def theirs(which):
        def land(p):
            g, h, v = p
            speed = jax_numpy.sqrt(v * v + 2 * g * h)
            return (v + speed) / g if which == "time" else -speed

        return land

    p = [9.81, 3.0, 0.7]
    for which in ("time", "speed"):
        found, want = ad.hessian(ours(which))(p), jax.hessian(theirs(which))(jax_numpy.array(p))
        # The solution is a quadratic, so only rounding is left, and slopes of up to 1e-14 / h.
        assert np.allclose(found, want, rtol=1e-10, atol=1e-12)
        other = ad.jacrev(ad.jacfwd(ours(which)))(p)
        assert np.allclose(other, found, rtol=1e-12)


def test_derivatives_of_every_order():
    """log(2) / r: its n-th derivative is (-1)**n n! log(2) / r**(n + 1)."""

    def half(r):
        return ode.solve_event(
            growth, 1.0, 0.0, 9.0, lambda t, y, r: y - 2.0, r, rtol=1e-11, atol=1e-11
        ).t

    derivative, r = half, 0.8
    for n in range(5):
        want = (-1) ** n * math.factorial(n) * math.log(2) / r ** (n + 1)
        # A step's error is like (r h)**6, so each derivative by r multiplies it by up to 6 / r;
        # that of y is the tolerance of some 30 steps.
        assert derivative(r) == pytest.approx(want, rel=3e-10 * (6 / r) ** n)
        derivative = ad.grad(derivative) if n % 2 == 0 else forward(derivative)


def forward(f):
    return lambda x: ad.jvp(f, (x,), (1.0,))[1]


def test_the_hessian_of_a_peak_is_that_of_differences():
    def peak(p):
        return ode.solve_event(
            lotka_volterra, START, 0.1, 10.0, lambda t, u, p: p[0] - p[1] * u[1], p, direction=-1,
            rtol=1e-9, atol=1e-9,
        ).t  # fmt: skip

    found, eps = ad.hessian(peak)(RATES), 1e-4
    for i in range(4):
        up, down = (
            ad.grad(peak)([r + s * eps * (i == j) for j, r in enumerate(RATES)]) for s in (1, -1)
        )
        # the noise of a gradient, 1e-9 times a sensitivity of some tens, over eps
        slopes = [(a - b) / (2 * eps) for a, b in zip(up, down, strict=True)]
        assert found[i] == pytest.approx(slopes, abs=1e-3)


def test_an_event_may_close_over_what_is_differentiated():
    def reach(level):
        return ode.solve_event(growth, 1.0, 0.0, 9.0, lambda t, y, r: y - level, 1.0, rtol=1e-10).t

    assert ad.grad(reach)(3.0) == pytest.approx(1 / 3, rel=1e-8)
    assert ad.grad(ad.grad(reach))(3.0) == pytest.approx(-1 / 9, rel=1e-7)


# -- the ends of the interval ---------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_an_event_that_has_happened_at_the_start(method):
    """As in diffrax: there, if it goes on in the direction asked for."""

    def land(v, direction, t1=9.0):
        return ode.solve_event(
            fall, [0.0, v], 0.0, t1, height, 10.0, direction=direction, tableau=method
        )

    for direction in (0, 1):
        found = land(5.0, direction)
        assert found.t == 0.0 and found.y.tolist() == [0.0, 5.0]
    assert land(5.0, -1).t == pytest.approx(1.0, rel=1e-12)  # up, and down again
    assert land(-5.0, -1).t == 0.0
    with pytest.raises(ode.SolverError, match="did not pass"):
        land(-5.0, 1)
    assert land(-5.0, 1, t1=-9.0).t == 0.0  # backwards in time it rises
    assert land(5.0, 0, t1=0.0).t == 0.0  # no time at all
    with pytest.raises(ode.SolverError, match="did not pass"):
        ode.solve_event(fall, [1.0, 0.0], 2.0, 2.0, height, 10.0)

    def moved(h0):  # a little higher, a little earlier: (v - sqrt(v**2 + 2 g h0)) / g
        return ode.solve_event(fall, [h0, 5.0], 0.0, 9.0, height, 10.0, tableau=method).t

    assert ad.grad(moved)(0.0) == pytest.approx(-1 / 5, rel=1e-12)
    assert ad.grad(ad.grad(moved))(0.0) == pytest.approx(10 / 5**3, rel=1e-11)  # g / v**3


def test_an_event_that_touches_zero():
    """(t - 1)**3 passes through zero without a slope: it has a time, which has no derivative."""

    def touch(shift):
        return ode.solve_event(growth, 1.0, 0.0, 2.0, lambda t, y, r: (t - 1.0 - shift) ** 3, 0.0).t

    assert touch(0.0) == pytest.approx(1.0, abs=1e-5)  # the cube of which is below rounding
    assert touch(0.5) == pytest.approx(1.5, abs=1e-5)


@pytest.mark.parametrize("m", [3, 5, 7])
def test_the_slope_of_the_time_of_a_flat_event_is_right_or_refused(m):
    """y = s (t - 1)**m passes p at 1 + (p / s)**(1 / m), ever flatter as p falls.

    At p = 0 the slope is infinite. What the solver finds there is 1e-5 beside 1, where a slope
    of 1e10 would be made of rounding alone.
    """
    for scale in (1e-3, 1.0, 1e3):

        def time(p, scale=scale):
            rate = lambda t, y, p: scale * m * (t - 1.0) ** (m - 1)  # noqa: E731
            event = lambda t, y, p: y - p  # noqa: E731
            return ode.solve_event(rate, -scale, 0.0, 3.0, event, p, rtol=1e-9, atol=1e-12).t

        assert time(0.0) == pytest.approx(1.0, abs=1e-8 ** (1 / m))  # y to 10 tolerances
        refused = 0
        for k in range(17):
            p = scale * 10.0**-k
            try:
                slope = ad.grad(time)(p)
            except ode.SolverError as error:
                assert "passes so flat" in str(error)
                refused += 1
            else:
                assert refused == 0  # from some p on all are refused
                # The solution is off by some 10 tolerances at most, the slope by as much
                # beside p; and what is off by more than 100 tolerances beside p is refused.
                assert slope == pytest.approx((p / scale) ** (1 / m) / (m * p), rel=0.1)
        with pytest.raises(ode.SolverError, match="passes so flat"):
            ad.grad(time)(0.0)

    def by_the_clock(p):
        event = lambda t, y, p: (t - 1.0) ** m - p  # noqa: E731
        return ode.solve_event(growth, 1.0, 0.0, 3.0, event, p).t

    with pytest.raises(ode.SolverError, match="passes so flat"):
        ad.grad(by_the_clock)(0.0)
    assert ad.grad(by_the_clock)(1e-3) == pytest.approx(1e-3 ** (1 / m) / (m * 1e-3), rel=1e-9)


def test_errors():
    for event, what in (
        (lambda t, y, r: y, r"an array of shape \(1,\)"),
        (lambda t, y, r: y[0] > 1.5, "the truth False"),
        (lambda t, y, r: None, "a NoneType"),
        (lambda t, y, r: [y[0]], "a list of 1"),
    ):
        with pytest.raises(TypeError, match=rf"must return one real number, but got {what}.*\n"):
            ode.solve_event(growth, [1.0], 0.0, 1.0, event, 1.0)
    with pytest.raises(ode.SolverError, match="event is not a number at t = 0"):
        ode.solve_event(growth, 1.0, 0.0, 1.0, lambda t, y, r: math.nan, 1.0)
    with pytest.raises(ValueError, match="direction is 1"):
        ode.solve_event(growth, 1.0, 0.0, 1.0, lambda t, y, r: y - 1.5, 1.0, direction=2)
    with pytest.raises(ode.SolverError, match=r"did not pass through zero .*\n.*allow more time"):
        ode.solve_event(growth, 1.0, 0.0, 1.0, lambda t, y, r: y + 1.0, 1.0)
    with pytest.raises(ode.SolverError, match="did not pass"):  # the wrong way
        ode.solve_event(growth, 1.0, 0.0, 1.0, lambda t, y, r: y - 0.9, -1.0, direction=1)
