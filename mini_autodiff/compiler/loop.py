"""``scan``: a loop that derivatives, and the compiler, see as one operation.

The body is traced once. Its reverse sweep is one more loop, running backwards: at each step it
computes the body again from the stored state and sweeps it. So memory holds the states only, and
the printed gradient of a solver is two loops, whatever the number of steps.
"""

from __future__ import annotations

import functools
from typing import Any

from ..ops import Special, apply
from ..tape import Tape, Var
from .activity import costly, reached
from .lists import Items, lengths_of
from .loop_backward import BackwardLoop, remembering
from .loop_forward import forward_loop
from .prune import Marked, mark, prune, written_out
from .trace import Output, Trace, is_real, replay


class Loop(Special):
    """A traced loop body and how often to run it.

    The inputs of ``body`` are the carries, then one item of each list; its outputs are the new
    carries, then one item for each list that comes out. Arguments of the operation: first carries,
    lists, and what the body uses from outside. Results: last carries and the lists.
    """

    name = "loop"

    def __init__(self, body: Trace, carries: int, length: int, backward: bool = False):
        self.body, self.carries, self.length, self.backward = body, carries, length, backward
        self.lists = len(body.inputs) - carries

    def of(self, body: Trace, carries: int, turned: bool = False) -> Loop:
        """As many steps of another body, in the same order or, ``turned``, in the other."""
        return Loop(body, carries, self.length, self.backward != turned)

    @property
    def results(self) -> list:
        return self.body.outputs

    def split(self, args: Any) -> tuple[list, list, list]:
        """Arguments as carries, lists, and free ones."""
        i, j = self.carries, self.carries + self.lists
        return list(args[:i]), list(args[i:j]), list(args[j:])

    def value(self, *args: Any) -> list:
        carry, lists, free = self.split(args)
        rows = []
        for i in reversed(range(self.length)) if self.backward else range(self.length):
            out = replay(self.body, carry + [x[i] for x in lists] + free)
            carry = out[: self.carries]
            rows.append(out[self.carries :])
        if self.backward:
            rows.reverse()
        return carry + [Items(column) for column in zip(*rows, strict=True)]

    def trace(self, trace: Trace, args: tuple) -> list:
        entry = trace.emit(self, args)
        out = []
        for k, x in enumerate(self.body.outputs):
            stacked = () if k < self.carries else (self.length,)
            out.append(trace.emit(Output(k), (entry,), stacked + lengths_of(x), is_real(x)))
        return out

    # -- leaving out what nobody needs --
    def pruned(
        self, args: tuple, used: set[int], strict: bool
    ) -> tuple[Loop, tuple, dict[int, int]]:
        """This loop with only these results: the loop, its arguments, old result -> new."""
        n, whole = self.carries, written_out(self.body)
        wanted, marked = self._wanted(whole, used, strict)
        body = prune(whole, [whole.outputs[k] for k in wanted], marked)
        seen: dict[tuple[int, int], int] = {}  # a list that comes out twice is written once
        place = {
            k: seen.setdefault((min(k, n), id(x)), len(seen))
            for k, x in zip(wanted, body.outputs, strict=True)
        }
        body.outputs = list(dict(zip(place.values(), body.outputs, strict=True)).values())
        free = args[n + self.lists :]
        args = tuple(args[k] for k in body.kept) + tuple(free[k] for k in body.kept_free)
        return self.of(body, sum(k < n for k in wanted)), args, place

    def _wanted(self, whole: Trace, used: set[int], strict: bool) -> tuple[list[int], Marked]:
        """The results that are used, and the carries that a step needs for them."""
        want, carried = set(used), [x.index for x in whole.inputs[: self.carries]]
        while True:
            need, loops = mark(whole, [whole.outputs[k] for k in sorted(want)], strict)
            read = {k for k, i in enumerate(carried) if i in need}
            if read <= want:  # what comes out is carried, even if no step reads it
                need.update(i for k, i in enumerate(carried) if k in want)
                return sorted(want), (need, loops)
            want |= read

    # -- derivatives --
    @functools.cached_property
    def costly(self) -> set[int]:
        """The entries whose values are kept for the reverse sweep."""
        return costly(self.body, self.carries)

    @functools.cached_property
    def remembering(self) -> Loop:
        """This loop, with further lists: the states, the results of inner loops, costly values."""
        return self.of(remembering(self), self.carries)

    def reached(self, flags: list[bool]) -> tuple[list[bool], list[bool]]:
        """The flags of all arguments and results that depend on flagged arguments."""
        return reached(self.body, self.carries, flags)

    def reverse(self, tape: Tape, args: tuple) -> list:
        values = [tape.lower(x) for x in args]
        return self.recorded(tape, args, apply(self.remembering, *values))

    def recorded(self, tape: Tape, args: Any, results: list) -> list:
        """Put on the tape a run of ``remembering`` that gave these results."""
        n = len(self.results)
        values = [tape.lower(x) for x in args]
        flags, hit = self.reached([x is not v for x, v in zip(args, values, strict=True)])

        def pull(cotangent: list) -> None:
            came = [cotangent[x.index] if h else None for x, h in zip(out, hit, strict=True)]
            if any(c is not None for c in came):
                back = BackwardLoop(self, values, results[n:], flags, came)
                self._hand_back(tape, args, back, cotangent)

        recorded = tape.call(results[:n], pull)
        out = [x if h else v for x, v, h in zip(recorded, results, hit, strict=False)]
        return out

    def _hand_back(self, tape: Tape, args: Any, back: BackwardLoop, cotangent: list) -> None:
        """Run the reverse loop, and add the cotangents of the arguments to what is there."""
        before: list = [None] * len(args)
        for k, x in enumerate(args):  # sums go on from what came from later on the tape
            if k >= self.carries + self.lists and isinstance(x, Var) and x.owner is tape:
                before[k], cotangent[x.index] = cotangent[x.index], None
        shares = back.shares(before)
        for k, x in reversed(list(enumerate(args))):
            share = before[k] if shares[k] is None else shares[k]
            if share is not None:
                tape.accumulate(cotangent, x, share)

    def forward(self, run: Any, args: tuple) -> list:
        return forward_loop(self, run, args)
