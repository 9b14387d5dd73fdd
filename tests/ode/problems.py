"""The test problems of this folder."""

import dataclasses

import mini_autodiff.numpy as jnp
from mini_autodiff.ode.attempt import advance

RATES = [1.5, 1.0, 3.0, 1.0]  # alpha, beta, gamma, delta
START = jnp.array([1.0, 1.0])

# State and sensitivities at t = 10 of RATES from START, to eight digits: computed for this test by
# SciPy's DOP853 on the sensitivity equations with rtol = 1e-13 (test_adaptive checks that).
STATE_AT_10 = [1.02634477, 0.90969108]
HARE_BY_RATES = [2.16055752, 0.18856878, 0.56318279, 0.93965129]
LYNX_BY_RATES = [-6.25677052, -0.69797759, -1.70901768, -2.74397916]


def lotka_volterra(t, u, p):
    x, y = u
    return jnp.array([p[0] * x - p[1] * x * y, p[3] * x * y - p[2] * y])


def replay(f, y0, p, grid, method):
    """The steps of a grid again, whatever numbers the start and the parameters are."""
    ys = [y0]
    for t, h in zip(grid.ts, grid.hs, strict=False):
        ys.append(advance(method, f, t, ys[-1], h, p))
    return dataclasses.replace(grid, ys=ys)


def growth(t, u, rate):
    """Its solution is exp(rate * t)."""
    return rate * u


def ramp(t, u, p):
    """Depends on time: u' = -u + p * t. From 1: (1 + p) * exp(-t) + p * (t - 1)."""
    return -u + p * t
