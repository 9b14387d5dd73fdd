"""What a kept run depends on: change any of it, and the notebook runs again; else it does not."""

import os
import subprocess
import sys
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.pages import ROOT, module

executed = module("book/_extensions/executed.py")

FILES = {
    "requirements.txt": "numpy>=2\n",
    "bookkit/__init__.py": "",
    "bookkit/used.py": "from pathlib import Path\n"
    "from bookkit import deep\n"
    "HERE = Path(__file__).parent / 'data'\n"
    "def load(name):\n"
    "    if (HERE / f'{name}.csv').is_file():\n"
    "        return (HERE / f'{name}.csv').read_text()\n"
    "    return (HERE / f'{name}.json').read_text()\n",
    "bookkit/deep.py": "VALUE = 1\n",
    "bookkit/unused.py": "VALUE = 1\n",
    "bookkit/listed/__init__.py": "",
    "bookkit/data/counts.json": "[1, 2]",
    "book/neighbour.py": "VALUE = 2\n",
}
CODE = """\
import importlib, pkgutil
import bookkit.listed, neighbour
used = importlib.import_module("bookkit." + "us" + "ed")
names = [module.name for module in pkgutil.iter_modules(bookkit.listed.__path__)]
print(used.load("counts"), used.deep.VALUE, neighbour.VALUE, names)"""


def write(notebook, code, words="Some words."):
    cells = [new_markdown_cell(words, id="a"), new_code_cell(code, id="b")]
    nbformat.write(new_notebook(cells=cells), notebook)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """(root, notebook) of a small repository whose one notebook has been run."""
    root = tmp_path_factory.mktemp("house").resolve()
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    notebook = root / "book" / "page.ipynb"
    write(notebook, CODE)
    time.sleep(0.05)  # what is written while a notebook runs is not trusted
    run = executed.execute(notebook, root=root)
    assert run.cells[1].outputs[0].text == "[1, 2] 1 2 []\n"
    return root, notebook


def test_nothing_changed_so_nothing_runs(house):
    root, notebook = house
    run = executed.kept(notebook, root)
    assert run.cells[1].outputs[0].text == "[1, 2] 1 2 []\n"
    assert run.metadata["run"]["shown"]["runtime"] > 0


@pytest.mark.parametrize(
    "name",
    ["bookkit/deep.py", "bookkit/used.py", "bookkit/__init__.py", "bookkit/data/counts.json",
     "requirements.txt", "book/neighbour.py"],
)  # fmt: skip
def test_a_file_that_was_read_changes(house, name):
    root, notebook = house
    (root / name).write_text(FILES[name] + "\n", encoding="utf-8")
    assert executed.kept(notebook, root) is None
    (root / name).write_text(FILES[name], encoding="utf-8")
    assert executed.kept(notebook, root)


@pytest.mark.parametrize(
    "name",
    ["bookkit/deep/__init__.py",  # a package goes before a module of its name
     "bookkit/data/counts.csv",  # `load` would now find it first
     "bookkit/listed/new.py",  # a folder that was listed
     "pkgutil.py", "book/importlib.py"],  # found before Python's own
)  # fmt: skip
def test_a_file_comes_that_would_have_been_read(house, name):
    root, notebook = house
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("", encoding="utf-8")
    assert executed.kept(notebook, root) is None
    (root / name).unlink()
    if name == "bookkit/deep/__init__.py":
        (root / name).parent.rmdir()
    assert executed.kept(notebook, root)


def test_a_file_that_was_read_goes(house):
    root, notebook = house
    (root / "bookkit/deep.py").rename(root / "bookkit/away.py")
    assert executed.kept(notebook, root) is None
    (root / "bookkit/away.py").rename(root / "bookkit/deep.py")
    assert executed.kept(notebook, root)


def test_what_was_not_read_may_change(house):
    root, notebook = house
    (root / "bookkit/unused.py").write_text("VALUE = 3\n", encoding="utf-8")
    (root / "bookkit/newer.py").write_text("VALUE = 3\n", encoding="utf-8")
    write(notebook, CODE, "Other words.")
    assert executed.kept(notebook, root)


def test_the_notebook_changes(house):
    root, notebook = house
    write(notebook, CODE + "\n")
    assert executed.kept(notebook, root) is None
    write(notebook, CODE)
    assert executed.kept(notebook, root)


def test_a_package_or_a_switch_changes(house, monkeypatch):
    root, notebook = house
    with monkeypatch.context() as patch:
        patch.setenv("JAX_ENABLE_X64", "0")
        assert executed.kept(notebook, root) is None
    with monkeypatch.context() as patch:
        patch.setattr(executed, "installed", lambda: ["numpy==99"])
        assert executed.kept(notebook, root) is None
    assert executed.kept(notebook, root)


def test_what_changes_during_the_run_is_not_kept(house):
    root, notebook = house
    other = notebook.with_name("other.ipynb")
    text = "from bookkit import deep, used\nused.HERE.parent.joinpath('deep.py').touch()"
    write(other, text)
    executed.execute(other, root=root)
    assert executed.kept(other, root) is None


def test_another_program_may_read_anything():
    read = executed.what_was_read(
        [("process", "python")], ROOT / "book" / "intro.ipynb", executed.ROOT
    )
    assert {"bookkit/live/live.js", "mini_autodiff/tape.py", "alfi/prior.py"} <= read["files"]


def test_a_failing_cell_keeps_nothing(house):
    root, notebook = house
    broken = notebook.with_name("broken.ipynb")
    write(broken, "1 / 0")
    with pytest.raises(executed.CellExecutionError, match="ZeroDivisionError"):
        executed.execute(broken, root=root)
    assert executed.kept(broken, root) is None


def test_paths_of_every_kind_are_seen(tmp_path, monkeypatch):
    """Opened by name, by bytes, by Path, by number; read, not written."""
    code = executed.WATCH.read_text(encoding="utf-8")
    for name in ("a", "b", "c", "d", "e"):
        (tmp_path / name).write_text("", encoding="utf-8")
    program = f"""{code}
from pathlib import Path
open("a").close(); open(b"b").close(); Path("c").read_bytes()
os.close(os.open("d", os.O_RDONLY)); open("e", "w").close(); os.listdir()"""
    log = tmp_path / "log.txt"
    environment = {**os.environ, "WATCH_ROOT": str(tmp_path), "WATCH_LOG": str(log)}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("module")] == [
        *(f"file {tmp_path / name}" for name in "abcd"),
        f"folder {tmp_path}",
    ]
