"""Four genes that regulate one another: parameters, bounds, and two laws of regulation.

    dm_i/dt = a_i f_i(p) - d_i m_i ,    dp_i/dt = b_i m_i - e_i p_i   (+ light, on protein 2)

m: messengers (mRNA), p: proteins, both in molecules; time in days. The circuit, its bounds and
both laws f are those of S. A. Frank, Biology 11 (2022) 1294 and Front. Syst. Biol. 3 (2023)
1276734; the thermodynamic law is that of D. Marbach et al., PNAS 107 (2010) 6286. What differs:
numbers that span decades are searched on a logarithmic scale.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

GENES, HIDDEN, DAY = 4, 20, 86_400.0
Tree = dict[str, Any]

# The 16 ways to occupy four sites of a promoter: SUBSETS[A, j] = 1 if protein j sits there in A.
SUBSETS = np.array([[A >> j & 1 for j in range(GENES)] for A in range(2**GENES)], dtype=float)
COOPERATE = np.flatnonzero(SUBSETS.sum(axis=1) > 1)  # only together can proteins help each other

# name: low, high, logarithmic. Rates are given per second in the papers, and used per day.
BOUNDS = {
    "a": (1e-4 * DAY, 1e-2 * DAY, True), "d": (1e-4 * DAY, 1e-2 * DAY, True),
    "b": (1e-3 * DAY, DAY, True), "e": (1e-3 * DAY, DAY, True),
    "m0": (0.1, 100.0, True), "p0": (10.0, 1e5, True),
    "alpha": (0.0, 1.0, False), "rho": (1e-3, 10.0, True),
    "h": (0.0, 5.0, False), "k": (100.0, 10_100.0, True),
}  # fmt: skip
# Where a search begins, in the units of `free`: many long-lived messengers, as a slow clock needs.
CENTRE = {"a": 1.5, "d": -2.5, "b": 0.0, "e": -2.0}


def bounded(free: Tree) -> Tree:
    """Every number within its bounds; `free` may be anything. Weights of networks pass as they are.

    >>> float(bounded({"h": jnp.zeros(1)})["h"][0])
    2.5
    """

    def one(name, x):
        if name not in BOUNDS:
            return x
        low, high, logarithmic = BOUNDS[name]
        s = jax.nn.sigmoid(x)
        return low * (high / low) ** s if logarithmic else low + (high - low) * s

    return {name: one(name, x) for name, x in free.items()}


def draw(key: jax.Array, law: str, spread: float = 1.0) -> Tree:
    """A random start of a search: normal numbers about CENTRE, one array a name.

    Args:
        key: of jax.random.
        law: "thermodynamic" (164 numbers) or "neural" (508).
        spread: standard deviation of the bounded numbers.
    """
    n, subsets = GENES, 2**GENES
    shapes: dict[str, tuple] = dict.fromkeys(("a", "d", "b", "e", "m0", "p0"), (n,))
    if law == "thermodynamic":
        shapes |= {"alpha": (n, subsets), "rho": (n, len(COOPERATE)), "h": (n, n), "k": (n, n)}
    elif law == "neural":
        shapes |= {"w1": (n, HIDDEN, n), "c1": (n, HIDDEN), "w2": (n, HIDDEN), "c2": (n,)}
    else:
        raise ValueError(f'law is "thermodynamic" or "neural", not {law!r}')
    scale = {"w1": n**-0.5, "c1": 0.5, "w2": 2 * HIDDEN**-0.5, "c2": 0.5}
    keys = dict(zip(shapes, jax.random.split(key, len(shapes)), strict=True))
    return {
        name: CENTRE.get(name, 0.0)
        + scale.get(name, spread) * jax.random.normal(keys[name], shape)
        for name, shape in shapes.items()
    }  # fmt: skip


def thermodynamic(c: Tree, p: jax.Array) -> jax.Array:
    """How active each gene is, from 0 to 1: the mean of alpha over the states of its promoter.

    State A has the weight rho_A prod_{j in A} (p_j / k_j)^{h_j}, which is Boltzmann's: so f is a
    softmax, and computed as one it does not overflow. rho = 1 unless two or more proteins sit.
    """
    pull = c["h"] * (jnp.log(p) - jnp.log(c["k"]))
    help_ = jnp.zeros((GENES, 2**GENES)).at[:, COOPERATE].set(jnp.log(c["rho"]))
    return jnp.sum(c["alpha"] * jax.nn.softmax(pull @ SUBSETS.T + help_), axis=-1)


def neural(c: Tree, p: jax.Array) -> jax.Array:
    """The same by a network a gene: log p, 20 hidden units (mish), one output (sigmoid)."""
    x = jnp.log(p / 1000.0)  # 1000 is the switch: a shift of c1, to begin near its middle
    hidden = jax.nn.mish(jnp.einsum("ghj,j->gh", c["w1"], x) + c["c1"])
    return jax.nn.sigmoid(jnp.sum(c["w2"] * hidden, axis=-1) + c["c2"])


def activity(c: Tree, p: jax.Array) -> jax.Array:
    """f(p) by the law to which the parameters belong; fewer proteins than 0.01 count as 0.01."""
    return (neural if "w1" in c else thermodynamic)(c, jnp.maximum(p, 0.01))


def count(free: Tree) -> int:
    """How many numbers a search may move.

    >>> [count(draw(jax.random.key(0), law)) for law in ("thermodynamic", "neural")]
    [164, 508]
    """
    return sum(x.size for x in jax.tree.leaves(free))
