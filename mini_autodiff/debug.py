"""Where did the first infinity come from? ``grad(f, debug_nans=True)`` asks here.

The run is repeated on a tape that watches every number, with loops step by step.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

from . import errors
from .array import Atoms
from .tape import Tape, vjp


class WatchingTape(Tape):
    """A tape that stops at the first number that is infinite or not a number, and says where."""

    def __init__(self) -> None:
        super().__init__()
        self.line: dict[int, str] = {}

    def finish(self) -> None:
        """Stay what it is: the sweep is still to be watched."""

    def record(self, value, edges=()):
        new = super().record(value, edges)
        self.line[new.index] = errors.where_called()
        if isinstance(value, float) and not math.isfinite(value):
            raise errors.not_finite("a number", value, self.line[new.index])
        return new

    def reverse(self, cotangent: list) -> None:
        super().reverse(cotangent)
        for i in reversed(self.line):
            if isinstance(cotangent[i], float) and not math.isfinite(cotangent[i]):
                raise errors.not_finite("the derivative in a number", cotangent[i], self.line[i])


def find_the_first(f: Callable, args: list, has_aux: bool) -> None:
    """Run ``f`` and its reverse sweep again, and raise where the first bad number appears."""
    with plain_loops():
        _, pull, *_ = vjp(f, *args, has_aux=has_aux, tape=WatchingTape())
        pull(1.0)


def finite(x: Any) -> bool:
    """Whether all numbers of a tree are finite."""
    return all(not isinstance(a, float) or math.isfinite(a) for a in Atoms(x).atoms)


_loops = threading.local()


@contextlib.contextmanager
def plain_loops() -> Iterator[None]:
    """Inside, ``scan`` runs as a plain loop, so that every step is recorded."""
    before, _loops.plain = getattr(_loops, "plain", False), True
    try:
        yield
    finally:
        _loops.plain = before


def loops_are_plain() -> bool:
    return getattr(_loops, "plain", False)
