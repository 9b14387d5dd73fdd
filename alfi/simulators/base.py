"""The contract of a simulator, the check that a program keeps it, and a door for black boxes.

A simulator is a stochastic program: parameters theta and a random key go in, observations x
come out.  Everything in this package asks for nothing else; what a simulator knows besides
(its likelihood, its maximum-likelihood estimate, its exact posterior) serves as a reference.

A simulator of your own is one class:

>>> class Coin(Simulator):
...     name = "coin"
...     parameter_names = ("log odds",)
...     dim_x = 1
...     prior = Uniform((-3.0,), (3.0,))
...
...     def simulate(self, key, theta, n_obs):
...         heads = jax.random.bernoulli(key, jax.nn.sigmoid(theta[0]), (n_obs, 1))
...         return heads.astype(jnp.float32)
>>> check(Coin())
>>> Coin()(jax.random.key(0), [1.0], n_obs=5).shape
(5, 1)
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from alfi.errors import SimulatorError
from alfi.prior import Uniform


class Simulator(ABC):
    """A stochastic program theta -> x with a prior over theta.

    A subclass sets four class attributes and writes `simulate`; the rest is optional.
    `simulate` is traced by JAX (jit, vmap over keys and parameters), so it is a pure function.

    Attributes:
        name: a short name, used in cards and tables.
        parameter_names: one a parameter, with units where there are any.
        dim_x: the length of one observation.
        prior: a `Uniform` box over theta.
        paper: where the model comes from.
        n_obs: how many observations one data set usually has.

    What a simulator may know besides; each is None where it does not::

        log_likelihood(theta, x) -> scalar: log p(x | theta) summed over the observations.
        mle(x) -> theta: the maximum-likelihood estimate.
        reference_posterior(key, x, n) -> (n, dim_theta): exact posterior draws, or draws from a
            reference good enough to test against (its docstring says which).
        identifiable(theta) -> (..., k): the function of theta that the data can tell, where
            that is not theta itself.
    """

    name: str
    parameter_names: tuple[str, ...]
    dim_x: int
    prior: Uniform
    paper: str = ""
    n_obs: int = 500

    log_likelihood: Callable[[Array, Array], Array] | None = None
    mle: Callable[[Array], Array] | None = None
    reference_posterior: Callable[[Array, Array, int], Array] | None = None
    identifiable: Callable[[Array], Array] | None = None

    @property
    def dim_theta(self) -> int:
        """The number of parameters."""
        return self.prior.dim

    @abstractmethod
    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        """Draw `n_obs` observations at one theta of shape (dim_theta,): (n_obs, dim_x)."""

    def features(self, x: Array) -> Array:
        """x, shape (..., dim_x) -> what a network sees, (..., any); log1p for counts, say."""
        return x

    def __call__(self, key: Array, theta: ArrayLike, n_obs: int | None = None) -> Array:
        """`simulate`, with its input and its output checked; for use outside `jit`.

        Raises:
            PriorError: theta has the wrong shape or lies outside the prior.
            SimulatorError: the program returned a wrong shape or something not finite.
        """
        n_obs = self.n_obs if n_obs is None else n_obs
        theta = self.prior.validate(theta).astype(jnp.float32)
        if theta.ndim != 1:
            raise SimulatorError(
                f"{self.name} simulates one parameter vector at a time, shape "
                f"({self.dim_theta},). Got shape {theta.shape}. For many, use jax.vmap over "
                "keys and parameters."
            )
        x = self.simulate(key, theta, n_obs)
        _check_x(self, x, theta, n_obs)
        return x


def _check_x(simulator: Simulator, x: Array, theta: Array, n_obs: int) -> None:
    want = (n_obs, simulator.dim_x)
    if jnp.shape(x) != want:
        raise SimulatorError(
            f"simulate must return shape (n_obs, dim_x) = {want}. {simulator.name} returned "
            f"{jnp.shape(x)}. A vector of n_obs numbers needs [:, None]."
        )
    if not np.all(np.isfinite(x)):
        bad = int(np.sum(~np.isfinite(np.asarray(x, dtype=float)).all(axis=1)))
        raise SimulatorError(
            f"Observations must be finite. {simulator.name} returned {bad} of {n_obs} with NaN "
            f"or infinity at theta = {np.asarray(theta).tolist()}. Narrow the prior, or mend "
            "the program there."
        )


def check(simulator: Simulator, seed: int = 0, n_theta: int = 8, n_obs: int = 7) -> None:
    """Run a simulator through the contract once, with a clear error at the first breach.

    Draws `n_theta` parameter vectors from the prior, simulates at each, and tests shapes,
    finiteness, that the same key gives the same x, that another key gives another x, that
    the program can be compiled and mapped, and the optional functions where there are any.

    Raises:
        SimulatorError: which rule was broken, by what, and what to do.
    """
    for attribute in ("name", "parameter_names", "dim_x", "prior"):
        if not hasattr(simulator, attribute):
            raise SimulatorError(
                f"A simulator needs the attribute `{attribute}`. {type(simulator).__name__} has "
                "none. See help(alfi.simulators.Simulator)."
            )
    name, dim = simulator.name, simulator.dim_theta
    if len(simulator.parameter_names) != dim:
        raise SimulatorError(
            f"Each parameter needs one name. {name} has {dim} parameter(s) in its prior and "
            f"{len(simulator.parameter_names)} name(s)."
        )
    prior_key, key, other = jax.random.split(jax.random.key(seed), 3)
    thetas = simulator.prior.sample(prior_key, n_theta)
    for theta in thetas:
        x = simulator(key, theta, n_obs)
    if not np.array_equal(x, simulator.simulate(key, theta, n_obs)):
        raise SimulatorError(
            f"The same key must give the same x; {name} gave two different ones. Draw all "
            "randomness from the key, none from numpy.random or random."
        )
    if n_obs > 1 and np.array_equal(x, simulator.simulate(other, theta, n_obs)):
        raise SimulatorError(
            f"Another key must give another x; {name} gave the same at theta = "
            f"{np.asarray(theta).tolist()}. Pass the key on to every random draw."
        )
    keys = jax.random.split(key, n_theta)
    try:
        many = jax.jit(jax.vmap(lambda k, t: simulator.simulate(k, t, n_obs)))(keys, thetas)
    except jax.errors.JAXTypeError as error:
        raise SimulatorError(
            f"simulate must be traceable by JAX (jit and vmap); {name} is not: {error}. Write it "
            "with jax.numpy, or wrap it in alfi.simulators.black_box."
        ) from error
    if not np.all(np.isfinite(many)):
        raise SimulatorError(f"Observations must be finite also under vmap; {name} gave NaN.")
    features = simulator.features(many)
    if features.shape[:-1] != many.shape[:-1] or not np.all(np.isfinite(features)):
        raise SimulatorError(
            f"features must map (..., dim_x) to finite (..., k). {name} mapped {many.shape} to "
            f"{features.shape}, finite: {bool(np.all(np.isfinite(features)))}."
        )
    _check_optional(simulator, theta, x, key)


def _check_optional(simulator: Simulator, theta: Array, x: Array, key: Array) -> None:
    calls: dict[str, tuple[Any, tuple[int, ...]]] = {
        "log_likelihood": ((theta, x), ()),
        "mle": ((x,), (simulator.dim_theta,)),
        "reference_posterior": ((key, x, 3), (3, simulator.dim_theta)),
    }
    for function, (arguments, shape) in calls.items():
        if (f := getattr(simulator, function)) is None:
            continue
        got = jnp.shape(value := f(*arguments))
        if got != shape or bool(jnp.any(jnp.isnan(value))):
            raise SimulatorError(
                f"{simulator.name}.{function} must return shape {shape} without NaN. Got shape "
                f"{got}: {value}."
            )
    if simulator.identifiable is not None and jnp.ndim(simulator.identifiable(theta)) != 1:
        raise SimulatorError(f"{simulator.name}.identifiable must map (dim_theta,) to (k,).")


class _BlackBox(Simulator):
    """See `black_box`."""

    def __init__(self, function, prior, parameter_names, dim_x, name, features, n_obs):
        self.function, self.prior, self.dim_x = function, prior, dim_x
        self.parameter_names, self.name, self.n_obs = tuple(parameter_names), name, n_obs
        if features is not None:
            self.features = features

    def simulate(self, key: Array, theta: Array, n_obs: int) -> Array:
        out = jax.ShapeDtypeStruct((n_obs, self.dim_x), jnp.float32)

        def call(key_data, theta):
            rng = np.random.default_rng(np.asarray(key_data).tolist())
            x = np.asarray(self.function(rng, np.asarray(theta, dtype=float), n_obs))
            if x.shape != out.shape:
                raise SimulatorError(
                    f"The black box must return shape (n_obs, dim_x) = {out.shape}. "
                    f"{self.name} returned {x.shape}. A vector needs [:, None]."
                )
            return x.astype(np.float32)

        data = jax.random.key_data(key)
        if isinstance(data, jax.core.Tracer) or isinstance(theta, jax.core.Tracer):
            return jax.pure_callback(call, out, data, theta, vmap_method="sequential")
        return jnp.asarray(call(data, theta))  # no detour, so that an error is its own


def black_box(
    function: Callable[[np.random.Generator, np.ndarray, int], np.ndarray],
    *,
    prior: Uniform,
    parameter_names: tuple[str, ...],
    dim_x: int,
    name: str = "black box",
    features: Callable[[Array], Array] | None = None,
    n_obs: int = 500,
) -> Simulator:
    """A simulator from any Python function, also one that calls Fortran, R or a web service.

    JAX calls back to Python for each parameter vector (`jax.pure_callback`), so it runs on the
    host, one at a time, and has no derivative: likelihood-free inference needs none.

    Args:
        function: `function(rng, theta, n_obs) -> x`, with a numpy `Generator` made from the JAX
            key, theta of shape (dim_theta,), and x of shape (n_obs, dim_x).
        prior: the box over theta.
        parameter_names: one a parameter.
        dim_x: the length of one observation.
        name: for cards and tables.
        features: as `Simulator.features`.
        n_obs: the usual size of one data set.

    >>> def dice(rng, theta, n_obs):
    ...     return rng.binomial(10, theta[0], size=(n_obs, 1))
    >>> simulator = black_box(dice, prior=Uniform((0.1,), (0.9,)), parameter_names=("p",), dim_x=1)
    >>> check(simulator)
    """
    return _BlackBox(function, prior, parameter_names, dim_x, name, features, n_obs)
