"""Adjoints: one is the gradient of the program, one converges to it, one fails."""

import math
import tracemalloc

import numpy as np
import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import ode

from .problems import HARE_BY_RATES, RATES, START, growth, lotka_volterra
from .test_tableau import METHODS


def loss(ys):
    """Looks at several times."""
    return jnp.sum(ys[5::5] * ys[5::5]) + ys[-1][0]


def of_program(n, method=ode.RK4):
    def run(p, y0):
        return loss(ode.solve_fixed(lotka_volterra, y0, 0.0, 2.0, n, p, method)[1])

    return ad.value_and_grad(run, (0, 1))(RATES, START)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_the_discrete_adjoint_is_the_gradient_of_the_program(method):
    value, (d_args, d_y0) = of_program(40, method)
    found = ode.discrete_adjoint(lotka_volterra, START, 0.0, 2.0, 40, RATES, loss, method)
    assert found.loss == value
    # the same products, summed in another order
    assert np.allclose(found.d_args, d_args, rtol=1e-13, atol=1e-13)
    assert np.allclose(found.d_y0.tolist(), d_y0.tolist(), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("adjoint", [ode.continuous_adjoint, ode.backsolve_adjoint])
def test_the_continuous_adjoint_differs_by_the_error_of_the_method(adjoint):
    def gap(n):
        found = adjoint(lotka_volterra, START, 0.0, 2.0, n, RATES, lambda ys: ys[-1][0])
        other = ode.discrete_adjoint(
            lotka_volterra, START, 0.0, 2.0, n, RATES, lambda ys: ys[-1][0]
        )
        return math.dist([*found.d_args, *found.d_y0], [*other.d_args, *other.d_y0])

    slopes = [math.log2(gap(n) / gap(2 * n)) for n in (80, 160)]
    # Both are right to h**4; so is their difference, and the next term is relatively of size h.
    assert 2 * slopes[1] - slopes[0] == pytest.approx(4, abs=0.2)
    assert gap(160) > 1e-10  # not the gradient of the program: a line search would notice


@pytest.mark.parametrize("adjoint", [ode.continuous_adjoint, ode.backsolve_adjoint])
def test_a_loss_that_looks_at_several_times(adjoint):
    found = adjoint(lotka_volterra, START, 0.0, 2.0, 640, RATES, loss)
    _, (d_args, d_y0) = of_program(640)
    # the gap above is about 1e-8 for 160 steps of one look; 640 steps, 128 looks
    assert np.allclose(found.d_args, d_args, rtol=1e-8)
    assert np.allclose(found.d_y0.tolist(), d_y0.tolist(), rtol=1e-8)


def test_the_known_answer():
    found = ad.jit(
        lambda p: ode.discrete_adjoint(
            lotka_volterra, START, 0.0, 10.0, 4000, p, lambda ys: ys[-1][0]
        )
    )(RATES)
    assert np.allclose(found.d_args, HARE_BY_RATES, rtol=0, atol=1e-8)


def test_backsolve_forgets_where_it_started():
    """u' = -k (u - cos t), from 2 to t = 3 by 600 steps, and back."""

    def f(t, u, k):
        return -k * (u - jnp.cos(t))

    def start(k):
        return ode.backsolve_adjoint(f, 2.0, 0.0, 3.0, 600, k, lambda ys: ys[-1]).start

    # An error e at the end grows to e * exp(3 k) at the start; that of RK4 is 1e-12 (k = 1) to
    # 1e-9 (k = 10), and exp(30) = 1e13.
    assert start(1.0) == pytest.approx(2.0, abs=1e-9)
    assert start(5.0) == pytest.approx(2.0, abs=1e-3)
    assert abs(start(10.0) - 2) > 100
    assert abs(start(20.0)) > 1e15

    # A loss that looks at an early time makes the wrong states count.
    exact, stored, lost = (
        adjoint(f, 2.0, 0.0, 3.0, 600, 10.0, lambda ys: ys[60]).d_args
        for adjoint in (ode.discrete_adjoint, ode.continuous_adjoint, ode.backsolve_adjoint)
    )
    assert stored == pytest.approx(exact, rel=1e-4)
    assert abs(lost / exact - 1) > 1


@pytest.mark.parametrize("segments", [1, 4, 20])
def test_checkpoints_change_no_number(segments):
    def end(p):
        y = ode.solve_checkpointed(lotka_volterra, START, 0.0, 2.0, 20, p, segments)
        return y[0] * y[1]

    def plain(p):
        y = ode.solve_fixed(lotka_volterra, START, 0.0, 2.0, 20, p)[1][-1]
        return y[0] * y[1]

    value, slope = ad.value_and_grad(end)(RATES)
    other, slope2 = ad.value_and_grad(plain)(RATES)
    # The times of steps are sums in another order; this equation does not look at them.
    assert value == other and slope == pytest.approx(slope2, rel=1e-14)


def test_checkpoints_save_memory():
    def peak(segments):
        run = ad.jit(ad.grad(
            lambda r: ode.solve_checkpointed(growth, 1.0, 0.0, 1.0, 10_000, r, segments)
        ))  # fmt: skip
        run(1.0)
        tracemalloc.start()
        run(1.0)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    # 10,000 states against 100 + 100, of 32 bytes each (a float and its place in a list), and the
    # times of the steps inside a segment.
    assert peak(100) < peak(1) / 10


def test_errors():
    with pytest.raises(ValueError, match="segments must divide n_steps"):
        ode.solve_checkpointed(growth, 1.0, 0.0, 1.0, 10, 1.0, segments=3)


@pytest.mark.parametrize(
    "adjoint", [ode.discrete_adjoint, ode.continuous_adjoint, ode.backsolve_adjoint]
)
def test_no_time_at_all(adjoint):
    """The end is the start: the loss changes with it directly, and with no rate."""
    found = adjoint(lotka_volterra, START, 2.0, 2.0, 3, RATES, lambda ys: ys[-1][0] * ys[-1][1])
    assert found.loss == 1.0 and found.d_y0.tolist() == [1.0, 1.0]
    assert found.d_args == [0.0] * 4 and found.start.tolist() == START.tolist()


def test_adjoints_compile():
    def gradient(p):
        return ode.discrete_adjoint(lotka_volterra, START, 0.0, 2.0, 40, p, loss).d_args

    assert ad.jit(gradient)(RATES) == gradient(RATES)
