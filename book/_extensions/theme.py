"""Sphinx extension: what Jupyter Book does to every page and `_config.yml` cannot change.

It loads sphinx-thebe, which writes the same inline script twice into each page, an error in the
console, and names another host. The book has live figures of its own: out with it. Code on dark
pages gets the colours of the listings (bookkit/listing.py). And what a cell prints is shown as it
was printed: MyST-NB puts a line break wherever the kernel happened to send a text in two pieces.
"""

import re

from myst_nb.core import render


def setup(app):
    app.connect("config-inited", mend, priority=1000)
    render.coalesce_streams = whole_streams
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


def mend(app, config):
    config.html_theme_options["pygments_dark_style"] = "github-dark"
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [
            listener for listener in listeners if listener.handler.__module__ != "sphinx_thebe"
        ]
    app.registry.css_files[:] = [
        (name, options) for name, options in app.registry.css_files if name != "sphinx-thebe.css"
    ]
