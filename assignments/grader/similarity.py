"""Which answers are alike: the same code but for names, comments and layout. For a person to read.

Two right answers to a small task are often alike; many tasks alike, with the same mistakes, are not
often so. The table says where to look, and nothing about why.
"""

import csv
import io
import itertools
import keyword
import token
import tokenize
from pathlib import Path

from assignments.grader import notebook
from assignments.grader.table import Row
from assignments.grader.tasks import Assignment

RUN = 8  # tokens in a row that make one fingerprint
LIKE = 0.8  # of the fingerprints of the shorter one


def write(path: Path, assignment: Assignment, rows: list[Row]) -> None:
    """The pairs that share most, the most alike first."""
    prints = {}
    for i, row in enumerate(rows):
        if row.handed.data is not None:
            prints[i] = fingerprints(row.handed.data)
    common = _common(list(prints.values()))
    for cell in assignment.given:
        common |= _runs(cell)
    pairs = []
    for i, j in itertools.combinations(prints, 2):
        share = likeness(prints[i] - common, prints[j] - common)
        if share >= LIKE:
            pairs.append((share, rows[i].handed.student, rows[j].handed.student))
    with path.open("w", newline="", encoding="utf-8", errors="replace") as file:
        table = csv.writer(file)
        table.writerow(["share of the shorter one", "student", "other student"])
        table.writerows([f"{share:.2f}", a, b] for share, a, b in sorted(pairs, reverse=True))


def fingerprints(data: bytes) -> set[int]:
    """Runs of tokens of the code, with every name that is no keyword made the same."""
    try:
        cells = notebook.cells_of(data)
    except notebook.Unreadable:
        return set()
    found: set[int] = set()
    for cell in cells:
        found |= _runs(cell)
    return found


def _runs(cell: str) -> set[int]:
    words = _words(cell)
    return {hash(tuple(words[k : k + RUN])) for k in range(len(words) - RUN + 1)}


def _words(cell: str) -> list[str]:
    words = []
    try:
        for part in tokenize.generate_tokens(io.StringIO(cell).readline):
            if part.type == token.NAME and not keyword.iskeyword(part.string):
                words.append("name")
            elif part.type in (token.NAME, token.OP, token.NUMBER):
                words.append(part.string)
    except (tokenize.TokenError, SyntaxError):
        pass
    return words


def likeness(a: set[int], b: set[int]) -> float:
    """The share of the smaller set that is in the other.

    >>> likeness({1, 2}, {2, 3, 4})
    0.5
    """
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _common(prints: list[set[int]]) -> set[int]:
    """What more than half of a class has, where it is large enough to say so."""
    counts: dict[int, int] = {}
    for mine in prints:
        for one in mine:
            counts[one] = counts.get(one, 0) + 1
    return {one for one, count in counts.items() if len(prints) > 9 and 2 * count > len(prints)}
