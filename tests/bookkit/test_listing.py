"""A listing is the text of the file, found by function, class, name or value."""

import inspect

import pytest

from bookkit import listing, page, quiz, style


@pytest.mark.parametrize("obj", [style.apply, style.Colour, quiz.Predict.__post_init__])
def test_shows_what_inspect_shows(obj):
    shown = listing.show(obj)
    lines, first = inspect.getsourcelines(obj)
    assert shown.line == first
    assert [line.strip() for line in shown.source.splitlines()] == [s.strip() for s in lines]
    assert shown.file == f"bookkit/{obj.__module__.split('.')[1]}.py"


def test_constant_by_name_and_by_value():
    by_name, by_value = listing.show("bookkit.style.colour"), listing.show(style.colour)
    assert by_name == by_value
    assert by_name.source.startswith("colour: dict[str, Colour] = {")


def test_constant_keeps_the_comment_above_it():
    assert listing.show("bookkit.listing.CSS").source.startswith("# A kind of word")


def test_without_docstring_the_code_is_the_same():
    whole, bare = listing.show(page.palette), listing.show(page.palette, docstring=False)
    assert '"""' in whole.source and '"""' not in bare.source
    assert bare.source.splitlines()[-1] == whole.source.splitlines()[-1]


@pytest.mark.parametrize("foreign", [print, inspect.unwrap, 3, 0.5, None, lambda x: x])
def test_refuses_what_is_not_the_books(foreign):
    """A number by value, too: which modules are loaded must not decide whose it is."""
    with pytest.raises(TypeError, match="reads the book's own files"):
        listing.show(foreign)


def test_html_escapes_the_source_and_can_be_scrolled_by_keyboard():
    html = listing.show(listing.Listing._repr_html_)._repr_html_()
    assert "tabindex='0'" in html
    assert '<span class="nf">_repr_html_</span>' in html
    assert "&lt;style&gt;" in html
