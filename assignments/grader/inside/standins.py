"""Stand-ins for what lives on the other side: operators and calls go over, values come back.

Used by both: the grader holds stand-ins of the student's functions and objects, the student's
process of what a check hands over, functions and numbers that count, for example.
"""

import weakref
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from fractions import Fraction
from typing import Any

_BINARY = "add sub mul truediv floordiv mod divmod pow matmul lshift rshift and or xor"
_OTHERS = (
    "neg pos abs invert lt le gt ge eq ne getitem len iter next contains bool float int index "
    "complex round call"  # call is the last: a stand-in of a function has its own
)
_NAMES = [*_BINARY.split(), *(f"r{name}" for name in _BINARY.split()), *_OTHERS.split()]
OPERATORS = tuple(f"__{name}__" for name in _NAMES)
BASES = (float, int, complex, str, Fraction, list, tuple, dict)
KNOWN = (Counter, OrderedDict, defaultdict)  # dicts with operators of their own, and yet plain


def base_of(thing: Any) -> type:
    """The plain type that the thing is one of, with changes; object for none."""
    return next((base for base in BASES if isinstance(thing, base)), object)


def hooks_of(kind: type, base: type = object) -> list[str]:
    """The operators that a type has of its own, beside those of its plain base.

    >>> hooks_of(type("Counted", (float,), {"__add__": lambda a, b: a}), float)
    ['__add__']
    """
    if kind in KNOWN:
        return []
    return [name for name in OPERATORS if _own(kind, name) is not _own(base, name)]


def _own(kind: type, name: str) -> Any:
    """The method of the type or of one that it inherits from; not that of its metaclass."""
    return next((vars(c)[name] for c in kind.__mro__ if name in vars(c)), None)


class StandIn:
    """What all stand-ins have in common. `_there` is the link and the number over there."""

    _there: tuple
    _times = 0
    _text = ""

    def __repr__(self) -> str:
        return self._text

    def __del__(self) -> None:
        if self._times:
            link, number = self._there
            link.released.append([number, self._times])


def _forward(hook: str) -> Callable:
    def method(self: StandIn, *args: Any, **named: Any) -> Any:
        return self._there[0].operate(self, hook, args, named)

    method.__name__ = hook
    return method


class StandIns:
    """The stand-ins of one link, one for each number as long as somebody holds it."""

    def __init__(self, link: Any, kinds: tuple[type, ...]):
        self.link, self.kinds = link, kinds
        self.alive: weakref.WeakValueDictionary[int, StandIn] = weakref.WeakValueDictionary()
        self.types: dict[tuple, type] = {}

    def get(self, number: int, name: str, text: str, hooks: list, value: Any = None) -> StandIn:
        found = self.alive.get(number)
        if found is None:
            found = self._new(name, tuple(hooks), value)
            found._there, found._text = (self.link, number), text
            if "__call__" in hooks:
                found.__name__ = name  # type: ignore[attr-defined]
            if not isinstance(found, int | tuple):  # these two have no weak references
                self.alive[number] = found
        found._times += 1
        return found

    def _new(self, name: str, hooks: tuple, value: Any) -> StandIn:
        base = base_of(value)
        kind = self.types.get((name, hooks, base))
        if kind is None:
            own = {hook: _forward(hook) for hook in hooks if hook in OPERATORS[:-1]}
            own["__hash__"] = object.__hash__ if base is object else base.__hash__
            own["__module__"] = __name__
            bases = (self.kinds["__call__" in hooks], *([] if base is object else [base]))
            kind = self.types[name, hooks, base] = type(name, bases, own)
        if base is object:
            return kind()
        new = base.__new__(kind, value)
        if base in (list, dict):
            base.__init__(new, value)
        return new
