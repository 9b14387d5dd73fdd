"""The tasks of the assignment *Is it right?*; the chapter's exercises are in `is_it_right.py`."""

import math
from collections.abc import Callable
from random import Random
from statistics import fmean, pstdev
from typing import Any

from bookkit.checks import Checks, claim, close, number, show, vector

task = Checks("Task")

WORDS = ("right", "too narrow", "too wide", "too high", "too low", "deaf")
EPISODES = 400


# ------------------------------------------------------------------------- 1, ranks with ties


@task.property("1", hint="A truth with j ties may stand in any of j + 1 places: a share for each")
def shares_ties_out(draw: Random, rank_counts: Callable) -> None:
    """Each truth counts once, spread evenly over the ranks that its ties allow."""
    for k in (1, 4, 7):
        truths = [draw.randint(0, 3) for _ in range(draw.randint(6, 12))]
        draws = [[draw.randint(0, 3) for _ in range(k)] for _ in truths]
        if k == 4:
            draws[0] = [truths[0]] * k  # one with nothing but ties
        wanted, low, high = [0.0] * (k + 1), [0.0] * (k + 1), [0.0] * (k + 1)
        for truth, mine in zip(truths, draws, strict=True):
            below, ties = sum(d < truth for d in mine), mine.count(truth)
            low[below] += 1
            high[below + ties] += 1
            for rank in range(below, below + ties + 1):
                wanted[rank] += 1 / (ties + 1)
        got = vector(rank_counts(list(truths), [list(d) for d in draws]), k + 1)
        hint = None
        if close(got, low, 1e-9):
            hint = "All ties went to the lowest rank: they are counted as if above the truth"
        elif close(got, high, 1e-9):
            hint = "All ties went to the highest rank: they are counted as if below the truth"
        elif close(got[::-1], wanted, 1e-9):
            hint = "Rank 0 comes first: no draw lies below the truth"
        elif abs(sum(got) - len(truths)) > 1e-9:
            hint = "The counts must add up to the number of truths"
        claim(
            close(got, wanted, 1e-9),
            f"truths {show(truths)} among draws {show(draws)}: {show(wanted)}, you say {show(got)}",
            hint,
        )


# ------------------------------------------------------------------------- 2, a closed box


class Clinic:
    """A Gaussian model with some prior and noise, and a method with one fault; it counts calls."""

    def __init__(self, draw: Random, fault: str):
        self.draw, self.fault, self.asked = draw, fault, 0
        self.centre, self.spread = draw.uniform(-5, 5), 10 ** draw.uniform(-1, 1)
        self.readings = draw.randint(3, 8)
        self.noise = self.spread * draw.uniform(0.6, 1.5)

    def prior(self) -> float:
        return self.draw.gauss(self.centre, self.spread)

    def simulate(self, theta: float) -> list[float]:
        return [self.draw.gauss(theta, self.noise) for _ in range(self.readings)]

    def posterior(self, x: list[float], k: int) -> list[float]:
        self.asked += 1
        claim(
            self.asked <= EPISODES,
            f"the method was asked more than {EPISODES} times",
            f"The faults are large: {EPISODES} data sets are plenty",
        )
        if self.fault == "deaf":
            return [self.prior() for _ in range(k)]
        data, before = self.readings / self.noise**2, 1 / self.spread**2
        mean = (sum(x) / self.noise**2 + self.centre * before) / (data + before)
        sd = (data + before) ** -0.5
        width = {"too narrow": 0.5, "too wide": 2.0}.get(self.fault, 1.0)
        shift = {"too high": 0.8, "too low": -0.8}.get(self.fault, 0.0)
        return [self.draw.gauss(mean + shift * sd, width * sd) for _ in range(k)]

    @staticmethod
    def distance(theta: float, x: list[float]) -> float:
        return abs(theta - sum(x) / len(x))


@task.property("2", hint="Count ranks of the truth, and ranks of distance(theta, x)")
def finds_the_fault(draw: Random, fault: Callable) -> None:
    """The word fits the method, whatever its units."""
    turned = {"too high": "too low", "too low": "too high",
              "too narrow": "too wide", "too wide": "too narrow"}  # fmt: skip
    for kind in draw.sample(WORDS, len(WORDS)):
        clinic = Clinic(draw, kind)
        said = fault(clinic.prior, clinic.simulate, clinic.posterior, clinic.distance)
        claim(
            said in WORDS,
            f"you returned {show(said)}, which is none of {', '.join(WORDS)}",
            "Return one of the six words",
        )
        hint = None
        if kind == "deaf":
            hint = (
                "This method never looks at the data, and its ranks are level. Rank the distance: "
                "the truth lies nearer to the data than draws from the prior do"
            )
        elif kind == "right":
            hint = "Chance alone makes counts uneven. How large may chi-squared become?"
        elif said == turned.get(kind):
            hint = "The other way round: a low rank says that few draws lie below the truth"
        elif said == "deaf":
            hint = "Its distances are off for another reason: look at the ranks of the truth first"
        claim(said == kind, f"a method was {kind}, and you say it is {said}", hint)


# ------------------------------------------------------------------------- 3, mend the answers


def mean_score(z: list[float], a: float, b: float) -> float:
    """The mean log score of corrected answers, but for a constant; z = (truth - mean)/sd."""
    return -math.log(b) - fmean((v - a) ** 2 for v in z) / (2 * b * b)


@task.property(
    "3", hint="In units of its own sd, where do the truths lie, and how far do they vary?"
)
def mends_fresh_answers(draw: Random, recalibrate: Callable) -> None:
    """Corrected, answers to *fresh* data score within 0.03 of the best that a and b can do."""
    for shift, width in ((0.7, 0.5), (-0.4, 1.8), (1.2, 1.0)):
        n, scale = draw.randint(200, 400), 10 ** draw.uniform(-1, 1)

        def answered(count: int, s: float = shift, w: float = width, scale: float = scale) -> tuple:
            answers, truths = [], []
            for _ in range(count):
                sd, mean = scale * 10 ** draw.uniform(-1, 1), draw.gauss(0, 5 * scale)
                truths.append(mean)
                answers.append((mean + s * sd, w * sd * draw.uniform(0.9, 1.1)))
            noisy = [t + a[1] / w * draw.gauss(0, 1) for t, a in zip(truths, answers, strict=True)]
            return answers, noisy

        answers, truths = answered(n)
        a, b = vector(recalibrate(list(answers), list(truths)), 2)
        claim(b > 0, f"b = {show(b)}: a width is positive", "b multiplies the stated sd")
        fresh = [(t - m) / s for (m, s), t in zip(*answered(4000), strict=True)]
        best = fmean(fresh), pstdev(fresh)
        lost = mean_score(fresh, *best) - mean_score(fresh, a, b)
        hint = None
        if abs(a + best[0]) < 0.3 * abs(best[0]):
            hint = "a has the wrong sign: the corrected centre is mean + a * sd"
        elif abs(b - 1 / best[1]) < 0.1 / best[1]:
            hint = "b is upside down: where truths vary more than the stated sd, b is above 1"
        elif abs(b - best[1] ** 2) < 0.1 * best[1] ** 2:
            hint = "b multiplies a standard deviation, not a variance"
        elif abs(b - math.hypot(*best)) < 0.06 * b:
            hint = "Take the shift out before you measure the width"
        claim(
            lost < 0.03,
            f"from {n} answers you found a = {show(a)}, b = {show(b)}; on fresh ones that scores "
            f"{show(lost)} less than a = {show(best[0])}, b = {show(best[1])}",
            hint,
        )


# ------------------------------------------------------------------------- 4, two heaps


@task.property("4", hint="Judge the classifier on points that it was not trained on")
def is_half_for_equals(draw: Random, c2st: Callable) -> None:
    """Near one half for two samples of one distribution."""
    for scale in (1.0, 1000.0):
        heap = lambda s=scale: [(draw.gauss(0, 1), s * draw.gauss(0, 1)) for _ in range(150)]  # noqa: E731
        got = number(c2st(heap(), heap()))
        hint = None
        if got > 0.9:
            hint = "A classifier can learn its training points by heart. Try it on others"
        claim(
            abs(got - 0.5) < 0.13,  # 300 trials: three standard deviations are .087; folds add some
            f"two heaps of 150 from one distribution: one half is right, you say {show(got)}",
            hint,
        )


@task.property("4", hint="A line cannot separate these: try the nearest neighbours")
def sees_more_than_means(draw: Random, c2st: Callable) -> None:
    """It sees a correlation, a hole and a width, where the means agree."""
    n = 150

    def tied(far: float) -> list[tuple[float, float]]:
        x = [draw.gauss(0, 1) for _ in range(n)]
        return [(v, far * v + math.sqrt(1 - far * far) * draw.gauss(0, 1)) for v in x]

    def ring() -> list[tuple[float, float]]:
        turn = [draw.uniform(0, 2 * math.pi) for _ in range(n)]
        return [(2 * math.cos(t) + draw.gauss(0, 0.2), 2 * math.sin(t) + draw.gauss(0, 0.2))
                for t in turn]  # fmt: skip

    kinds: list[tuple[str, list, list, float]] = [
        ("of opposite correlation", tied(0.95), tied(-0.95), 0.75),
        ("a ring and a ball", ring(), tied(0.0), 0.7),
        ("one three times as wide", [(3 * x, 3 * y) for x, y in tied(0.0)], tied(0.0), 0.6),
    ]
    for what, a, b, least in kinds:
        got = number(c2st(list(a), list(b)))
        hint = (
            "That is worse than a coin: is it the share of *wrong* answers?" if got < 0.4 else None
        )
        claim(
            least < got <= 1,
            f"two heaps, {what}: you say {show(got)}, and more than {least} can be told",
            hint,
        )


# ------------------------------------------------------------------------- 5, a check that warns


READINGS = 10


def steady(draw: Random) -> list[float]:
    theta = draw.gauss(0, 1)
    return [draw.gauss(theta, 1) for _ in range(READINGS)]


def one_wild(draw: Random) -> list[float]:
    x = steady(draw)
    x[draw.randrange(READINGS)] += draw.choice([-1, 1]) * draw.uniform(5, 7)
    return x


def drifting(draw: Random) -> list[float]:
    """The scatter, 9 * 0.42**2 + 82.5 * 0.3**2, is 9 as in the model: only the order tells."""
    theta, way = draw.gauss(0, 1), draw.choice([-0.3, 0.3])
    return [draw.gauss(theta + way * (i - 4.5), 0.42) for i in range(READINGS)]


def share(draw: Random, warns: Callable, world: Callable, sets: int) -> int:
    """How many of the data sets are warned of; each may cost 200 simulations."""
    found = 0
    for _ in range(sets):
        used = [0]

        def simulate(theta: float, used: list[int] = used) -> list[float]:
            used[0] += 1
            claim(
                used[0] <= 200,
                "more than 200 data sets were simulated for one warning",
                "A p value below 0.05 can be told from a hundred",
            )
            return [draw.gauss(theta, 1) for _ in range(READINGS)]

        def posterior(x: list[float], k: int) -> list[float]:
            return [draw.gauss(sum(x) / 11, 11**-0.5) for _ in range(k)]

        said: Any = warns(world(draw), simulate, posterior)
        claim(
            said in (True, False),
            f"you returned {show(said)}, where True or False is asked for",
            "Compare a p value with a level",
        )
        found += bool(said)
    return found


@task.property("5", hint="Each further test costs false alarms: share the 5 % among them")
def seldom_cries_wolf(draw: Random, warns: Callable) -> None:
    """Of data that the model made it warns about once in twenty."""
    found = share(draw, warns, steady, 60)
    claim(
        found <= 9,  # binomial: 3 +- 1.7
        f"of 60 data sets that came from the model it warned of {found}; 3 would be one in twenty",
    )


@task.property("5", hint="Which number is changed much by one reading far from the others?")
def sees_one_wild_reading(draw: Random, warns: Callable) -> None:
    """It warns of most data with one wild reading."""
    found = share(draw, warns, one_wild, 30)
    claim(found >= 21, f"of 30 data sets with one wild reading it warned of {found}")


@task.property("5", hint="Their scatter is as the model has it. Which number knows the *order*?")
def sees_a_drift(draw: Random, warns: Callable) -> None:
    """It warns of most data whose readings rise, or fall, in their order."""
    found = share(draw, warns, drifting, 30)
    claim(found >= 20, f"of 30 data sets with a drift it warned of {found}")
