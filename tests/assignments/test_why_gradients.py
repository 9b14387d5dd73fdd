"""The solution passes, the student version does not, and each plausible mistake gets its hint."""

from bookkit.checks.why_gradients import generations
from tests.assignments.frame import Assignment

GIVEN = "import math\n"


# What a student may well write: a line of the solution, what stands there instead, and the hint.
MISTAKES = {
    "the covariance alone": (
        "1", "- mean_w * mean(z)) / mean_w", "- mean_w * mean(z))", "divide it by the mean fitness"
    ),
    "types instead of animals": (
        "1",
        "return sum(count * value for count, value in zip(n, a)) / sum(n)",
        "return sum(a) / len(a)",
        "a row stands for n animals",
    ),
    "counts instead of shares": (
        "1", "zip(n, a)) / sum(n)", "zip(n, a))", "divide them by their sum",
    ),
    "the offspring's trait in the first term": (
        "1", "zip(w, z)]) - mean_w * mean(z)", "zip(w, z_offspring)]) - mean_w * mean(z_offspring)",
        "selection acts on parents",
    ),
    "transmission not weighted with fitness": (
        "1", "mean([a * (c - b)", "mean_w * mean([(c - b)", "as often as it has offspring"
    ),
    "transmission not divided": (
        "1", "zip(w, z, z_offspring)]) / mean_w", "zip(w, z, z_offspring)])",
        "divided by the mean of w",
    ),
    "transmission the wrong way round": ("1", "(c - b)", "(b - c)", "from parent to offspring"),
    "the sum of the terms": (
        "1", "return selection, transmission", "return selection + transmission",
        "return selection, transmission",
    ),
    "no evidence": ("2", "[b / evidence for b in belief]", "belief", "divide by their sum"),
    "no prior": (
        "2", "belief = list(prior)", "belief = [1.0] * len(prior)", "prior has dropped out",
    ),
    "the last datum only": (
        "2", "zip(belief, row)]", "zip(prior, row)]", "use every row once"
    ),
    "one product for all": (
        "2",
        """        evidence = sum(belief)
        belief = [b / evidence for b in belief]
""",
        """    evidence = sum(belief) or 1.0
    belief = [b / evidence for b in belief]
""",
        "smaller than the smallest float",
    ),
    "the logarithm of a prior of zero": (
        "2",
        "belief = list(prior)",
        "belief = [math.exp(math.log(p)) for p in prior]",
        "valueerror",
    ),
    "the start is not counted": ("3", "range(budget - 1)", "range(budget)", "the start costs one"),
    "half the budget": (
        "3", "range(budget - 1)", "range(budget // 2)", "one child, one evaluation",
    ),
    "the last child is returned": (
        "3", "return parent, best", "return child, value", "not the last child"
    ),
    "the loss of another theta": (
        "3", "return parent, best", "return theta, best", "to which the loss belongs"
    ),
    "sigma stands still": ("3", "sigma *= 1.5\n", "sigma *= 1.0\n", "make sigma larger"),
    "sigma never shrinks": ("3", "sigma *= 1.5 ** -0.25", "pass", "a little smaller"),
    "sigma the wrong way round": ("3", "sigma *= 1.5\n", "sigma *= 0.5\n", "make sigma larger"),
    "one number for all parameters": (
        "3",
        "child = [value + sigma * rng.gauss(0, 1) for value in parent]",
        "step = sigma * rng.gauss(0, 1); child = [value + step for value in parent]",
        "brought the loss",
    ),
    "worse children win": ("3", "if value < best", "if value > best", "the best loss seen"),
    "fitness in G": (
        "4", "return mean([(x - ma) * (y - mb)", "return w[0] * mean([(x - ma) * (y - mb)",
        "fitness does not enter",
    ),
    "all types alike": (
        "4",
        "return sum(share * value for share, value in zip(q, a))",
        "return sum(a) / len(a)",
        "their shares q are the weights",
    ),
    "not divided by the mean fitness": (
        "4", "(covariance(w, trait) / mean(w) for", "(covariance(w, trait) for",
        "too large by the mean fitness",
    ),
    "the response in place of the slope": (
        "4", "[(d * s - b * t) / size, (a * t - b * s) / size]", "[s, t]", "the response itself"
    ),
    "each trait alone": (
        "4", "[(d * s - b * t) / size, (a * t - b * s) / size]", "[s / a, t / d]",
        "divided by the variances alone",
    ),
    "beta only": (
        "4", "return [[a, b], [b, d]], [", "return [", "return g, beta"
    ),
    "one row of G": ("4", "[[a, b], [b, d]]", "[a, b, d]", "2 rows of 2 numbers"),
    "a population that rises": (
        "5", "[[2.0, 0.0], [3.0, 0.5]]", "[[0.0, 0.0], [1.0, 1.0]]", "one that takes"
    ),
    "a gentle fall": ("5", "[[2.0, 0.0], [3.0, 0.5]]", "[[0.2, 0.0], [0.3, 0.05]]",
                      "make what the takers take larger"),
    "nobody differs": (
        "5", "[[2.0, 0.0], [3.0, 0.5]]", "[[1.0, 1.0], [1.0, 1.0]]", "one that takes",
    ),
    "no shares": ("5", "[0.95, 0.05]", "[95, 5]", "add up to one"),
    "negative fitness": ("5", "[[2.0, 0.0]", "[[-9.0, 0.0]", "all must be above 0"),
}  # fmt: skip


# The cleverest wrong answers that we could think of: each shirks what its task is about.


def other_partition(n, w, z, z_offspring):
    """The two terms have the right sum, and selection is given the offspring's share."""
    mean = lambda a: sum(x * y for x, y in zip(n, a, strict=True)) / sum(n)  # noqa: E731
    products = [a * b for a, b in zip(w, z_offspring, strict=True)]
    change = [a - b for a, b in zip(z_offspring, z, strict=True)]
    return (mean(products) - mean(w) * mean(z_offspring)) / mean(w), mean(change)


def first_hundred(prior, likelihoods):
    belief = list(prior)
    for row in likelihoods[:100]:
        belief = [b * x for b, x in zip(belief, row, strict=True)]
        belief = [b / sum(belief) for b in belief]
    return belief


def by_differences(loss, theta, sigma, budget, rng):
    """Gradient descent by nudging: it does not only compare."""
    theta, calls, step = list(theta), 1, 0.1
    value = loss(theta)
    while calls + len(theta) + 1 <= budget:
        slopes = []
        for i in range(len(theta)):
            slopes.append((loss([*theta[:i], theta[i] + 1e-6, *theta[i + 1 :]]) - value) / 1e-6)
        calls += len(theta) + 1
        trial = [x - step * s for x, s in zip(theta, slopes, strict=True)]
        new = loss(trial)
        theta, value, step = (trial, new, 1.2 * step) if new < value else (theta, value, step / 2)
    return theta, value


def random_throws(loss, theta, sigma, budget, rng):
    tries = [list(theta)]
    tries += [[x + sigma * rng.gauss(0, 1) for x in theta] for _ in range(budget - 1)]
    values = [loss(x) for x in tries]
    return tries[values.index(min(values))], min(values)


def diagonal(q, w, traits):
    """As if the traits did not hang together."""
    G, beta = TestWhyGradients.solution()["lande"](q, w, traits)
    return [[G[0][0], 0.0], [0.0, G[1][1]]], beta


CLEVER = {
    "other terms of the same sum": ("1", other_partition),
    "nothing changes": ("1", lambda n, w, z, z_offspring: (0.0, 0.0)),
    "the first hundred": ("2", first_hundred),
    "the prior": ("2", lambda prior, likelihoods: list(prior)),
    "differences": ("3", by_differences),
    "random throws": ("3", random_throws),
    "the start": ("3", lambda loss, theta, sigma, budget, rng: (list(theta), loss(theta))),
    "as if independent": ("4", diagonal),
    "the identity": ("4", lambda q, w, traits: ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])),
    "rock, paper, scissors": (
        "5",
        lambda: ([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]], [0.5, 0.3, 0.2]),
    ),
}


# Right, and unlike the solution.


def with_logarithms(prior, likelihoods):
    from math import exp, inf, log

    logs = [
        (log(p) if p else -inf) + sum(log(row[i]) for row in likelihoods)
        for i, p in enumerate(prior)
    ]
    weights = [exp(value - max(logs)) for value in logs]
    return tuple(weight / sum(weights) for weight in weights)


def five_children(loss, theta, sigma, budget, rng):
    """Self-adaptation: each child has a sigma of its own, the best of five takes over."""
    from math import exp

    parent, kept = list(theta), sigma
    best, at = loss(theta), list(theta)
    calls = 1
    while calls + 5 <= budget:
        brood = []
        for _ in range(5):
            own = kept * exp(0.5 * rng.gauss(0, 1) / len(theta) ** 0.5)
            child = [x + own * rng.gauss(0, 1) for x in parent]
            brood.append((loss(child), own, child))
        calls += 5
        value, kept, parent = min(brood)
        if value < best:
            best, at = value, list(parent)
    return at, best


def by_numpy(q, w, traits):
    import numpy as np

    q, w, traits = np.array(q), np.array(w), np.array(traits)
    off = traits - q @ traits
    G = (q[:, None] * off).T @ off
    return G, np.linalg.solve(G, (q * w) @ off / (q @ w))


def commons():
    """A third type punishes nobody and takes most."""
    return [[2.0, 0.5, 0.0], [2.5, 0.9, 0.3], [3.0, 1.2, 0.4]], [0.9, 0.05, 0.05]


def test_the_given_function_is_the_replicator_equation():
    (q, mean, gain), (after, *_) = generations([[0.0, 0.0], [0.0, 2.0]], [0.5, 0.5], 1)
    # w = 1 and 2, mean 1.5, variance 0.25
    assert (q, mean) == ([0.5, 0.5], 1.5) and abs(gain - 0.25 / 1.5) < 1e-15
    assert all(abs(a - b) < 1e-15 for a, b in zip(after, (1 / 3, 2 / 3), strict=True))


def from_the_whole_change(n, w, z, z_offspring):
    """Transmission as what selection leaves of the whole change."""
    mean = lambda a: sum(x * y for x, y in zip(n, a, strict=True)) / sum(n)  # noqa: E731
    heavy = [a * b for a, b in zip(n, w, strict=True)]
    after = lambda a: sum(x * y for x, y in zip(heavy, a, strict=True)) / sum(heavy)  # noqa: E731
    selection = after(z) - mean(z)
    return [selection, after(z_offspring) - mean(z) - selection]


UNUSUAL = {
    "from the whole change": ("1", from_the_whole_change),
    "with logarithms": ("2", with_logarithms),
    "five children": ("3", five_children),
    "by NumPy": ("4", by_numpy),
    "commons": ("5", commons),
}


class TestWhyGradients(Assignment):
    name = "why_gradients"
    given = GIVEN
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
