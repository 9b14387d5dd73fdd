"""The checks of *Why gradients*: the chapter's exercises, the assignment's tasks."""

import math
from collections.abc import Callable
from itertools import pairwise
from numbers import Real
from random import Random
from typing import Any

import mini_autodiff as ad
from bookkit.checks import Checks, CounterExample, claim, close, number, show, vector

check = Checks("Exercise")
task = Checks("Task")

TWO_BY_TWO = "Return G first, as [[a, b], [b, d]], then beta: `return G, beta`"


# What the checks compare with: written out once, plainly ------------------------------------------


def _mean(q: list, a: list) -> float:
    return math.fsum(share * value for share, value in zip(q, a, strict=True))


def _selected(q: list, w: list) -> list:
    mean = _mean(q, w)
    return [share * fitness / mean for share, fitness in zip(q, w, strict=True)]


def _population(draw: Random, size: int | None = None) -> tuple[list, list, list]:
    """Shares, fitnesses and a trait, nothing equal or in step with anything else."""
    size = size or draw.randint(3, 6)
    counts = [draw.uniform(1, 9) for _ in range(size)]
    q = [count / math.fsum(counts) for count in counts]
    return q, [draw.uniform(0.5, 4) for _ in q], [draw.uniform(-3, 5) for _ in q]


def _square(value: Any, size: int, name: str, hint: str) -> list[list[float]]:
    """`value` as `size` rows of `size` numbers; lists, tuples and arrays alike."""
    rows = list(value) if hasattr(value, "__len__") else []
    if len(rows) != size or not all(hasattr(row, "__len__") and len(row) == size for row in rows):
        raise CounterExample(
            f"{name} is {show(value)}, where {size} rows of {size} numbers are asked for", hint
        )
    return [vector(row, size) for row in rows]


def _pair(value: Any, what: str) -> list:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise CounterExample(
            f"your function returned {show(value)}, where two things are asked for",
            f"End it with `return {what}`",
        )
    return list(value)


# Exercise 1.1: a forecast -----------------------------------------------------------------------


def _bowl(centre: dict) -> Callable[[dict], Any]:
    def loss(rates):
        total = 0.0
        for name, value in rates.items():
            total = total + (value - centre[name]) ** 2 * (1 + value)
        return total

    return loss


@check.property(
    "1.1",
    hint="One per cent of a rate is rates[name] / 100. Its share of the change is its slope times "
    "that, and the shares add up. Keep their signs.",
)
def forecasts_small_changes(draw: Random, forecast: Callable) -> None:
    """For a small percentage, the forecast is what the loss then does."""
    names = ("alpha", "beta", "gamma", "delta")
    rates = {name: draw.uniform(0.2, 2) for name in names}
    loss = _bowl({name: draw.uniform(0, 3) for name in names})
    gradient = ad.grad(loss)(rates)
    percent = 1e-3
    got = number(forecast(rates, gradient, percent))
    raised = {name: value * (1 + percent / 100) for name, value in rates.items()}
    lowered = {name: value * (1 - percent / 100) for name, value in rates.items()}
    change = (loss(raised) - loss(lowered)) / 2
    shares = [abs(gradient[name] * rates[name]) * percent / 100 for name in names]
    ratio = got / change
    hint = None
    if abs(ratio - 100) < 1:
        hint = "Your number is a hundred times too large: a per cent is a hundredth."
    elif abs(got - math.fsum(gradient.values()) * percent / 100) < 1e-6 * math.fsum(shares):
        hint = "One per cent of what? A rate of 0.04 is raised by 0.0004, not by 0.01."
    # The symmetric difference is off by third derivatives times (1e-5)^3, and rounding of 1e-15.
    claim(
        abs(got - change) < 1e-5 * math.fsum(shares),
        f"at {show(rates)} with the gradient {show(gradient)}, {percent} per cent more of each "
        f"rate changes the loss by {change:.6g}; you say {got:.6g}",
        hint,
    )


@check.property("1.1", hint="To first order, twice the percentage is twice the change.")
def forecasts_in_proportion(draw: Random, forecast: Callable) -> None:
    """The forecast is in proportion to the percentage."""
    rates, gradient = {"a": draw.uniform(1, 2)}, {"a": draw.uniform(1, 2)}
    one, three = (number(forecast(rates, gradient, p)) for p in (1.0, 3.0))
    claim(close(three, 3 * one, 1e-12), f"for 1 and 3 per cent you say {one:.6g} and {three:.6g}")


# Exercise 1.2: shared work ----------------------------------------------------------------------


class _Counted:
    """A number that counts its products: what `*`, `/` and `**` cost."""

    def __init__(self, value: float, tally: list):
        self.value, self.tally = value, tally

    def _with(self, other: Any, result: Callable[[float, float], float], costs: int) -> Any:
        if not isinstance(other, _Counted | Real):
            return NotImplemented  # a numpy array then takes its entries one by one
        other = other.value if isinstance(other, _Counted) else float(other)
        self.tally[0] += costs
        return _Counted(result(self.value, other), self.tally)

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b, 0)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b, 0)

    def __rsub__(self, other):
        return self._with(other, lambda a, b: b - a, 0)

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b, 1)

    def __truediv__(self, other):
        return self._with(other, lambda a, b: a / b, 1)

    def __pow__(self, other):
        return self._with(other, lambda a, b: a**b, 1)

    def __neg__(self):
        return _Counted(-self.value, self.tally)

    def __float__(self):
        return self.value

    def __repr__(self):
        return f"{self.value:.6g}"

    __radd__, __rmul__ = __add__, __mul__


@check.property("1.2", hint="With r = c1 theta1 + ... - y, the slope by theta_i is 2 r times c_i.")
def slopes_agree_with_differences(draw: Random, loss_and_gradient: Callable) -> None:
    """The loss is r squared, and each slope agrees with a difference of two losses."""
    p = draw.randint(3, 5)
    c, theta = ([draw.uniform(0.5, 2) for _ in range(p)] for _ in range(2))
    y = draw.uniform(-3, 0)
    value, slopes = _pair(loss_and_gradient(c, theta, y), "loss, gradient")
    value, slopes = number(value), vector(slopes, p)
    r = _mean(c, theta) - y
    claim(
        close(value, r * r, 1e-12),
        f"for c = {show(c)}, theta = {show(theta)}, y = {show(y)} the loss is {r * r:.6g}; "
        f"you say {value:.6g}",
    )
    for i in range(p):
        # A central difference of a square is exact but for rounding.
        up, down = ((r + s * c[i]) ** 2 for s in (0.5, -0.5))
        hint = None
        if close(slopes[i], (up - down) / 2, 1e-9):
            hint = "Half of the slope came out: the square brings a factor of 2 down."
        elif close(slopes[i], 2 * r, 1e-9):
            hint = "2 r is the slope by r. How fast does r change with theta_i?"
        claim(
            close(slopes[i], up - down, 1e-9),
            f"for c = {show(c)}, theta = {show(theta)}, y = {show(y)} the slope by theta_{i + 1} "
            f"is {up - down:.6g}; you say {slopes[i]:.6g}",
            hint,
        )


@check.property("1.2", hint="Compute 2 * r before the list, not inside it.")
def shares_the_work(draw: Random, loss_and_gradient: Callable) -> None:
    """For 200 parameters, no more than two products for each and a few that all share."""
    tally = [0]
    c, theta = ([_Counted(draw.uniform(0.5, 2), tally) for _ in range(200)] for _ in range(2))
    loss_and_gradient(c, theta, _Counted(1.0, tally))
    claim(tally[0] > 0, "your function does not use the numbers it was given")
    claim(
        tally[0] <= 2 * 200 + 10,
        f"with 200 parameters your function multiplied {tally[0]} times; the sum needs 200, the "
        "slopes 200, and a few more are shared",
    )


# Exercise 1.3 and task 1: Price -----------------------------------------------------------------


@check.property("1.3", hint="If all have the same fitness, the covariance is zero.")
def equal_fitness_changes_nothing(draw: Random, price: Callable) -> None:
    """Where all types are equally fit, nothing changes."""
    q, _, z = _population(draw)
    w = [draw.uniform(1.5, 3)] * len(q)
    got = number(price(q, w, z))
    claim(
        abs(got) < 1e-12,
        f"with q = {show(q)}, w = {show(w)}, z = {show(z)} you say {got:.6g}",
        "That is the mean itself; the change is asked for."
        if close(got, _mean(q, z), 1e-9)
        else None,
    )


@check.property(
    "1.3", hint="Cov(w, z) is the mean of w z less the product of the means, all weighted with q."
)
def price_is_the_change_of_the_mean(draw: Random, price: Callable) -> None:
    """Price's formula is the new mean less the old one."""
    q, w, z = _population(draw)
    got = number(price(q, w, z))
    change = _mean(_selected(q, w), z) - _mean(q, z)
    even = [1 / len(q)] * len(q)
    hint = None
    if close(got, change * _mean(q, w), 1e-9):
        hint = "That is the covariance. It is still to be divided by the mean fitness."
    elif close(got, change + _mean(q, z), 1e-9):
        hint = "That is the new mean; the change is asked for."
    elif close(got, _mean(_selected(even, w), z) - _mean(even, z), 1e-9):
        hint = "You weighted all types alike. Their shares q are the weights."
    claim(
        close(got, change, 1e-10),
        f"with q = {show(q)}, w = {show(w)}, z = {show(z)} the mean goes from {_mean(q, z):.6g} to "
        f"{_mean(_selected(q, w), z):.6g}; you say the change is {got:.6g}",
        hint,
    )


# Exercise 1.4: another unit ---------------------------------------------------------------------


def _times(G: list, beta: list) -> list:
    return [math.fsum(a * b for a, b in zip(row, beta, strict=True)) for row in G]


@check.property(
    "1.4",
    hint="The numbers of the second trait are k times larger: its variance is k * k times larger, "
    "its covariance with the first k times. A slope by it is k times smaller.",
)
def response_in_new_units(draw: Random, in_new_units: Callable) -> None:
    """The response is the old one, its second entry k times larger, and G stays a covariance."""
    spread = [draw.uniform(0.5, 2) for _ in range(2)]
    both = draw.uniform(0.2, 0.8) * spread[0] * spread[1]
    G = [[spread[0] ** 2, both], [both, spread[1] ** 2]]
    beta, k = [draw.uniform(0.5, 2), draw.uniform(-2, -0.5)], draw.uniform(2, 10)
    new_G, new_beta = _pair(in_new_units(G, beta, k), "G, beta")
    new_G, new_beta = _square(new_G, 2, "the new G", TWO_BY_TWO), vector(new_beta, 2)
    given = f"G = {show(G)}, beta = {show(beta)}, k = {show(k)}"
    claim(
        close(new_G[0][0], G[0][0], 1e-12) and close(new_beta[0], beta[0], 1e-12),
        f"with {given} the first trait kept its unit, but its variance went to "
        f"{show(new_G[0][0])} and its slope to {show(new_beta[0])}",
        "Only what has to do with the second trait changes.",
    )
    claim(
        close(new_G[0][1], new_G[1][0], 1e-12),
        f"with {given} your new G is {show(new_G)}; the covariance of one with two is that of two "
        "with one",
        "Both entries off the diagonal are multiplied by k.",
    )
    claim(
        close(new_G[1][1], k * k * G[1][1], 1e-12),
        f"with {given} the second variance went from {G[1][1]:.6g} to {new_G[1][1]:.6g}",
        "Numbers k times larger lie k times further from their mean, and a variance is a square.",
    )
    old, new = _times(G, beta), _times(new_G, new_beta)
    claim(
        close(new, [old[0], k * old[1]], 1e-10),
        f"with {given} the response was {show(old)} and is now {show(new)}; in new units it is "
        f"{show([old[0], k * old[1]])}",
    )


# Exercise 1.5: undo selection -------------------------------------------------------------------


def _fall(q: list, w: list) -> float:
    """By how much the mean of w falls through selection and then free recombination."""
    s = _selected(q, w)
    D = s[0] * s[3] - s[1] * s[2]
    after = [s[0] - D / 2, s[1] + D / 2, s[2] + D / 2, s[3] - D / 2]
    return _mean(q, w) - _mean(after, w)


@check.property(
    "1.5",
    hint="Recombination takes from AB and ab alike and gives to Ab and aB. How much it can take "
    "is largest where there is much of both.",
)
def mean_fitness_falls(draw: Random, worst_start: Callable) -> None:
    """The mean of w falls, by at least half of what two types alone can lose."""
    w = [draw.uniform(2, 3), draw.uniform(0.5, 1), draw.uniform(0.5, 1), draw.uniform(2, 3)]
    q = vector(worst_start(w), 4)
    claim(
        min(q) >= 0 and close(math.fsum(q), 1.0, 1e-9),
        f"{show(q)} are no shares",
        "Shares are not negative and add up to one. Divide by their sum.",
    )
    best = max(_fall([a / 100, 0.0, 0.0, 1 - a / 100], w) for a in range(101))
    claim(
        _fall(q, w) >= best / 2,
        f"with w = {show(w)} your start {show(q)} has a mean fitness of {_mean(q, w):.4g} and then "
        f"of {_mean(q, w) - _fall(q, w):.4g}; it can fall by {best:.4g}",
    )


# Task 1: Price's two terms ----------------------------------------------------------------------


def _flock(draw: Random) -> tuple[list, list, list, list]:
    """Counts, fitnesses, traits of parents and the mean traits of their offspring."""
    size = draw.randint(3, 6)
    n = [float(draw.randint(1, 9)) for _ in range(size)]
    w = [draw.uniform(0.5, 4) for _ in n]
    z = [draw.uniform(1, 5) for _ in n]
    return n, w, z, [value + draw.uniform(-1, 1) for value in z]


def _terms(answer: Callable, *args: list) -> list[float]:
    return [number(part) for part in _pair(answer(*args), "selection, transmission")]


def _told(n: list, w: list, z: list, child: list) -> str:
    return f"n = {show(n)}, w = {show(w)}, z = {show(z)}, z_offspring = {show(child)}"


@task.property(
    "1", hint="Where offspring are like their parents, nothing changes on the way from one to the "
    "other: the second term is the mean of w times (z_offspring - z), by the mean of w."
)  # fmt: skip
def true_breeding_transmits_no_change(draw: Random, price_terms: Callable) -> None:
    """Where all breed true, the transmission term is zero and the selection term is the change."""
    n, w, z, _ = _flock(draw)
    selection, transmission = _terms(price_terms, n, w, z, z)
    q = [count / math.fsum(n) for count in n]
    change = _mean(_selected(q, w), z) - _mean(q, z)
    claim(abs(transmission) < 1e-12, f"with {_told(n, w, z, z)} it is {transmission:.6g}")
    hint = "The first term is the covariance of w and z, divided by the mean of w."
    even = [1 / len(n)] * len(n)
    if close(selection, change * _mean(q, w), 1e-9):
        hint = "That is the covariance alone: divide it by the mean fitness."
    elif close(selection, _mean(_selected(even, w), z) - _mean(even, z), 1e-9):
        hint = "You gave every row the same weight. A row stands for n animals."
    elif close(selection, (_mean(n, [a * b for a, b in zip(w, z, strict=True)])
                           - _mean(n, w) * _mean(n, z)) / _mean(n, w), 1e-9):  # fmt: skip
        hint = "The counts n are not shares. Divide them by their sum first."
    claim(
        close(selection, change, 1e-10),
        f"with {_told(n, w, z, z)} the mean of z changes by {change:.6g}; your selection term is "
        f"{selection:.6g}",
        hint,
    )


@task.property(
    "1", hint="Selection acts on parents: the first term holds w and z, never z_offspring."
)
def selection_sees_parents_only(draw: Random, price_terms: Callable) -> None:
    """The selection term does not depend on the offspring's traits."""
    n, w, z, child = _flock(draw)
    one, other = (_terms(price_terms, n, w, z, c)[0] for c in (z, child))
    claim(
        close(one, other, 1e-12),
        f"with {_told(n, w, z, child)} the selection term is {other:.6g}; with true breeding it "
        f"was {one:.6g}",
    )


@task.property(
    "1", hint="In the second term each parent counts as often as it has offspring: the change "
    "from parent to offspring is weighted with w, and the sum divided by the mean of w."
)  # fmt: skip
def the_two_terms_are_the_whole_change(draw: Random, price_terms: Callable) -> None:
    """Both terms together are the mean of all offspring less the mean of all parents."""
    n, w, z, child = _flock(draw)
    selection, transmission = _terms(price_terms, n, w, z, child)
    q = [count / math.fsum(n) for count in n]
    change = _mean(_selected(q, w), child) - _mean(q, z)
    claim(
        close(selection + transmission, change, 1e-10),
        f"with {_told(n, w, z, child)} the mean changes by {change:.6g}; your terms are "
        f"{selection:.6g} and {transmission:.6g}, together {selection + transmission:.6g}",
    )


# Task 2: many data ------------------------------------------------------------------------------


@task.property("2", hint="Multiply each prior probability by its likelihood; divide by the sum.")
def one_datum_is_bayes_rule(draw: Random, posterior: Callable) -> None:
    """One row of likelihoods gives Bayes' rule."""
    q, w, _ = _population(draw)
    w = [value / 4 for value in w]
    got = vector(posterior(q, [w]), len(q))
    right = _selected(q, w)
    hint = None
    if close(math.fsum(got), _mean(q, w), 1e-9):
        hint = "Your numbers do not add up to one: divide by their sum, the evidence."
    elif close(got, _selected([1.0] * len(q), w), 1e-9):
        hint = "The prior has dropped out: you divided the likelihoods by their sum."
    claim(
        close(got, right, 1e-12),
        f"prior {show(q)} and likelihoods {show(w)} give {show(right)}; you say {show(got)}",
        hint,
    )


@task.property(
    "2", hint="The posterior after one row is the prior of the next: use every row once."
)
def rows_follow_each_other(draw: Random, posterior: Callable) -> None:
    """Two rows at once are the same as one after the other, in either order."""
    q, one, _ = _population(draw)
    two = [draw.uniform(0.1, 1) for _ in q]
    right = _selected(_selected(q, one), two)
    for rows in ([one, two], [two, one]):
        got = vector(posterior(q, rows), len(q))
        claim(
            close(got, right, 1e-10),
            f"prior {show(q)}, then the rows {show(rows)}: the posterior is {show(right)}; you say "
            f"{show(got)}",
        )
    got = vector(posterior(q, []), len(q))
    claim(close(got, q, 1e-12), f"with no data, the prior {show(q)} came back as {show(got)}")


@task.property(
    "2",
    hint="A product of thousands of likelihoods is smaller than the smallest float. Divide by "
    "the sum after every row, and nothing gets small; or add up logarithms, and subtract the "
    "largest before you take exp.",
)
def survives_many_rows(draw: Random, posterior: Callable) -> None:
    """Three thousand rows neither overflow nor vanish; a hypothesis of prior zero stays out."""
    tilt = draw.uniform(0.001, 0.003)
    rows = [[0.01, 0.01 * (1 + tilt), 0.02] if i % 2 else [0.01, 0.01, 0.02] for i in range(3000)]
    odds = draw.uniform(0.01, 0.1)
    got = vector(posterior([1 - odds, odds, 0.0], rows), 3)
    ratio = odds / (1 - odds) * (1 + tilt) ** 1500
    right = [1 / (1 + ratio), ratio / (1 + ratio), 0.0]
    # 3000 products, each rounded to one part in 1e16.
    claim(
        close(got, right, 1e-9),
        f"3000 rows near 0.01 with the prior {show([1 - odds, odds, 0.0])} give {show(right)}; you "
        f"say {show(got)}",
    )


# Task 3: an evolution strategy ------------------------------------------------------------------


class _Loss:
    """A bowl that counts how often it is asked and remembers the best it has said."""

    def __init__(self, scale: list, centre: list, shape: Callable[[float], float]):
        self.scale, self.centre, self.shape = scale, centre, shape
        self.calls, self.best = 0, math.inf

    def __call__(self, theta: list) -> float:
        self.calls += 1
        theta = vector(theta, len(self.scale))
        value = self.shape(
            math.fsum(
                c * (x - a) ** 2 for c, x, a in zip(self.scale, theta, self.centre, strict=True)
            )
        )
        self.best = min(self.best, value)
        return value


def _search(
    strategy: Callable, draw: Random, p: int, sigma: float, budget: int,
    shape: Callable[[float], float] = lambda v: v, seed: int | None = None, start: float = 1.0,
) -> tuple[_Loss, list, float]:  # fmt: skip
    scale = [10 ** (i / max(p - 1, 1)) for i in range(p)]
    loss = _Loss(scale, [draw.uniform(-1, 1) for _ in range(p)], shape)
    begin = [a + start * draw.choice([-1, 1]) for a in loss.centre]
    rng = Random(draw.random() if seed is None else seed)
    theta, value = _pair(strategy(loss, begin, sigma, budget, rng), "theta, value")
    return loss, vector(theta, p), number(value)


@task.property(
    "3",
    hint="Keep a parent and its loss. Ask for a child's loss once, for the parent's never again.",
)
def pays_what_it_was_given(draw: Random, strategy: Callable) -> None:
    """It asks for the loss at most `budget` times, uses nine tenths of them, returns the best."""
    budget = draw.randint(150, 250)
    loss, theta, value = _search(strategy, draw, 3, 0.3, budget)
    claim(
        loss.calls <= budget,
        f"with a budget of {budget} the loss was asked for {loss.calls} times",
        "The start costs one evaluation too. Does the loss of the parent get computed again?",
    )
    claim(
        loss.calls >= 0.9 * budget,
        f"with a budget of {budget} the loss was asked for {loss.calls} times only",
        "One child, one evaluation, until the budget is spent.",
    )
    claim(
        close(value, loss.best, 1e-12),
        f"the best loss seen was {loss.best:.6g}; you returned {value:.6g}",
        "Return the best parent and its loss, not the last child.",
    )
    claim(
        close(loss(theta), value, 1e-9),
        f"the theta that you returned has the loss {loss(theta):.6g}, not {value:.6g}",
        "Return the theta to which the loss belongs. Was the list changed after it was stored?",
    )


@task.property(
    "3",
    hint="After a success make sigma larger, after a failure a little smaller; at one success in "
    "five both should cancel: times 1.5, and times 1.5 ** -0.25.",
)
def finds_its_own_step(draw: Random, strategy: Callable) -> None:
    """With a first sigma a thousand times too small or too large, it still gets to the bottom."""
    for sigma in (1e-3, 1e3):
        loss, _, value = _search(strategy, draw, 5, sigma, 3000)
        # One success in five gains about a fifth of 1/p: e^-12 of the loss in 150 p evaluations;
        # a bar of 1e-6 in 600 p leaves a factor of four, and eighty evaluations to adapt.
        claim(
            value < 1e-6,
            f"in five dimensions from sigma = {sigma:g}, 3000 evaluations brought the loss from "
            f"{_start_loss(loss):.4g} to {value:.4g} only; it should fall below 0.000001",
        )


def _start_loss(loss: _Loss) -> float:
    return loss.shape(math.fsum(loss.scale))


@task.property(
    "3",
    hint="Do all parameters change in every child, each by its own random number? One at a time, "
    "or all by the same number, is slower or blind.",
)
def pays_in_proportion_to_dimension(draw: Random, strategy: Callable) -> None:
    """In 40 dimensions, 60 evaluations a dimension bring the loss below a hundredth."""
    loss, _, value = _search(strategy, draw, 40, 0.1, 2400)
    claim(
        value < 0.01 * _start_loss(loss),
        f"2400 evaluations in 40 dimensions brought the loss from {_start_loss(loss):.4g} to "
        f"{value:.4g}; a hundredth was asked for",
    )


@task.property(
    "3",
    hint="An evolution strategy asks one thing only: is the child better? It does not use by how "
    "much. So a loss that is bent, but keeps its order, leads to the very same children.",
)
def only_compares(draw: Random, strategy: Callable) -> None:
    """The same dice and the logarithm of the loss give the same theta."""
    seed, dice = draw.randint(0, 10**9), draw.randint(0, 10**9)
    found = [
        _search(strategy, Random(seed), 4, 0.3, 400, shape, dice)[1]
        for shape in (lambda v: v, lambda v: math.log(v + 1e-9))
    ]
    claim(
        found[0] == found[1],
        f"with the loss you came to {show(found[0])}, with its logarithm to {show(found[1])}",
    )


# Task 4: Lande's equation -----------------------------------------------------------------------


def _two_traits(draw: Random) -> tuple[list, list]:
    """Shares of eight types, and rows of two traits that vary together."""
    q, _, first = _population(draw, 8)
    return q, [[a, 0.7 * a + draw.uniform(-1, 1)] for a in first]


def _covariance(q: list, a: list, b: list) -> float:
    ma, mb = _mean(q, a), _mean(q, b)
    return math.fsum(s * (x - ma) * (y - mb) for s, x, y in zip(q, a, b, strict=True))


def _lande(answer: Callable, q: list, w: list, traits: list) -> tuple[list, list]:
    G, beta = _pair(answer(q, w, traits), "G, beta")
    return _square(G, 2, "G", TWO_BY_TWO), vector(beta, 2)


@task.property(
    "4",
    hint="The entry [i][j] of G is the covariance of traits i and j over the parents, weighted "
    "with their shares. Fitness does not enter.",
)
def G_is_the_covariance(draw: Random, lande: Callable) -> None:
    """G holds the variances and the covariance of the two traits among the parents."""
    q, traits = _two_traits(draw)
    w = [draw.uniform(0.5, 4) for _ in q]
    G, _ = _lande(lande, q, w, traits)
    columns = [list(column) for column in zip(*traits, strict=True)]
    right = [[_covariance(q, a, b) for b in columns] for a in columns]
    hint = None
    even = [1 / len(q)] * len(q)
    if close(G[0], [_covariance(even, columns[0], b) for b in columns], 1e-9):
        hint = "You weighted all types alike. Their shares q are the weights."
    claim(
        all(close(a, b, 1e-10) for a, b in zip(G, right, strict=True)),
        f"for q = {show(q)} and traits = {show(traits)} the covariances are {show(right)}; you say "
        f"{show(G)}",
        hint,
    )


@task.property(
    "4",
    hint="beta solves G beta = s, where s holds the covariances of w with each trait, divided by "
    "the mean of w. Two equations, two unknowns: solve both together.",
)
def the_response_is_the_change(draw: Random, lande: Callable) -> None:
    """G times beta is the change of the mean traits."""
    q, traits = _two_traits(draw)
    w = [draw.uniform(0.5, 4) for _ in q]
    G, beta = _lande(lande, q, w, traits)
    columns = [list(column) for column in zip(*traits, strict=True)]
    change = [_mean(_selected(q, w), a) - _mean(q, a) for a in columns]
    got, mean = _times(G, beta), _mean(q, w)
    hint = None
    if close(got, [mean * value for value in change], 1e-9):
        hint = "G beta came out too large by the mean fitness: divide by it."
    elif close(beta, change, 1e-9):
        hint = "That is the response itself. beta is what G must be multiplied with to give it."
    elif close(beta, [c / G[i][i] for i, c in enumerate(change)], 1e-9):
        hint = "You divided by the variances alone. The traits vary together: solve both equations."
    claim(
        close(got, change, 1e-9),
        f"for q = {show(q)}, w = {show(w)}, traits = {show(traits)} the means change by "
        f"{show(change)}; G beta is {show(got)}",
        hint,
    )


@task.property(
    "4", hint="A trait can be dragged along by another one. Its slope is still zero; only its "
    "covariance with fitness is not."
)  # fmt: skip
def a_passenger_has_no_slope(draw: Random, lande: Callable) -> None:
    """Where fitness depends on the first trait alone, the slope of the second is zero."""
    q, traits = _two_traits(draw)
    rise = draw.uniform(0.1, 0.3)
    w = [2 + rise * row[0] for row in traits]
    _, beta = _lande(lande, q, w, traits)
    right = [rise / _mean(q, w), 0.0]
    claim(
        close(beta, right, 1e-9),
        f"with w = 2 + {rise:.4g} times the first trait, beta is {show(right)}; you say "
        f"{show(beta)}",
    )


# Task 5: a population that sinks ----------------------------------------------------------------


def generations(game: list, q: list, n: int) -> list[tuple[list, float, float]]:
    """Shares, mean fitness and Fisher's promised gain at the start and in n generations.

    In generation after generation a type's fitness is 1 + its row of `game` times the shares
    `q`, as it meets the others in proportion to their shares.

    >>> [round(mean, 3) for _, mean, _ in generations([[0.0, 1.0], [0.5, 0.0]], [0.5, 0.5], 1)]
    [1.375, 1.372]
    """
    out = []
    for _ in range(n + 1):
        w = [1 + math.fsum(a * b for a, b in zip(row, q, strict=True)) for row in game]
        claim(
            min(w) > 0, f"at the shares {show(q)} the fitnesses are {show(w)}; all must be above 0"
        )
        mean = _mean(q, w)
        gain = math.fsum(share * (a - mean) ** 2 for share, a in zip(q, w, strict=True)) / mean
        out.append((q, mean, gain))
        q = _selected(q, w)
    return out


@task.property(
    "5",
    hint="Look for a type that does better than the others in any company, and makes all company "
    "worse: one that takes. Give it a small share at first.",
)
def sinks_by_its_own_selection(_: Random, sinking_game: Callable) -> None:
    """Selection promises a gain in every generation, and mean fitness falls in every one."""
    game, q = _pair(sinking_game(), "game, q")
    size = len(q) if hasattr(q, "__len__") else 0
    claim(
        2 <= size <= 5,
        f"q is {show(q)}; shares of two to five types are asked for",
        "q is a list with one share for each type.",
    )
    q, game = (
        vector(q, size),
        _square(game, size, "game", "One row for each type, one number for each whom it meets."),
    )
    claim(
        min(q) >= 0.01 and close(math.fsum(q), 1.0, 1e-9),
        f"{show(q)} are not shares of 0.01 or more each",
        "Every type is there at the start, with 0.01 or more, and the shares add up to one.",
    )
    run = generations(game, q, 20)
    for n, ((shares, mean, gain), (_q, later, _gain)) in enumerate(pairwise(run)):
        claim(
            gain > 0 and later < mean,
            f"in generation {n}, at the shares {show(shares)}, Fisher's theorem promises "
            f"{gain:.4g} and the mean fitness goes from {mean:.6g} to {later:.6g}",
        )
    claim(
        run[10][1] < 0.9 * run[0][1],
        f"in ten generations the mean fitness has gone from {run[0][1]:.4g} to {run[10][1]:.4g}; "
        "a tenth should be gone",
        "Stronger effects: make what the takers take larger.",
    )
