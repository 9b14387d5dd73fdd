"""A chapter's number stands once, in _toc.yml; whatever else names a chapter agrees with it."""

import re

import pytest
import yaml

from tests.pages import CHAPTERS, NUMBERS, ROOT, listed, module, read

chapter_numbers = module("book/_extensions/chapter_numbers.py")

TEXTS = sorted(
    path
    for folder in ("book", "bookkit", "assignments", "benchmarks")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".md", ".ipynb", ".py"} and ".ipynb_checkpoints" not in path.parts
)
NAMED = re.compile(r"\bchapters?\s+(\d+)(?:(?:,| and| to)\s+(\d+))*", re.I)


def announced():
    """{number: title as the landing page lists it}"""
    landing = "".join(cell.source for cell in read("book/intro").cells)
    lines = re.findall(r"^(\d+)\. (.+(?:\n   .+)*)", landing, flags=re.M)
    return {int(number): " ".join(text.split()) for number, text in lines}


def test_the_extension_reads_the_numbers():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert chapter_numbers.numbers(toc) == NUMBERS


def test_every_chapter_has_a_number_and_nothing_else_has():
    assert list(NUMBERS) == CHAPTERS
    assert [name for name in listed() if name in NUMBERS] == CHAPTERS


def test_numbers_increase_through_the_parts():
    order = list(NUMBERS.values())
    assert order == sorted(set(order))


def test_the_landing_page_announces_every_chapter_under_its_number():
    titles = announced()
    assert list(titles) == list(range(1, len(titles) + 1))
    for name, number in NUMBERS.items():
        title = read(name).cells[0].source.splitlines()[0].removeprefix("# ")
        link = f"[{title}]({name.removeprefix('book/')}.ipynb)"
        assert titles[number].startswith(link), f"{titles[number]!r} does not begin with {link}"


def test_a_chapter_that_is_named_is_there_or_announced():
    known = set(announced())
    for path in TEXTS:
        for match in NAMED.finditer(path.read_text(encoding="utf-8")):
            unknown = set(map(int, re.findall(r"\d+", match[0]))) - known
            assert not unknown, f"{path.relative_to(ROOT)} names {match[0]!r}"


def test_a_link_to_a_chapter_gives_its_number():
    """[chapter 5](derivatives/differentiating_the_solver.ipynb), from wherever it stands."""
    number_of = {name.split("/")[-1]: number for name, number in NUMBERS.items()}
    link = re.compile(r"\[chapter (\d+)[^\]]*\]\((?:[^)#]*/)?(\w+)\.ipynb", re.I)
    for path in TEXTS:
        for number, name in link.findall(path.read_text(encoding="utf-8")):
            assert number_of[name] == int(number), f"{path.relative_to(ROOT)}: chapter {number}"


@pytest.mark.parametrize("name", CHAPTERS)
def test_exercises_carry_the_number_of_their_chapter(name):
    exercises = re.findall(
        r"^\*\*(\d+)\.\d+ ", "\n".join(cell.source for cell in read(name).cells), flags=re.M
    )
    assert exercises and set(exercises) == {str(NUMBERS[name])}


def test_the_reader_of_names_sees_them():
    assert [m[0] for m in NAMED.finditer("Chapter 5, and chapters 7 and 8; the chapters, 9")] == [
        "Chapter 5",
        "chapters 7 and 8",
    ]
