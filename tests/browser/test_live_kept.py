"""A fit by hand stays in the reader's browser, is shown elsewhere, and can be forgotten."""

import json

import pytest

from bookkit.live import Keep, Kept
from tests.bookkit.live_gallery import fitted

pytestmark = pytest.mark.browser

KEY = "gradients-through-time/kept"
FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Kept</title>
<link rel="icon" href="data:,"></head><body><main><h1>Kept</h1>{}</main></body></html>"""
REFUSED = (
    """Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }})"""
)


@pytest.fixture(scope="module")
def book(serve, tmp_path_factory):
    """Two pages of one book: one keeps, the other reads."""
    folder = tmp_path_factory.mktemp("kept")
    sentence = Kept("hand fit", "Your hand: {score:.1f} at {rate:.2f}.", "No fit by hand yet.")
    keeper = fitted(keep=Keep("hand fit", "misfit", digits=2)).html()
    reader = sentence._repr_html_() + fitted(recall="hand fit").html()
    for name, html in {"keeper": keeper, "reader": reader}.items():
        (folder / f"{name}.html").write_text(FRAME.format(html), encoding="utf-8")
    base = serve(folder)
    return lambda name: f"{base}/{name}.html"


def to(page, value):
    """Move the slider of the rate, as a hand would."""
    page.locator("input[type=range]").nth(1).evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value
    )
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def kept(page):
    return json.loads(page.evaluate(f"localStorage.getItem('{KEY}')") or "{}")


def test_the_best_fit_is_kept_and_shown_elsewhere(page, book):
    figure = fitted()
    page.goto(book("keeper"))
    line = page.locator("p.live-kept span")
    assert line.inner_text() == "No hand fit of yours is kept in this browser yet."
    assert kept(page) == {}  # nothing before the reader moves
    for rate in (0.45, 0.35, 0.8):
        to(page, rate)
    best = figure.compute({"height": 1, "rate": 0.35})["misfit"]
    fit = kept(page)["hand fit"]
    assert fit["values"] == {"height": 1, "rate": 0.35}
    assert fit["score"] == pytest.approx(best, rel=1e-12)
    assert line.inner_text() == f"Your best hand fit: {best:.2f}."
    page.goto(book("reader"))
    assert page.locator("p.live-kept span").first.inner_text() == f"Your hand: {best:.1f} at 0.35."
    page.get_by_role("button", name="Show it").last.click()
    page.wait_for_function("document.querySelectorAll('input[type=range]')[1].value === '0.35'")
    page.get_by_role("button", name="Forget it").first.click()
    assert kept(page) == {}
    assert page.locator("p.live-kept span").first.inner_text() == "No fit by hand yet."
    assert page.get_by_role("button", name="Forget it").count() == 0  # hidden


def test_a_preset_is_no_fit_by_hand(page, book):
    page.goto(book("keeper"))
    page.get_by_role("button", name="best").click()
    to(page, 0.31)  # next to what the preset gave away
    assert kept(page) == {}
    page.get_by_role("button", name="Reset").click()
    to(page, 0.4)
    assert kept(page)["hand fit"]["values"]["rate"] == 0.4


@pytest.mark.parametrize("old", ['{"hand fit": {"score": "good"}}', "[1]", "not JSON", "7",
                                 '{"hand fit": {"score": 1, "values": {}}}'])  # fmt: skip
def test_what_another_edition_kept_does_no_harm(page, book, old):
    page.goto(book("reader"))
    page.evaluate("([key, old]) => localStorage.setItem(key, old)", [KEY, old])
    page.reload()
    assert page.locator("p.live-kept span").first.inner_text() == "No fit by hand yet."


def test_where_storage_is_refused_a_fit_lasts_as_long_as_the_page(page, book):
    page.add_init_script(REFUSED)
    page.goto(book("keeper"))
    to(page, 0.35)
    assert page.locator("p.live-kept span").inner_text().startswith("Your best hand fit: ")
    page.goto(book("reader"))
    assert page.locator("p.live-kept span").first.inner_text() == "No fit by hand yet."


def test_reads_without_script(browser, book):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(book("reader"))
    assert page.get_by_text("No fit by hand yet.").is_visible()
    assert page.locator("button:visible").count() == 0
    context.close()


def test_is_accessible(page, book, axe):
    page.goto(book("keeper"))
    to(page, 0.35)
    assert axe(page) == []
