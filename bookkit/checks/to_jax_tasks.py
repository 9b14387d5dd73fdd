"""The assignment of *From our compiler to JAX and diffrax*: five tasks.

What has to be traced is traced where the answer lives (`there`), and comes back as plain numbers;
what is right is computed here, by a closed form or by NumPy.
"""

import functools
import itertools
import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from bookkit.checks import Checks, CounterExample, claim, close, number, show, there, vector
from bookkit.checks.arrays import finite_array
from bookkit.checks.to_jax import run_record

task = Checks("Task")


def _ran(compiled: Callable, *args: Any) -> Any:
    """Its result, ready; what went wrong while it ran becomes a counter-example in one line."""
    import jax

    try:
        return jax.block_until_ready(compiled(*args))
    except (CounterExample, NotImplementedError):
        raise
    except Exception as error:
        lines = str(error).splitlines() or [type(error).__name__]
        said = next((line for line in lines[1:] if "Error: " in line), lines[0])
        raise CounterExample(f"compiled, your program stopped: {said[:160]}") from error


def _compiled(function: Callable, answer: Callable) -> Callable:
    """`function(answer, ...)` under jit: anew in each check, as a global may be another now."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax.jit(functools.partial(function, answer))


# ------------------------------------------------------------------------- 1, a record backwards


def uptake(x: float, v: float, half: float, shaded: bool) -> float:
    """The function of task 1, with its globals as arguments."""
    a = v * x
    b = a / (half + x)
    return b - 0.1 * a if shaded else b


def uptake_slope(x: float, v: float, half: float, shaded: bool) -> float:
    """d uptake / dx."""
    return v * half / (half + x) ** 2 - (0.1 * v if shaded else 0.0)


@task.property("1", hint="Walk back through the lines: each pays its cotangent to what it used.")
def a_record_and_its_slope(draw: Random, slope_record: Callable) -> None:
    """The record of uptake's slope in x is exact, whatever the globals were."""
    for shaded in (True, False):
        half = round(draw.uniform(0.3, 3.0), 3)
        lines = slope_record(half, shaded)
        claim(
            isinstance(lines, list | tuple) and len(lines) > 1,
            f"your function returned {show(lines)}, where a list of lines is asked for",
        )
        for _ in range(3):
            x, v = draw.uniform(0.2, 4.0), draw.uniform(0.5, 2.0)
            yours = run_record(list(lines), {"x": x, "v": v})
            right = uptake_slope(x, v, half, shaded)
            was = (
                f"traced with HALF = {half} and SHADED = {shaded}, at x = {show(x)}, v = {show(v)}"
            )
            claim(
                not close(yours, uptake(x, v, half, shaded), 1e-9),
                f"{was}, your record gives {show(yours)}: that is the value, not its slope",
                "The forward lines come first; then the cotangents, from the last line up",
            )
            claim(
                not close(yours, uptake_slope(x, v, half, not shaded), 1e-9),
                f"{was}, your record gives the slope of the other branch",
                "SHADED is asked while the record is made: it chooses the lines",
            )
            claim(
                close(yours, right, 1e-12),
                f"{was}, your record gives {show(yours)}, and the slope is {show(right)}",
                "A small difference is not exact, and gives itself away in the seventh digit"
                if close(yours, right, 1e-4)
                else "x goes into two lines, and a into one or two: add the payments up",
            )


# ------------------------------------------------------------------------- 2, many starts at once


@there
def best_there(best: Callable, starts: list, level: float) -> tuple[Any, int]:
    """What `best` says of these starts, and how often Python ran the loss."""
    import jax.numpy as jnp

    calls = []

    def loss(theta):
        calls.append(1)
        return jnp.log(theta["a"] - level) ** 2 + theta["b"][0] * theta["b"][1]

    return best(loss, starts), len(calls)


def _loss(theta: dict, level: float) -> float:
    a = theta["a"] - level
    return math.log(a) ** 2 + theta["b"][0] * theta["b"][1] if a > 0 else math.nan


@task.property("2", hint="Stack the starts leaf by leaf, then `jax.vmap(loss)` once.")
def the_best_of_many(draw: Random, best: Callable) -> None:
    """The index of the lowest finite loss, and the loss is run by Python once."""
    for n, least in ((draw.randint(5, 9), 0.0), (draw.randint(20, 40), -2.0)):
        level = draw.uniform(0.5, 1.0)
        starts = [
            {"a": draw.uniform(0.2, 4.0), "b": [draw.uniform(least, 2), draw.uniform(0, 2)]}
            for _ in range(n)
        ]
        starts[draw.randrange(n)]["a"] = level / 2  # this loss is not a number
        losses = [_loss(theta, level) for theta in starts]
        right = min((v, k) for k, v in enumerate(losses) if not math.isnan(v))[1]
        found, calls = best_there(best, starts, level)
        yours = number(found)
        claim(
            yours == int(yours) and 0 <= yours < n,
            f"for {n} starts you return {show(yours)}, which is no index",
            "Return the number of the start, from 0, not its loss",
        )
        claim(
            not math.isnan(losses[int(yours)]),
            f"the loss of start {int(yours)} is not a number, and you call it the best",
            "`argmin` takes NaN for the smallest: put infinity in its place, or use `nanargmin`",
        )
        claim(
            int(yours) == right,
            f"start {int(yours)} has the loss {show(losses[int(yours)])}, and start {right} has "
            f"{show(losses[right])}",
        )
        claim(calls <= 1, f"Python ran the loss {calls} times for {n} starts")


# ------------------------------------------------------------------------- 3, an epidemic


@there
def epidemic_there(epidemic: Callable, p: dict, ts: list, weights: list) -> tuple[Any, dict]:
    """The states, and the slopes of a weighted sum of them, compiled."""
    return _plain(_ran(_compiled(_with_slopes, epidemic), p, np.array(weights), np.array(ts)))


def _with_slopes(answer: Callable, p: dict, weights: Any, *ts: Any) -> tuple[Any, dict]:
    """The states, and how a weighted sum of them moves with p: one program, compiled once."""
    import jax

    def total(p: dict) -> tuple:
        states = answer(p, *ts)
        alike = np.shape(states) == np.shape(weights)  # else the states alone say what is wrong
        return ((weights if alike else 1.0) * states).sum(), states

    slopes, states = jax.grad(total, has_aux=True)(p)
    return states, slopes


def _plain(found: tuple[Any, dict]) -> tuple[Any, dict]:
    states, slopes = found
    return np.asarray(states), {name: float(v) for name, v in slopes.items()}


def epidemic_by_numpy(p: dict, ts: list, steps: int = 400) -> np.ndarray:
    """Susceptible, exposed, infected and recovered at the times, by fine classical steps."""

    def rate(u: np.ndarray) -> np.ndarray:
        caught, ill, well = p["beta"] * u[0] * u[2], p["sigma"] * u[1], p["gamma"] * u[2]
        return np.array([-caught, caught - ill, ill - well, well])

    u, now, rows = np.array([0.99, 0.0, 0.01, 0.0]), 0.0, []
    for t in ts:
        h = (t - now) / steps
        for _ in range(steps):
            k1 = rate(u)
            k2 = rate(u + h / 2 * k1)
            k3 = rate(u + h / 2 * k2)
            k4 = rate(u + h * k3)
            u = u + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        rows.append(u)
        now = t
    return np.array(rows)


@task.property("3", hint="`args=p`, `SaveAt(ts=ts)`, a tolerance of 1e-8, and `.ys`.")
def an_epidemic_in_diffrax(draw: Random, epidemic: Callable) -> None:
    """The states agree with fine classical steps, and their slopes with differences."""
    p = {
        "beta": draw.uniform(0.5, 1.5), "sigma": draw.uniform(0.2, 0.8),
        "gamma": draw.uniform(0.1, 0.4),
    }  # fmt: skip
    ts = sorted(draw.uniform(2.0, 40.0) for _ in range(4))
    weights = [[draw.uniform(-1, 1) for _ in range(4)] for _ in range(4)]
    states, slopes = epidemic_there(epidemic, p, ts, weights)
    yours = finite_array(states, (4, 4), "one row a time; columns s, e, i, r")
    right = epidemic_by_numpy(p, ts)
    start = " at the first time asked for" if close(yours[0], [0.99, 0, 0.01, 0], 1e-6) else ""
    claim(
        not start,
        f"your run begins{start}, t = {show(ts[0])}",
        "The start holds at t = 0; so `t0=0.0`, whatever `ts` begins with",
    )
    claim(
        bool(np.abs(yours.sum(axis=1) - 1).max() < 1e-6),
        f"the four shares add up to {show(float(yours[-1].sum()))} at t = {show(ts[-1])}",
        "What leaves one compartment arrives in another",
    )
    apart = np.abs(yours - right).max(axis=0)
    worst = "seir"[int(apart.argmax())]
    claim(
        bool(apart.max() < 1e-6),
        f"with {show(p)} your {worst} is off by up to {apart.max():.1e}",
        "The equations are right if s + e + i + r stays; is the tolerance 1e-8?"
        if apart.max() < 1e-2
        else "Infection takes beta s i from s to e; sigma e go on to i, and gamma i to r",
    )
    for name in p:
        up, down = (
            float((np.array(weights) * epidemic_by_numpy({**p, name: p[name] + h}, ts)).sum())
            for h in (1e-5, -1e-5)
        )
        measured = (up - down) / 2e-5
        claim(
            abs(slopes[name] - measured) < 1e-5 * max(1.0, abs(measured)),
            f"the slope of a sum of states by {name} is {show(slopes[name])}, and differences of "
            f"two runs give {show(measured)}",
            "Does p go to the solver as `args`, as it came?",
        )


# ------------------------------------------------------------------------- 4, a broken program


@there
def feeding_there(feeding: Callable, cases: list) -> list[tuple]:
    """State, steps and the slope of the signal by v of each run, compiled once for all."""
    run = _compiled(_fed, feeding)
    found = (_ran(run, *case) for case in cases)
    return [(np.asarray(u), int(n), float(slope)) for slope, (u, n) in found]


def _fed(feeding: Callable, v: Any, k: Any, t1: Any) -> tuple:
    import diffrax
    import jax

    def signal(v: Any) -> tuple:
        solution = feeding(v, k, t1)
        claim(
            isinstance(solution, diffrax.Solution),
            f"your function returned a {type(solution).__name__}, where diffrax's solution is "
            "asked for",
            "Return what `diffeqsolve` returns, whole: the check reads its states and its steps",
        )
        return solution.ys[-1][1], (solution.ys[-1], solution.stats["num_steps"])

    return jax.grad(signal, has_aux=True)(v)


@task.property("4", hint="Look at the table at the end of the stumbling blocks, line by line.")
def a_program_mended(draw: Random, feeding: Callable) -> None:
    """Food and signal are right before and after the food has run out, and so is the slope."""
    v = draw.uniform(0.8, 1.2)
    cases = [
        (v, 1e2, draw.uniform(0.5, 1.0)),
        (v, draw.uniform(1e5, 1e6), draw.uniform(0.5, 1.0)),
        (v, draw.uniform(1e3, 1e4), draw.uniform(3.0, 4.0)),
    ]
    named = [f"at v = {show(v)}, k = {show(k)}, t = {show(t1)}" for v, k, t1 in cases]
    lefts = [max(1 - v * t1 / 2, 0.0) for v, _, t1 in cases]
    runs = feeding_there(feeding, cases)
    for where, left, (_, k, _), (state, steps, _) in zip(named, lefts, cases, runs, strict=True):
        state = finite_array(state, (2,), "two states: food, signal")
        claim(steps < 2000, f"{where} your solver took {steps:,} steps", "A fast signal is stiff")
        claim(
            abs(state[0] - left**2) < 1e-4,
            f"{where} you have food {show(float(state[0]))}, and it is {show(left**2)}",
            "The food falls by v times its root, and stays at 0 once it is gone",
        )
        near = left**2 + v * left / k + v**2 / (2 * k * k)  # food, minus its slope / k, and so on
        claim(
            abs(state[1] - near) < 1e-4,
            f"{where} the signal is at {show(float(state[1]))}, and near {show(near)} is right",
            "The signal moves by k (food - signal)",
        )
    for where, left, (_, _, t1), (_, _, slope) in zip(named, lefts, cases, runs, strict=True):
        claim(
            math.isfinite(slope),
            f"{where} the slope by v is {slope}",
            "The root of 0 has an infinite slope, also in the branch that `where` does not take",
        )
        claim(
            abs(slope + t1 * left) < 0.02 * max(1.0, t1 * left),
            f"{where} the slope by v is {show(slope)}, and it should be near {show(-t1 * left)}",
            "Does v reach the field as an argument, with nothing that stops its slope?",
        )


# ------------------------------------------------------------------------- 5, a model of one's own


@there
def rates_there(field: Callable, states: list, p: dict) -> list:
    """The rates in each of the states."""
    rate = _compiled(_rate, field)
    return [np.asarray(_ran(rate, 1.0, np.array(u), p)) for u in states]


def _rate(field: Callable, t: Any, u: Any, p: dict) -> Any:
    return field(t, u, p)


@there
def runs_there(
    field: Callable, solve: Callable, start: list, p: dict, ts: list
) -> tuple[Any, dict, Any, dict]:
    """The reader's run, a finer one of the same field; for both, how a sum moves with log p."""
    rate = _compiled(_rate, field)
    fine = lambda p: _by_scipy(rate, start, p, ts)  # noqa: E731
    total = lambda p: float(np.sum(_weights(ts, start) * fine(p)))  # noqa: E731
    moved = {
        name: (total({**p, name: v * (1 + 1e-4)}) - total({**p, name: v * (1 - 1e-4)})) / 2e-4
        for name, v in p.items()
    }
    states, slopes = _plain(_ran(_compiled(_with_slopes, solve), p, _weights(ts, start)))
    return states, {name: v * p[name] for name, v in slopes.items()}, fine(p), moved


def _by_scipy(rate: Callable, start: list, p: dict, ts: list) -> np.ndarray:
    """The states at the times, by a solver that is not diffrax's and finds stiffness itself."""
    from scipy.integrate import solve_ivp

    asked = itertools.count(1)
    stopped = f"a fine run of your field does not reach t = {show(ts[-1])}"
    why = "Does a state explode, or a rate become no number? Watch for a shorter time"

    def rates(t: float, u: np.ndarray) -> np.ndarray:
        found = np.asarray(_ran(rate, t, u, p))
        # Near infinity the steps shrink for ever; a stiff model asks some thousand times.
        claim(next(asked) < 20_000 and bool(np.isfinite(found).all()), stopped, why)
        return found

    found = solve_ivp(
        rates, (0.0, ts[-1]), start, "LSODA", t_eval=ts,
        rtol=1e-10, atol=1e-12 * (max(map(abs, start)) or 1.0),
    )  # fmt: skip
    claim(found.success, stopped, why)
    return found.y.T


def _weights(ts: list, start: list) -> np.ndarray:
    """Some weight for each state at each time."""
    return np.cos(np.arange(len(ts) * len(start))).reshape(len(ts), len(start))


@task.property("5", hint="The ten lines of the chapter, around your own field.")
def a_model_of_ones_own(draw: Random, field: Callable, solve: Callable, setup: Callable) -> None:
    """Your model is no straight line, its run is accurate, and every parameter matters."""
    start, p, ts = _setup(setup)
    p = {name: value * draw.uniform(0.97, 1.03) for name, value in p.items()}
    aside = [draw.uniform(0.1, 0.5) * max(abs(u), 0.1 * max(map(abs, start))) for u in start]
    line = [[u + far * a for u, a in zip(start, aside, strict=True)] for far in (0, 1, 2)]
    rates = rates_there(field, line, p)
    claim(
        rates[0].shape == (len(start),),
        f"for {len(start)} states your field returns the shape {list(rates[0].shape)}",
        "One rate of change for each state, in one array",
    )
    claim(  # a constant added is still a straight line; and s i / n doubles with all states
        not close((rates[0] + rates[2]).tolist(), (2 * rates[1]).tolist(), 1e-9),
        "as the states change along a straight line so do your rates: the model is linear",
        "Let something meet something: a product, a limit, a half saturation",
    )
    rule = "one row for each of the times, one column for each state"
    mine, slopes, finer, moved = runs_there(field, solve, start, p, ts)
    yours = finite_array(mine, (len(ts), len(start)), rule)
    fine = finite_array(finer, (len(ts), len(start)), "the field must give finite rates")
    scale = np.abs(fine).max()
    apart = float(np.abs(yours - fine).max() / scale)
    claim(
        apart < 1e-5,
        f"your run and a finer one of your own field differ by {apart:.1e} of the largest state",
        "Does `solve` use `field` and its p, from t = 0, with a tolerance of 1e-7 or less?",
    )
    moves = float(np.abs(np.diff(fine, axis=0)).max() / scale)
    claim(moves > 0.02, "nothing happens in your run: no state moves by a fiftieth",
          "Start away from rest, or watch for longer")  # fmt: skip
    for name in p:
        claim(abs(moved[name]) > 1e-6 * scale, f"{name} makes no difference to your run",
              "Every parameter that you name should enter a rate")  # fmt: skip
    size = max(map(abs, moved.values()))
    for name in p:
        claim(
            abs(slopes[name] - moved[name]) < 1e-3 * size,
            f"the slope by the logarithm of {name} is {show(slopes[name])}, and two finer "
            f"runs give {show(moved[name])}",
            "p must reach the solver as `args`; a value taken from outside has no slope",
        )


def _setup(setup: Callable) -> tuple[list, dict, list]:
    """Start, parameters and times of the reader's model, as plain numbers."""
    given = setup()
    claim(
        isinstance(given, list | tuple) and len(given) == 3,
        f"setup returned {show(given)}, where start, p and ts are asked for",
    )
    start, p, ts = given
    claim(isinstance(p, dict) and len(p) >= 3, f"p is {show(p)}, and a dict of three or more is "
          "asked for")  # fmt: skip
    p = {str(name): number(value) for name, value in p.items()}
    claim(all(p.values()), f"a parameter is 0 in {show(p)}", "Choose values that do something")
    start, ts = vector(start, len(list(start))), vector(ts, len(list(ts)))
    claim(len(start) >= 2, f"your model has {len(start)} state, and two or more are asked for")
    claim(len(ts) >= 5, f"you watch at {len(ts)} times, and five or more are asked for")
    rising = all(a < b for a, b in itertools.pairwise(ts)) and ts[0] >= 0
    claim(rising, f"the times {show(ts)} do not rise from 0", "Times are sorted, and not negative")
    return start, p, ts
