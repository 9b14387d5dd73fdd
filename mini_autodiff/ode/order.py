"""Order conditions: which numbers make a Runge-Kutta method accurate, as exact fractions.

Expand the true solution and the method's step in powers of h. The terms are the same elementary
differentials (f' f, f'' f f, f' f' f, ...), one for each *rooted tree*, and only their weights
differ. So a method has order p exactly if, for every rooted tree with at most p vertices::

    sum_i b_i phi_i(tree)  =  1 / density(tree)

    phi_i(tree)    =  prod over the branches at its root of  sum_j a_ij phi_j(branch)
    density(tree)  =  its size  *  prod over the branches at its root of  density(branch)

A tree is written as the sorted tuple of its branches; a single vertex is ``()``.
Source: J. C. Butcher, *Numerical Methods for Ordinary Differential Equations*, chapter 3.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement
from math import prod
from typing import Any, NamedTuple

from .tableau import Row, Tableau

Tree = tuple[Any, ...]


class Condition(NamedTuple):
    """One order condition of one method.

    Attributes:
        formula: its left side; a(x) stands for the sum of a_ij x_j over j, and c = a(1).
        left: the value of the left side.
        right: what it must be.
        size: the number of vertices of its tree: the order for which it is needed.
    """

    formula: str
    left: Fraction
    right: Fraction
    size: int


def order_conditions(tableau: Tableau, order: int, b: Row | None = None) -> list[Condition]:
    """The conditions for this order, with what a method makes of them, without rounding.

    Args:
        tableau: the method.
        order: the largest number of vertices of a tree: 1, 2, 4, 8, 17, 37, ... conditions.
        b: other weights of the same stages, as ``tableau.b_low``.

    >>> from mini_autodiff.ode import HEUN
    >>> for formula, left, right, size in order_conditions(HEUN, 3):
    ...     print(f"{size}:  {formula:13} is {left!s:4} must be {right}")
    1:  sum b         is 1    must be 1
    2:  sum b c       is 1/2  must be 1/2
    3:  sum b c c     is 1/2  must be 1/3
    3:  sum b a(c)    is 0    must be 1/6
    """
    b = tableau.b if b is None else b
    return [
        Condition(
            f"sum b{_text(tree)}", _dot(b, weights(tree, tableau.a)), Fraction(1, density(tree)), n
        )
        for n in range(1, order + 1)
        for tree in trees(n)
    ]


@cache
def trees(size: int) -> tuple[Tree, ...]:
    """All rooted trees of this many vertices: 1, 1, 2, 4, 9, 20, ... of them.

    >>> trees(3)  # two branches at one root, and three in a row
    (((), ()), (((),),))
    """
    found = set()
    for parts in _partitions(size - 1):
        choices = [
            combinations_with_replacement(trees(part), parts.count(part)) for part in set(parts)
        ]
        combined: list[Tree] = [()]
        for choice in choices:
            combined = [a + b for b in choice for a in combined]
        found |= {tuple(sorted(branches)) for branches in combined}
    return tuple(sorted(found))


def _partitions(n: int, largest: int | None = None) -> list[tuple[int, ...]]:
    """The ways to write n as a sum of whole numbers that do not rise."""
    if n == 0:
        return [()]
    top = min(n, largest or n)
    return [(k, *rest) for k in range(top, 0, -1) for rest in _partitions(n - k, k)]


def size(tree: Tree) -> int:
    """The number of vertices."""
    return 1 + sum(map(size, tree))


def density(tree: Tree) -> int:
    """The size of the tree times the densities of its branches.

    >>> density(((), (), ())), density(((((),),),))  # the bushiest and the tallest tree of four
    (4, 24)
    """
    return size(tree) * prod(map(density, tree))


def weights(tree: Tree, a: tuple[Row, ...]) -> list[Fraction]:
    """phi_i of every stage."""
    branches = [weights(branch, a) for branch in tree]
    return [prod((_dot(row, w) for w in branches), start=Fraction(1)) for row in a]


def _dot(row: Row, w: list[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(row, w, strict=False)), Fraction(0))


def _text(tree: Tree) -> str:
    """phi of a tree in words."""
    return "".join(f" a({_text(branch).strip()})" if branch else " c" for branch in tree)
