"""What a printer must know of a formula of the table: how tightly it binds, where arguments go."""

from __future__ import annotations

import ast
import functools
import re

PRECEDENCE = {"if": 1, "<": 2, "|": 3, "&": 4, "+": 5, "*": 6, "-x": 7, "**": 8, "x": 9}
"""How tightly a formula binds; a printer adds parentheses from it."""

ATOM = PRECEDENCE["x"]
KINDS = {ast.Add: "+", ast.Sub: "+", ast.Mult: "*", ast.Div: "*", ast.Pow: "**"}
KINDS |= {ast.Mod: "*", ast.FloorDiv: "*", ast.BitAnd: "&", ast.BitOr: "|"}


@functools.cache
def binding(text: str) -> int:
    """How tightly a formula binds.

    >>> binding("a + b") < binding("a * b") < binding("sin(a)")
    True
    """
    match ast.parse(text, mode="eval").body:
        case ast.BinOp(op=operator):
            return PRECEDENCE[KINDS[type(operator)]]
        case ast.UnaryOp():
            return PRECEDENCE["-x"]
        case ast.Compare():
            return PRECEDENCE["<"]
        case ast.IfExp():
            return PRECEDENCE["if"]
    return ATOM


@functools.cache
def repeats(text: str) -> int:
    """How often an argument stands in the formula again: once in ``a * a``."""
    arguments = pieces(text)[1::2]
    return len(arguments) - len(set(arguments))


@functools.cache
def pieces(text: str) -> list[str]:
    """A formula cut at its arguments: ``a + b`` is ``["", "a", " + ", "b", ""]``."""
    return re.split(r"\b([abc])\b(?!\()", text)


@functools.cache
def plan(text: str, binds: int) -> tuple[str, list[tuple[int, int]], int]:
    """A formula as a template, the arguments that go into it, and how tightly it binds.

    With each argument comes how tightly it must bind to stand there without parentheses.
    """
    parts = pieces(text)
    if re.fullmatch(r"[\w.]+\(.*\)", text):  # a call of a function
        binds = ATOM
    places = []
    for k in range(1, len(parts), 2):
        enclosed = parts[k - 1].endswith(("(", ", ")) and parts[k + 1].startswith((")", ", "))
        leftmost = k == 1 and not parts[0] and binds in (PRECEDENCE["+"], PRECEDENCE["*"])
        places.append(("abc".index(parts[k]), 0 if enclosed else binds if leftmost else binds + 1))
    return "%s".join(part.replace("%", "%%") for part in parts[::2]), places, binds
