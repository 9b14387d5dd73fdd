"""Forward mode: a ``Dual`` carries a value and its derivative through the program together.

Nothing is recorded. One run gives the derivative along one direction (the *tangent*), so the
gradient of a function of n numbers costs n runs; the price of reverse mode is memory instead.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from . import errors, ops
from .array import Atoms, unrolled, with_aux
from .ops import Number, apply
from .tape import choose, depths, jacrev


class Forward:
    """One run of forward mode: the owner of its dual numbers."""

    def __init__(self, many: bool = False) -> None:
        self.depth = next(depths)
        self.many = many  # tangents in several directions at once
        self.finished = False

    def lower(self, x: Any) -> Any:
        """The value of a dual number of this run; any other number as it is."""
        return x.value if isinstance(x, Dual) and x.owner is self else x

    def tangent(self, x: Any) -> Any:
        """The tangent of a number; ``None`` if it has none in this run."""
        return x.tangent if isinstance(x, Dual) and x.owner is self else None

    def directions(self, x: Any) -> dict:
        """The tangent of a number as direction -> number (one direction, 0, in ``jvp``)."""
        t = self.tangent(x)
        return t if isinstance(t, Directions) else {} if t is None else {0: t}

    def dual(self, value: Any, tangent: dict) -> Any:
        """A number from its value and its tangent as direction -> number."""
        if not tangent:
            return value
        return Dual(value, Directions(tangent) if self.many else tangent[0], self)

    def apply(self, op: Any, args: tuple) -> Any:
        """The value, and the chain rule: each slope times the tangent of its argument, summed."""
        if self.finished:
            raise errors.leaked()
        if type(op) is not ops.Op:
            return op.forward(self, args)
        values = [self.lower(x) for x in args]
        value = apply(op, *values)
        rules = op.rules if any(isinstance(x, Number) for x in values) else op.slopes
        tangent = None
        for x, rule in zip(args, rules, strict=False):
            along = self.tangent(x)
            if rule and along is not None:
                try:
                    share = rule(*values, value) * along
                except (ArithmeticError, ValueError):
                    raise errors.no_slope(op, values) from None
                tangent = share if tangent is None else tangent + share
        return value if tangent is None else Dual(value, tangent, self)


class Directions(dict):
    """A tangent in several directions at once: direction -> number, zeros left out."""

    def __rmul__(self, slope: Any) -> Directions:
        return Directions({d: slope * t for d, t in self.items()})

    def __add__(self, other: Directions) -> Directions:
        total = Directions(self)
        for d, t in other.items():
            total[d] = total[d] + t if d in total else t
        return total


class Dual(Number):
    """A value and its tangent: ``value + tangent * epsilon``, where ``epsilon**2`` is 0."""

    __slots__ = ("tangent", "value")

    def __init__(self, value: Any, tangent: Any, owner: Forward):
        self.value, self.tangent, self.owner = value, tangent, owner

    def __bool__(self) -> bool:
        return bool(self.value)

    def __repr__(self) -> str:
        return f"Dual({self.value!r}, {self.tangent!r})"


def jvp(f: Callable, primals: tuple, tangents: tuple, has_aux: bool = False) -> tuple:
    """The value of ``f(*primals)`` and its derivative along ``tangents``.

    ``jvp`` is short for Jacobian-vector product.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)

    Raises:
        TypeError: if primals and tangents differ in structure, or hold integers.
    """
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError("jvp takes primals and tangents as tuples: jvp(f, (x,), (1.0,))")
    into = Atoms(tuple(primals), real="jvp")
    along = into.match(tuple(tangents), "the tangents")
    forward = Forward()
    try:
        inputs = [  # along 0 there is nothing to carry
            x if type(t) is float and t == 0.0 else Dual(x, t, forward)
            for x, t in zip(into.atoms, along, strict=True)
        ]
        out = f(*into.rebuild(inputs))
    finally:
        forward.finished = True
    out, aux = map(Atoms, with_aux(out)) if has_aux else (Atoms(out), None)
    value = out.rebuild([forward.lower(x) for x in out.atoms])
    pairs = [(x, forward.tangent(x)) for x in out.atoms]
    tangent = out.rebuild([ops.zero_like(x) if t is None else t for x, t in pairs])
    if aux:
        return value, tangent, aux.rebuild([forward.lower(x) for x in aux.atoms])
    return value, tangent


def jacfwd(f: Callable, argnums: int | tuple[int, ...] = 0) -> Callable:
    """The Jacobian by forward mode: one run that carries a tangent for each input.

    >>> jacfwd(lambda v: [v[0] * v[1], v[0]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 0.0]]
    """

    @functools.wraps(f)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        chosen, of_chosen = choose(f, args, kwargs, argnums)
        chosen = unrolled(chosen)
        into = Atoms(tuple(chosen), real="jacfwd")
        forward = Forward(many=True)
        try:
            inputs = [Dual(x, Directions({j: 1.0}), forward) for j, x in enumerate(into.atoms)]
            out = Atoms(unrolled(of_chosen(*into.rebuild(inputs))))
        finally:
            forward.finished = True
        columns = range(len(inputs))
        tangents = [(x, forward.tangent(x) or {}) for x in out.atoms]
        inner = Atoms(chosen[0]) if isinstance(argnums, int) else into
        return out.outer(
            inner, [[t.get(j, ops.zero_like(x)) for j in columns] for x, t in tangents]
        )

    return jacobian


def hessian(f: Callable, argnums: int | tuple[int, ...] = 0) -> Callable:
    """The matrix of second derivatives: forward mode over reverse mode.

    >>> hessian(lambda v: v[0] * v[0] * v[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    return jacfwd(jacrev(f, argnums), argnums)
