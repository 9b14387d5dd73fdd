"""Fit a model to a target: many starts at once, a window that grows, then least squares.

Adam carries every start along the growing window. Its best ends are polished by
Levenberg-Marquardt (scipy's trust region), which uses the whole Jacobian of the trajectory.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jax.flatten_util import ravel_pytree
from scipy.optimize import least_squares

from .models import Model, Params
from .resume import load_tree, save_tree
from .solve import STEP, referee, rk4
from .target import POINTS_PER_YEAR

STRIDE = round(1 / POINTS_PER_YEAR / STEP)


class Recipe(NamedTuple):
    """How to train: everything that decides the result, so that a card can print it."""

    seed: int = 8
    starts: int = 24
    iterations: int = 3000
    chunk: int = 75  # iterations between two checkpoints
    learning_rate: float = 1e-2
    grow: bool = True
    first_window: float = 10.0  # years
    growing: float = 0.7  # the share of the iterations in which the window grows
    polished: int = 3  # how many of the best starts are polished
    evaluations: int = 60  # at most, for each


Loss = Callable[
    [Params, Any, jax.Array | int], jax.Array
]  # of theta, the lane's data, the iteration


def observed(
    model: Model,
    theta: Params,
    first: jax.Array,
    points: int,
    end: jax.Array | float = jnp.inf,
    stride: int = STRIDE,
) -> jax.Array:
    """States at the target's times, (points, n), from theta["start"], or else from `first`."""
    start = jnp.concatenate([theta.get("start", first), jnp.zeros(model.n - 2)])
    h = 1 / POINTS_PER_YEAR / stride
    return rk4(model.field, start, stride * (points - 1), theta, h, end)[::stride]


def residuals(
    model: Model,
    theta: Params,
    target: jax.Array,
    end: jax.Array | float = jnp.inf,
    stride: int = STRIDE,
) -> jax.Array:
    """Model minus target, (points, 2); zero beyond `end`."""
    states = observed(model, theta, target[0], len(target), end, stride)
    times = jnp.arange(len(target)) / POINTS_PER_YEAR
    return jnp.where((times <= end)[:, None], states[:, :2] - target, 0.0)


def sse(
    model: Model, theta: Params, target: jax.Array, end: jax.Array | float = jnp.inf
) -> jax.Array:
    """Sum of squared residuals: the loss."""
    return jnp.sum(residuals(model, theta, target, end) ** 2)


def window(recipe: Recipe, iteration: jax.Array, end: jax.Array) -> jax.Array:
    """Years of the target inside the training window at this iteration."""
    if not recipe.grow:
        return end
    share = jnp.minimum(1.0, iteration / (recipe.growing * recipe.iterations))
    return recipe.first_window + (end - recipe.first_window) * share


def trajectory_loss(model: Model, recipe: Recipe) -> Loss:
    """The loss inside the growing window; a lane's data is (target, end)."""

    def loss(theta, data, iteration):
        target, end = data
        return sse(model, theta, target, window(recipe, iteration, end))

    return loss


def optimiser(recipe: Recipe) -> optax.GradientTransformation:
    """Adam; constant rate while the window grows, then a cosine down to one hundredth."""
    turn = round(recipe.growing * recipe.iterations)
    rate = optax.join_schedules(
        [
            optax.constant_schedule(recipe.learning_rate),
            optax.cosine_decay_schedule(recipe.learning_rate, recipe.iterations - turn, 0.01),
        ],
        [turn],
    )
    adam = optax.chain(optax.clip_by_global_norm(10.0), optax.adam(rate))
    # A lane whose gradient is not finite keeps its parameters, and the other lanes never know.
    return optax.apply_if_finite(adam, max_consecutive_errors=recipe.iterations)


def train(
    recipe: Recipe, loss: Loss, data: Any, state: Any, chunks_done: int = 0
) -> Iterator[tuple[Params, Any]]:
    """Yield (theta, optimiser state) after each further chunk of iterations.

    All lanes train at once: every leaf of `data` and of the state has one row a
    lane. Every chunk runs the same compiled program on nothing but the last state,
    so a run that goes on from a saved state ends with the very same numbers.
    """
    adam = optimiser(recipe)

    def one_lane(theta, memory, data, first):
        def step(carry, iteration):
            theta, memory = carry
            gradient = jax.grad(loss)(theta, data, iteration)
            change, memory = adam.update(gradient, memory, theta)
            return (optax.apply_updates(theta, change), memory), None

        return lax.scan(step, (theta, memory), first + jnp.arange(recipe.chunk))[0]

    run = jax.jit(jax.vmap(one_lane, in_axes=(0, 0, 0, None)))
    for chunk in range(chunks_done, recipe.iterations // recipe.chunk):
        state = run(*state, data, chunk * recipe.chunk)
        yield state


def train_to_end(
    recipe: Recipe,
    loss: Loss,
    data: Any,
    theta: Params,
    saved: Path,
    progress: Callable[[int], None] = lambda chunks: None,
) -> Params:
    """Train from `theta`; parameters after each chunk, first axis (chunks + 1), row 0 the starts.

    After each chunk everything is written to `saved`, from where a killed run goes on.
    """
    state = (theta, jax.vmap(optimiser(recipe).init)(theta))
    chunks = recipe.iterations // recipe.chunk
    history = jax.tree.map(lambda leaf: np.zeros((chunks + 1, *leaf.shape)), theta)
    done = np.array(0)

    def record(row: int) -> None:
        for kept, leaf in zip(jax.tree.leaves(history), jax.tree.leaves(state[0]), strict=True):
            kept[row] = leaf

    record(0)
    if saved.exists():
        done, history, state = load_tree(saved, (done, history, state))
    for state in train(recipe, loss, data, state, int(done)):  # noqa: B020
        done = done + 1
        record(int(done))
        save_tree(saved, (done, history, state))
        progress(int(done))
    return history


def draw(model: Model, seed: int, lanes: int) -> Params:
    """First parameters for so many lanes; the same seed gives the same ones."""
    return jax.vmap(model.draw)(jax.random.split(jax.random.key(seed), lanes))


def scores(loss: Loss, recipe: Recipe, data: Any, theta: Params) -> np.ndarray:
    """The loss of every lane at the last iteration, (lanes,); infinite where it is not finite."""
    each = jax.jit(jax.vmap(lambda theta, data: loss(theta, data, recipe.iterations)))(theta, data)
    return np.nan_to_num(np.asarray(each), nan=np.inf, posinf=np.inf)


def judge(model: Model, theta: Params, target: Any) -> float:
    """The loss once more, by diffrax's adaptive solver: the number that we report.

    Infinite if that solver cannot follow the trajectory at all.
    """
    target = jnp.asarray(target)
    start = jnp.concatenate([theta.get("start", target[0]), jnp.zeros(model.n - 2)])
    try:
        states = referee(model.field, start, jnp.arange(len(target)) / POINTS_PER_YEAR, theta)
    except RuntimeError:
        return float("inf")
    return float(jnp.sum((states[:, :2] - target) ** 2))


def polish(
    model: Model,
    theta: Params,
    target: Any,
    end: float,
    evaluations: int,
    stride: int = 2 * STRIDE,
) -> tuple[Params, float]:
    """Least squares from theta, with the Jacobian by forward mode; returns (theta, loss).

    `end` are the years that may be seen; `stride` are the solver's steps from point to point. They
    are twice Adam's: least squares is good enough to fit the solver's error if it can. Raises
    FloatingPointError where theta itself diverges.
    """
    points = round(end * POINTS_PER_YEAR) + 1
    seen = jnp.asarray(target)[:points]
    flat, unravel = ravel_pytree(theta)

    def residual(flat):
        return residuals(model, unravel(flat), seen, stride=stride).ravel()

    value, slope = jax.jit(residual), jax.jit(jax.jacfwd(residual))
    if not np.isfinite(value(flat)).all():
        raise FloatingPointError(
            f"{model.label}: from these parameters the trajectory leaves the finite numbers within "
            f"{end:.0f} years. Begin from another start, or train on a shorter window first."
        )

    def safe(flat):  # a trial step may diverge: a huge residual makes the solver step back
        return np.nan_to_num(np.asarray(value(flat)), nan=1e6, posinf=1e6, neginf=-1e6)

    found = least_squares(
        safe,
        np.asarray(flat),
        jac=lambda flat: np.nan_to_num(np.asarray(slope(flat))),
        x_scale="jac",
        max_nfev=evaluations,
    )
    return unravel(jnp.asarray(found.x)), float(2 * found.cost)
