"""Live figures: one Python definition, alive on the page, in Jupyter and without either.

Two forms, the same page, the same tests.

**Explorable**: the page recomputes the program, exported as JavaScript by mini_autodiff::

    from bookkit.live import Choice, Explorable, Slider, line, points

    def program(p, data):                        # p: the controls; data: constant arrays
        ...                                      # mini_autodiff.numpy, lax.scan, ad.grad, ad.jvp
        return {"hare": hare, "loss": loss, "dloss_dalpha": slope}

    def draw(fig, out):                          # ordinary matplotlib, called once
        ax = fig.subplots()
        curve, = ax.plot(out["t"], out["hare"], color=style.colour["hare"])
        return {curve: line("t", "hare")}        # what moves, and which names move it

    figure = Explorable(
        name="two_species",                      # unique in the book
        title="Hare and lynx under four rates",  # what a screen reader calls the picture
        sliders={"alpha": Slider("hare births", 0.2, 1, 0.5, step=0.01, symbol="α", unit="a year")},
        program=program, data={"t": [...]}, draw=draw,
        sentence="With α = {alpha} the loss is {loss:.2f}.",
        presets={"hand guess": {"alpha": 0.5}},
        question="What happens to the lynx when hares breed faster?",
    )
    figure            # last line of a cell: static picture and sentence, live with JavaScript
    figure.check()    # refuses what would lie silently
    @figure.edit      # a new model behind the same sliders; the name says which part it replaces
    def vector_field(t, y, rates): ...

**Snapshots**: for JAX, or control flow that depends on data. One slider over states computed
when the book is built, and optionally one choice; nothing is interpolated, and the page says so::

    from bookkit.live import Snapshots, Slider, line

    figure = Snapshots(
        name="fit_along_training",
        title="The fit along training",
        slider=("update", Slider.over([0, 10, 20, 50, 100], "update of the fit")),
        states=[{"t": t, "hare": h, "loss": 3.1}, ...],     # one dict a stop: curves and numbers
        draw=draw, sentence="After {update} updates the loss is {loss:.2f}.",
        presets={"start": {"update": 0}, "end": {"update": 100}},
        made="benchmarks/fit_hare_lynx.py, seed 1",         # printed under the figure
    )
    # with a choice: choice=("model", Choice("model", {"ode": "ODE", "node": "neural ODE"}))
    # and then     states={"ode": [...], "node": [...]}

Every state has the same names and lengths. Arrays are stored with 12 bits of their range
(`bits=`), numbers with 6 digits; `.html()` refuses a figure above 100 kB gzipped.

**Walk**: a diagram to walk through. The reader presses "One step", "Forwards", "Backwards", and
boxes, arrows and rows of a table light up. `TapeWalk` makes one from a program, run on the tape::

    from bookkit.live import Slider, TapeWalk

    def program(theta, u0):                      # two Euler steps of u' = -theta u, and a misfit
        u1 = u0 - 0.5 * theta * u0
        u2 = u1 - 0.5 * theta * u1
        return {"u1": u1, "u2": u2, "L": (u2 - 1.0) ** 2}       # names; the last is the result

    figure = TapeWalk(
        "two_steps", program, {"theta": Slider("rate", 0.0, 1.0, 0.4), "u0": 2.0},
        at={"u0": (0, 0), "u1": (1, 0), "u2": (2, 0), "L": (3, 0), "theta": (1.5, 1)},
    )

`Walk` is the general form: boxes, arrows, and steps that each say what lights up and why.

**Widget**: what no page can compute, say a model in diffrax. The same sliders, draw and sentence
around program(p), run by Python: alive in Jupyter, one state of it on the site.

**What the reader keeps**: `keep=Keep("hand fit", score="misfit")` keeps the best fit by hand in the
reader's browser; `recall="hand fit"` brings its sliders to another figure, and
`Kept("hand fit", "Your hand: {score:.1f}.", otherwise="...")` says it anywhere.

**What can move** (the values of the dict that `draw` returns; names are looked up among the
outputs, the data and the sliders): `line(x, y)`, `points(x, y)` (markers of one size),
`band(x, low, high)` (fill_between), `bars(heights)` (the container of ax.bar), `vline(x)`,
`hline(y)` (axvline, axhline), `arrows(x, y, u, v)` (quiver with angles="xy", scale_units="xy",
scale=1), `text("α = {alpha:.2f}", x=..., y=...)`, `cells(z)` (imshow). An axes may be a key too:
`{ax: follow("y")}` lets its limits grow and shrink about zero with the curves.

`ghost=True` leaves a grey curve at the start under each moving one, on axes whose limits stay.
`effect_in_pixels(figure, before, after, "hare")` measures what a prediction asks the reader to see.
Any page may be opened at chosen values, `chapter.html#alpha=0.7`, also by a link in the text.

Colours come from `bookkit.style`; draw about 4.6 inches wide with limits fixed by hand.

**Sentences**: `{name:.2f}` or `{name:.1e}` for outputs, `{name}` for a control, and words::

    Sentence("The fit is {verdict}.", verdict=("loss", [(1.0, "close"), (None, "far away")]))

**Derivatives** are named `d<output>_d<slider>` (`_dlog_<slider>`: with respect to its logarithm,
`_dpercent_<slider>`: for one per cent of it; in place of the slider, a choice whose options are
names of sliders): `.check()` compares every output of such a name with finite differences.
"""

from bookkit.live.artists import (
    arrows,
    band,
    bars,
    cells,
    follow,
    hline,
    line,
    points,
    text,
    vline,
)
from bookkit.live.controls import Choice, Slider
from bookkit.live.diagram import Edge, Node, Words
from bookkit.live.effect import effect_in_pixels
from bookkit.live.errors import LiveFigureError
from bookkit.live.explorable import Explorable
from bookkit.live.kept import Keep, Kept
from bookkit.live.sentence import Sentence
from bookkit.live.snapshots import Snapshots
from bookkit.live.tape_walk import TapeWalk
from bookkit.live.walk import Step, Walk
from bookkit.live.widget import Widget

__all__ = [
    "Choice", "Edge", "Explorable", "Keep", "Kept", "LiveFigureError", "Node", "Sentence", "Slider",
    "Snapshots", "Step", "TapeWalk", "Walk", "Widget", "Words",
    "arrows", "band", "bars", "cells", "effect_in_pixels", "follow", "hline", "line", "points",
    "text", "vline",
]  # fmt: skip
