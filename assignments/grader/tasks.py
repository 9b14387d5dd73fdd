"""What an assignment asks, read from our own notebook: never from what a student handed in.

A check cell ends in `task("3", field, params).points(2)`: the number, the names handed over, the
points. A hidden one adds `seed=course_seed()`. `task` comes from the assignment's file of checks.
"""

import ast
import importlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parents[1]
SECONDS = 60  # of the student's processor, for all that a task asks with one seed


def assignments() -> list[str]:
    """The names: each is a folder beside this package that holds a notebook of the same name.

    >>> "differentiating_the_solver" in assignments()
    True
    """
    found = (f.name for f in SOURCES.iterdir() if (f / f"{f.name}.ipynb").exists())
    return sorted(found)


@dataclass(frozen=True)
class Part:
    """One check cell: the public half of a task, or the hidden one."""

    number: str
    names: tuple[str, ...]
    points: float
    hidden: bool


@dataclass
class Assignment:
    """The tasks of one notebook. `read("alfi").task` is the object that checks them."""

    name: str
    parts: list[Part]
    given: list[str]  # code that students get and need not change
    checks: str  # the module

    @cached_property
    def task(self) -> Any:
        return importlib.import_module(self.checks).task

    @property
    def numbers(self) -> list[str]:
        return list(dict.fromkeys(part.number for part in self.parts))

    @property
    def names(self) -> list[str]:
        """All that is handed over to a check."""
        return list(dict.fromkeys(name for part in self.parts for name in part.names))

    def of(self, number: str) -> list[Part]:
        return [part for part in self.parts if part.number == number]

    def maximum(self, number: str | None = None) -> float:
        return sum(part.points for part in self.parts if number in (None, part.number))

    def seconds(self, number: str) -> float:
        return self.task.limits.get(number, SECONDS)


def read(name: str) -> Assignment:
    """The tasks of an assignment.

    Errors: ValueError, with the cell, where a check cell has another form than the one above.

    >>> found = read("differentiating_the_solver")
    >>> found.numbers, found.maximum(), found.of("1")[0].names
    (['1', '2', '3', '4', '5'], 20, ('rk4_step',))
    """
    notebook = json.loads((SOURCES / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    parts, given, modules = [], [], set()
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        text, mark = "".join(cell["source"]), cell["metadata"].get("nbgrader", {})
        if mark.get("grade"):
            parts.append(_part(text, mark))
        elif not mark.get("solution"):
            given.append(text)
        modules |= _imported_checks(text)
    if len(modules) != 1:
        raise ValueError(f"{name} takes `task` from {sorted(modules)}; one module is asked for")
    return Assignment(name, parts, given, modules.pop())


def _part(text: str, mark: dict) -> Part:
    form = 'a check cell ends in task("1", f, g).points(2), and hands over names'
    calls = [node for node in ast.walk(ast.parse(text)) if _is_points(node)]
    if len(calls) != 1:
        raise ValueError(f"{mark['grade_id']}: {form}")
    points, call = calls[0].args[0], calls[0].func.value
    if not all(isinstance(arg, ast.Name) for arg in call.args[1:]):
        raise ValueError(f"{mark['grade_id']}: {form}")
    if points.value != mark["points"]:
        raise ValueError(f"{mark['grade_id']} says {points.value}, its metadata {mark['points']}")
    names = tuple(arg.id for arg in call.args[1:])
    return Part(call.args[0].value, names, points.value, bool(call.keywords))


def _is_points(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "points"
        and isinstance(node.func.value, ast.Call)
        and isinstance(node.func.value.func, ast.Name)
        and node.func.value.func.id == "task"
    )


def _imported_checks(text: str) -> set[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a magic
        return set()
    return {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module
        and any(alias.name == "task" for alias in node.names)
    }
