"""The stiff method: its order conditions, its order, and problems that defeat the others."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import ode
from mini_autodiff.ode.order import density, trees
from mini_autodiff.ode.stiff import factor, solve_factored

from .problems import growth

KINETICS = [0.04, 1e4, 3e7]


def robertson(t, u, k):
    """Three reactions whose rates span nine powers of ten (H. H. Robertson, 1966)."""
    a, b, c = u
    fast, faster = k[1] * b * c, k[2] * b * b
    return jnp.array([-k[0] * a + fast, k[0] * a - fast - faster, faster])


def forced(t, u, p):
    """Depends on time and on both states."""
    x, y = u
    return jnp.array([x * (1.5 - y) + jnp.sin(3 * t), y * (x - 3.0)])


def test_order_conditions_on_rooted_trees():
    """As for Runge-Kutta, but a vertex with one branch uses beta = alpha + gamma.

    Source: Hairer and Wanner, Solving Ordinary Differential Equations II, IV.7. The published
    numbers belong to the form without products: a = alpha G^-1, g = 1/gamma - G^-1, m = b G^-1.
    """
    r = ode.RODAS4
    s = len(r.m)

    def table(rows):
        return np.array([list(row) + [0.0] * (s - len(row)) for row in rows])

    big = np.linalg.inv(np.eye(s) / r.gamma - table(r.g))
    alpha = table(r.a) @ big
    beta = alpha + big
    b, low = np.array(r.m) @ big, np.array([*r.m[:-1], 0.0]) @ big

    def weights(tree):
        parts = [(beta if len(tree) == 1 else alpha) @ weights(branch) for branch in tree]
        return np.prod(parts, axis=0) if parts else np.ones(s)

    def defects(row, size):
        return [abs(row @ weights(tree) - 1 / density(tree)) for tree in trees(size)]

    # Decimals of 16 digits, with entries up to 34 and products of four of them.
    assert all(max(defects(b, size)) < 1e-12 for size in (1, 2, 3, 4))
    assert max(defects(b, 5)) > 1e-4
    assert all(max(defects(low, size)) < 1e-12 for size in (1, 2, 3))
    assert max(defects(low, 4)) > 1e-4
    assert np.allclose(alpha.sum(axis=1), r.c, atol=1e-13)
    assert np.allclose(big.sum(axis=1), r.d, atol=1e-13)


def test_order_measured():
    exact = ode.solve(forced, [1.0, 1.0], [0.0, 2.0], rtol=1e-13, atol=1e-13)[-1]

    def error(n):
        u, h = jnp.array([1.0, 1.0]), 2.0 / n
        for i in range(n):
            u, _, _ = ode.RODAS4.attempt(forced, i * h, u, h, None)
        return math.dist(u, exact)

    a, b, c = (math.log2(error(n)) for n in (80, 160, 320))
    # The slope between neighbours is 4 + O(h); extrapolated, 4 + O(h**2), h times the rates 0.02.
    assert 2 * (b - c) - (a - b) == pytest.approx(4, abs=0.1)


def test_robertsons_kinetics_against_radau():
    ts = [0.0, 0.4, 40.0, 4e3, 4e4]
    found = ode.solve(
        robertson, [1.0, 0.0, 0.0], ts, KINETICS, tableau=ode.RODAS4, rtol=1e-8, atol=1e-12
    )
    peer = solve_ivp(
        lambda t, u: list(robertson(t, list(u), KINETICS)), (0, 4e4), [1.0, 0.0, 0.0], "Radau",
        t_eval=ts, rtol=1e-11, atol=1e-14,
    ).y.T  # fmt: skip
    # The solution contracts: global errors are some tolerances.
    assert np.allclose(found.tolist(), peer, rtol=1e-7, atol=1e-12)


def test_robertsons_kinetics_for_a_thousand_years():
    """The first step is a millionth; the last, 10**10. Mass is conserved: each stage keeps sums."""
    grid = ode.march(
        robertson, [1.0, 0.0, 0.0], 0.0, 4e10, KINETICS, tableau=ode.RODAS4, rtol=1e-6, atol=1e-12
    )
    assert len(grid.hs) < 1000  # explicit steps would be of size 1e-4, and 10**14 of them
    assert sum(grid.ys[-1]) == pytest.approx(1.0, abs=1e-12)


def test_its_gradient_against_differences():
    def left(k):
        return ode.solve(
            robertson, [1.0, 0.0, 0.0], [0.0, 4.0], k, tableau=ode.RODAS4, rtol=1e-9, atol=1e-13
        )[-1][0]

    gradient = ad.grad(left)(KINETICS)
    for i in range(3):
        up, down = (
            [k * (1 + s * 1e-3 * (i == j)) for j, k in enumerate(KINETICS)] for s in (1, -1)
        )
        slope = (left(up) - left(down)) / (2e-3 * KINETICS[i])
        # The difference is right to (1e-3)**2, and to the tolerance over 1e-3.
        assert gradient[i] == pytest.approx(slope, rel=5e-6)
    assert ad.jacfwd(left)(KINETICS) == pytest.approx(gradient, rel=1e-8)


def test_steps_do_not_depend_on_how_stiff_it_is():
    """u' = -k (u - cos t) - sin t: the solution is cos t, whatever k."""

    def steps(k, method):
        grid = ode.march(
            lambda t, u, k: -k * (u - jnp.cos(t)) - jnp.sin(t), 1.0, 0.0, 3.0, k, tableau=method
        )
        assert grid.ys[-1] == pytest.approx(math.cos(3.0), abs=1e-5)
        return len(grid.hs)

    assert steps(1e6, ode.RODAS4) < 60
    # Explicit steps must stay below 3.3 / k, the stability interval: 3 * 1e3 / 3.3 of them.
    assert steps(1e3, ode.DORMAND_PRINCE) > 800


@pytest.mark.parametrize("n", [1, 2, 5])
def test_linear_systems(n):
    rng = np.random.default_rng(n)
    matrix, right = rng.normal(size=(n, n)), rng.normal(size=n)
    x = solve_factored(factor(matrix.tolist()), right.tolist())
    bound = 1e-15 * 50 * np.linalg.cond(matrix)
    assert np.allclose(x, np.linalg.solve(matrix, right), rtol=bound, atol=bound)


def test_a_step_of_no_length():
    """Dense output at both ends of a step, and its slope at the beginning: f."""
    u, h = jnp.array([1.0, 0.1, 0.2]), 1e-3

    def inside(theta):
        return ode.interpolate(ode.RODAS4, robertson, 0.0, u, h, theta, KINETICS)

    assert inside(0.0).tolist() == u.tolist()
    assert inside(1.0).tolist() == ode.RODAS4.attempt(robertson, 0.0, u, h, KINETICS)[0].tolist()
    slope = ad.jvp(inside, (0.0,), (1.0,))[1].tolist()
    want = (h * robertson(0.0, u, KINETICS)).tolist()
    assert slope == pytest.approx(want, rel=1e-12)  # sums of decimals that meet 1 to 13 digits


def test_a_state_that_is_a_number():
    end = ode.solve(growth, 1.0, [0.0, 1.0], -3.0, tableau=ode.RODAS4, rtol=1e-9, atol=1e-9)[-1]
    assert end == pytest.approx(math.exp(-3), rel=1e-7)
