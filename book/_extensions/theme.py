"""Sphinx extension: what Jupyter Book does to every page and `_config.yml` cannot change.

It loads sphinx-thebe, which writes the same inline script twice into each page, an error in the
console, and names another host. The book has live figures of its own: out with it. Code on dark
pages gets the colours of the listings (bookkit/listing.py). And what a cell prints is shown as it
was printed: MyST-NB puts a line break wherever the kernel happened to send a text in two pieces.
The script that moves the live figures comes with each of them; a page keeps the first copy.
MathJax, 260 kB, comes with a page that has mathematics, not with one that only lists such pages.
"""

import re

from myst_nb.core import render
from sphinx.domains.math import MathDomain


def setup(app):
    app.connect("config-inited", mend, priority=1000)
    app.connect("html-page-context", one_runtime)
    render.coalesce_streams = whole_streams
    MathDomain.has_equations = on_the_page_itself
    return {"parallel_read_safe": True}


def whole_streams(outputs):
    """The outputs of a cell, the pieces of each stream joined; a progress bar is its last state."""
    joined, streams = [], {}
    for output in outputs:
        if output["output_type"] != "stream":
            joined.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = output.copy()
            joined.append(streams[output["name"]])
    for stream in streams.values():
        stream["text"] = re.sub(r"[^\n]*\r(?!\n)", "", stream["text"])  # what was overwritten
    return joined


def one_runtime(app, pagename, templatename, context, doctree):
    """Each copy would only find that the first one serves the whole page."""
    seen = set()

    def first(script):
        known = "root.bookkitLive" in script[0] and script[0] in seen
        seen.add(script[0])
        return "" if known else script[0]

    context["body"] = re.sub(r"<script>.*?</script>", first, context.get("body", ""), flags=re.S)


def on_the_page_itself(domain, page=None):
    """Whether a page, or any, has mathematics of its own."""
    pages = domain.data["has_equations"]
    return pages.get(page, False) if page else any(pages.values())


def mend(app, config):
    config.html_theme_options["pygments_dark_style"] = "github-dark"
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [
            listener for listener in listeners if listener.handler.__module__ != "sphinx_thebe"
        ]
    app.registry.css_files[:] = [
        (name, options) for name, options in app.registry.css_files if name != "sphinx-thebe.css"
    ]
