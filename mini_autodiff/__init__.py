"""Reverse- and forward-mode automatic differentiation in pure Python, with JAX's names.

>>> import mini_autodiff as ad
>>> import mini_autodiff.numpy as jnp
>>> ad.grad(lambda x: x * jnp.sin(x))(0.0)
0.0

Read the files in this order::

    ops.py       one table: an operation's value and its slopes
    tape.py      reverse mode on a flat tape: grad, value_and_grad, vjp, jacrev
    dual.py      forward mode: jvp, jacfwd, hessian
    array.py     arrays as containers of numbers (numpy.py, lax.py, tree.py)
    compiler/    a function as printed text, in Python for jit, or in JavaScript
    custom.py    checkpoint, custom_vjp
    debug.py     to find mistakes (check.py, draw.py, errors.py)
    ode/         solvers

Differences from JAX, all tested:

- Numbers are Python floats (JAX: float32 unless told otherwise), arrays hold numbers one by one.
- ``jit`` compiles what it can prove to give the function's own result, and runs the rest as it is:
  a function that branches on its numbers (JAX: an error), or uses objects that may change. ``why``
  says the reason. A number from outside that has changed is seen (JAX: the old one stays).
- ``log(-1)``, ``1 / 0``, ``exp(1000)`` and infinite slopes are errors that name the line (JAX: NaN
  or infinity).
- ``mini_autodiff.numpy`` has the names that the book uses. What it has gives JAX's result or is
  refused: there are no complex numbers, no ``keepdims``, no lists or masks as an index, no products
  of more than two axes.
- ``lax.cond`` runs the chosen branch only. Outside ``jit``, ``lax.scan`` is a plain loop.
- The gradient of a dict keeps the order of its keys.
- The slope of ``abs`` at 0 is 0, half way between those beside it (JAX: 1).
- Functions take the arguments that the book uses: no ``nondiff_argnums`` or ``static_argnums``
  (what is no float is no variable anyway), no ``unroll``, no ``is_leaf``. Trees that go together
  have one structure (JAX: one may stop at a leaf where the other goes on). A ``scan`` of no steps
  runs nothing, so it has no ``ys``.
"""

from . import lax, numpy, tree
from .array import Array
from .compiler import javascript
from .compiler.jit import jit
from .custom import checkpoint, custom_vjp
from .debug import debug_nans
from .dual import hessian, jacfwd, jvp
from .tape import grad, jacrev, value_and_grad, vjp

jacobian = jacrev

__all__ = [
    "Array",
    "checkpoint",
    "custom_vjp",
    "debug_nans",
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
