"""``jit``: compile what can be proved to give the function's own result; run the rest eagerly."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable
from typing import Any

from ..hooks import here
from .arguments import Arguments
from .program import Program
from .surroundings import Running
from .trace import Unprovable

MOST_PROGRAMS = 64
"""Programs kept for one function; the one that was not used for longest is dropped first."""

FREE_TRACES, CALLS_FOR_A_TRACE = 8, 16
"""Compiling takes as long as some dozens of calls. So after the first few programs another one is
made only if there have been so many calls for each; until then the function runs eagerly."""


class Compiled:
    """The programs of one function, and how it fared at the last call."""

    def __init__(self, f: Callable):
        self.f = f
        self.programs: collections.OrderedDict[Any, Program | str] = collections.OrderedDict()
        self.calls = self.traces = 0

    def program(self, given: Arguments) -> Program | str:
        """A program for such arguments, or the reason why there is none."""
        self.calls += 1
        found = self.programs.get(given.key)
        if found is not None and (isinstance(found, str) or found.around.unchanged()):
            self.programs.move_to_end(given.key)
            return found
        if self.traces >= FREE_TRACES + self.calls // CALLS_FOR_A_TRACE:
            return (
                f"it was compiled {self.traces} times in {self.calls} calls, each time for other "
                "whole numbers or other values from outside"
            )
        self.traces += 1
        try:
            found = Program(self.f, given)
        except Unprovable as why:
            found = str(why)
        except Running:
            raise
        except Exception as error:  # it will come again in the eager run, or it is only ours
            found = f"tracing it failed: {str(error).splitlines()[0] if str(error) else error!r}"
        self.programs[given.key] = found
        while len(self.programs) > MOST_PROGRAMS:
            self.programs.popitem(last=False)
        return found


def jit(f: Callable) -> Callable:
    """A compiled version of ``f``, which gives the same result, or the same error, faster.

    At the first call ``f`` is traced and printed as straight-line Python; ``source`` is that text.
    A call with arguments of another structure makes another program, and so does a change of a
    number that ``f`` uses from outside (JAX keeps the old one).

    What cannot be proved to give the result of ``f`` is not compiled: a function that asks for the
    truth of a number (``if x > 0``), that uses objects whose changes cannot be watched, that
    handles exceptions or changes what is outside. Such a function runs as it is, and ``why`` is a
    sentence that says the reason; it is empty if the last call ran a compiled program. Inside
    ``grad``, ``jvp`` or another traced function a jitted function is ``f`` itself.

    >>> g = jit(lambda x: x * x + 1.0)
    >>> g(3.0)
    10.0
    >>> print(g.source)
    def program(x):
        return x * x + 1.0,
    <BLANKLINE>
    >>> h = jit(lambda x: x if x > 0.0 else 0.0)
    >>> h(-3.0), h.why
    (0.0, 'it asks for the truth of a number: <doctest ...>:1: h = jit(...)')

    NumPy's arrays among the arguments become arrays of this library, as in ``grad``.
    """
    own = Compiled(f)

    @functools.wraps(f)
    def compiled(*args: Any, **kwargs: Any) -> Any:
        if here.trace or here.tape:
            return f(*args, **kwargs)
        try:
            given = Arguments(args, kwargs)
            program = own.program(given)
        except Running:
            return f(*args, **kwargs)
        except Unprovable as reason:
            program = str(reason)
        if isinstance(program, str):
            compiled.why = program  # type: ignore[attr-defined]
            return f(*args, **kwargs)
        compiled.source, compiled.why = program.source, ""  # type: ignore[attr-defined]
        try:
            values = program.run(*given.values)
        except Exception:
            values = None
        if values is None:  # f fails here, and its own error is the one to show
            return f(*args, **kwargs)
        return program.result(values)

    compiled.source = compiled.why = ""  # type: ignore[attr-defined]
    compiled.program_cache = own.programs  # type: ignore[attr-defined]
    return compiled
