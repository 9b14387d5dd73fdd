"""The lists of a traced program, and operations on them.

A long array is there a list for each number of a row: its *columns*. The operations of the table
work on columns number by number, as they do on numbers; these few here move numbers between lists.
Each brings its transpose: how the cotangent of the result goes back to the arguments.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

from .. import ops
from ..hooks import here
from ..ops import Number, Special, apply

Lengths = tuple[int, ...]


def lengths_of(x: Any) -> Lengths:
    """The lengths of a list inside a traced program; empty for a number, whatever wraps it."""
    if type(x) is float:
        return ()
    while isinstance(x, Number):
        if hasattr(type(x), "lengths"):
            return x.lengths  # type: ignore[attr-defined]
        x = x.value
    return (len(x), *lengths_of(x[0])) if isinstance(x, (tuple, list)) and x else ()


def zeros(lengths: Lengths) -> Any:
    """0.0, or a list of zeros."""
    zero: Any = 0.0
    for n in reversed(lengths):
        zero = Items([zero] * n)
    return zero


def zero_of(x: Any) -> Any:
    """0.0, or a list of zeros in the lengths of ``x``."""
    return zeros(lengths_of(x))


class Items(tuple):
    """A list of plain numbers inside a program: a constant, or the zero of a list."""

    __slots__ = ()

    def zero(self) -> Any:
        return zero_of(self)

    def __add__(self, other: Any) -> Any:
        return perform(ops.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return perform(ops.add, other, self)

    def __mul__(self, other: Any) -> Any:
        return perform(ops.mul, self, other) if _operand(other) else NotImplemented

    def __rmul__(self, other: Any) -> Any:
        return perform(ops.mul, other, self)


def _operand(x: Any) -> bool:
    return isinstance(x, (Number, float, int, Items))


def items(x: Any) -> Any:
    """Lists, also inside lists, as ``Items``; a number as it is."""
    return Items(map(items, x)) if isinstance(x, (list, tuple)) else x


def perform(op: Any, *args: Any) -> Any:
    """``op`` of numbers of any kind, and, number by number, of lists of plain ones."""
    lists = [x for x in args if isinstance(x, (list, tuple))]
    if type(op) is not ops.Op or not lists or any(isinstance(x, Number) for x in args):
        return apply(op, *args)
    columns = [x if isinstance(x, (list, tuple)) else itertools.repeat(x) for x in args]
    return Items(perform(op, *row) for row in zip(*columns, strict=False))


class Constant(Special):
    """A list of plain numbers as an entry of a trace."""

    name = "constant"
    source: Any = None

    def __init__(self, numbers: Any):
        self.items = items(numbers)

    def value(self) -> Any:
        return here.trace.constant(self.items) if here.trace else self.items

    def trace(self, trace: Any, args: tuple) -> Any: ...

    def reverse(self, tape: Any, args: tuple) -> Any: ...

    def forward(self, run: Any, args: tuple) -> Any: ...


# -- operations -----------------------------------------------------------------------------------


class ListOp(Special):
    """A linear operation on lists.

    Attributes:
        compute: its value for plain lists.
        lengths: the lengths of its result from those of its arguments.
        transpose: ``transpose(c, *args)`` gives the cotangents of the arguments.
        text: how it is written in Python, with ``{}`` for the arguments; also ``javascript``.
    """

    def __init__(
        self, name: str, compute: Callable, lengths: Callable, transpose: Callable,
        text: str, javascript: str = "",
    ):  # fmt: skip
        self.name, self.compute, self.lengths, self.transpose = name, compute, lengths, transpose
        self.text, self.javascript = text, javascript or text

    def value(self, *args: Any) -> Any:
        return items(self.compute(*args))

    def trace(self, trace: Any, args: tuple) -> Any:
        known = self.known(trace, *args)
        if known is not None:
            return known
        return trace.once(self, args, self.lengths(*map(lengths_of, args)))

    def known(self, trace: Any, *args: Any) -> Any:
        """The result, if another entry of the trace holds it."""
        return None

    def reverse(self, tape: Any, args: tuple) -> Any:
        values = [tape.lower(x) for x in args]

        def pull(cotangent: list) -> None:
            c = cotangent[out.index]
            if c is not None:
                for x, share in zip(args, self.transpose(c, *values), strict=True):
                    tape.accumulate(cotangent, x, share)

        (out,) = tape.call([apply(self, *values)], pull)
        return out

    def forward(self, run: Any, args: tuple) -> Any:
        values = [run.lower(x) for x in args]
        along = [run.directions(x) for x in args]
        tangent = {}
        for d in sorted({d for t in along for d in t}):
            tangent[d] = self.tangent(values, [t.get(d) for t in along])
        return run.dual(apply(self, *values), tangent)

    def tangent(self, values: list, along: list) -> Any:
        """The tangent of the result; ``None`` stands for 0."""
        pairs = zip(along, values, strict=True)
        return apply(self, *[zero_of(x) if t is None else t for t, x in pairs])


class Reading(ListOp):
    """An operation that takes some rows of one list.

    On a tape, all readings of a list share one entry (``Reader``), so that a program that takes
    its numbers one by one has a gradient that makes the list once.
    """

    def reverse(self, tape: Any, args: tuple) -> Any:
        return tape.read(self, args[0])


class Reader:
    """The rows that were taken from one list on a tape."""

    def __init__(self, tape: Any, source: Any):
        self.tape, self.source = tape, source
        self.taken: dict[str, tuple[Reading, Any]] = {}

    def take(self, op: Reading) -> Any:
        """The rows, on the tape."""
        if op.name not in self.taken:
            self.taken[op.name] = op, self.tape.new(apply(op, self.source.value))
        return self.taken[op.name][1]

    def pull(self, cotangent: list) -> None:
        """Put the cotangents of the rows into one list, that of the source."""
        single: dict[int, Any] = {}
        n = lengths_of(self.source)[0]
        shares = []
        for op, row in self.taken.values():
            c = cotangent[row.index]
            if c is not None and isinstance(op, Item):
                single[op.i] = c
            elif c is not None:
                shares += op.transpose(c, self.source.value)
        for share in [*placed(single, n), *shares]:
            self.tape.accumulate(cotangent, self.source, share)


def placed(rows: dict[int, Any], n: int) -> list:
    """Lists of ``n`` rows whose sum has these rows, and zeros elsewhere."""
    if not rows:
        return []
    places = sorted(rows)
    steps = {j - i for i, j in itertools.pairwise(places)}
    if len(steps) < 2 and len(places) < n:
        given = apply(pack, *[rows[i] for i in places])
        return [apply(spread(places[0], min(steps, default=1), n), given)]
    if n <= 4 * len(places):
        zero = zero_of(rows[places[0]])
        return [apply(pack, *[rows.get(i, zero) for i in range(n)])]
    return [apply(spread(i, 1, n), apply(pack, c)) for i, c in rows.items()]


class Item(Reading):
    """One row of a list."""

    def __init__(self, i: int):
        self.i = i
        super().__init__(f"item {i}", operator.itemgetter(i), _rest, self._transpose, f"{{}}[{i}]")

    def _transpose(self, c: Any, a: Any) -> list:
        return placed({self.i: c}, lengths_of(a)[0])

    def known(self, trace: Any, a: Any) -> Any:
        op, given, i = trace.ops[a.index], trace.args[a.index], self.i
        if op is pack:
            return given[i]
        if op is join:
            for x in given:
                n = lengths_of(x)[0]
                if i < n:
                    return apply(item(i), x)
                i -= n
        return given[0] if op.name.startswith("repeat") else None


def _rest(lengths: Lengths) -> Lengths:
    return lengths[1:]


@functools.cache
def item(i: int) -> Item:
    """One row of a list."""
    return Item(i)


class Part(Reading):
    """Every ``step``-th row from ``start`` up to, not including, ``stop``."""

    def __init__(self, start: int, stop: int, step: int):
        self.rows = range(start, stop, step)
        python = f"{{}}[{start}:{stop}:{step}]" if step > 1 else f"{{}}[{start}:{stop}]"
        js = f"{{}}.slice({start}, {stop})"
        js += f".filter((_, i) => i % {step} === 0)" if step > 1 else ""
        where = slice(start, stop, step)
        super().__init__(
            f"part {start}:{stop}:{step}",
            operator.itemgetter(where),
            lambda a: (len(self.rows), *a[1:]),
            lambda c, a: [apply(spread(start, step, lengths_of(a)[0]), c)],
            python,
            js,
        )

    def known(self, trace: Any, a: Any) -> Any:
        op, given, n = trace.ops[a.index], trace.args[a.index], len(self.rows)
        if op is pack:
            return apply(pack, *[given[i] for i in self.rows])
        if isinstance(op, Spread) and self.rows.step == op.step == 1:
            first, count = op.start - self.rows.start, lengths_of(given[0])[0]
            if first + count <= 0 or first >= n:
                return zeros((n, *a.lengths[1:]))
            if first >= 0 and first + count <= n:
                return apply(spread(first, 1, n), given[0])
        return a if n == a.lengths[0] else None


@functools.cache
def part(start: int, stop: int, step: int) -> Part:
    """Every ``step``-th row from ``start`` up to, not including, ``stop``."""
    return Part(start, stop, step)


class Spread(ListOp):
    """A list of ``n`` rows: the given ones at ``start``, ``start + step``, ...; else zero."""

    def __init__(self, start: int, step: int, n: int):
        self.start, self.step, self.n = start, step, n
        super().__init__(
            f"spread {start}:{step}:{n}",
            functools.partial(spread_items, start=start, step=step, n=n),
            lambda a: (n, *a[1:]),
            self._transpose,
            f"spread({{}}, {start}, {step}, {n})",
        )

    def _transpose(self, c: Any, a: Any) -> list:
        stop = self.start + (lengths_of(a)[0] - 1) * self.step + 1
        return [apply(part(self.start, stop, self.step), c)]


@functools.cache
def spread(start: int, step: int, n: int) -> Spread:
    """A list of ``n`` rows: the given ones at ``start``, ``start + step``, ...; else zero."""
    return Spread(start, step, n)


@functools.cache
def repeat(n: int) -> ListOp:
    """A list that holds a number, or a list, ``n`` times."""
    return ListOp(
        f"repeat {n}",
        lambda a: [a] * n,
        lambda a: (n, *a),
        lambda c, a: [total_rows(c) if lengths_of(a) else apply(total, c)],
        f"[{{}}] * {n}",
        f"Array({n}).fill({{}})",
    )


def widened(x: Any, n: int) -> Any:
    """A number as a list that holds it ``n`` times, in the trace that is running."""
    if not here.trace or (isinstance(x, Number) and x.owner.depth > here.trace.depth):
        return apply(repeat(n), x)
    return here.trace.apply(repeat(n), (x,))


def total_rows(c: Any) -> Any:
    """The sum of the rows of a list of lists."""
    return functools.reduce(operator.add, [apply(item(i), c) for i in range(lengths_of(c)[0])])


def _join_transpose(c: Any, *lists: Any) -> list:
    starts = itertools.accumulate((lengths_of(a)[0] for a in lists), initial=0)
    return [apply(part(i, j, 1), c) for i, j in itertools.pairwise(starts)]


def _like_every(c: Any, *lists: Any) -> list:
    return [widened(c, lengths_of(a)[0]) if lengths_of(a) else c for a in lists]


class Pack(ListOp):
    """Numbers, or lists, as a list."""

    def known(self, trace: Any, *rows: Any) -> Any:
        return whole(trace, rows)


pack = Pack(
    "pack",
    lambda *rows: rows,
    lambda *rows: (len(rows), *rows[0]),
    lambda c, *rows: [apply(item(i), c) for i in range(len(rows))],
    "[{, }]",
)
join = ListOp(
    "join",
    lambda *lists: [x for a in lists for x in a],
    lambda *lists: (sum(a[0] for a in lists), *lists[0][1:]),
    _join_transpose,
    "[*{, *}]",
    "[...{, ...}]",
)
backwards: ListOp = ListOp(
    "backwards",
    lambda a: a[::-1],
    lambda a: a,
    lambda c, a: [apply(backwards, c)],
    "{}[::-1]",
    "[...{}].reverse()",
)
total = ListOp("total", lambda *a: sum_rows(*a), lambda *a: (), _like_every, "sum_of({, })")
total_from = ListOp(
    "total_from", lambda *a: sum_from(*a), lambda *a: (), _like_every, "sum_from({, })"
)
turn: ListOp = ListOp(
    "turn",
    lambda a: list(zip(*a, strict=True)),
    lambda a: (a[1], a[0], *a[2:]),
    lambda c, a: [apply(turn, c)],
    "turned({})",
)


def whole(trace: Any, numbers: tuple) -> Any:
    """The list whose items these numbers are, all of them and in order; ``None`` if there is none.

    A list of a thousand numbers among the arguments is one list of the program; a function that
    makes an array of its items gets that list back.
    """
    source: Any = None
    for i, x in enumerate(numbers):
        index = x.index if isinstance(x, Number) else None  # type: ignore[attr-defined]
        if index is None or trace.ops[index].name != f"item {i}":
            return None
        (of,) = trace.args[index]
        if source is None and of.lengths != (len(numbers),):
            return None
        if source is not None and source is not of:
            return None
        source = of
    return source


class Product(ListOp):
    """The product of two matrices, each a list of rows."""

    def tangent(self, values: list, along: list) -> Any:
        (a, b), (da, db) = values, along
        parts = [apply(self, da, b)] if da is not None else []
        parts += [apply(self, a, db)] if db is not None else []
        return functools.reduce(operator.add, parts)


product: Product = Product(
    "product",
    lambda a, b: matrix_product(a, b),
    lambda a, b: (a[0], b[1]),
    lambda c, a, b: [apply(product, c, apply(turn, b)), apply(product, apply(turn, a), c)],
    "matrix_product({, })",
)


# -- what printed programs call -------------------------------------------------------------------


def spread_items(given: Any, start: int, step: int, n: int) -> list:
    """The given rows at ``start``, ``start + step``, ... of ``n``."""
    out = [zero_of(given[0])] * n
    out[start : start + (len(given) - 1) * step + 1 : step] = given
    return out


def sum_rows(*columns: Any) -> Any:
    """The sum of the numbers of columns, row by row from the first, as ``a + b + c`` is."""
    return sum_from(-0.0, *columns)  # the one number that changes none


def sum_from(start: Any, *columns: Any) -> Any:
    """``start``, and then the numbers of columns, row by row."""
    if len(columns) == 1:
        for x in columns[0]:
            start += x
        return start
    for row in zip(*columns, strict=True):
        for x in row:
            start += x
    return start


def turn_rows(a: Any) -> list:
    """Rows as columns."""
    return list(zip(*a, strict=True))


@functools.cache
def _dot_products(k: int) -> Callable:
    """The products of all rows of two lists, of ``k`` numbers each, written out."""
    xs, ys = (", ".join(f"{letter}{i}" for i in range(k)) + "," for letter in "xy")
    terms = " + ".join(f"x{i} * y{i}" for i in range(k))
    return eval(f"lambda rows, columns: [[{terms} for {ys} in columns] for {xs} in rows]")


LONGEST_WRITTEN_OUT = 200


def matrix_product(a: Any, b: Any) -> list:
    """The product of two matrices, summed from left to right."""
    columns = list(zip(*b, strict=True))
    if len(b) <= LONGEST_WRITTEN_OUT:
        return _dot_products(len(b))(a, columns)
    return [[sum_rows(list(map(operator.mul, row, c))) for c in columns] for row in a]
