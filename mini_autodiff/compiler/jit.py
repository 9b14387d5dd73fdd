"""``jit``: trace a function once, print it as straight-line Python, run that.

``jit(f).source`` is the printed text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from .. import tree
from ..array import UNROLL, Array, Atoms, array, full
from ..hooks import here
from ..ops import Number
from ..tape import Tape
from .prune import prune
from .python import SCOPE, BranchFlipped, load, print_python
from .stacked import Stacked
from .surroundings import Surroundings
from .trace import Branch, Trace, running

MOST_BRANCHES = 64
"""Programs kept for one structure of arguments; more outcomes of branches are traced again."""


class Program:
    """One traced and printed version of a function."""

    def __init__(self, f: Callable, call: Call):
        self.around = Surroundings(f)
        self.trace = Trace(call.values, final=True)
        with running(self.trace):
            args, kwargs = call.fill(self.trace, f)
            self.out = Atoms(f(*args, **kwargs))
        self.closed = not self.trace.free
        self.trace.outputs = list(self.out.atoms)
        if self.closed:
            pruned = prune(self.trace, keep_inputs=True)
            name = re.sub(r"\W", "_", getattr(f, "__name__", "f"))
            name = "program" if name == "_lambda_" or name in SCOPE else name
            self.source, constants = print_python(pruned, name)
            self.run = load(self.source, constants, name)

    def result(self, values: tuple) -> Any:
        """The output tree with plain numbers."""
        leaves: Any = values
        if self.out.arrays:
            each = iter(values)
            leaves = [
                _fill(x, each) if isinstance(x, Array) else next(each) for x in self.out.leaves
            ]
        return tree.unflatten(self.out.structure, leaves)


def _fill(like: Array, values: Any) -> Array:
    """An array in the shape of ``like`` from plain numbers and lists."""
    if isinstance(like, Stacked):
        columns = [next(values) for _ in like.columns]
        if like.ndim == 1:
            return Array.of(columns[0])
        return Array(_fill_row(like.like, iter(row)) for row in zip(*columns, strict=True))
    if like.ndim == 1:
        return Array.of([next(values) for _ in like.items])
    return Array((_fill(row, values) for row in like.items), like.shape[1:])


def _fill_row(like: Any, values: Any) -> Any:
    return like.rebuild(values) if isinstance(like, Array) else next(values)


class Call:
    """The arguments of one call: their structure (``key``), and their numbers (``values``).

    Floats and arrays are inputs of the program; integers, strings and the like are part of the key.
    """

    def __init__(self, args: tuple, kwargs: dict):
        self.args, self.kwargs = args, kwargs
        self.leaves, self.structure = tree.flatten((args, kwargs) if kwargs else (args,))
        self.values: list = []
        self.traced = False
        kinds: list = []
        for i, x in enumerate(self.leaves):
            if isinstance(x, (float, Number)):
                self.values.append(x)
                kinds.append(float)
                continue
            if hasattr(x, "tolist") and not isinstance(x, Array):
                x = self.leaves[i] = array(x)
            if isinstance(x, Array):
                self.values += lists_of(x)
                self.traced |= not x.plain
            kinds.append(x.shape if isinstance(x, Array) else (type(x), x))
        kinds_of_number = set(map(type, self.values))
        if kinds_of_number != {float}:
            self.traced |= any(issubclass(t, Number) for t in kinds_of_number)
        self.key = (repr(self.structure), tuple(kinds))

    def fill(self, trace: Trace, f: Callable) -> tuple:
        """The arguments with traced numbers in place of floats."""
        leaves: list[Any] = []
        for x, name in zip(self.leaves, _leaf_names(f, self.args, self.kwargs), strict=True):
            if isinstance(x, Array):
                leaves.append(inputs_for(trace, x, name))
            else:
                new = isinstance(x, float)
                leaves.append(trace.new(name, indexed=name[-1:].isdigit()) if new else x)
        args, *kwargs = tree.unflatten(self.structure, leaves)
        return args, kwargs[0] if kwargs else {}


def lists_of(x: Array) -> list:
    """An array as a program takes it: columns, if it is long, or has long rows; else numbers."""
    if x.ndim == 1:
        return [x.items] if len(x) > UNROLL else list(x.items)
    if len(x) > UNROLL:
        return list(zip(*(row.numbers() for row in x.items), strict=True))
    return [y for row in x.items for y in lists_of(row)]


def inputs_for(trace: Trace, x: Array, name: str) -> Array:
    """Inputs of a trace in place of these lists and numbers."""
    n = len(x)
    if n > UNROLL:
        width = x.size // n
        labels = [name] if width == 1 else [f"{name}_{j}" for j in range(width)]
        lists = [trace.new(label, (n,), width > 1) for label in labels]
        return Stacked(lists, n, full(x.shape[1:], 0.0))
    if max(x.shape, default=0) > UNROLL:
        rows = (inputs_for(trace, row, f"{name}_{i}") for i, row in enumerate(x.items))
        return Array(rows, x.shape[1:])
    numbers = [trace.new(f"{name}_{j}", indexed=True) for j in range(x.size)]
    return x.rebuild(iter(numbers))


def parameters(f: Callable) -> list[str]:
    """The names of a function's positional parameters (none if it is not written in Python)."""
    while hasattr(f, "__wrapped__"):
        f = f.__wrapped__
    if isinstance(f, functools.partial):
        return [n for n in parameters(f.func)[len(f.args) :] if n not in f.keywords]
    own = f if hasattr(f, "__code__") else type(f).__call__  # an object with __call__
    code = getattr(own, "__code__", None)
    if code is None:
        return []
    names = list(code.co_varnames[: code.co_argcount])
    return names[1:] if own is not f or hasattr(f, "__self__") else names


def _leaf_names(f: Callable, args: tuple, kwargs: dict) -> list[str]:
    """A name for each leaf: the key that holds it, or the argument's name."""
    found: list[str] = []
    names = parameters(f)

    def walk(x: Any, name: str) -> None:
        if isinstance(x, dict):
            for key in sorted(x):
                walk(x[key], str(key))
        elif hasattr(x, "_fields"):
            for key, value in zip(x._fields, x, strict=True):
                walk(value, key)
        elif type(x) in (list, tuple):
            for i, value in enumerate(x):
                walk(value, f"{name}_{i}")
        elif x is not None:
            found.append(name)

    for i, x in enumerate(args):
        walk(x, names[i] if i < len(names) else f"x{i}")
    walk(kwargs, "")
    return found


def jit(f: Callable) -> Callable:
    """A compiled version of ``f``: traced and printed as straight-line code at the first call.

    A call with arguments of another structure, another outcome of a branch, or another value of a
    number that ``f`` uses from outside is traced again. So the result is always that of ``f``.
    Inside ``grad``, ``jvp`` or another traced function it is ``f`` itself.

    >>> g = jit(lambda x: x * x + 1.0)
    >>> g(3.0)
    10.0
    >>> print(g.source)
    def program(x):
        return x * x + 1.0,
    <BLANKLINE>
    """
    cache: dict[Any, list[Program]] = {}
    unprintable: set = set()

    @functools.wraps(f)
    def compiled(*args: Any, **kwargs: Any) -> Any:
        if here.trace or here.tape:
            return f(*args, **kwargs)
        call = Call(args, kwargs)
        if call.traced or call.key in unprintable:
            return f(*args, **kwargs)
        try:
            for program in cache.get(call.key, ()):
                if program.around.unchanged():
                    try:
                        out = program.run(*call.values)
                    except BranchFlipped:
                        continue
                    compiled.source = program.source  # type: ignore[attr-defined]
                    return program.result(out)
            program = Program(f, call)
        except Branch:  # how often it loops depends on its numbers: it stays as it is
            unprintable.add(call.key)
            return f(*args, **kwargs)
        except (ArithmeticError, ValueError) as error:
            raise _explained(error, f, args, kwargs) from None
        if not program.closed:  # it uses a number of a derivative that is running
            return f(*args, **kwargs)
        kept = [p for p in cache.get(call.key, ()) if p.around.unchanged()]
        cache[call.key] = [program, *kept[: MOST_BRANCHES - 1]]
        compiled.source = program.source  # type: ignore[attr-defined]
        try:
            return program.result(program.run(*call.values))
        except (ArithmeticError, ValueError) as error:
            raise _explained(error, f, args, kwargs) from None

    compiled.source = ""  # type: ignore[attr-defined]
    compiled.program_cache = cache  # type: ignore[attr-defined]
    return compiled


def _explained(error: Exception, f: Callable, args: tuple, kwargs: dict) -> Exception:
    """The error that ``f`` raises on a tape: it names the operation and the user's line."""
    given = Atoms((args, kwargs))
    tape = Tape()
    numbers = [tape.new(x) if isinstance(x, float) else x for x in given.atoms]
    args, kwargs = given.rebuild(numbers)
    try:
        f(*args, **kwargs)
    except type(error) as better:
        return better
    return error
