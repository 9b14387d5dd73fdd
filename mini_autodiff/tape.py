"""Reverse mode: record a computation on a flat tape, then read the tape backwards.

Read this file first. Its three ideas:

1. A ``Var`` is a number that remembers its place on a tape. Arithmetic on it works as usual and
   leaves one entry behind: which numbers went in, and the *slope* of the result in each.
2. A ``Tape`` is the list of these entries, in the order in which they were computed. An entry only
   refers to earlier ones, so nothing needs sorting, and nothing recurses: a million operations are
   a million list items.
3. The reverse sweep walks the list from the end. Every entry hands its *cotangent* (how much the
   result changes with it) down to the numbers that went in, times the slope. That is the chain
   rule, one multiplication for each slope.

>>> tape = Tape()
>>> x, y = tape.new(3.0), tape.new(4.0)
>>> z = x * y + x
>>> tape.edges  # x and y are inputs; x * y has the slope y in x (place 0) and x in y (place 1)
[(), (), (0, 4.0, 1, 3.0), (2, 1.0, 0, 1.0)]
>>> tape.pull([z], [1.0], [x, y])  # dz/dx = y + 1, dz/dy = x
[5.0, 3.0]
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

from . import errors, ops
from .array import Atoms, basis, nested, unrolled, with_aux
from .hooks import here
from .ops import Number, apply

depths = itertools.count(1)  # each recording is deeper than all that started before it


class Var(Number):
    """A number on a tape: its value, and its place (``index``).

    The value is a float, or, when derivatives are nested, a number of the derivative outside.
    The four operations written out here are the most frequent; all others come from the table.
    """

    __slots__ = ("index", "value")  # no __init__: Tape.record fills them in, which is faster
    owner: Tape
    index: int
    value: Any

    def __add__(a, b):
        tape = a.owner
        if type(b) is Var and b.owner is tape:
            return tape.record(a.value + b.value, (a.index, 1.0, b.index, 1.0))
        if type(b) is float:
            return tape.record(a.value + b, (a.index, 1.0))
        return apply(ops.add, a, b) if ops.scalar(b) else NotImplemented

    def __sub__(a, b):
        tape = a.owner
        if type(b) is Var and b.owner is tape:
            return tape.record(a.value - b.value, (a.index, 1.0, b.index, -1.0))
        if type(b) is float:
            return tape.record(a.value - b, (a.index, 1.0))
        return apply(ops.sub, a, b) if ops.scalar(b) else NotImplemented

    def __mul__(a, b):
        tape = a.owner
        if type(b) is Var and b.owner is tape:
            return tape.record(a.value * b.value, (a.index, b.value, b.index, a.value))
        if type(b) is float:
            return tape.record(a.value * b, (a.index, b))
        return apply(ops.mul, a, b) if ops.scalar(b) else NotImplemented

    def __rmul__(b, a):
        if type(a) is float:
            return b.owner.record(a * b.value, (b.index, a))
        return apply(ops.mul, a, b) if ops.scalar(a) else NotImplemented

    def __truediv__(a, b):
        tape = a.owner
        if type(b) is Var and b.owner is tape and type(b.value) is float and b.value:
            v = a.value / b.value
            return tape.record(v, (a.index, 1.0 / b.value, b.index, -v / b.value))
        return apply(ops.div, a, b) if ops.scalar(b) else NotImplemented

    def __bool__(self) -> bool:
        return bool(self.value)

    def __repr__(self) -> str:
        return f"Var({self.value!r})"


class Tape:
    """A recording: ``edges[i]`` says what went into entry ``i``.

    ``()`` for an input, ``(place, slope)`` for an operation of one argument, ``(place, slope,
    place, slope)`` for one of two. What brings its own rule (a loop, a ``custom_vjp``) has the
    function there that does its part of the reverse sweep.
    """

    finished = False

    def __init__(self) -> None:
        self.depth = next(depths)
        self.edges: list[Any] = []

    def record(self, value: Any, edges: tuple = ()) -> Var:
        """Write one entry, and return its number."""
        new = Var()
        new.owner = self
        new.value = value
        new.index = len(self.edges)
        self.edges.append(edges)
        return new

    def new(self, value: Any) -> Var:
        """A number that nothing went into: an input."""
        return self.record(value)

    def call(self, values: list, pull: Callable[[list], None]) -> list[Var]:
        """Record numbers that come with their own rule.

        ``pull(cotangent)`` runs in the reverse sweep once the cotangents of these numbers are
        complete, and adds to those of the numbers that went in.
        """
        self.edges.append(pull)
        return [self.new(value) for value in values]

    def lower(self, x: Any) -> Any:
        """The value of a number on this tape; any other number as it is."""
        return x.value if isinstance(x, Var) and x.owner is self else x

    def apply(self, op: Any, args: tuple, value: Any = None) -> Any:
        """Any operation; an entry is written if one of its numbers is on this tape.

        ``value`` is the result, if it is already known.
        """
        if type(op) is not ops.Op:
            return op.reverse(self, args)
        values = [x.value if isinstance(x, Var) and x.owner is self else x for x in args]
        value = apply(op, *values) if value is None else value
        rules = op.slopes if type(value) is float else op.rules  # a float comes from floats
        edges: list[Any] = []
        for x, value_of_x, rule in zip(args, values, rules, strict=False):
            if rule and x is not value_of_x:
                try:
                    edges += (x.index, rule(*values, value))
                except (ArithmeticError, ValueError):
                    raise errors.no_slope(op, values) from None
        return self.record(value, tuple(edges)) if edges else value

    def reverse(self, cotangent: list) -> None:
        """Sweep back. ``cotangent`` has a place for each entry (``None``: no path from it)."""
        for c, edges in zip(reversed(cotangent), reversed(self.edges), strict=True):
            if c is None:
                if callable(edges):
                    edges(cotangent)
            elif len(edges) == 4:
                left, left_slope, right, right_slope = edges
                before = cotangent[left]
                cotangent[left] = left_slope * c if before is None else before + left_slope * c
                before = cotangent[right]
                cotangent[right] = right_slope * c if before is None else before + right_slope * c
            elif edges:
                place, slope = edges
                before = cotangent[place]
                cotangent[place] = slope * c if before is None else before + slope * c

    def pull(self, outputs: list, cotangents: list, inputs: list) -> list:
        """Sweep from outputs to inputs; zero where no output depends on an input."""
        cotangent: list[Any] = [None] * len(self.edges)
        for x, c in zip(outputs, cotangents, strict=True):
            self.accumulate(cotangent, x, c)
        self.reverse(cotangent)
        found = [cotangent[x.index] for x in inputs]
        if None in found:
            zeros = [ops.zero_like(x.value) for x in inputs]
            return [z if c is None else c for z, c in zip(zeros, found, strict=True)]
        return found

    def accumulate(self, cotangent: list, x: Any, share: Any) -> None:
        """Add a share to the cotangent of ``x``, if ``x`` is on this tape."""
        if isinstance(x, Var) and x.owner is self:
            before = cotangent[x.index]
            cotangent[x.index] = share if before is None else before + share

    def finish(self) -> None:
        """Refuse further entries: a number that outlived its derivative is a mistake."""
        self.__class__ = FinishedTape


class FinishedTape(Tape):
    """A tape that can be swept but not written to."""

    finished = True

    def record(self, value, edges=()):
        raise errors.leaked()

    def apply(self, op, args):
        raise errors.leaked()


def new_tape() -> Tape:
    """An empty tape; of another kind, if somebody watches (``hooks.py``)."""
    return (here.tape or Tape)()


# -- what users call ------------------------------------------------------------------------------


def vjp(f: Callable, *primals: Any, has_aux: bool = False) -> tuple:
    """The value of ``f(*primals)``, and the function that pulls cotangents back through it.

    ``vjp`` is short for vector-Jacobian product. With ``has_aux``, ``f`` returns ``(out, aux)``
    and ``aux`` is returned as a third item.

    >>> value, pull = vjp(lambda x, y: [x * y, x + y], 3.0, 4.0)
    >>> value, pull([1.0, 0.0])  # the first row of the Jacobian
    ([12.0, 7.0], (4.0, 3.0))

    Raises:
        TypeError: if an argument holds integers, or the cotangent's structure is not that of the
            output.
    """
    into = Atoms(primals, real="vjp")
    tape = new_tape()
    try:
        inputs = list(map(tape.record, into.atoms))
        out = f(*into.rebuild(inputs))
        out, aux = with_aux(out) if has_aux else (out, None)
        outputs = Atoms(out)
        value = outputs.rebuild([tape.lower(x) for x in outputs.atoms])
        extra = Atoms(aux)
        aux = extra.rebuild([tape.lower(x) for x in extra.atoms])
    finally:
        tape.finish()

    def pull(cotangent: Any) -> tuple:
        given = outputs.match(cotangent, "the cotangent")
        return into.rebuild(tape.pull(outputs.atoms, given, inputs))

    return (value, pull, aux) if has_aux else (value, pull)


def value_and_grad(
    f: Callable, argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable:
    """A function that returns the value of ``f`` and its gradient in the chosen arguments.

    The gradient has the structure of the argument: a number for a number, a dict for a dict.

    >>> value_and_grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 5.0})
    (10.0, {'a': 5.0, 'b': 2.0})

    Args:
        f: a function with one number as its result (with ``has_aux``: a pair of that number and
            anything else, which is handed through).
        argnums: the position of the argument, or a tuple of positions.
        has_aux: whether ``f`` returns such a pair.

    Raises:
        TypeError: if the result is not one number, or an argument holds integers.
    """

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple:
        chosen, of_chosen = choose(f, args, kwargs, argnums)

        def loss(*values: Any) -> Any:
            out = of_chosen(*values)
            number = with_aux(out)[0] if has_aux else out
            if not ops.scalar(number):
                raise errors.not_scalar(nested(number), getattr(f, "__name__", "f"))
            return out

        value, pull, aux = (*vjp(loss, *chosen, has_aux=has_aux), None)[:3]
        gradient = pull(1.0)
        gradient = gradient[0] if isinstance(argnums, int) else gradient
        return ((value, aux) if has_aux else value), gradient

    return value_and_gradient


def choose(f: Callable, args: tuple, kwargs: dict, argnums: int | tuple[int, ...]) -> tuple:
    """The arguments that ``argnums`` names, and ``f`` as a function of these alone."""
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for n in numbers:
        if not -len(args) <= n < len(args):
            name = getattr(f, "__name__", "f")
            raise TypeError(
                f"argnums says argument {n}, but {name} was called with {len(args)} positional "
                "argument(s); pass it by position."
            )

    def of_chosen(*values: Any) -> Any:
        full = list(args)
        for n, value in zip(numbers, values, strict=True):
            full[n] = value
        return f(*full, **kwargs)

    return [args[n] for n in numbers], of_chosen


def grad(f: Callable, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable:
    """The gradient of a function with one number as its result; see ``value_and_grad``.

    >>> grad(lambda x: x ** 3)(2.0)
    12.0
    >>> grad(grad(lambda x: x ** 3))(2.0)
    12.0
    """
    both = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, slope = both(*args, **kwargs)
        return (slope, value[1]) if has_aux else slope

    return gradient


def jacrev(f: Callable, argnums: int | tuple[int, ...] = 0) -> Callable:
    """The Jacobian by reverse mode: one recording, one sweep for each output.

    >>> jacrev(lambda v: [v[0] * v[1], v[0]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 0.0]]
    """

    @functools.wraps(f)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        chosen, of_chosen = choose(f, args, kwargs, argnums)
        chosen = unrolled(chosen)
        value, pull = vjp(of_chosen, *chosen)
        out = Atoms(unrolled(value))
        rows = [pull(out.rebuild(e)) for e in basis(len(out.atoms))]
        inner = Atoms(chosen[0] if isinstance(argnums, int) else tuple(chosen))
        return out.outer(inner, [Atoms(row).atoms for row in rows])

    return jacobian
