"""What stays in the reader's browser: the best fit by hand, kept by one figure, read by others.

A figure keeps it (`Explorable(..., keep=Keep("hand fit", score="misfit"))`), another brings it
back (`recall="hand fit"`: a button that sets sliders of the same names), and a sentence anywhere
in the book says it (`Kept`). All of it lies under one key of localStorage, nothing is sent, and a
button beside each of them forgets it. Without a fit, without storage and without JavaScript the
reader sees the words for that; so does Jupyter, unless the fit was made in the same Jupyter.
"""

import json
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from bookkit.live.errors import LiveFigureError
from bookkit.live.sentence import Sentence
from bookkit.page import short

FORGET = "<button type='button' class='live-forget' hidden>Forget it</button>"


@dataclass(frozen=True)
class Keep:
    """What a figure keeps of its reader: the sliders' values with the lowest score so far.

    Only what the reader's own hand found counts: after a preset nothing is kept until Reset.

    Attributes:
        name: what the fit is called, everywhere in the book: "hand fit".
        score: the output that should be low.
        digits: decimals of the score.
    """

    name: str
    score: str
    digits: int = 1

    def spec(self) -> dict:
        return {"name": self.name, "score": self.score, "digits": self.digits}


class Kept:
    """A sentence with the fit that the reader's browser keeps, for the last line of a cell.

    Args:
        name: what the fit is called, as in `Keep`.
        words: the sentence, with {score:.1f} and the sliders' names as fields.
        otherwise: what to say when there is none.

    >>> Kept("hand fit", "Your hand: {score:.1f}.", otherwise="You have not fitted by hand yet.")
    You have not fitted by hand yet.
    """

    def __init__(self, name: str, words: str, otherwise: str):
        self.name, self.otherwise = name, otherwise
        self.pieces = Sentence(words).pieces()
        for piece in self.pieces:
            if isinstance(piece, list) and (len(piece) != 3 or piece[2] != "f"):
                raise LiveFigureError(
                    f"Kept knows numbers with decimals, {{score:.1f}}; {words!r} has another field"
                )

    def _repr_html_(self) -> str:
        words = json.dumps([p if isinstance(p, str) else p[:2] for p in self.pieces])
        return (
            f"<p class='live-kept' data-kept='{escape(self.name)}' data-words='{escape(words)}'>"
            f"<span aria-live='polite'>{escape(self.otherwise)}</span> {FORGET}</p>"
            f"<script>{store_source()}</script>"
        )

    def __repr__(self) -> str:
        return self.otherwise


def store_source() -> str:
    """store.js without its comments and indentation."""
    return short(files(__package__).joinpath("store.js").read_text(encoding="utf-8"))
