"""scan: against the plain loop, nested, as one forward and one reverse loop, in little memory."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax

RATES = {"alpha": 0.55, "beta": 0.028, "gamma": 0.84, "delta": 0.026}
START = [33.0, 6.0]


def lotka_volterra(state, rates):
    x, y = state
    dx = rates["alpha"] * x - rates["beta"] * x * y
    dy = rates["delta"] * x * y - rates["gamma"] * y
    return jnp.array([dx, dy])


def rk4(y, h, rates):
    k1 = lotka_volterra(y, rates)
    k2 = lotka_volterra(y + h / 2 * k1, rates)
    k3 = lotka_volterra(y + h / 2 * k2, rates)
    k4 = lotka_volterra(y + h * k3, rates)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def trajectory(rates, n=40):
    def step(y, _):
        y = rk4(y, 0.05, rates)
        return y, y

    return lax.scan(step, jnp.array(START), None, length=n)


def flat(tree):
    return [
        x for leaf in ad.tree.leaves(tree) for x in (leaf if hasattr(leaf, "shape") else [leaf])
    ]


LOSSES = {
    "the last state": lambda r: jnp.sum(trajectory(r)[0] ** 2),
    "the whole history": lambda r: jnp.sum(trajectory(r)[1] ** 2),
    "every fifth": lambda r: jnp.sum((trajectory(r)[1][4::5] - 1.0) ** 2),
    "one column": lambda r: jnp.mean(trajectory(r)[1][:, 1]),
    "one item": lambda r: trajectory(r)[1][7, 0] * trajectory(r)[1][-1][1],
    "both": lambda r: trajectory(r)[0][0] + jnp.sum(trajectory(r)[1][::2, 0]),
    "rows": lambda r: sum(jnp.sum(row * row) for row in trajectory(r)[1][:3]),
    "reversed": lambda r: jnp.dot(trajectory(r)[1][::-1, 0], jnp.linspace(0.0, 1.0, 40)),
    "joined": lambda r: jnp.sum(
        jnp.concatenate([jnp.array([START]), trajectory(r)[1]])[:, 0] * jnp.linspace(0.0, 1.0, 41)
    ),
    "mean of rows": lambda r: jnp.sum(jnp.sin(trajectory(r)[1].sum(axis=1))),
    "mean of columns": lambda r: jnp.sum(jnp.sin(trajectory(r)[1].mean(axis=0))),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_the_tape_and_the_compiled_program_agree(name):
    loss = LOSSES[name]
    value, gradient = ad.value_and_grad(loss)(RATES)
    fast_value, fast = ad.jit(ad.value_and_grad(loss))(RATES)
    assert value == fast_value  # the same operations in the same order
    # contributions are summed in another order: 40 steps of 100 operations, each good to 1e-16
    assert flat(fast) == pytest.approx(flat(gradient), rel=1e-12)


def test_the_printed_program_does_not_grow_with_the_steps():
    lengths = set()
    for n in (10, 1000):
        f = ad.jit(ad.value_and_grad(lambda r, n=n: jnp.sum(trajectory(r, n)[1] ** 2)))
        f(RATES)
        lengths.add(len(f.source.splitlines()))
    assert len(lengths) == 1
    loops = [line for line in f.source.splitlines() if line.strip().startswith("for ")]
    assert len(loops) == 2  # the states, and backwards


def test_the_gradient_keeps_the_states_only():
    f = ad.jit(ad.value_and_grad(lambda r, n=4000: jnp.sum(trajectory(r, n)[0] ** 2)))
    f(RATES)
    gc.collect()
    tracemalloc.start()
    f(RATES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak / 4000 <= 150  # bytes a step: two floats of 24 and their places in two lists


def test_checkpointed_segments_keep_one_state_a_segment():
    def loss(rates, wrap):
        def segment(y):
            return lax.scan(lambda y, _: (rk4(y, 0.01, rates), None), y, None, length=50)[0]

        y, _ = lax.scan(lambda y, _: (wrap(segment)(y), None), jnp.array(START), None, length=50)
        return jnp.sum(y**2)

    peaks, gradients = [], []
    for wrap in (lambda f: f, ad.checkpoint):
        f = ad.jit(ad.grad(lambda rates, wrap=wrap: loss(rates, wrap)))
        gradients.append(flat(f(RATES)))
        gc.collect()
        tracemalloc.start()
        f(RATES)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert gradients[1] == pytest.approx(gradients[0], rel=1e-12)
    assert peaks[1] < 0.2 * peaks[0]  # 50 + 50 states instead of 2500


def test_scan_is_the_loop_that_it_says():
    xs = {"a": jnp.array([1.0, 2.0, 3.0]), "b": jnp.array([[1.0, 2.0]] * 3)}

    def f(c, x):
        c = {"t": c["t"] + x["a"] * x["b"][1]}
        return c, (c["t"], x["b"] * 2.0)

    carry, (ts, bs) = lax.scan(f, {"t": 0.5}, xs)
    assert carry == {"t": 12.5}
    assert ts.tolist() == [2.5, 6.5, 12.5]
    assert bs.tolist() == [[2.0, 4.0]] * 3
    carry, (ts, _) = lax.scan(f, {"t": 0.5}, xs, reverse=True)
    assert ts.tolist() == [12.5, 10.5, 6.5]
    carry, ys = lax.scan(lambda c, _: (c, None), 1.0, None, length=3)
    assert (carry, ys) == (1.0, None)
    assert lax.scan(lambda c, x: (c + x, x), 1.0, jnp.array([]))[0] == 1.0


def test_a_scan_that_branches_runs_as_a_plain_loop():
    def f(x):
        return lax.scan(lambda c, _: (c * 0.5 if c > 1.0 else c + 3.0, c), x, None, length=6)

    for wrap in (lambda f: f, ad.jit):
        assert wrap(f)(5.0)[1].tolist() == [5.0, 2.5, 1.25, 0.625, 3.625, 1.8125]
        assert wrap(ad.grad(lambda x: f(x)[0]))(5.0) == 0.5**5
        assert wrap(ad.grad(lambda x: f(x)[0]))(0.5) == 0.5**4


def test_a_long_state_stays_a_list():
    def diffuse(u, rate):
        def step(u, _):
            inner = u[1:-1] + rate * (u[2:] - 2.0 * u[1:-1] + u[:-2])
            return jnp.concatenate([u[:1], inner, u[-1:]]), None

        return lax.scan(step, u, None, length=30)[0]

    u = jnp.array([1.0 if 20 <= i < 30 else 0.0 for i in range(50)])

    def loss(rate, u):
        return jnp.sum(diffuse(u, rate) ** 2)

    f = ad.jit(ad.value_and_grad(loss, (0, 1)))
    value, (d_rate, d_u) = f(0.2, u)
    assert len(f.source.splitlines()) < 60
    want, (want_rate, want_u) = ad.value_and_grad(loss, (0, 1))(0.2, u)
    assert value == want
    assert d_rate == pytest.approx(want_rate, rel=1e-12)
    assert d_u.tolist() == pytest.approx(want_u.tolist(), rel=1e-12)


def test_derivatives_of_derivatives_through_nested_loops():
    def f(a):
        def outer(c, x):
            c, ys = lax.scan(lambda c, _: (jnp.sin(a * c) + x, c * c), c, None, length=3)
            return c, jnp.sum(ys)

        c, ys = lax.scan(outer, a, jnp.array([0.1, 0.2, 0.3, 0.4]))
        return c + jnp.sum(ys * ys)

    orders = [
        ad.grad(f),
        ad.grad(ad.grad(f)),
        ad.grad(ad.grad(ad.grad(f))),
        lambda x: ad.jvp(ad.grad(f), (x,), (1.0,))[1],
        ad.grad(lambda x: ad.jvp(f, (x,), (1.0,))[1]),
    ]
    for g in orders:
        assert ad.jit(g)(0.7) == pytest.approx(g(0.7), rel=1e-11)


def test_a_gradient_inside_a_scan_inside_a_gradient():
    def descend(rate):
        step = lambda x, _: (x - rate * ad.grad(lambda x: (x - 2.0) ** 2)(x), None)  # noqa: E731
        return lax.scan(step, 0.0, None, length=5)[0]

    # x_n = 2 - 2 (1 - 2 rate)^n
    for wrap in (lambda f: f, ad.jit):
        assert wrap(descend)(0.1) == pytest.approx(2 - 2 * 0.8**5, rel=1e-14)
        assert wrap(ad.grad(descend))(0.1) == pytest.approx(20 * 0.8**4, rel=1e-14)
