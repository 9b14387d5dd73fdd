"""Chapter 3: the assignment's solution, plausible mistakes, clever wrong and unusual right ones."""

import cmath
import math

import mini_autodiff as ad
from bookkit.checks.the_tape import growth, task
from tests.assignments.frame import Assignment

GIVEN = "import math\n"


# A line of the solution, what stands there instead, and words of the counter-example or the hint.
MISTAKES = {
    "a square used once": ("1", "[(0, s), (0, s)]", "[(0, s)]", "uses s twice"),
    "the slope of the square": ("1", "[(1, k), (1, k)]", "[(1, 4 * k)]", "one of 2 s"),
    "the divisor's sign": ("1", "-s * s / total**2", "s * s / total**2", "the divisor's slope"),
    "the whole slope at once": ("1", "(2, 1 / total)", "(2, 2 * s / total)", "local slope"),
    "the quotient of inputs": ("1", "(2, 1 / total), (4,", "(0, 1 / total), (4,", "go the places"),
    "no inputs": ("1", "        [],\n        [],\n", "", "6 entries"),
    "payments replace each other": (
        "2", "bar[place] += slope * bar[i]\n    return bar\n",
        "bar[place] = slope * bar[i]\n    return bar\n", "add up"),
    "one seed of one": ("2", "bar[place] += weight", "bar[place] = 1.0", "should get"),
    "from the front": ("2", "for i in reversed(range(len(entries))):",
                       "for i in range(len(entries)):", "should get"),
    "the minus is lost": ("3", "(b.place, -1.0))", "(b.place, 1.0))", "you say"),
    "factors swapped": ("3", "(a.place, b.value), (b.place, a.value)",
                        "(a.place, a.value), (b.place, b.value)", "you say"),
    "the exponential of one": ("3", "return Number(v, (a.place, v))",
                               "return Number(v, (a.place, 1.0))", "you say"),
    "the first user only": ("3", "bar[place] += slope * bar[i]\n    return result.value",
                            "bar[place] = bar[place] or slope * bar[i]\n    return result.value",
                            "you say"),
    "only the slopes": ("3", "return result.value, bar[", "return bar[", "asked for are the value"),
    "one slope too many": ("3", "bar[: len(values)]", "bar[: len(values) + 1]", "a list of"),
    "inputs forgotten": ("4", "moved = list(tangents)", "moved = [0.0 for _ in tangents]",
                         "inputs move as they are told"),
    "slopes not multiplied": ("4", "sum(slope * moved[place]", "sum(moved[place]", "moves by"),
    "values in place of tangents": ("4", "return moved", "return [abs(v) for v in moved]",
                                    "moves by"),
    "every state is kept": ("5", "stretch = math.isqrt(n - 1) + 1 if n > 1 else 1",
                            "stretch = 1", "states at once"),
    "no state is kept": ("5", "stretch = math.isqrt(n - 1) + 1 if n > 1 else 1", "stretch = n",
                         "states at once"),
    "the state after the step": ("5", "bar = back(state, bar)",
                                 "bar = back(step(state), bar)", "before* the step"),
    "an error inside": ("5", "states = [state]", "states = state", "of pull_long"),
}  # fmt: skip


def seeds_overwrite(entries, seeds):
    """A seed in the middle replaces what later users pay."""
    bar = [0.0] * len(entries)
    for i in reversed(range(len(entries))):
        bar[i] = seeds.get(i, bar[i])
        for place, slope in entries[i]:
            bar[place] += slope * bar[i]
    return bar


def recursive(entries, seeds):
    bar = [0.0] * len(entries)

    def pay(i, share):
        bar[i] += share
        for place, slope in entries[i]:
            pay(place, slope * share)

    for place, weight in seeds.items():
        pay(place, weight)
    return bar


def by_the_library(program, values):
    exp = ad.numpy.exp
    value, slopes = ad.value_and_grad(lambda numbers: program(numbers, exp))(values)
    return value, slopes


def by_differences(program, values, h=1e-6):
    at = program(values, math.exp)
    moved = [[v + h * (i == k) for i, v in enumerate(values)] for k in range(len(values))]
    return at, [(program(m, math.exp) - at) / h for m in moved]


def from_the_start(step, back, start, bar, n):
    """No memory at all, and n^2 / 2 steps."""
    for k in reversed(range(n)):
        state = start
        for _ in range(k):
            state = step(state)
        bar = back(state, bar)
    return bar


def first_step_first(step, back, start, bar, n):
    """One state at a time: right if the order of the steps did not matter."""
    state = start
    for _ in range(n):
        bar, state = back(state, bar), step(state)
    return bar


def in_two_directions(step, back, start, bar, n):
    """Forwards with one state: the walk back is linear, so its matrix can be multiplied up."""
    rows, state = [(1.0, 0.0), (0.0, 1.0)], start
    for _ in range(n):
        one, two = back(state, (1.0, 0.0)), back(state, (0.0, 1.0))
        rows = [[a * r[0] + b * r[1] for r in zip(*rows, strict=True)]
                for a, b in zip(one, two, strict=True)]  # fmt: skip
        state = step(state)
    return [r[0] * bar[0] + r[1] * bar[1] for r in rows]


def numbers_for_states(step, back, start, bar, n):
    """All the numbers, without the states."""
    kept, state = [], start
    for _ in range(n):
        kept.append(state.value)
        state = step(state)
    while kept:
        bar = back(type(start)(kept.pop()), bar)
    return bar


def the_program_shown(program, values):
    """One run for the value; the slopes from the listing, by complex steps."""
    steps = [[v + 1e-50j * (i == k) for i, v in enumerate(values)] for k in range(len(values))]
    return program(values, math.exp), [growth(z, cmath.exp).imag / 1e-50 for z in steps]


class Dual:
    def __init__(self, value, tangents):
        self.value, self.tangents = value, tangents

    def __mul__(self, other):
        b = other if isinstance(other, Dual) else Dual(other, [0.0] * len(self.tangents))
        pairs = zip(self.tangents, b.tangents, strict=True)
        return Dual(self.value * b.value, [s * b.value + t * self.value for s, t in pairs])

    def __add__(self, other):
        b = other if isinstance(other, Dual) else Dual(other, [0.0] * len(self.tangents))
        pairs = zip(self.tangents, b.tangents, strict=True)
        return Dual(self.value + b.value, [s + t for s, t in pairs])

    __radd__, __rmul__ = __add__, __mul__
    __sub__ = lambda a, b: a + b * -1.0  # noqa: E731
    __rsub__ = lambda a, b: a * -1.0 + b  # noqa: E731


def all_slopes_along(program, values):
    """Forward mode with all the slopes in one run."""
    n = len(values)
    numbers = [Dual(v, [float(i == k) for i in range(n)]) for k, v in enumerate(values)]

    def exp(a):
        v = math.exp(a.value)
        return Dual(v, [v * t for t in a.tangents])

    result = program(numbers, exp)
    return result.value, result.tangents


def one_pair_a_place(entries, tangents):
    """A number that an operation uses twice counts once."""
    moved = list(tangents)
    for row in entries[len(tangents) :]:
        moved.append(sum(slope * moved[place] for place, slope in dict(row).items()))
    return moved


def straight_to_the_inputs(s, k):
    """The whole slopes in the last entry: what a walk back finds, without the walk."""
    total = k * k + s * s
    return [[], [], [], [], [], [(0, 2 * s * k * k / total**2), (1, -2 * k * s * s / total**2)]]


CLEVER = {
    "straight to the inputs": ("1", straight_to_the_inputs),
    "the first step first": ("5", first_step_first),
    "in two directions": ("5", in_two_directions),
    "numbers for states": ("5", numbers_for_states, "no attribute 'value'"),
    "the program shown": ("3", the_program_shown),
    "all slopes along": ("3", all_slopes_along),
    "one pair a place": ("4", one_pair_a_place),
    "the library": ("3", by_the_library),
    "differences": ("3", by_differences),
    "a seed replaces": ("2", seeds_overwrite),
    "a function that calls itself": ("2", recursive),
    "again from the start": ("5", from_the_start),
}


def with_tuples(s, k):
    """Pairs as tuples in tuples, and a square as one pair."""
    total = k * k + s * s
    quotient = ((4, -s * s / total**2), (2, 1 / total))
    return ((), (), ((0, 2 * s),), ((1, 2 * k),), ((3, 1), (2, 1)), quotient)


def gathered(entries, seeds):
    """By users instead of by payments: each number asks who used it."""
    users = [[] for _ in entries]
    for i, row in enumerate(entries):
        for place, slope in row:
            users[place].append((i, slope))
    bar = [0.0] * len(entries)
    for j in reversed(range(len(entries))):
        bar[j] = seeds.get(j, 0.0) + sum(slope * bar[i] for i, slope in users[j])
    return bar


def in_long_stretches(step, back, start, bar, n):
    """Stretches somewhat longer than the square root."""
    stretch = max(1, int(1.4 * math.sqrt(n)))
    marks, state = [start], start
    for k in range(1, n):
        state = step(marks[-1] if k % stretch == 1 or stretch == 1 else state)
        if k % stretch == 0:
            marks.append(state)
    state = None
    for m in reversed(range(len(marks))):
        states = [marks.pop()]
        for _ in range(min(stretch, n - m * stretch) - 1):
            states.append(step(states[-1]))
        while states:
            bar = back(states.pop(), bar)
    return bar


def forwards_in_place(entries, tangents):
    """From each number to its users."""
    moved = [*tangents, *[0.0] * (len(entries) - len(tangents))]
    for i, row in enumerate(entries):
        for place, slope in row:
            moved[i] += slope * moved[place]
    return tuple(moved)


UNUSUAL = {
    "in place": ("4", forwards_in_place),
    "tuples": ("1", with_tuples),
    "who used it": ("2", gathered),
    "longer stretches": ("5", in_long_stretches),
}


def test_a_long_tape_is_not_printed_whole():
    assert len(task("2", recursive).text) < 2000


class TestTape(Assignment):
    name = "the_tape"
    given = GIVEN
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
