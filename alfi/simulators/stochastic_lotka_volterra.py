"""Hares and lynx as chance events: a birth here, a meal there.

Four kinds of event change the numbers of prey u and predators v, each at its own rate::

    a predator is born   rate c1 u v        a predator dies    rate c2 v
    a prey is born       rate c3 u          a prey is eaten    rate c4 u v

`gillespie` plays them one by one, exactly.  Its cost grows with the numbers, so `simulate` uses
the chemical Langevin equation, which gives each kind of event in a short time dt its mean
a dt and its own Gaussian noise of variance a dt::

    du = (c3 u - c4 u v) dt + sqrt(c3 u) dW3 - sqrt(c4 u v) dW4,      dv alike with c1 and c2.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from alfi.prior import Uniform
from alfi.simulators.base import Simulator

EFFECT = np.array([[0.0, 1.0], [0.0, -1.0], [1.0, 0.0], [-1.0, 0.0]])  # on (prey, predators)
TYPICAL = np.log([0.01, 0.5, 1.0, 0.01])


def propensities(rates: Array, state: Array) -> Array:
    """The rate of each kind of event, (4,), at (prey, predators)."""
    prey, predators = state
    meet = prey * predators
    return rates * jnp.stack([meet, predators, prey, meet])


def gillespie(
    key: Array, theta: Array, times: Array, start: Array, max_events: int = 100_000
) -> Array:
    """Exact numbers at rising `times`, (len(times), 2); Gillespie 1977, doi:10.1021/j100540a008.

    A path with more than `max_events` events is NaN from there on, never a cut path: after the
    last predator has died, prey grow without bound.

    >>> times = jnp.array([0.5, 1.0])
    >>> gillespie(jax.random.key(0), jnp.array(TYPICAL), times, jnp.array([100.0, 50.0])).shape
    (2, 2)
    """
    rates = jnp.exp(jnp.asarray(theta, dtype=float))
    times, start = jnp.asarray(times), jnp.asarray(start, dtype=float)

    def waiting_time(key, state):
        total = jnp.sum(propensities(rates, state))
        return jnp.where(total > 0, jax.random.exponential(key) / total, jnp.inf)

    def until(carry, time):
        def event(carry):
            key, state, at, count = carry
            key, k_kind, k_wait = jax.random.split(key, 3)
            kind = jax.random.categorical(k_kind, jnp.log(propensities(rates, state)))
            state = state + jnp.asarray(EFFECT)[kind]
            return key, state, at + waiting_time(k_wait, state), count + 1

        carry = jax.lax.while_loop(lambda c: (c[2] <= time) & (c[3] < max_events), event, carry)
        _, state, at, _ = carry
        return carry, jnp.where(at > time, state, jnp.nan)

    key, first = jax.random.split(key)
    _, path = jax.lax.scan(until, (key, start, waiting_time(first, start), 0), times)
    return path


def langevin(key: Array, theta: Array, n_times: int, every: int, dt: float, start: Array) -> Array:
    """The chemical Langevin path by Euler-Maruyama at every, 2 every, ... steps: (n_times, 2).

    Gillespie 2000, doi:10.1063/1.481811.  Numbers stop at zero, where no event can happen.

    >>> start = jnp.array([100.0, 50.0])
    >>> langevin(jax.random.key(0), jnp.array(TYPICAL), 3, 20, 0.05, start).shape
    (3, 2)
    """
    rates, effect = jnp.exp(theta), jnp.asarray(EFFECT)

    def step(state, noise):
        mean = propensities(rates, state) * dt
        return jnp.maximum(state + (mean + jnp.sqrt(mean) * noise) @ effect, 0.0), None

    def interval(state, key):
        state, _ = jax.lax.scan(step, state, jax.random.normal(key, (every, 4)))
        return state, state

    _, path = jax.lax.scan(interval, jnp.asarray(start), jax.random.split(key, n_times))
    return path


def statistics(path: Array) -> Array:
    """(n, 2) numbers -> (2 n + 5,): the logs of both series, then what they look like.

    log(1 + prey), log(1 + predators); the lag-1 autocorrelation of each log series, the log of
    its standard deviation, and their correlation.
    """
    logs = jnp.log1p(path).T
    centred = logs - logs.mean(axis=1, keepdims=True)
    sd = jnp.sqrt(jnp.mean(centred**2, axis=1) + 1e-6)  # 1e-6: a constant series has no log sd
    unit = centred / sd[:, None]
    lag = jnp.mean(unit[:, 1:] * unit[:, :-1], axis=1)
    return jnp.concatenate([logs.reshape(-1), lag, jnp.log(sd), jnp.mean(unit[0] * unit[1])[None]])


@dataclass(frozen=True)
class StochasticLotkaVolterra(Simulator):
    """theta = the logs of (c1, c2, c3, c4); one observation is 45 numbers of one 20-year path.

    From 100 prey and 50 predators, seen at times 1, 2, ..., 20; prior: a factor e^0.7 either way
    of (0.01, 0.5, 1, 0.01).  Model and rates: Papamakarios and Murray 2016, arXiv:1605.06376,
    after Wilkinson, Stochastic Modelling for Systems Biology.

    Args:
        dt: the Langevin step, in time units.

    >>> x = StochasticLotkaVolterra()(jax.random.key(0), TYPICAL)
    >>> x.shape
    (1, 45)
    """

    dt: float = 0.05

    name = "stochastic_lotka_volterra"
    parameter_names = ("log c1", "log c2", "log c3", "log c4")
    dim_x = 45
    prior = Uniform(tuple(TYPICAL - 0.7), tuple(TYPICAL + 0.7))
    paper = "Papamakarios and Murray 2016, arXiv:1605.06376"
    n_obs = 1

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        start, every = jnp.array([100.0, 50.0]), round(1 / self.dt)

        def one(key):
            return statistics(langevin(key, theta, 20, every, self.dt, start))

        return jax.vmap(one)(jax.random.split(key, n_obs))
