"""What the compiler does beyond the chain rule, and what each of it buys, seen in the text."""

from __future__ import annotations

import math
import re
from collections import Counter

import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax, ops
from mini_autodiff.array import Array, Atoms, elementwise
from mini_autodiff.compiler.arguments import Arguments
from mini_autodiff.compiler.program import Program


def source(f, *args):
    """The compiled program, which gives what the function gives."""
    compiled = ad.jit(f)
    mine, want = Atoms(compiled(*args)).atoms, Atoms(f(*args)).atoms
    assert mine == pytest.approx(want, rel=1e-14)  # the shares of a slope in another order
    assert not compiled.why
    return compiled.source


def driven(p):
    """A state that a parameter moves, and a clock that it does not."""

    def step(carry, _):
        t, y = carry
        return (t + 0.1, y + 0.1 * jnp.sin(p * t) * y), None

    return lax.scan(step, (0.0, 1.0), None, length=5)[0][1]


@pytest.mark.parametrize("derivative", [ad.grad, ad.jacfwd])
def test_no_derivative_is_carried_for_what_does_not_depend_on_the_input(derivative):
    """Without this the clock has a tangent, which is 0 at every step."""
    carried = re.findall(r"^    (\w+) = [\d.]+$", source(derivative(driven), 2.0), re.MULTILINE)
    state, clock = {"y"}, {"t"}
    of_state = {"d_y", "d_p"} if derivative is ad.grad else {"c1"}
    assert set(carried) == state | clock | of_state


def test_what_does_not_depend_on_the_input_has_no_reverse_loop():
    def f(p):
        total, _ = lax.scan(lambda s, x: (s + x * x, None), 0.0, jnp.linspace(0.0, 1.0, 20))
        return p * total

    assert source(ad.grad(f), 2.0).count("for ") == 1


def chain(p):
    return lax.scan(lambda x, p_i: (x + 0.1 * jnp.tanh(p_i * x), None), 1.0, p)[0]


def test_a_function_is_called_once_for_value_and_slope():
    """``tanh`` is kept for the reverse loop, where it would be called a second time."""
    text = source(ad.value_and_grad(chain), jnp.array([0.3, -0.2, 0.5]))
    assert text.count("tanh(") == 1


def test_no_more_functions_are_kept_than_there_are_states():
    """So memory at most doubles: of two functions a step, beside one state, none is kept."""

    def f(p):
        def step(x, _):
            return x + 0.1 * jnp.tanh(p * x) + 0.1 * jnp.exp(-p * x), None

        return lax.scan(step, 1.0, None, length=5)[0]

    text = source(ad.grad(f), 0.4)
    code = re.sub("#.*", "", text)
    assert [code.count(x) for x in (".append(", "tanh(", "exp(")] == [1, 2, 2]


def test_a_list_that_is_a_result_and_is_needed_again_is_written_once():
    """The states come out, and the reverse loop reads them: one list in memory, not two."""

    def f(p):
        last, states = lax.scan(lambda x, _: (x + p * x * x, x), 1.0, None, length=5)
        return last + jnp.sum(states)

    assert source(ad.value_and_grad(f), 0.1).count(".append(") == 1


def test_every_carry_has_a_line_of_its_own_where_the_order_allows_it():
    """One line an adjoint, with its comment, is what the chapters read; only an exchange needs
    a line for two."""

    def f(p):
        def step(carry, _):
            x, y, z = carry
            return (x + p * y, y + z * z, z * p), None

        return lax.scan(step, (1.0, 0.5, 0.2), None, length=5)[0][0]

    assert not re.search(r"^\s*\w+, \w+.* = ", source(ad.value_and_grad(f), 0.4), re.MULTILINE)
    swapped = source(lambda x, y: lax.scan(lambda c, _: ((c[1], c[0]), None), (x, y), None, 3)[0],
                     1.0, 2.0)  # fmt: skip
    assert len(re.findall(r"^\s*\w+, \w+ = \w+, \w+$", swapped, re.MULTILINE)) == 1


@pytest.mark.parametrize("f", [jnp.sin, jnp.cos, jnp.tan])
def test_nothing_is_computed_only_to_fail_where_something_else_fails(f):
    """``cos`` fails where ``sin`` does: at infinity."""
    slope = ad.jit(ad.grad(f))
    assert "an error unless" not in source(ad.grad(f), 0.5)
    with pytest.raises(ValueError, match="finite"):
        slope(math.inf)


def test_a_quotient_is_not_computed_where_its_slope_divides_too():
    def slope(x, y):
        return ad.grad(lambda x: x / y)(x)

    assert source(slope, 3.0, 2.0).count("/") == 1
    with pytest.raises(ZeroDivisionError):
        ad.jit(slope)(3.0, 0.0)


def test_what_only_a_needless_check_used_is_not_computed():
    def f(x):
        jnp.sum(jnp.tanh(x)) / 2.0  # nobody reads it, and it cannot fail
        (x[1] * x[2]) / 2.0
        lax.scan(lambda c, a: (c * a, None), 1.0, x)[0] / 2.0
        return x[0] / 2.0

    for n in (3, 17):
        text = source(f, jnp.linspace(1.0, 2.0, n))
        assert "tanh" not in text and "unless" not in text and text.count("/") == 1


def test_what_alone_may_fail_is_computed():
    """The slope of ``log`` exists at -1, ``log`` does not."""
    assert "log(x)" in source(ad.grad(jnp.log), 2.0)
    with pytest.raises(ValueError, match="positive"):
        ad.jit(ad.grad(jnp.log))(-1.0)


def test_names_do_not_depend_on_what_was_printed_before_the_loop():
    """A loop's own names are free again behind it: the second of two equal loops reads the same."""

    def twice(x):
        for _ in range(2):
            x, _ = lax.scan(lambda x, _: (jnp.sin(x) * x + jnp.sin(x), None), x, None, length=5)
        return x

    lines = Counter(source(twice, 0.3).splitlines())
    assert lines["        v1 = sin(x)"] + lines["        v1 = sin(x_2)"] == 2


# -- long arrays: lists of one length in one loop -------------------------------------------------

X, Y = jnp.linspace(0.1, 0.8, 17), jnp.linspace(0.9, 0.2, 17)


def printed(f, *args):
    """What the printed program itself gives: an error in it is an error here."""
    given = Arguments(args, {})
    program = Program(f, given)
    return Atoms(program.result(program.run(*given.values))).atoms


def test_a_chain_of_long_arrays_is_one_loop_that_keeps_its_end():
    def f(x, y):
        u = jnp.sin(x) * y
        v = jnp.exp(u) - u * u
        return v / (1.0 + v * v)

    text = source(f, X, Y)
    assert (text.count("for "), text.count("append"), text.count("[]")) == (1, 1, 1)
    text = source(ad.grad(lambda x, y: jnp.sum(f(x, y)), (0, 1)), X, Y)
    assert (text.count("for "), text.count("append")) == (1, 2)


def test_a_state_of_17_numbers_makes_the_program_of_a_single_one():
    """So a solver takes no step in time from 16 states to 17."""

    def end(y0):
        step = lambda y, _: (y + 0.1 * jnp.sin(y) * (1.0 - y * y), None)  # noqa: E731
        return jnp.sum(lax.scan(step, y0, None, length=5)[0])

    def operations(n, f):
        text = source(f, jnp.linspace(0.1, 0.8, n))
        text = re.sub(r"#.*|\[1.0\] \* 17", "", text)
        return Counter(re.findall(r"sin|cos|[*/]", text))

    for f in (end, ad.grad(end)):
        assert operations(17, f) == operations(1, f)


@pytest.mark.parametrize("name", sorted(ops.TABLE.keys() - {"and", "or"}))  # those are of truths
def test_any_operation_may_stand_in_such_a_loop_and_be_read_elsewhere(name):
    op = ops.TABLE[name]

    def f(x, y):
        u = x * y + 0.05
        v = elementwise(op, *[u, y, x][: op.arity])
        w = elementwise(op, *[u, u, u][: op.arity])
        return u, jnp.sum(u), v, v * 1.0 + u, w * x, u[3] + w[2]

    assert printed(f, X, Y) == Atoms(f(X, Y)).atoms


def test_no_loop_reads_a_list_that_it_has_not_finished():
    def f(x, y):
        u = x * y
        v = u / jnp.sum(u)  # the sum needs all of u
        w = v - jnp.concatenate([v[1:], u[:1]])  # another row than one's own
        z = jnp.where(w > 0.0, w, jnp.max(w)) * u[::-1]
        short = jnp.outer(z[:3], w)
        return jnp.cumsum(z) * jnp.dot(w, v), short @ z, z * y[0] + w[-1]

    assert printed(f, X, Y) == pytest.approx(Atoms(f(X, Y)).atoms, rel=1e-14)
    slope = ad.grad(lambda x, y: sum(jnp.sum(jnp.sin(a)) for a in f(x, y)), (0, 1))
    # sums of 17 terms in another order
    assert printed(slope, X, Y) == pytest.approx(Atoms(slope(X, Y)).atoms, rel=1e-12)


def test_lists_of_other_lengths_have_loops_of_their_own():
    def f(x):
        short = x[:17]
        a, b = jnp.sin(x), jnp.sin(short)
        return a * a + x, b * b + short, Array([a[0], b[1]])

    x = jnp.linspace(0.1, 0.8, 18)
    assert printed(f, x) == Atoms(f(x)).atoms
