"""Fisher's equation: a closed form, a gradient, its transpose in the tape of Part I, bad input."""

import itertools

import jax
import jax.numpy as jnp
import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as mnp
from bookkit.data import load
from bookkit.explorables import load as explorable
from bookkit.space import front
from bookkit.space.grid import SpaceError

DX, CELLS = 1.0, 40
TS = [3.0, 6.0]


def group():
    """The first five kilometres are full; made inside a test, in double precision."""
    return jnp.where(front.centres(CELLS, DX) < 5.0, 1.0, 0.0)


def test_the_closed_form_is_met_with_second_order():
    def off(dx):  # as many cells each time: compiled once
        x = front.centres(80, dx) - 30.0 * dx
        u = front.solve_checked(0.5, 2.0, front.special(x, 0.0, 0.5, 2.0), dx, jnp.array([4.0]))[0]
        return float(jnp.abs(u - front.special(x, 4.0, 0.5, 2.0))[8:-8].max())

    assert 3.5 < off(2.0) / off(1.0) < 4.5


def misfit(theta):
    r, D = jnp.exp(theta)
    return jnp.sum((front.solve(r, D, group()[:24], DX, jnp.array(TS)) - 0.3) ** 2)


def test_the_gradient_is_that_of_our_own_tape():
    """A second engine, a second method: Euler's step in mini_autodiff, extrapolated."""

    def ours(theta, steps):
        r, D = mnp.exp(theta[0]), mnp.exp(theta[1])
        u, total = [float(v) for v in group()[:24]], 0.0
        h = 3.0 / steps
        for _ in TS:
            for _ in range(steps):
                flow = [0.0, *[D * (b - a) for a, b in itertools.pairwise(u)], 0.0]
                u = [v + h * (r * v * (1.0 - v) + flow[i + 1] - flow[i]) for i, v in enumerate(u)]
            total = total + sum((v - 0.3) ** 2 for v in u)
        return total

    theta = [float(v) for v in jnp.log(jnp.array([0.5, 1.0]))]
    coarse, fine = (ad.grad(ours)(theta, steps) for steps in (20, 40))
    limit = [2.0 * b - a for a, b in zip(coarse, fine, strict=True)]  # Euler's error halves
    found = jax.jit(jax.grad(misfit))(jnp.array(theta))
    for mine, theirs in zip(limit, found, strict=True):
        assert abs(mine - theirs) < 0.02 * float(jnp.linalg.norm(found))  # of second order in h


@pytest.mark.parametrize("shift", [0.0, 0.3, 1.7])
def test_the_position_moves_with_the_front_and_has_its_slope(shift):
    x = front.centres(CELLS, DX)
    ramp = lambda s: jnp.clip(0.5 - 0.1 * (x - 20.0 - s), 0.0, 1.0)  # noqa: E731
    at = jax.jit(lambda s: front.position(ramp(s), DX))
    assert abs(float(at(shift)) - 20.0 - shift) < 1e-12
    assert abs(float(jax.grad(at)(shift)) - 1.0) < 1e-12


def test_where_there_is_no_front_the_position_is_none():
    assert jnp.isnan(front.position(jnp.zeros(5), 1.0))
    assert jnp.isnan(front.position(jnp.ones(5), 1.0))


@pytest.mark.parametrize(
    "r, D, cell, words",
    [
        (0.5, -1.0, 1.0, "D = -1.0"),
        (float("nan"), 1.0, 1.0, "r = nan"),
        (0.5, 1.0, float("nan"), "cell [3]"),
        (0.5, 1.0, -0.01, "negative density"),
    ],
)
def test_bad_input_is_refused_in_the_readers_terms(r, D, cell, words):
    with pytest.raises(SpaceError) as caught:
        front.solve_checked(r, D, group().at[3].set(cell), DX, jnp.array(TS))
    assert words in str(caught.value)


def test_the_pages_front_is_that_of_diffrax():
    """The live figure steps by Euler; its last front lies where the solver's does."""
    figure = explorable("space")
    out = figure.compute(figure.start)
    u0 = jnp.array(figure.data["first"])
    us = front.solve_checked(0.2, 5.0, u0, 2.0, jnp.array([30.0, 40.0]))
    a, b = (float(front.position(u, 2.0)) for u in us)
    # The tip grows like exp(s t) with s = 2r; Euler makes it ln(1 + h s)/h, less by the share r h.
    assert abs(out["speed"] - (1 - 0.2 * 0.1) * (b - a) / 10) < 0.005 * out["speed"]


def test_the_otters_table_agrees_with_itself():
    table = load("sea_otters_1914_1984")
    total = 11.0
    for row, north, south in zip(table["range"], table["north"], table["south"], strict=True):
        total += north + south
        assert row == total
    assert table["year"] == sorted(table["year"]) and len(table.faults) == 3
