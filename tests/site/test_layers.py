"""Imports go one way: mini_autodiff, alfi <- bookkit <- book, assignments, benchmarks, tests."""

import ast
import re
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


# -- inside a package -----------------------------------------------------------------------------

PACKAGES = ("mini_autodiff", "alfi", "bookkit", "benchmarks")
ENGINE = ["errors", "hooks", "tree", "ops", "array", "tape", "dual", "lax", "numpy"]
"""What a student reads; the compiler knows it, and it never knows the compiler."""


def modules(package):
    """{dotted name: file} of a package."""
    files = sorted((ROOT / package).rglob("*.py"))
    parts = {file: file.relative_to(ROOT).with_suffix("").parts for file in files}
    return {".".join(p[:-1] if p[-1] == "__init__" else p): file for file, p in parts.items()}


def arrows(name, text, known, is_package):
    """The modules among ``known`` that the module ``name`` imports, wherever it does so."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            parts = name.split(".")[: len(name.split(".")) - node.level + is_package]
            base = ".".join([*(parts if node.level else []), *filter(None, [node.module])])
            for alias in node.names:  # `from . import a`: a module, or a name in __init__
                target = f"{base}.{alias.name}"
                if target in known or base in known:
                    yield target if target in known else base


def graph(package):
    """{module: modules of the same package that it imports}."""
    known = modules(package)
    return {
        name: set(arrows(name, file.read_text(encoding="utf-8"), known, file.stem == "__init__"))
        for name, file in known.items()
    }


def circles(edges):
    """The modules that are left when those that import nothing are taken away, again and again."""
    left = {name: set(targets) for name, targets in edges.items()}
    while leaves := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in leaves:
            del left[name]
    return sorted(left)


def test_the_finder_of_circles_finds_them():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    text = "from . import x\nfrom .y import f\nfrom ..z import g\ndef h():\n    import p.q.w\n"
    known = {"p.q.x", "p.q.y", "p.z", "p.q.w"}
    assert set(arrows("p.q.m", text, known, False)) == known


@pytest.mark.parametrize("package", PACKAGES)
def test_no_import_goes_round(package):
    assert circles(graph(package)) == []


def test_the_engine_knows_no_compiler():
    edges = graph("mini_autodiff")
    engine = {f"mini_autodiff.{name}" for name in ENGINE}
    assert engine <= edges.keys()
    assert not {name: edges[name] - engine for name in engine if edges[name] - engine}


def test_engine_and_compiler_import_at_the_top_of_a_file_only():
    files = [ROOT / "mini_autodiff" / f"{name}.py" for name in ENGINE]
    late = []
    for file in files + sorted((ROOT / "mini_autodiff" / "compiler").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                late += [
                    file.name for x in ast.walk(node) if isinstance(x, ast.Import | ast.ImportFrom)
                ]
    assert late == []


def test_the_front_door_is_short_and_speaks_of_nothing_else():
    """Who reads ops, tape and dual reads how derivatives work, and no more."""
    texts = [(ROOT / f"mini_autodiff/{n}.py").read_text("utf-8") for n in ("ops", "tape", "dual")]
    assert sum(len(text.splitlines()) for text in texts) < 800
    foreign = re.compile(r"javascript|print|\blists\b|lengths", re.IGNORECASE)
    assert not [line for text in texts for line in text.splitlines() if foreign.search(line)]


# -- how long a function is -----------------------------------------------------------------------


def ways(function):
    """How many branches a function has: conditions, loops, and those inside expressions."""
    count = 0
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.For | ast.While | ast.IfExp | ast.ExceptHandler):
            count += 1
        elif isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            count += 1 + len(node.ifs)
    return count


def length(function):
    """Its lines, without its docstring."""
    body = function.body[1 if ast.get_docstring(function) and len(function.body) > 1 else 0 :]
    return function.end_lineno - body[0].lineno + 1


def test_functions_of_the_library_are_short():
    dense = set()
    for file in sorted((ROOT / "mini_autodiff").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (length(node) > 40 or ways(node) > 12):
                dense.add(f"{file.name}:{node.name}")
    assert dense == set()
