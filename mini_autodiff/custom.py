"""Functions with their own rule: ``checkpoint`` (forget and compute again) and ``custom_vjp``."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from . import ops
from .array import Atoms, nested
from .compiler.lists import lengths_of
from .compiler.trace import Output, Trace, Unprovable, is_real, replay, running
from .hooks import here
from .ops import Number, Special, apply
from .tape import Tape, Var, new_tape


class Call(Special):
    """A traced function as one operation. In a program that is printed it is written out."""

    name = "call"

    def __init__(self, body: Trace):
        self.body = body

    def value(self, *args: Any) -> list:
        return replay(self.body, list(args))

    def trace(self, trace: Trace, args: tuple) -> list:
        if trace.final:
            return replay(self.body, list(args))
        entry = trace.emit(self, args)
        outputs = enumerate(self.body.outputs)
        return [trace.emit(Output(k), (entry,), lengths_of(x), is_real(x)) for k, x in outputs]

    def forward(self, run: Any, args: tuple) -> list:
        return replay(self.body, list(args))

    def reverse(self, tape: Tape, args: tuple) -> list:
        """Keep the arguments only; the reverse sweep records the function again."""
        values = [tape.lower(x) for x in args]

        def pull(cotangent: list) -> None:
            given = [(k, cotangent[x.index]) for k, x in enumerate(out)]
            given = [(k, c) for k, c in given if c is not None]
            if given:
                again = new_tape()
                inputs = [again.new(x) for x in values]
                results = replay(self.body, list(inputs))
                shares = again.pull([results[k] for k, _ in given], [c for _, c in given], inputs)
                again.finish()
                for x, share in zip(args, shares, strict=True):
                    tape.accumulate(cotangent, x, share)

        out = tape.call(apply(self, *values), pull)
        return out


# -- checkpoint -----------------------------------------------------------------------------------


def checkpoint(f: Callable) -> Callable:
    """``f``, whose intermediate values are not kept for the reverse sweep but computed again.

    It trades time for memory: a loop over segments, each a checkpointed ``scan``, keeps one state
    a segment instead of one a step. The numbers do not change. ``f`` must be pure, for it runs
    twice; its arguments may be anything, and it may use numbers from outside.

    >>> from mini_autodiff import grad
    >>> grad(checkpoint(lambda x: x * x * x))(2.0)
    12.0
    """

    @functools.wraps(f)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        into = Atoms((args, kwargs))
        if here.trace:
            return _traced(f, into)
        call = Again(f, into)
        numbers = apply(call, *call.numbers(into))
        return call.rebuild(call.out, numbers)

    return checkpointed


class Again(Special):
    """One call of a checkpointed function, which the reverse sweep makes again."""

    name = "call"

    def __init__(self, f: Callable, into: Atoms):
        self.f, self.into = f, into
        self.out: Atoms

    @staticmethod
    def numbers(tree_of: Atoms) -> list:
        """The real numbers of a tree; strings, integers and the like are left as they are."""
        return [x for x in tree_of.atoms if isinstance(x, (float, Number))]

    @staticmethod
    def rebuild(tree_of: Atoms, numbers: list) -> Any:
        """The tree with other real numbers."""
        each = iter(numbers)
        atoms = tree_of.atoms
        return tree_of.rebuild([next(each) if isinstance(x, (float, Number)) else x for x in atoms])

    def value(self, *args: Any) -> list:
        given, named = self.rebuild(self.into, list(args))
        self.out = Atoms(self.f(*given, **named))
        return self.numbers(self.out)

    def trace(self, trace: Any, args: tuple) -> list:
        return self.value(*args)

    def forward(self, run: Any, args: tuple) -> list:
        return self.value(*args)

    def reverse(self, tape: Tape, args: tuple) -> list:
        values = [tape.lower(x) for x in args]
        with acting_as(tape, Paused):
            results = [tape.lower(x) for x in self.value(*values)]

        def pull(cotangent: list) -> None:
            given = {k: cotangent[x.index] for k, x in enumerate(out)}
            given = {k: c for k, c in given.items() if c is not None}
            if not given:
                return
            shares, lent = self.again(tape, values, given)
            for x, share in zip(args, shares, strict=True):
                tape.accumulate(cotangent, x, share)
            for place, share in lent.items():
                before = cotangent[place]
                cotangent[place] = share if before is None else before + share

        out = tape.call(results, pull)
        return out

    def again(self, tape: Tape, values: list, given: dict[int, Any]) -> tuple[list, dict]:
        """Run once more: the shares of the arguments, and of the places that it used on ``tape``.

        ``given`` has the cotangents of the results, by their number.
        """
        again = tape.borrower = Repeating(tape)  # type: ignore[attr-defined]
        with acting_as(tape, Lending):
            inputs = [again.new(x) for x in values]
            results = self.value(*inputs)
            ends = [adopted(again, results[k]) for k in given]
            lent = dict(again.known)
            shares = again.pull(ends, list(given.values()), [*inputs, *lent.values()])
        mine = shares[: len(inputs)]
        return mine, dict(zip(lent, shares[len(inputs) :], strict=True))


@contextlib.contextmanager
def acting_as(tape: Tape, kind: type) -> Iterator[Tape]:
    """``tape``, for a while of another kind."""
    before = tape.__class__
    tape.__class__ = kind
    try:
        yield tape
    finally:
        tape.__class__ = before


class Paused(Tape):
    """A tape that writes nothing: its numbers give plain results."""

    def record(self, value: Any, edges: tuple = ()) -> Any:
        return value

    def call(self, values: list, pull: Callable) -> list:
        return values

    def apply(self, op: Any, args: tuple, value: Any = None) -> Any:
        return apply(op, *[self.lower(x) for x in args])


class Repeating(Tape):
    """The tape of a function that runs again; numbers of the first tape are inputs of it.

    Attributes:
        first: the tape of the first run.
        known: a place on the first tape -> the input here.
    """

    def __init__(self, first: Tape):
        super().__init__()
        self.first = first
        self.known: dict[int, Var] = {}

    def apply(self, op: Any, args: tuple, value: Any = None) -> Any:
        return super().apply(op, tuple(adopted(self, x) for x in args), value)


def input_for(tape: Any, place: int) -> Var:
    """The input of a repeating tape that stands for a place on the first one."""
    if place not in tape.known:
        tape.known[place] = Tape.record(tape, None)  # written whatever the tape acts as
    return tape.known[place]


def adopted(tape: Any, x: Any) -> Any:
    """A number of the first tape as one of the repeating tape."""
    if hasattr(tape.first, "known"):
        x = adopted(tape.first, x)  # of a call inside a call
    if not isinstance(x, Var) or x.owner is not tape.first:
        return x
    mine = input_for(tape, x.index)
    mine.value = x.value
    return mine


class Lending(Tape):
    """The first tape meanwhile: what is done with its numbers is written on the other."""

    borrower: Any

    def record(self, value: Any, edges: tuple = ()) -> Any:
        places = [input_for(self.borrower, i).index for i in edges[::2]]
        pairs = zip(places, edges[1::2], strict=True)
        return self.borrower.record(value, tuple(x for pair in pairs for x in pair))

    def apply(self, op: Any, args: tuple, value: Any = None) -> Any:
        return self.borrower.apply(op, tuple(adopted(self.borrower, x) for x in args), value)


def _traced(f: Callable, into: Atoms) -> Any:
    """Inside a traced function: ``f`` is traced apart, and is one operation until it is printed."""
    body = Trace()
    given = [x for x in into.atoms if isinstance(x, Number)]
    try:
        with running(body):
            inputs = iter([body.new(lengths=lengths_of(x), real=is_real(x)) for x in given])
            atoms = [next(inputs) if isinstance(x, Number) else x for x in into.atoms]
            args, kwargs = into.rebuild(atoms)
            out = Atoms(f(*args, **kwargs))
            body.outputs = [body.lift(x) for x in out.atoms if isinstance(x, Number)]
    except Unprovable:
        args, kwargs = into.rebuild(into.atoms)
        return f(*args, **kwargs)
    results = iter(apply(Call(body), *given, *body.free) if body.outputs else ())
    return out.rebuild([next(results) if isinstance(x, Number) else x for x in out.atoms])


# -- custom_vjp -----------------------------------------------------------------------------------


class custom_vjp:
    """A function with a reverse rule of its own, given by ``defvjp(forward, backward)``.

    ``forward(*args)`` returns the value and whatever the rule needs; ``backward(kept, cotangent)``
    returns a tuple with the cotangent of every argument; ``None`` stands for zero. Arguments given
    by name, and defaults, go to the rules by position, as in JAX. Forward mode has no rule for it.

    >>> @custom_vjp
    ... def cautious(x):
    ...     return x * x
    >>> cautious.defvjp(lambda x: (x * x, x), lambda x, c: (min(2 * x * c, 1.0),))
    >>> from mini_autodiff import grad
    >>> grad(cautious)(3.0)
    1.0
    """

    def __init__(self, f: Callable):
        functools.update_wrapper(self, f)
        self.f = f
        self.rule: tuple[Callable, Callable] | None = None

    def defvjp(self, forward: Callable, backward: Callable) -> None:
        """Give the rule."""
        self.rule = (forward, backward)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.rule is None:
            raise AttributeError(f"{self.f.__name__} has no rule yet; call its defvjp first")
        args = positional(self.f, args, kwargs)
        into = Atoms(args)
        call = CustomCall(self.f, *self.rule, into)
        if not any(isinstance(x, Number) for x in into.atoms):
            return self.f(*args)
        atoms = apply(call, *into.atoms)
        return call.out.rebuild(atoms)


def positional(f: Callable, args: tuple, kwargs: dict) -> tuple:
    """All arguments of a call by position, also those given by name or by default."""
    given = inspect.signature(f).bind(*args, **kwargs)
    given.apply_defaults()
    if given.kwargs:
        raise TypeError(
            f"the rule of {f.__name__} takes its arguments by position, but "
            f"{', '.join(given.kwargs)} can be given by name only"
        )
    return given.args


class CustomCall(Special):
    """One call of a ``custom_vjp`` function."""

    name = "call"

    def __init__(self, f: Callable, forward: Callable, backward: Callable, into: Atoms):
        self.f, self.forward_rule, self.backward_rule, self.into = f, forward, backward, into
        self.out: Atoms

    def value(self, *args: Any) -> list:
        self.out = Atoms(self.f(*self.into.rebuild(list(args))))
        return self.out.atoms

    def trace(self, trace: Trace, args: tuple) -> list:
        if trace.final:
            return self.value(*args)
        inner = Trace()
        with running(inner):
            given = [inner.new(lengths=lengths_of(x)) if isinstance(x, Number) else x for x in args]
            self.value(*given)
            outputs = [inner.lift(x) for x in self.out.atoms]
        if inner.free:
            raise TypeError(
                f"{self.f.__name__} has its own rule and uses a traced number from outside; "
                "pass that number as an argument, so that the rule covers it"
            )
        entry = trace.emit(self, args)
        return [
            trace.emit(Output(k), (entry,), lengths_of(x), is_real(x))
            for k, x in enumerate(outputs)
        ]

    def forward(self, run: Any, args: tuple) -> list:
        raise TypeError(
            f"{self.f.__name__} has a custom_vjp, so only reverse mode has a rule for it; "
            "use grad, vjp or jacrev"
        )

    def reverse(self, tape: Tape, args: tuple) -> list:
        values = [tape.lower(x) for x in args]
        example = self.into.rebuild(values)
        result, kept = self.kept(example)
        self.out = Atoms(result)

        def pull(cotangent: list) -> None:
            given = [cotangent[x.index] for x in out]
            if all(c is None for c in given):
                return
            pairs = zip(given, out, strict=True)
            given = [ops.zero_like(x.value) if c is None else c for c, x in pairs]
            shares = self.shares(example, kept, self.out.rebuild(given))
            for x, share in zip(args, shares, strict=True):
                if share is not None:
                    tape.accumulate(cotangent, x, share)

        out = tape.call(self.out.atoms, pull)
        return out

    def kept(self, args: tuple) -> Any:
        """The value, and what the backward rule needs."""
        pair = self.forward_rule(*args)
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(
                f"the forward rule of {self.f.__name__} must return a pair, the value and what "
                f"the backward rule needs, but got {nested(pair)}"
            )
        return pair

    def shares(self, args: tuple, kept: Any, cotangent: Any) -> list:
        """By the backward rule, the cotangents of all numbers that went in; ``None`` is 0."""
        shares = self.backward_rule(kept, cotangent)
        if not isinstance(shares, tuple) or len(shares) != len(args):
            raise TypeError(
                f"the backward rule of {self.f.__name__} must return a tuple with one cotangent "
                f"for each of the {len(args)} argument(s), but got {nested(shares)}"
            )
        found: list = []
        for x, share in zip(args, shares, strict=True):
            into = Atoms(x)
            if share is None:
                found += [None] * len(into.atoms)
            else:
                found += into.match(share, "the backward rule's result")
        return found
