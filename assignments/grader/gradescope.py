"""An autograder for Gradescope: `make gradescope ASSIGNMENT=name`, then upload the archive there.

Gradescope runs `setup.sh` once and `run_autograder` for each submission, in a container. The
archive holds the seed, so it is for the instructor's eyes only. The format is that of
gradescope-autograders.readthedocs.io.
"""

import argparse
import json
import os
import sys
import zipfile
from pathlib import Path

from assignments.grader import intake, isolation, tasks
from assignments.grader.isolation import ROOT
from assignments.grader.judge import Graded, Judge
from assignments.grader.table import brief
from assignments.grader.tasks import Assignment
from assignments.grader.worker import become_grader

SETUP = """#!/usr/bin/env bash
set -euo pipefail
apt-get update
apt-get install -y python3.11 python3.11-venv
python3.11 -m venv /autograder/venv
cd /autograder/source
/autograder/venv/bin/python -m pip install --quiet -r requirements.txt 'nbformat<6' 'psutil>=6'
"""
RUN = """#!/usr/bin/env bash
cd /autograder/source
exec /autograder/venv/bin/python -m assignments.grader.gradescope --run {name}
"""
PARTS = ("mini_autodiff", "alfi", "bookkit", "assignments/grader", "assignments/{name}")
FILES = ("pyproject.toml", "requirements.txt", "README.md", "LICENSE", "LICENSE-text")


def archive(out: Path, name: str, seed: str) -> Path:
    """Write the archive that Gradescope wants; return its path."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}_gradescope.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("setup.sh", SETUP)
        held.writestr("run_autograder", RUN.format(name=name))
        held.writestr("seed", seed)
        for file in FILES:
            held.write(ROOT / file, file)
        for part in PARTS:
            for inner in sorted((ROOT / part.format(name=name)).rglob("*")):
                if inner.is_file() and "__pycache__" not in inner.parts:
                    held.write(inner, inner.relative_to(ROOT))
    return path


def results(assignment: Assignment, graded: Graded, means: isolation.Isolation) -> dict:
    """What Gradescope reads: a test for each check cell; the hidden ones are shown at the end."""
    tests = [
        {
            "name": f"Task {v.number}, {'other instances' if v.hidden else 'as in the notebook'}",
            "score": v.points,
            "max_score": v.maximum,
            "output": brief(v.text),
            "visibility": "after_published" if v.hidden else "visible",
        }
        for v in graded.verdicts
    ]
    words = [graded.reason, *graded.words, *graded.stopped, means.sentence]
    return {
        "score": graded.total,
        "output": "\n".join(word for word in words if word),
        "tests": tests,
        "max_score": assignment.maximum(),
    }


def run(name: str, home: Path) -> None:
    """Grade what lies in `home/submission`, and write `home/results/results.json`."""
    become_grader()
    assignment, means = tasks.read(name), isolation.available()
    seed = (home / "source" / "seed").read_text(encoding="utf-8").strip()
    row = intake.entry(home / "submission", name)
    graded = Graded(reason=row.reason)
    if row.data is not None:
        graded = Judge(assignment, seed, means).grade(row.data)
    graded.words += row.words
    (home / "results").mkdir(exist_ok=True)
    text = json.dumps(results(assignment, graded, means))
    (home / "results" / "results.json").write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="make gradescope", description=__doc__)
    parser.add_argument("name", choices=tasks.assignments())
    parser.add_argument("--out", type=Path, default=Path("build/gradescope"))
    parser.add_argument("--run", action="store_true", help="grade: Gradescope calls this")
    parser.add_argument("--home", type=Path, default=Path("/autograder"), help="its folder there")
    args = parser.parse_args(arguments)
    if args.run:
        run(args.name, args.home)
        return
    seed = os.environ.get("COURSE_SEED")
    if not seed:
        sys.exit("Set COURSE_SEED to a text that your students do not know: the archive holds it.")
    print(f"Upload {archive(args.out, args.name, seed)} as the autograder, and show it to nobody.")


if __name__ == "__main__":
    main()
