"""The names of ``jax.numpy`` that the book needs, for numbers and small arrays.

``import mini_autodiff.numpy as jnp``. Every function takes numbers of any kind (floats, those
inside ``grad``, ``jvp`` or ``jit``) and arrays of them, element by element.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from . import ops
from .array import Array, array, elementwise, matmul, reduce_sum
from .ops import scalar
from .tape import Var

pi = math.pi
e = math.e
inf = math.inf
nan = math.nan
ndarray = Array


def _named(f: Callable[..., Any], op: ops.Op) -> Callable[..., Any]:
    f.__name__ = f.__qualname__ = op.name
    slopes = ", ".join(s or "0" for s in op.formulas)
    f.__doc__ = f"{op.name}: ``{op.text}``, element by element. Slopes: ``{slopes}``."
    return f


def _function(op: ops.Op) -> Callable[..., Any]:
    """``op`` on numbers and arrays."""

    def f(*args: Any) -> Any:
        if len(args) != op.arity:
            raise TypeError(f"{op.name} takes {op.arity} argument(s), but got {len(args)}")
        if all(map(scalar, args)):
            return op(*args)
        return elementwise(op, *[x if scalar(x) else array(x) for x in args])

    return _named(f, op)


def _of_one(op: ops.Op) -> Callable[..., Any]:
    """The same for one argument, with a short way for a number on a tape of floats."""
    in_general, record = _function(op), op.record

    def f(x: Any) -> Any:
        if type(x) is Var and type(x.value) is float:
            try:
                return record(x, x.value)
            except (ArithmeticError, ValueError, TypeError):
                pass  # the long way says what was wrong
        return in_general(x)

    return _named(f, op)


sin, cos, tan = _of_one(ops.sin), _of_one(ops.cos), _of_one(ops.tan)
arcsin, arccos, arctan = _of_one(ops.arcsin), _of_one(ops.arccos), _of_one(ops.arctan)
arctan2 = _function(ops.arctan2)
sinh, cosh, tanh = _of_one(ops.sinh), _of_one(ops.cosh), _of_one(ops.tanh)
exp, expm1 = _of_one(ops.exp), _of_one(ops.expm1)
log, log1p, log10 = _of_one(ops.log), _of_one(ops.log1p), _of_one(ops.log10)
sqrt, square, sign = _of_one(ops.sqrt), _of_one(ops.square), _function(ops.sign_)
absolute = abs = _of_one(ops.absolute)
sigmoid, softplus = _of_one(ops.sigmoid_), _of_one(ops.softplus_)
maximum, minimum = _function(ops.maximum_), _function(ops.minimum_)
where = _function(ops.where)
add, subtract = _function(ops.add), _function(ops.sub)
multiply, divide = _function(ops.mul), _function(ops.div)


def power(a: Any, b: Any) -> Any:
    """``a ** b``, element by element."""
    return a**b


def zeros(shape: int | tuple[int, ...]) -> Any:
    """An array of zeros.

    >>> zeros((2, 2))
    Array([[0.0, 0.0], [0.0, 0.0]])
    """
    return full(shape, 0.0)


def ones(shape: int | tuple[int, ...]) -> Any:
    """An array of ones."""
    return full(shape, 1.0)


def full(shape: int | tuple[int, ...], value: Any) -> Any:
    """An array that holds one value everywhere."""
    lengths = (shape,) if isinstance(shape, int) else shape
    for n in reversed(lengths):
        value = Array([value] * n)
    return value


def zeros_like(a: Any) -> Any:
    """Zeros in the shape of ``a``."""
    return full(a.shape, 0.0)


def ones_like(a: Any) -> Any:
    """Ones in the shape of ``a``."""
    return full(a.shape, 1.0)


def eye(n: int) -> Array:
    """The identity matrix."""
    return Array(Array(1.0 if i == j else 0.0 for j in range(n)) for i in range(n))


def arange(start: float, stop: float | None = None, step: float = 1) -> Array:
    """Numbers from ``start`` (or 0) up to, not including, ``stop``.

    >>> arange(3), arange(0.0, 1.0, 0.5)
    (Array([0, 1, 2]), Array([0.0, 0.5]))
    """
    if stop is None:
        start, stop = 0, start
    count = math.ceil((stop - start) / step)
    return Array(start + i * step for i in range(count))


def linspace(start: float, stop: float, num: int = 50) -> Array:
    """``num`` numbers evenly spaced from ``start`` to ``stop``, both included.

    >>> linspace(0.0, 1.0, 3)
    Array([0.0, 0.5, 1.0])
    """
    if num == 1:
        return Array([1.0 * start])
    step = (stop - start) / (num - 1)
    return Array([*(start + i * step for i in range(num - 1)), 1.0 * stop])


def stack(arrays: Any, axis: int = 0) -> Array:
    """Join numbers or arrays of equal shape along a new first (or second) axis."""
    rows = Array(array(x) for x in arrays)
    return rows.T if axis in (1, -1) and rows.ndim > 1 else rows


def concatenate(arrays: Any) -> Array:
    """Join arrays along their first axis."""
    arrays = [array(a) for a in arrays]
    if any(a.long for a in arrays):
        from .stacked import concatenate_lists

        return concatenate_lists(arrays)
    return Array(x for a in arrays for x in a)


def append(a: Any, b: Any) -> Array:
    """The numbers of ``a``, then those of ``b``."""
    return concatenate([a, [b] if scalar(b) else b])


def sum(a: Any, axis: int | None = None) -> Any:
    """The sum, from left to right; over all numbers or over one axis."""
    return reduce_sum(a, axis)


def mean(a: Any, axis: int | None = None) -> Any:
    """The sum divided by the count."""
    return array(a).mean(axis)


def dot(a: Any, b: Any) -> Any:
    """The product ``a @ b`` of vectors and matrices; of numbers, ``a * b``."""
    return a * b if scalar(a) or scalar(b) else matmul(a, b)


def outer(a: Any, b: Any) -> Array:
    """All products of a number of ``a`` with a number of ``b``."""
    return Array(x * array(b) for x in array(a))


def cumsum(a: Any) -> Array:
    """Running sums."""
    out: list = []
    for x in array(a):
        out.append(out[-1] + x if out else x)
    return Array(out)


def diff(a: Any) -> Array:
    """Differences of neighbours."""
    return array(a)[1:] - array(a)[:-1]


def clip(a: Any, low: Any, high: Any) -> Any:
    """``a``, kept between ``low`` and ``high``."""
    return minimum(maximum(a, low), high)


def max(a: Any) -> Any:
    """The largest number."""
    return _fold(ops.maximum_, array(a))


def min(a: Any) -> Any:
    """The smallest number."""
    return _fold(ops.minimum_, array(a))


def _fold(op: ops.Op, a: Array) -> Any:
    if a.long:
        from .loop import scan

        first = _fold(op, a[0]) if a.ndim > 1 else a[0]
        return scan(lambda m, row: (op(m, _fold(op, array([row]))), None), first, a[1:])[0]
    rows = [x if scalar(x) else _fold(op, x) for x in a]
    return functools.reduce(op, rows)
