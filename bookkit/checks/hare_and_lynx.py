"""The checks of *Hare and lynx 1845-1935*: exercises of the chapter, tasks of the assignment.

Series are drawn fresh each time: noisy ten-year cycles with drifting phase, as pelts have. So an
answer cannot know their future, and a number that fits one table only will not pass.
"""

import math
from collections.abc import Callable
from random import Random

import numpy as np

from bookkit.checks import Checks, claim, number, show, there
from bookkit.checks.arrays import finite_array
from bookkit.hare_lynx.baselines import sinusoid

check = Checks("Exercise")
task = Checks("Task")


def cycles(draw: Random, years: int, species: int = 2) -> np.ndarray:
    """Logarithms of made-up pelts, (years, species): a noisy, damped, kicked ten-year wave.

    Each kick shifts the phase for good, so the far future does not know the present.

    >>> cycles(Random(1), 40).shape
    (40, 2)
    """
    period, damping = draw.uniform(9, 11), draw.uniform(0.88, 0.94)
    turn = 2 * math.pi / period
    level = [draw.uniform(1, 4) for _ in range(species)]
    state, rows = [1.0, 0.0], []
    for _ in range(years + 50):
        a, b = state
        state = [
            damping * (a * math.cos(turn) - b * math.sin(turn)) + draw.gauss(0, 0.3),
            damping * (a * math.sin(turn) + b * math.cos(turn)) + draw.gauss(0, 0.3),
        ]
        rows.append([level[k] + state[k % 2] + draw.gauss(0, 0.1) for k in range(species)])
    return np.array(rows[50:])


def matrix(value: object, shape: tuple[int, ...]) -> np.ndarray:
    """`value` as an array of that shape with finite entries, or a counter-example that says why."""
    rule = "rows are years, columns are species; one row for each year that the text names"
    return finite_array(value, shape, rule)


def squared(forecast: np.ndarray, truth: np.ndarray) -> float:
    """The mean squared error."""
    return float(((forecast - truth) ** 2).mean())


# ------------------------------------------------------------------------------ the leak (8.1, 1)


def whole_series(logs: np.ndarray, seen: int) -> np.ndarray:
    """A leaky preparation: it centres and smooths the whole series, and cuts afterwards."""
    values = logs - logs.mean()
    weights = np.exp(-((np.arange(-4, 5) / 1.2) ** 2) / 2)
    padded = np.pad(values, ((4, 4), (0, 0)), mode="edge")
    smooth = np.array([weights @ padded[k : k + 9] for k in range(len(values))]) / weights.sum()
    return smooth[:seen]


def seen_only(logs: np.ndarray, seen: int) -> np.ndarray:
    """The same preparation, of the rows seen and nothing else."""
    return whole_series(logs[:seen], seen)


def _finds_leaks(draw: Random, leak: Callable) -> None:
    logs, seen = cycles(draw, 60), draw.randint(30, 50)
    honest = number(leak(seen_only, logs, seen))
    claim(
        honest == 0,
        f"a preparation that gets only the first {seen} rows cannot leak, and you report "
        f"{show(honest)}",
        "prepare twice, before and after you change the rows from `seen` on; compare the results",
    )
    leaky = number(leak(whole_series, logs, seen))
    claim(
        leaky > 0,
        f"a preparation that smooths the whole series looks beyond row {seen}, and you report 0",
        "did you change a copy of the later rows, and by enough? Add 1 to every one of them",
    )

    def only_the_last(logs, seen):
        return np.full(1, logs[-1, -1])

    claim(
        number(leak(only_the_last, logs, seen)) > 0,
        "a preparation that looks at nothing but the last lynx of all passes as honest",
        "change *all* later rows and columns, not only the next one",
    )
    same = logs.copy()
    leak(whole_series, logs, seen)
    claim(bool((logs == same).all()), "your function changed the series that it was given",
          "work on `logs.copy()`")  # fmt: skip


@check.property("8.1", hint="Prepare twice: once as it is, once with other numbers from `seen` on.")
def detects_leaks(draw: Random, leak: Callable) -> None:
    """Honest preparations score exactly 0, and any use of a later year scores above 0."""
    _finds_leaks(draw, leak)


@task.property("1", hint="Prepare twice: once as it is, once with other numbers from `seen` on.")
def task_detects_leaks(draw: Random, leak: Callable) -> None:
    """Honest preparations score exactly 0, and any use of a later year scores above 0."""
    _finds_leaks(draw, leak)


# ----------------------------------------------------------------------------------- skill (8.2)


@check.property("8.2", hint="The rival is the mean of the years *seen*, each species its own.")
def skill_of_the_mean(draw: Random, skill: Callable) -> None:
    """The mean of the years seen has skill 0, and the truth has skill 1."""
    logs = cycles(draw, 60)
    seen, truth = logs[:40], logs[40:]
    mean = np.tile(seen.mean(axis=0), (20, 1))
    for forecast, expected, what in ((mean, 0, "the mean of the years seen"), (truth, 1, "truth")):
        got = number(skill(forecast, truth, seen))
        claim(abs(got - expected) < 1e-12, f"for {what} you give {show(got)}")


@check.property("8.2", hint="1 minus a ratio of squared errors: in a ratio every unit cancels.")
def skill_has_no_unit(draw: Random, skill: Callable) -> None:
    """Shifting or stretching all three tables alike changes nothing."""
    logs, a, b = cycles(draw, 60), draw.uniform(2, 5), draw.uniform(-3, 3)
    seen, truth, forecast = logs[:40], logs[40:], logs[20:40]
    before = number(skill(forecast, truth, seen))
    after = number(skill(a * forecast + b, a * truth + b, a * seen + b))
    claim(abs(before - after) < 1e-9, f"{show(before)} becomes {show(after)} after x -> a x + b")


@check.property("8.2", hint="Squares, not absolute values.")
def skill_is_quadratic(draw: Random, skill: Callable) -> None:
    """Doubling every error of a forecast makes 1 - skill four times as large."""
    logs = cycles(draw, 60)
    seen, truth, forecast = logs[:40], logs[40:], logs[20:40]
    once = 1 - number(skill(forecast, truth, seen))
    twice = 1 - number(skill(2 * forecast - truth, truth, seen))
    claim(abs(twice - 4 * once) < 1e-9, f"1 - skill goes from {show(once)} to {show(twice)}")


# ------------------------------------------------------------------------- a model of one's own


@check.property("8.3", hint="d ln H/dt = (dH/dt)/H. Divide each equation by its own species.")
def logistic_hares_in_logs(draw: Random, field: Callable) -> None:
    """The field in logarithms agrees with the one in numbers of animals."""
    for _ in range(5):
        rates = [draw.uniform(0.2, 2) for _ in range(5)]
        r, k, b, c, d = rates
        hare, lynx = draw.uniform(0.2, 3), draw.uniform(0.2, 3)
        got = matrix(field([math.log(hare), math.log(lynx)], rates), (2,))
        dh = r * hare * (1 - hare / k) - b * hare * lynx
        dl = c * hare * lynx - d * lynx
        claim(
            abs(got[0] * hare - dh) < 1e-9 and abs(got[1] * lynx - dl) < 1e-9,
            f"with {show(hare)} hares, {show(lynx)} lynx and rates {show(rates)} you say "
            f"{show(got.tolist())}, or {show([got[0] * hare, got[1] * lynx])} animals a year; "
            f"the equations say {show([dh, dl])}",
        )


# ---------------------------------------------------------------------------------- bands (8.4)


def _half_width(draw: Random, half_width: Callable) -> None:
    errors = [draw.gauss(0, draw.uniform(0.5, 2)) for _ in range(draw.randint(20, 40))]
    widths = [number(half_width(errors, level)) for level in (0.5, 0.9)]
    for level, width in zip((0.5, 0.9), widths, strict=True):
        inside = sum(abs(error) <= width for error in errors) / len(errors)
        # A quantile of n numbers may fall between two of them: one more or one fewer is inside.
        claim(
            abs(inside - level) <= 1.5 / len(errors),
            f"of {len(errors)} errors, {100 * inside:.0f} % lie within your {show(width)}, where "
            f"{100 * level:.0f} % should",
        )
    bigger = number(half_width([3 * error for error in errors], 0.9))
    claim(
        abs(bigger - 3 * widths[1]) < 1e-9,
        f"errors three times as large widen your band from {show(widths[1])} to {show(bigger)}",
    )


@check.property("8.4", hint="A quantile of the errors' sizes; the sign does not matter.")
def band_holds_its_share(draw: Random, half_width: Callable) -> None:
    """The band holds its share of the errors it was made from, and scales with them."""
    _half_width(draw, half_width)


# --------------------------------------------------------------------------- the assignment's own


@task.property("2", hint="Centre, weigh and divide by the rows that you have seen, no others.")
def prepares_without_leaks(draw: Random, prepare: Callable) -> None:
    """No later row changes the prepared part."""
    logs, seen = cycles(draw, 60), draw.randint(30, 50)
    before = matrix(prepare(logs.copy(), seen), (seen, 2))
    changed = logs.copy()
    changed[seen:] += draw.uniform(1, 2)
    after = matrix(prepare(changed, seen), (seen, 2))
    row = int(np.abs(after - before).max(axis=1).argmax())
    claim(
        bool((before == after).all()),
        f"raising the rows from {seen} on moves row {row} of the prepared part by "
        f"{show(float(np.abs(after - before).max()))}",
    )


@task.property("2", hint="Divide each row's weighted sum by the sum of the weights it used.")
def prepares_the_ends(draw: Random, prepare: Callable) -> None:
    """A series that never changes is prepared to zero, the ends included, and a step stays one."""
    seen, level = draw.randint(20, 40), draw.uniform(2, 5)
    flat = matrix(prepare(np.full((seen + 10, 2), level), seen), (seen, 2))
    claim(
        float(np.abs(flat).max()) < 1e-9,
        f"a series of {show(level)} everywhere becomes {show(float(np.abs(flat).max()))} somewhere",
    )
    apart = np.column_stack([np.full(seen, level + 1), np.full(seen, level - 1)])
    got = matrix(prepare(apart, seen), (seen, 2))
    claim(
        float(np.abs(got - [1, -1]).max()) < 1e-9,
        f"hares 1 above and lynx 1 below the common mean become {show(got[0].tolist())} in the "
        "first row; the filter must not pull an end towards zero",
    )


@task.property("2", hint="Weights exp(-(distance / 1.2)^2 / 2), distance in years.")
def prepares_smoothly(draw: Random, prepare: Callable) -> None:
    """In the middle a single spike is spread as a Gaussian of 1.2 years."""
    logs = np.zeros((61, 2))
    logs[30] = draw.uniform(1, 3)
    got = matrix(prepare(logs, 61), (61, 2))[:, 0]
    got = got - got[0]
    for distance in (1, 2):
        expected = math.exp(-((distance / 1.2) ** 2) / 2)
        share = float(got[30 + distance] / got[30])
        claim(
            abs(share - expected) < 0.01,
            f"{distance} years from a spike your curve is {show(share)} of its height, where the "
            f"filter gives {show(expected)}",
        )


@there
def _slopes(field: Callable, params: object, u: np.ndarray, weights: list) -> tuple:
    """The parameters in one row, and the slopes of weights . field(u) in each of them."""
    import jax
    import jax.numpy as jnp
    from jax.flatten_util import ravel_pytree

    with jax.enable_x64(True):
        flat, unravel = ravel_pytree(jax.tree.map(lambda x: jnp.asarray(x, float), params))
        state, along = jnp.asarray(u), jnp.array(weights)
        slopes = jax.grad(lambda flat: along @ jnp.asarray(field(0.0, state, unravel(flat))))
        return np.asarray(flat), np.asarray(slopes(flat))


@there
def _moved(field: Callable, params: object, u: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """The field where the parameters, in one row, are these."""
    import jax
    import jax.numpy as jnp
    from jax.flatten_util import ravel_pytree

    with jax.enable_x64(True):
        unravel = ravel_pytree(jax.tree.map(lambda x: jnp.asarray(x, float), params))[1]
        return np.asarray(field(0.0, jnp.asarray(u), unravel(jnp.asarray(flat))))


@task.property("3", hint="Write each equation for the logarithm: divide by the species itself.")
def own_model_is_smooth(draw: Random, field: Callable, params: object) -> None:
    """The field is finite near the data, and its gradient agrees with finite differences."""
    weights, eps = [1.0, 0.7], 1e-6
    for _ in range(5):
        u = np.array([draw.uniform(-1.5, 1.5), draw.uniform(-1.5, 1.5)])
        matrix(field(0.0, u, params), (2,))
        flat, slopes = map(finite_array, _slopes(field, params, u, weights))
        claim(flat.size >= 3, f"your model has {flat.size} parameters; three are the least here")
        for k in draw.sample(range(flat.size), min(flat.size, 8)):
            ends = (flat + sign * eps * (np.arange(flat.size) == k) for sign in (1, -1))
            up, down = (matrix(_moved(field, params, u, end), (2,)) @ weights for end in ends)
            measured = float(up - down) / (2 * eps)
            claim(
                abs(slopes[k] - measured) < 1e-6 * (1 + abs(slopes[k])),
                f"at u = {show(u.tolist())} the derivative by parameter {k} is "
                f"{show(float(slopes[k]))}, and differences say {show(measured)}",
                "an absolute value, a maximum or a rounding in the field has a kink there",
            )


def _path(field: Callable, params: object, u: np.ndarray) -> np.ndarray:
    """Ten years from u, two points a year, (21, 2), by the chapter's solver, step by step."""
    h, points = 0.25, [u]
    for _ in range(40):
        k1 = matrix(field(0.0, u, params), (2,))
        k2 = matrix(field(0.0, u + h / 2 * k1, params), (2,))
        k3 = matrix(field(0.0, u + h / 2 * k2, params), (2,))
        k4 = matrix(field(0.0, u + h * k3, params), (2,))
        u = u + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        points.append(u)
    return np.stack(points[::2])


@task.property("3", hint="Train longer, from more starts, or from rates near 0.6 a year.")
def own_model_fits(draw: Random, field: Callable, params: object) -> None:
    """On real pelts, ten years of your path from 1850, ..., 1870 beat a flat line."""
    from bookkit.data import load
    from bookkit.hare_lynx import target

    table = load("hare_lynx_1845_1935")
    logs = target.log_pelts(table["year"], table["hare"], table["lynx"])
    values = target.repaired(logs, 61)[1]
    total = flat = 0.0
    for start in range(10, 51, 10):  # points of the target, two a year
        truth = values[start : start + 21]
        total += float(((_path(field, params, truth[0]) - truth) ** 2).sum())
        flat += float((truth**2).sum())
    claim(
        total < flat,
        f"five paths of ten years have a sum of squares of {show(total)}; flat lines have "
        f"{show(flat)}",
    )


@task.property("4", hint="What do the last few years say that a sinusoid has forgotten?")
def beats_the_sinusoid(draw: Random, forecast: Callable) -> None:
    """On held-out years of new series, the mean squared error is below the sinusoid's."""
    yours = theirs = 0.0
    for _ in range(12):
        logs = cycles(draw, 75)
        seen, truth = logs[:60].copy(), logs[60:]
        yours += squared(matrix(forecast(seen, 15), (15, 2)), truth)
        theirs += squared(sinusoid(seen, 15), truth)
    claim(
        yours < theirs,
        f"over 12 series your mean squared error is {show(yours / 12)}, the sinusoid's "
        f"{show(theirs / 12)}",
    )


@task.property("5", hint="Make the band from forecasts at earlier origins, not from the fit.")
def bands_are_calibrated(draw: Random, band: Callable) -> None:
    """Of the years that follow, a 90 % band holds about 90 %, and a 50 % band about half."""
    # Over 24 series the share of a good answer scatters by 0.03 (90 %) or 0.04 (50 %), and a band
    # made from sixty years is 0.05 too narrow: four standard deviations down, and to the rim.
    for level, least, most in ((0.9, 0.72, 0.97), (0.5, 0.35, 0.68)):
        inside = []
        for _ in range(24):
            logs = cycles(draw, 75)
            low, high = band(logs[:60].copy(), 15, level)
            low, high = matrix(low, (15, 2)), matrix(high, (15, 2))
            inside.append(float(((low <= logs[60:]) & (logs[60:] <= high)).mean()))
        share = sum(inside) / len(inside)
        claim(
            least < share < most,
            f"over 24 new series your {100 * level:.0f} % band holds {100 * share:.0f} % of the "
            "years that follow",
        )
