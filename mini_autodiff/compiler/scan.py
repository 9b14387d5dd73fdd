"""How ``lax.scan`` becomes a loop of a traced program: its step is traced once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from .. import tree
from ..array import Array, Atoms
from ..hooks import IN_A_TRACE
from ..lax import check_carry, pair
from ..ops import apply
from .lists import lengths_of
from .loop import Loop
from .stacked import as_lists, from_lists, settle, unpacked
from .trace import Branch, Trace, running


def traced_scan(
    f: Callable, init: Any, leaves: list, structure: Any, n: int, reverse: bool
) -> tuple | None:
    """``scan`` as one operation; ``None`` if its step branches or fails: the plain loop says it."""
    with contextlib.suppress(Branch, ArithmeticError, ValueError):
        return _traced_scan(f, init, leaves, structure, n, reverse)
    return None


IN_A_TRACE["scan"] = traced_scan


def _traced_scan(f, init, leaves, structure, n, reverse) -> tuple:
    before = Atoms(settle(init))
    columns, rows = [], []
    for leaf in leaves:
        lists, row = as_lists(leaf)
        rows.append((row, len(lists)))
        columns += lists
    body = Trace()
    with running(body):
        state = [body.new(lengths=lengths_of(x)) for x in before.atoms]
        items = [body.new(lengths=lengths_of(x)[1:]) for x in columns]
        supply = iter(items)
        x = tree.unflatten(structure, [row([next(supply) for _ in range(k)]) for row, k in rows])
        carry, y = settle(pair(f(before.rebuild(state), x)))
        check_carry(before, carry)
        after, each = Atoms(carry), Atoms(y)
        body.outputs = [body.lift(x) for x in after.atoms + each.atoms]
    loop = Loop(body, len(state), n, reverse)
    out = apply(loop, *before.atoms, *columns, *body.free)
    carry = tree.map(unpacked, before.rebuild(out[: len(state)]))
    ys = iter(out[len(state) :])
    stacked = []
    for leaf in each.leaves:
        many = len(leaf.atoms()) if isinstance(leaf, Array) else 1
        stacked.append(from_lists([next(ys) for _ in range(many)], leaf, n))
    return carry, tree.unflatten(each.structure, stacked)
