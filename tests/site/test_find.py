"""What the page of figures and exercises lists is what the chapters have, and each link arrives."""

import re

import pytest
from bs4 import BeautifulSoup

from tests.pages import CHAPTERS, HTML, NUMBERS, read

EXERCISE = re.compile(r"^\*\*(\d+\.\d+)\W*\s([^*]+?)\.?\*\*", re.M)


def soup(name):
    return BeautifulSoup((HTML / f"{name}.html").read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def listed():
    """{address: words} of every link in the text of the page."""
    if not (HTML / "book" / "find.html").exists():
        pytest.skip("the site is not built: make book")
    links = soup("book/find").select("article a.internal[href*='#']")
    return {f"book/{link['href']}": link.get_text() for link in links}


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_exercise_is_listed_and_is_an_anchor(listed, name):
    ids = {element["id"] for element in soup(name).select("article p[id]")}
    exercises = [EXERCISE.findall(c.source) for c in read(name).cells if c.cell_type == "markdown"]
    exercises = [exercise for found in exercises for exercise in found]
    assert exercises
    for number, title in exercises:
        anchor = f"exercise-{number.replace('.', '-')}"
        assert anchor in ids
        words = listed[f"{name}.html#{anchor}"]
        assert re.sub(r"[\W_]+", "", words) == re.sub(r"[\W_]+", "", f"{number} {title}")


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_live_figure_is_listed_by_its_title(listed, name):
    figures = soup(name).select("figure.live[id]")
    assert figures
    for figure in figures:
        drawn = figure.find(attrs={"role": "img"})
        assert listed[f"{name}.html#{figure['id']}"] == drawn["aria-label"]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_says_how_to_cite_it(listed, name):
    entry = soup(name).select_one("details.cite pre").get_text()
    title = soup(name).select_one("h1").contents[0].partition(". ")[2]
    assert f"gradients_through_time_{NUMBERS[name]}," in entry
    assert f"{{{title}}}" in entry
