"""A live figure whose program runs in the page."""

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit.live import check
from bookkit.live.controls import Choice, Slider
from bookkit.live.errors import LiveFigureError
from bookkit.live.figure import LiveFigure, plain
from bookkit.live.kept import Keep
from bookkit.live.sentence import Sentence
from mini_autodiff import javascript


class Explorable(LiveFigure):
    """One definition of a model, moved by the reader: on the page, and in Jupyter.

    Args:
        name: lower-case identifier, unique in the book.
        sliders: name -> Slider or Choice.
        program: program(p, data) -> dict of named curves and numbers, in mini_autodiff.numpy; `p`
            has the sliders' numbers, `data` what is given below. Its keyword-only parameters are
            the parts that `edit` can replace.
        draw: draw(fig, out) -> {artist: what moves it}; ordinary matplotlib, called once.
        sentence: what the figure shows, in words and numbers.
        data: name -> numbers that never change; pass what is random, or read from a file, here.
        presets: label -> values of some sliders.
        question: asked before the reader moves anything.
        keep: what stays in the reader's browser: Keep("hand fit", score="misfit").
        ghost: leave a grey curve at the start under every moving one, or under those whose y is
            named: ("hare",). Needs limits that stay.
        recall: the name of a fit kept by another figure, to bring its sliders here.
    """

    def __init__(
        self, name: str, sliders: dict[str, Slider | Choice], program: Callable, draw: Callable,
        sentence: Sentence | str, data: Mapping | None = None, presets: Mapping = {},
        question: str = "", title: str = "", size: tuple[float, float] = (4.6, 3.0),
        keep: Keep | None = None, recall: str = "", ghost: bool | tuple[str, ...] = False,
    ):  # fmt: skip
        super().__init__(
            name, title, dict(sliders), data, draw, sentence, presets, question, size, ghost
        )
        self.keep, self.recall = keep, recall
        self.program = program
        self._compiled: Any = ad.jit(program)
        self._arrays = {k: jnp.array(v) if isinstance(v, list) else v for k, v in self.data.items()}

    def compute(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        try:
            out = self._compiled(self.inputs(chosen), self._arrays)
        except (ArithmeticError, ValueError):  # log(-1), 1/0, exp(1000)
            if chosen == self.start:
                raise
            return nowhere(self.compute(self.start))  # as the page does: gaps, and a sentence
        if not isinstance(out, dict):
            raise LiveFigureError(
                f"{self.name!r}: a program returns a dict of named curves and numbers, "
                f"not {type(out).__name__}"
            )
        return plain(out)

    def program_source(self, language: str = "python") -> str:
        """The code generated from the program: "python", or "javascript" (also "js")."""
        if language in ("javascript", "js"):
            p = self.inputs(self.start)
            return javascript.export(self.program, p, self._arrays, name="program")
        if language == "python":
            self.compute(self.start)
            return self._compiled.source
        raise LiveFigureError(f"the program is printed in python or javascript, not {language!r}")

    def check(self) -> None:
        check.same_twice(self)
        if self.keep and not isinstance(self.compute(self.start).get(self.keep.score), float):
            raise LiveFigureError(
                f"{self.name!r} keeps the fit of lowest {self.keep.score!r}, which is no number "
                "among its outputs"
            )
        check.drawn(self)
        check.derivatives(self)

    def keeps(self) -> dict:
        if self.keep:
            return {"keep": self.keep.spec()}
        return {"keep": {"name": self.recall, "digits": 1}} if self.recall else {}

    def edit(self, part: Callable) -> "Explorable":
        """The same figure with one part of its program replaced by the reader's function of the
        same name: a decorator for a notebook cell::

            @figure.edit
            def vector_field(t, y, rates): ...
            vector_field
        """
        parts = [
            key for key, parameter in inspect.signature(self.program).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        ]  # fmt: skip
        if part.__name__ not in parts:
            raise LiveFigureError(
                f"{self.name!r} has no part called {part.__name__!r}; "
                f"name your function {' or '.join(parts) or '(this figure has no parts)'}"
            )
        program = functools.partial(self.program, **{part.__name__: part})
        name = self.name if self.name.endswith("_edited") else self.name + "_edited"
        return Explorable(
            name, self.controls, program, self.draw, self.sentence, self.data, self.presets,
            self.question, self.title, self.size,
        )  # fmt: skip


def nowhere(value: Any) -> Any:
    """The same names and shapes, with no numbers."""
    if isinstance(value, dict):
        return {key: nowhere(v) for key, v in value.items()}
    return [nowhere(v) for v in value] if isinstance(value, list) else math.nan
