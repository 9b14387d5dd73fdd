"""Imports go one way: mini_autodiff, alfi <- bookkit <- book, assignments, benchmarks, tests."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"mini_autodiff", "alfi", "bookkit", "book", "assignments", "benchmarks", "tests"}
MAY_IMPORT = {
    "mini_autodiff": set(),
    "alfi": set(),
    "bookkit": {"mini_autodiff", "alfi"},
    "benchmarks": {"mini_autodiff", "alfi", "bookkit"},
    "assignments": {"mini_autodiff", "alfi", "bookkit"},
}
PLOTTING = {"matplotlib", "ipywidgets", "IPython"}


def imports(text):
    """The top names that a module imports, its own package left out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


def layer(name):
    """{file: names it imports from elsewhere} for one layer."""
    files = sorted((ROOT / name).rglob("*.py"))
    found = {file: set(imports(file.read_text(encoding="utf-8"))) - {name} for file in files}
    return {file.relative_to(ROOT).as_posix(): names for file, names in found.items()}


def test_the_reader_of_imports_sees_them():
    text = "import a.b\nfrom c.d import e\nfrom . import f\ndef g():\n    import h\n"
    assert set(imports(text)) == {"a", "c", "h"}


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_arrows_go_one_way(name):
    wrong = {file: names & OURS - MAY_IMPORT[name] for file, names in layer(name).items()}
    assert not {file: names for file, names in wrong.items() if names}


def test_mini_autodiff_needs_the_standard_library_only():
    wrong = {f: names - sys.stdlib_module_names for f, names in layer("mini_autodiff").items()}
    assert not {file: names for file, names in wrong.items() if names}


def test_alfi_draws_nothing():
    assert not {file for file, names in layer("alfi").items() if names & PLOTTING}


def test_no_drawer_for_odds_and_ends():
    assert not [path for name in MAY_IMPORT for path in (ROOT / name).rglob("util*.py")]
