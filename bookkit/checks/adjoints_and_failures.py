"""The checks of *Adjoints, memory, and when gradients fail*: its exercises and its assignment.

Tasks 1 to 4 hand over fractions: an answer made of arithmetic returns the exact fraction. Dual
numbers made of fractions would too, and so would differences, rounded cleverly: tasks 1 and 4 also
watch where `step` and `back` are called.
"""

import itertools
import math
import weakref
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

from bookkit.checks import Checks, CounterExample, claim, close, number, show, vector
from bookkit.checks.the_tape import State

check = Checks("Exercise")
task = Checks("Task")


def _blood(k: float, c: float, a: float, b: float, h: float, n: int) -> float:
    for _ in range(n):
        a, b = a - h * k * a, b + h * (k * a - c * b)
    return b


@check.property(
    "6.1",
    hint="Each step pays k the share h * a * (beta - alpha) and c the share -h * b * beta, with "
    "the cotangents of the new state and the old a and b; payments add up.",
)
def both_slopes_through_the_run(draw: Random, drug_gradient: Callable) -> None:
    """Both slopes agree with runs at slightly different rates, and are exact."""
    for n in (1, 2, 30):
        k, c, a, b = (draw.uniform(0.5, 2) for _ in range(4))
        h, eps = draw.uniform(0.02, 0.1), 1e-5
        found = vector(drug_gradient(k, c, a, b, h, n), 2)
        for name, yours, up, down in (
            ("k", found[0], (k + eps, c), (k - eps, c)),
            ("c", found[1], (k, c + eps), (k, c - eps)),
        ):
            moved = (_blood(*up, a, b, h, n) - _blood(*down, a, b, h, n)) / (2 * eps)
            hint = None
            if n == 1 and name == "k":
                hint = "After one step b has moved by h * a for a unit of k."
            claim(
                abs(yours - moved) < 1e-8,  # eps squared times a third derivative of order one
                f"after {n} steps from a, b = {show(a)}, {show(b)} a unit of {name} moves b by "
                f"{show(moved)}; you say {show(yours)}",
                hint,
            )


@check.property(
    "6.2",
    hint="m first states, and n / m - 1 more inside the segment that is walked back.",
)
def keeps_as_few_as_it_says(draw: Random, most_kept: Callable, best: Callable) -> None:
    """The count is that of a run that really keeps and forgets."""
    for n in (12, 100, draw.choice([40, 130, 360])):  # whose root divides none
        divisors = [m for m in range(1, n + 1) if n % m == 0]
        for m in draw.sample(divisors, 4):
            most, kept = 0, m
            for _ in range(m):  # from the last segment to the first
                most = max(most, kept + n // m - 1)
                kept -= 1
            found = number(most_kept(n, m))
            claim(
                found == most,
                f"{n} steps in {m} segments hold {most} states at the worst moment, and you say "
                f"{show(found)}",
                "The first state of a segment is one of the kept ones: do not count it twice."
                if found == most + 1
                else None,
            )
        right = min(divisors, key=lambda m: (m + n // m, m))
        found = number(best(n))
        claim(
            found == right,
            f"for {n} steps {right} segments are best, and you say {show(found)}",
            "It must divide the number of steps." if n % max(1, round(found)) else None,
        )


@check.property("6.3", hint="u * exp(k t) = wanted; take logarithms.")
def the_error_has_grown_so_far(draw: Random, reach: Callable) -> None:
    """At that time back the error has grown to what is wanted."""
    for _ in range(4):
        k, u = draw.uniform(0.1, 5), 10 ** draw.uniform(-16, -6)
        wanted = 10 ** draw.uniform(-5, -1)
        t = number(reach(k, u, wanted))
        grown = u * math.exp(min(k * t, 300))
        claim(
            close(grown, wanted, 1e-9),
            f"at k = {show(k)} an error of {show(u)} has grown to {show(grown)} at {show(t)} back, "
            f"where you say that it is {show(wanted)}",
        )


@check.property(
    "6.4",
    hint="A function of k that ends in `ode.solve_event(...).t`; then `ad.grad` of it, at k.",
)
def agrees_with_the_closed_form(draw: Random, peak_slope: Callable) -> None:
    """It is the derivative of ln(k) / (k - 1)."""
    for _ in range(3):
        k = draw.uniform(1.5, 4)
        right = (1 / k * (k - 1) - math.log(k)) / (k - 1) ** 2
        found = number(peak_slope(k))
        claim(
            not close(found, math.log(k) / (k - 1), 1e-3),
            f"at k = {show(k)} you return {show(found)}, the time itself",
            "What is asked for is its derivative.",
        )
        claim(
            abs(found - right) < 1e-4,  # a hundred times the default tolerance of the solver
            f"at k = {show(k)} the time of the peak moves by {show(right)} for a unit of k, "
            f"you say {show(found)}",
        )


@check.property(
    "6.5",
    hint="For each pair of neighbours: the squared distance of step(before, rho) from after.",
)
def every_piece_starts_anew(draw: Random, shots: Callable) -> None:
    """A miss of one piece does not reach the next, and every number of a state counts."""

    def step(u: list, rho: float) -> list:
        return [rho * u[0], u[1] + rho]

    states = [[draw.uniform(1, 2), draw.uniform(1, 2)] for _ in range(4)]
    rho = draw.uniform(1, 2)
    right = sum(
        (a - b) ** 2
        for before, after in itertools.pairwise(states)
        for a, b in zip(step(before, rho), after, strict=True)
    )
    found = number(shots(step, [list(u) for u in states], rho))
    run, one = states[0], 0.0
    for after in states[1:]:
        run = step(run, rho)
        one += sum((a - b) ** 2 for a, b in zip(run, after, strict=True))
    claim(
        close(found, right, 1e-12),
        f"with rho = {show(rho)} and the states {show(states)} the misses sum to {show(right)}, "
        f"you say {show(found)}",
        "That is one shot: each piece has to start from the observed state."
        if close(found, one, 1e-9)
        else None,
    )


# The assignment -----------------------------------------------------------------------------------


def _fraction(draw: Random) -> Fraction:
    return Fraction(draw.randint(1, 9), draw.randint(1, 9))


def _signed(draw: Random) -> Fraction:
    return draw.choice([-1, 1]) * _fraction(draw)


def _instead(value: Fraction, exact: Fraction) -> str:
    """What came instead of the exact number; with the distance, where six digits show none."""
    yours, right = f"{float(value):.6g}", f"{float(exact):.6g}"
    return f"{yours}, off by {float(value - exact):.1g}" if yours == right else yours


def _exact(value: Any, what: str) -> Fraction:
    claim(
        isinstance(value, int | Fraction) and not isinstance(value, bool),
        f"{what} came back as {show(value)} ({type(value).__name__}), and what went in were "
        "fractions",
        "Only + - * / of what came in and of whole numbers (h / 2, not 0.5 * h): no floats, no "
        "differences, no engine.",
    )
    return Fraction(value)


def grow(y: Any, theta: Any) -> Any:
    """One year of a population that crowds itself: a step to differentiate.

    >>> grow(Fraction(1), Fraction(3))
    Fraction(3, 2)
    """
    return theta * y / (1 + y)


def grow_back(y: Any, theta: Any, bar: Any) -> tuple:
    """The cotangents of y and theta, from that of grow(y, theta).

    >>> grow_back(Fraction(1), Fraction(2), Fraction(1))
    (Fraction(1, 2), Fraction(1, 2))
    """
    return bar * theta / (1 + y) ** 2, bar * y / (1 + y)


def _counted(f: Callable, calls: list) -> Callable:
    def counted(*args: Any) -> Any:
        calls.append(args)
        return f(*args)

    return counted


@task.property(
    "1",
    hint="Keep the states. Then from the last step to the first: back(y, theta, bar), with y the "
    "state before the step; the cotangent of y goes on, that of theta adds up.",
)
def walks_back_exactly(draw: Random, adjoint: Callable) -> None:
    """Both cotangents are exact, and every step is run once and walked back once."""
    for n in (1, 2, 5):
        y, theta, bar = (_fraction(draw) for _ in range(3))
        steps: list = []
        backs: list = []
        found = adjoint(_counted(grow, steps), _counted(grow_back, backs), y, theta, n, bar)
        claim(
            isinstance(found, tuple | list) and len(found) == 2,
            f"adjoint returned {show(found)}; asked for are the cotangents of y and of theta",
        )
        states = [y]
        for _ in range(n - 1):
            states.append(grow(states[-1], theta))
        right, total = bar, Fraction(0)
        for state in reversed(states):
            right, share = grow_back(state, theta, right)
            total += share
        given = f"{n} step(s) from y = {y} with theta = {theta} and the cotangent {bar}"
        for name, value, exact in (("y", found[0], right), ("theta", found[1], total)):
            claim(
                _exact(value, f"the cotangent of {name}") == exact,
                f"through {given}, {name} gets {float(exact):.6g}, you say "
                f"{_instead(value, exact)}",
                "Each step pays theta a share of its own."
                if name == "theta" and value == share
                else None,
            )
        claim(
            len(steps) <= n and len(backs) == n,
            f"for {n} step(s) you called step {len(steps)} times and back {len(backs)} times",
            "One run forwards and one walk back.",
        )
        claim(
            [y for y, *_ in backs] == states[::-1],
            f"in a run of {n} steps the first call of back was for the state {backs[0][0]}, "
            f"and the last state before a step is {states[-1]}",
            "A walk back begins at the end. On the way forwards one number can be carried along; "
            "a state of many numbers has many slopes, and only one cotangent.",
        )


@task.property(
    "2",
    hint="At the event g stays 0: g_y . (y_theta + slope * t_theta) + g_theta = 0. Solve for "
    "t_theta.",
)
def keeps_the_event_at_zero(draw: Random, event_slope: Callable) -> None:
    """With that slope of the time, the event stays at zero, exactly."""
    for size in (1, 2, 4):
        slope, g_y, y_theta = ([_signed(draw) for _ in range(size)] for _ in range(3))
        g_theta = _signed(draw)
        if size == 4:
            slope[0] = Fraction(0)  # one number of the state rests, and the event is still crossed
        if sum(a * b for a, b in zip(g_y, slope, strict=True)) == 0:
            slope[-1] += 1  # no touch here: that is the other property
        found = _exact(
            event_slope(list(slope), list(g_y), g_theta, list(y_theta)), "the slope of the time"
        )
        left = sum(a * (b + c * found) for a, b, c in zip(g_y, y_theta, slope, strict=True))
        size_of = f"a state of {size}, slope {[*map(str, slope)]}, g_y {[*map(str, g_y)]},"
        claim(
            left + g_theta == 0,
            f"for {size_of} with your slope {found} of the time, the event moves by "
            f"{float(left + g_theta):.6g} for a unit of theta, and should not move",
            "The sign: a threshold that is reached sooner has a negative slope."
            if sum(a * (b - c * found) for a, b, c in zip(g_y, y_theta, slope, strict=True))
            + g_theta
            == 0
            else None,
        )


@task.property(
    "2",
    hint="Where the curve only touches the threshold, g_y . slope is 0. Say so: "
    "raise ValueError(...).",
)
def refuses_a_touch(draw: Random, event_slope: Callable) -> None:
    """Where the curve only touches the threshold, it raises ValueError."""
    a, b = _fraction(draw), _fraction(draw)
    theirs = getattr(event_slope, "function", event_slope)
    try:
        found = theirs([a, b], [b, -a], Fraction(1), [Fraction(1), Fraction(1)])
    except ValueError:
        return
    except ZeroDivisionError:
        raise CounterExample(
            "for slope [a, b] and g_y [b, -a], which touch, it raised ZeroDivisionError, and a "
            "reader learns nothing from that"
        ) from None
    raise CounterExample(
        f"for slope [a, b] and g_y [b, -a], which touch, it returned {show(found)}"
    )


def leap(force: Callable, q: Any, p: Any, h: Any) -> tuple:
    """One leapfrog step of a body at q with momentum p: half a push, a drift, half a push.

    >>> leap(lambda q: -q, Fraction(1), Fraction(0), Fraction(1))
    (Fraction(1, 2), Fraction(-3, 4))
    """
    p = p + h / 2 * force(q)
    q = q + h * p
    return q, p + h / 2 * force(q)


@task.property(
    "3",
    hint="The last thing that leap did has to be undone first: half a push, at the new q; then the "
    "drift; then the first half push, at the old q.",
)
def undoes_the_leap(draw: Random, leap_back: Callable) -> None:
    """A leap and your way back are together nothing at all, exactly."""
    for _ in range(4):
        q, p, h, k = (_fraction(draw) for _ in range(4))
        pushes: list = []

        def force(q: Any) -> Any:
            pushes.append(q)  # noqa: B023
            return k - q * q * q  # noqa: B023  (not odd: force(-q) is no way round)

        new_q, new_p = leap(force, q, p, h)
        pushes.clear()
        found = leap_back(force, new_q, new_p, h)
        claim(
            isinstance(found, tuple | list) and len(found) == 2,
            f"leap_back returned {show(found)}; asked for are q and p",
        )
        for name, value, was in (("q", found[0], q), ("p", found[1], p)):
            claim(
                _exact(value, name) == was,
                f"a leap of {h} from q = {q}, p = {p} and back ends at {name} = "
                f"{_instead(value, was)} instead of {float(was):.6g}",
            )
        claim(len(pushes) <= 2, f"you asked for the force {len(pushes)} times; two are enough")


@task.property(
    "4",
    hint="d/d start_i has three parts: 2 (start_i - seen_i); the piece that begins there, through "
    "back with 2 * weight * miss_i; and the piece that ends there, -2 * weight * miss_(i-1).",
)
def loss_and_all_slopes(draw: Random, shooting: Callable) -> None:
    """The loss of pieces that must meet, and its slopes in every start and in theta, exactly."""
    for pieces in (1, 2, 4):
        starts, seen = ([_fraction(draw) for _ in range(pieces)] for _ in range(2))
        theta, weight = _fraction(draw), _fraction(draw)
        backs: list = []

        def step(y: Any, rate: Any) -> Any:
            claim(
                type(y) is type(rate) is Fraction and y in starts and rate == theta,  # noqa: B023
                f"step was called with {show(y)} and {show(rate)}; theta is {theta}, "  # noqa: B023
                f"and the starts are {[*map(str, starts)]}",  # noqa: B023
                "Run each piece from its own start. Its slopes come from back: no differences, no "
                "engine.",
            )
            return grow(y, rate)

        found = shooting(step, _counted(grow_back, backs), list(starts), list(seen), theta, weight)
        claim(
            isinstance(found, tuple | list) and len(found) == 3
            and isinstance(found[1], tuple | list) and len(found[1]) == pieces,
            f"shooting returned {show(found)}; asked for are the loss, the list of {pieces} slopes "
            "in the starts, and the slope in theta",
        )  # fmt: skip
        misses = [grow(a, theta) - b for a, b in itertools.pairwise(starts)]
        loss = sum((a - b) ** 2 for a, b in zip(starts, seen, strict=True))
        loss += weight * sum(m * m for m in misses)
        slopes = [2 * (a - b) for a, b in zip(starts, seen, strict=True)]
        total = Fraction(0)
        for i, miss in enumerate(misses):
            share, of_theta = grow_back(starts[i], theta, 2 * weight * miss)
            slopes[i] += share
            slopes[i + 1] -= 2 * weight * miss
            total += of_theta
        given = f"{pieces} start(s) {[*map(str, starts)]}, seen {[*map(str, seen)]}"
        hints = {
            "the loss": "The first sum has a term for each start, the second, times weight, for "
            "each pair of neighbours: the last start begins no piece.",
            "the slope in theta": "Each piece pays theta a share, through back with 2 * weight * "
            "miss_i; the last start begins no piece.",
        }
        rows = [("the loss", found[0], loss), ("the slope in theta", found[2], total)]
        rows += [(f"the slope in start {i}", *pair) for i, pair in
                 enumerate(zip(found[1], slopes, strict=True))]  # fmt: skip
        for name, value, exact in rows:
            claim(
                _exact(value, name) == exact,
                f"for {given}, theta = {theta}, weight = {weight}: {name} is {float(exact):.6g}, "
                f"you say {_instead(value, exact)}",
                hints.get(name),
            )
        claim(
            {y for y, *_ in backs} == set(starts[:-1]),
            f"for {pieces} starts back was called for {show([str(y) for y, *_ in backs])}",
            "Slopes come from back, once for each piece: no differences, no engine.",
        )


def _turn(u: float, v: float) -> tuple[float, float]:
    """A cycle of two numbers, so that slopes do not fade along a long run."""
    u += 0.06 - 0.01 * math.exp(v)
    return u, v + 0.01 * math.exp(u) - 0.06


def _turn_back(u: float, v: float, bar: tuple[float, float]) -> tuple[float, float]:
    bar_u = bar[0] + 0.01 * math.exp(_turn(u, v)[0]) * bar[1]
    return bar_u, bar[1] - 0.01 * math.exp(v) * bar_u


@task.property(
    "5",
    hint="Halve the run. Go to its middle and keep that state; walk the second half back (in the "
    "same way), let go of the middle, and walk the first half back (in the same way).",
)
def remembers_a_handful(draw: Random, pull_far: Callable) -> None:
    """The cotangent through a long run, with a handful of states and few extra steps."""
    for n in (1, 2, 7, 300, 1000):
        first = (draw.uniform(0.5, 2), draw.uniform(0.5, 2))
        bar = (draw.uniform(0.5, 1), draw.uniform(-1, -0.5))
        inside: weakref.WeakKeyDictionary[State, tuple[float, float]] = weakref.WeakKeyDictionary()
        count = {"step": 0, "back": 0, "held": 0}

        def new(numbers: tuple[float, float]) -> State:
            state = State()
            inside[state] = numbers  # noqa: B023
            count["held"] = max(count["held"], len(inside))  # noqa: B023
            return state

        def known(name: str, state: Any) -> tuple[float, float]:
            count[name] += 1  # noqa: B023
            claim(
                isinstance(state, State) and state in inside,  # noqa: B023
                f"{name} was called with {show(state)}, and that is no state of this run",
            )
            return inside[state]  # noqa: B023

        def step(state: State) -> State:
            return new(_turn(*known("step", state)))

        def back(state: State, bar: Any) -> tuple:
            claim(
                isinstance(bar, tuple) and len(bar) == 2,
                f"back was called with the cotangent {show(bar)}",
                "Hand on what the call before returned; the first one takes the bar that came in.",
            )
            return _turn_back(*known("back", state), bar)

        found = vector(pull_far(step, back, new(first), bar, n), 2)
        states = [first]
        for _ in range(n - 1):
            states.append(_turn(*states[-1]))
        right = bar
        for state in reversed(states):
            right = _turn_back(*state, right)
        claim(
            math.dist(found, right) <= 1e-9 * math.hypot(*right),
            f"through {n} step(s) the cotangent is {show(right)}, you say {show(tuple(found))}",
            "The second half is walked back first, and its cotangent goes into the first half.",
        )
        halvings = math.ceil(math.log2(n)) if n > 1 else 0
        allowed, steps = 2 * halvings + 8, n * halvings // 2 + n
        claim(
            count["held"] <= allowed,
            f"in a run of {n} steps you held {count['held']} states at once; {allowed} are allowed",
        )
        claim(
            count["step"] <= steps,
            f"for {n} steps you called step {count['step']} times; {steps} are allowed",
            "Going to every state from the start takes n * n / 2 steps. Halving takes "
            "n * log2(n) / 2.",
        )
        claim(count["back"] <= n, f"for {n} step(s) you called back {count['back']} times")
