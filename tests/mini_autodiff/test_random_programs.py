"""Random programs: eager, compiled, checkpointed and JAX (float64) must agree.

Values and gradients are those of JAX; second derivatives are compared eager against compiled.

A program is nested, branches, loops, holds trees, arrays of 1 to 40 rows, and derivatives of
derivatives. JAX runs without its compiler (``disable_jit``), operation by operation. Every run
draws new programs; a failure prints the seed::

    RANDOM_PROGRAMS_SEED=123 pytest tests/mini_autodiff/test_random_programs.py
"""

from __future__ import annotations

import itertools
import math
import os
import random
import types

import pytest
import random_programs as programs
from hypothesis import HealthCheck, Phase, assume, given, seed, settings

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
KINDS += ("vector", "matrix", "vector scan", "loop in a loop")
SEED = int(os.environ.get("RANDOM_PROGRAMS_SEED", random.randrange(10**9)))


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


def second_order(program):
    """The value, the gradient, and the derivative of the gradient along the arguments."""

    def derivatives(p, v):
        f = ad.value_and_grad(lambda p, v: programs.run(program, OURS, p, v), (0, 1))
        (value, gradient), (_, change) = ad.jvp(f, (p, v), (p, v))
        return value, gradient, change

    return derivatives


def flat(out) -> list[float]:
    value, gradient, change = out
    return [float(value), *programs.flat(*gradient), *programs.flat(*change)]


def check(program, values, oracle: bool) -> None:
    """Five ways, at two points (the second reuses the compiled code)."""
    print(f"RANDOM_PROGRAMS_SEED={SEED}")
    ours = second_order(program)
    compiled = ad.jit(ours)
    again = lambda p, v: ad.checkpoint(lambda p, v: programs.run(program, OURS, p, v))(p, v)  # noqa: E731
    checkpointed = ad.value_and_grad(again, (0, 1))
    for k, point in enumerate((values, tuple(-0.9 * x + 0.1 for x in values))):
        args = programs.pack(point, jnp.array)
        try:
            eager = flat(ours(*args))
        except ZeroDivisionError:  # a corner: JAX has an infinity or nan there
            assume(False)
        assume(all(math.isfinite(x) and abs(x) < 1e4 for x in eager))
        fast = flat(compiled(*args))
        assert not compiled.why or "truth of a number" in compiled.why, compiled.why
        # the compiled code adds the same contributions to a gradient, sometimes in another order
        assert agree(fast, eager, 1e-11), (fast, eager)
        for way in (checkpointed, ad.jit(checkpointed)) if k == 0 else ():
            value, gradient = way(*args)
            assert agree([value, *programs.flat(*gradient)], eager[:7], 1e-12)
        if k == 0 and oracle:
            theirs = jax.value_and_grad(lambda p, v: programs.run(program, THEIRS, p, v), (0, 1))
            value, gradient = theirs(*programs.pack(point, THEIRS.array))
            want = [float(value), *programs.flat(*gradient)]
            # some thousand operations, each good to 1e-16, amplified by at most their slopes
            assert agree(eager[:7], want, 1e-10), (eager, want)


def hypothesis_settings(n: int):
    return settings(
        max_examples=n, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )  # fmt: skip


COUNT = itertools.count()
PROGRAMS = int(os.environ.get("RANDOM_PROGRAMS", "30"))
STRATEGY = programs.expressions(KINDS, sorted(programs.UNARY), sorted(programs.BINARY))


@pytest.mark.slow
@pytest.mark.timeout(3600)  # a thousand with JAX beside each take half an hour (make oracles)
@seed(SEED)
@hypothesis_settings(PROGRAMS)
@given(program=STRATEGY, values=programs.arguments)
def test_random_programs_agree_with_jax(program, values):
    """In CI a few, fresh each time; JAX, which takes a second for each, beside every third."""
    check(program, values, oracle=PROGRAMS > 30 or next(COUNT) % 3 == 0)
