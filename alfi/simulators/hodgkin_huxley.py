"""The Hodgkin-Huxley neuron: two kinds of gated channel, and the spikes that they make::

    C dV/dt = I - g_Na m^3 h (V - E_Na) - g_K n^4 (V - E_K) - g_L (V - E_L)

and each gate w in (m, h, n) opens at rate alpha_w(V) and shuts at rate beta_w(V).  Units: mV, ms,
uA/cm2, mS/cm2, uF/cm2.  Rates and constants: Hodgkin and Huxley 1952,
doi:10.1113/jphysiol.1952.sp004764, in today's sign and with rest at -65 mV.

Gates are stepped with their exact solution at frozen V (Rush and Larsen 1978), V with a noisy
Euler step.  Everything is smooth, so one may differentiate the voltage with respect to theta.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from alfi.prior import Uniform
from alfi.simulators.base import Simulator

G_NA, G_K, G_LEAK = 120.0, 36.0, 0.3
E_NA, E_K, E_LEAK = 50.0, -77.0, -54.4


def _linear_over_exp(v: Array, scale: float) -> Array:
    """v / (1 - exp(-v/scale)), whose limit at v = 0 is `scale`."""
    near = jnp.abs(v) < 1e-3
    safe = jnp.where(near, 1.0, v)
    return jnp.where(near, scale + v / 2, safe / -jnp.expm1(-safe / scale))


def gate_rates(v: Array) -> tuple[Array, Array]:
    """(alpha, beta), each (3,) for m, h and n, in 1/ms at v mV."""
    alpha = jnp.stack(
        [
            0.1 * _linear_over_exp(v + 40, 10.0),
            0.07 * jnp.exp(-(v + 65) / 20),
            0.01 * _linear_over_exp(v + 55, 10.0),
        ]
    )
    beta = jnp.stack(
        [
            4 * jnp.exp(-(v + 65) / 18),
            jax.nn.sigmoid((v + 35) / 10),
            0.125 * jnp.exp(-(v + 65) / 80),
        ]
    )
    return alpha, beta


def rates(
    state: Array, current: float | Array, g_na: float | Array = G_NA, g_k: float | Array = G_K
) -> Array:
    """d(V, m, h, n)/dt, the equations themselves; C = 1."""
    v, gates = state[0], state[1:]
    m, h, n = gates
    sodium = g_na * m**3 * h * (v - E_NA)
    potassium = g_k * n**4 * (v - E_K)
    alpha, beta = gate_rates(v)
    dv = current - sodium - potassium - G_LEAK * (v - E_LEAK)
    return jnp.concatenate([dv[None], alpha * (1 - gates) - beta * gates])


def voltage(
    key: Array,
    theta: Array,
    current: Array,
    dt: float = 0.02,
    noise: float = 0.0,
) -> Array:
    """V in mV after each step of `current` (uA/cm2), from rest; theta = (g_Na, g_K).

    Args:
        noise: the standard deviation of the membrane's white noise, in mV/sqrt(ms).

    >>> quiet = voltage(jax.random.key(0), jnp.array([G_NA, G_K]), jnp.zeros(500))
    >>> print(abs(quiet + 65).max() < 0.1)  # rest
    True
    """
    alpha, beta = gate_rates(jnp.array(-65.0))
    rest = jnp.concatenate([jnp.array([-65.0]), alpha / (alpha + beta)])
    kicks = noise * jnp.sqrt(dt) * jax.random.normal(key, current.shape)

    def step(state, now):
        drive, kick = now
        v, gates = state[0], state[1:]
        alpha, beta = gate_rates(v)
        steady = alpha / (alpha + beta)
        dv = rates(state, drive, theta[0], theta[1])[0]
        gates = steady + (gates - steady) * jnp.exp(-dt * (alpha + beta))
        state = jnp.concatenate([(v + dt * dv + kick)[None], gates])
        return state, state[0]

    _, v = jax.lax.scan(step, rest, (current, kicks))
    return v


def count_spikes(v: Array, threshold: float = -10.0) -> Array:
    """How often v crosses the threshold upwards."""
    return jnp.sum((v[1:] > threshold) & (v[:-1] <= threshold))


@dataclass(frozen=True)
class HodgkinHuxley(Simulator):
    """theta = (g_Na, g_K) in mS/cm2; x = 7 statistics of 40 ms under a constant current.

    Spikes, then mean, sd, skewness, lowest and highest voltage, and the lag-1-ms
    autocorrelation, voltages in units of 10 mV.

    Args:
        current: uA/cm2.
        noise: mV/sqrt(ms).

    >>> HodgkinHuxley()(jax.random.key(0), [120.0, 36.0]).shape
    (1, 7)
    """

    current: float = 10.0
    noise: float = 0.5

    name = "hodgkin_huxley"
    parameter_names = ("g_Na (mS/cm2)", "g_K (mS/cm2)")
    dim_x = 7
    prior = Uniform((60.0, 20.0), (180.0, 60.0))
    paper = "Hodgkin and Huxley 1952, doi:10.1113/jphysiol.1952.sp004764"
    n_obs = 1

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        def one(key):
            v = voltage(key, theta, jnp.full(2000, self.current), noise=self.noise)
            mean, sd = v.mean(), v.std() + 1e-3
            unit = (v - mean) / sd
            return jnp.stack(
                [
                    count_spikes(v).astype(v.dtype),
                    mean / 10,
                    sd / 10,
                    jnp.mean(unit**3),
                    v.min() / 10,
                    v.max() / 10,
                    jnp.mean(unit[50:] * unit[:-50]),
                ]
            )

        return jax.vmap(one)(jax.random.split(key, n_obs))
