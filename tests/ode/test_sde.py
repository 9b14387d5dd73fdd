"""Noise: against closed forms, within standard errors; orders of strong convergence."""

import math
import random

import numpy as np
import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import ode

THETA, MU, SIGMA, X0, T, N = 1.5, 0.4, 0.6, 2.0, 1.0, 20


def pull(t, x, p):
    return p[0] * (p[1] - x)


def constant(t, x, p):
    return p[2] + 0.0 * x


def end(p, dw):
    """Ornstein and Uhlenbeck's process at T."""
    return ode.euler_maruyama(pull, constant, X0, 0.0, T, dw, p)[1][-1]


@pytest.fixture(scope="module")
def ends():
    """4,000 paths: the end, and its derivative with respect to theta, mu and sigma."""
    rng = random.Random(7)
    run = ad.jit(ad.value_and_grad(end))
    rows = [run([THETA, MU, SIGMA], ode.brownian(rng, N, 0.0, T)) for _ in range(4000)]
    return np.array([[x, *slope] for x, slope in rows])


def test_moments_of_ornstein_and_uhlenbeck(ends):
    """Euler's steps are an autoregression x' = a x + ..., a = 1 - theta h, with exact moments;
    only chance is left, within 4 standard errors (one in 16,000 by chance; the seed is fixed)."""
    h = T / N
    a = 1 - THETA * h
    mean = MU + (X0 - MU) * a**N
    variance = SIGMA**2 * h * (1 - a ** (2 * N)) / (1 - a * a)
    x = ends[:, 0]
    n = len(x)
    assert abs(x.mean() - mean) < 4 * math.sqrt(variance / n)
    assert abs(x.var(ddof=1) - variance) < 4 * variance * math.sqrt(2 / (n - 1))
    # Those of the equation itself differ by the order of h = 0.05, relatively.
    exact = SIGMA**2 * (1 - math.exp(-2 * THETA * T)) / (2 * THETA)
    assert abs(variance / exact - 1) < 2 * THETA * h


def test_pathwise_gradients_average_to_the_gradient_of_the_mean(ends):
    h = T / N
    a = 1 - THETA * h
    truth = [-(X0 - MU) * N * h * a ** (N - 1), 1 - a**N, 0.0]
    for slopes, expected in zip(ends[:, 1:].T, truth, strict=True):
        error = slopes.std(ddof=1) / math.sqrt(len(slopes))
        assert abs(slopes.mean() - expected) <= 4 * error + 1e-12


def test_the_gradient_with_the_noise_held_fixed():
    dw = ode.brownian(random.Random(3), N, 0.0, T)
    p, eps = [THETA, MU, SIGMA], 1e-6
    slope = ad.grad(end)(p, dw)
    for i in range(3):
        up, down = ([q + s * eps * (i == j) for j, q in enumerate(p)] for s in (1, -1))
        # a polynomial of degree 20 in theta: third derivative below 100; rounding 1e-16 / eps
        assert slope[i] == pytest.approx((end(up, dw) - end(down, dw)) / (2 * eps), abs=1e-9)


def test_a_path_is_the_loop_in_its_definition():
    dw = ode.brownian(random.Random(5), N, 0.0, T)
    x, h = X0, T / N
    for kick in dw:
        x = x + h * (THETA * (MU - x)) + SIGMA * kick
    assert end([THETA, MU, SIGMA], dw) == pytest.approx(x, rel=1e-14)


@pytest.mark.parametrize(("method", "order"), [(ode.euler_maruyama, 0.5), (ode.milstein, 1.0)])
def test_strong_order(method, order):
    """Root mean square error of geometric Brownian motion, with the same noise at every step size.

    20 batches of 100 paths give 20 slopes; their mean is within 4 standard errors of the order,
    but for the next term of the error, which is of size h (below 1/32) in the slope.
    """
    rng, drift, noise, finest = random.Random(11), 0.3, 0.5, 512

    def last(dw):
        _, ys = method(lambda t, y, a: drift * y, lambda t, y, a: noise * y, 1.0, 0.0, 1.0, dw)
        return ys[-1]

    run, sizes = ad.jit(last), (32, 64, 128, 256, 512)

    def slope():
        squares = dict.fromkeys(sizes, 0.0)
        for _ in range(100):
            fine = ode.brownian(rng, finest, 0.0, 1.0).tolist()
            exact = math.exp(drift - noise * noise / 2 + noise * sum(fine))
            for n in sizes:
                k = finest // n
                dw = jnp.array([sum(fine[i : i + k]) for i in range(0, finest, k)])
                squares[n] += (run(dw) - exact) ** 2
        errors = 0.5 * np.log(list(squares.values()))
        return np.polyfit(np.log([1 / n for n in sizes]), errors, 1)[0]

    slopes = [slope() for _ in range(20)]
    error = np.std(slopes, ddof=1) / math.sqrt(len(slopes))
    assert error < 0.02 and abs(np.mean(slopes) - order) < 4 * error + 1 / 32


def test_milstein_is_euler_and_maruyama_where_the_noise_is_constant():
    dw = ode.brownian(random.Random(2), N, 0.0, T)
    p = [THETA, MU, SIGMA]
    one = ode.euler_maruyama(pull, constant, X0, 0.0, T, dw, p)[1]
    two = ode.milstein(pull, constant, X0, 0.0, T, dw, p)[1]
    assert one.tolist() == two.tolist()


def test_a_matrix_mixes_noises():
    dw = ode.brownian(random.Random(4), N, 0.0, T, width=2)
    still = lambda t, y, a: 0.0 * y  # noqa: E731
    mixed = ode.euler_maruyama(
        still, lambda t, y, a: [[1.0, 1.0], [0.0, 2.0]], [0.0, 0.0], 0.0, T, dw
    )[1][-1]
    a, b = (sum(column) for column in zip(*dw.tolist(), strict=True))
    assert mixed.tolist() == pytest.approx([a + b, 2 * b], abs=1e-14)


def test_brownian_motion_has_the_variance_of_its_step():
    dw = ode.brownian(random.Random(6), 10_000, 0.0, 50.0)
    # The sum of squares over h is chi square with n degrees of freedom: n +- 4 sqrt(2 n).
    assert abs(sum(x * x for x in dw) / 0.005 - 10_000) < 4 * math.sqrt(2 * 10_000)


def test_lists_are_states_slopes_and_noises():
    """Components that do not meet: each is its own equation, and has a path in closed form."""
    n = 4096
    dw = ode.brownian(random.Random(8), n, 0.0, 1.0, width=2)
    rates, sizes = (0.3, -0.2), (0.1, 0.4)
    _, ys = ode.milstein(
        lambda t, y, a: [rates[0] * y[0], rates[1] * y[1]],
        lambda t, y, a: (sizes[0] * y[0], sizes[1] * y[1]),
        [1.0, 2.0], 0.0, 1.0, dw.tolist(),
    )  # fmt: skip
    for i, start in enumerate((1.0, 2.0)):
        w = sum(row[i] for row in dw)
        exact = start * math.exp(rates[i] - sizes[i] ** 2 / 2 + sizes[i] * w)
        assert ys[-1][i] == pytest.approx(exact, rel=1e-3)  # error of size h, times some rates


def test_errors():
    with pytest.raises(ValueError, match=r"its own noise.*\n.*width=m"):  # one noise for both?
        ode.euler_maruyama(
            lambda t, y, a: -y, lambda t, y, a: 0.1 * y, [1.0, 2.0], 0.0, 1.0, [0.1, 0.2]
        )
    with pytest.raises(ValueError, match="its own noise"):
        ode.euler_maruyama(
            lambda t, y, a: -y, lambda t, y, a: [[1.0], [2.0]], [1.0, 2.0], 0.0, 1.0, [[0.1, 0.2]]
        )
    with pytest.raises(ValueError, match="n_steps is a positive whole number"):
        ode.brownian(random.Random(1), 0, 0.0, 1.0)
    with pytest.raises(ValueError, match="one increment"):
        ode.euler_maruyama(pull, constant, 1.0, 0.0, 1.0, [])
    with pytest.raises(ValueError, match="t1 must be after t0"):
        ode.euler_maruyama(pull, constant, 1.0, 1.0, 0.0, [0.1], [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="one rate of change for each state"):
        ode.milstein(pull, lambda t, y, a: [1.0, 2.0], 1.0, 0.0, 1.0, [0.1], [1.0, 1.0, 1.0])
