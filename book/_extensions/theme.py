"""Sphinx extension: what Jupyter Book does to every page and `_config.yml` cannot change.

It loads sphinx-thebe, which writes the same inline script twice into each page, an error in the
console, and names another host. The book has live figures of its own: out with it. And code on
dark pages gets the colours of the listings (bookkit/listing.py).
"""


def setup(app):
    app.connect("config-inited", mend, priority=1000)
    return {"parallel_read_safe": True}


def mend(app, config):
    config.html_theme_options["pygments_dark_style"] = "github-dark"
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [
            listener for listener in listeners if listener.handler.__module__ != "sphinx_thebe"
        ]
    app.registry.css_files[:] = [
        (name, options) for name, options in app.registry.css_files if name != "sphinx-thebe.css"
    ]
