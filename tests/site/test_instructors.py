"""What teachers are told about chapters and assignments is what these say of themselves."""

import re
from functools import cache

import nbformat
import pytest

from assignments.grader.tasks import SOURCES, assignments
from assignments.grader.tasks import read as tasks_of
from tests.pages import CHAPTERS, NUMBERS, ROOT, listed, read

TEACHING = ROOT / "book" / "teaching"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(TEACHING.glob("*.md"))}
CALLED = {str(number): name.split("/")[-1] for name, number in NUMBERS.items()}
NAMED = re.compile(r"`(\w+)`")


@cache
def card(name):
    """Title and card of a chapter."""
    title, rest = read(name).cells[0].source.split("\n", 1)
    return title.removeprefix("# "), re.sub(r"\n> ?", " ", rest)


def minutes(name):
    return int(re.search(r"\*\*Reading time\.\*\* (\d+) minutes", card(name)[1])[1])


@cache
def source(name):
    """The cells of an assignment; its text, in one line."""
    cells = nbformat.read(SOURCES / name / f"{name}.ipynb", 4).cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return cells, " ".join(prose.split())


def tasks(name):
    """{number: (names, points)}, as the assignment's own table tells students."""
    text = source(name)[0][0].source
    rows = re.findall(r"^\| (\d) \| (.+?) \| (\d+) \|$", text, flags=re.M)
    return {number: (NAMED.findall(what.split(":")[0]), int(p)) for number, what, p in rows}


def notes(page):
    """{heading: its section} of a page of notes."""
    parts = re.split(r"^## (.+)\n", PAGES[page], flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def heading(name):
    return f"{NUMBERS[name]}. {card(name)[0]}"


def test_every_page_for_teachers_is_listed():
    pages = {name for name in listed() if name.startswith("book/teaching/")}
    assert pages == {f"book/teaching/{page}" for page in PAGES}


@pytest.mark.parametrize("part", ["derivatives", "models", "inference"])
def test_each_part_has_notes_on_its_chapters_in_their_order(part):
    chapters = [name for name in CHAPTERS if name.split("/")[1] == part]
    assert chapters and list(notes(part)) == [heading(name) for name in chapters]


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_notes_agree_with_chapter_and_assignment(name):
    _, part, short = name.split("/")
    section = notes(part)[heading(name)]
    text = " ".join(section.split())
    seconds = re.search(r"\*\*Running time\.\*\* (\d+) s", card(name)[1])[1]
    hours = re.search(r"It takes (about two hours|two to three hours)", source(short)[1])[1]
    time = f"({minutes(name)} minutes), runs in {seconds} s."
    assert f"{time} Assignment: `{short}`, {hours}." in text
    assert sum(map(int, re.findall(r"- \*(\d+) min\*", section))) == 90
    blocks = re.findall(r"^\*\*(.+?)\*\*", section, flags=re.M)
    assert blocks == ["In class.", "What goes wrong.", "To discuss."]
    assert "?" in text.split("**To discuss.**")[1].split("*Listen for:*")[0]
    rows = re.findall(r"^\| (\d) (.+?) \| (\d+) \| .+ \|$", section, flags=re.M)
    found = {number: (NAMED.findall(names), int(points)) for number, names, points in rows}
    assert found == tasks(short)


@pytest.mark.parametrize("name", assignments())
def test_an_assignment_tells_students_the_points_that_the_grader_gives(name):
    found = {number: tasks_of(name).maximum(number) for number in tasks_of(name).numbers}
    assert found == {number: points for number, (_, points) in tasks(name).items()}


def test_the_guide_lists_every_assignment_with_its_chapter():
    guide = (ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", guide, flags=re.M)
    assert rows == [(name, number) for number, name in CALLED.items()]
    assert {name for name, _ in rows} == set(assignments())


def test_minutes_are_those_of_the_cards():
    time = {name.split("/")[-1]: minutes(name) for name in CHAPTERS}
    said = re.findall(r"/(\w+)\.ipynb\)\s\((\d+)\sminutes\)", "\n".join(PAGES.values()))
    assert len(said) > 2 * len(CHAPTERS) - 5
    assert all(time[name] == int(number) for name, number in said)
    assert f"take {sum(time.values())} minutes to read" in PAGES["syllabi"]


def test_the_weeks_hand_in_tasks_that_exist():
    weeks = re.findall(r"^\*\*Week (\d+)\. .*?(?=^\*\*)", PAGES["syllabi"], flags=re.M | re.S)
    assert weeks == [str(week) for week in range(1, 11)]
    asked = re.findall(r"`(\w+)`,\s+tasks\s(\d)\s(?:and|to)\s(\d)", PAGES["syllabi"])
    assert len(asked) == 10  # nine weeks, and the evening of the two days
    for name, first, last in asked:
        assert {first, last} <= set(tasks(name)) and first < last


@pytest.mark.parametrize("name", CHAPTERS)
def test_what_a_chapter_asks_for_is_what_its_card_says(name):
    needs = card(name)[1].split("**Needs.**")[1].split("**Reading time.**")[0]
    mine = rf"^- \*\*{NUMBERS[name]}\*\* asks for (.+?)\. Without it: "
    said = re.search(mine, PAGES["syllabi"], flags=re.M)[1]
    assert set(re.findall(r"\d+", said)) == set(re.findall(r"chapter (\d+)", needs, flags=re.I))


def test_the_rubric_has_every_task_that_calls_itself_open():
    entry = r"^\*\*`(\w+)`,\s+task\s+(\d):\s+([^*]+?)\.\*\*"
    entries = {(n, t): NAMED.findall(f) for n, t, f in re.findall(entry, PAGES["rubric"], re.M)}
    assert all(tasks(name)[task][0] == names for (name, task), names in entries.items())
    for name in assignments():
        parts = re.split(r"## Task (\d)\.", source(name)[1])[1:]
        for task, text in zip(parts[::2], parts[1::2], strict=True):
            if re.search(r"[Tt]his task is open|in three sentences", text):
                assert (name, task) in entries


def test_the_rubric_has_every_exercise_without_a_check():
    unchecked = []
    for name in CHAPTERS:
        text = "\n".join(cell.source for cell in read(name).cells)
        heads = re.findall(r"^\*\*(\d+\.\d+) ", text, flags=re.M)
        unchecked += [number for number in heads if f'check("{number}"' not in text]
    assert re.findall(r"^- \*\*(\d+\.\d+)\*\*", PAGES["rubric"], flags=re.M) == unchecked
