"""On paper: nothing cut off, nothing dark, nothing that only a screen can do; and the PDF of it."""

import sys

import pytest

from tests.pages import HTML, ROOT

pytestmark = pytest.mark.browser

CHAPTER = "book/derivatives/differentiating_the_solver"
CUT = """() => [...document.querySelectorAll('.bd-article :is(pre, table, div.math, svg, img)')]
  .filter(e => e.getBoundingClientRect().width)
  .filter(e => Math.max(e.scrollWidth || 0, e.getBoundingClientRect().width) >
               document.querySelector('.bd-article').clientWidth + 2)
  .map(e => e.textContent.trim().slice(0, 60))"""


@pytest.fixture
def paper():
    """The module that prints the book."""
    if not (HTML / "index.html").exists():
        pytest.skip("the site is not built: make book")
    sys.path.insert(0, str(ROOT / "book" / "_extensions"))
    try:
        import paper
    finally:
        sys.path.pop(0)
    return paper


def test_a_chapter_prints_whole_and_white_from_a_dark_page(site, page, dark):
    dark()
    page.set_viewport_size({"width": 660, "height": 900})  # the text of A4, in CSS pixels
    page.goto(f"{site}/{CHAPTER}.html", wait_until="load")
    page.evaluate("window.MathJax?.startup?.promise")
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(theme) == "light"
    assert page.evaluate(CUT) == []
    assert page.locator("form.selfcheck").first.is_visible()
    for knob in ("details.hide > summary", ".live-controls", ".copybtn", "form.selfcheck button"):
        assert not page.locator(knob).first.is_visible(), knob
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(theme) == "dark"


def test_pages_become_one_pdf_whose_links_lead_inside(paper, browser, tmp_path):
    from pypdf import PdfReader

    names = ["book/glossary", CHAPTER]
    pdf = PdfReader(paper.write(tmp_path / "book.pdf", browser, names))
    titles = [paper.said_once(entry.title) for entry in paper._flat(pdf.outline)]
    assert titles[:2] == ["Gradients Through Time", "Glossary"]
    assert [entry.title for entry in paper._flat(pdf.outline)] == titles  # each said once
    pages = paper.pages_of(tmp_path / "book.pdf")
    chapter = next(title for title in pages if title.startswith("5. "))
    contents = pdf.pages[0].extract_text()
    assert f"{chapter[-6:]} {pages[chapter]}" in " ".join(contents.split())
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    links = [note.get_object() for sheet in pdf.pages for note in sheet.get("/Annots", [])]
    assert sum("/Dest" in link for link in links) > 10  # to the chapter, and to the terms
    assert not [
        link["/A"]["/URI"] for link in links if "localhost" in link.get("/A", {}).get("/URI", "")
    ]
    text = "".join(sheet.extract_text() for sheet in pdf.pages)
    assert "It moves at" in text and "Show code cell source" not in text
    assert not (HTML / "paper.html").exists()
