"""What holds for every page of the site."""

import pytest

from tests.pages import listed

pytestmark = pytest.mark.browser

PAGES = [*(f"{name}.html" for name in listed()), "search.html", "genindex.html"]


@pytest.mark.parametrize("name", PAGES)
def test_opens_without_an_error(site, page, name):
    answer = page.goto(f"{site}/{name}")
    assert answer.ok
    assert page.locator("h1:visible").count() == 1
    assert page.title()


@pytest.mark.parametrize("name", PAGES)
def test_fits_a_phone(site, page, name):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{site}/{name}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_is_accessible(site, page, axe, dark, name, theme):
    if theme == "dark":
        dark()
    page.goto(f"{site}/{name}")
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert axe(page) == []


def test_mathematics_is_set_by_the_sites_own_mathjax(site, page):
    page.goto(f"{site}/book/notation.html", wait_until="networkidle")
    page.wait_for_selector("mjx-container")
    assert page.locator("mjx-container").count() >= 5
    assert page.locator("mjx-merror").count() == 0
    assert page.evaluate("document.fonts.check('16px MJXTEX-I')")


def test_search_finds_a_word_of_the_notation(site, page):
    page.goto(f"{site}/search.html?q=cotangent", wait_until="networkidle")
    page.wait_for_selector("#search-results li")
    assert "otation" in page.locator("#search-results").inner_text()


def test_the_theme_button_turns_the_page_dark(site, page):
    page.goto(f"{site}/book/intro.html", wait_until="networkidle")
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    for _ in range(3):  # it goes through auto, light and dark
        page.locator("button.theme-switch-button").first.click()
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            break
    assert page.evaluate(paper) != before


def test_the_first_tab_stop_skips_to_the_text(site, page):
    page.goto(f"{site}/book/intro.html", wait_until="networkidle")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
