"""A loop in reverse mode: a loop that keeps its states, and the loop that walks back along them."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..ops import apply
from .lists import lengths_of, perform, zero_of
from .naming_tape import NamingTape
from .trace import Trace, like, replay, running


def remembering(loop: Any) -> Trace:
    """The body of a loop, with more results: its states, those of inner loops, costly values."""
    body = Trace()
    kept: list = []

    def run(i: int, op: Any, args: list) -> Any:
        if op.name == "loop":
            kept.extend(results := apply(op.remembering, *args))
            return results
        result = perform(op, *args)
        if i in loop.costly:
            kept.append(result)
        return result

    if not any(op.name == "loop" for op in loop.body.ops):  # the trace itself, with more outputs
        kept = [loop.body.entries[i] for i in sorted(loop.costly)]
        return loop.body.giving(loop.results + loop.body.inputs[: loop.carries] + kept)
    with running(body, naming=False):
        inputs = [like(body, x) for x in loop.body.inputs]
        free = [body.free_input(x) for x in loop.body.free_inputs]
        out = replay(loop.body, inputs + free, run)
    body.outputs = out + inputs[: loop.carries] + kept
    return body


class BackwardLoop:
    """The reverse loop of one run of a loop.

    It runs against the order of the loop. It carries the cotangents of the carries (``moving``)
    and the sums, over the steps, of those of the free arguments (``summed``). It reads what the
    run has saved, the lists of the loop, and the cotangents of the lists that came out (``given``);
    it writes those of the lists that went in (``read``).

    Args:
        loop: the loop.
        values: its arguments.
        saved: the further results of ``loop.remembering``.
        flags: which arguments have a cotangent.
        came: the cotangents of its results; ``None`` for 0.
    """

    def __init__(self, loop: Any, values: list, saved: list, flags: list, came: list):
        self.loop, self.values, self.saved, self.flags, self.came = loop, values, saved, flags, came
        n, lists = loop.carries, loop.lists
        flagged = [k for k, flag in enumerate(flags) if flag]
        self.moving = [k for k in flagged if k < n]
        self.read = [k for k in flagged if n <= k < n + lists]
        self.summed = [k for k in flagged if k >= n + lists]
        self.given = [k for k in range(n, len(came)) if came[k] is not None]
        self.columns = [*saved, *values[n : n + lists], *(came[k] for k in self.given)]

    def shares(self, before: list) -> list:
        """The cotangents of the arguments; the sums start from ``before``."""
        carried = self.moving + self.summed
        body = self._body()
        first = []
        for k in carried:
            c = self.came[k] if k < self.loop.carries else before[k]
            first.append(zero_of(self.values[k]) if c is None else c)
        back = self.loop.of(body, len(carried), turned=True)
        found = apply(back, *first, *self.columns, *body.free)
        share = dict(zip(carried + self.read, found, strict=True))
        return [share.get(k) for k in range(len(self.values))]

    def _body(self) -> Trace:
        """A step of the reverse loop."""
        body = Trace()
        with running(body, naming=False):
            coming = {
                k: body.new(lengths=lengths_of(self.values[k])) for k in self.moving + self.summed
            }
            items = [like(body, x, item=True) for x in self.columns]
            body.outputs = self._swept(body, coming, items)
        body.checked = True  # what may fail in a step has been done in the forward loop
        return body

    def _swept(self, body: Trace, coming: dict[int, Any], items: list) -> list:
        """The step again, on a tape that is swept at once."""
        n, lists = self.loop.carries, self.loop.lists
        saved, xs, of_ys = _cut(items, len(self.saved), lists)
        inner = [*saved[:n], *xs, *map(body.lift, self.values[n + lists :])]
        tape = NamingTape()
        taped = [tape.new(x) if flag else x for x, flag in zip(inner, self.flags, strict=True)]
        out = self._again(tape, taped, saved[n:])
        ends = [taped[k] for k in self.summed] + [out[k] for k in self.moving + self.given]
        cotangents = [coming[k] for k in self.summed + self.moving] + of_ys
        wanted = [taped[k] for k in self.moving + self.summed + self.read]
        shares = tape.pull(ends, cotangents, wanted)
        tape.finish()
        for k, c in coming.items():
            body.name_after(c, inner[k] if k < n else self.values[k])
        return shares

    def _again(self, tape: NamingTape, inner: list, kept: list) -> list:
        """The step on a tape, with the results of inner loops and the costly values at hand."""
        at_hand = iter(kept)

        def recall(i: int, op: Any, args: list) -> Any:
            if type(op) is ops.Op:
                known = next(at_hand) if i in self.loop.costly else None
                return tape.apply(op, tuple(args), known)
            if op.name == "loop":
                return op.recorded(tape, args, [next(at_hand) for _ in op.remembering.results])
            return perform(op, *args)

        return replay(self.loop.body, inner, recall)


def _cut(items: list, i: int, n: int) -> tuple[list, list, list]:
    """The first ``i`` of some items, the next ``n``, and the rest."""
    return items[:i], items[i : i + n], items[i + n :]
