"""A class of honest, broken and hostile submissions with the points that each should get.

Each kind is a function that puts something into the folder; `expect` says the points by task, and
words that its row must hold. The assignment is *Differentiating the solver*: 4, 4, 4, 5, 3 points.
"""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

NAME = "differentiating_the_solver"
ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "assignments" / NAME / f"{NAME}.ipynb"
FULL, NONE = (4, 4, 4, 5, 3), (0, 0, 0, 0, 0)
TASKS = {
    "1": ["rk4_step"],
    "2": ["rates_jvp", "heun_jvp"],
    "3": ["rates_vjp", "heun_vjp"],
    "4": ["loss_gradient"],
    "5": ["growth_rate"],
}
SOLUTION = re.compile(r"( *)### BEGIN SOLUTION\n.*?### END SOLUTION", re.DOTALL)
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS", re.DOTALL)


def without(*tasks: str) -> tuple:
    """The points of one who has all tasks but these.

    >>> without("1", "4")
    (0, 4, 4, 0, 3)
    """
    return tuple(0 if str(i) in tasks else p for i, p in enumerate(FULL, 1))


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")


def released(solved: str = "12345") -> dict:
    """The student's version as a dict, with our answers in the cells of these tasks."""
    notebook = json.loads(_source())
    wanted = {name for task in solved for name in TASKS[task]}
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        mine = any(re.search(rf"def {name}\b", text) for name in wanted)
        text = HIDDEN.sub("", text)
        if not (mine and cell["metadata"].get("nbgrader", {}).get("solution")):
            text = SOLUTION.sub(r"\1# YOUR CODE HERE\n\1raise NotImplementedError()", text)
        cell["source"] = re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", text)
    return notebook


def code(source: str) -> dict:
    """A code cell that a student added."""
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }


def answer(notebook: dict, name: str) -> dict:
    """The cell that defines an answer."""
    return next(c for c in notebook["cells"] if f"def {name}(" in "".join(c["source"]))


def written(notebook: dict) -> bytes:
    return json.dumps(notebook).encode()


def right(solved: str = "12345") -> bytes:
    return written(released(solved))


def first(source: str, solved: str = "12345") -> bytes:
    """A notebook with a cell of the student's at its very beginning."""
    notebook = released(solved)
    notebook["cells"].insert(0, code(source))
    return written(notebook)


def last(source: str, solved: str = "12345") -> bytes:
    """A notebook with a cell of the student's at its end."""
    notebook = released(solved)
    notebook["cells"].append(code(source))
    return written(notebook)


def edited(change: Callable[[dict], None], solved: str = "12345") -> bytes:
    notebook = copy.deepcopy(released(solved))
    change(notebook)
    return written(notebook)


@dataclass
class Kind:
    """One kind of submission: what it puts into the folder, and what its row must say."""

    name: str
    put: Callable[[Path, str], None]
    points: tuple
    words: str = ""
    student: str = ""
    marks: set[str] = field(default_factory=set)


KINDS: list[Kind] = []


def kind(points: tuple = FULL, words: str = "", student: str = "", marks: str = "") -> Callable:
    """Register `f(folder, student)`; where it returns bytes they become a notebook's file."""

    def register(make: Callable) -> Callable:
        def put(folder: Path, who: str) -> None:
            data = make(folder, who)
            if data is not None:
                (folder / f"{who}.ipynb").write_bytes(data)

        KINDS.append(Kind(make.__name__, put, points, words, student, set(marks.split())))
        return make

    return register


def snippet(name: str, points: tuple, make: Callable[[], bytes], words: str = "", marks: str = ""):
    """Register a kind that is one notebook."""
    KINDS.append(
        Kind(
            name,
            lambda folder, who: (folder / f"{who}.ipynb").write_bytes(make()) and None,
            points,
            words,
            "",
            set(marks.split()),
        )
    )
