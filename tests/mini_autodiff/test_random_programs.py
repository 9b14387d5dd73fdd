"""Random programs: the eager tape, the compiled code and JAX (float64) must agree.

A program is nested, branches, loops, holds trees and derivatives of derivatives. JAX runs without
its compiler (``disable_jit``), operation by operation, which is what makes a thousand programs
affordable.
"""

from __future__ import annotations

import math
import types

import pytest
import random_programs as programs
from hypothesis import HealthCheck, Phase, assume, given, settings

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax, tree

jax = pytest.importorskip("jax")

OURS = types.ModuleType("ours")  # a module, so that jit can watch what a program takes from it
vars(OURS).update(
    {k: getattr(jnp, k) for k in dir(jnp) if not k.startswith("_")},
    grad=ad.grad, jvp=ad.jvp, scan=lax.scan, tree_map=tree.map,
)  # fmt: skip
KINDS = ("where", "branch", "scan", "states", "grad", "jvp", "array", "tree")


class Theirs:
    """The same names in JAX."""

    grad, jvp, scan = map(staticmethod, (jax.grad, jax.jvp, jax.lax.scan))
    tree_map = staticmethod(jax.tree.map)

    def __getattr__(self, name):
        return getattr(jax.numpy, name)


THEIRS = Theirs()


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True), jax.disable_jit():
        yield


def agree(a: list[float], b: list[float], tolerance: float) -> bool:
    scale = max(1.0, *map(abs, b))
    return all(abs(x - y) <= tolerance * scale for x, y in zip(a, b, strict=True))


def check(program, values) -> None:
    """Value and gradient, three ways, at two points (the second reuses the compiled code)."""
    compiled = ad.jit(ad.value_and_grad(lambda p, v: programs.run(program, OURS, p, v), (0, 1)))
    for point in (values, tuple(-0.9 * x + 0.1 for x in values)):
        want = jax.value_and_grad(lambda p, v: programs.run(program, THEIRS, p, v), (0, 1))(
            *programs.pack(point, THEIRS.array)
        )
        want = [float(want[0]), *programs.flat(*want[1])]
        assume(all(math.isfinite(x) and abs(x) < 1e4 for x in want))
        args = programs.pack(point, jnp.array)
        eager = ad.value_and_grad(lambda p, v: programs.run(program, OURS, p, v), (0, 1))(*args)
        fast = compiled(*args)
        assert not compiled.why or "truth of a number" in compiled.why, compiled.why
        eager, fast = ([out[0], *programs.flat(*out[1])] for out in (eager, fast))
        assert eager[0] == fast[0], "eager and compiled values differ"
        # the compiled code adds the same contributions to a gradient, sometimes in another order
        assert agree(fast, eager, 1e-13), (fast, eager)
        # 1e-12: a few hundred operations, each good to 1e-16, amplified by at most their slopes
        assert agree(eager, want, 1e-12), (eager, want)


def hypothesis_settings(n: int):
    return settings(
        max_examples=n, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip


STRATEGY = programs.expressions(KINDS, sorted(programs.UNARY), sorted(programs.BINARY))


@hypothesis_settings(40)
@given(program=STRATEGY, values=programs.arguments)
def test_random_programs_agree_with_jax(program, values):
    check(program, values)


@pytest.mark.slow
@hypothesis_settings(1000)
@given(program=STRATEGY, values=programs.arguments)
def test_a_thousand_random_programs_agree_with_jax(program, values):
    check(program, values)
