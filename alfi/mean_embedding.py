"""A set of observations as one vector: embed each, then average (deep sets).

The order of independent observations carries no information, and their number may change.
Zaheer et al. 2017 (arXiv:1703.06114) show that pooling embedded elements can represent any
function of a set.  Beside the learned embedding's mean, the features f themselves are pooled
twice, as their mean and as log(mean(exp f)).  For a feature f = log(1 + x) of counts the second
is log(1 + mean x), the sufficient statistic at every scale; with plain means alone the network
must piece it together, and was measured to stop at 1.07 times the error of maximum likelihood.
Where the data's edge tells the parameter (the end of a uniform distribution), the maximum of
the learned embedding is pooled as well.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import Array


def dense(layer: eqx.nn.Linear, y: Array) -> Array:
    """(..., m) -> (..., n); the layer itself takes one vector at a time."""
    return y @ layer.weight.T + layer.bias  # type: ignore[operator]  # each has a bias


class MeanEmbedding(eqx.Module):
    """Features of x -> dense, silu, dense, silu, dense -> mean; and the features pooled as such.

    `shift` and `scale` standardise the features; they are set once, from simulations, are not
    trained, and travel with the weights.
    """

    layers: tuple[eqx.nn.Linear, ...]
    shift: Array
    scale: Array
    pool_max: bool = eqx.field(static=True)

    def __init__(
        self, key: Array, features: Array, width: int, size: int, *, pool_max: bool = False
    ):
        """`features`: examples, shape (any, k), that set the standardisation."""
        keys = jax.random.split(key, 3)
        sizes = [features.shape[-1], width, width, size]
        self.layers = tuple(
            eqx.nn.Linear(m, n, key=k) for m, n, k in zip(sizes[:-1], sizes[1:], keys, strict=True)
        )
        self.shift = jnp.mean(features, axis=0)
        self.scale = jnp.maximum(jnp.std(features, axis=0), 1e-6)
        self.pool_max = pool_max

    @property
    def size(self) -> int:
        """The length of an embedding."""
        learned = self.layers[-1].weight.shape[0] * (2 if self.pool_max else 1)
        return learned + 2 * self.shift.size

    def __call__(self, features: Array) -> Array:
        """(..., n_obs, k) -> (..., size)."""
        shift, scale = jax.lax.stop_gradient((self.shift, self.scale))
        log_mean_exp = jax.nn.logsumexp(features, axis=-2) - jnp.log(features.shape[-2])
        f = (features - shift) / scale
        pooled = [jnp.mean(f, axis=-2), (log_mean_exp - shift) / scale]
        y = f.reshape(-1, f.shape[-1])  # XLA multiplies two axes faster than three
        for layer in self.layers[:-1]:
            y = jax.nn.silu(dense(layer, y))
        y = y.reshape(*f.shape[:-1], -1)
        last = self.layers[-1]
        if self.pool_max:
            y = dense(last, y)
            pooled += [jnp.mean(y, axis=-2), jnp.max(y, axis=-2)]
        else:  # the mean and the last, linear layer commute; the mean goes first
            pooled.append(dense(last, jnp.mean(y, axis=-2)))
        return jnp.concatenate(pooled, axis=-1)
