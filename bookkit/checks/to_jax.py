"""The exercises of *From our compiler to JAX and diffrax*; `to_jax_tasks.py` has its assignment.

Each exercise mends a small program that fails. So its check tries what made it fail: other floats,
other lengths, a state at zero, a fast rate. How often Python ran a function is counted, for that is
how often it was traced.
"""

import contextlib
import math
import re
from collections.abc import Callable
from random import Random
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bookkit.checks import Checks, CounterExample, asked, claim, number, show, vector
from bookkit.checks.arrays import finite_array

check = Checks("Exercise")


@contextlib.contextmanager
def counted(f: Callable, calls: list):
    """`f`, and in `calls` an entry for each time that Python runs it."""

    def counting(*args: Any) -> Any:
        calls.append(1)
        return f(*args)

    yield counting


def close(yours: float, right: float, tolerance: float) -> bool:
    """Within `tolerance` of the larger of 1 and the right value."""
    return abs(yours - right) <= tolerance * max(1.0, abs(right))


# ------------------------------------------------------------------------- 7.1, traced once


@check.property("7.1", hint="What should vary has to be an argument of the function under `jit`.")
def compiled_once(draw: Random, compile_once: Callable) -> None:
    """The state at 1 is right for every rate, and Python runs the field for the first only."""
    calls: list[int] = []
    with counted(lambda t, y, k: -k * y + 0.5, calls) as field:
        solve = compile_once(field)
        claim(
            callable(solve),
            f"compile_once returned {show(solve)}, which is no function of k",
            "Return a function: `jax.jit(...)` of one, say",
        )
        for turn in range(5):
            k = draw.uniform(0.2, 1.5)
            before = len(calls)
            yours = number(asked(solve)(k))
            right = math.exp(-k) + 0.5 * (1 - math.exp(-k)) / k
            claim(
                close(yours, right, 1e-3),
                f"for dy/dt = 0.5 - k y, y(0) = 1 and k = {show(k)} you give {show(yours)}, and "
                f"the state at 1 is {show(right)}",
                "Start from 1.0, end at t = 1, hand k over as `args`",
            )
            claim(
                turn == 0 or len(calls) == before,
                f"at call {turn + 1}, with another rate, Python ran the field "
                f"{len(calls) - before} times again: it was traced anew",
            )


# ------------------------------------------------------------------------- 7.2, unequal lengths


@check.property(
    "7.2", hint="Fill up to the longest, mark the real days, `vmap` over days and ponds."
)
def ponds_of_one_shape(draw: Random, losses: Callable) -> None:
    """Each pond has the mean over its own days, and of_day is run by Python once."""
    ponds = [[draw.uniform(0.5, 3.0) for _ in range(n)] for n in draw.sample(range(2, 12), 4)]
    calls: list[int] = []
    with counted(lambda x: jnp.log(x) ** 2 + x, calls) as of_day:
        yours = vector(losses(of_day, ponds), len(ponds))
    for pond, mine in zip(ponds, yours, strict=True):
        right = sum(math.log(x) ** 2 + x for x in pond) / len(pond)
        claim(
            close(mine, right, 1e-9),
            f"for the pond {show(pond)} you give {show(mine)}, and the mean over its "
            f"{len(pond)} days is {show(right)}",
            "Divide the sum over the real days by their number, not by the longest record",
        )
    claim(len(calls) <= 1, f"Python ran of_day {len(calls)} times for {len(ponds)} ponds")
    with counted(jnp.log, calls) as of_day:
        yours = vector(losses(of_day, [[1.0, 2.0, 4.0], [3.0]]), 2)
    claim(close(yours[1], math.log(3), 1e-9), f"for one day of 3.0 and log you give {yours[1]}")


# ------------------------------------------------------------------------- 7.3, 64 bits


@check.property("7.3", hint="At 2^24 a number of 32 bits cannot grow by 1. Stay with 64.")
def the_colony_grows(draw: Random, colony64: Callable) -> None:
    """Every cell and every birth counts, for large colonies too, and has the slope 1."""
    for n in (2**24, 2**31 + 1, draw.randint(2**40, 2**41)):
        births = [float(draw.randint(1, 3)) for _ in range(draw.randint(20, 40))]
        yours = number(colony64(n, births))
        right = n + sum(births)
        claim(
            yours == right,
            f"{n:,} cells and {len(births)} births of 1 to 3: you count "
            f"{yours:,.0f}, and there are {right:,.0f}",
        )
    slope, of_births = jax.grad(colony64, argnums=(0, 1))(2.0**24, [1.0, 2.0])
    for name, found in (("n", slope), ("the last birth", of_births[-1])):
        claim(
            float(found) == 1.0,
            f"the slope by {name} is {show(float(found))}, and it should be 1",
            "Compute with what came: `float(n)` would refuse a traced number",
        )
    claim(
        getattr(slope, "dtype", None) == np.float64,
        f"the slope has the type {slope.dtype}, so 32 bits are still in the way",
    )


# ------------------------------------------------------------------------- 7.4, in place


@check.property("7.4", hint="Three rates, one array: `jnp.array([...])`.")
def an_epidemic(draw: Random, sir: Callable) -> None:
    """The rates are right, add up to zero, and can be traced and differentiated."""
    p = {"beta": draw.uniform(0.2, 2.0), "gamma": draw.uniform(0.1, 1.0)}
    s, i, r = (draw.uniform(0.1, 0.5) for _ in range(3))
    ill, well = p["beta"] * s * i, p["gamma"] * i
    for name, f in (("", sir), (" under jit", jax.jit(sir))):
        yours = finite_array(f(0.0, jnp.array([s, i, r]), p), (3,), "one rate for s, i and r each")
        right = [-ill, ill - well, well]
        for what, mine, theirs in zip("sir", yours.tolist(), right, strict=True):
            claim(
                close(mine, theirs, 1e-12),
                f"at s = {show(s)}, i = {show(i)}{name} you give {show(mine)} for {what}, and it "
                f"is {show(theirs)}",
                "What leaves s arrives in i; what leaves i arrives in r",
            )
    slope = jax.grad(lambda p: sir(0.0, jnp.array([s, i, r]), p)[1])(p)
    claim(close(float(slope["beta"]), s * i, 1e-12), "the slope of i's rate by beta is not s i")


# ------------------------------------------------------------------------- 7.5, the limit of steps


def _meets(t: Any, y: Any, k: Any) -> Any:
    return k * y**2 - 0.1 * y


def _met(y0: float, t: float, k: float) -> float:
    """The exact state: 1/y obeys a linear equation; infinite from where it reaches 0."""
    inverse = 10 * k + (1 / y0 - 10 * k) * math.exp(0.1 * t)
    return 1 / inverse if inverse > 0 else math.inf


@check.property("7.5", hint="`throw=False`, then `jnp.where` on the result code.")
def infinite_not_an_error(draw: Random, end_or_inf: Callable) -> None:
    """A run that ends gives its state, one that explodes gives infinity, also side by side."""
    y0, t1 = draw.uniform(0.5, 1.0), draw.uniform(1.0, 1.5)
    ks = [draw.uniform(0.05, 0.1), draw.uniform(4, 5), draw.uniform(0.2, 0.4), draw.uniform(6, 9)]
    run = jax.vmap(lambda k: end_or_inf(_meets, jnp.array(y0), jnp.array(t1), k))
    jax.eval_shape(jax.jit(run), jnp.array(ks))  # it can be traced; diffrax compiles it anyway

    def side_by_side(ks: list) -> Any:
        return jax.block_until_ready(run(jnp.array(ks)))

    yours = np.asarray(asked(side_by_side)(ks)).ravel()
    claim(
        yours.shape == (4,),
        f"four runs side by side gave the shape {yours.shape}",
        "Return the state itself: with `SaveAt(t1=True)`, the default, that is `ys[-1]`",
    )
    for k, mine in zip(ks, yours.tolist(), strict=True):
        right = _met(y0, t1, k)
        claim(
            mine == right if math.isinf(right) else close(mine, right, 1e-3),
            f"for dy/dt = k y^2 - y / 10 from {show(y0)}, at t = {show(t1)} and k = {show(k)}, "
            f"you give {show(mine)}, and it is {show(right)}",
            "Where the solver gave up, the state is nothing to trust: pick jnp.inf there"
            if math.isinf(right)
            else "Hand k over as `args`, return the state at t1, and set a tolerance",
        )
    _a_moderate_state_is_not_yet_right(end_or_inf)


def _fast(t: Any, y: Any, k: Any) -> Any:
    return -k * (y - jnp.cos(t))


def _a_moderate_state_is_not_yet_right(end_or_inf: Callable) -> None:
    """An explicit solver that gives up on a stiff field leaves a state that is not large."""
    k, t1 = 1e5, 10.0
    given = (jnp.array(0.0), jnp.array(t1), jnp.array(k))
    mine = float(np.ravel(asked(lambda *args: end_or_inf(_fast, *args))(*given))[0])
    right = (k * k * math.cos(t1) + k * math.sin(t1)) / (1 + k * k)
    claim(
        math.isinf(mine) or close(mine, right, 1e-3),
        f"for dy/dt = -k (y - cos t) from 0, at t = 10 and k = {k:.0e}, you give {show(mine)}, and "
        f"the state is {show(right)}",
        "A state can be small where the solver gave up: ask the result code, not the state",
    )


# ------------------------------------------------------------------------- 7.6, stiff


@check.property("7.6", hint="An implicit solver does not care how fast the fast part is.")
def few_steps_for_any_rate(draw: Random, followed: Callable) -> None:
    """The state at 10 is right, in fewer than 500 steps, up to a rate of a million."""
    for k in (draw.uniform(5, 50), draw.uniform(1e3, 2e3), draw.uniform(5e5, 1e6)):
        solution = followed(jnp.array(k))
        claim(
            hasattr(solution, "stats") and hasattr(solution, "ys"),
            f"your function returned {show(solution)}, where the solution is asked for",
            "Return what `diffeqsolve` returns, not one part of it",
        )
        steps = int(solution.stats["num_steps"])
        claim(steps < 500, f"at k = {show(k)} your solver took {steps:,} steps")
        yours = number(np.ravel(solution.ys)[-1])
        right = (k * k * math.cos(10) + k * math.sin(10)) / (1 + k * k)
        claim(
            close(yours, right, 1e-4),
            f"at k = {show(k)} you end at {show(yours)}, and the exact state at 10 is "
            f"{show(right)}",
            "Is the tolerance small enough, and the last time 10?",
        )


# ------------------------------------------------------------------------- 7.7, what is saved


def _driven(t: Any, y: Any, k: Any) -> Any:
    return -k * y + jnp.sin(t)


@check.property("7.7", hint="`SaveAt(ts=ts)`, and nothing beside it.")
def saved_where_it_was_seen(draw: Random, observed: Callable) -> None:
    """The states stand at the times asked for, and no others."""
    k = draw.uniform(0.3, 1.5)
    ts = jnp.array(sorted(draw.uniform(0.2, 5.0) for _ in range(5)))
    y0 = jnp.array([1.0, 2.0])
    solution = observed(_driven, y0, ts, jnp.array(k))
    claim(
        hasattr(solution, "ys") and solution.ys is not None,
        f"your function returned {show(solution)}, where the solution is asked for",
        "Return what `diffeqsolve` returns",
    )
    shape = np.shape(solution.ys)
    claim(
        shape == (len(ts), 2),
        f"for {len(ts)} times and two states ys has the shape {shape}",
        "`steps=True`, `t0=True` and `t1=True` keep more than was asked for",
    )
    claim(
        solution.interpolation is None,
        "the solution keeps dense output as well",
        "Take `dense=True` out: it makes room for 4096 polynomials",
    )
    w = 1 + k * k
    for row, t in zip(np.asarray(solution.ys).tolist(), ts.tolist(), strict=True):
        for mine, first in zip(row, (1.0, 2.0), strict=True):
            wave = (k * math.sin(t) - math.cos(t)) / w
            right = (first + 1 / w) * math.exp(-k * t) + wave
            claim(
                close(mine, right, 1e-6),
                f"at t = {show(t)} you give {show(mine)}, and it is {show(right)}",
                "Start at 0, not at the first time; a tolerance of 1e-8 is enough",
            )


# ------------------------------------------------------------------------- 7.8, where


@check.property("7.8", hint="The root must not see a number whose slope it cannot give.")
def a_finite_slope(draw: Random, herd: Callable) -> None:
    """Values and slopes are right above zero, and finite at and below it."""
    above, below = draw.uniform(0.1, 5.0), -draw.uniform(0.1, 5.0)
    for x in (above, 1e-8, below, 0.0):
        yours = number(herd(jnp.array(x)))
        right = math.sqrt(x) if x > 0 else 0.0
        claim(close(yours, right, 1e-12), f"at {show(x)} you give {show(yours)}, not {show(right)}")
        slope = float(jax.grad(herd)(jnp.array(x)))
        claim(not math.isnan(slope), f"the slope at {show(x)} is not a number: {slope}")
        steep = 0.5 / math.sqrt(x) if x > 0 else 0.0
        claim(
            math.isfinite(slope) and (x == 0 or close(slope, steep, 1e-9)),
            f"the slope at {show(x)} is {show(slope)}, not {show(steep)}",
            "A small number added under the root changes it everywhere: pick, do not shift",
        )
    both = np.asarray(jax.jit(jax.vmap(jax.grad(herd)))(jnp.array([above, 0.0])))
    claim(bool(np.isfinite(both).all()), f"under jit and vmap the slopes are {both.tolist()}")


# ------------------------------------------------------------------------- 7.9, be the trace

LINE = re.compile(r"\s*(\w+)\s*=\s*([\w.]+)\s*([-+*/])\s*([\w.]+)\s*$")
LAST = re.compile(r"\s*result\s*=\s*(\w+)\s*$")
SIGNS: dict[str, Callable] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def run_record(lines: list[str], given: dict[str, float]) -> float:
    """The result of a record of such lines."""
    values = dict(given)
    for line in lines[:-1]:
        name, left, sign, right = _parts(
            LINE,
            line,
            f"{line!r} is not one operation of two names or numbers",
            'A line reads "v0 = 1.0 - x"; what Python decides or prints leaves none',
        )
        right_value = _value(right, values)
        claim(sign != "/" or right_value != 0, f"the line {line!r} divides by 0")
        values[name] = SIGNS[sign](_value(left, values), right_value)
    (name,) = _parts(LAST, lines[-1], f'the last line is {lines[-1]!r}, not "result = ..."')
    return _value(name, values)


def _parts(form: re.Pattern, line: str, otherwise: str, hint: str | None = None) -> tuple:
    """The parts of a line of that form, or a counter-example."""
    found = form.match(str(line))
    if found is None:
        raise CounterExample(otherwise, hint)
    return found.groups()


def _value(word: str, values: dict[str, float]) -> float:
    """An earlier line, an argument, or a number."""
    try:
        return values[word] if word in values else float(word)
    except ValueError:
        raise CounterExample(
            f"the record uses {word!r}, which is neither an argument nor an earlier line",
            "A global is looked up while the record is made: write its value",
        ) from None


@check.property("7.9", hint="Write down what is done to x and e, and to what comes of them.")
def the_record_of_a_harvest(draw: Random, harvest_record: Callable) -> None:
    """The record gives what harvest gave with these globals, one line for each operation."""
    for season in ("open", "closed"):
        quota = round(draw.uniform(0.1, 0.9), 3)
        lines = harvest_record(season, quota)
        claim(
            isinstance(lines, list | tuple) and len(lines) > 0,
            f"your function returned {show(lines)}, where a list of lines is asked for",
        )
        x, e = draw.uniform(0.1, 0.9), draw.uniform(0.1, 2.0)
        right = x * (1 - x) - (quota * e if season == "open" else 0.0)
        yours = run_record(list(lines), {"x": x, "e": e})
        claim(
            close(yours, right, 1e-12),
            f"traced with SEASON = {season!r} and QUOTA = {quota}, at x = {show(x)} and "
            f"e = {show(e)}, your record gives {show(yours)}, and harvest gave {show(right)}",
            "In the closed season the branch is not run, so nothing of it is written down",
        )
        wanted = 5 if season == "open" else 3
        claim(
            len(lines) == wanted,
            f"with SEASON = {season!r} your record has {len(lines)} lines, and harvest does "
            f"{wanted - 1} operations and returns",
            "Each operation once, and none that the arguments have no part in",
        )


# ------------------------------------------------------------------------- 7.10, which engine


@check.property("7.10", hint="The first costs `first`, each of the other n - 1 costs `each`.")
def the_fewest_gradients(draw: Random, worth_it: Callable) -> None:
    """At that number B is cheaper, at one less it is not; None where it never is."""
    cases = [
        tuple(draw.uniform(*each) for each in ((0.05, 0.2), (1e-3, 1e-2), (1, 4), (0, 5e-4)))
        for _ in range(3)
    ]
    for costs in [*cases, (0.25, 0.5, 1.25, 0.25)]:  # the last: as long at n = 5, to the bit
        first_a, each_a, first_b, each_b = costs
        n = fewest(worth_it, costs)
        claim(n is not None, f"with {show(list(costs))} B does win, and you return None")
        n = number(n)
        claim(
            n == int(n) and n >= 1,
            f"you return {show(n)}, where a whole number is asked for",
            "Half a gradient cannot be computed: round up",
        )
        ahead = [first_b + (m - 1) * each_b < first_a + (m - 1) * each_a for m in (n, n - 1)]
        claim(
            ahead[0],
            f"with {show(list(costs))} and n = {n:.0f} B is not cheaper yet",
            "Where both take as long, B has not won",
        )
        claim(
            n == 1 or not ahead[1], f"with {show(list(costs))} B is cheaper at {n - 1:.0f} already"
        )
    claim(
        fewest(worth_it, (0.1, 0.001, 1.0, 0.002)) is None,
        "B starts later and is slower, so it never wins; return None then",
        "If each_b is not smaller than each_a, the gap never closes",
    )
    claim(
        fewest(worth_it, (2.0, 0.001, 1.0, 0.01)) == 1,
        "B's first gradient is cheaper: the answer is 1",
        "Look at n = 1 first",
    )


def fewest(worth_it: Callable, costs: tuple) -> Any:
    """The answer, which may be None; the checks otherwise take that for a forgotten return."""
    try:
        return worth_it(*costs)
    except CounterExample as found:
        if str(found).endswith("returned None"):
            return None
        raise


# ------------------------------------------------------------------------- 7.11, a model of Part I


@check.property("7.11", hint="`args=p`, `SaveAt(ts=ts)`, and a tolerance of 1e-8.")
def a_drug_in_diffrax(draw: Random, drug: Callable) -> None:
    """Gut and blood agree with the closed form, and so do their slopes."""
    k, c = draw.uniform(0.5, 1.0), draw.uniform(1.2, 2.0)
    ts = jnp.array(sorted(draw.uniform(0.1, 6.0) for _ in range(5)))

    def exact(p: dict) -> Any:
        a = jnp.exp(-p["k"] * ts)
        b = p["k"] / (p["c"] - p["k"]) * (a - jnp.exp(-p["c"] * ts))
        return jnp.stack([a, b], axis=1)

    p = {"k": jnp.array(k), "c": jnp.array(c)}
    jax.eval_shape(drug, p, ts)  # it can be traced; diffrax compiles it anyway
    yours = finite_array(drug(p, ts), (5, 2), "one row a time: gut, blood")
    apart = float(np.abs(yours - np.asarray(exact(p))).max())
    claim(
        apart < 1e-6,
        f"at k = {show(k)}, c = {show(c)} a state is off by {apart:.1e}",
        "Start at 0 from [1, 0]; what leaves the gut arrives in the blood",
    )
    yours_of, exact_of = (lambda p: jnp.sum(drug(p, ts)[:, 1]), lambda p: jnp.sum(exact(p)[:, 1]))
    slopes = [jax.grad(f)(p) for f in (yours_of, exact_of)]
    for name in p:
        mine, right = (float(s[name]) for s in slopes)
        claim(
            close(mine, right, 1e-5),
            f"the slope of the blood by {name} is {show(mine)}, and it should be {show(right)}",
        )
