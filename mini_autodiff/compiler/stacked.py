"""Long arrays of a traced program: a list for each number of a row, never hundreds of numbers.

The lists are the *columns*. An operation of the table on a column is done on each of its numbers,
so a column stands where a number may stand: what is done to a row of numbers, is done to a row of
columns, and that is done to all rows. ``across`` is that idea. Everything else that a long array
can do follows from it, from taking rows, and from taking its numbers one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .. import tree
from ..array import UNROLL, Array, elementwise, full, numbers_of, one_by_one, shaped
from ..hooks import IN_A_TRACE, here
from ..ops import Number, apply
from .lists import (
    backwards,
    item,
    join,
    lengths_of,
    pack,
    part,
    product,
    total,
    total_from,
    turn,
    widened,
)


class Stacked(Array):
    """A long array of a traced program.

    Attributes:
        like: a row of zeros, for its shape.
        columns: a list for each number of a row.
        table: the same as one list of rows, where a loop has made it so; else ``None``.
    """

    __slots__ = ("_columns", "like", "table")
    long = True

    def __init__(self, columns: list | None, n: int, like: Any, table: Any = None):
        self._columns, self.like, self.table = columns, like, table
        self.shape = (n, *getattr(like, "shape", ()))

    @property
    def columns(self) -> list:  # type: ignore[override]
        if self._columns is None:
            turned = apply(turn, self.table)
            self._columns = [apply(item(j), turned) for j in range(self.shape[1])]
        return self._columns

    @property
    def lists(self) -> list:
        """The lists that hold it now."""
        return [self.table] if self._columns is None else self._columns

    @property
    def row(self) -> Any:
        """A row whose numbers are the columns."""
        return filled(self.like, self.columns)

    @property
    def items(self) -> tuple:  # type: ignore[override]
        """All rows: this unrolls."""
        return tuple(self.at(i) for i in range(self.shape[0]))

    def at(self, i: int) -> Any:
        if self._columns is None:
            return Stacked([apply(item(i), self.table)], self.shape[1], 0.0)
        return filled(self.like, [apply(item(i), x) for x in self.columns])

    def part(self, rows: slice) -> Array:
        start, stop, step = rows.indices(self.shape[0])
        taken = range(start, stop, step)
        if not taken:
            return Array((), self.shape[1:])
        if len(taken) == self.shape[0] and step > 0:
            return self
        first, last = sorted((taken[0], taken[-1]))

        def take(x: Any) -> Any:
            x = apply(part(first, last + 1, abs(step)), x)
            return apply(backwards, x) if step < 0 else x

        if self._columns is None:
            return Stacked(None, len(taken), self.like, take(self.table))
        return Stacked([take(x) for x in self.columns], len(taken), self.like)

    @property
    def T(self) -> Array:
        if self.ndim == 1:
            return self
        n = self.shape[0]
        return filled(self.row.T, [Stacked([x], n, 0.0) for x in self.row.T.atoms()])

    def atoms(self) -> list:
        return self.columns

    def numbers(self) -> list:
        return [x for row in self.items for x in numbers_of(row)]

    def unrolled(self) -> Array:
        return shaped(self.numbers(), self.shape)

    def as_this(self, other: Array) -> Array:
        return stacked(other)

    def rebuild(self, atoms: Iterator) -> Array:
        return Stacked([next(atoms) for _ in self.columns], self.shape[0], self.like)

    def total(self, start: Any = None) -> Any:
        """The sum of all numbers, row by row."""
        if start is None:
            return apply(total, *self.columns)
        return apply(total_from, start, *self.columns)

    def sum_of_rows(self) -> Any:
        """The sum along the first axis."""
        return filled(self.like, [apply(total, x) for x in self.columns])

    def in_any_order(self) -> Stacked:
        """All its numbers in a row, column by column."""
        if self.ndim == 1:
            return self
        return Stacked([apply(join, *self.columns)], self.size, 0.0)

    def joined(self, arrays: list) -> Array:
        """Arrays, of which one is long, one after another."""
        arrays = [a for a in arrays if len(a)]
        if any(isinstance(a, Stacked) and a._columns is None for a in arrays):
            table = apply(join, *map(as_table, arrays))
            return Stacked(None, sum(map(len, arrays)), self.like, table)
        parts = [stacked(a) for a in arrays]
        columns = [apply(join, *lists) for lists in zip(*(p.columns for p in parts), strict=True)]
        return Stacked(columns, sum(map(len, parts)), self.like)

    def __repr__(self) -> str:
        return f"Array(traced, shape={self.shape})"


def filled(like: Any, numbers: list) -> Any:
    """A row in the shape of ``like`` with these numbers."""
    if not isinstance(like, Array):
        return numbers[0]
    return shaped(numbers, like.shape) if like.long else like.rebuild(iter(numbers))


def stacked(a: Array) -> Stacked:
    """Any array as columns."""
    if isinstance(a, Stacked):
        return a
    shape = a.shape[1:]
    rows = [numbers_of(row) for row in a.items]
    columns = [a.items] if not shape else list(zip(*rows, strict=True))
    return Stacked([as_list(column) for column in columns], len(a), full(shape, 0.0))


def as_list(column: tuple) -> Any:
    """Numbers as one list of the program."""
    if any(isinstance(x, Number) for x in column):
        return apply(pack, *column)
    return here.trace.constant(column)


def packed(x: Any) -> Any:
    """An array as loops carry it: columns, if it is long, or has long rows."""
    if not isinstance(x, Array) or x.long:
        return x
    if len(x) > UNROLL:
        return stacked(x)
    return Array(map(packed, x.items), x.shape[1:]) if x.ndim > 1 else x


def settle(x: Any) -> Any:
    """The tree, with its arrays as loops carry them."""
    return tree.map(packed, x)


# -- across the rows ------------------------------------------------------------------------------


class Across:
    """A function of numbers, for columns of ``n`` rows: a number beside a column is repeated."""

    def __init__(self, f: Callable, n: int):
        self.f, self.n = f, n

    def __call__(self, *args: Any) -> Any:
        if any(map(lengths_of, args)):
            args = tuple(
                widened(x, self.n) if isinstance(x, Number) and not lengths_of(x) else x
                for x in args
            )
        return self.f(*args)


def across(f: Callable, rows: list, n: int) -> Array:
    """``f`` of whole columns in place of numbers, and its result as an array of ``n`` rows."""
    trace = here.trace
    trace.across = n
    try:
        row = f(*rows)
    finally:
        trace.across = 0
    numbers = row.atoms() if isinstance(row, Array) else [row]
    columns = [x if lengths_of(x) else widened(x, n) for x in numbers]
    return Stacked(columns, n, full(getattr(row, "shape", ()), 0.0))


def worth(rows: list, args: Any) -> bool:
    """Whether to work on columns: one of the arrays is long, or could be and has traced numbers."""
    if any(x.long for x in rows):
        return True
    return len(rows[0]) > UNROLL and not all(x.plain if isinstance(x, Array) else
                                             not isinstance(x, Number) for x in args)  # fmt: skip


def each_row(f: Callable, arrays: tuple) -> Array | None:
    """``f`` of all rows, across them; ``None`` if they are better done one by one."""
    if here.trace.across or not len(arrays[0]) or not worth(list(arrays), arrays):
        return None
    return across(f, [stacked(a).row for a in arrays], len(arrays[0]))


def each_number(f: Callable, args: tuple, split: list[bool]) -> Array | None:
    """``elementwise`` across the rows; ``split`` says which arguments have these rows."""
    n = here.trace.across
    if n:
        return None if isinstance(f, Across) else one_by_one(Across(f, n), args, split)
    long = [x for x, rows in zip(args, split, strict=True) if rows]
    if not len(long[0]) or not worth(long, args):
        return None
    n = len(long[0])
    rows = [stacked(x).row if s else x for x, s in zip(args, split, strict=True)]
    return across(lambda *row: elementwise(Across(f, n), *row), rows, n)


def matrix_product(a: Array, b: Array) -> Array | None:
    """The product of two matrices of which one is long, as one operation."""
    if here.trace.across or not any(n > UNROLL for n in (*a.shape, b.shape[1])):
        return None
    if 0 in (*a.shape, b.shape[1]) or (a.unrolled().plain and b.unrolled().plain):
        return None
    rows = apply(product, as_table(a), as_table(b))
    n, m = a.shape[0], b.shape[1]
    if n <= UNROLL:
        made = (apply(item(i), rows) for i in range(n))
        return Array(Stacked([row], m, 0.0) for row in made)
    return Stacked(None, n, full((m,), 0.0), rows)


def as_table(a: Array) -> Any:
    """A matrix as one list of rows."""
    if isinstance(a, Stacked):
        return apply(turn, apply(pack, *a.columns)) if a.table is None else a.table
    return apply(pack, *[stacked(row).columns[0] for row in a.items])


IN_A_TRACE["each_row"] = each_row
IN_A_TRACE["elementwise"] = each_number
IN_A_TRACE["matmul"] = matrix_product
