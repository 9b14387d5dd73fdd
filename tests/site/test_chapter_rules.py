"""What readers of the first chapters asked for, held for every chapter.

Lines of code that fit a phone; every goal of the card met by an exercise; every term of the
glossary linked where it is first used.
"""

import re
from functools import cache

import pytest

from tests.pages import CHAPTERS, ROOT, read

WIDTH = 62  # columns of code beside each other on a page of 1280 pixels
UNSEEN = {"remove-cell", "remove-input", "hide-input"}  # the last is folded


@pytest.mark.parametrize("name", CHAPTERS)
def test_visible_code_fits_its_column(name):
    wide = [
        line
        for cell in read(name).cells
        if cell.cell_type == "code" and not UNSEEN & set(cell.metadata.get("tags", []))
        for line in cell.source.splitlines()
        if len(line) > WIDTH
    ]
    assert not wide, "\n".join([f"{len(wide)} lines are longer than {WIDTH}:", *wide])


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_goal_is_met_by_an_exercise(name):
    """`**5.1 A name.** *Goals 1 and 2.* ...` stands at the head of each exercise."""
    cells = read(name).cells
    goals = len(re.findall(r"^> (?:[-*]|\d\.) ", cells[0].source, flags=re.M))
    heads = re.findall(
        r"^\*\*\d+\.\d+ .+?\*\*(?: \(.+?\))?(?: \*Goals? ([\d, and]+)\.\*)?",
        "\n".join(cell.source for cell in cells),
        flags=re.M,
    )
    assert heads and all(heads), f"{heads.count('')} of {len(heads)} exercises name no goal"
    met = {int(goal) for head in heads for goal in re.findall(r"\d", head)}
    assert met == set(range(1, goals + 1))


@pytest.mark.parametrize("name", CHAPTERS)
def test_what_a_prediction_asks_for_can_be_seen(name):
    """A cell of the chapter measures it, at the preset or the sliders that the reader is told.

    What moves does so by 5 pixels; a walk says it in its sentence.
    """
    seen = r"^assert (effect_in_pixels\(.+\) >= 5|.+ in \w+\.said\(.+\))$"
    code = "\n".join(cell.source for cell in read(name).cells if cell.cell_type == "code")
    asked = len(re.findall(r"\bPredict\(", code))
    assert asked and len(re.findall(seen, code, re.M)) >= asked


@cache
def terms():
    """The names in the glossary."""
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    block = re.search(r"```{glossary}\n(.*?)```", text, flags=re.S)[1]
    return [line for line in block.splitlines() if re.match(r"\S", line)]


def prose(name):
    """The running text of a chapter: no card, heading, table, code, formula, link or comment."""
    text = "\n\n".join(c.source for c in read(name).cells[1:] if c.cell_type == "markdown")
    for mark in (
        r"(?s)<!--.*?-->",
        r"(?sm)^```.*?^```",
        r"(?m)^\s*[#|:].*$",  # headings, tables, the fences of a note
        r"\[[^\]]*\]\([^)]*\)",
        r"\{(?!term\})[\w:]+\}`[^`]*`",
        r"(\{term\}`[^`]*`)|`[^`]*`",  # code; the links to terms are kept
        r"(?s)\$\$.*?\$\$",
        r"\$[^$]+\$",
    ):
        text = re.sub(mark, lambda found: found[1] if found.re.groups and found[1] else " ", text)
    assert len(text.split()) > 1000  # a pattern that takes too much would hide every fault
    return text


def unlinked(term, text):
    """The words around the first use of a term, if it is not a link; else None."""
    word = r"\s+".join(map(re.escape, term.split()))
    use = rf"(?<![\w-]){word}(?:s|es)?(?![\w-])"
    linked = rf"\{{term\}}`(?:[^`<]*<{word}>|{word})`"
    uses = re.finditer(rf"(?P<link>{linked})|\{{term\}}`[^`]*`|(?P<plain>{use})", text, flags=re.I)
    first = next((found for found in uses if found["link"] or found["plain"]), None)
    if first and first["plain"]:
        return " ".join(text[max(0, first.start() - 40) : first.end() + 20].split())
    return None


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_first_use_of_a_term_is_linked(name):
    """A word of the glossary that is meant in its everyday sense is a word to replace."""
    text = prose(name)
    plain = {term: where for term in terms() if (where := unlinked(term, text))}
    assert not plain, "\n".join(f"{term}: ... {where}" for term, where in plain.items())


def test_the_reader_of_terms_sees_them():
    assert unlinked("tape", "the tapes, then a {term}`tape`") == "the tapes, then a {term}`tape"
    assert unlinked("tape", "a {term}`Tape`, then the tape") is None
    assert unlinked("tape", "some {term}`tapes <tape>`; tapestry and tape-like things") is None
    assert unlinked("tape", "{term}`a tape of states <trace>`, then the tape").endswith("the tape")
    assert unlinked("dual number", "with dual\nnumbers") == "with dual numbers"
    assert len(terms()) > 20 and "dual number" in terms()
