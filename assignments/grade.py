"""Grade a folder of submissions into a table: `make grade SUBMISSIONS=folder`.

In the folder, each submission is a notebook, `ada.ipynb` or as Canvas names what it downloads
(`lovelaceada_123_456_<assignment>.ipynb`), or a folder with one, as Moodle unpacks it
(`Ada Lovelace_123_assignsubmission_file/`). Each is graded by nbgrader in a process of its own,
with a limit on each cell and on the whole: one that crashes or never ends costs nobody else
anything.

Written are `grades.csv` (student, id, a column a task, total, messages; Moodle's import lets you
choose its columns), `canvas.csv` (the form that Canvas's gradebook imports), and the notebooks as
graded, with their outputs.
"""

import argparse
import csv
import os
import re
import resource
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import is_grade

from assignments.course import assignments, open_course

CANVAS = re.compile(r"(?P<student>[^_]+)(?:_LATE)?_(?P<id>\d+)_\d+_.+")
MOODLE = re.compile(r"(?P<student>.+)_(?P<id>\d+)_assignsubmission_file_?")


@dataclass
class Submission:
    """What one student handed in, and what it earned."""

    student: str
    id: str  # the learning platform's, where the name of the file tells it
    notebook: Path | None
    scores: dict[str, float] = field(default_factory=dict)  # by task
    messages: list[str] = field(default_factory=list)

    @property
    def total(self) -> float:
        return sum(self.scores.values())


def collect(folder: Path, assignment: str) -> Iterator[Submission]:
    """The submissions in the folder, one for each notebook or folder at its top, by name.

    Errors: ValueError where there are none.
    """
    entries = [e for e in sorted(folder.iterdir()) if not e.name.startswith((".", "_"))]
    entries = [e for e in entries if e.is_dir() or e.suffix in (".ipynb", ".zip")]
    if not entries:
        raise ValueError(
            f"There is nothing to grade in {folder}. Put a notebook or a folder a student there."
        )
    for entry in entries:
        name = entry.name if entry.is_dir() else entry.stem
        known = CANVAS.fullmatch(name) or MOODLE.fullmatch(name)
        student = known["student"] if known else name.removesuffix(assignment).rstrip("_- ") or name
        submission = Submission(student, known["id"] if known else "", None)
        if entry.suffix == ".zip":
            submission.messages.append("handed in as a .zip: unpack it into a folder, grade again")
        else:
            submission.notebook = _notebook(entry, assignment)
            if not submission.notebook:
                submission.messages.append(f"no notebook {assignment}.ipynb was handed in")
        yield submission


def _notebook(entry: Path, assignment: str) -> Path | None:
    """The file itself; in a folder, the notebook with the assignment's name, or the only one."""
    if entry.is_file():
        return entry
    found = [n for n in sorted(entry.rglob("*.ipynb")) if ".ipynb_checkpoints" not in n.parts]
    named = [n for n in found if assignment in n.stem]
    return named[0] if named else found[0] if len(found) == 1 else None


def grade(
    folder: Path, assignment: str, out: Path, seed: str, cell_limit: int = 30, limit: int = 300
) -> list[Submission]:
    """Grade every submission in the folder; write the tables and the graded notebooks into `out`.

    `cell_limit` and `limit` are seconds for one cell and for one submission.
    """
    submissions = list(collect(folder, assignment))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as course:
        api = open_course(Path(course), [assignment])
        with api.gradebook as gradebook:
            cells = gradebook.find_notebook(assignment, assignment).grade_cells
            maxima = dict.fromkeys(sorted(_task(cell.name) for cell in cells), 0.0)
            for cell in cells:
                maxima[_task(cell.name)] += cell.max_score
        for count, submission in enumerate(submissions, 1):
            key = f"s{count:04d}"  # no student's name becomes part of a path or a pattern
            submission.scores = dict.fromkeys(maxima, 0.0)
            if submission.notebook:
                place = Path(course, "submitted", key, assignment)
                place.mkdir(parents=True)
                shutil.copy(submission.notebook, place / f"{assignment}.ipynb")
                _grade_one(api, submission, key, assignment, seed, cell_limit, limit)
                graded = Path(course, "autograded", key, assignment, f"{assignment}.ipynb")
                if graded.exists():
                    name = re.sub(r"[^\w-]", "_", submission.student)
                    shutil.copy(graded, out / f"{key}_{name}.ipynb")
            print(
                f"{submission.student}: {submission.total:g} of {sum(maxima.values()):g}",
                *(f"({m})" for m in submission.messages if ": stopped after" in m),
                flush=True,
            )
            _write(out, assignment, submissions[:count], maxima)
    return submissions


def _grade_one(
    api: NbGraderAPI,
    submission: Submission,
    key: str,
    assignment: str,
    seed: str,
    cell_limit: int,
    limit: int,
) -> None:
    """Run nbgrader on one submission in its own process, then read its gradebook."""
    root, cpu = api.coursedir.root, limit * (os.cpu_count() or 1)
    command = [sys.executable, "-m", "nbgrader", "autograde", assignment, f"--student={key}"]
    command += [f"--CourseDirectory.root={root}", f"--Execute.timeout={cell_limit}"]
    with subprocess.Popen(
        command,
        cwd=root,
        env={**os.environ, "COURSE_SEED": seed, "MPLBACKEND": "agg"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # The kernel inherits this, so it ends too if its parent has been stopped. It counts the
        # seconds of all cores together.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5)),
    ) as process:
        try:
            log, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.terminate()  # nbgrader then shuts its kernel down
            try:
                process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
            submission.messages.append(f"stopped: it ran longer than {limit} s in all")
            return
    graded = Path(root, "autograded", key, assignment, f"{assignment}.ipynb")
    if process.returncode or not graded.exists():
        submission.messages.append(f"could not be run: {_reason(log)}")
        return
    with api.gradebook as gradebook:
        try:
            grades = gradebook.find_submission_notebook(assignment, assignment, key).grades
        except MissingEntry:
            submission.messages.append("could not be run: nbgrader recorded no grades")
            return
        for entry in grades:
            submission.scores[_task(entry.name)] += entry.score or 0.0
    submission.messages += _messages(nbformat.read(graded, 4), cell_limit)


def _reason(log: str) -> str:
    """The line of nbgrader's log that says most."""
    if "DeadKernelError" in log or "Kernel died" in log:
        return "the notebook ended its own kernel (a crash, or a call of exit)"
    if "NotJSONError" in log or "JSON" in log:
        return "the file is no notebook (empty, or damaged)"
    lines = [line.strip() for line in log.splitlines() if "Error" in line]
    return lines[-1][:300] if lines else "nbgrader gave no reason"


def _task(cell: str) -> str:
    """The task that a grade cell belongs to.

    >>> _task("task_1_hidden")
    'task_1'
    """
    return re.sub(r"_(public|hidden)$", "", cell)


def _messages(notebook: nbformat.NotebookNode, cell_limit: int) -> Iterator[str]:
    """What the checks said of each answer that did not pass, and the errors of cells that check.

    A cell that ran out of time is named whatever it holds: a check further down may only have
    missed what that cell was to make.
    """
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        errors = [o for o in outputs if o.output_type == "error"]
        late = any(error.ename == "CellTimeoutError" for error in errors)
        name = cell.metadata.get("nbgrader", {}).get("grade_id") or cell.source.partition("\n")[0]
        if late:
            yield (
                f"{name}: stopped after {cell_limit} s. If the machine was slow or busy, grade "
                f"again with more: CELL_LIMIT={3 * cell_limit}"
            )
        if not is_grade(cell):
            continue
        said = "".join(o.text for o in outputs if o.output_type == "stream")
        said = " ".join(said.split())  # a kernel may send one text in several pieces
        if said and " passed: " not in said:
            yield f"{name}: {said}"
        for error in () if late else errors:
            yield f"{name}: {error.ename} {error.evalue}".strip()


def _write(out: Path, assignment: str, done: list[Submission], maxima: dict[str, float]) -> None:
    """Write both tables, after each submission: what is done stays done."""
    with (out / "grades.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", "id", *maxima, "total", "out of", "messages"])
        for s in done:
            out_of = sum(maxima.values())
            points = [s.scores[task] for task in maxima]
            text = " | ".join(s.messages)
            table.writerow([_cell(s.student), s.id, *points, s.total, out_of, _cell(text)])
    with (out / "canvas.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        title = assignment.replace("_", " ").capitalize()
        table.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title])
        table.writerow(["    Points Possible", "", "", "", "", sum(maxima.values())])
        table.writerows([_cell(s.student), s.id, "", "", "", s.total] for s in done)


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: students choose names and errors."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("submissions", type=Path, help="the folder")
    parser.add_argument(
        "--assignment", choices=assignments(), help="needed where there are several"
    )
    parser.add_argument("--out", type=Path, default=Path("build/grades"))
    parser.add_argument("--cell-limit", type=int, default=30, help="seconds for one cell")
    parser.add_argument("--limit", type=int, default=300, help="seconds for one submission")
    args = parser.parse_args()
    names = [args.assignment] if args.assignment else assignments()
    if len(names) > 1:
        parser.error(f"which assignment? make grade SUBMISSIONS=folder ASSIGNMENT={names[0]}")
    if not args.submissions.is_dir():
        parser.error(f"{args.submissions} is no folder. Type: make grade SUBMISSIONS=folder")
    seed = os.environ.get("COURSE_SEED")
    if not seed:
        seed = secrets.token_hex(4)
        print(f"COURSE_SEED was not set; drew {seed}. To grade alike again: COURSE_SEED={seed}")
    try:
        grade(args.submissions, names[0], args.out, seed, args.cell_limit, args.limit)
    except ValueError as error:
        parser.error(str(error))
    print(f"Written: {args.out}/grades.csv and canvas.csv, and the notebooks as graded.")


if __name__ == "__main__":
    main()
