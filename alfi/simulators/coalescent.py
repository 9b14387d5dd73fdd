"""The coalescent: the family tree of a sample of genes, told backwards in time.

While k lines remain, any two of them meet at rate k (k - 1)/2 (Kingman 1982), time in units of
the present population's coalescent time.  Each mutation falls on the tree at random and makes a
site that differs among the sample; a mutation above j of the n genes is seen j times.  The counts
of j = 1, ..., n - 1 are the site-frequency spectrum.

With no growth, E[T_MRCA] = 2 (1 - 1/n) and E[count of j] = theta/j (Fu 1995).  A population that
has grown as exp(g t) was smaller in the past, and its lines met sooner: a tree in constant
population time s happens at time log(1 + g s)/g (Griffiths and Tavaré 1994).
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from alfi.prior import Uniform
from alfi.simulators.base import Simulator


def genealogy(key: Array, n: int, growth: float | Array = 0.0) -> tuple[Array, Array]:
    """One tree of n genes.

    Returns:
        (height, length): the time to the most recent common ancestor, and the total length of
        branches above j genes, shape (n - 1,), j = 1, ..., n - 1.

    >>> keys = jax.random.split(jax.random.key(0), 4000)
    >>> height, _ = jax.vmap(lambda key: genealogy(key, 10))(keys)
    >>> print(abs(height.mean() - 2 * (1 - 1 / 10)) < 0.07)  # 4 standard errors
    True
    """
    growth = jnp.asarray(growth, dtype=float)
    safe = jnp.where(growth > 0, growth, 1.0)

    def clock(s):
        return jnp.where(growth > 0, jnp.log1p(safe * s) / safe, s)

    def meet(carry, lines):
        key, sizes, s, length = carry
        key, k_time, k_first, k_second = jax.random.split(key, 4)
        later = s + jax.random.exponential(k_time) / (lines * (lines - 1) / 2)
        alive = jnp.arange(n) < lines
        # sizes counts genes under each living line; index 0 of `length` collects the dead ones.
        length = length.at[jnp.where(alive, sizes, 0)].add(clock(later) - clock(s))
        first = jax.random.randint(k_first, (), 0, lines)
        second = jax.random.randint(k_second, (), 0, lines - 1)
        second = second + (second >= first)
        sizes = sizes.at[first].add(sizes[second])
        # The last living line takes the place of the one that was joined to another.
        sizes = sizes.at[second].set(sizes[lines - 1])
        return (key, sizes, later, length), None

    start = (key, jnp.ones(n, dtype=int), jnp.zeros(()), jnp.zeros(n))
    (_, _, s, length), _ = jax.lax.scan(meet, start, jnp.arange(n, 1, -1))
    return clock(s), length[1:]


@dataclass(frozen=True)
class Coalescent(Simulator):
    """x = the site-frequency spectrum of one locus; theta = (log mutation rate, growth rate).

    The mutation rate is the population-scaled one: mutations fall at half of it a unit length, so
    with no growth a sample of n genes shows rate * (1 + 1/2 + ... + 1/(n - 1)) variable sites
    (Watterson 1975).  Loci are unlinked: one tree each.

    Args:
        n_genes: the sample size; one observation has n_genes - 1 counts.

    >>> Coalescent()(jax.random.key(0), [2.0, 1.0], n_obs=3).shape
    (3, 19)
    """

    n_genes: int = 20

    name = "coalescent"
    parameter_names = ("log mutation rate", "growth rate (1/coalescent time)")
    prior = Uniform((0.0, 0.0), (4.0, 10.0))
    paper = "Kingman 1982, doi:10.1016/0304-4149(82)90011-4"
    n_obs = 50

    def __post_init__(self) -> None:
        object.__setattr__(self, "dim_x", self.n_genes - 1)

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        def one(key):
            k_tree, k_sites = jax.random.split(key)
            _, length = genealogy(k_tree, self.n_genes, theta[1])
            return jax.random.poisson(k_sites, jnp.exp(theta[0]) / 2 * length).astype(jnp.float32)

        return jax.vmap(one)(jax.random.split(key, n_obs))

    def features(self, x: Array) -> Array:
        """log(1 + count of j), then log(1 + all variable sites)."""
        return jnp.log1p(jnp.concatenate([x, x.sum(axis=-1, keepdims=True)], axis=-1))


def watterson(spectrum: Array) -> Array:
    """Watterson's estimate of the mutation rate, variable sites over 1 + 1/2 + ...; (...).

    >>> print(watterson(jnp.array([6.0, 3.0, 2.0])))  # 11 sites of 4 genes
    6.0
    """
    return spectrum.sum(axis=-1) / jnp.sum(1.0 / jnp.arange(1, spectrum.shape[-1] + 1))
