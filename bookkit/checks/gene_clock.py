"""The checks of *A clock made of genes*: its exercises and its assignment.

Exercises ask for one number; the tasks also for derivatives, by hand. Those are compared with
differences of our own function, with a second closed form, or with exact fractions.
"""

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

from bookkit.checks import Checks, by_hand, claim, close, number, show, vector

check = Checks("Exercise")
task = Checks("Task")


def _rest(u: float, r: float, d: float, h: float) -> float:
    """u' = u E + r (1 - E) / d, with its limit for d = 0."""
    return u * math.exp(-d * h) + (r * h if d == 0 else -r / d * math.expm1(-d * h))


def _slopes(u: float, r: float, d: float, h: float) -> tuple[float, float, float]:
    """Of _rest, in u, r and d."""
    E = math.exp(-d * h)
    if d * h < 1e-5:  # series, to the second order
        return E, h - d * h * h / 2, -h * u - r * h * h / 2 + d * h * h * (u + r * h * 2 / 3) / 2
    return E, (1 - E) / d, -h * u * E + r * (h * E * d - (1 - E)) / d**2


def _given(u: float, r: float, d: float, h: float) -> str:
    return f"for u = {show(u)}, r = {show(r)}, d = {show(d)} and h = {show(h)}"


def _fades(u: float, r: float, d: float, h: float, answer: Any, hint: str | None = None) -> None:
    right = _rest(u, r, d, h)
    found = number(answer)
    if close(found, u + h * (r - d * u), 1e-9):
        hint = "That is Euler's step. Solve the loss exactly: u E + r (1 - E) / d, E = exp(-d h)."
    elif close(found, u * math.exp(-d * h) + h * r, 1e-9):
        hint = "What is made during the step is lost again in part: r (1 - E) / d, not h r."
    elif close(found, u * math.exp(-d * h) + r * (1 - math.exp(-d * h)), 1e-9) and d not in (0, 1):
        hint = "At rest u = r / d: the second term has a d below."
    claim(
        close(found, right, 1e-9),
        f"{_given(u, r, d, h)} there are {show(right)} molecules; you say {show(found)}",
        hint,
    )


@check.property("10.1", hint="E = exp(-d h); then u E + r (1 - E) / d.")
def solves_the_loss_exactly(draw: Random, fade: Callable) -> None:
    """A step is exact however long it is, and two halves make a whole."""
    theirs = by_hand(fade)
    for h in (0.01, 0.3, 40.0):
        u, r, d = draw.uniform(0, 90), draw.uniform(10, 900), draw.uniform(2, 30)
        _fades(u, r, d, h, theirs(u, r, d, h))


@task.property("1", hint="E = exp(-d h); u' = u E + r (1 - E)/d; differentiate E by d: -h E.")
def fades_and_says_how_that_changes(draw: Random, fade: Callable) -> None:
    """The value is exact, and the slopes in u, r and d are the formula's, also for d near 0."""
    theirs = by_hand(fade)
    places = [(draw.uniform(1, 90), draw.uniform(10, 90), d, h) for d, h in (
        (draw.uniform(2, 30), draw.uniform(0.02, 0.2)), (draw.uniform(2, 30), 30.0),
        (0.0, draw.uniform(0.1, 1)), (1e-13, draw.uniform(0.1, 1)),
    )]  # fmt: skip
    for u, r, d, h in places:
        found = vector(theirs(u, r, d, h), 4)
        small = "For d near 0, 1 - exp(-d h) loses its digits: use expm1, and the limit at 0."
        _fades(u, r, d, h, found[0], small if d < 1e-9 else None)
        for name, mine, right in zip("urd", found[1:], _slopes(u, r, d, h), strict=True):
            hint = small if d < 1e-9 else None
            if name == "d" and close(mine, -h * u * math.exp(-d * h), 1e-6):
                hint = "d stands in r (1 - E)/d twice more: in E and below."
            claim(
                abs(mine - right) <= 1e-6 * (abs(right) + abs(_slopes(u, r, 1.0, h)[0])),
                f"{_given(u, r, d, h)} the slope in {name} is {show(right)}; you say {show(mine)}",
                hint,
            )


def _promoter(p: Any, k: Any, h: Any, alpha: Any, rho: Any) -> Any:
    """The weighted mean, in whatever numbers come."""
    above = below = 0
    for A, (share, helps) in enumerate(zip(alpha, rho, strict=True)):
        weight = helps
        for j in range(len(p)):
            if A >> j & 1:
                weight = weight * (p[j] / k[j]) ** h[j]
        above, below = above + share * weight, below + weight
    return above / below


@check.property("10.2", hint="Weights 1, v1, v2 and rho v1 v2; alpha times weight, over the sum.")
def averages_over_four_states(draw: Random, two_sites: Callable) -> None:
    """f is the mean of alpha over nobody, protein 1, protein 2, and both."""
    theirs = by_hand(two_sites)
    for _ in range(4):
        v1, v2, rho = (Fraction(draw.randint(1, 9), draw.randint(1, 9)) for _ in range(3))
        alpha = [Fraction(draw.randint(0, 10), 10) for _ in range(4)]
        alpha[0] = 1 - alpha[3]
        weights = [Fraction(1), v1, v2, rho * v1 * v2]
        right = sum(a * w for a, w in zip(alpha, weights, strict=True)) / sum(weights)
        found = number(theirs(v1, v2, rho, alpha))
        hint = None
        if close(found, float(sum(a * w for a, w in zip(alpha, weights, strict=True))), 1e-9):
            hint = "Divide by the sum of the weights, so that it is a mean."
        elif close(found, float(_two(alpha, [Fraction(1), v1, v2, v1 * v2])), 1e-9):
            hint = "Together they help each other: the weight of both has rho in it."
        elif close(found, float(_two(alpha, [Fraction(0), v1, v2, rho * v1 * v2])), 1e-9):
            hint = "The empty promoter is a state too, of weight 1."
        claim(
            close(found, float(right), 1e-9),
            f"for v1 = {v1}, v2 = {v2}, rho = {rho} and alpha = {[str(a) for a in alpha]}, f is "
            f"{show(float(right))}; you say {show(found)}",
            hint,
        )


def _two(alpha: list, weights: list) -> Any:
    return sum(a * w for a, w in zip(alpha, weights, strict=True)) / (sum(weights) or 1)


@task.property("2", hint="Work with logarithms of weights, and take their largest off before exp.")
def averages_over_all_states(draw: Random, promoter: Callable) -> None:
    """f is the mean of alpha over all ways to occupy the sites, and never overflows."""
    theirs = by_hand(promoter)
    for n in (1, 2, 3, 4):
        p, k = ([draw.uniform(50, 5000) for _ in range(n)] for _ in range(2))
        h = [draw.uniform(0.5, 4) for _ in range(n)]
        alpha = [draw.random() for _ in range(2**n)]
        rho = [draw.uniform(0.2, 5) if A.bit_count() > 1 else 1.0 for A in range(2**n)]
        right, found = _promoter(p, k, h, alpha, rho), number(theirs(p, k, h, alpha, rho))
        hint = None
        if close(found, _promoter(p, k, h, alpha, [1.0] * 2**n), 1e-9):
            hint = "rho is in the weight of a state."
        elif close(found, _promoter(p[::-1], k[::-1], h[::-1], alpha, rho), 1e-9):
            hint = "Bit 0 of the state's number is the first site."
        claim(
            close(found, right, 1e-9),
            f"for {n} site{'s' * (n > 1)} with p = {show(p)}, k = {show(k)}, h = {show(h)}, f is "
            f"{show(right)}; you say {show(found)}",
            hint,
        )
    for big, state in ((1e200, 3), (1e-200, 0)):
        alpha = [draw.random() for _ in range(4)]
        found = number(theirs([big, big], [1.0, 1.0], [5.0, 5.0], alpha, [1.0, 1.0, 1.0, 2.0]))
        claim(
            close(found, alpha[state], 1e-9),
            f"with p / k = {big:g} at both sites one state is all there is, and f is its alpha, "
            f"{show(alpha[state])}; you say {show(found)}",
            "A weight has left the range of floats: compute with logarithms.",
        )


def _hand(draw: Random, late: float, days: int, per_day: int) -> list[float]:
    """A positive hand that rises through 1000 once a day, `late` hours after dawn."""
    shape, low = draw.uniform(0.5, 3), draw.uniform(0, 0.2)
    return [
        1000 * math.exp(shape * (s := math.sin(2 * math.pi * (i / per_day - 0.5 - late / 24)))
                        + low * s**3)
        for i in range(days * per_day + 1)
    ]  # fmt: skip


def _rises(hand: list[float], level: float, per_day: int) -> list[float]:
    """The times, in days, of all rises through the level, on straight lines."""
    out = []
    for i, (a, b) in enumerate(itertools.pairwise(hand)):
        if a < level <= b:
            out.append((i + (level - a) / (b - a)) / per_day)
    return out


@check.property("10.3", hint="A rise: below the level before, not below it after. Then a share.")
def finds_the_rises(draw: Random, rises: Callable) -> None:
    """Every rise is found between two steps, on a straight line; falls are none."""
    theirs = by_hand(rises)
    for per_day in (10, 24):
        hand = _hand(draw, draw.uniform(-5, 5), 3, per_day)
        right = _rises(hand, 1000.0, per_day)
        found = list(theirs(hand, 1000.0, per_day))
        hint = None
        if len(found) == 2 * len(right) or len(found) == 2 * len(right) - 1:
            hint = "Falls are no rises: it must be below before, and not below after."
        claim(
            len(found) == len(right),
            f"a hand with {per_day} steps a day rises {len(right)} times in three days; you say "
            f"{len(found)}",
            hint,
        )
        found = vector(found, len(right))
        hint = None
        if all(abs(a - b) * per_day <= 1 for a, b in zip(found, right, strict=True)):
            hint = "Right step; now the share of it: (level - before) / (after - before)."
        elif close(found[0], right[0] * per_day, 1e-6):
            hint = "In days: divide by the steps a day."
        claim(
            all(close(a, b, 1e-9) for a, b in zip(found, right, strict=True)),
            f"with {per_day} steps a day it rises at {show(right)} days; you say {show(found)}",
            hint,
        )


@task.property("3", hint="Of the rises within half a day of dawn the nearest; 12 if there is none.")
def measures_the_lateness(draw: Random, dawn_error: Callable) -> None:
    """Late is positive, early negative; a hand that does not rise is 12 hours off."""
    theirs = by_hand(dawn_error)
    for late in (draw.uniform(1, 10), -draw.uniform(1, 10), 0.2):
        hand, day = _hand(draw, late, 4, 48), draw.choice([2, 3])
        right = (min(_rises(hand, 1000.0, 48), key=lambda t: abs(t - day + 0.5)) - day + 0.5) * 24
        found = number(theirs(hand, 1000.0, 48, day))
        hint = None
        if close(found, -right, 1e-9):
            hint = "Late is positive."
        elif close(found, right / 24, 1e-9):
            hint = "In hours."
        elif close(found, right + 12, 1e-6) or close(found, right - 12, 1e-6):
            hint = "The dawn of day 1 is at 0.5 days, that of day 2 at 1.5."
        claim(
            close(found, right, 1e-9),
            f"on day {day} the hand rises {show(right)} hours after dawn; you say {show(found)}",
            hint,
        )
    flat = [500.0] * 193
    falls = [2000.0] * 72 + [10.0] * 121
    early = [10.0] * 3 + [2000.0] * 190
    for hand, what in ((flat, "never rises"), (falls, "only falls"), (early, "rose on day 1 only")):
        found = number(theirs(hand, 1000.0, 48, 3))
        claim(
            close(found, 12.0, 1e-9),
            f"a hand that {what} is 12 hours off on day 3; you say {show(found)}",
        )
    chatter = [10.0] * 60 + [2000.0, 10.0] * 6 + [2000.0] * 121
    found = number(theirs(chatter, 1000.0, 48, 2))
    near = min(_rises(chatter, 1000.0, 48), key=lambda t: abs(t - 1.5))
    claim(
        close(found, (near - 1.5) * 24, 1e-9),
        f"a hand that rises {len(_rises(chatter, 1000.0, 48))} times near the dawn of day 2 counts "
        f"with the nearest, {show((near - 1.5) * 24)} hours; you say {show(found)}",
    )


def _variance(u: float, r: float, d: float, h: float) -> float:
    E = math.exp(-d * h)
    return u * E * (1 - E) + r / d * (1 - E)


@check.property("10.4", hint="u E (1 - E) + (r / d)(1 - E).")
def has_the_variance_of_births_and_deaths(draw: Random, variance: Callable) -> None:
    """The old molecules are counted as coins, the new ones as Poisson's."""
    theirs = by_hand(variance)
    for h in (0.001, 0.1, 50.0):
        u, r, d = draw.uniform(5, 50), draw.uniform(50, 500), draw.uniform(2, 20)
        right, found = _variance(u, r, d, h), number(theirs(u, r, d, h))
        hint = None
        if close(found, (r + d * u) * h, 1e-9):
            hint = "That is its limit for small h. Here h may be long."
        elif close(found, math.sqrt(right), 1e-9):
            hint = "That is the standard deviation."
        elif close(found, u * math.exp(-d * h) + r / d * (1 - math.exp(-d * h)), 1e-9):
            hint = "That is the mean. An old molecule lives on with chance E: variance E (1 - E)."
        claim(
            close(found, right, 1e-9),
            f"{_given(u, r, d, h)} the variance is {show(right)}; you say {show(found)}",
            hint,
        )


@task.property("4", hint="Old variance times E^2, plus that of the step; then the mean moves on.")
def carries_mean_and_variance(draw: Random, moments: Callable) -> None:
    """The answer for many steps is that of one when the rate stays, and right when it changes."""
    theirs = by_hand(moments)
    for count in (0, 1, 5):
        u, d = draw.uniform(5, 50), draw.uniform(2, 20)
        rates = [draw.uniform(50, 500) for _ in range(count)]
        h = draw.uniform(0.02, 0.2)
        mean, var, no_decay, late = u, 0.0, 0.0, 0.0
        for r in rates:
            E = math.exp(-d * h)
            no_decay += _variance(mean, r, d, h)
            var = var * E * E + _variance(mean, r, d, h)
            mean = _rest(mean, r, d, h)
            late = late * E * E + _variance(mean, r, d, h)
        found = vector(theirs(u, rates, d, h), 2)
        given = f"for u = {show(u)}, d = {show(d)}, h = {show(h)} and rates {show(rates)}"
        claim(
            close(found[0], mean, 1e-9),
            f"{given} the mean is {show(mean)}; you say {show(found[0])}",
        )
        hint = None
        if count > 1 and close(found[1], no_decay, 1e-9):
            hint = "What was random before fades as well: by E, so its variance by E^2."
        elif count and close(found[1], late, 1e-9):
            hint = "The variance of a step starts from the mean before it."
        claim(
            close(found[1], var, 1e-9),
            f"{given} the variance is {show(var)}; you say {show(found[1])}",
            hint,
        )


def _errors(drift: Any, gain: Any, sky: list) -> tuple[list, list]:
    error, slope, errors, slopes = 0 * drift, 0 * drift, [], []
    for lit in sky:
        error, slope = error + drift, slope
        if lit:
            error, slope = (1 - gain) * error, (1 - gain) * slope - error
        errors.append(error)
        slopes.append(slope)
    return errors, slopes


@check.property("10.5", hint="Each day error + drift; if there is light, (1 - gain) times that.")
def drifts_and_is_set(draw: Random, dawns: Callable) -> None:
    """The error grows by the drift every day, and light takes off a share of it."""
    theirs = by_hand(dawns)
    for _ in range(3):
        drift, gain = Fraction(draw.randint(1, 9), 10), Fraction(draw.randint(1, 9), 10)
        sky = [draw.random() < 0.5 for _ in range(8)]
        sky[:2] = [True, False]
        right, found = _errors(drift, gain, sky)[0], vector(theirs(drift, gain, sky), 8)
        hint = None
        if close(found[0], float(drift), 1e-9):
            hint = "The first day has light: its drift is corrected on the same day."
        elif close(found[0], float(gain * drift), 1e-9):
            hint = "Light takes off the share gain; what stays is 1 - gain of it."
        claim(
            all(close(a, float(b), 1e-9) for a, b in zip(found, right, strict=True)),
            f"with drift {drift}, gain {gain} and sky {sky} the errors are "
            f"{show([float(e) for e in right])}; you say {show(found)}",
            hint,
        )


@task.property("5", hint="Carry the slope with the error: it is multiplied where the error is.")
def knows_what_more_light_would_do(draw: Random, dawns: Callable) -> None:
    """Errors are exact, and so are their slopes in the gain."""
    theirs = by_hand(dawns)
    skies = [[], [True], [False, False], [draw.random() < 0.5 for _ in range(9)], [True, False] * 4]
    for sky in skies:
        drift, gain = Fraction(draw.randint(1, 9), 10), Fraction(draw.randint(1, 9), 10)
        answer = theirs(drift, gain, list(sky))
        claim(
            isinstance(answer, list | tuple) and len(answer) == 2,
            f"asked for are two lists, the errors and their slopes; you return {show(answer)}",
        )
        errors, slopes = _errors(drift, gain, sky)
        for what, mine, right in zip(("errors", "slopes"), answer, (errors, slopes), strict=True):
            found = vector(mine, len(sky)) if sky else list(mine)
            hint = None
            if what == "slopes" and sky and close(sum(found), -float(sum(slopes)), 1e-9):
                hint = "More gain makes the error smaller: the slope is negative."
            claim(
                len(found) == len(sky)
                and all(close(a, float(b), 1e-12) for a, b in zip(found, right, strict=True)),
                f"with drift {drift}, gain {gain} and sky {sky} the {what} are "
                f"{show([float(e) for e in right])}; you say {show(found)}",
                hint,
            )
