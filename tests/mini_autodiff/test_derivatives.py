"""grad, vjp, jvp, Jacobians and their nesting, against closed forms."""

from __future__ import annotations

import random
import threading
from collections import OrderedDict, defaultdict, namedtuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax
from mini_autodiff.tape import Tape

floats = st.floats(-3.0, 3.0).map(lambda x: round(x, 3))


@settings(deadline=None)
@given(floats, floats)
def test_a_polynomial(x, y):
    def f(x, y):
        return x**3 * y - 2.0 * x * y**2 + y / (1.0 + x * x)

    dx = 3 * x**2 * y - 2 * y**2 - 2 * x * y / (1 + x * x) ** 2
    dy = x**3 - 4 * x * y + 1 / (1 + x * x)
    scale = 1 + 30 * abs(y) + 60 * abs(x) + y * y  # the terms that cancel
    found = ad.grad(f, (0, 1))(x, y)
    assert found == pytest.approx((dx, dy), abs=1e-14 * scale)


def test_the_cotangent_sums_over_all_paths():
    assert ad.grad(lambda x: x * x + x * x * x + x)(2.0) == 4 + 12 + 1
    assert ad.grad(lambda x: x + x)(1.0) == 2.0


def test_gradients_have_the_structure_of_the_argument():
    p = {"b": (1.0, [2.0, 3.0]), "a": jnp.array([4.0, 5.0]), "none": None}
    g = ad.grad(lambda p: p["b"][0] * p["b"][1][1] + jnp.sum(p["a"] ** 2))(p)
    assert g["b"] == (3.0, [0.0, 1.0])
    assert g["a"].tolist() == [8.0, 10.0]
    assert g["none"] is None


def test_unused_arguments_have_gradient_zero():
    assert ad.grad(lambda x, y: x, (0, 1))(1.0, 2.0) == (1.0, 0.0)
    assert ad.grad(lambda x: 3.0)(1.0) == 0.0


def test_aux_is_handed_through_without_its_tape():
    (value, aux), g = ad.value_and_grad(lambda x: (x * x, {"twice": 2.0 * x}), has_aux=True)(3.0)
    assert (value, aux, g) == (9.0, {"twice": 6.0}, 6.0)
    assert type(aux["twice"]) is float
    assert ad.grad(lambda x: (x * x, x), has_aux=True)(3.0) == (6.0, 3.0)


def test_keyword_arguments_are_constants():
    assert ad.grad(lambda x, *, k: k * x)(1.0, k=3.0) == 3.0


def test_nested_derivatives_are_not_confused():
    # the inner derivative is in y alone: its x is a constant
    assert ad.grad(lambda x: x * ad.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert ad.jvp(lambda x: x * ad.jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,))[1] == 1
    assert ad.grad(lambda x: x * ad.jvp(lambda y: x * y, (2.0,), (1.0,))[1])(3.0) == 6.0
    assert ad.jvp(lambda x: x * ad.grad(lambda y: x * y)(2.0), (3.0,), (1.0,))[1] == 6.0


@pytest.mark.parametrize("n", range(1, 6))
def test_the_nth_derivative_of_a_monomial(n):
    f, want = (lambda x: x**5), 1.0
    for k in range(n):
        f, want = ad.grad(f), want * (5 - k)
    assert f(2.0) == pytest.approx(want * 2.0 ** (5 - n), rel=1e-14)


def rosenbrock(v):
    return sum(100.0 * (v[i + 1] - v[i] ** 2) ** 2 + (1.0 - v[i]) ** 2 for i in range(3))


def test_the_hessian_four_ways():
    v = jnp.array([0.3, -0.7, 1.2, 0.4])
    ways = [
        ad.hessian(rosenbrock),
        ad.jacrev(ad.grad(rosenbrock)),
        ad.jacfwd(ad.jacfwd(rosenbrock)),
        ad.jit(ad.jacfwd(ad.grad(rosenbrock))),
    ]
    first, *others = [way(v).tolist() for way in ways]
    scale = max(abs(x) for row in first for x in row)
    for other in others:
        for a, b in zip(first, other, strict=True):
            assert a == pytest.approx(b, abs=1e-14 * scale)
    for i in range(4):
        for j in range(4):  # second derivatives commute
            assert first[i][j] == pytest.approx(first[j][i], abs=1e-14 * scale)
    assert first[0][0] == pytest.approx(1200 * 0.3**2 + 400 * 0.7 + 2, rel=1e-14)


def test_jacobians_have_the_shapes_of_jax():
    def f(a):
        return {"v": jnp.array([a[0] * a[1], a[1], a[0]]), "s": a[0]}

    a = jnp.array([2.0, 3.0])
    for jacobian in (ad.jacfwd, ad.jacrev, ad.jacobian):
        out = jacobian(f)(a)
        assert out["v"].shape == (3, 2)
        assert out["v"].tolist() == [[3.0, 2.0], [0.0, 1.0], [1.0, 0.0]]
        assert out["s"].tolist() == [1.0, 0.0]


@settings(max_examples=30, deadline=None)
@given(st.lists(floats, min_size=3, max_size=3), st.lists(floats, min_size=5, max_size=5))
def test_vjp_is_the_transpose_of_jvp(v, u):
    def f(x):
        a, b, c = x
        return [a * b, jnp.sin(c) * a, b / (2.0 + a * a), jnp.exp(0.1 * c), a + b + c]

    x = [0.4, -1.1, 0.9]
    _, along = ad.jvp(f, (x,), (v,))
    _, pull = ad.vjp(f, x)
    (back,) = pull(u)
    left = sum(p * q for p, q in zip(u, along, strict=True))
    right = sum(p * q for p, q in zip(back, v, strict=True))
    assert left == pytest.approx(right, abs=1e-12)


def test_a_pulled_back_cotangent_can_be_pulled_again():
    _, pull = ad.vjp(lambda x: x * x, 3.0)
    assert pull(1.0) == (6.0,)
    assert pull(2.0) == (12.0,)


@pytest.mark.parametrize("n", [100_000])
def test_long_chains_need_no_recursion(n):
    def chain(x):
        for _ in range(n):
            x = 0.5 * x + 1.0
        return x

    assert ad.value_and_grad(chain)(5.0) == (2.0, pytest.approx(0.0, abs=1e-300))
    assert ad.jvp(chain, (5.0,), (1.0,))[0] == 2.0


@pytest.mark.slow
def test_a_million_operations():
    def chain(x):
        for _ in range(500_000):
            x = x * 1.000001 + 0.0
        return x

    # (1 + 1e-6) ** 500000, each product rounded once
    assert ad.grad(chain)(1.0) == pytest.approx(1.000001**500_000, rel=1e-9)


def test_the_tape_is_flat():
    tape = Tape()
    x = tape.new(3.0)
    y = x * x
    assert (y.value, tape.edges) == (9.0, [(), (0, 3.0, 0, 3.0)])
    assert not hasattr(x, "__dict__")


def test_threads_do_not_share_a_tape():
    failures = []

    def work(seed):
        draw = random.Random(seed)
        for _ in range(20):
            a, x = draw.uniform(-1, 1), draw.uniform(-1, 1)

            def f(x, a=a):
                y, _ = lax.scan(lambda y, _: (y + 0.1 * a * y, None), x, None, length=20)
                return y

            want = (1 + 0.1 * a) ** 20
            if abs(ad.grad(f)(x) - want) > 1e-12 or abs(ad.jit(ad.grad(f))(x) - want) > 1e-12:
                failures.append((seed, a, x))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failures


def test_an_exception_leaves_nothing_behind():
    def bad(x):
        lax.scan(lambda c, _: (c * x, 1 / 0), 1.0, None, length=3)

    for wrap in (ad.grad, ad.jit, lambda f: ad.jit(ad.grad(f))):
        with pytest.raises(ZeroDivisionError):
            wrap(bad)(2.0)
        assert ad.jit(ad.grad(lambda x: x * x))(3.0) == 6.0
        assert ad.grad(lambda x: x * x)(3.0) == 6.0


def test_stop_gradient_and_checkpoint():
    f = lambda x: x * lax.stop_gradient(x)  # noqa: E731
    for wrap in (lambda f: f, ad.jit):
        assert wrap(ad.grad(f))(3.0) == 3.0
        assert wrap(ad.grad(ad.grad(lambda x: x**3 * lax.stop_gradient(x))))(2.0) == 24.0
        assert wrap(lambda x: ad.jvp(f, (x,), (1.0,)))(3.0) == (9.0, 3.0)
    a = 2.0
    g = ad.checkpoint(lambda x: jnp.sin(a * x) * x)
    assert ad.grad(g)(1.3) == ad.grad(lambda x: jnp.sin(a * x) * x)(1.3)
    closed = ad.grad(lambda a: ad.checkpoint(lambda x: a * x * x)(3.0))(1.0)
    assert closed == 9.0  # also for what the function uses from outside
    assert ad.grad(ad.checkpoint(lambda x: x if x > 0 else -x))(-2.0) == -1.0


def test_custom_vjp():
    @ad.custom_vjp
    def f(x, y):
        return {"product": x * y, "x": x}

    f.defvjp(
        lambda x, y: (f.f(x, y), (x, y)),
        lambda kept, c: (10.0 * c["product"] * kept[1] + c["x"], 0.0),
    )

    def loss(x, y):
        out = f(x, y)
        return out["product"] + 3.0 * out["x"]

    def looped(x):
        carry, _ = lax.scan(lambda c, _: (f(c, 0.5)["product"], None), x, None, length=2)
        return carry

    for wrap in (lambda f: f, ad.jit):
        assert wrap(ad.grad(loss, (0, 1)))(2.0, 7.0) == (73.0, 0.0)
        assert wrap(ad.grad(looped))(2.0) == 25.0
    with pytest.raises(TypeError, match="only reverse mode has a rule"):
        ad.jvp(lambda x: f(x, 1.0)["x"], (1.0,), (1.0,))
    with pytest.raises(AttributeError, match="has no rule yet"):
        ad.custom_vjp(lambda x: x)(1.0)


def test_argnums_count_from_the_end_and_may_be_several():
    f = lambda x, y: x * y * y  # noqa: E731
    for jacobian in (ad.jacrev, ad.jacfwd):
        assert jacobian(f, -1)(2.0, 3.0) == jacobian(f, 1)(2.0, 3.0) == 12.0
        assert jacobian(f, (0, 1))(2.0, 3.0) == (9.0, 12.0)
        assert jacobian(f, (-1, 0))(2.0, 3.0) == (12.0, 9.0)
        with pytest.raises(TypeError, match="argnums says argument 2"):
            jacobian(f, 2)(2.0, 3.0)
    assert ad.hessian(f, -1)(2.0, 3.0) == 4.0
    assert ad.hessian(f, (0, 1))(2.0, 3.0) == ((0.0, 6.0), (6.0, 4.0))
    g = lambda *a: a[0] * 10.0 + a[-1]  # noqa: E731
    assert (ad.grad(g, -1)(2.0, 3.0), ad.jacrev(g, -1)(2.0, 3.0)) == (1.0, 1.0)


def test_a_tree_keeps_the_kind_of_its_nodes():
    Rates = namedtuple("Rates", "birth death")
    missing = defaultdict(lambda: 7.0, b=1.0, a=2.0)
    for node in (OrderedDict(b=1.0, a=2.0), missing, Rates(1.0, 2.0), {"b": 1.0, "a": 2.0}):
        double = ad.tree.map(lambda x: 2.0 * x, node)
        assert type(double) is type(node)
        total = lambda t: sum(ad.tree.leaves(t))  # noqa: E731
        assert type(ad.grad(total)(node)) is type(ad.jit(ad.grad(total))(node)) is type(node)
    assert ad.tree.map(lambda x: x, missing)["new"] == 7.0
    assert ad.tree.leaves(OrderedDict(b=1, a=2)) == [1, 2]  # in its own order, as in JAX
    with pytest.raises(TypeError, match="must have an order"):
        ad.tree.leaves({"a": 1.0, 1: 2.0})
