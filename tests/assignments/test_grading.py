"""Releasing and grading a class: good, partial, crashing, endless, damaged, missing ones."""

import csv
import zipfile

import nbformat
import pytest
from nbgrader.utils import is_grade, is_solution

import assignments.grade as grading
from assignments.grade import collect, grade
from assignments.release import release
from tests.assignments.notebooks import NAME, SOURCE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The student version, read from the zip that students get."""
    out = tmp_path_factory.mktemp("release")
    [archive] = [path for path in release(out) if path.stem == NAME]
    with zipfile.ZipFile(archive) as file:
        names = [name for name in file.namelist() if not name.endswith("/")]
        assert names == [f"{NAME}/{NAME}.ipynb"]
        return nbformat.reads(file.read(names[0]).decode("utf-8"), 4)


def handed_in(released, tasks="12345", change=lambda grade_id, source: source):
    """A notebook with the solution in the cells of these tasks, then `change` on each cell."""
    by_id = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in nbformat.read(SOURCE, 4).cells
        if is_solution(cell)
    }
    solved = [name for number, name in enumerate(by_id, 1) if str(number) in tasks]
    notebook = nbformat.from_dict(released)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name:
            cell.source = change(name, by_id[name] if name in solved else cell.source)
    return nbformat.writes(notebook)


def at_the_end_of(name, line):
    return lambda grade_id, source: f"{source}\n{line}" if grade_id == name else source


@pytest.fixture(scope="module")
def graded(released, tmp_path_factory):
    """The rows of grades.csv by student, and the folder that was written."""
    folder, out = (tmp_path_factory.mktemp(name) for name in ("handed_in", "graded"))
    crash = at_the_end_of("heun_vjp", "import os; os._exit(1)")
    endless = at_the_end_of("rk4_step", "def rk4_step(*args):\n    while True:\n        pass")
    cheat = lambda name, source: "2" if name.startswith("task_") else source  # noqa: E731
    moodle = folder / "Grace Hopper_77_assignsubmission_file"
    moodle.mkdir()
    (folder / "empty_folder").mkdir()
    (folder / "damaged.ipynb").write_text("")
    (folder / "archive.zip").write_bytes(b"")
    (folder / "lovelaceada_12_34_assignment.ipynb").write_text(handed_in(released))
    (moodle / "my own name.ipynb").write_text(handed_in(released, "12"))
    (folder / f"crash_{NAME}.ipynb").write_text(handed_in(released, change=crash))
    (folder / "endless.ipynb").write_text(handed_in(released, "124", change=endless))
    (folder / "=cheat.ipynb").write_text(handed_in(released, "", change=cheat))
    submissions = grade(folder, NAME, out, "autumn", cell_limit=10, limit=120)
    assert len(submissions) == 8
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}, out


def points(row):
    return [float(row[f"task_{number}"]) for number in range(1, 6)]


def test_the_release_holds_no_solution_and_no_hidden_test(released):
    text = nbformat.writes(released)
    assert "SOLUTION" not in text
    assert "HIDDEN" not in text
    assert "COURSE_SEED" not in text
    assert "course_seed" not in text
    assert text.count("raise NotImplementedError()") == 7 + 1  # one a function, one in the text
    assert sum(is_grade(cell) for cell in released.cells) == 10


def test_a_right_submission_gets_all_the_points(graded):
    row = graded[0]["lovelaceada"]
    assert points(row) == [4, 4, 4, 5, 3]
    assert (row["total"], row["out of"], row["id"], row["messages"]) == ("20.0", "20.0", "12", "")


def test_a_partial_submission_gets_its_part_and_is_told_what_is_open(graded):
    row = graded[0]["Grace Hopper"]
    assert points(row) == [4, 4, 0, 0, 0]
    assert row["id"] == "77"
    assert "task_3_public: Task 3 is still open." in row["messages"]


def test_a_crash_is_told(graded):
    row = graded[0]["crash"]
    assert float(row["total"]) == 0
    assert "ended its own kernel" in row["messages"]


def test_an_endless_task_costs_that_task_only(graded):
    row = graded[0]["endless"]
    assert points(row) == [0, 4, 0, 5, 0]  # 3 and 5 were not answered
    assert "task_1_public: stopped after 10 s." in row["messages"]
    assert "CellTimeoutError" not in row["messages"]


def test_a_cell_that_ran_out_of_time_is_named_though_it_is_no_check():
    """Else a check below it would blame the answer for what the cell had no time to make."""
    slow = nbformat.v4.new_code_cell("machine = train()\nmachine.read()")
    slow.outputs = [
        nbformat.v4.new_output("error", ename=name, evalue="", traceback=[])
        for name in ("KeyboardInterrupt", "CellTimeoutError")
    ]
    said = list(grading._messages(nbformat.v4.new_notebook(cells=[slow]), 30))
    assert said == [
        "machine = train(): stopped after 30 s. If the machine was slow or busy, grade again with "
        "more: CELL_LIMIT=90"
    ]


def test_tampered_checks_are_put_back_and_no_name_is_a_formula(graded):
    assert float(graded[0]["'=cheat"]["total"]) == 0


def test_an_unsolved_notebook_runs_from_top_to_bottom(graded):
    [file] = graded[1].glob("*cheat.ipynb")
    outputs = [o for cell in nbformat.read(file, 4).cells for o in cell.get("outputs", [])]
    assert not [o for o in outputs if o.output_type == "error"]
    assert any("Public checks passed: 0 of 5." in o.get("text", "") for o in outputs)


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("damaged", "the file is no notebook"),
        ("empty_folder", "no notebook"),
        ("archive", "unpack it"),
    ],
)
def test_what_cannot_be_graded_is_a_row_with_the_reason(graded, student, words):
    row = graded[0][student]
    assert float(row["total"]) == 0
    assert words in row["messages"]


def test_canvas_gets_its_columns(graded):
    with (graded[1] / "canvas.csv").open(newline="", encoding="utf-8") as file:
        head, possible, *rows = csv.reader(file)
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert possible[0].strip() == "Points Possible"
    assert float(possible[5]) == 20
    assert ["lovelaceada", "12", "", "", "", "20.0"] in rows


def test_one_that_cannot_be_interrupted_is_stopped_as_a_whole(released, tmp_path):
    stubborn = at_the_end_of(
        "rk4_step",
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except BaseException:\n        pass",
    )
    folder = tmp_path / "handed_in"
    folder.mkdir()
    (folder / "stubborn.ipynb").write_text(handed_in(released, change=stubborn))
    [row] = grade(folder, NAME, tmp_path / "graded", "autumn", cell_limit=2, limit=12)
    assert row.total == 0
    assert row.messages


def test_an_empty_folder_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(ValueError, match="Put a notebook or a folder"):
        list(collect(tmp_path, NAME))


def test_the_command_draws_a_seed_and_says_so(monkeypatch, tmp_path, capsys):
    calls = []
    monkeypatch.setattr(grading, "grade", lambda *args: calls.append(args))
    monkeypatch.delenv("COURSE_SEED", raising=False)
    monkeypatch.setattr("sys.argv", ["grade", str(tmp_path), "--assignment", NAME])
    grading.main()
    monkeypatch.setenv("COURSE_SEED", "spring")
    grading.main()
    drawn, given = (call[3] for call in calls)
    assert given == "spring"
    assert f"COURSE_SEED was not set; drew {drawn}." in capsys.readouterr().out
    assert len(drawn) == 8
