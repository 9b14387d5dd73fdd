"""Loops that derivatives see as one operation: ``scan``; and ``stop_gradient``, ``cond``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import tree
from .array import Array, Atoms, array, nested
from .ops import Number


def scan(
    f: Callable, init: Any, xs: Any = None, length: int | None = None, reverse: bool = False
) -> tuple:
    """A loop that carries a state and keeps an output of every step, as ``jax.lax.scan``.

    In plain Python::

        carry, ys = init, []
        for x in xs:
            carry, y = f(carry, x)
            ys.append(y)

    Args:
        f: ``f(carry, x) -> (carry, y)``.
        init: the first carry, any tree of numbers and arrays.
        xs: a tree of arrays, read along their first axis; or ``None``, with ``length``.
        length: the number of steps, if ``xs`` does not say it.
        reverse: start at the last ``x``; ``ys`` keeps the order of ``xs``.

    Returns:
        The last carry, and the tree of all ``y``, stacked along a new first axis.

    >>> scan(lambda total, x: (total + x, total), 0.0, array([1.0, 2.0, 3.0]))
    (6.0, Array([0.0, 1.0, 3.0]))

    Raises:
        ValueError: if lengths differ, or none is given.
        TypeError: if the carry changes its structure.
    """
    leaves, structure = tree.flatten(xs)
    leaves = [array(x) for x in leaves]
    lengths = {len(x) for x in leaves} | ({length} if length is not None else set())
    if len(lengths) != 1:
        raise ValueError(f"scan needs one length, from xs or length, but got {sorted(lengths)}")
    (n,) = lengths
    carry, rows = init, []
    before = Atoms(init)
    for i in reversed(range(n)) if reverse else range(n):
        carry, y = f(carry, tree.unflatten(structure, [x[i] for x in leaves]))
        check_carry(before, carry)
        rows.append(y)
    if reverse:
        rows.reverse()
    ys = tree.map(lambda *column: Array(map(array, column)), *rows) if rows else None
    return carry, ys


def check_carry(before: Atoms, carry: Any) -> None:
    after = Atoms(carry)
    if after.structure != before.structure or after.shapes() != before.shapes():
        raise TypeError(
            f"scan's carry must keep its structure: it started as "
            f"{nested(before.rebuild(before.atoms))}, but one step made it {nested(carry)}"
        )


def stop_gradient(x: Any) -> Any:
    """The same value, treated as a constant by every derivative."""

    def value(a: Any) -> Any:
        while isinstance(a, Number) and hasattr(a, "value"):
            a = a.value
        return a

    found = Atoms(x)
    return found.rebuild([value(a) for a in found.atoms])


def cond(pred: Any, true_fun: Callable, false_fun: Callable, *operands: Any) -> Any:
    """``true_fun(*operands)`` if ``pred``, else ``false_fun(*operands)``.

    Only the chosen branch runs. A jitted function that meets the other outcome later traces again.
    """
    return true_fun(*operands) if pred else false_fun(*operands)
