"""Chapter 8: one start along its training, with the window growing and with the whole series."""

from bookkit import style
from bookkit.data import load
from bookkit.hare_lynx import target
from bookkit.live import Choice, Sentence, Slider, Snapshots, line, text, vline

FIRST = 1845
LOW, HIGH = -2.3, 2.1  # of the axis: a curve outside is drawn at its edge
table = load("hare_lynx_1845_1935")
logs = target.log_pelts(table["year"], table["hare"], table["lynx"])
times, curve = target.published(logs)
years = [FIRST + t for t in times.tolist()]
training: dict = load("hare_lynx_training")
ITERATIONS = training["grown"]["iteration"]
HALF_WAY, END = ITERATIONS[len(ITERATIONS) // 2], ITERATIONS[-1]


def states(run):
    """One dict of curves and numbers for each stop."""
    return [
        {
            "year": years,
            "hare": [min(max(row[0], LOW), HIGH) for row in rows],
            "lynx": [min(max(row[1], LOW), HIGH) for row in rows],
            "seen": FIRST + window,
            "sse": sse,
        }
        for rows, window, sse in zip(run["curves"], run["window"], run["sse"], strict=True)
    ]


def draw(fig, out):
    tags = {}
    panels = fig.subplots(2, 1, sharex=True)
    for ax, name, column in zip(panels, ("hare", "lynx"), (0, 1), strict=True):
        ax.plot(years, curve[:, column], color=style.colour["muted"], lw=1)
        (model,) = ax.plot(out["year"], out[name], color=style.colour[name])
        edge = ax.axvline(out["seen"], color=style.colour["loss"], lw=1)
        tags[model], tags[edge] = line("year", name), vline("seen")
        ax.set(xlim=(1843, 1937), ylim=(LOW, HIGH), yticks=[-2, -1, 0, 1, 2])
        ax.set_ylabel(f"{name}, ln")
    words = panels[0].set_title("grey: target, colour: model, line: end of the window")
    tags[words] = text("squares {sse:.1f}; grey: target; line: end of window")
    return tags


figure = Snapshots(
    name="hare_lynx_training",
    title="An ODE with four states along its training",
    slider=("iteration", Slider.over(ITERATIONS, "iteration of Adam", start=HALF_WAY)),
    choice=("window", Choice("training window", {"grown": "it grows", "whole": "whole series"})),
    states={kind: states(training[kind]) for kind in ("grown", "whole")},
    draw=draw,
    sentence=Sentence(
        "After {iteration} iterations the model has been asked for the years up to {seen:.0f}. "
        "Over all years its sum of squares is {sse:.1f}: {verdict}.",
        verdict=(
            "sse",
            [
                (113.8, "better than one sinusoid a species (113.8)"),
                (204.0, "better than two flat lines (204.1), not than a sinusoid (113.8)"),
                (None, "worse than two flat lines (204.1)"),
            ],
        ),
    ),
    presets={
        f"{when}, {kind}": {"iteration": iteration, "window": key}
        for when, iteration in (("half way", HALF_WAY), ("end", END))
        for kind, key in (("growing", "grown"), ("whole", "whole"))
    },
    question="Which window leads the same start to the better end, and what happens on the way?",
    made="benchmarks/hare_lynx_fits.py, seed 8; the start that ended best when the window grew",
    size=(4.6, 3.4),
)
