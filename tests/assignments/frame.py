r"""One frame for the tests of an assignment: a file writes its tables, and five tests come of them.

    '''Chapter 6's assignment: mistakes, clever wrong answers, unusual right ones.'''

    from tests.assignments.frame import Assignment

    # What a student may well write: the task, a text of the solution, what stands there instead,
    # and words of the counter-example or the hint that it must get.
    MISTAKES = {"the sign": ("1", "bar += share", "bar -= share", "payments add up"), ...}
    # Wrong in a way that a lazy check lets through; with words, where the cause matters.
    CLEVER = {"the engine": ("1", by_the_engine), "floats": ("1", rounded, "no floats"), ...}
    # Right, and unlike the solution.
    UNUSUAL = {"a walk in tuples": ("1", in_tuples), ...}


    class TestAdjoints(Assignment):
        name = "adjoints_and_failures"  # the folder in `assignments`
        given = "import math\n"  # code above the first answer, as students get it
        mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL

A clever or unusual answer is a function; a dict of names, where a task takes several; a pair (text
of the solution, what stands there instead); or code that stands after the solution and defines an
answer anew. Numbers and names of the tasks are those of the notebook's check cells. What is truly
its own, a file tests beside the class; `TestAdjoints.solution()` holds the names of the solution,
and `TestAdjoints.judged("1", answer)` asks the check.
"""

import functools
import re
from collections.abc import Mapping

import nbformat
import pytest
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import is_solution

from assignments.grader import tasks
from tests.assignments.notebooks import answers, code_of, source_of


class Assignment:
    """The five tests of one assignment; a subclass gives the tables."""

    name: str
    given = ""
    mistakes: Mapping[str, tuple]
    clever: Mapping[str, tuple]
    unusual: Mapping[str, tuple]
    seeds = ("public", "autumn", "winter", "spring")
    other_seeds = ("public", "autumn", "winter")  # of clever and unusual answers
    slow: tuple[str, ...] = ()  # "solution", "unusual": not in a quick run

    @classmethod
    @functools.cache
    def asked(cls):
        return tasks.read(cls.name)

    @classmethod
    @functools.cache
    def cells(cls):
        """The answers of the solution, cell by cell."""
        notebook = nbformat.read(source_of(cls.name), 4)
        return [cell.source for cell in notebook.cells if is_solution(cell)]

    @classmethod
    def code(cls):
        return "\n".join(cls.cells())

    @classmethod
    @functools.cache
    def read(cls, code):
        """The names that the code defines; None for those that a task asks for and it lacks."""
        return {**dict.fromkeys(cls.asked().names), **answers(code, cls.given)}

    @classmethod
    @functools.cache
    def solution(cls):
        return cls.read(cls.code())

    @classmethod
    def judged(cls, number, answer, seed="public"):
        """The verdict on an answer in any of the forms that the tables know."""
        names = cls.asked().of(number)[0].names
        if callable(answer):
            [name] = names
            found = {name: answer}
        elif isinstance(answer, dict):
            found = {**cls.read(cls.code()), **answer}
        elif isinstance(answer, tuple):
            found = cls.read(cls.changed(number, *answer))
        else:
            found = cls.read(f"{cls.code()}\n{answer}")
        return cls.asked().task(number, *[found[name] for name in names], seed=seed)

    @classmethod
    def changed(cls, number, right, instead):
        """The solution with another text where `right` stands first in the cells of the task."""
        names = "|".join(cls.asked().of(number)[0].names)
        defines = re.compile(rf"^(def|class) ({names})\b|^({names}) *=", re.MULTILINE)
        own = [i for i, cell in enumerate(cls.cells()) if defines.search(cell)]
        for i in own:
            if right in cls.cells()[i]:
                cells = [*cls.cells()]
                cells[i] = cells[i].replace(right, instead, 1)
                return "\n".join(cells)
        raise AssertionError(f"the solution of task {number} has changed: no {right!r} is in it")

    def pytest_generate_tests(self, metafunc):
        others = self.other_seeds
        for argument, values, seeds, kind in (
            ("number", self.asked().numbers, self.seeds, "solution"),
            ("mistake", self.mistakes, (), "mistakes"),
            ("clever_answer", self.clever, others, "clever"),
            ("unusual_answer", self.unusual, others, "unusual"),
        ):
            if argument in metafunc.fixturenames:
                metafunc.parametrize(argument, list(values))
                if "seed" in metafunc.fixturenames:
                    marks = [pytest.mark.slow] if kind in self.slow else []
                    metafunc.parametrize("seed", [pytest.param(s, marks=marks) for s in seeds])

    def test_the_solution_passes_for_any_seed(self, number, seed):
        verdict = self.judged(number, self.solution(), seed)
        assert verdict, verdict.text

    def test_the_student_version_reads_as_open(self, number):
        notebook, _ = ClearSolutions().preprocess(nbformat.read(source_of(self.name), 4), {})
        verdict = self.judged(number, self.read(code_of(notebook)))
        assert not verdict
        assert verdict.text.startswith(f"Task {number} is still open.")

    def test_a_plausible_mistake_gets_its_counter_example_and_hint(self, mistake):
        number, right, instead, words = self.mistakes[mistake]
        verdict = self.judged(number, (right, instead))
        assert not verdict, "the mistake passes"
        text = " ".join(verdict.text.split())
        assert "Counter-example: " in text, text
        assert words, "say in the table what the counter-example or the hint tells"
        assert words.lower() in text.lower(), text

    def test_a_clever_wrong_answer_is_refused(self, clever_answer, seed):
        number, answer, *words = self.clever[clever_answer]
        verdict = self.judged(number, answer, seed)
        assert not verdict, "it passes"
        text = " ".join(verdict.text.split()).lower()
        for word in words:
            assert word.lower() in text, text
        if not words:  # an answer that stumbles over itself has not been caught
            assert not re.search("attributeerror|nameerror|importerror", text), text

    def test_an_unusual_right_answer_is_accepted(self, unusual_answer, seed):
        number, answer = self.unusual[unusual_answer]
        verdict = self.judged(number, answer, seed)
        assert verdict, verdict.text
