"""Every public function, with every kind of state, eager, under jit and under grad.

The answers are held against each other: a list, a tuple and a NumPy array give what an ``Array``
gives, a number what an array of one number gives, a compiled run what an eager one gives, reverse
mode what forward mode and differences give.
"""

import math
import random

import numpy as np
import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import ode, tree
from mini_autodiff.array import Array, Atoms

RATE, N = 0.7, 6


def decay(t, y, rate):
    """Components that meet only through the step that they share; time enters, too."""
    return -rate * (y - jnp.cos(t))


def noises(y):
    return ode.brownian(random.Random(1), N, 0.0, 1.0, width=getattr(ode.fixed.start(y), "size", 0))


def half(t, y, rate):
    return y - 0.9 if not isinstance(y, Array) else y[0] - 0.9


def last(ys):
    return jnp.sum(ys[-1] * ys[-1])


def adjoint(which):
    return lambda y, r: tuple(which(decay, y, 0.0, 1.0, N, r, last))


def between(*methods):
    return lambda y, r: [
        ode.interpolate(method, decay, 0.0, ode.fixed.start(y), 0.3, theta, r)
        for method in methods
        for theta in (0.0, 0.3, 1.0)
    ]


RUNS = {
    "step": lambda y, r: ode.step(ode.RK4, decay, 0.1, ode.fixed.start(y), 0.2, r),
    "stages": lambda y, r: ode.stages(ode.HEUN, decay, 0.1, ode.fixed.start(y), 0.2, r),
    "solve_fixed": lambda y, r: ode.solve_fixed(decay, y, 0.0, 1.0, N, r),
    "solve": lambda y, r: ode.solve(decay, y, [0.0, 0.4, 1.0], r),
    "solve, differentiated": lambda y, r: ode.solve(
        decay, y, [0.0, 1.0], r, rtol=1e-3, first_step=0.1, steps="differentiated"
    ),
    "solve, RODAS4": lambda y, r: ode.solve(decay, y, [0.0, 0.4, 1.0], r, tableau=ode.RODAS4),
    "march": lambda y, r: ode.march(decay, y, 0.0, 1.0, r, first_step=0.1, rtol=1e-3).ys,
    "interpolate": between(ode.RK4, ode.DORMAND_PRINCE),
    "interpolate, RODAS4": between(ode.RODAS4),
    "solve_event": lambda y, r: tuple(ode.solve_event(decay, y, 0.0, 5.0, half, r)),
    "solve_checkpointed": lambda y, r: ode.solve_checkpointed(decay, y, 0.0, 1.0, N, r, 3),
    "solve_sensitivities": lambda y, r: ode.solve_sensitivities(decay, y, 0.0, 1.0, N, r),
    "discrete_adjoint": adjoint(ode.discrete_adjoint),
    "continuous_adjoint": adjoint(ode.continuous_adjoint),
    "backsolve_adjoint": adjoint(ode.backsolve_adjoint),
    "euler_maruyama": lambda y, r: ode.euler_maruyama(
        decay, lambda t, y, r: 0.1 * r * y, y, 0.0, 1.0, noises(y), r
    ),
    "milstein": lambda y, r: ode.milstein(
        decay, lambda t, y, r: 0.1 * r * y * y, y, 0.0, 1.0, noises(y), r
    ),
}
ARRAY = jnp.array([2.0, 3.0])
LIKE_THE_ARRAY = {
    "list": [2.0, 3.0], "tuple": (2.0, 3.0), "NumPy": np.array([2.0, 3.0]),
    "whole numbers": [2, 3], "NumPy's whole numbers": np.array([2, 3]),
}  # fmt: skip
NUMBERS = {"number": 2.0, "whole number": 2, "NumPy's number": np.float64(2.0)}

pytestmark = pytest.mark.parametrize("name", RUNS)


def numbers(out):
    return [float(x) for x in Atoms(out).atoms]


def test_kinds_of_state_that_mean_the_same(name):
    run = RUNS[name]
    for kind, y0 in LIKE_THE_ARRAY.items():
        out, want = run(y0, RATE), run(ARRAY, RATE)
        assert tree.structure(out) == tree.structure(want), kind
        assert numbers(out) == numbers(want), kind
        assert all(isinstance(x, float) for x in Atoms(out).atoms), kind
    for kind, y0 in NUMBERS.items():
        out, want = run(y0, RATE), run([2.0], RATE)
        assert numbers(out) == pytest.approx(numbers(want), rel=1e-14), kind
        assert not any(isinstance(x, Array) and x.ndim > 1 for x in tree.leaves(out)), kind


def test_a_dict_is_refused_by_name(name):
    with pytest.raises(TypeError, match=r"a dict with the keys \['a', 'b'\].*\n.*may be a dict"):
        RUNS[name]({"b": 1.0, "a": 2.0}, RATE)


@pytest.mark.parametrize("y0", [2.0, [2.0, 3.0]], ids=["number", "list"])
def test_compiled_and_eager_agree(name, y0):
    run = RUNS[name]
    eager, compiled = run(y0, RATE), ad.jit(run)
    for _ in range(2):
        out = compiled(y0, RATE)
        assert tree.structure(out) == tree.structure(eager)
        # the same operations in the same order, but for x - x and the like that the printer drops
        assert numbers(out) == pytest.approx(numbers(eager), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("y0", [2.0, [2.0, 3.0]], ids=["number", "list"])
def test_derivatives_agree(name, y0):
    """Reverse mode, forward mode and differences of a sum over all numbers, by rate and start."""
    run = RUNS[name]
    steps_move = name in ("solve", "solve, RODAS4", "solve_event")  # and are held as they are

    def total(y0, rate):
        leaves = tree.leaves(run(y0, rate))
        return sum(math.sqrt(i + 1.0) * jnp.sum(x * x) for i, x in enumerate(leaves))

    value, (d_y0, d_rate) = ad.value_and_grad(total, (0, 1))(y0, RATE)
    assert value == pytest.approx(total(y0, RATE), rel=1e-13)
    along = tree.map(lambda y: 0.3, y0)
    inside = sum(0.3 * d for d in Atoms(d_y0).atoms) + 0.5 * d_rate
    _, forward = ad.jvp(total, (y0, RATE), (along, 0.5))
    assert forward == pytest.approx(inside, rel=1e-11)

    def moved(h):
        return total(tree.map(lambda y: y + 0.3 * h, y0), RATE + 0.5 * h)

    # eps**2 = 1e-8 times a third derivative of some ten values; where the steps move, and the
    # derivative holds them, each value jumps by the tolerance 1e-6, over 2 eps, at the worst.
    eps = 1e-4 if not steps_move else 1e-2
    bound = 1e-6 if not steps_move else 1e-3
    assert inside == pytest.approx((moved(eps) - moved(-eps)) / (2 * eps), rel=bound)
    compiled = ad.jit(ad.grad(total, (0, 1)))(y0, RATE)
    assert numbers(compiled) == pytest.approx(numbers((d_y0, d_rate)), rel=1e-11)


@pytest.mark.parametrize("d", [2, 16, 17, 40])
def test_every_width_of_state(name, d):
    """An array of more than 16 numbers is a list in a compiled program; nothing else may change."""
    if "RODAS4" in name and d > 17:
        return  # its linear algebra is written out number by number, and takes its time
    run, y0 = RUNS[name], jnp.array([1.5 + 0.5 * math.sin(i) for i in range(d)])

    def total(y0, rate):
        leaves = tree.leaves(run(y0, rate))
        return sum(math.sqrt(i + 1.0) * jnp.sum(x * x) for i, x in enumerate(leaves))

    eager = run(y0, RATE)
    assert numbers(ad.jit(run)(y0, RATE)) == pytest.approx(numbers(eager), rel=1e-12, abs=1e-13)
    slopes = ad.grad(total, (0, 1))(y0, RATE)
    compiled = ad.jit(ad.grad(total, (0, 1)))(y0, RATE)
    assert numbers(compiled) == pytest.approx(numbers(slopes), rel=1e-10, abs=1e-12)
    d_y0, d_rate = slopes
    _, forward = ad.jvp(total, (y0, RATE), (0.3 * y0, 0.5))
    assert forward == pytest.approx(0.3 * jnp.sum(d_y0 * y0) + 0.5 * d_rate, rel=1e-10)
