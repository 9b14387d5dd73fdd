"""What HTML outputs share: colours that follow the page, and scripts made short.

The site, JupyterLab, VS Code and Colab each say in their own way that the page is dark; a media
query would follow the operating system instead, which need not agree with the page.
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


def short(script: str) -> str:
    """JavaScript without its lines of comment and its indentation, for a page.

    >>> short("// why\\n  let a = 1;\\n")
    'let a = 1;'
    """
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
