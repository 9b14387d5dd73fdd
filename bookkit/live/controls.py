"""What the reader moves: sliders, and choices between named options."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookkit.live.errors import LiveFigureError


@dataclass(frozen=True)
class Slider:
    """A number between `low` and `high`, in `unit`.

    >>> rate = Slider("hare births", 0.2, 1.0, 0.5, step=0.01, symbol="α", unit="a year")
    >>> rate.text(0.5), rate.nearest(0.5483)
    ('0.50', 0.55)
    """

    label: str
    low: float
    high: float
    start: float
    step: float = 0.0  # 0: a round number, at most a hundredth of the range
    symbol: str = ""
    unit: str = ""
    stops: tuple[float, ...] = ()  # when given, the only values there are

    def __post_init__(self) -> None:
        if not self.low <= self.start <= self.high or self.low == self.high:
            raise LiveFigureError(
                f"a slider starts between its ends; {self.label!r} has low={self.low}, "
                f"start={self.start}, high={self.high}"
            )
        if not self.stops and not self.step:
            power = 10.0 ** math.floor(math.log10((self.high - self.low) / 100))
            finer = max(m for m in (1, 2, 5) if m * power <= (self.high - self.low) / 100)
            object.__setattr__(self, "step", float(f"{finer * power:.6g}"))
        if self.nearest(self.start) != self.start:
            raise LiveFigureError(
                f"a slider starts on one of its own steps; {self.label!r} has steps of "
                f"{self.step} from {self.low}, and starts at {self.start}"
            )

    @classmethod
    def over(
        cls, stops: Sequence[float], label: str, *, start: float | None = None, symbol: str = "",
        unit: str = "",
    ) -> "Slider":  # fmt: skip
        """A slider that stops at the given values only.

        >>> Slider.over([0, 1, 10, 100], "update").nearest(40)
        10
        """
        stops = tuple(stops)
        begin = stops[0] if start is None else start
        return cls(label, min(stops), max(stops), begin, 0.0, symbol, unit, stops)

    @property
    def digits(self) -> int:
        """Decimals that tell one value of the slider from the next."""
        values = self.stops or (self.low, round(self.step, 12))
        return max(max(0, -int(Decimal(str(v)).normalize().as_tuple().exponent)) for v in values)

    def text(self, value: float) -> str:
        return f"{value:.{self.digits}f}".replace("-", "\u2212")

    def nearest(self, value: float) -> float:
        """The value of the slider next to `value`, as the page's range input rounds it."""
        if self.stops:
            return min(self.stops, key=lambda stop: abs(stop - value))
        steps = round((value - self.low) / self.step)
        steps = min(steps, int((self.high - self.low) / self.step + 1e-9))
        return round(self.low + max(steps, 0) * self.step, self.digits)

    def spec(self) -> dict:
        return {
            "kind": "slider", "label": self.label, "symbol": self.symbol, "unit": self.unit,
            "low": self.low, "high": self.high, "step": self.step, "start": self.start,
            "digits": self.digits, "stops": list(self.stops),
        }  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One of several named options. The program receives it one-hot: {option: 0.0 or 1.0}.

    If the options are the names of sliders, that is the tangent of one parameter, ready for jvp.

    >>> Choice("with respect to", {"alpha": "α", "beta": "β"}).value("beta")
    {'alpha': 0.0, 'beta': 1.0}
    """

    label: str
    options: dict[str, str]
    start: str = ""

    def __post_init__(self) -> None:
        if not self.start:
            object.__setattr__(self, "start", next(iter(self.options)))
        if self.start not in self.options:
            raise LiveFigureError(
                f"a choice starts at one of its options; {self.label!r} has start={self.start!r} "
                f"and the options {', '.join(self.options)}"
            )

    def text(self, option: str) -> str:
        return self.options[option]

    def value(self, option: str) -> dict[str, float]:
        return {name: float(name == option) for name in self.options}

    def spec(self) -> dict:
        return {"kind": "choice", "label": self.label, "options": self.options, "start": self.start}
