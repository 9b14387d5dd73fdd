"""The page's arithmetic is Python's: paths, numbers and words, string for string."""

import gzip
import json
import math
import random
import re
from itertools import product
from xml.etree import ElementTree

import pytest

from bookkit.live import LiveFigureError, Sentence, Slider, Snapshots, line
from bookkit.live.figure import compact, runtime_source
from bookkit.live.sentence import OUTSIDE, number
from tests.bookkit import live_gallery

pytestmark = pytest.mark.node

REDRAW = """
function main({spec, source, places}, live) {
  const program = new Function("return " + source)();
  return places.map(([p, chosen]) => {
    const out = program(p, spec.data);
    const look = n => n in out ? out[n] : n in spec.data ? spec.data[n] : p[n];
    const texts = {};
    for (const [n, c] of Object.entries(spec.controls)) texts[n] = live.controlText(c, chosen[n]);
    const words = pieces => live.fill(pieces, look, texts);
    return [live.redraw(spec, look, words), words(spec.sentence)];
  });
}"""


def in_the_page(node, figure, places):
    value = {
        "spec": json.loads(compact(figure.spec())),
        "source": figure.program_source("javascript"),
        "places": [[figure.inputs(chosen), chosen] for chosen in places],
    }
    return node(REDRAW, value)


def test_every_kind_of_artist_moves_alike(gallery, node):
    stops, options = gallery.controls["phase"].stops, gallery.controls["sign"].options
    places = [{"phase": a, "sign": b} for a, b in product(stops, options)]
    for chosen, (changes, said) in zip(places, in_the_page(node, gallery, places), strict=True):
        expected = gallery.changes(chosen)
        for id_, change in expected.items():
            if "cells" in change:  # numbers, until a canvas paints them
                assert changes[id_]["cells"] == change["cells"]
            else:
                assert changes[id_] == change, (id_, chosen)
        assert said == gallery.words(chosen, gallery.compute(chosen))


def test_long_curves_are_thinned_alike(node):
    draws = random.Random(1)
    xs = [k / 20 for k in range(6000)]
    wave = [math.sin(x) + draws.gauss(0, 0.1) for x in xs]

    def draw(fig, out):
        ax = fig.subplots()
        (curve,) = ax.plot(out["x"], out["y"])
        return {curve: line("x", "y")}

    figure = Snapshots("long", slider=("k", Slider.over([0, 1], "k")), draw=draw, made="here",
                       states=[{"x": xs, "y": wave}] * 2, sentence="Long.")  # fmt: skip
    places = [{"k": 0}]
    [[changes, _]] = in_the_page(node, figure, places)
    assert changes == figure.changes(places[0])
    d = changes["long-0"]["d"][0]
    assert d.count("L") < 4 * figure.drawing.spec["size"][0]  # at most four points a column
    ys = [float(y) for y in re.findall(r" (-?[\d.]+)", d)]
    scale = figure.drawing.spec["axes"][0]["y"]
    peak = round(scale["o"] + scale["s"] * max(figure.compute(places[0])["y"]), 2)
    assert min(ys) == pytest.approx(peak, abs=0.011)  # the highest point is kept


def test_numbers_are_written_alike(node):
    draws = random.Random(2)
    values = [0.0, -0.0, 0.5, 1.5, 2.5, -2.5, 0.125, 9.995, 99.5, 1e15, -3e20, 1e300, 5e-324]
    values += [draws.choice((-1, 1)) * 10 ** draws.uniform(-8, 18) for _ in range(500)]
    cases = [[v, digits, style] for v in values for digits in (0, 1, 3) for style in "fe"]
    there = node("function main(cases, live) { return cases.map(c => live.number(...c)); }", cases)
    assert there == [number(*case) for case in cases]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_sentence_says_so_outside_the_model(bad):
    assert Sentence("x is {x:.1f}.").fill({"x": bad}.get) == OUTSIDE


def test_a_sentence_refuses_what_the_page_cannot_print():
    with pytest.raises(LiveFigureError, match="knows the fields"):
        Sentence("x is {x:>10}.")


def test_states_survive_storing(gallery):
    """Within half a step of 12 bits of their range; numbers within six digits."""
    for phase, sign in product(live_gallery.PHASES, (1, -1)):
        wanted = live_gallery.state(phase, sign)
        got = gallery.compute({"phase": phase, "sign": "up" if sign > 0 else "down"})
        for key, value in wanted.items():
            if not isinstance(value, list):
                assert got[key] == pytest.approx(value, rel=5.1e-6)
                continue
            flat = [v for row in value for v in row] if key == "z" else value
            back = [v for row in got[key] for v in row] if key == "z" else got[key]
            half = gallery._stored["branches"]["up"][key]["unit"] / 2 * (1 + 1e-9)
            for a, b in zip(flat, back, strict=True):
                assert (math.isnan(a) and math.isnan(b)) or abs(a - b) <= half


@pytest.mark.parametrize(
    "states, message",
    [
        ([{"x": 1.0}], "2 stops and 1 states"),
        ([{"x": 1.0}, {"y": 1.0}], "same names and shapes"),
        ([{"x": [1.0]}, {"x": [1.0, 2.0]}], "same names and shapes"),
    ],
)
def test_states_that_do_not_fit_are_refused(states, message):
    with pytest.raises(LiveFigureError, match=message):
        Snapshots("s", slider=("k", Slider.over([0, 1], "k")), states=states, draw=None,
                  sentence="", made="here")  # fmt: skip


def test_a_figure_that_is_too_large_is_refused(monkeypatch):
    figure = live_gallery.make()
    monkeypatch.setattr(figure, "limit", 2000)
    with pytest.raises(LiveFigureError, match="bytes gzipped; the limit is 2,000"):
        figure.html()


def test_html_stands_without_script(gallery):
    """One element with SVG, sentence and controls' data; no id twice, none without the name."""
    html = gallery.html()
    svg = ElementTree.fromstring(re.search(r"<svg.*?</svg>", html, re.S)[0])
    ids = [e.get("id") for e in svg.iter() if e.get("id")]
    assert len(ids) == len(set(ids)) and all(i.startswith("gallery-") for i in ids)
    assert "<metadata" not in html and "DOCTYPE" not in html and "font-family" not in html
    assert gallery.words(gallery.start, gallery.compute(gallery.start)) in html
    assert not re.search(r"https?://(?!www\.w3\.org/)", html)
    assert gallery_again(gallery) == html


def gallery_again(gallery):
    """The same figure drawn afresh: the page is reproducible."""
    gallery.__dict__.pop("drawing")
    return gallery.html()


def test_runtime_is_small_and_cannot_close_its_script():
    source = runtime_source()
    assert (
        len(gzip.compress(source.encode())) < 6_500
    )  # walks, links, what is kept, marks that move
    assert "</" not in source


def test_two_figures_of_one_name_are_refused(gallery):
    from bookkit.live.check import different_names

    different_names([gallery, live_gallery.make("other")])
    with pytest.raises(LiveFigureError, match="two figures are called 'gallery'"):
        different_names([gallery, live_gallery.make()])
