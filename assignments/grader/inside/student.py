"""The student's end of the link: what it hands over, what it does when the grader asks."""

import builtins
import importlib
import socket
import sys
from collections.abc import Callable
from typing import Any

from . import travel, wire
from .link import Link
from .standins import StandIn, StandIns, base_of, hooks_of

HERE = "inside."


class Given(StandIn):
    """A function that the check handed over. It runs there; or here, where nothing plain came."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._there[0].call_back(self, args, named)


class Token(StandIn):
    """An object of the check's that is no function."""


class Foreign(Exception):
    """Something that is not plain."""


class StudentLink(Link):
    """`shell` holds the notebook: it runs cells and knows the names."""

    def __init__(self, sock: socket.socket, shell: Any):
        super().__init__(sock)
        self.shell = shell
        self.given = StandIns(self, (Token, Given))
        self.travelled: dict[int, Callable | None] = {}
        self.serves |= {
            "run": shell.run,
            "name": lambda name: shell.names[name],
            "defined": lambda names: [name in shell.names for name in names],
            "answer": self.answer,
            "call": lambda thing, args, named: thing(*args, **named),
            "operate": lambda thing, hook, args, named: _operate(thing, hook, args, named),
            "attribute": getattr,
            "there": self.there,
        }

    # What goes over, and what comes.

    def refer(self, thing: Any) -> Any:
        if isinstance(thing, StandIn):
            return {"yours": thing._there[1]}
        if hasattr(thing, "__answer_of__"):
            return self.refer(thing.__answer_of__)
        base = base_of(thing)
        if base is not object and not hooks_of(type(thing), base):
            return self.pack(base(thing))
        number = self.exports.add(thing)
        name = getattr(thing, "__name__", None) or type(thing).__name__
        hooks = hooks_of(type(thing))
        if callable(thing) and "__call__" not in hooks:  # a class
            hooks.append("__call__")
        return {"mine": [number, str(name)[:80], _text(thing), hooks]}

    def resolve(self, reference: dict) -> Any:
        [(tag, content)] = reference.items()
        if tag == "mine":
            *rest, value = content
            return self.given.get(*rest, self.unpack(value))
        if tag == "yours":
            return self.exports[content]
        if tag == "answer":
            from bookkit.checks import answered

            return answered(self.exports[content])
        if tag == "global":
            return _named(content)
        return _random(tag, content)

    def told(self, error: BaseException) -> list:
        sentence, hint = str(error), getattr(error, "hint", None)
        return [type(error).__name__, sentence[:20_000], hint if isinstance(hint, str) else None]

    def raised(self, told: list) -> BaseException:
        name, sentence, hint = told
        if name == "CounterExample":
            from bookkit.checks import CounterExample

            return CounterExample(sentence, hint)
        kind = getattr(builtins, name, RuntimeError)
        return kind(sentence) if issubclass(kind, Exception) else RuntimeError(sentence)

    # What the grader asks for.

    def answer(self, function: Callable, args: list, by_hand: bool) -> Any:
        """The call as the notebook makes it: what goes wrong inside becomes a sentence."""
        from bookkit.checks import answered

        return answered(function, by_hand)(*args)

    def there(self, name: str, args: list) -> Any:
        return _named(name)(*args)

    # What the student's code asks of the check.

    def call_back(self, function: StandIn, args: tuple, named: dict) -> Any:
        if not (_plain(args) and _plain(named)):
            code = self.code(function)
            if code:
                return code(*args, **named)
        return self.operate(function, "__call__", args, named)

    def operate(self, thing: StandIn, hook: str, args: tuple, named: dict) -> Any:
        return self.ask("operate", thing, hook, list(args), named, _callers())

    def code(self, function: StandIn) -> Callable | None:
        number = function._there[1]
        if number not in self.travelled:
            luggage = self.ask("code", function)
            if isinstance(luggage, tuple):
                luggage = travel.unpacked(luggage)
            self.travelled[number] = luggage
        return self.travelled[number]


def _operate(thing: Any, hook: str, args: list, named: dict) -> Any:
    if hook == "__call__":
        return thing(*args, **named)
    method = getattr(type(thing), hook, None)
    if method is None:
        raise TypeError(f"{type(thing).__name__} has no {hook}")
    return method(thing, *args, **named)


def _named(name: str) -> Any:
    module, _, path = name.partition(":")
    found = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def _text(thing: Any) -> str:
    try:
        return repr(thing)[:500]
    except Exception:
        return type(thing).__name__


def _plain(value: Any) -> bool:
    """Whether it crosses by value, functions and what came from the grader included."""

    def refer(thing: Any) -> Any:
        base = base_of(thing)
        known = base is not object and not hooks_of(type(thing), base)
        if not (known or isinstance(thing, StandIn) or callable(thing)):
            raise Foreign
        return None

    try:
        wire.pack(value, refer)
    except Foreign:
        return False
    return True


def _random(tag: str, content: Any) -> Any:
    """A stream of random numbers in the state in which the check's was."""
    if tag == "random":
        module, name, (version, state, gauss) = content
        new = _named(f"{module}:{name}")()
        new.setstate((version, tuple(state), gauss))
        return new
    if tag == "generator":
        import numpy as np

        kind, state = content
        bits = getattr(np.random, kind)()
        bits.state = state
        return np.random.Generator(bits)
    raise ValueError(f"unknown: {tag}")


def _callers() -> list[str]:
    """The modules at work between the grader's question and here, the nearest first."""
    found, frame = [], sys._getframe(1)
    while frame is not None and len(found) < 200:
        name = frame.f_globals.get("__name__", "")
        if name == "bookkit.checks":
            break
        if not name.startswith(HERE) and name not in found[-1:]:
            found.append(name)
        frame = frame.f_back  # type: ignore[assignment]
    return found
