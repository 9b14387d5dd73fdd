"""Small tables and results that the pages load by name.

A table is a csv file whose first lines, each beginning with `#`, say what it is::

    # title: ...       one line
    # source: ...      where the figures come from
    # licence: ...     of the figures and of this file
    # units: year = calendar year; hare = thousands of pelts
    # fault: ...       one line for each known fault of the data

A result is a json file written by a script in `benchmarks/` or `alfi/`.
"""

import csv
import json
from pathlib import Path

_HERE = Path(__file__).parent


class Table(dict[str, list[float]]):
    """Columns by name, each a list of floats, and where they come from.

    Attributes:
        title: one line.
        source: where the figures come from.
        licence: of the figures and of the file.
        units: column name -> its unit.
        faults: the known faults of the data, one sentence each.
    """

    def __init__(self, columns: dict[str, list[float]], about: dict[str, list[str]]):
        super().__init__(columns)
        self.title, self.source, self.licence = (
            about[key][0] for key in ("title", "source", "licence")
        )
        pairs = (item.split(" = ") for item in about["units"][0].split("; "))
        self.units: dict[str, str] = dict(pairs)
        self.faults: tuple[str, ...] = tuple(about.get("fault", ()))


def load(name: str) -> Table | dict:
    """The table or the result called `name`; no suffix.

    >>> table = load("hare_lynx_1900_1920")
    >>> table["year"][:2], table["hare"][:2], table["lynx"][:2]
    ([1900.0, 1901.0], [30.0, 47.2], [4.0, 6.1])
    >>> table.units["hare"]
    'thousands of pelts'

    Raises:
        KeyError: if there is no such file; the message lists the names there are.
    """
    table, result = _HERE / f"{name}.csv", _HERE / f"{name}.json"
    if table.is_file():
        return _read_table(table.read_text(encoding="utf-8"))
    if result.is_file():
        return json.loads(result.read_text(encoding="utf-8"))
    known = sorted(f.stem for f in _HERE.iterdir() if f.suffix in (".csv", ".json"))
    raise KeyError(f"no data called {name!r}; there are: {', '.join(known)}")


def _read_table(text: str) -> Table:
    lines = text.splitlines()
    about: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("# "):
            key, value = line[2:].split(": ", 1)
            about.setdefault(key, []).append(value)
    head, *rows = csv.reader(line for line in lines if not line.startswith("#"))
    columns = zip(*([float(cell) for cell in row] for row in rows), strict=True)
    return Table(dict(zip(head, map(list, columns), strict=True)), about)
