"""Is this derivative right? Compare it with finite differences, along random directions.

Two facts decide. The derivative along a direction ``v`` (``jvp``) is what a small step along ``v``
shows. And forward and reverse mode are transposes: ``<u, J v> = <J^T u, v>`` for every ``u``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .array import Atoms
from .dual import jvp
from .tape import vjp


def check_grads(
    f: Callable,
    args: tuple,
    order: int = 1,
    modes: tuple[str, ...] = ("fwd", "rev"),
    eps: float = 1e-5,
    rtol: float = 1e-6,
    seed: int = 0,
) -> None:
    """Raise unless the derivatives of ``f`` at ``args`` agree with finite differences.

    Args:
        f: a function of trees of floats.
        args: where to check, a tuple.
        order: how often to differentiate; 2 checks the derivative of the derivative too.
        modes: ``"fwd"`` for ``jvp``, ``"rev"`` for ``vjp``.
        eps: the step of the central difference, whose own error is about ``eps**2`` of the third
            derivative plus ``1e-16 / eps`` of the value.
        rtol: the largest difference, relative to the largest number compared or 1.
        seed: of the random directions.

    Raises:
        AssertionError: with both numbers, if they differ.

    >>> check_grads(lambda x, y: x * y + x, (2.0, 3.0), order=2)
    """
    draw = random.Random(seed)
    point = Atoms(tuple(args), real="check_grads")

    def direction(of: Atoms) -> list[float]:
        return [draw.uniform(-1.0, 1.0) for _ in of.atoms]

    def at(step: float) -> list[float]:
        moved = [x + step * t for x, t in zip(point.atoms, v, strict=True)]
        return Atoms(f(*point.rebuild(moved))).atoms

    v = direction(point)
    numeric = [(a - b) / (2.0 * eps) for a, b in zip(at(eps), at(-eps), strict=True)]
    if "fwd" in modes:
        _, tangent = jvp(f, point.rebuild(point.atoms), point.rebuild(v))
        for k, (a, b) in enumerate(zip(Atoms(tangent).atoms, numeric, strict=True)):
            _compare(a, b, rtol, f"output {k}: jvp says {a!r}, finite differences say {b!r}")
    if "rev" in modes:
        value, pull = vjp(f, *point.rebuild(point.atoms))
        u = direction(Atoms(value))
        cotangent = Atoms(pull(Atoms(value).rebuild(u))).atoms
        a, b = _dot(cotangent, v), _dot(u, numeric)
        _compare(a, b, rtol, f"<vjp(u), v> is {a!r}, <u, finite difference along v> is {b!r}")
    if order > 1:
        along = point.rebuild(v)
        if "fwd" in modes:
            check_grads(
                lambda *x: jvp(f, x, along)[1], args, order - 1, ("fwd", "rev"), eps, rtol, seed + 1
            )
        if "rev" in modes:
            check_grads(
                lambda *x: vjp(f, *x)[1](Atoms(value).rebuild(u)),
                args, order - 1, ("fwd", "rev"), eps, rtol, seed + 2,
            )  # fmt: skip


def _dot(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def _compare(a: Any, b: Any, rtol: float, message: str) -> None:
    if not abs(a - b) <= rtol * max(1.0, abs(a), abs(b)):
        raise AssertionError(message)
