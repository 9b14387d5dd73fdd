"""The code cells of what a student handed in, whatever the file looks like."""

import json
import re
from typing import Any

import nbformat

from assignments.grader.tasks import Assignment

CELL = re.compile(r"^# (?:%%|In\[[ \d]*\]:?)(.*)$", re.MULTILINE)
SIZE = 20 * 2**20  # bytes: no notebook of ours has a hundredth of it
CODE = re.compile(r"^\s*(def |class |import |from |\w+ = )", re.MULTILINE)


class Unreadable(Exception):
    """The file holds no notebook; the text says why, in words for a teacher."""


def cells_of(data: bytes) -> list[str]:
    """The code cells of a notebook, or of a script made from one, in their order.

    Errors: Unreadable.

    >>> cells_of(b"x = 1\\n# %%\\ny = 2")
    ['x = 1', 'y = 2']
    """
    if not data.strip():
        raise Unreadable("the file is empty")
    if len(data) > SIZE:
        raise Unreadable(f"the file is {len(data) / 2**20:.0f} MB large; clear its outputs")
    text = _text(data)
    if text.lstrip().startswith(("{", "[")):
        return _of_notebook(text)
    if CODE.search(text):
        return _of_script(text)
    raise Unreadable("the file is no notebook")


def _text(data: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                break
    return data.decode("latin-1")


def _of_notebook(text: str) -> list[str]:
    try:
        content = json.loads(text)
        if content.get("nbformat", 4) < 4 or "worksheets" in content:
            content = nbformat.convert(nbformat.from_dict(content), 4)
        cells = [
            _source(cell) for cell in content["cells"] if cell.get("cell_type", "code") == "code"
        ]
    except ValueError as error:
        raise Unreadable("the file is damaged: it breaks off, or is no JSON") from error
    except Exception as error:
        raise Unreadable("the file is JSON, but no notebook") from error
    if not any(cell.strip() for cell in cells):
        raise Unreadable("the notebook has no code")
    return cells


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def _of_script(text: str) -> list[str]:
    parts = CELL.split(text)
    cells = [parts[0], *(c for mark, c in zip(parts[1::2], parts[2::2], strict=True)
                         if "[markdown]" not in mark)]  # fmt: skip
    return [cell.strip("\n") for cell in cells if cell.strip()]


def wanting(assignment: Assignment, cells: list[str]) -> list[str]:
    """The cells that students are given and that this notebook lacks: they are run first."""
    there = {bare(cell) for cell in cells}
    return [cell for cell in assignment.given if bare(cell) not in there]


def bare(cell: str) -> str:
    """The cell without spaces and line ends."""
    return "".join(cell.split())
