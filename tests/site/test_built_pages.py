"""The built pages: links and anchors lead somewhere, figures have words, times are as promised."""

import os
import re
from functools import cache
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.pages import CHAPTERS, HTML, ROOT, module, read

address = module("book/_extensions/address.py")
plain = module("book/_extensions/plain.py")


@cache
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path):
    return {element["id"] for element in soup(path).find_all(id=True)}


@pytest.fixture(scope="module")
def pages():
    if not (HTML / "index.html").exists():
        pytest.skip("the site is not built: make book")
    return [path for path in sorted(HTML.rglob("*.html")) if "_static" not in path.parts]


def leads_nowhere(page, href):
    """Why a link inside the site is broken, or None."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc:
        return None
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.exists():
        return f"no file {href}"
    named = parts.fragment and target.suffix == ".html"
    if named and unquote(parts.fragment) not in anchors(target):
        return f"no anchor {href}"
    return None


def test_links_and_anchors_lead_somewhere(pages):
    broken = {
        (page.relative_to(HTML).as_posix(), why)
        for page in pages
        for tag, key in (("a", "href"), ("img", "src"), ("link", "href"), ("script", "src"))
        for element in soup(page).find_all(tag, attrs={key: True})
        if (why := leads_nowhere(page, element[key]))
    }
    assert not broken


def test_nothing_is_loaded_from_elsewhere(pages):
    loaded = {
        element[key]
        for page in pages
        for tag, key in (("img", "src"), ("script", "src"), ("iframe", "src"))
        for element in soup(page).find_all(tag, attrs={key: True})
    } | {
        link["href"]
        for page in pages
        for link in soup(page).find_all("link", href=True)
        if {"stylesheet", "preload", "preconnect", "icon"} & set(link.get("rel", []))
    }
    assert not {address for address in loaded if re.match(r"(https?:)?//", address)}


def test_a_page_loads_what_it_needs(pages):
    """MathJax where there is mathematics and nowhere else; the live figures' script once."""
    for page in pages:
        text = page.read_text("utf-8")
        needs = bool(soup(page).select(".math")) or r"\(" in "".join(
            form.get_text() for form in soup(page).select("form.selfcheck")
        )
        assert needs == ("tex-chtml.js" in text), page
        assert text.count("root.bookkitLive = ") <= 2, page  # one may carry the reader's store
        assert "fontawesome.js" not in text, page


def test_chapters_can_be_downloaded_and_open_where_the_book_lives(pages):
    repository, _ = address.address()
    home = repository.removeprefix("https://github.com/")
    for name in CHAPTERS:
        chapter = soup(HTML / f"{name}.html")
        links = {link["href"] for link in chapter.find_all("a", href=True)}
        assert any(link.endswith(f"_sources/{name}.ipynb") for link in links)
        launch = {link for link in links if re.match(r"https://(mybinder|colab)\.", link)}
        if home == repository:  # not on GitHub, or nowhere
            assert not launch
        else:
            assert launch == {
                f"https://mybinder.org/v2/gh/{home}/notebooks?urlpath=lab/tree/{name}.ipynb",
                f"https://colab.research.google.com/github/{home}/blob/notebooks/{name}.ipynb",
            }
        assert bool(repository) == (f"{repository}/edit/main/{name}.ipynb" in links)


def test_what_is_downloaded_needs_no_myst_and_its_links_arrive(pages):
    site = "https://the.site"
    for path in plain.sources():
        copy = (HTML / "_sources" / path.relative_to(ROOT)).read_text("utf-8")
        assert "{cite" not in copy and ":::" not in copy and "{term}" not in copy
        for page, anchor in re.findall(rf"{site}/([^#)]+)#([^)]+)", plain.plain_text(path, site)):
            assert anchor in anchors(HTML / page), (path, anchor)


def test_no_page_knows_the_machine_that_built_it(pages):
    assert not [page for page in pages if str(ROOT) in page.read_text("utf-8")]


def test_every_figure_has_words(pages):
    silent = [
        (page.relative_to(HTML).as_posix(), str(picture)[:120])
        for page in pages
        for picture in soup(page).select("main img, main svg, main canvas")
        if not words(picture)
    ]
    assert not silent


def words(picture):
    """The text alternative of a picture; True where it is hidden as mere ornament."""
    if picture.find_parent(attrs={"aria-hidden": "true"}) or picture.get("aria-hidden") == "true":
        return True
    if picture.find_parent(attrs={"role": "img", "aria-label": True}):
        return True
    return (
        picture.get("alt") or picture.get("aria-label") or picture.get("aria-labelledby") or ""
    ).strip()


PHONE = 50  # characters of printed text that a page 375 pixels wide shows; beyond, it scrolls


def printed_beyond(chapter):
    """Printed lines that a phone cuts off. A compiler's programs are code, and may scroll."""
    return [
        line
        for cell in chapter.select("div.cell")
        if (code := cell.select_one(".cell_input")) is None
        or not re.search(r"\.source\)|make_jaxpr\(", code.get_text())
        for printed in cell.select(".cell_output pre:not(figure *)")  # a listing wraps
        for line in printed.get_text().splitlines()
        if len(line) > PHONE
    ]


FOR_A_PHONE = [
    *(name for name in CHAPTERS if "/derivatives/" in name),
    *(f"book/models/{name}" for name in ("to_jax", "what_data_cannot_say", "noise", "space")),
    "book/inference/bayes_with_gradients",
]


@pytest.mark.parametrize("name", FOR_A_PHONE)
def test_printed_lines_fit_a_phone(pages, name):
    assert not printed_beyond(soup(HTML / f"{name}.html"))


def test_a_long_printed_line_is_seen():
    cell = (
        '<div class="cell"><div class="cell_input">{}</div><div class="cell_output"><pre>{}</pre>'
    )

    def of(code, line):
        return printed_beyond(BeautifulSoup(cell.format(code, line), "html.parser"))

    assert of("print(x)", "y" * PHONE) == of("print(f.source)", "y" * (PHONE + 1)) == []
    assert of("print(jax.make_jaxpr(f)(1.0))", "y" * (PHONE + 1)) == []
    assert of("print(x)", "y" * (PHONE + 1)) == ["y" * (PHONE + 1)]


ADDRESS = re.compile(r"<[^<>]* at 0x[0-9a-f]+>")  # what Python says of an object without words


def test_no_page_prints_an_object_by_its_address(pages):
    """A last line without a semicolon: `<Legend object at 0x7f...>`, another one at each build."""
    assert ADDRESS.search("<matplotlib.legend.Legend at 0x7facf6573390>")
    printed = {
        (page.relative_to(HTML).as_posix(), found[0])
        for page in pages
        for output in soup(page).select(".cell_output pre")
        if (found := ADDRESS.search(output.get_text()))
    }
    assert not printed


def test_running_times_are_those_of_the_cards(pages):
    """The card rounds up. A slower machine may take twice as long, and one that runs other work
    beside (a load above its number of cores) as many times longer as it shares each core."""
    rows = soup(HTML / "book" / "running_times.html").select("tbody tr")
    cells = [[cell.get_text() for cell in row.select("td")] for row in rows]
    measured = {name: float(seconds) for name, _, _, seconds, *_ in cells}
    shared = max(1.0, os.getloadavg()[2] / (os.cpu_count() or 1))
    for name in CHAPTERS:
        promised = int(re.search(r"Running time\.\*\* (\d+) s", read(name).cells[0].source)[1])
        print(f"{name}: {measured[name]:.1f} s measured, {promised} s on the card")
        assert measured[name] <= 2 * shared * promised
