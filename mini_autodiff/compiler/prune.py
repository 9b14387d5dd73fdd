"""Leaving out of a trace what its outputs do not need, before it is printed.

A derivative computes much that nobody asked for: values that only a discarded slope used, carries
of a loop that nothing reads. Pruning walks back from the outputs and keeps what it meets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from ..ops import Op, div
from .naming_tape import HIDDEN
from .trace import Input, Output, Trace, Traced, replay, running

Marked = tuple[set[int], dict[int, tuple]]


def mark(trace: Trace, outputs: list, strict: bool) -> Marked:
    """The entries that are needed, and the loops among them, pruned.

    Needed are the outputs and what they use. If ``strict``, also what may fail: a program must
    fail where the function does, even if nobody asks for the number.
    """
    need = set(_entries(outputs))
    if strict and not trace.checked:
        need |= {i for i, op in enumerate(trace.ops) if type(op) is Op and op.domain}
    used: dict[int, set[int]] = defaultdict(set)
    loops: dict[int, tuple] = {}
    for i in reversed(range(len(trace.ops))):
        if i in need:
            op, args = trace.ops[i], trace.args[i]
            if type(op) is Output:
                used[args[0].index].add(op.k)
            elif op.name == "loop":
                loops[i] = op.pruned(args, used[i], strict)
                args = loops[i][1]
            need.update(_entries(args))
    return need, loops


def _entries(args: Iterable) -> list[int]:
    """The entries among some arguments."""
    return [x.index for x in args if type(x) is Traced]


def prune(
    trace: Trace,
    outputs: list | None = None,
    marked: Marked | None = None,
    keep_inputs: bool = False,
    strict: bool = False,
) -> Trace:
    """The trace without the entries that the outputs do not need.

    All entries keep their place; those left out have ``None`` for their operation. ``marked`` is
    the result of ``mark``. ``kept`` of the new trace lists the positions of the inputs that are
    left, ``kept_free`` those of the free ones.
    """
    new = trace.giving(trace.outputs if outputs is None else outputs)
    need, loops = marked or mark(trace, new.outputs, strict)
    if keep_inputs:
        need.update(x.index for x in trace.inputs + trace.free_inputs)
    new.free = []
    new.kept, new.inputs = _left(trace.inputs, need)
    new.kept_free, new.free_inputs = _left(trace.free_inputs, need)
    new.ops = [op if i in need else None for i, op in enumerate(trace.ops)]
    new.args = list(trace.args)
    for i, op in enumerate(new.ops):
        if i in loops:
            new.ops[i], new.args[i], _ = loops[i]
        elif type(op) is Output:
            place = loops[trace.args[i][0].index][2]
            new.ops[i] = Output(place[op.k])
    new.cotangent_of = dict(_cotangents(trace, need))
    _check_once(new)
    return new


def _left(inputs: list[Traced], need: set[int]) -> tuple[list[int], list[Traced]]:
    """Which of some inputs are needed: their places, and they."""
    places = [k for k, x in enumerate(inputs) if x.index in need]
    return places, [inputs[k] for k in places]


def _cotangents(trace: Trace, need: set[int]) -> Iterator[tuple[int, list]]:
    """Which entries that are left are the cotangent of which, and of what that was used for."""
    for i, pairs in trace.cotangent_of.items():
        found = [pair for pair in pairs if pair[0] in need] if i in need else []
        if found:
            value, users = next((pair for pair in found if pair[0] in trace.names), found[0])
            yield i, [(value, [u if u in need else HIDDEN for u in users])]


def _check_once(trace: Trace) -> None:
    """Take out what is there only because it may fail, where something else fails with it."""
    read = set(_entries(trace.outputs))
    for op, args in zip(trace.ops, trace.args, strict=True):
        read.update(_entries(args) if op else ())
    rules = {_rule(trace, i) for i in read}
    for i, op in enumerate(trace.ops):
        if type(op) is Op and op.domain and i not in read:
            rule = _rule(trace, i)
            if rule in rules:
                trace.ops[i] = None
            rules.add(rule)
    _drop_unread(trace)


def _drop_unread(trace: Trace) -> None:
    """Take out what was computed only for something that has been taken out."""
    read = set(_entries(trace.outputs))
    for i in reversed(range(len(trace.ops))):
        op = trace.ops[i]
        if op is None:
            continue
        may_fail = op.name in ("loop", "call") or (type(op) is Op and op.domain)
        if i in read or may_fail or isinstance(op, Input):
            read.update(_entries(trace.args[i]))
        else:
            trace.ops[i] = None


def _rule(trace: Trace, i: int) -> Any:
    """When an entry fails: the same for ``sin`` and ``cos`` of a number, or for two divisions."""
    op, args = trace.ops[i], trace.args[i]
    if type(op) is not Op or not op.domain or "result" in op.domain:  # that of exp or sinh
        return i
    args = args[1:] if op.domain == div.domain else args
    return op.domain, *[x.index if type(x) is Traced else repr(x) for x in args]


def written_out(trace: Trace) -> Trace:
    """The trace, with calls replaced by what they do."""
    if not any(op and op.name == "call" for op in trace.ops):
        return trace
    new = Trace(final=True)
    inputs = [new.new(trace.names.get(x.index, ""), x.lengths) for x in trace.inputs]
    free = [new.free_input(x) for x in trace.free_inputs]
    with running(new, naming=False):
        new.outputs = replay(trace, inputs + free)
    return new
