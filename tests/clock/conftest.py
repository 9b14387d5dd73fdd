"""Double precision, and circuits whose truth is known in closed form."""

import jax
import jax.numpy as jnp
import pytest

from bookkit.clock import circuit


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


@pytest.fixture
def unbounded():
    """The inverse of `circuit.bounded`: numbers within their bounds, to those of a search."""

    def inverse(c):
        def one(name, x):
            low, high, logarithmic = circuit.BOUNDS[name]
            x = jnp.asarray(x, dtype=float)
            s = jnp.log(x / low) / jnp.log(high / low) if logarithmic else (x - low) / (high - low)
            return jnp.log(s / (1.0 - s))

        return {name: one(name, x) for name, x in c.items()}

    return inverse


@pytest.fixture
def unregulated(unbounded):
    """Four equal genes, each always active by 0.4: messengers and proteins have closed forms."""
    n = circuit.GENES

    def make(a=500.0, d=20.0, b=300.0, e=100.0, m0=50.0, p0=200.0):
        each = {k: jnp.full(n, v) for k, v in
                {"a": a, "d": d, "b": b, "e": e, "m0": m0, "p0": p0}.items()}  # fmt: skip
        return unbounded(each | {
            "alpha": jnp.full((n, 16), 0.4), "rho": jnp.ones((n, 11)),
            "h": jnp.full((n, n), 2.0), "k": jnp.full((n, n), 1000.0),
        })  # fmt: skip

    return make
