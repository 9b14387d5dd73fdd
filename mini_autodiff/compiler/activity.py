"""Which entries of a loop's body depend on which: what a derivative must carry, and what not."""

from __future__ import annotations

from typing import Any

from ..ops import Op
from .trace import Trace, Traced


def has_slope(op: Any) -> bool:
    """Whether a derivative goes through an operation."""
    return type(op) is not Op or any(op.formulas)


def dependent(body: Trace, on: set[int]) -> set[int]:
    """These entries, and all that depend on them by operations that have a slope."""
    found = set(on)
    for i, (op, args) in enumerate(zip(body.ops, body.args, strict=True)):
        if has_slope(op) and any(type(x) is Traced and x.index in found for x in args):
            found.add(i)
    return found


def reached(body: Trace, carries: int, flags: list[bool]) -> tuple[list[bool], list[bool]]:
    """The flags of all arguments and results of a loop that depend on flagged arguments.

    A carry that depends on a flagged one at one step, is flagged at the next.
    """
    flags = list(flags)
    places = [x.index for x in body.inputs + body.free_inputs]
    while True:
        hit = dependent(body, {i for i, flag in zip(places, flags, strict=True) if flag})
        out = [type(x) is Traced and x.index in hit for x in body.outputs]
        grown = [a or b for a, b in zip(flags, out[:carries], strict=False)]
        if grown == flags[:carries]:
            return flags, out
        flags[:carries] = grown


def costly(body: Trace, most: int) -> set[int]:
    """The entries (exp, tanh, ...) whose values are worth keeping for the reverse sweep.

    They are kept if they are no more than the states, so memory at most doubles.
    """
    varying = dependent(body, {x.index for x in body.inputs})
    found = {i for i in varying if _calls(body.ops[i])}
    return found if len(found) <= most else set()


def _calls(op: Any) -> bool:
    """Whether an operation with a slope calls a function."""
    return type(op) is Op and any(op.formulas) and "(" in op.text
