"""Electrons and positrons make muons: an asymmetry that two parameters share.

A collider brings e- and e+ together at beam energy E (GeV), and counts the cosine c of the
angle under which the muon leaves.  Photon exchange alone is symmetric, 1 + c^2; the weak force,
of strength G_F (in units of its nominal value), tilts it near the Z boson's mass of 90 GeV::

    p(c | A) = (1 + c^2 + A c) / (8/3),    A(E, G_F) = 2 tanh((2E - 90)/9) G_F.

Two things are worth seeing here.

**The data know only A.**  Every pair (E, G_F) on a curve of equal A gives the same
distribution, so no number of observations separates them: the posterior is a ridge.
`identifiable` returns A, and `WeinbergAsymmetry` is the same experiment with A as its parameter.

**The density mended.**  For `|A| > 2`, which 4 % of this prior reaches, 1 + c^2 + A c is negative
somewhere, and is no density.  The physics says what to do: at each `|c|` the symmetric part
2 (1 + c^2) is how many muons there are, and A says how they split between forward and
backward.  No more than all of them can go forward.  So we use::

    p(c | A) = clip(1 + c^2 + A c, 0, 2 (1 + c^2)) / (8/3),

which equals the formula above wherever that is a density, is never negative, and keeps its
total of 1 exactly, because what the clip adds at c it takes away at -c.
"""

import jax
import jax.numpy as jnp
from jax import Array

from alfi.prior import Uniform
from alfi.simulators.base import Simulator
from alfi.simulators.posterior_grid import sample_grid

PAPER = (
    "Louppe, Hermans and Cranmer 2017, arXiv:1707.07113 (task); the prior of "
    "Pesah, Wehenkel and Louppe 2018, arXiv:1811.12932"
)
A_MAX = 2.42  # tanh(10/9) * 2 * 1.5 = 2.413, the largest |A| under the prior over (E, G_F)


def sample_cosine(key: Array, a: Array, n: int) -> Array:
    """Draw n cosines from p(c | A), exactly: first `|c|`, then its sign.

    `|c|` has the density 3/4 (1 + c^2) on [0, 1], whatever A; its distribution function
    (3 c + c^3)/4 = u is a cubic with the real root c = 2 sinh(asinh(2 u)/3).  The muon goes
    forward with probability `1/2 + A |c| / (2 (1 + c^2))`, cut to [0, 1].
    """
    k_size, k_sign = jax.random.split(key)
    size = 2 * jnp.sinh(jnp.arcsinh(2 * jax.random.uniform(k_size, (n,))) / 3)
    forward = 0.5 + 0.5 * a * size / (1 + size**2)
    return jnp.where(jax.random.uniform(k_sign, (n,)) < forward, size, -size)


def log_density(a: Array, c: Array) -> Array:
    """log p(c | A), minus infinity where no muon can go."""
    symmetric = 1 + c**2
    return jnp.log(jnp.clip(symmetric + a * c, 0, 2 * symmetric) * 3 / 8)


def mle_of_asymmetry(x: Array) -> Array:
    """The A of largest likelihood: the best of a grid, then golden-section search around it."""
    c = x[:, 0]
    grid = jnp.linspace(-A_MAX, A_MAX, 122)
    cell = grid[1] - grid[0]

    def score(a):
        return jnp.sum(log_density(a, c))

    best = grid[jnp.argmax(jax.lax.map(score, grid))]
    golden = (jnp.sqrt(5.0) - 1) / 2

    def shrink(_, ends):
        low, high = ends
        left, right = high - golden * (high - low), low + golden * (high - low)
        keep_left = score(left) > score(right)
        return jnp.where(keep_left, low, left), jnp.where(keep_left, right, high)

    low, high = jax.lax.fori_loop(0, 12, shrink, (best - cell, best + cell))
    return jnp.clip((low + high) / 2, -A_MAX, A_MAX)


class Weinberg(Simulator):
    """c for a muon of e+ e- -> mu+ mu-; theta = (beam energy E in GeV, G_F in nominal units).

    >>> Weinberg().identifiable(jnp.array([45.0, 1.0])).tolist()  # no asymmetry at the Z mass
    [0.0]
    """

    name = "weinberg"
    parameter_names = ("beam energy (GeV)", "G_F (nominal)")
    dim_x = 1
    prior = Uniform((40.0, 0.5), (50.0, 1.5), "affine")  # a ridge is straighter without walls
    paper = PAPER

    def identifiable(self, theta: Array) -> Array:
        """A = 2 tanh((2 E - 90)/9) G_F, shape (..., 1): all that the data can tell."""
        theta = jnp.asarray(theta)
        return 2 * jnp.tanh((2 * theta[..., :1] - 90) / 9) * theta[..., 1:]

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        return sample_cosine(key, self.identifiable(theta)[0], n_obs)[:, None]

    def log_likelihood(self, theta: Array, x: Array) -> Array:
        return jnp.sum(log_density(self.identifiable(theta)[0], x[:, 0]))

    def reference_posterior(self, key: Array, x: Array, n: int) -> Array:
        """Exact to a grid of 120 by 120 cells; draws are spread evenly inside their cell.

        The posterior of (E, G_F) has no wall but the prior's and is at least 0.5 GeV wide
        at n = 500, six cells.
        """
        k_cell, k_in = jax.random.split(key)
        low, high = self.prior.bounds
        cells = 120
        side = (jnp.arange(cells) + 0.5) / cells
        grid = jnp.stack(jnp.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
        theta = low + (high - low) * grid
        # The likelihood depends on theta through A: tabulate it there, then look it up.
        table_a = jnp.linspace(-A_MAX, A_MAX, 485)
        table = jax.lax.map(lambda a: jnp.sum(log_density(a, x[:, 0])), table_a)
        table = jnp.maximum(table - jnp.max(table), -1e4)
        log_p = jnp.interp(self.identifiable(theta)[:, 0], table_a, table)
        cell = jax.random.choice(k_cell, len(theta), (n,), p=jax.nn.softmax(log_p))
        jitter = (jax.random.uniform(k_in, (n, 2)) - 0.5) / cells
        return theta[cell] + (high - low) * jitter


class WeinbergAsymmetry(Simulator):
    """The same experiment with the one parameter that it can tell: theta = (A,).

    >>> x = WeinbergAsymmetry()(jax.random.key(0), [1.0], 20_000)
    >>> print(abs(x.mean() - 1 / 4) < 0.015)  # E[c] = A/4
    True
    """

    name = "weinberg_asymmetry"
    parameter_names = ("A",)
    dim_x = 1
    prior = Uniform((-A_MAX,), (A_MAX,), "affine")  # a larger |A| only saturates the split
    paper = PAPER

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        return sample_cosine(key, theta[0], n_obs)[:, None]

    def log_likelihood(self, theta: Array, x: Array) -> Array:
        return jnp.sum(log_density(theta[0], x[:, 0]))

    def mle(self, x: Array) -> Array:
        """Golden-section search, to about 0.001 (its standard error at n = 500 is 0.1)."""
        return mle_of_asymmetry(x)[None]

    def reference_posterior(self, key: Array, x: Array, n: int) -> Array:
        """Exact: the likelihood on a grid of 969 values of A."""
        grid = jnp.linspace(-A_MAX, A_MAX, 969)
        table = jax.lax.map(lambda a: jnp.sum(log_density(a, x[:, 0])), grid)
        return sample_grid(key, grid, table, n)[:, None]
