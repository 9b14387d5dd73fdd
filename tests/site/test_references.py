"""The list of references: it can be read, and every citation finds its entry."""

import re

from pybtex.database import parse_file

from tests.pages import ROOT

BIB = ROOT / "book" / "references.bib"


def test_every_entry_is_read():
    """The reader stops at a brace left open; a key used twice is an error of its own."""
    written = re.findall(r"(?m)^@\w+\{([^,]+),", BIB.read_text(encoding="utf-8"))
    assert sorted(parse_file(BIB, "bibtex").entries) == sorted(written)


def test_every_citation_has_its_entry():
    known = parse_file(BIB, "bibtex").entries
    pages = [
        p for end in ("ipynb", "md") for p in (ROOT / "book").rglob(f"*.{end}")
        if ".ipynb_checkpoints" not in p.parts
    ]  # fmt: skip
    cited = {
        key.strip(): page.name
        for page in pages
        for keys in re.findall(r"\{cite(?:\:\w+)?\}`([^`]+)`", page.read_text(encoding="utf-8"))
        for key in keys.split(",")
    }
    lost = {key: page for key, page in cited.items() if key not in known}
    assert len(cited) > 20 and not lost, lost
