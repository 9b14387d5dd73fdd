"""Sphinx extension: what helps to find a place in the book again, and to cite it.

- The page `book/find` lists every live figure and every exercise, as the chapters have them.
- An exercise `**5.1 A name.**` is an anchor, `#exercise-5-1`.
- A chapter ends with its own entry for a bibliography.
- A published site gets a `sitemap.xml`.
"""

import re
from html import escape, unescape
from pathlib import Path
from tomllib import loads

import yaml
from chapter_numbers import numbers
from docutils import nodes

PAGE = "book/find"
FIGURE = re.compile(r'<figure class="live" id="(live-\w+)".*?aria-label="([^"]*)"', re.S)
EXERCISE = re.compile(r"(\d+\.\d+)\W*\s(.+)", re.S)


def setup(app):
    app.connect("doctree-read", put_anchors)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", cite)
    app.connect("build-finished", sitemap)
    return {"parallel_read_safe": True}


def chapters(app):
    """{page: number}"""
    return numbers(yaml.safe_load(Path(app.srcdir, "_toc.yml").read_text(encoding="utf-8")))


def exercises(doctree):
    """Yield (paragraph, number, name) of each exercise."""
    for strong in doctree.findall(nodes.strong):
        found = EXERCISE.fullmatch(strong.astext())
        paragraph = strong.parent
        if found and paragraph.astext().startswith(strong.astext()):
            yield paragraph, found[1], found[2].rstrip(".")


def put_anchors(app, doctree):
    if app.env.docname in chapters(app):
        for paragraph, number, _ in exercises(doctree):
            paragraph["ids"].append(f"exercise-{number.replace('.', '-')}")


def figures(doctree):
    """Yield (anchor, title) of each live figure."""
    seen = set()
    for raw in doctree.findall(nodes.raw):
        for anchor, title in FIGURE.findall(raw.astext()):
            if anchor not in seen:
                yield anchor, unescape(title)
            seen.add(anchor)


def fill(app, doctree, page):
    """The lists of the page `book/find`, each below the heading of its section."""
    if page != PAGE:
        return
    for section in doctree.findall(nodes.section):
        for what, listed in (("live-figures", figures), ("exercises", _exercises)):
            if what in section["ids"]:
                for chapter in chapters(app):
                    section += _rows(app, chapter, list(listed(app.env.get_doctree(chapter))))


def _exercises(doctree):
    for paragraph, number, name in exercises(doctree):
        yield paragraph["ids"][0], f"{number} {name}"


def _rows(app, chapter, places):
    if not places:
        return []
    page = app.builder.get_relative_uri(PAGE, chapter)
    rows = nodes.bullet_list()
    for anchor, title in places:
        link = nodes.reference("", title, refuri=f"{page}#{anchor}", internal=True)
        rows += nodes.list_item("", nodes.paragraph("", "", link))
    title = app.env.titles[chapter].astext()
    return [nodes.paragraph("", "", nodes.strong("", title)), rows]


def cite(app, pagename, templatename, context, doctree):
    """A chapter's entry for BibTeX, folded, at its end."""
    number = chapters(app).get(pagename)
    if number is None or "body" not in context:
        return
    version = loads(Path(app.srcdir, "pyproject.toml").read_text("utf-8"))["project"]["version"]
    site = app.config.html_baseurl
    lines = {
        "author": "{The Gradients Through Time contributors}",
        "title": app.env.titles[pagename].astext().partition(". ")[2],
        "booktitle": "Gradients Through Time",
        "chapter": str(number),
        "edition": version,
        "year": app.config.copyright,
        **({"url": f"{site.rstrip('/')}/{pagename}.html"} if site else {}),
    }
    entry = "".join(f"  {key:<9} = {{{value}}},\n" for key, value in lines.items())
    entry = f"@incollection{{gradients_through_time_{number},\n{entry}}}"
    context["body"] += (
        '<details class="cite"><summary>Cite this chapter</summary>'
        f"<pre>{escape(entry)}</pre></details>"
    )


def sitemap(app, error):
    """The addresses of all pages, for search engines; they must be whole, so not without a site."""
    site = app.config.html_baseurl
    if error is None and app.builder.name == "html" and site:
        pages = "".join(
            f"<url><loc>{site.rstrip('/')}/{page}.html</loc></url>\n"
            for page in sorted(app.env.found_docs)
        )
        Path(app.outdir, "sitemap.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{pages}</urlset>\n',
            encoding="utf-8",
        )
