"""Where did the first infinity come from? ``with debug_nans():`` says.

The derivatives inside it run on a tape that watches every number.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

from . import errors
from .hooks import here
from .tape import Tape, Var


class WatchingTape(Tape):
    """A tape that stops at the first number that is infinite or not a number, and says where."""

    def __init__(self) -> None:
        super().__init__()
        self.line: dict[int, str] = {}

    def finish(self) -> None:
        """Stay what it is: the sweep is still to be watched."""

    def record(self, value: Any, edges: tuple = ()) -> Var:
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


@contextlib.contextmanager
def debug_nans(watch: bool = True) -> Iterator[None]:
    """Inside, a derivative stops at the first infinite number or NaN, and names its line.

    As in ``jax.debug_nans``; slow, and ``jit`` compiles nothing meanwhile.

    >>> from mini_autodiff import grad
    >>> with debug_nans():
    ...     grad(lambda x: x * 1e200 * 1e200)(1.0)
    Traceback (most recent call last):
    FloatingPointError: a number became inf first here:
      <doctest mini_autodiff.debug.debug_nans[1]>:2: grad(lambda x: x * 1e200 * 1e200)(1.0)

    Raises:
        FloatingPointError: naming the line of the first bad number, or of the first number whose
            derivative is one.
    """
    before, here.tape = here.tape, WatchingTape if watch else None
    try:
        yield
    finally:
        here.tape = before
