"""Regulation against the sum that it stands for, and a network written out."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bookkit.clock import circuit

LAWS = {"thermodynamic": 164, "neural": 508}


@pytest.mark.parametrize("law, numbers", LAWS.items())
def test_the_papers_number_of_parameters(law, numbers):
    assert circuit.count(circuit.draw(jax.random.key(1), law)) == numbers


def test_the_softmax_is_the_sum_over_occupied_sites():
    c = circuit.bounded(circuit.draw(jax.random.key(2), "thermodynamic"))
    p = np.array([30.0, 900.0, 4000.0, 2e4])
    for i in range(circuit.GENES):
        above = below = 0.0
        for A in range(16):
            weight = 1.0
            on = [j for j in range(4) if A >> j & 1]
            for j in on:
                weight *= float((p[j] / c["k"][i, j]) ** c["h"][i, j])
            if len(on) > 1:
                weight *= float(c["rho"][i, list(circuit.COOPERATE).index(A)])
            above, below = above + float(c["alpha"][i, A]) * weight, below + weight
        assert math.isclose(float(circuit.thermodynamic(c, p)[i]), above / below, rel_tol=1e-10)


def test_the_network_is_that_of_the_words():
    c = circuit.draw(jax.random.key(3), "neural")
    p = np.array([30.0, 900.0, 4000.0, 2e4])
    for i in range(circuit.GENES):
        x = np.asarray(c["w1"])[i] @ np.log(p / 1000) + np.asarray(c["c1"])[i]
        out = float(np.asarray(c["w2"])[i] @ (x * np.tanh(np.log1p(np.exp(x)))) + c["c2"][i])
        assert math.isclose(
            float(circuit.neural(c, jnp.asarray(p))[i]), 1 / (1 + math.exp(-out)), rel_tol=1e-10
        )


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("p", [0.0, 1e-9, 1e9])
def test_activity_stays_a_share_and_its_slope_finite(law, p):
    c = circuit.bounded(circuit.draw(jax.random.key(4), law))
    f = circuit.activity(c, jnp.full(4, p))
    slope = jax.jacobian(lambda q: circuit.activity(c, q))(jnp.full(4, p))
    assert bool(jnp.all((f >= 0) & (f <= 1))) and bool(jnp.all(jnp.isfinite(slope)))


def test_everything_is_within_its_bounds_however_wild_the_search():
    c = circuit.bounded(circuit.draw(jax.random.key(5), "thermodynamic", spread=50.0))
    for (name, (low, high, _)), sign in itertools.product(circuit.BOUNDS.items(), (1, -1)):
        assert bool(jnp.all(sign * c[name] >= sign * (low if sign > 0 else high) - 1e-9 * high))


def test_an_unknown_law_is_refused():
    with pytest.raises(ValueError, match="or \"neural\", not 'fuzzy'"):
        circuit.draw(jax.random.key(0), "fuzzy")
