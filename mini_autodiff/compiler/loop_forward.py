"""A loop in forward mode: one loop that carries the tangents along."""

from __future__ import annotations

from typing import Any

from ..ops import apply
from .lists import zero_of
from .trace import Trace, like, replay, running


def forward_loop(loop: Any, run: Any, args: tuple) -> list:
    """The results of a loop, with their tangents.

    A tangent is named by a pair: the place of its argument or result, and its direction. Only
    those are carried that may differ from 0.
    """
    n, lists = loop.carries, loop.lists
    values = [run.lower(x) for x in args]
    along = [run.directions(x) for x in args]
    carried, read, written = pairs = _not_zero(loop, along)
    body = _body(loop, run, values[n + lists :], along[n + lists :], pairs)
    first = [along[k].get(d, zero_of(values[k])) for k, d in carried]
    columns = values[n : n + lists] + [along[k][d] for k, d in read]
    longer = loop.of(body, n + len(carried))
    found = iter(apply(longer, *values[:n], *first, *columns, *body.free))

    out: list = [next(found) for _ in range(n)]
    tangents: list[dict] = [{} for _ in loop.results]
    for k, d in carried:
        tangents[k][d] = next(found)
    out += [next(found) for _ in loop.results[n:]]
    for k, d in written:
        tangents[k][d] = next(found)
    return [run.dual(x, t) for x, t in zip(out, tangents, strict=True)]


def _not_zero(loop: Any, along: list[dict]) -> tuple[list, list, list]:
    """The tangents of carries, of lists that are read, and of lists that are written."""
    n = loop.carries
    every = sorted({d for t in along for d in t})
    hit = {d: loop.reached([d in t for t in along]) for d in every}
    carried = [(k, d) for k in range(n) for d in every if hit[d][0][k]]
    read = [(k, d) for k in range(n, n + loop.lists) for d in along[k]]
    lists = range(n, len(loop.results))
    return carried, read, [(k, d) for k in lists for d in every if hit[d][1][k]]


def _body(loop: Any, run: Any, free: list, along_free: list, pairs: tuple) -> Trace:
    """One step on dual numbers: inputs and outputs are values, then tangents, and lists so too."""
    n, own, body = loop.carries, loop.body.inputs, Trace()
    carried, read, written = pairs
    tangents: list[dict] = [{} for _ in own]
    with running(body, naming=False):
        state = [like(body, x) for x in own[:n]]
        for k, d in carried:
            tangents[k][d] = body.new(lengths=own[k].lengths)
        xs = [like(body, x) for x in own[n:]]
        for k, d in read:
            tangents[k][d] = body.new(lengths=own[k].lengths)
        inner = [*state, *xs, *map(body.lift, free)]
        tangents += [{d: body.lift(t) for d, t in of.items()} for of in along_free]
        step = type(run)(run.many)
        out = replay(loop.body, [step.dual(x, t) for x, t in zip(inner, tangents, strict=True)])
        lower = [step.lower(x) for x in out]
        after = [step.directions(x) for x in out]

    def of(pairs: list) -> list:
        return [after[k].get(d, zero_of(lower[k])) for k, d in pairs]

    body.outputs = [*lower[:n], *of(carried), *lower[n:], *of(written)]
    return body
