"""check_grads finds wrong rules; graph draws small programs."""

from __future__ import annotations

import xml.etree.ElementTree

import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax
from mini_autodiff.check import check_grads
from mini_autodiff.draw import graph


def test_check_grads_accepts_what_is_right():
    check_grads(lambda p, x: jnp.sum(jnp.sin(p["a"] * x)), ({"a": 0.7}, jnp.array([1.0, 2.0])), 2)


def test_check_grads_finds_a_wrong_rule():
    @ad.custom_vjp
    def f(x):
        return x * x

    f.defvjp(lambda x: (x * x, x), lambda x, c: (3.0 * x * c,))
    with pytest.raises(AssertionError, match=r"<vjp\(u\), v> is .*finite difference"):
        check_grads(f, (2.0,), modes=("rev",))
    with pytest.raises(AssertionError, match="jvp says 0"):
        check_grads(lambda x: x * lax.stop_gradient(x) * 0.0 + lax.stop_gradient(x), (2.0,))


def test_a_graph_as_text_and_as_svg():
    def f(x, y):
        product = x * y
        return jnp.sin(product) + product / 2.0

    g = graph(f, 2.0, 3.0)
    assert str(g).splitlines() == [
        "x  (input)",
        "y  (input)",
        "product = x * y",
        "v1 = sin(product)",
        "v2 = product / 2",
        "v3 = v1 + v2",
        "return v3",
    ]
    root = xml.etree.ElementTree.fromstring(g._repr_svg_())
    kinds = [node.tag.split("}")[1] for node in root]
    assert kinds.count("rect") == 6
    assert kinds.count("path") == 7 - 1  # every use of a value; the constant 2 is no box
    with pytest.raises(ValueError, match="draw one step"):
        graph(lambda x: lax.scan(lambda c, _: (c * x, None), x, None, length=3)[0], 1.0)
