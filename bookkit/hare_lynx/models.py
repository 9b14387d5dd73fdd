"""Right-hand sides for the logarithms of hare and lynx: two rivals from ecology, six that learn.

All states are u = ln(pelts) - mean, time in years. Hidden states beyond the second start at
zero. That loses nothing: shifting a hidden state is the same as changing `b` (or `c`).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

Params = dict[str, jax.Array]
WIDTH = 20  # hidden units of the neural ODE


class Model(NamedTuple):
    """A field `field(t, u, params)`, its number of states, and a draw of first parameters."""

    name: str
    label: str
    n: int
    field: Callable[[Any, jax.Array, Params], jax.Array]
    draw: Callable[[jax.Array], Params]

    @property
    def n_params(self) -> int:
        """Numbers to be fitted, without start values.

        >>> [MODELS[name].n_params for name in ("ode2", "ode3", "ode4")]
        [6, 12, 20]
        >>> [MODELS[name].n_params for name in ("node2", "node3", "node4")]
        [102, 143, 184]
        """
        return sum(
            leaf.size for leaf in jax.tree.leaves(jax.eval_shape(self.draw, jax.random.key(0)))
        )


def ode(n: int) -> Model:
    """du/dt = tanh(S u - b) (Frank 2022): n^2 + n parameters; each state moves at most 1 a year."""

    def field(t, u, p):
        return jnp.tanh(p["S"] @ u - p["b"])

    def draw(key):
        k1, k2 = jax.random.split(key)
        return {"S": 0.5 * jax.random.normal(k1, (n, n)), "b": 0.1 * jax.random.normal(k2, (n,))}

    return Model(f"ode{n}", f"ODE, {n} states", n, field, draw)


def neural_ode(n: int) -> Model:
    """du/dt = V tanh(W u + c) + d with 20 hidden units: 41 n + 20 parameters."""

    def field(t, u, p):
        return p["V"] @ jnp.tanh(p["W"] @ u + p["c"]) + p["d"]

    def draw(key):
        k1, k2, k3 = jax.random.split(key, 3)
        return {
            "W": jax.random.normal(k1, (WIDTH, n)),
            "c": 0.5 * jax.random.normal(k2, (WIDTH,)),
            "V": 0.5 / jnp.sqrt(WIDTH) * jax.random.normal(k3, (n, WIDTH)),
            "d": jnp.zeros(n),
        }

    return Model(f"node{n}", f"Neural ODE, {n} states", n, field, draw)


def lotka_volterra() -> Model:
    """d ln H/dt = a - b L,  d ln L/dt = c H - d: four positive rates, fitted as logarithms."""

    def field(t, u, p):
        a, b, c, d = jnp.exp(p["log_rates"])
        hare, lynx = jnp.exp(u)
        return jnp.array([a - b * lynx, c * hare - d])

    def draw(key):
        return {"log_rates": jnp.log(0.6) + 0.3 * jax.random.normal(key, (4,))}

    return Model("lv", "Lotka-Volterra", 2, field, draw)


def rosenzweig_macarthur() -> Model:
    """Hares with a limit, lynx that can be full: r, capacity K, attack a, half-full s, c, d."""
    centre = jnp.log(jnp.array([1.0, 6.0, 1.0, 1.0, 1.0, 0.6]))

    def field(t, u, p):
        r, capacity, attack, s, c, d = jnp.exp(p["log_rates"])
        hare, lynx = jnp.exp(u)
        eaten = 1 / (1 + hare / s)
        return jnp.array([r * (1 - hare / capacity) - attack * lynx * eaten, c * hare * eaten - d])

    def draw(key):
        return {"log_rates": centre + 0.4 * jax.random.normal(key, (6,))}

    return Model("rma", "Rosenzweig-MacArthur", 2, field, draw)


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        lotka_volterra(),
        rosenzweig_macarthur(),
        ode(2),
        ode(3),
        ode(4),
        neural_ode(2),
        neural_ode(3),
        neural_ode(4),
    )
}
