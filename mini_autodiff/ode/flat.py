"""Programs from numbers to numbers, for a loop in Python around compiled steps.

A jitted function takes its arguments apart and puts its result together at each call. A solver
that steps a thousand times need not: what one step returns, as plain numbers (and, for long
arrays, lists of them), the next one takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..array import Array
from ..compiler.arguments import Arguments, lists_of
from ..compiler.program import Program
from ..compiler.stacked import settle
from ..compiler.surroundings import Running, Surroundings
from ..compiler.trace import Unprovable


class NotCompiled(Exception):
    """A function has no program that could stand for it."""


class FlatProgram(Program):
    """A program that returns numbers in the form in which the next call takes them."""

    def __init__(self, f: Callable, given: Arguments):
        super().__init__(lambda *args: settle(f(*args)), given)

    def _lay_out(self) -> None:
        self.trace.outputs = self.out.atoms


class Form:
    """What some arguments look like; programs are made for arguments of one form.

    Attributes:
        key: equal for arguments of the same form.

    Raises:
        NotCompiled: if one is an object, which may change and stay the same object, or an array
            of whole numbers, which has no derivative.
    """

    def __init__(self, *args: Any):
        try:
            given = Arguments(args, {})
        except (Unprovable, Running) as why:
            raise NotCompiled from why
        if not given.real:
            raise NotCompiled
        self.key, self.functions = given.key, given.functions

    def surroundings(self, f: Callable) -> Surroundings:
        """What ``f`` takes from outside, to see when it changes."""
        try:
            return Surroundings(f, *self.functions)
        except (Unprovable, Running) as why:
            raise NotCompiled from why


def numbers(*states: Any) -> list:
    """The numbers of some states, in the form in which programs take and return them."""
    return [a for x in states for a in (lists_of(x) if isinstance(x, Array) else [x])]


def flat_program(f: Callable, *examples: Any) -> Callable:
    """``f`` as a program from the numbers of such arguments to those of its result.

    Raises:
        NotCompiled: if there is none.
    """
    try:
        return FlatProgram(f, Arguments(examples, {})).run
    except Exception as why:  # in Python it may run; if not, the message will be a better one
        raise NotCompiled from why
