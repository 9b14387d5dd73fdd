"""One compiled version of a function: traced, pruned, printed, and loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .. import tree
from ..array import UNROLL, Array, Atoms
from ..ops import Number
from .arguments import Arguments
from .lists import whole
from .prune import prune
from .python import load, print_python
from .stacked import Stacked
from .surroundings import Running, Surroundings
from .trace import Trace, Traced, Unprovable, running

MAY_RESULT = (float, int, str, bytes, type(None))


class Program:
    """One traced and printed version of a function.

    Attributes:
        source: the printed text.
        run: the printed function, from the numbers of the arguments to those of the result.

    Raises:
        Unprovable: if the program might differ from the function; the message says why.
        Running: if the function uses a number of a derivative that is running.
    """

    def __init__(self, f: Callable, given: Arguments):
        self.around = Surroundings(f, *given.functions)
        try:
            self.trace = Trace(final=True)
            with running(self.trace):
                args, kwargs = given.traced(self.trace, f)
                self.out = Atoms(f(*args, **kwargs))
            if not self.around.unchanged():
                raise Unprovable("it changes what it reads from outside")
        except BaseException:
            self.around.restore()  # lists and dicts that it filled with traced numbers
            raise
        if self.trace.free:
            raise Running
        self._lay_out()
        pruned = prune(self.trace, keep_inputs=True, strict=True)
        name = re.sub(r"\W", "_", getattr(f, "__name__", "program"))
        self.source, name, constants = print_python(pruned, name.replace("_lambda_", "program"))
        self.run = load(self.source, constants, name)

    def _lay_out(self) -> None:
        """What the printed function returns: the numbers of the result that are computed."""
        for x in self.out.leaves:
            if not isinstance(x, (Number, Array, *MAY_RESULT)):
                raise Unprovable(f"its result holds a {type(x).__name__}, which is not a number")
        self.bare = all(isinstance(x, Number) for x in self.out.leaves)  # no array, no constant
        numbers = [x for leaf in self.out.leaves for x in _computed(leaf)]
        self.trace.outputs, self.lengths = together(self.trace, numbers)

    def result(self, values: tuple) -> Any:
        """The result of the function, from what the printed one returned."""
        flat: list = []
        for value, n in zip(values, self.lengths, strict=True):
            if n:
                flat.extend(value)
            else:
                flat.append(value)
        if not self.bare:
            each = iter(flat)
            flat = [_fill(x, each) for x in self.out.leaves]
        return tree.unflatten(self.out.structure, flat)


def _computed(x: Any) -> list:
    """The numbers and lists of a leaf that the program computes; the others are constants."""
    if isinstance(x, Stacked):
        return x.columns
    if isinstance(x, Array):
        return [atom for row in x.items for atom in _computed(row)]
    return [x] if isinstance(x, Number) else []


def together(trace: Trace, numbers: list) -> tuple[list, list[int]]:
    """All items of one list, in order, as that list: a result of a thousand numbers is one name.

    Returns the outputs, and for each of them the length of such a list, or 0.
    """
    outputs: list = []
    lengths: list[int] = []
    k = 0
    while k < len(numbers):
        column = _column(trace, numbers, k)
        n = 0 if column is None else column.lengths[0]
        outputs.append(numbers[k] if column is None else column)
        lengths.append(n)
        k += n or 1
    return outputs, lengths


def _column(trace: Trace, numbers: list, start: int) -> Traced | None:
    """The long list whose items are the numbers from here on."""
    x = numbers[start]
    if not isinstance(x, Traced) or trace.ops[x.index].name != "item 0":
        return None
    n = trace.args[x.index][0].lengths[0]
    return whole(trace, tuple(numbers[start : start + n])) if n > UNROLL else None


def _fill(like: Any, values: Any) -> Any:
    """A leaf of the result from the computed numbers; constants stay what they are."""
    if isinstance(like, Stacked):
        lists = [next(values) for _ in like.columns]
        if like.ndim == 1:
            return Array.of(lists[0])
        return Array(_fill_row(like.like, iter(row)) for row in zip(*lists, strict=True))
    if isinstance(like, Array):
        return Array((_fill(x, values) for x in like.items), like.shape[1:])
    return next(values) if isinstance(like, Number) else like


def _fill_row(like: Any, values: Any) -> Any:
    """A row of a long array, whose numbers are all computed."""
    return like.rebuild(values) if isinstance(like, Array) else next(values)
