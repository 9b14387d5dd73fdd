"""A live figure over states that were computed when the book was built."""

import math
from collections.abc import Mapping
from typing import Any

from bookkit.live import check
from bookkit.live.controls import Choice, Slider
from bookkit.live.errors import LiveFigureError
from bookkit.live.figure import LiveFigure, plain
from bookkit.live.sentence import Sentence

# Undo the storing: a running sum of whole numbers, then the range. null is a missing number.
_PROGRAM = """function program(p, data) {
  const {slider, choice, stops, branches} = data.snapshots;
  const name = choice ? Object.keys(p[choice]).find(o => p[choice][o]) : "";
  const at = stops.indexOf(p[slider]), out = {};
  for (const [key, v] of Object.entries(branches[name])) {
    const {low, unit, shape, once} = v, steps = v.states[once ? 0 : at];
    if (!shape) { out[key] = steps === null ? NaN : steps; continue; }
    let sum = 0;
    const flat = steps.map(d => d === null ? NaN : low + unit * (sum += d));
    out[key] = shape.length === 1 ? flat
      : Array.from({length: shape[0]}, (_, r) => flat.slice(r * shape[1], (r + 1) * shape[1]));
  }
  return out;
}"""


class Snapshots(LiveFigure):
    """One slider (and at most one choice) over stored states; nothing is interpolated.

    Args:
        slider: (name, Slider.over(stops, label)).
        states: one dict of curves and numbers for each stop; with a choice, {option: such a list}.
            All have the same names, and each name the same shape everywhere.
        made: what computed the states, printed under the figure.
        bits: arrays are stored as whole multiples of their range / (2**bits - 1).
        ghost: as for Explorable.

    >>> figure = Snapshots("halving", slider=("step", Slider.over([0, 1], "step")),
    ...     states=[{"x": 1.0}, {"x": 0.5}], draw=None, sentence="x is {x:.1f}.", made="by hand")
    >>> figure.compute({"step": 1})
    {'x': 0.5}
    """

    limit = 100_000

    def __init__(
        self, name: str, *, slider: tuple[str, Slider], states: Any, draw: Any,
        sentence: Sentence | str, made: str, choice: tuple[str, Choice] | None = None,
        title: str = "", presets: Mapping = {}, question: str = "", bits: int = 12,
        size: tuple[float, float] = (4.6, 3.0), ghost: bool | tuple[str, ...] = False,
    ):  # fmt: skip
        key, along = slider
        controls: dict[str, Slider | Choice] = {key: along}
        if choice:
            controls[choice[0]] = choice[1]
        super().__init__(name, title, controls, {}, draw, sentence, presets, question, size, ghost)
        self.made = (
            f"Computed when the book was built ({made}); nothing between the states is guessed."
        )
        branches = {o: list(states[o]) for o in choice[1].options} if choice else {"": list(states)}
        for option, branch in branches.items():
            if len(branch) != len(along.stops) or not branch:
                raise LiveFigureError(
                    f"{name!r} has {len(along.stops)} stops and {len(branch)} states"
                    + (f" for {option!r}" if option else "") + "; give one state a stop"
                )  # fmt: skip
        self._stored: dict[str, Any] = {
            "slider": key, "choice": choice[0] if choice else "", "stops": list(along.stops),
            "branches": _store(name, branches, bits),
        }  # fmt: skip

    def compute(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        stored = self._stored
        branch = stored["branches"][chosen[stored["choice"]] if stored["choice"] else ""]
        at = stored["stops"].index(chosen[stored["slider"]])
        return {key: _restore(v, at) for key, v in branch.items()}

    def check(self) -> None:
        check.drawn(self)

    def page_data(self) -> dict:
        return {"snapshots": self._stored}

    def program_source(self, language: str = "python") -> str:
        """The look-up in JavaScript; there is no other program to show."""
        if language not in ("javascript", "js"):
            raise LiveFigureError("the states of Snapshots were computed elsewhere: see its `made`")
        return _PROGRAM


def _store(name: str, branches: dict[str, list], bits: int) -> dict[str, dict]:
    everything = [plain(state) for branch in branches.values() for state in branch]
    shapes = {key: _shape(v) for key, v in everything[0].items()}
    for state in everything:
        if {key: _shape(v) for key, v in state.items()} != shapes:
            raise LiveFigureError(
                f"{name!r}: every state has the same names and shapes; the first has {shapes}, "
                f"another { {key: _shape(v) for key, v in state.items()} }"
            )
    ranges = {
        key: _range([v for state in everything for v in _flat(state[key])], bits)
        for key, shape in shapes.items()
        if shape
    }
    return {
        option: {
            key: _store_one([plain(state[key]) for state in branch], shape, ranges.get(key))
            for key, shape in shapes.items()
        }
        for option, branch in branches.items()
    }


def _store_one(values: list, shape: tuple, span: tuple[float, float] | None) -> dict:
    if span is None:
        rounded = [float(f"{v:.6g}") if math.isfinite(v) else None for v in values]
        return {"states": rounded}
    low, unit = span
    coded = []
    for value in values:
        steps: list[int | None] = []
        last = 0
        for v in _flat(value):
            if math.isfinite(v):
                whole = round((v - low) / unit)
                steps.append(whole - last)
                last = whole
            else:
                steps.append(None)
        coded.append(steps)
    once = all(steps == coded[0] for steps in coded)
    return {"low": low, "unit": unit, "shape": list(shape), "once": once,
            "states": coded[:1] if once else coded}  # fmt: skip


def _restore(stored: dict, at: int) -> Any:
    if "shape" not in stored:
        value = stored["states"][at]
        return math.nan if value is None else value
    low, unit, shape = stored["low"], stored["unit"], stored["shape"]
    total, flat = 0, []
    for step in stored["states"][0 if stored["once"] else at]:
        total += step or 0
        flat.append(math.nan if step is None else low + unit * total)
    if len(shape) == 1:
        return flat
    return [flat[r * shape[1] : (r + 1) * shape[1]] for r in range(shape[0])]


def _range(values: list[float], bits: int) -> tuple[float, float]:
    finite = [v for v in values if math.isfinite(v)] or [0.0]
    low, high = min(finite), max(finite)
    return low, (high - low) / (2**bits - 1) or 1.0


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        return ()
    return (len(value), len(value[0])) if value and isinstance(value[0], list) else (len(value),)


def _flat(value: Any) -> list[float]:
    if not isinstance(value, list):
        return [value]
    return [v for row in value for v in row] if value and isinstance(value[0], list) else value
