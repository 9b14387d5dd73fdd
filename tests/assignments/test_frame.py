"""The frame of the assignments' tests: each of its five fails where its table is wrong."""

import pytest

from tests.assignments import test_space as space

RIGHT = space.TestSpace  # not by name: it would be collected here once more
TURN = ("ahead = [*bar[1:], 0]", "ahead = [0, *bar[:-1]]")


MISTAKES = {
    "no mistake": ("2", TURN[0], TURN[0], "blows the other way"),
    "other words": ("2", *TURN, "words that no hint has"),
    "no words": ("2", *TURN, ""),
    "not in the solution": ("2", "a text of some other task", "", "blows the other way"),
    "in another task": ("1", *TURN, "blows the other way"),
    "still open": ("2", TURN[0], "raise NotImplementedError", "the check will ask"),
}
CLEVER = {
    "right": ("2", (TURN[0], TURN[0])),
    "other words": ("2", TURN, "words that no hint has"),
    "it stumbles": ("2", lambda w, v, bar: bar.nothing),
}
UNUSUAL = {"wrong": ("2", TURN)}


class Wrong(RIGHT):
    """One wrong row of each kind, and the test that must see it."""

    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL


@pytest.mark.parametrize("row", MISTAKES)
def test_a_wrong_row_of_mistakes_is_seen(row):
    with pytest.raises(AssertionError):
        Wrong().test_a_plausible_mistake_gets_its_counter_example_and_hint(row)


@pytest.mark.parametrize("row", CLEVER)
def test_a_wrong_row_of_clever_answers_is_seen(row):
    with pytest.raises(AssertionError):
        Wrong().test_a_clever_wrong_answer_is_refused(row, "public")


def test_a_wrong_row_of_unusual_answers_is_seen():
    with pytest.raises(AssertionError, match="not yet"):
        Wrong().test_an_unusual_right_answer_is_accepted("wrong", "public")


def test_a_wrong_solution_is_seen(monkeypatch):
    broken = RIGHT.read(RIGHT.changed("2", *TURN))
    monkeypatch.setattr(Wrong, "solution", lambda self: broken)
    with pytest.raises(AssertionError, match="not yet"):
        Wrong().test_the_solution_passes_for_any_seed("2", "autumn")


def test_a_students_version_that_is_not_open_is_seen(monkeypatch):
    monkeypatch.setattr("tests.assignments.frame.code_of", lambda notebook: RIGHT.code())
    with pytest.raises(AssertionError):
        Wrong().test_the_student_version_reads_as_open("2")
