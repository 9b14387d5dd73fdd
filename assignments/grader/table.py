"""The tables: `grades.csv` with all that was found, and one for each learning platform."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from assignments.grader.intake import Handed
from assignments.grader.judge import Graded
from assignments.grader.tasks import Assignment


@dataclass
class Row:
    """One student: what was handed in, and what came of it."""

    handed: Handed
    graded: Graded

    @property
    def total(self) -> float:
        return self.graded.total

    def messages(self) -> list[str]:
        """All that a teacher should read, in the order of the tasks; no line of source."""
        numbers = dict.fromkeys(v.number for v in self.graded.verdicts)
        said = [brief(text) for number in numbers for text in self.graded.said(number)]
        reason = [self.graded.reason] if self.graded.reason else []
        return [*reason, *self.handed.words, *self.graded.words, *dict.fromkeys(said)]


def brief(text: str) -> str:
    """What a check said, on one line, not too long, without the student's own source.

    >>> brief("f(1) raised ValueError: no, at your line 3 of f: x = 1.\\n Hint: read it.")
    'f(1) raised ValueError: no, in f. Hint: read it.'
    """
    line = " ".join(text.split())
    line = re.sub(r", at your line \d+ of (\S+): .*?(?=\.? Hint: |$)", r", in \1", line)
    return line if len(line) <= 600 else f"{line[:400]} ... {line[-190:]}"


def write(out: Path, assignment: Assignment, rows: list[Row]) -> None:
    """Write `grades.csv`, `canvas.csv`, `moodle.csv` and `nbgrader.csv` into the folder."""
    _write(out / "grades.csv", _grades(assignment, rows))
    _write(out / "canvas.csv", _canvas(assignment, rows))
    _write(out / "moodle.csv", _moodle(assignment, rows))
    _write(out / "nbgrader.csv", _nbgrader(assignment, rows))


def _write(path: Path, lines: list[list]) -> None:
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[_cell(item) for item in line] for line in lines])
    part.replace(path)


def _cell(item: object) -> object:
    """Text that no spreadsheet takes for a formula: students choose names and errors."""
    if not isinstance(item, str):
        return item
    text = item.encode("utf-8", "replace").decode().replace("\0", "")[:30_000]
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _grades(assignment: Assignment, rows: list[Row]) -> list[list]:
    numbers = assignment.numbers
    head = ["student", "id", *(f"task_{n}" for n in numbers), "total", "out of", "messages"]
    lines = [
        [
            *(row.handed.student, row.handed.id),
            *(row.graded.points(n) for n in numbers),
            *(row.total, assignment.maximum(), " | ".join(row.messages())),
        ]
        for row in rows
    ]
    return [head, *lines]


def _canvas(assignment: Assignment, rows: list[Row]) -> list[list]:
    """As Canvas's gradebook imports it: the id is the student's number there."""
    title = assignment.name.replace("_", " ").capitalize()
    return [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title],
        ["    Points Possible", "", "", "", "", assignment.maximum()],
        *([row.handed.student, row.handed.id, "", "", "", row.total] for row in rows),
    ]


def _moodle(assignment: Assignment, rows: list[Row]) -> list[list]:
    """As Moodle's offline grading worksheet: the identifier is the number in the file's name."""
    return [
        ["Identifier", "Full name", "Grade", "Maximum grade", "Feedback comments"],
        *(
            [
                f"Participant {row.handed.id}" if row.handed.id else "",
                *(row.handed.student, row.total, assignment.maximum()),
                " | ".join(row.messages()),
            ]
            for row in rows
        ),
    ]


def _nbgrader(assignment: Assignment, rows: list[Row]) -> list[list]:
    """The columns that `nbgrader export` writes and that other tools read."""
    most = assignment.maximum()
    return [
        ["assignment", "student_id", "raw_score", "max_score", "score"],
        *(
            [assignment.name, row.handed.id or row.handed.student, row.total, most, row.total]
            for row in rows
        ),
    ]
