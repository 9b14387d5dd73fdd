"""The stencil: what it conserves, its transpose, and the step that it bears."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bookkit.space.grid import (
    SpaceError,
    laplacian_torus,
    longest_step,
    refuse_bad,
    refuse_step,
    spread,
)  # fmt: skip


def both(shape, seed=0):
    return np.random.default_rng(seed).normal(size=(2, *shape))


def transposed(stencil, w):
    """The walk back through a linear map."""
    return jax.jit(lambda w: jax.vjp(stencil, w)[1](w)[0])(w)


@pytest.mark.parametrize("D", [0.3, "each border its own"])
def test_a_rod_loses_nothing_and_is_its_own_transpose(D):
    u, w = both((30,))
    D = jnp.linspace(0.1, 2.0, 29) if isinstance(D, str) else D
    stencil = jax.jit(lambda v: spread(v, D, 0.7))
    assert abs(float(np.sum(stencil(u)))) < 1e-12  # 30 sums of numbers below ten
    assert np.abs(transposed(stencil, w) - np.asarray(stencil(w))).max() < 1e-13
    assert abs(float(np.dot(w, stencil(u)) - np.dot(stencil(w), u))) < 1e-12


def test_a_torus_loses_nothing_and_is_its_own_transpose():
    u, w = both((8, 8))
    stencil = jax.jit(lambda v: laplacian_torus(v, 0.5))
    assert abs(float(np.sum(stencil(u)))) < 1e-12
    assert np.abs(transposed(stencil, w) - np.asarray(stencil(w))).max() < 1e-13


def test_the_error_of_the_stencil_is_of_second_order():
    def off(cells):
        dx = 1.0 / cells
        u = np.cos(np.pi * (np.arange(cells) + 0.5) * dx)  # flat at both ends
        return float(np.abs(jax.jit(spread)(u, 1.0, dx) + np.pi**2 * u).max())

    assert 3.8 < off(20) / off(40) < 4.2  # four, and the next term


@pytest.mark.parametrize("dimensions", [1, 2])
def test_a_little_beyond_the_longest_step_the_zigzag_grows(dimensions):
    sign = (-1.0) ** np.arange(8)
    zigzag = sign if dimensions == 1 else sign[:, None] * sign
    stencil = jax.jit((lambda u: spread(u, 2.0, 0.5)) if dimensions == 1 else (
        lambda u: 2.0 * laplacian_torus(u, 0.5)))  # fmt: skip
    for factor, grows in ((0.99, False), (1.01, True)):
        h, u = factor * longest_step(2.0, 0.5, dimensions), zigzag
        # A rod's ends damp the zigzag; look at its middle.
        after = u + h * np.asarray(stencil(u))
        assert (abs(float(after[(3,) * dimensions])) > 1.0) == grows


@pytest.mark.parametrize(
    "u, rates, words",
    [
        ([1.0, 2.0], {"D": -1.0}, "D = -1.0. A negative rate"),
        ([1.0, 2.0], {"r": float("nan")}, "r = nan. A rate must be a finite number"),
        ([1.0, float("inf")], {"r": 1.0}, "cell [1]"),
    ],
)
def test_what_means_nothing_is_refused(u, rates, words):
    with pytest.raises(SpaceError) as caught:
        refuse_bad(jnp.array(u), **rates)
    assert words in str(caught.value)


def test_a_step_too_long_names_the_one_that_would_do():
    refuse_step(longest_step(2.0, 0.5, 2), 2.0, 0.5, 2)
    with pytest.raises(SpaceError, match=r"Take h <= 0\.0312"):
        refuse_step(0.04, 2.0, 0.5, 2)
