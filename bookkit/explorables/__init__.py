"""The live figures of the book: one file each, with one `figure`."""

import importlib
import pkgutil

from bookkit.live.figure import LiveFigure


def load(name: str) -> LiveFigure:
    """The figure of one file here."""
    return importlib.import_module(f"{__name__}.{name}").figure


def names() -> list[str]:
    """Every file here."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))
