"""Long arrays of a traced program: lists that loops read, never hundreds of single numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from .. import tree
from ..array import UNROLL, Array, add_up, elementwise
from ..hooks import IN_A_TRACE, here
from ..lax import scan
from ..ops import Number, apply
from .lists import item, join, pack, part, unpack

MOST_STAGES = 16
"""Operations that one loop does on a long array; of a longer chain, the start is computed first."""


class Stacked(Array):
    """A long array: lists, and how a row is made from one item of each.

    Arithmetic only composes ``row``. The loop is made when the numbers are needed, so
    ``sum((ys - data) ** 2)`` is one loop.

    Attributes:
        columns: the lists.
        row: from one item of each list to a row (a number or an array).
        like: a row, for its shape.
        simple: whether ``row`` only puts the items into the shape of ``like``.
        stages: how many operations ``row`` is composed of, one on the other.
    """

    __slots__ = ("columns", "like", "row", "simple", "stages")
    long = True

    def __init__(
        self, columns: list, n: int, like: Any, row: Callable | None = None, stages: int = 0
    ):
        self.columns, self.like, self.simple, self.stages = columns, like, row is None, stages
        self.row = remembering(row or (lambda items: _put(like, iter(items))))
        self.shape = (n, *getattr(like, "shape", ()))

    @property
    def items(self) -> tuple:  # type: ignore[override]
        """All rows: this unrolls."""
        return tuple(self[i] for i in range(self.shape[0]))

    def __getitem__(self, key: Any) -> Any:
        first, *rest = key if isinstance(key, tuple) else (key,)
        if first is None or isinstance(first, Number):
            return Array.__getitem__(self, key)
        if not isinstance(first, slice):
            i = range(self.shape[0])[first.__index__()]
            row = self.row([apply(item(i), x) for x in self.columns])
            return row[tuple(rest)] if rest else row
        start, stop, step = first.indices(self.shape[0])
        count = len(range(start, stop, step))
        if step < 0 or count == 0:
            return Array(self.items[first])[(slice(None), *rest)]
        lists = self.columns
        if count < self.shape[0]:
            lists = [apply(part(start, start + (count - 1) * step + 1, step), x) for x in lists]
        if not rest:
            return Stacked(lists, count, self.like, None if self.simple else self.row, self.stages)
        if self.simple and not self.like.long and all(isinstance(k, int) for k in rest):
            flat = _put(self.like, iter(range(len(lists))))  # which list holds this number
            return Stacked([lists[flat[tuple(rest)]]], count, 0.0)
        like, key = self.like[tuple(rest)], tuple(rest)
        return Stacked(lists, count, like, lambda items: self.row(items)[key], self.stages)

    def at(self, i: int) -> Any:
        return self[i]

    def part(self, rows: slice) -> Array:
        return self[rows]

    @property
    def T(self) -> Array:
        return Array(self[:, j] for j in range(self.shape[1])) if self.ndim > 1 else self

    def plain(self) -> Stacked:
        """The same array with nothing left to compute."""
        return self if self.simple else _map(lambda row: row, self)

    def settle(self) -> Stacked:
        """Compute it now, for all who use it later."""
        plain = self.plain()
        self.columns, self.row, self.simple, self.stages = plain.columns, plain.row, True, 0
        return self

    def atoms(self) -> list:
        return self.plain().columns

    def reshape(self, *shape: Any) -> Array:
        return Array(self.items).reshape(*shape)

    def rebuild(self, atoms: Iterator) -> Array:
        plain = self.plain()
        return Stacked([next(atoms) for _ in plain.columns], self.shape[0], plain.like)

    def sum(self, axis: int | None = None) -> Any:
        """The sum from left to right, as a loop."""
        if axis is None:
            return add_up(None, self)
        if axis % self.ndim:
            return _map(lambda row: row.sum(axis % self.ndim - 1), self)
        start = elementwise(lambda x: 0.0, self.like) if isinstance(self.like, Array) else 0.0
        return scan(lambda total, row: (total + row, None), start, self)[0]

    def fold(self, f: Callable, total: Any) -> Any:
        """``total = f(total, row)`` for every row, as a loop; a row is an array of one."""
        return scan(lambda total, row: (f(total, Array((row,))), None), total, self)[0]

    def joined(self, arrays: list) -> Array:
        """Arrays, of which one is long, along their first axis."""
        return concatenate_lists(arrays)

    def __repr__(self) -> str:
        return f"Array(traced, shape={self.shape})"


def remembering(row: Callable) -> Callable:
    """``row``, which computes once for the same items: an array may be used several times."""
    last: list = []

    def once(items: list) -> Any:
        if not last or not all(map(operator.is_, last[0], items)):
            last[:] = [items, row(items)]
        return last[1]

    return once


def _put(like: Any, items: Iterator) -> Any:
    return like.rebuild(items) if isinstance(like, Array) else next(items)


def _map(f: Callable, a: Array) -> Any:
    return scan(lambda _, row: (None, f(row)), None, a)[1]


def as_lists(a: Array) -> tuple[list, Callable[[list], Any]]:
    """An array as lists, and how a row is made from one item of each."""
    if isinstance(a, Stacked):
        return a.columns, a.row
    first, *_ = rows = [packed(row) for row in a.items]
    rows = [row.atoms() if isinstance(row, Array) else [row] for row in rows]
    lists = []
    for column in zip(*rows, strict=True):
        traced = any(isinstance(x, Number) for x in column)
        lists.append(apply(pack, *column) if traced else column)
    return lists, lambda items: _put(first, iter(items))


def from_lists(lists: list, like: Any, n: int) -> Array:
    """The array whose rows look as ``like``, one list for each number of a row."""
    return unpacked(Stacked(lists, n, like))


def unpacked(x: Any) -> Any:
    """Outside a traced program, a long array as an ordinary one."""
    if here.trace or not isinstance(x, Stacked):
        return x
    columns = [apply(unpack, column) for column in x.columns]
    return Array(unpacked(_put(x.like, iter(row))) for row in zip(*columns, strict=True))


def settle(x: Any) -> Any:
    """The tree, with every long array as lists: what a loop carries and puts out."""
    return tree.map(packed, x)


def packed(x: Any) -> Any:
    """A long array as lists, with nothing left to compute; anything else as it is."""
    if not isinstance(x, Array):
        return x
    if not x.long and len(x) > UNROLL:
        lists, _ = as_lists(x)
        return Stacked(lists, len(x), packed(x.items[0]))
    return x.plain()


def elementwise_loop(f: Callable, args: tuple, split: list[bool]) -> Array | None:
    """``elementwise`` on long arrays, computed later, in a loop. ``None`` if there is no need."""
    long = [x for x, rows in zip(args, split, strict=True) if rows]
    n = long[0].shape[0]
    if not any(x.long for x in long) and (n <= UNROLL or not any(map(_has_numbers, args))):
        return None
    parts: list = []
    column: dict[int, Any] = {}  # each list once, however often it is used
    stages = 0
    for x, rows in zip(args, split, strict=True):
        if rows and x.long and x.stages >= MOST_STAGES:
            x = x.settle()
        lists, row = as_lists(x) if rows else ([], None)
        column |= {id(c): c for c in lists}
        parts.append((x, row, [list(column).index(id(c)) for c in lists]))
        stages = max(stages, getattr(x, "stages", 0) + 1)

    def combined(items: list) -> Any:
        given = [row([items[k] for k in places]) if row else x for x, row, places in parts]
        return elementwise(f, *given)

    shape = max((x.shape[1:] for x in long), key=len)
    like: Any = 0.0
    for k in reversed(shape):
        like = Array([like] * k)
    return Stacked(list(column.values()), n, like, combined, stages)


IN_A_TRACE["elementwise"] = elementwise_loop


def _has_numbers(x: Any) -> bool:
    if isinstance(x, Array):
        return x.long or any(map(_has_numbers, x.items))
    return isinstance(x, Number)


def concatenate_lists(arrays: list) -> Array:
    """Join arrays, of which one is long, along their first axis."""
    parts = [_settled(a) for a in arrays]
    like = next(p.like for p in parts if p.long)
    columns = [apply(join, *lists) for lists in zip(*(p.columns for p in parts), strict=True)]
    return Stacked(columns, sum(len(p) for p in parts), like)


def _settled(a: Array) -> Stacked:
    if a.long:
        return a.plain()  # type: ignore[return-value]
    lists, _ = as_lists(a)
    return Stacked(lists, len(a), packed(a.items[0]))
