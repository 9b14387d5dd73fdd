"""One table of operations: what each computes, and its slopes.

A row holds the formula as text, with ``a``, ``b``, ``c`` for the arguments and ``v`` for the
result::

    op("tanh", "tanh(a)", "1.0 - v * v")

Everything else is made from that text: the function that the tape calls, the slope that the
reverse sweep multiplies by, and what the compiler writes. No derivative rule stands anywhere else.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from typing import Any

from . import errors


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


class Op:
    """One operation on numbers: a row of the table.

    Attributes:
        name: its name, as in ``mini_autodiff.numpy``.
        text: the formula.
        arity: how many arguments it has.
        domain: the rule that an argument outside the formula's domain breaks.
        formulas: the slopes as text.
        value: the formula as a function of floats.
        slopes: one function of ``(arguments..., value)`` for each argument, for floats.
        rules: the same functions for any numbers (traced, nested); ``None`` where the slope is 0.
        record: of one argument: ``record(x, a)`` writes it on the tape of ``x``, whose value is the
            float ``a``; ``None`` if it has no slope.
    """

    __slots__ = words("arity domain formulas name record rules slopes text value")

    def __init__(self, name: str, text: str, slopes: tuple, domain: str):
        whole = " ".join([text, *filter(None, slopes)])
        arguments = [a for a in "abc" if a in re.split(r"\W", whole)]
        self.name, self.text, self.formulas, self.domain = name, text, slopes, domain
        self.arity = len(arguments)
        names = ", ".join(arguments)
        every = ", ".join((s and f"lambda {names}, v: {s}") or "None" for s in slopes)
        code = compile(f"(lambda {names}: {text}), ({every or 'None'},)", __file__, "eval")
        self.value, self.slopes = eval(code, FLOAT)
        _, self.rules = eval(code, GENERIC)
        entry = f"lambda x, a: x.owner.record(v := {text}, (x.index, {slopes[0]}))"
        self.record: Any = eval(entry, FLOAT) if self.arity == 1 and slopes[0] else None
        TABLE[name] = GENERIC[name] = self  # the slopes of other rows use this one
        FLOAT.setdefault(name, self.value)

    def __call__(self, *args: Any) -> Any:
        """Apply to numbers of any kind: floats, or those of a tape, a dual number, a trace."""
        return apply(self, *args)


class Special(ABC):
    """An operation that is not a formula: a loop, a call with its own rule.

    It brings what the table cannot: ``value(*args)`` for plain numbers, and how it appears on a
    tape (``reverse``), in a forward run (``forward``) and in a trace (``trace``), each called with
    that owner and the arguments.
    """

    name = ""

    def __call__(self, *args: Any) -> Any:
        return apply(self, *args)

    @abstractmethod
    def value(self, *args: Any) -> Any: ...

    @abstractmethod
    def trace(self, trace: Any, args: tuple) -> Any: ...

    @abstractmethod
    def reverse(self, tape: Any, args: tuple) -> Any: ...

    @abstractmethod
    def forward(self, run: Any, args: tuple) -> Any: ...


class Number:
    """What a differentiated program computes with; base of ``Var``, ``Dual`` and ``Traced``.

    ``owner`` is the recording it belongs to: a tape, a forward pass, or a trace. Owners have a
    ``depth``; one that started later is deeper. When numbers of two owners meet, the deeper one
    takes the operation and treats the other as a constant. That is all that nesting needs, and it
    is why ``grad`` inside ``grad`` never mixes up the two derivatives.
    """

    __slots__ = ("owner",)
    owner: Any
    value: Any  # of all but a trace's numbers
    # No __getattr__: Python reads every attribute of a class that has one three times slower.
    shape, ndim = (), 0  # those of a number, as in JAX
    discrete = False  # a trace has numbers that will be truths or integers
    __hash__ = None  # type: ignore[assignment]  # as a dict key it would compare by identity

    # fmt: off
    def __add__(a, b): return apply(add, a, b) if scalar(b) else NotImplemented
    def __radd__(b, a): return apply(add, a, b) if scalar(a) else NotImplemented
    def __sub__(a, b): return apply(sub, a, b) if scalar(b) else NotImplemented
    def __rsub__(b, a): return apply(sub, a, b) if scalar(a) else NotImplemented
    def __mul__(a, b): return apply(mul, a, b) if scalar(b) else NotImplemented
    def __rmul__(b, a): return apply(mul, a, b) if scalar(a) else NotImplemented
    def __truediv__(a, b): return apply(div, a, b) if scalar(b) else NotImplemented
    def __rtruediv__(b, a): return apply(div, a, b) if scalar(a) else NotImplemented
    def __pow__(a, b): return power(a, b) if scalar(b) else NotImplemented
    def __rpow__(b, a): return power(a, b) if scalar(a) else NotImplemented
    def __neg__(a): return apply(neg, a)
    def __pos__(a): return a
    def __abs__(a): return apply(absolute, a)
    def __mod__(a, b): return apply(mod, a, b) if scalar(b) else NotImplemented
    def __rmod__(b, a): return apply(mod, a, b) if scalar(a) else NotImplemented
    def __floordiv__(a, b): return apply(floordiv, a, b) if scalar(b) else NotImplemented
    def __rfloordiv__(b, a): return apply(floordiv, a, b) if scalar(a) else NotImplemented
    def __and__(a, b): return apply(both, a, b) if scalar(b) else NotImplemented
    def __rand__(b, a): return apply(both, a, b) if scalar(a) else NotImplemented
    def __or__(a, b): return apply(either, a, b) if scalar(b) else NotImplemented
    def __ror__(b, a): return apply(either, a, b) if scalar(a) else NotImplemented
    def __lt__(a, b): return apply(lt, a, b) if scalar(b) else NotImplemented
    def __le__(a, b): return apply(le, a, b) if scalar(b) else NotImplemented
    def __gt__(a, b): return apply(gt, a, b) if scalar(b) else NotImplemented
    def __ge__(a, b): return apply(ge, a, b) if scalar(b) else NotImplemented
    def __eq__(a, b): return apply(eq, a, b) if scalar(b) else NotImplemented
    def __ne__(a, b): return apply(ne, a, b) if scalar(b) else NotImplemented
    # fmt: on

    def zero(self) -> Any:
        return zero_like(self.value)

    def __float__(self, *digits):
        raise errors.not_a_float("float(), int() or round()")

    __int__ = __index__ = __round__ = __float__


def scalar(x: Any) -> bool:
    """Whether ``x`` is one number: ours, Python's, or NumPy's."""
    ours = isinstance(x, (float, Number, int))
    return ours or (hasattr(x, "__float__") and getattr(x, "shape", ()) == ())


def discrete(x: Any) -> bool:
    """Whether a number is an integer or a truth, or will be one when its program runs."""
    return isinstance(x, int) or (isinstance(x, Number) and x.discrete)


def apply(op: Any, *args: Any) -> Any:
    """Do ``op``: on the deepest owner among the arguments, or at once if all are floats."""
    top = None
    for x in args:
        if isinstance(x, Number) and x.owner is not top:
            top = x.owner if top is None or x.owner.depth > top.depth else top
    if top is not None:
        return top.apply(op, args)
    try:
        return op.value(*args)
    except (ValueError, ArithmeticError) as error:
        if type(op) is not Op:
            raise
        raise errors.domain(op, args, error) from None


def zero_like(x: Any) -> Any:
    """0.0. A number that stands for many, as the compiler has them, knows its own zero."""
    return x.zero() if hasattr(x, "zero") else 0.0


def power(a: Any, b: Any) -> Any:
    """``a ** b``. An integer power is a product: exact slopes at 0, and no logarithm."""
    if isinstance(a, int) and isinstance(b, int) and b >= 0:
        return a**b
    if type(b) is float and b == 0.0:
        return 1.0  # of every number, also of inf and nan: it has no slope
    if isinstance(b, int) and not isinstance(b, bool) and not isinstance(a, int):
        return 1.0 / whole_power(a, -b) if b < 0 else whole_power(a, b)
    return apply(pow_, a, b)


def whole_power(a: Any, n: int) -> Any:
    """``a`` to the power of 0, 1, 2, ..., by products."""
    if n < 2:
        return a if n else 1.0
    if n == 3:
        return cube(a)
    half = square(whole_power(a, n // 2))
    return half * a if n % 2 else half


# -- functions that math does not have, or not for every float ------------------------------------


def sign(a: float) -> float:
    """-1, 0 or 1; 0 at 0, where ``abs`` has a corner."""
    return float((a > 0.0) - (a < 0.0)) if a == a else a


def sigmoid(a: float) -> float:
    """1 / (1 + exp(-a)), without overflow."""
    return 1.0 / (1.0 + math.exp(-a)) if a >= 0.0 else math.exp(a) / (1.0 + math.exp(a))


def softplus(a: float) -> float:
    """log(1 + exp(a)), without overflow."""
    return max(a, 0.0) + math.log1p(math.exp(-abs(a)))


def maximum(a: float, b: float) -> float:
    """The larger; not a number if one of them is."""
    return a if a > b or a != a else b


def minimum(a: float, b: float) -> float:
    """The smaller; not a number if one of them is."""
    return a if a < b or a != a else b


MATH = words("sin cos tan exp log pow sqrt tanh sinh cosh asin acos atan atan2 log1p expm1 log10")
FLOAT: dict[str, Any] = {name: getattr(math, name) for name in MATH}
FLOAT |= {f.__name__: f for f in (abs, sign, sigmoid, softplus, maximum, minimum)}
GENERIC: dict[str, Any] = {}
TABLE: dict[str, Op] = {}


def op(name: str, text: str, *slopes: str | None, domain: str = "") -> Op:
    """Add a row to the table. ``slopes`` has one text for each argument, ``None`` for 0."""
    return Op(name, text, slopes, domain)


# -- the table ------------------------------------------------------------------------------------
# fmt: off
#                  name, formula, slope in a, slope in b
add      = op("add", "a + b", "1.0", "1.0")
sub      = op("sub", "a - b", "1.0", "-1.0")
mul      = op("mul", "a * b", "b", "a")
div      = op("div", "a / b", "1.0 / b", "-v / b", domain="the divisor must not be 0")
stop_gradient = op("stop_gradient", "a", None)
neg      = op("neg", "-a", "-1.0")
floordiv = op("floordiv", "a // b", None, None, domain=div.domain)
mod      = op("mod", "a % b", "1.0", "-(a // b)", domain=div.domain)

lt       = op("lt", "a < b", None, None)
le       = op("le", "a <= b", None, None)
gt       = op("gt", "a > b", None, None)
ge       = op("ge", "a >= b", None, None)
eq       = op("eq", "a == b", None, None)
ne       = op("ne", "a != b", None, None)
both     = op("and", "a & b", None, None)
either   = op("or", "a | b", None, None)
DISCRETE = {lt, le, gt, ge, eq, ne, both, either}  # their results are truths
where    = op("where", "b if a else c", None, "where(a, 1.0, 0.0)", "where(a, 0.0, 1.0)")

square   = op("square", "a * a", "2.0 * a")
cube     = op("cube", "a * a * a", "3.0 * square(a)")
sqrt     = op("sqrt", "sqrt(a)", "0.5 / v", domain="the argument must be 0 or more")
exp      = op("exp", "exp(a)", "v", domain="the result is larger than a float can hold")
expm1    = op("expm1", "expm1(a)", "v + 1.0", domain=exp.domain)
log      = op("log", "log(a)", "1.0 / a", domain="the argument must be positive")
log1p    = op("log1p", "log1p(a)", "1.0 / (1.0 + a)", domain="the argument must be above -1")
log10    = op("log10", "log10(a)", "0.4342944819032518 / a", domain=log.domain)
pow_     = op("power", "pow(a, b)", "b * a ** (b - where((a == 0.0) * (b == 0.0), 0.0, 1.0))",
              "log(where(v == 0.0, 1.0, a)) * v",
              domain="a negative base needs an integer power, and 0 one that is not negative")
cos      = op("cos", "cos(a)", "-sin(a)", domain="the argument must be finite")
sin      = op("sin", "sin(a)", "cos(a)", domain=cos.domain)
tan      = op("tan", "tan(a)", "1.0 + v * v", domain=cos.domain)
arcsin   = op("arcsin", "asin(a)", "1.0 / sqrt(1.0 - a * a)",
              domain="the argument must be in [-1, 1]")
arccos   = op("arccos", "acos(a)", "-1.0 / sqrt(1.0 - a * a)", domain=arcsin.domain)
arctan   = op("arctan", "atan(a)", "1.0 / (1.0 + a * a)")
arctan2  = op("arctan2", "atan2(a, b)", "b / (a * a + b * b)", "-a / (a * a + b * b)")
cosh     = op("cosh", "cosh(a)", "sinh(a)", domain=exp.domain)
sinh     = op("sinh", "sinh(a)", "cosh(a)", domain=exp.domain)
tanh     = op("tanh", "tanh(a)", "1.0 - v * v")
sigmoid_ = op("sigmoid", "sigmoid(a)", "v * (1.0 - v)")
softplus_= op("softplus", "softplus(a)", "sigmoid(a)")
sign_    = op("sign", "sign(a)", None)
absolute = op("abs", "abs(a)", "sign(a)")
maximum_ = op("maximum", "maximum(a, b)", "where(a > b, 1.0, where(a == b, 0.5, 0.0))",
              "where(a < b, 1.0, where(a == b, 0.5, 0.0))")
minimum_ = op("minimum", "minimum(a, b)", "where(a < b, 1.0, where(a == b, 0.5, 0.0))",
              "where(a > b, 1.0, where(a == b, 0.5, 0.0))")
largest  = op("largest", "maximum(a, b)", "where(a > b, 1.0, where(a == b, 1.0 - 1.0 / c, 0.0))",
              "where(a < b, 1.0, where(a == b, 1.0 / c, 0.0))", None)  # c equal ones so far
smallest = op("smallest", "minimum(a, b)", "where(a < b, 1.0, where(a == b, 1.0 - 1.0 / c, 0.0))",
              "where(a > b, 1.0, where(a == b, 1.0 / c, 0.0))", None)
# fmt: on
