"""Runge-Kutta of order four as a `lax.scan`: chapter 5's solver, for states that are arrays."""

from collections.abc import Callable
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
from jax import lax

STEP = 0.25  # years; two steps for each point of the target

Field = Callable[[Any, jax.Array, Any], jax.Array]


def rk4(
    field: Field,
    y0: jax.Array,
    steps: int,
    args: Any,
    h: float = STEP,
    end: jax.Array | float = jnp.inf,
) -> jax.Array:
    """States at 0, h, ..., steps h: shape (steps + 1, n). `field(t, y, args)` as in diffrax.

    Beyond `end` time stands still. So a training window that ends early never runs the model
    where it may leave the finite numbers, and no NaN can flow back into the gradient.

    >>> ys = rk4(lambda t, y, a: a * y, jnp.ones(1), 4, 1.0)
    >>> round(float(ys[-1, 0]), 4)
    2.7182
    """

    def step(y, t):
        k1 = field(t, y, args)
        k2 = field(t + h / 2, y + h / 2 * k1, args)
        k3 = field(t + h / 2, y + h / 2 * k2, args)
        k4 = field(t + h, y + h * k3, args)
        y = jnp.where(t < end, y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), y)
        return y, y

    _, ys = lax.scan(step, y0, h * jnp.arange(steps))
    return jnp.concatenate([y0[None], ys])


def referee(
    field: Field, y0: jax.Array, times: jax.Array, args: Any, steps: int = 20_000
) -> jax.Array:
    """The same states at `times` by diffrax: Tsit5, adaptive, tolerances 1e-8 and 1e-10.

    A fixed step can be fooled: a fit may find parameters for which the *solver* passes through
    the data while the equation does not. So every loss we report is recomputed with this.
    Raises RuntimeError if the solver uses up its `steps`.
    """
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(field),
        diffrax.Tsit5(),
        times[0],
        times[-1],
        dt0=0.05,
        y0=y0,
        args=args,
        saveat=diffrax.SaveAt(ts=times),
        max_steps=steps,
        throw=False,
        stepsize_controller=diffrax.PIDController(rtol=1e-8, atol=1e-10),
    )
    if not bool(solution.result == diffrax.RESULTS.successful):
        raise RuntimeError(
            f"The adaptive solver did not reach year {float(times[-1]):.0f} in {steps} steps. The "
            "model is too steep on the way, or has left the finite numbers: shorten the window, "
            "draw another start, or (for a stiff model) take an implicit solver such as "
            "diffrax.Kvaerno5."
        )
    return solution.ys
