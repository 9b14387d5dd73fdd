"""What a function uses besides its arguments, and whether it has changed since.

A compiled program holds the numbers that the function took from outside (a global, a closure) as
constants. So ``jit`` must know every place where such a number can stand, and look there before
each call. The places that it knows are a positive list, ``LOOK``: a name that leads to anything
else raises ``Unprovable``, and the function runs eagerly. A new kind of place is therefore eager
until somebody adds it here; it is never stale.
"""

from __future__ import annotations

import builtins
import collections
import enum
import fractions
import functools
import operator
import types
from typing import Any

from ..array import Array
from ..errors import is_ours
from ..ops import Number, words
from .bytecode import reads
from .trace import Unprovable

PURE_LIBRARIES = {"math", "cmath", "operator", "itertools", "functools", "numpy"}
"""Their functions depend on their arguments alone, and what they hold is taken as fixed."""

PURE_BUILTINS = set(
    words(
        "abs all any bool complex dict divmod enumerate filter float frozenset int len list map "
        "max min pow range reversed round set slice sorted sum tuple zip"
    )
)
"""Functions that treat a traced number as they treat a float, or refuse it."""

CONSTANTS = {float, int, complex, str, bytes, bool, type(None), type(...), range}
CONSTANTS |= {fractions.Fraction, type(NotImplemented)}
OF_NAMED_TUPLES = set(vars(collections.namedtuple("Plain", "")))
OF_NAMED_TUPLES |= {"__annotations__", "__orig_bases__"}  # of typing.NamedTuple
MISSING = object()


class Running(Exception):
    """A number from outside belongs to a derivative that is running now."""


class Surroundings:
    """Every place outside of some functions where they find a value, and what stood there.

    >>> rate = [0.5]
    >>> around = Surroundings(lambda x: rate[0] * x)
    >>> around.unchanged()
    True
    >>> rate[0] = 0.6
    >>> around.unchanged()
    False
    >>> bag = {0.5}
    >>> Surroundings(lambda x: x * sum(bag))
    Traceback (most recent call last):
    mini_autodiff.compiler.traced.Unprovable: `bag` is a set, whose changes cannot be watched

    Raises:
        Unprovable: if the functions use what cannot be watched; the message is one sentence.
        Running: if they use a number of a derivative.
    """

    def __init__(self, *functions: Any):
        self.cells: list[tuple[types.CellType, Any]] = []
        self.names: list[tuple[Any, str, Any]] = []  # (namespace, name, value)
        self.lists: list[tuple[list, list]] = []
        self.dicts: list[tuple[Any, list]] = []
        self.functions: list[tuple[types.FunctionType, tuple]] = []
        self.arrays: list[tuple[Any, tuple]] = []
        self._modules: dict[int, tuple[types.ModuleType, set[str]]] = {}
        self._attributes: set[str] = set()  # every attribute that the code seen so far reads
        self._seen: set[int] = set()
        self._todo: list[tuple[str, Any]] = [(_name_of(f), f) for f in functions]
        while self._todo or self._look_into_modules():
            name, x = self._todo.pop()
            if id(x) not in self._seen and type(x) not in CONSTANTS:
                self._seen.add(id(x))
                self._look(name, x)

    # -- finding the places --
    def _look(self, name: str, x: Any) -> None:
        """Note what may change in ``x``, and what to look at next."""
        look = LOOK.get(type(x))
        if look:
            look(self, name, x)
        elif isinstance(x, Number):
            raise Running
        elif isinstance(x, tuple):
            self._look_at_class(name, type(x))
            self._look_at_tuple(name, x)
        elif type(x).__module__ == "numpy" and hasattr(x, "tobytes"):
            self._look_at_numpy(name, x)
        elif _library(type(x)) == "mini_autodiff":
            self._look_at_ours(name, x)
        elif isinstance(x, types.MethodType) and _library(type(x.__self__)) == "mini_autodiff":
            self._look_at_ours(name, x.__self__)
        elif not (_pure(x) or isinstance(x, enum.Enum)):
            kind = "a method" if isinstance(x, types.MethodType) else f"a {type(x).__name__}"
            raise Unprovable(f"`{name}` is {kind}, whose changes cannot be watched")

    def _look_at_function(self, name: str, f: types.FunctionType) -> None:
        library = f.__globals__.get("__name__", "").split(".")[0]  # wraps() sets __module__
        ours = is_ours(f.__code__.co_filename)
        if hasattr(f, "program_cache"):  # a jitted function, whose own attributes change
            self._todo.append((name, f.__wrapped__))  # type: ignore[attr-defined]
            return
        if library in PURE_LIBRARIES:
            return
        for cell, variable in zip(f.__closure__ or (), f.__code__.co_freevars, strict=True):
            value = _content(cell)
            self.cells.append((cell, value))
            if value is not MISSING:
                self._todo.append((variable, value))
        if ours:  # it may hold a function of the user, as grad does
            return
        self.functions.append((f, _parts(f)))
        self._look_at_dict(name, f.__dict__)
        self._look_at_dict(name, f.__kwdefaults__ or {})
        self._todo += [(name, x) for x in f.__defaults__ or ()]
        names, attributes = reads(f.__code__)
        self._attributes |= attributes
        for global_name in names:
            self._look_at_global(global_name, f.__globals__)

    def _look_at_global(self, name: str, scope: dict) -> None:
        value = scope.get(name, MISSING)
        self.names.append((scope, name, value))
        if value is not MISSING:
            self._todo.append((name, value))
            return
        value = vars(builtins).get(name, MISSING)
        self.names.append((vars(builtins), name, value))
        if value is not MISSING and not _pure(value):
            raise Unprovable(f"it calls `{name}`, which may treat a traced number differently")

    def _look_at_module(self, name: str, module: types.ModuleType) -> None:
        if module.__name__.split(".")[0] != "mini_autodiff":
            self._modules[id(module)] = (module, set())

    def _look_into_modules(self) -> bool:
        """Follow the names of modules that the code reads; whether there was a new one."""
        for module, done in self._modules.values():
            for name in self._attributes - done:
                done.add(name)
                value = vars(module).get(name, MISSING)
                if value is not MISSING:
                    self.names.append((vars(module), name, value))
                    self._todo.append((name, value))
        return bool(self._todo)

    def _look_at_partial(self, name: str, x: functools.partial) -> None:
        self._todo += [(name, item) for item in (x.func, *x.args)]
        self._look_at_dict(name, x.keywords)
        self._look_at_dict(name, x.__dict__)

    def _look_at_tuple(self, name: str, x: tuple) -> None:
        self._todo += [(name, item) for item in x]

    def _look_at_class(self, name: str, x: type) -> None:
        """A class that is pure, an error, or a named tuple to which nobody has added a method."""
        if _pure(x) or _library(x) == "mini_autodiff":
            return
        fields = getattr(x, "_fields", None)
        plain = fields is not None and x.__mro__[1:] == (tuple, object)
        if not plain or vars(x).keys() - OF_NAMED_TUPLES - set(fields or ()):
            raise Unprovable(f"`{name}` is of the class {x.__name__}, which cannot be watched")
        self.dicts.append((vars(x), list(vars(x).items())))

    def _look_at_list(self, name: str, x: list) -> None:
        self.lists.append((x, list(x)))
        self._todo += [(name, item) for item in x]

    def _look_at_dict(self, name: str, x: dict) -> None:
        self.dicts.append((x, list(x.items())))
        self._todo += [(f"{name}[{key!r}]", value) for key, value in x.items()]

    def _look_at_array(self, name: str, x: Array) -> None:
        if not x.plain:
            raise Running

    def _look_at_numpy(self, name: str, x: Any) -> None:
        if x.dtype.kind not in "biufc":
            raise Unprovable(f"`{name}` is an array of objects, which cannot be watched")
        self.arrays.append((x, _bytes(x)))

    def _look_at_ours(self, name: str, x: Any) -> None:
        """An object of this library: fixed, but it may hold functions of the user."""
        for key, value in getattr(x, "__dict__", {}).items():
            self.names.append((vars(x), key, value))
            self._todo.append((f"{name}.{key}", value))

    # -- looking again --
    def unchanged(self) -> bool:
        """Whether all of it is as it was."""
        for cell, value in self.cells:
            if not _same(_content(cell), value):
                return False
        for scope, name, value in self.names:
            if not _same(scope.get(name, MISSING), value):
                return False
        for f, parts in self.functions:
            if any(map(operator.is_not, _parts(f), parts)):
                return False
        return self._containers_unchanged()

    def _containers_unchanged(self) -> bool:
        for items, before in self.lists:
            if len(items) != len(before) or not all(map(operator.is_, items, before)):
                return False
        for mapping, pairs in self.dicts:
            if len(mapping) != len(pairs):
                return False
            if not all(_same(mapping.get(key, MISSING), value) for key, value in pairs):
                return False
        return all(_bytes(x) == before for x, before in self.arrays)

    def restore(self) -> None:
        """Undo what a traced run did to lists and dicts."""
        for items, before in self.lists:
            items[:] = before
        for mapping, pairs in self.dicts:
            if isinstance(mapping, dict):
                mapping.clear()
                mapping.update(pairs)


LOOK: dict[type, Any] = {
    types.FunctionType: Surroundings._look_at_function,
    types.ModuleType: Surroundings._look_at_module,
    functools.partial: Surroundings._look_at_partial,
    type: Surroundings._look_at_class,
    tuple: Surroundings._look_at_tuple,
    list: Surroundings._look_at_list,
    dict: Surroundings._look_at_dict,
    collections.OrderedDict: Surroundings._look_at_dict,
    Array: Surroundings._look_at_array,
}
"""Every kind of value that can be watched, but for numbers and texts, which do not change."""


def _name_of(f: Any) -> str:
    return getattr(f, "__name__", "the function")


def _library(x: Any) -> str:
    """The top name of the module where a function or a class was made."""
    return (getattr(x, "__module__", None) or "").split(".")[0]


def _pure(x: Any) -> bool:
    """Whether a function or class always gives the same result, whatever has happened."""
    library, name = _library(x), getattr(x, "__name__", "")
    if library == "builtins":
        is_error = isinstance(x, type) and issubclass(x, BaseException)
        return name in PURE_BUILTINS or is_error
    if type(x).__module__ == "numpy" and type(x).__name__ == "ufunc":
        return True
    random = (getattr(x, "__module__", None) or "").startswith("numpy.random")
    known = isinstance(x, (types.BuiltinFunctionType, type)) or library == "numpy"
    return known and library.lstrip("_") in PURE_LIBRARIES and not random


def _parts(f: types.FunctionType) -> tuple:
    """What can be exchanged in a function."""
    return f.__code__, f.__defaults__, f.__kwdefaults__


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return MISSING


def _bytes(x: Any) -> tuple:
    """An array of NumPy's as bytes, so that NaN is equal to itself."""
    return x.dtype, x.shape, x.tobytes()


def _same(a: Any, b: Any) -> bool:
    """Whether two values are one object, or the same number or text; a NaN is itself."""
    return a is b or (type(a) is type(b) and type(a) in CONSTANTS and repr(a) == repr(b))
