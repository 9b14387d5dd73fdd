"""Lists of one length that are computed one after another, written as one loop over their rows.

A list alone is a comprehension. Several make a loop in which each is a number, as in the program
of a short array::

    z = []
    for x_i, y_i in zip(x, y):
        v = x_i * y_i                  # read in the loop only: no list is made
        z_i = sin(v) + v
        z.append(z_i)

Every number is computed as before, by the same operations; only their order is another.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, NamedTuple

OPEN, CLOSE = "\ue000", "\ue001"  # around a list, where a formula has the name of its item
LIST = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
WORD = re.compile(r"[^\W\d]\w*")


class Row(NamedTuple):
    """A list that is still to be written.

    Attributes:
        name: of the list.
        text: the formula of one of its numbers.
        n: its length.
        used: how often the list is read, in all.
        comment: what to say beside it.
    """

    name: str
    text: str
    n: int
    used: int
    comment: str


def joins(row: Row, rows: list[Row]) -> bool:
    """Whether a list can be made in one loop with others: it needs single numbers of them only."""
    names = {other.name for other in rows}
    elsewhere = LIST.sub(lambda found: "" if found[1] in names else found[1], row.text)
    return all(row.n == other.n for other in rows) and names.isdisjoint(WORD.findall(elsewhere))


def write_rows(printer: Any, rows: list[Row]) -> None:
    """One loop for some lists of one length. Those that are read elsewhere, too, are kept."""
    read = Counter(name for row in rows for name in LIST.findall(row.text))
    kept = [row.name for row in rows if read[row.name] < row.used]
    made = {row.name for row in rows}
    given = [name for name in read if name not in made]
    for name in kept:
        printer.assign(name, "[]", True, "")
    with printer.scope():
        printer.take_words(" ".join(row.text for row in rows))
        items = {name: printer.fresh(item_of(name)) for name in [*given, *kept]}
        printer.open_rows([items[name] for name in given], given, rows[0].n)
        printer.depth += 1
        for row in rows:
            _write_row(printer, row, items, row.name in kept, read[row.name] > 0)
        printer.depth -= 1


def _write_row(printer: Any, row: Row, items: dict[str, str], kept: bool, read: bool) -> None:
    """One number of a list, inside the loop."""
    text = LIST.sub(lambda found: items.get(found[1]) or found[1], row.text)
    name = items.get(row.name, row.name)
    if read or not kept:
        printer.assign(name, text, True, row.comment)
    if kept:
        printer.line(f"{row.name}.{printer.append}({name if read else text}){printer.end}")


def item_of(text: str) -> str:
    """A name for an item of a list: ``y_0`` of ``ys_0``, ``hare_i`` of ``hare``."""
    if not text.isidentifier():
        return "item"
    singular = re.sub(r"s(?=_\d+$|$)", "", text)
    return singular if singular != text else text + "_i"
