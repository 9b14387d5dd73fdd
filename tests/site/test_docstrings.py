"""The reference pages: whatever a docstring holds, it is shown and never breaks the build."""

import importlib.util

from docutils.core import publish_doctree
from docutils.utils import SystemMessage
from hypothesis import given
from hypothesis import strategies as st

from tests.pages import ROOT

SPEC = importlib.util.spec_from_file_location(
    "plain_docstrings", ROOT / "book" / "_extensions" / "plain_docstrings.py"
)
plain_docstrings = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(plain_docstrings)

PIECES = st.sampled_from(
    ["word", "f(x)", "*", "**", "`", "``", "`code`", "**bold**", "_", "x_", "|", "\\", "::", ":",
     "-", "- ", "1. ", ">>> 1 + 1", "2", "name : what", "-----", "Args:\n    ", "   ", "\n", "\n",
     "\n\n", ".. note::", "http://a.b/c", "[1]_", "{x}", "<y>", "=====", "\n    indented", " "]
)  # fmt: skip


def tree(docstring):
    settings = {"report_level": 2, "halt_level": 2, "warning_stream": False}
    return publish_doctree(plain_docstrings.as_rst(docstring), settings_overrides=settings)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_docstring_is_sound_markup(docstring):
    try:
        shown = tree(docstring).astext()
    except SystemMessage as fault:
        raise AssertionError(plain_docstrings.as_rst(docstring)) from fault
    for word in ("word", "f(x)", "indented"):
        assert shown.count(word) == docstring.count(word)


def kinds(docstring):
    return [child.tagname for child in tree(docstring).children]


def test_structure_that_help_shows_is_kept():
    assert kinds("First.\n\nSecond line\ngoes on.") == ["paragraph", "paragraph"]
    assert kinds("Say:\n\n    a = 1\n\n    b = 2") == ["paragraph", "literal_block"]
    assert kinds(">>> 1 + 1\n2") == ["doctest_block"]
    assert kinds("1. one\n   more\n2. two") == ["bullet_list"]
    assert kinds("theta : rates\nx     : data,\n        observed") == ["definition_list"]
    assert kinds("Args:\n    f: a function,\n        pure.") == ["paragraph", "definition_list"]
    assert kinds("z ~ Normal(0, 1)   a scale\nx ~ Uniform(0, 1)  an edge") == ["literal_block"]
    assert kinds("Raises\n------\nKeyError\n    If not.") == ["paragraph", "definition_list"]


def test_only_python_has_the_colours_of_python():
    assert ".. code-block:: python" in plain_docstrings.as_rst("Say:\n\n    a = 1\n    f(a, b=2)")
    assert ".. code-block:: text" in plain_docstrings.as_rst("x   a scale\ny   an edge, as 1/n")
