"""The frame of a check: what goes wrong in an answer becomes a sentence, and a seed draws alike."""

from unittest.mock import Mock

import pytest

from bookkit.checks import Checks, claim, close, course_seed, number, show, vector


@pytest.fixture
def check():
    check = Checks("Exercise")

    @check.property("1", hint="Think of both entries.")
    def doubles(draw, answer):
        """Every entry is doubled."""
        x = [draw.uniform(0, 1), draw.uniform(0, 1)]
        y = vector(answer(x), 2)
        claim(close(y, [2 * v for v in x], 1e-15), f"{show(x)} became {show(y)}")

    @check.property("2", hint="Count from zero.")
    def is_small(draw, answer):
        """The number is below one."""
        claim(number(answer) < 1, f"{show(answer)} is not")

    return check


def refused(verdict, capsys):
    """The printed text of a verdict that did not pass, as one line."""
    assert not verdict
    assert verdict.points(3) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert printed == " ".join(verdict.text.split())
    return printed


def test_a_right_answer_passes(check, capsys):
    verdict = check("1", lambda x: [2 * v for v in x])
    assert verdict
    assert verdict.points(3) == 3
    assert "passed: every entry is doubled." in capsys.readouterr().out


def test_a_wrong_answer_gets_a_counter_example_and_the_hint(check, capsys):
    text = refused(check("1", lambda x: list(x)), capsys)
    assert "Counter-example: [0." in text
    assert "Hint: think of both entries." in text


def test_an_exception_names_the_readers_own_line(check, capsys):
    def mine(x):
        total = x[5]  # a marked line
        return [total, total]

    text = refused(check("1", mine), capsys)
    assert "raised IndexError: list index out of range" in text
    assert "of mine: total = x[5] # a marked line." in text


def test_the_line_is_the_readers_even_when_the_error_is_raised_in_a_library(check, capsys):
    def helper(x):
        return sorted(x, key=len)  # type: ignore[arg-type]

    def mine(x):
        return helper(x)

    assert "of helper: return sorted(x, key=len)" in refused(check("1", mine), capsys)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: x and None, "does the function end in `return`?"),
        (lambda x: 3.0, "returned 3 (float), where a list of 2 numbers"),
        (lambda x: [1.0], "returned [1] (list), where a list of 2 numbers"),
        (lambda x: "ab", "returned 'ab' (str), where a list of 2 numbers"),
        (lambda x: ["a", "b"], "returned 'a' (str), where one number"),
        (lambda x: [float("nan"), 1.0], "nan, which is no finite number"),
        (lambda x, y: x, "but yours is <lambda>(x, y): missing a required argument"),
        (lambda x: x[0].foo, "raised AttributeError"),
        (lambda x: x.reverse() or x, "changed its argument"),
    ],
)
def test_faults_of_form_become_sentences(check, capsys, answer, words):
    assert words in refused(check("1", answer), capsys)


def test_a_function_with_no_body_is_open_and_not_wrong(check, capsys):
    def dots(x):
        """Three dots."""
        ...

    def bare(x): ...

    def tried(x):
        x = 2 * x

    for answer in (dots, bare):
        assert "is still open" in refused(check("1", answer), capsys)
    assert "returned None" in refused(check("1", tried), capsys)


def test_an_open_exercise_says_what_will_be_asked(check, capsys):
    open_cell = Mock(side_effect=NotImplementedError)  # as a student's version raises it
    text = refused(check("1", open_cell), capsys)
    assert text == "Exercise 1 is still open. The check will ask: every entry is doubled."


def test_a_result_in_place_of_the_function_is_told(check, capsys):
    text = refused(check("1", [1.0, 2.0]), capsys)
    assert "asks for a function, and what came is [1, 2] (list)" in text


def test_an_answer_may_be_a_number(check, capsys):
    assert check("2", 0.5)
    capsys.readouterr()
    assert "Hint: count from zero." in refused(check("2", 4.0), capsys)


def test_a_fault_of_the_check_itself_is_not_put_on_the_reader(check):
    @check.property("3", hint="None.")
    def broken(draw, answer):
        """The check is broken."""
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        check("3", lambda: 1)


def test_a_seed_draws_the_same_instances_and_another_seed_others(check):
    wrong = [check("1", lambda x: x, seed=seed).text for seed in ("a", "a", "b")]
    assert wrong[0] == wrong[1] != wrong[2]


def test_unknown_numbers_and_missing_answers_are_told(check):
    with pytest.raises(ValueError, match="The checks are: 1, 2"):
        check("7", len)
    with pytest.raises(TypeError, match="your_function"):
        check("1")


def test_progress_counts_the_last_verdicts(check, capsys):
    check("2", 4.0)
    check("2", 0.5)
    check("1", lambda x: x)
    capsys.readouterr()
    check.progress()
    said = capsys.readouterr().out
    assert "Public checks passed: 1 of 2. More run at grading." in said
    assert "Exercise 1: not yet" in said
    assert "Exercise 2: passed" in said


def test_the_course_seed_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "spring")
    assert course_seed() == "spring"
    monkeypatch.delenv("COURSE_SEED")
    with pytest.raises(RuntimeError, match="make grade"):
        course_seed()
