"""Arrays of 15, 16, 17 and 40 rows or columns: the same under every way of running a program.

In a traced program an array of more than 16 rows is a list for each column, of fewer, numbers. So
every public function is run on both sides of that seam: as it is, under ``jit``, inside a scan,
under ``checkpoint``, and with its first and second derivative.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess

import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax, ode
from mini_autodiff.array import elementwise

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
HALVES = jnp.array([0.5, 0.5])
ROWS = [15, 16, 17, 40]


def table(*shape):
    """Numbers without a pattern, in (-1, 1)."""
    numbers = [math.sin(1.0 + 1.7 * i) for i in range(math.prod(shape))]
    return jnp.array(numbers).reshape(*shape)


def numbers(tree):
    return [x for leaf in ad.tree.leaves(tree) for x in jnp.array([leaf]).reshape(-1).tolist()]


def shapes(tree):
    return [getattr(leaf, "shape", ()) for leaf in ad.tree.leaves(tree)]


FUNCTIONS: dict = {}
"""Functions of a vector v (n), matrices t (n, 3) and w (2, n), and a square m (n, n)."""


def case(f):
    FUNCTIONS[f.__name__] = f
    return f


@case
def arithmetic(v, t, w, m):
    return (v * v - 2.0 / (2.0 + v) + v**2, t * 0.5 - t, -w, abs(m))


@case
def functions(v, t, w, m):
    return (jnp.sin(v), jnp.tanh(t), jnp.exp(w), jnp.arctan2(m, 2.0 + m))


@case
def comparisons(v, t, w, m):
    return (jnp.where(v > 0.1, v, -v), jnp.maximum(w, 0.2 * w), t > 0.0)


@case
def rows_for_all(v, t, w, m):
    return (t * v[:, None], w * v, t + t[0], m * v, m - m[:1], m * v[0])


@case
def sums(v, t, w, m):
    return (v.sum(), t.sum(), t.sum(0), t.sum(1), w.sum(axis=0), w.sum(1))


@case
def means(v, t, w, m):
    return (v.mean(), t.mean(axis=-1), w.mean(0), m.mean(1), m.mean(0))


@case
def extremes(v, t, w, m):
    return (jnp.max(v), jnp.min(t, 0), jnp.max(t, 1), jnp.max(w, 1), jnp.min(m))


@case
def running_sums(v, t, w, m):
    return (jnp.cumsum(v), jnp.cumsum(t), jnp.cumsum(t, 0), jnp.cumsum(w, 1))


@case
def differences(v, t, w, m):
    return (jnp.diff(v, n=2), jnp.diff(t), jnp.diff(t, axis=0), jnp.diff(w))


@case
def products(v, t, w, m):
    return (t.T @ v, v @ t, w @ v, w @ t, jnp.dot(v, v), jnp.outer(v, v[:3]))


@case
def square_products(v, t, w, m):
    return (m @ v, m @ t, w @ m, m @ m)


@case
def rows(v, t, w, m):
    return (v[0], v[-1], t[2], w[1], m[-1], t[-1, 1], w[0, -2], m[3, 4])


@case
def parts(v, t, w, m):
    return (v[2:9], v[::3], v[::-1], v[-3:], t[1:4, 1:], w[:, 2:], m[::4, ::5], v[5:5])


@case
def columns(v, t, w, m):
    return (t[:, 1], w[:, 3], m[:, 0], t[:, ::2], t[..., 0], v[:, None], w[:, None])


@case
def other_shapes(v, t, w, m):
    return (t.reshape(-1), w.reshape(-1), v.reshape(-1, 1), t.reshape(3, -1), t.T, w.T, m.T)


@case
def joined(v, t, w, m):
    return (
        jnp.concatenate([v, v[5:5], v]),
        jnp.concatenate([t, t], 1),
        jnp.append(v, 2.0),
        jnp.append(t, t),
    )


@case
def stacked(v, t, w, m):
    return (
        jnp.stack([v, 2.0 * v]),
        jnp.stack([v, v], axis=1),
        jnp.stack([t, t], -1),
        jnp.stack([v * 0.5, v]).reshape(-1),
    )


@case
def like(v, t, w, m):
    return (jnp.zeros_like(v), jnp.ones_like(t) * v[0], jnp.full(3, v[1]), jnp.clip(t, -0.5, 0.5))


@case
def scan_over(v, t, w, m):
    return lax.scan(lambda c, r: (c * 0.9 + jnp.sum(r * r), (c, r * c)), v[0], t, reverse=True)


@case
def scan_over_rows(v, t, w, m):
    return lax.scan(lambda c, r: (jnp.sin(c) + r, c), v, m[:4])


@case
def scan_of_it(v, t, w, m):
    return lax.scan(lambda c, x: (jnp.sin(c) * x, c[::2]), v, jnp.linspace(0.5, 1.0, 4))


@case
def scan_of_a_tall_one(v, t, w, m):
    return lax.scan(lambda c, x: (c * x, jnp.sum(c, 0)), t, jnp.linspace(0.5, 1.0, 3))


@case
def scan_of_a_wide_one(v, t, w, m):
    return lax.scan(lambda c, x: (c * x + v, c), w, jnp.linspace(0.5, 1.0, 3))


@case
def loop_in_a_loop(v, t, w, m):
    inner = lambda c, _: lax.scan(lambda d, x: (jnp.sin(d) + x * v, d[0]), c, v[:3])  # noqa: E731
    return lax.scan(inner, v, None, length=2)


@case
def history(v, t, w, m):
    ys = lax.scan(lambda c, _: (c * 0.9, v * c), v[0], None, length=len(v))[1]
    return ys[:, 3], ys[-1], jnp.sum(ys), (ys - 0.1)[2:4]


@case
def one_by_one(v, t, w, m):
    return jnp.array([v[i] * v[(i + 1) % len(v)] for i in range(len(v))])


def loss(out):
    """One number that depends on every number of a tree, on each with another slope."""
    total = 0.0
    for leaf in ad.tree.leaves(out):
        total = total + jnp.sum(jnp.sin(leaf * 1.0))
    return total


def arguments(n):
    return table(n), table(n, 3), table(2, n), table(n, n)


@pytest.mark.parametrize("n", ROWS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_shapes(name, n):
    f, args = FUNCTIONS[name], arguments(n)
    want = f(*args)

    def in_a_scan(*args):
        one = lax.scan(lambda c, _: (c, f(args[0] * c, *args[1:])), 1.0, None, length=1)[1]
        return ad.tree.map(lambda ys: ys[0], one)

    for wrap in (
        ad.jit,
        ad.checkpoint,
        lambda f: ad.jit(ad.checkpoint(f)),
        lambda _: ad.jit(in_a_scan),
    ):
        got = wrap(f)(*args)
        assert shapes(got) == shapes(want)
        # the same operations in the same order; only equal factors are exchanged
        assert numbers(got) == pytest.approx(numbers(want), rel=1e-14, abs=1e-14)


@pytest.mark.parametrize("n", ROWS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients(name, n):
    """First derivatives in all arguments, and second ones along a direction."""
    f, args = FUNCTIONS[name], arguments(n)
    first = ad.grad(lambda *args: loss(f(*args)), (0, 1, 2, 3))

    def second(v):
        return ad.jvp(lambda v: ad.grad(lambda v: loss(f(v, *args[1:])))(v), (v,), (v,))[1]

    for derivative, given in ((first, args), (second, args[:1])):
        want = derivative(*given)
        compiled = ad.jit(derivative)
        got = compiled(*given)
        assert not compiled.why
        assert shapes(got) == shapes(want)
        # sums of up to n * n terms in another order
        assert numbers(got) == pytest.approx(numbers(want), rel=1e-11, abs=1e-12)


@needs_node
@pytest.mark.node
def test_exported_to_javascript():
    """Values, and gradients in the vector, of all functions on both sides of the seam."""
    programs, wanted = [], []
    for n in (16, 17):
        args = arguments(n)
        given = ", ".join(json.dumps(x.tolist()) for x in args)
        for f in FUNCTIONS.values():
            gradient = ad.grad(lambda *args, f=f: loss(f(*args)))
            for g in (f, gradient):
                text = ad.javascript.export(g, *args)
                programs.append(f"(() => {{ {text}\nreturn program({given}); }})()")
                wanted.append((f.__name__, n, numbers(g(*args))))
    script = f"console.log(JSON.stringify([{','.join(programs)}]))"
    ran = subprocess.run(["node"], input=script, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr[-2000:]
    for got, (name, n, want) in zip(json.loads(ran.stdout), wanted, strict=True):
        # V8 rounds sin and the like differently in the last bit; sums of up to n * n such terms
        assert numbers(got) == pytest.approx(want, rel=1e-11, abs=1e-12), (name, n)


SMOOTH = {k: op for k, op in ad.ops.TABLE.items() if any(op.formulas) and op.arity < 3}


@pytest.mark.parametrize("name", SMOOTH)
def test_slopes_of_the_table(name):
    """Each is the formula of the table, whatever runs it and however long the array is."""
    op = SMOOTH[name]
    for n in (16, 17):
        places = [(0.35 + 0.03 * i, 1.3 + 0.01 * i * i)[: op.arity] for i in range(n)]
        columns = tuple(jnp.array(x) for x in zip(*places, strict=True))
        slopes = [
            [float(slope(*at, op.value(*at))) if slope else 0.0 for at in places]
            for slope in op.slopes[: op.arity]
        ]
        weights = table(n)

        def plain(*args, weights=weights):
            return jnp.sum(weights * elementwise(op, *args))

        def in_a_scan(*args, plain=plain):
            return lax.scan(lambda c, half: (c + half * plain(*args), None), 0.0, HALVES)[0]

        def carried(*args, weights=weights):
            step = lambda c, _: ((c[1], elementwise(op, *args)), None)  # noqa: E731
            return jnp.sum(weights * lax.scan(step, (weights, weights), None, length=2)[0][0])

        want = [w * x for row in slopes for w, x in zip(weights, row, strict=True)]
        for f in (plain, in_a_scan, carried, ad.checkpoint(plain), ad.checkpoint(in_a_scan)):
            slope = ad.grad(f, tuple(range(op.arity)))
            for run in (slope, ad.jit(slope)):
                # one rounding more or less for each factor
                assert numbers(run(*columns)) == pytest.approx(want, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("n", ROWS)
def test_matrices_of_derivatives(n):
    v, d = table(n), table(n)[::-1]
    f = lambda v: jnp.sin(v) * jnp.sum(v * v)  # noqa: E731
    g = lambda v: jnp.sum(f(v) * v)  # noqa: E731
    for h in (
        ad.jacrev(f), ad.jacfwd(f), ad.hessian(g), lambda v: ad.jvp(f, (v,), (d,)),
        lambda v: ad.vjp(f, v)[1](d), lambda v: ad.jvp(ad.grad(g), (v,), (d,))[1],
        ad.jacrev(lambda v: lax.scan(lambda c, x: (c * x, c), 1.0, v)[1]),
    ):  # fmt: skip
        want, got = h(v), ad.jit(h)(v)
        assert shapes(got) == shapes(want)
        assert numbers(got) == pytest.approx(numbers(want), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("n", ROWS)
@pytest.mark.parametrize("wrap", [lambda f: f, ad.jit], ids=["eager", "jit"])
def test_functions_with_their_own_rule(n, wrap):
    own = ad.custom_vjp(lambda q, label: q * q)
    own.defvjp(lambda q, label: (q * q, q), lambda q, c: (2.0 * q * c, None))
    xs = jnp.linspace(0.5, 1.0, 3)
    for f in (lambda q: q * q, lambda q: own(q, "label"), ad.checkpoint(lambda q: q * q)):
        gradient = wrap(ad.grad(lambda v, f=f: jnp.sum(f(v) * v)))(table(n))
        assert numbers(gradient) == pytest.approx(
            [3.0 * x * x for x in numbers(table(n))], rel=1e-14
        )
        step = lambda c, a, f=f: (f(c) * a, None)  # noqa: E731
        looped = wrap(ad.grad(lambda v, step=step: lax.scan(step, v, xs)[0][1]))
        x = table(n)[1]
        # ((x^2 a)^2 b)^2 c has the derivative 8 x^7 a^4 b^2 c
        assert looped(table(n))[1] == pytest.approx(8.0 * x**7 * 0.5**4 * 0.75**2, rel=1e-13)


@pytest.mark.parametrize("n", [2, 16, 17, 40])
def test_states_of_solvers(n):
    """A vector and a list of components as the right-hand side, by every kind of solver."""
    start, times = jnp.linspace(0.5, 1.0, n), [0.0, 0.1, 0.2]
    for f in (
        lambda t, y, a: a * y - y * y,
        lambda t, y, a: [a * y[i] - y[i] * y[i] for i in range(n)],
    ):
        for solve in (
            lambda a, f=f: ode.solve_fixed(f, start, 0.0, 0.2, 4, a)[1][-1],
            lambda a, f=f: ode.solve(f, start, times, a)[-1],
        ):
            value = lambda a, solve=solve: jnp.sum(solve(a) * start)  # noqa: E731
            want, slope = ad.value_and_grad(value)(0.7)
            got = ad.jit(ad.value_and_grad(value))(0.7)
            assert got == pytest.approx((want, slope), rel=1e-12)
            small = 1e-5  # a central difference, good to small squared times a third derivative
            by_difference = (value(0.7 + small) - value(0.7 - small)) / (2.0 * small)
            assert slope == pytest.approx(by_difference, rel=1e-7)


def test_programs_grow_no_faster_than_their_arrays():
    """Twice the states or rows: at most twice the text of the gradient, on both sides of 16."""

    def states(n):
        f = lambda t, y, a: [a * y[i] - 0.1 * y[i] * y[i - 1] for i in range(n)]  # noqa: E731
        start = [1.0 + 0.01 * i for i in range(n)]
        return lambda a: jnp.sum(ode.solve_fixed(f, start, 0.0, 1.0, 5, a)[1][-1])

    text = {}
    for n in (8, 16, 32, 64, 128):
        gradient = ad.jit(ad.grad(states(n)))
        gradient(0.1)
        text[n] = len(gradient.source)
    # names of two and three digits are longer than those of one
    assert all(text[2 * n] <= 2.5 * text[n] for n in (8, 16, 32, 64))
    for n in (17, 32, 34, 64):
        product = ad.jit(ad.grad(lambda m: jnp.sum(jnp.sin(m @ m))))
        product(table(n, n))
        text[n] = len(product.source)
    assert text[34] <= 2.5 * text[17]
    assert text[64] <= 2.5 * text[32]
