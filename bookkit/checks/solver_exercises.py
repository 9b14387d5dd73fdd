"""The exercises of chapter 5, *Differentiating the solver*."""

import functools
import math
from collections.abc import Callable, Sequence
from random import Random

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit.checks import (
    Checks,
    CounterExample,
    by_hand,
    claim,
    close,
    number,
    show,
    vector,
)
from bookkit.data import load
from bookkit.explorables.differentiating_the_solver_arrow import (
    STEPS_A_YEAR,
    lotka_volterra,
    trajectory,
)
from mini_autodiff import ode, optimize, tree

check = Checks("Exercise")

RATES = ("alpha", "beta", "gamma", "delta")


# 5.1 to 5.4: one step, a tape, a run --------------------------------------------------------------


@check.property(
    "5.1",
    hint="The state at which the second slope is taken, u + h k1, moves with theta in two ways: "
    "its tangent is u_dot + h times the tangent of k1.",
)
def logistic_step_and_tangent(draw: Random, logistic_heun: Callable) -> None:
    """The step is Heun's, and its tangent agrees with a difference of two steps."""
    theta, u, u_dot = draw.uniform(0.5, 2), draw.uniform(0.1, 0.9), draw.uniform(-1, 1)
    h, where = 0.3, f"at theta = {show(theta)}, u = {show(u)}, u_dot = {show(u_dot)}, h = 0.3"
    logistic_heun = by_hand(logistic_heun)

    def step(e: float) -> float:
        return vector(logistic_heun(theta + e, u + e * u_dot, 0.0, h), 2)[0]

    result = logistic_heun(theta, u, u_dot, h)
    claim(
        hasattr(result, "__len__"),
        f"your function returned {show(result)} ({type(result).__name__})",
        "Two numbers are asked for: `return new_u, new_u_dot`",
    )
    state, tangent = vector(result, 2)
    expected = ode.step(ode.HEUN, lambda t, u, r: r * u * (1 - u), 0.0, u, h, theta)
    claim(
        close(state, expected, 1e-13),
        f"{where} your new state is {show(state)}; its slope is not the mean of those at both ends",
        "First k1 at u, then k2 at u + h k1, then half of each.",
    )
    moved = (step(1e-5) - step(-1e-5)) / 2e-5
    # The same with theta standing still: what is left of the tangent when its own term is lost.
    still = ad.jvp(
        lambda u: ode.step(ode.HEUN, lambda t, u, r: r * u * (1 - u), 0.0, u, h, theta),
        (u,), (u_dot,),
    )[1]  # fmt: skip
    claim(
        abs(tangent - moved) < 1e-8,  # eps squared, 1e-10, times a third derivative near one
        f"{where} you say {show(tangent)}; your own new state moves by {show(moved)}",
        "theta itself moves as well, with the tangent 1: each slope gets the term u (1 - u)"
        if close(tangent, still, 1e-9)
        else None,
    )


@check.property(
    "5.2",
    hint="The old hares are used in four places: in the new hares, in alpha x, in x^2/K and in the "
    "meetings m. The old lynx in three. Each place adds its share.",
)
def crowded_back_is_the_transpose(draw: Random, crowded_back: Callable) -> None:
    """What you pull back is what a push of the old state, or of a parameter, does to the end."""
    names = [*RATES, "K"]
    p = {"alpha": draw.uniform(0.5, 1), "beta": draw.uniform(0.02, 0.04)}
    p |= {"gamma": draw.uniform(0.5, 1), "delta": draw.uniform(0.02, 0.04)}
    p |= {"K": draw.uniform(80, 160)}
    u, h = [draw.uniform(20, 60), draw.uniform(5, 15)], draw.uniform(0.1, 0.3)
    u_bar = [draw.uniform(0.5, 2) * draw.choice([-1, 1]) for _ in range(2)]

    def step(u, p):
        (x, y), (a, b, g, d, k) = u, (p[name] for name in names)
        return [x + h * (a * x - a * x * x / k - b * x * y), y + h * (d * x * y - g * y)]

    found = by_hand(crowded_back)(p, u, h, u_bar)
    claim(
        isinstance(found, tuple | list) and len(found) == 2 and isinstance(found[1], dict)
        and set(found[1]) == set(names),
        f"your function returned {show(found)}, where two numbers for the state and a dictionary "
        f"with {', '.join(names)} are asked for",
        "End it with `return [x_bar, y_bar], {'alpha': ..., 'beta': ..., 'gamma': ..., "
        "'delta': ..., 'K': ...}`.",
    )  # fmt: skip
    old = vector(found[0], 2)
    where = f"at p = {show(p)}, u = {show(u)}, h = {show(h)}, u_bar = {show(u_bar)}"
    for place, animal in enumerate(("hares", "lynx")):
        v = [float(place == 0), float(place == 1)]
        moved = ad.jvp(lambda u: step(u, p), (u,), (v,))[1]
        forward = math.fsum(a * b for a, b in zip(u_bar, moved, strict=True))
        claim(
            close(forward, old[place], 1e-12),
            f"{where}: one more thousand {animal} change u_bar . u by {show(forward)}, and you say "
            f"{show(old[place])}",
        )
    for name in names:
        moved = ad.jvp(lambda r: step(u, {**p, name: r}), (p[name],), (1.0,))[1]  # noqa: B023
        forward = math.fsum(a * b for a, b in zip(u_bar, moved, strict=True))
        yours = number(found[1][name])
        claim(
            close(forward, yours, 1e-12),
            f"for {name}, {where}: a unit of {name} changes u_bar . u by {show(forward)}, and you "
            f"say {show(yours)}",
            "K stands in a denominator: 1/K has the slope -1/K^2"
            if name == "K"
            else "alpha stands in two terms, alpha x and alpha x^2/K"
            if name == "alpha"
            else "In which one line does this rate stand, and beside what?",
        )


@check.property(
    "5.3",
    hint="Does each number write down all its parts, with their slopes? And does walk_back add "
    "(+=) to the cotangent of a part that was used before?",
)
def slopes_of_programs(draw: Random, slopes: Callable) -> None:
    """It agrees with differences for programs of plus, minus and times, short and long."""

    def euler(theta, h, u):
        for _ in range(3):
            u = u + h * theta * u * (u - h)
        return u

    programs: dict[str, Callable] = {
        "a + b": lambda a, b: a + b, "a * b": lambda a, b: a * b, "a - b": lambda a, b: a - b,
        "a * a": lambda a, b: a * a, "a * b - b * a * a": lambda a, b: a * b - b * a * a,
        "three steps of a solver": euler,
    }  # fmt: skip
    for name, program in programs.items():
        values = [draw.uniform(0.5, 1.5) for _ in range(3 if program is euler else 2)]
        _slopes_hold(name, program, values, slopes)
    _slopes_hold("a + a * a, on second thoughts", lambda a: a + a * a, [1.5], slopes)


def _slopes_hold(name: str, program: Callable, values: list, slopes: Callable) -> None:
    calls: list[int] = []

    def once(*numbers):
        calls.append(len(numbers))
        return program(*numbers)

    got = vector(by_hand(slopes)(once, *values), len(values))
    claim(
        len(calls) == 1,
        f"for {name} you called the program {len(calls)} times",
        "One call with numbers that take notes, then one walk back, serves all values",
    )
    expected = list(ad.grad(program, argnums=tuple(range(len(values))))(*values))
    claim(
        close(got, expected, 1e-10),
        f"for {name} at {show(values)} you say {show(got)}; a difference in the first value says "
        f"{show(_difference(program, values))}",
        "In a - b, the slope by b is -1." if name == "a - b" else None,
    )


def _difference(program: Callable, values: list) -> float:
    up, down = (program(values[0] + e, *values[1:]) for e in (1e-6, -1e-6))
    return (up - down) / 2e-6


@check.property(
    "5.3",
    hint="A function that calls itself for each part is at its end after a thousand of them, or "
    "walks each path anew. Read the list once, from its end.",
)
def slopes_of_a_long_program(draw: Random, slopes: Callable) -> None:
    """It goes through 3000 steps, and each number is read once."""

    def growth(rate, h):
        u = rate
        for _ in range(3000):
            u = u + h * (rate - u * u)
        return u

    _slopes_hold(
        "3000 steps of a solver", growth, [draw.uniform(0.5, 1.5), draw.uniform(1e-3, 2e-3)], slopes
    )


@check.property(
    "5.4",
    hint="`ad.jacobian` turns a function into a function. Which function of u0 alone is meant, and "
    "where do you call the result? Rows are what comes out, columns what went in.",
)
def columns_are_moved_starts(draw: Random, start_matters: Callable) -> None:
    """It agrees with twenty years run from a start that is moved a little."""
    p = {"alpha": 0.55, "beta": 0.028, "gamma": 0.8, "delta": draw.uniform(0.022, 0.026)}
    u0 = [draw.uniform(25, 35), draw.uniform(4, 8)]
    found = start_matters(p, jnp.array(u0))
    rows = found.tolist() if hasattr(found, "tolist") else found
    claim(
        isinstance(rows, list | tuple) and len(rows) == 2 and all(
            hasattr(row, "__len__") and len(row) == 2 for row in rows
        ),
        f"your function returned {show(found)}, where two rows of two numbers are asked for",
        "The function that `ad.jacobian` gets should return the last state only, two numbers: "
        "`trajectory(p, u0)[-1]`",
    )  # fmt: skip
    rows = [vector(row, 2) for row in rows]

    def end(u):
        return ode.solve_fixed(lotka_volterra, jnp.array(u), 0.0, 20.0, 400, p)[1][-1]

    for j in range(2):
        up, down = (end([a + s * 1e-4 * (i == j) for i, a in enumerate(u0)]) for s in (1, -1))
        moved = [(a - b) / 2e-4 for a, b in zip(up, down, strict=True)]
        yours = [row[j] for row in rows]
        claim(
            close(yours, moved, 1e-5),  # eps squared times a third derivative; eps is 1e-5 of u0
            f"from {show(u0)} with {show(p)}: moving start value {j} moves 1920 by {show(moved)}; "
            f"column {j} of yours is {show(yours)}",
            "Its rows and columns are swapped." if close(rows[j], moved, 1e-5) else None,
        )


# 5.5 and 5.6: fits ---------------------------------------------------------------------------

TABLES = {"hare_lynx_1900_1920": 2.0187, "hare_lynx_1845_1935": 22.1497}  # least misfits found


@functools.cache
def _fitted(table: str, years: int) -> Callable:
    """Misfit and gradient of {"log_p", "log_u0"} to the first years from 1900 of a table."""
    pelts = load(table)
    first = pelts["year"].index(1900)
    hares, lynxes = (pelts[name][first : first + years + 1] for name in ("hare", "lynx"))
    times = jnp.array([k / STEPS_A_YEAR for k in range(years * STEPS_A_YEAR + 1)])

    def misfit(unknowns):
        u0 = tree.map(jnp.exp, unknowns["log_u0"])
        data = {"t": times, "hares": [u0[0]], "lynxes": [u0[1]]}
        hare, lynx = trajectory(tree.map(jnp.exp, unknowns["log_p"]), data, lotka_volterra)
        off = [jnp.log(hare[::STEPS_A_YEAR] / jnp.array(hares))]
        off += [jnp.log(lynx[::STEPS_A_YEAR] / jnp.array(lynxes))]
        return jnp.sum(off[0] ** 2) + jnp.sum(off[1] ** 2)

    return ad.jit(ad.value_and_grad(misfit))


def _unknowns(rates: dict, u0: Sequence) -> dict:
    return {
        "log_p": {name: math.log(rates[name]) for name in RATES},
        "log_u0": [math.log(value) for value in u0],
    }


GUESSES = {
    "slow_guess": {"alpha": 0.3, "beta": 0.01, "gamma": 0.3, "delta": 0.01},
    "fast_guess": {"alpha": 1.0, "beta": 0.05, "gamma": 1.0, "delta": 0.05},
}


@check.property(
    "5.5",
    hint="Two stages are enough. What has a first window of two years not seen yet, and what does "
    "one of sixteen years already contain?",
)
def few_windows_reach_the_best_fit(draw: Random, windows: Sequence) -> None:
    """From both guesses the windows lead to the best fit, and there are not more than needed."""
    try:
        stages = [int(years) for years in windows]
    except (TypeError, ValueError):
        raise CounterExample(
            f"what came is {show(windows)}",
            "Hand over the years at which the windows end, as a tuple: (4, 8, 12, 16, 20)",
        ) from None
    if not stages:
        raise NotImplementedError
    claim(
        all(1 <= years <= 20 for years in stages) and stages[-1] == 20,
        f"the windows end after {show(stages)} years",
        "Windows of 1 to 20 years; the last one is the whole record, 20",
    )
    for name, rates in GUESSES.items():
        here = _unknowns(rates, [30.0, 4.0])
        for years in stages:
            try:
                here = optimize.bfgs(_fitted("hare_lynx_1900_1920", years), here).x
            except (ArithmeticError, ValueError) as error:
                raise CounterExample(
                    f"from {name} the window of {years} years ends in {error}",
                    "The window is too short to say anything about some of the rates",
                ) from None
        reached = _fitted("hare_lynx_1900_1920", 20)(here)[0]
        claim(
            reached < 1.001 * TABLES["hare_lynx_1900_1920"],
            f"from {name} the windows {show(stages)} end at the misfit {reached:.2f}, and the best "
            f"fit has {TABLES['hare_lynx_1900_1920']:.2f}",
        )
    claim(
        len(stages) == 2,
        f"the {len(stages)} windows {show(stages)} do lead there",
        "They do, and fewer are enough: leave one out",
    )


@check.property(
    "5.6",
    hint="There are several valleys, and slopes that lead to no valley at all. Start from `guess`, "
    "from the best fit of the other table, from a few guesses near them; keep the best.",
)
def the_other_table_is_fitted(draw: Random, rates: dict, u0: Sequence) -> None:
    """The rates fit the other table as well as any that have not run away."""
    if isinstance(rates, dict) and not rates:
        raise NotImplementedError
    claim(
        isinstance(rates, dict) and set(rates) == set(RATES),
        f"what came is {show(rates)}",
        "Hand over the rates themselves, not their logarithms, as a dictionary with alpha, beta, "
        "gamma, delta",
    )
    values = {name: number(rates[name]) for name in RATES}
    start = vector(u0, 2)
    claim(
        min(*values.values(), *start) > 0,
        f"the rates are {show(values)}, the start is {show(start)}",
        "Rates and start values are positive: `tree.map(jnp.exp, ...)` makes them from logarithms",
    )
    for name, limit in zip(RATES, (10.0, 1.0, 10.0, 1.0), strict=True):
        claim(
            1e-4 < values[name] < limit,
            f"{name} = {values[name]:.2g}",
            "This rate has run away: nothing stops it, and what looks like a fit is none",
        )
    reached = _fitted("hare_lynx_1845_1935", 20)(_unknowns(values, start))[0]
    claim(
        reached < 1.01 * TABLES["hare_lynx_1845_1935"],
        f"the misfit to 1900 to 1920 of the longer table is {reached:.2f}; it can be "
        f"{TABLES['hare_lynx_1845_1935']:.1f}",
        "This is the misfit of the flat lines, or near it" if reached > 38 else None,
    )
