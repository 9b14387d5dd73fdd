"""A function of the check as code, for the times when it is called with what is no plain value.

A dual number or a tracer cannot cross, so the function does: its code, and what it closes over.
A function that writes to something outside itself (a count) never travels.
"""

import dis
import importlib
import marshal
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

MUTATORS = {"append", "add", "update", "clear", "extend", "pop", "setdefault", "insert", "remove"}


def wanders(function: Any) -> FunctionType | None:
    """The plain function that may travel in the place of this one; None where none may."""
    function = getattr(function, "__wrapped__", function)  # under jax.jit, functools.wraps
    if not isinstance(function, FunctionType):
        return None
    cells = [_content(cell) for cell in function.__closure__ or ()]
    return None if _writes(function.__code__, cells, function.__globals__) else function


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _writes(code: CodeType, cells: list, names: dict) -> bool:
    """Whether the function may change something that it did not make."""
    steps = _steps(code)
    outside = [*cells, *(names.get(s.argval) for s in steps if s.opname == "LOAD_GLOBAL")]
    changeable = any(isinstance(x, list | dict | set) or _has_state(x) for x in outside)
    for step in steps:
        if step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL", "STORE_ATTR"):
            return True
        if step.opname in ("STORE_DEREF", "DELETE_DEREF") and step.argval in code.co_freevars:
            return True
        if changeable and (step.opname == "STORE_SUBSCR" or step.argval in MUTATORS):
            return True
    return False


def _has_state(thing: Any) -> bool:
    return hasattr(thing, "__dict__") and not callable(thing) and hasattr(thing, "__setitem__")


def _steps(code: CodeType) -> list:
    found = list(dis.get_instructions(code))
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found += _steps(inner)
    return found


def luggage(function: FunctionType) -> tuple:
    """Module, name, code, cells and defaults: what `unpacked` builds the function from again."""
    cells = [_content(cell) for cell in function.__closure__ or ()]
    return (
        *(function.__module__, function.__name__, marshal.dumps(function.__code__), cells),
        *(function.__defaults__, function.__kwdefaults__),
    )


def unpacked(luggage: tuple) -> Callable:
    """The function on the globals of its module, which is imported here."""
    from types import CellType

    module, name, code, cells, defaults, named = luggage
    names = vars(importlib.import_module(module))
    closure = tuple(CellType(content) for content in cells)
    function = FunctionType(marshal.loads(code), names, name, defaults, closure)
    function.__kwdefaults__ = named
    return function
