"""Make the notebook of a new chapter from the template beside this file.

    make new-chapter NAME=the_tape TITLE="The tape" PART=derivatives

Every block is there and empty; the tests of the frame say what each still needs.
"""

import argparse
from pathlib import Path

import jupytext
import nbformat

HERE = Path(__file__).parent
BOOK = HERE.parent
AFTER = """\
Made {notebook}. Beside it a chapter has
    bookkit/explorables/{name}.py   its live figure
    bookkit/quizzes/{name}.py       what to recall
    bookkit/checks/{name}.py        the checks of its exercises
    assignments/{name}/             its assignment
    book/teaching/{part}.md         notes for teachers, and its lines in the syllabi
and a line with its number in _toc.yml. Then: make chapter NAME={name}"""


def chapter(name, title):
    """The notebook of a chapter with all its blocks, each empty."""
    intro = nbformat.read(BOOK / "intro.ipynb", as_version=4)
    setup = next(cell.source for cell in intro.cells if cell.cell_type == "code")
    text = (HERE / "chapter.txt").read_text(encoding="utf-8")
    notebook = jupytext.reads(text.replace("TITLE", title).replace("NAME", name), fmt="py:percent")
    for cell in notebook.cells:
        if cell.source == "SETUP":
            cell.source = setup  # set here, since jupytext would turn its %pip into a comment
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
    }
    return notebook


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="of its module: letters and underscores, as in the_tape")
    parser.add_argument("title")
    parser.add_argument("part", choices=["derivatives", "models", "inference"])
    asked = parser.parse_args()
    if not asked.name.isidentifier():
        parser.error(f"NAME is also a module's name, so {asked.name!r} will not do; say the_tape")
    path = BOOK / asked.part / f"{asked.name}.ipynb"
    if path.exists():
        parser.error(f"{path} is there already")
    path.parent.mkdir(exist_ok=True)
    nbformat.write(chapter(asked.name, asked.title), path)
    print(AFTER.format(notebook=path.relative_to(BOOK.parent), name=asked.name, part=asked.part))


if __name__ == "__main__":
    main()
