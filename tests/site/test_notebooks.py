"""Every committed notebook: no outputs. Every chapter: small cells, and the frame is whole."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.pages import CHAPTERS, ROOT, read

NOTEBOOKS = sorted(
    path
    for folder in ("book", "assignments")
    for path in (ROOT / folder).rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)

# The blocks of a chapter, in the order of CONTRIBUTING.md.
BLOCKS = [
    *("hook", "predict", "figure", "explain", "derive", "build", "listing", "check", "fails"),
    *("faded", "exercises", "quiz", "limits", "summary", "reading"),
]

# What the code of a block must hold, where that can be seen from its text.
HOLDS = {
    "predict": "Predict(",
    "listing": "listing.show(",
    "check": "assert ",
    "quiz": "from bookkit.quizzes.",
}

SETUP = """\
# Colab lacks the book's packages; Binder and your own machine have them.
from importlib.util import find_spec

if not find_spec("bookkit"):
    %pip install -q "gradients-through-time[chapters] @ \
git+https://github.com/gradients-through-time/gradients-through-time\""""

CARD = re.compile(
    r"# [^\n]+\n+"
    r"> \*\*Question\.\*\* .+\?\n>\n"
    r"> \*\*You will be able to\*\*\n(?P<goals>(> [-*] .+\n(>   .+\n)*){3,5})>\n"
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
    assert first.source == SETUP
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


@pytest.mark.parametrize("name", CHAPTERS)
def test_blocks_hold_what_they_promise(name):
    texts, block = {}, ""  # of each block: from the cell that begins it to the next block
    for cell in read(name).cells:
        block = next((tag for tag in tags(cell) if tag in BLOCKS), block)
        texts[block] = texts.get(block, "") + cell.source + "\n"
    for block, code in HOLDS.items():
        assert code in texts[block], f"{block} holds no {code}"


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
