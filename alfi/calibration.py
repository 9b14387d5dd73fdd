"""Is the answer right?  Accuracy beside maximum likelihood, calibration, and distances.

Everything here works on arrays, so that any method can be judged: a recurrent machine, a
normalising flow, rejection ABC, an exact posterior.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from alfi.errors import AlfiError


def rmse(estimate: ArrayLike, truth: ArrayLike) -> np.ndarray:
    """The root mean squared error of each parameter over episodes (axis 0)."""
    return np.sqrt(np.mean((np.asarray(estimate) - np.asarray(truth)) ** 2, axis=0))


@dataclass(frozen=True)
class RmseRatio:
    """RMSE of an estimate over that of a reference, on the same episodes.

    Attributes:
        ratio: each parameter's ratio, shape (k,).
        median: each parameter's ratio of median squared errors, which no single bad episode moves.
        standard_error: of `ratio`, by the bootstrap over episodes.
    """

    ratio: np.ndarray
    median: np.ndarray
    standard_error: np.ndarray


def rmse_ratio(
    estimate: ArrayLike, reference: ArrayLike, truth: ArrayLike, seed: int = 0, n_boot: int = 400
) -> RmseRatio:
    """How much worse than a reference (maximum likelihood, say) an estimate is.

    Args:
        estimate, reference, truth: shape (n_episodes, k).

    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=(2000, 1))
    >>> good, bad = truth + rng.normal(size=(2000, 1)), truth + 2 * rng.normal(size=(2000, 1))
    >>> print(rmse_ratio(bad, good, truth).ratio.round(1))
    [2.]
    """
    truth = np.asarray(truth, dtype=float)
    error = (np.asarray(estimate, dtype=float) - truth) ** 2
    floor = (np.asarray(reference, dtype=float) - truth) ** 2
    rng = np.random.default_rng(seed)
    pick = rng.integers(0, len(truth), size=(n_boot, len(truth)))
    boot = np.sqrt(error[pick].mean(axis=1) / floor[pick].mean(axis=1))
    return RmseRatio(
        ratio=np.sqrt(error.mean(axis=0) / floor.mean(axis=0)),
        median=np.median(error, axis=0) / np.median(floor, axis=0),
        standard_error=boot.std(axis=0),
    )


def ranks(samples: ArrayLike, truth: ArrayLike) -> np.ndarray:
    """Simulation-based calibration: how many posterior draws lie below the truth.

    If truth comes from the prior and samples from the posterior, ranks are uniform on
    0..n_samples (Talts et al. 2018, arXiv:1804.06788).

    Args:
        samples: shape (n_episodes, n_samples, dim).
        truth: shape (n_episodes, dim).

    Returns:
        ranks, shape (n_episodes, dim), integers.
    """
    samples, truth = np.asarray(samples), np.asarray(truth)
    if samples.ndim != 3 or truth.shape != (samples.shape[0], samples.shape[2]):
        raise AlfiError(
            "ranks needs samples of shape (n_episodes, n_samples, dim) and truth of shape "
            f"(n_episodes, dim). Got {samples.shape} and {truth.shape}."
        )
    return np.sum(samples < truth[:, None, :], axis=1)


def pit_from_ranks(rank: ArrayLike, n_samples: int, seed: int = 0) -> np.ndarray:
    """Ranks as numbers in (0, 1), spread evenly inside their cell: uniform if calibrated."""
    rank = np.asarray(rank)
    jitter = np.random.default_rng(seed).uniform(size=rank.shape)
    return (rank + jitter) / (n_samples + 1)


def uniformity(pit: ArrayLike) -> np.ndarray:
    """The p value of the Kolmogorov-Smirnov test that each column is uniform on (0, 1).

    >>> u = np.random.default_rng(1).uniform(size=500)
    >>> print(uniformity(u) > 0.01, uniformity(u**1.3) > 0.01)
    [ True] [False]
    """
    pit = np.asarray(pit, dtype=float)
    pit = pit[:, None] if pit.ndim == 1 else pit
    return np.array([stats.kstest(column, "uniform").pvalue for column in pit.T])


def expected_coverage(pit: ArrayLike, levels: ArrayLike = (0.5, 0.9)) -> np.ndarray:
    """The share of episodes whose truth lies in the central interval of each level.

    Args:
        pit: the posterior's distribution function at the truth, shape (n_episodes, dim).

    Returns:
        shape (n_levels, dim); equal to `levels` if calibrated.

    >>> u = np.random.default_rng(0).uniform(size=(100_000, 1))
    >>> print(expected_coverage(u).ravel().round(2))
    [0.5 0.9]
    """
    distance = np.abs(np.asarray(pit, dtype=float) - 0.5)
    return np.stack([np.mean(distance <= level / 2, axis=0) for level in np.atleast_1d(levels)])


def wasserstein(a: ArrayLike, b: ArrayLike) -> float:
    """The 1-Wasserstein distance of two samples of one number: the area between their
    distribution functions, in the number's own unit."""
    return float(stats.wasserstein_distance(np.ravel(a), np.ravel(b)))


def c2st(
    a: ArrayLike, b: ArrayLike, seed: int = 0, folds: int = 5, n_iterations: int = 300
) -> float:
    """Classifier two-sample test: how well a small network tells two samples apart.

    0.5 says that it cannot; 1 that it always can (Lopez-Paz and Oquab 2017, arXiv:1610.06545).
    The network (two layers of 32) is judged on folds that it was not trained on.

    Args:
        a, b: shapes (n, dim) and (m, dim); of about equal size.

    >>> rng = np.random.default_rng(1)
    >>> same = c2st(rng.normal(size=(400, 2)), rng.normal(size=(400, 2)))
    >>> far = c2st(rng.normal(size=(400, 2)), rng.normal(size=(400, 2)) + 2)
    >>> print(0.4 < same < 0.6, far > 0.85)
    True True
    """
    # jax is imported late, because everything else here is numpy.
    import equinox as eqx
    import jax
    import jax.numpy as jnp
    import optax

    a, b = np.atleast_2d(np.asarray(a, float)), np.atleast_2d(np.asarray(b, float))
    if a.shape[1] != b.shape[1]:
        raise AlfiError(f"The two samples must have as many columns. Got {a.shape} and {b.shape}.")
    x = np.concatenate([a, b])
    if not np.isfinite(x).all():
        raise AlfiError(
            "c2st compares finite draws, and a NaN or an infinity came. Mend the sampler."
        )
    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-12)
    y = np.concatenate([np.zeros(len(a)), np.ones(len(b))])
    order = np.random.default_rng(seed).permutation(len(x))
    order = order[: len(order) // folds * folds]
    test = np.reshape(order, (folds, -1))
    train = np.stack([np.setdiff1d(order, fold) for fold in test])

    @jax.jit
    def accuracy(key, x_train, y_train, x_test, y_test):
        network = eqx.nn.MLP(x.shape[1], "scalar", 32, 2, key=key)
        weights, static = eqx.partition(network, eqx.is_array)
        adam = optax.adamw(1e-2, weight_decay=1e-2)

        def loss(weights):
            logits = jax.vmap(eqx.combine(weights, static))(x_train)
            return jnp.mean(optax.sigmoid_binary_cross_entropy(logits, y_train))

        def step(carry, _):
            weights, state = carry
            update, state = adam.update(jax.grad(loss)(weights), state, weights)
            return (optax.apply_updates(weights, update), state), None

        (weights, _), _ = jax.lax.scan(step, (weights, adam.init(weights)), None, n_iterations)
        logits = jax.vmap(eqx.combine(weights, static))(x_test)
        return jnp.mean((logits > 0) == (y_test > 0.5))

    key = jax.random.key(seed)
    scores = [accuracy(key, x[i], y[i], x[j], y[j]) for i, j in zip(train, test, strict=True)]
    return float(np.mean(scores))
