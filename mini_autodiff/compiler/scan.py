"""How ``lax.scan`` becomes a loop of a traced program: its step is traced once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .. import tree
from ..array import UNROLL, Array, Atoms, full
from ..hooks import IN_A_TRACE
from ..lax import check_carry, pair
from ..ops import apply
from .lists import item, lengths_of, turn
from .loop import Loop
from .stacked import Stacked, as_table, settle, stacked
from .trace import Trace, is_real, running


def traced_scan(
    f: Callable, init: Any, leaves: list, structure: Any, n: int, reverse: bool
) -> tuple:
    """``scan`` as one operation of the trace that is running."""
    real = [is_real(x) for x in Atoms(settle(init)).atoms]
    while True:
        result, after = _traced_scan(f, init, leaves, structure, n, reverse, real)
        if all(b or not a for a, b in zip(real, after, strict=True)):
            return result
        # A carry starts as a float and becomes a truth or an integer: what holds for floats alone
        # may not be used for it.
        real = [a and b for a, b in zip(real, after, strict=True)]


IN_A_TRACE["scan"] = traced_scan


def _traced_scan(f, init, leaves, structure, n, reverse, real) -> tuple:
    before = Atoms(settle(init))
    lists, rows = read(leaves)
    body = Trace()
    with running(body):
        atoms = zip(before.atoms, real, strict=True)
        state = [body.new(lengths=lengths_of(x), real=r) for x, r in atoms]
        items = iter([body.new(lengths=lengths_of(x)[1:], real=is_real(x)) for x in lists])
        x = tree.unflatten(structure, [row(items) for row in rows])
        carry, y = settle(pair(f(before.rebuild(state), x)))
        check_carry(before, carry)
        after, each = Atoms(carry), Atoms(y)
        body.outputs = [body.lift(x) for x in after.atoms + each.atoms]
    loop = Loop(body, len(state), n, reverse)
    out = apply(loop, *before.atoms, *lists, *body.free)
    carry = before.rebuild(out[: len(state)])
    ys = iter(out[len(state) :])
    stacked_ys = tree.unflatten(each.structure, [written(y, ys, n) for y in each.leaves])
    return (carry, stacked_ys), [is_real(x) for x in body.outputs[: len(state)]]


def read(leaves: list) -> tuple[list, list[Callable]]:
    """The lists that a loop reads, and for each leaf how a row is made from their items."""
    lists, rows = [], []
    for leaf in leaves:
        wide = leaf.ndim > 1 and any(n > UNROLL for n in leaf.shape[1:])
        if wide and leaf.ndim == 2:
            lists.append(as_table(leaf))
            rows.append(lambda items, m=leaf.shape[1]: Stacked([next(items)], m, 0.0))
        else:
            columns = stacked(leaf)
            lists += columns.columns
            rows.append(lambda items, like=columns.like: settle(row_of(like, items)))
    return lists, rows


def row_of(like: Any, items: Iterator) -> Any:
    """A row in the shape of ``like`` from the next items."""
    return like.rebuild(items) if isinstance(like, Array) else next(items)


def written(y: Any, lists: Iterator, n: int) -> Array:
    """The array that a loop of ``n`` steps has written, of rows like ``y``."""
    if isinstance(y, Stacked) and y.ndim == 1:
        return Stacked(None, n, full(y.shape, 0.0), next(lists))
    columns: list = []
    for x in y.atoms() if isinstance(y, Array) else [y]:
        found, wide = next(lists), lengths_of(x)
        if wide:
            turned = apply(turn, found)
            columns += [apply(item(j), turned) for j in range(wide[0])]
        else:
            columns.append(found)
    if isinstance(y, Stacked):  # of y, column by column: row by row is the order of an array
        m = y.shape[0]
        columns = [columns[k * m + i] for i in range(m) for k in range(len(columns) // m)]
    return Stacked(columns, n, full(getattr(y, "shape", ()), 0.0))
