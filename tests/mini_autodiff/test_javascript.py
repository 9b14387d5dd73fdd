"""The printed JavaScript against Python: random programs in one Node process, and the spelling."""

from __future__ import annotations

import json
import shutil
import subprocess
from types import SimpleNamespace

import pytest
import random_programs as programs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import javascript, lax, tree

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
OURS = SimpleNamespace(
    **{k: getattr(jnp, k) for k in dir(jnp) if not k.startswith("_")},
    grad=ad.grad, jvp=ad.jvp, scan=lax.scan, tree_map=tree.map,
)  # fmt: skip
KINDS = ("where", "scan", "states", "grad", "jvp", "array", "tree")


def node(text: str):
    """What a JavaScript program prints, read as JSON."""
    ran = subprocess.run(["node"], input=text, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout)


def call(source: str, *args) -> str:
    """The JavaScript that runs an exported program and prints its result."""
    listed = [javascript_value(a) for a in args]
    return f"{source}\nconsole.log(JSON.stringify(program({', '.join(listed)})))"


def javascript_value(x) -> str:
    return json.dumps(ad.tree.map(lambda v: v.tolist() if isinstance(v, ad.Array) else v, x))


def draw(strategy, n: int) -> list:
    """``n`` examples of a strategy, always the same ones."""
    found: list = []

    @settings(
        max_examples=n, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(strategy)
    def collect(example):
        found.append(example)

    collect()
    return found


def compare(unary: list[str], binary: list[str], n: int, tolerance: float) -> None:
    """``n`` random programs with their gradients, all in one Node process."""
    expressions = programs.expressions(KINDS, unary, binary)
    sources, wanted = [], []
    for program, values in draw(st.tuples(expressions, programs.arguments), n):
        args = programs.pack(values, jnp.array)

        def f(p, v, program=program):
            value, gradient = ad.value_and_grad(
                lambda p, v: programs.run(program, OURS, p, v), (0, 1)
            )(p, v)
            return {"value": value, "p": gradient[0], "v": gradient[1]}

        given = ", ".join(map(javascript_value, args))
        sources.append(f"(() => {{ {javascript.export(f, *args)}\nreturn program({given}); }})()")
        wanted.append(ad.jit(f)(*args))
    got = node(f"console.log(JSON.stringify([{','.join(sources)}]))")
    for theirs, ours in zip(got, wanted, strict=True):
        a = [theirs["value"], *programs.flat(theirs["p"], theirs["v"])]
        b = [ours["value"], *programs.flat(ours["p"], ours["v"])]
        scale = max(1.0, *map(abs, b))
        for x, y in zip(a, b, strict=True):
            assert abs(x - y) <= tolerance * scale


@needs_node
@pytest.mark.node
def test_arithmetic_is_bit_equal():
    compare(sorted(programs.ARITHMETIC), ["+", "-", "*", "/", "max", "min"], 100, 0.0)


@needs_node
@pytest.mark.node
def test_functions_agree_to_rounding():
    # V8 and the C library round sin, exp, ... differently in the last bit or two
    compare(sorted(programs.UNARY), sorted(programs.BINARY), 100, 1e-12)


@needs_node
@pytest.mark.node
def test_constant_arrays_met_in_different_loops_stay_apart():
    rows = jnp.array([[float(10 * i + k) for k in range(20)] for i in range(3)])

    def f(x):
        return rows @ jnp.tanh(x)  # each long dot product is a loop over constants of its own

    x = jnp.array([k / 20 for k in range(20)])
    source = javascript.export(f, x)
    (got,) = node(f"{source}\nconsole.log(JSON.stringify([program({x.tolist()})]))")
    assert got == pytest.approx(f(x).tolist(), rel=1e-12)
