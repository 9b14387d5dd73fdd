"""A small program as a picture: its operations in order, as text or as an SVG graph."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from .array import Atoms
from .compiler.arguments import Arguments
from .compiler.formulas import pieces
from .compiler.prune import prune
from .compiler.trace import Input, Output, Trace, Traced, running
from .ops import Op


class Graph:
    """The computational graph of a function; see ``graph``.

    ``rows`` holds one ``(name, operation, arguments)`` for each entry. In a notebook it shows as
    SVG; printed, as a list with one operation a line.
    """

    def __init__(self, trace: Trace):
        self.rows: list[tuple[str, str, list[str]]] = []
        self.outputs: list[str] = []
        label: dict[int, str] = {}
        taken: dict[str, int] = {}

        def name(i: int) -> str:
            if i not in label:
                base = trace.names.get(i, "v")
                taken[base] = taken.get(base, 0) + 1
                label[i] = base if base != "v" and taken[base] == 1 else f"{base}{taken[base]}"
            return label[i]

        def text(x: Any) -> str:
            return name(x.index) if isinstance(x, Traced) else f"{x:g}"

        for i, op in enumerate(trace.ops):
            if op is None:
                continue
            if isinstance(op, Input):
                self.rows.append((name(i), "input", []))
            elif isinstance(op, Output) or op.name == "loop":
                raise ValueError("only programs without loops can be drawn; draw one step")
            else:
                self.rows.append((name(i), _symbol(op), [text(x) for x in trace.args[i]]))
        self.outputs = [text(x) for x in trace.outputs]

    def __str__(self) -> str:
        lines = [
            f"{name} = {_formula(op, args)}" if args else f"{name}  (input)"
            for name, op, args in self.rows
        ]
        return "\n".join([*lines, f"return {', '.join(self.outputs)}"])

    __repr__ = __str__

    def _repr_svg_(self) -> str:
        return self.svg()

    def svg(self) -> str:
        """The graph as SVG: inputs on the left, each operation right of what it uses."""
        places, (width, height) = self._places()
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" role="img" font-family="inherit" font-size="13" '
            'text-anchor="middle" fill="currentColor" stroke="currentColor">',
            f"<title>{escape(str(self))}</title>",
            *[_edge(*places[a], *places[name])
              for name, _, args in self.rows for a in args if a in places],
            *[self._box(row, *places[row[0]]) for row in self.rows],
            "</svg>",
        ])  # fmt: skip

    def _places(self) -> tuple[dict[str, tuple[float, float]], tuple[int, int]]:
        """The centre of each box, and the size of the picture: columns of equal middle."""
        column: dict[str, int] = {}
        columns: dict[int, list[str]] = {}
        for name, _, args in self.rows:
            column[name] = 1 + max((column[a] for a in args if a in column), default=-1)
            columns.setdefault(column[name], []).append(name)
        tallest = max(map(len, columns.values()))
        places: dict[str, tuple[float, float]] = {
            name: (60 + 120 * i, 40 + 60 * (j + (tallest - len(names)) / 2))
            for i, names in columns.items()
            for j, name in enumerate(names)
        }
        return places, (120 * len(columns), 20 + 60 * tallest)

    def _box(self, row: tuple, x: float, y: float) -> str:
        """A number, how it is computed, and a frame, which is bold around a result."""
        name, op, args = row
        bold = 2 if name in self.outputs else 1
        shape = f'x="{x - 42}" y="{y - 20}" width="84" height="40" rx="{8 if args else 20}"'
        below = _formula(op, args) if args else "input"
        return (
            f'<rect {shape} fill="none" stroke-width="{bold}"/>\n'
            f'<text stroke="none" x="{x}" y="{y - 3}">{escape(name)}</text>\n'
            f'<text stroke="none" x="{x}" y="{y + 13}" font-size="11" opacity="0.75">'
            f"{escape(below)}</text>"
        )


def _edge(x0: float, y0: float, x1: float, y1: float) -> str:
    """A line from the right of one box to the left of another."""
    return (
        f'<path d="M{x0 + 42} {y0}C{x0 + 60} {y0} {x1 - 60} {y1} {x1 - 42} {y1}" '
        'fill="none" opacity="0.5"/>'
    )


def _symbol(op: Any) -> str:
    return op.text if isinstance(op, Op) else op.name


def _formula(op: str, args: list[str]) -> str:
    parts = pieces(op)
    return "".join(p if k % 2 == 0 else args["abc".index(p)] for k, p in enumerate(parts))


def graph(f: Callable, *args: Any) -> Graph:
    """The computational graph of ``f`` at these arguments.

    >>> print(graph(lambda x, y: x * y + x, 2.0, 3.0))
    x  (input)
    y  (input)
    v1 = x * y
    v2 = v1 + x
    return v2
    """
    call = Arguments(args, {})
    trace = Trace(final=True)
    with running(trace):
        inputs, _ = call.traced(trace, f)
        out = Atoms(f(*inputs))
    trace.outputs = out.atoms
    return Graph(prune(trace, keep_inputs=True))
