"""Show the library's own code on the page, read from its file: never a copy that goes stale.

from bookkit import listing
listing.show(ode.step)                    # a function or a class
listing.show("mini_autodiff.ode.RK4")     # a constant, by its dotted name
"""

import ast
import inspect
import sys
import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from bookkit.page import palette
from bookkit.style import Colour

# A kind of word, its colour on a light and on a dark page; below, Pygments' classes for it.
CSS = (
    palette(
        ".listing",
        keyword=Colour("#7c3aaf", "#d2a8ff"),
        name=Colour("#0550ae", "#79c0ff"),
        value=Colour("#0a5c36", "#7ee2a8"),
        comment=Colour("#57606a", "#a0aab5"),
    )
    + """
.listing{margin:0;border-left:3px solid var(--comment);padding-left:.8em}
.listing figcaption{font-size:.85em;text-align:left;margin:0 0 .3em;color:var(--comment)}
.listing pre{background:none;border:0;padding:0;margin:0;overflow-x:auto;white-space:pre;
 line-height:1.45;font-size:.82em;color:inherit}
.listing :is(.k,.kn,.kc,.ow){color:var(--keyword)}
.listing :is(.nf,.nc,.nd,.fm){color:var(--name)}
.listing :is(.s1,.s2,.sa,.si,.sd,.mi,.mf){color:var(--value)}
.listing .c1{color:var(--comment);font-style:italic}
"""
)


@dataclass(frozen=True)
class Listing:
    """A piece of one of the book's files; Jupyter and the site show it in colour."""

    file: str  # from the top of the repository
    line: int  # of its first line
    source: str

    def __repr__(self) -> str:
        return f"# {self.file}, line {self.line}\n{self.source}"

    def _repr_html_(self) -> str:
        code = highlight(self.source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip()
        name = escape(f"{self.file}, line {self.line}")
        return (
            f"<style>{CSS}</style><figure class='listing'><figcaption>{name}</figcaption>"
            f"<pre tabindex='0' role='region' aria-label='Source: {name}'>{code}</pre></figure>"
        )


def show(obj: object, docstring: bool = True) -> Listing:
    """The source of `obj` as it stands in its file, with the comment lines above it.

    `obj` is a function, a class, or the dotted name of one; a constant (a tableau, a table of
    numbers) goes by its dotted name or by itself where one module of the book defines it.
    `docstring=False` leaves the docstring out, for a page that has just said it.
    Raises TypeError for what no file of the book defines.

    >>> from bookkit.page import palette
    >>> show(palette).source.splitlines()[0]
    'def palette(selector: str, **colours: Colour) -> str:'
    >>> show("bookkit.page.DARK_PAGE").line > 1
    True
    """
    if isinstance(obj, str):
        module, name = _home(resolve_name(obj), obj.rpartition(".")[2])
    else:
        module, name = _home(obj)
    path = Path(str(module.__file__))
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    node = _definition(text, name)
    if node is None:
        raise TypeError(f"{module.__name__} has no definition of {name!r} that can be shown.")
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1  # the comment above belongs to it
    kept = lines[first - 1 : node.end_lineno]
    body = node if isinstance(node, ast.FunctionDef | ast.ClassDef) else None
    if body and not docstring and ast.get_docstring(body):
        told = body.body[0]
        kept = lines[first - 1 : told.lineno - 1] + lines[told.end_lineno : node.end_lineno]
    depth = module.__name__.count(".") + 1 + (path.stem == "__init__")
    return Listing("/".join(path.parts[-depth:]), first, textwrap.dedent("\n".join(kept)))


def _home(obj: object, called: str | None = None) -> tuple[ModuleType, str]:
    """The module of the book that defines `obj`, and its name there."""
    plain = inspect.unwrap(obj) if callable(obj) else obj
    name = getattr(plain, "__qualname__", "<none>")
    module = sys.modules.get(getattr(plain, "__module__", None) or "")
    if module and _ours(module) and "<" not in name:
        return module, name
    alike = called is None and isinstance(obj, int | float | complex | None)
    homes = [  # a constant does not know its name: look for it; but 3 may be any module's 3
        (module, name)
        for module in ([] if alike else list(sys.modules.values()))
        if isinstance(module, ModuleType) and _ours(module)
        for name, value in vars(module).items()
        if value is obj and called in (None, name)
        if _definition(Path(str(module.__file__)).read_text(encoding="utf-8"), name)
    ]
    if len(homes) != 1:
        raise TypeError(
            f"show() reads the book's own files, and {'several' if homes else 'none'} of them "
            f"defines {obj!r:.60}.\n"
            'Next step: for a constant, give its name, as in show("mini_autodiff.ode.RK4").'
        )
    return homes[0]


def _ours(module: ModuleType) -> bool:
    return module.__name__.split(".")[0] in ("mini_autodiff", "alfi", "bookkit")


def _definition(text: str, name: str) -> ast.stmt | None:
    """The statement that defines `name` (dotted inside a class) in the text of a module."""
    scope: list[ast.stmt] = ast.parse(text).body
    found = None
    for part in name.split("."):
        found = next((s for s in reversed(scope) if part in _names(s)), None)
        scope = getattr(found, "body", [])
    return found


def _names(statement: ast.stmt) -> set[str]:
    """The names that a statement defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        return {target.id for target in statement.targets if isinstance(target, ast.Name)}
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return {statement.target.id}
    return set()
