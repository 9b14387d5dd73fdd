"""The checks of *Simulators without likelihoods*: the assignment's tasks, the exercises."""

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from random import Random
from statistics import fmean
from typing import Any

from bookkit.checks import Checks, claim, close, number, show, vector

check = Checks("Exercise")
task = Checks("Task")

EVENTS = ((1, 0), (-1, 1), (0, -1))  # a hare is born, a lynx eats and breeds, a lynx dies


def fraction(draw: Random, low: int = 1, high: int = 12) -> Fraction:
    return Fraction(draw.randint(low, high), draw.randint(2, 7))


def exact(value: Any, what: str) -> Fraction:
    """`value`, if it is a whole number or a fraction."""
    number(value)
    claim(
        isinstance(value, int | Fraction),
        f"{what} was made of fractions, and what came back is {show(value)}",
        "Keep to + - * / and whole powers: exact numbers are never rounded. A 0.5 is a float.",
    )
    return Fraction(value)


# The chapter's exercises --------------------------------------------------------------------------


def listed_chance(start: tuple, end: tuple, steps: int, rates: Callable) -> Fraction:
    """Way by way: every sequence of events, played out, with the product of its chances."""
    total = Fraction(0)
    for events in itertools.product(range(3), repeat=steps):
        (x, y), chance = start, Fraction(1)
        for k in events:
            each = rates(x, y)
            if not each[k]:
                chance = Fraction(0)
                break
            chance *= Fraction(each[k]) / sum(each)
            x, y = x + EVENTS[k][0], y + EVENTS[k][1]
        total += chance if (x, y) == end else 0
    return total


@check.property(
    "14.1", hint="Carry a table {state: chance to be there} from one event to the next."
)
def sums_over_all_ways(draw: Random, chance: Callable) -> None:
    """It is the sum, over all sequences of that many events, of their probabilities."""
    b, c, d = (fraction(draw) for _ in range(3))

    def rates(x: int, y: int) -> list:
        return [b * x, c * x * y, d * y]

    for steps in (0, 1, 2, draw.randint(4, 6)):
        start = at = draw.randint(1, 3), draw.randint(1, 3)
        for _ in range(steps):  # an end that can be reached
            can = [k for k, rate in enumerate(rates(*at)) if rate]
            k = draw.choice(can or [0])
            at = (at[0] + EVENTS[k][0], at[1] + EVENTS[k][1]) if can else at
        right = listed_chance(start, at, steps, rates)
        got = number(chance(start, at, steps, rates))
        evenly = listed_chance(start, at, steps, lambda x, y: [int(v > 0) for v in rates(x, y)])
        hint = None
        if got >= 1 > right:
            hint = "That is a number of ways. Each has a probability of its own."
        elif steps and close(got, float(evenly), 1e-9):
            hint = "An event is as probable as its share of the rates, not one in so many."
        claim(
            abs(got - right) < 1e-9,
            f"from {start} to {at} in {steps} events, with rates {show(float(b))} x, "
            f"{show(float(c))} x y and {show(float(d))} y, the probability is "
            f"{show(float(right))}, you say {show(got)}",
            hint,
        )


@check.property("14.1", hint="If no rate is left, there is no further event: that way ends.")
def stops_when_nothing_can_happen(draw: Random, chance: Callable) -> None:
    """The last animal dies with the third event at the earliest, and no fourth can follow."""
    b, c, d = (fraction(draw) for _ in range(3))

    def rates(x: int, y: int) -> list:
        return [b * x, c * x * y, d * y]

    for steps in (3, 4):
        right = listed_chance((1, 1), (0, 0), steps, rates)
        got = number(chance((1, 1), (0, 0), steps, rates))
        claim(
            abs(got - right) < 1e-9,
            f"from (1, 1) to (0, 0) in {steps} events the probability is {show(float(right))}, "
            f"you say {show(got)}",
        )


@check.property("14.2", hint="Keep theta if all of its statistics are close; `kept / n` is shared.")
def keeps_what_is_close(draw: Random, abc: Callable) -> None:
    """It keeps the parameters whose statistics are all within the tolerance, in units of scale."""
    for dim in (1, 3):
        n = draw.randint(5, 40)
        thetas = [draw.uniform(0, 9) for _ in range(n)]
        scale = [10 ** draw.uniform(-2, 2) for _ in range(dim)]
        seen = [draw.gauss(0, 1) * s for s in scale]
        made = [[v + s * draw.gauss(0, 1) for v, s in zip(seen, scale, strict=True)]
                for _ in range(n)]  # fmt: skip
        eps = draw.uniform(0.5, 1.2)
        # One is close in each statistic, and far if the gaps are added up.
        made[0] = [v + 0.9 * eps * s for v, s in zip(seen, scale, strict=True)]

        def kept(rule: Callable, thetas=thetas, made=made, seen=seen, scale=scale) -> list:
            gaps = [[(a - b) / s for a, b, s in zip(row, seen, scale, strict=True)] for row in made]
            return [t for t, row in zip(thetas, gaps, strict=True) if rule(row)]

        right = kept(lambda row: max(map(abs, row)) <= eps)  # noqa: B023
        found = abc(list(thetas), [list(row) for row in made], list(seen), list(scale), eps)
        claim(
            isinstance(found, list | tuple),
            f"asked for is a list of parameters, what came back is {show(found)}",
        )
        found = vector(found, len(found))
        hint = None
        if found == kept(lambda row: max(row) <= eps):  # noqa: B023
            hint = "A statistic may be too small, too: take the absolute value."
        elif dim > 1 and found == kept(lambda row: min(map(abs, row)) <= eps):  # noqa: B023
            hint = "All of them must be close, not one."
        elif found == kept(lambda row: math.hypot(*row) <= eps):  # noqa: B023
            hint = "Each statistic by itself within eps, not the length of all gaps together."
        elif found == kept(lambda row, s=scale: max(abs(g * u) for g, u in zip(row, s)) <= eps):  # noqa: B023, B905
            hint = "Each gap is measured in units of its own scale."
        claim(
            found == right,
            f"of {n} runs with {dim} statistic(s) and eps = {show(eps)}, {len(right)} are close; "
            f"you keep {len(found)}",
            hint,
        )


def score_means(eps: list, f: list, sigma: float, base: float) -> list:
    """The score-function gradient in the mean and in the log width of a Gaussian."""
    return [
        fmean((v - base) * e / sigma for e, v in zip(eps, f, strict=True)),
        fmean((v - base) * (e * e - 1) for e, v in zip(eps, f, strict=True)),
    ]


@check.property("14.3", hint="The scores are e / sigma and e * e - 1; take the mean of f off f.")
def is_the_gradient_of_the_expected_distance(draw: Random, by_score: Callable) -> None:
    """It is the mean of the distance, less its mean, times the two scores."""
    for n in (4, 30):
        m, sigma, to = draw.uniform(-2, 2), draw.uniform(0.3, 3), draw.uniform(-2, 2)
        eps = [draw.gauss(0, 1) for _ in range(n)]
        f = [(m + sigma * e - to) ** 2 for e in eps]
        right = score_means(eps, f, sigma, fmean(f))
        thetas = [m + sigma * e for e in eps]
        got = vector(by_score(thetas, list(f), m, sigma), 2)
        slips = [
            (score_means(eps, f, sigma, 0.0), "Take the mean of the distances off each of them."),
            ([sigma * right[0], right[1]], "The score of the mean is (theta - m) / sigma ** 2."),
            ([right[0] / sigma, right[1]], "The score of the mean is (theta - m) / sigma ** 2."),
            ([right[0], right[1] / sigma],
             "Asked is the slope in log sigma, that is, sigma times the slope in sigma."),
            ([n * v for v in right], "The mean over the draws, not the sum."),
            ([-v for v in right], "The gradient itself; the way down is its opposite."),
            ([right[0], fmean((v - fmean(f)) * e * e for e, v in zip(eps, f, strict=True))],
             "The score of log sigma has a -1: a wider density is lower."),
        ]  # fmt: skip
        # With the mean of f taken off, the -1 cancels: no slip at all.
        hint = next((h for wrong, h in slips if close(got, wrong, 1e-9)), None)
        claim(
            close(got, right, 1e-9),
            f"for {n} draws of Normal({show(m)}, {show(sigma)}) the estimate is {show(right)}, "
            f"you say {show(got)}",
            hint,
        )


@check.property("14.4", hint="(1 + how many are at least as far out) / (1 + how many there are).")
def is_the_share_as_far_out(draw: Random, how_odd: Callable) -> None:
    """It is the share of simulated numbers, the seen one among them, at least as far out."""
    for n, spread in ((9, 3), (50, 20), (50, 20), (5, 0)):  # the last: ties, both tails are 1
        made = [draw.randint(-spread, spread) for _ in range(n)]
        seen = draw.choice([draw.randint(-spread, spread), made[0], 5 * spread])

        def share(far: Callable, extra: int = 1, made=made, n=n) -> float:
            return (extra + sum(map(far, made))) / (n + extra)

        up, down = (lambda v: v >= seen), (lambda v: v <= seen)  # noqa: B023
        right = min(1.0, 2 * min(share(up), share(down)))
        got = number(how_odd(list(made), seen))
        slips = [
            (2 * min(share(up, 0), share(down, 0)),
             "Count the data as one more run: a share of exactly zero claims too much."),
            (min(share(up), share(down)), "Two tails: twice the smaller one."),
            (2 * min(share(up), share(down)), "Twice a share can exceed 1: then it is 1."),
            (share(up), "Data may be too small as well as too large: twice the smaller share."),
            (share(down), "Data may be too small as well as too large: twice the smaller share."),
            (min(1.0, 2 * min(share(lambda v: v > seen), share(lambda v: v < seen))),  # noqa: B023
             "Runs that equal the data count as at least as far out."),
        ]  # fmt: skip
        hint = next((h for wrong, h in slips if abs(got - wrong) < 1e-12), None)
        claim(
            abs(got - right) < 1e-9,
            f"of {n} runs {sum(map(up, made))} are at least, and {sum(map(down, made))} at most "
            f"{seen}: the share is {show(right)}, you say {show(got)}",
            hint,
        )


# The assignment's tasks ---------------------------------------------------------------------------


def by_lines(theta: Fraction, genes: int, sites: int) -> Fraction:
    """p(S = sites) by adding over how many mutations fall while there are 2, 3, ... lines."""
    chance = [Fraction(1)] + [Fraction(0)] * sites
    for k in range(2, genes + 1):
        p = theta / (theta + k - 1)
        chance = [
            sum(chance[s - m] * p**m * (1 - p) for m in range(s + 1)) for s in range(sites + 1)
        ]
    return chance[sites]


@task.property("1", hint="From k lines to the next: sum over m of chance[s - m] * p**m * (1 - p)")
def is_the_chance_of_that_many_sites(draw: Random, likelihood: Callable) -> None:
    """The chances are those that a sum over all ways gives, exactly, and add up to one."""
    for genes in (2, 3, draw.randint(4, 7)):
        theta = fraction(draw)
        for sites in (0, 1, draw.randint(2, 6)):
            right = by_lines(theta, genes, sites)
            got = exact(likelihood(theta, genes, sites), "theta")
            last = theta / (theta + genes - 1)
            hint = None
            if got == by_lines(theta, genes + 1, sites):
                hint = "The first coalescence leaves genes - 1 lines; k runs from 2 to genes."
            elif got == by_lines(theta, genes - 1, sites):
                hint = "While there are `genes` lines mutations fall, too: k runs up to genes."
            elif got == by_lines(theta / 2, genes, sites) or got == by_lines(
                2 * theta, genes, sites
            ):
                hint = "The chance that the next event is a mutation is theta / (theta + k - 1)."
            elif got == last**sites * (1 - last):
                hint = "That is the time with all lines only. Mutations fall after it, too."
            elif sites and got == sum(by_lines(theta, genes, s) for s in range(sites + 1)):
                hint = "Exactly that many sites, not at most."
            claim(
                got == right,
                f"for theta = {theta}, {genes} genes and {sites} sites the chance is "
                f"{show(float(right))}, you say {show(float(got))}",
                hint,
            )


class Runs:
    """A prior and a program that count their calls; the k-th parameter gives the k-th number."""

    def __init__(self, draw: Random):
        self.thetas: list[float] = []
        self.made: list[float] = []
        self.source = Random(draw.random())

    def prior(self) -> float:
        self.thetas.append(self.source.uniform(0, 10))
        return self.thetas[-1]

    def simulate(self, theta: float) -> float:
        claim(
            bool(self.thetas) and theta == self.thetas[-1],
            "the program was run at a theta that the prior has not drawn last",
            "theta = prior(), then x = simulate(theta), once for each theta",
        )
        claim(
            len(self.made) < len(self.thetas),
            "the program was run twice at one theta",
            "One run for each theta: who tries again until a run is close forgets which thetas "
            "seldom come close",
        )
        self.made.append(theta + self.source.gauss(0, 1))
        return self.made[-1]


@task.property("2", hint="Draw theta, run the program once, keep theta if the gap is at most eps")
def samples_what_it_says(draw: Random, rejection: Callable) -> None:
    """Kept are the first n parameters whose own run came close; every run is counted."""
    for n, eps in ((1, 0.5), (8, 0.3), (5, draw.uniform(0.2, 1.0))):
        runs, seen = Runs(draw), draw.uniform(3, 7)
        out = rejection(runs.prior, runs.simulate, seen, eps, n)
        claim(
            isinstance(out, tuple | list) and len(out) == 2,
            f"asked for is (kept, runs), what came back is {show(out)}",
            "`return kept, runs`",
        )
        kept, used = vector(out[0], n), number(out[1])
        pairs = zip(runs.thetas, runs.made, strict=False)
        right = [t for t, x in pairs if abs(x - seen) <= eps]
        hint = None
        if kept == [x for x in runs.made if abs(x - seen) <= eps][:n]:
            hint = "Keep the parameter, not the data that it made"
        elif kept == [t for t in runs.thetas if abs(t - seen) <= eps][:n]:
            hint = "Compare the data with what was seen, not the parameter"
        elif any(
            abs(x - seen) > eps for t, x in zip(runs.thetas, runs.made, strict=False) if t in kept
        ):
            hint = "The gap is an absolute value"
        claim(
            kept == right[:n] and len(right) >= n,
            f"with eps = {show(eps)}, the first {n} to come close were {show(right[:n])}, you kept "
            f"{show(kept)}",
            hint,
        )
        claim(
            len(right) == n,
            f"you ran on after {n} had been kept: {len(right)} came close",
            "Stop as soon as n are kept",
        )
        claim(
            used == len(runs.made),
            f"the program was run {len(runs.made)} times, you say {show(used)}",
            "Count every run, also those that are not kept",
        )


@task.property("3", hint="slope = sum of (s - mean s) * (theta - mean theta) / sum of squares of s")
def carries_each_draw_along_the_line(draw: Random, adjust: Callable) -> None:
    """On a line it undoes the gap exactly; off it, what is left over stays as it was."""
    for size in (3, 6):
        a, b = (Fraction(draw.randint(-9, 9) or 2, draw.randint(2, 5)) for _ in range(2))
        stats = [Fraction(v, 3) for v in draw.sample(range(-20, 21), size)]
        seen = fraction(draw)
        straight = [a + b * s for s in stats]
        for thetas in (straight, [t + fraction(draw, -6, 6) for t in straight]):
            mean_s, mean_t = sum(stats) / size, sum(thetas) / size
            top = sum((s - mean_s) * (t - mean_t) for s, t in zip(stats, thetas, strict=True))
            slope = top / sum((s - mean_s) ** 2 for s in stats)
            right = [t - slope * (s - seen) for s, t in zip(stats, thetas, strict=True)]
            out = adjust(list(thetas), list(stats), seen)
            vector(out, size)
            got = [exact(v, "every number") for v in out]
            other = sum((t - mean_t) ** 2 for t in thetas) / top if top else slope
            through = sum(s * t for s, t in zip(stats, thetas, strict=True)) / sum(
                s * s for s in stats
            )
            slips = [
                ([t + slope * (s - seen) for s, t in zip(stats, thetas, strict=True)],
                 "A run whose statistic is too large had too large a theta, if the slope is up: "
                 "subtract"),
                ([t - slope * (s - mean_s) for s, t in zip(stats, thetas, strict=True)],
                 "Carry each draw to what was *seen*, not to the mean of the runs"),
                ([mean_t + slope * (seen - mean_s)] * size,
                 "Each draw keeps its own distance from the line: that is the posterior's width"),
                ([t - through * (s - seen) for s, t in zip(stats, thetas, strict=True)],
                 "The line need not run through the origin: take the means off first"),
                ([t - other * (s - seen) for s, t in zip(stats, thetas, strict=True)],
                 "Divide by the squares of the statistic: the line predicts theta from s"),
            ]  # fmt: skip
            hint = next((h for wrong, h in slips if got == wrong), None)
            claim(
                got == right,
                f"thetas {show([float(t) for t in thetas])} with statistics "
                f"{show([float(s) for s in stats])}, seen {show(float(seen))}: moved along their "
                f"line they are {show([float(t) for t in right])}, you say "
                f"{show([float(t) for t in got])}",
                hint,
            )


def step_of(mu: float, sigma: float, eps: list, f: list, rate: float) -> list:
    """One step of SNES in one dimension."""
    n = len(f)
    raw = [max(0.0, math.log(n / 2 + 1) - math.log(k + 1)) for k in range(n)]
    worth = [v / sum(raw) - 1 / n for v in raw]
    best_first = [eps[i] for i in sorted(range(n), key=lambda i: f[i])]
    by_mu = math.fsum(u * e for u, e in zip(worth, best_first, strict=True))
    by_sigma = math.fsum(u * (e * e - 1) for u, e in zip(worth, best_first, strict=True))
    return [mu + sigma * by_mu, sigma * math.exp(rate / 2 * by_sigma)]


@task.property("4", hint="Order the draws by f, smallest f first; the best has the largest worth")
def steps_by_ranks(draw: Random, snes_step: Callable) -> None:
    """It moves the proposal by ranks: no monotone change of the distance changes the step."""
    for n in (4, 7, 12):
        mu, sigma, rate = draw.uniform(-2, 2), draw.uniform(0.2, 3), draw.uniform(0.1, 0.9)
        eps = [draw.gauss(0, 1) for _ in range(n)]
        f = [(mu + sigma * e - 1) ** 2 + draw.uniform(0, 0.1) for e in eps]
        right = step_of(mu, sigma, eps, f, rate)
        for warped in (f, [math.exp(v) for v in f]):
            got = vector(snes_step(mu, sigma, list(eps), warped, rate), 2)
            up = step_of(mu, sigma, eps, [-v for v in f], rate)
            slips = [
                (up, "That climbs: the smallest distance is the best"),
                ([right[0], step_of(mu, sigma, eps, f, 2 * rate)[1]],
                 "The exponent is rate / 2 times the sum"),
                ([mu + (right[0] - mu) / sigma, right[1]],
                 "The step of mu is in units of sigma: sigma times the sum"),
                ([right[0], sigma + sigma * math.log(right[1] / sigma)],
                 "sigma is multiplied by an exponential, so that it stays positive"),
            ]  # fmt: skip
            hint = next((h for wrong, h in slips if close(got, wrong, 1e-9)), None)
            claim(
                close(got, right, 1e-9),
                f"from Normal({show(mu)}, {show(sigma)}) with draws {show(eps)} and distances "
                f"{show(warped)} the step leads to {show(right)}, you say {show(got)}",
                hint,
            )


class Box:
    """A black box with one parameter, its typical size of noise, and a count of its runs."""

    def __init__(self, name: str, draw: Random):
        self.name, self.rng, self.runs = name, Random(draw.random()), 0
        self.low, self.high = {"root": (0.0, 9.0), "jump": (-3.0, 3.0), "fall": (1.0, 5.0)}[name]

    def clean(self, theta: float) -> float:
        if self.name == "root":
            return math.sqrt(theta)
        if self.name == "jump":
            return math.floor(4 * theta) / 4 + 0.2 * theta
        return 50 * math.exp(-theta)

    @property
    def noise(self) -> float:
        return {"root": 0.2, "jump": 0.3, "fall": 0.8}[self.name]

    def run(self, theta: float, budget: int = 10**9) -> float:
        """One noisy run, inside of the prior and of the budget."""
        claim(
            self.low <= theta <= self.high,
            f"you ran the program at {show(theta)}, outside of {self.low} to {self.high}",
            "Keep every trial between low and high",
        )
        self.runs += 1
        claim(
            self.runs <= budget,
            f"more than {budget} runs were made",
            "Plan the runs before you begin; each one costs",
        )
        return self.clean(theta) + self.rng.gauss(0, self.noise)


@task.property("5", hint="Look where the runs were close, with more runs there; then average")
def finds_it_in_a_budget(draw: Random, infer: Callable) -> None:
    """In three kinds of black box it finds the parameter from 400 noisy runs."""
    budget, worst = 400, {"root": 0.2, "jump": 0.13, "fall": 0.2}
    for name in worst:
        misses = []
        for _ in range(6):
            box = Box(name, draw)
            span = box.high - box.low
            truth = draw.uniform(box.low + 0.2 * span, box.high - 0.2 * span)
            seen = box.clean(truth)

            def simulate(theta: float, box: Box = box) -> float:
                return box.run(float(theta), budget)

            got = number(infer(simulate, seen, box.low, box.high, budget, Random(draw.random())))
            misses.append(got - truth)
        typical = math.sqrt(fmean(v * v for v in misses))
        claim(
            typical < worst[name],
            f"in six boxes of the kind {name!r} you miss the truth by {show(typical)} (root mean "
            f"square of {show(misses)}); at most {worst[name]} is asked for",
            "One run has much noise; many runs near the truth have little between them. "
            "Fit a line through the closest runs, say",
        )
