"""Arrays as containers of numbers: ``Array``, and the numbers inside any tree (``Atoms``).

An ``Array`` holds its numbers one by one, so each keeps its name and its place on the tape. It has
no buffer and no type: ``y + dt / 6 * k`` is written as in a textbook and is, underneath, one
operation for each component.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

from . import errors, ops, tree
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

    __slots__ = ("_settled", "items", "shape")
    items: tuple
    shape: tuple[int, ...]
    _settled: bool
    long = False  # a long array of a traced program, see stacked.py, which has:
    columns: list
    __array_ufunc__ = Number.__array_ufunc__
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, items: Any):
        self.items = tuple(items)
        rows = {x.shape for x in self.items if isinstance(x, Array)}
        if len(rows) > 1 or (rows and not all(isinstance(x, Array) for x in self.items)):
            raise ValueError(f"an array needs rows of equal shape, but got shapes {sorted(rows)}")
        self.shape = (len(self.items), *(rows.pop() if rows else ()))

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
        """Rows as columns."""
        return Array(Array(c) for c in zip(*self.items, strict=True)) if self.ndim > 1 else self

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator:
        return iter(self.items)

    def __getitem__(self, key: Any) -> Any:
        first, *rest = key if isinstance(key, tuple) else (key,)
        if first is None:
            return Array([self[tuple(rest)] if rest else self])
        if isinstance(first, Number):
            raise TypeError(
                f"an array's index must be a plain integer, but got {first!r}.\n"
                f"  at {errors.where_called()}\nIn a scan, pass the array itself as xs."
            )
        if isinstance(first, slice):
            rows = self.items[first]
            return Array(row[tuple(rest)] for row in rows) if rest else Array(rows)
        row = self.items[first.__index__()]
        return row[tuple(rest)] if rest else row

    def settled(self) -> bool:
        """Whether it holds plain numbers only (found out once: arrays do not change)."""
        try:
            return self._settled
        except AttributeError:
            if self.ndim > 1:
                self._settled = all(row.settled() for row in self.items)
            else:
                self._settled = not any(issubclass(t, Number) for t in set(map(type, self.items)))
            return self._settled

    def tolist(self) -> list:
        """Nested lists of the same numbers."""
        return [x.tolist() if isinstance(x, Array) else x for x in self.items]

    def atoms(self) -> list:
        """The numbers, row by row."""
        if len(self.shape) == 1:
            return list(self.items)
        return [x for row in self.items for x in row.atoms()]

    def plain(self) -> Array:
        """This array, with nothing left to compute."""
        return Array(x.plain() for x in self.items) if self.ndim > 1 else self

    def rebuild(self, atoms: Iterator) -> Array:
        """An array of this shape with these numbers."""
        return Array(x.rebuild(atoms) if isinstance(x, Array) else next(atoms) for x in self.items)

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
        return self.sum(axis) / float(self.size if axis is None else self.shape[axis])

    def reshape(self, *shape: Any) -> Array:
        """The same numbers, row by row, in another shape."""
        return shaped(self.atoms(), shape[0] if isinstance(shape[0], tuple) else shape)


def array(x: Any) -> Any:
    """An array from nested lists, tuples, arrays, NumPy arrays; a number stays a number."""
    if isinstance(x, Array) or scalar(x):
        return x
    if hasattr(x, "tolist"):
        return array(x.tolist())
    if isinstance(x, (list, tuple, range, Iterator)):
        return Array(array(item) for item in x)
    raise TypeError(f"an array holds numbers, but got {x!r} of type {type(x).__name__}")


def shaped(atoms: list, shape: tuple[int, ...]) -> Array:
    """Numbers, row by row, as an array of this shape; one length may be -1."""
    known = math.prod(n for n in shape if n >= 0)
    shape = tuple(n if n >= 0 else len(atoms) // max(known, 1) for n in shape)
    supply = iter(atoms)

    def build(lengths: tuple[int, ...]) -> Any:
        return Array(build(lengths[1:]) for _ in range(lengths[0])) if lengths else next(supply)

    if math.prod(shape) != len(atoms):
        raise ValueError(f"cannot put {len(atoms)} numbers into shape {shape}")
    return build(shape)


def elementwise(f: Callable, *args: Any) -> Any:
    """Apply ``f`` number by number. A number, or an array of fewer axes, is used for every row."""
    args = tuple(array(x) if hasattr(x, "tolist") and not scalar(x) else x for x in args)
    if not all(isinstance(x, Array) or scalar(x) for x in args):
        return NotImplemented
    axes = max(x.ndim if isinstance(x, Array) else 0 for x in args)
    if axes == 0:
        return f(*args)
    split = [isinstance(x, Array) and x.ndim == axes for x in args]
    lengths = {len(x) for x, rows in zip(args, split, strict=True) if rows}
    if len(lengths) > 1:
        shapes = " and ".join(str(x.shape) for x in args if isinstance(x, Array))
        raise ValueError(f"arrays of shapes {shapes} do not fit together element by element")
    if lengths.pop() > UNROLL or any(x.long for x, rows in zip(args, split, strict=True) if rows):
        from .stacked import elementwise_loop

        looped = elementwise_loop(f, args, split)
        if looped is not None:
            return looped
    columns = [
        x.items if rows else itertools.repeat(x) for x, rows in zip(args, split, strict=True)
    ]
    rows = zip(*columns, strict=False)
    if axes == 1:
        return Array(f(*row) for row in rows)
    return Array(elementwise(f, *row) for row in rows)


def reduce_sum(a: Any, axis: int | None = None) -> Any:
    """Sum of the numbers of an array, from left to right."""
    a = array(a)
    if scalar(a):
        return a
    if axis is None:
        return add_up(None, a) if a.size else 0.0
    if a.long:
        return a.sum(axis)
    axis = axis % a.ndim
    if axis == 0:
        total: Any = 0.0
        for row in a.items:
            total = total + row
        return total
    return Array(reduce_sum(row, axis - 1) for row in a.items)


def add_up(total: Any, a: Array) -> Any:
    """``total`` (if it is a number), and then all numbers of an array, row by row.

    A loop must start from a number: from 0.0, so long arrays do so wherever they are. Integers and
    truths do too, so that their sum is a float.
    """
    if total is None and (a.long or len(a) > UNROLL):
        total = 0.0
    if a.long:
        from .loop import scan

        return scan(lambda t, row: (add_up(t, Array((row,))), None), total, a)[0]
    for row in a.items:
        if isinstance(row, Array):
            total = add_up(total, row)
        elif total is None and not discrete(row):
            total = row
        else:
            total = (0.0 if total is None else total) + row
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
    if a.ndim == 2:
        return Array(matmul(row, b) for row in a)
    if b.ndim == 2:
        return Array(matmul(a, column) for column in b.T)
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
        plain = set(map(type, leaves)) <= {float}
        self.leaves: list[Any] = leaves if plain else [_leaf(x) for x in leaves]
        self.arrays = any(issubclass(t, Array) for t in set(map(type, self.leaves)))
        self.atoms = list(self.leaves)
        if self.arrays:
            parts = [x.atoms() if isinstance(x, Array) else [x] for x in self.leaves]
            self.atoms = [x for part in parts for x in part]
        if real and not all(issubclass(t, (float, Number)) for t in set(map(type, self.atoms))):
            wrong = next(x for x in self.atoms if not isinstance(x, (float, Number)))
            raise errors.not_real(real, wrong)

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
            raise TypeError(
                f"{what} must have the structure {nested(self.rebuild(self.atoms))}, "
                f"but got {nested(other)}"
            )
        return found.atoms

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
    if hasattr(x, "tolist") and not scalar(x):
        x = array(x)
    if isinstance(x, Array):
        return x.plain()
    return float(x) if not isinstance(x, (int, Number, float)) and scalar(x) else x


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
