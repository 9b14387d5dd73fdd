"""Reverse- and forward-mode automatic differentiation in pure Python, with JAX's names."""

from . import javascript, lax, numpy, tree
from .array import Array
from .compile import jit
from .custom import checkpoint, custom_vjp
from .dual import hessian, jacfwd, jvp
from .tape import grad, jacrev, value_and_grad, vjp

jacobian = jacrev

__all__ = [
    "Array",
    "checkpoint",
    "custom_vjp",
    "grad",
    "hessian",
    "jacfwd",
    "jacobian",
    "jacrev",
    "javascript",
    "jit",
    "jvp",
    "lax",
    "numpy",
    "tree",
    "value_and_grad",
    "vjp",
]
