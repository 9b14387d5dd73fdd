"""Self-checks in a browser: a choice is answered, remembered, and reachable by keyboard."""

import pytest

from bookkit import listing
from bookkit.quiz import Predict, Quiz, Recall

pytestmark = pytest.mark.browser

PREDICT = Predict("demo/peak", "Which peaks first?", ["hare", "lynx"], look="Compare the peaks.")
ANSWERED = Predict("demo/way", "Up or down?", {"up": "It is.", "down": "No: up."}, look="See.")
QUIZ = Quiz(
    "demo/quiz",
    [
        Recall(f"Question {n}?", f"right {n}", f"because {n}", {f"wrong {n}": f"not {n}"})
        for n in range(4)
    ],
)
HEAD = "<!doctype html><html lang=en><title>Demo</title><h1>Demo</h1><main>"


@pytest.fixture(scope="module")
def demo(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    shown = [PREDICT, QUIZ, listing.show(listing.show), ANSWERED]
    html = HEAD + "".join(each._repr_html_() for each in shown) + "</main>"
    (folder / "index.html").write_text(html, encoding="utf-8")
    (folder / "favicon.ico").touch()
    return serve(folder)


def answer(page, label, exact=False):
    """Choose, and press the Check of that question."""
    choice = page.get_by_label(label, exact=exact).first
    choice.check()
    choice.locator("xpath=ancestor::fieldset").get_by_role("button", name="Check").click()


def test_says_what_to_look_for_after_a_choice(page, demo):
    page.goto(demo)
    words = page.get_by_text("Compare the peaks.")
    assert not words.is_visible()
    answer(page, "I would rather look first.")
    assert words.is_visible()
    assert words.locator("xpath=..").get_attribute("aria-live") == "polite"


def test_a_prediction_is_answered_choice_by_choice(page, demo):
    page.goto(demo)
    answer(page, "up", exact=True)
    assert page.get_by_text("See. It is.").is_visible()
    page.locator("form[data-name='demo/way']").get_by_label("rather look first").check()
    assert not page.get_by_text("See. It is.").is_visible()


def test_each_answer_has_its_own_feedback_and_right_ones_are_counted(page, demo):
    page.goto(demo)
    answer(page, "wrong 2")
    assert page.get_by_text("Not so. not 2").is_visible()
    assert page.locator("output").inner_text() == ""
    answer(page, "right 2")
    answer(page, "right 0")
    page.get_by_label("right 1").check()  # chosen, not checked: neither answered nor counted
    assert not page.get_by_text("Not so. not 2").is_visible()
    assert page.get_by_text("Right. because 2").is_visible()
    assert not page.get_by_text("Right. because 1").is_visible()
    assert page.locator("output").inner_text() == "2 of 4 right"


def test_a_checked_choice_is_remembered_until_it_is_cleared(page, demo):
    page.goto(demo)
    answer(page, "lynx")
    answer(page, "right 1")
    page.get_by_label("right 2").check()  # never checked
    page.reload()
    assert page.get_by_label("lynx").is_checked()
    assert page.get_by_text("Compare the peaks.").is_visible()
    assert page.locator("output").inner_text() == "1 of 4 right"
    assert not page.get_by_label("right 2").is_checked()
    page.locator("fieldset", has_text="Which peaks").get_by_role("button", name="Clear").click()
    page.reload()
    assert not page.get_by_label("lynx").is_checked()
    assert not page.get_by_text("Compare the peaks.").is_visible()
    assert page.get_by_label("right 1").is_checked()  # another question


def test_arrows_choose_and_check_answers(page, demo):
    page.goto(demo)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.get_by_label("hare").is_checked()
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("lynx").is_checked()
    assert page.locator("fieldset p:visible").count() == 0  # no verdict on the way
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_by_text("Compare the peaks.").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Clear"
    page.keyboard.press("Enter")
    assert page.locator("input:checked").count() == 0
    assert page.evaluate("document.activeElement.value") == "hare"


def test_two_outputs_of_one_script_do_not_disturb_each_other(page, demo):
    page.goto(demo)
    assert page.locator("form[data-on]").count() == 3
    assert page.get_by_role("button", name="Check").count() == 6
    answer(page, "hare")
    assert page.locator("fieldset p:visible").count() == 1


def test_readable_without_javascript(browser, demo):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(demo)
    page.get_by_text("What to look for").first.click()
    assert page.get_by_text("Compare the peaks.").is_visible()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_accessible(page, demo, axe, theme):
    page.goto(demo)
    if theme == "dark":
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.add_style_tag(content="body {background: #121212; color: #ced6dd}")
    answer(page, "lynx")
    answer(page, "wrong 0")
    assert axe(page) == []
