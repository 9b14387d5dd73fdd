"""Import-swap parity: the same listing under jax (float64) and under mini_autodiff."""

from __future__ import annotations

import pytest
from listings import LISTINGS

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax, tree

jax = pytest.importorskip("jax")

SHARED = [
    "grad",
    "value_and_grad",
    "jvp",
    "vjp",
    "jacfwd",
    "jacrev",
    "jacobian",
    "hessian",
    "jit",
    "checkpoint",
    "custom_vjp",
]
OURS = {name: getattr(ad, name) for name in SHARED if hasattr(ad, name)}
OURS |= {"jnp": jnp, "lax": lax, "tree": tree}


def numbers(tree_of, x) -> list[float]:
    found: list[float] = []
    for leaf in tree_of.leaves(x):
        values = leaf.tolist() if hasattr(leaf, "tolist") else leaf
        while isinstance(values, list) and values and isinstance(values[0], list):
            values = [v for row in values for v in row]
        found += values if isinstance(values, list) else [float(values)]
    return found


@pytest.mark.parametrize("name", LISTINGS)
def test_the_listing_runs_under_both(name):
    ours = dict(OURS)
    exec(LISTINGS[name], ours)
    theirs = {n: getattr(jax, n) for n in SHARED if hasattr(jax, n)}
    theirs |= {"jnp": jax.numpy, "lax": jax.lax, "tree": jax.tree}
    with jax.enable_x64(True):
        exec(LISTINGS[name], theirs)
        want = numbers(jax.tree, theirs["out"])
    got = numbers(tree, ours["out"])
    assert len(got) == len(want)
    scale = max(1.0, *map(abs, want))
    assert got == pytest.approx(want, rel=1e-12, abs=1e-12 * scale)


def test_every_shared_name_exists_in_jax_and_here():
    for name in SHARED:
        assert hasattr(ad, name)
        assert name == "jacobian" or hasattr(jax, name)
    here = {n for n in dir(jnp) if not n.startswith("_") and callable(getattr(jnp, n))}
    own = {"sigmoid", "softplus", "Any", "Callable", "Array", "Var"}
    helpers = {"elementwise", "matmul", "reduce_sum", "scalar"}
    assert {n for n in here - own - helpers if not hasattr(jax.numpy, n)} == set()
    for name in ("scan", "cond", "stop_gradient"):
        assert hasattr(jax.lax, name)
        assert hasattr(lax, name)
