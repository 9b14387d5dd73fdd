"""matplotlib draws the figure once; this turns it into an SVG whose live parts can be moved.

What is taken away: metadata and its date, the page-wide style, fonts (the page's are used),
ids that nothing refers to. What is added: the figure's name before every id that stays, and
CSS variables in place of the palette's colours, so that one drawing serves light and dark.
"""

import base64
import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import Collection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.quiver import Quiver
from PIL import Image

from bookkit import style
from bookkit.live.artists import px
from bookkit.live.errors import LiveFigureError

_SVG, _XLINK = "http://www.w3.org/2000/svg", "{http://www.w3.org/1999/xlink}"
_NUMBER = re.compile(r"-?\d+\.\d+")
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
TALLEST = 440  # CSS pixels: picture, sentence and the first slider fit a laptop's window together
_NAMES = {str(value): name for name, value in style.colour.items()}


@dataclass
class Drawing:
    """The cleaned SVG and the numbers that move it.

    `spec` has "axes" (for each its box and its two scales, in SVG units) and "live" (for each
    moving artist its id, kind, axes, keys).
    """

    root: ElementTree.Element
    spec: dict
    strangers: set[str] = field(default_factory=set)  # colours outside the palette
    left_behind: list[str] = field(default_factory=list)  # untagged artists in a moving axes
    colours: set[str] = field(default_factory=set)

    @property
    def ours(self) -> list[str]:
        """Ids of what matplotlib does not draw as the page will: the start state redraws them."""
        following = {i for i, axes in enumerate(self.spec["axes"]) if "follow" in axes}
        return [
            id_ for item in self.spec["live"] for id_ in item.get("ids", [item.get("id")])
            if item["axes"] in following or item["kind"] in ("cells", "text")
        ]  # fmt: skip

    def svg(self) -> str:
        return ElementTree.tostring(self.root, encoding="unicode")

    def apply(self, changes: dict[str, dict]) -> None:
        """Move the drawing: what live.js does in the page."""
        for id_, change in changes.items():
            _apply(self.element(id_), change, self.spec)

    def simplify(self) -> None:
        """Draw our own curves with as few points as matplotlib's: half the bytes of a page."""
        curves = {item["id"] for item in self.spec["live"] if item["kind"] == "line"}
        for id_ in curves & set(self.ours):
            path = next(self.element(id_).iter("path"))
            strokes = []
            for stroke in path.get("d", "").split("M")[1:]:
                drawn = Path([[float(v) for v in point.split()] for point in stroke.split("L")])
                kept = np.asarray(drawn.cleaned(simplify=True).vertices)[:-1]  # the last says stop
                strokes.append("M" + "L".join(f"{px(x)} {px(y)}" for x, y in kept))
            path.set("d", "".join(strokes))

    def element(self, id_: str) -> ElementTree.Element:
        return next(e for e in self.root.iter() if e.get("id") == id_)


def draw(name: str, drawer: Callable[[Figure, dict], dict], out: dict, size: tuple[float, float],
         simplify: bool = True) -> Drawing:  # fmt: skip
    """Let `drawer(fig, out)` draw, and read the result as SVG."""
    with mpl.rc_context():
        style.apply()
        mpl.rcParams.update({"svg.hashsalt": name, "path.simplify": simplify})
        fig = Figure(figsize=size, dpi=72)  # one SVG unit is one point
        FigureCanvasSVG(fig)
        tagged = drawer(fig, out)
        if not isinstance(tagged, dict) or not tagged:
            raise LiveFigureError(
                "draw(fig, out) returns a dict {artist: what moves it}; "
                f"{name!r} returned {tagged!r}. Add, say, {{curve: line('t', 'hare')}}."
            )
        fig.draw_without_rendering()
        fig.set_layout_engine("none")  # nothing may move the axes after they were read
        spec, left_behind = _read(fig, tagged, name)
        buffer = io.StringIO()
        fig.savefig(buffer, format="svg", metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())
    drawing = Drawing(root, spec, left_behind=left_behind)
    _clean(drawing, name)
    return drawing


# --- reading the figure -------------------------------------------------------------------------


def _read(fig: Figure, tagged: dict, name: str) -> tuple[dict, list[str]]:
    height = fig.bbox.height
    axes = list(fig.axes)
    follows = {key: kind for key, kind in tagged.items() if isinstance(key, Axes)}
    spec: dict[str, Any] = {
        "size": [round(v, 2) for v in (fig.bbox.width, height)],
        "axes": [_axes(ax, height, name) for ax in axes],
        "live": [],
    }
    for artist, kind in tagged.items():
        if not isinstance(artist, Axes):
            home: Any = artist.patches[0].axes if isinstance(artist, BarContainer) else artist.axes
            item = {"id": f"{name}-{len(spec['live'])}", "axes": axes.index(home), **kind}
            _tag(artist, item, spec["axes"][item["axes"]])
            spec["live"].append(item)
    moving = {id(part) for a in tagged for part in (a, *getattr(a, "patches", ()))}
    left_behind = []
    for ax, kind in follows.items():
        if kind != {"kind": "follow", "axis": "y"}:
            raise LiveFigureError(f"{name!r}: only follow('y') is known, not {kind}")
        i = axes.index(ax)
        spec["axes"][i]["follow"] = max(abs(v) for v in ax.get_ylim())
        ticks = [(t.get_position()[1], t) for t in ax.get_yticklabels() if t.get_text()]
        low, high = sorted(ax.get_ylim())
        ticks = [(v, t) for v, t in ticks if low <= v <= high]
        ids = [f"{name}-tick{i}-{k}" for k in range(len(ticks))]
        for id_, (_, label) in zip(ids, ticks, strict=True):
            label.set_gid(id_)
        values = [float(f"{v:.6g}") for v, _ in ticks]
        spec["live"].append({"kind": "ticks", "axes": i, "ids": ids, "values": values})
        left_behind += [
            f"{type(a).__name__} in axes {i}" for a in ax.get_children()
            if id(a) not in moving and _holds_data(a, ax) and not _at_zero(a)
        ]  # fmt: skip
    return spec, left_behind


def _axes(ax: Axes, height: float, name: str) -> dict:
    if ax.name != "rectilinear" or {ax.get_xscale(), ax.get_yscale()} - {"linear", "log"}:
        raise LiveFigureError(
            f"a live figure has plain axes with linear or logarithmic scales; {name!r} has "
            f"{ax.name} axes with x {ax.get_xscale()}, y {ax.get_yscale()}"
        )
    box = ax.bbox
    ends = ax.transData.transform(list(zip(ax.get_xlim(), ax.get_ylim(), strict=True)))

    def scale(limits: tuple[float, float], a: float, b: float, kind: str) -> dict:
        u, v = (math.log10(w) if kind == "log" else w for w in limits)
        slope = (b - a) / (v - u)
        return {
            "s": float(f"{slope:.9g}"),
            "o": float(f"{a - slope * u:.9g}"),
            "log": kind == "log",
        }

    (xa, ya), (xb, yb) = ends
    return {
        "box": [round(v, 2) for v in (box.x0, height - box.y1, box.x1, height - box.y0)],
        "x": scale(ax.get_xlim(), xa, xb, ax.get_xscale()),
        "y": scale(ax.get_ylim(), height - ya, height - yb, ax.get_yscale()),
    }


_TYPES: dict[str, Any] = {
    "line": Line2D, "vline": Line2D, "hline": Line2D, "points": (Line2D, Collection),
    "band": Collection, "bars": BarContainer, "arrows": Quiver, "text": mpl.text.Text,
    "cells": AxesImage,
}  # fmt: skip


def _tag(artist: Any, item: dict, axes: dict) -> None:
    """Give the artist its id, and the spec what only the artist knows."""
    kind = item["kind"]
    if not isinstance(artist, _TYPES[kind]):
        raise LiveFigureError(f"{kind}() cannot move a {type(artist).__name__}; see bookkit.live")
    if kind == "bars":
        item["ids"] = [f"{item['id']}-{k}" for k in range(len(artist.patches))]
        item["sides"] = []
        for id_, bar in zip(item["ids"], artist.patches, strict=True):
            bar.set_gid(id_)
            ends = (bar.get_x(), bar.get_x() + bar.get_width())
            item["sides"].append([round(axes["x"]["o"] + axes["x"]["s"] * v, 2) for v in ends])
        return
    if kind == "arrows":
        if (artist.angles, artist.scale_units, artist.scale) != ("xy", "xy", 1):
            raise LiveFigureError("arrows() needs quiver(angles='xy', scale_units='xy', scale=1)")
        artist.minlength = 0  # no dots in place of short arrows
        artist._init()  # the width in points is known only now
        item["width"] = round(float(artist.width * artist._dots_per_unit(artist.units)), 4)
    if kind == "cells":
        norm, colours = artist.norm, artist.cmap(np.linspace(0, 1, 33))
        item["between"] = [float(norm.vmin), float(norm.vmax)]
        item["colours"] = "".join(mpl.colors.to_hex(c)[1:] for c in colours)
        left, right, bottom, top = artist.get_extent()
        (x0, y0), (x1, y1) = (
            [axes[k]["o"] + axes[k]["s"] * v for k, v in zip("xy", corner, strict=True)]
            for corner in ((left, top), (right, bottom))
        )
        item["top_first"] = (artist.origin == "upper") == (y0 < y1)
        item["at"] = [round(v, 2) for v in (min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))]
    if kind == "text":
        if "$" in item["words"]:
            raise LiveFigureError("a text that moves cannot hold mathematics ($...$)")
        x, y = artist.xy if isinstance(artist, mpl.text.Annotation) else artist.get_position()
        item["shift"] = [axes["x"]["o"] + axes["x"]["s"] * x, axes["y"]["o"] + axes["y"]["s"] * y]
    artist.set_gid(item["id"])


def _holds_data(artist: Any, ax: Axes) -> bool:
    """Whether the artist is drawn at heights in data coordinates of this axes."""
    drawn = isinstance(artist, Line2D | Collection | AxesImage | mpl.patches.Patch | mpl.text.Text)
    return drawn and artist is not ax.patch and ax.transData in _parts(artist.get_transform())


def _parts(transform: Any) -> list:
    return [part for _, part in transform._iter_break_from_left_to_right()] + [transform]


def _at_zero(artist: Any) -> bool:
    return isinstance(artist, Line2D) and not np.any(np.asarray(artist.get_ydata(), float))


# --- cleaning the SVG ---------------------------------------------------------------------------


def _clean(drawing: Drawing, name: str) -> None:
    root, spec = drawing.root, drawing.spec
    _drop(root, lambda e: _tag_of(e) == "metadata")
    _drop(root, lambda e: _tag_of(e) == "defs" and any(_tag_of(c) == "style" for c in e))
    _drop(root, lambda e: _tag_of(e) == "path" and e.get("style") == "fill: none")  # backgrounds
    live = {i for item in spec["live"] for i in item.get("ids", [item.get("id")])}
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', ElementTree.tostring(root, "unicode")))
    short = {id_: f"{name}-s{k}" for k, id_ in enumerate(sorted(used))}
    for element in root.iter():
        element.tag = _tag_of(element)
        for key, value in list(element.attrib.items()):
            del element.attrib[key]
            key = key.replace(_XLINK, "")
            if key == "id" and value not in live and value not in used:
                continue
            if key == "transform" and value.startswith("rotate(-0 "):
                continue
            value = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{short[m[1]]})", value)
            if key == "href" and value.startswith("#"):
                value = "#" + short[value[1:]]
            elif key == "id":
                value = short.get(value, value)
            elif key == "style":
                value = _paint(value, drawing)
            elif key in ("d", "x", "y", "transform", "width", "height"):
                value = _NUMBER.sub(_two_decimals, " ".join(value.split()))
                value = re.sub(r" ?([A-Za-z]) ?", r"\1", value) if key == "d" else value
            element.set(key, value)
        element.tail = None
        if element.text and not element.text.strip():
            element.text = None
    root.attrib.pop("version", None)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.set("xmlns", _SVG)
    wide, tall = spec["size"]
    root.set("style", f"max-width:{px(TALLEST * wide / tall)}px")
    _unwrap(root)
    for item in spec["live"]:
        if item["kind"] == "band":
            _straighten(drawing.element(item["id"]))
        if item["kind"] == "text":  # from the point in data to where matplotlib put the words
            words = next(drawing.element(item["id"]).iter("text"))
            at = (float(words.get("x", 0)), float(words.get("y", 0)))
            item["shift"] = [round(a - b, 2) for a, b in zip(at, item["shift"], strict=True)]
        if item["kind"] == "cells":
            image = drawing.element(item["id"])
            place = dict(zip(("x", "y", "width", "height"), map(str, item["at"]), strict=True))
            image.attrib = {"id": item["id"], **place, "preserveAspectRatio": "none",
                            "style": "image-rendering:pixelated"}  # fmt: skip


def _tag_of(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _drop(root: ElementTree.Element, unwanted: Callable[[ElementTree.Element], bool]) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if unwanted(child):
                parent.remove(child)


def _unwrap(root: ElementTree.Element) -> None:
    """Replace groups without attributes by what they hold."""
    for parent in list(root.iter())[::-1]:
        children: list[ElementTree.Element] = []
        for child in parent:
            plain = child.tag in ("g", "defs") and not child.attrib
            children += list(child) if plain and (child.tag == "g" or not len(child)) else [child]
        parent[:] = children


def _two_decimals(match: re.Match) -> str:
    return f"{round(float(match[0]), 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _paint(css: str, drawing: Drawing) -> str:
    def variable(match: re.Match) -> str:
        value = match[0].lower()
        if value not in _NAMES:
            drawing.strangers.add(value)
            return value
        drawing.colours.add(_NAMES[value])
        return f"var(--live-{_NAMES[value]},{value})"

    kept = [rule for rule in css.split("; ") if not rule.startswith("font-family")]
    return ";".join(_HEX.sub(variable, rule).replace(": ", ":") for rule in kept)


def _straighten(group: ElementTree.Element) -> None:
    """fill_between may be written as <defs><path> and <use y=height>: make it one plain path,
    else the band would vanish at its first move."""
    use = next((e for e in group.iter("use")), None)
    if use is None:
        return
    path = next(e for e in group.iter("path"))
    clip = next((e.get("clip-path") for e in group.iter("g") if e.get("clip-path")), None)
    dx, dy = float(use.get("x", 0)), float(use.get("y", 0))

    def shift(match: re.Match) -> str:
        return f"{round(float(match[1]) + dx, 2):g} {round(float(match[2]) + dy, 2):g}"

    moved = re.sub(r"(-?[\d.]+) (-?[\d.]+)", shift, path.get("d", ""))
    plain = ElementTree.Element("path", {"d": moved, "style": use.get("style", "")})
    if clip:
        plain.set("clip-path", clip)
    group[:] = [plain]


# --- moving it ----------------------------------------------------------------------------------


def _apply(element: ElementTree.Element, change: dict, spec: dict) -> None:
    if "d" in change:
        for path, d in zip(element.iter("path"), change["d"], strict=True):
            path.set("d", d)
    if "use" in change:
        for use, at in zip(element.iter("use"), change["use"], strict=True):
            use.set("visibility", "visible" if at else "hidden")
            if at:
                use.set("x", at[0])
                use.set("y", at[1])
    if "text" in change:
        label = next(element.iter("text"), element)
        label.text = change["text"]
        if "at" in change:
            label.set("x", change["at"][0])
            label.set("y", change["at"][1])
    if "cells" in change:
        item = next(i for i in spec["live"] if i.get("id") == element.get("id"))
        element.set("href", picture(change["cells"], item))


def picture(rows: list[list[float]], item: dict) -> str:
    """A matrix as a PNG of one pixel a cell; NaN is transparent."""
    low, high = item["between"]
    stops = [[int(item["colours"][i + k : i + k + 2], 16) for k in (0, 2, 4)]
             for i in range(0, len(item["colours"]), 6)]  # fmt: skip
    z = np.asarray(rows if item["top_first"] else rows[::-1], float)
    at = np.clip((z - low) / (high - low), 0, 1) * (len(stops) - 1)
    solid = np.isfinite(at)
    at = np.where(solid, at, 0.0)
    channels = [np.interp(at, range(len(stops)), [s[k] for s in stops]) for k in range(3)]
    rgba = np.dstack([*(np.floor(c + 0.5) for c in channels), 255 * solid]).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(rgba, "RGBA").save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
