"""A trial step of any method, with an estimate of its error."""

from __future__ import annotations

from typing import Any

from .. import numpy as jnp
from .fixed import RightHandSide, slope, stages, step, weighted
from .stiff import Rosenbrock
from .tableau import Tableau

Method = Tableau | Rosenbrock
"""What can take a step: a table of an explicit method, or of one for stiff equations."""


def attempt(
    method: Method,
    f: RightHandSide,
    t: Any,
    y: Any,
    h: Any,
    args: Any,
    k1: Any = None,
) -> tuple[Any, Any, Any]:
    """A trial step: the new state, an estimate of its error, and the slope at its end."""
    if isinstance(method, Rosenbrock):
        return method.attempt(f, t, y, h, args, k1)
    ks = stages(method, f, t, y, h, args, k1)
    new = y + h * weighted(method.floats[1], ks)
    error = h * weighted(method.error_weights, ks)
    return new, error, ks[-1] if method.fsal else slope(f, t + h, new, args)


def error_square(error: Any, y: Any, new: Any, rtol: float, atol: float) -> Any:
    """The mean square of error over tolerance; at most 1 for a good step."""
    ratio = error / (atol + rtol * jnp.maximum(abs(y), abs(new)))
    return jnp.sum(ratio * ratio) / getattr(y, "size", 1)


def advance(method: Method, f: RightHandSide, t: Any, y: Any, h: Any, args: Any = None) -> Any:
    """A step without its error: the state at ``t + h``."""
    if isinstance(method, Rosenbrock):
        return method.attempt(f, t, y, h, args)[0]
    return step(method, f, t, y, h, args)
