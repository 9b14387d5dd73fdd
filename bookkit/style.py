"""One colour, one meaning, on every page; each with a value for light and for dark pages::

    from bookkit import style
    style.apply()                                    # matplotlib's defaults for the book
    ax.plot(t, hare, color=style.colour["hare"])     # a light value; .dark is its partner

A colour is a string, matplotlib's hex code for a light page. On the page a live figure
writes it as a CSS variable, so that one drawing serves light and dark.
"""

from importlib.resources import files

from cycler import cycler
from matplotlib import pyplot as plt

from bookkit.still import show_as_svg


class Colour(str):
    """A colour as matplotlib takes it (the value for a light page); `.dark` is its partner."""

    dark: str

    def __new__(cls, light: str, dark: str) -> "Colour":
        self = super().__new__(cls, light)
        self.dark = dark
        return self


colour: dict[str, Colour] = {
    # The page itself.
    "ink": Colour("#000000", "#e6e9ee"),  # text, data without a species
    "paper": Colour("#ffffff", "#14181e"),
    "muted": Colour("#6b7280", "#949dab"),  # axes, ticks, rivals that only set the scene
    "grid": Colour("#d5d9e0", "#363d48"),
    # The animals.
    "hare": Colour("#1f6fa8", "#62b5ee"),
    "lynx": Colour("#b6501a", "#f3965a"),
    # Derivatives and what they lead to.
    "loss": Colour("#8a3a8f", "#d791dc"),  # the loss and its gradient
    "primal": Colour("#2e7d32", "#79c47d"),  # a value, on the way forwards
    "tangent": Colour("#0f766e", "#4cc3b5"),  # forward mode: primal's small change
    "cotangent": Colour("#a8325a", "#f48bab"),  # reverse mode: adjoints
    # Inference.
    "truth": Colour("#18181b", "#f4f4f5"),
    "prior": Colour("#856d4f", "#c3aa8a"),
    "proposal": Colour("#5b4fc0", "#a9a1f5"),
    "posterior": Colour("#3b7d23", "#86cb6c"),
    # Models side by side.
    "baseline": Colour("#737373", "#a3a3a3"),
    "ode": Colour("#0b7285", "#56c2d6"),
    "neural_ode": Colour("#9a6700", "#e0b040"),
}


def apply() -> None:
    """Draw in the book's style from here on: sizes, spines, fonts, the colour cycle; as SVG."""
    plt.style.use(str(files("bookkit") / "book.mplstyle"))
    lines = ("hare", "lynx", "loss", "tangent", "neural_ode", "posterior", "cotangent", "proposal")
    plt.rcParams["axes.prop_cycle"] = cycler(color=[colour[name] for name in lines])
    show_as_svg()
