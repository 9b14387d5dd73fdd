"""Rewriting that changes no bit of a result, and leaves a trace with fewer entries.

A product with 1.0 is its other factor; a minus sign moves outwards until it meets another one, or a
sum. The rules hold for floats alone: 1.0 times a truth is not that truth.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from .lists import Lengths
from .traced import Traced, is_real

SIGNED = {ops.add, ops.sub, ops.mul, ops.neg}
"""Operations that a sign can be taken out of."""


def simplest(trace: Any, op: ops.Op, args: tuple, lengths: Lengths = ()) -> Any:
    """The entry for ``op``, after rewriting."""
    if not all(map(is_real, args)):
        return trace.once(op, args, lengths)
    if op is ops.mul:
        for unit, other in (args, args[::-1]):
            if type(unit) is not Traced and abs(unit) == 1.0:
                return other if unit == 1.0 else simplest(trace, ops.neg, (other,), lengths)
    if trace.negatives and op in SIGNED:
        bare = [_without_sign(trace, x) for x in args]
        if bare[0] is not None or bare[-1] is not None:
            return _signs_out(trace, op, args, bare, lengths)
    entry = trace.once(op, args, lengths)
    if op is ops.neg:
        trace.negatives[entry.index] = args[0]
    return entry


def _without_sign(trace: Any, x: Any) -> Any:
    """``y``, if ``x`` is ``-y``."""
    return trace.negatives.get(x.index) if type(x) is Traced else None


def _signs_out(trace: Any, op: ops.Op, args: tuple, bare: list, lengths: Lengths) -> Any:
    """``op`` on arguments of which some are ``-y``; ``bare`` holds their ``y``."""
    if op is ops.neg:
        return bare[0]
    (a, b), (y, z) = args, bare
    if op is ops.mul:
        factors = (a if y is None else y, b if z is None else z)
        product = simplest(trace, op, factors, lengths)
        return -product if None in (y, z) else product
    if z is not None:
        return simplest(trace, ops.sub if op is ops.add else ops.add, (a, z), lengths)
    if op is ops.add:
        return simplest(trace, ops.sub, (b, y), lengths)
    return trace.once(op, args, lengths)
