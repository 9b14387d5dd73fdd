"""The class as a folder, graded by the command that a teacher types, beside the truth."""

import csv
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psutil

from tests.assignments.hostile import attacks, broken, honest  # noqa: F401  (they fill KINDS)
from tests.assignments.hostile.cases import KINDS, NAME, ROOT, Kind


def kinds(mark: str = "") -> list[Kind]:
    """All kinds, or those with a mark."""
    return [kind for kind in KINDS if not mark or mark in kind.marks]


def graded_class(chosen: list[Kind], place: Path, patience: float, *more: str) -> list[str]:
    """Grade the kinds in one class; a line for each thing that is not as it should be."""
    folder, out = place / "handed in", place / "grades"
    folder.mkdir()
    expected = {}
    for count, kind in enumerate(chosen):
        who = kind.student or f"student{count:03d}"
        kind.put(folder, who)
        expected[kind.name] = (kind, who)
    before = fingerprint()
    handed = sorted(os.listdir(os.fsencode(folder)))
    run = grade(folder, out, patience, *more)
    wrong = [f"the grader ended with {run.returncode}: {run.stderr[-2000:]}"] * bool(run.returncode)
    wrong += _rows_wrong(out, expected)
    wrong += [f"left over: {path.name}" for path in out.glob("scratch*")]
    if fingerprint() != before:
        wrong.append("a file of the repository or of the class has changed")
    if sorted(os.listdir(os.fsencode(folder))) != handed:
        wrong.append("what was handed in has changed")
    return wrong + [f"left over: process {pid}" for pid in processes(out)]


def grade(folder: Path, out: Path, patience: float, *more: str) -> subprocess.CompletedProcess:
    """The command of a teacher."""
    command = [sys.executable, "-m", "assignments.grader", str(folder), "--assignment", NAME]
    command += ["--out", str(out), "--patience", str(patience), *more]
    environment = {**os.environ, "COURSE_SEED": "autumn", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


def rows(out: Path) -> dict[str, dict]:
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {row["student"].removeprefix("'"): row for row in csv.DictReader(file)}


def _rows_wrong(out: Path, expected: dict) -> list[str]:
    if not (out / "grades.csv").exists():
        return ["there is no table"]
    found = rows(out)
    wrong = []
    for name, (kind, who) in expected.items():
        row = found.pop(who, None)
        if row is None:
            wrong.append(f"{name}: lost")
            continue
        points = tuple(float(row[f"task_{n}"]) for n in range(1, 6))
        if points != kind.points:
            wrong.append(f"{name}: {points}, not {kind.points}; {row['messages'][:300]}")
        if kind.words.lower() not in row["messages"].lower():
            wrong.append(f"{name}: its row does not say {kind.words!r}: {row['messages'][:300]}")
        if "def " in row["messages"]:
            wrong.append(f"{name}: its row shows a line of source: {row['messages'][:300]}")
    return wrong + [f"{who!r}: a row too many" for who in found]


def processes(place: Path) -> set[int]:
    """The processes that the grader of this class started: its temporary files lie there."""
    found = set()
    for process in psutil.process_iter():
        try:
            if str(place) in str(process.environ()) or str(place) in str(process.cmdline()):
                found.add(process.pid)
        except psutil.Error:
            continue
    return found


def fingerprint() -> str:
    """Of every file of the repository that a submission might want to change."""
    digest = hashlib.sha256()
    for folder in ("assignments", "bookkit", "mini_autodiff"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
