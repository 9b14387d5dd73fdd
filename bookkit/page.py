"""Colours of an HTML output that follow the page: the site, JupyterLab, VS Code and Colab.

Each of them says in its own way that the page is dark; a media query would follow the
operating system instead, which need not agree with the page.
"""

from bookkit.style import Colour

DARK_PAGE = (
    "html[data-theme=dark]",  # the site
    "body[data-jp-theme-light=false]",  # JupyterLab
    "body.vscode-dark",
    "html[theme=dark]",  # Colab
)


def palette(selector: str, **colours: Colour) -> str:
    """CSS that gives `selector` each colour as a variable, with its dark value on a dark page.

    >>> from bookkit.style import colour
    >>> print(palette(".note", ink=colour["tangent"]).split(":is")[0])
    .note{--ink:#0f766e}
    """
    light = ";".join(f"--{name}:{value}" for name, value in colours.items())
    dark = ";".join(f"--{name}:{value.dark}" for name, value in colours.items())
    return f"{selector}{{{light}}}:is({','.join(DARK_PAGE)}) {selector}{{{dark}}}"
