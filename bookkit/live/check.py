"""What `.check()` refuses: a figure that looks right and is not."""

import math
import random
import re
from collections.abc import Iterator
from typing import Any

from bookkit.live.artists import redraw
from bookkit.live.controls import Choice, Slider
from bookkit.live.drawing import Drawing, draw
from bookkit.live.errors import LiveFigureError
from bookkit.live.figure import LiveFigure


def drawn(figure: LiveFigure) -> None:
    """What every figure drawn by matplotlib keeps to; the first fault raises LiveFigureError."""
    names(figure)
    colours_and_limits(figure)
    drawn_where_the_numbers_say(figure)
    every_control_reaches(figure)


def names(figure: LiveFigure) -> None:
    """One name, one thing: among sliders, data and outputs."""
    out = figure.compute(figure.start)
    kinds = {"slider": figure.controls, "data": figure.data, "output": out}
    seen: dict[str, str] = {}
    for kind, group in kinds.items():
        for name in group:
            if name in seen:
                raise LiveFigureError(
                    f"{figure.name!r}: the name {name!r} is used twice, as {seen[name]} and as "
                    f"{kind}; rename one"
                )
            seen[name] = kind
    figure.changes(figure.start, out)  # an artist or a sentence that names nothing raises
    figure.words(figure.start, out)


def different_names(figures: list[LiveFigure]) -> None:
    """Figures of one book have different names: two of one name would move each other."""
    seen: set[str] = set()
    for figure in figures:
        if figure.name in seen:
            raise LiveFigureError(f"two figures are called {figure.name!r}; rename one")
        seen.add(figure.name)


def same_twice(figure: LiveFigure) -> None:
    """A random number, a clock or a counter would be frozen into the page: trace twice."""
    first, second = (figure.program_source("javascript") for _ in range(2))
    if first != second:
        pairs = zip(first.splitlines(), second.splitlines(), strict=False)
        line = next((a for a, b in pairs if a != b), "its length")
        raise LiveFigureError(
            f"{figure.name!r}: the program is not the same when it is traced twice "
            f"(first difference: {line.strip()!r}). Pass random numbers, times and whatever "
            "else changes as data."
        )


def colours_and_limits(figure: LiveFigure) -> None:
    drawing = figure.drawing
    if drawing.strangers:
        raise LiveFigureError(
            f"{figure.name!r} draws in {', '.join(sorted(drawing.strangers))}, outside the "
            "palette, which has a light and a dark value for each; take a colour from "
            "bookkit.style.colour or add one there"
        )
    if drawing.left_behind:
        raise LiveFigureError(
            f"{figure.name!r}: the limits of an axes follow its curves, but "
            f"{', '.join(drawing.left_behind)} would stay behind at the wrong height; tag it, "
            "or fix the limits"
        )


_POINT = re.compile(r"(-?[\d.]+(?:e-?\d+)?)[ ,](-?[\d.]+(?:e-?\d+)?)")
TOLERANCE = 0.02  # SVG units: two coordinates, each rounded to two decimals on both sides


def drawn_where_the_numbers_say(figure: LiveFigure) -> None:
    """What matplotlib drew lies where the axes' numbers put it: no clipping, no other scale, no
    late change of layout. Compared without path simplification."""
    out = figure.compute(figure.start)
    drawing = draw(figure.name, figure.draw, out, figure.size, simplify=False)
    unopened = {**drawing.spec, "axes": [{**a, "follow": 0} for a in drawing.spec["axes"]]}
    expected = redraw(
        unopened, figure.look(figure.start, out),
        lambda text: figure.words(figure.start, out, text),
    )  # fmt: skip
    if drawing.svg() != draw(figure.name, figure.draw, out, figure.size, simplify=False).svg():
        raise LiveFigureError(f"{figure.name!r}: draw(fig, out) draws differently each time")
    for id_, change in expected.items():
        element = drawing.element(id_)
        for drawn, wanted in _pairs(element, change):
            off = max((distance(point, drawn, True) for point in wanted), default=0.0)
            if len(drawn) == len(wanted):  # else ours was thinned, or has corners of its own
                off = max(off, *(distance(point, wanted, True) for point in drawn))
            if off > TOLERANCE:
                raise LiveFigureError(
                    f"{figure.name!r}: an artist ({_kind(drawing, id_)}) is drawn {off:.2f} units "
                    "from where the numbers of its axes put it; does draw(fig, out) draw the "
                    "output that the artist is tagged with, in plain data coordinates?"
                )


def _pairs(element: Any, change: dict) -> Iterator[tuple[list, list]]:
    """(points drawn, points expected) for each path, or for all markers at once."""
    paths = list(element.iter("path"))
    for path, d in zip(paths, change.get("d", ()), strict="d" in change):
        yield points_of(path.get("d", "")), points_of(d)
    if "use" in change:
        drawn = [(float(e.get("x")), float(e.get("y"))) for e in element.iter("use")]
        wanted = [tuple(map(float, at)) for at in change["use"] if at]
        for one, other in zip(drawn, wanted, strict=True):
            yield [one], [other]


def points_of(d: str) -> list[tuple[float, float]]:
    """The corners of a path."""
    return [(float(a), float(b)) for a, b in _POINT.findall(d)]


def distance(
    point: tuple[float, float], line: list[tuple[float, float]], closed: bool = False
) -> float:
    """From a point to the polyline: the shortest way to any of its segments."""
    (px, py), best = point, math.inf
    ends = [*line[1:], *line[:1]] if closed else line[1:] or line
    for (ax, ay), (bx, by) in zip(line, ends, strict=False):
        dx, dy = bx - ax, by - ay
        along = (px - ax) * dx + (py - ay) * dy
        t = min(1.0, max(0.0, along / (dx * dx + dy * dy))) if dx or dy else 0.0
        best = min(best, math.hypot(px - ax - t * dx, py - ay - t * dy))
    return best


def _kind(drawing: Drawing, id_: str) -> str:
    return next(
        item["kind"] for item in drawing.spec["live"]
        if id_ == item.get("id") or id_ in item.get("ids", ())
    )  # fmt: skip


def every_control_reaches(figure: LiveFigure) -> None:
    """Each control changes what is seen: a path, a text, or a number in the sentence."""
    for name, control in figure.controls.items():
        here = [_seen(figure, {**figure.start, name: value}) for value in _values(control)]
        if all(seen == here[0] for seen in here):
            raise LiveFigureError(
                f"{figure.name!r}: {name!r} reaches nothing that is drawn or said; does the "
                f"program read p[{name!r}], and not a constant of the same value?"
            )


def _values(control: Slider | Choice) -> list:
    if isinstance(control, Choice):
        return list(control.options)
    return [control.start, *(control.nearest(v) for v in (control.low, control.high))]


def _seen(figure: LiveFigure, chosen: dict) -> tuple:
    """The moving parts and the outputs in the sentence; not the control's own value in it."""
    out = figure.compute(chosen)
    numbers = [out[key] for key in sorted(figure.sentence.names()) if key in out]
    return figure.changes(chosen, out), numbers


def derivatives(figure: LiveFigure, positions: int = 5, seed: int = 0) -> None:
    """Every output d<a>_d<b> is the derivative of <a> with respect to the slider <b>;
    d<a>_dlog_<b> with respect to its logarithm, d<a>_dpercent_<b> for one per cent of it."""
    draws = random.Random(seed)
    places = [{**figure.start, **preset} for preset in ({}, *map(figure.preset, figure.presets))]
    places += [position(figure, draws) for _ in range(positions)]
    for name, of, unit, by in _derivatives(figure):
        control = figure.controls[by]
        for place in places:
            for slider in control.options if isinstance(control, Choice) else (by,):
                chosen = {**place, by: slider} if isinstance(control, Choice) else place
                scale = {"": 1.0, "log_": chosen[slider], "percent_": chosen[slider] / 100}[unit]
                _compare(figure, name, of, slider, chosen, scale)


def position(figure: LiveFigure, draws: random.Random) -> dict[str, Any]:
    """A random position of every control."""
    return {
        name: draws.choice(list(control.options)) if isinstance(control, Choice)
        else draws.choice(control.stops) if control.stops
        else control.nearest(draws.uniform(control.low, control.high))
        for name, control in figure.controls.items()
    }  # fmt: skip


def corners(figure: LiveFigure) -> Iterator[dict[str, Any]]:
    """Every combination of the ends of the sliders (and all options of a choice)."""
    combinations: list[dict[str, Any]] = [{}]
    for name, control in figure.controls.items():
        ends = list(control.options) if isinstance(control, Choice) else [
            control.nearest(control.low), control.nearest(control.high)]  # fmt: skip
        combinations = [{**c, name: value} for c in combinations for value in ends]
    yield from combinations


def _derivatives(figure: LiveFigure) -> Iterator[tuple[str, str, str, str]]:
    """(output, what is differentiated, its unit, the control) by the names of the outputs."""
    out = figure.compute(figure.start)
    for by in figure.controls:
        pattern = re.compile(rf"d(\w+?)_d(log_|percent_|){by}")
        for match in filter(None, map(pattern.fullmatch, out)):
            if match[1] not in out:
                raise LiveFigureError(
                    f"{figure.name!r}: {match[0]!r} is named as a derivative of {match[1]!r}, "
                    "which is no output; rename it, or return that output too"
                )
            yield match[0], match[1], match[2], by


def _compare(
    figure: LiveFigure, name: str, of: str, slider: str, chosen: dict, scale: float
) -> None:
    """Central differences with steps h and h/2, and extrapolated. Their own disagreement, times
    ten, and the rounding of the output are the error allowed; where they disagree by more than a
    hundredth of the largest derivative, they cannot decide, and the place is passed over."""
    control = figure.controls[slider]
    assert isinstance(control, Slider)
    claimed = _flat(figure.compute(chosen)[name])
    h = (control.high - control.low) * 2.0**-12

    def central(h: float) -> list[float]:
        up, down = (
            _flat(figure.compute({**chosen, slider: chosen[slider] + step})[of]) for step in (h, -h)
        )
        return [scale * (a - b) / (2 * h) for a, b in zip(up, down, strict=True)]

    coarse, fine = central(h), central(h / 2)
    best = [(4 * f - c) / 3 for c, f in zip(coarse, fine, strict=True)]
    if len(best) != len(claimed):
        raise LiveFigureError(
            f"{figure.name!r}: {name!r} has {len(claimed)} numbers and {of!r} has {len(best)}"
        )
    size, doubt, height = (
        max((abs(v) for v in values if math.isfinite(v)), default=0.0)
        for values in (best, [c - f for c, f in zip(coarse, fine, strict=True)],
                       _flat(figure.compute(chosen)[of]))
    )  # fmt: skip
    if doubt > 0.01 * size:
        return
    allowed = 10 * doubt + 2.0**-46 * height * scale / h
    for i, (a, b) in enumerate(zip(claimed, best, strict=True)):
        if math.isfinite(b) and not abs(a - b) <= allowed:
            raise LiveFigureError(
                f"{figure.name!r}: {name}[{i}] is {a:.9g}, but finite differences of {of!r} give "
                f"{b:.9g} at {chosen}; the derivative is wrong, or {of!r} has a kink there"
            )


def _flat(value: Any) -> list[float]:
    if not isinstance(value, list):
        return [value]
    return [v for row in value for v in (row if isinstance(row, list) else [row])]
