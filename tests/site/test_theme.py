"""What a cell prints stands on the page as it was printed, however the kernel sent it."""

from hypothesis import given
from hypothesis import strategies as st
from myst_nb.core import render
from nbformat.v4 import new_output

from tests.pages import module

theme = module("book/_extensions/theme.py")


def said(text, name="stdout"):
    return new_output("stream", name=name, text=text)


@given(st.lists(st.text("ab \n"), min_size=1))
def test_pieces_are_joined_as_they_came(pieces):
    outputs = [said(piece) for piece in pieces]
    [whole] = theme.whole_streams(outputs)
    assert whole["text"] == "".join(pieces)
    assert [output["text"] for output in outputs] == pieces  # a second reading finds them as sent


def test_streams_and_figures_keep_apart():
    figure = new_output("display_data", data={"text/plain": "figure"})
    outputs = [said("a"), figure, said("warned", "stderr"), said("b")]
    shown = theme.whole_streams(outputs)
    assert [o.get("text", "figure") for o in shown] == ["ab", "figure", "warned"]


def test_a_progress_bar_is_its_last_state():
    [bar] = theme.whole_streams([said("start\n\r1/2"), said("\r2/2\n"), said("end\r\n")])
    assert bar["text"] == "start\n2/2\nend\r\n"


def test_the_name_that_is_replaced_is_there():
    assert callable(render.coalesce_streams)
