"""The grader's end of the link: the student's functions, as a check calls them.

Whatever the other side says, nothing of it runs here. It has as much time as it is given, counted
in seconds of its own processor, so that a busy machine costs nobody a point.
"""

import builtins
import random
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from assignments.grader.inside import travel
from assignments.grader.inside.link import Closed, Link
from assignments.grader.inside.standins import (
    OPERATORS,
    StandIn,
    StandIns,
    base_of,
    hooks_of,
)
from bookkit.checks import CounterExample, come_from

PATIENCE = 5  # a call may last so many times longer than its processor time, and 10 s


class OutOfTime(BaseException):
    """The student's process used all the time that it had. No check may catch this."""


class Ended(BaseException):
    """The student's process is gone, or says what no honest one would."""


class StudentError(Exception):
    """An exception in the student's code of a kind that Python does not know."""


class Thing(StandIn):
    """An object of the student's: its operators and attributes are asked for over there."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._there[0].question("attribute", self, name)

    def __there__(self, function: Callable, args: tuple) -> Any:
        """Run a function of a checks file over there (see bookkit.checks.elsewhere)."""
        name = f"{function.__module__}:{function.__qualname__}"
        return self._there[0].question("there", name, list(args))


class Function(Thing):
    """A function of the student's."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._there[0].question("call", self, list(args), named)

    def __answer__(self, args: tuple, by_hand: bool) -> Any:
        """The call as a check makes it: what goes wrong is a sentence (see bookkit.checks)."""
        self._there[0].watched |= by_hand
        return self._there[0].question("answer", self, list(args), by_hand)


class GraderLink(Link):
    """`used` tells the processor seconds that the student's process has used so far."""

    def __init__(self, sock: socket.socket, used: Callable[[], float]):
        super().__init__(sock)
        self.used = used
        self.theirs = StandIns(self, (Thing, Function))
        self.failed: CounterExample | None = None  # raised by a function that we handed over
        self.depth = 0
        self.watched = False  # whether an answer was asked for that should use no engine
        self.may_use(60)
        self.serves = {"operate": self.operated, "code": self.code}

    # Time.

    def may_use(self, seconds: float) -> None:
        """From now on the other side has these seconds of its processor, and some patience."""
        self.start, self.seconds = self.used(), seconds
        self.end = time.monotonic() + PATIENCE * seconds + 10
        self.look = 0.0

    def tick(self) -> None:
        now = time.monotonic()
        if now < self.look:
            return
        self.look = now + 0.2
        if now > self.end or self.used() - self.start > self.seconds:
            raise OutOfTime

    # Questions.

    def question(self, what: str, *args: Any) -> Any:
        """Ask, and see to it that a claim that failed in a function of ours is not lost."""
        self.depth += 1
        try:
            return self.ask(what, *args)
        except Closed as error:
            raise Ended from error
        finally:
            self.depth -= 1
            if self.depth == 0 and self.failed is not None:
                failed, self.failed = self.failed, None
                raise failed

    def operate(self, thing: StandIn, hook: str, args: tuple, named: dict) -> Any:
        return self.question("operate", thing, hook, list(args), named)

    # What goes over, and what comes.

    def refer(self, thing: Any) -> Any:
        if isinstance(thing, StandIn):
            return {"yours": thing._there[1]}
        if isinstance(getattr(thing, "__answer_of__", None), StandIn):
            return {"answer": thing.__answer_of__._there[1]}
        base = base_of(thing)
        hooks = hooks_of(type(thing), base)
        if base is not object and not hooks:
            return self.pack(base(thing))
        return _by_name(thing) or _stream(thing) or self._number(thing, base, hooks)

    def _number(self, thing: Any, base: type, hooks: list) -> dict:
        name = getattr(thing, "__name__", None) or type(thing).__name__
        value = None if base is object else self.pack(base(thing))
        if callable(thing) and "__call__" not in hooks:
            hooks = [*hooks, "__call__"]
        return {"mine": [self.exports.add(thing), name, f"<{name}>", hooks, value]}

    def resolve(self, reference: dict) -> Any:
        [(tag, content)] = reference.items()
        if tag == "yours":
            return self.exports[content]
        if tag != "mine":
            raise ValueError("no reference")
        number, name, text, hooks = content
        if not (isinstance(number, int) and isinstance(text, str) and isinstance(hooks, list)):
            raise ValueError("no reference")
        return self.theirs.get(number, str(name)[:80], text[:500], hooks)

    def told(self, error: BaseException) -> list:
        if isinstance(error, OutOfTime | Ended):
            raise error
        if isinstance(error, CounterExample):
            self.failed = self.failed or error
            return ["CounterExample", str(error), error.hint]
        return [type(error).__name__, str(error), None]

    def raised(self, told: list) -> BaseException:
        name, sentence, hint = told
        if not (isinstance(name, str) and isinstance(sentence, str)):
            raise ValueError("no exception")
        if name == "CounterExample":
            return CounterExample(sentence, hint if isinstance(hint, str) else None)
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            try:
                return kind(sentence)
            except TypeError:  # one that wants more arguments
                pass
        return StudentError(f"{name[:80]}: {sentence}")

    # What the student's code asks of the check.

    def operated(self, thing: Any, hook: str, args: list, named: dict, callers: list) -> Any:
        if hook not in OPERATORS:
            raise ValueError("no operator")
        with come_from([str(name) for name in callers]):
            if hook == "__call__":
                return thing(*args, **named)
            return getattr(type(thing), hook)(thing, *args, **named)

    def code(self, function: Any) -> Any:
        """The function to run over there: by name, as code, or None where it must stay."""
        own = travel.wanders(function)
        if own is None or own.__module__ not in sys.modules or own.__module__ == "__main__":
            return None
        return travel.luggage(own)


def _by_name(thing: Any) -> dict | None:
    """A function or class of a library, which the other side has too."""
    module = getattr(thing, "__module__", None)
    name = getattr(thing, "__qualname__", None)
    if not callable(thing) or not module or not name or "<" in name:
        return None
    if module.startswith("bookkit.checks") and not isinstance(thing, type):
        return None  # called back, so that it counts
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return {"global": f"{module}:{name}"} if found is thing else None


def _stream(thing: Any) -> dict | None:
    """Random numbers, by the state of their stream."""
    if isinstance(thing, random.Random):
        version, state, gauss = thing.getstate()
        kind = type(thing)
        return {"random": [kind.__module__, kind.__qualname__, [version, list(state), gauss]]}
    if type(thing).__module__.startswith("numpy.random") and hasattr(thing, "bit_generator"):
        bits = thing.bit_generator
        return {"generator": [type(bits).__name__, bits.state]}
    return None
