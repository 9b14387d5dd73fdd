"""Compiled steps give what uncompiled ones give, wherever the derivative comes from."""

import functools
import math

import numpy as np
import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax, ode
from mini_autodiff.ode import kernel, path

from .problems import RATES, START, lotka_volterra, replay

TIMES = [0.0, 0.3, 0.31, 1.7, 4.0, 7.0, 10.0]  # two in one step, one at the end
WEIGHTS = jnp.array(
    [[0.0, 0.0], [1.0, -2.0], [0.5, 1.0], [2.0, 1.0], [1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]
)


def loss(p, y0=START, f=lotka_volterra, **settings):
    return jnp.sum(WEIGHTS * ode.solve(f, y0, TIMES, p, **settings))


@pytest.mark.parametrize(
    "pair", [ode.BOGACKI_SHAMPINE, ode.DORMAND_PRINCE, ode.TSITOURAS, ode.HEUN]
)
def test_value_and_gradient_are_those_of_the_replayed_steps(pair):
    value, (dp, dy0) = ad.value_and_grad(loss, (0, 1))(RATES, START, tableau=pair, rtol=1e-4)
    grid = ode.march(lotka_volterra, START, 0.0, 10.0, RATES, tableau=pair, rtol=1e-4)

    def again(p, y0):
        steps = replay(lotka_volterra, y0, p, grid, pair)
        return jnp.sum(WEIGHTS * ode.adaptive.read(lotka_volterra, p, steps, TIMES, pair))

    other, (dp2, dy2) = ad.value_and_grad(again, (0, 1))(RATES, START)
    # The same sums in another order, over up to a thousand steps.
    assert value == pytest.approx(other, rel=1e-12)
    assert np.allclose([*dp, *dy0], [*dp2, *dy2], rtol=1e-11, atol=0)


def test_a_branch_inside_the_right_hand_side_follows_time_and_state():
    def switched(t, u, p):  # fed at first, then starved; the rate is capped
        rate = p if t < 1.0 else -p
        return rate * u if u < 2.0 else rate * 2.0

    def end(p):
        return ode.solve(switched, 1.0, [0.0, 1.0, 2.0], p, rtol=1e-9, atol=1e-9)[-1]

    # exp(t p) up to 2 at t* = log 2 / p, then 2 + 2 p (t - t*); the same way back down.
    assert end(1.0) == pytest.approx(1.0, abs=1e-6)
    value, slope = ad.value_and_grad(lambda p: ode.solve(switched, 1.0, [0.0, 0.5], p)[-1])(1.0)
    assert slope == pytest.approx(0.5 * value, rel=1e-5)


def test_a_right_hand_side_may_close_over_what_is_differentiated():
    def closed(p):
        return jnp.sum(
            ode.solve(lambda t, u, _: lotka_volterra(t, u, p), START, [0.0, 5.0], rtol=1e-8)
        )

    def passed(p):
        return jnp.sum(ode.solve(lotka_volterra, START, [0.0, 5.0], p, rtol=1e-8))

    assert np.allclose(ad.grad(closed)(RATES), ad.grad(passed)(RATES), rtol=1e-11)


def test_or_only_later_in_a_branch():
    """The rate is used only after t = 1, so nothing at the start says that it matters."""

    def end(rate):
        def f(t, u, _):
            return rate * u if t > 1.0 else 0.0 * u

        return ode.solve(f, 1.0, [0.0, 1.0, 2.0], rtol=1e-8)[-1]

    # exp(rate), but for the step across t = 1, whose error is some tolerances
    assert ad.grad(end)(0.5) == pytest.approx(math.exp(0.5), rel=1e-5)


def test_the_stiff_method_has_its_jacobian_there_too():
    """A gradient that is stopped inside f would leave an explicit method, and 10**5 steps."""

    def closed(k):
        ts = [0.0, 1.0]
        return ode.solve(lambda t, u, _: -k * (u - 1.0), 2.0, ts, tableau=ode.RODAS4, max_steps=99)[
            -1
        ]

    assert closed(1e6) == pytest.approx(1.0, abs=1e-6)
    assert ad.grad(closed)(1e6) == pytest.approx(0.0, abs=1e-9)


def test_a_constant_outside_may_change_between_solves():
    scale = [1.0]

    def f(t, u, p):
        return scale[0] * p * u

    first = ode.solve(f, 1.0, [0.0, 1.0], 1.0)[-1]
    scale[0] = 2.0
    assert ode.solve(f, 1.0, [0.0, 1.0], 1.0)[-1] == pytest.approx(first**2, rel=1e-5)


def test_jit_leaves_an_adaptive_solve_as_it_is():
    compiled = ad.jit(ad.value_and_grad(loss))
    for _ in range(2):
        value, slope = compiled(RATES)
        assert (value, slope) == ad.value_and_grad(loss)(RATES)


def test_inside_a_scan_the_loop_runs_in_python():
    def total(rate):
        def advance(u, dt):
            u = ode.solve(lambda t, u, r: r * u, u, [0.0, 1.0], rate * dt, rtol=1e-9)[-1]
            return u, u

        return lax.scan(advance, 1.0, jnp.array([0.1, 0.2]))[0]

    assert total(1.0) == pytest.approx(np.exp(0.3), rel=1e-8)
    assert ad.grad(total)(1.0) == pytest.approx(0.3 * np.exp(0.3), rel=1e-8)


def test_second_derivatives():
    def end(rate):
        return ode.solve(lambda t, u, r: r * u, 1.0, [0.0, 1.0], rate, rtol=1e-10, atol=1e-10)[-1]

    assert ad.grad(ad.grad(end))(0.5) == pytest.approx(np.exp(0.5), rel=1e-7)
    assert ad.hessian(end)(0.5) == pytest.approx(np.exp(0.5), rel=1e-7)


# -- whose kernel? --------------------------------------------------------------------------------


class Rate:
    """An object as a parameter."""

    def __init__(self, k):
        self.k = k

    def rhs(self, t, u, p):
        return self.k * u


class Slot:
    __slots__ = ("k",)

    def __init__(self, k):
        self.k = k


def copied_file(k):
    """Two files with the same text but for a constant at the top."""
    names = {"RATE": k}
    exec(compile("def rhs(t, u, p):\n    return RATE * u\n", "copied.py", "exec"), names)
    return names["rhs"]


def keyword_default(k):
    def rhs(t, u, p, *, k=k):
        return k * u

    return rhs


def default(k):
    def rhs(t, u, p, k=k):
        return k * u

    return rhs


def attribute(k):
    def rhs(t, u, p):
        return rhs.k * u

    rhs.k = k
    return rhs


def e_to(k, f, args=None):
    value, slope = ad.value_and_grad(lambda u: ode.solve(f, u, [0.0, 1.0], args, rtol=1e-8)[-1])(
        1.0
    )
    return value == pytest.approx(math.exp(k), rel=1e-6) and slope == pytest.approx(value)


MAKERS = {
    "copied file": copied_file, "keyword default": keyword_default, "default": default,
    "attribute": attribute, "closure": lambda k: lambda t, u, p: k * u,
    "method": lambda k: Rate(k).rhs, "partial": lambda k: functools.partial(scaled, k),
}  # fmt: skip


def scaled(k, t, u, p):
    return k * u


@pytest.mark.parametrize("name", MAKERS)
def test_functions_with_equal_code_are_not_one(name):
    made = [(k, MAKERS[name](k)) for k in (1.0, 2.0, -1.0)]
    assert all(e_to(k, f) for k, f in made * 2)


@pytest.mark.parametrize("kind", [Rate, Slot])
def test_an_object_as_parameter_may_change(kind):
    p = kind(1.0)
    for k in (1.0, 2.0):
        p.k = k
        assert e_to(k, lambda t, u, p: p.k * u, p)
        assert e_to(k, lambda t, u, p: p["rate"].k * u, {"rate": p})
        assert e_to(k, lambda t, u, p: p[0] * u, [k])


def test_what_a_function_holds_may_change():
    a, b, c, d = Rate(1.0), default(1.0), keyword_default(1.0), attribute(1.0)
    for k in (1.0, 2.0, -1.0):
        a.k, b.__defaults__, c.__kwdefaults__["k"], d.k = k, (k,), k, k
        assert e_to(k, a.rhs) and e_to(k, b) and e_to(k, c) and e_to(k, d)


def test_a_lambda_made_anew_is_not_compiled_anew():
    kernel._kernels.clear()
    for _ in range(3):
        ode.solve(lambda t, u, p: p * u, 1.0, [0.0, 1.0], 1.0)
    assert len(kernel._kernels) == 1


def test_old_kernels_are_forgotten():
    for k in range(kernel.MOST_KERNELS + 5):
        ode.solve(lambda t, u, p, k=k: -u, 1.0, [0.0, 1e-3])
    assert len(kernel._kernels) == kernel.MOST_KERNELS


def test_a_switch_among_the_parameters():
    def f(t, u, p):
        return p[0] * u if p[1] else -p[0] * u

    assert e_to(-1.0, f, (1.0, 0.0)) and e_to(1.0, f, (1.0, 1.0))
    assert e_to(-1.0, f, (1.0, False)) and e_to(1.0, f, (1.0, True)) and e_to(1.0, f, (1.0, "on"))


def test_parameters_keep_their_structure():
    def f(t, u, p):
        return jnp.array([p["rate"] * u[0] * p["power"], p["list"][0] * u[1]])

    p = {"rate": 0.5, "power": 2, "list": [jnp.array([0.1])[0]]}  # the 2 is a whole number

    def end(rate):
        return jnp.sum(ode.solve(f, [1.0, 1.0], [0.0, 1.0], {**p, "rate": rate}, rtol=1e-9)[-1])

    assert ad.grad(end)(0.5) == pytest.approx(2 * np.e, rel=1e-8)


def in_python(monkeypatch):
    """From now on nothing is compiled."""

    def none(*_):
        raise path.NotCompiled

    monkeypatch.setattr(path, "kernel_of", none)


def test_python_takes_the_same_steps(monkeypatch):
    value, slope = ad.value_and_grad(loss)(RATES)
    in_python(monkeypatch)
    other, slope2 = ad.value_and_grad(loss)(RATES)
    assert value == pytest.approx(other, rel=1e-12) and np.allclose(slope, slope2, rtol=1e-11)


@pytest.mark.parametrize("d", [16, 17, 30])
def test_long_states(d, monkeypatch):
    starts = [0.1 + i / d for i in range(d)]

    def total(rate):
        def f(t, u, r):
            return r * u * (1 - u / 3)

        return jnp.sum(ode.solve(f, starts, [0.0, 0.3, 1.0], rate, rtol=1e-5)[1:])

    value, slope = ad.value_and_grad(total)(0.7)
    in_python(monkeypatch)
    other, slope2 = ad.value_and_grad(total)(0.7)
    assert value == pytest.approx(other, rel=1e-13) and slope == pytest.approx(slope2, rel=1e-12)


def test_math_functions_are_refused_by_name():
    with pytest.raises(TypeError, match=r"mini_autodiff\.numpy"):
        ad.grad(lambda p: ode.solve(lambda t, u, p: math.sin(p) * u, 1.0, [0.0, 1.0], p)[-1])(1.0)
    assert ode.solve(lambda t, u, p: math.sin(t) * u, 1.0, [0.0, 1.0])[-1] > 1.0  # no derivative
