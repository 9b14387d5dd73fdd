"""Plain values as text and back: all that passes between the grader and the student's process.

A value keeps its type. What is not plain is left to `refer`, which gives it a number and keeps it.
Nothing here builds an object that runs code: reading what a stranger wrote is safe.

>>> text = pack([1, (2.5, None), {"a": 3j}], refer=repr)
>>> unpack(text, resolve=str)
[1, (2.5, None), {'a': 3j}]
"""

import base64
import dataclasses
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

OURS = ("bookkit.", "alfi.", "mini_autodiff.")
NUMBERS = "biufcSU"  # kinds of numpy's types that hold no Python object

Refer = Callable[[Any], Any]


def pack(value: Any, refer: Refer) -> Any:
    """`value` in the form of JSON; `refer(x)` for each part of it that is not plain."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind is list:
        return [pack(item, refer) for item in value]
    for tag, of, down, _ in PLAIN:
        if kind is of:
            return {tag: down(value, refer)}
    return _library(value, refer) or refer(value)


def unpack(data: Any, resolve: Callable[[Any], Any]) -> Any:
    """The value that `pack` was given; `resolve(x)` for each part that was referred to.

    Errors: ValueError, TypeError, KeyError, ... for what `pack` never wrote.
    """
    if isinstance(data, list):
        return [unpack(item, resolve) for item in data]
    if not isinstance(data, dict):
        return data
    [(tag, content)] = data.items()
    up = UP.get(tag)
    return up(content, resolve) if up else resolve(data)


def _items(values: Any, refer: Refer) -> list:
    return [pack(item, refer) for item in values]


def _array_down(value: Any, refer: Refer) -> list:
    return [value.dtype.str, list(value.shape), base64.b64encode(value.tobytes()).decode()]


def _array_up(content: list, _: Any) -> Any:
    import numpy as np

    kind, shape, data = content
    if np.dtype(kind).kind not in NUMBERS:
        raise ValueError("an array of objects")
    return np.frombuffer(base64.b64decode(data), dtype=kind).reshape(shape).copy()


def _scalar_up(content: list, resolve: Any) -> Any:
    return _array_up(content, resolve)[()]


def _jax_up(content: list, resolve: Any) -> Any:
    """A JAX array where JAX is at work on the student's side; numpy's in the grader."""
    array = _array_up(content, resolve)
    return JAX[0](array) if JAX else array


JAX: list[Callable] = []  # the student's side puts jax.numpy.asarray here


def _key_up(content: list, resolve: Any) -> Any:
    import jax

    return jax.random.wrap_key_data(_array_up(content[1], resolve), impl=content[0])


def _mini_up(content: list, resolve: Any) -> Any:
    from mini_autodiff.array import Array

    items, shape = content
    return Array(unpack(items, resolve), tuple(shape[1:]))


def _ours_down(value: Any, refer: Refer) -> list:
    fields = {f.name: pack(getattr(value, f.name), refer) for f in dataclasses.fields(value)}
    return [type(value).__module__, type(value).__qualname__, fields]


def _ours_up(content: list, resolve: Any) -> Any:
    """A data class of the book, field by field: no code of it runs."""
    module, name, fields = content
    kind = getattr(sys.modules.get(module), name, None)
    if not (module.startswith(OURS) and dataclasses.is_dataclass(kind) and isinstance(kind, type)):
        raise ValueError(f"no data class of the book: {module}.{name}")
    if set(fields) != {f.name for f in dataclasses.fields(kind)}:
        raise ValueError(f"other fields than those of {name}")
    new = object.__new__(kind)
    for key, item in fields.items():
        object.__setattr__(new, key, unpack(item, resolve))
    return new


def _library(value: Any, refer: Refer) -> dict | None:
    """Values of numpy, of JAX, of the book's engine and its data classes; None for all else."""
    module, name = type(value).__module__, type(value).__name__
    if module == "numpy" and hasattr(value, "dtype") and value.dtype.kind in NUMBERS:
        return {"array" if name == "ndarray" else "scalar": _array_down(value, refer)}
    if name == "ArrayImpl" and module.startswith("jax"):
        import numpy as np

        return {"jax": _array_down(np.asarray(value), refer)}
    if name == "PRNGKeyArray":
        import jax
        import numpy as np

        data = _array_down(np.asarray(jax.random.key_data(value)), refer)
        return {"key": [str(jax.random.key_impl(value)), data]}
    if module == "mini_autodiff.array" and name == "Array":
        return {"mini": [_items(value.items, refer), list(value.shape)]}
    if (
        module.startswith(OURS)
        and dataclasses.is_dataclass(type(value))
        and type(type(value)) is type
    ):
        return {"ours": _ours_down(value, refer)}
    return None


# A tag, the type, the way down to JSON, the way up.
PLAIN: list[tuple[str, type, Callable, Callable]] = [
    ("tuple", tuple, _items, lambda c, r: tuple(unpack(c, r))),
    (
        "dict",
        dict,
        lambda v, refer: [[pack(k, refer), pack(w, refer)] for k, w in v.items()],
        lambda c, r: {unpack(k, r): unpack(w, r) for k, w in c},
    ),
    ("set", set, _items, lambda c, r: set(unpack(c, r))),
    ("frozenset", frozenset, _items, lambda c, r: frozenset(unpack(c, r))),
    ("complex", complex, lambda v, _: [v.real, v.imag], lambda c, _: complex(*c)),
    ("bytes", bytes, lambda v, _: v.hex(), lambda c, _: bytes.fromhex(c)),
    ("fraction", Fraction, lambda v, _: [v.numerator, v.denominator], lambda c, _: Fraction(*c)),
    ("decimal", Decimal, lambda v, _: str(v), lambda c, _: Decimal(c)),
    ("range", range, lambda v, _: [v.start, v.stop, v.step], lambda c, _: range(*c)),
    ("slice", slice, lambda v, r: _items((v.start, v.stop, v.step), r),
     lambda c, r: slice(*unpack(c, r))),
]  # fmt: skip
UP: dict[str, Callable] = {tag: up for tag, _, _, up in PLAIN} | {
    "array": _array_up,
    "scalar": _scalar_up,
    "jax": _jax_up,
    "key": _key_up,
    "mini": _mini_up,
    "ours": _ours_up,
}
