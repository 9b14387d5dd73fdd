"""A live figure made of steps: the reader presses a button, and parts of a diagram light up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from bookkit.live import check
from bookkit.live.controls import Choice, Slider
from bookkit.live.diagram import Diagram, Edge, Node
from bookkit.live.drawing import Drawing
from bookkit.live.errors import LiveFigureError
from bookkit.live.explorable import Explorable
from bookkit.live.sentence import Sentence


@dataclass(frozen=True)
class Step:
    """What one press of the button does.

    Attributes:
        phase: the part of the walk that it belongs to, also the words on a button.
        lights: keys of the parts that light up now; they stay visible afterwards.
        sentence: what happens, with fields as in every sentence.
        words: key -> other words for a line, from this step on.
    """

    phase: str
    lights: Sequence[str]
    sentence: str
    words: Mapping[str, str] = field(default_factory=dict)


class Walk(Explorable):
    """A diagram to walk through, step by step; unmoved, it shows all its numbers.

    Args:
        name: lower-case identifier, unique in the book.
        nodes: key -> Node, a box with lines of numbers.
        edges: the arrows.
        steps: what lights up, in order; every part of the diagram may wait for its step, and
            what no step names is always there.
        program: program(p, data) -> dict of named numbers, as for Explorable; it runs in the page.
        sentence: what the whole diagram shows.
        sliders: name -> Slider or Choice; they change the numbers at any step.
        data: name -> numbers that never change.
        table: rows of a table beside the diagram, each a list of (key, words); the first row
            holds its headings.

    >>> from bookkit.live import Edge, Node, Step, Words
    >>> walk = Walk("halving", nodes={"a": Node("a", (0, 0), {"a=": Words("{x:.1f}")}),
    ...     "b": Node("b", (1, 0), {"b=": Words("{y:.1f}")})}, edges=[Edge("a", "b")],
    ...     steps=[Step("forwards", ["a="], "a is {x:.1f}."), Step("forwards", ["b="], "Half.")],
    ...     program=lambda p, data: {"x": data["one"], "y": data["one"] / 2},
    ...     data={"one": 1.0}, sentence="From {x:.1f} to {y:.1f}.")
    >>> walk.lit(1)
    {'a=': 'now', 'b=': 'ahead'}
    """

    def __init__(
        self, name: str, *, nodes: Mapping[str, Node], edges: Sequence[Edge],
        steps: Sequence[Step], program: Callable, sentence: Sentence | str,
        sliders: Mapping[str, Slider | Choice] = {}, data: Mapping | None = None,
        table: Sequence[Sequence[tuple[str, str]]] = (), presets: Mapping = {},
        question: str = "", title: str = "",
    ):  # fmt: skip
        super().__init__(
            name, dict(sliders), program, _nothing, sentence, data, presets, question, title
        )
        self.steps, self.table = list(steps), table
        self.diagram = Diagram(name, nodes, edges)
        known = self.diagram.keys | {key for row in table for key, _ in row}
        for step in self.steps:
            if strangers := {*step.lights, *step.words} - known:
                raise LiveFigureError(
                    f"{name!r}: a step lights {', '.join(sorted(strangers))}; the parts are "
                    f"{', '.join(sorted(known))}"
                )

    def lit(self, at: int) -> dict[str, str]:
        """What each part is after `at` presses: "now" lit, "done" before, or still "ahead".

        At 0, before the first press, all is shown.
        """
        found: dict[str, str] = {}
        for number, step in enumerate(self.steps, 1):
            for key in step.lights if at else ():
                state = "now" if number == at else "done" if number < at else "ahead"
                found[key] = state if state == "now" or key not in found else found[key]
        return found

    def said(self, at: int, chosen: Mapping[str, Any] | None = None) -> str:
        """The sentence after `at` presses."""
        chosen = chosen or self.start
        text = self.steps[at - 1].sentence if at else None
        return self.words(chosen, self.compute(chosen), text)

    @cached_property
    def drawing(self) -> Drawing:
        root = Element("div", {"class": "live-walk"})
        root.append(self.diagram.svg())
        texts = dict(self.diagram.texts)
        if self.table:
            self._rows(root, texts)
        wide, tall = self.diagram.size
        plain = {"s": 1.0, "o": 0.0, "log": False}
        spec: dict[str, Any] = {
            "size": [wide, tall],
            "axes": [{"box": [0, 0, wide, tall], "x": plain, "y": plain}],
            "live": [{"id": id_, "axes": 0, "kind": "text", "words": words, "keys": []}
                     for id_, words in texts.items()],
        }  # fmt: skip
        drawing = Drawing(root, spec)
        drawing.colours |= {"primal", "tangent", "cotangent", "grid"}
        out = self.compute(self.start)
        for id_, words in texts.items():
            drawing.apply({id_: {"text": self.words(self.start, out, words)}})
        return drawing

    def _rows(self, root: Element, texts: dict[str, str]) -> None:
        head, *rows = self.table
        table = SubElement(SubElement(root, "div", {"class": "live-table"}), "table")
        line = SubElement(SubElement(table, "thead"), "tr")
        for _, words in head:
            SubElement(line, "th", {"scope": "col"}).text = words
        body = SubElement(table, "tbody")
        for cells in rows:
            line = SubElement(body, "tr")
            for key, words in cells:
                cell = SubElement(line, "td", {"data-key": key} if key else {})
                cell.text = words
                if "{" in words:
                    cell.set("id", f"{self.name}-c{len(texts)}")
                    texts[cell.attrib["id"]] = words

    def spec(self) -> dict:
        ids: dict[str, list[str]] = {}
        for element in self.drawing.root.iter():
            if "id" in element.attrib:
                ids.setdefault(element.get("data-key", ""), []).append(element.attrib["id"])
        steps = [
            {"phase": step.phase, "lights": list(step.lights),
             "sentence": Sentence(step.sentence).pieces(),
             "words": [[id_, Sentence(words).pieces()]
                       for key, words in step.words.items() for id_ in ids[key]]}
            for step in self.steps
        ]  # fmt: skip
        return {**super().spec(), "steps": steps}

    def check(self) -> None:
        """Refuse what would mislead: see LiveFigure.check; and what lies on each other."""
        check.same_twice(self)
        check.names(self)
        check.every_control_reaches(self)
        check.derivatives(self)
        out = self.compute(self.start)
        if met := self.diagram.crowded(lambda words: self.words(self.start, out, words)):
            raise LiveFigureError(f"{self.name!r}: {'; '.join(met)} lie on each other; move a box")
        for at in range(len(self.steps) + 1):
            self.said(at)  # a sentence that names nothing raises


def _nothing(fig: Any, out: Any) -> dict:
    """A walk draws its diagram itself, without matplotlib."""
    return {}
