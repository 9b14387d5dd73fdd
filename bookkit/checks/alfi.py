"""The checks of *Learning to optimise, learning to infer: ALFI*: its exercises, and the tasks
of its assignment.

No answer is held here, only what is true of every right one: a score has mean zero, an estimate of
a gradient lies within its own error of the gradient, ranks of an exact posterior are uniform.

The assignment is about bursts of protein. A cell is on with probability p = 1/(1 + exp(-theta_0));
one that is on holds a geometric number of proteins of mean b = exp(theta_1), one that is off none:
p(k) = (1 - p)[k = 0] + p (1 - r) r^k with r = b/(1 + b).
"""

import math
from collections.abc import Callable
from random import Random
from statistics import fmean, stdev
from typing import Any

import jax
import numpy as np
from scipy import stats

from alfi import calibration
from alfi.errors import SimulatorError
from alfi.inference import infer
from alfi.recurrent_machine import RecurrentMachine
from alfi.simulators import Uniform
from alfi.simulators import check as keeps_the_contract
from bookkit.checks import Checks, CounterExample, asked, claim, close, number, show, there, vector
from bookkit.checks.arrays import finite_array

check = Checks("Exercise")
task = Checks("Task")


def differences(f: Callable, point: list[float], step: float = 1e-5) -> list[float]:
    """Central differences of f by each coordinate of the point.

    >>> [round(d, 6) for d in differences(lambda p: p[0] ** 2 * p[1], [3.0, 2.0])]
    [12.0, 9.0]
    """
    slopes = []
    for i, value in enumerate(point):
        up, down = ([*point[:i], value + h, *point[i + 1 :]] for h in (step, -step))
        slopes.append((f(up) - f(down)) / (2 * step))
    return slopes


@check.property(
    "15.1",
    hint="log q = -log s - (theta - m)^2 / (2 s^2) and a constant. Differentiate by m; then by "
    "log s, where d/dlog s is s times d/ds.",
)
def score_is_the_slope(draw: Random, score: Callable) -> None:
    """The score agrees with differences of log q."""
    m, log_s, theta = draw.uniform(-1, 1), draw.uniform(-1, 0.5), draw.uniform(-2, 2)

    def log_q(psi):
        return -psi[1] - (theta - psi[0]) ** 2 * math.exp(-2 * psi[1]) / 2

    slopes = differences(log_q, [m, log_s])
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
    runs: list[list[float]] = []
    places: list[float] = []
    for k in range(40):
        f = _seen_by(lambda theta: (number(theta) - target) ** 2, places)
        found = nes_gradient(f, [m, log_s], 250, Dice(f"{draw.random()} {k}"))
        runs.append(vector(found, 2))
    claim(
        len(places) == 40 * 250,
        f"with n = 250 the function was asked {len(places) // 40} times a call",
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


# ------------------------------------------------------------- the assignment: bursts of protein

PRIOR = Uniform((-1.5, 0.5), (2.0, 3.5))
FLOAT32 = 1e-4  # answers may be JAX's: a few hundred roundings of 6e-8, a difference over 0.1
BOX = list(zip(PRIOR.low, PRIOR.high, strict=True))
N_CELLS = 100


def log_burst(psi: float, k: int) -> float:
    """log q(k), one burst of mean exp(psi): k log(b/(1 + b)) - log(1 + b).

    >>> round(sum(math.exp(log_burst(0.7, k)) for k in range(200)), 9)
    1.0
    """
    return -k * math.log1p(math.exp(-psi)) - math.log1p(math.exp(psi))


def cells(rng: np.random.Generator, theta: list[float], n: int) -> np.ndarray:
    """Protein counts of n cells, whole numbers, (n,).

    >>> cells(np.random.default_rng(0), [30.0, 1.0], 20_000).mean().round(1)  # all on, b = e
    np.float64(2.7)
    """
    on = rng.uniform(size=n) < 1 / (1 + math.exp(-theta[0]))
    k = np.floor(np.log1p(-rng.uniform(size=n)) / -math.log1p(math.exp(-theta[1])))
    return np.where(on, k, 0.0)


def _all_counts(psi: float) -> range:
    """The counts that matter: the chance of all others is (b/(1 + b))^K < e^-40."""
    return range(math.ceil(40 * (1 + math.exp(psi))))


@task.property(
    "1",
    hint="log q(k) = k log b - (k + 1) log(1 + b), and b = exp(psi): so db/dpsi = b.",
)
def score_of_a_burst(draw: Random, score: Callable, information: Callable) -> None:
    """The score agrees with differences of log q."""
    for _ in range(20):
        psi, k = draw.uniform(-1, 2.5), draw.randint(0, 30)
        yours = number(score(psi, k))
        slope = differences(lambda point, k=k: log_burst(point[0], k), [psi])[0]
        by_b = close(yours * math.exp(psi), slope, 1e-5)
        # The difference is right to 1e-9 (k + 1); an answer may be float32, and add k terms.
        claim(
            abs(yours - slope) < 1e-5 * (k + 1),
            f"at psi = {show(psi)}, k = {k} your score is {show(yours)}; differences give "
            f"{show(slope)}",
            "That is the slope by b. The question is the slope by psi = log b." if by_b else None,
        )


@task.property(
    "1",
    hint="The mean of score^2 over k. Which sum over k do you know: that of k, of (k - b)^2?",
)
def information_is_the_variance(draw: Random, score: Callable, information: Callable) -> None:
    """The information is the variance of the score, whose mean is zero."""
    for _ in range(4):
        psi = draw.uniform(-1, 2.5)
        rows = [(math.exp(log_burst(psi, k)), number(score(psi, k))) for k in _all_counts(psi)]
        mean = math.fsum(q * s for q, s in rows)
        claim(abs(mean) < 1e-4, f"at psi = {show(psi)} the mean of your score is {show(mean)}")
        variance, yours = math.fsum(q * s * s for q, s in rows), number(information(psi))
        b, hint = math.exp(psi), None
        if close(yours * b * b, variance, FLOAT32):
            hint = "That is what a burst tells about b. About log b: multiply by (db/dpsi)^2"
        elif close(yours, b * (1 + b), FLOAT32):
            hint = "That is the variance of k itself. The score divides k - b by something"
        elif close(1 / max(yours, 1e-12), variance, FLOAT32):
            hint = "That is the bound, one over the information"
        claim(
            close(yours, variance, FLOAT32),
            f"at psi = {show(psi)} you say {show(yours)}; the squares of your scores, weighed by "
            f"their probabilities, add up to {show(variance)}",
            hint,
        )


# ------------------------------------------------------------------------------- a set of cells


def _cells(draw: Random, n: int, theta: list[float] | None = None) -> np.ndarray:
    theta = theta or [draw.uniform(low, high) for low, high in BOX]
    return cells(np.random.default_rng(draw.getrandbits(64)), theta, n)


def _differs(a: np.ndarray, b: np.ndarray) -> bool:
    # JAX adds in float32: a hundred terms agree to 1e-5 of the largest.
    return bool(np.abs(a - b).max() > 1e-5 * max(np.abs(a).max(), 1e-9))


@task.property("2", hint="Turn each cell into a few numbers, then average over the cells.")
def has_one_length(draw: Random, embed: Callable) -> None:
    """The embedding is as long for few cells as for many, and finite for dead ones."""
    few, many = (finite_array(embed(_cells(draw, n))).ravel() for n in (7, 60))
    claim(
        few.shape == many.shape,
        f"7 cells give {few.size} numbers, 60 cells give {many.size}",
        "A sorted or padded list grows with the data. Pool over the cells: a mean has one length",
    )
    dark = np.asarray(embed(np.zeros(12)), dtype=float)
    claim(
        bool(np.isfinite(dark).all()),
        f"twelve cells without any protein give {show(dark.ravel().tolist())}",
        "The logarithm of 0 is no number; log1p(x) = log(1 + x) is",
    )


@task.property("2", hint="A mean does not ask who came first. Does any part of yours pick a cell?")
def ignores_the_order(draw: Random, embed: Callable) -> None:
    """The order of the cells says nothing."""
    x = _cells(draw, 60)
    x[0] = x.max() + 1
    first, last = (finite_array(embed(data)).ravel() for data in (x.copy(), x[::-1].copy()))
    at = int(np.abs(first - last).argmax())
    claim(
        not _differs(first, last),
        f"read backwards, 60 cells change entry {at} of your embedding from "
        f"{show(float(first[at]))} to {show(float(last[at]))}",
    )


@task.property(
    "2", hint="Divide by the number of cells: a sum grows with the data, a mean does not."
)
def ignores_copies(draw: Random, embed: Callable) -> None:
    """Every cell counted twice says the same as every cell counted once."""
    x = _cells(draw, 60)
    once, twice = (finite_array(embed(data)).ravel() for data in (x, np.concatenate([x, x])))
    at = int(np.abs(once - twice).argmax())
    factor = float(twice[at] / once[at]) if once[at] else math.inf
    hint = None
    if 0.97 < factor < 1.03:
        hint = "Nearly. Do you divide by n - 1 where n would do? Quantiles move a little, too"
    claim(
        not _differs(once, twice),
        f"60 cells, and the same ones copied, differ in entry {at}: {show(float(once[at]))} and "
        f"{show(float(twice[at]))}",
        hint,
    )


def cell_information(theta: list[float]) -> np.ndarray:
    """What one cell tells about theta, (2, 2): its law's Fisher information, summed over counts.

    >>> cell_information([30.0, 1.0]).round(3)  # all on: one burst, b / (1 + b) about log b
    array([[0.   , 0.   ],
           [0.   , 0.731]])
    """
    p, b = 1 / (1 + math.exp(-theta[0])), math.exp(theta[1])
    r, k = b / (1 + b), np.arange(1, len(_all_counts(theta[1])))
    dark = 1 - p * r
    bright = np.array([np.full(len(k), 1 - p), (k - b) / (1 + b)])
    none = np.array([-p * (1 - p) * r, -p * r * (1 - r)]) / dark
    return (p * (1 - r) * r**k * bright) @ bright.T + dark * np.outer(none, none)


def embedded_information(embed: Callable, theta: list[float], n: int, dice: int) -> np.ndarray:
    """What a straight line through the embedding of n cells tells about theta, (2, 2).

    Slopes of its mean, over 200 sets with the same dice, weighed by the inverse of its covariance.
    """

    def rows(i: int, move: float) -> np.ndarray:
        at = [theta[j] + move * (i == j) for j in (0, 1)]
        made = (cells(np.random.default_rng([dice, k]), at, n) for k in range(200))
        return np.array([finite_array(embed(x)).ravel() for x in made])

    here = rows(0, 0.0)
    spread = here.std(axis=0)
    moves = spread > 1e-6 * np.abs(here).max(axis=0)
    if not moves.any():
        return np.zeros((2, 2))
    slopes = [(rows(i, 0.1) - rows(i, -0.1)).mean(axis=0)[moves] / 0.2 for i in (0, 1)]
    white = np.array(slopes) / spread[moves]
    like = np.atleast_2d(np.corrcoef(here[:, moves].T))
    return white @ np.linalg.pinv(like, rcond=1e-6, hermitian=True) @ white.T


@task.property(
    "2",
    hint="The mean count is p times b, so one number cannot tell the two apart, nor can several "
    "that follow from it. Average something more: how many cells are dark? how large are the "
    "squares, the logarithms?",
)
def tells_laws_apart(draw: Random, embed: Callable) -> None:
    """Two laws that a hundred cells tell apart, the embedding tells apart a third as well."""
    for _ in range(2):
        theta = [draw.uniform(-1, 1.5), draw.uniform(1, 3)]
        whole = N_CELLS * cell_information(theta)
        kept = embedded_information(embed, theta, N_CELLS, draw.getrandbits(32))
        # The direction in which least is kept: of theta, in standard errors of the exact law.
        root = np.linalg.inv(np.linalg.cholesky(whole))
        shares, ways = np.linalg.eigh(root @ kept @ root.T)
        step = root.T @ ways[:, 0] * 1.5
        ends = [1 / (1 + math.exp(-theta[0] - e * step[0])) for e in (-1, 1)]
        bursts = [math.exp(theta[1] + e * step[1]) for e in (-1, 1)]
        # Two moments keep half and more, logarithms nine tenths; the mean and its square a tenth.
        claim(
            shares[0] > 1 / 9,
            f"a share of {show(ends[0])} on with bursts of {show(bursts[0])}, and {show(ends[1])} "
            f"with bursts of {show(bursts[1])}: a hundred cells tell them apart by 3 standard "
            f"errors, your embedding of them by {3 * math.sqrt(max(float(shares[0]), 0.0)):.1f}",
        )


# ---------------------------------------------------------------------------------- a calibration


def _conjugate(draw: Random) -> tuple[Callable, Callable, Callable]:
    """Prior, program, and posteriors made from the exact one, for n data with Gaussian noise."""
    centre, tau = draw.uniform(-2, 2), draw.uniform(0.5, 2)
    sigma, n_data = draw.uniform(0.5, 2), draw.randint(1, 6)
    weight = n_data * tau**2 / (n_data * tau**2 + sigma**2)
    sd = tau * math.sqrt(1 - weight)

    def prior(rng):
        return rng.normal(centre, tau)

    def simulate(theta, rng):
        return rng.normal(theta, sigma, n_data)

    def made(stretch, shift, hump=0.0):
        def posterior(x, n, rng):
            mean = centre + weight * (x.mean() - centre) + shift * sd
            return rng.normal(mean + hump * sd * rng.choice([-1, 1], n), stretch * sd, n)

        return posterior

    return prior, simulate, made


FAULTS = {
    "over-confident, 0.6 times as wide as the exact one": (
        (0.6, 0.0),
        "Its ranks pile up at both ends, and their mean is right. Are there enough episodes to see "
        "it, and do you look at more than the mean?",
    ),
    "over-cautious, 1.6 times as wide as the exact one": (
        (1.6, 0.0),
        "Its ranks pile up in the middle. Too much coverage is a fault too",
    ),
    "biased by half a standard deviation": (
        (1.0, 0.5),
        "Its ranks pile up at one end. Most 90 % intervals still hold the truth: look at all ranks",
    ),
    # The humps stand where the ranks' variance is a twelfth, and where 90 % are covered.
    "of two humps, with nothing between them": (
        (0.242, 0.0, 0.85),
        "Mean and variance of its ranks are those of an honest one: look at the whole histogram",
    ),
    "of two humps, farther apart": (
        (0.3, 0.0, 1.26),
        "Nine tenths of its 90 % intervals hold the truth: look at the whole histogram",
    ),
}


@task.property(
    "3",
    hint="Ranks among n draws are n + 1 whole numbers, all equally likely. Is your threshold that "
    "of one false alarm in a hundred? A test for continuous numbers sees their steps.",
)
def passes_the_exact(draw: Random, honest: Callable) -> None:
    """The exact posterior passes."""
    prior, simulate, made = _conjugate(draw)
    passed = 0
    for _ in range(20):
        said = honest(prior, simulate, made(1, 0), draw.getrandbits(32))
        claim(
            isinstance(said, bool | np.bool_),
            f"your function returned {show(said)}, where True or False is asked for",
            "Compare: p > 0.01 is True or False",
        )
        passed += bool(said)
    # One false alarm in a hundred: more than two among twenty once in a thousand times.
    claim(passed >= 18, f"with twenty seeds, the exact posterior passed your test {passed} times")


@task.property("3", hint="Make `rng = np.random.default_rng(seed)` once, and hand it to all three.")
def throws_by_the_seed(draw: Random, honest: Callable) -> None:
    """One seed makes one run, another seed another."""
    prior, simulate, made = _conjugate(draw)
    drawn: list[float] = []

    def noted(rng):
        drawn.append(float(prior(rng)))
        return drawn[-1]

    def run(seed):
        drawn.clear()
        honest(noted, simulate, made(1, 0), seed)
        return drawn[:5]

    one, two = draw.sample(range(10**6), 2)
    first, again, other = run(one), run(one), run(two)
    claim(
        first == again,
        f"with the seed {one} your first parameters are {show(first)}, and once more {show(again)}",
    )
    claim(
        first != other,
        f"with the seeds {one} and {two} your first parameters are the same, {show(first)}",
    )


@task.property("3", hint="Use some hundreds of episodes, and look at all ranks.")
def fails_the_others(draw: Random, honest: Callable) -> None:
    """Posteriors that are over-confident, over-cautious, biased or of another shape fail."""
    for fault, (form, hint) in FAULTS.items():
        for _ in range(3):
            prior, simulate, made = _conjugate(draw)
            said = honest(prior, simulate, made(*form), draw.getrandbits(32))
            claim(not said, f"a posterior that is {fault} passed your test", hint)


# ------------------------------------------------------------------------- a program, and a machine


def exact_means(x: np.ndarray, m: int = 101) -> np.ndarray:
    """Posterior means of theta, (n_sets, 2), for cells x, (n_sets, n): a sum over a grid.

    A grid of m by m points lies over the prior; a step is a fifth of the narrowest posterior.
    """
    (low, high) = np.array(PRIOR.low), np.array(PRIOR.high)
    odds, log_b = np.meshgrid(*np.linspace(low, high, m).T, indexing="ij")
    p, r = 1 / (1 + np.exp(-odds)), 1 / (1 + np.exp(-log_b))
    dark = (x == 0).sum(axis=1)[:, None, None]
    log_w = dark * np.log(1 - p * r) + (x.shape[1] - dark) * np.log(p * (1 - r))
    log_w = log_w + x.sum(axis=1)[:, None, None] * np.log(r)
    w = np.exp(log_w - log_w.max(axis=(1, 2), keepdims=True))
    w = w / w.sum(axis=(1, 2), keepdims=True)
    return np.stack([(w * odds).sum(axis=(1, 2)), (w * log_b).sum(axis=(1, 2))], axis=1)


@there
def _contract(Bursts: Callable) -> tuple[list, np.ndarray, list | None]:
    """The bounds of its prior, what `features` makes of seven counts, a rule that it breaks."""
    simulator = Bursts()
    prior = getattr(simulator, "prior", None)
    bounds = [list(map(float, getattr(prior, end, ()))) for end in ("low", "high")]
    asked(simulator.simulate)(jax.random.key(0), np.array([0.0, 1.0], np.float32), 7)
    seen = np.asarray(asked(simulator.features)(np.arange(7, dtype=np.float32)[:, None]))
    if not (bounds == [[*PRIOR.low], [*PRIOR.high]] and seen.ndim == 2 and len(seen) == 7):
        return bounds, seen, None
    try:
        keeps_the_contract(simulator)
    except SimulatorError as error:
        return bounds, seen, [*str(error).rpartition(". ")[::2]]
    return bounds, seen, None


@task.property("4", hint="Run alfi.simulators.check on it; it says what is wrong.")
def is_a_simulator(draw: Random, Bursts: Callable, machine: Any) -> None:
    """The program keeps the contract of a simulator."""
    bounds, seen, broken = _contract(Bursts)
    claim(
        bounds == [[*PRIOR.low], [*PRIOR.high]],
        f"your prior has the bounds {show(bounds)}",
        f"The text asks for {PRIOR}",
    )
    claim(
        seen.ndim == 2 and len(seen) == 7,
        f"features maps counts of shape (7, 1) to shape {seen.shape}",
        "One row a cell stays one row a cell; numbers of a cell are joined along axis=-1",
    )
    claim(
        bool(np.isfinite(seen).all()),
        f"features of a count of 0 are {show(seen[0].tolist())}",
        "The logarithm of 0 is no number; log1p(x) = log(1 + x) is",
    )
    if broken:
        raise CounterExample(*broken)


@there
def _made(Bursts: Callable, seed: int, theta: list, n: int) -> np.ndarray:
    """So many cells, (n,), from the student's program."""
    x = Bursts().simulate(jax.random.key(seed), np.array(theta, np.float32), n)
    return np.asarray(x)[:, 0]


@there
def _sets(Bursts: Callable, seeds: list[int], theta: list, n: int) -> np.ndarray:
    """A set of so many cells from each seed, (seeds, n)."""
    make = jax.jit(lambda key, theta: Bursts().simulate(key, theta, n)[:, 0])
    at = np.array(theta, np.float32)
    return np.stack([np.asarray(make(jax.random.key(seed), at)) for seed in seeds])


@task.property(
    "4",
    hint="Split the key, one part for each draw: a key used twice gives the same dice twice. "
    "jax.random.geometric counts from 1; the number of proteins from 0.",
)
def has_the_law(draw: Random, Bursts: Callable, machine: Any) -> None:
    """Its cells are dark, and bright, as often as the law says."""
    n = 4000
    for third in range(3):  # small, middling and large bursts
        theta = [draw.uniform(-1.5, 2.0), 0.5 + third + draw.random()]
        x = finite_array(_made(Bursts, draw.getrandbits(31), theta, n), (n,))
        p, b = 1 / (1 + math.exp(-theta[0])), math.exp(theta[1])
        r, large = b / (1 + b), math.ceil(2 * b)
        facts = {
            "without protein": (np.mean(x == 0), 1 - p * r),
            f"with more than {large} proteins": (np.mean(x > large), p * r ** (large + 1)),
        }
        for what, (share, law) in facts.items():
            # Four standard errors of a share among n cells; six comparisons in all.
            claim(
                abs(share - law) < 4 * math.sqrt(law * (1 - law) / n),
                f"at theta = {show(theta)}, that is p = {show(p)} and b = {show(b)}, the share of "
                f"cells {what} is {show(float(share))}; the law says {show(law)}",
            )


@task.property(
    "4",
    hint="Each cell throws its own dice: two arrays of shape (n_obs, 1), each from its own key.",
)
def cells_are_independent(draw: Random, Bursts: Callable, machine: Any) -> None:
    """From set to set, the number of dark cells varies as that of independent cells does."""
    theta, n_sets = [draw.uniform(-0.5, 0.5), draw.uniform(2, 3)], 60
    seeds = [draw.getrandbits(31) for _ in range(n_sets)]
    dark = (finite_array(_sets(Bursts, seeds, theta, N_CELLS), (n_sets, N_CELLS)) == 0).sum(axis=1)
    off = 1 - 1 / (1 + math.exp(-theta[0])) / (1 + math.exp(-theta[1]))
    ratio = float(dark.var(ddof=1) / (N_CELLS * off * (1 - off)))
    # 59 ratio is chi-squared: four of its standard deviations, 0.18 each.
    claim(
        0.27 < ratio < 1.73,
        f"over {n_sets} sets of {N_CELLS} cells the number of dark ones varies {show(ratio)} times "
        "as much as that of independent cells",
    )


PARAMETERS = ("the log odds", "the log burst size")


@there
def _read(machine: Any, Bursts: Callable, x: np.ndarray) -> tuple:
    """Means of theta, and the ends of 90 % intervals, (n_sets, 2) each, from x, (n_sets, n)."""
    claim(
        isinstance(machine, RecurrentMachine),
        f"the machine that came is {show(machine)} ({type(machine).__name__})",
        "Run the cell that trains it again, then this one",
    )
    posterior = infer(machine, Bursts(), jax.random.key(0), x[:, :, None].astype(np.float32))
    return posterior.mean, posterior.quantile(0.05), posterior.quantile(0.95)


@task.property(
    "4",
    hint="Train for more iterations, or show the network logarithms: counts range over decades, "
    "and `features` decides what it sees.",
)
def reads_well(draw: Random, Bursts: Callable, machine: Any) -> None:
    """Its mean error is at most 1.2 times that of the exact posterior's mean, and its 90 %
    intervals hold about 90 % of the truths."""
    rng = np.random.default_rng(draw.getrandbits(64))
    theta = rng.uniform(PRIOR.low, PRIOR.high, size=(400, 2))
    x = np.stack([cells(rng, t, N_CELLS) for t in theta])  # the check's own program
    mean, low, high = (finite_array(part, (400, 2)) for part in _read(machine, Bursts, x))
    ratio = calibration.rmse_ratio(mean, exact_means(x), theta).ratio
    cover = ((low <= theta) & (theta <= high)).mean(axis=0)
    for name, r in zip(PARAMETERS, ratio, strict=True):
        claim(
            r <= 1.2,
            f"over 400 new data sets of {N_CELLS} cells, the error of {name} is {show(float(r))} "
            "times that of the exact posterior's mean",
        )
    for name, share in zip(PARAMETERS, cover, strict=True):
        # 400 truths know a share of 0.9 to 0.015; four of those either way.
        claim(
            0.84 <= share <= 0.96,
            f"of 400 truths, {100 * share:.1f} % lie in the 90 % interval of {name}",
            "Widths settle last, when the learning rate has fallen: train for more iterations, on "
            f"sets of {N_CELLS} cells",
        )


# ------------------------------------------------------------------- the program that has changed


def thinned_law(theta: list[float], efficiency: float, counts: np.ndarray) -> np.ndarray:
    """The chances of finding `counts` proteins where each is found with this probability.

    >>> float(thinned_law([0.0, 1.0], 0.5, np.arange(400)).sum().round(9))
    1.0
    """
    p = 1 / (1 + math.exp(-theta[0]))
    there = np.arange(len(_all_counts(theta[1])))
    chance = p * np.exp([log_burst(theta[1], k) for k in there.tolist()])
    chance[0] += 1 - p
    return stats.binom.pmf(counts[:, None], there, efficiency) @ chance


@task.property(
    "5",
    hint="A cell that is on stays on. Of a geometric number with mean b, each found with the "
    "probability e, a geometric number with which mean is left?",
)
def bias_explains(draw: Random, bias: Callable, newton_step: Callable) -> None:
    """The aged detector at theta makes what the old one makes at theta + bias."""
    counts = np.arange(12)
    for _ in range(3):
        theta = [draw.uniform(-1.5, 2.0), draw.uniform(0.5, 2.5)]
        efficiency = draw.uniform(0.2, 0.9)
        off = vector(bias(efficiency), 2)
        seen = thinned_law(theta, efficiency, counts)
        yours = thinned_law([theta[0] + off[0], theta[1] + off[1]], 1.0, counts)
        worst = int(np.abs(seen - yours).argmax())
        flipped = thinned_law([theta[0] - off[0], theta[1] - off[1]], 1.0, counts)
        claim(
            np.abs(seen - yours).max() < 1e-5,  # log(efficiency) may be float32
            f"at theta = {show(theta)} a detector of efficiency {show(efficiency)} finds {worst} "
            f"proteins with probability {show(float(seen[worst]))}; the old one, with your bias of "
            f"{show(off)} added to theta, with {show(float(yours[worst]))}",
            "The right size, the wrong sign: the bias is what an estimate is *off* by. Are fewer "
            "proteins found, or more?"
            if np.abs(seen - flipped).max() < 1e-5
            else None,
        )


SEEDS = list(range(16))


def _linear(draw: Random) -> tuple[Callable, np.ndarray, np.ndarray]:
    """A statistic of data that are two numbers, its slopes, not symmetric, and the truth."""
    slopes = np.array([[1.0, draw.uniform(0.4, 0.8)], [draw.uniform(-0.3, 0.1), 0.7]])
    constant = np.array([draw.uniform(-1, 1), draw.uniform(-1, 1)])
    truth = np.array([draw.uniform(-1, 1), draw.uniform(1, 2)])
    return (lambda x: slopes @ np.asarray(x) + constant), slopes, truth


@task.property(
    "5",
    hint="Solve S times step = statistic(observed) - mean statistic at theta; then theta + step.",
)
def a_linear_step_arrives(draw: Random, bias: Callable, newton_step: Callable) -> None:
    """Where the statistic is a straight line and nothing is noisy, one step arrives."""
    statistic, slopes, truth = _linear(draw)
    start = truth + np.array([draw.uniform(0.3, 0.8), -draw.uniform(0.3, 0.8)])
    simulate = lambda theta, seed: np.asarray(theta, dtype=float)  # noqa: E731
    arrived = np.array(vector(newton_step(statistic, simulate, truth, list(start), SEEDS), 2))
    gap, hint = slopes @ (truth - start), None
    for step, words in (
        (gap, "That is the step for S = 1. Divide by the slopes"),
        (np.linalg.solve(slopes.T, gap), "Transposed: S[i, j] is statistic i by parameter j"),
        (gap / np.diag(slopes), "Each parameter moves both entries: S is a matrix"),
        (start - truth, "The right length, the wrong way"),
    ):
        if close(arrived, start + step, FLOAT32):
            hint = words
    claim(
        close(arrived, truth, FLOAT32),
        f"with the statistic S theta + c, S = {show(slopes.tolist())}, from {show(start.tolist())} "
        f"you arrive at {show(arrived.tolist())}; the data were made at {show(truth.tolist())}",
        hint,
    )


@task.property(
    "5",
    hint="Use every seed on both sides of a difference: the same dice, so their noise cancels. "
    "Then average over all the seeds.",
)
def same_dice_on_both_sides(draw: Random, bias: Callable, newton_step: Callable) -> None:
    """Noise that a seed fixes does not disturb the slopes, and is averaged over all seeds."""
    statistic, _, truth = _linear(draw)
    salt = draw.getrandbits(32)

    def noise(seed):
        return np.random.default_rng([salt, seed]).normal(size=2)

    def simulate(theta, seed):
        return np.asarray(theta, dtype=float) + noise(seed)

    start, seeds = list(truth + 0.5), draw.sample(range(10**6), 16)
    arrived = vector(newton_step(statistic, simulate, truth, start, seeds), 2)
    # With common dice the slopes are exact, and only the mean noise of the seeds is left.
    expected = (truth - np.mean([noise(seed) for seed in seeds], axis=0)).tolist()
    claim(
        close(arrived, expected, FLOAT32),
        f"with noise that only the seed decides, sixteen seeds, you arrive at {show(arrived)}; "
        f"slopes without noise lead to {show(expected)}",
    )


@task.property(
    "5", hint="Average the slopes over all the seeds, not the means alone: those of one are noise"
)
def slopes_are_averaged(draw: Random, bias: Callable, newton_step: Callable) -> None:
    """Where the seed changes the slopes themselves, their mean over all seeds is used."""
    statistic, _, truth = _linear(draw)
    salt = draw.getrandbits(32)

    def gain(seed):
        return 1 + 0.3 * np.tanh(np.random.default_rng([salt, seed]).normal(size=2))

    def simulate(theta, seed):
        return np.asarray(theta, dtype=float) * gain(seed)

    start, seeds = list(truth + 0.5), draw.sample(range(10**6), 16)
    arrived = vector(newton_step(statistic, simulate, truth, start, seeds), 2)
    # The mean statistic is a straight line in theta, so one step by its own slope arrives.
    expected = (truth / np.mean([gain(seed) for seed in seeds], axis=0)).tolist()
    claim(
        close(arrived, expected, FLOAT32),
        f"with a gain that each of sixteen seeds decides you arrive at {show(arrived)}; the mean "
        f"slopes lead to {show(expected)}",
    )


@task.property(
    "5",
    hint="Counts are whole numbers. Move theta by 0.1: far less, and no count changes. And average "
    "the slopes over all the seeds: those of one are noise.",
)
def corrects_the_bias(draw: Random, bias: Callable, newton_step: Callable) -> None:
    """On aged detectors, two steps do as well as knowing the bias."""

    def statistic(x):  # what the old program's formulas make of the data, by moments
        b = max(x[x > 0].mean() - 1, 0.1)
        p = min(max(np.mean(x > 0) * (1 + b) / b, 0.02), 0.98)
        return np.array([math.log(p / (1 - p)), math.log(b)])

    yours, known = [], []
    for _ in range(8):
        theta = [draw.uniform(-0.5, 1.0), draw.uniform(2.0, 3.0)]
        efficiency = draw.uniform(0.4, 0.7)

        def aged(theta, seed, efficiency=efficiency):
            rng = np.random.default_rng(int(seed))
            there, dice = cells(rng, theta, 300), rng.uniform(size=300)
            return stats.binom.ppf(dice, there, efficiency)

        x = aged(theta, draw.getrandbits(32))
        estimate = statistic(x)
        known.append(estimate - vector(bias(efficiency), 2) - theta)
        for _ in range(2):
            seeds = [draw.getrandbits(32) for _ in range(16)]
            estimate = vector(newton_step(statistic, aged, x, list(estimate), seeds), 2)
        yours.append(np.array(estimate) - theta)
    ratio = math.sqrt(np.square(yours).sum() / np.square(known).sum())
    # Sixteen simulations add a sixteenth to the variance, and 16 errors know a ratio to a tenth.
    claim(
        ratio < 1.4,
        f"over 8 data sets your error after two steps is {show(ratio)} times that of one who knows "
        "the bias",
    )
