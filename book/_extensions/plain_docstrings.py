"""Sphinx extension: the library's docstrings are plain text, made for ``help()``.

They are not reStructuredText, so this hook escapes whatever would be read as markup and keeps
only what a reader of ``help()`` sees as structure: paragraphs, lists, underlined headings,
names with their meaning, indented blocks and ``>>>`` examples. No docstring can break the build.
"""

import ast
import re
import textwrap

ITEM = re.compile(r"(?:[-*]|\d+\.) +")
SECTION = re.compile(r"(Args|Returns|Raises|Yields|Attributes|Methods):")
NAMED = re.compile(r"(\*{0,2}\w[\w.,*/ ]{0,40}?) *: +(?=\S)")  # "theta : the parameters"


def setup(app):
    app.connect("autodoc-process-docstring", rewrite)
    return {"parallel_read_safe": True}


def rewrite(app, what, name, obj, options, lines):
    lines[:] = as_rst("\n".join(lines)).splitlines()


def as_rst(docstring):
    """The docstring as reStructuredText that looks the same."""
    blocks = []
    for block in re.split(r"\n\s*\n", docstring.strip("\n")):
        if blocks and block[:1] == blocks[-1][:1] == " ":
            blocks[-1] += "\n\n" + block  # an indented block goes on over an empty line
        else:
            blocks.append(block)
    return "\n\n".join(block_as_rst(block) for block in blocks if block.strip()) + "\n"


def block_as_rst(block):
    lines = textwrap.dedent(block).splitlines()
    text = "\n".join(lines)
    if text.startswith(">>>"):
        return text
    if block[0] == " ":
        return literal(lines)
    if re.fullmatch(r"\w[\w ]*\n[-=~]{3,}", "\n".join(lines[:2])):  # a heading, and its content
        rest = "\n".join(lines[2:])
        return f"**{lines[0].strip()}**\n\n" + (named(rest) if rest else "")
    if SECTION.fullmatch(lines[0]) and len(lines) > 1 and lines[1][0] == " ":
        return f"**{lines[0][:-1]}**\n\n" + named(textwrap.dedent("\n".join(lines[1:])))
    if ITEM.match(text):
        return "\n".join(
            "- " + joined(ITEM.sub("", item, count=1)) for item in pieces(lines, ITEM.match)
        )
    if len(lines) > 1 and all(NAMED.match(line) or line[0] == " " for line in lines):
        return named(text)
    if len(lines) > 1 and all(re.search(r"\S {2,}\S|^\|", line) for line in lines):
        return literal(lines)  # columns, laid out by hand
    for i, line in enumerate(lines[1:], 1):
        if line[0] == " " or line.startswith(">>>") or ITEM.match(line):
            if line[0] == " " and not lines[i - 1].endswith(":"):
                return literal(lines)  # laid out by hand
            return joined("\n".join(lines[:i])) + "\n\n" + block_as_rst("\n".join(lines[i:]))
    return joined(text)


def named(text):
    """Names and their meanings: the lines that are not indented name, the others explain."""
    found = []
    for item in pieces(text.splitlines(), lambda line: line[:1] != " "):
        head, *body = item.split("\n", 1)
        match = NAMED.match(head)
        name, first = (match[1], head[match.end() :]) if match else (head, "")
        meaning = joined(" ".join([first, *body])) or "\\"
        found.append(f"{joined(name)}\n   {meaning}")
    return "\n".join(found)


def pieces(lines, begins):
    """Lines grouped so that each group starts with one that begins."""
    groups = []
    for line in lines:
        if begins(line) or not groups:
            groups.append(line)
        else:
            groups[-1] += "\n" + line
    return groups


def literal(lines):
    """As it stands, and in the colours of Python only if it is Python."""
    text = "\n".join(lines)
    try:
        ast.parse(text)
        language = "python"
    except (SyntaxError, ValueError):
        language = "text"
    return f".. code-block:: {language}\n\n" + textwrap.indent(text, "   ")


def joined(text):
    """One paragraph. An empty separator keeps its beginning from being read as a mark."""
    text = re.sub(":{2,}$", ":", " ".join(inline(text).split()))
    return text if re.match(r"\w\w|$", text) else "\\ " + text


def inline(text):
    """Escape markup, except `code`, ``code`` and **strong**."""
    parts = re.split(r"(``[^`\s][^`]*``|`[^`\s][^`\n]*`|\*\*\w(?:[\w ,.-]*\w)?\*\*)", text)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            parts[i] = re.sub(r"([\\*`|_])", r"\\\1", part)
            continue
        mark = f"``{part.strip('`').strip()}``" if part[0] == "`" else part
        before = "" if parts[i - 1][-1:].isspace() else "\\ "  # markup needs a space around it,
        after = "\\ " if parts[i + 1][:1].strip() else ""  # which an escape makes an empty one
        parts[i] = before + mark + after
    return "".join(parts)
