"""A learned optimiser: a small recurrent network that turns gradients into steps.

An optimiser is a rule that reads a gradient and writes a step.  Instead of inventing the rule,
train it: let a network be the rule, run it on problems from a family, and let the loss that it
reaches be the loss that it is trained on (Andrychowicz et al. 2016, arXiv:1606.04474)::

    g_t            = gradient of f at x_t                 f from a family of problems
    step_t, h_t+1  = LSTM(scaled g_t, h_t)                one coordinate at a time, shared weights
    x_t+1          = x_t + step_t
    meta-loss      = mean over t of log f(x_t)

The same weights serve every coordinate, so the rule does not know how many there are; and no
gradient of the gradient is taken.  The logarithm makes a tenth of the loss worth the same at the
start and at the end, whatever the problem's scale.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jax import Array

Loss = Callable[[Array], Array]


class Quadratic(NamedTuple):
    """`f(x) = |W x - y|**2`, with W (dim, dim) and y (dim,) drawn from a standard Gaussian.

    Its least value is 0, but for the unlucky W that has no inverse.

    >>> f = Quadratic.draw(jax.random.key(0), dim=10)
    >>> float(f(jnp.linalg.solve(f.w, f.y))) < 1e-6
    True
    """

    w: Array
    y: Array

    @classmethod
    def draw(cls, key: Array, dim: int = 10, scale: float = 1.0) -> "Quadratic":
        """A random problem; `scale` stretches W, and makes every curvature scale**2 as large."""
        k_w, k_y = jax.random.split(key)
        w = scale * jax.random.normal(k_w, (dim, dim)) / jnp.sqrt(dim)
        return cls(w, jax.random.normal(k_y, (dim,)))

    def __call__(self, x: Array) -> Array:
        return jnp.sum((self.w @ x - self.y) ** 2)


class LearnedOptimiser(eqx.Module):
    """A rule from gradients to steps: two LSTM layers, applied to each coordinate.

    >>> rule = LearnedOptimiser.create(jax.random.key(0))
    >>> path, losses = run(rule, Quadratic.draw(jax.random.key(1)), jnp.zeros(10), 5)
    >>> path.shape, losses.shape
    ((6, 10), (6,))
    """

    lower: eqx.nn.LSTMCell
    upper: eqx.nn.LSTMCell
    out: eqx.nn.Linear

    @classmethod
    def create(cls, key: Array, hidden: int = 20) -> "LearnedOptimiser":
        """Random weights; the last layer is small, so that first steps are small."""
        k_lower, k_upper, k_out = jax.random.split(key, 3)
        out = eqx.nn.Linear(hidden, 1, key=k_out)
        out = eqx.tree_at(lambda m: (m.weight, m.bias), out, (0.1 * out.weight, 0.0 * out.bias))  # type: ignore[operator]
        return cls(
            eqx.nn.LSTMCell(2, hidden, key=k_lower),
            eqx.nn.LSTMCell(hidden, hidden, key=k_upper),
            out,
        )

    def weights(self) -> list[list[float]]:
        """The trained numbers, to four decimals, one list an array."""
        return [[round(v, 4) for v in jnp.ravel(leaf).tolist()] for leaf in jax.tree.leaves(self)]

    @classmethod
    def from_weights(cls, weights: list[list[float]], hidden: int = 20) -> "LearnedOptimiser":
        """The rule whose `weights()` these are.

        >>> rule = LearnedOptimiser.create(jax.random.key(0))
        >>> LearnedOptimiser.from_weights(rule.weights()).weights() == rule.weights()
        True
        """
        leaves, structure = jax.tree.flatten(cls.create(jax.random.key(0), hidden))
        pairs = zip(weights, leaves, strict=True)
        return jax.tree.unflatten(
            structure, [jnp.reshape(jnp.array(w), leaf.shape) for w, leaf in pairs]
        )

    def init(self, x: Array) -> tuple:
        """The state before the first step: zeros for each coordinate."""
        zeros = jnp.zeros((len(x), self.lower.hidden_size))
        return (zeros, zeros), (zeros, zeros)

    def step(self, gradient: Array, state: tuple) -> tuple[Array, tuple]:
        """The step for a gradient (dim,), and the next state."""

        def one_coordinate(g, lower, upper):
            lower = self.lower(scaled(g), lower)
            upper = self.upper(lower[0], upper)
            return self.out(upper[0])[0], (lower, upper)

        return jax.vmap(one_coordinate)(gradient, *state)


def scaled(g: Array) -> Array:
    """A gradient's logarithm and sign, shape (2,): one input for sizes from e**-10 upward::

        (log|g| / 10, sign g)  if |g| > e**-10,   else  (-1, e**10 g)

    >>> print(scaled(jnp.array(1.0)), scaled(jnp.array(0.0)))
    [0. 1.] [-1.  0.]
    """
    large = jnp.abs(g) > jnp.exp(-10.0)
    size = jnp.log(jnp.where(large, jnp.abs(g), 1.0)) / 10
    return jnp.stack(
        [jnp.where(large, size, -1.0), jnp.where(large, jnp.sign(g), jnp.exp(10.0) * g)]
    )


def run(rule, f: Loss, x0: Array, n_steps: int) -> tuple[Array, Array]:
    """Follow a rule from x0.

    Args:
        rule: has `init(x) -> state` and `step(gradient, state) -> (step, state)`: a
            `LearnedOptimiser`, or `by_hand(an optax optimiser)`.
        f: the loss, from x (dim,) to a scalar.

    Returns:
        the points (n_steps + 1, dim), and the loss at each (n_steps + 1,).
    """

    def one_step(carry, _):
        x, state = carry
        value, gradient = jax.value_and_grad(f)(x)
        step, state = rule.step(jax.lax.stop_gradient(gradient), state)
        return (x + step, state), (x, value)

    (x, _), (path, losses) = jax.lax.scan(one_step, (x0, rule.init(x0)), length=n_steps)
    return jnp.concatenate([path, x[None]]), jnp.append(losses, f(x))


class by_hand(NamedTuple):
    """An optax optimiser as a rule for `run`.

    >>> path, losses = run(by_hand(optax.sgd(0.1)), lambda x: jnp.sum(x * x), jnp.ones(2), 1)
    >>> print(path[1])
    [0.8 0.8]
    """

    optimiser: optax.GradientTransformation

    def init(self, x: Array) -> optax.OptState:
        return self.optimiser.init(x)

    def step(self, gradient: Array, state: optax.OptState) -> tuple[Array, optax.OptState]:
        return self.optimiser.update(gradient, state)


def meta_loss(rule, keys: Array, draw: Callable[[Array], Loss], dim: int, n_steps: int) -> Array:
    """The mean of log f over problems and steps: what training lowers."""

    def one(key):
        _, losses = run(rule, draw(key), jnp.zeros(dim), n_steps)
        return jnp.mean(jnp.log(losses + 1e-8))

    return jnp.mean(jax.vmap(one)(keys))


def meta_train(
    key: Array,
    draw: Callable[[Array], Loss],
    dim: int = 10,
    n_steps: int = 100,
    n_iterations: int = 1000,
    batch: int = 32,
    learning_rate: float = 3e-3,
) -> tuple[LearnedOptimiser, Array]:
    """Train a rule on problems `draw(key)` of dimension dim.

    Returns:
        the rule, and the meta-loss of each iteration.

    >>> rule, losses = meta_train(jax.random.key(0), Quadratic.draw, n_steps=10, n_iterations=30)
    >>> bool(losses[-5:].mean() < losses[:5].mean())
    True
    """
    k_rule, k_train = jax.random.split(key)
    rule = LearnedOptimiser.create(k_rule)
    schedule = optax.cosine_decay_schedule(learning_rate, n_iterations)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(schedule))
    weights, static = eqx.partition(rule, eqx.is_inexact_array)

    @partial(jax.value_and_grad)
    def loss(weights, keys):
        return meta_loss(eqx.combine(weights, static), keys, draw, dim, n_steps)

    @jax.jit
    def train(weights, state):
        def iteration(carry, i):
            weights, state = carry
            value, gradient = loss(weights, jax.random.split(jax.random.fold_in(k_train, i), batch))
            step, state = optimiser.update(gradient, state, weights)
            return (optax.apply_updates(weights, step), state), value

        return jax.lax.scan(iteration, (weights, state), jnp.arange(n_iterations))

    (weights, _), losses = train(weights, optimiser.init(weights))
    return eqx.combine(weights, static), losses
