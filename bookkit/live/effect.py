"""How large an effect is on the page: no prediction should ask for what nobody can see."""

import math
from collections.abc import Mapping
from typing import Any

from bookkit.live.artists import redraw
from bookkit.live.check import distance, points_of
from bookkit.live.errors import LiveFigureError
from bookkit.live.figure import LiveFigure

PHONE = 343  # CSS pixels: the column of a page on a phone of 375


def effect_in_pixels(
    figure: LiveFigure, before: str | Mapping[str, Any], after: str | Mapping[str, Any],
    artist: str, width: float = PHONE,
) -> float:  # fmt: skip
    """How far the artist that shows an output moves between two positions of the controls.

    The farthest that any part of it lies from where it was: for a curve the distance between the
    curves, so that one shifted along itself has not moved; for markers, bars and lines across the
    axes the longest way that one of them went. What leaves the axes counts as far as their edge.

    Args:
        figure: an Explorable or Snapshots.
        before: a preset's label, or control -> value; what is not named stands at its start.
        after: the same.
        artist: the name of the output that moves it: "hare" of line("t", "hare").
        width: of the drawing on the page, in CSS pixels; as given, on a phone.

    Returns:
        CSS pixels.

    Raises:
        LiveFigureError: if no artist that moves shows an output of this name.
    """
    spec = figure.drawing.spec
    items = [i for i in spec["live"] if artist in i.get("keys", ()) and i["kind"] in _WAYS]
    if not items:
        shown = sorted({k for i in spec["live"] if i["kind"] in _WAYS for k in i.get("keys", ())})
        raise LiveFigureError(
            f"{figure.name!r} has no curve, marker or bar that shows {artist!r}; "
            f"there are {', '.join(shown)}"
        )
    here, there = (_changes(figure, place) for place in (before, after))
    found = 0.0
    for item in items:
        box = spec["axes"][item["axes"]]["box"]
        for id_ in item.get("ids", [item.get("id")]):
            one, two = (_inside(_points(changes[id_]), box) for changes in (here, there))
            found = max(found, _WAYS[item["kind"]](one, two))
    return found * width / spec["size"][0]


def _changes(figure: LiveFigure, place: str | Mapping[str, Any]) -> dict[str, dict]:
    chosen = {**figure.start, **(figure.preset(place) if isinstance(place, str) else place)}
    out = figure.compute(chosen)
    return redraw(
        figure.drawing.spec, figure.look(chosen, out), lambda text: figure.words(chosen, out, text)
    )


def _points(change: dict) -> list[tuple[float, float]]:
    if "use" in change:
        return [(float(at[0]), float(at[1])) if at else (math.nan, math.nan)
                for at in change["use"]]  # fmt: skip
    return [point for d in change["d"] for point in points_of(d)]


def _inside(points: list[tuple[float, float]], box: list[float]) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = box
    return [(min(max(x, x0), x1), min(max(y, y0), y1)) for x, y in points if x == x]


def _between(one: list, two: list) -> float:
    """From one curve to the other and back: the Hausdorff distance of their corners."""
    if not one or not two:
        return 0.0 if one == two else math.inf
    return max(*(distance(p, two) for p in one), *(distance(p, one) for p in two))


def _ways(one: list, two: list) -> float:
    if len(one) != len(two):
        return math.inf
    return max((math.dist(a, b) for a, b in zip(one, two, strict=True)), default=0.0)


_WAYS = {
    "line": _between, "band": _between, "points": _ways, "bars": _ways, "vline": _ways,
    "hline": _ways, "arrows": _ways,
}  # fmt: skip
