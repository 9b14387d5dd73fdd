"""Every committed notebook: no outputs. Every chapter: small cells, and the frame is whole."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.pages import CHAPTERS, ROOT, module, read

NOTEBOOKS = sorted(
    path
    for folder in ("book", "assignments")
    for path in (ROOT / folder).rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)

address = module("book/_extensions/address.py")
new_chapter = module("book/_template/new_chapter.py")

# The blocks of a chapter, in the order of CONTRIBUTING.md.
BLOCKS = [
    *("hook", "predict", "figure", "explain", "derive", "build", "listing", "check", "fails"),
    *("faded", "exercises", "quiz", "limits", "summary", "reading"),
]

# The least that a block holds: words of prose, a pattern of its prose, a pattern of its code.
ANY = r"\S"
LEAST = {
    "hook": (60, ANY, ANY),
    "predict": (0, "", r"\bPredict\("),
    "figure": (0, "", r"^from bookkit\.explorables\.\w+ import \w+"),
    "explain": (60, ANY, ""),
    "derive": (100, r"\$\$", ""),
    "build": (10, ANY, r"^ *def \w+\("),
    "listing": (20, ANY, r"\blisting\.show\("),
    "check": (0, "", r"^ *assert "),
    "fails": (50, ANY, ANY),
    "faded": (100, ANY, ""),
    "exercises": (100, r"(?s)(^\*\*\d+\.\d.*Hint.*){3}", r"^(\w+\.)?check\("),
    "quiz": (0, "", r"^from bookkit\.quizzes\.\w+ import \w+"),
    "limits": (50, ANY, ""),
    "summary": (30, r"(^\|.*\|$\n?){5}", ""),
    "reading": (30, r"(?s)(\{cite.*){2}", ""),
}

SETUP = address.first_cell(address.address()[0])

CARD = re.compile(
    r"# [^\n]+\n+"
    r"> \*\*Question\.\*\* .+\?\n>\n"
    r"> \*\*You will be able to\*\*\n(?P<goals>(> ([-*]|\d\.) .+\n(>   .+\n)*){3,5})>\n"
    r"> \*\*Needs\.\*\* .+\n(> .+\n)*>\n"
    r"> \*\*Reading time\.\*\* \d+ minutes\.\s(> )?"
    r"\*\*Running time\.\*\* (?P<seconds>\d+) s\.\s(> )?"
    r"\*\*Runs on\.\*\* .+"
)


def relative(path):
    return path.relative_to(ROOT).as_posix() if isinstance(path, Path) else path


def tags(cell):
    return cell.metadata.get("tags", [])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=relative)
def test_holds_no_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None, cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=relative)
def test_prose_is_not_hidden_in_code(path):
    """A cell's mark that lost a sign, `# % [markdown]`, leaves its text in the code cell above."""
    for cell in nbformat.read(path, as_version=4).cells:
        assert cell.cell_type != "code" or "[markdown]" not in cell.source, cell.source


@pytest.mark.parametrize("name", CHAPTERS)
def test_cells_are_small(name):
    for cell in read(name).cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 15, cell.source


@pytest.mark.parametrize("name", CHAPTERS)
def test_opens_with_its_card(name):
    first = read(name).cells[0]
    card = CARD.match(first.source)
    assert first.cell_type == "markdown"
    assert card, f"the card differs from the form in CONTRIBUTING.md:\n{first.source}"
    assert int(card["seconds"]) <= 60


@pytest.mark.parametrize("name", CHAPTERS)
def test_first_code_cell_makes_colab_work(name):
    first = next(cell for cell in read(name).cells if cell.cell_type == "code")
    assert first.source == SETUP, "make adopt writes it"
    assert "remove-cell" in tags(first)


@pytest.mark.parametrize("name", CHAPTERS)
def test_has_every_block_in_order(name):
    cells = read(name).cells
    seen = [tag for cell in cells for tag in tags(cell) if tag in BLOCKS]
    assert set(BLOCKS) - set(seen) == set()
    at = {block: seen.index(block) for block in BLOCKS}
    assert at["hook"] < at["predict"] < at["figure"] < at["explain"]
    assert at["derive"] < at["build"]
    assert seen[-2:] == ["summary", "reading"]


def blocks_of(notebook):
    """{block: (prose, code)}, each from the cell that begins it to the next block."""
    texts, block = {}, ""
    for cell in notebook.cells:
        block = next((tag for tag in tags(cell) if tag in BLOCKS), block)
        prose, code = texts.get(block, ("", ""))
        if cell.cell_type == "code":
            code += re.sub(r"^#.*$", "", cell.source, flags=re.M) + "\n"
        else:
            prose += re.sub(r"<!--[\s\S]*?-->|^#.*$", "", cell.source, flags=re.M) + "\n"
        texts[block] = prose, code
    return texts


def lacks(notebook):
    """{block: what it lacks of the least that it should hold}"""
    found, texts = {}, blocks_of(notebook)
    for block, (words, in_prose, in_code) in LEAST.items():
        prose, code = texts.get(block, ("", ""))
        missing = [f"{words} words"] if len(re.findall(r"\w+", prose)) < words else []
        missing += [f"in its prose {in_prose}"] if not re.search(in_prose, prose, re.M) else []
        missing += [f"in its code {in_code}"] if not re.search(in_code, code, re.M) else []
        found |= {block: missing} if missing else {}
    return found


@pytest.mark.parametrize("name", CHAPTERS)
def test_blocks_hold_what_they_promise(name):
    lacking = lacks(read(name))
    assert not lacking, lacking


def test_a_new_chapter_is_a_whole_frame_with_nothing_in_it():
    new = new_chapter.chapter("the_tape", "The tape")
    assert CARD.match(new.cells[0].source)
    assert [tag for cell in new.cells for tag in tags(cell) if tag in BLOCKS] == BLOCKS
    assert next(cell.source for cell in new.cells if cell.cell_type == "code") == SETUP
    assert set(lacks(new)) == set(BLOCKS) == set(LEAST)
    nbformat.validate(new)


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_reader_edits_the_model(name):
    """One cell puts another model behind the sliders, and ends in the edited figure."""
    (source,) = (c.source for c in read(name).cells if "edit" in tags(c))
    edited = re.search(r"^@\w+\.edit\ndef (\w+)\(", source, flags=re.M)
    assert edited and source.rstrip().splitlines()[-1] == edited[1]


@pytest.mark.parametrize("name", CHAPTERS)
def test_answers_are_folded_away(name):
    """The page leaves the source of a self-check out; JupyterLab shows it closed."""
    for cell in read(name).cells:
        if cell.cell_type == "code" and re.search(r"\b(Predict|Quiz)\(", cell.source):
            assert "remove-input" in tags(cell), cell.source
            assert cell.metadata.get("jupyter", {}).get("source_hidden"), cell.source


def test_contributing_shows_the_same_frame():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert SETUP in guide
    assert re.findall(r"^\| `(\w+)` \|", guide, flags=re.M) == BLOCKS
    assert CARD.search(guide)


def test_landing_page_leads_to_every_chapter():
    landing = (ROOT / "book" / "intro.ipynb").read_text(encoding="utf-8")
    assert [
        name for name in CHAPTERS if f"({name.removeprefix('book/')}.ipynb)" not in landing
    ] == []
