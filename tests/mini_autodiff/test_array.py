"""Arrays as containers of numbers, against NumPy."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff.array import UNROLL

A = [[1.0, -2.0, 3.5], [0.25, 4.0, -1.5]]
V = [2.0, -1.0, 0.5]

CASES = {
    "row": lambda m, a, v: a[1],
    "column": lambda m, a, v: a[:, 2],
    "item": lambda m, a, v: a[-1, 0],
    "part": lambda m, a, v: a[:, ::2],
    "reverse": lambda m, a, v: v[::-1],
    "new axis": lambda m, a, v: v[None],
    "transpose": lambda m, a, v: a.T,
    "product": lambda m, a, v: a @ v,
    "matrix product": lambda m, a, v: a @ a.T,
    "vector matrix": lambda m, a, v: v[:2] @ a,
    "broadcast": lambda m, a, v: a * v + 1.0,
    "scalar left": lambda m, a, v: 2.0 - v / 4.0,
    "power": lambda m, a, v: v**2 + 2.0**v,
    "negative": lambda m, a, v: -a,
    "sum": lambda m, a, v: m.sum(a),
    "sum 0": lambda m, a, v: m.sum(a, axis=0),
    "sum 1": lambda m, a, v: a.sum(axis=1),
    "mean": lambda m, a, v: m.mean(a, axis=0),
    "dot": lambda m, a, v: m.dot(v, v),
    "outer": lambda m, a, v: m.outer(v, v),
    "max": lambda m, a, v: m.max(a) - m.min(a),
    "cumsum": lambda m, a, v: m.cumsum(v),
    "diff": lambda m, a, v: m.diff(v),
    "clip": lambda m, a, v: m.clip(a, -1.0, 1.0),
    "where": lambda m, a, v: m.where(a > 0.0, a, 0.0),
    "stack": lambda m, a, v: m.stack([v, v * 2.0]),
    "stack columns": lambda m, a, v: m.stack([v, v * 2.0], axis=1),
    "concatenate": lambda m, a, v: m.concatenate([a, v[None]]),
    "append": lambda m, a, v: m.append(v, 3.0),
    "reshape": lambda m, a, v: a.reshape(3, -1),
    "linspace": lambda m, a, v: m.linspace(0.0, 1.0, 5),
    "arange": lambda m, a, v: m.arange(2.0, 5.0, 0.5),
    "ones": lambda m, a, v: m.ones((2, 3)) + m.zeros(3) + m.full((2, 3), 2.0),
    "like": lambda m, a, v: m.zeros_like(a) + m.ones_like(v),
    "eye": lambda m, a, v: m.eye(3) @ v,
    "compare": lambda m, a, v: m.where(v == 2.0, 1.0, m.where(v <= -1.0, 2.0, 3.0)),
}


def plain(x):
    return x.tolist() if hasattr(x, "tolist") else x


@pytest.mark.parametrize("name", CASES)
def test_as_in_numpy(name):
    f = CASES[name]
    want = f(numpy, numpy.array(A), numpy.array(V))
    for wrap in (lambda f: f, ad.jit):
        got = wrap(lambda a, v: f(jnp, a, v))(jnp.array(A), jnp.array(V))
        assert getattr(got, "shape", ()) == want.shape
        assert numpy.allclose(plain(got), want, rtol=1e-15, atol=1e-15)


@settings(deadline=None, max_examples=40)
@example([0.0] * 13 + [2.0], -0.8026311138939748)  # where pow(x, 2.0) is not x * x
@given(st.lists(st.floats(-5, 5), min_size=UNROLL - 2, max_size=UNROLL + 9), st.floats(-2, 2))
def test_long_arrays_are_as_short_ones(values, k):
    def f(k):
        v = jnp.array(values)
        w = (v * k - 1.0) ** 2
        return {
            "sum": jnp.sum(w), "part": w[2:9:3], "item": w[-1], "mean": jnp.mean(jnp.sin(w)),
            "max": jnp.max(w), "run": jnp.cumsum(w)[-1], "joined": jnp.concatenate([w, v])[3:5],
        }  # fmt: skip

    assert str(ad.jit(f)(k)) == str(f(k))
    total = lambda k: f(k)["sum"] + f(k)["mean"] + f(k)["item"]  # noqa: E731
    assert ad.jit(ad.grad(total))(k) == pytest.approx(ad.grad(total)(k), rel=1e-12, abs=1e-10)


def test_arrays_are_immutable_and_iterate():
    a = jnp.array(V)
    with pytest.raises(TypeError):
        a[0] = 1.0
    assert list(a) == V
    assert len(a) == 3
    assert (a.ndim, a.size, jnp.array(A).shape) == (1, 3, (2, 3))
    b = a
    b += 1.0
    assert a.tolist() == V
    with pytest.raises(ValueError, match="ambiguous"):
        bool(a > 0.0)


def test_stacking_of_arrays_inside_trees():
    leaves, structure = ad.tree.flatten({"b": jnp.array(V), "a": (1.0, None)})
    assert leaves[0] == 1.0
    assert leaves[1].tolist() == V
    assert str(ad.tree.unflatten(structure, leaves)) == str({"b": jnp.array(V), "a": (1.0, None)})
