"""The start stays in sight: under each moving curve, a grey one that does not move."""

from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes

from bookkit import style


def with_ghost(drawer: Callable, names: bool | tuple[str, ...]) -> Callable:
    """`drawer`, and a grey twin below each of its moving curves (or of those whose y is named).

    Axes whose limits follow the curves get none: there a curve that stays would lie.
    """

    def drawn(fig: Any, out: dict) -> dict:
        tagged = drawer(fig, out)
        following = [key for key in tagged if isinstance(key, Axes)]
        for artist, kind in list(tagged.items()):
            if kind["kind"] != "line" or artist.axes in following:
                continue
            if isinstance(names, bool) or kind["keys"][1] in names:
                artist.axes.plot(
                    artist.get_xdata(), artist.get_ydata(), color=style.colour["muted"],
                    lw=1.0, zorder=artist.get_zorder() - 0.5,
                )  # fmt: skip
        return tagged

    return drawn
