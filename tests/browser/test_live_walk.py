"""A walk in a browser: each press lights the right parts, by mouse, keyboard and for the ear."""

import pytest

from tests.bookkit import live_gallery

pytestmark = pytest.mark.browser

WALKS = {"chain": live_gallery.chain, "expression": live_gallery.expression}
LIT = """() => Object.fromEntries([...document.querySelectorAll('[data-state]')].map(
  e => [e.dataset.key, e.dataset.state]))"""
SEEN = """way => [...document.querySelectorAll(`text.live-number[data-way=${way}]`)].filter(
  e => getComputedStyle(e).visibility === 'visible').map(e => e.dataset.key)"""
FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>
<body style="font-family:sans-serif"><main><h1>{name}</h1>{figure}</main></body></html>"""


@pytest.fixture(scope="module")
def bare(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("walks")
    for name, make in WALKS.items():
        html = FRAME.format(name=name, figure=make().html())
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    base = serve(folder)
    return lambda name: f"{base}/{name}.html"


@pytest.mark.parametrize("name", WALKS)
def test_each_press_lights_the_next_step(page, bare, name):
    walk = WALKS[name]()
    page.goto(bare(name))
    assert page.evaluate(LIT) == {}
    button = page.get_by_role("button", name="One step")
    button.focus()
    for at in range(1, len(walk.steps) + 1):
        page.keyboard.press("Enter")
        assert page.evaluate(LIT) == walk.lit(at)
        assert page.locator(".live-sentence").inner_text() == walk.said(at)
    page.keyboard.press("Enter")  # nothing lies beyond the end
    assert page.evaluate(LIT) == walk.lit(len(walk.steps))
    page.wait_for_timeout(600)
    assert page.locator("[aria-live]").inner_text() == walk.said(len(walk.steps))


def test_forwards_shows_values_and_backwards_cotangents(page, bare):
    walk = live_gallery.chain()
    page.goto(bare("chain"))
    everything = [f"bar {n}" for n in walk.sweep.values]
    assert page.evaluate(SEEN, "backwards") == everything  # unmoved, all is there
    page.get_by_role("button", name="Forwards").click()
    assert page.evaluate(SEEN, "forwards") == [f"{n}=" for n in walk.sweep.values]
    assert page.evaluate(SEEN, "backwards") == []
    for seen in (["bar L"], ["bar u2", "bar L"], ["bar theta", "bar u1", "bar u2", "bar L"]):
        page.get_by_role("button", name="One step").click()
        assert page.evaluate(SEEN, "backwards") == seen
    theta = page.locator("text[data-key='bar theta']")
    assert theta.text_content() == "θ̄ = −0.45"  # one of its two shares
    page.get_by_role("button", name="Backwards").click()
    assert theta.text_content() == "θ̄ = −0.90"
    page.get_by_role("button", name="Step back").click()
    assert page.locator(".live-sentence").inner_text() == walk.said(8)
    page.get_by_role("button", name="Start again").click()
    assert page.evaluate(SEEN, "backwards") == everything and page.evaluate(LIT) == {}


def test_a_slider_moves_the_numbers_of_the_step(page, bare):
    walk = live_gallery.chain()
    page.goto(bare("chain"))
    for _ in range(7):
        page.get_by_role("button", name="One step").click()
    page.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.live-value:not(.live-steps *)').textContent"
                           " === '0.41'")  # fmt: skip
    page.wait_for_function(
        "said => document.querySelector('.live-sentence').textContent === said",
        arg=walk.said(7, {"theta": 0.41}),
    )


def test_the_rows_of_the_tape_light_up_with_the_boxes(page, bare):
    page.goto(bare("expression"))
    rows = "() => [...document.querySelectorAll('td[data-state=now]')].map(e => e.textContent)"
    for _ in range(2):
        page.get_by_role("button", name="One step").click()
    assert page.evaluate(rows) == ["a\xa0=\xa06.00", "(0,\xa03.00) (1,\xa02.00)"]
    page.get_by_role("button", name="Backwards").click()
    assert page.evaluate(rows) == ["x̄ = 2.58", "y\u0304 = 2.00"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", WALKS)
def test_is_accessible_on_the_way(page, bare, axe, name, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(bare(name))
    for _ in range(6):
        page.get_by_role("button", name="One step").click()
    assert axe(page) == []


def test_prints_all_numbers_wherever_the_reader_stands(page, bare):
    page.goto(bare("chain"))
    page.get_by_role("button", name="One step").click()
    page.emulate_media(media="print")
    hidden = """() => [...document.querySelectorAll('svg text, td')].filter(
      e => getComputedStyle(e).visibility !== 'visible').length"""
    assert page.evaluate(hidden) == 0
    assert not page.get_by_role("button", name="One step").is_visible()
