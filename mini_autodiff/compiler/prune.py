"""Leaving out of a trace what its outputs do not need, before it is printed.

A derivative computes much that nobody asked for: values that only a discarded slope used, carries
of a loop that nothing reads. Pruning walks back from the outputs and keeps what it meets.
"""

from __future__ import annotations

from typing import Any

from ..ops import Op
from .trace import HIDDEN, Output, Trace, Traced, replay, running


def mark(trace: Trace, outputs: list, strict: bool) -> tuple[set[int], dict[int, tuple]]:
    """The entries that are needed, and the loops among them, pruned.

    Needed are the outputs and what they use. If ``strict``, also what may fail: a program must
    fail where the function does, even if nobody asks for the number.
    """
    need = {x.index for x in outputs if isinstance(x, Traced)}
    if strict and not trace.checked:
        need |= {i for i, op in enumerate(trace.ops) if type(op) is Op and op.domain}
    used: dict[int, set[int]] = {}
    loops: dict[int, tuple] = {}
    for i in range(len(trace.ops) - 1, -1, -1):
        if i in need:
            op, args = trace.ops[i], trace.args[i]
            if type(op) is Output:
                used.setdefault(args[0].index, set()).add(op.k)
            elif type(op) is not Op and op.name == "loop":
                if i not in loops:
                    loops[i] = op.pruned(args, used.get(i, set()), strict)
                args = loops[i][1]
            for x in args:
                if type(x) is Traced:
                    need.add(x.index)
    return need, loops


def prune(
    trace: Trace,
    outputs: list | None = None,
    same: dict[int, int] | None = None,
    marked: tuple | None = None,
    keep_inputs: bool = False,
    strict: bool = False,
) -> Trace:
    """The trace without the entries that the outputs do not need.

    All entries keep their place; those left out have ``None`` for their operation. ``same`` says
    which inputs are copies of earlier ones; ``marked`` is the result of ``mark``. ``kept`` of the
    new trace lists the positions of the inputs that are left, ``kept_free`` those of the free ones.
    """
    outputs = trace.outputs if outputs is None else outputs
    need, loops = marked or mark(trace, outputs, strict)
    if keep_inputs:
        need.update(x.index for x in trace.inputs + trace.free_inputs)
    copies: dict[int, Traced] = {}  # the input that stands for a copy of it
    for k, first in (same or {}).items():
        if trace.inputs[first].index in need:
            copies[trace.inputs[k].index] = trace.inputs[first]
            need.discard(trace.inputs[k].index)

    def kept(x: Any) -> Any:
        return copies.get(x.index, x) if type(x) is Traced else x

    new = trace.giving([kept(x) for x in outputs])
    new.free = []
    new.kept = [k for k, x in enumerate(trace.inputs) if x.index in need]
    new.kept_free = [k for k, x in enumerate(trace.free_inputs) if x.index in need]
    new.inputs = [trace.inputs[k] for k in new.kept]
    new.free_inputs = [trace.free_inputs[k] for k in new.kept_free]
    new.ops = [op if i in need else None for i, op in enumerate(trace.ops)]
    new.args = [tuple(map(kept, args)) for args in trace.args] if copies else list(trace.args)
    for i, op in enumerate(new.ops):
        if i in loops:
            new.ops[i], new.args[i] = loops[i][0], tuple(map(kept, loops[i][1]))
        elif type(op) is Output:
            new.ops[i] = Output(loops[trace.args[i][0].index][2][op.k])
    new.names = {copies[i].index: name for i, name in trace.names.items() if i in copies}
    new.indexed = trace.indexed | {x.index for i, x in copies.items() if i in trace.indexed}
    new.names |= trace.names
    here = {i: i for i in need} | {i: x.index for i, x in copies.items()}
    new.cotangent_of = {}
    for i, pairs in trace.cotangent_of.items():
        found = [pair for pair in pairs if pair[0] in here] if i in need else []
        if found:
            value, users = next((p for p in found if p[0] in trace.names), found[0])
            new.cotangent_of[i] = [(here[value], [here.get(u, HIDDEN) for u in users])]
    return new


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
