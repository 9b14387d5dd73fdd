"""Rooted trees, and the order conditions of Runge-Kutta methods that they stand for.

A method has order p exactly if, for every rooted tree with at most p vertices,

    sum_i b_i phi_i(tree)  =  1 / density(tree)

where phi_i is a product over the branches at the root:
phi_i = prod_branch sum_j a_ij phi_j(branch).
Source: J. C. Butcher, Numerical Methods for Ordinary Differential Equations, chapter 3.
A tree is the sorted tuple of its branches; a single vertex is ().
"""

from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement
from math import prod


@cache
def trees(size: int) -> tuple:
    """All rooted trees of this many vertices: 1, 1, 2, 4, 9, 20, ... of them."""
    found = set()
    for parts in _partitions(size - 1):
        choices = [
            combinations_with_replacement(trees(part), parts.count(part)) for part in set(parts)
        ]
        combined = [()]
        for choice in choices:
            combined = [a + b for b in choice for a in combined]
        found |= {tuple(sorted(branches)) for branches in combined}
    return tuple(sorted(found))


def _partitions(n: int, largest: int | None = None) -> list[tuple[int, ...]]:
    if n == 0:
        return [()]
    top = min(n, largest or n)
    return [(k, *rest) for k in range(top, 0, -1) for rest in _partitions(n - k, k)]


def size(tree: tuple) -> int:
    return 1 + sum(map(size, tree))


def density(tree: tuple) -> int:
    return size(tree) * prod(map(density, tree))


def weights(tree: tuple, a: tuple) -> list[Fraction]:
    """phi_i of every stage."""
    branches = [weights(branch, a) for branch in tree]
    return [
        prod(
            (sum((x * y for x, y in zip(row, w, strict=False)), Fraction(0)) for w in branches),
            start=Fraction(1),
        )
        for row in a
    ]


def defect(tree: tuple, a: tuple, b: tuple) -> Fraction:
    """How far a method is from meeting the condition of this tree; 0 if it does."""
    total = sum((x * w for x, w in zip(b, weights(tree, a), strict=True)), Fraction(0))
    return total - Fraction(1, density(tree))
