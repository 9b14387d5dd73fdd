"""An answer may live elsewhere: at grading, the student's functions are in another process.

A check calls them all the same. Two things it cannot do by calling: look who called a function that
it handed over, and trace an answer, as `jax.grad` does. Both are here, alike in a notebook.
"""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_told: list[list[str]] = []  # what the other process said of its callers, the last call last


def there(function: Callable) -> Callable:
    """Run the decorated function where the answer lives, and bring back plain values.

    For what calls alone cannot do: trace an answer, differentiate it, compile it, use an object of
    the reader's. The function is one of a module, and its arguments are plain values and answers.
    In a notebook it runs here. At grading it runs in the student's process: so measure there, and
    judge here.

    >>> @there
    ... def at_two(answer):
    ...     return answer(2.0)
    >>> at_two(lambda x: x + 1)
    3.0
    """

    @functools.wraps(function)
    def asked(*args: Any) -> Any:
        for arg in args:
            owner = getattr(arg, "__answer_of__", arg)
            send = getattr(type(owner), "__there__", None)
            if send:
                return send(owner, asked, args)
        return function(*args)

    return asked


@contextmanager
def come_from(modules: list[str]) -> Iterator[None]:
    """While this holds, a call comes from another process, out of these modules."""
    _told.append(modules)
    try:
        yield
    finally:
        _told.pop()


def callers() -> list[str]:
    """The modules at work between the check and the function that asks, the nearest first."""
    if _told:
        return _told[-1]
    found, frame = [], sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") != "bookkit.checks":
        found.append(frame.f_globals.get("__name__", ""))
        frame = frame.f_back  # type: ignore[assignment]
    return found
