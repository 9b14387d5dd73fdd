"""Messages that tell the rule, what came, and the next step.

A function here makes an exception; the caller raises it, so that the traceback ends in the line
where the mistake happened.
"""

from __future__ import annotations

import linecache
import os
import sys
from typing import Any

PACKAGE = os.path.dirname(__file__) + os.sep


def is_ours(file: str) -> bool:
    """Whether a file belongs to this library; ``mini_autodiff_try.py`` beside it does not."""
    return file.startswith(PACKAGE)


def where_called() -> str:
    """The innermost line outside this package, as ``file:line: code`` (empty if there is none)."""
    frame = sys._getframe(1)
    while frame and is_ours(frame.f_code.co_filename):
        frame = frame.f_back  # type: ignore[assignment]
    if frame is None:
        return ""
    file, line = frame.f_code.co_filename, frame.f_lineno
    return f"{os.path.basename(file)}:{line}: {linecache.getline(file, line).strip()}"


def domain(op: Any, args: tuple, error: Exception) -> Exception:
    """An operation outside its domain: ``log(-1)``, ``1/0``, ``exp(1000)``."""
    values = ", ".join(f"{x!r}" for x in args)
    rule = f": {op.domain}" if op.domain else ""
    return type(error)(f"{op.name}({values}) is undefined{rule}.\n  at {where_called()}")


def no_slope(op: Any, values: list) -> ZeroDivisionError:
    """A value that exists where the slope does not: ``sqrt(0)``."""
    plain = [_plain(x) for x in values]
    others = "".join(f", {name}" for name in "yz"[: op.arity - 1])
    good = f"where(x == {plain[0]!r}, 0.5, x)" if plain[0] >= 0.0 else "where(x > 0.0, x, 0.5)"
    return ZeroDivisionError(
        f"the slope of {op.name} at {', '.join(map(repr, plain))} is infinite or undefined.\n"
        f"  at {where_called()}\n"
        f"Keep the argument away from there, for example {op.name}({good}{others})."
    )


def _plain(x: Any) -> Any:
    """The number inside derivatives."""
    while hasattr(x, "value"):
        x = x.value
    return x


def not_finite(what: str, value: float, line: str) -> FloatingPointError:
    """The first bad number that ``debug_nans`` finds."""
    return FloatingPointError(f"{what} became {value!r} first here:\n  {line}")


def not_a_float(call: str) -> TypeError:
    return TypeError(
        f"{call} needs a plain number, but got one that is being differentiated or traced; its "
        f"derivative would be lost.\n  at {where_called()}\n"
        "Use the functions of mini_autodiff.numpy (jnp.sin, not math.sin), or take float() of the "
        "result, outside grad and jit."
    )


def leaked() -> RuntimeError:
    return RuntimeError(
        "this number belongs to a derivative that is finished.\n"
        f"  at {where_called()}\n"
        "A function that is traced or differentiated must be pure, but one kept it in a list, a "
        "global or an attribute. Return it instead (grad has has_aux=True for that), and pass it "
        "in at the next call."
    )


def not_scalar(got: str, name: str) -> TypeError:
    return TypeError(
        f"Gradient only defined for scalar-output functions; {name} returned {got}. "
        "Reduce it to one number (a sum, a loss), or use jacobian."
    )


def not_real(transform: str, got: Any) -> TypeError:
    return TypeError(
        f"{transform} requires real-valued inputs (floats), but got {got!r} of type "
        f"{type(got).__name__}. An integer has no derivative: write {got!r}.0 or float(...)."
        if isinstance(got, int)
        else f"{transform} requires real-valued inputs (floats, or lists, tuples, dicts and arrays "
        f"of floats), but got {got!r} of type {type(got).__name__}."
    )
