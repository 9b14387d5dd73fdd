"""The grader: a small hostile class, stops and starts, and every assignment's own solution."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from assignments.grader import gradescope, isolation, tasks
from assignments.grader.judge import Judge
from assignments.grader.worker import Worker
from tests.assignments.hostile import school
from tests.assignments.hostile.cases import NAME, ROOT, right

pytestmark = pytest.mark.slow
LOCKED = isolation.holds(isolation.available())
MORE = [] if LOCKED else ["--isolation", "none"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folder of the small class, and what came out wrong."""
    place = tmp_path_factory.mktemp("class")
    chosen = [k for k in school.kinds("small") if LOCKED or not k.name.startswith("attack")]
    return place, school.graded_class(chosen, place, 0.1, *MORE)


def test_nothing_is_wrong_lost_changed_or_left_over(small):
    assert small[1] == []


def test_the_class_that_is_run_by_hand_is_as_large_as_promised():
    assert len(school.kinds()) >= 100
    assert len({kind.name for kind in school.kinds()}) == len(school.kinds())


def test_a_second_run_gives_the_same_table_from_what_was_kept(small):
    place, _ = small
    before = (place / "grades" / "grades.csv").read_bytes()
    begin = time.monotonic()
    assert school.grade(place / "handed in", place / "grades", 0.1, *MORE).returncode == 0
    assert (place / "grades" / "grades.csv").read_bytes() == before
    kept = list((place / "grades" / "kept").glob("*.json"))
    assert all(path.stat().st_mtime < time.time() - (time.monotonic() - begin) for path in kept)


def test_stopped_in_the_middle_it_goes_on(tmp_path):
    """Killed after the first submission: nothing half written, and the same table in the end."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for i, solved in enumerate(("12345", "12", "345")):
        (folder / f"s{i}.ipynb").write_bytes(right(solved))
    command = [sys.executable, "-m", "assignments.grader", folder, "--assignment", NAME, *MORE]
    with subprocess.Popen(
        [*command, "--out", out, "--jobs", "1"], cwd=ROOT, stdout=subprocess.PIPE
    ) as run:
        while not list((out / "kept").glob("*.json")):
            time.sleep(0.05)
            assert run.poll() is None
        run.send_signal(signal.SIGKILL)
    drawn = (out / "seed").read_text()
    end = time.monotonic() + 20
    while school.processes(out) and time.monotonic() < end:
        time.sleep(0.1)
    assert school.processes(out) == set()
    subprocess.run([*command, "--out", out], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    assert [row["total"] for row in school.rows(out).values()] == ["20", "8", "12"]
    assert (out / "seed").read_text() == drawn
    assert not (out / "scratch").exists()


@pytest.mark.parametrize("name", tasks.assignments())
def test_the_solution_gets_all_points_and_every_cell_runs(name):
    """Through the student's process, figures that wait for a task included."""
    assignment = tasks.read(name)
    source = json.loads((tasks.SOURCES / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    ready = f"from {assignment.checks} import task\ntype(task).passed = lambda self, number: True"
    source["cells"].insert(0, {"cell_type": "code", "source": ready, "metadata": {}})
    judge = Judge(assignment, "autumn", isolation.available(), patience=5)
    graded = judge.grade(json.dumps(source).encode())
    assert [v.text for v in graded.verdicts if v.points < v.maximum] == []
    assert (graded.total, graded.words, graded.stopped) == (20, [], [])


def test_gradescopes_archive_grades_a_submission(tmp_path):
    """Unpacked as Gradescope does it, and run there; its setup, which installs, is not tried."""
    held = gradescope.archive(tmp_path, NAME, "autumn")
    with zipfile.ZipFile(held) as archive:
        archive.extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "my work.ipynb").write_bytes(right("134"))
    command = [sys.executable, "-m", "assignments.grader.gradescope", "--run", NAME]
    environment = {**os.environ, "PYTHONPATH": "."}
    subprocess.run(
        [*command, "--home", tmp_path], cwd=tmp_path / "source", env=environment, check=True
    )
    found = json.loads((tmp_path / "results" / "results.json").read_text())
    assert found["score"] == sum(test["score"] for test in found["tests"]) == 13
    assert [test["visibility"] for test in found["tests"][:2]] == ["visible", "after_published"]


@pytest.mark.skipif(not LOCKED, reason="nothing locks a process up here")
def test_the_students_process_reaches_nothing():
    """Files, processes, connections, signals: each is refused, and its scratch folder is not."""
    tries = {
        "open('scratch', 'w').write('x')": "",
        "import os; os.listdir('/etc')": "PermissionError",
        f"open({str(tasks.SOURCES / NAME / f'{NAME}.ipynb')!r}).read()": "PermissionError",
        f"open({str(tasks.SOURCES / 'grader' / 'judge.py')!r}).read()": "PermissionError",
        "import bookkit; open(bookkit.__file__, 'a')": "PermissionError",
        "import os; os.fork()": "PermissionError",
        "import subprocess; subprocess.run(['ls'])": "PermissionError",
        "import socket; socket.socket()": "PermissionError",
        "import os; os.kill(os.getppid(), 0)": "PermissionError",
        "open(f'/proc/{__import__(\"os\").getppid()}/environ').read()": "PermissionError",
        "import os; assert 'COURSE_SEED' not in os.environ": "",
    }
    with Worker(isolation.available()) as worker:
        found = {source: worker.link.question("run", source) for source in tries}
    assert found == tries
