"""Every name of ``mini_autodiff.numpy`` against ``jax.numpy``: the same result, or refused.

A drawn call is made in both libraries. What this library returns must be what JAX returns, in
shape, in value and in derivative (numbers are few, so that ties are frequent); where JAX refuses,
this library refuses; and its own refusals say why in its own words.
"""

from __future__ import annotations

import inspect
import math
import re

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mini_autodiff as ad
import mini_autodiff.numpy as jnp

jax = pytest.importorskip("jax")

SHAPES = [
    *[(), (0,), (1,), (2,), (3,), (1, 3), (2, 1), (2, 3), (3, 3)],
    *[(0, 3), (2, 0), (2, 1, 3), (2, 3, 3)],
]
ROW_INDEX = st.sampled_from(
    [0, -1, 5, None, ..., slice(None), slice(None, None, -1), slice(1, 3), slice(5, 1)]
)
EVERY_AXIS = st.sampled_from([0, 1, 2, 3, -1, -2, -3, -4])
AXES = st.one_of(st.none(), EVERY_AXIS)
VALUES = (-1.5, -1.0, 0.0, 0.25, 0.5, 2.0)  # exact in binary, so that every sum is exact
REDUCTIONS = ("sum", "mean", "max", "min")
OF_TWO = ("outer", "dot", "matmul", "maximum", "add", "multiply")
OF_ONE = ("zeros_like", "ones_like", "abs", "square", "negative")


def arrays(shapes=SHAPES):
    def fill(shape):
        n = math.prod(shape)
        numbers = st.lists(st.sampled_from(VALUES), min_size=n, max_size=n)
        return numbers.map(lambda v: numpy.array(v, float).reshape(shape))

    return st.sampled_from(list(shapes)).flatmap(fill)


def call(name, *given, **options):
    return st.tuples(st.just(name), st.tuples(*given), st.fixed_dictionaries(options))


def alike(shape):
    """Up to three arrays, most of them of one shape."""
    return st.lists(arrays([shape, shape, shape, (2, 3), (*shape[:-1], 2)]), max_size=3)


several = st.sampled_from(SHAPES).flatmap(alike)
count, anything, array = st.integers(0, 4), arrays(), arrays(SHAPES[1:])
CALLS = st.one_of(
    *[call(name, anything, axis=AXES) for name in (*REDUCTIONS, "cumsum")],
    *[call(name, array, axis=AXES) for name in (".sum", ".mean")],
    call(".T", array),
    *[call(name, anything, anything) for name in OF_TWO],
    *[call(name, anything) for name in OF_ONE],
    *[call("[]", array, st.tuples(*[ROW_INDEX] * k)) for k in (1, 2, 3)],
    *[call(name, st.sampled_from([*SHAPES, 2])) for name in ("zeros", "ones")],
    call("diff", anything, n=st.integers(0, 3), axis=EVERY_AXIS),
    call("append", anything, anything, axis=AXES),
    call("stack", several, axis=EVERY_AXIS),
    call("concatenate", several, axis=AXES),
    call("clip", anything, st.sampled_from([None, -1.0]), st.sampled_from([None, 0.5])),
    call("where", anything.map(lambda a: a > 0.0), anything, anything),
    call("power", anything, st.sampled_from([0, 1, 2, 3, 1.0, 2.0])),
    call("full", st.sampled_from([*SHAPES, 2]), arrays([(), (3,), (1, 3)])),
    call("eye", count, st.sampled_from([None, 0, 2, 3])),
    call("linspace", st.just(-1.0), st.just(1.0), count),
    call(
        "arange",
        st.sampled_from([0, 3, 1.5, -2.0]),
        st.sampled_from([None, 3, 0.5]),
        st.sampled_from([1, 0.5, -1]),
    ),
    call(
        ".reshape",
        array,
        st.sampled_from([(-1,), (3, -1), (-1, 1), (2, 3), (0, 3), (-1, -1), (2, 3, -1)]),
    ),
)


def do(module, name, args, options):
    """One call in either library."""
    if name == "negative":
        return -args[0]
    if name == "[]":
        return args[0][args[1]]
    if name == ".T":
        return args[0].T
    if name.startswith("."):
        return getattr(args[0], name[1:])(*args[1:], **options)
    return getattr(module, name)(*args, **options)


def wrapped(array, x):
    """An argument as one library holds it."""
    if isinstance(x, list):
        return [array(a) for a in x]
    return array(x) if isinstance(x, numpy.ndarray) else x


def ours(x):
    return wrapped(jnp.array, x)


def theirs(x):
    return wrapped(jax.numpy.array, x)


def numbers(x):
    values = x.tolist() if hasattr(x, "tolist") else x
    return numpy.array(values, float).reshape(getattr(x, "shape", ()))


def refused_here(name, args, error):
    """What only this library refuses: no numbers to reduce, tensors as matrices, no such row."""
    empty = any(0 in getattr(x, "shape", ()) for x in args)
    tensors = name in ("dot", "matmul") and any(getattr(x, "ndim", 0) > 2 for x in args)
    no_row = name == "[]" and isinstance(error, IndexError)  # JAX takes the last one
    return (empty and name.strip(".") in REDUCTIONS) or tensors or no_row


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(CALLS)
def test_a_call_is_that_of_jax_or_is_refused(drawn):
    name, args, options = drawn
    with jax.enable_x64(True):
        try:
            want = do(jax.numpy, name, [theirs(x) for x in args], options)
        except (TypeError, ValueError, IndexError, ZeroDivisionError):
            want = None
    try:
        got = do(jnp, name, [ours(x) for x in args], options)
    except (TypeError, ValueError, IndexError, ZeroDivisionError) as error:
        assert want is None or refused_here(name, args, error), error
        assert not re.search("object|NoneType|__|unpack", str(error)), f"a raw message: {error}"
        return
    assert want is not None, f"JAX refuses this, but we return {got}"
    assert getattr(got, "shape", ()) == want.shape
    # XLA multiplies by 1 / n where we divide by n, and both round
    assert numbers(got) == pytest.approx(numpy.asarray(want, float), rel=4e-16, abs=0.0)


SMOOTH = (*REDUCTIONS, "cumsum", "diff", "outer", "clip", "stack", "concatenate", ".T")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(CALLS.filter(lambda c: c[0] in SMOOTH))
def test_its_derivative_is_that_of_jax(drawn):
    """Of the sum of squares of the result in the first argument; ties in max and min included."""
    name, args, options = drawn

    def loss(module, wrap):
        rest = [wrap(x) for x in args[1:]]
        return lambda a: module.sum(module.square(do(module, name, [a, *rest], options)))

    try:
        got = ad.grad(loss(jnp, ours))(ours(args[0]))
    except (TypeError, ValueError, IndexError):
        return  # the other test has seen that it is refused with reason
    with jax.enable_x64(True):
        want = jax.grad(loss(jax.numpy, theirs))(theirs(args[0]))
    got, want = (x if isinstance(x, list) else [x] for x in (got, want))
    for a, b in zip(got, want, strict=True):
        assert numbers(a) == pytest.approx(numpy.asarray(b), rel=1e-14, abs=1e-14)


def test_every_name_is_called_by_a_test():
    drawn = {*REDUCTIONS, *OF_ONE, *OF_TWO, "where", "power", "linspace", "arange", "eye"}
    drawn |= {"full", "zeros", "ones", "cumsum", "diff", "append", "stack", "concatenate", "clip"}
    drawn |= {"minimum", "subtract", "divide", "array"}
    functions = {n for n, f in vars(jnp).items() if inspect.isfunction(f) and n[0] != "_"}
    table = {n for n in functions if "Slopes" in (getattr(jnp, n).__doc__ or "")}  # test_operations
    assert functions - drawn - table <= {"elementwise", "reduce_sum", "scalar"}
