"""Where this copy of the book lives. `[project.urls]` in pyproject.toml says it, once.

    Repository = "https://github.com/owner/name"      where the files are, if they are anywhere
    Homepage = "https://owner.github.io/name/"        where the site is, if one is published

`make adopt REPO=... [PAGES=...]` sets both, and whatever repeats them: the first cell of every
notebook, README, CITATION.cff, the page on citing. REPO=none takes them out again. Without REPO
it writes the present ones, as after a chapter came from another copy.

As an extension of Sphinx it gives the pages their buttons: repository, issue and edit where there
is a repository, Binder and Colab where it is on GitHub; none that leads nowhere.
"""

import argparse
import re
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
FIRST_CELL = """\
# Colab lacks the book's packages; Binder and your own machine have them.
from importlib.util import find_spec

if not find_spec("bookkit"):
    """
INSTALL = """\
%pip install -q "gradients-through-time[colab] @ git+{}"
    if not find_spec("bookkit"):
        raise ImportError("the book could not be installed; pip says why above")"""
MISSING = 'raise ImportError("bookkit is missing: type `make book` in the folder of the book")'


def address(root=ROOT):
    """(repository, site); each "" where there is none."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    urls = project.get("urls", {})
    return urls.get("Repository", ""), urls.get("Homepage", "")


def first_cell(repository):
    """The first code cell of every notebook."""
    return FIRST_CELL + (INSTALL.format(repository) if repository else MISSING)


def lines(repository, site):
    """{file: [(what stands there now, what should)]}; both are whole lines."""

    def line(text, value):
        return f"{text.format(value)}\n" if value else ""

    return {
        "pyproject.toml": [
            (
                r'\[project\.urls\]\n(?:\w+ = "http.*"\n)*',
                "[project.urls]\n"
                + line('Repository = "{}"', repository)
                + line('Homepage = "{}"', site),
            )
        ],
        "CITATION.cff": [
            (
                r'(?:repository-code: .*\n)?(?:url: .*\n)?(?=license:)',
                line('repository-code: "{}"', repository) + line('url: "{}"', site or repository),
            )
        ],
        "README.md": [(r"(?:The published book: .*\n)?(?=\n## The map)",
                       line("The published book: <{}>.", site))],
        "book/citing.md": [(r"(?:  url       = .*\n)?(?=}\n```)",
                            line("  url       = {{{}}}", site or repository))],
        "CONTRIBUTING.md": [(re.escape(FIRST_CELL) + r".*\n(?:    .*\n)*",
                             first_cell(repository) + "\n")],
    }  # fmt: skip


def texts(repository, site, root=ROOT):
    """{path: its text with this address}, for every file that repeats it."""
    found = {}
    for name, changes in lines(repository, site).items():
        text = (root / name).read_text(encoding="utf-8")
        for pattern, wanted in changes:
            text, times = re.subn(pattern, lambda _, wanted=wanted: wanted, text, count=1)
            if not times:
                raise ValueError(f"{name} has no place for the address; it should match {pattern}")
        found[root / name] = text
    for path in notebooks(root):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.source.startswith(FIRST_CELL):
                cell.source = first_cell(repository)
                found[path] = nbformat.writes(notebook) + "\n"
    return found


def notebooks(root=ROOT):
    folders = ("book", "assignments")
    every = sorted(path for folder in folders for path in (root / folder).rglob("*.ipynb"))
    return [path for path in every if ".ipynb_checkpoints" not in path.parts]


def adopt(repository, site, root=ROOT):
    """Write the address everywhere."""
    for path, text in texts(repository, site, root).items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"changed {path.relative_to(root)}")


def setup(app):
    app.connect("config-inited", put_buttons, priority=400)
    return {"parallel_read_safe": True}


def put_buttons(app, config):
    repository, site = address()
    config.html_theme_options.update(buttons(repository))
    config.html_baseurl = config.ogp_site_url = site


def buttons(repository):
    """The theme's options for a repository at this address."""
    options = {
        "repository_url": repository,
        "repository_branch": "main",
        "use_repository_button": bool(repository),
        "use_issues_button": bool(repository),
        "use_edit_page_button": bool(repository),
        "launch_buttons": {},
    }
    if repository.startswith("https://github.com/"):
        options["launch_buttons"] = {
            "notebook_interface": "jupyterlab",
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
        }
    return options


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repo", default="", help="https://host/owner/name, or none")
    parser.add_argument("--site", default="", help="https://..., once a site is published there")
    asked = parser.parse_args()
    repository, site = address()
    if asked.repo == "none":
        repository, site = "", ""
    elif asked.repo:
        repository, site = asked.repo.rstrip("/").removesuffix(".git"), asked.site
        if not re.fullmatch(r"https://[\w.-]+(/[\w.-]+){2,}", repository):
            parser.error(f"REPO is like https://github.com/owner/name; got {asked.repo!r}")
    elif asked.site:
        site = asked.site
    adopt(repository, site)
    print(f"The book lives at {repository}." if repository else "The book has no address.")


if __name__ == "__main__":
    main()
