"""The sentence under a figure: numbers and words, the same in Python and in the page."""

import math
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal

from bookkit.live.errors import LiveFigureError

_FIELD = re.compile(r"\{(\w+)(?::\.(\d+)([fe]))?\}")
_EXACT = Context(prec=1100, rounding=ROUND_HALF_UP)  # every float is exact in 1075 digits
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
OUTSIDE = "With these values the model leaves the range in which it can be computed."


def number(value: float, digits: int, style: str = "f") -> str:
    """`value` with `digits` decimals, as JavaScript's toFixed and toExponential round.

    Ties go away from zero (Python's own formats send them to the even digit), the minus sign
    is a minus sign, and nothing is written as -0.

    >>> number(0.5, 0), number(-2.5, 0), number(-0.001, 2), number(37912, 2, "e")
    ('1', '−3', '0.00', '3.79·10⁴')
    """
    exact, unit = Decimal(value), Decimal(1).scaleb(-digits)
    tail = ""
    if style == "e" or abs(value) >= 1e15:
        power = exact.adjusted() if exact else 0
        exact = exact.scaleb(-power, _EXACT).quantize(unit, context=_EXACT)
        if abs(exact) >= 10:  # 9.99 was rounded up
            exact, power = exact / 10, power + 1
        tail = "·10" + str(power).translate(_SUPERSCRIPT)
    rounded = exact.quantize(unit, context=_EXACT)
    return ("\u2212" if rounded < 0 else "") + f"{abs(rounded):f}" + tail


class Sentence:
    """A sentence with fields: `{name:.2f}`, `{name:.1e}`, `{control}`, and `{words}`.

    Words: `name=(output, [(bound, text), ..., (None, text)])`; the text of the first bound that
    the output lies below, else the last. A text holds no fields of its own.

    >>> s = Sentence("{x:.1f} is {size}.", size=("x", [(1, "small"), (None, "large")]))
    >>> s.fill({"x": 3.25}.get)
    '3.3 is large.'
    """

    def __init__(self, text: str, **words: tuple[str, list[tuple[float | None, str]]]):
        rest = _FIELD.sub("", text)
        if "{" in rest or "}" in rest:
            raise LiveFigureError(
                "a sentence knows the fields {name}, {name:.2f} and {name:.1e}; "
                f"this one has something else in braces: {text!r}"
            )
        for name, (_, bounds) in words.items():
            for _, said in bounds:
                if "{" in said or "}" in said:
                    raise LiveFigureError(
                        f"words hold no fields, and a text of {name!r} has braces: {said!r}; put "
                        "the field into the sentence, beside {" + name + "}"
                    )
        self.text, self.words = text, words

    def names(self) -> set[str]:
        """Every output and control that the sentence reads."""
        return {piece[0] for piece in self.pieces() if isinstance(piece, list)}

    def pieces(self) -> list:
        """For the page: plain strings, [name, digits, style], [name, bounds] or [name]."""
        out: list = []
        end = 0
        for match in _FIELD.finditer(self.text):
            name, digits, style = match.groups()
            out.append(self.text[end : match.start()])
            end = match.end()
            if name in self.words:
                key, bounds = self.words[name]
                out.append([key, [list(pair) for pair in bounds]])
            else:
                out.append([name, int(digits), style] if digits else [name])
        return [piece for piece in (*out, self.text[end:]) if piece]

    def fill(self, get: Callable[[str], float], controls: Mapping[str, str] = {}) -> str:
        """The sentence, with outputs looked up by `get` and the controls' texts."""
        parts = []
        for piece in self.pieces():
            if isinstance(piece, str):
                parts.append(piece)
                continue
            name, *how = piece
            if not how:
                parts.append(controls[name])
                continue
            value = get(name)
            if not math.isfinite(value):
                return OUTSIDE
            if isinstance(how[0], list):
                parts.append(next(t for bound, t in how[0] if bound is None or value < bound))
            else:
                parts.append(number(value, *how))
        return "".join(parts)
