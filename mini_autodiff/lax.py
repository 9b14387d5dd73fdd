"""Names of ``jax.lax``: ``scan``, ``stop_gradient``, ``cond``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import ops, tree
from .array import Array, Atoms, array, nested
from .hooks import IN_A_TRACE, here

__all__ = ["cond", "scan", "stop_gradient"]


def scan(
    f: Callable, init: Any, xs: Any = None, length: int | None = None, reverse: bool = False
) -> tuple:
    """A loop that carries a state and keeps an output of every step, as ``jax.lax.scan``.

    In plain Python, and this is what runs::

        carry, ys = init, []
        for x in xs:
            carry, y = f(carry, x)
            ys.append(y)

    Under ``jit`` the step is run once, on traced numbers, and the printed program has the loop.

    Args:
        f: ``f(carry, x) -> (carry, y)``, a pure function.
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
    n = steps(leaves, length)
    if here.trace and n:
        return IN_A_TRACE["scan"](f, init, leaves, structure, n, reverse)
    carry, rows, before = init, [], Atoms(init)
    for i in reversed(range(n)) if reverse else range(n):
        carry, y = pair(f(carry, tree.unflatten(structure, [x[i] for x in leaves])))
        check_carry(before, carry)
        rows.append(y)
    if reverse:
        rows.reverse()
    ys = tree.map(lambda *column: Array(map(array, column)), *rows) if rows else None
    return carry, ys


def steps(leaves: list, length: int | None) -> int:
    """How often a scan runs: the length of every array, and ``length``, if it is given."""
    lengths: set = {x.shape[0] if isinstance(x, Array) else None for x in leaves}
    lengths |= {length} if length is not None else set()
    if len(lengths) != 1 or None in lengths:
        raise ValueError(
            "scan needs one length, from arrays in xs or from length=, but got "
            f"{', '.join(map(str, lengths)) or 'neither'}"
        )
    return lengths.pop()


def pair(stepped: Any) -> tuple:
    """What a step returned, which must be ``(carry, y)``."""
    if not isinstance(stepped, tuple) or len(stepped) != 2:
        raise TypeError(f"scan's function must return (carry, y), but got {nested(stepped)}")
    return stepped


def check_carry(before: Atoms, carry: Any) -> None:
    """A carry must keep the structure and the shapes that it had before the loop."""
    after = Atoms(carry)
    if after.structure != before.structure or after.shapes() != before.shapes():
        mine, theirs = before.unlike(after)
        raise TypeError(
            f"scan's carry must keep its structure: it started as {mine}, "
            f"but one step made it {theirs}"
        )


def stop_gradient(x: Any) -> Any:
    """The same value, treated as a constant by every derivative."""
    if type(x) is float:
        return x
    found = Atoms(x)
    return found.rebuild([ops.stop_gradient(a) for a in found.atoms])


def cond(pred: Any, true_fun: Callable, false_fun: Callable, *operands: Any) -> Any:
    """``true_fun(*operands)`` if ``pred``, else ``false_fun(*operands)``. Only that one runs."""
    return true_fun(*operands) if pred else false_fun(*operands)
