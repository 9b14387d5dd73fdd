"""Colours can be told apart and read, on light and on dark pages."""

from itertools import combinations

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb

from bookkit import style

BACKGROUND = {"paper", "grid"}


def light(colour):
    """Linear RGB of an sRGB colour, as WCAG 2.2 defines it."""
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in to_rgb(colour)]


def luminance(colour):
    return sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), light(colour), strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", sorted(set(style.colour) - BACKGROUND))
def test_every_colour_can_be_read_as_text(name):
    """WCAG 2.2 AA asks 4.5 of text; direct labels are written in their line's colour."""
    colour, paper = style.colour[name], style.colour["paper"]
    assert contrast(colour, paper) >= 4.5
    assert contrast(colour.dark, paper.dark) >= 4.5


def test_no_value_is_used_twice():
    for page in (str, lambda c: c.dark):
        values = [page(c) for c in style.colour.values()]
        assert len(set(values)) == len(values)
        assert all(v == to_hex(v) for v in values)


# What a person without red cones, or without green ones, sees (Machado, Oliveira and
# Fernandes 2009, severity 1, on linear RGB).
PROTANOPIA = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
              (-0.003882, -0.048116, 1.051998))  # fmt: skip
DEUTERANOPIA = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                (-0.011820, 0.042940, 0.968881))  # fmt: skip


@pytest.mark.parametrize("matrix", [PROTANOPIA, DEUTERANOPIA])
@pytest.mark.parametrize("page", [str, lambda c: c.dark], ids=["light", "dark"])
def test_colours_that_meet_in_a_figure_survive_colour_blindness(matrix, page):
    def seen(name):
        rgb = light(page(style.colour[name]))
        return [sum(w * v for w, v in zip(row, rgb, strict=True)) for row in matrix]

    for one, other in combinations(("hare", "lynx"), 2):
        gap = sum((a - b) ** 2 for a, b in zip(seen(one), seen(other), strict=True)) ** 0.5
        assert gap > 0.2  # a fifth of the way from black to one full primary


def test_apply_uses_only_the_palette():
    with mpl.rc_context():
        style.apply()
        assert plt.rcParams["figure.figsize"] == [4.6, 3.0]
        for key in ("axes.edgecolor", "xtick.color", "ytick.color", "xtick.labelcolor",
                    "text.color", "axes.labelcolor", "grid.color"):  # fmt: skip
            assert to_hex(plt.rcParams[key]) in style.colour.values(), key
        cycle = [entry["color"] for entry in plt.rcParams["axes.prop_cycle"]]
        assert set(cycle) <= set(style.colour.values())
