"""Arrays as containers of numbers: ``Array``, and the numbers inside any tree (``Atoms``).

An ``Array`` holds its numbers one by one, so each keeps its name and its place on the tape. It has
no buffer and no type: ``y + dt / 6 * k`` is written as in a textbook and is, underneath, one
operation for each component.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from . import errors, ops, tree
from .hooks import IN_A_TRACE, here
from .ops import Number, discrete, scalar

UNROLL = 16
"""In a traced program, arrays of more rows than this stay lists that loops read."""


class Array:
    """An immutable array of numbers; rows may be arrays themselves.

    >>> a = array([[1.0, 2.0], [3.0, 4.0]])
    >>> a.shape, a[:, 1], a @ array([1.0, 1.0])
    ((2, 2), Array([2.0, 4.0]), Array([3.0, 7.0]))
    >>> (10.0 * a - 1.0).tolist()
    [[9.0, 19.0], [29.0, 39.0]]
    """

    __slots__ = ("_plain", "items", "shape")
    items: tuple
    shape: tuple[int, ...]
    _plain: bool
    long = False  # a long array of a traced program, see stacked.py, which has:
    columns: list
    fold: Callable
    joined: Callable
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, items: Any, row: tuple[int, ...] = ()):
        self.items = tuple(items)
        rows = {x.shape if isinstance(x, Array) else () for x in self.items}
        if len(rows) > 1:
            raise ValueError(f"an array needs rows of equal shape, but got shapes {sorted(rows)}")
        self.shape = (len(self.items), *(rows.pop() if rows else row))

    @classmethod
    def of(cls, numbers: Any) -> Array:
        """An array of plain numbers, taken as they are."""
        new = cls.__new__(cls)
        new.items = tuple(numbers)
        new.shape = (len(new.items),)
        return new

    # -- looking inside --
    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def T(self) -> Array:
        """The axes in reverse order: of a matrix, rows as columns."""
        if self.ndim < 2:
            return self
        return stack([row.T for row in self], -1) if self.size else full(self.shape[::-1], 0.0)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator:
        return iter(self.items)

    def __getitem__(self, key: Any) -> Any:
        if type(key) is int and -self.shape[0] <= key < self.shape[0]:  # the same, faster
            return self.at(key % self.shape[0])
        return picked(self, index(key, self.ndim))

    def at(self, i: int) -> Any:
        """Row ``i``."""
        return self.items[i]

    def part(self, rows: slice) -> Array:
        """Some of the rows."""
        return Array(self.items[rows], self.shape[1:])

    @property
    def plain(self) -> bool:
        """Whether it holds plain numbers only (found out once: arrays do not change)."""
        try:
            return self._plain
        except AttributeError:
            if self.long:
                self._plain = False
            elif self.ndim > 1:
                self._plain = all(row.plain for row in self.items)
            else:
                self._plain = not any(issubclass(t, Number) for t in set(map(type, self.items)))
            return self._plain

    def tolist(self) -> list:
        """Nested lists of the same numbers."""
        return [x.tolist() if isinstance(x, Array) else x for x in self.items]

    def atoms(self) -> list:
        """What it holds, row by row: numbers, or, in a traced program, columns of long arrays."""
        if len(self.shape) == 1:
            return list(self.items)
        return [x for row in self.items for x in row.atoms()]

    def numbers(self) -> list:
        """The numbers one by one, row by row."""
        return self.atoms() if self.ndim < 2 else [x for r in self.items for x in r.numbers()]

    def unrolled(self) -> Array:
        """The same array, with its numbers one by one."""
        return self if self.ndim < 2 else Array((r.unrolled() for r in self.items), self.shape[1:])

    def as_this(self, other: Array) -> Array:
        """Another array of this shape, held as this one is."""
        if self.ndim < 2:
            return other.unrolled()
        rows = zip(self.items, other.items, strict=True)
        return Array((mine.as_this(row) for mine, row in rows), self.shape[1:])

    def rebuild(self, atoms: Iterator) -> Array:
        """An array of this shape with these numbers."""
        rows = (x.rebuild(atoms) if isinstance(x, Array) else next(atoms) for x in self.items)
        return Array(rows, self.shape[1:])

    def __repr__(self) -> str:
        return f"Array({self.tolist()!r})"

    # -- arithmetic --
    # fmt: off
    def __add__(a, b): return elementwise(ops.add, a, b)
    def __radd__(b, a): return elementwise(ops.add, a, b)
    def __sub__(a, b): return elementwise(ops.sub, a, b)
    def __rsub__(b, a): return elementwise(ops.sub, a, b)
    def __mul__(a, b): return elementwise(ops.mul, a, b)
    def __rmul__(b, a): return elementwise(ops.mul, a, b)
    def __truediv__(a, b): return elementwise(ops.div, a, b)
    def __rtruediv__(b, a): return elementwise(ops.div, a, b)
    def __pow__(a, b): return elementwise(ops.power, a, b)
    def __rpow__(b, a): return elementwise(ops.power, a, b)
    def __neg__(a): return elementwise(ops.neg, a)
    def __pos__(a): return a
    def __abs__(a): return elementwise(ops.absolute, a)
    def __mod__(a, b): return elementwise(ops.mod, a, b)
    def __rmod__(b, a): return elementwise(ops.mod, a, b)
    def __floordiv__(a, b): return elementwise(ops.floordiv, a, b)
    def __rfloordiv__(b, a): return elementwise(ops.floordiv, a, b)
    def __and__(a, b): return elementwise(ops.both, a, b)
    def __rand__(b, a): return elementwise(ops.both, a, b)
    def __or__(a, b): return elementwise(ops.either, a, b)
    def __ror__(b, a): return elementwise(ops.either, a, b)
    def __lt__(a, b): return elementwise(ops.lt, a, b)
    def __le__(a, b): return elementwise(ops.le, a, b)
    def __gt__(a, b): return elementwise(ops.gt, a, b)
    def __ge__(a, b): return elementwise(ops.ge, a, b)
    def __eq__(a, b): return elementwise(ops.eq, a, b)
    def __ne__(a, b): return elementwise(ops.ne, a, b)
    def __matmul__(a, b): return matmul(a, b)
    def __rmatmul__(b, a): return matmul(a, b)
    # fmt: on

    def __bool__(self) -> bool:
        if self.size == 1:
            return bool(self.atoms()[0])
        raise ValueError("the truth of an array of several numbers is ambiguous; use a reduction")

    def sum(self, axis: int | None = None) -> Any:
        """The sum from left to right; over all, or over one axis."""
        return reduce_sum(self, axis)

    def mean(self, axis: int | None = None) -> Any:
        """The sum divided by the count."""
        count = self.size if axis is None else self.shape[axis_number(axis, self.ndim)]
        if count == 0:
            raise ValueError(f"an array of shape {self.shape} has no numbers to take the mean of")
        return self.sum(axis) / float(count)

    def reshape(self, *shape: Any) -> Array:
        """The same numbers, row by row, in another shape; one length may be -1."""
        lengths = shape[0] if isinstance(shape[0], (tuple, list)) else shape
        return shaped(self.numbers(), tuple(lengths))


def array(x: Any) -> Any:
    """An array from nested lists, tuples, arrays, NumPy arrays; a number stays a number."""
    if isinstance(x, Array) or scalar(x):
        return x
    if hasattr(x, "tolist"):  # nested lists of no numbers do not tell their shape
        return full(x.shape, 0.0) if 0 in x.shape else array(x.tolist())
    if isinstance(x, (list, tuple, range, Iterator)):
        return Array(array(item) for item in x)
    raise TypeError(f"an array holds numbers, but got {x!r} of type {type(x).__name__}")


def full(shape: tuple[int, ...], value: Any) -> Any:
    """An array that holds one number everywhere; without a length, the number."""
    for k in reversed(range(len(shape))):
        value = Array([value] * shape[k], shape[k + 1 :])
    return value


def shaped(atoms: list, shape: tuple[int, ...]) -> Any:
    """Numbers, row by row, as an array of this shape; one length may be -1."""
    known = math.prod(n for n in shape if n >= 0)
    full_shape = tuple(n if n >= 0 else len(atoms) // max(known, 1) for n in shape)
    if sum(n < 0 for n in shape) > 1 or math.prod(full_shape) != len(atoms):
        raise ValueError(f"cannot put {len(atoms)} numbers into shape {shape}")
    supply = iter(atoms)

    def build(lengths: tuple[int, ...]) -> Any:
        if not lengths:
            return next(supply)
        return Array((build(lengths[1:]) for _ in range(lengths[0])), lengths[1:])

    return build(full_shape)


# -- choosing rows --------------------------------------------------------------------------------


def index(key: Any, axes: int) -> tuple:
    """What stands in ``a[...]``, one item an axis: an integer, a slice, or None for a new axis."""
    keys = key if isinstance(key, tuple) else (key,)
    for k in keys:
        _check_index(k)
    used = sum(k is not None and k is not ... for k in keys)
    dots = [at for at, k in enumerate(keys) if k is ...]
    if used > axes or len(dots) > 1:
        raise IndexError(f"too many indices: an array of {axes} axes was given {key!r}")
    for at in dots:
        keys = (*keys[:at], *[slice(None)] * (axes - used), *keys[at + 1 :])
    return keys


def _check_index(k: Any) -> None:
    if isinstance(k, Number):
        raise TypeError(
            f"an array's index must be a plain integer, but got {k!r}.\n"
            f"  at {errors.where_called()}\nIn a scan, pass the array itself as xs."
        )
    if not (k is None or k is ... or isinstance(k, slice) or hasattr(k, "__index__")):
        raise TypeError(
            f"an array's index is made of integers, slices, ... and None, but got {k!r}.\n"
            "To choose by a condition, use jnp.where(condition, a, b); "
            "for several rows, jnp.stack([a[0], a[1]])."
        )


def picked(x: Any, keys: tuple) -> Any:
    """The part of ``x`` that such an index names."""
    if not keys:
        return x
    first, rest = keys[0], keys[1:]
    if first is None:
        return Array([picked(x, rest)])
    if isinstance(first, slice):
        rows = x.part(first)
        return each_row(lambda row: picked(row, rest), rows) if rest else rows
    i, n = first.__index__(), len(x)
    if not -n <= i < n:
        raise IndexError(f"there is no row {i}: the array has {n} of them")
    return picked(x.at(i % n), rest)


def each_row(f: Callable, *arrays: Array) -> Array:
    """``f`` of the rows of some arrays of equal length, one after another, as an array."""
    if here.trace:
        made = IN_A_TRACE["each_row"](f, arrays)
        if made is not None:
            return made
    if not len(arrays[0]):
        row = f(*[full(a.shape[1:], 0.0) for a in arrays])
        return Array((), getattr(row, "shape", ()))
    return Array(f(*rows) for rows in zip(*arrays, strict=True))


# -- along an axis --------------------------------------------------------------------------------


def axis_number(axis: Any, axes: int) -> int:
    """An axis counted from the front."""
    if not hasattr(axis, "__index__") or isinstance(axis, bool):
        raise TypeError(f"axis must be one integer, or None for all axes, but got {axis!r}")
    if not -axes <= axis < axes:
        raise ValueError(f"axis {axis} does not exist: the array has {axes} axes")
    return axis % axes


def along(f: Callable, a: Array, axis: int) -> Any:
    """``f``, which works along the first axis, along another one."""
    return f(a) if axis == 0 else each_row(lambda row: along(f, row, axis - 1), a)


def stack(arrays: Any, axis: int = 0) -> Array:
    """Join numbers or arrays of equal shape along a new axis.

    >>> stack([array([1.0, 2.0]), array([3.0, 4.0])], axis=-1)
    Array([[1.0, 3.0], [2.0, 4.0]])
    """
    parts = [array(x) for x in arrays]
    shapes = [getattr(x, "shape", ()) for x in parts]
    if len(set(shapes)) != 1:
        raise ValueError(f"stack needs arrays of one shape, but got shapes {sorted(set(shapes))}")
    axis = axis_number(axis, len(shapes[0]) + 1)
    return each_row(lambda *rows: stack(rows, axis - 1), *parts) if axis else Array(parts)


def concatenate(arrays: Any, axis: int | None = 0) -> Array:
    """Join arrays along an axis; with ``axis=None``, all their numbers.

    >>> concatenate([array([1.0, 2.0]), array([3.0])])
    Array([1.0, 2.0, 3.0])
    """
    parts = [array(a) for a in arrays]
    if axis is None:
        return concatenate([flat(a) for a in parts])
    if not parts or any(map(scalar, parts)):
        raise ValueError("concatenate joins arrays of one axis or more; for numbers, use stack")
    axis = axis_number(axis, parts[0].ndim)
    if len({(*a.shape[:axis], *a.shape[axis + 1 :], a.ndim) for a in parts}) > 1:
        shapes = " and ".join(str(a.shape) for a in parts)
        raise ValueError(f"arrays of shapes {shapes} cannot be joined along axis {axis}")
    if axis:
        return each_row(lambda *rows: concatenate(rows, axis - 1), *parts)
    return _joined(parts)


def _joined(parts: list) -> Array:
    for a in parts:
        if a.long:
            return a.joined(parts)
    return Array((row for a in parts for row in a), parts[0].shape[1:])


def flat(a: Any) -> Array:
    """All numbers of an array, row by row; of a number, one."""
    a = array(a)
    return Array([a]) if scalar(a) else a if a.ndim == 1 else a.reshape(-1)


# -- arithmetic -----------------------------------------------------------------------------------


def elementwise(f: Callable, *args: Any) -> Any:
    """Apply ``f`` number by number.

    As in NumPy, a number, an array of fewer axes, or the only row of an array is used for every
    row.
    """
    args = tuple(array(x) if hasattr(x, "tolist") and not scalar(x) else x for x in args)
    if not all(isinstance(x, Array) or scalar(x) for x in args):
        return NotImplemented
    axes = max(x.ndim if isinstance(x, Array) else 0 for x in args)
    if axes == 0:
        return f(*args)
    args, split = _fitted(args, axes)
    if here.trace:
        made = IN_A_TRACE["elementwise"](f, args, split)
        if made is not None:
            return made
    return one_by_one(f, args, split)


def _fitted(args: tuple, axes: int) -> tuple[tuple, list[bool]]:
    """Arguments that fit together row by row, and which of them have these rows."""
    split = [isinstance(x, Array) and x.ndim == axes for x in args]
    lengths = {len(x) for x, rows in zip(args, split, strict=True) if rows}
    if len(lengths) == 1:
        return args, split
    if len(lengths - {1}) > 1:
        raise _misfit(args)
    pairs = [
        (x[0], False) if rows and len(x) == 1 else (x, rows)
        for x, rows in zip(args, split, strict=True)
    ]
    return tuple(x for x, _ in pairs), [rows for _, rows in pairs]


def _misfit(args: tuple) -> ValueError:
    shapes = " and ".join(str(x.shape) for x in args if isinstance(x, Array))
    return ValueError(f"arrays of shapes {shapes} do not fit together element by element")


DIRECT: dict[Any, Callable] = {
    ops.add: operator.add,
    ops.sub: operator.sub,
    ops.mul: operator.mul,
}
"""Python's own operators, which on a tape take the short way of ``Var``."""


def one_by_one(f: Callable, args: tuple, split: list[bool]) -> Array:
    """``elementwise`` for each row; ``split`` says which arguments have these rows."""
    columns = [
        x.items if rows else itertools.repeat(x) for x, rows in zip(args, split, strict=True)
    ]
    rows = zip(*columns, strict=False)
    shapes = [getattr(x, "shape", ()) for x in args]
    if max(map(len, shapes)) == 1:
        return Array(itertools.starmap(DIRECT.get(f, f), rows))
    return Array((elementwise(f, *row) for row in rows), broadcast(shapes)[1:])


def broadcast(shapes: list) -> tuple[int, ...]:
    """The shape of an operation on arrays of these shapes, which fit together."""
    backwards = itertools.zip_longest(*map(reversed, shapes), fillvalue=1)
    return tuple(0 if 0 in lengths else max(lengths) for lengths in backwards)[::-1]


def reduce_sum(a: Any, axis: int | None = None) -> Any:
    """Sum of the numbers of an array, from left to right."""
    a = array(a)
    if scalar(a) and axis is None:
        return a
    if axis is None:
        return add_up(None, a) if a.size else 0.0
    return along(_add_rows, a, axis_number(axis, getattr(a, "ndim", 0)))


def _add_rows(a: Array) -> Any:
    if a.long:
        return a.sum_of_rows()  # type: ignore[attr-defined]
    first = a.items[0] if len(a) else full(a.shape[1:], 0.0)
    return functools.reduce(lambda total, row: total + row, a.items[1:], 1.0 * first)


def add_up(total: Any, a: Array) -> Any:
    """``total`` (if it is a number), and then all numbers of an array, row by row.

    Integers and truths are added to 0.0, so that their sum is a float.
    """
    if a.long:
        return a.total(total)  # type: ignore[attr-defined]
    for row in a.items:
        if isinstance(row, Array):
            total = add_up(total, row)
        elif total is None:
            total = 0.0 + row if discrete(row) else row
        else:
            total = total + row
    return total


def matmul(a: Any, b: Any) -> Any:
    """Matrix product of vectors and matrices: ``a @ b``."""
    a, b = array(a), array(b)
    if scalar(a) or scalar(b) or a.shape[-1] != b.shape[0] or a.ndim > 2 or b.ndim > 2:
        shapes = [getattr(x, "shape", ()) for x in (a, b)]
        raise ValueError(
            f"a @ b needs the last length of a to be the first of b, but got shapes "
            f"{shapes[0]} and {shapes[1]}"
        )
    if here.trace and a.ndim == b.ndim == 2:
        made = IN_A_TRACE["matmul"](a, b)
        if made is not None:
            return made
    if a.ndim == 2:
        return each_row(lambda row: matmul(row, b), a)
    if b.ndim == 2:
        return each_row(lambda column: matmul(a, column), b.T)
    return reduce_sum(a * b)


# -- the numbers inside a tree --------------------------------------------------------------------


class Atoms:
    """The numbers inside a tree of numbers and arrays, and the way back.

    Args:
        of: any tree.
        real: if given, the name of the transformation that needs real numbers; integers and other
            objects are then an error.
    """

    def __init__(self, of: Any, real: str = ""):
        leaves, self.structure = tree.flatten(of)
        plain = {*map(type, leaves)} <= {float}
        self.leaves: list[Any] = leaves if plain else [_leaf(x) for x in leaves]
        self.arrays = not plain and any(issubclass(t, Array) for t in {*map(type, self.leaves)})
        self.atoms = list(self.leaves)
        if self.arrays:
            parts = [x.atoms() if isinstance(x, Array) else [x] for x in self.leaves]
            self.atoms = [x for part in parts for x in part]
        if real:
            self.require_real(real)

    def require_real(self, who: str) -> None:
        """Refuse integers and other objects, on behalf of a transformation."""
        if not all(issubclass(t, (float, Number)) for t in set(map(type, self.atoms))):
            wrong = next(x for x in self.atoms if not isinstance(x, (float, Number)))
            raise errors.not_real(who, wrong)

    def rebuild(self, atoms: list) -> Any:
        """The same tree with other numbers."""
        if self.arrays:
            each = iter(atoms)
            atoms = [x.rebuild(each) if isinstance(x, Array) else next(each) for x in self.leaves]
        return tree.unflatten(self.structure, atoms)

    def shapes(self) -> list:
        return [getattr(x, "shape", ()) for x in self.leaves]

    def match(self, other: Any, what: str) -> list:
        """The numbers of another tree, which must have the same structure and shapes."""
        found = Atoms(other)
        if found.structure != self.structure or found.shapes() != self.shapes():
            mine, theirs = self.unlike(found)
            raise TypeError(f"{what} must have the structure {mine}, but got {theirs}")
        if not here.trace:
            return found.atoms
        pairs = zip(self.leaves, found.leaves, strict=True)
        return [x for mine, leaf in pairs for x in _atoms_as(mine, leaf)]

    def unlike(self, other: Atoms) -> tuple[str, str]:
        """Two trees that differ, in words that differ."""
        ways: list[Callable[[Atoms], str]] = [
            lambda x: nested(x.rebuild(x.atoms)),
            lambda x: f"{x.structure}",
            lambda x: f"{x.structure} of the shapes {x.shapes()}",
        ]
        pairs = [(words(self), words(other)) for words in ways]
        return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])

    def outer(self, inner: Atoms, rows: list[list]) -> Any:
        """A tree of trees, as a Jacobian has: ``rows[i][j]`` for number i of this, j of inner.

        Where a leaf of either is an array, the numbers of the pair of leaves form an array with
        the axes of both.
        """
        supply = iter(rows)

        def block(leaf: Any) -> Any:
            many = isinstance(leaf, Array)
            mine = [next(supply) for _ in range(leaf.size if many else 1)]
            shape, start, parts = (leaf.shape if many else ()), 0, []
            for other in inner.leaves:
                wide = isinstance(other, Array)
                stop = start + (other.size if wide else 1)
                part = [x for row in mine for x in row[start:stop]]
                both = shape + (other.shape if wide else ())
                parts.append(shaped(part, both) if both else part[0])
                start = stop
            return tree.unflatten(inner.structure, parts)

        return tree.unflatten(self.structure, [block(leaf) for leaf in self.leaves])


def _leaf(x: Any) -> Any:
    """A leaf as this library holds it: NumPy's arrays and scalars become ours and floats."""
    if isinstance(x, (float, Number, Array)):
        return x
    if scalar(x):
        return x if isinstance(x, int) else float(x)
    return array(x) if hasattr(x, "tolist") else x


def _atoms_as(mine: Any, leaf: Any) -> list:
    return mine.as_this(leaf).atoms() if isinstance(mine, Array) else [leaf]


def numbers_of(x: Any) -> list:
    """The numbers of an array, one by one; of a number, itself."""
    return x.numbers() if isinstance(x, Array) else [x]


def unrolled(x: Any) -> Any:
    """The tree, with the numbers of its arrays one by one."""
    return tree.map(lambda leaf: leaf.unrolled() if isinstance(leaf, Array) else leaf, x)


def with_aux(out: Any) -> Any:
    """The result of a function with ``has_aux``, which must be a pair."""
    if not isinstance(out, (tuple, list)) or len(out) != 2:
        raise TypeError(f"with has_aux a function returns (result, aux), but got {nested(out)}")
    return out


def nested(x: Any) -> str:
    """What a value is, in words for a message: ``a list of 3``."""
    if isinstance(x, Array):
        return f"an array of shape {x.shape}"
    if isinstance(x, (list, tuple, dict)):
        return f"a {type(x).__name__} of {len(x)}"
    return "a number" if scalar(x) else f"a {type(x).__name__}"


def basis(n: int) -> Iterator[list[float]]:
    """The unit vectors of length ``n``."""
    for i in range(n):
        yield [1.0 if j == i else 0.0 for j in range(n)]


# -- NumPy's arithmetic on our numbers and arrays -------------------------------------------------

NUMPY: dict[str, Callable] = {  # how NumPy calls what it may do with our numbers
    "add": ops.add,
    "subtract": ops.sub,
    "multiply": ops.mul,
    "divide": ops.div,
    "power": ops.power,
    "negative": ops.neg,
    "less": ops.lt,
    "less_equal": ops.le,
    "greater": ops.gt,
    "greater_equal": ops.ge,
    "equal": ops.eq,
    "remainder": ops.mod,
    "floor_divide": ops.floordiv,
    "bitwise_and": ops.both,
    "bitwise_or": ops.either,
    "not_equal": ops.ne,
}  # fmt: skip


def numpy_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """NumPy asks here: its arithmetic on our numbers is ours; np.sin and the like are refused."""
    op = NUMPY.get(ufunc.__name__)
    if op is None or method != "__call__" or kwargs:
        raise errors.not_a_float(f"numpy.{ufunc.__name__}")
    return elementwise(op, *inputs)


Number.__array_ufunc__ = Array.__array_ufunc__ = numpy_ufunc  # type: ignore[attr-defined]
