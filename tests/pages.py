"""The pages of the book and its chapters, as the table of contents lists them."""

import importlib.util
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html"


def listed():
    """Every page of _toc.yml, in order, without suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    entries = [entry for part in toc["parts"] for entry in part["chapters"]]
    names = [toc["root"]]
    while entries:
        entry = entries.pop(0)
        names.append(entry["file"])
        entries = entry.get("sections", []) + entries
    return names


# A chapter lies in the folder of its part; other notebooks are back matter.
CHAPTERS = [name for name in listed() if name.count("/") == 2 and (ROOT / f"{name}.ipynb").exists()]


# The number of each chapter, where _toc.yml gives one.
NUMBERS = {
    entry["file"]: entry["options"]["number"]
    for part in yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    for entry in part["chapters"]
    if "number" in entry.get("options", {})
}


def module(path):
    """A module of the book's own that is no part of a package: an extension, the template."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def read(name):
    return nbformat.read(ROOT / f"{name}.ipynb", as_version=4)
