"""Grade a folder of submissions: `make grade SUBMISSIONS=folder ASSIGNMENT=name`.

In the folder, each submission is a notebook or an archive, `ada.ipynb` or as Canvas names what it
downloads, or a folder with one, as Moodle unpacks it. Checks, seed and points stay in this process;
the students' code runs in others, which are locked up by what the machine offers.

Written are `grades.csv`, tables for Canvas, Moodle and nbgrader, and a page of feedback for each
student. Started again, it goes on where it was stopped.
"""

import argparse
import os
import secrets
import sys
import time
from pathlib import Path

from assignments.grader import feedback, intake, isolation, similarity, table, tasks
from assignments.grader.crowd import Judges, Kept, grade_all
from assignments.grader.judge import Graded


def main(arguments: list[str] | None = None) -> None:
    args, parser = _arguments(arguments)
    means = isolation.Isolation() if args.isolation == "none" else isolation.available()
    print(means.sentence)
    if not isolation.holds(means) and args.isolation != "none":
        parser.error(
            "for the code of strangers that is too little. Grade on Linux or in a container with "
            "Landlock; or, if you trust this class, say so: ISOLATION=none"
        )
    assignment = tasks.read(args.assignment)
    args.out.mkdir(parents=True, exist_ok=True)
    seed = f"{_seed(args.out)} {args.term}".strip()
    try:
        handed = intake.collect(args.submissions, assignment.name)
    except ValueError as error:
        parser.error(str(error))
    judges = Judges(assignment, seed, means, args.patience, args.out / "scratch")
    kept = Kept.at(args.out / "kept", assignment, seed, args.patience)
    bar = Progress(len(handed), assignment.maximum())
    try:
        graded = grade_all(handed, judges, kept, bar.step, args.jobs, args.again)
    finally:
        judges.close()
    rows = [table.Row(*pair) for pair in zip(handed, graded, strict=True)]
    table.write(args.out, assignment, rows)
    feedback.write(args.out / "feedback", assignment, rows)
    similarity.write(args.out / "similar.csv", assignment, rows)
    print(f"Written: {args.out}/grades.csv, tables for Canvas, Moodle and nbgrader, feedback/.")


def _arguments(
    arguments: list[str] | None,
) -> tuple[argparse.Namespace, argparse.ArgumentParser]:
    parser = argparse.ArgumentParser(
        prog="make grade", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("submissions", type=Path, nargs="?", help="the folder")
    add("--assignment", choices=tasks.assignments(), required=True)
    add("--out", type=Path, default=Path("build/grades"))
    add("--jobs", type=int, default=2, help="submissions at a time")
    add("--patience", type=float, default=1, help="all limits of time, so many times")
    add("--again", default="", help="a student, or an id, to grade anew")
    add("--term", default="", help="of the course: each has instances of its own")
    add("--isolation", choices=["best", "none"], default="best")
    args = parser.parse_args(arguments)
    if args.submissions is None or not args.submissions.is_dir():
        parser.error(f"{args.submissions} is no folder. Type: make grade SUBMISSIONS=folder")
    return args, parser


def _seed(out: Path) -> str:
    """COURSE_SEED, or the one that was drawn for this folder."""
    seed, place = os.environ.get("COURSE_SEED"), out / "seed"
    if not seed:
        if not place.exists():
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(secrets.token_hex(8))
        seed = place.read_text(encoding="utf-8").strip()
        print(f"COURSE_SEED is not set; the instances are drawn from the one kept in {place}.")
    return seed


class Progress:
    """One line that is written again, on a terminal; else a line for each submission."""

    def __init__(self, count: int, maximum: float):
        self.count, self.maximum, self.done = count, maximum, 0
        self.begin, self.bar = time.monotonic(), sys.stdout.isatty()

    def step(self, handed: intake.Handed, graded: Graded) -> None:
        self.done += 1
        line = f"{handed.student}: {graded.total:g} of {self.maximum:g}"
        if graded.reason:
            line += f" ({graded.reason})"
        line = "".join(c if c.isprintable() else "?" for c in line)[:90]
        if not self.bar:
            print(f"{self.done}/{self.count}  {line}", flush=True)
            return
        left = (time.monotonic() - self.begin) / self.done * (self.count - self.done)
        full = 24 * self.done // self.count
        print(f"\r\x1b[K[{'#' * full}{'.' * (24 - full)}] {self.done} of {self.count}, ", end="")
        end = "\n" if self.done == self.count else ""
        print(f"{left / 60:.0f} min left   {line[:40]}", end=end, flush=True)


if __name__ == "__main__":
    main()
