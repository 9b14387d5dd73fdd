"""Random programs as data, so that one program runs under mini_autodiff, JAX and Node.

A program is a tree of tuples drawn by hypothesis. ``run(program, names, p, v)`` interprets it on a
dict ``p`` of numbers and an array ``v``, with the functions of ``names``: this library or JAX.
"""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

# Functions that are smooth and defined everywhere once their argument is prepared like this.
UNARY = {
    "sin": lambda m, a: m.sin(a),
    "cos": lambda m, a: m.cos(a),
    "tanh": lambda m, a: m.tanh(a),
    "exp": lambda m, a: m.exp(m.tanh(a)),
    "expm1": lambda m, a: m.expm1(m.sin(a)),
    "log": lambda m, a: m.log(1.5 + a * a),
    "log1p": lambda m, a: m.log1p(a * a),
    "sqrt": lambda m, a: m.sqrt(0.5 + a * a),
    "arctan": lambda m, a: m.arctan(a),
    "arcsin": lambda m, a: m.arcsin(0.9 * m.sin(a)),
    "sinh": lambda m, a: m.sinh(m.tanh(a)),
    "cosh": lambda m, a: m.cosh(m.tanh(a)),
    "abs": lambda m, a: m.abs(a),
    "neg": lambda m, a: -a,
    "square": lambda m, a: m.square(a),
    "cube": lambda m, a: 0.3 * a**3,
    "fifth": lambda m, a: 0.1 * m.tanh(a) ** 5,
    "inverse square": lambda m, a: (2.0 + m.sin(a)) ** -2,
    "power": lambda m, a: (1.2 + m.sin(a)) ** 1.7,
    "base": lambda m, a: 1.3 ** m.tanh(a),
}
ARITHMETIC = {  # the functions that Python and JavaScript round alike
    "half": lambda m, a: 0.5 * a,
    "neg": lambda m, a: -a,
    "square": lambda m, a: m.square(a),
    "abs": lambda m, a: m.abs(a),
    "root": lambda m, a: m.sqrt(0.5 + a * a),
}
BINARY = {
    "+": lambda m, a, b: a + b,
    "-": lambda m, a, b: a - b,
    "*": lambda m, a, b: a * b,
    "/": lambda m, a, b: a / (2.0 + b * b),
    "max": lambda m, a, b: m.maximum(a, b),
    "min": lambda m, a, b: m.minimum(a, b),
    "arctan2": lambda m, a, b: m.arctan2(a, 1.5 + b * b),
    "**": lambda m, a, b: (1.5 + m.sin(a)) ** m.tanh(b),
}
EVERY = {**UNARY, **ARITHMETIC}
CONSTANTS = st.sampled_from([0.5, -0.5, 1.0, -1.0, 2.0, 0.1, 1.7, -2.3, 0.0, 2, 3])


LENGTHS = st.sampled_from([1, 2, 3, 5, 15, 16, 17, 18, 25, 40])
"""Rows and columns of arrays: of both sides of 16, where traced programs change to lists."""

VECTOR = {  # from an array to a number
    "sum": lambda m, v: m.sum(v),
    "extremes": lambda m, v: m.max(v) - 0.5 * m.min(v),
    "running sums": lambda m, v: m.mean(m.cumsum(v)),
    "backwards": lambda m, v: m.dot(v, v[::-1]) * 0.1,
    "parts": lambda m, v: v[0] * v[-1] + m.sum(v[::2]) - m.sum(v[1:]),
    "joined": lambda m, v: m.sum(m.sin(m.concatenate([v, 2.0 * v[:1], v[1:]]))),
    "differences": lambda m, v: m.sum(m.square(m.diff(m.append(v, v[:1])))),
}
MATRIX = {  # from two matrices (n, k) to a number
    "sums": lambda m, a, b: m.sum(m.sin(m.sum(a, axis=0))) + m.sum(m.cos(b.sum(1))),
    "product": lambda m, a, b: m.mean(m.sin(a @ b.T)),
    "other product": lambda m, a, b: m.mean(m.cos(a.T @ b)),
    "vector product": lambda m, a, b: m.sum(m.tanh(a @ b[0])) + m.sum(m.tanh(b[:, 0] @ a)),
    "other shape": lambda m, a, b: m.sum(m.sin(a).reshape(-1)[::3] * b.T.reshape(-1)[::3]),
    "rows and columns": lambda m, a, b: m.sum(a[-1] * b[0]) + m.sum(a[:, -1] * m.sin(b[:, 0])),
    "extremes": lambda m, a, b: m.sum(m.max(a, axis=0)) - m.sum(m.min(b, axis=1)),
    "stacked": lambda m, a, b: m.mean(m.stack([a, b], axis=-1) ** 2) + m.sum(m.diff(b, axis=0)),
}


def whole_arrays(leaf, unary: list[str], binary: list[str]):
    """A strategy for expressions that are done on every number of an array."""
    one = lambda e: st.tuples(st.just("unary"), st.sampled_from(unary), e)  # noqa: E731
    two = lambda e: st.tuples(st.just("binary"), st.sampled_from(binary), e, e)  # noqa: E731
    where = lambda e: st.tuples(st.just("where"), e, e, e)  # noqa: E731
    return st.recursive(leaf, lambda e: st.one_of(one(e), two(e), where(e)), max_leaves=5)


def expressions(kinds: tuple[str, ...], unary: list[str], binary: list[str], leaves: int = 10):
    """A strategy for expressions of some kinds, with about so many leaves."""
    leaf = st.one_of(
        st.tuples(st.just("variable"), st.integers(0, 7)),
        st.tuples(st.just("constant"), CONSTANTS),
    )

    rows = whole_arrays(leaf, unary, binary)

    def extend(e):
        every = {
            "unary": st.tuples(st.just("unary"), st.sampled_from(unary), e),
            "binary": st.tuples(st.just("binary"), st.sampled_from(binary), e, e),
            "where": st.tuples(st.just("where"), e, e, e),
            "branch": st.tuples(st.just("branch"), e, e, e),
            "scan": st.tuples(
                st.just("scan"), st.integers(1, 4), e, e, e, st.booleans(), st.booleans()
            ),
            "states": st.tuples(st.just("states"), e, e, st.integers(0, 2)),
            "grad": st.tuples(st.just("grad"), e, e),
            "jvp": st.tuples(st.just("jvp"), e, e),
            "array": st.tuples(st.just("array"), e, e, st.integers(0, 3)),
            "tree": st.tuples(st.just("tree"), e, e),
            "vector": st.tuples(
                st.just("vector"), LENGTHS, rows, e, st.sampled_from(sorted(VECTOR))
            ),
            "matrix": st.tuples(
                st.just("matrix"), LENGTHS, LENGTHS, rows, e, st.sampled_from(sorted(MATRIX))
            ),
            "vector scan": st.tuples(
                st.just("vector scan"), LENGTHS, st.integers(1, 3), rows, e, st.booleans()
            ),
            "loop in a loop": st.tuples(st.just("loop in a loop"), LENGTHS, rows, e),
        }
        return st.one_of([every[k] for k in ("unary", "binary", "binary", *kinds)])

    return st.recursive(leaf, extend, max_leaves=leaves)


def evaluate(e: tuple, m: Any, env: list) -> Any:
    """The value of an expression; ``m`` holds the names of the library, ``env`` the variables."""
    kind = e[0]
    if kind == "variable":
        return env[e[1] % len(env)]
    if kind == "constant":
        return e[1]
    if kind == "unary":
        return EVERY[e[1]](m, evaluate(e[2], m, env))
    if kind == "binary":
        return BINARY[e[1]](m, evaluate(e[2], m, env), evaluate(e[3], m, env))
    if kind == "where":
        a, b, c = (evaluate(x, m, env) for x in e[1:])
        return m.where(a > 0.1, b, c)
    if kind == "branch":
        return evaluate(e[2] if evaluate(e[1], m, env) > 0.1 else e[3], m, env)
    if kind == "scan":  # a state, an input array, outputs used whole and in part
        _, n, start, step, out, backward, use_last = e
        xs = m.array([0.3 * k - 0.4 for k in range(n)]) * env[0]

        def body(carry, x):
            inner = [carry, x, *env]
            new = m.tanh(evaluate(step, m, inner))
            return new, evaluate(out, m, inner) * 1.0 + 0.0 * x

        start = 1.0 * evaluate(start, m, env) + 0.0 * env[0]
        carry, ys = m.scan(body, start, xs, reverse=backward)
        return carry + (ys[-1] if use_last else m.sum(ys * 0.5))
    if kind == "states":  # an array as the state, its history sliced
        _, a, b, j = e

        def advance(y, _):
            u, w = y
            inner = [u, w, *env]
            change = m.array([m.sin(evaluate(a, m, inner)), m.cos(evaluate(b, m, inner))])
            y = y + 0.1 * change
            return y, y

        last, ys = m.scan(advance, m.array([env[0], env[-1]]), None, length=6)
        return m.sum(ys[::2, j % 2]) + last[1] + m.sum((ys[1::2] - 0.5) ** 2)
    if kind == "grad":
        return m.grad(lambda z: 1.0 * evaluate(e[1], m, [z, *env]) + 0.0 * z)(
            1.0 * evaluate(e[2], m, env) + 0.0 * env[0]
        )
    if kind == "jvp":
        at = 1.0 * evaluate(e[2], m, env) + 0.0 * env[0]
        value, slope = m.jvp(
            lambda z: 1.0 * evaluate(e[1], m, [z, *env]) + 0.0 * z, (at,), (0.7 + 0.0 * at,)
        )
        return value + slope
    if kind == "array":
        a, b = evaluate(e[1], m, env), evaluate(e[2], m, env)
        v = m.array([a + 0.0 * env[0], b + 0.0 * env[0], env[0]])
        w = m.stack([v, 2.0 * v - 1.0])
        return [m.dot(v, v), m.sum(w @ v), m.sum(m.sin(w) * v), m.mean(w[1, :] - v[0])][e[3]]
    if kind == "tree":
        a, b = evaluate(e[1], m, env), evaluate(e[2], m, env)
        t = m.tree_map(lambda x, y: x * 0.5 + y, {"a": a, "b": (b, a)}, {"a": 1.0, "b": (b, 2.0)})
        return t["a"] * t["b"][0] + t["b"][1]
    if kind in ("vector", "matrix", "vector scan", "loop in a loop"):
        return evaluate_array(e, m, env)
    raise AssertionError(kind)


def grid(m: Any, *shape: int) -> Any:
    """Numbers in (-1, 1) that differ."""
    count = math.prod(shape)
    return m.array([math.sin(1.0 + 1.7 * i) for i in range(count)]).reshape(*shape)


def evaluate_array(e: tuple, m: Any, env: list) -> Any:
    """The kinds that work on arrays of any length."""
    kind, n, *_ = e
    z = env[0]
    if kind == "vector":
        v = grid(m, n) * z + evaluate(e[3], m, env) * 0.1
        w = evaluate(e[2], m, [v, *env]) * 1.0 + 0.1 * v
        return VECTOR[e[4]](m, m.sin(w))
    if kind == "matrix":
        k = e[2]
        a = grid(m, n, k) * z + evaluate(e[4], m, env) * 0.1
        b = m.sin(evaluate(e[3], m, [a, grid(m, k) * z, *env]) * 1.0 + 0.1 * a)
        return MATRIX[e[5]](m, a, b)
    if kind == "vector scan":
        _, _, steps, body, start, backward = e

        def step(c, x):
            new = m.tanh(evaluate(body, m, [c, x, *env]) * 0.5 + 0.1 * c)
            return new, new * x

        c = grid(m, n) * z + 0.1 * evaluate(start, m, env)
        last, ys = m.scan(step, c, m.array([0.3, -0.4, 0.9][:steps]) * z, reverse=backward)
        return m.sum(last) + m.sum(ys[0] * ys[-1]) + m.sum(m.square(ys[:, 0]))
    _, _, body, start = e

    def inner(c, x):
        return m.sin(evaluate(body, m, [c, x, *env]) + 0.3 * c), c * x

    def outer(c, row):
        last, ys = m.scan(inner, c, row)
        return last, m.sum(ys)

    start = evaluate(start, m, env) * 1.0 + 0.0 * z
    last, sums = m.scan(outer, start, grid(m, 2, min(n, 18)) * z)
    return last + m.sum(sums)


def run(e: tuple, m: Any, p: dict, v: Any) -> Any:
    """The program as a function of a dict and an array."""
    total = evaluate(e, m, [p["a"], p["b"][0], p["b"][1], v[0], v[1], v[2]])
    return total + 0.1 * p["a"] * v[1]  # so that the result always depends on something


numbers = st.sampled_from([-1.3, -0.7, -0.2, 0.3, 0.8, 1.1, 1.9, 2.6])
arguments = st.tuples(*[numbers] * 6)


def pack(values: tuple, array: Any) -> tuple:
    """Six numbers as the arguments of ``run``."""
    a, b, c, *v = values
    return {"a": a, "b": (b, c)}, array(v)


def flat(p: dict, v: Any) -> list[float]:
    """The arguments, or a gradient in them, as six numbers."""
    return [float(x) for x in (p["a"], *p["b"], *v)]
