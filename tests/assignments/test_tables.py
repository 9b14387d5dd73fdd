"""Every assignment was tried with enough wrong and right answers, and teachers read how many."""

import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

from assignments.grader import tasks
from tests.assignments.frame import Assignment

HERE = Path(__file__).parent
RUBRIC = HERE.parents[1] / "book" / "teaching" / "rubric.md"
FRAMED = [name for name in tasks.assignments() if (HERE / f"test_{name}.py").exists()]


def counts(name):
    """How many rows each task has: in the table of mistakes, of clever and of unusual answers."""
    module = importlib.import_module(f"tests.assignments.test_{name}")
    [of] = [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, Assignment)
            and c is not Assignment]  # fmt: skip
    assert of.name == name
    tables = of.mistakes, of.clever, of.unusual
    return [Counter(number for number, *_ in table.values()) for table in tables]


@pytest.mark.parametrize("name", FRAMED)
def test_an_assignment_was_tried_with_enough_answers(name):
    mistakes, clever, unusual = (table.total() for table in counts(name))
    assert mistakes >= 20
    assert clever >= 3
    assert unusual >= 2


def row(name):
    """The row of the page: task by task, mistakes, clever wrong answers, unusual right ones."""
    tables = counts(name)
    cells = [" · ".join(str(table[n]) for table in tables) for n in tasks.read(name).numbers]
    return f"| `{name}` | {' | '.join(cells)} |"


WRITTEN = dict(
    re.findall(r"^(?=\| `(\w+)` \| \d+ · )(.*)$", RUBRIC.read_text(encoding="utf-8"), re.MULTILINE)
)


def test_the_rubric_has_a_table_of_them():
    assert len(WRITTEN) >= 12


@pytest.mark.parametrize("name", WRITTEN)
def test_the_rubric_says_no_more_than_was_tried(name):
    said, tried = (list(map(int, re.findall(r"\d+", text))) for text in (WRITTEN[name], row(name)))
    enough = len(said) == len(tried) and all(a <= b for a, b in zip(said, tried, strict=True))
    assert enough, f"put this row into the page:\n{row(name)}"
