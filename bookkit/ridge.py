"""Two densities for a posterior that is a bent ridge: one Gaussian, and one that can bend.

The muons of `alfi.simulators.Weinberg` tell A(E, G) only, so the posterior of the beam energy E and
the strength G follows a curve.  Both densities live on the unit square, u = (E, G) within the
prior's box, and read five numbers of the data; both are trained by neural posterior estimation::

    minimise E[-log q(u | tilt(x))]  over pairs (u, x) from the prior and the simulator.

>>> key = jax.random.key(0)
>>> q = Bent(key)
>>> u = q.sample(key, jnp.zeros(5))
>>> bool(jnp.all((0 < u) & (u < 1))), q.log_prob(u, jnp.zeros(5)).shape
(True, ())
"""

from typing import TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jax import Array

from alfi.simulators import Weinberg

N_OBS, RINGS, HILLS, WIDTH = 500, 5, 8, 50
weinberg = Weinberg()


def box(u: Array) -> Array:
    """(E, G) from their places in the prior's box; shapes (..., 2)."""
    low, high = weinberg.prior.bounds
    return low + (high - low) * u


def tilt(x: Array) -> Array:
    """Data (n, 1) -> (5,): in each fifth of the angles, forward less backward muons, times 4/n.

    At one angle the data know A by the share that goes forward, so little is lost.

    >>> tilt(jnp.array([[0.1], [0.5], [-0.9], [-0.95]])).tolist()
    [1.0, 0.0, 1.0, 0.0, -2.0]
    """
    c = x[:, 0]
    ring = jnp.clip((RINGS * jnp.abs(c)).astype(int), 0, RINGS - 1)
    return jnp.zeros(RINGS).at[ring].add(4 * jnp.sign(c) / len(c))


def episode(key: Array) -> tuple[Array, Array]:
    """One pair from the joint distribution: u (2,), and the tilt of 500 muons made at it."""
    first, second = jax.random.split(key)
    u = jax.random.uniform(first, (2,), minval=1e-6)  # logit(0) is minus infinity
    return u, tilt(weinberg.simulate(second, box(u), N_OBS))


def network(key: Array, n_in: int, n_out: int) -> eqx.nn.MLP:
    return eqx.nn.MLP(n_in, n_out, WIDTH, 2, activation=jnp.tanh, key=key)


class Straight(eqx.Module):
    """One Gaussian over u, with any covariance; the network writes its five numbers."""

    net: eqx.nn.MLP

    def __init__(self, key: Array):
        self.net = network(key, RINGS, 5)

    def shape(self, s: Array) -> tuple[Array, Array]:
        """The mean, and L whose product L L^T is the covariance."""
        a, b, c, d, e = self.net(s)
        factor = jnp.array([[jnp.exp(c - 1), 0.0], [e, jnp.exp(d - 1)]])
        return 0.5 + jnp.stack([a, b]), factor

    def log_prob(self, u: Array, s: Array) -> Array:
        mean, factor = self.shape(s)
        eps = jax.scipy.linalg.solve_triangular(factor, u - mean, lower=True)
        return jnp.sum(jax.scipy.stats.norm.logpdf(eps)) - jnp.sum(jnp.log(jnp.diag(factor)))

    def sample(self, key: Array, s: Array) -> Array:
        mean, factor = self.shape(s)
        return mean + factor @ jax.random.normal(key, (2,))


class Bent(eqx.Module):
    """q(E | x) q(G | E, x): the second network is told E, so G may follow any curve.

    Each factor is a mixture of eight logistic hills over z = log(u / (1 - u)), which stays inside
    the box: one hill of width 1 at z = 0 is a level density over it.
    """

    energy: eqx.nn.MLP
    strength: eqx.nn.MLP

    def __init__(self, key: Array):
        first, second = jax.random.split(key)
        self.energy = network(first, RINGS, 3 * HILLS)
        self.strength = network(second, RINGS + 1, 3 * HILLS)

    def told(self, s: Array, u: Array) -> Array:
        return self.strength(jnp.append(s, 2 * u - 1))

    def log_prob(self, u: Array, s: Array) -> Array:
        z = jax.scipy.special.logit(u)
        log_q = hills(self.energy(s), z[0]) + hills(self.told(s, u[0]), z[1])
        return log_q - jnp.sum(jnp.log(u) + jnp.log1p(-u))  # |dz/du|

    def sample(self, key: Array, s: Array) -> Array:
        first, second = jax.random.split(key)
        e = jax.nn.sigmoid(climb(first, self.energy(s)))
        return jnp.stack([e, jax.nn.sigmoid(climb(second, self.told(s, e)))])


def parts(out: Array) -> tuple[Array, Array, Array]:
    """Log weights, places and log widths of the hills, each (8,)."""
    weight, place, width = out.reshape(3, HILLS)
    return jax.nn.log_softmax(weight), 2 * place + jnp.linspace(-2, 2, HILLS), width - 0.3


def hills(out: Array, z: Array) -> Array:
    """The log density of the mixture at z."""
    weight, place, width = parts(out)
    return jax.nn.logsumexp(weight + jax.scipy.stats.logistic.logpdf(z, place, jnp.exp(width)))


def climb(key: Array, out: Array) -> Array:
    """One draw from the mixture."""
    weight, place, width = parts(out)
    first, second = jax.random.split(key)
    i = jax.random.categorical(first, weight)
    return place[i] + jnp.exp(width[i]) * jax.random.logistic(second)


Density = TypeVar("Density", Straight, Bent)


@eqx.filter_jit
def train(q: Density, key: Array, steps: int = 2000, batch: int = 256) -> tuple[Density, Array]:
    """Adam on fresh episodes, with a rate that falls to zero; also the loss at each step."""
    weights, rest = eqx.partition(q, eqx.is_inexact_array)
    rate = optax.cosine_decay_schedule(3e-3, steps)
    adam = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(rate))

    def loss(weights: Density, key: Array) -> Array:
        u, s = jax.vmap(episode)(jax.random.split(key, batch))
        return -jnp.mean(jax.vmap(eqx.combine(weights, rest).log_prob)(u, s))

    def step(carry: tuple, key: Array) -> tuple:
        weights, state = carry
        value, slope = jax.value_and_grad(loss)(weights, key)
        update, state = adam.update(slope, state, weights)
        return (optax.apply_updates(weights, update), state), value

    start = weights, adam.init(weights)
    (weights, _), losses = jax.lax.scan(step, start, jax.random.split(key, steps))
    return eqx.combine(weights, rest), losses
