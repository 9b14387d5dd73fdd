"""Every mistake gets the rule, what came, and the next step; never a wrong number."""

from __future__ import annotations

import math

import numpy
import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import javascript, lax

BOTH = pytest.mark.parametrize("wrap", [lambda f: f, ad.jit], ids=["eager", "jit"])


@BOTH
def test_grad_needs_one_number(wrap):
    with pytest.raises(
        TypeError, match=r"scalar-output functions; three returned a list of 3.*jac"
    ):

        def three(x):
            return [x, x, x]

        wrap(ad.grad(three))(1.0)


@pytest.mark.parametrize("bad", [1, True, "x", 1j, [1.0, 2]])
def test_arguments_must_be_real(bad):
    for transform in (ad.grad(lambda x: x), ad.jacfwd(lambda x: x), ad.jacrev(lambda x: x)):
        with pytest.raises(TypeError, match="requires real-valued inputs"):
            transform(bad)


def test_an_integer_gets_a_hint():
    with pytest.raises(TypeError, match=r"An integer has no derivative: write 3\.0"):
        ad.grad(lambda x: x)(3)


@BOTH
@pytest.mark.parametrize(
    ("f", "x", "kind", "message"),
    [
        (lambda x: jnp.log(x), -1.0, ValueError, r"log\(-1\.0\) is undefined: .*positive"),
        (lambda x: jnp.sqrt(x), -4.0, ValueError, r"sqrt\(-4\.0\) is undefined: .*0 or more"),
        (
            lambda x: jnp.divide(1.0, x),
            0.0,
            ZeroDivisionError,
            r"div\(1\.0, 0\.0\) .*must not be 0",
        ),
        (lambda x: jnp.exp(x), 1000.0, OverflowError, r"exp\(1000\.0\) .*larger than a float"),
        (lambda x: jnp.arcsin(x), 2.0, ValueError, r"arcsin\(2\.0\) .*\[-1, 1\]"),
    ],
)
def test_domain_errors_name_operation_value_and_line(wrap, f, x, kind, message):
    for g in (f, ad.grad(f), lambda x: ad.jvp(f, (x,), (1.0,))):
        with pytest.raises(kind, match=message) as caught:
            wrap(g)(x)
        assert "test_errors.py:" in str(caught.value)


def test_domain_errors_inside_a_loop_name_the_line():
    def f(x):
        return lax.scan(lambda c, _: (jnp.log(c), None), x, None, length=5)[0]

    for g in (ad.grad(f), ad.jit(f), f):
        with pytest.raises(ValueError, match=r"log\(-.*\n.*test_errors\.py:\d+: return lax\.scan"):
            g(2.0)


def test_a_slope_that_does_not_exist():
    assert jnp.sqrt(0.0) == 0.0
    with pytest.raises(ZeroDivisionError, match=r"slope of sqrt at 0\.0 is infinite"):
        ad.grad(jnp.sqrt)(0.0)
    with pytest.raises(ZeroDivisionError, match="slope of power"):
        ad.grad(lambda x: x**0.5)(0.0)


@BOTH
@pytest.mark.parametrize(
    "f", [math.sin, float, int, round, numpy.sin, lambda x: numpy.array([1.0])[x], range]
)
def test_plain_functions_refuse_traced_numbers(wrap, f):
    with pytest.raises((TypeError, IndexError), match=r"mini_autodiff\.numpy|only integers"):
        wrap(ad.grad(lambda x: f(x) * 1.0))(1.0)


def test_numpy_arrays_do_arithmetic_with_traced_numbers():
    g = ad.grad(lambda x: jnp.sum(numpy.array([1.0, 2.0]) * x + numpy.float64(3.0) * x))
    assert g(1.0) == 9.0
    with pytest.raises(TypeError, match="derivative would be lost"):
        ad.grad(lambda x: numpy.zeros(2).__setitem__(0, x))(1.0)


def test_numpy_arrays_are_accepted_as_arguments():
    g = ad.grad(lambda v: jnp.sum(v * v))(numpy.array([1.0, 2.0]))
    assert g.tolist() == [2.0, 4.0]
    assert numpy.asarray(g).tolist() == [2.0, 4.0]
    assert ad.grad(lambda x: x * x)(numpy.float64(3.0)) == 6.0
    assert ad.grad(lambda x: x * x)(numpy.float32(3.0)) == 6.0


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x, lambda x: (x,), lambda x: (x, 2.0, 3.0), lambda x: {"a": x, "b": x},
        lambda x: None,
    ],
)  # fmt: skip
def test_has_aux_wants_a_pair(f):
    for run in (
        lambda: ad.grad(f, has_aux=True)(2.0),
        lambda: ad.value_and_grad(f, has_aux=True)(2.0),
        lambda: ad.vjp(f, 2.0, has_aux=True),
        lambda: ad.jvp(f, (2.0,), (1.0,), has_aux=True),
    ):
        with pytest.raises(TypeError, match=r"with has_aux a function returns \(result, aux\)"):
            run()


def test_what_is_not_there_is_refused_and_never_another_number():
    m, cube = jnp.array([[1.0, 2.0], [3.0, 4.0]]), jnp.zeros((2, 2, 2))
    for f in (
        lambda: m * 1j,
        lambda: 1j + m,
        lambda: jnp.sum(m, keepdims=True),
        lambda: jnp.sum(cube, axis=(0, 1)),
        lambda: m[[0, 1]],
        lambda: m[m > 2.0],
        lambda: cube @ cube,
        lambda: ad.grad(lambda x: x * 1j)(2.0),
        lambda: ad.grad(lambda x: jnp.sin(x))(1j),
    ):
        with pytest.raises((TypeError, ValueError)):
            f()


@pytest.mark.parametrize(
    "transform",
    [ad.grad, ad.jacfwd, lambda f: lambda x: ad.jvp(f, (x,), (1.0,))],
    ids=["grad", "jacfwd", "jvp"],
)
def test_leaked_numbers_are_refused(transform):
    kept = []

    def f(x):
        kept.append(x * 2.0)
        return x * x

    transform(f)(3.0)
    with pytest.raises(RuntimeError, match="belongs to a derivative that is finished"):
        kept[0] + 1.0
    with pytest.raises(RuntimeError, match="has_aux"):
        jnp.sin(kept[0])


def test_a_function_that_keeps_numbers_keeps_floats_under_jit_too():
    kept = []

    def total(x):
        step = lambda c, x: (kept.append(c), (c + x, None))[1]  # noqa: E731
        return lax.scan(step, x, jnp.array([1.0, 2.0]))[0]

    for f in (total, ad.jit(total)):
        kept.clear()
        assert f(0.0) == 3.0
        assert kept == [0.0, 1.0]
    assert "changes what it reads" in f.why


def test_traced_numbers_cannot_be_keys():
    with pytest.raises(TypeError, match="unhashable"):
        ad.grad(lambda x: {x: 1.0}[x])(1.0)


def test_structures_must_match():
    _, pull = ad.vjp(lambda x: [x, x], 1.0)
    with pytest.raises(TypeError, match=r"cotangent must have the structure a list of 2"):
        pull(1.0)
    with pytest.raises(TypeError, match="tangents must have the structure"):
        ad.jvp(lambda x: x, ({"a": 1.0},), ({"b": 1.0},))
    with pytest.raises(TypeError, match="tuples"):
        ad.jvp(lambda x: x, 1.0, 1.0)
    with pytest.raises(TypeError, match="same structure"):
        ad.tree.map(lambda a, b: a, [1.0], (1.0,))
    with pytest.raises(TypeError, match="argnums says argument 1"):
        ad.grad(lambda x: x, 1)(1.0)


def test_a_scan_says_what_is_wrong():
    with pytest.raises(TypeError, match=r"carry must keep its structure.*number.*list of 2"):
        lax.scan(lambda c, _: ([c, c], None), 1.0, None, length=2)
    with pytest.raises(TypeError, match=r"must return \(carry, y\)"):
        lax.scan(lambda c, _: c, 1.0, None, length=2)
    with pytest.raises(ValueError, match="one length"):
        lax.scan(lambda c, x: (c, x), 1.0, (jnp.zeros(2), jnp.zeros(3)))
    with pytest.raises(ValueError, match="one length"):
        lax.scan(lambda c, x: (c, x), 1.0)


def test_arrays_that_do_not_fit():
    with pytest.raises(ValueError, match=r"shapes \(2,\) and \(3,\) do not fit"):
        jnp.zeros(2) + jnp.zeros(3)
    with pytest.raises(ValueError, match="rows of equal shape"):
        jnp.array([[1.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match=r"a @ b needs"):
        jnp.zeros((2, 3)) @ jnp.zeros(2)
    with pytest.raises(TypeError, match="plain integer"):
        ad.grad(lambda x: jnp.array([1.0, 2.0])[x])(1.0)


def test_debug_nans_names_the_first_bad_line():
    def f(x):
        y = x * 1e300
        z = y * 1e300  # the first infinite number
        return z - z

    first = pytest.raises(FloatingPointError, match=r"became inf first here:\n.*z = y \* 1e300")
    with first, ad.debug_nans():
        ad.grad(f)(1.0)
    value, _ = ad.value_and_grad(f)(1.0)
    assert math.isnan(value)  # silent without it, as in JAX

    def steep(x):
        return jnp.maximum(x * 1e200 * 1e200 * 1e-300 * 1e-300, 1.0) if x < 0 else x * x * 1e-200

    def backward(x):
        y = x * 1e200
        return (y * 1e-200) * 1e200 * 1e200 * 0.0 + x if x > 1e3 else x * (x * 1e-310) / 1e-310

    def looped(x):
        return lax.scan(lambda c, _: (c * c, None), x, None, length=12)[0] / 1.0

    for g in (ad.grad(looped), ad.jit(ad.grad(looped))):
        with pytest.raises(FloatingPointError, match="first here"), ad.debug_nans():
            g(10.0)


def test_export_refuses_branches():
    with pytest.raises(TypeError, match=r"cannot branch on its numbers.*\n.*test_errors"):
        javascript.export(lambda p: p["a"] if p["a"] > 0 else -p["a"], {"a": 1.0})
    with pytest.raises(TypeError, match="cannot branch"):
        javascript.export(lambda p: 1.0 if p["a"] == 1.0 else 2.0, {"a": 1.0})
    with pytest.raises(TypeError, match="cannot branch"):
        javascript.export(lambda p: 1.0 if p["a"] in [1.0, 2.0] else 2.0, {"a": 1.0})
    with pytest.raises(TypeError, match="mini_autodiff"):
        javascript.export(lambda p: math.sin(p["a"]), {"a": 1.0})
