"""The exercises of chapter 3: right answers pass for any seed, slips get their own hint."""

import math

import pytest

from bookkit.checks.the_tape import check


def tape_of(x, y):
    return [[], [], [(0, y), (1, x)], [(0, 1 / y), (1, -x / y**2)], [(2, 1), (3, 1)]]


def walk_back(entries):
    bar = [0.0] * (len(entries) - 1) + [1.0]
    for i in reversed(range(len(entries))):
        for place, slope in entries[i]:
            bar[place] += slope * bar[i]
    return bar


class Tape:
    def __init__(self):
        self.entries = []

    def new(self, value, *pairs):
        self.entries.append(pairs)
        return Var(self, len(self.entries) - 1, value)


class Var:
    """As much of the chapter's as an answer may use."""

    def __init__(self, tape, place, value):
        self.tape, self.place, self.value = tape, place, value

    def lift(self, b):
        return b if isinstance(b, Var) else self.tape.new(b)

    def __mul__(self, other):
        b = self.lift(other)
        pairs = (self.place, b.value), (b.place, self.value)
        return self.tape.new(self.value * b.value, *pairs)


def divide(a, b):
    v = a.value / b.value
    return a.tape.new(v, (a.place, 1 / b.value), (b.place, -v / b.value))


def exponential(a):
    v = math.exp(a.value)
    return a.tape.new(v, (a.place, v))


def cost(n):
    """Inputs; in the first summer 2 + 2 entries, in each other 6; pairs 4, and 8."""
    return n + 4 + 6 * (n - 1), 4 + 8 * (n - 1)


def push_forward(entries, tangents):
    moved = list(tangents)
    for row in entries[len(tangents) :]:
        moved.append(sum(slope * moved[place] for place, slope in row))
    return moved


def only_the_ends(moved):
    """The inputs' tangents and the result's are right; nothing is said of those between."""
    return [*moved[:2], *[0.0] * (len(moved) - 3), moved[-1]]


def needed(entries):
    found = {len(entries) - 1}
    for i in reversed(range(len(entries))):
        if i in found:
            found |= {place for place, _ in entries[i]}
    return found


RIGHT = {
    "3.1": [tape_of],
    "3.2": [walk_back],
    "3.3": [divide, exponential, Tape],
    "3.4": [cost],
    "3.5": [push_forward],
    "3.6": [needed],
}


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number", RIGHT)
def test_right_answers_pass(number, seed):
    verdict = check(number, *RIGHT[number], seed=seed)
    assert verdict, verdict.text


def divide_in_two(a, b):
    """As the chapter multiplies: first `lift`, then a product with one over the divisor."""
    b = a.lift(b)
    return a * a.tape.new(1 / b.value, (b.place, -1 / b.value**2))


def test_an_answer_may_use_what_the_chapter_built():
    assert check("3.3", divide_in_two, exponential, Tape)


def replaced(entries):
    bar = [0.0] * (len(entries) - 1) + [1.0]
    for i in reversed(range(len(entries))):
        for place, slope in entries[i]:
            bar[place] = slope * bar[i]
    return bar


def only_a(a, b):
    return a.tape.new(a.value / b.value, (a.place, 1 / b.value))


WRONG = {
    "the sign of the divisor's slope": (
        "3.1",
        [lambda x, y: [*tape_of(x, y)[:3], [(0, 1 / y), (1, x / y**2)], [(2, 1), (3, 1)]]],
        "more of a divisor",
    ),
    "factors at their own places": (
        "3.1",
        [lambda x, y: [[], [], [(0, x), (1, y)], *tape_of(x, y)[3:]]],
        "slope of x * y in place 0",
    ),
    "one entry too few": ("3.1", [lambda x, y: tape_of(x, y)[:4]], "a list of 5 entries"),
    "pairs without brackets": (
        "3.1",
        [lambda x, y: [[], [], (0, y), [], []]],
        "empty for an input",
    ),
    "payments replace each other": ("3.2", [replaced], "add to its cotangent"),
    "no seed": ("3.2", [lambda entries: [0.0] * len(entries)], "its cotangent is 1"),
    "from the front": (
        "3.2",
        [lambda entries: [*walk_back(entries[:-1]), 1.0]],
        "should get",
    ),
    "the divisor stands still": ("3.3", [only_a, exponential, Tape], "in argument 2"),
    "a plain number": (
        "3.3",
        [lambda a, b: a.value / b.value, exponential, Tape],
        "divide returned",
    ),
    "the exponential of one": (
        "3.3",
        [divide, lambda a: a.tape.new(math.exp(a.value), (a.place, 1.0)), Tape],
        "slope of exponential",
    ),
    "constants forgotten": ("3.4", [lambda n: (5 * n, 8 * n)], "x is a plain number"),
    "inputs set to one": (
        "3.5",
        [lambda entries, tangents: push_forward(entries, [1.0] * len(tangents))],
        "the one that was given",
    ),
    "only the ends": (
        "3.5",
        [lambda entries, tangents: only_the_ends(push_forward(entries, tangents))],
        "on your way forwards",
    ),
    "everything": ("3.6", [lambda entries: set(range(len(entries)))], "do not reach"),
    "only the last row": (
        "3.6",
        [lambda entries: {len(entries) - 1, *(p for p, _ in entries[-1])}],
        "leaves them out",
    ),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_gets_its_hint(slip):
    number, answer, words = WRONG[slip]
    verdict = check(number, *answer)
    assert not verdict
    assert words in " ".join(verdict.text.split())
