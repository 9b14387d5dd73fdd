"""Functions with a rule of their own, trees, and loops, where users bend them.

The rule below says 5 x for the slope of x ** 3, so that no derivative can get it right by chance:
what comes out shows that the rule was used, how often, and at which numbers.
"""

from __future__ import annotations

from collections import namedtuple

import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax, tree


def with_rule(f, forward, backward):
    own = ad.custom_vjp(f)
    own.defvjp(forward, backward)
    return own


cube = with_rule(lambda x: x**3, lambda x: (cube(x), x), lambda x, c: (5.0 * x * c,))


def in_a_loop(f, n=1):
    return lambda x: lax.scan(lambda c, _: (f(c), None), x, None, length=n)[0]


WAYS = {
    "as it is": lambda f: f,
    "jit": ad.jit,
    "jit of jit": lambda f: ad.jit(ad.jit(f)),
    "checkpoint": ad.checkpoint,
    "checkpoint twice": lambda f: ad.checkpoint(ad.checkpoint(f)),
    "scan": in_a_loop,
    "jit of scan": lambda f: ad.jit(in_a_loop(f)),
    "checkpoint in a scan": lambda f: in_a_loop(ad.checkpoint(f)),
    "scan in a checkpoint": lambda f: ad.checkpoint(in_a_loop(f)),
    "behind a gradient": lambda f: lambda x: ad.value_and_grad(f)(x)[0],
}


@pytest.mark.parametrize("way", WAYS)
def test_a_rule_is_used_in_derivatives_of_every_order(way):
    once, twice = WAYS[way](cube), WAYS[way](lambda x: cube(cube(x)))
    for outer in (lambda f: f, ad.jit):
        assert outer(once)(2.0) == 8.0
        assert outer(ad.grad(once))(2.0) == 10.0
        assert outer(ad.grad(ad.grad(once)))(2.0) == 5.0
        assert outer(ad.grad(ad.grad(ad.grad(once))))(2.0) == 0.0
        # 5 cube(x) times 5 x; and, as cube itself has the slope 5 x there, 25 (5 x x + x^3)
        assert outer(ad.grad(twice))(2.0) == 25.0 * 16.0
        assert outer(ad.grad(ad.grad(twice)))(2.0) == 25.0 * (20.0 + 8.0)


def test_a_loop_uses_the_rule_at_every_step():
    for outer in (lambda f: f, ad.jit):
        assert outer(ad.grad(in_a_loop(cube, 2)))(2.0) == 25.0 * 16.0


def test_a_rule_may_branch_and_take_and_keep_trees():
    def forward(p, up):
        return {"out": [p["a"] * p["b"]]}, {"p": p, "sign": 1.0 if up else -1.0}

    def backward(kept, c):
        share = c["out"][0] * kept["sign"]
        return {"a": share, "b": 10.0 * share if kept["p"]["b"] > 0 else 0.0}, None

    f = with_rule(lambda p, up: {"out": [p["a"] * p["b"]]}, forward, backward)
    loss = lambda p, up: 2.0 * f(p, up)["out"][0]  # noqa: E731
    for outer in (lambda f: f, ad.jit):
        slope = outer(ad.grad(loss))
        assert slope({"a": 3.0, "b": 4.0}, True) == {"a": 2.0, "b": 20.0}
        assert slope({"a": 3.0, "b": -4.0}, False) == {"a": -2.0, "b": 0.0}


def test_arguments_by_name_and_by_default_reach_the_rule_by_position():
    @ad.custom_vjp
    def scaled(x, by=3.0):
        return by * x

    scaled.defvjp(lambda x, by: (by * x, (x, by)), lambda kept, c: (7.0 * kept[1] * c, kept[0] * c))
    for f, by in ((lambda x: scaled(x), 3.0), (lambda x: scaled(by=2.0, x=x), 2.0)):
        assert (f(4.0), ad.grad(f)(4.0), ad.jit(ad.grad(f))(4.0)) == (4.0 * by, 7.0 * by, 7.0 * by)
    assert ad.grad(lambda by: scaled(4.0, by=by))(2.0) == 4.0
    named = with_rule(lambda x, *, by: by * x, None, None)
    with pytest.raises(TypeError, match="by can be given by name only"):
        named(1.0, by=2.0)


def test_none_is_a_cotangent_of_zero_and_whole_numbers_need_none():
    f = with_rule(
        lambda n, pair, x: n * pair[0] * x, lambda n, pair, x: (n * pair[0] * x, x),
        lambda x, c: (None, None, 100.0 * c * x),
    )  # fmt: skip
    for outer in (lambda f: f, ad.jit):
        assert outer(ad.grad(lambda x: f(3, (x, x), x)))(2.0) == 200.0
        assert outer(ad.grad(f, (1, 2)))(3, (1.0, 1.0), 2.0) == ((0.0, 0.0), 200.0)
        assert outer(ad.grad(f, 2))(jnp.array([1, 2])[0], (1.0, 1.0), 2.0) == 200.0


@pytest.mark.parametrize("where", ["value", "forward", "backward"])
def test_a_rule_may_use_numbers_of_the_derivative_around_it(where):
    """The slope of x y is said to be x + y, with y from outside."""

    def f_or_its_slope(y):
        f = with_rule(
            lambda x: x * y, lambda x: (f(x), y if where == "forward" else x),
            lambda kept, c: ((3.0 + kept if where == "forward" else kept + y) * c,),
        )  # fmt: skip
        return f(3.0) if where == "value" else ad.grad(f)(3.0)

    want = (6.0, 3.0) if where == "value" else (5.0, 1.0)
    for outer in (lambda f: f, ad.jit):
        assert outer(ad.value_and_grad(f_or_its_slope))(2.0) == want


def test_the_pull_of_another_function_may_be_kept():
    square = lambda x: x * x  # noqa: E731
    f = with_rule(square, lambda x: ad.vjp(square, x), lambda pull, c: pull(c))
    for outer in (lambda f: f, ad.jit):
        assert outer(ad.grad(f))(3.0) == 6.0
        assert outer(ad.grad(ad.grad(f)))(3.0) == 2.0


def test_results_that_nobody_uses_have_a_cotangent_of_zero():
    f = with_rule(
        lambda x: (x, jnp.array([x, x])), lambda x: ((x, jnp.array([x, x])), None),
        lambda _, c: (c[0] + 10.0 * c[1][0] + 100.0 * c[1][1],),
    )  # fmt: skip
    for outer in (lambda f: f, ad.jit):
        assert outer(ad.grad(lambda x: f(x)[0]))(1.0) == 1.0
        assert outer(ad.grad(lambda x: f(x)[1][1]))(1.0) == 100.0
        assert outer(ad.grad(lambda x: f(x)[0] + f(x)[1][0]))(1.0) == 11.0
    silent = with_rule(lambda x: None, lambda x: (None, x), lambda x, c: (x / 0.0,))
    assert ad.grad(lambda x: (silent(x), x * x)[1])(3.0) == 6.0


WRONG = {
    "must return a pair": (lambda x: x, lambda _, c: (c,)),
    "for each of the 1 argument": (lambda x: (x, None), lambda _, c: (c, c)),
    "one cotangent for each .* but got a number": (lambda x: (x, None), lambda _, c: c),
    "an array of shape .2,., but got a number": (lambda x: (jnp.sum(x), x), lambda _, c: (c,)),
    "of the shapes .*2,.* but got .* of the shapes .*3,": (
        lambda x: (x[0][0], x), lambda _, c: ([jnp.zeros(3)],)
    ),
}  # fmt: skip


@pytest.mark.parametrize("message", WRONG)
def test_a_rule_that_does_not_fit_is_refused(message):
    f = with_rule(lambda x: x, *WRONG[message])
    x = jnp.ones(2) if "shape " in message else [jnp.ones(2)] if "shapes" in message else 1.0
    for outer in (lambda f: f, ad.jit):
        with pytest.raises(TypeError, match=message):
            outer(ad.grad(f))(x)


# -- trees ----------------------------------------------------------------------------------------

Pair = namedtuple("Pair", "left right")
TREES = [1.0, None, (), [], {}, (1.0,), [[], ()], Pair(1.0, [2.0]), {"b": 1.0, "a": (None, 2.0)}]


@pytest.mark.parametrize("t", TREES, ids=repr)
def test_a_tree_comes_back_from_its_leaves_and_from_no_other_number_of_them(t):
    leaves, structure = tree.flatten(t)
    back = tree.unflatten(structure, leaves)
    assert back == t and type(back) is type(t)
    with pytest.raises(ValueError, match="too many leaves"):
        tree.unflatten(structure, [*leaves, 0.0])
    if leaves:
        with pytest.raises(ValueError, match="too few leaves"):
            tree.unflatten(structure, leaves[1:])
    for other in TREES:  # only a tree of the same make goes with it
        if other is not t:
            assert tree.structure(other) != structure
            with pytest.raises(TypeError, match="same structure"):
                tree.map(lambda a, b: a, t, other)


def test_whole_numbers_become_floats_beside_one():
    for x in (jnp.arange(3.0), jnp.arange(0, 3.0), jnp.arange(0, 3, 1.0)):
        assert x.tolist() == [0.0, 1.0, 2.0] and {*map(type, x)} == {float}
        assert ad.grad(jnp.sum)(x).tolist() == [1.0] * 3
    assert {*map(type, jnp.arange(3))} == {int}


# -- loops ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("outer", [lambda f: f, ad.jit], ids=["eager", "jit"])
def test_a_carry_may_hold_whole_numbers_and_truths(outer):
    def step(c, _):
        n, on, x = c
        return (n + 1, on & (n < 2), jnp.where(on, 2.0 * x, x)), n

    f = lambda x: lax.scan(step, (0, True, x), None, length=5)[0]  # noqa: E731
    assert outer(f)(1.0) == (5, False, 8.0)  # doubled while n was 0, 1, 2
    assert outer(ad.grad(lambda x: f(x)[2]))(1.0) == 8.0


@pytest.mark.parametrize("outer", [lambda f: f, ad.jit], ids=["eager", "jit"])
def test_a_scan_of_no_steps_leaves_the_carry_as_it_was(outer):
    f = lambda x: lax.scan(lambda c, _: (c / 0.0, c), x * x, None, length=0)  # noqa: E731
    assert outer(f)(3.0) == (9.0, None)
    assert outer(ad.grad(lambda x: f(x)[0]))(3.0) == 6.0


def test_messages_tell_two_trees_apart():
    for changed, words in (
        (lambda c: (c[0], (c[1],)), r"\(\*, \*\), but one step made it \(\*, \(\*,\)\)"),
        (lambda c: (c[0], jnp.zeros(2)), r"shapes \[\(\), \(\)\], but .* shapes \[\(\), \(2,\)\]"),
    ):
        with pytest.raises(TypeError, match=words):
            lax.scan(lambda c, _, new=changed: (new(c), None), (1.0, 2.0), None, length=1)


# -- where JAX differs ----------------------------------------------------------------------------


def test_the_slope_of_abs_at_its_corner():
    for f in (jnp.abs, abs, lambda x: jnp.sum(jnp.abs(jnp.array([x])))):
        slopes = ad.grad(f)(0.0), ad.jvp(f, (0.0,), (1.0,))[1], ad.jit(ad.grad(f))(0.0)
        assert slopes == (0.0, 0.0, 0.0)
    assert (ad.grad(jnp.abs)(1e-300), ad.grad(jnp.abs)(-1e-300)) == (1.0, -1.0)
    assert "JAX: 1" in jnp.abs.__doc__ and "abs`` at 0 is 0" in ad.__doc__


def test_arguments_that_the_book_does_not_use_are_refused():
    for call in (
        lambda: ad.custom_vjp(abs, nondiff_argnums=(0,)),
        lambda: ad.checkpoint(abs, static_argnums=(0,)),
        lambda: lax.scan(lambda c, x: (c, x), 0.0, None, length=1, unroll=2),
        lambda: tree.map(abs, (1.0,), is_leaf=None),
    ):
        with pytest.raises(TypeError, match="unexpected keyword argument"):
            call()
