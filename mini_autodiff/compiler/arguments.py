"""The arguments of one call of a jitted function, taken apart.

Floats and arrays become inputs of the program. Everything else (whole numbers, texts, functions,
the structure) belongs to the *key*: for another key another program is made.
"""

from __future__ import annotations

import enum
import functools
import itertools
import types
from collections.abc import Callable, Iterator
from typing import Any

from ..array import UNROLL, Array, array, full
from ..ops import Number, apply
from .lists import item
from .stacked import Stacked
from .surroundings import Running
from .trace import Trace, Unprovable

STATIC = {int, bool, str, bytes, type(None)}
FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, functools.partial)


class Arguments:
    """The arguments of one call.

    Attributes:
        key: what a program is made for; hashable.
        values: what goes into it: floats, and lists of floats.
        functions: the functions among the arguments, whose surroundings count too.
        real: whether every array holds real numbers.

    Raises:
        Running: if an argument belongs to a derivative that is running.
        Unprovable: if one is of a kind that cannot be watched.
    """

    def __init__(self, args: tuple, kwargs: dict):
        self.args, self.kwargs = args, kwargs
        self.values: list = []
        self.functions: list[Callable] = []
        self.real = True
        self.key = self._take(args), self._take(kwargs) if kwargs else None

    def _take(self, x: Any) -> Any:
        """The key of one argument, or of a part of one; its numbers go to ``values``."""
        kind = type(x)
        if kind is float:
            self.values.append(x)
            return float
        if kind is list or kind is tuple:
            if _is_column(x):
                self.values.append(x)
                return kind, len(x)
            return (kind, *map(self._take, x))
        if kind is dict:
            return dict, *[(type(k), k) for k in x], *[self._take(x[k]) for k in sorted(x)]
        if isinstance(x, Array) or _is_numpy_array(x):
            return self._take_array(array(x))
        return self._take_other(x)

    def _take_other(self, x: Any) -> Any:
        """The key of what is neither a float, a list, a dict nor an array."""
        kind = type(x)
        if kind in STATIC or isinstance(x, enum.Enum):
            return kind, x
        if isinstance(x, Number):
            raise Running
        if isinstance(x, float) and kind.__module__ == "numpy":
            self.values.append(x)
            return float
        if isinstance(x, tuple) and hasattr(x, "_fields"):
            return (kind, *map(self._take, x))
        if isinstance(x, FUNCTIONS):
            self.functions.append(x)
            return x
        raise Unprovable(f"an argument is a {kind.__name__}, whose changes cannot be watched")

    def _take_array(self, x: Array) -> tuple:
        floats = _floats(x.items if x.ndim == 1 else x.numbers())
        if not floats and not x.plain:
            raise Running
        self.values += lists_of(x)
        self.real &= floats
        return Array, x.shape, floats

    # -- the same tree, of traced numbers --
    def traced(self, trace: Trace, f: Callable) -> tuple[tuple, dict]:
        """The arguments with new inputs of a trace in place of their numbers."""
        names = parameters(f)
        args = tuple(
            _inputs(trace, x, names[i] if i < len(names) else f"x{i}")
            for i, x in enumerate(self.args)
        )
        return args, _inputs(trace, self.kwargs, "")


def _is_numpy_array(x: Any) -> bool:
    return type(x).__module__ == "numpy" and x.shape != () and x.dtype.kind in "biuf"


def _floats(atoms: Any) -> bool:
    if [*map(type, atoms)].count(float) == len(atoms):  # the fastest way to ask
        return True
    return all(issubclass(kind, float) for kind in {*map(type, atoms)})


def _is_column(x: Any) -> bool:
    """Whether a list is long, and of floats: then it goes into the program as one list."""
    return len(x) > UNROLL and _floats(x)


def lists_of(x: Array) -> list:
    """An array as a program takes it: columns, if it is long, or has long rows; else numbers."""
    if x.ndim == 1:
        return [x.items] if len(x) > UNROLL else list(x.items)
    if len(x) > UNROLL:
        return list(zip(*(row.numbers() for row in x.items), strict=True))
    return [y for row in x.items for y in lists_of(row)]


def atoms_of(like: Any, values: Iterator) -> list:
    """The numbers of an array like this one, row by row, from what ``lists_of`` makes of it."""
    if not isinstance(like, Array):
        return [next(values)]
    n = len(like)
    if like.ndim == 1:
        return list(next(values) if n > UNROLL else itertools.islice(values, n))
    if n > UNROLL:
        columns = list(itertools.islice(values, like.size // n))
        return list(itertools.chain(*zip(*columns, strict=True)))
    return [x for row in like.items for x in atoms_of(row, values)]


def _inputs(trace: Trace, x: Any, name: str) -> Any:
    kind = type(x)
    if isinstance(x, float):
        return trace.new(name, indexed=name[-1:].isdigit())
    if kind is dict:
        new = {key: _inputs(trace, x[key], str(key)) for key in sorted(x)}
        return {key: new[key] for key in x}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return kind(*(_inputs(trace, v, k) for k, v in zip(x._fields, x, strict=True)))
    if kind is list or kind is tuple:
        return kind(_input_items(trace, x, name))
    if isinstance(x, Array) or _is_numpy_array(x):
        x = array(x)
        return _input_array(trace, x, name, _floats(x.numbers()))
    return x


def _input_items(trace: Trace, x: Any, name: str) -> list:
    if _is_column(x):
        column = trace.new(name, (len(x),))
        return [apply(item(i), column) for i in range(len(x))]
    return [_inputs(trace, v, f"{name}_{i}") for i, v in enumerate(x)]


def _input_array(trace: Trace, x: Array, name: str, real: bool) -> Array:
    """Inputs of a trace in place of the lists and numbers of an array."""
    n = len(x)
    if n > UNROLL:
        width = x.size // n
        labels = [name] if width == 1 else [f"{name}_{j}" for j in range(width)]
        lists = [trace.new(label, (n,), width > 1, real) for label in labels]
        return Stacked(lists, n, full(x.shape[1:], 0.0))
    if max(x.shape, default=0) > UNROLL:
        rows = (_input_array(trace, row, f"{name}_{i}", real) for i, row in enumerate(x.items))
        return Array(rows, x.shape[1:])
    numbers = [trace.new(f"{name}_{j}", indexed=True, real=real) for j in range(x.size)]
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
