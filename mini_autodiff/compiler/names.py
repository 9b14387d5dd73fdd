"""The names that the model gives to the numbers of a trace: those of its local variables."""

from __future__ import annotations

import sys
from typing import Any

from .. import errors
from ..array import Array
from ..ops import Number
from .traced import Traced

MOST_ITEMS = 100
"""Of a longer list the items get no names."""


class Names(dict):
    """Entry -> name.

    Attributes:
        indexed: entries whose name is a place in a list, ``state_0``; a better one replaces it.
        wanted: whether local variables give names.
        frames: of the user's functions that were seen running -> how deep.
    """

    def __init__(self) -> None:
        self.indexed: set[int] = set()
        self.wanted = False
        self.frames: dict[Any, int] = {}

    def see_frames(self) -> None:
        """Keep the frames of the user's functions that are running, for their local names."""
        frame = sys._getframe(5)  # the four nearest are those that write an entry
        new = []
        while frame is not None and frame not in self.frames:
            code = frame.f_code
            own = not errors.is_ours(code.co_filename)
            if own and (code.co_name[0] != "<" or code.co_name == "<lambda>"):  # no comprehension
                new.append(frame)
            frame = frame.f_back  # type: ignore[assignment]
        depth = self.frames.get(frame, 0)  # type: ignore[arg-type]
        for frame in reversed(new):
            depth += 1
            self.frames[frame] = depth

    def read_frames(self) -> None:
        """Give the names of the local variables in these frames, the innermost first."""
        depth = self.frames
        for frame in sorted(depth, key=lambda f: depth[f], reverse=True):
            for name, value in frame.f_locals.items() if depth[frame] else ():
                name_numbers(value, name)
        self.frames.clear()

    def give(self, i: int, name: str, indexed: bool) -> None:
        """A name for an entry; the first stays, except that ``x`` replaces ``state_0``."""
        if i not in self or (i in self.indexed and not indexed):
            self[i] = name
            (self.indexed.add if indexed else self.indexed.discard)(i)


def name_numbers(value: Any, name: str, indexed: bool = False) -> None:
    """Give the traced numbers in a value their name."""
    while isinstance(value, Number) and not isinstance(value, Traced):
        value = value.value
    if isinstance(value, Traced):
        value.owner.names.give(value.index, name, indexed)
        return
    items: Any = value if type(value) in (list, tuple) else ()
    if isinstance(value, Array):
        items = value.lists if value.long else value.items  # type: ignore[attr-defined]
    if len(items) < MOST_ITEMS:
        for i, item in enumerate(items):
            if isinstance(item, (Number, Array)):
                name_numbers(item, f"{name}_{i}", indexed=True)
