"""What can move, and how: the same redrawing in Python (here) and in the page (live.js).

`redraw` turns the numbers of a program into changes of the drawing, in SVG units: it draws the
start state, and is the reference that live.js is tested against, string for string.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

Name = str
Kind = dict[str, Any]


def line(x: Name, y: Name) -> Kind:
    """A curve through (x, y): a Line2D."""
    return {"kind": "line", "keys": [x, y]}


def points(x: Name, y: Name) -> Kind:
    """Markers of one size at (x, y): a Line2D with markers and no line, or a plain scatter."""
    return {"kind": "points", "keys": [x, y]}


def band(x: Name, low: Name, high: Name) -> Kind:
    """The area between two curves: what fill_between returns."""
    return {"kind": "band", "keys": [x, low, high]}


def bars(heights: Name) -> Kind:
    """Bars that stand on zero: the container that ax.bar returns."""
    return {"kind": "bars", "keys": [heights]}


def vline(x: Name) -> Kind:
    """A line across the whole axes at x: what axvline returns."""
    return {"kind": "vline", "keys": [x]}


def hline(y: Name) -> Kind:
    """A line across the whole axes at y: what axhline returns."""
    return {"kind": "hline", "keys": [y]}


def arrows(x: Name, y: Name, u: Name, v: Name) -> Kind:
    """Arrows from (x, y) to (x + u, y + v): quiver(angles="xy", scale_units="xy", scale=1)."""
    return {"kind": "arrows", "keys": [x, y, u, v]}


def text(words: str, x: Name | None = None, y: Name | None = None) -> Kind:
    """A text with fields as in a sentence; moved to (x, y) when they are given."""
    return {"kind": "text", "words": words, "keys": [x, y] if x and y else []}


def cells(z: Name) -> Kind:
    """A picture of a matrix, first row where matplotlib put it: what imshow returns."""
    return {"kind": "cells", "keys": [z]}


def follow(axis: str = "y") -> Kind:
    """For an axes: limits that grow and shrink about zero, in round steps, with what is drawn."""
    return {"kind": "follow", "axis": axis}


# --- the arithmetic of the page, again in Python ------------------------------------------------

FAR = 1e5  # SVG units; keeps a line that leaves the picture within what browsers draw exactly


def px(v: float) -> str:
    """A coordinate as text: two decimals, as the page writes it; far away where there is none."""
    if math.isnan(v):
        v = -FAR
    rounded = math.floor(max(-FAR, min(FAR, v)) * 100 + 0.5) / 100
    return f"{rounded + 0.0:.2f}".rstrip("0").rstrip(".")


def scale(axis: dict, factor: float) -> Callable[[float], float]:
    """Data to SVG units along one axis: offset + slope * v, or of log10(v)."""
    slope, offset = axis["s"] / factor, axis["o"]
    if axis["log"]:
        return lambda v: offset + slope * math.log10(v) if v > 0 else math.nan
    return lambda v: offset + slope * v


def path(xs: Sequence[float], ys: Sequence[float]) -> str:
    """One SVG path; a value that is not finite leaves a gap."""
    parts, pen = [], "M"
    for x, y in zip(*_thin(xs, ys), strict=True):
        if math.isfinite(x) and math.isfinite(y):
            parts.append(f"{pen}{px(x)} {px(y)}")
            pen = "L"
        else:
            pen = "M"
    return "".join(parts)


def _thin(xs: Sequence[float], ys: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
    """Above 1500 points keep, in each column of one SVG unit, the first, lowest, highest, last."""
    n = len(xs)
    if n <= 1500:
        return xs, ys
    keep: list[int] = []
    start = 0
    while start < n:
        end, low, high = start, start, start
        while end + 1 < n and math.floor(xs[end + 1]) == math.floor(xs[start]):
            end += 1
            low = end if ys[end] < ys[low] else low
            high = end if ys[end] > ys[high] else high
        keep += sorted({start, low, high, end})
        start = end + 1
    return [xs[i] for i in keep], [ys[i] for i in keep]


def arrow(x: float, y: float, u: float, v: float, width: float) -> str:
    """An arrow of seven corners from (x, y) along (u, v), as quiver draws it."""
    length = math.hypot(u, v)
    if not 0 < length < math.inf:
        return ""
    shrink = min(1.0, length / (5 * width))  # the head is 5 widths long
    body, back, half = length - 4.5 * width * shrink, length - 5 * width * shrink, width / 2
    half *= shrink
    corners = [(0, half), (body, half), (back, 3 * half), (length, 0),
               (back, -3 * half), (body, -half), (0, -half)]  # fmt: skip
    c, s = u / length, v / length
    at = (f"{px(x + c * a - s * b)} {px(y + s * a + c * b)}" for a, b in corners)
    return "M" + "L".join(at) + "Z"


def _list(value: Any) -> list[float]:
    return list(value) if isinstance(value, list | tuple) else [value]


def factors(spec: dict, get: Callable[[Name], Any]) -> list[float]:
    """For each axes, how far its following limits are opened: the least round factor (1, 1.5, 2,
    3, 5, 7, 10, ..., and downwards) that holds every curve and bar."""
    out = []
    for index, axes in enumerate(spec["axes"]):
        reach = 0.0
        if axes.get("follow"):
            for item in spec["live"]:
                if item["axes"] == index and item["kind"] in ("line", "points", "band", "bars"):
                    for key in item["keys"][item["kind"] != "bars" :]:
                        values = (abs(v) for v in _list(get(key)) if math.isfinite(v))
                        reach = max([reach, *values])
        out.append(_round_up(reach / axes["follow"]) if reach else 1.0)
    return out


def _round_up(v: float) -> float:
    power = math.floor(math.log10(v))
    for mantissa in (1, 1.5, 2, 3, 5, 7, 10):
        factor = float(f"{mantissa}e{power}")
        if v <= factor:
            return factor
    return float(f"1e{power + 2}")


def redraw(spec: dict, get: Callable[[Name], Any], fill: Callable[[str], str]) -> dict[str, dict]:
    """What changes in the drawing: {id: {"d": [...]} or {"use": ...} or {"text": ...} ...}.

    `get` looks a name up among outputs, data and sliders; `fill` fills the fields of a text.
    """
    opened = factors(spec, get)
    changes: dict[str, dict] = {}
    for item in spec["live"]:
        axes = spec["axes"][item["axes"]]
        X, Y = scale(axes["x"], 1.0), scale(axes["y"], opened[item["axes"]])
        x0, y0, x1, y1 = axes["box"]
        kind = item["kind"]
        change: dict[str, Any] = {}
        if kind == "ticks":
            for id_, value in zip(item["ids"], item["values"], strict=True):
                changes[id_] = {"text": tick(value * opened[item["axes"]])}
            continue
        values = [_list(get(key)) for key in item["keys"]] if kind != "cells" else []
        if kind == "line":
            change["d"] = [path([X(v) for v in values[0]], [Y(v) for v in values[1]])]
        elif kind == "points":
            at = ((X(a), Y(b)) for a, b in zip(*values, strict=True))
            change["use"] = [
                [px(a), px(b)] if math.isfinite(a) and math.isfinite(b) else None for a, b in at
            ]
        elif kind == "band":
            xs = [X(v) for v in values[0]]
            low, high = ([Y(v) for v in side] for side in values[1:])
            outline = path(xs + xs[::-1], high + low[::-1])
            change["d"] = [outline + "Z" if outline else ""]
        elif kind == "bars":
            base = px(Y(0.0))
            for id_, (a, b), h in zip(item["ids"], item["sides"], values[0], strict=True):
                d = f"M{px(a)} {base}L{px(b)} {base}L{px(b)} {px(Y(h))}L{px(a)} {px(Y(h))}Z"
                changes[id_] = {"d": [d]}
            continue
        elif kind == "vline":
            change["d"] = [path([X(values[0][0])] * 2, [y1, y0])]
        elif kind == "hline":
            change["d"] = [path([x0, x1], [Y(values[0][0])] * 2)]
        elif kind == "arrows":
            change["d"] = [
                arrow(X(x), Y(y), X(x + u) - X(x), Y(y + v) - Y(y), item["width"])
                for x, y, u, v in zip(*values, strict=True)
            ]
        elif kind == "text":
            change["text"] = fill(item["words"])
            if values:
                right, down = item["shift"]
                change["at"] = [px(X(values[0][0]) + right), px(Y(values[1][0]) + down)]
        elif kind == "cells":
            change["cells"] = get(item["keys"][0])
        changes[item["id"]] = change
    return changes


def tick(value: float) -> str:
    """The label of a tick: the shortest decimal number."""
    text = f"{Decimal(f'{value:.6g}'):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\u2212")
