"""The figure in Jupyter: ipywidgets for the controls, Python for the numbers, the same SVG."""

import copy
import html
import os
from typing import Any

from bookkit.live.controls import Slider
from bookkit.live.figure import LiveFigure


class _Note:
    def _repr_html_(self) -> str:
        return "<p><em>In Jupyter, sliders appear here and Python moves the figure.</em></p>"

    def __repr__(self) -> str:
        return "In Jupyter, sliders appear here and Python moves the figure."


def widget(figure: LiveFigure) -> Any:
    """A box of ipywidgets; `LIVE_STATIC=1` gives a note instead, and creates no widget."""
    if os.environ.get("LIVE_STATIC") == "1":
        return _Note()
    import ipywidgets as w

    inputs: dict[str, Any] = {}
    wide = {"layout": w.Layout(width="24rem"), "style": {"description_width": "9rem"}}
    for name, control in figure.controls.items():
        label = " ".join(filter(None, [getattr(control, "symbol", ""), control.label]))
        if not isinstance(control, Slider):
            options = [(text, option) for option, text in control.options.items()]
            inputs[name] = w.ToggleButtons(
                options=options, value=control.start, description=label,
                style={"description_width": "9rem", "button_width": "auto"},
            )  # fmt: skip
        elif control.stops:
            inputs[name] = w.SelectionSlider(
                options=[(control.text(v), v) for v in control.stops], value=control.start,
                description=label, **wide,
            )  # fmt: skip
        else:
            inputs[name] = w.FloatSlider(
                value=control.start, min=control.low, max=control.high, step=control.step,
                readout_format=f".{control.digits}f", description=label, **wide,
            )  # fmt: skip

    picture = w.HTML()
    drawing = copy.deepcopy(figure.drawing)  # the figure itself stays as it is

    def show(_: Any = None) -> None:
        chosen = {
            name: round(field.value, control.digits) if isinstance(control, Slider) else field.value
            for (name, control), field in zip(figure.controls.items(), inputs.values(), strict=True)
        }
        out = figure.compute(chosen)
        drawing.apply(figure.changes(chosen, out))
        sentence = html.escape(figure.words(chosen, out), quote=False)
        picture.value = (
            f'<style>{figure._css()}</style><figure class="live" data-live="widget">'
            f'<div class="live-picture">{drawing.svg()}</div>'
            f'<figcaption><p class="live-sentence">{sentence}</p></figcaption></figure>'
        )

    def set_all(values: dict[str, Any]) -> None:
        for name, value in values.items():
            inputs[name].unobserve(show, "value")
            inputs[name].value = value
            inputs[name].observe(show, "value")
        show()

    buttons = []
    presets = {label: figure.preset(label) for label in figure.presets}
    for label, values in {**presets, "Reset": figure.start}.items():
        button = w.Button(description=label)
        button.on_click(lambda _, values=values: set_all(values))
        buttons.append(button)
    for field in inputs.values():
        field.observe(show, "value")
    show()
    return w.VBox([picture, *inputs.values(), w.HBox(buttons)])
