"""A class: several submissions at a time, each done once, whatever happens in between.

What is done is kept beside the tables, under the contents of the file, the assignment and the seed.
So a run that was stopped goes on where it was, and a changed submission is graded anew.
"""

import base64
import hashlib
import json
import os
import select
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from assignments.grader.intake import Handed
from assignments.grader.isolation import ROOT, Isolation
from assignments.grader.judge import Graded
from assignments.grader.tasks import SOURCES, Assignment

LONGEST = 3600  # seconds for one submission, after which its judge itself must be at fault
STUCK = "could not be graded: its grading did not come to an end; please look at it yourself"


class Judges:
    """Processes that judge, one for each thread that asks."""

    def __init__(
        self,
        assignment: Assignment,
        seed: str,
        isolation: Isolation,
        patience: float,
        scratch: Path,
    ):
        shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
        scratch.mkdir(parents=True)
        self.scratch = scratch.resolve()
        self.about = {
            "assignment": assignment.name,
            "seed": seed,
            "means": isolation.means,
            "patience": patience,
        }
        self.mine = threading.local()
        self.all: list[subprocess.Popen] = []

    def grade(self, data: bytes) -> Graded:
        process = getattr(self.mine, "process", None) or self._start()
        try:
            process.stdin.write(base64.b64encode(data) + b"\n")
            process.stdin.flush()
            line = _line(process, LONGEST)
        except (OSError, TimeoutError):
            line = b""
        if not line:
            self._stop(process)
            self.mine.process = None
            return Graded(reason=STUCK)
        return Graded.of(json.loads(line))

    def _start(self) -> subprocess.Popen:
        command = [sys.executable, "-P", "-m", "assignments.grader.process"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=self._environment(),
        )
        assert process.stdin
        process.stdin.write(json.dumps(self.about).encode() + b"\n")
        process.stdin.flush()
        self.mine.process = process
        self.all.append(process)
        return process

    def _stop(self, process: subprocess.Popen) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()

    def close(self) -> None:
        for process in self.all:
            self._stop(process)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if name != "COURSE_SEED"}
        more = {"PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu", "TMPDIR": str(self.scratch)}
        return own | more


def _line(process: subprocess.Popen, seconds: float) -> bytes:
    assert process.stdout
    end, parts = time.monotonic() + seconds, []
    while time.monotonic() < end:
        if select.select([process.stdout], [], [], 1)[0]:
            part = process.stdout.read1(2**16)  # type: ignore[attr-defined]
            parts.append(part)
            if not part or part.endswith(b"\n"):
                return b"".join(parts)
    raise TimeoutError


@dataclass
class Kept:
    """What has been graded, one small file each."""

    folder: Path
    about: str

    @classmethod
    def at(cls, folder: Path, assignment: Assignment, seed: str, patience: float) -> "Kept":
        folder.mkdir(parents=True, exist_ok=True)
        source = SOURCES / assignment.name / f"{assignment.name}.ipynb"
        checks = ROOT / (assignment.checks.replace(".", "/") + ".py")
        digest = hashlib.sha256(f"{seed} {patience}".encode())
        for path in (source, checks):
            digest.update(path.read_bytes())
        return cls(folder, digest.hexdigest())

    def _path(self, data: bytes) -> Path:
        digest = hashlib.sha256(self.about.encode() + data).hexdigest()
        return self.folder / f"{digest[:32]}.json"

    def get(self, data: bytes) -> Graded | None:
        try:
            return Graded.of(json.loads(self._path(data).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, data: bytes, graded: Graded) -> None:
        path = self._path(data)
        part = path.with_suffix(f".{threading.get_ident()}")
        part.write_text(json.dumps(graded.as_dict()), encoding="utf-8")
        part.replace(path)


def grade_all(
    rows: list[Handed],
    judges: Judges,
    kept: Kept,
    done: Callable[[Handed, Graded], None],
    jobs: int = 2,
    again: str = "",
) -> list[Graded]:
    """Grade every row, `jobs` at a time; `done` hears of each. `again`: a student to grade anew."""

    def one(row: Handed) -> Graded:
        if row.data is None:
            return Graded(reason=row.reason)
        found = None if again and again in (row.student, row.id) else kept.get(row.data)
        if found is None:
            found = judges.grade(row.data)
            if found.reason != STUCK:
                kept.put(row.data, found)
        return found

    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(one, row): i for i, row in enumerate(rows)}
        found: dict[int, Graded] = {}
        for future in as_completed(waiting):
            i = waiting[future]
            found[i] = future.result()
            done(rows[i], found[i])
    return [found[i] for i in range(len(rows))]
