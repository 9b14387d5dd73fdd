"""A figure that Python moves: for a model that no page can compute, behind sliders in Jupyter."""

import copy
import os
from collections.abc import Callable, Mapping
from typing import Any

from bookkit.live import check
from bookkit.live.controls import Choice, Slider
from bookkit.live.errors import LiveFigureError
from bookkit.live.explorable import nowhere
from bookkit.live.figure import LiveFigure, plain
from bookkit.live.sentence import OUTSIDE, Sentence


class Widget(LiveFigure):
    """A JAX or diffrax model (or any Python function) behind ipywidgets' sliders.

    In Jupyter the last line of a cell shows sliders, and each move runs the program again; the
    picture is moved, not drawn anew. The site, which has no Python, shows it at the sliders'
    start, and says so. VS Code and Colab do too, until asked for `sliders()`.

    Where a page can compute the model, use Explorable: it is alive everywhere.

    Args:
        name: lower-case identifier, unique in the book.
        sliders: name -> Slider or Choice.
        program: program(p) -> dict of named curves and numbers; `p` has the sliders' numbers, and
            {option: 0.0 or 1.0} for a choice. Arrays of JAX and NumPy are welcome.
        draw: draw(fig, out) -> {artist: what moves it}, as for Explorable.
        sentence: what the figure shows, in words and numbers.
        presets: label -> values of some sliders.
        question, title, size, ghost: as for Explorable.

    >>> from bookkit.live import Slider, line
    >>> def draw(fig, out):
    ...     (curve,) = fig.subplots().plot(out["t"], out["x"])
    ...     return {curve: line("t", "x")}
    >>> Widget("growth", {"rate": Slider("rate", 0.0, 1.0, 0.5)}, draw=draw, sentence="{end:.1f}",
    ...        program=lambda p: {"t": [0, 1], "x": [1, 1 + p["rate"]], "end": 1 + p["rate"]})
    <live figure 'growth': rate>
    """

    limit = 30_000
    made = "The page shows one state. In Jupyter, sliders move it, and Python computes the others."

    def __init__(
        self, name: str, sliders: Mapping[str, Slider | Choice], *, program: Callable,
        draw: Callable, sentence: Sentence | str, presets: Mapping = {}, question: str = "",
        title: str = "", size: tuple[float, float] = (4.6, 3.0),
        ghost: bool | tuple[str, ...] = False,
    ):  # fmt: skip
        super().__init__(
            name, title, dict(sliders), {}, draw, sentence, presets, question, size, ghost
        )
        self.program = program

    def compute(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        return self._answer(chosen)[0]

    def _run(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        out = self.program(self.inputs(chosen))
        if not isinstance(out, Mapping):
            raise LiveFigureError(
                f"{self.name!r}: a program returns a dict of named curves and numbers, "
                f"not {type(out).__name__}"
            )
        return plain(out)

    def check(self) -> None:
        """Refuse what would mislead: see LiveFigure.check. Derivatives are not compared."""
        check.drawn(self)

    def html(self, runtime: bool = True) -> str:
        """The figure at its start, and a line that says where it moves."""
        return self.frame("")

    def sliders(self) -> Any:
        """The box of ipywidgets, also where this is not the front end's default.

        A value at which the program fails leaves the picture without curves, and the sentence says
        at which values it failed, and with what words.
        """
        import ipywidgets as w  # only Jupyter needs it

        inputs = {name: _input(w, control) for name, control in self.controls.items()}
        picture, drawing = w.HTML(), copy.deepcopy(self.drawing)

        def show(_: Any = None) -> None:
            chosen = {name: field.value for name, field in inputs.items()}
            for name, control in self.controls.items():
                if isinstance(control, Slider):
                    chosen[name] = control.nearest(chosen[name])
            out, sentence = self._answer(chosen)
            drawing.apply(self.changes(chosen, out))
            picture.value = self.picture(drawing, sentence)

        def set_all(values: Mapping[str, Any]) -> None:
            for name, value in values.items():
                inputs[name].unobserve(show, "value")
                inputs[name].value = value
                inputs[name].observe(show, "value")
            show()

        buttons = []
        for label, values in {
            **{k: self.preset(k) for k in self.presets},
            "Reset": self.start,
        }.items():
            button = w.Button(description=label)
            button.on_click(lambda _, values=values: set_all(values))
            buttons.append(button)
        for field in inputs.values():
            field.observe(show, "value")
        show()
        return w.VBox([picture, *inputs.values(), w.HBox(buttons)])

    def _answer(self, chosen: Mapping[str, Any]) -> tuple[dict, str]:
        """The outputs and the sentence; where the program fails, no numbers, and why."""
        try:
            out = self._run(chosen)
        except Exception as error:  # whatever a solver raises: the reader only moved a slider
            if chosen == self.start:
                raise
            out = nowhere(self._run(self.start))
            at = ", ".join(
                f"{getattr(control, 'symbol', '') or control.label} = {control.text(chosen[name])}"
                for name, control in self.controls.items()
            )
            why = (str(error).strip().splitlines() or [type(error).__name__])[0]
            return out, f"{OUTSIDE} It stopped at {at}: {why}"
        return out, self.words(chosen, out)

    def _repr_mimebundle_(self, **_: Any) -> dict:
        if (
            "JPY_SESSION_NAME" in os.environ
        ):  # a kernel of Jupyter's server, with a reader before it
            return self.sliders()._repr_mimebundle_()
        return {"text/html": self.html(), "text/plain": repr(self)}


def _input(w: Any, control: Slider | Choice) -> Any:
    label = " ".join(filter(None, [getattr(control, "symbol", ""), control.label]))
    layout, style = w.Layout(width="30rem"), {"description_width": "14rem"}
    common: dict[str, Any] = {"value": control.start, "description": label}
    if isinstance(control, Choice):
        options = [(words, option) for option, words in control.options.items()]
        return w.ToggleButtons(options=options, style={**style, "button_width": "auto"}, **common)
    common |= {"layout": layout, "style": style}
    if control.stops:
        stops = [(control.text(v), v) for v in control.stops]
        return w.SelectionSlider(options=stops, **common)
    return w.FloatSlider(
        min=control.low, max=control.high, step=control.step,
        readout_format=f".{control.digits}f", **common,
    )  # fmt: skip
