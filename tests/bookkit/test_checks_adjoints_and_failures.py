"""The exercises of chapter 6: right answers pass for any seed, slips get their own hint."""

import itertools
import math

import pytest

import mini_autodiff as ad
from bookkit.checks.adjoints_and_failures import check
from mini_autodiff import ode


def drug_gradient(k, c, a, b, h, n):
    states = [(a, b)]
    for _ in range(n - 1):
        a, b = a - h * k * a, b + h * (k * a - c * b)
        states.append((a, b))
    alpha, beta, dk, dc = 0.0, 1.0, 0.0, 0.0
    for a, b in reversed(states):
        dk += h * a * (beta - alpha)
        dc -= h * b * beta
        alpha, beta = (1 - h * k) * alpha + h * k * beta, (1 - h * c) * beta
    return [dk, dc]


def most_kept(n, m):
    return m + n // m - 1


def best_segments(n):
    return min((m for m in range(1, n + 1) if n % m == 0), key=lambda m: (m + n // m, m))


def reach(k, u, wanted):
    return math.log(wanted / u) / k


def peak(k):
    gut = lambda t, y, k: [-k * y[0], k * y[0] - y[1]]  # noqa: E731
    event = lambda t, y, k: k * y[0] - y[1]  # noqa: E731
    return ode.solve_event(gut, [1.0, 0.0], 0.0, 20.0, event, k, direction=-1).t


def shots(step, states, rho):
    return sum(
        (a - b) ** 2
        for before, after in itertools.pairwise(states)
        for a, b in zip(step(before, rho), after, strict=True)
    )


def one_shot(step, states, rho):
    run, total = states[0], 0.0
    for after in states[1:]:
        run = step(run, rho)
        total += sum((a - b) ** 2 for a, b in zip(run, after, strict=True))
    return total


RIGHT = {
    "6.1": [drug_gradient],
    "6.2": [most_kept, best_segments],
    "6.3": [reach],
    "6.4": [ad.grad(peak)],
    "6.5": [shots],
}


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number", RIGHT)
def test_right_answers_pass(number, seed):
    verdict = check(number, *RIGHT[number], seed=seed)
    assert verdict, verdict.text


WRONG = {
    "what leaves does not arrive": (
        "6.1",
        [lambda *given: [2 * drug_gradient(*given)[0], drug_gradient(*given)[1]]],
        "b has moved by h * a",
    ),
    "the sign of the clearance": (
        "6.1",
        [lambda *given: [drug_gradient(*given)[0], -drug_gradient(*given)[1]]],
        "a unit of c",
    ),
    "one number": ("6.1", [lambda *given: drug_gradient(*given)[0]], "a list of 2 numbers"),
    "the first state twice": ("6.2", [lambda n, m: m + n // m, best_segments], "count it twice"),
    "the root, divisor or not": ("6.2", [most_kept, lambda n: round(n**0.5)], "must divide"),
    "ten to the power": (
        "6.3",
        [lambda k, u, wanted: math.log10(wanted / u) / k],
        "take logarithms",
    ),
    "the time, not its slope": ("6.4", [peak], "the time itself"),
    "one shot": ("6.5", [one_shot], "has to start from the observed state"),
    "the first number only": (
        "6.5",
        [lambda step, states, rho: sum((step(a, rho)[0] - b[0]) ** 2
                                       for a, b in itertools.pairwise(states))],
        "for each pair of neighbours",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_gets_its_hint(slip):
    number, answer, words = WRONG[slip]
    verdict = check(number, *answer)
    assert not verdict
    assert words in " ".join(verdict.text.split())
