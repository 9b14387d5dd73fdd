"""Kicks: their variance in closed form, and against Gillespie's jumps."""

import random

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bookkit.clock import circuit, light, noise, step
from mini_autodiff import ode


@pytest.mark.parametrize("u, r, d", [(5.0, 100.0, 20.0), (0.0, 30.0, 9.0), (400.0, 0.0, 80.0)])
def test_many_small_steps_have_the_variance_of_one_large(u, r, d):
    """Exact, so it composes: what was random decays by E^2, and new variance comes in."""
    h, parts = 0.05, 7
    mean, var = u, 0.0
    for _ in range(parts):
        E = np.exp(-d * h / parts)
        var = var * E**2 + noise.variance("langevin", mean, r, d, h / parts)
        mean = mean * E + r / d * (1 - E)
    assert abs(var - noise.variance("langevin", u, r, d, h)) < 1e-9 * var


def test_small_steps_are_the_chemical_langevin_equation():
    u, r, d, h = 50.0, 700.0, 10.0, 1e-6
    assert abs(noise.variance("langevin", u, r, d, h) / ((r + d * u) * h) - 1) < 1e-4
    assert abs(noise.variance("square root", u, r, d, h) / (u * h) - 1) < 1e-4


def test_square_roots_end_at_sixteen_molecules():
    low, high = (noise.variance("square root", u, 0.0, 1.0, 0.1) for u in (16.0, 16.0 + 1e-9))
    assert abs(low / high - 1) < 1e-6
    assert noise.variance("square root", 0.0, 5.0, 1.0, 0.1) == 0.0


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="langevin, square root, not 'white'"):
        noise.variance("white", 1.0, 1.0, 1.0, 0.1)


def test_messengers_and_proteins_have_the_fano_factors_of_bursts(unregulated):
    """1, and 1 + b / (d + e): 300 in a bursting gene of 20 and 100 a day gives 3.5."""
    free = unregulated()
    z = jax.random.normal(jax.random.key(1), (300, 400, 8))
    us = jax.jit(jax.vmap(lambda z: step.run(free, light.dark(1), z, per_cell=8)))(z)[:, 160:]
    m, p = us[..., :4], us[..., 4:]
    # 300 paths, 4 genes, 0.6 days of a memory of a twentieth: 14,000 values, a variance to 1.2 %.
    # Ten messengers are hardly ever held at 0; a protein sees kicks of m a step late, a
    # quarter (e h) of its memory: first-order errors of some per cent.
    assert abs(float(m.var() / m.mean()) - 1.0) < 0.1
    assert abs(float(p.var() / p.mean()) / 3.5 - 1.0) < 0.12


def test_jumps_and_kicks_agree_where_a_protein_hinders_itself(unbounded):
    """The mean and the spread of a small regulated circuit, by Gillespie and by kicks."""
    n = circuit.GENES
    alpha = jnp.where(jnp.asarray(circuit.SUBSETS) @ jnp.eye(n) > 0, 0.001, 0.999).T
    free = unbounded({
        "a": jnp.full(n, 300.0), "d": jnp.full(n, 20.0), "b": jnp.full(n, 200.0),
        "e": jnp.full(n, 90.0), "m0": jnp.full(n, 12.0), "p0": jnp.full(n, 25.0),
        "alpha": alpha, "rho": jnp.ones((n, 11)),
        "h": jnp.where(jnp.eye(n) > 0, 2.0, 1e-6), "k": jnp.full((n, n), 100.5),
    })  # fmt: skip
    c = circuit.bounded(free)
    start = [12] * n + [25] * n
    ts = [0.02 * k for k in range(101)]
    x = np.array(ode.gillespie(noise.rates(c), noise.changes(), start, ts, random.Random(1)))
    jumps = x[25:]
    z = jax.random.normal(jax.random.key(2), (60, 400, 8))
    us = jax.jit(jax.vmap(lambda z: step.run(free, light.dark(2), z, per_cell=4)))(z)
    kicks = np.asarray(us)[:, 100:].reshape(-1, 2 * n)
    for part in (slice(0, n), slice(n, None)):
        a, b = jumps[:, part], kicks[:, part]
        # Four genes, 1.5 days, a memory near a twentieth of a day: some 100 values by jumps. Their
        # mean is known to a tenth of the spread, the spread to 7 %; three times that.
        assert abs(a.mean() - b.mean()) < 0.3 * b.std()
        assert abs(a.std() / b.std() - 1) < 0.22
