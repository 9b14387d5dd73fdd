"""One submission: its cells run elsewhere, its functions are asked, its points are given here."""

import contextlib
import io
import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from assignments.grader import by_hand, notebook
from assignments.grader.answers import Ended, OutOfTime, StudentError
from assignments.grader.isolation import Isolation
from assignments.grader.tasks import Assignment, Part
from assignments.grader.worker import Worker

CELL_SECONDS = 60  # of the student's processor, for one cell
MOST_LOST = 4  # cells that hang or crash, before the notebook is given up


@dataclass
class Verdict:
    """What one check cell came to."""

    number: str
    hidden: bool
    points: float
    maximum: float
    text: str  # what the check said, or why it could say nothing


@dataclass
class Graded:
    """A submission's verdicts, and words about the whole of it."""

    verdicts: list[Verdict] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    reason: str = ""  # why nothing could be graded
    stopped: list[str] = field(default_factory=list)  # cells, with the kind of exception

    @property
    def total(self) -> float:
        return sum(verdict.points for verdict in self.verdicts)

    def points(self, number: str) -> float:
        return sum(v.points for v in self.verdicts if v.number == number)

    def said(self, number: str) -> list[str]:
        """What the checks said of a task that lost points, each property once, the public first."""
        texts = [v.text for v in self.verdicts if v.number == number and v.points < v.maximum]
        return list({text.partition("Counter-example:")[0]: text for text in texts[::-1]}.values())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, content: dict[str, Any]) -> "Graded":
        verdicts = [Verdict(**verdict) for verdict in content["verdicts"]]
        return cls(verdicts, content["words"], content["reason"], content["stopped"])


@dataclass
class Judge:
    """Grades one submission after another with the same seed and the same isolation."""

    assignment: Assignment
    seed: str
    isolation: Isolation
    patience: float = 1.0  # all limits of time, so many times

    def grade(self, data: bytes) -> Graded:
        """The verdicts on the bytes of one file. Never raises for what a student wrote."""
        try:
            cells = notebook.cells_of(data)
        except notebook.Unreadable as error:
            return Graded(reason=str(error))
        graded, run = Graded(), _Run(self, cells, self.isolation)
        try:
            for number in self.assignment.numbers:
                graded.verdicts += run.task(number)
        finally:
            run.close()
        if run.watched and by_hand.reaches_for_tools(self.assignment, cells):
            self._look_again(graded, cells, run.watched)
        graded.words = list(dict.fromkeys(run.words))
        graded.stopped = [f"code cell {at + 1}: {kind}" for at, kind in run.errors.items()]
        if run.defined is not None and not any(run.defined):
            graded.reason = (
                f"it defines none of {', '.join(self.assignment.names)}: "
                "is it the notebook of another assignment?"
            )
        return graded

    def _look_again(self, graded: Graded, cells: list[str], numbers: set[str]) -> None:
        """Ask the tasks that are to be done by hand where there is no engine."""
        run = _Run(self, cells, replace(self.isolation, withheld=True))
        try:
            for number in sorted(numbers):
                mine = [v for v in graded.verdicts if v.number == number]
                again = run.task(number) if any(v.points for v in mine) else mine
                for verdict, second in zip(mine, again, strict=True):
                    if verdict.points and not second.points:
                        verdict.points = 0
                        verdict.text = by_hand.TEXT.format(number=number, said=second.text)
        finally:
            run.close()


class _Run:
    """A student's process as long as it lives, and the next one where it does not."""

    def __init__(self, judge: Judge, cells: list[str], isolation: Isolation):
        self.judge, self.cells, self.isolation = judge, cells, isolation
        self.watched: set[str] = set()  # tasks that are to be done without an engine
        self.worker: Worker | None = None
        self.words: list[str] = []
        self.lost: set[int] = set()  # cells that cannot be run
        self.defined: list[bool] | None = None
        self.errors: dict[int, str] = {}  # cells that stopped

    def task(self, number: str) -> list[Verdict]:
        """The verdicts of a task's parts. Where time runs out, the task loses and no other."""
        parts, found = self.judge.assignment.of(number), []
        for part in parts:
            try:
                found.append(self._part(part))
            except (OutOfTime, Ended) as error:
                text = self._why(error, number)
                self.close()
                found += [Verdict(number, p.hidden, 0, p.points, text) for p in parts[len(found) :]]
                break
        return found

    def _part(self, part: Part) -> Verdict:
        worker = self._ready()
        worker.link.may_use(self.judge.assignment.seconds(part.number) * self.judge.patience)
        there = _told(worker, "defined", list(part.names))
        missing = [name for name, known in zip(part.names, there, strict=True) if not known]
        if missing:
            text = f"Task {part.number}: {missing[0]} is not defined{self._cause(missing[0])}."
            return Verdict(part.number, part.hidden, 0, part.points, text)
        worker.link.watched = False
        points, text = self._asked(worker, part)
        if worker.link.watched:
            self.watched.add(part.number)
        return Verdict(part.number, part.hidden, points, part.points, text)

    def _asked(self, worker: Worker, part: Part) -> tuple[float, str]:
        seed = self.judge.seed if part.hidden else "public"
        try:
            answers = [worker.link.question("name", name) for name in part.names]
            with contextlib.redirect_stdout(io.StringIO()):
                verdict = self.judge.assignment.task(part.number, *answers, seed=seed)
        except StudentError as error:
            return 0, f"Task {part.number}: the student's code raised {error}"[:500]
        except Exception as error:
            text = f"what came back could not be judged ({type(error).__name__}: {error})"
            return 0, f"Task {part.number}: {text}"[:500]
        return verdict.points(part.points), verdict.text

    def _why(self, error: BaseException, number: str) -> str:
        if isinstance(error, OutOfTime):
            seconds = self.judge.assignment.seconds(number) * self.judge.patience
            return (
                f"Task {number} was stopped: it had not ended after {seconds:g} s of processor "
                "time. If the answer is only slow, grade again with PATIENCE=3."
            )
        return f"Task {number}: the student's code ended its own process, or used up its memory."

    def _cause(self, name: str) -> str:
        found = next(
            (i for i, cell in enumerate(self.cells) if re.search(rf"\b{re.escape(name)}\b", cell)),
            None,
        )
        kind = self.errors.get(found) if found is not None else None
        return f": the cell that should define it stopped with {kind}" if kind else ""

    def _ready(self) -> Worker:
        """The worker with all cells run; those that hang or crash are left out of the next."""
        while self.worker is None:
            if len(self.lost) > MOST_LOST:
                raise Ended
            worker = Worker(self.isolation).__enter__()
            self.worker = worker
            try:
                self._run_cells(worker)
            except (OutOfTime, Ended) as error:
                late = isinstance(error, OutOfTime)
                self.lost.add(self.at if self.at >= 0 else -len(self.lost) - 1)
                where = f"code cell {self.at + 1}" if self.at >= 0 else "a cell that was given"
                why = "was stopped: it did not end" if late else "ended the process"
                self.words.append(f"{where} {why}; it was left out")
                self.close()
        return self.worker

    def _run_cells(self, worker: Worker) -> None:
        given = notebook.wanting(self.judge.assignment, self.cells)
        self.errors, self.at = {}, -1
        for cell in given:
            if _only_imports(cell):
                self._run_cell(worker, cell)
        for at, cell in enumerate(self.cells):
            self.at = at
            if at in self.lost:
                continue
            error = self._run_cell(worker, cell)
            if error:
                self.errors[at] = error
        self.at = -1
        self._put_back(worker, given)
        worker.link.may_use(CELL_SECONDS)
        self.defined = _told(worker, "defined", self.judge.assignment.names)

    def _run_cell(self, worker: Worker, cell: str) -> str:
        """The kind of exception with which the cell stopped, or nothing."""
        worker.link.may_use(CELL_SECONDS * self.judge.patience)
        return str(_told(worker, "run", cell))[:60]

    def _put_back(self, worker: Worker, given: list[str]) -> None:
        """Run cells that students were given and lost, where a task hands over their names."""
        for cell in given:
            names = [n for n in self.judge.assignment.names if re.search(rf"^{n}\b", cell, re.M)]
            worker.link.may_use(CELL_SECONDS)
            if names and not all(_told(worker, "defined", names)):
                self._run_cell(worker, cell)

    def close(self) -> None:
        if self.worker is not None:
            self.worker.__exit__()
            self.worker = None


def _told(worker: Worker, what: str, about: Any) -> Any:
    """What the student's process says. Errors: Ended where it says what no honest one would."""
    try:
        said = worker.link.question(what, about)
    except Exception as error:
        raise Ended from error
    if what == "defined" and not (isinstance(said, list) and len(said) == len(about)):
        raise Ended
    return said


def _only_imports(cell: str) -> bool:
    lines = [line for line in cell.splitlines() if line.strip() and not line.startswith("#")]
    return all(re.match(r"(import|from|style\.|jax\.config)\b", line) for line in lines)
