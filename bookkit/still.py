"""A figure that does not move, as SVG: sharp on every screen and in print, and light."""

import gzip
import io
import re

from matplotlib import rc_context
from matplotlib.figure import Figure

LARGE = 40_000  # bytes, gzipped; a figure with more marks than that shows its marks as pixels
BELOW_THE_AXES = 2.4  # zorder: lines, areas and clouds of points are below, ticks and words above


def svg(figure: Figure) -> str:
    """The figure as SVG, as large as the same figure in pixels of its own `dpi`.

    Letters are drawn as outlines, since the reader's machine may lack the font that they were
    measured in. Where there are very many marks, they are one picture inside, in 220 dpi.

    >>> svg(Figure())[:5]
    '<?xml'
    """
    text = _drawn(figure)
    if len(gzip.compress(text.encode())) > LARGE:
        before = [axes.get_rasterization_zorder() for axes in figure.axes]
        for axes in figure.axes:
            axes.set_rasterization_zorder(BELOW_THE_AXES)
        text = _drawn(figure)
        for axes, zorder in zip(figure.axes, before, strict=True):
            axes.set_rasterization_zorder(zorder)

    def pixels(found: re.Match) -> str:
        return f'{found[1]}="{float(found[2]) * figure.dpi / 72:.1f}px"'

    return re.sub(r'\b(width|height)="([\d.]+)pt"', pixels, text, count=2)


def show_as_svg() -> bool:
    """In Jupyter, show every figure so from here on; whether this is Jupyter."""
    try:
        shell = get_ipython()  # type: ignore[name-defined]
    except NameError:
        return False
    import matplotlib_inline.backend_inline  # noqa: F401  # else it would choose PNG later

    for formatter in shell.display_formatter.formatters.values():
        formatter.pop(Figure, None)
    shell.display_formatter.formatters["image/svg+xml"].for_type(Figure, svg)
    return True


def _drawn(figure: Figure) -> str:
    page = io.StringIO()
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "still"}):  # each time the same
        figure.savefig(page, format="svg", dpi=220, bbox_inches="tight", metadata={"Date": None})
    return page.getvalue()
