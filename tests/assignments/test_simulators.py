"""Chapter 14: the assignment: its solution, plausible mistakes, clever wrong, unusual right."""

import bisect
import itertools
import math
import statistics

import numpy as np

from tests.assignments.frame import Assignment

# A line of the solution, what stands there instead, and words of the counter-example or the hint.
MISTAKES = {
    "one line too many": ("1", "range(2, genes + 1)", "range(2, genes + 2)", "genes - 1 lines"),
    "one line too few": ("1", "range(2, genes + 1)", "range(2, genes)", "k runs up to genes"),
    "lines, not pairs": ("1", "(theta + k - 1)", "(theta + k)", "you say"),
    "half of theta": ("1", "theta / (theta + k - 1)", "theta / (theta + 2 * (k - 1))",
                      "theta / (theta + k - 1)"),
    "at most": ("1", "return chance[sites]", "return sum(chance)", "not at most"),
    "a float": ("1", "before = 0\n", "before = 0.0\n", "never rounded"),
    "all lines only": ("1", "return chance[sites]", "return p**sites * (1 - p)", "after it, too"),
    "the data are kept": (
        "2", "theta = prior()\n        runs += 1\n        if abs(simulate(theta)",
        "theta = simulate(prior())\n        runs += 1\n        if abs(theta", "keep the parameter"),
    "from one side": ("2", "abs(simulate(theta) - seen)", "simulate(theta) - seen",
                      "absolute value"),
    "the parameter is compared": ("2", "abs(simulate(theta) - seen)",
                                  "abs(theta - seen) + 0 * simulate(theta)", "not the parameter"),
    "kept ones are counted": ("2", "return kept, runs", "return kept, len(kept)", "every run"),
    "one too many": (
        "2", "while len(kept) < n:", "while len(kept) < n + 1 or kept.pop() is None:",
        "you ran on"),
    "again and again": (
        "2", "        runs += 1\n        if abs(simulate(theta) - seen) <= eps:\n",
        "        while abs(simulate(theta) - seen) > eps:\n            runs += 1\n"
        "        if True:\n",
        "run twice"),
    "the kept ones alone": ("2", "return kept, runs", "return kept", "(kept, runs)"),
    "towards the other side": ("3", "t - b * (s - seen)", "t + b * (s - seen)", "subtract"),
    "to the mean": ("3", "t - b * (s - seen)", "t - b * (s - s_mean)", "what was *seen*"),
    "the line alone": ("3", "t - b * (s - seen)", "t_mean + b * (seen - s_mean)",
                       "its own distance"),
    "through the origin": ("3", "s_mean, t_mean = sum(stats) / n, sum(thetas) / n",
                           "s_mean, t_mean = 0, 0", "take the means off"),
    "the other regression": (
        "3", "b = top / sum((s - s_mean) ** 2 for s in stats)",
        "b = sum((t - t_mean) ** 2 for t in thetas) / top", "squares of the statistic"),
    "uphill": ("4", "sorted(zip(f, zs))", "sorted(zip(f, zs), reverse=True)", "that climbs"),
    "the whole rate": ("4", "math.exp(rate / 2 *", "math.exp(rate *", "rate / 2"),
    "sigma is forgotten": ("4", "mu + sigma * by_mu", "mu + by_mu", "units of sigma"),
    "sigma is added to": ("4", "sigma * math.exp(rate / 2 * by_sigma)",
                          "sigma + sigma * rate / 2 * by_sigma", "stays positive"),
    "values for ranks": ("4", "ranked = [z for _, z in sorted(zip(f, zs))]",
                         "worth = [(sum(f) / n - v) / n for v in f]; ranked = zs", "you say"),
    "too many runs": ("5", "int(share * budget)", "budget", "plan the runs"),
    "outside": ("5", "left, right = max(low, centre - half), min(high, centre + half)",
                "left, right = low - 1, high + 1", "between low and high"),
}  # fmt: skip


def nearest(simulate, seen, low, high, budget, rng):
    """The one run that came closest: its own noise stays in."""
    return min((abs(simulate(t) - seen), t) for t in
               (rng.uniform(low, high) for _ in range(budget)))[1]  # fmt: skip


def line_through_all(simulate, seen, low, high, budget, rng):
    """One straight line through the whole range: the program bends."""
    theta = np.linspace(low, high, budget)
    b, a = np.polyfit(theta, [simulate(t) for t in theta], 1)
    return float((seen - a) / b)


def the_middle(simulate, seen, low, high, budget, rng):
    return (low + high) / 2


def by_simulation(theta, genes, sites):
    """A sum by many runs is not the sum."""
    rng = np.random.default_rng(1)
    p = [float(1 - theta / (theta + k - 1)) for k in range(2, genes + 1)]
    made = sum(rng.geometric(q, 2000) - 1 for q in p)
    return float(np.mean(made == sites))


def nearest_of_many(prior, simulate, seen, eps, n):
    """The nearest n of many runs: ABC with another rule."""
    thetas = [prior() for _ in range(30 * n)]
    pairs = sorted((abs(simulate(theta) - seen), theta) for theta in thetas)
    return [theta for _, theta in pairs[:n]], len(pairs)


def median_slope(thetas, stats, seen):
    """A slope that no outlier moves: exact on a line, and another off it."""
    pairs = itertools.combinations(zip(stats, thetas, strict=True), 2)
    b = statistics.median((t - u) / (s - r) for (s, t), (r, u) in pairs)
    return [t - b * (s - seen) for s, t in zip(stats, thetas, strict=True)]


def by_standard_scores(mu, sigma, eps, f, rate):
    """Worth by how much better a draw is, not by its rank."""
    mean, sd = statistics.fmean(f), statistics.pstdev(f)
    worth = [(mean - v) / sd / len(f) for v in f]
    by_mu = sum(u * e for u, e in zip(worth, eps, strict=True))
    by_sigma = sum(u * (e * e - 1) for u, e in zip(worth, eps, strict=True))
    return mu + sigma * by_mu, sigma * math.exp(rate / 2 * by_sigma)


CLEVER = {
    "the nearest": ("2", nearest_of_many),
    "a median of slopes": ("3", median_slope),
    "standard scores": ("4", by_standard_scores),
    "the one that came closest": ("5", nearest),
    "a line through all": ("5", line_through_all),
    "the middle": ("5", the_middle),
    "a likelihood by simulation": ("1", by_simulation),
}


def by_tavares_sum(theta, genes, sites):
    """The alternating sum in closed form; exact fractions do not mind the signs."""
    return sum(
        (-1) ** j * math.comb(genes - 1, j - 1) * (j - 1) / (theta + j - 1)
        * (theta / (theta + j - 1)) ** sites if sites else
        (-1) ** j * math.comb(genes - 1, j - 1) * (j - 1) * 1 / (theta + j - 1)
        for j in range(2, genes + 1)
    )  # fmt: skip


def step_by_step(simulate, seen, low, high, budget, rng):
    """Robbins and Monro: a shorter step after each run, and the mean of the last ones."""
    rises = sum(simulate(high) for _ in range(40)) > sum(simulate(low) for _ in range(40))
    at, tail = (low + high) / 2, []
    for k in range(budget - 80):
        off = math.tanh(simulate(at) - seen) * (1 if rises else -1)
        at = min(max(at - (high - low) * 0.6 / (k + 8) ** 0.7 * off, low), high)
        tail.append(at)
    return np.float32(np.mean(tail[-160:]))


def by_insertion(mu, sigma, eps, f, rate):
    """The ranks by bisection, arrays of numpy; a list comes back."""
    order = sorted(f)
    ranks = np.array([bisect.bisect_left(order, v) for v in f])
    raw = np.maximum(0, np.log(len(f) / 2 + 1) - np.log(ranks + 1))
    worth = raw / raw.sum() - 1 / len(f)
    eps = np.array(eps)
    return [mu + sigma * worth @ eps, sigma * np.exp(rate / 2 * (worth @ (eps**2 - 1)))]


def by_a_generator(prior, simulate, seen, eps, n):
    def near():
        while True:
            theta = prior()
            runs.append(theta)
            if -eps <= simulate(theta) - seen <= eps:
                yield theta

    runs = []
    return tuple(itertools.islice(near(), n)), len(runs)


def slope_of_pairs(thetas, stats, seen):
    """The slope from all pairs: the same as from the mean, and exact."""
    pairs = list(itertools.combinations(zip(stats, thetas, strict=True), 2))
    top = sum((s - r) * (t - u) for (s, t), (r, u) in pairs)
    b = top / sum((s - r) ** 2 for (s, _), (r, _) in pairs)
    return tuple(t + b * (seen - s) for s, t in zip(stats, thetas, strict=True))


def ranks_by_numpy(mu, sigma, eps, f, rate):
    n, eps = len(f), np.array(eps)
    rank = np.argsort(np.argsort(f))
    raw = np.maximum(0.0, np.log(n / 2 + 1) - np.log(rank + 1))
    worth = raw / raw.sum() - 1 / n
    return np.array([mu + sigma * worth @ eps, sigma * np.exp(rate / 2 * worth @ (eps**2 - 1))])


UNUSUAL = {
    "a generator": ("2", by_a_generator),
    "all pairs": ("3", slope_of_pairs),
    "ranks by NumPy": ("4", ranks_by_numpy),
    "Tavaré's sum": ("1", by_tavares_sum),
    "Robbins and Monro": ("5", step_by_step),
    "ranks by bisection": ("4", by_insertion),
}


class TestSimulators(Assignment):
    name = "simulators"
    given = "import math\n\n\n"
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
