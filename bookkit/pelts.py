"""The fur ledger of 1900 to 1920 as a picture: counts as dots, runs of a model as curves."""

from collections.abc import Sequence

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from bookkit import style
from bookkit.data import load


def show_fit(
    *runs: tuple[Sequence, str], step: float = 0.05, title: str = "", legend: bool = True
) -> Axes:
    """Draw the pelts and, over them, runs of a model.

    Args:
        runs: each the states of a run, rows (hares, lynx) in thousands a year from 1900 on, and
            matplotlib's style of its curves, as "-" or "--".
        step: years from one state to the next.
        legend: whether to write the names of the two animals beside their first peaks.

    >>> show_fit(([[30.0, 4.0], [31.0, 4.1]], "-")).get_ylabel()
    'pelts (thousands)'
    """
    pelts = load("hare_lynx_1900_1920")
    ax: Axes = plt.subplots(figsize=(6.4, 2.8))[1]
    for column, name in enumerate(("hare", "lynx")):
        ax.plot(pelts["year"], pelts[name], "o", ms=4, color=style.colour[name])
        for states, dashes in runs:
            years = [1900 + step * i for i in range(len(states))]
            ax.plot(years, [u[column] for u in states], dashes, color=style.colour[name])
    ax.set(ylabel="pelts (thousands)", ylim=(0, 110), title=title)
    ax.set_xticks(range(1900, 1921, 5))
    if legend:
        ax.text(1902.3, 97, "hare", color=style.colour["hare"])
        ax.text(1904.6, 62, "lynx", color=style.colour["lynx"])
    return ax
