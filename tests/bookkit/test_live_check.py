"""What `.check()` refuses, one figure for each lie; and the honest one that it accepts."""

import random
from functools import partial

import pytest

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import (
    Choice,
    Explorable,
    LiveFigureError,
    Sentence,
    Slider,
    follow,
    hline,
    line,
    points,
    text,
)
from bookkit.live.drawing import draw as draw_svg

T = [k / 10 for k in range(31)]


def decay(p, data):
    y = p["height"] * jnp.exp(-p["rate"] * data["t"])
    return {"y": y, "last": y[-1], "dlast_drate": -data["t"][-1] * y[-1]}


def honest(fig, out):
    ax = fig.subplots()
    (curve,) = ax.plot(T, out["y"], color=style.colour["hare"])
    ax.set_ylim(0, 3)
    return {curve: line("t", "y")}


def figure(program=decay, draw=honest, sliders=None, sentence="At the end {last:.2f}.", **more):
    sliders = sliders or {
        "height": Slider("height", 0.5, 2, 1),
        "rate": Slider("rate", 0.1, 1, 0.5),
    }
    return Explorable("decay", sliders, program, draw, sentence, data={"t": T}, **more)


def refuses(message, **changes):
    with pytest.raises(LiveFigureError, match=message):
        figure(**changes).check()


def test_an_honest_figure_passes():
    figure().check()


def test_randomness():
    def program(p, data):
        return {**decay(p, data), "last": decay(p, data)["last"] + random.random()}

    refuses("not the same when it is traced twice", program=program)


def test_a_counter():
    calls = []

    def program(p, data):
        calls.append(1)
        return {**decay(p, data), "last": decay(p, data)["last"] * len(calls)}

    refuses("not the same when it is traced twice", program=program)


def test_a_slider_that_reaches_nothing():
    def program(p, data):
        return decay({**p, "rate": 0.5}, data)  # a constant in place of the slider

    refuses("'rate' reaches nothing", program=program)


def test_a_slider_that_only_names_itself_in_the_sentence():
    def program(p, data):
        return decay({**p, "rate": 0.5}, data)

    refuses("'rate' reaches nothing", program=program, sentence="rate {rate}, {last:.2f}")


@pytest.mark.parametrize("error", [-1.0, 1.001, 0.0])
def test_a_wrong_derivative(error):
    def program(p, data):
        out = decay(p, data)
        return {**out, "dlast_drate": error * out["dlast_drate"]}

    refuses("finite differences", program=program)


@pytest.mark.parametrize("unit, factor", [("log_", 1.0), ("percent_", 0.01)])
def test_derivatives_in_other_units(unit, factor):
    def program(p, data, scale):
        out = decay(p, data)
        out[f"dlast_d{unit}rate"] = scale * p["rate"] * out["dlast_drate"]
        return out

    figure(program=partial(program, scale=factor)).check()
    refuses("finite differences", program=partial(program, scale=factor * 1.01))


def test_a_derivative_along_a_choice():
    def program(p, data, swap=False):
        y = p["height"] * jnp.exp(-p["rate"] * data["t"])
        a, b = ("rate", "height") if swap else ("height", "rate")
        slope = p["by"][a] * y / p["height"] - p["by"][b] * data["t"] * y
        return {"y": y, "last": y[-1], "dy_dby": slope}

    sliders = {
        "height": Slider("height", 0.5, 2, 1),
        "rate": Slider("rate", 0.1, 1, 0.5),
        "by": Choice("by", {"height": "height", "rate": "rate"}),
    }

    def draw(fig, out):
        ax = fig.subplots()
        (curve,) = ax.plot(T, out["y"])
        (slope,) = ax.plot(T, out["dy_dby"])
        return {curve: line("t", "y"), slope: line("t", "dy_dby")}

    figure(program, draw, sliders).check()
    refuses("finite differences", program=partial(program, swap=True), draw=draw, sliders=sliders)


def test_a_derivative_of_nothing():
    def program(p, data):
        return {**decay(p, data), "dpeak_drate": p["rate"]}

    refuses("which is no output", program=program)


def test_a_path_that_its_axes_contradict():
    def shifted(fig, out):
        ax = fig.subplots()
        (curve,) = ax.plot(T, [v + 0.01 for v in out["y"]], color=style.colour["hare"])
        return {curve: line("t", "y")}

    refuses("from where the numbers of its axes put it", draw=shifted)


def test_a_path_in_other_coordinates():
    def offset(fig, out):
        from matplotlib.transforms import ScaledTranslation

        ax = fig.subplots()
        move = ax.transData + ScaledTranslation(0.1, 0, fig.dpi_scale_trans)
        (curve,) = ax.plot(T, out["y"], transform=move, color=style.colour["hare"])
        return {curve: line("t", "y")}

    refuses("from where the numbers of its axes put it", draw=offset)


def test_axes_with_other_scales():
    def polar(fig, out):
        (curve,) = fig.add_subplot(projection="polar").plot(T, out["y"])
        return {curve: line("t", "y")}

    refuses("plain axes", draw=polar)


def test_a_name_used_twice():
    def program(p, data):
        return {**decay(p, data), "rate": p["rate"]}

    refuses("'rate' is used twice", program=program)


@pytest.mark.parametrize("where", ["artist", "sentence"])
def test_a_name_that_is_nothing(where):
    def draw(fig, out):
        (curve,) = fig.subplots().plot(T, out["y"])
        return {curve: line("t", "z")}

    changes = {"draw": draw} if where == "artist" else {"sentence": "{z:.1f}"}
    refuses("nothing is called 'z'", **changes)


def test_a_colour_outside_the_palette():
    def red(fig, out):
        (curve,) = fig.subplots().plot(T, out["y"], color="red")
        return {curve: line("t", "y")}

    refuses("draws in #ff0000", draw=red)


def test_an_untagged_artist_in_axes_that_move():
    def left_behind(fig, out, tag=False):
        ax = fig.subplots()
        ax.set_ylim(-1, 1)
        (curve,) = ax.plot(T, out["y"], color=style.colour["hare"])
        (dots,) = ax.plot(T[::10], out["y"][::10], "o", color=style.colour["hare"])
        ax.axhline(0, color=style.colour["muted"])  # zero stays where it is
        return {curve: line("t", "y"), ax: follow("y")} | (
            {dots: points("few", "some")} if tag else {}
        )

    refuses("Line2D in axes 0 would stay behind", draw=left_behind)

    def program(p, data):
        out = decay(p, data)
        return {**out, "few": jnp.array(T[::10]), "some": out["y"][::10]}

    figure(program, partial(left_behind, tag=True)).check()


def test_words_are_written_once_in_the_tag():
    def wordy(fig, out):
        ax = fig.subplots()
        (curve,) = ax.plot(T, out["y"])
        return {curve: line("t", "y"), ax.set_title("end"): text("end {last:.2f}")}

    made = figure(draw=wordy)
    made.check()
    assert ">end 0.22</text>" in made.html()


def test_drawing_that_changes_from_time_to_time():
    def restless(fig, out):
        ax = fig.subplots()
        (curve,) = ax.plot(T, out["y"])
        ax.set_title(str(random.random()))
        return {curve: line("t", "y")}

    refuses("draws differently each time", draw=restless)


def test_a_kind_that_does_not_fit_its_artist():
    def draw(fig, out):
        ax = fig.subplots()
        return {ax.bar([0, 1], [1, 2]): hline("last")}

    refuses(r"hline\(\) cannot move a BarContainer", draw=draw)


def test_nothing_to_move():
    refuses("returns a dict", draw=lambda fig, out: None)


def test_a_preset_for_nothing():
    with pytest.raises(LiveFigureError, match="the preset 'x' sets speed"):
        figure(presets={"x": {"speed": 1}})


@pytest.mark.parametrize("low, start, high", [(1, 0, 2), (1, 3, 2), (1, 1, 1)])
def test_a_slider_that_cannot_start(low, start, high):
    with pytest.raises(LiveFigureError, match="starts between its ends"):
        Slider("x", low, high, start)


def test_a_slider_starts_on_a_step():
    assert Slider("x", 0.5, 2, 1).step == 0.01
    with pytest.raises(LiveFigureError, match="on one of its own steps"):
        Slider("x", 0, 1, 0.55, step=0.1)


def test_the_drawing_is_reproducible():
    out = figure().compute(figure().start)
    one, two = (draw_svg("decay", honest, out, (4.6, 3.0)).svg() for _ in range(2))
    assert one == two


# --- editing ----------------------------------------------------------------------


def shape(rate, t):
    return jnp.exp(-rate * t)


def with_a_part(p, data, *, shape=shape):
    y = p["height"] * shape(p["rate"], data["t"])
    return {"y": y, "last": y[-1]}


def test_the_reader_edits_a_part_and_moves_it():
    original = figure(with_a_part)

    @original.edit
    def shape(rate, t):
        return 1 / (1 + rate * t)

    assert shape.name == "decay_edited"
    assert original.compute(original.start)["last"] == pytest.approx(2.718281828459045**-1.5)
    assert shape.compute(shape.start)["last"] == pytest.approx(1 / 2.5)
    shape.check()
    assert shape.edit(lambda_named("shape")).name == "decay_edited"  # again, as a cell is run again


def lambda_named(name):
    def part(rate, t):
        return 1 - rate * t / 4

    part.__name__ = name
    return part


def test_a_part_that_there_is_not():
    with pytest.raises(LiveFigureError, match="no part called 'speed'; name your function shape"):
        figure(with_a_part).edit(lambda_named("speed"))


def test_the_edited_figure_is_shown_like_every_figure():
    edited = figure(with_a_part).edit(lambda_named("shape"))
    page = edited._repr_html_()
    assert 'data-name="decay_edited"' in page and "1 - rate * t / 4" not in page
    assert edited.program_source("js").replace("</", "<\\/") in page


def test_a_program_may_leave_its_range():
    def program(p, data):
        return {**decay(p, data), "last": jnp.log(p["rate"] - 0.3)}

    made = figure(program)
    out = made.compute({"height": 1, "rate": 0.2})
    assert made.words({"height": 1, "rate": 0.2}, out).startswith("With these values the model")


@pytest.mark.parametrize("said", ["up to {last:.2f}", "{last}", "a lone } brace"])
def test_words_hold_no_fields(said):
    """They are not filled: the reader would see the braces."""
    with pytest.raises(LiveFigureError, match=r"words hold no fields.*'size'.*beside \{size\}"):
        Sentence("It is {size}.", size=("last", [(1, "small"), (None, said)]))
