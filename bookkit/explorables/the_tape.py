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
    at={  # x, which three numbers use, sends its long arrow between the others
        "alpha": (0, 0), "x": (0, 1.4), "y": (0, 2.8), "beta": (1, 3.4), "births": (1, 0.4),
        "meetings": (1, 2.3), "eaten": (2.4, 2.6), "change": (2.2, 0.4), "hares": (3, 1.4),
    },
    labels={"births": "b", "meetings": "m", "eaten": "e", "change": "c", "hares": "z"},
    formulas={"births": "α · x", "meetings": "x · y", "eaten": "β · m", "change": "b − e",
              "hares": "x + c"},
    tape=True,
    title="One year of the hares as a graph, walked forwards and then backwards",
    question="Press Forwards, then Backwards. Through how many arrows does x receive its share?",
)  # fmt: skip
