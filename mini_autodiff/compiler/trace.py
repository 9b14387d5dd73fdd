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
from ..array import Array
from ..hooks import here
from ..ops import Number
from ..tape import FinishedTape, Tape, Var, depths
from .lists import Constant, Items, Reader, lengths_of, perform, zeros


class Traced(Number):
    """An entry of a trace: a number, or, if ``lengths`` is not empty, a list of numbers.

    ``real`` says that it will surely be a float. Else it may be an integer or a truth, and 1.0
    times it is another thing.
    """

    __slots__ = ("index", "lengths", "real")  # no __init__: Trace.emit fills them in, faster
    owner: Trace
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


SIGNED = {ops.add, ops.sub, ops.mul, ops.neg}
"""Operations that a sign can be taken out of."""


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
        self.names: dict[int, str] = {}
        self.indexed: set[int] = set()  # entries whose name is a place in a list: state_0
        self.cotangent_of: dict[int, list[tuple[int, list[int]]]] = {}
        self.free: list[Number] = []
        self.free_inputs: list[Traced] = []
        self.inputs: list[Traced] = []
        self.outputs: list[Any] = []
        self.kept: list[int] = []  # of a pruned copy: which inputs are left
        self.kept_free: list[int] = []
        self.naming = False
        self.checked = False  # what may fail in it has been computed before
        self.finished = False
        self.frames: dict[Any, int] = {}  # of the user's functions -> how deep
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
            self.names[entry.index] = name
        if indexed:
            self.indexed.add(entry.index)
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

    def _see_frames(self) -> None:
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
        mine: list[Any] = []
        lengths: tuple[int, ...] = ()
        for x in args:
            if isinstance(x, Number):
                if x.owner is not self:
                    x = self.lift(x)
                lengths = x.lengths or lengths
            elif type(x) is Items:
                x = self.constant(x) if type(op) is ops.Op else x
                lengths = lengths_of(x)
            mine.append(x)
        if type(op) is not ops.Op:
            return op.trace(self, tuple(mine))
        if lengths and {x.lengths for x in mine if type(x) is Traced} != {lengths}:
            raise TypeError(f"{op.name} got lists of different lengths in a traced program")
        return self.simplest(op, self._unrepeated(mine) if lengths else tuple(mine), lengths)

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
            if self.naming:
                self._see_frames()
            real = gives_real(op, args)
            entry = self._seen[key] = self.emit(op, args, lengths, real)
        return entry

    def simplest(self, op: ops.Op, args: tuple, lengths: tuple[int, ...] = ()) -> Any:
        """The entry for ``op``, after rewriting that changes no bit of the result.

        It holds for floats alone: 1.0 times a truth is not that truth.
        """
        if not all(map(is_real, args)):
            return self.once(op, args, lengths)
        if op is ops.mul:
            a, b = args
            if type(a) is not Traced and abs(a) == 1.0:
                return b if a == 1.0 else self.simplest(ops.neg, (b,), lengths)
            if type(b) is not Traced and abs(b) == 1.0:
                return a if b == 1.0 else self.simplest(ops.neg, (a,), lengths)
        if self.negatives and op in SIGNED:
            less = [self.negatives.get(x.index) if type(x) is Traced else None for x in args]
            if less[0] is not None or less[-1] is not None:
                return self._signs_out(op, args, less, lengths)
        entry = self.once(op, args, lengths)
        if op is ops.neg:
            self.negatives[entry.index] = args[0]
        return entry

    def _signs_out(self, op: ops.Op, args: tuple, less: list, lengths: tuple) -> Any:
        """``op`` on arguments of which some are ``-y``; ``less`` holds their ``y``."""
        if op is ops.neg:
            return less[0]
        (a, b), (y, z) = args, less
        if op is ops.mul:
            product = self.simplest(op, (a if y is None else y, b if z is None else z), lengths)
            return product if y is not None and z is not None else -product
        if z is not None:
            return self.simplest(ops.sub if op is ops.add else ops.add, (a, z), lengths)
        if op is ops.add:
            return self.simplest(ops.sub, (b, y), lengths)
        return self.once(op, args, lengths)

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


# -- the tape of a derivative inside a traced function ---------------------------------------------


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


# -- which trace is running -----------------------------------------------------------------------


@contextlib.contextmanager
def running(trace: Trace, naming: bool = True) -> Iterator[Trace]:
    """Trace what happens inside; ``naming`` its numbers as the functions' local variables do."""
    outside = here.trace, here.tape
    here.trace, here.tape = trace, NamingTape
    trace.naming = naming
    trace.frames[sys._getframe(2)] = 0  # look no further up than this
    try:
        yield trace
    finally:
        trace.finished = True
        here.trace, here.tape = outside
        depth = trace.frames
        for frame in sorted(depth, key=lambda f: depth[f], reverse=True):  # innermost first
            for name, value in frame.f_locals.items() if depth[frame] else ():
                name_numbers(value, name)
        trace.frames.clear()


def name_numbers(value: Any, name: str, indexed: bool = False) -> None:
    """Give traced numbers their name. The first name stays, except that ``x`` replaces
    ``state_0``, the name of a place in a list."""
    while isinstance(value, Number) and not isinstance(value, Traced):
        value = value.value
    if isinstance(value, Traced):
        trace, i = value.owner, value.index
        if i not in trace.names or (i in trace.indexed and not indexed):
            trace.names[i] = name
            (trace.indexed.add if indexed else trace.indexed.discard)(i)
        return
    items: Any = value if type(value) in (list, tuple) else ()
    if isinstance(value, Array):
        items = value.lists if value.long else value.items  # type: ignore[attr-defined]
    if len(items) < 100:
        for i, item in enumerate(items):
            if isinstance(item, (Number, Array)):
                name_numbers(item, f"{name}_{i}", indexed=True)


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
            name_numbers(value[i], trace.names[i], i in trace.indexed)
    return [value[x.index] if isinstance(x, Traced) else x for x in trace.outputs]
