"""Self-checks for a page: a prediction before a figure, and a short quiz to recall a chapter.

They work on the site and in Jupyter alike, with a keyboard and with a screen reader. Choosing
tells nothing; "Check" answers, and the answer stays in the reader's browser until "Clear". Without
JavaScript the answers stand in a fold below each question. Strings may hold `code`; mathematics
goes between \\( and \\).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files

from bookkit.page import palette, short
from bookkit.style import colour

CSS = palette(".selfcheck", mark=colour["tangent"], line=colour["grid"])
SKIP = "I would rather look first."


@dataclass(frozen=True)
class Predict:
    """Ask what a figure will show, before the reader moves it.

    Args:
        name: unlike any other on the site, for the browser's memory; `chapter/what`.
        question: one sentence that a look at the figure can answer.
        choices: two to five answers that a sensible reader might give; better a mapping from each
            to a sentence of its own, which says what is right in it and what is not.
        look: what to look for in the figure. Shown after any choice, also after "I would
            rather look first", and before the sentence of the choice.

    >>> Predict("doc/peak", "Which peaks first?", ["hare", "lynx"], look="Compare the peaks.")
    Predict. Which peaks first?
      ( ) hare
      ( ) lynx
      ( ) I would rather look first.
    """

    name: str
    question: str
    choices: Sequence[str] | Mapping[str, str]
    look: str

    def __post_init__(self) -> None:
        _refuse_repeats(self.name, [*self.choices])
        if isinstance(self.choices, str) or not 2 <= len(self.choices) <= 5:
            raise ValueError(f"Predict {self.name!r} needs 2 to 5 choices; got {self.choices!r}.")
        if isinstance(self.choices, Mapping) and not all(self.choices.values()):
            raise ValueError(f"Predict {self.name!r}: every choice needs its sentence, or none.")

    def __repr__(self) -> str:
        return "Predict. " + _as_text(self.question, [*self.choices, SKIP])

    def _repr_html_(self) -> str:
        choices = [(choice, False) for choice in (*self.choices, SKIP)]
        answers = self.choices.values() if isinstance(self.choices, Mapping) else ()
        said = [*(f"{self.look} {answer}" for answer in answers), self.look]
        words = "".join(f"<p>{_inline(text)}</p>" for text in said)
        return _form(self.name, [_fieldset(self.name, "Predict", self.question, choices, words)])


@dataclass(frozen=True)
class Recall:
    """One item of a quiz: a question, the right answer and why, and wrong answers and why not.

    Args:
        question: what is asked.
        right: the right answer.
        why: the sentence that a reader who chose it should hear.
        wrong: each wrong answer with its own feedback: what it mixes up, not only "no".
    """

    question: str
    right: str
    why: str
    wrong: Mapping[str, str]

    def __post_init__(self) -> None:
        _refuse_repeats(self.question, [self.right, *self.wrong])
        if not self.wrong or not all([self.why, *self.wrong.values()]):
            raise ValueError(f"Recall {self.question!r}: every answer needs its feedback.")

    @property
    def answers(self) -> list[str]:
        """All answers in an order that tells nothing and stays the same in every build."""
        return sorted([self.right, *self.wrong], key=lambda text: sha256(text.encode()).digest())


@dataclass(frozen=True)
class Quiz:
    """Four to six items to recall a chapter, with feedback on each answer.

    >>> item = Recall("What is f'?", right="a slope", why="Yes.", wrong={"an area": "Integral!"})
    >>> quiz = Quiz("doc/quiz", [item] * 4)
    >>> print(quiz)  # doctest: +ELLIPSIS
    1. What is f'?
      ( ) a...
    """

    name: str
    items: Sequence[Recall]

    def __post_init__(self) -> None:
        if not 4 <= len(self.items) <= 6:
            raise ValueError(f"Quiz {self.name!r} needs 4 to 6 items; got {len(self.items)}.")

    def __repr__(self) -> str:
        return "\n".join(
            f"{number}. " + _as_text(item.question, item.answers)
            for number, item in enumerate(self.items, 1)
        )

    def _repr_html_(self) -> str:
        sets = []
        for number, item in enumerate(self.items, 1):
            choices = [(answer, answer == item.right) for answer in item.answers]
            words = "".join(
                f"<p>Right. {_inline(item.why)}</p>"
                if right
                else f"<p data-wrong>Not so. {_inline(item.wrong[answer])}</p>"
                for answer, right in choices
            )
            legend = f"{number} of {len(self.items)}"
            sets.append(_fieldset(f"{self.name}/{number}", legend, item.question, choices, words))
        return _form(self.name, [*sets, f"<output data-of='{len(self.items)}'></output>"])


def _form(name: str, parts: list[str]) -> str:
    here = files("bookkit")
    css, js = (here.joinpath(f"quiz.{kind}").read_text("utf-8") for kind in ("css", "js"))
    return (
        f"<style>{CSS}{css}</style>"
        f"<form class='selfcheck mathjax_process' data-name='{escape(name)}'>"
        f"{''.join(parts)}</form><script>{short(js)}</script>"
    )


def _fieldset(
    group: str, kind: str, question: str, choices: list[tuple[str, bool]], words: str
) -> str:
    labels = "".join(
        f"<label><input type='radio' name='{escape(group)}' value='{escape(text)}'"
        f"{' data-right' * right}><span>{_inline(text)}</span></label>"
        for text, right in choices
    )
    return (
        f"<fieldset><legend><span class='kind'>{kind}</span>{_inline(question)}</legend>{labels}"
        f"<details><summary>{'What to look for' if kind == 'Predict' else 'Answers'}</summary>"
        f"{words}</details></fieldset>"
    )


def _as_text(question: str, choices: Sequence[str]) -> str:
    return "\n".join([question, *(f"  ( ) {choice}" for choice in choices)])


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _refuse_repeats(name: str, texts: Sequence[str]) -> None:
    if len(set(texts)) < len(texts):
        raise ValueError(f"{name!r} offers the same answer twice: {list(texts)}.")
