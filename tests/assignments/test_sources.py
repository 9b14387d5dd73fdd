"""Every assignment's source notebook: in nbgrader's form, without outputs, points that agree."""

import nbformat
import pytest
from nbgrader.preprocessors import CheckCellMetadata
from nbgrader.utils import is_grade, is_solution

from assignments.grader.tasks import SOURCES, assignments, read


@pytest.fixture(params=assignments())
def source(request):
    return nbformat.read(SOURCES / request.param / f"{request.param}.ipynb", 4)


def test_nbgrader_accepts_the_metadata_of_its_cells(source):
    resources = {"unique_key": "source", "metadata": {"name": "source"}}
    CheckCellMetadata().preprocess(source, resources)


def test_it_holds_no_outputs(source):
    assert not [c for c in source.cells if c.get("outputs") or c.get("execution_count")]


def test_its_last_words_say_how_to_hand_it_in(source):
    assert "hand in the file." in source.cells[-1].source


def test_a_cell_gives_the_points_that_nbgrader_expects(source):
    tests = [cell for cell in source.cells if is_grade(cell)]
    for cell in tests:
        assert f".points({cell.metadata.nbgrader.points})" in cell.source
    assert sum(cell.metadata.nbgrader.points for cell in tests) == 20


def test_the_grader_reads_its_tasks(source, request):
    """From the check cells: numbers, names, points; and the module that checks them."""
    read_there = read(request.node.callspec.params["source"])
    assert read_there.numbers == ["1", "2", "3", "4", "5"]
    assert read_there.maximum() == 20
    assert set(read_there.numbers) <= set(read_there.task.properties)
    code = "\n".join(cell.source for cell in source.cells if cell.cell_type == "code")
    for name in read_there.names:
        assert f"def {name}(" in code or f"class {name}" in code or f"{name} = " in code


def test_each_task_has_a_public_and_a_hidden_check_that_the_student_does_not_see(source):
    tests = [cell for cell in source.cells if is_grade(cell)]
    names = [cell.metadata.nbgrader.grade_id for cell in tests]
    assert names == [f"task_{n}_{kind}" for n in range(1, 6) for kind in ("public", "hidden")]
    for cell in tests:
        hidden = "course_seed()" in cell.source
        assert hidden == cell.metadata.nbgrader.grade_id.endswith("_hidden")
        assert hidden == ("### BEGIN HIDDEN TESTS" in cell.source)


def test_all_that_a_student_writes_is_cut_out(source):
    for cell in source.cells:
        assert is_solution(cell) == ("### BEGIN SOLUTION" in cell.source)
