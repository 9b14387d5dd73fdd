"""Functions with their own rule: ``checkpoint`` (forget and compute again) and ``custom_vjp``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .array import Atoms, nested
from .compiler.lists import lengths_of
from .compiler.trace import Branch, Output, Trace, replay, running
from .ops import Number, Special, apply
from .tape import Tape, new_tape


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
        return [trace.emit(Output(k), (entry,), lengths_of(x)) for k, x in outputs]

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


def checkpoint(f: Callable) -> Callable:
    """``f``, whose intermediate values are not kept for the reverse sweep but computed again.

    It trades time for memory: a loop over segments, each a checkpointed ``scan``, keeps one state
    a segment instead of one a step. The numbers do not change. A function that branches on its
    numbers runs as it is.

    >>> from mini_autodiff import grad
    >>> grad(checkpoint(lambda x: x * x * x))(2.0)
    12.0
    """

    @functools.wraps(f)
    def checkpointed(*args: Any) -> Any:
        into = Atoms(args)
        body = Trace()
        try:
            with running(body):
                numbers = [body.new(lengths=lengths_of(x)) for x in into.atoms]
                out = Atoms(f(*into.rebuild(numbers)))
                body.outputs = [body.lift(x) for x in out.atoms]
        except Branch:
            return f(*args)
        return out.rebuild(apply(Call(body), *into.atoms, *body.free))

    return checkpointed


class custom_vjp:
    """A function with a reverse rule of its own, given by ``defvjp(forward, backward)``.

    ``forward(*args)`` returns the value and whatever the rule needs; ``backward(kept, cotangent)``
    returns a tuple with the cotangent of every argument. Forward mode has no rule for it.

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

    def __call__(self, *args: Any) -> Any:
        if self.rule is None:
            raise AttributeError(f"{self.f.__name__} has no rule yet; call its defvjp first")
        into = Atoms(args)
        call = CustomCall(self.f, *self.rule, into)
        if not any(isinstance(x, Number) for x in into.atoms):
            return self.f(*args)
        atoms = apply(call, *into.atoms)
        return call.out.rebuild(atoms)


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
            self.value(*[inner.new(lengths=lengths_of(x)) for x in args])
            outputs = [inner.lift(x) for x in self.out.atoms]
        if inner.free:
            raise TypeError(
                f"{self.f.__name__} has its own rule and uses a traced number from outside; "
                "pass that number as an argument, so that the rule covers it"
            )
        entry = trace.emit(self, args)
        return [trace.emit(Output(k), (entry,), lengths_of(x)) for k, x in enumerate(outputs)]

    def forward(self, run: Any, args: tuple) -> list:
        raise TypeError(
            f"{self.f.__name__} has a custom_vjp, so only reverse mode has a rule for it; "
            "use grad, vjp or jacrev"
        )

    def reverse(self, tape: Tape, args: tuple) -> list:
        values = [tape.lower(x) for x in args]
        result, kept = self.forward_rule(*self.into.rebuild(values))
        self.out = Atoms(result)
        example = self.into.rebuild(values)

        def pull(cotangent: list) -> None:
            given = [cotangent[x.index] for x in out]
            if all(c is None for c in given):
                return
            given = [0.0 if c is None else c for c in given]
            shares = self.backward_rule(kept, self.out.rebuild(given))
            if not isinstance(shares, tuple) or len(shares) != len(example):
                raise TypeError(
                    f"the backward rule of {self.f.__name__} must return a tuple with one "
                    f"cotangent for each of the {len(example)} argument(s), but got "
                    f"{nested(shares)}"
                )
            rows = zip(example, shares, strict=True)
            parts = [Atoms(x).match(s, "the backward rule's result") for x, s in rows]
            for x, share in zip(args, [s for part in parts for s in part], strict=True):
                tape.accumulate(cotangent, x, share)

        out = tape.call(self.out.atoms, pull)
        return out
