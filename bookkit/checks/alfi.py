"""The checks of *Learning to optimise, learning to infer: ALFI*: the chapter's exercises.

No answer is held here, only what is true of every right one: a score has mean zero, an estimate of
a gradient lies within its own error of the gradient, ranks of an exact posterior are uniform.
"""

import math
from collections.abc import Callable
from random import Random
from statistics import fmean, stdev

from bookkit.checks import Checks, claim, close, number, show, vector

check = Checks("Exercise")


@check.property(
    "15.1",
    hint="log q = -log s - (theta - m)^2 / (2 s^2) and a constant. Differentiate by m; then by "
    "log s, where d/dlog s is s times d/ds.",
)
def score_is_the_slope(draw: Random, score: Callable) -> None:
    """The score agrees with differences of log q."""
    m, log_s, theta = draw.uniform(-1, 1), draw.uniform(-1, 0.5), draw.uniform(-2, 2)

    def log_q(m, log_s):
        return -log_s - (theta - m) ** 2 * math.exp(-2 * log_s) / 2

    e = 1e-5
    slopes = [
        (log_q(m + e, log_s) - log_q(m - e, log_s)) / (2 * e),
        (log_q(m, log_s + e) - log_q(m, log_s - e)) / (2 * e),
    ]
    yours = vector(score([m, log_s], theta), 2)
    # eps squared, 1e-10, times third derivatives of at most a few hundred
    claim(
        close(yours, slopes, 1e-6),
        f"at m = {show(m)}, log s = {show(log_s)}, theta = {show(theta)} your score is "
        f"{show(yours)}; differences give {show(slopes)}",
    )


@check.property(
    "15.1",
    hint="Its mean must vanish, because the total probability is 1 whatever psi. Have you lost the "
    "-1 of the second entry?",
)
def score_has_mean_zero(draw: Random, score: Callable) -> None:
    """Averaged over draws from q, the score is zero within four standard errors."""
    m, log_s, n = draw.uniform(-1, 1), draw.uniform(-1, 0.5), 4000
    rows = [vector(score([m, log_s], m + math.exp(log_s) * draw.gauss(0, 1)), 2) for _ in range(n)]
    for i, name in enumerate(("m", "log s")):
        column = [row[i] for row in rows]
        mean, error = fmean(column), stdev(column) / math.sqrt(n)
        claim(
            abs(mean) < 4 * error,
            f"over {n} draws at m = {show(m)}, log s = {show(log_s)} the entry for {name} has the "
            f"mean {show(mean)}, with a standard error of {show(error)}",
        )


class Dice(Random):
    """A Random that a message shows by name, not by its place in memory."""

    def __repr__(self) -> str:
        return "rng"


def _seen_by(f, seen):
    """f, and a record of where it was asked."""

    def ask(theta):
        seen.append(theta)
        return f(theta)

    return ask


@check.property(
    "15.2",
    hint="Draw theta = m + s * rng.gauss(0, 1), call f(theta) once a draw, multiply by the score, "
    "and average.",
)
def nes_gradient_is_the_gradient(draw: Random, nes_gradient: Callable) -> None:
    """The estimates average to the true gradient, within three standard errors."""
    m, log_s, target = draw.uniform(-1, 1), draw.uniform(-0.7, 0.2), draw.uniform(-1, 1)
    true = [2 * (m - target), 2 * math.exp(2 * log_s)]  # of E[(theta - target)^2]
    runs, asked = [], []
    for k in range(40):
        f = _seen_by(lambda theta: (number(theta) - target) ** 2, asked)
        found = nes_gradient(f, [m, log_s], 250, Dice(f"{draw.random()} {k}"))
        runs.append(vector(found, 2))
    claim(
        len(asked) == 40 * 250,
        f"with n = 250 the function was asked {len(asked) // 40} times a call",
        "Call f once for each of the n draws.",
    )
    for i, name in enumerate(("m", "log s")):
        column = [row[i] for row in runs]
        mean, error = fmean(column), stdev(column) / math.sqrt(len(column))
        claim(error > 0, "forty calls with different rng gave the same estimate", "Use rng.")
        # Three errors; draws are seeded, so the verdict on an answer never changes.
        claim(
            abs(mean - true[i]) < 3 * error,
            f"for f = (theta - {show(target)})^2, m = {show(m)}, log s = {show(log_s)}: the mean "
            f"of 40 estimates for {name} is {show(mean)} +- {show(error)}, the gradient is "
            f"{show(true[i])}",
        )


@check.property(
    "15.3",
    hint="The rank is how many of the draws lie below the truth: a number from 0 to the number "
    "of draws.",
)
def rank_counts(draw: Random, rank: Callable) -> None:
    """A truth below all draws has rank 0, above all the number of draws, and each counts one."""
    draws = [draw.gauss(0, 1) for _ in range(19)]
    for truth, expected in ((min(draws) - 1, 0), (max(draws) + 1, 19)):
        got = number(rank(list(draws), truth))
        claim(got == expected, f"for a truth of {show(truth)} you say {show(got)}")
    middle = sorted(draws)[9]
    below, above = (number(rank(list(draws), middle + e)) for e in (-1e-9, 1e-9))
    claim(above - below == 1, f"passing one draw changes your rank by {show(above - below)}")


@check.property("15.3", hint="Compare with <, not with the distance from the mean.")
def ranks_are_uniform(draw: Random, rank: Callable) -> None:
    """For an exact posterior the ranks are uniform."""
    counts = [0] * 10
    for _ in range(2000):
        theta = draw.gauss(0, 1)  # prior Normal(0, 1); one datum x ~ Normal(theta, 1)
        x = theta + draw.gauss(0, 1)
        posterior = [x / 2 + math.sqrt(0.5) * draw.gauss(0, 1) for _ in range(19)]
        counts[int(number(rank(posterior, theta))) // 2] += 1
    chi2 = sum((c - 200) ** 2 / 200 for c in counts)
    # chi-squared with 9 degrees of freedom exceeds 27.9 once in a thousand.
    claim(chi2 < 27.9, f"over 2000 exact posteriors your ranks fall {show(counts)} into ten bins")
