"""What holds for every page of the site. Each is opened once, and looked at in every way."""

import pytest

from tests.pages import listed

pytestmark = pytest.mark.browser

PAGES = [*(f"{name}.html" for name in listed()), "search.html", "genindex.html"]

# What is wider than the place it has. A drawing or a formula shows its end, where the result
# stands; so does code, which wraps. A table may scroll and, on a phone, printed lines.
WIDE = """phone => {
  const article = document.querySelector('.bd-article');
  if (!article) return [];  // the search has none
  const edge =  // of the text; what stands in the margin is cut off
    article.getBoundingClientRect().right - parseFloat(getComputedStyle(article).paddingRight);
  const scrolls = element => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
  const box = element => {
    while (element && !element.matches('.bd-article') && !scrolls(element)) {
      element = element.parentElement;
    }
    return element;
  };
  const faults = [];
  const look = (selector, mayScroll) => {
    for (const element of document.querySelectorAll(`.bd-article :is(${selector})`)) {
      const {width, right} = element.getBoundingClientRect();
      if (!width) continue;  // in a closed fold
      const around = box(element), room = around.clientWidth;
      const wide = Math.max(width, element.scrollWidth || 0);
      if (wide <= room + 4 && (right <= edge + 4 || around !== element && scrolls(around)))
        continue;
      if (mayScroll && scrolls(around)) continue;
      faults.push(`${element.tagName} ${Math.round(wide)} > ${Math.round(room)}: ` +
        (element.closest('[data-latex]') || element).textContent.trim().slice(0, 60));
    }
  };
  look('mjx-math, img, svg, figure, form', false);
  look('div.highlight pre:not(.cell_output *), figure.listing pre', false);
  look('.cell_output div.output pre', phone);
  look('table', true);
  for (const words of document.querySelectorAll('.bd-article figure.live svg text')) {
    const inner = words.getBoundingClientRect();
    const outer = words.closest('svg').getBoundingClientRect();
    if (inner.width && (inner.right > outer.right + 1 || inner.left < outer.left - 1))
      faults.push(`svg text over the edge: ${words.textContent}`);
  }
  return faults;
}"""
DARK = "document.documentElement.dataset.theme = 'dark'"
SET = "window.MathJax?.startup?.promise.then(() => new Promise(requestAnimationFrame))"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_does_what_every_page_does(site, page, axe, name):
    """It opens and complains of nothing; light, dark, wide and narrow; for eyes and for ears."""
    answer = page.goto(f"{site}/{name}", wait_until="load")
    page.evaluate(SET)
    faults = {
        "opens": [] if answer.ok and page.title() else [f"{answer.status} {page.title()!r}"],
        "one title": page.locator("h1:visible").count() - 1,
        "wide at 1280": page.evaluate(WIDE, False),
        "for ears, light": axe(page),
    }
    page.evaluate(DARK)
    faults["for ears, dark"] = axe(page, "color-contrast")
    page.set_viewport_size({"width": 375, "height": 800})
    page.wait_for_timeout(100)  # formulas are fitted when the window has its size
    faults["wide at 375"] = page.evaluate(WIDE, True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    faults["scrolls sideways at 375"] = max(0, wide - 375)
    found = {what: fault for what, fault in faults.items() if fault}
    assert not found, "\n".join(f"{what}: {fault}" for what, fault in found.items())


def test_a_wide_thing_is_seen(site, page):
    page.goto(f"{site}/book/notation.html")
    page.evaluate(SET)
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate(WIDE, True) == []
    page.evaluate(
        """() => document.querySelector('.bd-article').insertAdjacentHTML('beforeend', `
        <div class="highlight"><pre style="white-space:pre">${'x'.repeat(99)}</pre></div>
        <div style="overflow-x:auto"><table><tr><td><pre>${'y'.repeat(99)}</pre></table></div>
        <table><tr><td style="white-space:pre">${'z'.repeat(99)}</table>
        <figure class="live"><svg viewBox="0 0 100 10">
        <text x="90" y="9">beyond</text></svg></figure>
        <form style="width:calc(100% + 6px)">margin</form>`)"""
    )
    seen = page.evaluate(WIDE, True)
    assert [fault.split(":")[-1].strip()[:6] for fault in seen] == [
        "margin", "xxxxxx", "zzzzzz", "beyond",
    ]  # fmt: skip


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


CHAPTER = "book/derivatives/differentiating_the_solver.html"


def test_the_first_slider_is_a_few_tab_stops_away(site, page):
    page.goto(f"{site}/{CHAPTER}", wait_until="load")
    at_slider = "document.activeElement.matches('figure.live input[type=range]')"
    stops = 0
    while not page.evaluate(at_slider):
        page.keyboard.press("Tab")
        stops += 1
        assert stops < 15
        if page.evaluate("document.activeElement.hash || ''").startswith("#live-"):
            page.keyboard.press("Enter")
    assert page.locator("mjx-container[tabindex]").count() == 0  # no formula is a stop


def test_one_button_forgets_answers_and_fits(site, page):
    page.goto(f"{site}/{CHAPTER}", wait_until="load")
    forget = page.get_by_role("button", name="Forget my answers and fits")
    assert not forget.is_visible()  # there is nothing yet
    question = page.locator("form.selfcheck fieldset").first
    question.locator("input").first.check()
    question.get_by_role("button", name="Check").click()
    page.evaluate("bookkitStore.set('hand fit', 3, {alpha: 0.6})")
    page.evaluate("localStorage.setItem('another/site', 'stays')")
    page.reload(wait_until="load")
    assert question.locator("input").first.is_checked()
    with page.expect_navigation(wait_until="load"):
        forget.click()
    assert not question.locator("input").first.is_checked()
    kept = page.evaluate("Object.keys(localStorage)")
    assert "another/site" in kept
    assert not [key for key in kept if key.startswith("gradients-through-time/")]
