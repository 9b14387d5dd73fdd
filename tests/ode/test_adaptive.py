"""Adaptive steps: tolerances kept, SciPy and finite differences as second methods, errors said."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

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
    ramp,
    replay,
)


def with_sensitivities(t, w):
    (a, b, g, d), (x, y), s = RATES, w[:2], w[2:].reshape(2, 4)
    jac = np.array([[a - b * y, -b * x], [d * y, d * x - g]])
    direct = np.array([[x, -x * y, 0, 0], [0, 0, -y, x * y]])
    return [a * x - b * x * y, d * x * y - g * y, *(jac @ s + direct).ravel()]


@pytest.fixture(scope="module")
def truth():
    """State and sensitivities at 10 by a method of order 8 at tolerance 1e-13."""
    found = solve_ivp(with_sensitivities, (0, 10), [1.0, 1.0, *[0.0] * 8], "DOP853",
                      rtol=1e-13, atol=1e-13)  # fmt: skip
    return found.y[:, -1]


def test_the_stored_answers(truth):
    assert np.allclose(truth, [*STATE_AT_10, *HARE_BY_RATES, *LYNX_BY_RATES], rtol=0, atol=6e-9)


PAIRS = [ode.BOGACKI_SHAMPINE, ode.DORMAND_PRINCE, ode.TSITOURAS]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda m: m.name)
@pytest.mark.parametrize("tol", [1e-4, 1e-7])
def test_error_follows_the_tolerance(pair, tol, truth):
    """A local error of tol a step grows with this problem's sensitivity, below 200 in all."""
    end = ode.solve(lotka_volterra, START, [0.0, 10.0], RATES, tableau=pair, rtol=tol, atol=tol)[-1]
    assert math.dist(end, truth[:2]) < 200 * tol


def test_tight_tolerance_agrees_with_order_8(truth):
    end = ode.solve(lotka_volterra, START, [0.0, 10.0], RATES, rtol=1e-12, atol=1e-12)[-1]
    assert math.dist(end, truth[:2]) < 2e-10  # 200 times the tolerance, as above


def test_the_error_estimate_falls_like_the_lower_order():
    def estimate(h):
        m = ode.DORMAND_PRINCE
        ks = ode.fixed.stages(m, lotka_volterra, 0.0, START, h, RATES)
        return abs(sum(float(b - c) * k[0] for b, c, k in zip(m.b, m.b_low, ks, strict=True))) * h

    # The next term is relatively of size h times rates of about 5: 0.1 in the slope.
    assert math.log2(estimate(0.02) / estimate(0.01)) == pytest.approx(5, abs=0.15)


def test_states_between_steps_are_smooth_and_accurate():
    times = [i / 20 for i in range(21)]
    loose = ode.solve(growth, 1.0, times, 1.0, rtol=1e-5, atol=1e-5)
    # Order 4 inside steps of order 5: about the tolerance, everywhere, not only at the knots.
    assert all(abs(u - math.exp(t)) < 1e-4 for t, u in zip(times, loose, strict=True))


def test_the_interpolant_joins_value_and_slope_at_the_knots():
    h = 0.2
    y1 = ode.step(ode.DORMAND_PRINCE, growth, 0.0, 1.0, h, 1.0)

    def left(theta):
        return ode.interpolate(ode.DORMAND_PRINCE, growth, 0.0, 1.0, h, theta, 1.0)

    def right(theta):
        return ode.interpolate(ode.DORMAND_PRINCE, growth, h, y1, h, theta, 1.0)

    assert left(1.0) == pytest.approx(y1, rel=1e-15 * 4) and right(0.0) == y1
    assert ad.grad(left)(1.0) == pytest.approx(ad.grad(right)(0.0), rel=1e-13)


def test_the_interpolant_has_order_4():
    def error(h):
        middle = ode.interpolate(ode.DORMAND_PRINCE, growth, 0.0, 1.0, h, 0.37, 1.0)
        return abs(middle - math.exp(0.37 * h))

    assert math.log2(error(0.2) / error(0.1)) == pytest.approx(5, abs=0.2)  # local: one more


def test_backwards_in_time_and_explicit_time():
    there = ode.solve(ramp, 1.0, [0.0, 2.0], 2.0, rtol=1e-9)[-1]
    assert there == pytest.approx(3 * math.exp(-2) + 2, rel=1e-8)
    back = ode.solve(ramp, there, [2.0, 1.0, 0.0], 2.0, rtol=1e-9)[-1]
    assert back == pytest.approx(1.0, rel=1e-7)  # errors grow by e**2 on the way back


# -- derivatives ----------------------------------------------------------------------------------


def end_of(steps="frozen", tol=1e-6):
    def end(p):
        return ode.solve(
            lotka_volterra, START, [0.0, 4.0, 10.0], p, rtol=tol, atol=tol, steps=steps
        )[-1][0]

    return end


@pytest.mark.parametrize("steps", ["frozen", "differentiated"])
def test_gradients_converge_to_the_equations(steps):
    gradient = ad.grad(end_of(steps, 1e-9))(RATES)
    # The gradient obeys an equation like the state's, so its error is again some 200 tolerances.
    assert np.allclose(gradient, HARE_BY_RATES, rtol=0, atol=2e-7)


def test_the_frozen_gradient_is_that_of_the_replayed_grid():
    """Finite differences on the grid held fixed: the very program that is differentiated."""
    grid = ode.march(lotka_volterra, START, 0.0, 10.0, RATES, rtol=1e-5, atol=1e-5)

    def replayed(p):
        return replay(lotka_volterra, START, p, grid, ode.DORMAND_PRINCE).ys[-1][0]

    frozen = ad.grad(
        lambda p: ode.solve(lotka_volterra, START, [0.0, 10.0], p, rtol=1e-5, atol=1e-5)[-1][0]
    )(RATES)
    eps = 1e-6
    for i in range(4):
        up, down = ([r + s * eps * (i == j) for j, r in enumerate(RATES)] for s in (1, -1))
        slope = (replayed(up) - replayed(down)) / (2 * eps)
        # eps**2 times the third derivative (below 1e4) plus rounding 1e-16 / eps: below 1e-7.
        assert frozen[i] == pytest.approx(slope, abs=1e-7)


def test_the_differentiated_gradient_is_that_of_the_whole_program():
    end = end_of("differentiated", 1e-5)
    gradient, eps = ad.grad(end)(RATES), 1e-7
    for i in range(4):
        up, down = ([r + s * eps * (i == j) for j, r in enumerate(RATES)] for s in (1, -1))
        # The program is smooth while no step changes from accepted to rejected; rounding leaves
        # 1e-15 / 1e-7, truncation eps**2 times a third derivative that the controller makes large.
        assert gradient[i] == pytest.approx((end(up) - end(down)) / (2 * eps), rel=1e-5)


def test_forward_mode_agrees_with_reverse_mode():
    reverse = ad.grad(end_of())(RATES)
    forward = ad.jacfwd(end_of())(RATES)
    assert np.allclose(forward, reverse, rtol=1e-11)  # the same sums in another order


# -- errors ---------------------------------------------------------------------------------------


def test_errors_say_what_to_do():
    with pytest.raises(
        ode.SolverError, match=r"step fell to .* at t = (1|0\.99\d+), y = .*\n.*infinity"
    ):
        ode.solve(lambda t, u, p: u * u, 1.0, [0.0, 2.0])  # 1 / (1 - t)
    with pytest.raises(ode.SolverError, match=r"at t = 1, y = .*: the right-hand side is not"):
        ode.solve(lambda t, u, p: jnp.sqrt(1.0 - t) * u, 1.0, [0.0, 2.0])
    with pytest.raises(ValueError, match="state is empty"):
        ode.solve(growth, [], [0.0, 1.0], 1.0)
    with pytest.raises(TypeError, match=r"times must be plain numbers.*\n.*f\(t, y, args\)"):
        ad.grad(lambda t1: ode.solve(growth, 1.0, [0.0, t1], 1.0)[-1])(1.0)
    with pytest.raises(ode.SolverError, match=r"5 steps brought .*\n.*max_steps"):
        ode.solve(growth, 1.0, [0.0, 10.0], 1.0, max_steps=5)
    with pytest.raises(ode.SolverError, match=r"right-hand side is not finite at t = 0, y = 1\.0"):
        ode.solve(lambda t, u, p: math.nan * u, 1.0, [0.0, 1.0])
    with pytest.raises(ValueError, match=r"y has shape \(2,\), but f returned shape \(3,\)"):
        ode.solve(lambda t, u, p: [1.0, 2.0, 3.0], START, [0.0, 1.0])
    for ts in ([0.0, 2.0, 1.0], [0.0, 0.0, 1.0]):
        with pytest.raises(ValueError, match="must rise throughout, or fall"):
            ode.solve(growth, 1.0, ts, 1.0)
    with pytest.raises(ValueError, match="at least one more"):
        ode.solve(growth, 1.0, [0.0], 1.0)
    with pytest.raises(ValueError, match=r"no error estimate.*\n.*DORMAND_PRINCE"):
        ode.solve(growth, 1.0, [0.0, 1.0], 1.0, tableau=ode.RK4)
    with pytest.raises(ValueError, match="tolerances are finite and not negative"):
        ode.solve(growth, 1.0, [0.0, 1.0], 1.0, rtol=-1.0)
    with pytest.raises(ValueError, match="tolerances are finite"):
        ode.march(growth, 1.0, 0.0, 1.0, 1.0, rtol=math.nan)
    for h in (0.0, -0.1, math.nan, math.inf):
        with pytest.raises(ValueError, match=r"first_step is a length of time.*\n.*Leave it out"):
            ode.solve(growth, 1.0, [0.0, 1.0], 1.0, first_step=h)
    for t1 in (math.inf, math.nan):
        with pytest.raises(ValueError, match="times must be finite"):
            ode.march(growth, 1.0, 0.0, t1, 1.0)
    with pytest.raises(ValueError, match='"frozen" or "differentiated"'):
        ode.solve(growth, 1.0, [0.0, 1.0], 1.0, steps="thawed")


def test_a_state_that_stays_put_has_no_error_to_estimate():
    still = ode.solve(lambda t, u, p: 0.0 * u, jnp.array([1.0, 2.0]), [0.0, 5.0])[-1]
    assert still.tolist() == [1.0, 2.0]
    nothing = ode.solve(lambda t, u, p: 0.0 * u, [0.0, 1.0], [0.0, 5.0], rtol=1e-3, atol=0.0)
    assert nothing[-1].tolist() == [0.0, 1.0]


# -- the record -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [*PAIRS, ode.RODAS4], ids=lambda m: m.name)
def test_every_attempt_is_on_record(method):
    """The errors written down are those of the steps, and the solver obeys them."""
    rtol = 1e-5
    grid = ode.march(
        lotka_volterra, START, 0.0, 10.0, RATES, tableau=method, rtol=rtol, atol=0.0, first_step=1.0
    )
    good = [a for a in grid.attempts if a.accepted]
    assert [a.t for a in good] == grid.ts[:-1] and [a.h for a in good] == grid.hs
    assert grid.rejected == len(grid.attempts) - len(good) > 0
    assert all(a.accepted == (a.error <= 1.0) for a in grid.attempts)
    states = dict(zip(grid.ts, grid.ys, strict=True))
    for before, a in zip([None, *grid.attempts], grid.attempts, strict=False):
        y = states[a.t]
        new, error, _ = ode.attempt.attempt(method, lotka_volterra, a.t, y, a.h, RATES)
        sizes = [rtol * max(abs(p), abs(q)) for p, q in zip(y, new, strict=True)]
        norm = math.hypot(*(e / s for e, s in zip(error, sizes, strict=True))) / math.sqrt(2)
        # The slope at the start comes from the step before: differs by rounding, over rtol.
        assert a.error == pytest.approx(norm, rel=1e-6, abs=1e-9)
        if before:  # a rejected step is tried again from the same place, and shorter
            assert (a.t == before.t and abs(a.h) < abs(before.h)) == (not before.accepted)


def test_an_attempt_outside_the_domain_is_on_record():
    grid = ode.march(lambda t, u, p: -jnp.sqrt(u), 1.0, 0.0, 1.9, first_step=1.9, rtol=1e-3)
    assert math.isnan(grid.attempts[0].error) and not grid.attempts[0].accepted
    assert grid.ys[-1] == pytest.approx(0.05**2, rel=0.2)  # (1 - t/2)**2


def test_backwards_and_empty_intervals():
    back = ode.march(growth, 1.0, 1.0, 0.0, 1.0)
    assert all(a.h < 0 for a in back.attempts) and back.ts[-1] == 0.0
    nothing = ode.march(growth, [1.0], 2.0, 2.0, 1.0)
    assert (nothing.ts, nothing.hs, nothing.attempts) == ([2.0], [], [])
    assert nothing.ys[0].tolist() == [1.0]


def test_the_record_is_plain_under_grad():
    attempts = []

    def end(rate):
        grid = ode.march(growth, 1.0, 0.0, 1.0, rate)
        attempts.extend(grid.attempts)
        return grid.ys[-1]

    assert ad.grad(end)(1.0) == pytest.approx(math.e, rel=1e-5)
    assert all(type(x) in (float, bool) for a in attempts for x in a)
