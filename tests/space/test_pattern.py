"""The pattern: linear theory in its own field, the centroid's gradient, bad input."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bookkit.space import pattern
from bookkit.space.grid import SpaceError

THETA = jnp.log(jnp.array([0.5, 0.2, 5.0]))
SMALL, H = 16, 0.04


def test_rest_is_at_rest():
    u, v = pattern.rest()
    assert max(map(abs, pattern.reaction(u, v, 0.7))) < 1e-15


@pytest.mark.parametrize("waves", [1, 2, 4])
def test_a_small_wave_grows_as_linear_theory_says(waves):
    """On the grid k^2 is (2 sin(k/2))^2; the step of Euler multiplies by 1 + h s."""
    k = 2.0 * jnp.pi * waves / SMALL
    seen = 2.0 * jnp.sin(k / 2.0)
    s = float(pattern.growth_rate(THETA, seen))
    ripple = 1e-7 * jnp.cos(k * jnp.arange(SMALL))[:, None] * jnp.ones((SMALL, SMALL))
    base = jnp.array(pattern.rest())[:, None, None]
    state = base + jnp.stack([ripple, -ripple])
    sizes = []
    for _ in range(3):
        state = pattern.develop(THETA, state, 500, H)
        sizes.append(float(jnp.abs(state[0] - base[0]).max()))
    if s > 0:  # the slower of the two eigenvectors has died out
        assert abs(sizes[2] / sizes[1] / (1.0 + H * s) ** 500 - 1.0) < 1e-3
    else:
        assert sizes[2] < sizes[0]


def test_the_gradient_of_the_centroid_agrees_with_differences():
    start = pattern.start(jax.random.key(0), SMALL)
    wave = jax.jit(lambda t: pattern.centroid(pattern.develop(t, start, 500, H)[0]))
    found = jax.grad(wave)(THETA)
    for e in 1e-5 * np.eye(3):
        moved = (wave(THETA + e) - wave(THETA - e)) / 2e-5
        assert (
            abs(found @ e / 1e-5 - moved) < 1e-6
        )  # 1e-16 / 1e-5, and 1e-10 times a third derivative


def test_segments_change_nothing():
    start = pattern.start(jax.random.key(1), SMALL)
    by_25, by_10 = (pattern.develop(THETA, start, 100, H, segment=n) for n in (25, 10))
    assert jnp.array_equal(by_25, by_10)
    with pytest.raises(ValueError, match="multiple of the segment"):
        pattern.develop(THETA, start, 101, H)


def test_a_step_that_the_faster_substance_does_not_bear_is_refused():
    start = pattern.start(jax.random.key(0), SMALL)
    pattern.refuse(THETA, start, 0.05)
    with pytest.raises(SpaceError, match="longer than this grid bears"):
        pattern.refuse(THETA, start, 0.051)
    with pytest.raises(SpaceError, match="g = nan"):
        pattern.refuse(THETA.at[0].set(jnp.nan), start, 0.05)
