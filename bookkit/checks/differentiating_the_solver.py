"""The checks of *Differentiating the solver*: the assignment's tasks, the chapter's exercises.

The predator-prey model and its Heun step are given, not asked for: the assignment shows them, and
the checks differentiate these very functions.
"""

import math
from collections.abc import Callable
from random import Random

import mini_autodiff as ad
from bookkit.checks import Checks, CounterExample, claim, close, number, show, vector
from mini_autodiff import ode

task = Checks("Task")


def rates(y: list, theta: list) -> list:
    """Change per year of hares and lynx: births and being eaten; eating and deaths.

    `y` = [hares, lynx], `theta` = [birth, eaten, fed, death]. Lotka (1925), Volterra (1926).

    >>> rates([1.0, 2.0], [1.0, 0.5, 0.5, 1.0])
    [0.0, -1.0]
    """
    hares, lynx = y
    birth, eaten, fed, death = theta
    return [birth * hares - eaten * hares * lynx, fed * hares * lynx - death * lynx]


def heun_step(y: list, theta: list, h: float) -> list:
    """One step of Heun's method: try Euler's step, then use the mean of the slopes at its ends.

    >>> heun_step([1.0, 2.0], [1.0, 0.5, 0.5, 1.0], 0.1)
    [1.0025, 1.9025]
    """
    k1 = rates(y, theta)
    k2 = rates([value + h * slope for value, slope in zip(y, k1, strict=True)], theta)
    return [value + h / 2 * (a + b) for value, a, b in zip(y, k1, k2, strict=True)]


def loss(theta: list, y0: list, h: float, data: list) -> float:
    """Half the summed squares of model minus data, one row [hares, lynx] of data a step.

    >>> loss([1.0, 0.5, 0.5, 1.0], [1.0, 2.0], 0.1, [[1.0025, 1.9025]])
    0.0
    """
    y, total = y0, 0.0
    for row in data:
        y = heun_step(y, theta, h)
        total = total + sum((value - seen) ** 2 for value, seen in zip(y, row, strict=True)) / 2
    return total


def lorenz_step(y: list, h: float = 0.02) -> list:
    """One step of order four along Lorenz's (1963) equations, at his 10, 28 and 8/3."""

    def f(t, y, args):
        x, u, z = y
        return ad.numpy.stack([10 * (u - x), x * (28 - z) - u, x * u - 8 / 3 * z])

    return list(ode.step(ode.RK4, f, 0.0, ad.numpy.stack(y), h))


# Task 1: the step ---------------------------------------------------------------------------------


@task.property("1", hint="How much do your slopes weigh together? They should weigh one.")
def follows_a_constant_slope(draw: Random, rk4_step: Callable) -> None:
    """Where the slope is constant, one step follows it exactly."""
    y = [draw.uniform(-1, 1) for _ in range(3)]
    slope = [draw.uniform(1, 2) for _ in range(3)]
    h = draw.uniform(0.1, 0.5)
    stepped = vector(rk4_step(lambda t, y: slope, 0.0, y, h), 3)
    claim(
        close([v - u for u, v in zip(y, stepped, strict=True)], [h * s for s in slope], 1e-14),
        f"with slope {show(slope)} everywhere, a step of {show(h)} went from {show(y)} to "
        f"{show(stepped)}",
    )


@task.property(
    "1",
    hint="A first order means that only the slope at the start is used, as by Euler. For the "
    "fourth, each later slope is taken at the state and at the time that the slope before it "
    "suggests: two of them at t + h/2, one at t + h.",
)
def is_of_order_four(draw: Random, rk4_step: Callable) -> None:
    """Halving the step divides the error of a whole run by about 16, which is order four."""
    rate, wave = draw.uniform(1, 2), draw.uniform(2, 4)
    y0 = [draw.uniform(0.1, 0.3), draw.uniform(1, 2)]

    def f(t, y):
        return [rate * y[0] * (1 - y[0]), y[1] * math.cos(wave * t)]

    def exact(t):
        grown = y0[0] * math.exp(rate * t)
        return [grown / (1 - y0[0] + grown), y0[1] * math.exp(math.sin(wave * t) / wave)]

    errors = []
    for n in (64, 128):
        y, apart = y0, 0.0
        for i in range(n):
            y = vector(rk4_step(f, i / n, y, 1 / n), 2)
            apart = max(apart, math.dist(y, exact((i + 1) / n)))
        errors.append(apart)
    order = math.log2(errors[0] / errors[1]) if min(errors) > 0 else math.inf
    # Orders are whole numbers: whatever is above 3.5 here is not of order three.
    claim(
        order > 3.5,
        f"on y' = {show(rate)} y (1 - y) beside y' = y cos({show(wave)} t), from {show(y0)} to "
        f"t = 1, the largest error is {errors[0]:.3g} with 64 steps and {errors[1]:.3g} with 128: "
        f"order {order:.1f}",
    )


# Task 2: the tangent of a step --------------------------------------------------------------------


def _instance(draw: Random) -> tuple[list, list, float]:
    """A state, parameters and a step of the predator-prey model."""
    y = [draw.uniform(0.5, 2) for _ in range(2)]
    theta = [draw.uniform(0.5, 1.5) for _ in range(4)]
    return y, theta, draw.uniform(0.1, 0.3)


def _direction(draw: Random, size: int) -> list:
    return [draw.uniform(0.5, 1.5) * draw.choice([-1, 1]) for _ in range(size)]


def _moved(x: list, step: float, direction: list) -> list:
    return [a + step * b for a, b in zip(x, direction, strict=True)]


def _dot(a: list, b: list) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


@task.property("2", hint="With h = 0 nothing is left of the slopes. What is the new state then?")
def tangent_of_no_step(draw: Random, heun_jvp: Callable) -> None:
    """A step of length zero returns the tangent of the state as it came."""
    y, theta, _ = _instance(draw)
    y_dot, theta_dot = _direction(draw, 2), _direction(draw, 4)
    got = vector(heun_jvp(y, theta, 0.0, y_dot, theta_dot), 2)
    claim(close(got, y_dot, 1e-14), f"at h = 0, y_dot = {show(y_dot)} came back as {show(got)}")


@task.property(
    "2",
    hint="The tangent of a slope is linear: each term of it holds y_dot or theta_dot exactly once.",
)
def tangents_add(draw: Random, heun_jvp: Callable) -> None:
    """The tangent of a sum of two directions is the sum of their tangents."""
    y, theta, h = _instance(draw)
    u, v = ((_direction(draw, 2), _direction(draw, 4)) for _ in range(2))
    apart = [vector(heun_jvp(y, theta, h, *d), 2) for d in (u, v)]
    both = vector(heun_jvp(y, theta, h, *(_moved(a, 1, b) for a, b in zip(u, v, strict=True))), 2)
    claim(
        close(both, _moved(apart[0], 1, apart[1]), 1e-12),
        f"at y = {show(y)}, theta = {show(theta)}, h = {show(h)} the directions {show(u)} and "
        f"{show(v)} give {show(apart[0])} and {show(apart[1])}, but their sum gives {show(both)}",
    )


@task.property(
    "2",
    hint="Differentiate birth * hares - eaten * hares * lynx term by term: with the product rule "
    "each factor moves once, the parameters too.",
)
def short_steps_move_along_the_rates(draw: Random, heun_jvp: Callable) -> None:
    """Over a very short step, the tangent changes by h times the tangent of the rates."""
    y, theta, _ = _instance(draw)
    y_dot, theta_dot, h = _direction(draw, 2), _direction(draw, 4), 1e-6
    got = vector(heun_jvp(y, theta, h, y_dot, theta_dot), 2)
    slope = [(new - old) / h for new, old in zip(got, y_dot, strict=True)]
    _, expected = ad.jvp(rates, (y, theta), (y_dot, theta_dot))
    twice = close(slope, [2 * e for e in expected], 1e-4)
    claim(
        close(slope, expected, 1e-4),  # the next term is of size h = 1e-6, rounding 1e-16 / h
        f"at y = {show(y)}, theta = {show(theta)} in the direction {show(y_dot)}, "
        f"{show(theta_dot)} a step of {h} changes the tangent {show(slope)} times h"
        + (", twice as much as the rates do" if twice else ", and the rates differ from that"),
        "Heun takes the mean of two slopes: does each count half?" if twice else None,
    )


@task.property(
    "2",
    hint="The second slope is taken at y + h * k1, so its state has a tangent of its own: that of "
    "y and h times that of k1. The parameters act in both slopes.",
)
def tangent_agrees_with_differences(draw: Random, heun_jvp: Callable) -> None:
    """The tangent agrees with finite differences, read at the bottom of their V."""
    y, theta, h = _instance(draw)
    y_dot, theta_dot = _direction(draw, 2), _direction(draw, 4)
    got = vector(heun_jvp(y, theta, h, y_dot, theta_dot), 2)

    def step(s):
        return heun_step(_moved(y, s, y_dot), _moved(theta, s, theta_dot), h)

    def difference(s):
        return [(a - b) / (2 * s) for a, b in zip(step(s), step(-s), strict=True)]

    best = min((difference(10.0**-k) for k in range(1, 12)), key=lambda d: math.dist(d, got))
    # Central differences reach about (1e-16)**(2/3), 1e-11, at their best.
    claim(
        close(got, best, 1e-8),
        f"at y = {show(y)}, theta = {show(theta)}, h = {show(h)} in the direction {show(y_dot)}, "
        f"{show(theta_dot)} your tangent is {show(got)}; differences come no nearer than "
        f"{show(best)}",
    )


# Task 3: its transpose ----------------------------------------------------------------------------


def _pulled_back(heun_vjp: Callable, *args) -> tuple[list, list]:
    result = heun_vjp(*args)
    if not (
        isinstance(result, tuple | list)
        and len(result) == 2
        and all(hasattr(part, "__len__") for part in result)
    ):
        raise CounterExample(
            f"your function returned {show(result)}, where two lists are asked for",
            "End it with `return y_bar, theta_bar`.",
        )
    return vector(result[0], 2), vector(result[1], 4)


@task.property("3", hint="With h = 0 the new state is the old one, and no parameter had a say.")
def cotangent_of_no_step(draw: Random, heun_vjp: Callable) -> None:
    """A step of length zero hands the cotangent back, and nothing to the parameters."""
    y, theta, _ = _instance(draw)
    w = _direction(draw, 2)
    y_bar, theta_bar = _pulled_back(heun_vjp, y, theta, 0.0, w)
    claim(
        close(y_bar, w, 1e-14) and not any(theta_bar),
        f"at h = 0, the cotangent {show(w)} came back as {show(y_bar)}, {show(theta_bar)}",
    )


@task.property(
    "3",
    hint="Forwards, the slope of the hares with respect to the lynx carries a change of the lynx "
    "to the hares. Backwards it carries the cotangent of the hares to the lynx: rows become "
    "columns.",
)
def short_steps_are_transposed(draw: Random, heun_vjp: Callable) -> None:
    """Over a very short step, vjp is the transpose of jvp."""
    y, theta, _ = _instance(draw)
    w, v, h = _direction(draw, 2), _direction(draw, 2), 1e-6
    y_bar, _ = _pulled_back(heun_vjp, y, theta, h, w)
    _, tangent = ad.jvp(lambda y: rates(y, theta), (y,), (v,))
    forwards = _dot(w, tangent)
    backwards = _dot([(a - b) / h for a, b in zip(y_bar, w, strict=True)], v)
    size = math.hypot(*w) * math.hypot(*tangent)
    claim(
        abs(forwards - backwards) < 1e-4 * size,  # the next term is of size h = 1e-6
        f"at y = {show(y)}, theta = {show(theta)}, with v = {show(v)} and w = {show(w)}, per unit "
        f"of h: w . (J v) is {show(forwards)}, but (w J) . v is {show(backwards)}",
    )


def _transposed(draw: Random, heun_vjp: Callable, v_size: float, theta_size: float) -> None:
    y, theta, h = _instance(draw)
    w = _direction(draw, 2)
    v = [v_size * d for d in _direction(draw, 2)]
    theta_dot = [theta_size * d for d in _direction(draw, 4)]
    y_bar, theta_bar = _pulled_back(heun_vjp, y, theta, h, w)
    _, tangent = ad.jvp(lambda y, theta: heun_step(y, theta, h), (y, theta), (v, theta_dot))
    forwards = _dot(w, tangent)
    backwards = _dot(y_bar, v) + _dot(theta_bar, theta_dot)
    size = math.hypot(*w) * math.hypot(*tangent)
    # Both sides are sums of some twenty products of numbers near one: rounding near 1e-15.
    claim(
        abs(forwards - backwards) < 1e-11 * size,
        f"at y = {show(y)}, theta = {show(theta)}, h = {show(h)}, with w = {show(w)}, v = "
        f"{show(v)}, theta_dot = {show(theta_dot)}: w . jvp is {show(forwards)}, but vjp . "
        f"(v, theta_dot) is {show(backwards)}",
    )


@task.property(
    "3",
    hint="The state reaches the end of the step in three ways: directly, through k1, and through "
    "k2. And k1 itself acts twice: in the mean, and in the state where k2 is taken. Cotangents "
    "of all ways add up.",
)
def vjp_is_the_transpose_for_states(draw: Random, heun_vjp: Callable) -> None:
    """For changes of the state, vjp is the transpose of jvp."""
    _transposed(draw, heun_vjp, 1.0, 0.0)


@task.property(
    "3",
    hint="The parameters act in both slopes: each slope gives its share, with its own state and "
    "its own cotangent.",
)
def vjp_is_the_transpose_for_parameters(draw: Random, heun_vjp: Callable) -> None:
    """For changes of the parameters, vjp is the transpose of jvp."""
    _transposed(draw, heun_vjp, 0.0, 1.0)


# Task 4: the gradient through the loop ------------------------------------------------------------


def _run(theta: list, y0: list, h: float, n: int) -> list:
    states = [heun_step(y0, theta, h)]
    while len(states) < n:
        states.append(heun_step(states[-1], theta, h))
    return states


def _agrees(draw: Random, loss_gradient: Callable, n: int) -> None:
    y0, theta, h = _instance(draw)
    data = _run([draw.uniform(0.5, 1.5) for _ in range(4)], y0, h, n)
    got = vector(loss_gradient(theta, y0, h, data), 4)
    direction = _direction(draw, 4)

    def difference(s):
        ends = [loss(_moved(theta, step, direction), y0, h, data) for step in (s, -s)]
        return (ends[0] - ends[1]) / (2 * s)

    yours = _dot(got, direction)
    best = min((difference(10.0**-k) for k in range(1, 12)), key=lambda d: abs(d - yours))
    exact = ad.grad(loss)(theta, y0, h, data)
    size = math.hypot(*exact) * math.hypot(*direction)
    rows = f"{n} row{'s' * (n > 1)}"
    where = f"with {rows} of data, at theta = {show(theta)}, y0 = {show(y0)}, h = {show(h)}"
    # Differences of a sum of n squares, at their best, are good to 1e-10 or so.
    claim(
        abs(yours - best) < 1e-7 * size,
        f"{where}, in the direction {show(direction)} your gradient says {show(yours)}; "
        f"differences come no nearer than {show(best)}",
    )
    claim(
        close(got, exact, 1e-9),  # n steps of rounding, each near 1e-16
        f"{where} your gradient is {show(got)}, and it is not what the engine finds",
    )


@task.property(
    "4",
    hint="With one row of data there is one step: the cotangent of its end is model minus data, "
    "and your vjp of a step, at the state before the step, turns it into the gradient.",
)
def gradient_of_one_step(draw: Random, loss_gradient: Callable) -> None:
    """With one row of data, the gradient agrees with differences at the bottom of their V."""
    _agrees(draw, loss_gradient, 1)


@task.property(
    "4",
    hint="Walk backwards. At each state two cotangents meet and add up: what comes back from the "
    "step after it, and that state's own model minus data. The gradient of theta collects a "
    "share at every step, each with the state before that step.",
)
def gradient_of_a_run(draw: Random, loss_gradient: Callable) -> None:
    """The gradient agrees with finite differences and with the engine."""
    for n in (2, 3, 40):
        _agrees(draw, loss_gradient, n)


@task.property("4", hint="Each residual is model minus data. Where all are zero, what is left?")
def no_slope_at_the_truth(draw: Random, loss_gradient: Callable) -> None:
    """Where the data are what the model itself computes, the gradient is zero."""
    y0, theta, h = _instance(draw)
    got = vector(loss_gradient(theta, y0, h, _run(theta, y0, h, 40)), 4)
    claim(not any(got), f"at theta = {show(theta)}, which made the data, you say {show(got)}")


# Task 5: where it fails ---------------------------------------------------------------------------


@task.property(
    "5",
    hint="Over a long run the tangent leaves the range of a float, from 1e-308 to 1e308. After "
    "each step note the logarithm of its length, then scale it back to length one.",
)
def rate_of_one_number(draw: Random, growth_rate: Callable) -> None:
    """Beside a resting point of one equation, tangents grow at the rate of that equation."""
    for rate in (draw.uniform(-2, -1), draw.uniform(1, 2)):
        h, n = draw.uniform(0.6, 0.9), 1500  # rate * h * n > 709: e to that is no float
        got = number(growth_rate(lambda y: [y[0] * math.exp(rate * h)], [0.0], h, n))  # noqa: B023
        claim(
            abs(got - rate) < 1e-9,  # 1500 logarithms, each rounded near 1e-16
            f"for y' = {show(rate)} y at rest in 0, {n} steps of {show(h)}: you say {show(got)}",
        )


@task.property(
    "5",
    hint="In the long run the fastest growing direction wins. Follow one tangent, measure its "
    "length over all entries, and divide the summed logarithms by the time n * h.",
)
def rate_of_two_numbers(draw: Random, growth_rate: Callable) -> None:
    """Beside a resting point of two equations, tangents grow at the larger of the two rates."""
    fast, slow = draw.uniform(1, 2), draw.uniform(-0.5, 0.5)
    turn, h, n = draw.uniform(0.2, 0.6), 0.5, 600
    c, s = math.cos(turn), math.sin(turn)
    a, b = math.exp(fast * h), math.exp(slow * h)

    def step(y):
        u, v = c * y[0] + s * y[1], c * y[1] - s * y[0]
        return [c * a * u - s * b * v, s * a * u + c * b * v]

    got = number(growth_rate(step, [0.0, 0.0], h, n))
    # Along an axis or a diagonal a tangent starts with a share of at least cos(1.39) = 0.18 in the
    # fast direction; to grow from there costs log(0.18) / (n h) = 0.006 of the mean.
    claim(
        abs(got - fast) < 0.01,
        f"two equations with rates {show(fast)} and {show(slow)}, mixed, in {n} steps of {h}: you "
        f"say {show(got)}",
    )


@task.property(
    "5",
    hint="Move the state and the tangent on together: `ad.jvp(step, (y,), (v,))` returns both, and "
    "both are the start of the next step.",
)
def rate_of_lorenz(draw: Random, growth_rate: Callable) -> None:
    """On Lorenz's attractor, tangents grow by a factor of about e every 1.1 time units."""
    y, h, n = [draw.uniform(0.5, 1.5) for _ in range(3)], 0.02, 1000
    for _ in range(400):  # eight time units, to reach the attractor
        y = lorenz_step(y)
    got = number(growth_rate(lorenz_step, y, h, n))
    # Over 20 time units 3000 starts gave 0.889 with a standard deviation of 0.074; these are five.
    claim(0.5 < got < 1.3, f"from {show(y)}, {n} steps of {h}: you say {show(got)}")


# The chapter's exercises --------------------------------------------------------------------------

check = Checks("Exercise")


@check.property(
    "5.1",
    hint="The state at which the second slope is taken, v = u + h k1, moves with theta too: its "
    "tangent is s + h times the tangent of k1.",
)
def logistic_step_and_tangent(draw: Random, logistic_heun: Callable) -> None:
    """The step is Heun's, and its tangent agrees with a difference of two steps."""
    theta, u, s, h = draw.uniform(0.5, 2), draw.uniform(0.1, 0.9), draw.uniform(-1, 1), 0.3

    def step(e):
        return vector(logistic_heun(theta + e, u + e * s, 0.0, h), 2)[0]

    state, tangent = vector(logistic_heun(theta, u, s, h), 2)
    expected = ode.step(ode.HEUN, lambda t, u, r: r * u * (1 - u), 0.0, u, h, theta)
    claim(
        close(state, expected, 1e-13),
        f"at theta = {show(theta)}, u = {show(u)}, h = {h} your new state is {show(state)}; its "
        "slope is not the mean of those at both ends",
        "First k1 at u, then k2 at u + h k1, then half of each.",
    )
    moved = (step(1e-5) - step(-1e-5)) / 2e-5
    claim(
        abs(tangent - moved) < 1e-8,  # eps squared, 1e-10, times a third derivative near one
        f"at theta = {show(theta)}, u = {show(u)}, s = {show(s)}, h = {h} you say "
        f"{show(tangent)}; your own new state moves by {show(moved)}",
    )


@check.property(
    "5.2",
    hint="The hares' new value used the old hares and the old lynx, and so did the lynx' new "
    "value. So each old cotangent is a sum of three terms: the state itself and both slopes.",
)
def euler_pull_is_the_transpose(draw: Random, euler_pull: Callable) -> None:
    """Pulling back is the transpose of pushing forward: ct . J v is the same as (ct J) . v."""
    names = ["alpha", "beta", "gamma", "delta"]
    p = {name: draw.uniform(0.5, 1.5) for name in names}
    u, ct, v = ([draw.uniform(0.5, 2) for _ in range(2)] for _ in range(3))
    h = draw.uniform(0.1, 0.3)

    def step(u, p):
        (x, y), (a, b, g, d) = u, (p[name] for name in names)
        return [x + h * (a * x - b * x * y), y + h * (d * x * y - g * y)]

    found = euler_pull(p, u, h, ct)
    claim(
        isinstance(found, tuple | list) and len(found) == 2 and isinstance(found[1], dict)
        and set(found[1]) == set(names),
        f"your function returned {show(found)}, where two numbers for the state and a dict with "
        f"{', '.join(names)} are asked for",
        "End it with `return [ct_x, ct_y], {'alpha': ..., 'beta': ..., 'gamma': ..., "
        "'delta': ...}`.",
    )  # fmt: skip
    old = vector(found[0], 2)
    _, forward = ad.jvp(lambda u: step(u, p), (u,), (v,))
    claim(
        close(_dot(ct, forward), _dot(old, v), 1e-12),
        f"for the state, at p = {show(p)}, u = {show(u)}, h = {show(h)}, ct = {show(ct)} and "
        f"v = {show(v)}: ct . J v is {show(_dot(ct, forward))}, but your (ct J) . v is "
        f"{show(_dot(old, v))}",
    )
    for name in names:
        _, forward = ad.jvp(lambda r: step(u, {**p, name: r}), (p[name],), (1.0,))  # noqa: B023
        yours = number(found[1][name])
        claim(
            close(_dot(ct, forward), yours, 1e-12),
            f"for {name}, at p = {show(p)}, u = {show(u)}, h = {show(h)}, ct = {show(ct)}: a unit "
            f"of {name} moves ct . u by {show(_dot(ct, forward))}, you say {show(yours)}",
            "The old state stands still here: how does the new state depend on this rate alone?",
        )


@check.property(
    "5.3",
    hint="`ad.jacobian` turns a function into a function. Which function of u0 alone is meant, and "
    "where do you call the result? Rows are what comes out, columns what went in.",
)
def columns_are_moved_starts(draw: Random, start_matters: Callable) -> None:
    """It agrees with twenty years run from a start that is moved a little."""
    p = {"alpha": 0.55, "beta": 0.028, "gamma": 0.8, "delta": draw.uniform(0.022, 0.026)}
    u0 = [draw.uniform(25, 35), draw.uniform(4, 8)]
    found = start_matters(p, ad.numpy.array(u0))
    claim(
        getattr(found, "shape", None) == (2, 2),
        f"your function returned {show(found)}, where an array of shape (2, 2) is asked for",
    )
    rows = found.tolist()

    def end(u):
        f = lambda t, u, p: ad.numpy.array(  # noqa: E731
            [p["alpha"] * u[0] - p["beta"] * u[0] * u[1],
             p["delta"] * u[0] * u[1] - p["gamma"] * u[1]]
        )  # fmt: skip
        return ode.solve_fixed(f, ad.numpy.array(u), 0.0, 20.0, 400, p)[1][-1]

    for j in range(2):
        up, down = (end([a + s * 1e-4 * (i == j) for i, a in enumerate(u0)]) for s in (1, -1))
        moved = [(a - b) / 2e-4 for a, b in zip(up, down, strict=True)]
        yours = [row[j] for row in rows]
        claim(
            close(yours, moved, 1e-5),  # eps squared times a third derivative; eps is 1e-5 of u0
            f"from {show(u0)} with {show(p)}: moving start value {j} moves 1920 by {show(moved)}; "
            f"column {j} of yours is {show(yours)}",
            "Its rows and columns are swapped."
            if close([rows[j][0], rows[j][1]], moved, 1e-5)
            else None,
        )
