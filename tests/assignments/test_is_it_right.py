"""Chapter 16's assignment: what it asks, mistakes, clever wrong and unusual right answers."""

import math
import random

import numpy as np

from tests.assignments.frame import Assignment


def ties_by_midrank(truths, draws):
    counts = [0.0] * (len(draws[0]) + 1)
    for truth, mine in zip(truths, draws, strict=True):
        counts[round(sum(d < truth for d in mine) + sum(d == truth for d in mine) / 2)] += 1
    return counts


def ties_at_random(truths, draws):
    counts, rng = [0] * (len(draws[0]) + 1), random.Random(1)
    for truth, mine in zip(truths, draws, strict=True):
        counts[sum(d < truth or (d == truth and rng.random() < 0.5) for d in mine)] += 1
    return counts


def level(truths, draws):
    k = len(draws[0])
    return [len(truths) / (k + 1)] * (k + 1)


def by_numpy(truths, draws):
    t, d = np.array(truths)[:, None], np.array(draws)
    below, ties = (d < t).sum(1), (d == t).sum(1)
    place = np.arange(d.shape[1] + 1)
    inside = (place >= below[:, None]) & (place <= (below + ties)[:, None])
    return (inside / (ties + 1)[:, None]).sum(0)


def by_all_orders(truths, draws):
    """Break every tie both ways, as often as it takes."""
    total = [0.0] * (len(draws[0]) + 1)
    for truth, mine in zip(truths, draws, strict=True):
        places = [r for r in range(len(total)) if sum(d < truth for d in mine) <= r
                  <= sum(d <= truth for d in mine)]  # fmt: skip
        for r in places:
            total[r] += 1 / len(places)
    return tuple(total)


def z_scores(prior, simulate, posterior, k=40, n=400):
    """Where the truths lie, in means and standard deviations of the draws."""
    out = []
    for _ in range(n):
        theta = prior()
        x = simulate(theta)
        d = np.array(posterior(x, k))
        out.append(((theta - d.mean()) / d.std(ddof=1), theta, d.mean(), x))
    return out


def by_moments(prior, simulate, posterior, distance):
    seen = z_scores(prior, simulate, posterior)
    z = np.array([row[0] for row in seen])
    listens = np.corrcoef([r[1] for r in seen], [r[2] for r in seen])[0, 1]
    if listens < 0.25:
        return "deaf"
    if abs(z.mean()) > 0.25:
        return "too high" if z.mean() < 0 else "too low"
    if z.std() > 1.4:
        return "too narrow"
    return "too wide" if z.std() < 0.7 else "right"


def by_extremes(prior, simulate, posterior, distance):
    """Nine draws: below all, above all, or between; and who lies nearer."""
    low, high, nearer, n = 0, 0, 0, 400
    for _ in range(n):
        theta = prior()
        x = simulate(theta)
        draws = posterior(x, 9)
        low, high = low + (theta < min(draws)), high + (theta > max(draws))
        nearer += distance(theta, x) < distance(draws[0], x)
    if abs(low - high) > 0.12 * n:
        return "too high" if low > high else "too low"
    if low + high > 0.3 * n:
        return "too narrow"
    if low + high < 0.11 * n:
        return "too wide"
    return "deaf" if nearer > 0.61 * n else "right"


def ranks_alone(prior, simulate, posterior, distance):
    said = by_moments(prior, simulate, posterior, distance)
    return "right" if said == "deaf" else said


def one_patient(prior, simulate, posterior, distance):
    theta = prior()
    d = posterior(simulate(theta), 1000)
    z = (theta - np.mean(d)) / np.std(d)
    return "right" if abs(z) < 1 else "too high" if z < 0 else "too low"


def thorough(prior, simulate, posterior, distance):
    z_scores(prior, simulate, posterior, n=2000)
    return by_moments(prior, simulate, posterior, distance)


def mean_of_errors(answers, truths):
    off = np.array([t - m for (m, _), t in zip(answers, truths, strict=True)])
    sd = np.mean([s for _, s in answers])
    return off.mean() / sd, off.std() / sd


def z_of(answers, truths):
    return np.array([(t - m) / s for (m, s), t in zip(answers, truths, strict=True)])


def by_quantiles(answers, truths):
    low, middle, high = np.quantile(z_of(answers, truths), [0.1587, 0.5, 0.8413])
    return middle, (high - low) / 2


def by_search(answers, truths):
    from scipy.optimize import minimize

    z = z_of(answers, truths)
    loss = lambda p: p[1] + np.mean((z - p[0]) ** 2) / (2 * np.exp(2 * p[1]))  # noqa: E731
    a, log_b = minimize(loss, [0.0, 0.0]).x
    return [a, np.exp(log_b)]


def by_heart(a, b):
    """Judged on its training points, each of which is its own nearest."""
    return 1.0


def a_line(a, b):
    """Half a step along the line between the means, in folds."""
    a, b = np.array(a), np.array(b)
    half = len(a) // 2
    way = a[:half].mean(0) - b[:half].mean(0)
    cut = (a[:half].mean(0) + b[:half].mean(0)) @ way / 2
    return (np.mean(a[half:] @ way > cut) + np.mean(b[half:] @ way < cut)) / 2


def raw_units(a, b):
    """Neighbours in a space where one axis is a thousand times as long: no fault here."""
    points = np.array([*a, *b])
    far = np.linalg.norm(points[:, None] - points[None], axis=-1) + np.eye(len(points)) * 1e12
    mine = np.arange(len(points)) < len(a)
    near = np.argsort(far, axis=1)[:, :9]
    return np.mean((mine[near].sum(1) > 4) == mine)


def by_a_density(a, b):
    """A Gaussian blob on each point of the other half, and the larger sum wins."""
    a, b = np.array(a), np.array(b)
    scale = np.concatenate([a, b]).std(0)
    a, b = a / scale, b / scale
    right = []
    for even in (0, 1):

        def height(heap, at, even=even):
            gap = at[:, None] - heap[even::2][None]
            return np.exp(-(gap**2).sum(-1) / (2 * 0.25**2)).sum(1)

        ta, tb = a[1 - even :: 2], b[1 - even :: 2]
        right += [*(height(a, ta) > height(b, ta)), *(height(b, tb) > height(a, tb))]
    return np.mean(right)


def deviance(x):
    return sum((v - np.mean(x)) ** 2 for v in x)


def scatter_alone(x, simulate, posterior):
    return deviance(x) > 16.92


def never(x, simulate, posterior):
    return False


def always_far(x, simulate, posterior):
    """The level itself is far from the prior's middle."""
    return abs(np.mean(x)) > 1.96 * (1 + 0.1) ** 0.5


def each_at_five_per_cent(x, simulate, posterior):
    """Seven looks, each at its own five per cent."""
    x = np.array(x)
    looks = [deviance(x) > 16.92, deviance(x) < 3.33]
    looks += [
        abs(x @ w) > 1.96 * np.linalg.norm(w)
        for w in (
            np.arange(10) - 4.5,
            np.repeat([1, -1], 5),
            np.tile([1, -1], 5),
            np.cos(np.arange(10)) - np.cos(np.arange(10)).mean(),
            (np.arange(10) - 4.5) ** 2 - 8.25,
        )
    ]
    return bool(any(looks))


def by_formula(x, simulate, posterior):
    """Chi-squared of 9 and a normal trend, 2.5 % each: no simulation at all."""
    trend = sum((i - 4.5) * v for i, v in enumerate(x)) / 82.5**0.5
    return deviance(x) > 19.02 or abs(trend) > 2.2414


def by_neighbours(x, simulate, posterior):
    """The farthest reading from the median, and how often the next is larger; by simulation."""

    def far(x):
        return max(abs(v - np.median(x)) for v in x)

    def trend(x):
        return abs(np.corrcoef(np.arange(10), x)[0, 1])

    made = [simulate(t) for t in posterior(x, 150)]
    p = [np.mean([T(m) >= T(x) for m in made]) for T in (far, trend)]
    return np.bool_(min(p) < 0.022)


EACH = """for rank in range(below, below + ties + 1):
            counts[rank] += 1 / (ties + 1)"""
MISTAKES = {
    "ties below": ("1", "range(below, below + ties + 1)", "[below]", "add up"),
    "ties to the lowest": (
        "1", EACH,
        "counts[below] += 1", "went to the lowest"),
    "ties to the highest": (
        "1", EACH,
        "counts[below + ties] += 1", "went to the highest"),
    "from above": ("1", "d < truth for", "d > truth for", "rank 0 comes first"),
    "each place in full": ("1", "+= 1 / (ties + 1)", "+= 1", "add up"),
    "one place too few": ("1", "below + ties + 1)", "below + ties)", "you say"),
    "no rank k": ("1", "len(draws[0]) + 1)", "len(draws[0]))", "k"),
    "high for low": ("2", 'return "too high" if low > high else "too low"',
                     'return "too low" if low > high else "too high"', "other way round"),
    "narrow for wide": ("2", 'return "too narrow" if low + high > 0.6 * n else "too wide"',
                        'return "too wide" if low + high > 0.6 * n else "too narrow"',
                        "other way round"),
    "deaf is right": ("2", 'return "deaf" if chi(by_distance) > 40 else "right"',
                      'return "right"', "never looks"),
    "chance alarms": ("2", "chi(by_value) > 30", "chi(by_value) > 1", "chance alone"),
    "one truth for all": ("2", "    for _ in range(n):\n        theta = prior()",
                          "    theta = prior()\n    for _ in range(n):", "you say it is"),
    "data of another": ("2", "draws = posterior(x, k)", "draws = posterior(simulate(prior()), k)",
                        "you say it is"),
    "too many": ("2", "k, n = 9, 400", "k, n = 9, 4000", "more than 400"),
    "other words": ("2", '"too narrow" if', '"overconfident" if', "one of the six words"),
    "the sign of a": ("3", "return a, math", "return -a, math", "wrong sign"),
    "b upside down": ("3", "return a, math.sqrt(sum((v - a) ** 2 for v in z) / len(z))",
                      "return a, 1 / math.sqrt(sum((v - a) ** 2 for v in z) / len(z))",
                      "upside down"),
    "a variance": ("3", "math.sqrt(sum((v - a) ** 2 for v in z) / len(z))",
                   "sum((v - a) ** 2 for v in z) / len(z)", "not a variance"),
    "the shift left in": ("3", "(v - a) ** 2", "v ** 2", "shift out"),
    "in absolute units": ("3", "(t - mean) / sd", "(t - mean)", "on fresh ones"),
    "the point itself": ("4", "if j != i]", "]", "one half is right"),
    "wrong guesses": ("4", "return right / len(points)", "return 1 - right / len(points)",
                      "wrong* answers"),
    "the sum": ("4", "return right / len(points)", "return right", "one half is right"),
    "another level": ("5", "< 0.025", "< 0.3", "it warned of"),
    "too shy": ("5", "< 0.025", "< 0.0049", "it warned of"),
    "extreme means small": ("5", "number(m) >= number(x)", "number(m) <= number(x)", "it warned"),
    "scatter only": ("5", "for number in (scatter, trend)", "for number in (scatter,)", "drift"),
    "trend only": ("5", "for number in (scatter, trend)", "for number in (trend,)", "wild"),
    "a signed trend": ("5", "return abs(sum((i - 4.5)", "return (sum((i - 4.5)", "drift"),
    "too many simulations": ("5", "posterior(x, 200)", "posterior(x, 500)", "more than 200"),
    "the p value": ("5", "            return True\n    return False",
                    "            return above / 201\n    return False", "True or False"),
}  # fmt: skip

CLEVER = {
    "the middle of the ties": ("1", ties_by_midrank),
    "ties by a coin": ("1", ties_at_random),
    "always level": ("1", level),
    "ranks of the truth alone": ("2", ranks_alone, "never looks"),
    "one patient, many draws": ("2", one_patient),
    "five times the budget": ("2", thorough, "more than 400"),
    "errors over the mean width": ("3", mean_of_errors),
    "leave it as it is": ("3", lambda answers, truths: (0.0, 1.0)),
    "always twice as wide": ("3", lambda answers, truths: (0.0, 2.0)),
    "learnt by heart": ("4", by_heart, "by heart"),
    "a line between the means": ("4", a_line, "can be told"),
    "a coin": ("4", lambda a, b: 0.5, "can be told"),
    "scatter alone": ("5", scatter_alone, "drift"),
    "never": ("5", never, "wild"),
    "the level": ("5", always_far),
    "seven looks at five per cent": ("5", each_at_five_per_cent, "came from the model"),
}  # fmt: skip

UNUSUAL = {
    "arrays": ("1", by_numpy),
    "a tuple of places": ("1", by_all_orders),
    "means and widths of the draws": ("2", by_moments),
    "the lowest and the highest": ("2", by_extremes),
    "quantiles": ("3", by_quantiles),
    "a search": ("3", by_search),
    "neighbours in raw units": ("4", raw_units),
    "a density of each heap": ("4", by_a_density),
    "closed forms": ("5", by_formula),
    "other numbers": ("5", by_neighbours),
}  # fmt: skip


class TestIsItRight(Assignment):
    name = "is_it_right"
    given = "import math\n"
    mistakes = MISTAKES  # fmt: skip
    clever = CLEVER
    unusual = UNUSUAL


def test_the_alarms_have_the_power_that_the_bars_ask_for():
    """By closed forms: the solution's two tests see each world often enough for its bar."""

    def trend(slope, noise):  # P(|trend| > 2.24 of the model's sd)
        ends = [(2.2414 - s * slope * 82.5**0.5) / noise for s in (-1, 1)]
        return 0.5 * sum(math.erfc(z / 2**0.5) for z in ends)

    seen = trend(0.3, 0.42)
    assert seen - 3.5 * math.sqrt(seen * (1 - seen) / 30) > 19.5 / 30
