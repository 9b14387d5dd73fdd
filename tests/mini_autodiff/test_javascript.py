"""The printed JavaScript against Python: random programs in one Node process, and the spelling."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import types

import pytest
import random_programs as programs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import javascript, lax, tree

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
OURS = types.ModuleType("ours")  # a module, so that jit can watch what a program takes from it
vars(OURS).update(
    {k: getattr(jnp, k) for k in dir(jnp) if not k.startswith("_")},
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
        wanted.append((compiled := ad.jit(f))(*args))
        assert not compiled.why, compiled.why
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


# -- how it is spelled ----------------------------------------------------------------------------


def test_powers_numbers_and_names_are_javascript():
    def f(p):
        new = p["new"] * 2
        y = p["x"] ** 3 - (-p["x"]) ** 2 + p["x"] ** 1.5
        return {"in": new, "y": y, "big": jnp.where(y > 0.0, jnp.inf, -jnp.inf), "n": jnp.nan * y}

    text = javascript.export(f, {"new": 1.0, "x": 2.0})
    assert "**" not in text
    assert "power(x, 1.5)" in text
    assert "Infinity : -Infinity" in text
    assert "NaN" in text
    assert "let new_ = p.new;" in text
    assert "None" not in text


# The reserved words of ECMA-262, 12.7.2, and what a strict function may not name.
WORDS = re.findall(
    r"\w+",
    """await break case catch class const continue debugger default delete do else enum export
extends false finally for function if import in instanceof new null return super switch this throw
true try typeof var void while with yield let static implements interface package private protected
public arguments eval""",
)


@needs_node
def test_an_input_of_any_name_is_a_name_in_javascript():
    """Inputs called like the language's own words; the text is run, not read."""

    def f(p):
        return {"sum": sum(p[word] * (k + 1) for k, word in enumerate(WORDS))}

    given = {word: 0.5 + k for k, word in enumerate(WORDS)}
    text = javascript.export(f, given)
    assert node(f'"use strict";\n{call(text, given)}')["sum"] == f(given)["sum"]


def test_only_math_is_taken_from_outside():
    def f(p, data):
        def step(c, x):
            return c + jnp.sigmoid(p["a"] * x) + jnp.softplus(x), c

        c, ys = lax.scan(step, 0.0, data)
        return {"c": c, "ys": ys, "g": ad.grad(lambda a: jnp.sum(jnp.exp(a * data)))(p["a"])}

    text = javascript.export(f, {"a": 1.0}, jnp.linspace(0.0, 1.0, 30))
    words = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*(?=\()|\b[A-Z]\w*(?=\.)", text))
    helpers = {"sigmoid", "softplus", "sum_of"}
    assert words <= {"Math", "Array", "for", "if", "function", "program", "f", *helpers}


@needs_node
@pytest.mark.node
def test_an_array_stays_an_array_and_a_loop_a_loop():
    def f(p, data):
        def step(y, seen):
            y = y + 0.1 * p["r"] * y * (1.0 - y / p["k"])
            return y, {"y": y, "both": jnp.array([y, seen])}

        y, out = lax.scan(step, p["y0"], data["seen"])
        t = jnp.linspace(0.0, 4.0, 41)
        return {
            "last": y, "curve": out["y"], "both": out["both"], "t": t * p["r"],
            "part": out["y"][::10], "table": data["table"][1][0] * y,
            "loss": jnp.mean((out["y"] - data["seen"]) ** 2), "list": [1.0, {"deep": y}],
            "grid": jnp.array([[y, 1.0], [2.0, y]]),
        }  # fmt: skip

    lengths = []
    for n in (40, 400):
        seen = [0.1 + 0.01 * i for i in range(n)]
        args = ({"r": 0.8, "k": 5.0, "y0": 0.1}, {"seen": seen, "table": [[1.0, 2.0], [3.0, 4.0]]})
        text = javascript.export(f, *args)
        lengths.append(len(text.splitlines()))
        assert f"for (let i = 0; i < {n}; i++)" in text
        assert f.__code__.co_argcount == 2
        got = node(call(text, *args))
        want = f(args[0], args[1] | {"seen": jnp.array(seen)})
        want = json.loads(javascript_value(want))
        assert got == want
    assert lengths[0] == lengths[1] < 60


TABLES = {  # short or long rows, few or many of them
    "20 x 2": [[0.5 * i, 1.0 - i] for i in range(20)],
    "3 x 20": [[0.5 * i + j for j in range(20)] for i in range(3)],
    "20 x 20": [[0.5 * i - j for j in range(20)] for i in range(20)],
    "3 x 2": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
}


@needs_node
@pytest.mark.node
@pytest.mark.parametrize("kind", [jnp.array, list], ids=["array", "list"])
@pytest.mark.parametrize("name", TABLES)
def test_tables_of_any_shape_are_inputs(name, kind):
    def f(p, table):
        table = jnp.array(table)
        weights = jnp.array([p["a"]] * table.shape[1])
        total = jnp.sum(table * p["a"])
        return {"one": table[2, 1] * p["a"], "sum": total, "rows": table @ weights}

    args = ({"a": 0.75}, kind(TABLES[name]))
    text = javascript.export(f, *args)
    assert text.count("= table") <= 60  # a long column is one input, not one for each number
    assert node(call(text, *args)) == json.loads(javascript_value(f(*args)))


def test_numbers_that_json_writes_as_integers_are_inputs_too():
    text = javascript.export(lambda p: {"y": p["a"] * p["b"]}, {"a": 1, "b": 2.0})
    assert "p.a" in text
    assert "p.b" in text
    with pytest.raises(TypeError, match="mini_autodiff"):
        javascript.export(lambda p: range(p["n"]), {"n": 3})


def test_the_text_is_the_same_every_time():
    def f(p):
        y, _ = lax.scan(lambda y, _: (y * p["a"], None), 1.0, None, length=5)
        return {"y": y, "g": ad.grad(lambda a: a * y)(p["a"])}

    assert javascript.export(f, {"a": 1.5}) == javascript.export(f, {"a": 0.3})


def test_evenly_spaced_constants_are_a_formula():
    assert javascript.numbers(tuple(0.5 * i for i in range(20))) == (
        "Array.from({length: 20}, (_, i) => i * 0.5)"
    )
    assert javascript.numbers((1.0, math.inf, -0.0)) == "[1, Infinity, -0.0]"
