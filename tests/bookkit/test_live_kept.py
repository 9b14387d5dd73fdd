"""What a figure keeps of its reader, as Python writes it; tests/browser keeps it."""

import json
from html import unescape

import pytest

from bookkit.live import Keep, Kept, LiveFigureError
from tests.bookkit.live_gallery import fitted


def test_a_sentence_without_a_fit_says_so():
    kept = Kept("hand fit", "Your hand: {score:.1f}, with α = {alpha:.2f}.", "Not yet, reader's.")
    page = kept._repr_html_()
    assert "<span aria-live='polite'>Not yet, reader&#x27;s.</span>" in page
    words = json.loads(unescape(page.split("data-words='")[1].split("'")[0]))
    assert words == ["Your hand: ", ["score", 1], ", with α = ", ["alpha", 2], "."]
    assert repr(kept) == "Not yet, reader's."


@pytest.mark.parametrize("words", ["{score}", "{score:.1e}"])
def test_a_sentence_knows_decimals_only(words):
    with pytest.raises(LiveFigureError, match="numbers with decimals"):
        Kept("hand fit", words, "")


def test_what_is_kept_is_a_number():
    fitted(keep=Keep("hand fit", "misfit")).check()
    for score in ("y", "nothing"):
        with pytest.raises(LiveFigureError, match=f"lowest '{score}', which is no number"):
            fitted(keep=Keep("hand fit", score)).check()


def test_only_who_keeps_carries_the_store():
    assert "bookkitStore = {" in fitted(keep=Keep("hand fit", "misfit")).html()
    assert "bookkitStore = {" in fitted(recall="hand fit").html()
    assert "bookkitStore = {" not in fitted().html()


def test_an_edited_model_keeps_nothing():
    def shape(rate, t):
        return 1.0 - rate * t

    assert "keep" not in fitted(keep=Keep("hand fit", "misfit")).edit(shape).spec()
