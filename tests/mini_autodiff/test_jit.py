"""jit: never stale, never the wrong branch, and text that can be read."""

from __future__ import annotations

import gc
import linecache
import traceback
import types

import numpy
import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax
from mini_autodiff.array import Array, Atoms, full
from mini_autodiff.compiler import python
from mini_autodiff.compiler.arguments import Arguments, atoms_of, lists_of
from mini_autodiff.compiler.program import Program
from mini_autodiff.compiler.prune import prune
from mini_autodiff.compiler.python import print_python
from mini_autodiff.compiler.surroundings import Surroundings

RATE = 2.0
SETTINGS = {"deep": {"rate": 2.0}}
module = types.ModuleType("constants")
module.rate = 2.0


def test_a_global_that_changes(monkeypatch):
    f = ad.jit(ad.grad(lambda x: RATE * x))
    assert f(1.0) == 2.0
    monkeypatch.setitem(globals(), "RATE", 5.0)
    assert f(1.0) == 5.0
    g = ad.jit(lambda x: module.rate * x)
    assert g(1.0) == 2.0
    monkeypatch.setattr(module, "rate", 7.0)
    assert g(1.0) == 7.0
    h = ad.jit(lambda x: SETTINGS["deep"]["rate"] * x)
    assert h(1.0) == 2.0
    monkeypatch.setitem(SETTINGS["deep"], "rate", 0.5)
    assert h(1.0) == 0.5


def test_a_closure_that_changes():
    rate, data, array = 2.0, [1.0, 2.0], numpy.array([1.0, 2.0])

    class Model:
        scale = 1.0

        def __init__(self):
            self.k = 2.0

        def __call__(self, x):
            return self.k * self.scale * x

    model = Model()
    f = ad.jit(lambda x: rate * x)
    g = ad.jit(lambda x: sum(d * x for d in data))
    h = ad.jit(lambda x: jnp.sum(x * jnp.array(array)))
    m = ad.jit(lambda x: model(x))
    n = ad.jit(model.__call__)
    assert (f(1.0), g(1.0), h(1.0), m(1.0), n(1.0)) == (2.0, 3.0, 3.0, 2.0, 2.0)
    rate = -0.0
    data[1] = 5.0
    array[0] = 10.0
    model.k = 3.0
    assert (f(1.0), g(1.0), h(1.0), m(1.0), n(1.0)) == (0.0, 6.0, 12.0, 3.0, 3.0)
    data.append(1.0)
    model.scale = 2.0
    assert (g(1.0), m(1.0)) == (7.0, 6.0)


def test_a_default_and_a_function_that_change():
    def inner(x):
        return x * 2.0

    f = ad.jit(lambda x: inner(x))
    assert f(1.0) == 2.0

    def inner(x):  # noqa: F811  (the point of the test)
        return x * 3.0

    assert f(1.0) == 3.0


def test_an_unchanged_function_is_traced_once():
    def g(x):
        return x * RATE

    h = ad.jit(g)
    programs = set()
    for i in range(40):
        assert h(float(i)) == RATE * i
        (program,) = h.program_cache.values()
        programs.add(id(program))
    assert len(programs) == 1


def test_a_function_with_a_branch_runs_as_it_is():
    def relu(x):
        return x * x if x > 0 else -3.0 * x

    f = ad.jit(ad.value_and_grad(relu))
    assert f(2.0) == (4.0, 4.0)
    assert f(-2.0) == (6.0, -3.0)
    assert f(3.0) == (9.0, 6.0)
    assert f(0.0) == (-0.0, -3.0)
    assert f.why.startswith("it asks for the truth of a number: test_jit.py:")
    assert f.why.endswith("return x * x if x > 0 else -3.0 * x")

    def special(x):
        return 10.0 if x == 1.0 else x * (2.0 if x in [2.0, 3.0] else 1.0)

    g = ad.jit(special)
    assert [g(x) for x in (1.0, 2.0, 3.0, 4.0, 1.0)] == [10.0, 4.0, 6.0, 4.0, 10.0]


def test_a_loop_whose_length_depends_on_a_number():
    def halve(x):
        n = 0
        while x > 1.0:
            x, n = x / 2.0, n + 1
        return x * n

    f = ad.jit(ad.value_and_grad(halve))
    for x in (3.0, 9.0, 100.0, 3.5, 0.5):
        assert f(x) == ad.value_and_grad(halve)(x)


def test_another_structure_is_another_program():
    f = ad.jit(lambda t: ad.tree.leaves(t)[0] * 2.0)
    assert f([1.0]) == 2.0
    assert f({"a": 3.0}) == 6.0
    assert f([jnp.array([1.0, 2.0])]).tolist() == [2.0, 4.0]
    assert f([jnp.array([1.0] * 30)]).tolist() == [2.0] * 30
    g = ad.jit(lambda x, n: x**n)
    assert (g(2.0, 3), g(2.0, 4), g(2.0, 3.0)) == (8.0, 16.0, 8.0)
    h = ad.jit(lambda x, mode: x if mode == "one" else 2.0 * x)
    assert (h(1.0, "one"), h(1.0, mode="two")) == (1.0, 2.0)


def test_inside_a_derivative_it_is_the_function_itself():
    f = ad.jit(lambda x: x * x * x)
    assert ad.grad(f)(2.0) == 12.0
    assert ad.jit(ad.grad(f))(2.0) == 12.0
    assert ad.hessian(lambda v: f(v[0]) * v[1])([2.0, 1.0]) == [[12.0, 12.0], [12.0, 0.0]]
    assert ad.grad(lambda x: ad.jit(lambda y: x * y)(2.0))(1.0) == 2.0
    branching = lambda x: ad.jit(lambda y: x * y if x * y > 0 else -3.0 * x)(2.0)  # noqa: E731
    assert (ad.grad(branching)(1.0), ad.grad(branching)(-1.0)) == (2.0, -3.0)


def test_constants_are_told_apart_by_their_sign_and_not_mixed_with_places():
    def f(x):
        a = x * 0.0
        b = x * -0.0
        c = x * 2.0  # 2 is also the place of an entry
        return jnp.array([1.0 + a, b, c, x * 2, x * 1.0])

    assert str(ad.jit(f)(3.0)) == str(f(3.0))


def lotka_volterra(state, rates):
    x, y = state
    alpha, beta, gamma, delta = rates
    dx = alpha * x - beta * x * y
    dy = delta * x * y - gamma * y
    return jnp.array([dx, dy])


def test_the_text_has_the_names_of_the_model():
    f = ad.jit(lotka_volterra)
    f(jnp.array([33.0, 6.0]), (0.55, 0.028, 0.84, 0.026))
    assert f.source == (
        "def lotka_volterra(x, y, alpha, beta, gamma, delta):\n"
        "    dx = alpha * x - beta * x * y\n"
        "    dy = delta * x * y - gamma * y\n"
        "    return dx, dy\n"
    )


def test_each_adjoint_has_a_line_that_says_where_it_comes_from():
    def loss(state, rates):
        dx, dy = lotka_volterra(state, rates)
        return dx * dy

    f = ad.jit(ad.grad(loss))
    f(jnp.array([33.0, 6.0]), (0.55, 0.028, 0.84, 0.026))
    lines = f.source.splitlines()
    (d_x,) = [line for line in lines if line.strip().startswith("d_x =")]
    assert "# x goes into alpha * x" in lines[lines.index(d_x) - 1]  # above: both are too long
    (d_y,) = [line for line in lines if line.strip().startswith("d_y =")]
    assert "gamma * y" in lines[lines.index(d_y) - 1]
    assert max(map(len, lines)) <= 85  # what a page shows


@pytest.mark.parametrize(
    ("transform", "f", "uses"),
    [
        (ad.grad, lambda x: jnp.exp(x) + jnp.tanh(x), "exp(x), v1"),
        (ad.grad, lambda x: jnp.sin(x) * x, "sin(x), ..."),  # the product is not printed
        (ad.value_and_grad, lambda x: jnp.sin(x) * x, "v1, v1 * x"),
    ],
)
def test_a_comment_tells_all_uses_or_that_there_are_more(transform, f, uses):
    g = ad.jit(transform(f))
    g(0.5)
    assert f"# x goes into {uses}\n" in g.source


def test_a_use_by_a_loop_is_one_that_a_comment_does_not_tell():
    def f(x):
        total = lax.scan(lambda c, _: (c * x, None), x, None, length=3)[0]
        return total + jnp.exp(x) * x

    g = ad.jit(ad.value_and_grad(f))
    g(0.5)
    assert "# x goes into v1, v2, ...\n" in g.source


@pytest.mark.parametrize("name", ["lambda_", "range", "list", "zip", "new", "Math", "sin", "d_x"])
def test_names_that_the_languages_own_are_changed(name):
    def f(p):
        x = p["x"]
        return jnp.sin(p[name]) * x + lax.scan(lambda c, _: (c * x, c), x, None, length=3)[0]

    p = {"x": 0.5, name: 0.3}
    for g in (f, ad.grad(f)):
        assert str(ad.jit(g)(p)) == str(g(p))


def test_names_of_the_model_are_not_those_of_constants():
    """Every list that a program names is apart from every variable of the model."""
    ramp = jnp.linspace(0.0, 1.0, 20)

    def f(data_1, data_2, spread, nan):
        for data_3 in (data_1 * 2.0, data_2 * ramp, spread[::2]):
            data_1 = data_1 + jnp.sum(data_3) * nan
        return data_1 * jnp.sum(ramp * spread)

    args = (2.0, 3.0, jnp.linspace(1.0, 2.0, 20), 0.5)
    for g in (f, ad.grad(f, (0, 1, 2, 3))):
        assert str(ad.jit(g)(*args)) == str(g(*args))


@pytest.mark.parametrize(
    ("stage", "lines"), [(lambda a, b: (a * b + 0.5, a - b), 8), (lambda a, b: (a * 0.9, a), 2)]
)
def test_long_arrays_used_again_and_again(stage, lines):
    """The text grows by a fixed number of lines a stage, and 300 stages need no recursion."""

    def f(n, a):
        b = a
        for _ in range(n):
            a, b = stage(a, b)
        return jnp.sum(a + b)

    array, length = jnp.linspace(0.0, 0.01, 20), {}
    for n in (2, 40, 80, 300):
        g = ad.jit(f)
        assert str(g(n, array)) == str(f(n, array))
        length[n] = len(g.source.splitlines())
    assert length[80] - length[40] <= 40 * lines
    assert length[300] - length[80] <= 220 * lines


TOTAL = 0.0


def test_a_function_that_changes_what_it_reads():
    """It runs as it is, so every result is that of the function."""

    def f(x):
        global TOTAL
        TOTAL = TOTAL + x
        return TOTAL * 2.0

    g = ad.jit(f)
    assert [g(3.0), g(3.0), g(4.0)] == [6.0, 12.0, 20.0]
    assert g.why == "it sets a global variable"


def test_a_traceback_shows_the_printed_line():
    f = ad.jit(lambda x: 1.0 / jnp.log(x))
    f(2.0)
    (program,) = f.program_cache.values()
    try:
        program.run(1.0)
    except ZeroDivisionError as error:
        assert "return 1.0 / log(x)" in "".join(traceback.format_exception(error))
    else:
        raise AssertionError("1 / log(1) must fail")


def test_outputs_keep_their_structure():
    def f(x):
        return {"a": (x, [2.0, x * 2.0]), "b": jnp.array([[x, 1.0], [2.0, x]]), "n": None, "i": 3}

    out = ad.jit(f)(1.5)
    assert out["a"] == (1.5, [2.0, 3.0])
    assert out["b"].tolist() == [[1.5, 1.0], [2.0, 1.5]]
    assert (out["n"], out["i"]) == (None, 3)


def test_the_librarys_own_branches_are_none():
    def f(x):
        return jnp.sqrt(x / (1.0 + x * x)) + abs(x) + jnp.maximum(x, 0.0)

    g = ad.jit(ad.grad(f))
    assert g(2.0) == ad.grad(f)(2.0)
    assert not g.why


def test_numpy_is_not_searched():
    around = Surroundings(lambda x: numpy.linalg.norm(numpy.ones(3)) * x)
    assert around.unchanged()
    assert len(around.cells) + len(around.names) + len(around.dicts) < 30


@pytest.mark.parametrize("transform", [ad.jit, ad.grad, lambda f: ad.jit(ad.grad(f)), ad.hessian])
def test_a_call_leaves_nothing_to_the_garbage_collector(transform):
    """What a call made is freed when it returns: no cycle keeps it until a collection."""

    def f(p):
        x = p["x"]
        for k in p["k"]:
            x = x + 0.1 * jnp.tanh(k * x)
        return x

    g, p = transform(f), {"x": 1.0, "k": [0.1, 0.2, 0.3]}
    g(p)
    gc.collect()
    gc.disable()
    try:
        g(p)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_printed_text_does_not_pile_up():
    for k in range(2 * python.MOST_SHOWN):
        python.load(f"def f(x):\n    return x + {k}\n", {}, "f")
    ours = [name for name in linecache.cache if name.startswith("<mini_autodiff")]
    assert len(ours) <= python.MOST_SHOWN


def test_pruning_twice_changes_nothing():
    def loss(x):
        def outer(state, _):
            state, _ = lax.scan(lambda a, _: (a + jnp.tanh(a), 2.0 * a), state, None, length=3)
            return state, state * state

        last, squares = lax.scan(outer, x, None, length=4)
        return last + jnp.sum(squares)

    traced = Program(ad.value_and_grad(loss), Arguments((1.0,), {})).trace
    once = prune(traced, keep_inputs=True, strict=True)
    twice = prune(once, keep_inputs=True, strict=True)
    assert print_python(twice, "f") == print_python(once, "f")


@pytest.mark.parametrize(
    "shape", [(), (1,), (16,), (17,), (2, 3), (3, 17), (17, 3), (17, 17), (2, 17, 2), (17, 2, 3)]
)
def test_an_array_taken_apart_for_a_program_can_be_put_together(shape):
    like = full(shape, 0.0)
    numbers = [float(i) for i in range(getattr(like, "size", 1))]
    x = Atoms(like).rebuild(numbers)
    assert atoms_of(like, iter(lists_of(x) if shape else [x])) == numbers


def test_floats_of_numpy_in_an_array_are_real_numbers():
    """Such an array is an input like any other, and not one of whole numbers."""
    plain = [1.0 + i for i in range(20)]
    ours, numpys = (Arguments((Array(map(kind, plain)),), {}) for kind in (float, numpy.float64))
    assert ours.key == numpys.key and numpys.real
    assert not Arguments((jnp.arange(3),), {}).real
