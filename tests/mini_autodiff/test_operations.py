"""Every row of the table: its value against math and JAX, its slopes to second order."""

from __future__ import annotations

import math

import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import ops
from mini_autodiff.check import check_grads

jax = pytest.importorskip("jax")

ONE = [0.37, 1.9]  # inside every domain that has a lower end at 0
POINTS = {
    "arcsin": [-0.6, 0.3], "arccos": [-0.6, 0.3], "tan": [-0.8, 1.1], "log": ONE, "log10": ONE,
    "sqrt": ONE, "log1p": [-0.5, 1.2],
}  # fmt: skip
TABLE = {name: op for name, op in ops.TABLE.items() if op.smooth and name != "where"}
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


def test_corners_are_those_of_jax():
    assert ad.grad(jnp.abs)(0.0) == 0.0
    assert ad.grad(jnp.maximum, (0, 1))(2.0, 2.0) == (0.5, 0.5)
    assert ad.grad(jnp.minimum, (0, 1))(2.0, 2.0) == (0.5, 0.5)
    assert ad.grad(lambda x: jnp.where(x > 0.0, x, 2.0 * x))(0.0) == 2.0
    assert ad.grad(lambda y: 0.0**y)(2.0) == 0.0


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
