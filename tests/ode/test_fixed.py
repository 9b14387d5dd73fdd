"""Fixed steps: the order, measured; diffrax and SciPy as second methods; known answers."""

import math
from fractions import Fraction

import diffrax
import jax
import jax.numpy as jax_numpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax, ode

from .problems import RATES, START, growth, lotka_volterra, ramp
from .test_tableau import METHODS


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def order_measured(error_with, n):
    """The slope of log error against log step, at n, 2n and 4n steps, extrapolated to step zero.

    The error is c h**p (1 + d h + ...), so the slope between h and h/2 is p + d' h + O(h**2):
    twice the slope at the finer pair less that at the coarser is p + O(h**2).
    """
    a, b, c = (math.log2(abs(error_with(m))) for m in (n, 2 * n, 4 * n))
    return 2 * (b - c) - (a - b)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
@pytest.mark.parametrize("of", ["state", "derivative"])
def test_error_falls_with_the_order_of_the_method(method, of):
    """For the state and, by the same power, for its derivative with respect to the rate.

    Logistic growth to 3 from 1 at rate r = 10, in closed form; fast, so that the errors of order 5
    stand above rounding. What extrapolation leaves is of size (r h)**2 = 0.06, times about two.
    """
    r, decay = 10.0, math.exp(-10.0)

    def end(rate, n):
        def f(t, u, rate):
            return rate * u * (1 - u / 3)

        return ode.solve_fixed(f, 1.0, 0.0, 1.0, n, rate, method)[1][-1]

    def error(n):
        if of == "state":
            return end(r, n) - 3 / (1 + 2 * decay)
        return ad.grad(end)(r, n) - 6 * decay / (1 + 2 * decay) ** 2

    assert order_measured(error, 40) == pytest.approx(method.order, abs=0.12)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_the_nodes_c_are_used(method):
    def error(n):
        exact = 3 * math.exp(-1)
        return ode.solve_fixed(ramp, 1.0, 0.0, 1.0, n, 2.0, method)[1][-1] - exact

    assert order_measured(error, 10) == pytest.approx(method.order, abs=0.1)


def test_known_answers_of_ten_steps():
    # (1 + h)**10 and its derivative 10 h (1 + h)**9; for RK4 the polynomial 1 + h + ... + h^4/24.
    p = 1 + 0.1 + 0.1**2 / 2 + 0.1**3 / 6 + 0.1**4 / 24
    dp = 0.1 * (1 + 0.1 + 0.1**2 / 2 + 0.1**3 / 6)
    for method, state, slope in (
        (ode.EULER, 1.1**10, 1.1**9),
        (ode.RK4, p**10, 10 * p**9 * dp),
    ):
        value, derivative = ad.value_and_grad(
            lambda rate, m=method: ode.solve_fixed(growth, 1.0, 0.0, 1.0, 10, rate, m)[1][-1]
        )(1.0)
        assert value == pytest.approx(state, rel=1e-14)  # a hundred roundings of 1e-16
        assert derivative == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_a_step_forward_and_back_returns(method):
    """The error of there-and-back falls like h ** (order + 1); odd methods gain one more."""

    def distance(h):
        there = ode.step(method, lotka_volterra, 0.0, START, h, RATES)
        back = ode.step(method, lotka_volterra, h, there, -h, RATES)
        return math.dist(back, START)

    slope = math.log2(distance(0.04) / distance(0.02))
    assert slope > method.order + 0.8  # the next term is relatively of size h times the rates


def test_first_same_as_last_in_fact():
    h = 0.1
    y1 = ode.step(ode.DORMAND_PRINCE, lotka_volterra, 0.0, START, h, RATES)
    last = ode.fixed.stages(ode.DORMAND_PRINCE, lotka_volterra, 0.0, START, h, RATES)[-1]
    first = lotka_volterra(h, y1, RATES)
    assert all(abs(a - b) < 1e-15 * 10 for a, b in zip(last, first, strict=True))


def test_the_conserved_quantity_drifts_like_the_fourth_power_of_the_step():
    """d x - g log x + b y - a log y is constant along a true trajectory."""
    alpha, beta, gamma, delta = RATES

    def drift(n):
        x, y = ode.solve_fixed(lotka_volterra, START, 0.0, 5.0, n, RATES)[1][-1]
        v = delta * x - gamma * math.log(x) + beta * y - alpha * math.log(y)
        return v - (delta + beta)

    assert order_measured(drift, 100) == pytest.approx(4, abs=0.1)


def test_steps_are_those_of_diffrax():
    """The same tableau and the same grid: nothing but rounding may differ."""
    term = diffrax.ODETerm(
        lambda t, u, p: jax_numpy.array([p[0] * u[0] - p[1] * u[0] * u[1],
                                         p[3] * u[0] * u[1] - p[2] * u[1]])
    )  # fmt: skip
    for ours, theirs in (
        (ode.EULER, diffrax.Euler()), (ode.HEUN, diffrax.Heun()),
        (ode.MIDPOINT, diffrax.Midpoint()), (ode.BOGACKI_SHAMPINE, diffrax.Bosh3()),
        (ode.DORMAND_PRINCE, diffrax.Dopri5()), (ode.TSITOURAS, diffrax.Tsit5()),
    ):  # fmt: skip
        found = diffrax.diffeqsolve(
            term, theirs, 0.0, 1.0, 0.05, jax_numpy.ones(2), args=jax_numpy.array(RATES)
        ).ys[-1]
        mine = ode.solve_fixed(lotka_volterra, START, 0.0, 1.0, 20, RATES, ours)[1][-1]
        # 20 steps of some 50 operations, each rounded at 1e-16, on numbers of size 1.
        assert np.allclose(mine.tolist(), found, rtol=1e-13, atol=0), ours.name


def test_the_gradient_is_that_of_diffrax_on_the_same_grid():
    grid = [0.05 * i for i in range(21)]

    def theirs(p):
        term = diffrax.ODETerm(
            lambda t, u, p: jax_numpy.array([p[0] * u[0] - p[1] * u[0] * u[1],
                                             p[3] * u[0] * u[1] - p[2] * u[1]])
        )  # fmt: skip
        ys = diffrax.diffeqsolve(
            term, diffrax.Dopri5(), 0.0, 1.0, None, jax_numpy.ones(2), args=p,
            stepsize_controller=diffrax.StepTo(jax_numpy.array(grid)),
            adjoint=diffrax.DirectAdjoint(),
        ).ys[-1]  # fmt: skip
        return ys[0] * ys[1]

    def ours(p):
        x, y = ode.solve_fixed(lotka_volterra, START, 0.0, 1.0, 20, p, ode.DORMAND_PRINCE)[1][-1]
        return x * y

    assert np.allclose(ad.grad(ours)(RATES), jax.grad(theirs)(jax_numpy.array(RATES)), rtol=1e-12)


def test_the_compiled_solver_gives_the_same_bits():
    def end(p):
        return ode.solve_fixed(lotka_volterra, START, 0.0, 1.0, 20, p)[1][-1]

    assert ad.jit(end)(RATES).tolist() == end(RATES).tolist()
    assert ad.jit(ad.jacobian(end))(RATES)[0].tolist() == ad.jacobian(end)(RATES)[0].tolist()


def test_the_complex_step_agrees():
    """f(p + i eps).imag / eps has no cancellation: a derivative to the last digit."""

    def complex_end(rate):
        u, h = 1.0 + 0j, 0.1
        for _ in range(10):
            k1 = rate * u * (1 - u / 3)
            k2 = rate * (u + h * k1) * (1 - (u + h * k1) / 3)
            u = u + h / 2 * (k1 + k2)
        return u

    def end(rate):
        return ode.solve_fixed(
            lambda t, u, r: r * u * (1 - u / 3), 1.0, 0.0, 1.0, 10, rate, ode.HEUN
        )[1][-1]

    assert ad.grad(end)(0.7) == pytest.approx(complex_end(0.7 + 1e-30j).imag / 1e-30, rel=1e-14)


@pytest.mark.parametrize("d", [16, 17, 40])  # longer arrays become lists inside the loop
def test_a_long_state_is_many_short_ones(d):
    starts = [0.1 + i / d for i in range(d)]

    def total(rate, solve_one=False):
        f = lambda t, u, r: r * u * (1 - u / 3)  # noqa: E731
        if solve_one:
            return sum(ode.solve_fixed(f, u0, 0.0, 1.0, 8, rate)[1][-1] for u0 in starts)
        return jnp.sum(ode.solve_fixed(f, starts, 0.0, 1.0, 8, rate)[1][-1])

    want, slope = ad.value_and_grad(total)(0.7, True)
    for run in (ad.value_and_grad(total), ad.jit(ad.value_and_grad(total))):
        # the same sums in another order
        assert run(0.7) == (pytest.approx(want, rel=1e-14), pytest.approx(slope, rel=1e-13))


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
@settings(deadline=None, max_examples=50)
@given(z=st.floats(-3, 3))
def test_a_step_of_the_linear_equation_is_its_stability_polynomial(method, z):
    """For u' = z u and h = 1 a step multiplies by R(z) = 1 + sum_k z**(k+1) b a**k 1."""
    row, factor = [Fraction(1)] * method.stages, Fraction(1)
    for k in range(method.stages):
        factor += Fraction(z) ** (k + 1) * sum(b * x for b, x in zip(method.b, row, strict=True))
        row = [sum(a * x for a, x in zip(r, row, strict=False)) for r in method.a]
    # Some 50 roundings, of terms whose sizes add up to at most some 100.
    assert ode.step(method, growth, 0.0, 1.0, 1.0, z) == pytest.approx(float(factor), abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(
    method=st.sampled_from(METHODS),
    m=st.tuples(*[st.floats(-2, 2)] * 4).filter(lambda m: abs(m[0] * m[3] - m[1] * m[2]) > 0.1),
)
def test_a_step_does_not_care_for_coordinates(method, m):
    """Stepping w = M u is stepping u, then multiplying by M."""
    matrix = jnp.array([m[:2], m[2:]])
    det = m[0] * m[3] - m[1] * m[2]
    inverse = jnp.array([[m[3] / det, -m[1] / det], [-m[2] / det, m[0] / det]])

    def there(t, w, p):
        return matrix @ lotka_volterra(t, inverse @ w, p)

    one = ode.step(method, there, 0.0, matrix @ START, 0.1, RATES)
    two = matrix @ ode.step(method, lotka_volterra, 0.0, START, 0.1, RATES)
    # Rounding, times the condition of M (at most 8 / 0.1).
    assert math.dist(one, two) < 1e-12


def test_bad_numbers_of_steps():
    for n in (0, -1, 2.5):
        with pytest.raises(ValueError, match="positive whole number of steps"):
            ode.solve_fixed(growth, 1.0, 0.0, 1.0, n, 1.0)


def test_what_is_no_method_is_refused():
    """The rule, what came, and what to do: by everything that takes a method."""
    for method in (ode.RODAS4, "RK4", 4):
        for run in (
            lambda m: ode.solve_fixed(growth, 1.0, 0.0, 1.0, 5, 1.0, m),
            lambda m: ode.step(m, growth, 0.0, 1.0, 0.1, 1.0),
            lambda m: ode.stages(m, growth, 0.0, 1.0, 0.1, 1.0),
            lambda m: ode.discrete_adjoint(growth, 1.0, 0.0, 1.0, 5, 1.0, jnp.sum, tableau=m),
            lambda m: ode.solve_sensitivities(growth, 1.0, 0.0, 1.0, 5, 1.0, m),
        ):
            with pytest.raises(TypeError, match=r"as ode.RK4, but got .*\n.*tableau=ode.RODAS4"):
                run(method)
    for run in (
        lambda m: ode.solve(growth, 1.0, [0.0, 1.0], 1.0, tableau=m),
        lambda m: ode.solve_event(growth, 1.0, 0.0, 1.0, lambda t, y, a: y - 1.5, 1.0, tableau=m),
    ):
        with pytest.raises(TypeError, match=r"as ode\.DORMAND_PRINCE, but got 'RK4'"):
            run("RK4")


def test_the_listing_reads_the_same_under_jax():
    """Import-swap: the library's own step, run on JAX's numbers."""

    def f(t, u, p):
        return jax_numpy.array([p[0] * u[0] - p[1] * u[0] * u[1], p[3] * u[0] * u[1] - p[2] * u[1]])

    theirs = ode.step(ode.RK4, f, 0.0, jax_numpy.ones(2), 0.1, jax_numpy.array(RATES))
    ours = ode.step(ode.RK4, lotka_volterra, 0.0, START, 0.1, RATES)
    assert np.allclose(ours.tolist(), theirs, rtol=1e-15 * 8, atol=0)
    assert lax.stop_gradient(1.0) == 1.0 and jnp.ones(2).tolist() == [1.0, 1.0]
