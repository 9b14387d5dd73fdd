"""The second printer: a traced program as one JavaScript function, for live figures.

The function takes the same trees as JSON and returns the output tree as JSON. It uses no global
name but ``Math``. Where a program uses + - * / and sqrt only, its numbers are those of Python, bit
for bit.
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from .. import ops, tree
from ..array import UNROLL, Array, Atoms, array
from .arguments import Arguments
from .arguments import parameters as parameters_of
from .formulas import ATOM
from .loop import Loop
from .printer import Printer, count_uses
from .prune import prune
from .stacked import Stacked
from .trace import Trace, Unprovable, is_real, running

SPELLED = {
    "where": "a ? b : c",
    "power": "power(a, b)",
    "mod": "mod(a, b)",
    "floordiv": "floordiv(a, b)",
    "and": "(a & b)",  # parentheses: it binds less than a comparison there
    "or": "(a | b)",
}
"""The formulas that JavaScript spells otherwise; in all others, ``sin(`` is ``Math.sin(``."""

WHERE_NUMBER = "a != 0 ? b : c"
"""``where`` on a number that is no truth: not a number is false to JavaScript, true to Python."""

HELPERS = {  # what Math does not have; printed once, inside the function that needs it
    "sigmoid": "a => a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))",
    "softplus": "a => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)))",
    "sign": "a => a > 0 ? 1 : a < 0 ? -1 : a === 0 ? 0 : a",
    # 1 to the power of not-a-number, and -1 to that of infinity, are 1 in Python
    "power": "(a, b) => a === 1 || (a === -1 && b - b !== 0 && b === b) ? 1 : Math.pow(a, b)",
    # the remainder has the sign of the divisor
    "mod": """(a, b) => {
        const r = a % b;
        return r === 0 ? (b < 0 ? -0 : 0) : (r < 0) !== (b < 0) ? r + b : r;
    }""",
    "floordiv": """(a, b) => {
        const r = a % b;
        const q = (a - (r !== 0 && (r < 0) !== (b < 0) ? r + b : r)) / b;
        return q === 0 ? 0 * (a / b) : q - Math.floor(q) > 0.5 ? Math.floor(q) + 1 : Math.floor(q);
    }""",
    "spread": """(items, start, step, n) => {
        const zero = x => Array.isArray(x) ? x.map(zero) : 0;
        const out = new Array(n).fill(zero(items[0]));
        items.forEach((x, k) => { out[start + k * step] = x; });
        return out;
    }""",
    "sum_of": """(...columns) => {
        let sum = -0;
        if (columns.length === 1) {
            const a = columns[0];
            for (let i = 0; i < a.length; i++) sum += +a[i];
            return sum;
        }
        for (let i = 0; i < columns[0].length; i++)
            for (const column of columns) sum += +column[i];
        return sum;
    }""",
    "sum_from": """(sum, ...columns) => {
        for (let i = 0; i < columns[0].length; i++)
            for (const column of columns) sum += +column[i];
        return sum;
    }""",
    "turned": "a => a[0].map((_, j) => a.map(row => row[j]))",
    "matrix_product": """(a, b) => a.map(row => b[0].map((_, j) => {
        let sum = row[0] * b[0][j];
        for (let k = 1; k < row.length; k++) sum += row[k] * b[k][j];
        return sum;
    }))""",
}


class JavaScriptPrinter(Printer):
    """Writes JavaScript."""

    append = "push"
    end, comment_mark = ";", "//"

    def spelled(self, op: Any, args: tuple = ()) -> str:
        if type(op) is not ops.Op:
            return op.javascript
        if op is ops.where and is_real(args[0]):
            return WHERE_NUMBER
        return SPELLED.get(op.name) or re.sub(r"\b([a-z]\w+)\(", _function_name, op.text)

    def number(self, x: Any) -> str:
        if isinstance(x, (tuple, list)):
            return self.constant(x)
        return number(x)

    def declared(self, name: str, new: bool) -> str:
        return f"let {name}" if new else name

    def each(self, text: str, names: list[str], lists: list[str], n: int) -> str:
        if not lists:
            return f"Array.from({{length: {n}}}, () => {text})"
        # A loop of its own for each: V8 does not inline a function that one helper is handed.
        given = ", ".join(f"${k}" for k in range(len(lists)))
        items = ", ".join(f"{name} = ${k}[$i]" for k, name in enumerate(names))
        loop = f"for (let $i = 0; $i < {n}; $i++) {{ const {items}; $[$i] = {text}; }}"
        return f"(($, {given}) => {{ {loop} return $; }})(new Array({n}), {', '.join(lists)})"

    def named(self, x: Any, env: dict) -> str:
        """The text of a result; a list has a name, for its rows may be joined with others."""
        text = self.text(x, env)
        if not getattr(x, "lengths", ()) or text.isidentifier():
            return text
        name = self.numbered()
        self.assign(name, text, True, "")
        return name

    def assign_all(self, names: list[str], texts: list[str]) -> None:
        self.line(f"[{', '.join(names)}] = [{', '.join(texts)}];")

    def check(self, text: str, op: ops.Op) -> None:
        """Nothing: JavaScript has no errors here, but NaN."""

    def open_loop(self, op: Loop, columns: list, names: list) -> None:
        i = self.fresh("i")
        if op.backward:
            self.line(f"for (let {i} = {op.length - 1}; {i} >= 0; {i}--) {{")
        else:
            self.line(f"for (let {i} = 0; {i} < {op.length}; {i}++) {{")
        for name, column in zip(names, columns, strict=True):
            wrapped = column if re.fullmatch(r"[\w.]+", column) else f"({column})"
            self.line(f"    let {name} = {wrapped}[{i}];")

    def close_loop(self) -> None:
        self.line("}")


def _function_name(match: re.Match) -> str:
    name = {"maximum": "max", "minimum": "min"}.get(match[1], match[1])
    return f"{name}(" if name in HELPERS else f"Math.{name}("


def number(x: Any) -> str:
    """A number as JavaScript spells it.

    >>> number(0.1), number(math.inf), number(-math.nan)
    ('0.1', 'Infinity', 'NaN')
    """
    if isinstance(x, bool):
        return "true" if x else "false"
    x = float(x)
    if not math.isfinite(x):
        return "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"
    return repr(int(x)) if x == int(x) and abs(x) < 1e15 and repr(x) != "-0.0" else repr(x)


def numbers(x: Any) -> str:
    """A list of numbers; evenly spaced ones as a formula."""
    if not isinstance(x, (tuple, list)):
        return number(x)
    if len(x) > 8 and all(isinstance(v, (int, float)) for v in x):
        start, step = x[0], x[1] - x[0]
        if all(start + i * step == v for i, v in enumerate(x)):
            formula = f"{number(start)} + i * {number(step)}" if start else f"i * {number(step)}"
            return f"Array.from({{length: {len(x)}}}, (_, i) => {formula})"
    return "[" + ", ".join(map(numbers, x)) + "]"


def export(f: Callable, *example_args: Any, name: str = "program") -> str:
    """The text of a JavaScript function that computes ``f``.

    Args:
        f: a function of trees of numbers, written in ``mini_autodiff.numpy``; it may use ``scan``,
            ``grad``, ``jvp``. It must not branch on its numbers.
        example_args: arguments, for their structure. Every number in them becomes an argument of
            the JavaScript function (as JSON: dict -> object, list or array -> array).
        name: the name of the JavaScript function.

    Raises:
        TypeError: if the program branches on a number, or turns one into a float.

    >>> print(export(lambda p: {"area": p["r"] ** 2 * 3.0}, {"r": 1.0}))
    function program(p) {
        let r = p.r;
        return {area: r * r * 3};
    }
    <BLANKLINE>
    """
    args = tuple(tree.map(_real, _long_lists(x)) for x in example_args)
    names = [*parameters_of(f)[: len(args)]]
    names += [f"x{i}" for i in range(len(names), len(args))]  # of a function of *args
    trace, out = _traced(f, args)
    everything = prune(trace)
    printer = JavaScriptPrinter()
    printer.taken |= {*HELPERS, name}
    parameters = [printer.fresh(x) for x in names]
    pairs = zip(args, parameters, strict=True)
    reads = [path for x, parameter in pairs for path in _paths(x, parameter)]
    env: dict = {}
    for k, x in zip(everything.kept, everything.inputs, strict=True):  # type: ignore[attr-defined]
        label = printer.fresh(trace.name(trace.inputs[k]) or "x")
        printer.line(f"let {label} = {reads[k]};")
        env[x.index] = (label, ATOM)
    printer.block(everything, env, count_uses(everything))
    texts = [printer.named(x, env) for x in everything.outputs]
    printer.line(f"return {_result(out, iter(texts))};")
    body = "\n".join(printer.lines)
    top = [f"    const {key} = {numbers(x)};" for key, x in printer.constants.items()]
    for helper, text in HELPERS.items():
        if re.search(rf"\b{helper}\(", body):
            top.insert(0, f"    const {helper} = {text};")
    return f"function {name}({', '.join(parameters)}) {{\n" + "\n".join([*top, body, "}\n"])


def _traced(f: Callable, args: tuple) -> tuple[Trace, Atoms]:
    """The trace of a function, and its result."""
    call = Arguments(args, {})
    trace = Trace(final=True)
    try:
        with running(trace):
            inputs, _ = call.traced(trace, f)
            out = Atoms(f(*inputs))
    except Unprovable as why:
        raise TypeError(
            f"an exported program cannot branch on its numbers, but this one does:\n  {why}\n"
            "Use jnp.where, or decide before the export."
        ) from None
    if trace.free:
        raise TypeError("export works outside grad and jit; put grad inside the function instead")
    trace.outputs = list(out.atoms)
    return trace, out


def _real(x: Any) -> Any:
    return float(x) if isinstance(x, int) and not isinstance(x, bool) else x


def _long_lists(x: Any) -> Any:
    """JSON has no arrays but lists: a long list of numbers or rows is taken as an array."""
    if isinstance(x, dict):
        return {k: _long_lists(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        if len(x) > UNROLL:
            with contextlib.suppress(TypeError, ValueError):  # it is no table of numbers
                return array(tree.map(_real, x))
        return [_long_lists(v) for v in x]
    return Array(map(_real, x.items)) if isinstance(x, Array) and x.ndim == 1 else x


def _paths(x: Any, path: str) -> Iterator[str]:
    """Where each input that the trace makes of ``x`` is found in the arguments."""
    if isinstance(x, dict):
        for key in sorted(x):
            plain = re.fullmatch(r"[^\W\d]\w*", str(key))
            yield from _paths(x[key], f"{path}.{key}" if plain else f"{path}[{json.dumps(key)}]")
    elif isinstance(x, Array):
        yield from _paths_of_array(x, path)
    elif type(x) in (list, tuple):
        for i, item in enumerate(x):
            yield from _paths(item, f"{path}[{i}]")
    elif isinstance(x, float):
        yield path


def _paths_of_array(x: Array, path: str) -> Iterator[str]:
    """Of a long array the columns, of another one the rows."""
    if len(x) > UNROLL:
        for at in _places(x.items[0]):
            yield f"{path}.map(row => row{at})" if at else path
    else:
        for i, row in enumerate(x.items):
            yield from _paths(row if isinstance(row, Array) else 0.0, f"{path}[{i}]")


def _places(x: Any) -> list[str]:
    """Where the numbers of an array are: ``[0][0]``, ``[0][1]``, ..."""
    if not isinstance(x, Array):
        return [""]
    return [f"[{i}]{at}" for i, row in enumerate(x.items) for at in _places(row)]


def _result(out: Atoms, texts: Any) -> str:
    leaves = iter([_leaf(x, texts) for x in out.leaves])

    def walk(x: Any) -> str:
        if x is tree.LEAF:
            return next(leaves)
        if isinstance(x, dict):
            plain = functools.partial(re.fullmatch, r"[^\W\d]\w*")
            inside = [f"{k if plain(str(k)) else json.dumps(k)}: {walk(x[k])}" for k in sorted(x)]
            return "{" + ", ".join(inside) + "}"
        return "null" if x is None else "[" + ", ".join(map(walk, x)) + "]"

    return walk(out.structure)


def _leaf(x: Any, texts: Any) -> str:
    if isinstance(x, Stacked):
        names = [next(texts) for _ in x.columns]
        if x.ndim == 1:
            return names[0]
        return f"{names[0]}.map((_, i) => {_leaf(x.like, (f'{name}[i]' for name in names))})"
    if isinstance(x, Array):
        return "[" + ", ".join(_leaf(item, texts) for item in x.items) + "]"
    return next(texts)
