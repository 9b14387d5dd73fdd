"""Sphinx extension: the library's docstrings are plain text, made for ``help()``.

They are not reStructuredText, so this hook escapes whatever would be read as markup and keeps
only what a reader of ``help()`` sees as structure: paragraphs, lists, indented blocks and
``>>>`` examples. A docstring can then never break the build of the site.
"""

import re
import textwrap

LIST_ITEM = re.compile(r"[-*] |\d+\. ")


def setup(app):
    app.connect("autodoc-process-docstring", rewrite)
    return {"parallel_read_safe": True}


def rewrite(app, what, name, obj, options, lines):
    lines[:] = as_rst("\n".join(lines)).splitlines()


def as_rst(docstring):
    """The docstring as reStructuredText that looks the same."""
    blocks = re.split(r"\n\s*\n", docstring.strip("\n"))
    return "\n\n".join(block_as_rst(block) for block in blocks if block.strip()) + "\n"


def block_as_rst(block):
    text = textwrap.dedent(block)
    if text.startswith(">>>"):
        return text
    if block[0] == " ":  # an indented block keeps its line breaks
        return "::\n\n" + textwrap.indent(text, "   ")
    head, *body = re.split(r"\n(?= )", text, maxsplit=1)
    if body and head.rstrip().endswith(":") and not LIST_ITEM.match(head):
        return inline(head) + "\n\n" + block_as_rst(body[0])  # "Args:" and its indented lines
    if LIST_ITEM.match(text):
        items = re.split(r"\n(?=[-*] |\d+\. )", text)
        return "\n".join("- " + " ".join(inline(LIST_ITEM.sub("", item, 1)).split()) for item in items)
    return " ".join(inline(text).split())


def inline(text):
    """Escape markup, except `code` and ``code``."""
    parts = re.split(r"(``[^`]+``|`[^`\n]+`)", text)
    return "".join(
        f"``{part.strip('`')}``" if i % 2 else re.sub(r"([\\*`|_])", r"\\\1", part)
        for i, part in enumerate(parts)
    )
