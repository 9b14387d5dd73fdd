"""The three minimisers, against minima known in closed form and against SciPy's BFGS."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import optimize as scipy_optimize

from mini_autodiff import optimize, value_and_grad


def rosenbrock(p):
    """Minimum 0 at (1, 1), at the end of a curved valley."""
    x, y = p
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def ellipsoid(p):
    """A quadratic with curvatures 1, 10, 100, 1000 about (1, 2, 3, 4)."""
    return sum(10.0**i * (p[i] - (i + 1)) ** 2 for i in range(4)) / 2


def test_bfgs_finds_rosenbrocks_minimum():
    found = optimize.bfgs(value_and_grad(rosenbrock), [-1.2, 1.0], tol=1e-8)
    assert found.converged
    # The smallest curvature there is 0.4, so a gradient of 1e-8 leaves at most 1e-8 / 0.4 * sqrt 2.
    assert math.dist(found.x, [1.0, 1.0]) < 5e-8


def test_bfgs_takes_about_as_many_steps_as_scipys():
    ours = optimize.bfgs(value_and_grad(rosenbrock), [-1.2, 1.0], tol=1e-5)
    theirs = scipy_optimize.minimize(
        rosenbrock,
        [-1.2, 1.0],
        jac=lambda p: np.array(value_and_grad(rosenbrock)(list(map(float, p)))[1]),
    )
    assert ours.steps <= 2 * theirs.nit


@pytest.mark.parametrize(
    "minimise",
    [
        optimize.bfgs,
        lambda f, x: optimize.gradient_descent(f, x, step=1.5e-3, momentum=0.9, max_steps=20_000),
        lambda f, x: optimize.adam(f, x, step=0.05, max_steps=20_000),
    ],
    ids=["bfgs", "momentum", "adam"],
)
def test_each_minimises_an_ellipsoid(minimise):
    found = minimise(value_and_grad(ellipsoid), [0.0] * 4)
    assert found.converged
    # The smallest curvature is 1: the distance is at most the norm of the gradient, 2 * tol.
    assert math.dist(found.x, [1, 2, 3, 4]) < 2e-6


def test_the_loss_of_bfgs_never_rises():
    history = optimize.bfgs(value_and_grad(rosenbrock), [-1.2, 1.0]).history
    assert all(b < a for a, b in pairwise(history))


def test_momentum_follows_its_formula():
    positions = []
    optimize.gradient_descent(
        lambda x: (x * x, 2 * x), 1.0, step=0.1, momentum=0.5, max_steps=2,
        callback=lambda k, x, loss: positions.append(x),
    )  # fmt: skip
    # v1 = -0.1 * 2 = -0.2; x1 = 0.8; v2 = 0.5 * -0.2 - 0.1 * 1.6 = -0.26; x2 = 0.54
    assert positions == pytest.approx([0.8, 0.54], abs=1e-15)


def test_adams_first_step_is_the_step_whatever_the_gradient():
    for scale in (1e-3, 1.0, 1e6):
        found = optimize.adam(lambda x, s=scale: (s * x, s), 1.0, step=0.1, max_steps=1)
        assert found.x == pytest.approx(0.9, abs=1e-6)  # 1e-8 / gradient, at most 1e-5 of 0.1


def test_bfgs_steps_back_from_where_the_model_cannot_be_computed():
    def f(x):  # minimum of x - log x at 1; a full first step from 0.05 leaves the domain
        return x - math.log(x), 1 - 1 / x

    assert optimize.bfgs(f, 0.05).x == pytest.approx(1.0, abs=1e-5)


def test_a_tree_goes_in_and_the_same_tree_comes_out():
    found = optimize.bfgs(
        value_and_grad(lambda p: (p["a"] - 1) ** 2 + (p["b"][0] - 2) ** 2), {"a": 0.0, "b": [0.0]}
    )
    assert set(found.x) == {"a", "b"} and found.x["b"][0] == pytest.approx(2.0)


def test_bad_starts_and_steps_say_what_to_do():
    with pytest.raises(ValueError, match=r"not finite at the start.*\n?.*Start where"):
        optimize.bfgs(lambda x: (math.nan, 0.0), 1.0)
    with pytest.raises(ValueError, match="smaller step"):
        optimize.gradient_descent(lambda x: (x**4, 4 * x**3), 10.0, step=1.0)
    with pytest.raises(TypeError):
        optimize.bfgs(lambda x: (x * x, 2 * x), 1)


def test_the_callback_sees_every_step():
    seen = []
    found = optimize.bfgs(
        value_and_grad(rosenbrock), [-1.2, 1.0], callback=lambda k, x, f: seen.append((k, f))
    )
    assert [f for _, f in seen] == found.history[1:]
    assert [k for k, _ in seen] == sorted({k for k, _ in seen})
