"""The tape of a derivative inside a traced function: it knows what its cotangents belong to."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..hooks import here
from ..ops import Number
from ..tape import FinishedTape, Tape, Var
from .lists import Items, Reader
from .traced import Traced

HIDDEN = -1
"""In place of an entry that uses a value: it has no formula that a comment could show."""


class NamingTape(Tape):
    """A tape that tells the trace which cotangent belongs to which value, for names and comments.

    Its values, numbers of the trace, are kept until the reverse sweep.
    """

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[int, Number] = {}
        self.readers: dict[int, Reader] = {}
        self.elsewhere: set[int] = set()  # numbers that a loop, a call or the result uses

    def read(self, op: Any, source: Var) -> Any:
        """Some rows of a list on this tape."""
        reader = self.readers.get(source.index)
        if reader is None:
            reader = self.readers[source.index] = Reader(self, source)
            self.edges.append(reader.pull)
        return reader.take(op)

    def apply(self, op: Any, args: tuple, value: Any = None) -> Any:
        if type(op) is ops.Op and any(type(x) is Items for x in args):
            args = tuple(here.trace.constant(x) if type(x) is Items else x for x in args)
        return super().apply(op, args, value)

    def record(self, value: Any, edges: tuple = ()) -> Var:
        if isinstance(value, Number):
            self.numbers[len(self.edges)] = value
        return super().record(value, edges)

    def accumulate(self, cotangent: list, x: Any, share: Any) -> None:
        if isinstance(x, Var) and x.owner is self:
            self.elsewhere.add(x.index)
        super().accumulate(cotangent, x, share)

    def reverse(self, cotangent: list) -> None:
        super().reverse(cotangent)
        users: dict[int, list] = {i: [] for i in self.numbers}
        for i, value in self.numbers.items():
            if cotangent[i] is not None:
                for place in self.edges[i][::2]:
                    if place in users:
                        users[place].append(value)
        for i, value in self.numbers.items():
            if isinstance(cotangent[i], Traced):
                hidden = [None] if i in self.elsewhere else []
                note_cotangent(cotangent[i], value, users[i] + hidden)

    def finish(self) -> None:
        self.__class__ = FinishedNamingTape


class FinishedNamingTape(FinishedTape, NamingTape):  # type: ignore[misc]
    """The same, that can be swept but not written to."""


def note_cotangent(cotangent: Traced, value: Any, users: list) -> None:
    """Keep that this entry is the cotangent of ``value``, which was used for these numbers."""
    trace = cotangent.owner
    place = trace.origin(value)
    if place is not None:
        origins = map(trace.origin, users)
        used = [HIDDEN if u is None else u for u in origins]
        # several: x + y hands its own cotangent on to x and to y
        trace.cotangent_of.setdefault(cotangent.index, []).append((place, used))
