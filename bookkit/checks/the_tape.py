"""The checks of *The tape*: the chapter's exercises, the assignment's tasks.

A tape is a list of entries; entry i is a list of pairs (place, slope), one for each number that
went into number i, and empty for an input.
"""

import math
import weakref
from collections.abc import Callable
from random import Random
from typing import Any, ClassVar

from bookkit.checks import Checks, claim, close, number, show, vector

check = Checks("Exercise")
task = Checks("Task")

FORM = "A list of entries; each entry is a list of pairs (place, slope), empty for an input."


def entries_of(found: Any, length: int | None = None) -> list[list[tuple[int, float]]]:
    """What an answer returned, as entries; a counter-example where it is not a tape.

    >>> entries_of([[], [[0, 2]]])
    [[], [(0, 2.0)]]
    """
    claim(
        isinstance(found, list | tuple) and (length is None or len(found) == length),
        f"your function returned {show(found)}"
        + (f", where a list of {length} entries is asked for" if length else ""),
        FORM,
    )
    entries = []
    for i, row in enumerate(found):
        pairs = []
        for pair in row if isinstance(row, list | tuple) else [row]:
            claim(
                isinstance(pair, list | tuple) and len(pair) == 2,
                f"entry {i} of yours is {show(row)}",
                FORM,
            )
            place, slope = pair
            claim(
                isinstance(place, int) and 0 <= place < i,
                f"entry {i} of yours says that number {show(place)} went in",
                "Only earlier numbers can have gone in; places count from 0.",
            )
            pairs.append((place, number(slope)))
        entries.append(pairs)
    return entries


def cotangents(entries: list) -> list[float]:
    """Every number's cotangent, the last entry being the result: a sum over all ways, forwards.

    Slow and simple, as a check should be: for each number, push a unit forwards and look at the
    end.

    >>> cotangents([[], [], [(0, 2.0), (1, 3.0)]])
    [2.0, 3.0, 1.0]
    """
    found = []
    for j in range(len(entries)):
        moved = [0.0] * len(entries)
        moved[j] = 1.0
        for i in range(j + 1, len(entries)):
            moved[i] = math.fsum(slope * moved[place] for place, slope in entries[i])
        found.append(moved[-1])
    return found


def random_tape(draw: Random, inputs: int, operations: int) -> list:
    """A tape with numbers that are used several times, also by one operation, and some in vain.

    >>> len(random_tape(Random(0), 2, 3))
    5
    """
    entries: list = [[] for _ in range(inputs)]
    for i in range(inputs, inputs + operations):
        if i % 5 == 4 and i < inputs + operations - 1:
            entries.append([(draw.randrange(i), draw.uniform(-2, 2))])
        else:
            pair = [draw.randrange(i)] * 2 if i % 5 == 3 else draw.sample(range(i), 2)
            entries.append([(place, draw.uniform(-2, 2)) for place in pair])
    return entries


def _wrong_place(yours: list, right: list) -> int:
    for i, (a, b) in enumerate(zip(yours, right, strict=True)):
        if abs(a - b) > 1e-9 * (1 + abs(b)):
            return i
    return -1


# The chapter's exercises --------------------------------------------------------------------------


@check.property(
    "3.1",
    hint="Place 2 is x * y, place 3 is x / y, place 4 is their sum.",
)
def entries_have_the_right_slopes(draw: Random, tape_of: Callable) -> None:
    """Every entry has the places and the local slopes of its operation."""
    x, y = draw.uniform(1, 3), draw.uniform(1, 3)
    right = [[], [], [(0, y), (1, x)], [(0, 1 / y), (1, -x / y**2)], [(2, 1.0), (3, 1.0)]]
    names = ["x", "y", "x * y", "x / y", "their sum"]
    found = entries_of(tape_of(x, y), 5)
    for i, (mine, yours) in enumerate(zip(right, found, strict=True)):
        same = [p for p, _ in mine] == sorted(p for p, _ in yours)
        claim(
            same,
            f"into place {i}, {names[i]}, go the places {[p for p, _ in mine]}; yours has "
            f"{[p for p, _ in yours]}",
        )
        for (place, slope), (_, given) in zip(mine, sorted(yours), strict=True):
            hint = None
            if close(given, -slope, 1e-9):
                hint = "The sign: more of a divisor means less of the quotient."
            claim(
                close(given, slope, 1e-12),
                f"at x = {show(x)}, y = {show(y)} the slope of {names[i]} in place {place} is "
                f"{show(slope)}; you say {show(given)}",
                hint or "A local slope knows nothing of what comes later.",
            )


@check.property(
    "3.2",
    hint="A number that is used twice is paid twice: add to its cotangent, do not replace it.",
)
def sums_over_all_ways(draw: Random, walk_back: Callable) -> None:
    """Every cotangent is the sum over all ways to the result."""
    for size in (1, 4, 12):
        entries = random_tape(draw, 2, size)
        found = vector(walk_back([list(row) for row in entries]), len(entries))
        right = cotangents(entries)
        i = _wrong_place(found, right)
        hint = None
        if found[-1] != 1:
            hint = "The result moves as itself: its cotangent is 1."
        claim(
            i < 0,
            f"on the tape {show(entries) if size == 1 else f'of {len(entries)} entries'}, number "
            f"{i} should get {show(right[i])} and gets {show(found[i])}",
            hint,
        )


@check.property(
    "3.3",
    hint="`return a.tape.new(value, (a.place, slope in a), (b.place, slope in b))`.",
)
def writes_right_entries(
    draw: Random, divide: Callable, exponential: Callable, engine: Callable
) -> None:
    """Value and slopes of both operations are right, and they are on the tape."""
    for name, answer, values, value, slopes in [
        (
            "divide", divide, (a := draw.uniform(1, 2), b := draw.uniform(2, 3)),
            a / b, [1 / b, -a / b**2],
        ),
        ("exponential", exponential, (c := draw.uniform(1, 2),), math.exp(c), [math.exp(c)]),
    ]:  # fmt: skip
        tape = engine()  # the reader's own Tape, with all that its numbers can do
        tape.new(0.0)  # so that places are not those of a fresh tape
        numbers = [tape.new(v) for v in values]
        found = answer(*numbers)
        claim(
            hasattr(found, "tape") and found.tape is tape and len(tape.entries) > 1 + len(values),
            f"{name} returned {show(found)}, and wrote {len(tape.entries) - 1 - len(values)} "
            "entries on the tape",
        )
        given = ", ".join(map(show, values))
        claim(
            close(number(found.value), value, 1e-14),
            f"the value of {name}({given}) is {show(value)}, you say {show(found.value)}",
            "The value is that of plain numbers.",
        )
        entries = [[(p, number(s)) for p, s in row] for row in tape.entries[: found.place + 1]]
        got = cotangents(entries)
        for k, (n, slope) in enumerate(zip(numbers, slopes, strict=True)):
            claim(
                close(got[n.place], slope, 1e-13),
                f"the slope of {name}({given}) in argument {k + 1} is {show(slope)}; what stands "
                f"on the tape gives {show(got[n.place])}",
            )


@check.property(
    "3.4",
    hint="Run `summers` on a tape with n = 1 and n = 2 and print `tape.entries`.",
)
def knows_what_it_costs(draw: Random, cost: Callable) -> None:
    """Entries and pairs are those that the chapter's engine writes."""
    for n in (1, 2, draw.randint(10, 99)):
        entries, pairs = vector(cost(n), 2)
        want = _chapter_cost(n)
        claim(
            (entries, pairs) == want,
            f"{n} summers make {want[0]} entries with {want[1]} pairs; you say {show(entries)} and "
            f"{show(pairs)}",
            "In the first summer x is a plain number, 0.2, and so is 1 - x." if n == 1 else None,
        )


def _chapter_cost(n: int) -> tuple[int, int]:
    """The same counts: how many pairs each entry has that the chapter's rules write."""
    rates = [0] * n
    first = [0, 2, 0, 2]  # 0.2 becomes a number, r * x; so does 1 - 0.2, the product
    later = [2, 0, 2, 0, 2, 2]  # r * x; -1.0, x * -1.0; 1, the bracket; the product
    pairs = rates + first + later * (n - 1)
    return len(pairs), sum(pairs)


@check.property(
    "3.5",
    hint="From the front: tangent[i] is the sum of slope * tangent[place] over the pairs of entry "
    "i; inputs keep what was given.",
)
def forwards_and_backwards_agree(draw: Random, push_forward: Callable) -> None:
    """Forwards and backwards give the same change of every number."""
    for size in (1, 4, 12):
        entries = random_tape(draw, 2, size)
        given = [draw.uniform(-1, 1) for _ in range(2)]
        found = vector(push_forward([list(row) for row in entries], list(given)), len(entries))
        back = [cotangents(entries[: i + 1]) for i in range(2, len(entries))]  # of every number
        right = [*given, *(bar[0] * given[0] + bar[1] * given[1] for bar in back)]
        claim(
            found[:2] == given,
            f"the inputs have the tangents {show(given)}, yours have {show(found[:2])}",
            "An empty entry is an input: its tangent is the one that was given.",
        )
        i = _wrong_place(found, right)
        claim(
            i < 0,
            f"with the tangents {show(given)} number {i} of {len(entries)} moves by "
            f"{show(found[i])} on your way forwards, and by {show(right[i])} on the way back",
        )


@check.property(
    "3.6",
    hint="The last place is needed; what went into a needed number is needed. From the end, once.",
)
def finds_what_matters(draw: Random, needed: Callable) -> None:
    """A place is needed if there is a way from it to the result."""
    for size in (2, 6, 15):
        entries = random_tape(draw, 2, size)
        right = {i for i in range(len(entries)) if _reaches(entries, i)}
        found = needed([list(row) for row in entries])
        claim(
            isinstance(found, set | frozenset | list | tuple),
            f"your function returned {show(found)}, where a set of places is asked for",
        )
        extra, missing = sorted(set(found) - right), sorted(right - set(found))
        claim(not missing, f"the places {missing} reach the result and yours leaves them out")
        claim(
            not extra,
            f"the places {extra} do not reach the result, and yours has them",
            "A number that went into nothing, or only into such numbers, does not matter.",
        )


def _reaches(entries: list, j: int) -> bool:
    seen = {j}
    for i in range(j + 1, len(entries)):
        if any(place in seen for place, _ in entries[i]):
            seen.add(i)
    return len(entries) - 1 in seen


# The assignment -----------------------------------------------------------------------------------


@task.property(
    "1",
    hint="Places: 0 is s, 1 is k, then s * s, k * k, their sum, the quotient.",
)
def the_tape_of_a_hill_curve(draw: Random, hill_tape: Callable) -> None:
    """The entries, read backwards, give both slopes of s^2 / (k^2 + s^2)."""
    for _ in range(3):
        s, k = draw.uniform(0.5, 3), draw.uniform(0.5, 3)
        entries = entries_of(hill_tape(s, k), 6)
        claim(not entries[0] and not entries[1], "places 0 and 1 are the inputs: empty entries")
        for i, places in ((2, {0}), (3, {1}), (4, {2, 3}), (5, {2, 4})):
            claim(
                {p for p, _ in entries[i]} == places,
                f"into place {i} go the places {sorted(places)}; yours has "
                f"{sorted({p for p, _ in entries[i]})}",
            )
        total = k * k + s * s
        local: dict[int, dict[int, float]] = {2: {0: 2 * s}, 3: {1: 2 * k}, 4: {2: 1, 3: 1},
                 5: {2: 1 / total, 4: -s * s / total**2}}  # fmt: skip
        for i, slopes in local.items():
            for place, slope in slopes.items():
                yours = math.fsum(v for p, v in entries[i] if p == place)
                claim(
                    close(yours, slope, 1e-12),
                    f"at s = {show(s)}, k = {show(k)} the local slope of place {i} in place "
                    f"{place} is {show(slope)}; you say {show(yours)}",
                    "s * s uses s twice: two pairs of slope s, or one of 2 s."
                    if i in (2, 3)
                    else "The divisor's slope: minus the value, divided by the divisor."
                    if place == 4
                    else None,
                )


@task.property(
    "2",
    hint="From the last entry to the first; each pays slope times its own cotangent into what went "
    "in, and payments add up. Several results: start with one seed for each of them.",
)
def pulls_several_results(draw: Random, pull: Callable) -> None:
    """The walk back from any seeds is the transpose of the way forwards."""
    for size in (1, 5, 30):
        entries = random_tape(draw, 3, size)
        seeds = {len(entries) - 1: draw.uniform(1, 2)}
        if size > 1:
            used = max(place for place, _ in entries[-1])  # seeded, and used further on
            seeds[used] = draw.uniform(-2, -1)
        copy = dict(seeds)
        found = vector(pull([list(row) for row in entries], copy), len(entries))
        for j in range(len(entries)):
            moved = [0.0] * len(entries)
            moved[j] = 1.0
            for i in range(j + 1, len(entries)):
                moved[i] = math.fsum(slope * moved[place] for place, slope in entries[i])
            right = math.fsum(seed * moved[place] for place, seed in seeds.items())
            hint = None
            if j in seeds and close(found[j], seeds[j], 1e-9):
                hint = "A result may be used further on: its seed is only its first payment."
            claim(
                abs(found[j] - right) < 1e-9 * (1 + abs(right)),
                f"on {len(entries)} entries with the seeds {show(seeds)}, number {j} gets "
                f"{show(found[j])} and should get {show(right)}",
                hint,
            )


@task.property(
    "2",
    hint="A loop from the end, with one pass over each entry. A function that calls itself walks "
    "every way, and there are more ways than you can count.",
)
def is_quick_on_long_tapes(draw: Random, pull: Callable) -> None:
    """Five thousand entries, each used twice, take one walk."""
    n = 5_000
    half = draw.uniform(0.499999, 0.500001)
    entries: list = [[]] + [[(i, half), (i, half)] for i in range(n)]
    reads = [0]

    class Counted(list):
        def __iter__(self) -> Any:
            reads[0] += 1
            claim(reads[0] < 20 * n, f"on a chain of {n:,} entries you read more than {20 * n:,}")
            return super().__iter__()

    found = vector(pull([Counted(row) for row in entries], {n: 1.0}), n + 1)
    right = (2 * half) ** n
    claim(close(found[0], right, 1e-9), f"along a chain of {n:,} the first number gets "
          f"{show(found[0])} instead of {show(right)}")  # fmt: skip


def growth(numbers: list, exp: Callable) -> Any:
    """A result of several numbers, by + - * and exp: what an engine is tried on.

    >>> growth([1.0, 2.0], math.exp)
    -3.2642411176571153
    """
    total: Any = 0.0
    for i, v in enumerate(numbers):
        total = total * v + exp(-1.0 * v * v) if i % 2 == 0 else v * total + (1.0 - v) * (v + 2.0)
    return total


class Counted(float):
    """A float that counts what is done with it, and with all that comes of it."""

    done = 0


def _counting(name: str) -> Callable:
    def operation(a: float, b: float) -> Any:
        Counted.done += 1
        result = getattr(float, name)(float(a), b)
        return result if result is NotImplemented else Counted(result)

    return operation


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul"):
    setattr(Counted, f"__{_name}__", _counting(f"__{_name}__"))


@task.property(
    "3",
    hint="Does every operation write an entry with the slope in *each* number that went in? "
    "Constants have none.",
)
def differentiates_any_program(draw: Random, gradient: Callable) -> None:
    """An engine of one's own, on programs it has not seen, with the program run once."""
    for n in (1, 2, 7, 60):
        values = [draw.uniform(0.5, 1.0) for _ in range(n)]
        weights = [draw.uniform(0.5, 1.2) for _ in range(n)]  # so that the program is not known
        runs = []

        def weighted(numbers: list, exp: Callable) -> Any:
            return growth([w * v for w, v in zip(weights, numbers, strict=True)], exp)  # noqa: B023

        def program(numbers: list, exp: Callable) -> Any:
            runs.append(1)  # noqa: B023
            claim(
                not any(type(v).__module__.startswith(("mini_autodiff", "jax")) for v in numbers),
                "the numbers that reached the program belong to a library's engine",
                "This task asks for your own.",
            )
            return weighted(numbers, exp)

        Counted.done = 0
        found = gradient(program, [Counted(v) for v in values])
        done = Counted.done
        claim(
            isinstance(found, tuple | list) and len(found) == 2,
            f"gradient returned {show(found)}; asked for are the value and the list of slopes",
        )
        value, slopes = number(found[0]), vector(found[1], n)
        claim(len(runs) == 1, f"for {n} slopes the program was run {len(runs)} times",
              "One run forwards writes the tape; the rest is one walk back.")  # fmt: skip
        claim(
            close(value, weighted(values, math.exp), 1e-12),
            f"at {show(values)} the value is {show(weighted(values, math.exp))}, you say "
            f"{show(value)}",
        )
        for k in range(n):
            up, down = (
                weighted([v + e * (i == k) for i, v in enumerate(values)], math.exp)
                for e in (1e-5, -1e-5)
            )
            moved = (up - down) / 2e-5
            claim(
                abs(slopes[k] - moved) < 1e-7 * (1 + abs(moved)),  # eps^2 times a third derivative
                f"at {show(values)} slope {k} is about {show(moved)}, you say {show(slopes[k])}",
            )
        claim(
            done <= 100 * n + 100,  # a walk back does some 30 a number, forward mode some 14 n
            f"for {n} slopes you did {done} operations, more than 100 for each number",
            "Forward mode carries all slopes along. Write a tape, and walk back once.",
        )


@task.property(
    "4",
    hint="The tangent of number i is the sum of slope times tangent over its pairs; and for any "
    "two directions, (seed . pushed) = (pulled . tangents).",
)
def transposes(draw: Random, push: Callable) -> None:
    """Pushing forwards is the transpose of pulling back."""
    for size in (1, 5, 30):
        entries = random_tape(draw, 3, size)
        tangents = [draw.uniform(-1, 1) for _ in range(3)]
        found = vector(push([list(row) for row in entries], list(tangents)), len(entries))
        moved = [*tangents, *[0.0] * size]
        for i in range(3, len(entries)):
            moved[i] = math.fsum(slope * moved[place] for place, slope in entries[i])
        i = _wrong_place(found, moved)
        claim(
            i < 0,
            f"of {len(entries)} entries, with the inputs moving by {show(tangents)}, number {i} "
            f"moves by {show(moved[i])}, and you say {show(found[i])}",
            "Inputs move as they are told." if i < 3 else None,
        )


class State:
    """One state of a long run. It tells no numbers, and is counted while somebody holds it."""

    alive: ClassVar["weakref.WeakSet[State]"] = weakref.WeakSet()
    most = 0

    def __init__(self) -> None:
        State.alive.add(self)
        State.most = max(State.most, len(State.alive))


def _step(u: float, v: float) -> tuple[float, float]:
    """Hares and lynx as logarithms, a tenth of a year later: a cycle, so slopes do not fade."""
    u += 0.06 - 0.01 * math.exp(v)
    return u, v + 0.01 * math.exp(u) - 0.06


def _back(u: float, v: float, bar: tuple[float, float]) -> tuple[float, float]:
    """One step back. Two numbers, for with one of them the order of the steps would not matter."""
    bar_u = bar[0] + 0.01 * math.exp(_step(u, v)[0]) * bar[1]
    return bar_u, bar[1] - 0.01 * math.exp(v) * bar_u


@task.property(
    "5",
    hint="Keep every k-th state on the way forwards. Then, from the last stretch to the first, run "
    "the stretch again from its kept state, keep its states, walk it back, and let them go.",
)
def remembers_little(draw: Random, pull_long: Callable) -> None:
    """The slope through a long run, with few states kept and each step run at most twice."""
    for n in (1, 10, 400, 1000):
        first = (draw.uniform(0.5, 2), draw.uniform(0.5, 2))
        bar = (draw.uniform(0.5, 1), draw.uniform(-1, -0.5))
        inside: weakref.WeakKeyDictionary[State, tuple[float, float]] = weakref.WeakKeyDictionary()
        calls = {"step": 0, "back": 0}

        def new(numbers: tuple[float, float]) -> State:
            state = State()
            inside[state] = numbers  # noqa: B023
            return state

        def known(name: str, state: Any) -> tuple[float, float]:
            calls[name] += 1  # noqa: B023
            claim(
                isinstance(state, State) and state in inside,  # noqa: B023
                f"{name} was called with {show(state)}, and that is no state of this run",
            )
            return inside[state]  # noqa: B023

        def step(state: State) -> State:
            return new(_step(*known("step", state)))

        def back(state: State, bar: tuple) -> tuple:
            claim(
                isinstance(bar, tuple) and len(bar) == 2,
                f"back was called with the cotangent {show(bar)}",
                "Hand on what the call before returned; the first one takes the bar that came in.",
            )
            return _back(*known("back", state), bar)

        State.alive.clear()
        State.most = 0
        found = vector(pull_long(step, back, new(first), bar, n), 2)
        states = [first]
        for _ in range(n - 1):
            states.append(_step(*states[-1]))
        right = bar
        while states:
            right = _back(*states.pop(), right)
        claim(
            math.dist(found, right) <= 1e-9 * math.hypot(*right),
            f"through {n} steps the cotangent is {show(right)}, you say {show(tuple(found))}",
            "back(state, bar) wants the state *before* the step that it walks back, and the last "
            "step comes first.",
        )
        allowed = 3 * math.isqrt(n) + 6
        claim(
            State.most <= allowed,
            f"in a run of {n} steps you held {State.most} states at once; {allowed} are allowed",
        )
        claim(
            calls["step"] <= 2 * n,
            f"for {n} steps you called step {calls['step']} times; {2 * n} are allowed",
            "Each stretch is run once on the way forwards and once more on the way back.",
        )
        claim(calls["back"] <= n, f"for {n} steps you called back {calls['back']} times")
