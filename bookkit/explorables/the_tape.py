"""Chapter 3: one Euler step of the hares as a graph, and the tape beside it."""

from bookkit.live import Slider, TapeWalk


def hares_next_year(alpha, x, y, beta):
    """Hares after one Euler step of a year, with every intermediate number under its name."""
    births = alpha * x
    meetings = x * y
    eaten = beta * meetings
    change = births - eaten
    return {
        "births": births, "meetings": meetings, "eaten": eaten, "change": change,
        "hares": x + change,
    }  # fmt: skip


figure = TapeWalk(
    "the_tape",
    hares_next_year,
    {
        "alpha": Slider("births per hare", 0.0, 1.0, 0.6, 0.1, "α", "/ year"),
        "x": Slider("hares now", 0.5, 6.0, 3.0, 0.5, "x", "thousand"),
        "y": 2.0,
        "beta": 0.1,
    },
    at={
        "alpha": (0, 0), "x": (1, 0), "y": (2, 0), "beta": (3, 0),
        "births": (-0.3, 1.2), "meetings": (2.3, 1.2), "eaten": (3, 2.1), "change": (1, 2.9),
        "hares": (0.7, 3.8),
    },
    labels={"births": "b", "meetings": "m", "eaten": "e", "change": "c", "hares": "z"},
    formulas={"births": "α · x", "meetings": "x · y", "eaten": "β · m", "change": "b − e",
              "hares": "x + c"},
    tape=True,
    title="One year of the hares as a graph, walked forwards and then backwards",
    question="Press Forwards, then Backwards. Through how many arrows does x receive its share?",
)  # fmt: skip
