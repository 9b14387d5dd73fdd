"""A diagram of boxes and arrows as SVG, each part with the key by which a step lights it up."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from xml.etree.ElementTree import Element, SubElement

from bookkit.live.artists import px
from bookkit.live.drawing import TALLEST
from bookkit.live.errors import LiveFigureError

WIDE, APART, LINE = 82.0, 126.0, 16.0  # SVG units: a box, from one column to the next, a line
BETWEEN = 52.0  # from one row to the next, box to box
LONGEST = 13  # characters of a title that fit into its box
SIZE = 11.5  # of the smaller words, as in live.css
WIDEST = 343 / 8 * SIZE  # so that they are 8 pixels high in a column of 343, on a phone
MARGIN, HEAD, ASIDE = 6.0, 4.5, 5.0  # around all, an arrow's head, an arrow beside its partner


@dataclass(frozen=True)
class Words:
    """A line of text with fields as in a sentence, and the way on which it lights up."""

    text: str
    way: str = "forwards"  # or "tangent", "backwards": its colour


@dataclass(frozen=True)
class Node:
    """A box: its title, its place in columns and rows, and its lines (key -> Words)."""

    title: str
    at: tuple[float, float]
    lines: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Edge:
    """An arrow between two boxes, with words beside it; its key is `start>end`."""

    start: str
    end: str
    words: Words = Words("")

    @property
    def key(self) -> str:
        return f"{self.start}>{self.end}"


class Diagram:
    """The SVG of boxes and arrows; `texts` has id -> words of every text with fields."""

    def __init__(self, name: str, nodes: Mapping[str, Node], edges: Sequence[Edge]):
        self.name, self.nodes, self.edges = name, nodes, edges
        self.texts: dict[str, str] = {}
        self.places: list[tuple[str, float, float, str, str]] = []  # words, x, y, anchor, whose
        self.lines: list[tuple[tuple, str]] = []  # both ends of an arrow, its key
        for edge in edges:
            for end in (edge.start, edge.end):
                if end not in nodes:
                    raise LiveFigureError(
                        f"{name!r}: the arrow {edge.key} needs a box {end!r}; there are "
                        f"{', '.join(nodes)}"
                    )
        for key, node in nodes.items():
            if len(node.title) > LONGEST:
                raise LiveFigureError(
                    f"{name!r}: a title has at most {LONGEST} characters, to be read on a phone; "
                    f"that of {key!r} has {len(node.title)}: {node.title!r}"
                )
        self.tall = 10 + LINE * (1 + max(len(node.lines) for node in nodes.values()))
        columns, rows = ([node.at[k] for node in nodes.values()] for k in (0, 1))
        self.first = (min(columns), min(rows))
        span = max(columns) - min(columns)
        self.apart = min(APART, (WIDEST - 2 * MARGIN - WIDE) / span) if span else APART
        self.size = (
            2 * MARGIN + WIDE + self.apart * span,
            2 * MARGIN + self.tall + (self.tall + BETWEEN) * (max(rows) - min(rows)),
        )
        self.keys = {edge.key for edge in edges} | set(nodes)
        self.keys |= {key for node in nodes.values() for key in node.lines}

    def centre(self, name: str) -> tuple[float, float]:
        column, row = (v - first for v, first in zip(self.nodes[name].at, self.first, strict=True))
        x = MARGIN + WIDE / 2 + self.apart * column
        return x, MARGIN + self.tall / 2 + (self.tall + BETWEEN) * row

    def crowded(self, say: Callable[[str], str]) -> list[str]:
        """What cannot be read: words on words or on a box, an arrow through a box, box on box.

        `say` fills words with their numbers.
        """
        words = []
        for text, x, y, side, owner in self.places:
            said = say(text)
            wide = 0.55 * SIZE * len(said)  # digits are that wide in common fonts
            left = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[side]
            words.append((repr(said), owner, (left, y - 0.7 * SIZE, left + wide, y + 0.1 * SIZE)))
        boxes = []
        for key in self.nodes:
            x, y = self.centre(key)
            corners = (x - WIDE / 2, y - self.tall / 2, x + WIDE / 2, y + self.tall / 2)
            boxes.append((f"the box {key!r}", key, corners))
        for (start, end), key in self.lines:
            for box, name, corners in boxes:
                if name not in key.split(">") and _crosses(start, end, corners):
                    return [f"the arrow {key} and {box}"]
        if out := [said for said, _, (left, _, right, _) in words
                   if left < 0 or right > self.size[0]]:  # fmt: skip
            return [f"{out[0]} and the edge of the picture"]
        pairs = [*combinations(words, 2), *combinations(boxes, 2)]
        pairs += [(w, box) for w in words for box in boxes if w[1] != box[1]]
        return [f"{one[0]} and {two[0]}" for one, two in pairs if _overlap(one[2], two[2])]

    def svg(self) -> Element:
        self.texts.clear()
        self.places.clear()
        self.lines.clear()
        box = " ".join(map(px, (0, 0, *self.size)))
        wide, tall = self.size
        style = f"max-width:{px(min(1.25, TALLEST / tall) * wide)}px"
        root = Element(
            "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box, "style": style}
        )
        for edge in self.edges:
            self._arrow(root, edge)
        for key, node in self.nodes.items():
            self._box(root, key, node)
        return root

    def _text(
        self, owner: str, parent: Element, words: str, x: float, y: float, **attributes: str
    ) -> None:
        self.places.append((words, x, y, attributes.get("text-anchor", "middle"), owner))
        text = SubElement(parent, "text", {"x": px(x), "y": px(y), **attributes})
        if "{" in words:
            text.set("id", f"{self.name}-w{len(self.texts)}")
            self.texts[text.attrib["id"]] = words
        text.text = words

    def _box(self, root: Element, key: str, node: Node) -> None:
        x, y = self.centre(key)
        group = SubElement(root, "g", {"class": "live-node", "data-key": key})
        left, top = x - WIDE / 2, y - self.tall / 2
        place = {"x": px(left), "y": px(top), "width": px(WIDE), "height": px(self.tall)}
        SubElement(group, "rect", {**place, "rx": "8"})
        start = y - LINE * len(node.lines) / 2 + 4.5
        self._text(key, group, node.title, x, start, **{"class": "live-title"})
        for k, (line, words) in enumerate(node.lines.items(), 1):
            style = {"data-key": line, "data-way": words.way, "class": "live-number"}
            self._text(key, root, words.text, x, start + LINE * k, **style)

    def _arrow(self, root: Element, edge: Edge) -> None:
        (x0, y0), (x1, y1) = self.centre(edge.start), self.centre(edge.end)
        length = math.hypot(x1 - x0, y1 - y0)
        if not length:
            raise LiveFigureError(f"{self.name!r}: {edge.key} joins two boxes at one place")
        c, s = (x1 - x0) / length, (y1 - y0) / length
        pair = any(other.key == f"{edge.end}>{edge.start}" for other in self.edges)
        aside = ASIDE if pair else 0.0
        reach = min(WIDE / 2 / abs(c) if c else math.inf, self.tall / 2 / abs(s) if s else math.inf)
        begin, end = reach + 2, length - reach - 2

        def at(along: float, left: float) -> str:
            return f"{px(x0 + c * along + s * left)} {px(y0 + s * along - c * left)}"

        group = SubElement(root, "g", {"data-key": edge.key, "data-way": edge.words.way,
                                       "class": "live-edge"})  # fmt: skip
        head = "L".join(at(end - back, aside + left)
                        for back, left in ((HEAD, HEAD), (0, 0), (HEAD, -HEAD)))  # fmt: skip
        d = f"M{at(begin, aside)}L{at(end, aside)}M{head}"
        SubElement(group, "path", {"d": d, "fill": "none"})
        ends = [tuple(map(float, at(along, aside).split())) for along in (begin, end)]
        self.lines.append(((ends[0], ends[1]), edge.key))
        if edge.words.text:
            flat = abs(s) < 0.4
            near = 0.5 if flat else 0.62 if edge.words.way == "forwards" else 0.38  # not where
            x, y = map(float, at(begin + near * (end - begin), aside + 5).split())  # arrows cross
            side = "middle" if flat else "start" if s > 0 else "end"
            y += 4.0 + (-4.0 if c > 0 else 5.0) * flat
            self._text(edge.key, group, edge.words.text, x, y, **{"text-anchor": side})


def _overlap(one: tuple, two: tuple) -> bool:
    """Whether two upright rectangles (left, top, right, foot) share a spot."""
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _crosses(start: tuple, end: tuple, box: tuple) -> bool:
    """Whether a line enters an upright rectangle: clipped at its sides, one axis at a time."""
    enter, leave = 0.0, 1.0
    for a, b, low, high in zip(start, end, box[:2], box[2:], strict=True):
        if a == b:
            if not low < a < high:
                return False
            continue
        first, last = sorted(((low - a) / (b - a), (high - a) / (b - a)))
        enter, leave = max(enter, first), min(leave, last)
    return enter < leave
