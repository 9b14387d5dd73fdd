"""Every row of the table: its value against math and JAX, its slopes to second order."""

from __future__ import annotations

import math
import re

import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax, ops
from mini_autodiff.check import check_grads

jax = pytest.importorskip("jax")

ONE = [0.37, 1.9]  # inside every domain that has a lower end at 0
POINTS = {
    "arcsin": [-0.6, 0.3], "arccos": [-0.6, 0.3], "tan": [-0.8, 1.1], "log": ONE, "log10": ONE,
    "sqrt": ONE, "log1p": [-0.5, 1.2],
}  # fmt: skip
TABLE = {name: op for name, op in ops.TABLE.items() if any(op.formulas) and name != "where"}
UNARY = sorted(name for name, op in TABLE.items() if op.arity == 1)
BINARY = sorted(name for name, op in TABLE.items() if op.arity == 2)
JAX_NAMES = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative",
    "power": "power", "cube": None, "sigmoid": None, "softplus": None,
}  # fmt: skip


def theirs(name: str):
    if name == "sigmoid":
        return jax.nn.sigmoid
    if name == "softplus":
        return jax.nn.softplus
    if name == "cube":
        return lambda x: x**3
    return getattr(jax.numpy, JAX_NAMES.get(name, name))


@pytest.mark.parametrize("name", UNARY)
def test_one_argument(name):
    op = TABLE[name]
    for x in POINTS.get(name, [-1.3, 0.37, 1.9]):
        # order 2 with eps 1e-5: the central difference itself is good to about 1e-9
        check_grads(op, (x,), order=2, rtol=2e-8)
        with jax.enable_x64(True):
            value, slope = jax.value_and_grad(theirs(name))(x)
            curve = jax.grad(jax.grad(theirs(name)))(x)
        assert ad.grad(op)(x) == pytest.approx(float(slope), rel=1e-13, abs=1e-14)
        assert op(x) == pytest.approx(float(value), rel=1e-14)
        assert ad.grad(ad.grad(op))(x) == pytest.approx(float(curve), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("name", BINARY)
def test_two_arguments(name):
    op = TABLE[name]
    for x, y in [(1.7, 0.4), (0.6, -1.2), (2.1, 2.3)]:
        check_grads(op, (x, y), order=2, rtol=2e-8)
        with jax.enable_x64(True):
            slopes = jax.grad(theirs(name), (0, 1))(x, y)
        assert ad.grad(op, (0, 1))(x, y) == pytest.approx(tuple(map(float, slopes)), rel=1e-13)


def test_every_function_of_numpy_works_on_arrays_and_numbers():
    for name in ("sin", "exp", "tanh", "sigmoid", "abs", "square"):
        f = getattr(jnp, name)
        assert f(jnp.array([0.3, -0.4])).tolist() == [f(0.3), f(-0.4)]
        assert f.__doc__ and "Slopes" in f.__doc__


@pytest.mark.parametrize("n", range(-7, 13))
def test_integer_powers_are_products(n):
    x = 1.37
    assert ad.grad(lambda x: x**n)(x) == pytest.approx(n * x ** (n - 1), rel=1e-14)
    assert ad.jit(lambda x: x**n)(x) == pytest.approx(x**n, rel=1e-14)
    assert "**" not in ad.jit(lambda x: x**n).source
    if n > 0:
        assert ad.grad(lambda x: x**n)(0.0) == (1.0 if n == 1 else 0.0)


ZERO_SLOPES = [  # the function, and its derivative at 0 that exists although a factor does not
    (lambda x: x**0.0, 0.0),
    (lambda x: ad.grad(lambda x: x**1.0)(x), 0.0),
    (lambda x: ad.grad(ad.grad(lambda x: x**2.0))(x), 0.0),
    (lambda x: jnp.sum(jnp.array([x**i for i in range(4)])), 1.0),
    (lambda x: lax.scan(lambda s, i: (s + x**i, None), 0.0, jnp.arange(4))[0], 1.0),
]


@pytest.mark.parametrize(("f", "slope"), ZERO_SLOPES)
@pytest.mark.parametrize("wrap", [lambda f: f, ad.jit], ids=["eager", "jit"])
def test_powers_have_their_slopes_at_0(f, slope, wrap):
    assert wrap(ad.grad(f))(0.0) == slope


@pytest.mark.parametrize("wrap", [lambda f: f, ad.jit], ids=["eager", "jit"])
@pytest.mark.parametrize("transform", [lambda f: f, ad.grad, lambda f: ad.jvp(f, (-8.0,), (1.0,))])
@pytest.mark.parametrize("power", [1 / 3, 0.5, -0.5, 1.5])
def test_a_negative_base_is_refused_and_never_complex(wrap, transform, power):
    def apply():
        out = transform(wrap(lambda x: jnp.power(x, power)))
        return out(-8.0) if callable(out) else out

    with pytest.raises(ValueError, match="a negative base needs an integer power"):
        apply()


def test_powers_at_the_edges():
    for x in (math.inf, -math.inf, math.nan):
        for zero in (0, 0.0):
            assert ad.value_and_grad(lambda x, n=zero: x**n)(x) == (1.0, 0.0)
            assert ad.jit(ad.value_and_grad(lambda x, n=zero: x**n))(x) == (1.0, 0.0)
    with pytest.raises(ZeroDivisionError, match="slope of power"):  # log(-2); JAX: nan
        ad.grad(lambda y: (-2.0) ** y)(2.0)
    with pytest.raises(ZeroDivisionError, match="slope of power"):  # 0 ** y jumps there
        ad.grad(lambda y: 0.0**y)(0.0)
    assert ad.grad(lambda x: x**2.0)(-3.0) == -6.0
    assert (jnp.power(2, 3), jnp.array([1, 2]) ** 2).__repr__() == "(8, Array([1, 4]))"


@pytest.mark.parametrize(
    ("f", "at"),
    [(jnp.sqrt, (0.0,)), (jnp.arcsin, (1.0,)), (jnp.power, (0.0, 0.5)), (jnp.arctan2, (0.0, 0.0))],
)
@pytest.mark.parametrize("mode", [ad.grad, ad.jacfwd])
def test_the_advice_of_an_infinite_slope_can_be_followed(f, at, mode):
    with pytest.raises(ZeroDivisionError, match="Keep the argument away") as refused:
        mode(f)(*at)
    advice = re.search(r"for example (.*)\.$", str(refused.value))[1]
    names = {k: getattr(jnp, k) for k in ("sqrt", "arcsin", "power", "arctan2", "where")}
    good = ad.grad(lambda x, y: eval(advice, {**names, "x": x, "y": y}))
    assert math.isfinite(good(at[0], at[-1]))


def test_equal_numbers_share_the_slope_of_max_and_min():
    for f in (jnp.max, jnp.min):
        assert ad.grad(f)(jnp.array([2.0] * 3)).tolist() == pytest.approx([1 / 3] * 3, rel=1e-15)
        assert ad.grad(lambda v, f=f: f(v * v))(jnp.array([1.0, -1.0])).tolist() == [1.0, -1.0]


def test_numbers_are_arrays_without_axes():
    assert [f(3.5) for f in (jnp.max, jnp.min, jnp.mean, jnp.sum)] == [3.5] * 4
    assert (jnp.zeros_like(3.5), jnp.ones_like(3.5)) == (0.0, 1.0)


def test_corners_are_those_of_jax():
    for f in ("maximum", "minimum"):
        ours, theirs = ad.grad(getattr(jnp, f), (0, 1)), jax.grad(getattr(jax.numpy, f), (0, 1))
        assert ours(2.0, 2.0) == theirs(2.0, 2.0) == (0.5, 0.5)
    assert ad.grad(lambda x: jnp.where(x > 0.0, x, 2.0 * x))(0.0) == 2.0
    assert jax.grad(lambda x: jax.numpy.where(x > 0.0, x, 2.0 * x))(0.0) == 2.0
    assert ad.grad(lambda y: 0.0**y)(2.0) == jax.grad(lambda y: 0.0**y)(2.0) == 0.0


def test_the_corner_of_abs_is_not_that_of_jax():
    """Chapter 2 says so: between -1 and 1 any slope is a convention; ours is the middle one."""
    assert (ad.grad(jnp.abs)(0.0), jax.grad(jax.numpy.abs)(0.0)) == (0.0, 1.0)


def test_stable_functions_do_not_overflow():
    for x in (-800.0, 800.0):
        for f in (jnp.sigmoid, jnp.softplus):
            assert math.isfinite(f(x))
            assert math.isfinite(ad.grad(f)(x))
    assert jnp.sigmoid(-50.0) == pytest.approx(math.exp(-50.0), rel=1e-15)


def test_not_a_number_passes_through_maximum():
    assert math.isnan(jnp.maximum(math.nan, 1.0))
    assert math.isnan(jnp.maximum(1.0, math.nan))


@pytest.mark.parametrize("compiled", [False, True])
def test_a_sign_is_a_constant_to_every_derivative(compiled):
    gradient = ad.grad(lambda x: jnp.sign(x) * x * x)
    gradient = ad.jit(gradient) if compiled else gradient
    assert gradient(2.0) == 4.0  # d(x |x|)/dx = 2 |x|
    assert gradient(-2.0) == 4.0


def test_sums_of_few_numbers_add_nothing_else():
    total = ad.jit(lambda x: jnp.sum(x))
    total(jnp.array([1.0, 2.0]))
    assert "return x_0 + x_1," in total.source
    for compiled in (lambda f: f, ad.jit):  # what is no float yet is summed as floats, as before
        count = compiled(lambda x: jnp.sum(x > 0.0))
        assert repr(count(jnp.array([1.0]))) == "1.0"
        assert repr(count(jnp.array([1.0, -1.0, 2.0]))) == "2.0"
    assert repr(jnp.sum(jnp.arange(3))) == "3.0"
    assert jnp.sum(jnp.array([])) == 0.0
