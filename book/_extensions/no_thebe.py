"""Sphinx extension: take out sphinx-thebe, which Jupyter Book always loads.

It writes the same inline script twice into every page, an error in the console, and names
another host. The book has live figures of its own and needs none of it.
"""


def setup(app):
    app.connect("config-inited", take_out, priority=1000)
    return {"parallel_read_safe": True}


def take_out(app, config):
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [
            listener for listener in listeners if listener.handler.__module__ != "sphinx_thebe"
        ]
    app.registry.css_files[:] = [
        (name, options) for name, options in app.registry.css_files if name != "sphinx-thebe.css"
    ]
