"""The checks of *Adjoints, memory, and when gradients fail*: the chapter's exercises."""

import itertools
import math
from collections.abc import Callable
from random import Random

from bookkit.checks import Checks, claim, close, number, show, vector

check = Checks("Exercise")


def _blood(k: float, c: float, a: float, b: float, h: float, n: int) -> float:
    for _ in range(n):
        a, b = a - h * k * a, b + h * (k * a - c * b)
    return b


@check.property(
    "6.1",
    hint="Each step pays k the share h * a * (beta - alpha) and c the share -h * b * beta, with "
    "the cotangents of the new state and the old a and b; payments add up.",
)
def both_slopes_through_the_run(draw: Random, drug_gradient: Callable) -> None:
    """Both slopes agree with runs at slightly different rates, and are exact."""
    for n in (1, 2, 30):
        k, c, a, b = (draw.uniform(0.5, 2) for _ in range(4))
        h, eps = draw.uniform(0.02, 0.1), 1e-5
        found = vector(drug_gradient(k, c, a, b, h, n), 2)
        for name, yours, up, down in (
            ("k", found[0], (k + eps, c), (k - eps, c)),
            ("c", found[1], (k, c + eps), (k, c - eps)),
        ):
            moved = (_blood(*up, a, b, h, n) - _blood(*down, a, b, h, n)) / (2 * eps)
            hint = None
            if n == 1 and name == "k":
                hint = "After one step b has moved by h * a for a unit of k."
            claim(
                abs(yours - moved) < 1e-8,  # eps squared times a third derivative of order one
                f"after {n} steps from a, b = {show(a)}, {show(b)} a unit of {name} moves b by "
                f"{show(moved)}; you say {show(yours)}",
                hint,
            )


@check.property(
    "6.2",
    hint="m first states, and n / m - 1 more inside the segment that is walked back.",
)
def keeps_as_few_as_it_says(draw: Random, most_kept: Callable, best: Callable) -> None:
    """The count is that of a run that really keeps and forgets."""
    for n in (12, 100, draw.choice([40, 130, 360])):  # whose root divides none
        divisors = [m for m in range(1, n + 1) if n % m == 0]
        for m in draw.sample(divisors, 4):
            most, kept = 0, m
            for _ in range(m):  # from the last segment to the first
                most = max(most, kept + n // m - 1)
                kept -= 1
            found = number(most_kept(n, m))
            claim(
                found == most,
                f"{n} steps in {m} segments hold {most} states at the worst moment, and you say "
                f"{show(found)}",
                "The first state of a segment is one of the kept ones: do not count it twice."
                if found == most + 1
                else None,
            )
        right = min(divisors, key=lambda m: (m + n // m, m))
        found = number(best(n))
        claim(
            found == right,
            f"for {n} steps {right} segments are best, and you say {show(found)}",
            "It must divide the number of steps." if n % max(1, round(found)) else None,
        )


@check.property("6.3", hint="u * exp(k t) = wanted; take logarithms.")
def the_error_has_grown_so_far(draw: Random, reach: Callable) -> None:
    """At that time back the error has grown to what is wanted."""
    for _ in range(4):
        k, u = draw.uniform(0.1, 5), 10 ** draw.uniform(-16, -6)
        wanted = 10 ** draw.uniform(-5, -1)
        t = number(reach(k, u, wanted))
        grown = u * math.exp(min(k * t, 300))
        claim(
            close(grown, wanted, 1e-9),
            f"at k = {show(k)} an error of {show(u)} has grown to {show(grown)} at {show(t)} back, "
            f"where you say that it is {show(wanted)}",
        )


@check.property(
    "6.4",
    hint="A function of k that ends in `ode.solve_event(...).t`; then `ad.grad` of it, at k.",
)
def agrees_with_the_closed_form(draw: Random, peak_slope: Callable) -> None:
    """It is the derivative of ln(k) / (k - 1)."""
    for _ in range(3):
        k = draw.uniform(1.5, 4)
        right = (1 / k * (k - 1) - math.log(k)) / (k - 1) ** 2
        found = number(peak_slope(k))
        claim(
            not close(found, math.log(k) / (k - 1), 1e-3),
            f"at k = {show(k)} you return {show(found)}, the time itself",
            "What is asked for is its derivative.",
        )
        claim(
            abs(found - right) < 1e-4,  # a hundred times the default tolerance of the solver
            f"at k = {show(k)} the time of the peak moves by {show(right)} for a unit of k, "
            f"you say {show(found)}",
        )


@check.property(
    "6.5",
    hint="For each pair of neighbours: the squared distance of step(before, rho) from after.",
)
def every_piece_starts_anew(draw: Random, shots: Callable) -> None:
    """A miss of one piece does not reach the next, and every number of a state counts."""

    def step(u: list, rho: float) -> list:
        return [rho * u[0], u[1] + rho]

    states = [[draw.uniform(1, 2), draw.uniform(1, 2)] for _ in range(4)]
    rho = draw.uniform(1, 2)
    right = sum(
        (a - b) ** 2
        for before, after in itertools.pairwise(states)
        for a, b in zip(step(before, rho), after, strict=True)
    )
    found = number(shots(step, [list(u) for u in states], rho))
    run, one = states[0], 0.0
    for after in states[1:]:
        run = step(run, rho)
        one += sum((a - b) ** 2 for a, b in zip(run, after, strict=True))
    claim(
        close(found, right, 1e-12),
        f"with rho = {show(rho)} and the states {show(states)} the misses sum to {show(right)}, "
        f"you say {show(found)}",
        "That is one shot: each piece has to start from the observed state."
        if close(found, one, 1e-9)
        else None,
    )
