"""An eager tape with nothing but numbers and slopes, to see what the comforts of ours cost.

It has the operations of W3, no errors, no nesting, no mixing with other numbers, and one tape for
all. What ``mini_autodiff.tape`` takes longer on W3 is what a learner gets for it.
"""

from __future__ import annotations

import math

edges: list[tuple] = []


class Bare:
    """A number and its place on the tape."""

    __slots__ = ("index", "value")

    def __add__(a, b):
        return record(a.value + b.value, (a.index, 1.0, b.index, 1.0))

    def __mul__(a, b):
        return record(a.value * b.value, (a.index, b.value, b.index, a.value))

    def __rmul__(b, a):
        return record(a * b.value, (b.index, a))


def record(value: float, entry: tuple = ()) -> Bare:
    new = Bare()
    new.value = value
    new.index = len(edges)
    edges.append(entry)
    return new


def tanh(a: Bare) -> Bare:
    value = math.tanh(a.value)
    return record(value, (a.index, 1.0 - value * value))


def w3_gradient(p: list[float]) -> list[float]:
    """The gradient of W3."""
    edges.clear()
    inputs = [record(value) for value in p]
    x = record(1.0)
    for p_i in inputs:
        x = x + 0.1 * tanh(p_i * x)
    cotangent = [0.0] * len(edges)
    cotangent[x.index] = 1.0
    for c, entry in zip(reversed(cotangent), reversed(edges), strict=True):
        if len(entry) == 4:
            left, left_slope, right, right_slope = entry
            cotangent[left] += left_slope * c
            cotangent[right] += right_slope * c
        elif entry:
            place, slope = entry
            cotangent[place] += slope * c
    return [cotangent[number.index] for number in inputs]
