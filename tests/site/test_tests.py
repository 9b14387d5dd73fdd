"""The tests keep their own rules."""

import ast

from hypothesis import settings

from tests.pages import ROOT


def files():
    return sorted((ROOT / "tests").rglob("*.py"))


def test_no_example_has_a_deadline():
    """One profile says so for all, and no test says otherwise."""
    assert settings.default.deadline is None and settings().deadline is None
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "deadline":
                assert getattr(node.value, "value", 0) is None, f"{path.name}, line {node.lineno}"


def test_the_workers_share_the_machine():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "pytest -n $(WORKERS) --dist worksteal" in makefile


def test_ci_ends_with_the_summary_of_pytest():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip()
    assert script.splitlines()[-1] == "make test"
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("\ntest: ")[1].split("\n\n")[0]
    assert recipe.splitlines()[-1].lstrip("\t@").startswith("$(BIN)/python -m pytest")
