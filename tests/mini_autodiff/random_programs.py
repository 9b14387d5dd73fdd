"""Random programs as data, so that one program runs under mini_autodiff, JAX and Node.

A program is a tree of tuples drawn by hypothesis. ``run(program, names, p, v)`` interprets it on a
dict ``p`` of numbers and an array ``v``, with the functions of ``names``: this library or JAX.
"""

from __future__ import annotations

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


def expressions(kinds: tuple[str, ...], unary: list[str], binary: list[str], leaves: int = 10):
    """A strategy for expressions of some kinds, with about so many leaves."""
    leaf = st.one_of(
        st.tuples(st.just("variable"), st.integers(0, 7)),
        st.tuples(st.just("constant"), CONSTANTS),
    )

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
    raise AssertionError(kind)


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
