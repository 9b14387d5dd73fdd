"""nbgrader as one way among others: it makes the student's version, and can still grade it."""

import os
import subprocess
import sys
import zipfile

import nbformat
import pytest
from nbgrader.utils import is_grade

from assignments.course import open_course
from assignments.grader.tasks import SOURCES
from assignments.release import release

NAME = "three_ways"
pytestmark = pytest.mark.slow


def test_the_release_holds_no_solution_and_no_hidden_test(tmp_path):
    [archive] = release(tmp_path, [NAME])
    with zipfile.ZipFile(archive) as file:
        names = [name for name in file.namelist() if not name.endswith("/")]
        assert names == [f"{NAME}/{NAME}.ipynb"]
        text = file.read(names[0]).decode("utf-8")
    for word in ("SOLUTION", "HIDDEN", "COURSE_SEED", "course_seed"):
        assert word not in text
    released = nbformat.reads(text, 4)
    assert sum(is_grade(cell) for cell in released.cells) == 10
    assert text.count("raise NotImplementedError()") == 7 + 1  # one a function, one in the text


def test_nbgrader_itself_gives_the_solution_all_points(tmp_path):
    api = open_course(tmp_path, [NAME])
    place = tmp_path / "submitted" / "ada" / NAME
    place.mkdir(parents=True)
    (place / f"{NAME}.ipynb").write_bytes((SOURCES / NAME / f"{NAME}.ipynb").read_bytes())
    command = [sys.executable, "-m", "nbgrader", "autograde", NAME, "--student=ada"]
    command += [f"--CourseDirectory.root={tmp_path}"]
    environment = {**os.environ, "COURSE_SEED": "autumn", "MPLBACKEND": "agg"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    with api.gradebook as gradebook:
        assert gradebook.find_submission(NAME, "ada").score == 20
