"""Still figures are SVG: as large as in pixels, the same each time, and never heavy."""

import gzip
import random
import re
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure

from bookkit import still


def figure(points):
    draws = random.Random(1)
    made = Figure(figsize=(4.6, 3.0), dpi=110)
    made.subplots().scatter(*([draws.gauss(0, 1) for _ in range(points)] for _ in "xy"), s=9)
    return made


def test_is_as_large_as_in_pixels_and_the_same_each_time():
    made = figure(5)
    made.set_layout_engine("none")
    text = still.svg(made)
    box = made.get_tightbbox().padded(0.1)  # matplotlib's savefig.pad_inches
    width, height = (
        float(re.search(rf'{side}="([\d.]+)px"', text)[1]) for side in ("width", "height")
    )
    # Letters are measured in whole pixels, of 72 or of 110 dpi: two of the coarser at each end.
    assert width == pytest.approx(110 * box.width, abs=4 * 110 / 72)
    assert height == pytest.approx(110 * box.height, abs=4 * 110 / 72)
    assert text == still.svg(made)
    assert "<text" not in text  # letters are outlines
    assert "<image" not in text


def test_many_marks_are_one_picture_and_words_stay_sharp():
    few, many = figure(50), figure(30_000)
    many.axes[0].set_title("thirty thousand")
    text = still.svg(many)
    assert text.count("<image") == 1
    assert len(gzip.compress(text.encode())) < 300_000
    assert "<!-- thirty thousand -->" in text
    assert many.axes[0].get_rasterization_zorder() is None  # as it was
    assert text.count("<use") < 100
    assert still.svg(few).count("<use") >= 50


def test_jupyter_shows_it_and_nothing_else(monkeypatch):
    shell = InteractiveShell.instance()
    try:
        monkeypatch.setattr("builtins.get_ipython", lambda: shell, raising=False)
        assert still.show_as_svg()
        data, _ = shell.display_formatter.format(figure(3))
        assert {kind for kind in data if kind.startswith("image/")} == {"image/svg+xml"}
    finally:
        InteractiveShell.clear_instance()


def test_a_plain_python_is_left_alone():
    assert not still.show_as_svg()
    assert "get_ipython" not in vars(sys.modules["builtins"])
