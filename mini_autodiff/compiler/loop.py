"""``scan``: a loop that derivatives, and the compiler, see as one operation.

The body is traced once. Its reverse sweep is one more loop, running backwards: at each step it
computes the body again from the stored state and sweeps it. So memory holds the states only, and
the printed gradient of a solver is two loops, whatever the number of steps.
"""

from __future__ import annotations

import functools
from typing import Any

from .. import ops
from ..ops import Op, Special, apply
from ..tape import Tape, Var
from .lists import Items, lengths_of, perform, zero_of
from .prune import mark, prune, written_out
from .trace import NamingTape, Output, Trace, Traced, is_real, replay, running


def costly(op: Any) -> bool:
    """Whether an operation calls a function: its value is worth keeping for the reverse sweep."""
    return type(op) is Op and any(op.formulas) and "(" in op.text


def has_slope(op: Any) -> bool:
    return type(op) is not Op or any(op.formulas)


def like(body: Trace, x: Any, item: bool = False) -> Traced:
    """A new input of a loop's body, for such a number, or for an item of such a list."""
    return body.new(lengths=lengths_of(x)[1:] if item else lengths_of(x), real=is_real(x))


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
        self._remembering: Loop | None = None

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

    def pruned(
        self, args: tuple, used: set[int], strict: bool
    ) -> tuple[Loop, tuple, dict[int, int]]:
        """This loop with only these results: the loop, its arguments, old result -> new."""
        n, whole = self.carries, written_out(self.body)
        same: dict[int, int] = {}
        first: dict[Any, int] = {}
        for k in range(n, n + self.lists):  # the same list read twice is read once
            key = args[k].index if isinstance(args[k], Traced) else ("constant", id(args[k]))
            if key in first:
                same[k] = first[key]
            first.setdefault(key, k)
        want = set(used)
        outputs = whole.outputs
        while True:
            need, loops = mark(whole, [outputs[k] for k in sorted(want)], strict)
            needed = {k for k in range(n) if whole.inputs[k].index in need}
            if needed <= want:
                break
            want |= needed
        ks = sorted(want)
        body = prune(whole, [outputs[k] for k in ks], same, (need, loops))
        carried = [k for k in ks if k < n]
        for k in carried:
            if k not in body.kept:  # it comes out, but no step reads it
                entry, place = whole.inputs[k], sum(j < k for j in body.kept)
                body.ops[entry.index] = whole.ops[entry.index]
                body.inputs.insert(place, entry)
                body.kept.insert(place, k)
        where: dict[int, int] = {}
        unique: list[tuple[int, Any]] = []
        for k, x in zip(ks, body.outputs, strict=True):
            twin = next((j for j, y in unique if k >= n and j >= n and y is x), None)
            where[k] = where[twin] if twin is not None else len(unique)
            if twin is None:
                unique.append((k, x))
        body.outputs = [x for _, x in unique]
        free = args[n + self.lists :]
        args = tuple(args[k] for k in body.kept) + tuple(free[k] for k in body.kept_free)
        return Loop(body, len(carried), self.length, self.backward), args, where

    # -- activity: which carries and results depend on which arguments --
    def reached(self, flags: list[bool]) -> tuple[list[bool], list[bool]]:
        """The flags of all arguments and results that depend on flagged arguments."""
        flags, body = list(flags), self.body
        places = [x.index for x in body.inputs + body.free_inputs]
        while True:
            hit = {i for i, flag in zip(places, flags, strict=True) if flag}
            for i, (op, args) in enumerate(zip(body.ops, body.args, strict=True)):
                for x in args:
                    if type(x) is Traced and x.index in hit and has_slope(op):
                        hit.add(i)
            out = [isinstance(x, Traced) and x.index in hit for x in body.outputs]
            grown = [a or b for a, b in zip(flags, out[: self.carries], strict=False)]
            if grown == flags[: self.carries]:
                return flags, out
            flags[: self.carries] = grown

    # -- reverse mode --
    @functools.cached_property
    def costly_entries(self) -> set[int]:
        """The entries (exp, tanh, ...) whose values are worth keeping for the reverse sweep.

        They are kept if they are no more than the states, so memory at most doubles.
        """
        body = self.body
        varying = {x.index for x in body.inputs}
        found = set()
        for i, op in enumerate(body.ops):
            if any(isinstance(x, Traced) and x.index in varying for x in body.args[i]):
                varying.add(i)
                if costly(op):
                    found.add(i)
        return found if len(found) <= self.carries else set()

    def remembering(self) -> Loop:
        """This loop, with further lists: the states, the results of inner loops, costly values."""
        if self._remembering is None:
            inner = [i for i, op in enumerate(self.body.ops) if isinstance(op, Loop)]
            body = self._with_inner_loops_remembering() if inner else self._with_costly_values()
            self._remembering = Loop(body, self.carries, self.length, self.backward)
        return self._remembering

    def _with_costly_values(self) -> Trace:
        body = self.body
        kept = [body.entries[i] for i in sorted(self.costly_entries)]
        return body.giving(body.outputs + body.inputs[: self.carries] + kept)

    def _with_inner_loops_remembering(self) -> Trace:
        body = Trace()
        kept: list = []
        functions = self.costly_entries

        def run(i: int, op: Any, args: list) -> Any:
            if isinstance(op, Loop):
                kept.extend(results := apply(op.remembering(), *args))
                return results
            if i in functions:
                kept.append(result := apply(op, *args))
                return result
            return perform(op, *args)

        with running(body, naming=False):
            inputs = [like(body, x) for x in self.body.inputs]
            free = [body.free_input(x) for x in self.body.free_inputs]
            out = replay(self.body, inputs + free, run)
        body.outputs = out + inputs[: self.carries] + kept
        return body

    def reverse(self, tape: Tape, args: tuple) -> list:
        values = [tape.lower(x) for x in args]
        return self.recorded(tape, args, apply(self.remembering(), *values))

    def recorded(self, tape: Tape, args: Any, results: list) -> list:
        """Put on the tape a run of ``remembering()`` that gave these results."""
        n = len(self.body.outputs)
        own, saved = results[:n], results[n:]
        values = [tape.lower(x) for x in args]
        flags, hit = self.reached([x is not v for x, v in zip(args, values, strict=True)])

        def pull(cotangent: list) -> None:
            c = [cotangent[x.index] if h else None for x, h in zip(out, hit, strict=True)]
            if all(x is None for x in c):
                return
            before: list = [None] * len(args)
            for k, x in enumerate(args):  # sums go on from what came from later on the tape
                if k >= self.carries + self.lists and isinstance(x, Var) and x.owner is tape:
                    before[k], cotangent[x.index] = cotangent[x.index], None
            shares = self.pull_back(values, saved, flags, c, before)
            for k, x in reversed(list(enumerate(args))):
                if shares[k] is not None:
                    tape.accumulate(cotangent, x, shares[k])
                elif before[k] is not None:
                    tape.accumulate(cotangent, x, before[k])

        recorded = tape.call(own, pull)
        out = [x if h else v for x, v, h in zip(recorded, own, hit, strict=True)]
        return out

    def pull_back(self, values: list, saved: list, flags: list, c: list, before: list) -> list:
        """The reverse loop: cotangents of the arguments, from those of the results.

        It runs against the order of the forward loop and carries the cotangents of the carries
        and, summing up over the steps, those of the free arguments (starting from ``before``).
        """
        n, lists = self.carries, self.lists
        moving = [k for k in range(n) if flags[k]]
        summed = [k for k in range(n + lists, len(values)) if flags[k]]
        read = [k for k in range(n, n + lists) if flags[k]]
        given = [k for k in range(n, len(c)) if c[k] is not None]
        columns = [*saved, *values[n : n + lists], *(c[k] for k in given)]

        def start(k: int) -> Any:
            came = c[k] if k < n else before[k]
            return zero_of(values[k]) if came is None else came

        body = Trace()
        with running(body, naming=False):
            d_state = {k: body.new(lengths=lengths_of(values[k])) for k in moving}
            total = {k: body.new(lengths=lengths_of(values[k])) for k in summed}
            items = [like(body, x, item=True) for x in columns]
            state, kept = items[:n], iter(items[n : len(saved)])
            xs = items[len(saved) : len(saved) + lists]
            d_ys = dict(zip(given, items[len(saved) + lists :], strict=True))

            tape = NamingTape()
            inner = [*state, *xs, *map(body.lift, values[n + lists :])]
            inner = [tape.new(x) if flag else x for x, flag in zip(inner, flags, strict=True)]

            functions = self.costly_entries

            def recall(i: int, op: Any, args: list) -> Any:
                if type(op) is ops.Op:
                    return tape.apply(op, tuple(args), next(kept) if i in functions else None)
                if isinstance(op, Loop):
                    return op.recorded(tape, args, [next(kept) for _ in op.remembering().results])
                return perform(op, *args)

            out = replay(self.body, inner, recall)
            ends = [(inner[k], total[k]) for k in summed]
            ends += [(out[k], d) for k, d in (d_state | d_ys).items()]
            wanted = [inner[k] for k in moving + summed + read]
            shares = tape.pull([x for x, _ in ends], [d for _, d in ends], wanted)
            tape.finish()
            for k in moving:
                body.name_after(d_state[k], state[k])
            for k in summed:
                body.name_after(total[k], values[k])
        body.outputs = shares
        body.checked = True  # what may fail in a step has been done in the forward loop
        loop = Loop(body, len(moving) + len(summed), self.length, not self.backward)
        first = [start(k) for k in moving + summed]
        found = apply(loop, *first, *columns, *body.free)
        share_of = dict(zip(moving + summed + read, found, strict=True))
        return [share_of.get(k) for k in range(len(values))]

    # -- forward mode --
    def forward(self, run: Any, args: tuple) -> list:
        """One loop that carries the tangents along."""
        values = [run.lower(x) for x in args]
        along = [run.directions(x) for x in args]
        every = sorted({d for t in along for d in t})
        reached = {d: self.reached([d in t for t in along]) for d in every}
        n, lists = self.carries, self.lists
        carried = [(k, d) for k in range(n) for d in every if reached[d][0][k]]
        read = [(k, d) for k in range(n, n + lists) for d in along[k]]
        put = [(k, d) for k in range(n, len(self.body.outputs)) for d in every if reached[d][1][k]]

        body = Trace()
        inner_run = type(run)(run.many)
        with running(body, naming=False):
            own = self.body.inputs
            state = [like(body, x) for x in own[:n]]
            tangent = {(k, d): body.new(lengths=own[k].lengths) for k, d in carried}
            xs = [like(body, x) for x in own[n:]]
            tangent |= {(k, d): body.new(lengths=own[k].lengths) for k, d in read}
            inner = [*state, *xs, *map(body.lift, values[n + lists :])]
            for k in range(n + lists, len(values)):
                tangent |= {(k, d): body.lift(t) for d, t in along[k].items()}
            duals = [
                inner_run.dual(x, {d: tangent[k, d] for d in every if (k, d) in tangent})
                for k, x in enumerate(inner)
            ]
            out = replay(self.body, duals)
            lower = [inner_run.lower(x) for x in out]
            after = [inner_run.directions(x) for x in out]

            def tangents(pairs: list) -> list:
                return [after[k].get(d, zero_of(lower[k])) for k, d in pairs]

            body.outputs = [*lower[:n], *tangents(carried), *lower[n:], *tangents(put)]
        first = [along[k].get(d, zero_of(values[k])) for k, d in carried]
        columns = values[n : n + lists] + [along[k][d] for k, d in read]
        loop = Loop(body, n + len(carried), self.length, self.backward)
        found = apply(loop, *values[:n], *first, *columns, *body.free)
        results, rest = found[:n], iter(found[n:])
        t_out: dict = {pair: next(rest) for pair in carried}
        results += [next(rest) for _ in range(n, len(self.body.outputs))]
        t_out |= {pair: next(rest) for pair in put}
        return [
            run.dual(x, {d: t_out[k, d] for d in every if (k, d) in t_out})
            for k, x in enumerate(results)
        ]
