"""The checks of *Bayes with gradients*: the assignment's tasks, the chapter's exercises."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from statistics import fmean, variance
from typing import Any

from bookkit.checks import Checks, by_hand, claim, close, number, show, vector

check = Checks("Exercise")
task = Checks("Task")

List = list[Any]


def kick(slope: Callable, theta: List, r: List, h: Any) -> List:
    """The momenta after a kick of length h."""
    return [b - h * s for b, s in zip(r, slope(theta), strict=True)]


def leap(slope: Callable, theta: List, r: List, h: Any, mass: Sequence = ()) -> tuple[List, List]:
    """One leapfrog step of the check's own."""
    r = kick(slope, theta, r, h / 2)
    speeds = [b / m for b, m in zip(r, mass, strict=True)] if mass else r
    theta = [a + h * v for a, v in zip(theta, speeds, strict=True)]
    return theta, kick(slope, theta, r, h / 2)


def bent(draw: Random) -> tuple[Callable, Callable]:
    """A valley of three unknowns with a bend, and its slope; exact for fractions."""
    a, b, c = (Fraction(draw.randint(1, 5), draw.randint(2, 5)) for _ in range(3))

    def potential(theta):
        x, y, z = theta
        return (a * x * x + b * (y - x * x) ** 2 + c * (z - x * y) ** 2) / 2

    def slope(theta):
        x, y, z = theta
        u, v = b * (y - x * x), c * (z - x * y)
        return [a * x - 2 * x * u - y * v, u - x * v, v]

    return potential, slope


def fraction(draw: Random, low: float = -2, high: float = 2) -> Fraction:
    return Fraction(draw.randint(round(16 * low), round(16 * high)) or 1, 16)


def exactly(value: Any, length: int, what: str) -> List:
    """`value` as a list of that length."""
    vector(value, length)
    claim(
        all(isinstance(v, int | Fraction) for v in value),
        f"{what} were made of fractions, and what came back is {show(value)}",
        "Keep to + - * /, and write h / 2, for 0.5 is a float: exact numbers are never rounded",
    )
    return list(value)


def two_lists(value: Any, length: int, what: str) -> tuple[List, List]:
    """`value` as a pair of exact lists."""
    claim(
        isinstance(value, tuple | list) and len(value) == 2,
        f"your function returned {show(value)}, where a pair (theta, r) of lists is asked for",
        "`return theta, r`",
    )
    return exactly(value[0], length, what), exactly(value[1], length, what)


# The chapter's exercises --------------------------------------------------------------------------


@check.property(
    "13.1", hint="For each unknown: h² omega⁴ / 8 times the change of theta². Then the sum"
)
def is_the_change_of_energy(draw: Random, energy_error: Callable) -> None:
    """It is the change of the energy along a path of many leaps, of which it sees the ends."""
    for size in (1, 3):
        omega = [draw.uniform(0.5, 2.0) for _ in range(size)]
        before, r = ([draw.gauss(0, 1) for _ in omega] for _ in range(2))
        h, slope = draw.uniform(0.3, 0.8), lambda t, w=omega: [a * a * b for a, b in zip(w, t)]  # noqa: B905

        def energy(theta, r, w=omega):
            return sum((a * b) ** 2 + c * c for a, b, c in zip(w, theta, r, strict=True)) / 2

        after, pushed = before, r
        for _ in range(draw.randint(3, 20)):
            after, pushed = leap(slope, after, pushed, h)
        wanted = energy(after, pushed) - energy(before, r)
        got = number(energy_error(omega, before, after, h))
        per = [h * h * w**k / 8 for k in (2, 4) for w in omega]
        squares = [b * b - a * a for a, b in zip(before, after, strict=True)]
        second = sum(a * b for a, b in zip(per[:size], squares, strict=True))
        hint = None
        if abs(got + wanted) < 1e-9:
            hint = "That is the old energy minus the new one: after minus before is asked for"
        elif abs(got - second) < 1e-9:
            hint = "omega stands in the box with the power four"
        elif abs(got - wanted / h**2) < 1e-9 or abs(got - wanted / h) < 1e-9:
            hint = "The error goes with the square of the step"
        claim(
            abs(got - wanted) < 1e-9 * (1 + abs(wanted)),
            f"omega = {show(omega)}, from {show(before)} to {show(after)} with h = {show(h)}: the "
            f"energy changed by {show(wanted)}, you say {show(got)}",
            hint,
        )


def two_vectors(value: Any, length: int) -> tuple[list[float], list[float]]:
    """`value` as a pair of lists of floats."""
    claim(
        isinstance(value, tuple | list) and len(value) == 2,
        f"your function returned {show(value)}, where a pair (theta, r) of lists is asked for",
        "`return theta, r`",
    )
    return vector(value[0], length), vector(value[1], length)


def floats(values: List) -> list[float]:
    return [float(v) for v in values]


def same(a: tuple[List, List], b: tuple[List, List]) -> bool:
    return all(close(floats(u), floats(v), 1e-9) for u, v in zip(a, b, strict=True))


@check.property(
    "13.2",
    hint="Half a kick by h/2 times the slope; a drift by h times r over m; half a kick again",
)
def is_a_leap(draw: Random, heavy_leap: Callable) -> None:
    """With equal masses of one it is the leap of the chapter."""
    _, slope = bent(draw)
    theta, r = ([fraction(draw) for _ in range(3)] for _ in range(2))
    h = Fraction(1, draw.randint(3, 9))
    got = two_vectors(heavy_leap(slope, list(theta), list(r), h, [Fraction(1)] * 3), 3)
    wanted = leap(slope, theta, r, h)
    drift = [a + h * b for a, b in zip(theta, r, strict=True)]
    hint = None
    if close(got[0], floats(drift), 1e-9):
        hint = "The drift uses the momentum after the first half kick, not the one before"
    elif close(got[0], floats(wanted[0]), 1e-9):
        hint = "The second half kick takes the slope where the ball is now"
    claim(
        same(got, wanted),
        f"from theta = {show(floats(theta))}, r = {show(floats(r))} with h = {show(float(h))}: "
        f"{show(got)}, and it should be {show(floats(wanted[0]))}, {show(floats(wanted[1]))}",
        hint,
    )


@check.property("13.2", hint="Only the drift knows of masses: theta_i grows by h r_i / m_i")
def knows_masses(draw: Random, heavy_leap: Callable) -> None:
    """With masses it follows its equation."""
    _, slope = bent(draw)
    theta, r = ([fraction(draw) for _ in range(3)] for _ in range(2))
    h, mass = Fraction(1, draw.randint(3, 9)), [Fraction(draw.randint(5, 9), 4) for _ in range(3)]
    got = two_vectors(heavy_leap(slope, list(theta), list(r), h, list(mass)), 3)
    wanted = leap(slope, theta, r, h, mass)
    claim(
        same(got, wanted),
        f"masses {show(floats(mass))}, from theta = {show(floats(theta))}, r = {show(floats(r))} "
        f"with h = {show(float(h))}: {show(got)}, and it should be {show(floats(wanted[0]))}, "
        f"{show(floats(wanted[1]))}",
        "A heavy unknown moves slowly: divide by its mass"
        if same(got, leap(slope, theta, r, h, [1 / m for m in mass]))
        else None,
    )


@check.property("13.3", hint="B is the variance of the means of the chains, and is not halved")
def compares_chains(draw: Random, rhat: Callable) -> None:
    """It is the root of ((n - 1)/n W + B) / W."""
    for m in (2, 4):
        shifts = [draw.uniform(-2, 2) for _ in range(m)]
        chains = [[s + draw.gauss(0, 1 + k) for _ in range(20)] for k, s in enumerate(shifts)]
        within = fmean(map(variance, chains))
        between = variance(map(fmean, chains))
        wanted = math.sqrt(19 / 20 + between / within)
        got = number(rhat([list(c) for c in chains]))
        wrong = {
            "Take the root at the end": wanted**2,
            "Divide the variances by n - 1, and that of the means by the number of chains less "
            "one": math.sqrt(19 / 20 + between * (m - 1) / m / (within * 19 / 20)),
            "W keeps its share (n - 1)/n, which is nearly one": math.sqrt(1 + between / within),
            "B here is the variance of the means itself, without a factor n": math.sqrt(
                19 / 20 + 20 * between / within
            ),
        }
        hint = next((h for h, v in wrong.items() if close(got, v, 1e-9)), None)
        claim(
            close(got, wanted, 1e-9),
            f"{m} chains of 20, with means {show(list(map(fmean, chains)))}: R-hat is "
            f"{show(wanted)}, you say {show(got)}",
            hint,
        )


def _coverage(truths: List, draws: List, level: float, slack: int = 0) -> float:
    inside = 0
    for truth, few in zip(truths, draws, strict=True):
        rank, k = sum(v < truth for v in few), len(few)
        inside += abs(rank - k / 2) <= level * (k + 1 + slack) / 2
    return inside / len(truths)


@check.property(
    "13.4", hint="rank = the draws below the truth; inside if |rank - k/2| is small enough"
)
def counts_truths(draw: Random, coverage: Callable) -> None:
    """It is the share of ranks near the middle, for narrow, right and wide posteriors."""
    # At 12 draws and 0.8 the edge is 5.2; k in place of k + 1 makes it 4.8, and loses a rank.
    for width, level, k in (
        (0.4, 0.5, 18),
        (1, 0.5, 18),
        (1, 0.9, 18),
        (2.5, 0.9, 18),
        (1, 0.8, 12),
    ):
        centres = [draw.gauss(0, 1) for _ in range(60)]
        truths = [c + draw.gauss(0.4, 1) for c in centres]
        draws = [[draw.gauss(c, width) for _ in range(k)] for c in centres]
        wanted = _coverage(truths, draws, level)
        got = number(coverage(list(truths), [list(d) for d in draws], level))
        hint = None
        if abs(got - 60 * wanted) < 1e-9 and wanted:
            hint = "The share: divide by the number of truths"
        elif abs(got - 100 * wanted) < 1e-9 and wanted:
            hint = "A share between 0 and 1, not a percentage"
        elif abs(got - (1 - wanted)) < 1e-9:
            hint = "Those inside are asked for, not those outside"
        elif abs(got - _coverage(truths, draws, level, slack=-1)) < 1e-9:
            hint = "k draws leave k + 1 places for a truth: the level is a share of k + 1 ranks"
        claim(
            abs(got - wanted) < 1e-9,
            f"60 truths with {k} draws each, level {level}: {show(wanted)} of the ranks are "
            f"inside, you say {show(got)}",
            hint,
        )


@check.property("13.5", hint="Solve 1 / (1 - h² omega² / 4) = most for h")
def is_the_limit_of_bias(draw: Random, longest: Callable) -> None:
    """At the step the worst variance is just `most` times too large, and no other is worse."""
    for size in (1, 4):
        omega, most = [draw.uniform(0.2, 5.0) for _ in range(size)], draw.uniform(1.02, 2.0)
        h = number(longest(list(omega), most))
        claim(h > 0, f"omega = {show(omega)}: you say {show(h)}, which is no step")
        share = max(omega) ** 2 * h * h / 4
        claim(share < 1, f"omega = {show(omega)}: with h = {show(h)} the narrowest direction, "
              f"{show(max(omega))}, is not even stable",
              "The narrowest direction, with the largest omega, sets the step for all")  # fmt: skip
        factor, allowed = 1 / (1 - share), 2 * math.sqrt(1 - 1 / most)
        claim(
            close(factor, most, 1e-9),
            f"omega = {show(omega)}, most = {show(most)}: with h = {show(h)} the worst variance is "
            f"{show(factor)} times too large",
            "The narrowest direction, with the largest omega, sets the step for all"
            if any(close(h, allowed / w, 1e-9) for w in omega)
            else "Of the step only the square stands in the formula: take the root"
            if close(h, (allowed / max(omega)) ** 2, 1e-9)
            else None,
        )


# Task 1: a chain on paper -------------------------------------------------------------------------


@task.property("1", hint="A refused proposal leaves a draw too: the old state, noted once more")
def walks_a_chain(draw: Random, chain: Callable) -> None:
    """It proposes the given moves, and takes each by the given number."""
    for n in (1, 40):
        centre, scale = fraction(draw), Fraction(draw.randint(1, 4), 2)
        potential = lambda t, c=centre, s=scale: (t - c) ** 2 / (2 * s)  # noqa: E731
        start, moves = fraction(draw), [fraction(draw, -3, 3) for _ in range(n)]
        luck = [draw.uniform(0.02, 0.98) for _ in moves]
        wanted, at, off = [], start, []
        for move, u in zip(moves, luck, strict=True):
            new = at + move
            off.append(float(potential(new) - potential(at)))
            at = new if u < math.exp(min(0.0, -off[-1])) else at
            wanted.append(at)
        got = exactly(
            chain(potential, start, list(moves), list(luck)), n, "the start and the moves"
        )
        first = next((i for i in range(n) if got[i] != wanted[i]), None)
        if first is None:
            continue
        before = wanted[first - 1] if first else start
        hint = "A lower U is always accepted" if off[first] <= 0 else None
        if off[first] > 0 and got[first] == before + moves[first]:
            hint = "The probability is e to the power minus the change: it falls as U rises"
        if got[first] == start + moves[first] and first and before != start:
            hint = "Each proposal starts from the latest draw, not from the first"
        claim(
            False,
            f"U = (theta - {centre})^2 / {2 * scale}: from {before} the move {moves[first]} "
            f"changes U by {show(off[first])}, the number is {show(luck[first])}; the next draw is "
            f"{wanted[first]}, yours {got[first]}",
            hint,
        )


@task.property(
    "1",
    hint="A lower U is always accepted. e to the power 1000 is no float: ask first whether U fell, "
    "or compare logarithms, log(luck) < U - U'",
)
def comes_from_afar(draw: Random, chain: Callable) -> None:
    """A start far out comes down, though U falls by thousands in a move."""
    start = Fraction(draw.randint(200, 300))
    moves = [-start / 2, Fraction(draw.randint(1, 9)), -start / 4]
    got = exactly(
        chain(lambda t: t * t / 2, start, list(moves), [0.5] * 3), 3, "the start and the moves"
    )
    wanted = [start / 2, start / 2, start / 4]  # up by at least 100 between: not at a luck of 1/2
    claim(
        got == wanted,
        f"U = theta^2 / 2: from {start} the moves {[*map(str, moves)]} lead to "
        f"{[*map(str, wanted)]}, and yours to {[*map(str, got)]}",
    )


# Task 2: leapfrog with one gradient a step --------------------------------------------------------


@task.property(
    "2", hint="Half a kick, then drifts and whole kicks in turn, and half a kick at the end"
)
def rolls(draw: Random, leapfrog: Callable) -> None:
    """It ends where n leaps end, exactly."""
    for n in (1, 2, 4):
        _, slope = bent(draw)
        theta, r = ([fraction(draw, -1, 1) for _ in range(3)] for _ in range(2))
        h = Fraction(1, draw.randint(4, 9))
        got = two_lists(by_hand(leapfrog)(slope, theta, r, h, n), 3, "theta, r and h")
        wanted = theta, r
        for _ in range(n):
            wanted = leap(slope, *wanted, h)
        back = got[0], [-v for v in got[1]]
        for _ in range(n):
            back = leap(slope, *back, h)
        unfinished = wanted[0] == got[0]
        claim(
            got == tuple(wanted),
            f"{n} leaps of {h} from theta = {[str(v) for v in theta]}, r = {[str(v) for v in r]} "
            f"end at theta = {show([float(v) for v in wanted[0]])}, r = "
            f"{show([float(v) for v in wanted[1]])}; yours at {show([float(v) for v in got[0]])}, "
            f"{show([float(v) for v in got[1]])}",
            "The positions are right. The last kick is half a kick" if unfinished else None,
        )


@task.property(
    "2", hint="The slope at the end of a step is that at the start of the next: ask once"
)
def asks_once_a_step(draw: Random, leapfrog: Callable) -> None:
    """n leaps ask n + 1 times for the slope."""
    _, slope = bent(draw)
    calls = [0]

    def counted(theta):
        calls[0] += 1
        return slope(theta)

    n = draw.randint(3, 5)
    leapfrog(counted, [Fraction(1, 2)] * 3, [Fraction(1)] * 3, Fraction(1, 8), n)
    claim(calls[0] <= n + 1, f"{n} leaps asked {calls[0]} times for the slope")


# Task 3: what leapfrog keeps ----------------------------------------------------------------------


@task.property(
    "3", hint="Half of r², and half of omega² (1 - h² omega² / 4) theta², for each unknown"
)
def is_kept(draw: Random, kept: Callable) -> None:
    """It has one value along a path of leaps, for every step that is stable."""
    long, short = (Fraction(draw.randint(2, 12), 16) for _ in range(2)), draw.randint(4, 16)
    for size, h in zip((1, 3, 2), (*long, Fraction(1, short)), strict=True):
        omega = [Fraction(draw.randint(2, 9), 4) for _ in range(size)]
        slope = lambda t, w=omega: [a * a * b for a, b in zip(w, t, strict=True)]  # noqa: E731
        theta, r = ([fraction(draw) for _ in omega] for _ in range(2))
        values = []
        for _ in range(4):
            value = kept(list(omega), list(theta), list(r), h)
            exactly([value], 1, "all arguments")
            values.append(value)
            theta, r = leap(slope, theta, r, h)
        claim(
            len(set(values)) == 1,
            f"omega = {[str(w) for w in omega]}, h = {h}: along three leaps it is "
            f"{show([float(v) for v in values])}",
        )


@task.property("3", hint="As h goes to 0 it is the energy itself")
def is_nearly_the_energy(draw: Random, kept: Callable) -> None:
    """For a step of zero it is the energy, and for a short one it is close."""
    omega = [Fraction(draw.randint(2, 9), 4) for _ in range(3)]
    theta, r = ([fraction(draw) for _ in omega] for _ in range(2))
    energy = sum((w * a) ** 2 + b * b for w, a, b in zip(omega, theta, r, strict=True)) / 2
    # The two differ by h² omega⁴ theta² / 8 for each unknown: by a share h² omega² / 4 of its part
    # at most. Another energy that is kept, r² / (1 - h² omega² / 4), differs by little more.
    share = lambda h: float(h * max(omega)) ** 2 / 3  # noqa: E731
    for h in (Fraction(0), Fraction(1, 1024), Fraction(1, draw.randint(4, 16))):
        apart = share(h) * float(energy)
        got = kept(list(omega), list(theta), list(r), h)
        claim(
            abs(got - energy) <= apart,
            f"h = {h}: the energy is {show(float(energy))}, you say {show(float(got))}",
        )


# Task 4: one draw of HMC --------------------------------------------------------------------------


@task.property("4", hint="Accept if luck < exp(-(H after - H before)), where H has both U and r²/2")
def draws_once(draw: Random, transition: Callable) -> None:
    """It takes the end of the throw, or stays, by the error of the energy."""
    seen = set()
    for k in range(40):
        potential, slope = bent(draw)
        theta, r = ([float(fraction(draw, -1, 1)) for _ in range(3)] for _ in range(2))
        h, n = draw.uniform(0.3, 0.7), draw.randint(1, 6)
        new, pushed = theta, r
        for _ in range(n):
            new, pushed = leap(slope, new, pushed, h)
        off = float(potential(new) - potential(theta))
        off += sum(b * b - a * a for a, b in zip(r, pushed, strict=True)) / 2
        if not abs(off) < 20:
            continue
        bar = math.exp(min(0.0, -off))
        luck = bar * draw.uniform(0.2, 0.95) if k % 2 else bar + (1 - bar) * draw.uniform(0.05, 1)
        if bar > 0.999:
            luck = draw.uniform(0.1, 0.9)
        wanted = new if luck < bar else theta
        seen.add(luck < bar)
        got = vector(transition(potential, slope, list(theta), list(r), h, n, luck), 3)
        only_u = math.exp(min(0.0, float(potential(theta) - potential(new))))
        hint = None
        if close(got, theta, 1e-12) and luck < bar:
            hint = "The energy fell: such an end is always taken" if off < 0 else None
        if not close(got, wanted, 1e-9) and (luck < only_u) != (luck < bar):
            hint = "The momentum belongs to the energy, before and after"
        claim(
            close(got, wanted, 1e-9),
            f"the error of the energy is {show(off)} and luck is {show(luck)}, so the draw is "
            f"{show(wanted)}; yours is {show(got)}",
            hint,
        )
    claim(len(seen) == 2, "the instances of this check are all alike")  # never


@task.property("4", hint="`try` the throw; on ArithmeticError or ValueError return the old theta")
def survives(draw: Random, transition: Callable) -> None:
    """A ball that is thrown out of the valley is refused, however that shows."""
    start, push = [draw.uniform(0.5, 1.0)], [draw.uniform(1.0, 2.0)]

    def raises(theta):
        return math.exp(theta[0] ** 2)  # OverflowError, far out

    def silent(theta):
        return theta[0] ** 2 if abs(theta[0]) < 10 else math.inf

    def no_number(theta):
        return theta[0] ** 2 if abs(theta[0]) < 10 else math.nan

    for potential, word in ((raises, "an OverflowError"), (silent, "inf"), (no_number, "nan")):
        slope = lambda t: [9e4 * t[0]]  # noqa: E731
        got = vector(transition(potential, slope, list(start), list(push), 0.1, 3, 0.5), 1)
        claim(
            got == start,
            f"where U is {word} the throw ended at {show(got)}; it is {show(start)} once more",
            "Nothing compares with nan: ask whether the end is accepted, not whether it is refused"
            if word == "nan"
            else None,
        )


@task.property(
    "4",
    hint="An end that is lower is always taken. e to the power 1000 overflows, and must not count "
    "as thrown out: compare log(luck) with -(H after - H before), as the chapter does",
)
def comes_down(draw: Random, transition: Callable) -> None:
    """Where the energy falls by thousands, the end is taken."""
    start, h = [draw.uniform(200.0, 300.0)], draw.uniform(0.9, 1.1)
    potential, slope = lambda t: t[0] ** 2 / 2, lambda t: [t[0]]
    end, push = leap(slope, start, [0.0], h)
    # From theta to (1 - h²/2) theta: H falls by h²/8 (1 - (1 - h²/2)²) theta², by 2600 and more.
    off = potential(end) - potential(start) + push[0] ** 2 / 2
    got = vector(transition(potential, slope, list(start), [0.0], h, 1, 0.5), 1)
    claim(
        close(got, end, 1e-12),
        f"the error of the energy is {show(off)}, so the draw is {show(end)}; yours is {show(got)}",
    )


# Task 5: a step of one's own ----------------------------------------------------------------------


UNEQUAL = (0.6, 1.0, 1.7)  # equal ones would swing together, and come back where they were


def targets(draw: Random) -> list[tuple[str, Callable, Callable, List]]:
    """Posteriors whose widths differ by a factor of a million: name, U, slope, a start."""

    def gaussian(widths):
        U = lambda t: sum((a / w) ** 2 for a, w in zip(t, widths, strict=True)) / 2  # noqa: E731
        return U, lambda t: [a / w**2 for a, w in zip(t, widths, strict=True)]

    wide, narrow = 10 ** draw.uniform(2, 3), 10 ** draw.uniform(-3, -2)
    mixed = [10 ** draw.uniform(-1, 1) for _ in range(4)]
    scale = 10 ** draw.uniform(-1, 1)

    def quartic(t):
        return sum((a / scale) ** 4 for a in t)

    def steep(t):
        return [4 * (a / scale) ** 3 / scale for a in t]

    return [
        ("wide", *gaussian([wide * u for u in UNEQUAL]), [wide * draw.gauss(0, 0.4)] * 3),
        ("narrow", *gaussian([narrow * u for u in UNEQUAL]), [narrow * draw.gauss(0, 0.4)] * 3),
        ("unequal", *gaussian(mixed), [w * draw.gauss(0, 1) for w in mixed]),
        ("flat floor, steep walls", quartic, steep, [scale * draw.uniform(-0.6, 0.6)] * 2),
    ]


LENGTH, AGAIN, BUDGET = 8, 300, 20_000


def acceptance(U: Callable, slope: Callable, theta: List, h: float, draw: Random) -> float:
    """The mean acceptance of throws of eight leaps, along a chain."""
    total = 0.0
    for _ in range(AGAIN):
        r = [draw.gauss(0, 1) for _ in theta]
        new, pushed = theta, r
        try:
            for _ in range(LENGTH):
                new, pushed = leap(slope, new, pushed, h)
            off = U(new) - U(theta) + sum(b * b - a * a for a, b in zip(r, pushed, strict=True)) / 2
        except (ArithmeticError, ValueError):
            off = math.inf
        bar = math.exp(min(0.0, -off)) if off == off else 0.0
        total += bar
        if draw.random() < bar:
            theta = new
    return total / AGAIN


@task.property(
    "5",
    hint="Throw from where you are. If the mean acceptance of some throws is above 0.8 lengthen "
    "the step, else shorten it, by a factor; let the factor shrink. Go on from the end you took",
)
def finds_a_step(draw: Random, tune: Callable) -> None:
    """Wide target or narrow, its step is accepted 60 to 95 times in a hundred, within budget."""
    for name, U, slope, start in targets(draw):
        calls = [0]

        def counted(theta, slope=slope, calls=calls):
            calls[0] += 1
            claim(calls[0] <= BUDGET, f"the slope was asked for more than {BUDGET} times",
                  "A few hundred throws of eight leaps are enough")  # fmt: skip
            return slope(theta)

        h = number(tune(U, counted, list(start), Random(draw.random())))
        claim(h > 0, f"you say {show(h)}, which is no step")
        share = acceptance(U, slope, start, h, Random(1))
        claim(
            0.6 <= share <= 0.95,
            f"the target is {name}; with your step of {show(h)} the mean acceptance of throws of "
            f"{LENGTH} leaps is {share:.2f}",
            "Too cautious: such a step wastes gradients. Lengthen it while nearly all is accepted"
            if share > 0.95
            else None,
        )
