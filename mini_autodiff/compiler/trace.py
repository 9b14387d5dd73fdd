"""Tracing: run a function once on numbers without values, and keep the list of what it did.

A ``Trace`` is a tape for printing. Its entries are the operations themselves, in order, each
operation once (a repeated one returns the first entry). ``grad`` and ``jvp`` inside a traced
function need nothing new: their own arithmetic runs on traced numbers, so the trace of a gradient
contains the forward and the reverse sweep, ready to be printed as straight-line code.
"""

from __future__ import annotations

import contextlib
import copy
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .. import errors, ops
from ..hooks import here
from ..ops import Number
from ..tape import depths
from .lists import Constant, Items, Lengths, lengths_of, perform
from .names import Names, name_numbers
from .naming_tape import NamingTape
from .simplify import simplest
from .traced import Input, Output, Traced, Unprovable, gives_real, is_real

__all__ = ["Input", "Output", "Trace", "Traced", "Unprovable", "is_real", "replay", "running"]


class Trace:
    """The operations of one run: entry ``i`` is ``ops[i]`` applied to ``args[i]``.

    An argument is a ``Traced`` of this trace, or a constant. ``free`` holds the numbers of other
    recordings that the run met; each became an input.
    """

    def __init__(self, final: bool = False):
        self.depth = next(depths)
        self.final = final  # to be printed as it is: no derivative of it will be taken
        self.ops: list[Any] = []
        self.args: list[tuple] = []
        self.entries: list[Traced] = []
        self.names = Names()
        self.cotangent_of: dict[int, list[tuple[int, list[int]]]] = {}
        self.free: list[Number] = []
        self.free_inputs: list[Traced] = []
        self.inputs: list[Traced] = []
        self.outputs: list[Any] = []
        self.kept: list[int] = []  # of a pruned copy: which inputs are left
        self.kept_free: list[int] = []
        self.checked = False  # what may fail in it has been computed before
        self.finished = False
        self._seen: dict[tuple, Traced] = {}
        self.negatives: dict[int, Any] = {}  # entry -y -> y
        self._lifted: dict[int, Traced] = {}
        self._constants: dict[int, Traced] = {}
        self.across = 0  # the rows of the columns that stand for numbers just now, see stacked.py

    # -- writing --
    def new(
        self,
        name: str = "",
        lengths: tuple[int, ...] = (),
        indexed: bool = False,
        real: bool = True,
    ) -> Traced:
        """An input; ``indexed`` if its name is a place in a list, which a better name replaces."""
        entry = self.emit(Input(), (), lengths, real)
        self.inputs.append(entry)
        if name:
            self.names.give(entry.index, name, indexed)
        return entry

    def emit(
        self, op: Any, args: tuple, lengths: tuple[int, ...] = (), real: bool = True
    ) -> Traced:
        """Write one entry."""
        entry = Traced()
        entry.owner = self
        entry.index = len(self.ops)
        entry.lengths = lengths
        entry.real = real
        self.ops.append(op)
        self.args.append(args)
        self.entries.append(entry)
        return entry

    def giving(self, outputs: list) -> Trace:
        """The same entries with other outputs."""
        other = copy.copy(self)
        other.outputs = outputs
        return other

    def free_input(self, like: Traced) -> Traced:
        """A free input that is filled in later, for one of another trace."""
        self.free_inputs.append(self.emit(Input(), (), like.lengths, like.real))
        return self.free_inputs[-1]

    def lift(self, x: Any) -> Any:
        """``x`` as an argument here; a number of an outer recording becomes a free input."""
        if not isinstance(x, Number) or x.owner is self:
            return x
        if x.owner.finished:
            raise errors.leaked()
        if id(x) not in self._lifted:
            entry = self.emit(Input(), (), lengths_of(x), is_real(x))
            self.free.append(x)
            self.free_inputs.append(entry)
            self._lifted[id(x)] = entry
        return self._lifted[id(x)]

    def constant(self, numbers: Any) -> Traced:
        """A list of plain numbers as an entry."""
        if id(numbers) not in self._constants:
            constant = Constant(numbers)
            entry = self.emit(constant, (), lengths_of(constant.items), is_real(numbers))
            constant.source = numbers  # so that its id is not given to another list
            self._constants[id(numbers)] = entry
        return self._constants[id(numbers)]

    def apply(self, op: Any, args: tuple) -> Any:
        if self.finished:
            raise errors.leaked()
        mine = [self._argument(op, x) for x in args]
        if type(op) is not ops.Op:
            return op.trace(self, tuple(mine))
        lengths = self._lengths(op, mine)
        return simplest(self, op, self._unrepeated(mine) if lengths else tuple(mine), lengths)

    def _argument(self, op: Any, x: Any) -> Any:
        """An argument as a number of this trace, or a constant."""
        if isinstance(x, Number):
            return x if x.owner is self else self.lift(x)
        return self.constant(x) if type(x) is Items and type(op) is ops.Op else x

    @staticmethod
    def _lengths(op: ops.Op, args: list) -> Lengths:
        """The lengths of the result: those of all traced arguments, if one is a list."""
        found = {x.lengths for x in args if type(x) is Traced}
        if len(found) > 1:
            raise TypeError(f"{op.name} got lists of different lengths in a traced program")
        return found.pop() if found else ()

    def _unrepeated(self, args: list) -> tuple:
        """Arguments with a constant in place of a list that only repeats it."""
        found = []
        for x in args:
            repeats = type(x) is Traced and self.ops[x.index].name.startswith("repeat")
            inside = self.args[x.index][0] if repeats else x
            found.append(x if isinstance(inside, Number) else inside)
        return tuple(found) if any(type(x) is Traced for x in found) else tuple(args)

    def once(self, op: Any, args: tuple, lengths: tuple[int, ...] = ()) -> Traced:
        """Write the entry, unless the same one is there. Constants count as equal by ``repr``:
        to ``==`` a 0.0 is a -0.0, and a place 2 on the trace is a constant 2."""
        key = (op.name, *[x.index if type(x) is Traced else repr(x) for x in args])
        entry = self._seen.get(key)
        if entry is None:
            if self.names.wanted:
                self.names.see_frames()
            real = gives_real(op, args)
            entry = self._seen[key] = self.emit(op, args, lengths, real)
        return entry

    def name_after(self, cotangent: Traced, value: Any) -> None:
        """Call the cotangent of ``x`` by the name ``d_x``."""
        while isinstance(value, Number) and not isinstance(value, Traced):
            value = value.value
        name = value.owner.name(value) if isinstance(value, Traced) else ""
        if name:
            self.names[cotangent.index] = "d_" + name

    def name(self, x: Traced) -> str:
        """The name that the model gave to an entry; a free input has it from outside."""
        if x.index in self.names:
            return self.names[x.index]
        for outside, entry in zip(self.free, self.free_inputs, strict=False):
            if entry is x and isinstance(outside, Traced):
                return outside.owner.name(outside)
        return ""

    def origin(self, x: Any) -> int | None:
        """The entry of this trace that a number wraps."""
        while type(x) is not Traced:
            if not isinstance(x, Number):
                return None
            x = x.value
        x = x if x.owner is self else self._lifted.get(id(x))
        return None if x is None else x.index


# -- which trace is running -----------------------------------------------------------------------


@contextlib.contextmanager
def running(trace: Trace, naming: bool = True) -> Iterator[Trace]:
    """Trace what happens inside; ``naming`` its numbers as the functions' local variables do."""
    outside = here.trace, here.tape
    here.trace, here.tape = trace, NamingTape
    trace.names.wanted = naming
    trace.names.frames[sys._getframe(2)] = 0  # look no further up than this
    try:
        yield trace
    finally:
        trace.finished = True
        here.trace, here.tape = outside
        trace.names.read_frames()


# -- running a trace again ------------------------------------------------------------------------


def replay(trace: Trace, inputs: list, run: Callable | None = None) -> list:
    """Run the entries again on other numbers: floats, dual numbers, those of a tape or a trace.

    Args:
        trace: what to run.
        inputs: numbers for its inputs, then for its free inputs.
        run: ``run(i, op, args)`` does entry ``i``; by default it applies ``op`` to ``args``.
    """
    places = trace.inputs + trace.free_inputs
    value: dict[int, Any] = {x.index: v for x, v in zip(places, inputs, strict=True)}
    for i, op in enumerate(trace.ops):
        if i not in value:
            given = [value[x.index] if isinstance(x, Traced) else x for x in trace.args[i]]
            if isinstance(op, Output):
                value[i] = given[0][op.k]
            else:
                value[i] = run(i, op, given) if run else perform(op, *given)
        if i in trace.names:
            name_numbers(value[i], trace.names[i], i in trace.names.indexed)
    return [value[x.index] if isinstance(x, Traced) else x for x in trace.outputs]


def like(body: Trace, x: Any, item: bool = False) -> Traced:
    """A new input of a loop's body, for such a number, or for an item of such a list."""
    return body.new(lengths=lengths_of(x)[1:] if item else lengths_of(x), real=is_real(x))
