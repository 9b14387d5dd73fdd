"""Docstrings have one form, Google's, and are sound markup: none can break the reference pages."""

import ast
import importlib
import inspect
import io
import re

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import roles
from sphinx.ext.napoleon import Config, GoogleDocstring

from tests.pages import ROOT

PACKAGES = ("mini_autodiff", "alfi", "bookkit")
FILES = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
SECTIONS = {"Args", "Attributes", "Raises", "Returns", "Yields"}
OTHERS = r"Parameters|Params|Errors|Arguments|Return|Raise|Yield|Exceptions|Keyword Args"
CONFIG = Config(napoleon_numpy_docstring=False, napoleon_use_ivar=True)


@pytest.fixture(scope="module", autouse=True)
def code_between_backticks():
    """As `default_role` in _config.yml says."""
    roles.register_generic_role("code", nodes.literal)


def docstrings(text):
    """(line, kind, docstring) of a module and of all that is in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            yield getattr(node, "lineno", 1), kind, ast.get_docstring(node)


def foreign(docstring):
    """Lines in another form than Google's."""
    lines = docstring.splitlines()
    return [
        line
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if (re.fullmatch(r"\s*[-=~]{3,}\s*", below) and re.fullmatch(r"\s*\w[\w ]*", line))
        or re.fullmatch(rf"\s*({OTHERS}):?", line)
        or re.fullmatch(rf"\s*({'|'.join(SECTIONS)})", line)
        or re.match(r"\s*:(param|return|raise|type|rtype)", line)
        or re.match(r"[a-z_*][\w, *]*? +: +\S", line)
    ]  # fmt: skip


def unsound(docstring, kind="function"):
    """What docutils complains of, once napoleon has read the sections."""
    complaints = io.StringIO()
    text = ".. default-role:: code\n\n" + str(GoogleDocstring(docstring, CONFIG, what=kind))
    publish_doctree(
        text,
        settings_overrides={"report_level": 2, "halt_level": 5, "warning_stream": complaints},
    )
    faults = re.findall(r"\((?:WARNING|ERROR|SEVERE)/\d\) (.*)", complaints.getvalue())
    return [fault for fault in faults if "Unknown" not in fault]  # roles of Sphinx


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_docstring_has_one_form_and_is_sound(path):
    text = path.read_text(encoding="utf-8")
    faults = [
        (line, fault)
        for line, kind, docstring in docstrings(text)
        for fault in foreign(docstring) + unsound(docstring, kind)
    ]
    assert not faults


def test_everything_on_the_reference_pages_has_a_docstring():
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "book" / "api").glob("*.md"))
    bare = []
    for name in re.findall(r"automodule:: ([\w.]+)", pages):
        module = importlib.import_module(name)
        shown = getattr(module, "__all__", None) or [
            key
            for key, value in vars(module).items()
            if key[0] != "_" and getattr(value, "__module__", "") == name
        ]
        for key in shown:
            value = getattr(module, key)
            if (inspect.isroutine(value) or inspect.isclass(value)) and not inspect.getdoc(value):
                bare.append(f"{name}.{key}")
    assert not bare


def test_the_reader_of_docstrings_sees_other_forms():
    assert foreign("A.\n\nArgs:\n    x: a number.\n\nRaises:\n    KeyError: if not.") == []
    assert foreign("A.\n\nParameters\n----------\nx : float") == ["Parameters", "x : float"]
    assert foreign("A.\n\nErrors:\n    KeyError") == ["Errors:"]
    assert foreign("A.\n\n:param x: a number") == [":param x: a number"]
    assert unsound("The size |x| of **kwargs.") and not unsound("The size `|x|` of `**kwargs`.")
