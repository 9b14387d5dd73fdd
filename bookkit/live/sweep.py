"""A program on the eager tape, its entries with names: what a walk along the tape shows.

The program gives its numbers their names itself, by what it returns::

    def program(theta, u0):
        u1 = u0 - h * theta * u0
        u2 = u1 - h * theta * u1
        return {"u1": u1, "u2": u2, "L": (u2 - 1.0) ** 2}      # the last is the result

Its arguments are named by themselves. Entries without a name lie between named ones, and a local
slope goes from a named number to the next: the chain rule along all entries between them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bookkit.live.errors import LiveFigureError
from mini_autodiff.tape import Tape, Var


class Sweep:
    """One run of a program on a tape, forwards and backwards.

    All numbers are floats, or those of a trace when the run is traced for the page.

    Attributes:
        values: name -> value, in the order of the tape: first the inputs.
        slopes: name -> {what went in: local slope}, empty for an input.
        cotangents: name -> d(result)/d(name), as the tape's own reverse sweep leaves them.
        shares: name -> {what went in: slope times cotangent}, in the order of the reverse sweep.
        sums: the same, but the cotangent of what went in, so far.
        between: entries of the tape that have no name.

    >>> sweep = Sweep(lambda x, y: {"a": x * y, "z": x * y + x}, {"x": 3.0, "y": 4.0})
    >>> sweep.slopes["a"], sweep.cotangents["x"], sweep.between
    ({'x': 4.0, 'y': 3.0}, 5.0, 1)
    """

    def __init__(self, program: Callable, inputs: Mapping[str, Any]):
        tape = Tape()
        numbers = {name: tape.new(value) for name, value in inputs.items()}
        returned = program(**numbers)
        if not isinstance(returned, dict) or not returned:
            raise LiveFigureError(
                "a program to walk along returns a dict of its named numbers, the result last; "
                f"this one returned {returned!r}"
            )
        for name, x in returned.items():
            if name in numbers or not isinstance(x, Var) or x.owner is not tape:
                raise LiveFigureError(
                    f"a named number is computed from the inputs, and has a name of its own; "
                    f"{name!r} is " + ("an input" if name in numbers else repr(x))
                )
        if any(map(callable, tape.edges)):
            raise LiveFigureError(
                "a walk knows plain operations; this program has a loop or a function with a rule "
                "of its own, which has no slopes to show. Write its steps out"
            )
        self.result = list(returned)[-1]
        numbers |= returned
        names = {x.index: name for name, x in numbers.items()}
        if len(names) < len(numbers):
            twice = next(n for n, x in numbers.items() if names[x.index] != n)
            raise LiveFigureError(
                f"{twice!r} and {names[numbers[twice].index]!r} are one entry of the tape; "
                "return it under one name"
            )
        self.between = len(tape.edges) - len(names)
        self.inputs = list(inputs)
        self.values = {names[i]: numbers[names[i]].value for i in sorted(names)}
        self.slopes = {
            name: _local_slopes(tape, numbers[name].index, names) for name in self.values
        }
        cotangent: list[Any] = [None] * len(tape.edges)
        cotangent[numbers[self.result].index] = 1.0
        tape.reverse(cotangent)
        self.cotangents = {name: cotangent[numbers[name].index] for name in self.values}
        self.shares: dict[str, dict[str, Any]] = {}
        self.sums: dict[str, dict[str, Any]] = {}
        so_far: dict[str, Any] = {}
        for name in reversed(self.values):
            bar = self.cotangents[name]
            if bar is None or not self.slopes[name]:
                continue
            self.shares[name] = {of: slope * bar for of, slope in self.slopes[name].items()}
            for of, share in self.shares[name].items():
                so_far[of] = so_far[of] + share if of in so_far else share
            self.sums[name] = {of: so_far[of] for of in self.shares[name]}

    def tangents(self, along: str) -> dict[str, Any]:
        """Forward mode with the same local slopes: how each number moves with one input."""
        dots: dict[str, Any] = {name: 1.0 if name == along else 0.0 for name in self.inputs}
        for name, row in self.slopes.items():
            for of, slope in row.items():
                share = slope * dots[of]
                dots[name] = dots[name] + share if name in dots else share
        return {name: dots[name] for name in self.values}

    def outputs(self) -> dict[str, Any]:
        """Every number under a name of its own, for sentences and for the page: `u1`, `bar_u1`,
        `slope_u1_u0`, `share_u1_u0`, and `sum_u1_u0`, the cotangent of u0 so far."""
        out = {name: v for name, v in self.values.items() if name not in self.inputs}
        out |= {f"bar_{name}": 0.0 if c is None else c for name, c in self.cotangents.items()}
        for kind, table in (("slope", self.slopes), ("share", self.shares), ("sum", self.sums)):
            for name, row in table.items():
                out |= {f"{kind}_{name}_{of}": v for of, v in row.items()}
        return out


def _local_slopes(tape: Tape, place: int, names: Mapping[int, str]) -> dict[str, Any]:
    """From one named entry down to the named entries just below it."""
    weights: dict[int, Any] = {place: 1.0}
    slopes: dict[str, Any] = {}
    for i in range(place, -1, -1):
        if i not in weights:
            continue
        if i in names and i != place:
            slopes[names[i]] = weights[i]
            continue
        for went_in, slope in zip(tape.edges[i][::2], tape.edges[i][1::2], strict=True):
            share = slope if i == place else slope * weights[i]
            weights[went_in] = weights[went_in] + share if went_in in weights else share
    return dict(reversed(slopes.items()))
