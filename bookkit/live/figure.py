"""What all forms of a live figure share: the drawing, the words, the page."""

import gzip
import html
import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.resources import files
from typing import Any

from bookkit import style
from bookkit.live import artists
from bookkit.live.controls import Choice, Slider
from bookkit.live.drawing import Drawing, draw
from bookkit.live.errors import LiveFigureError
from bookkit.live.ghost import with_ghost
from bookkit.live.kept import store_source
from bookkit.live.sentence import Sentence
from bookkit.page import short

VERSION = 1  # of the spec; the runtime refuses another
_HERE = files(__package__)


class LiveFigure(ABC):
    """A picture that a program moves; see `bookkit.live`. Made as Explorable or Snapshots."""

    limit = 15_000  # bytes, gzipped, without the runtime
    made = ""

    def __init__(
        self, name: str, title: str, controls: dict[str, Slider | Choice], data: Mapping | None,
        draw: Callable, sentence: Sentence | str, presets: Mapping[str, Mapping],
        question: str, size: tuple[float, float], ghost: bool | tuple[str, ...] = False,
    ):  # fmt: skip
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise LiveFigureError(f"a figure's name is a lower-case identifier, not {name!r}")
        self.name, self.controls = name, controls
        self.title = title or name.replace("_", " ").capitalize()
        self.data = plain(dict(data or {}))
        self.draw = with_ghost(draw, ghost) if ghost else draw
        self.sentence = Sentence(sentence) if isinstance(sentence, str) else sentence
        self.presets = {label: dict(values) for label, values in dict(presets).items()}
        self.question, self.size = question, size
        for label, values in self.presets.items():
            if unknown := set(values) - set(controls):
                raise LiveFigureError(
                    f"{name!r}: the preset {label!r} sets {', '.join(sorted(unknown))}; "
                    f"the controls are {', '.join(controls)}"
                )

    # Each form says how numbers come from the controls, in Python and in the page.

    @abstractmethod
    def compute(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Every output at the chosen values of the controls, as plain lists and floats."""

    def program_source(self, language: str = "python") -> str:
        """The text of the program that the page runs, or its Python twin."""
        raise LiveFigureError(f"{self.name!r} has no program that a page could run")

    @abstractmethod
    def check(self) -> None:
        """Refuse what would mislead the reader in silence; see bookkit.live.check.

        Raises:
            LiveFigureError: naming the rule, what came, and the next step.
        """

    def page_data(self) -> dict:
        """The data that the page's program receives."""
        return self.data

    # --- values -----------------------------------------------------------------------------

    @property
    def start(self) -> dict[str, Any]:
        return {name: control.start for name, control in self.controls.items()}

    def preset(self, label: str) -> dict[str, Any]:
        """What a preset sets, rounded to the sliders' steps as the page does; the rest stays."""
        return {
            name: control.nearest(value) if isinstance(control := self.controls[name], Slider)
            else value
            for name, value in self.presets[label].items()
        }  # fmt: skip

    def inputs(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """What the program receives as `p`: a number a slider, one-hot numbers a choice."""
        return {
            name: control.value(chosen[name]) if isinstance(control, Choice) else chosen[name]
            for name, control in self.controls.items()
        }

    def look(self, chosen: Mapping[str, Any], out: Mapping) -> Callable[[str], Any]:
        """Names as artists and sentences see them: outputs, then data, then sliders."""
        everything = {**self.inputs(chosen), **self.data, **out}

        def get(name: str) -> Any:
            if name not in everything:
                raise LiveFigureError(
                    f"{self.name!r}: nothing is called {name!r}; there are {', '.join(everything)}"
                )
            return everything[name]

        return get

    def words(self, chosen: Mapping[str, Any], out: Mapping, text: str | None = None) -> str:
        """The sentence (or another text with fields) at the chosen values."""
        sentence = self.sentence if text is None else Sentence(text)
        texts = {name: control.text(chosen[name]) for name, control in self.controls.items()}
        return sentence.fill(self.look(chosen, out), texts)

    def changes(self, chosen: Mapping[str, Any], out: Mapping | None = None) -> dict[str, dict]:
        """What moves in the drawing at the chosen values (`bookkit.live.artists.redraw`)."""
        out = self.compute(chosen) if out is None else out
        return artists.redraw(
            self.drawing.spec, self.look(chosen, out), lambda text: self.words(chosen, out, text)
        )

    # --- the page ---------------------------------------------------------------------------

    @cached_property
    def drawing(self) -> Drawing:
        out = self.compute(self.start)
        drawing = draw(self.name, self.draw, out, self.size)
        changes = artists.redraw(
            drawing.spec, self.look(self.start, out), lambda t: self.words(self.start, out, t)
        )
        # matplotlib's lines stay as they are, but for limits that follow, which it does not
        # know, pictures, which it resamples, and words, which are written once, in the tag.
        drawing.apply({id_: changes[id_] for id_ in drawing.ours if id_ in changes})
        drawing.simplify()
        return drawing

    def spec(self) -> dict:
        """All that the page's runtime needs, beside the SVG and the program."""
        spec = self.drawing.spec
        live = [
            {**item, "words": Sentence(item["words"]).pieces()} if item["kind"] == "text" else item
            for item in spec["live"]
        ]
        return {
            "version": VERSION, "name": self.name, **spec, "live": live,
            "controls": {name: control.spec() for name, control in self.controls.items()},
            "presets": {label: self.preset(label) for label in self.presets},
            "sentence": self.sentence.pieces(), "data": self.page_data(), **self.keeps(),
        }  # fmt: skip

    def html(self, runtime: bool = True) -> str:
        """The figure for a page: SVG and sentence that need no script, then what brings them
        to life. Without `runtime`, another figure on the page must carry it."""
        spec, program = compact(self.spec()), self.program_source("javascript")
        page = self.frame(
            f'<script type="application/json" class="live-spec">{_script(spec)}</script>'
            f'<script type="text/x-live" class="live-program">{_script(program)}</script>'
        )
        store = store_source() if self.keeps() else ""
        return page + (f"<script>{store}{_script(runtime_source())}</script>" if runtime else "")

    def frame(self, scripts: str) -> str:
        """The figure at its start, and in it the scripts that move it, if any."""
        said = self.words(self.start, self.compute(self.start))
        page = self.picture(self.drawing, said, self.made, scripts)
        if (size := len(gzip.compress(page.encode()))) > self.limit:
            raise LiveFigureError(
                f"{self.name!r} takes {size:,} bytes gzipped; the limit is {self.limit:,}. "
                "Draw fewer points, store fewer states or fewer bits."
            )
        return page

    def picture(self, drawing: Drawing, said: str, made: str = "", scripts: str = "") -> str:
        """A drawing, the sentence about it, and what made it."""
        svg = drawing.svg().replace(
            "<svg ", f'<svg role="img" aria-label="{html.escape(self.title)}" ', 1
        )
        question, made = html.escape(self.question), html.escape(made)
        return "".join([
            f'<figure class="live" id="live-{self.name}" data-name="{self.name}">',
            f"<style>{self._css()}</style>",
            question and f'<p class="live-question">{question}</p>',
            f'<div class="live-picture">{svg}</div>',
            f'<figcaption><p class="live-sentence">{html.escape(said, quote=False)}</p>',
            made and f'<p class="live-made">{made}</p>',
            f"</figcaption>{scripts}</figure>",
        ])  # fmt: skip

    def keeps(self) -> dict:
        """What the page is told of fits in the reader's browser; see bookkit.live.kept."""
        return {}

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        return f"<live figure {self.name!r}: {', '.join(self.controls)}>"

    def _css(self) -> str:
        used = sorted(self.drawing.colours | {"ink", "paper", "muted"})
        both = (f"--live-{n}:light-dark({c},{c.dark});" for n in used if (c := style.colour[n]))
        return (
            "@supports (color:light-dark(#000,#fff)){figure.live{"
            + "".join(both)
            + "}}"
            + (_HERE / "live.css").read_text(encoding="utf-8").replace("\n", "")
        )


def runtime_source() -> str:
    """live.js without its comments and indentation."""
    return short((_HERE / "live.js").read_text(encoding="utf-8"))


def compact(value: Any) -> str:
    """JSON without spaces; floats in their shortest form, numbers that are none as null."""
    return json.dumps(_finite(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _script(text: str) -> str:
    """Text that cannot end the script element that holds it."""
    return text.replace("</", "<\\/")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value


def plain(value: Any) -> Any:
    """Arrays as lists, numbers as floats, containers as they are."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return float(value)
