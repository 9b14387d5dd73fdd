"""A model of JAX behind sliders: its callbacks are run here as ipywidgets runs them."""

import math

import jax.numpy
import numpy
import pytest

from bookkit import style
from bookkit.live import Choice, LiveFigureError, Slider, Widget, line

T = numpy.linspace(0, 2, 21)


def program(p):
    if p["rate"] > 0.95:
        raise RuntimeError("The maximum number of steps was reached.\nTraceback of a solver ...")
    x = p["up"]["double"] * jax.numpy.exp(p["rate"] * T) + jax.numpy.exp(p["rate"] * T)
    return {"t": T, "x": x, "end": jax.numpy.log(p["rate"]) + x[-1]}


def draw(fig, out):
    ax = fig.subplots()
    ax.set_ylim(0, 12)
    (curve,) = ax.plot(out["t"], out["x"], color=style.colour["hare"])
    return {curve: line("t", "x")}


def make(**more):
    return Widget(
        "growth",
        {"rate": Slider("births", 0.0, 1.0, 0.5, symbol="r"),
         "up": Choice("start", {"single": "one", "double": "two"})},
        program=program, draw=draw, sentence="At r = {rate} it ends at {end:.2f}.",
        presets={"fast": {"rate": 0.9, "up": "double"}}, **more,
    )  # fmt: skip


def path(text):
    return text.split('id="growth-0"')[1].split(' d="')[1].split('"')[0]


def test_a_slider_runs_the_program_and_moves_the_picture():
    figure = make()
    figure.check()
    picture, rate, up, buttons = figure.sliders().children
    before = picture.value
    said = f"At r = 0.50 it ends at {math.exp(1) + math.log(0.5):.2f}."
    assert said in before and "In Jupyter" not in before
    rate.value = 0.8
    assert f"At r = 0.80 it ends at {math.exp(1.6) + math.log(0.8):.2f}." in picture.value
    expected = figure.changes({"rate": 0.8, "up": "single"})["growth-0"]["d"][0]
    assert path(picture.value) == expected != path(before)
    fast, reset = buttons.children
    fast.click()
    assert (rate.value, up.value) == (0.9, "double")
    assert f"{2 * math.exp(1.8) + math.log(0.9):.2f}" in picture.value
    reset.click()
    assert (rate.value, up.value) == (0.5, "single") and said in picture.value
    assert said in make().html() and path(figure.html()) == path(make().html())  # itself unmoved


@pytest.mark.parametrize("rate, why", [
    (1.0, "It stopped at r = 1.00, start = one: The maximum number of steps was reached.</p>"),
    (0.0, "leaves the range in which it can be computed.</p>"),  # log(0) is -inf
])  # fmt: skip
def test_a_bad_value_is_answered_in_words(rate, why):
    picture, slider, *_ = make().sliders().children
    slider.value = rate
    assert "With these values the model leaves the range" in picture.value and why in picture.value
    assert "nan" not in path(picture.value)
    slider.value = 0.5
    assert path(picture.value).startswith("M") and "it ends at 2.03" in picture.value


def test_a_failure_at_the_start_is_the_authors():
    with pytest.raises(RuntimeError, match="maximum number"):
        Widget("bad", {"rate": Slider("r", 0.0, 2.0, 1.0)}, draw=draw, sentence="",
               program=lambda p: program({**p, "up": {"double": 1.0}})).html()  # fmt: skip


def test_a_program_returns_names():
    with pytest.raises(LiveFigureError, match="returns a dict of named curves"):
        Widget("bad", {}, program=lambda p: [1.0], draw=draw, sentence="").html()


def test_the_site_shows_one_state_and_says_so(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    bundle = make()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert "In Jupyter, sliders move it" in bundle["text/html"]
    assert "<script" not in bundle["text/html"] and "<input" not in bundle["text/html"]


def test_jupyter_shows_the_sliders(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "chapter.ipynb")
    assert "application/vnd.jupyter.widget-view+json" in make()._repr_mimebundle_()


def test_a_page_has_no_program_to_run():
    with pytest.raises(LiveFigureError, match="no program that a page could run"):
        make().program_source("js")
