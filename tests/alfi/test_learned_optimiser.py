"""The learned rule: one rule for every coordinate, gradients read as written, steps followed."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from alfi.learned_optimiser import LearnedOptimiser, Quadratic, by_hand, run, scaled


@pytest.fixture(scope="module")
def rule():
    return LearnedOptimiser.create(jax.random.key(4))


def test_coordinates_share_one_rule(rule):
    """Shuffled gradients give shuffled steps, also after a state has built up."""
    order = jnp.array([2, 0, 3, 1])
    g = jnp.array([1.0, -0.3, 2e-6, 40.0])
    one, other = rule.init(g), rule.init(g)
    for _ in range(3):
        step, one = rule.step(g, one)
        shuffled, other = rule.step(g[order], other)
    np.testing.assert_allclose(step[order], shuffled, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_scaled_is_continuous_where_its_two_forms_meet(sign):
    edge = sign * np.exp(-10.0)
    above, below = scaled(jnp.array(edge * 1.001)), scaled(jnp.array(edge * 0.999))
    np.testing.assert_allclose(above, below, atol=2e-3)
    np.testing.assert_allclose(above, [-1.0, sign], atol=2e-3)


def test_gradient_descent_by_hand_has_its_closed_form():
    """On f = |x|^2 with rate r, x_n = (1 - 2r)^n x_0 and f_n = (1 - 2r)^2n f_0."""
    path, losses = run(by_hand(optax.sgd(0.1)), lambda x: jnp.sum(x * x), jnp.ones(3), 8)
    n = np.arange(9)
    np.testing.assert_allclose(path[:, 0], 0.8**n, rtol=1e-5)
    np.testing.assert_allclose(losses, 3 * 0.64**n, rtol=1e-5)


class Descent(NamedTuple):
    """Steps of -rate times the gradient, with the rate to be learned."""

    rate: jax.Array

    def init(self, x):
        return ()

    def step(self, gradient, state):
        return -self.rate * gradient, state


def test_no_gradient_of_the_gradient_is_taken():
    """On f = x^2/2 from 1, x_2 = 1 - r g_0 - r g_1 with g_0 = 1 and g_1 = 1 - r. As constants
    they give dx_2/dr = -(2 - r); with their own derivatives it would be -2 (1 - r)."""
    end = lambda r: run(Descent(r), lambda x: jnp.sum(x * x) / 2, jnp.ones(1), 2)[0][-1, 0]  # noqa: E731
    np.testing.assert_allclose(jax.grad(end)(0.3), -1.7, rtol=1e-6)


def test_weights_come_back(rule):
    again = LearnedOptimiser.from_weights(rule.weights())
    f, x = Quadratic.draw(jax.random.key(1)), jnp.zeros(10)
    # Rounded to four decimals, an untrained rule takes the same small steps to about 1e-4.
    np.testing.assert_allclose(run(rule, f, x, 5)[0], run(again, f, x, 5)[0], atol=1e-3)
