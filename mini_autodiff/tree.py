"""Trees of numbers: nested lists, tuples, named tuples and dicts, as in ``jax.tree``.

A leaf is anything that is not one of these: a number, an ``Array``. ``None`` is an empty tree.
A structure is the same tree with ``LEAF`` in place of every leaf, to be compared with ``==``.

>>> leaves, structure = flatten({"rates": (0.5, 0.02), "start": [10.0]})
>>> leaves
[0.5, 0.02, 10.0]
>>> unflatten(structure, [1, 2, 3])
{'rates': (1, 2), 'start': [3]}
"""

from __future__ import annotations

import builtins
import copy
import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any


class _Leaf:
    def __repr__(self) -> str:
        return "*"


LEAF = _Leaf()
END = object()


def _children(tree: Any) -> tuple[list, Callable[[list], Any]] | None:
    """The children of a dict, a named tuple or ``None``, and the function that puts new ones in;
    ``None`` for a leaf."""
    if isinstance(tree, dict):
        order = keys(tree)
        return [tree[k] for k in order], lambda new: _as_before(tree, order, new)
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return list(tree), lambda new: type(tree)(*new)
    return ([], lambda new: None) if tree is None else None


def keys(node: dict) -> list:
    """The keys of a dict in the order of its leaves: sorted, as in JAX."""
    if isinstance(node, OrderedDict):
        return list(node)
    try:
        return sorted(node)
    except TypeError:
        raise TypeError(
            f"the keys of a dict must have an order, as all strings have, but got {list(node)}"
        ) from None


def _as_before(old: dict, order: list, new: list) -> dict:
    """New values in a dict of the kind, and in the order, of the old one."""
    if type(old) is dict:
        values = dict(zip(order, new, strict=True))
        return {key: values[key] for key in old}
    like = copy.copy(old)  # keeps what a defaultdict makes of missing keys
    like.update(zip(order, new, strict=True))
    return like


def flatten(tree: Any) -> tuple[list, Any]:
    """The leaves of a tree from left to right (dicts by sorted key), and its structure."""
    leaves: list = []
    return leaves, _flatten(tree, leaves)


def _flatten(node: Any, leaves: list) -> Any:
    # Not a closure: one that calls itself is a cycle, which keeps the leaves until the next
    # garbage collection.
    kind = type(node)
    if kind is list or kind is tuple:
        if {*builtins.map(type, node)} == {float}:  # the same, faster
            leaves.extend(node)
            return kind([LEAF] * len(node))
        return kind([_flatten(child, leaves) for child in node])
    found = _children(node) if node is None or isinstance(node, (dict, tuple)) else None
    if found is None:
        leaves.append(node)
        return LEAF
    children, rebuild = found
    return rebuild([_flatten(child, leaves) for child in children])


def unflatten(structure: Any, leaves: list) -> Any:
    """The tree of this structure with these leaves.

    Raises:
        ValueError: if there are more or fewer leaves than places.
    """
    supply = iter(leaves)
    try:
        tree = _unflatten(structure, supply)
    except StopIteration:
        raise ValueError(f"too few leaves, {len(leaves)}, for the structure {structure}") from None
    if next(supply, END) is not END:
        raise ValueError(f"too many leaves, {len(leaves)}, for the structure {structure}")
    return tree


def _unflatten(node: Any, supply: Iterator) -> Any:
    if node is LEAF:
        return next(supply)
    kind = type(node)
    if kind is list or kind is tuple:
        if node.count(LEAF) == len(node):  # the same, faster
            found = kind(itertools.islice(supply, len(node)))
            if len(found) < len(node):
                raise StopIteration
            return found
        return kind([_unflatten(child, supply) for child in node])
    children, rebuild = _children(node)  # type: ignore[misc]
    return rebuild([_unflatten(child, supply) for child in children])


def leaves(tree: Any) -> list:
    """The leaves of a tree.

    >>> leaves({"b": 2, "a": [1]})
    [1, 2]
    """
    return flatten(tree)[0]


def structure(tree: Any) -> Any:
    """The structure of a tree."""
    return flatten(tree)[1]


def map(f: Callable, tree: Any, *rest: Any) -> Any:
    """Apply ``f`` to the leaves of one tree, or of several with the same structure.

    >>> map(lambda p, g: p - 0.1 * g, {"k": 1.0}, {"k": 5.0})
    {'k': 0.5}

    Raises:
        TypeError: if the structures differ.
    """
    first, shape = flatten(tree)
    columns = [first]
    for other in rest:
        column, other_shape = flatten(other)
        if other_shape != shape:
            raise TypeError(f"trees must have the same structure: {shape} and {other_shape}")
        columns.append(column)
    return unflatten(shape, [f(*row) for row in zip(*columns, strict=True)])
