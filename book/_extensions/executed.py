"""Sphinx extension: a notebook runs again exactly when something that its last run read changed.

The kernel itself says what it read (watch.py): each module and each data file of this repository,
and the folders that it listed. The outputs are kept in `_build/executed` together with the hashes
of all that, of the code cells, of the installed packages and of requirements.txt. No list of
dependencies is written by hand, so none can be wrong.

`BOOK_CHAPTER=book/models/hare_and_lynx` runs that page only; the others are shown with the outputs
that they have, or with none.
"""

import hashlib
import json
import os
import sys
import tempfile
import time
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import nbformat
from myst_nb import sphinx_
from myst_nb.core.execute import ExecutionError
from myst_nb.core.execute.base import NotebookClientBase
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

ROOT = Path(__file__).parents[2]
PACKAGES = ("mini_autodiff", "alfi", "bookkit")
WATCH = Path(__file__).with_name("watch.py")
PASSING = {
    ".venv",
    ".git",
    "_build",
    "build",
    "__pycache__",
    ".ipynb_checkpoints",
}  # comes and goes
SWITCHES = ("JAX", "XLA", "COURSE_", "OMP_")  # environment variables that a run obeys


def setup(app):
    chapter = os.environ.get("BOOK_CHAPTER")
    sphinx_.create_client = lambda notebook, source, config, logger, read_fmt=None: Kept(
        notebook, Path(source), config, logger, may_run=chapter in (None, page_of(Path(source)))
    )
    # Sphinx looks at the notebook's date only, and knows nothing of the library.
    app.connect("env-get-outdated", lambda *_: [chapter] if chapter else [])
    return {"parallel_read_safe": True}


class Kept(NotebookClientBase):
    """Gives a page its outputs: the kept ones if they still hold, else those of a new run."""

    def __init__(self, *args, may_run):
        super().__init__(*args)
        self.may_run = may_run

    def start_client(self):
        if self.path.suffix != ".ipynb":
            return
        run = kept(self.path)
        if run is None and self.may_run:
            try:
                run = execute(self.path, self.nb_config.execution_timeout)
            except (CellExecutionError, CellTimeoutError) as fault:
                raise ExecutionError(str(self.path)) from fault
        if run is not None:
            for cell, ran in zip(code_cells(self.notebook), code_cells(run), strict=True):
                cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
            self.exec_metadata = {**run.metadata["run"]["shown"], "error": None, "traceback": None}


def page_of(path):
    """book/models/hare_and_lynx for its notebook."""
    return path.resolve().relative_to(ROOT).with_suffix("").as_posix()


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def place_of(path, root=ROOT):
    """Where the outputs of a notebook are kept."""
    return root / "_build" / "executed" / path.resolve().relative_to(root)


def kept(path, root=ROOT):
    """The last run of a notebook if all that it depends on is as it was then, else None."""
    place = place_of(path, root)
    if not place.exists():
        return None
    run = nbformat.read(place, as_version=4)
    then = run.metadata["run"]
    now = setting(nbformat.read(path, as_version=4), root)
    if then["setting"] != now:
        return None
    return (
        run if all(then[key] == value for key, value in depends(now, then, root).items()) else None
    )


def execute(path, timeout=180, root=ROOT):
    """Run a notebook in a clean kernel, in its own folder; keep and return it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    before = setting(notebook, root)
    began = time.time()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        log.touch()
        path_first = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
        NotebookClient(
            notebook,
            timeout=timeout,
            resources={"metadata": {"path": str(path.parent)}},
            extra_arguments=[f"--IPKernelApp.exec_files={WATCH}"],
        ).execute(
            env={
                **os.environ,
                "PYTHONPATH": path_first.rstrip(os.pathsep),  # this copy, whatever is installed
                "WATCH_ROOT": str(root),
                "WATCH_LOG": str(log),
            }
        )
        seconds = time.time() - began
        lines = [line.split(" ", 1) for line in log.read_text(encoding="utf-8").splitlines()]
    read = what_was_read(lines, path, root)
    shown = {"mtime": time.time(), "runtime": seconds, "method": "run", "succeeded": True}
    notebook.metadata["run"] = {**depends(before, read, root), "shown": shown}
    place = place_of(path, root)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not any(changed_since(began, root / name) for name in read["files"]):
        nbformat.write(notebook, place)
    return notebook


def depends(setting, read, root):
    """What a run depends on, as it is now."""
    return {
        "setting": setting,
        "files": {name: content(root / name) for name in sorted(read["files"])},
        "folders": {name: names(root / name) for name in sorted(read["folders"])},
        "tables": {name: tables(root / name) for name in sorted(read["tables"])},
        "starts": {name: modules(root / name) for name in sorted(read["starts"])},
    }


def setting(notebook, root=ROOT):
    """Hash of what every run depends on: its code, Python, the packages, how it is run."""
    code = [(cell.source, cell.metadata.get("tags", [])) for cell in code_cells(notebook)]
    switches = sorted(item for item in os.environ.items() if item[0].startswith(SWITCHES))
    own = [content(root / "requirements.txt"), content(Path(__file__)), content(WATCH)]
    whole = json.dumps([code, sys.version, installed(), switches, own])
    return hashlib.sha256(whole.encode()).hexdigest()


@cache
def installed():
    """The installed packages and their versions."""
    return sorted(f"{found.name}=={found.version}" for found in distributions())


def what_was_read(lines, path, root):
    """What a run depends on, relative to the root, from the lines that its kernel wrote."""
    starts = {root, path.resolve().parent}  # where Python looks first for a module
    files, folders = set(), set()
    for kind, what in lines:
        if kind == "file":
            files.add(source_of(Path(what)))
        elif kind == "folder":
            folders.add(Path(what))
        elif kind == "module" and "." in what:
            # Both places where the name could be found; a file put there later changes the run.
            places = [start.joinpath(*what.split(".")) for start in starts]
            ours = [place for place in places if place.parent.is_dir()]
            files |= {file for at in ours for file in (at.with_suffix(".py"), at / "__init__.py")}
        elif kind == "process":  # it may read anything
            files |= {file for name in PACKAGES for file in (root / name).rglob("*.*")}
    files = {file for file in files if not elsewhere(file, root)}
    folders = {folder for folder in folders if not elsewhere(folder, root)}
    # `load` asks which tables there are: where one was read, another may be read tomorrow.
    tables = {file.parent for file in files if is_table(file)}
    read = {"files": files, "folders": folders, "tables": tables, "starts": starts}
    return {
        kind: {path.relative_to(root).as_posix() for path in paths} for kind, paths in read.items()
    }


def elsewhere(path, root):
    """Whether a path lies with the installed packages or with what was built."""
    return not PASSING.isdisjoint(path.relative_to(root).parts)


def source_of(file):
    """style.py for __pycache__/style.cpython-312.pyc, any other file for itself."""
    if file.parent.name == "__pycache__":
        return file.parent.parent / (file.name.split(".")[0] + ".py")
    return file


def content(file):
    """Hash of what is in a file; None where there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def changed_since(moment, file):
    """Whether a file was written after the moment, so that nobody knows what was read of it."""
    return file.exists() and file.stat().st_mtime >= moment


def names(folder):
    """What is in a folder; None where there is none."""
    if not folder.is_dir():
        return None
    return sorted(name for name in os.listdir(folder) if name not in PASSING)


def is_table(file):
    return file.is_file() and file.suffix != ".py"


def tables(folder):
    """The files in a folder that are not modules."""
    return [name for name in names(folder) or () if is_table(folder / name)]


def modules(folder):
    """The modules that can be imported from a folder by one name."""
    found = [*folder.glob("*.py"), *folder.glob("*/__init__.py")]
    return sorted(file.relative_to(folder).as_posix() for file in found)
