"""The Python printer: a pruned trace as the text of a function, and that function.

Errors inside a printed program show the printed line in the traceback.
"""

from __future__ import annotations

import collections
import enum
import itertools
import linecache
import math
from collections.abc import Callable
from typing import Any

from ..ops import FLOAT, Op
from .formulas import ATOM
from .lists import matrix_product, spread_items, sum_from, sum_rows, turn_rows
from .loop import Loop
from .printer import Printer, count_uses
from .trace import Trace, Unprovable

_numbers = itertools.count(1)
_shown: collections.deque[str] = collections.deque()
MOST_SHOWN = 500
"""Printed programs whose text a traceback can show; the oldest is forgotten first."""


SCOPE = FLOAT | {"inf": math.inf, "nan": math.nan}
SCOPE |= {"spread": spread_items, "sum_of": sum_rows, "sum_from": sum_from}
SCOPE |= {"turned": turn_rows, "matrix_product": matrix_product}
"""What a printed program may name."""

NUMPY_KINDS = {"float64", "int8", "int16", "int32", "int64", "uint8", "bool", "bool_"}


class PythonPrinter(Printer):
    """Writes Python."""

    def __init__(self) -> None:
        super().__init__()
        self.taken |= SCOPE.keys()

    strict = together = True

    def spelled(self, op: Any, args: tuple = ()) -> str:
        return op.text

    def number(self, x: Any) -> str:
        if isinstance(x, (tuple, list)):
            return self.constant(x)
        x = plain_number(x)
        if isinstance(x, float) and not math.isfinite(x):
            return "nan" if x != x else "inf" if x > 0 else "-inf"
        return repr(x)

    def each(self, text: str, names: list[str], lists: list[str], n: int) -> str:
        if len(lists) == 1:
            return f"[{text} for {names[0]} in {lists[0]}]"
        if not lists:
            return f"[{text} for _ in range({n})]"
        return f"[{text} for {', '.join(names)} in zip({', '.join(lists)})]"

    def open_rows(self, names: list[str], lists: list[str], n: int) -> None:
        """The head of a loop over the rows of some lists."""
        if len(lists) > 1:
            self.line(f"for {', '.join(names)} in zip({', '.join(lists)}):")
        else:
            self.line(f"for {names[0]} in {lists[0]}:" if lists else f"for _ in range({n}):")

    def assign_all(self, names: list[str], texts: list[str]) -> None:
        self.line(f"{', '.join(names)} = {', '.join(texts)}")

    def check(self, text: str, op: Op) -> None:
        self.line(f"{text}  # an error unless it exists: {op.domain}")

    def open_loop(self, op: Loop, columns: list, names: list) -> None:
        if op.backward:
            columns = [f"reversed({x})" for x in columns]
        if not columns:
            self.line(f"for _ in range({op.length}):")
        elif len(columns) == 1:
            self.line(f"for {names[0]} in {columns[0]}:")
        else:
            self.line(f"for {', '.join(names)} in zip({', '.join(columns)}):")

    def close_loop(self) -> None:
        if self.lines[-1].endswith(":"):
            self.lines.append("    " * (self.depth + 1) + "pass")


def plain_number(x: Any) -> float | int:
    """A constant as Python's own number, if its arithmetic is the same as that one's.

    >>> import enum
    >>> plain_number(enum.IntEnum("Count", "ONE TWO").TWO)
    2

    Raises:
        Unprovable: if it may not be, as for NumPy's float32 or a class of the user.
    """
    if type(x) in (float, int, bool):
        return x
    if isinstance(x, enum.Enum) and isinstance(x, (int, float)):
        return x.value
    if type(x).__module__ == "numpy" and type(x).__name__ in NUMPY_KINDS:
        return x.item()
    raise Unprovable(f"it uses a {type(x).__name__}, whose arithmetic is not that of a float")


def print_python(trace: Trace, name: str) -> tuple[str, str, dict]:
    """A pruned trace as the text of a Python function, its name, and the constants it names."""
    printer = PythonPrinter()
    name = printer.fresh(name)
    env = {}
    for x in trace.inputs + trace.free_inputs:
        label = x.owner.name(x)
        env[x.index] = (printer.fresh(label) if label else printer.numbered("x"), ATOM)
    parameters = ", ".join(env[x.index][0] for x in trace.inputs + trace.free_inputs)
    printer.block(trace, env, count_uses(trace, strict=True))
    results = ", ".join(printer.text(x, env) for x in trace.outputs)
    results += "," if len(trace.outputs) == 1 else ""
    printer.line(f"return {results or '()'}")
    body = "\n".join(printer.lines)
    return f"def {name}({parameters}):\n{body}\n", name, printer.constants


def load(source: str, constants: dict, name: str) -> Callable:
    """The function that this text defines. A traceback through it shows the text."""
    filename = f"<mini_autodiff {name} {next(_numbers)}>"
    _shown.append(filename)
    if len(_shown) > MOST_SHOWN:
        linecache.cache.pop(_shown.popleft(), None)
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    scope = SCOPE | constants
    exec(compile(source, filename, "exec"), scope)
    return scope[name]
