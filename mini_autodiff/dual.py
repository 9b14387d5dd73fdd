"""Forward mode: a ``Dual`` carries a value and its derivative through the program together.

Nothing is recorded. One run gives the derivative along one direction (the *tangent*), so the
gradient of a function of n numbers costs n runs; the price of reverse mode is memory instead.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from . import errors, ops
from .array import Atoms, basis
from .ops import Number, apply
from .tape import _argument, depths, jacrev


class Forward:
    """One run of forward mode: the owner of its dual numbers."""

    def __init__(self) -> None:
        self.depth = next(depths)
        self.finished = False

    def apply(self, op: ops.Op, args: tuple) -> Any:
        """The value, and the chain rule: each slope times the tangent of its argument."""
        if self.finished:
            raise errors.leaked()
        values = [x.value if isinstance(x, Dual) and x.owner is self else x for x in args]
        value = apply(op, *values)
        rules = op.rules if any(isinstance(x, Number) for x in values) else op.slopes
        tangent = None
        for x, rule in zip(args, rules, strict=False):
            if rule and isinstance(x, Dual) and x.owner is self:
                share = rule(*values, value) * x.tangent
                tangent = share if tangent is None else tangent + share
        return value if tangent is None else Dual(value, tangent, self)


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

    def split(out: Any) -> tuple:
        found = Atoms(out)
        mine = [isinstance(x, Dual) and x.owner is forward for x in found.atoms]
        pairs = list(zip(found.atoms, mine, strict=True))
        value = found.rebuild([x.value if m else x for x, m in pairs])
        return value, found.rebuild([x.tangent if m else 0.0 for x, m in pairs])

    try:
        inputs = [Dual(x, t, forward) for x, t in zip(into.atoms, along, strict=True)]
        out = f(*into.rebuild(inputs))
    finally:
        forward.finished = True
    if has_aux:
        return (*split(out[0]), split(out[1])[0])
    return split(out)


def jacfwd(f: Callable, argnums: int = 0) -> Callable:
    """The Jacobian by forward mode: one run for each input.

    >>> jacfwd(lambda v: [v[0] * v[1], v[0]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 0.0]]
    """

    @functools.wraps(f)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        def of_chosen(x: Any) -> Any:
            return f(*args[:argnums], x, *args[argnums + 1 :], **kwargs)

        into = Atoms(_argument(args, argnums, f), real="jacfwd")
        point = into.rebuild(into.atoms)
        columns = []
        for e in basis(len(into.atoms)):
            value, tangent = jvp(of_chosen, (point,), (into.rebuild(e),))
            columns.append(Atoms(tangent).atoms)
        rows = [list(row) for row in zip(*columns, strict=True)]
        return Atoms(value).outer(into, rows)

    return jacobian


def hessian(f: Callable, argnums: int = 0) -> Callable:
    """The matrix of second derivatives: forward mode over reverse mode.

    >>> hessian(lambda v: v[0] * v[0] * v[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    return jacfwd(jacrev(f, argnums), argnums)
