"""What a function uses besides its arguments, and whether it has changed since.

A traced program holds the numbers that the function took from outside (a global, a closure, an
attribute) as constants. ``Surroundings`` remembers them, so that ``jit`` can trace again when one
changes. It cannot see a clock, a random generator or a file, and takes what installed packages
hold as fixed.
"""

from __future__ import annotations

import functools
import operator
import os
import sys
import types
from typing import Any

from ..array import Array
from ..errors import PACKAGE

STANDARD_LIBRARY = os.path.dirname(os.__file__)
_PLAIN = (float, int, complex, str, bytes, bool, type(None), Array)


class Surroundings:
    """The closure and global values that a function reaches, by identity.

    >>> rate = [0.5]
    >>> around = Surroundings(lambda x: rate[0] * x)
    >>> around.unchanged()
    True
    >>> rate[0] = 0.6
    >>> around.unchanged()
    False
    """

    def __init__(self, f: Any):
        self.cells: list[tuple[Any, Any]] = []
        self.names: list[tuple[dict, str, Any]] = []
        self.lists: list[tuple[list, list]] = []
        self.dicts: list[tuple[dict, list]] = []
        self.arrays: list[tuple[Any, Any]] = []
        self._seen: set[int] = set()
        todo = [f]
        while todo:
            x = todo.pop()
            if id(x) not in self._seen and not isinstance(x, _PLAIN):
                self._seen.add(id(x))
                todo += self._look(x)

    def _look(self, x: Any) -> list:
        """Note what may change in ``x``, and return what to look at next."""
        if isinstance(x, types.FunctionType):
            if hasattr(x, "program_cache"):  # a jitted function; its cache may change
                return [x.__wrapped__]  # type: ignore[attr-defined]
            return self._look_at_function(x)
        if isinstance(x, types.MethodType):
            return [x.__func__, x.__self__]
        if isinstance(x, functools.partial):
            return [x.func, *x.args, *x.keywords.values()]
        if isinstance(x, (list, tuple, set, frozenset)):
            if isinstance(x, list):
                self.lists.append((x, list(x)))
            return list(x)
        if isinstance(x, dict):
            self.dicts.append((x, list(x.items())))
            return list(x.values())
        if isinstance(x, types.ModuleType) or type(x).__module__ == "builtins":
            return []
        if hasattr(x, "tolist"):
            self.arrays.append((x, x.tolist()))
            return []
        if _is_library(sys.modules.get(type(x).__module__)):
            return []
        if isinstance(x, type):
            return [v for v in vars(x).values() if not isinstance(v, types.MemberDescriptorType)]
        state = getattr(x, "__dict__", None)
        if isinstance(state, dict):
            self.dicts.append((state, list(state.items())))
            return [*state.values(), type(x)]
        return [getattr(x, name, None) for name in getattr(type(x), "__slots__", ())]

    def _look_at_function(self, f: types.FunctionType) -> list:
        if _is_library(sys.modules.get(f.__module__ or "")):
            return []
        found: list = [*(f.__defaults__ or ()), *(f.__kwdefaults__ or {}).values()]
        for cell in f.__closure__ or ():
            try:
                found.append(cell.cell_contents)
            except ValueError:  # not filled yet
                continue
            self.cells.append((cell, cell.cell_contents))
        if f.__code__.co_filename.startswith(PACKAGE):
            return found
        names = _names(f.__code__)
        for name in names:
            if name not in f.__globals__:
                continue
            value = f.__globals__[name]
            self.names.append((f.__globals__, name, value))
            if isinstance(value, types.ModuleType):
                for attribute in names:
                    inside = vars(value).get(attribute)
                    if isinstance(inside, (int, float, list, dict)):
                        self.names.append((vars(value), attribute, inside))
                        found.append(inside)
                    elif isinstance(inside, types.FunctionType):
                        found.append(inside)
            else:
                found.append(value)
        return found

    def unchanged(self) -> bool:
        """Whether all of it is as it was."""
        for cell, value in self.cells:
            if cell.cell_contents is not value and not _same(cell.cell_contents, value):
                return False
        for scope, name, value in self.names:
            now = scope.get(name)
            if now is not value and not _same(now, value):
                return False
        for items, before in self.lists:
            if len(items) != len(before) or not all(map(operator.is_, items, before)):
                return False
        for mapping, pairs in self.dicts:
            if len(mapping) != len(pairs):
                return False
            for key, value in pairs:
                now = mapping.get(key)
                if now is not value and not _same(now, value):
                    return False
        return all(x.tolist() == before for x, before in self.arrays)


def _is_library(module: Any) -> bool:
    """Whether a module is installed or of the standard library: its values are taken as fixed."""
    file = getattr(module, "__file__", None) or ""
    ours = file.startswith(PACKAGE)
    return not ours and ("site-packages" in file or file.startswith(STANDARD_LIBRARY))


def _same(a: Any, b: Any) -> bool:
    """Whether two objects are the same plain value."""
    return type(a) is type(b) and isinstance(a, (float, int, str)) and repr(a) == repr(b)


def _names(code: types.CodeType) -> set[str]:
    """The global and attribute names in a piece of code and the functions inside it."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names
