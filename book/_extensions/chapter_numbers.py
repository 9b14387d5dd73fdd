"""Sphinx extension: a chapter's number, from `_toc.yml`, stands before its title everywhere.

The number is the chapter's own, so a chapter that is not written yet leaves no gap behind it:

    - file: book/derivatives/differentiating_the_solver
      options: {number: 5}
"""

from pathlib import Path

import yaml
from docutils import nodes


def setup(app):
    # Before Sphinx collects the titles for the contents, the links and the search.
    app.connect("doctree-read", put_number, priority=400)
    return {"parallel_read_safe": True}


def numbers(toc):
    """{page: number} of the parsed `_toc.yml`."""
    entries = [entry for part in toc["parts"] for entry in part["chapters"]]
    return {
        entry["file"]: entry["options"]["number"]
        for entry in entries
        if "number" in entry.get("options", {})
    }


def put_number(app, doctree):
    toc = yaml.safe_load(Path(app.srcdir, "_toc.yml").read_text(encoding="utf-8"))
    number = numbers(toc).get(app.env.docname)
    title = next(iter(doctree.findall(nodes.title)), None)
    if number and title:
        title.insert(0, nodes.Text(f"{number}. "))
