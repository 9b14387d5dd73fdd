"""Reverse- and forward-mode automatic differentiation in pure Python, with JAX's names."""

from . import javascript, lax, numpy, tree
from .array import Array
from .compile import jit
from .dual import hessian, jacfwd, jvp
from .tape import grad, jacrev, value_and_grad, vjp

jacobian = jacrev

__all__ = [
    "Array",
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
