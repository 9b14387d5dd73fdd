"""Self-checks: what they refuse, and that their HTML is whole (behaviour: tests/browser)."""

import gzip
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from bookkit.page import short
from bookkit.quiz import Predict, Quiz, Recall


def recall(question="Which is the rule?"):
    wrong = {"b < a": "The other way round.", "a = b": "Only at the start."}
    return Recall(question, right="a < b", why="By definition.", wrong=wrong)


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.seen = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def all(self, tag):
        return [attributes for name, attributes in self.seen if name == tag]


def test_each_question_is_a_group_of_its_own_with_one_right_answer():
    tags = Tags(Quiz("chapter/quiz", [recall(f"Question {n}?") for n in range(4)])._repr_html_())
    radios = tags.all("input")
    assert len(tags.all("fieldset")) == len(tags.all("legend")) == 4
    assert len({radio["name"] for radio in radios}) == 4
    assert sum("data-right" in radio for radio in radios) == 4
    assert len(tags.all("label")) == len(radios) == len(tags.all("p")) == 12


def test_the_right_answer_has_no_fixed_place():
    items = [Recall("?", f"right {n}", "so", {f"wrong {n}": "no"}) for n in range(20)]
    places = {item.answers.index(item.right) for item in items}
    assert places == {0, 1}


def test_a_prediction_can_be_skipped():
    html = Predict("chapter/peak", "Which first?", ["hare", "lynx"], "The peaks.")._repr_html_()
    assert len(Tags(html).all("input")) == 3
    assert "I would rather look first." in html


def test_a_prediction_can_answer_each_choice():
    answered = Predict("c/x", "Up or down?", {"up": "It is.", "down": "No: up."}, "See.")
    html = answered._repr_html_()
    assert [html.count(f"<p>{text}</p>") for text in ("See. It is.", "See. No: up.", "See.")] == [
        1,
        1,
        1,
    ]
    assert repr(answered).count("( )") == 3


def test_text_is_escaped_and_code_is_code():
    html = Predict("c/x", "Is `a<b`?", ["a<b", "b<a"], "Look.")._repr_html_()
    assert "<code>a&lt;b</code>" in html


def test_text_fallback_names_every_choice():
    assert repr(Predict("c/x", "Which?", ["one", "two"], "Look.")).count("( )") == 3
    assert repr(Quiz("c/q", [recall()] * 4)).count("( )") == 12


@pytest.mark.parametrize(
    "make",
    [
        lambda: Predict("c/x", "?", ["one"], "Look."),
        lambda: Predict("c/x", "?", "yes", "Look."),
        lambda: Predict("c/x", "?", ["same", "same"], "Look."),
        lambda: Predict("c/x", "?", {"up": "It is.", "down": ""}, "Look."),
        lambda: Recall("?", "same", "so", {"same": "no"}),
        lambda: Recall("?", "right", "so", {}),
        lambda: Recall("?", "right", "so", {"wrong": ""}),
        lambda: Quiz("c/q", [recall()] * 3),
        lambda: Quiz("c/q", [recall()] * 7),
    ],
)
def test_refuses_a_question_that_is_not_whole(make):
    with pytest.raises(ValueError):
        make()


def test_the_script_and_style_are_small():
    """Each form carries them: 3.4 kB as they stand, 1.4 kB as a server sends them."""
    js, css = (files("bookkit").joinpath(f"quiz.{kind}").read_text() for kind in ("js", "css"))
    inline = (short(js) + css).encode()
    assert len(inline) < 3500
    assert len(gzip.compress(inline)) < 1500
