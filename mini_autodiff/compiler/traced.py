"""What stands in a trace: a number without a value, and the entries that are no operations."""

from __future__ import annotations

from typing import Any

from .. import errors, ops
from ..ops import Number
from .lists import zeros


class Traced(Number):
    """An entry of a trace: a number, or, if ``lengths`` is not empty, a list of numbers.

    ``real`` says that it will surely be a float. Else it may be an integer or a truth, and 1.0
    times it is another thing.
    """

    __slots__ = ("index", "lengths", "real")  # no __init__: Trace.emit fills them in, faster
    owner: Any
    index: int
    lengths: tuple[int, ...]
    real: bool

    @property
    def discrete(self) -> bool:  # type: ignore[override]
        return not self.real

    def zero(self) -> Any:
        return zeros(self.lengths)

    def __rmul__(b, a):
        if type(a) is float and a == 1.0 and b.real:  # the slope of every sum
            return b
        return super().__rmul__(a)

    def __bool__(self) -> bool:
        return self._refuse("asks for the truth of a number")

    def __str__(self) -> str:
        return self._refuse("turns a number into text")

    def __format__(self, spec: str) -> str:
        return self._refuse("turns a number into text")

    def _refuse(self, what: str) -> Any:
        if self.owner.finished:
            raise errors.leaked()
        raise Unprovable(f"it {what}: {errors.where_called()}")

    def __repr__(self) -> str:
        return f"Traced({self.owner.names.get(self.index, f'v{self.index}')})"


class Unprovable(Exception):
    """A program could not be proved to do what its function does; the message says why."""


class Input:
    """An entry that comes from outside."""

    name = "input"


class Output:
    """One result of an entry that has several."""

    name = "output"

    def __init__(self, k: int):
        self.k = k


def is_real(x: Any) -> bool:
    """Whether a number, or every number of a list, is a float, or will surely be one."""
    while isinstance(x, Number) and not isinstance(x, Traced):
        x = x.value
    if isinstance(x, Traced):
        return x.real
    return all(map(is_real, x)) if isinstance(x, (list, tuple)) else isinstance(x, float)


REAL_IF_ANY = {ops.add, ops.sub, ops.mul, ops.mod, ops.floordiv}
REAL_IF_ALL = {ops.neg, ops.absolute, ops.square, ops.cube, ops.stop_gradient}
REAL_IF_ALL |= {ops.maximum_, ops.minimum_, ops.largest, ops.smallest}


def gives_real(op: Any, args: tuple) -> bool:
    """Whether the result of an operation is surely a float, by the rules of Python."""
    if op in REAL_IF_ANY:
        return any(map(is_real, args))
    if type(op) is not ops.Op or op in REAL_IF_ALL:
        return all(map(is_real, args))
    return all(map(is_real, args[1:])) if op is ops.where else op not in ops.DISCRETE
