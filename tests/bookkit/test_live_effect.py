"""An effect in pixels, by hand; and the grey curve that stays where the sliders started."""

import math

import pytest

from bookkit import style
from bookkit.live import (
    Explorable,
    LiveFigureError,
    Slider,
    bars,
    effect_in_pixels,
    follow,
    line,
    points,
    vline,
)
from bookkit.live.effect import PHONE
from tests.bookkit.live_gallery import fitted

T = [k / 10 for k in range(101)]


def ramp(ghost=False, moving=False):
    """A level line, a slope that a slider lifts, a dot and a bar; 1 unit is a tenth of the axes."""

    def program(p, data):
        lift, t = p["lift"], data["t"]
        return {"y": lift + 0.0 * t, "slope": lift + t, "dot": lift, "height": [lift]}

    def draw(fig, out):
        ax = fig.subplots()
        ax.set(xlim=(0, 10), ylim=(-10, 10) if moving else (0, 10))
        (level,) = ax.plot(T, out["y"], color=style.colour["hare"])
        (slope,) = ax.plot(T, out["slope"], color=style.colour["lynx"])
        (dot,) = ax.plot([5], [out["dot"]], "o", color=style.colour["loss"])
        columns = ax.bar([8], out["height"], color=style.colour["lynx"])
        wall = ax.axvline(out["dot"], color=style.colour["loss"])
        tags = {level: line("t", "y"), slope: line("t", "slope"), dot: points("five", "dot"),
                columns: bars("height"), wall: vline("dot")}  # fmt: skip
        return tags | ({ax: follow("y")} if moving else {})

    return Explorable(
        "ramp", {"lift": Slider("lift", 0.0, 5.0, 1.0, 0.5)}, program, draw, "At {dot:.1f}.",
        data={"t": T, "five": [5.0]}, presets={"two": {"lift": 2.0}}, ghost=ghost,
    )  # fmt: skip


def box(figure):
    x0, y0, x1, y1 = figure.drawing.spec["axes"][0]["box"]
    return (x1 - x0) * PHONE / (4.6 * 72), (y1 - y0) * PHONE / (4.6 * 72)


def test_an_effect_is_what_a_ruler_on_the_phone_measures():
    """To 0.02 SVG units: the paths have two decimals."""
    figure = ramp()
    wide, tall = box(figure)
    lifted = effect_in_pixels(figure, {}, "two", "y")
    assert lifted == pytest.approx(tall / 10, abs=0.04)
    assert effect_in_pixels(figure, "two", {"lift": 1.0}, "height") == pytest.approx(
        lifted, abs=0.04
    )
    assert effect_in_pixels(figure, {}, "two", "dot") == pytest.approx(wide / 10, abs=0.04)
    slope = effect_in_pixels(figure, {}, "two", "slope")  # across the slope, not straight up
    steep = math.atan2(tall, wide)
    assert lifted * math.cos(steep) <= slope + 0.04
    assert slope < lifted + wide / 10
    assert effect_in_pixels(figure, {}, {}, "y") == 0
    assert effect_in_pixels(figure, {}, "two", "y", width=2 * PHONE) == pytest.approx(2 * lifted)


def test_what_leaves_the_axes_counts_to_their_edge():
    figure = ramp()
    assert effect_in_pixels(figure, {}, {"lift": 5.0}, "slope") <= sum(box(figure))


def test_a_name_that_no_artist_shows():
    with pytest.raises(LiveFigureError, match="shows 'misfit'; there are t, y"):
        effect_in_pixels(fitted(), {}, "best", "misfit")


def test_a_ghost_stays_where_the_curve_began():
    plain, haunted = fitted(), fitted(ghost=True)
    haunted.check()
    path = plain.drawing.element("fitted-0").find("path").get("d")
    paths = [e.get("d") for e in haunted.drawing.root.iter("path")]
    assert paths.count(path) == 2 and "muted" in haunted.drawing.colours
    first, last = (i for i, d in enumerate(paths) if d == path)
    moving = next(haunted.drawing.element("fitted-0").iter("path"))
    assert list(haunted.drawing.root.iter("path"))[last] is moving and first < last  # it lies below
    assert len(haunted.spec()["live"]) == len(plain.spec()["live"])  # nothing moves it


def test_a_ghost_of_some_curves_and_none_where_limits_move():
    def count(figure):
        return len(list(figure.drawing.root.iter("path")))

    assert count(ramp(ghost=("slope",))) == count(ramp()) + 1
    assert count(ramp(ghost=True)) == count(ramp()) + 2
    assert count(ramp(ghost=True, moving=True)) == count(ramp(moving=True))
