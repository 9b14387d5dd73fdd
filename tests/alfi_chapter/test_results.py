"""The stored results of chapter 15 are what their weights and settings give."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import optax

from alfi.learned_optimiser import LearnedOptimiser, Quadratic, by_hand, run
from bookkit.data import load


def mean_log(rule, scale=1.0):
    one = lambda key: run(rule, Quadratic.draw(key, 10, scale), jnp.zeros(10), 100)[1]  # noqa: E731
    losses = jax.jit(jax.vmap(one))(jax.random.split(jax.random.key(99), 256))
    return float(np.mean(np.log(losses + 1e-8)))


def test_the_race_is_the_one_that_was_stored():
    result = load("alfi_chapter_optimiser")
    row = result["table"]["as in training"]
    learned = mean_log(LearnedOptimiser.from_weights(result["weights"]))
    adam = mean_log(by_hand(optax.adam(result["card"]["adam_rate"])))
    # Four digits are stored; weights are rounded to 1e-4, and 100 steps can enlarge that.
    assert abs(learned - row["learned"]["mean_log"]) < 0.05
    assert abs(adam - row["adam"]["mean_log"]) < 2e-3


def test_students_samples_have_400_squares_and_the_means_of_his_paper():
    table = load("yeast_counts")
    for sample, mean in zip("abcd", (0.6825, 1.3225, 1.80, 4.68), strict=True):
        assert sum(table[sample]) == 400
        total = math.fsum(n * c for n, c in zip(table[sample], table["cells"], strict=True))
        assert total / 400 == mean


def test_the_stored_run_ends_calibrated_and_near_maximum_likelihood():
    last = load("alfi_chapter_poisson")["states"][-1]
    # 500 episodes know a ratio to 0.05 and a coverage to 0.013.
    assert last["ratio"][-1] < 1.3
    assert abs(last["coverage_90"][-1] - 0.9) < 4 * 0.013
