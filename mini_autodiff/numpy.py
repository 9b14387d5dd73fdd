"""The names of ``jax.numpy`` that the book needs, for numbers and small arrays.

``import mini_autodiff.numpy as jnp``. Every function takes numbers of any kind (floats, those
inside ``grad``, ``jvp`` or ``jit``) and arrays of them, element by element.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

from . import array as arrays
from . import lax, ops
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
abs.__doc__ = f"{abs.__doc__} At 0 that is 0, half way between those beside it (JAX: 1)."
sigmoid, softplus = _of_one(ops.sigmoid_), _of_one(ops.softplus_)
maximum, minimum = _function(ops.maximum_), _function(ops.minimum_)
where = _function(ops.where)
add, subtract = _function(ops.add), _function(ops.sub)
multiply, divide = _function(ops.mul), _function(ops.div)


def power(a: Any, b: Any) -> Any:
    """``a ** b``, element by element."""
    return elementwise(ops.power, array(a), array(b))


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
    """An array that holds one value everywhere; an array of fewer axes, in every row.

    >>> full((2, 2), array([1.0, 2.0]))
    Array([[1.0, 2.0], [1.0, 2.0]])
    """
    lengths = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if any(n < 0 for n in lengths):
        raise ValueError(f"an array's lengths are 0 or more, but got shape {lengths}")
    value = array(value)
    if scalar(value):
        return arrays.full(lengths, value)
    out = elementwise(lambda zero, x: x, arrays.full(lengths, 0.0), value)
    if getattr(out, "shape", ()) != lengths:
        raise ValueError(f"an array of shape {value.shape} does not fill shape {lengths}")
    return out


def zeros_like(a: Any) -> Any:
    """Zeros in the shape of ``a``."""
    return full(getattr(array(a), "shape", ()), 0.0)


def ones_like(a: Any) -> Any:
    """Ones in the shape of ``a``."""
    return full(getattr(array(a), "shape", ()), 1.0)


def eye(n: int, m: int | None = None) -> Array:
    """The identity matrix; with ``m``, of so many columns."""
    columns = range(n if m is None else m)
    rows = (Array(1.0 if i == j else 0.0 for j in columns) for i in range(n))
    return Array(rows, (len(columns),))


def arange(start: float, stop: float | None = None, step: float = 1) -> Array:
    """Numbers from ``start`` (or 0) up to, not including, ``stop``; floats, if one of them is.

    >>> arange(3), arange(3.0), arange(0, 1, 0.5)
    (Array([0, 1, 2]), Array([0.0, 1.0, 2.0]), Array([0.0, 0.5]))
    """
    if stop is None:
        start, stop = 0, start
    count = math.ceil((stop - start) / step)
    zero = 0 * start + 0 * stop + 0 * step  # whole, if all are
    return Array(start + i * step + zero for i in range(count))


def linspace(start: float, stop: float, num: int = 50) -> Array:
    """``num`` numbers evenly spaced from ``start`` to ``stop``, both included.

    >>> linspace(0.0, 1.0, 3)
    Array([0.0, 0.5, 1.0])
    """
    if num < 0:
        raise ValueError(f"linspace needs a number of points that is 0 or more, but got {num}")
    if num < 2:
        return Array([1.0 * start] * num)
    step = (stop - start) / (num - 1)
    return Array([*(start + i * step for i in range(num - 1)), 1.0 * stop])


stack, concatenate = arrays.stack, arrays.concatenate


def append(a: Any, b: Any, axis: int | None = None) -> Array:
    """The numbers of ``a``, then those of ``b``; along an axis, if one is given."""
    return concatenate([a, b], axis)


def sum(a: Any, axis: int | None = None) -> Any:
    """The sum, from left to right; over all numbers or over one axis."""
    return reduce_sum(a, axis)


def mean(a: Any, axis: int | None = None) -> Any:
    """The sum divided by the count."""
    a = array(a)
    return reduce_sum(a, axis) if scalar(a) else a.mean(axis)


def dot(a: Any, b: Any) -> Any:
    """The product ``a @ b`` of vectors and matrices; of numbers, ``a * b``."""
    return a * b if scalar(a) or scalar(b) else matmul(a, b)


def outer(a: Any, b: Any) -> Array:
    """All products of a number of ``a`` with a number of ``b``."""
    columns = arrays.flat(b)
    return arrays.each_row(lambda x: x * columns, arrays.flat(a))


def cumsum(a: Any, axis: int | None = None) -> Array:
    """Running sums; of all numbers, row by row, or along one axis."""
    a = arrays.flat(a) if axis is None else array(a)
    return arrays.along(_running_sums, a, arrays.axis_number(axis or 0, getattr(a, "ndim", 0)))


def _running_sums(a: Array) -> Array:
    if not a.long:
        return Array(itertools.accumulate(a), a.shape[1:])
    _, rest = lax.scan(lambda total, row: (total + row,) * 2, a[0], a[1:])
    return concatenate([Array([a[0]]), rest])


def diff(a: Any, n: int = 1, axis: int = -1) -> Array:
    """Differences of neighbours along an axis, ``n`` times over."""
    a = array(a)
    if n < 0:
        raise ValueError(f"diff takes differences n times, but got n = {n}")
    axis = arrays.axis_number(axis, getattr(a, "ndim", 0)) if n else 0
    for _ in range(n):
        a = arrays.along(lambda rows: rows[1:] - rows[:-1], a, axis)
    return a


def clip(a: Any, low: Any = None, high: Any = None) -> Any:
    """``a``, kept between ``low`` and ``high``; None is no bound."""
    a = a if low is None else maximum(a, low)
    return a if high is None else minimum(a, high)


def max(a: Any, axis: int | None = None) -> Any:
    """The largest number, of all or along one axis. Equal ones share its slope."""
    return _extreme("max", ops.largest, ops.gt, array(a), axis)


def min(a: Any, axis: int | None = None) -> Any:
    """The smallest number, of all or along one axis. Equal ones share its slope."""
    return _extreme("min", ops.smallest, ops.lt, array(a), axis)


def _extreme(name: str, op: ops.Op, better: ops.Op, a: Any, axis: int | None) -> Any:
    if scalar(a) and axis is None:
        return a
    axis = None if axis is None else arrays.axis_number(axis, getattr(a, "ndim", 0))
    if 0 in (a.shape if axis is None else [a.shape[axis]]):
        raise ValueError(f"an array of shape {a.shape} has no numbers to take the {name} of")

    def step(so_far: tuple, row: Any) -> tuple:
        best, ties = so_far
        one_more = ties + elementwise(ops.eq, row, best)
        ties = elementwise(ops.where, elementwise(better, row, best), 1.0, one_more)
        return (elementwise(op, best, row, ties), ties), None

    def fold(rows: Array) -> Any:
        so_far = rows[0], arrays.full(rows.shape[1:], 1.0)
        if rows.long:
            return lax.scan(step, so_far, rows[1:])[0][0] if len(rows) > 1 else rows[0]
        for row in rows.items[1:]:
            so_far, _ = step(so_far, row)
        return so_far[0]

    if axis is None:
        return fold(a.in_any_order() if a.long else arrays.flat(a))
    return arrays.along(fold, a, axis)
