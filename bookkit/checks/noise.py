"""The checks of *Noise*: its exercises and its assignment.

Tasks 1 to 4 hand over fractions: an answer made of arithmetic returns the exact fraction. Task 5 is
judged by statistics of many pairs, with bounds of five standard errors: a right answer fails one
comparison in two million.
"""

import itertools
import math
import numbers
import statistics
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

from bookkit.checks import (
    Checks,
    CounterExample,
    by_hand,
    claim,
    close,
    number,
    show,
    vector,
)

check = Checks("Exercise")
task = Checks("Task")


@check.property(
    "11.1",
    hint="c + the sum over k of change * (e + sqrt(e) * z) / V, with e = h * V * rates(c)[k].",
)
def has_the_mean_and_the_kicks(draw: Random, langevin_step: Callable) -> None:
    """The mean step is that of the ODE, and each reaction kicks by the root of its own number."""
    for count in (1, 2, 3):
        coefficients = [draw.uniform(0.5, 2) for _ in range(count)]
        changes = [draw.choice([-2, -1, 1, 2]) for _ in range(count)]
        c, volume, h = draw.uniform(0.5, 2), draw.uniform(5, 50), draw.uniform(0.01, 0.1)

        def rates(c: Any) -> list:
            return [a * c for a in coefficients]  # noqa: B023

        def step(zs: list) -> float:
            return number(langevin_step(c, rates, changes, volume, h, zs))  # noqa: B023

        calm = step([0.0] * count)
        mean = c + h * sum(v * r for v, r in zip(changes, rates(c), strict=True))
        given = f"c = {show(c)}, V = {show(volume)}, h = {show(h)}, rates {show(rates(c))} and "
        given += f"changes {changes}"
        claim(
            close(calm, mean, 1e-9),
            f"for {given}, without kicks, the next concentration is {show(mean)}; you say "
            f"{show(calm)}",
            "Without kicks it is Euler's step: the volume must cancel."
            if not close(calm, mean, 1e-3)
            else None,
        )
        for k in range(count):
            kick = step([float(i == k) for i in range(count)]) - calm
            right = changes[k] * math.sqrt(h * rates(c)[k] / volume)
            hint = None
            if close(kick, right * math.sqrt(volume), 1e-9):
                hint = "The number is kicked by sqrt(h V r); the concentration by that over V."
            elif close(kick, right / abs(changes[k]), 1e-9) or close(kick, -right, 1e-9):
                hint = "A kick of a reaction changes the number by its change, sign and all."
            claim(
                abs(kick - right) < 1e-9,
                f"for {given}, z = 1 for reaction {k} alone adds {show(right)}; yours adds "
                f"{show(kick)}",
                hint,
            )


@check.property(
    "11.2",
    hint="Pathwise: 2 x' sqrt(h) z. Score: x'^2 times the slope of -log(s) - (x' - m)^2 / (2 s^2) "
    "in sigma, which is (z^2 - 1) / sigma.",
)
def both_have_the_right_mean(draw: Random, in_sigma: Callable) -> None:
    """Both estimates average to the slope of the mean, 2 sigma h, and each is its own."""
    theirs = by_hand(in_sigma)
    for _ in range(3):
        x, theta, sigma, h = (
            draw.uniform(*ends) for ends in ((1, 2), (0.2, 1), (0.5, 2), (0.1, 1))
        )
        # Three points and weights that give all moments of the normal up to the fifth: for the
        # score, a polynomial of degree four in z, the mean is exact.
        nodes = [(-math.sqrt(3), 1 / 6), (0.0, 2 / 3), (math.sqrt(3), 1 / 6)]
        found = [vector(theirs(x, theta, sigma, h, z), 2) for z, _ in nodes]
        means = [sum(w * f[i] for (_, w), f in zip(nodes, found, strict=True)) for i in (0, 1)]
        right = 2 * sigma * h
        given = f"x = {show(x)}, theta = {show(theta)}, sigma = {show(sigma)}, h = {show(h)}"
        z = draw.uniform(0.5, 1.5)
        new = x - h * theta * x + sigma * math.sqrt(h) * z
        path, score = vector(theirs(x, theta, sigma, h, z), 2)
        turned = close(path, new**2 * (z * z - 1) / sigma, 1e-9)
        claim(
            close(path, 2 * new * math.sqrt(h) * z, 1e-9),
            f"for {given} and z = {show(z)}, x' = {show(new)}: a small change of sigma, with z "
            f"held, moves x'^2 {show(2 * new * math.sqrt(h) * z)} times as much; you say "
            f"{show(path)}",
            "The pathwise one comes first in the list." if turned else None,
        )
        hint = None
        if close(score, new**2 * z * z / sigma, 1e-9):
            hint = "The density also has -log(s): a wider one is lower. That gives -1 / sigma."
        elif close(score, (z * z - 1) / sigma, 1e-9):
            hint = "That is the score. The estimate is the loss times the score."
        claim(
            close(score, new**2 * (z * z - 1) / sigma, 1e-9) and close(means[1], right, 1e-9),
            f"for {given} the score estimates average to {show(means[1])} over z, and the slope of "
            f"the mean is {show(right)}",
            hint,
        )


@check.property(
    "11.3",
    hint="For each z = draw(): (run(theta + delta, z) - run(theta - delta, z)) / (2 * delta).",
)
def the_two_runs_share_their_noise(draw: Random, differences: Callable) -> None:
    """Each difference is central, draws once, and hands that draw to both of its runs."""
    for n in (1, 5):
        theta, delta = draw.uniform(1, 2), draw.uniform(0.01, 0.1)
        drawn: list[float] = []
        calls: list[tuple] = []

        def noise() -> float:
            drawn.append(draw.gauss(0, 1))  # noqa: B023
            return drawn[-1]  # noqa: B023

        def run(theta: Any, z: Any) -> Any:
            calls.append((theta, z))  # noqa: B023
            return theta**3 * z + z

        found = vector(differences(run, noise, theta, delta, n), n)
        claim(
            len(drawn) != 2 * n,
            f"for {n} difference(s) you drew {len(drawn)} times",
            "Both runs of a difference get the same z: draw once for each difference.",
        )
        claim(
            len(drawn) == n,
            f"for {n} difference(s) you drew {len(drawn)} time(s)",
            "Each difference has noise of its own."
            if len(drawn) < n
            else "Draw once for each difference.",
        )
        right = [((theta + delta) ** 3 - (theta - delta) ** 3) / (2 * delta) * z for z in drawn]
        halved = [2 * v for v in right]
        one_sided = [((theta + delta) ** 3 - theta**3) / delta * z for z in drawn]
        hint = None
        if close(found, halved, 1e-9):
            hint = "From theta - delta to theta + delta is a way of 2 delta."
        elif close(found, one_sided, 1e-9):
            hint = "Central: one run at theta + delta, one at theta - delta."
        claim(
            close(found, right, 1e-9),
            f"for the draws {show(drawn)} the differences are {show(right)}, you say {show(found)}",
            hint,
        )


@check.property(
    "11.4",
    hint="Each run gives (f(n) - b) * (n / rate - hours); return the mean over the runs.",
)
def is_the_slope_by_score(draw: Random, slope_by_score: Callable) -> None:
    """It is the mean over the runs of the loss, less b, times the score of the count."""
    for size in (1, 7, 40):
        rate, hours, b = (draw.uniform(0.5, 3) for _ in range(3))
        counts = [draw.randint(0, 9) for _ in range(size)]

        def f(n: Any) -> float:
            return n * n + 3.0  # of one count, or of an array of them

        def mean(scores: list, b: float) -> float:
            return sum((f(n) - b) * s for n, s in zip(counts, scores, strict=True)) / size  # noqa: B023

        scores = [n / rate - hours for n in counts]
        right = mean(scores, b)
        found = number(slope_by_score(list(counts), rate, hours, f, b))
        slips = [
            (mean(scores, 0.0), "Subtract b from each f."),
            (mean([n / rate - 1 for n in counts], b),
             "Nothing else happened for the whole time: the score is N / rate - hours."),
            (mean([n / rate for n in counts], b),
             "That nothing else happened counts too: the score is N / rate - hours."),
            (mean([n - rate * hours for n in counts], b),
             "The logarithm of rate ** N has the slope N / rate, not N."),
            (size * right, "The mean over the runs, not the sum."),
        ]  # fmt: skip
        claim(
            abs(found - right) < 1e-9 * (1 + abs(right)),
            f"for counts {show(counts)} in {show(hours)} hours at the rate {show(rate)}, with "
            f"b = {show(b)}, the slope of the mean of n * n + 3 is estimated as {show(right)}; you "
            f"say {show(found)}",
            next((hint for value, hint in slips if close(found, value, 1e-9)), None),
        )


@check.property(
    "11.5", hint="kappa^2 = v - (1 - eps / v)^2 v. There is rest only for 0 < eps < 2 v."
)
def rests_at_the_variance(draw: Random, kick: Callable) -> None:
    """A step with that kick leaves the variance v as it is; without rest there is a ValueError."""
    for _ in range(4):
        v = draw.uniform(0.5, 4)
        eps = draw.uniform(0.1, 1.9) * v
        found = number(kick(eps, v))
        after = (1 - eps / v) ** 2 * v + found**2
        claim(found > 0, f"for eps = {show(eps)}, v = {show(v)} your kick is {show(found)}",
              "A size is positive.")  # fmt: skip
        hint = None
        if close(found, math.sqrt(2 * eps), 1e-9):
            hint = (
                "That is Langevin's own kick, right for tiny steps only: correct it for the step."
            )
        elif close(found**2, math.sqrt(abs(2 * eps - eps**2 / v)), 1e-9) or close(
            found, 2 * eps - eps**2 / v, 1e-9
        ):
            hint = "The variances add up. The size of the kick is the root of its variance."
        claim(
            close(after, v, 1e-9),
            f"for eps = {show(eps)} a step makes of the variance {show(v)} the variance "
            f"{show(after)}",
            hint,
        )
    v = draw.uniform(0.5, 2)
    theirs = getattr(kick, "function", kick)
    for eps in (2.0 * v, 2.5 * v):
        try:
            found = theirs(eps, v)
        except ValueError:
            continue
        raise CounterExample(
            f"for eps = {show(eps)} and v = {show(v)} the method does not come to rest, and you "
            f"return {show(found)}",
            "At eps = 2 v the factor 1 - eps / v is -1: raise ValueError from there on.",
        )


@check.property(
    "11.6", hint="x + h r x + sqrt(w x) dW + w / 4 (dW^2 - h), for g^2 = w x has the slope w."
)
def is_milsteins_step(draw: Random, milstein: Callable) -> None:
    """It is the step of Euler and Maruyama and half of g g' (dW^2 - h)."""
    theirs = by_hand(milstein)
    for _ in range(4):
        x, r, w = draw.uniform(1, 20), draw.uniform(-1, 1), draw.uniform(0.5, 2)
        h = draw.uniform(0.01, 0.2)
        dw = draw.gauss(0, math.sqrt(h))
        euler = x + h * r * x + math.sqrt(w * x) * dw
        right = euler + w / 4 * (dw * dw - h)
        found = number(theirs(x, r, w, h, dw))
        hint = None
        if close(found, euler, 1e-9):
            hint = "That is the step of Euler and Maruyama: Milstein's term is missing."
        elif close(found, euler + w / 2 * (dw * dw - h), 1e-9):
            hint = "g g' is half of the slope of g^2, and the term has a half of its own."
        elif close(found, euler + w / 4 * dw * dw, 1e-9):
            hint = "dW^2 - h, so that the term is zero on average."
        claim(
            close(found, right, 1e-9),
            f"from x = {show(x)} with r = {show(r)}, w = {show(w)}, h = {show(h)}, dw = {show(dw)} "
            f"the step leads to {show(right)}; you say {show(found)}",
            hint,
        )


# The assignment -----------------------------------------------------------------------------------


def _fraction(draw: Random) -> Fraction:
    return Fraction(draw.randint(1, 9), draw.randint(1, 9))


def _signed(draw: Random) -> Fraction:
    return draw.choice([-1, 1]) * _fraction(draw)


def _exact(value: Any, what: str) -> Fraction:
    claim(
        isinstance(value, int | Fraction) and not isinstance(value, bool),
        f"{what} came back as {show(value)} ({type(value).__name__}), and what went in were "
        "fractions",
        "Only + - * / of what came in and of whole numbers: no floats, no differences, no engine.",
    )
    return Fraction(value)


def _listed(values: list) -> str:
    return f"[{', '.join(map(str, values))}]"


def _several(found: Any, names: list[str], answer: str) -> list[Fraction]:
    """The fractions that came back, or a counter-example that says how many are asked for."""
    claim(
        isinstance(found, tuple | list) and len(found) == len(names),
        f"{answer} returned {show(found)}; asked for are {', '.join(names)}",
    )
    return [_exact(value, name) for value, name in zip(found, names, strict=True)]


@task.property(
    "1",
    hint="Carry three numbers through the loop: x, its slope in theta and its slope in sigma. The "
    "new slopes are made of the old x and the old slopes.",
)
def carries_both_slopes(draw: Random, walk: Callable) -> None:
    """The end and its slopes in theta and sigma are exact, with the noise held."""
    names = ["the end", "the slope in theta", "the slope in sigma"]
    for n in (0, 1, 2, 5):
        x, theta, sigma, h = (_fraction(draw) for _ in range(4))
        kicks = [_signed(draw) for _ in range(n)]
        values = _several(walk(x, theta, sigma, h, list(kicks)), names, "walk")
        end, by_theta, by_sigma = x, Fraction(0), Fraction(0)
        for dw in kicks:
            by_theta = (1 - h * theta) * by_theta - h * end
            by_sigma = (1 - h * theta) * by_sigma + dw
            end = (1 - h * theta) * end + sigma * dw
        given = f"x = {x}, theta = {theta}, sigma = {sigma}, h = {h}, kicks {_listed(kicks)}"
        for name, value, right in zip(names, values, (end, by_theta, by_sigma), strict=True):
            hint = None
            if name == "the slope in theta" and value == -right != 0:
                hint = "The sign: with a larger theta the cell returns faster, and x is smaller."
            elif name == "the end" and n:
                hint = (
                    "One step is x - h * theta * x + sigma * dW; there is no root of h, dW has it."
                )
            claim(
                value == right,
                f"for {given}, {name} is {float(right):.6g}, you say {float(value):.6g}",
                hint,
            )


@task.property(
    "2",
    hint="One step has log p = -log(sigma) - miss^2 / (2 sigma^2 h) and a constant, with the miss "
    "x' - x + h theta x. Differentiate that, with x and x' held, and add up.",
)
def sums_the_scores(draw: Random, path_score: Callable) -> None:
    """Both scores of a path are exact, and those of a longer path add up."""
    names = ["the score in theta", "the score in sigma"]
    for n in (1, 2, 5):
        xs = [_signed(draw) for _ in range(n + 1)]
        theta, sigma, h = (_fraction(draw) for _ in range(3))
        values = _several(path_score(list(xs), theta, sigma, h), names, "path_score")
        by_theta = by_sigma = without = Fraction(0)
        for x, new in itertools.pairwise(xs):
            miss = new - x + h * theta * x
            by_theta -= miss * x / sigma**2
            without += miss**2 / (sigma**3 * h)
        by_sigma = without - n / sigma
        given = f"the path {_listed(xs)}, theta = {theta}, sigma = {sigma}, h = {h}"
        for name, value, right in zip(names, values, (by_theta, by_sigma), strict=True):
            hint = None
            if name == "the score in theta" and value == -right:
                hint = "The sign: the mean of x' falls by h * x for a unit of theta."
            elif name == "the score in sigma" and value == without:
                hint = "A wider density is lower: -log(sigma) gives -1 / sigma in every step."
            claim(
                value == right,
                f"for {given}, {name} is {float(right):.6g}, you say {float(value):.6g}",
                hint,
            )


@task.property(
    "3",
    hint="The variance of (f - b) s is least where b = E[f s^2] / E[s^2]: set the derivative of "
    "E[(f - b)^2 s^2] to zero. For each run take both sums over the others.",
)
def subtracts_the_quietest_number(draw: Random, quietest: Callable) -> None:
    """Each run's loss is reduced by the number that would have quieted the others most, exactly."""
    for size in (2, 3, 6):
        losses = [_signed(draw) for _ in range(size)]
        scores = [_signed(draw) for _ in range(size)]
        found = _exact(quietest(list(losses), list(scores)), "the estimate")

        def weighted(power: int, own: bool = False) -> list[Fraction]:
            """For each run the mean loss of the others, weighted by a power of the score."""
            runs = [
                [(f, s**power) for j, (f, s) in enumerate(zip(losses, scores, strict=True))  # noqa: B023
                 if own or j != i]
                for i in range(size)  # noqa: B023
            ]  # fmt: skip
            return [
                sum((f * w for f, w in run), Fraction(0)) / (sum(w for _, w in run) or Fraction(1))
                for run in runs
            ]

        def estimate(numbers: list[Fraction]) -> Fraction:
            rows = zip(losses, scores, numbers, strict=True)  # noqa: B023
            return sum(((f - b) * s for f, s, b in rows), Fraction(0)) / size  # noqa: B023

        right = estimate(weighted(2))
        slips = [
            (weighted(0), "That is the mean of the others, which is good; the quietest number "
             "weights each loss by the square of its score."),
            (weighted(1), "The score is squared in both sums."),
            (weighted(2, own=True), "A run's own loss must not be in its b: it is biased."),
            ([Fraction(0)] * size, "Nothing is subtracted."),
        ]  # fmt: skip
        hint = next((hint for numbers, hint in slips if found == estimate(numbers)), None)
        if found == size * right:
            hint = "The mean over the runs, not the sum."
        claim(
            found == right,
            f"for the losses {_listed(losses)} and the scores {_listed(scores)} the estimate is "
            f"{float(right):.6g}, you say {float(found):.6g}",
            hint,
        )


@task.property(
    "4",
    hint="Reaction k has happened n_k times, and log(c_k) once for each: n_k / c_k. Nothing else "
    "happened: minus the integral of shape k, a sum over the pieces between events, the last of "
    "which ends at `end`.",
)
def scores_a_run_of_jumps(draw: Random, jump_scores: Callable) -> None:
    """The score in every coefficient is exact: events over coefficient, less an integral."""
    for length in (0, 1, 6):
        changes = [(1, 0), (-1, 1), (0, -1), (1, 1)][: draw.choice([3, 4])]
        x0 = (draw.randint(1, 5), draw.randint(1, 5))
        c = [_fraction(draw) for _ in changes]

        def shapes(x: Any) -> list:
            return [1, x[0], x[0] * x[1], x[1] * x[1]][: len(changes)]  # noqa: B023

        gaps = [_fraction(draw) for _ in range(length + 1)]
        times = list(itertools.accumulate(gaps))
        happened: list[int] = []
        x: tuple[int, ...] = x0
        held = [Fraction(0)] * len(changes)
        states: list[tuple[int, ...]] = [x0]
        for _ in range(length):
            able = [k for k, v in enumerate(changes)
                    if shapes(x)[k] and min(map(sum, zip(x, v, strict=True))) >= 0]  # fmt: skip
            happened.append(draw.choice(able))
            x = tuple(a + b for a, b in zip(x, changes[happened[-1]], strict=True))
            states.append(x)
        for state, gap in zip(states, gaps, strict=True):
            held = [area + a * gap for area, a in zip(held, shapes(state), strict=True)]
        events = list(zip(times, happened, strict=False))
        end = times[-1]
        names = [f"the score in c[{k}]" for k in range(len(c))]
        values = _several(
            jump_scores(shapes, list(changes), x0, list(events), end, list(c)), names, "jump_scores"
        )
        right = [happened.count(k) / c[k] - held[k] for k in range(len(c))]
        last = [a * gaps[-1] for a in shapes(states[-1])]
        given = f"{length} event(s) {show([(str(t), k) for t, k in events])} from {x0} until {end}"
        for k, name in enumerate(names):
            hint = None
            if values[k] == right[k] + last[k]:
                hint = "After the last event nothing happens until `end`; that counts too."
            elif values[k] == happened.count(k) - c[k] * held[k]:
                hint = "The slope of log(c) is 1 / c."
            claim(
                values[k] == right[k],
                f"for {given}, with c = {_listed(c)}, {name} is {float(right[k]):.6g}, you say "
                f"{float(values[k]):.6g}",
                hint,
            )


PAIRS = 1500


def _pairs(pair: Callable, rates: tuple, draw: Random) -> list[tuple[int, int]]:
    """Many runs of the two cells, whole numbers all of them."""
    both = []
    for _ in range(PAIRS):
        found = pair(*rates, Random(draw.random()))
        claim(
            isinstance(found, tuple | list) and len(found) == 2
            and all(isinstance(n, numbers.Integral) and not isinstance(n, bool) and n >= 0
                    for n in found),
            f"pair returned {show(found)}; asked for are two whole numbers of molecules",
        )  # fmt: skip
        both.append((int(found[0]), int(found[1])))
    return both


def _is_a_cell(given: str, name: str, mean: float, counts: list[int], other: list[int]) -> None:
    """One cell alone is Poisson: in its mean, its variance and the share of empty cells."""
    seen, spread = statistics.mean(counts), statistics.variance(counts)
    error = math.sqrt(mean / PAIRS)
    claim(
        abs(seen - mean) < 5 * error,
        f"for {given}, {name} has {show(mean)} molecules on average; in {PAIRS} pairs yours "
        f"has {show(float(seen))}",
        "The slower one comes first."
        if abs(statistics.mean(other) - mean) < 5 * error
        else "Each cell alone must be what Gillespie's algorithm would give: every molecule is "
        "made at a random time and lost at a random time.",
    )
    error = math.sqrt((mean + 2 * mean**2) / PAIRS)  # of the variance of a Poisson number
    claim(
        abs(spread - mean) < 5 * error,
        f"for {given}, {name} has the variance {show(mean)}, as a Poisson number has; in "
        f"{PAIRS} pairs yours has {show(float(spread))}",
        "Each cell alone must have all of its noise.",
    )
    none, empty = math.exp(-mean), counts.count(0) / PAIRS
    claim(
        abs(empty - none) < 5 * math.sqrt(none * (1 - none) / PAIRS) + 1 / PAIRS,
        f"for {given}, {name} is empty with probability {show(none)}; in {PAIRS} pairs a share of "
        f"{show(empty)} of yours is",
        "The right mean and variance are not enough: molecules are counted, and their number is "
        "not a rounded normal one.",
    )


@task.property(
    "5",
    hint="Let both cells share the molecules that are made at the rate `rate`, and their losses. "
    "The faster one makes more of them at the rate `extra`, and loses each in its own time.",
)
def couples_two_cells(draw: Random, pair: Callable) -> None:
    """Each cell alone is Poisson with its own mean, and their difference has little variance."""
    for least in (3.0, 0.2):  # several molecules, and hardly any
        rate = draw.uniform(least, 5 / 3 * least)
        extra = draw.uniform(0.7, 1) * rate  # enough for missing noise to show
        loss, hours = draw.uniform(0.4, 0.8), draw.uniform(1.5, 2.5)
        span = (1 - math.exp(-loss * hours)) / loss
        given = f"rate {show(rate)}, extra {show(extra)}, loss {show(loss)}, {show(hours)} hours"
        slow, fast = map(list, zip(*_pairs(pair, (rate, extra, loss, hours), draw), strict=True))
        _is_a_cell(given, "the slower cell", rate * span, slow, fast)
        _is_a_cell(given, "the faster", (rate + extra) * span, fast, slow)
        spread = statistics.variance([b - a for a, b in zip(slow, fast, strict=True)])
        claim(
            spread < 1.5 * extra * span,
            f"for {given}, the difference can have the variance {show(extra * span)}; yours has "
            f"{show(float(spread))}",
            "One seed for both is not enough: after the first event they are out of step. Share "
            "the molecules, not the random numbers.",
        )
