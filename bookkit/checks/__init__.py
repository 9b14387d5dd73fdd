"""Checks that verify an answer without holding one.

A check states a *property* that every right answer has (a transpose, an order of convergence, an
agreement with finite differences), draws instances of it from a seed, and on the first instance
that fails prints the counter-example and a hint. It never knows, so it never prints, the solution.

How a chapter uses it. Its file `bookkit/checks/<chapter>.py` makes one `Checks` and gives it
properties: a number, a hint, a docstring that says the property in one sentence, and a body that
tries it. `draw` is a seeded `random.Random`; the answers follow in the order of the call.

>>> check = Checks("Exercise")
>>> @check.property("5.1", hint="Each factor of x*x contributes once.")
... def agrees_with_finite_differences(draw, slope):
...     '''The derivative of x*x agrees with finite differences.'''
...     x, h = draw.uniform(1, 2), 1e-4
...     measured = ((x + h) ** 2 - (x - h) ** 2) / (2 * h)
...     yours = number(slope(x))
...     claim(close(yours, measured, 1e-8), f"at x = {show(x)} you say {show(yours)}, but a small "
...         f"change of x changes x*x {show(measured)} times as much")

The reader writes an answer and hands it over, the function itself, not its result:

>>> def my_slope(x):
...     return x
>>> verdict = check("5.1", my_slope)
Exercise 5.1, not yet: the derivative of x*x
  agrees with finite differences.
  Counter-example: at x = 1.76177 you say 1.76177,
  but a small change of x changes x*x 3.52354
  times as much.
  Hint: each factor of x*x contributes once.
>>> verdict = check("5.1", lambda x: 2 * x)
Exercise 5.1, passed: the derivative of x*x agrees
  with finite differences.

Several properties may share a number; they are tried in the order written, simplest first, so that
the first failure names the smallest thing that is wrong. Read what comes back from an answer with
`number` or `vector`, which turn a wrong type into a sentence. An exception, a missing `return`, or
an argument changed in place inside the answer becomes a sentence with the reader's own line.

At grading the same properties are drawn again from a seed that only the instructor knows:
`check("5.1", my_slope, seed=course_seed())`. So the checks can be public and nothing is secret.
"""

import gc
import inspect
import math
import os
import random
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bookkit.checks.elsewhere import callers, come_from, there

__all__ = [
    "Checks",
    "CounterExample",
    "Verdict",
    "answered",
    "asked",
    "by_hand",
    "callers",
    "claim",
    "close",
    "come_from",
    "course_seed",
    "number",
    "show",
    "there",
    "vector",
]


class CounterExample(AssertionError):
    """An instance on which the property fails; `hint`, if given, replaces the property's."""

    def __init__(self, sentence: str, hint: str | None = None):
        super().__init__(sentence)
        self.hint = hint


def claim(holds: bool, otherwise: str, hint: str | None = None) -> None:
    """Go on if `holds`; else the sentence `otherwise` is the counter-example."""
    if not holds:
        raise CounterExample(otherwise, hint)


def close(a: float | Iterable[float], b: float | Iterable[float], relative: float) -> bool:
    """Whether two numbers, or two vectors, differ by at most `relative` times the larger norm.

    >>> close([1.0, 0.0], [1.0, 1e-9], 1e-8), close(1.0, 1.1, 1e-8)
    (True, False)
    """
    a, b = ([v] if isinstance(v, int | float) else list(v) for v in (a, b))
    apart = math.dist(a, b)
    return apart <= relative * max(math.hypot(*a), math.hypot(*b))


def show(value: Any) -> str:
    """A value as a short text: six digits, functions by name, the first of many entries.

    >>> show([1 / 3, (2, "a")])
    "[0.333333, (2, 'a')]"
    >>> show(list(range(20_000)))
    '[0, 1, 2, 3, 4, 5, 6, 7, ... 20,000 in all]'
    """
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"[{_entries(value)}]"
    if isinstance(value, tuple):
        return f"({_entries(value)})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {show(item)}' for key, item in value.items())}}}"
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _entries(values: list | tuple) -> str:
    few = values if len(values) <= 40 else values[:8]
    rest = [] if few is values else [f"... {len(values):,} in all"]
    return ", ".join([*map(show, few), *rest])


def number(value: Any) -> float:
    """`value` as a float, or a counter-example that says what came instead.

    >>> number([1.0])
    Traceback (most recent call last):
        ...
    bookkit.checks.CounterExample: your function returned [1] (list), where one number is asked for
    """
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        kind = type(value).__name__
        raise CounterExample(
            f"your function returned {show(value)} ({kind}), where one number is asked for"
        ) from None
    claim(math.isfinite(result), f"your function returned {result}, which is no finite number")
    return result


def vector(value: Any, length: int) -> list[float]:
    """`value` as a list of `length` floats, or a counter-example that says what came instead.

    >>> vector((1, 2.5), 2)
    [1.0, 2.5]
    """
    try:
        items = list(value)
    except TypeError:
        items = None
    if items is None or isinstance(value, str | dict) or len(items) != length:
        raise CounterExample(
            f"your function returned {show(value)} ({type(value).__name__}), "
            f"where a list of {length} numbers is asked for"
        )
    return [number(item) for item in items]


def course_seed() -> str:
    """The instructor's seed, from the environment variable COURSE_SEED.

    Errors: RuntimeError where it is not set. Students need no seed: they call the check without.
    """
    seed = os.environ.get("COURSE_SEED")
    if not seed:
        raise RuntimeError(
            "Hidden tests are drawn from the environment variable COURSE_SEED, and it is not set. "
            "Set it to any text that your students do not know, the same for the whole class: "
            "COURSE_SEED=... make grade SUBMISSIONS=folder"
        )
    return seed


@dataclass(frozen=True)
class Verdict:
    """What a check found; true where the answer passed. `check` has already printed the text."""

    number: str
    passed: bool
    text: str

    def __bool__(self) -> bool:
        return self.passed

    def points(self, maximum: float) -> float:
        """All the points or none, in the form that nbgrader reads from the end of a cell."""
        return maximum if self.passed else 0

    def _ipython_display_(self) -> None:
        """Show nothing more: a cell that ends in a check has its sentence above."""


@dataclass(frozen=True)
class _Property:
    """One property of a right answer."""

    holds: Callable[..., None]
    hint: str

    @property
    def sentence(self) -> str:
        return _tidy(inspect.getdoc(self.holds) or self.holds.__name__)


@dataclass(eq=False)
class Checks:
    """The checks of one chapter or assignment, called as `check(number, answer)`.

    `name` begins each message: "Exercise", "Task".
    """

    name: str
    properties: dict[str, list[_Property]] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)  # seconds at grading, where 60 will not do
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def property(self, number: str, hint: str) -> Callable[[Callable], Callable]:
        """Register the decorated function `(draw, *answers)` as a property under `number`."""

        def register(holds: Callable) -> Callable:
            self.properties.setdefault(number, []).append(_Property(holds, hint))
            return holds

        return register

    def __call__(self, number: str, *answers: Any, seed: str = "public") -> Verdict:
        """Try every property under `number` on the answers, print a sentence, return the verdict.

        The same seed draws the same instances on every machine. Errors: ValueError for a number
        that does not exist; TypeError where no answer came.
        """
        if number not in self.properties:
            known = ", ".join(self.properties)
            raise ValueError(f"There is no check {number!r} here. The checks are: {known}.")
        if not answers:
            raise TypeError(f'Hand over your function too: check("{number}", your_function).')
        verdict = self._judge(number, answers, seed)
        self.verdicts[number] = verdict
        print(verdict.text)
        return verdict

    def passed(self, number: str) -> bool:
        """Whether the last answer to this check passed; false before the first."""
        return bool(self.verdicts.get(number))

    def progress(self) -> None:
        """Print how many of the checks have passed since the notebook was started."""
        passed = sum(map(self.passed, self.properties))
        print(f"Public checks passed: {passed} of {len(self.properties)}. More run at grading.")
        for number in self.properties:
            verdict = self.verdicts.get(number)
            state = "not run yet" if verdict is None else "passed" if verdict else "not yet"
            print(f"  {self.name} {number}: {state}")

    def _judge(self, number: str, answers: tuple, seed: str) -> Verdict:
        theirs = [_Answer(answer) if callable(answer) else answer for answer in answers]
        for prop in self.properties[number]:
            draw = random.Random(f"{seed} {number} {prop.holds.__name__}")
            try:
                prop.holds(draw, *theirs)
            except CounterExample as found:
                text = "\n".join(
                    [
                        _wrap(f"{self.name} {number}, not yet: {prop.sentence}."),
                        _wrap(f"  Counter-example: {_stopped(_tidy(str(found)))}"),
                        _wrap(f"  Hint: {_stopped(_tidy(found.hint or prop.hint))}"),
                    ]
                )
                return Verdict(number, False, text)
            except TypeError as error:
                if all(map(callable, answers)) or "not callable" not in str(error):
                    raise
                came = next(answer for answer in answers if not callable(answer))
                text = (
                    f"{self.name} {number} asks for a function, and what came is {show(came)} "
                    f"({type(came).__name__}). Hand over the function itself, without calling it: "
                    f'check("{number}", your_function).'
                )
                return Verdict(number, False, _wrap(text))
            except NotImplementedError:
                text = f"{self.name} {number} is still open. The check will ask: {prop.sentence}."
                return Verdict(number, False, _wrap(text))
        sentences = "; ".join(prop.sentence for prop in self.properties[number])
        return Verdict(number, True, _wrap(f"{self.name} {number}, passed: {sentences}."))


class _Answer:
    """The reader's function, called so that what goes wrong inside it becomes a sentence."""

    def __init__(self, function: Callable, by_hand: bool = False):
        self.function, self.by_hand = function, by_hand
        self.__name__ = getattr(function, "__name__", "your function")

    @property
    def __answer_of__(self) -> Callable:
        """What the reader wrote; at grading, its stand-in."""
        return self.function

    def __call__(self, *args: Any) -> Any:
        if elsewhere := getattr(self.function, "__answer__", None):
            return elsewhere(args, self.by_hand)
        call = f"{self.__name__}({', '.join(map(show, args))})"
        self._must_accept(args, call)
        before = [repr(arg) for arg in args]
        try:
            result = (_watched if self.by_hand else _plainly)(self.function, args)
        except (NotImplementedError, CounterExample):
            raise
        except (Exception, SystemExit) as error:
            raise CounterExample(
                f"{call} raised {type(error).__name__}: {error}{self._place(error)}",
                _why_it_stopped(error),
            ) from error
        for arg, old in zip(args, before, strict=True):
            claim(
                not isinstance(arg, list | dict) or repr(arg) == old,
                f"{self.__name__} changed its argument {old} in place, into {show(arg)}",
                "Build a new list for the result; whoever called you still needs the old one",
            )
        if result is None and _has_no_body(self.function):
            raise NotImplementedError
        claim(result is not None, f"{call} returned None", "Does the function end in `return`?")
        return result

    def _must_accept(self, args: tuple, call: str) -> None:
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):  # some built-in functions tell nothing
            return
        try:
            signature.bind(*args)
        except TypeError as error:
            raise CounterExample(
                f"the check calls {call}, but yours is {self.__name__}{signature}: {error}",
                "Keep the arguments as the exercise gives them, in their order",
            ) from None

    def _place(self, error: BaseException) -> str:
        """The deepest line that is the reader's own: it shares the globals of their function."""
        theirs = getattr(inspect.unwrap(self.function), "__globals__", None)
        frames = [
            (line, frame.f_code)
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_globals is theirs
        ]
        if not frames:
            return ""
        line, code = frames[-1]
        source = traceback.FrameSummary(code.co_filename, line, code.co_name).line
        return f", at your line {line} of {code.co_name}: {source}" if source else ""


def _bare() -> None: ...


def _documented() -> None:
    """One with a docstring."""


_EMPTY = {f.__code__.co_code for f in (_bare, _documented)}


def _has_no_body(function: Callable) -> bool:
    """Whether nobody has written anything into a function yet but a docstring or three dots."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and code.co_code in _EMPTY


def _why_it_stopped(error: BaseException) -> str | None:
    """A hint about the exception itself; None where the property's own may say more."""
    words = str(error)
    if isinstance(error, RecursionError):
        return "A function that calls itself at every step is at its end after a thousand: loop"
    if isinstance(error, TypeError) and ("sequence" in words or "list" in words):
        return (
            "Lists do not add up or stretch like vectors: go through their entries, "
            "`[a + h * b for a, b in zip(u, k)]`"
        )
    if isinstance(error, ArithmeticError | ValueError):
        return None
    return "It stopped before there was an answer: read the error, and the line that it names"


ENGINES = ("mini_autodiff.tape", "mini_autodiff.dual", "jax", "autograd", "torch", "sympy")


def by_hand(function: Callable) -> Callable:
    """The reader's function, where the text says *no engine*: a derivative from one is refused.

    What the check's own functions do inside does not count.

    >>> by_hand(lambda x: 2 * x)(3.0)
    6.0
    """

    own = function.function if isinstance(function, _Answer) else function
    return _Answer(own, by_hand=True)


def _plainly(function: Callable, args: tuple) -> Any:
    return function(*args)


def _watched(function: Callable, args: tuple) -> Any:
    """The result; a CounterExample where an engine was called, not by what we handed over."""
    used: list[str] = []
    ours = 0  # how deep we are in functions of the checks

    def look(frame: Any, event: str, _: object) -> None:
        nonlocal ours
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(__name__):
            ours += {"call": 1, "return": -1}.get(event, 0)
        elif event == "call" and ours == 0 and module.startswith(ENGINES):
            used.append(module.split(".")[0])

    before, collecting = sys.getprofile(), gc.isenabled()
    gc.disable()  # JAX has a callback there, which is no derivative of the reader's
    sys.setprofile(look)
    try:
        return function(*args)
    finally:
        sys.setprofile(before)
        if collecting:
            gc.enable()
        if used:
            raise CounterExample(
                f"your function asked an engine for a derivative ({used[0]})",
                "No engine here: write the derivative of each line yourself",
            )


def answered(function: Callable, by_hand: bool = False) -> Callable:
    """The reader's function, so called that what goes wrong inside becomes a sentence.

    A check gets its answers in this form.

    >>> answered(lambda x: 2 * x)(3)
    6
    """
    return _Answer(function, by_hand)


def asked(function: Callable) -> Callable:
    """A function that was reached through something handed over: a method, say.

    Call it through this, and what goes wrong inside becomes a counter-example with the reader's own
    line, as it does for a function that was handed over itself.

    >>> asked(len)(3)
    Traceback (most recent call last):
        ...
    bookkit.checks.CounterExample: len(3) raised TypeError: object of type 'int' has no len()
    """
    return _Answer(function)


def _tidy(text: str) -> str:
    """One line, first letter small unless it is a name or a symbol, no full stop at the end."""
    text = " ".join(text.split()).removesuffix(".")
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first[1:].islower() or first == "A" else text


def _stopped(text: str) -> str:
    """The text with a full stop, unless it ends in a mark of its own.

    >>> _stopped("two halves"), _stopped("which half?")
    ('two halves.', 'which half?')
    """
    return text if text.endswith(("?", "!", ".")) else f"{text}."


def _wrap(text: str) -> str:
    """Lines that a page of the book shows whole, on a phone too."""
    return textwrap.fill(
        text, 50, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
