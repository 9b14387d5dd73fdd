"""The notebooks as Jupyter, Colab and VS Code can show them: plain Markdown, answers closed.

The pages of the site are written in MyST, whose directives and roles other programs print as they
stand, and a hint that they print stands open. So what a reader opens is a copy:

    :::{admonition} Hint      becomes a <details>, closed
    {cite}`key`               (author, year), or author (year) in a list, with a link to the paper
    {term}`tape`              a link to the glossary
    {py:func}`~m.f`           f, as code

and the cells that the site hides or folds are folded. `make lab` writes the copies into
build/notebooks and opens JupyterLab there: work in a notebook leaves the book's own files alone,
and the next `make lab` leaves that work alone. The site offers the copies for download. Binder and
Colab open the branch `notebooks`, to which publishing writes them (`plain.py --in-place`).
"""

import argparse
import hashlib
import json
import re
from functools import cache
from html import escape
from pathlib import Path

import nbformat
from pybtex.database import parse_file
from pybtex.richtext import Text

ROOT = Path(__file__).parents[2]
BRANCH = "notebooks"
FOLDED = {"remove-cell", "hide-cell", "remove-input", "hide-input"}

FENCE = re.compile(
    r"^(?P<marks>:{3,})\{admonition\} *(?P<title>[^\n]*)\n(?P<options>(?::[^\n]*\n)*)"
    r"(?P<body>.*?)\n(?P=marks)[ \t]*$",
    re.M | re.S,
)
ROLE = re.compile(r"\{(?P<role>[a-z:]+)\}`(?P<text>[^`]+)`")


def setup(app):
    app.connect("html-page-context", launch_plain, priority=900)  # after the theme's buttons
    app.connect("build-finished", offer_plain)
    return {"parallel_read_safe": True}


def launch_plain(app, pagename, templatename, context, doctree):
    """Binder and Colab open the branch of plain notebooks; to edit is to edit the source."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []) if isinstance(group, dict) else []:
            if "mybinder.org" in button.get("url", "") or "colab." in button.get("url", ""):
                button["url"] = re.sub(r"/main(?=\?)|(?<=/blob)/main", "/" + BRANCH, button["url"])


def offer_plain(app, error):
    """What the site lets a reader download is the plain notebook."""
    if error is None and app.builder.name == "html":
        for copy in Path(app.outdir, "_sources").rglob("*.ipynb"):
            name = copy.relative_to(Path(app.outdir, "_sources"))
            copy.write_text(plain_text(ROOT / name, app.config.html_baseurl), encoding="utf-8")


def plain_text(path, site=""):
    """The text of the plain copy of the notebook at `path`."""
    return nbformat.writes(plain(nbformat.read(path, as_version=4), path, site)) + "\n"


def plain(notebook, path, site=""):
    """A notebook that needs no MyST. `path` is where it lies, `site` the address of the site."""
    up = "../" * (len(path.relative_to(ROOT / "book").parts) - 1) if "book" in path.parts else ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = plain_markdown(cell.source, up, site)
        elif cell.cell_type == "code" and FOLDED & set(cell.metadata.get("tags", [])):
            cell.metadata.setdefault("jupyter", {})["source_hidden"] = True  # JupyterLab
            cell.metadata["cellView"] = "form"  # Colab
    return notebook


def plain_markdown(text, up="", site=""):
    """Markdown without directives and roles; `up` leads from the notebook to the folder `book`.

    >>> plain_markdown("{term}`tapes <tape>` and {py:func}`~mini_autodiff.grad`")
    '[tapes](glossary.md) and `grad`'
    """
    text = FENCE.sub(lambda found: _fold(**found.groupdict()), text)

    def role(found):
        words, _, target = found["text"].partition(" <")
        target = target.removesuffix(">") or words
        if found["role"] in ("cite", "cite:t"):
            before = found.string[: found.start()].rpartition("\n")[2]
            aside = found["role"] == "cite" and not re.fullmatch(r"\s*[-*]\s*", before)
            said = "; ".join(_citation(key.strip(), aside) for key in words.split(","))
            return f"({said})" if aside and not before.endswith("(") else said
        if found["role"] == "term":
            anchor = "term-" + re.sub(r"[^a-zA-Z0-9._]+", "-", _terms()[target.lower()])
            return f"[{words}]({_page('glossary', anchor, up, site)})"
        if found["role"].startswith("py:"):
            return f"`{words.rpartition('.')[2] if words.startswith('~') else words}`"
        raise ValueError(f"plain.py has no plain form for the role {found[0]}; add it there")

    return ROLE.sub(role, text)


def _fold(marks, title, options, body):
    if ":class: dropdown" not in options:
        return f"**{title}**\n\n{body.strip()}"
    title = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(title, quote=False))
    return f"<details><summary><b>{title}</b></summary>\n\n{body.strip()}\n\n</details>"


def _page(name, anchor, up, site):
    return f"{site.rstrip('/')}/book/{name}.html#{anchor}" if site else f"{up}{name}.md"


@cache
def _terms():
    """{term in lower case: as the glossary spells it, and Sphinx its anchor}."""
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    block = re.search(r"^```\{glossary\}\n(.*?)^```", text, re.M | re.S)[1]
    return {term.lower(): term for term in re.findall(r"^\S.*$", block, re.M)}


@cache
def _references():
    return parse_file(str(ROOT / "book" / "references.bib")).entries


def _citation(key, aside):
    """`Author (year)`, or `Author, year` in brackets; a link where the paper has an address."""
    entry = _references()[key]
    names = [
        str(Text.from_latex(" ".join(person.prelast_names + person.last_names)))
        for person in entry.persons["author"]
    ]
    who = names[0] + {1: "", 2: f" and {names[-1]}"}.get(len(names), " and others")
    fields = entry.fields
    notes = f"arXiv:{fields.get('eprint')} {fields.get('note')}"
    arxiv = re.search(r"arXiv:([\w./-]+\d)", notes)
    address = fields.get("url")
    if "doi" in fields:
        address = f"https://doi.org/{fields['doi']}"
    elif arxiv:
        address = f"https://arxiv.org/abs/{arxiv[1]}"
    said = f"{who}, {fields['year']}" if aside else f"{who} ({fields['year']})"
    return f"[{said}]({address})" if address else said


def sources():
    """Every notebook of the book, in the order of their paths."""
    every = sorted((ROOT / "book").rglob("*.ipynb"))
    return [path for path in every if ".ipynb_checkpoints" not in path.parts]


def write(out):
    """Write the copies. One that a reader has worked in stays as it is, and is said to stay."""
    record = out / ".made.json"
    made = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    for path in sources():
        name, text = path.relative_to(ROOT).as_posix(), plain_text(path)
        copy = out / name
        if copy.exists() and _sha256(copy.read_text(encoding="utf-8")) != made.get(name):
            if made.get(name) != _sha256(text):
                print(f"{copy} has your changes and stays; delete it for the present edition")
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
        made[name] = _sha256(text)
    record.write_text(json.dumps(made, indent=1), encoding="utf-8")


def write_in_place():
    """Put the copies where the book's own files are."""
    for path in sources():
        path.write_text(plain_text(path), encoding="utf-8")


def _sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "notebooks")
    parser.add_argument("--in-place", action="store_true", help="for the branch that is launched")
    asked = parser.parse_args()
    write_in_place() if asked.in_place else write(asked.out)


if __name__ == "__main__":
    main()
