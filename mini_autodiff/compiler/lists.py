"""The lists of a traced program, and operations on them.

A long array is one list there. These few operations move numbers between lists. They are linear,
so each brings its transpose: how the cotangent of the result goes back to the arguments.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

from .. import ops
from ..ops import Number, Special, apply


def lengths_of(x: Any) -> tuple[int, ...]:
    """The lengths of a list inside a traced program; empty for a number, whatever wraps it."""
    if type(x) is float:
        return ()
    while isinstance(x, Number):
        if hasattr(type(x), "lengths"):
            return x.lengths  # type: ignore[attr-defined]
        x = x.value
    return (len(x), *lengths_of(x[0])) if isinstance(x, (tuple, list)) and x else ()


def zeros(lengths: tuple[int, ...]) -> Any:
    """0.0, or a list of zeros."""
    zero: Any = 0.0
    for n in reversed(lengths):
        zero = Items([zero] * n)
    return zero


def zero_of(x: Any) -> Any:
    """0.0, or a list of zeros in the lengths of ``x``."""
    return zeros(lengths_of(x))


class Items(tuple):
    """A list inside a program, with the sum of two lists number by number (a tuple would join)."""

    __slots__ = ()

    def zero(self) -> Any:
        return zero_of(self)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Number):
            return apply(ops.add, self, other)
        return Items(a + b for a, b in zip(self, other, strict=True))

    def __radd__(self, other: Any) -> Any:
        return apply(ops.add, other, self)

    def __rmul__(self, slope: Any) -> Any:
        return Items(slope * a for a in self)

    __mul__ = __rmul__


def items(x: Any) -> Any:
    """Lists, also inside lists, as ``Items``; a number as it is."""
    if not isinstance(x, (list, tuple)):
        return x
    return Items(map(items, x)) if x and isinstance(x[0], (list, tuple)) else Items(x)


# -- operations -----------------------------------------------------------------------------------


class ListOp(Special):
    """An operation on lists.

    ``value`` computes it, ``transpose(c, *args)`` gives the cotangents of the arguments,
    ``text`` (Python) and ``javascript`` write it, with ``{}`` for the arguments.
    """

    def __init__(self, name: str, value: Callable, transpose: Callable, python: str, js: str):
        self.name, self.compute, self.transpose = name, value, transpose
        self.text, self.javascript = python, js

    def value(self, *args: Any) -> Any:
        return items(self.compute(*args))

    def trace(self, trace: Any, args: tuple) -> Any:
        example = self.value(*[zero_of(x) for x in args])
        return trace.once(self, args, lengths_of(example))

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
            parts = [t.get(d, zero_of(x)) for t, x in zip(along, values, strict=True)]
            tangent[d] = apply(self, *parts)
        return run.dual(apply(self, *values), tangent)


def item(i: int) -> ListOp:
    """One item of a list."""

    def transpose(c: Any, a: Any) -> list:
        return [apply(spread(i, 1, lengths_of(a)[0]), apply(pack, c))]

    return ListOp(f"item {i}", lambda a: a[i], transpose, f"{{}}[{i}]", f"{{}}[{i}]")


def part(start: int, stop: int, step: int) -> ListOp:
    """Every ``step``-th item from ``start`` up to, not including, ``stop``."""

    def transpose(c: Any, a: Any) -> list:
        return [apply(spread(start, step, lengths_of(a)[0]), c)]

    python = f"{{}}[{start}:{stop}:{step}]" if step > 1 else f"{{}}[{start}:{stop}]"
    js = f"{{}}.slice({start}, {stop})"
    js += f".filter((_, i) => i % {step} === 0)" if step > 1 else ""
    name = f"part {start}:{stop}:{step}"
    return ListOp(name, lambda a: tuple(a[start:stop:step]), transpose, python, js)


def spread(start: int, step: int, n: int) -> ListOp:
    """A list of ``n`` items: the given ones at ``start``, ``start + step``, ...; else zero."""

    def transpose(c: Any, a: Any) -> list:
        stop = start + (lengths_of(a)[0] - 1) * step + 1
        return [apply(part(start, stop, step), c)]

    call = f"spread({{}}, {start}, {step}, {n})"
    value = functools.partial(spread_items, start=start, step=step, n=n)
    return ListOp(f"spread {start}:{step}:{n}", value, transpose, call, call)


def spread_items(given: Any, start: int, step: int, n: int) -> list:
    """The helper that printed programs call."""
    out = [zero_of(given[0])] * n
    out[start : start + (len(given) - 1) * step + 1 : step] = given
    return out


def add_items(a: Any, b: Any) -> list:
    """Two lists, number by number; the helper that printed programs call."""
    return [add_items(x, y) if isinstance(x, (list, tuple)) else x + y for x, y in zip(a, b)]  # noqa: B905


def _join_transpose(c: Any, *lists: Any) -> list:
    starts = itertools.accumulate((lengths_of(a)[0] for a in lists), initial=0)
    return [apply(part(i, j, 1), c) for i, j in itertools.pairwise(starts)]


def _pack_transpose(c: Any, *numbers: Any) -> list:
    return [apply(item(i), c) for i in range(len(numbers))]


pack = ListOp("pack", lambda *numbers: numbers, _pack_transpose, "[{, }]", "[{, }]")
join = ListOp(
    "join",
    lambda *lists: [x for a in lists for x in a],
    _join_transpose,
    "[*{, *}]",
    "[...{, ...}]",
)
add_lists = ListOp(
    "add", add_items, lambda c, a, b: [c, c], "add_items({}, {})", "add_items({}, {})"
)


class Unpack(Special):
    """A list as its numbers."""

    name = "unpack"

    def value(self, a: Any) -> list:
        return list(a)

    def trace(self, trace: Any, args: tuple) -> list:
        return [apply(item(i), args[0]) for i in range(lengths_of(args[0])[0])]

    def reverse(self, tape: Any, args: tuple) -> list:
        a = tape.lower(args[0])
        parts = apply(self, a)

        def pull(cotangent: list) -> None:
            c = [cotangent[x.index] for x in out]
            if any(x is not None for x in c):
                pairs = zip(c, parts, strict=True)
                c = [zero_of(x) if share is None else share for share, x in pairs]
                tape.accumulate(cotangent, args[0], apply(pack, *c))

        out = tape.call(parts, pull)
        return out

    def forward(self, run: Any, args: tuple) -> list:
        parts = apply(self, run.lower(args[0]))
        along = {d: apply(self, t) for d, t in run.directions(args[0]).items()}
        return [run.dual(x, {d: t[i] for d, t in along.items()}) for i, x in enumerate(parts)]


unpack = Unpack()
