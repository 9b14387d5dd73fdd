"""The tasks of the assignment *Differentiating the solver* (exercises: the file beside this one).

A task that is about a step or a loop is handed the pieces it is made of, as functions of the
check's own. So each task stands alone, its faults are its own, the check can count how often a
piece is called, and it can insist on plain numbers: no engine goes through one that refuses them.
"""

import math
from collections.abc import Callable, Sequence
from random import Random

import mini_autodiff as ad
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

task = Checks("Task")

RATES = ("alpha", "beta", "gamma", "delta")


def rates(u: list, p: list) -> list:
    """Change per year of hares and lynx: births and being eaten; eating and deaths.

    `u` = [hares, lynx], `p` = [alpha, beta, gamma, delta]. Lotka (1925), Volterra (1926).

    >>> rates([30.0, 4.0], [0.6, 0.03, 0.6, 0.02])
    [14.4, 0.0]
    """
    x, y = u
    alpha, beta, gamma, delta = p
    return [alpha * x - beta * x * y, delta * x * y - gamma * y]


def heun_step(f: Callable, u: list, p: list, h: float) -> list:
    """One step of Heun's method: try Euler's step, then use the mean of the slopes at its ends.

    >>> heun_step(lambda u, p: [p[0] * u[0]], [1.0], [1.0], 0.5)
    [1.625]
    """
    k1 = f(u, p)
    ahead = [value + h * slope for value, slope in zip(u, k1, strict=True)]
    k2 = f(ahead, p)
    return [value + h / 2 * (a + b) for value, a, b in zip(u, k1, k2, strict=True)]


def loss(step: Callable, u0: list, p: list, data: list) -> float:
    """Half the summed squares of model minus data, one row of data a step.

    >>> loss(lambda u, p: [p[0] * u[0]], [1.0], [2.0], [[2.0], [5.0]])
    0.5
    """
    u, total = u0, 0.0
    for row in data:
        u = step(u, p)
        total = total + sum((value - seen) ** 2 for value, seen in zip(u, row, strict=True)) / 2
    return total


def lorenz_step(u: list, h: float = 0.02) -> list:
    """One step of order four along Lorenz's (1963) equations, at his 10, 28 and 8/3.

    >>> [round(value, 3) for value in lorenz_step([1.0, 1.0, 1.0])]
    [1.049, 1.524, 0.973]
    """

    def f(u):
        x, y, z = u
        return [10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z]

    def ahead(step, slope):
        return [value + step * k for value, k in zip(u, slope, strict=True)]

    k1 = f(u)
    k2 = f(ahead(h / 2, k1))
    k3 = f(ahead(h / 2, k2))
    k4 = f(ahead(h, k3))
    return ahead(h / 6, [a + 2 * b + 2 * c + d for a, b, c, d in zip(k1, k2, k3, k4, strict=True)])


# What all tasks use -------------------------------------------------------------------------------


def _direction(draw: Random, size: int) -> list:
    return [draw.uniform(0.5, 1.5) * draw.choice([-1, 1]) for _ in range(size)]


def _dot(a: Sequence, b: Sequence) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def _unit(size: int, place: int) -> list:
    return [float(i == place) for i in range(size)]


def _animals(draw: Random) -> tuple[list, list]:
    """Hares, lynx and rates as they occur: in thousands, and of unequal sizes."""
    u = [draw.uniform(20, 60), draw.uniform(3, 9)]
    p = [draw.uniform(0.4, 0.8), draw.uniform(0.02, 0.04), draw.uniform(0.4, 1.1)]
    return u, [*p, draw.uniform(0.015, 0.035)]


PLAIN = (
    "No engine and no complex numbers here: hand plain numbers to the functions that you were given"
)


class _Piece:
    """A function that the check hands over: it counts its calls, and wants plain numbers."""

    def __init__(self, function: Callable, name: str):
        self.function, self.__name__, self.calls = function, name, 0

    def __call__(self, *args: Sequence) -> list:
        self.calls += 1
        for values in args:
            for value in values:
                claim(
                    isinstance(value, int | float),
                    f"your function called {self.__name__} with {show(value)} "
                    f"({type(value).__name__})",
                    PLAIN,
                )
        return self.function(*([*values] for values in args))


class _Slope:
    """A right-hand side with its tangent and cotangent: three states, four parameters, coupled.

    f_i(u, p) = c_i + b_i p_i + p_3 sum_j a_ij (u_j - m_j)^2: its Jacobian vanishes at u = m.
    """

    def __init__(self, draw: Random, middle: list, lift: Sequence[float] = (0.0, 0.0, 0.0)):
        self.a = [_direction(draw, 3) for _ in range(3)]
        self.b, self.c, self.m = _direction(draw, 3), list(lift), middle

    def f(self, u, p):
        squares = [(value - m) ** 2 for value, m in zip(u, self.m, strict=True)]
        return [
            c + b * q + p[3] * sum(a * s for a, s in zip(row, squares, strict=True))
            for c, b, q, row in zip(self.c, self.b, p[:3], self.a, strict=True)
        ]

    def jvp(self, u, p, u_dot, p_dot):
        return ad.jvp(self.f, (list(u), list(p)), (list(u_dot), list(p_dot)))[1]

    def vjp(self, u, p, w):
        u_bar, p_bar = ad.vjp(self.f, list(u), list(p))[1](list(w))
        return list(u_bar), list(p_bar)

    def pieces(self) -> tuple[_Piece, _Piece, _Piece]:
        return _Piece(self.f, "f"), _Piece(self.jvp, "f_jvp"), _Piece(self.vjp, "f_vjp")


def _general(draw: Random) -> tuple[_Slope, list, list, float]:
    """A slope, a state, parameters and a step with nothing special about them."""
    u = [draw.uniform(0.5, 2) * scale for scale in (0.2, 1.0, 5.0)]
    p = [draw.uniform(0.5, 1.5) for _ in range(4)]
    return _Slope(draw, [draw.uniform(-1, 1) for _ in range(3)]), u, p, draw.uniform(0.1, 0.3)


def _flat_at_start(draw: Random) -> tuple[_Slope, list, list, float]:
    """The same, but the first slope does not depend on the state: only the second does."""
    slope, u, p, h = _general(draw)
    slope.m = u
    return slope, u, p, h


def _flat_ahead(draw: Random) -> tuple[_Slope, list, list, float]:
    """The same, but the second slope does not depend on its state: only the first does."""
    slope, u, p, h = _general(draw)
    ahead = slope.m
    now = slope.f(u, p)
    slope.c = [(m - v) / h - k for m, v, k in zip(ahead, u, now, strict=True)]
    return slope, u, p, h


# Task 1: the step ---------------------------------------------------------------------------------


@task.property("1", hint="How much do your slopes weigh together? They should weigh one.")
def follows_a_constant_slope(draw: Random, rk4_step: Callable) -> None:
    """Where the slope is constant, one step follows it exactly."""
    u = [draw.uniform(-1, 1) for _ in range(3)]
    slope = [draw.uniform(1, 2) for _ in range(3)]
    h = draw.uniform(0.1, 0.5)
    stepped = vector(rk4_step(lambda t, u: slope, 0.0, u, h), 3)
    claim(
        close([v - w for w, v in zip(u, stepped, strict=True)], [h * s for s in slope], 1e-14),
        f"with slope {show(slope)} everywhere, a step of {show(h)} went from {show(u)} to "
        f"{show(stepped)}",
    )


@task.property(
    "1",
    hint="Each slope has a time of its own: one is taken at t, two at t + h/2, one at t + h.",
)
def integrates_what_depends_on_time(draw: Random, rk4_step: Callable) -> None:
    """Where the slope depends on the time alone, and is a cubic of it, one step is exact."""
    a, t, h = [draw.uniform(1, 2) for _ in range(4)], draw.uniform(0.5, 1), draw.uniform(0.3, 0.6)
    f = lambda t, u: [a[0] + a[1] * t + a[2] * t**2 + a[3] * t**3, 1.0]  # noqa: E731
    area = lambda t: sum(c * t ** (k + 1) / (k + 1) for k, c in enumerate(a))  # noqa: E731
    got = vector(rk4_step(f, t, [0.0, 0.0], h), 2)
    claim(
        close(got, [area(t + h) - area(t), h], 1e-13),
        f"with the slope [{show(a[0])} + {show(a[1])} t + {show(a[2])} t^2 + {show(a[3])} t^3, 1], "
        f"a step of {show(h)} from t = {show(t)} adds {show(got)}, and the integral is "
        f"{show([area(t + h) - area(t), h])}",
    )


@task.property(
    "1",
    hint="Each later slope is taken at the whole state that the slope before it leads to: every "
    "entry has moved there, by h/2, by h/2 and by h. Which of them stands still in yours?",
)
def entries_move_together(draw: Random, rk4_step: Callable) -> None:
    """On two equations that drive each other, one step agrees with Taylor's first four terms."""
    a, b, h = draw.uniform(1, 2), -draw.uniform(20, 40), 0.01
    u = [draw.uniform(1, 2), draw.uniform(1, 2)]
    term, taylor = u, u
    for k in range(1, 5):
        term = [h / k * a * term[1], h / k * b * term[0]]
        taylor = [v + w for v, w in zip(taylor, term, strict=True)]
    got = vector(rk4_step(lambda t, u: [a * u[1], b * u[0]], 0.0, u, h), 2)
    # The next term: (h^2 |ab|)^(5/2) / 120 of a state whose entries differ by sqrt(|b / a|) < 7.
    claim(
        close(got, taylor, 1e-6),
        f"on u0' = {show(a)} u1, u1' = {show(b)} u0, a step of {h} goes from {show(u)} to "
        f"{show(got)}, which is {math.dist(got, taylor):.1e} off",
    )


@task.property(
    "1",
    hint="Count: k2 is taken at u + h/2 k1, k3 at u + h/2 k2, k4 at u + h k3, and the weights are "
    "1, 2, 2, 1 sixths.",
)
def is_of_order_four(draw: Random, rk4_step: Callable) -> None:
    """Halving the step divides the error of a whole run by about 16, which is order four."""
    grow, turn, wave, wide = (draw.uniform(1, 2) for _ in range(4))
    wide, low = 20 * wide, draw.uniform(0.1, 0.3)

    def speed(t):
        return turn + math.cos(wave * t)

    def f(t, u):
        return [-speed(t) * u[1] / wide, wide * speed(t) * u[0], grow * u[2] * (1 - u[2])]

    def exact(t):
        angle, grown = turn * t + math.sin(wave * t) / wave, low * math.exp(grow * t)
        return [math.cos(angle), wide * math.sin(angle), grown / (1 - low + grown)]

    errors = []
    for n in (32, 64):
        u, apart = exact(0.0), 0.0
        for i in range(n):
            u = vector(rk4_step(f, i / n, u, 1 / n), 3)
            off = [a - b for a, b in zip(u, exact((i + 1) / n), strict=True)]
            apart = max(apart, math.hypot(off[0], off[1] / wide, off[2]))
        errors.append(apart)
    order = math.log2(errors[0] / errors[1]) if min(errors) > 0 else math.inf
    # Orders are whole numbers: whatever is above 3.5 here is not of order three.
    claim(
        order > 3.5,
        f"on a turning pair beside logistic growth, to t = 1, the largest error is "
        f"{errors[0]:.3g} with 32 steps and {errors[1]:.3g} with 64: order {order:.1f}",
    )


# Task 2: the tangent of a step --------------------------------------------------------------------


def _rates_moved(draw: Random, rates_jvp: Callable, u_dot: list, p_dot: list, what: str) -> None:
    u, p = _animals(draw)
    got = vector(by_hand(rates_jvp)(u, p, u_dot, p_dot), 2)
    expected = ad.jvp(rates, (u, p), (u_dot, p_dot))[1]
    claim(
        close(got, expected, 1e-12),  # some ten roundings
        f"at u = {show(u)}, p = {show(p)} with {what} moving, by 1, rates_jvp gives {show(got)}, "
        f"and the rates move otherwise, by {show([e - g for e, g in zip(expected, got)])} more",  # noqa: B905
    )


@task.property(
    "2",
    hint="Differentiate alpha x - beta x y by x and by y: x stands in two terms, y in one. In "
    "x y each factor moves once, while the other stands still.",
)
def rates_move_with_the_state(draw: Random, rates_jvp: Callable, heun_jvp: Callable) -> None:
    """With only the hares or only the lynx moving, rates_jvp is the derivative of the rates."""
    for place, animal in enumerate(("the hares", "the lynx")):
        _rates_moved(draw, rates_jvp, _unit(2, place), [0.0] * 4, f"only {animal}")


@task.property(
    "2",
    hint="The parameters move too, in the order alpha, beta, gamma, delta: each stands in one "
    "term of the rates, with one sign.",
)
def rates_move_with_the_parameters(draw: Random, rates_jvp: Callable, heun_jvp: Callable) -> None:
    """With only one parameter moving, rates_jvp is the derivative of the rates."""
    for place, name in enumerate(RATES):
        _rates_moved(draw, rates_jvp, [0.0] * 2, _unit(4, place), f"only {name}")


@task.property(
    "2", hint="A tangent is linear: each of its terms holds u_dot or p_dot, exactly once."
)
def rates_tangents_add(draw: Random, rates_jvp: Callable, heun_jvp: Callable) -> None:
    """rates_jvp of everything moving at once is the sum of what moves alone."""
    u, p = _animals(draw)
    u_dot, p_dot = _direction(draw, 2), _direction(draw, 4)
    got = vector(by_hand(rates_jvp)(u, p, u_dot, p_dot), 2)
    expected = ad.jvp(rates, (u, p), (u_dot, p_dot))[1]
    claim(
        close(got, expected, 1e-12),
        f"at u = {show(u)}, p = {show(p)} in the direction {show(u_dot)}, {show(p_dot)} rates_jvp "
        f"gives {show(got)}, which is not the sum of its parts",
    )


def _heun_pushed(instance: tuple, u_dot: list, p_dot: list, heun_jvp: Callable) -> None:
    slope, u, p, h = instance
    f, f_jvp, _ = slope.pieces()
    got = vector(by_hand(heun_jvp)(f, f_jvp, u, p, h, u_dot, p_dot), 3)
    step = lambda u, p: heun_step(slope.f, u, p, h)  # noqa: E731
    _, expected = ad.jvp(step, (u, p), (u_dot, p_dot))
    change = [g - d for g, d in zip(got, u_dot, strict=True)]
    right = [e - d for e, d in zip(expected, u_dot, strict=True)]
    claim(
        close(got, expected, 1e-12),  # some fifty roundings
        f"with a step of {show(h)} from u = {show(u)}, in the direction u_dot = {show(u_dot)}, "
        f"p_dot = {show(p_dot)}, your tangent changes by {show(change)}, and the step's own by "
        f"{math.dist(got, expected):.2g} more or less",
        "Heun takes the mean of two slopes: does each count half?"
        if close(change, [2 * r for r in right], 1e-12)
        else None,
    )
    claim(
        f.calls <= 4 and f_jvp.calls <= 4,
        f"one step called f {f.calls} times and f_jvp {f_jvp.calls} times",
        "Two slopes need one call of f and two of f_jvp: the tangent of each line, once",
    )


@task.property("2", hint="With h = 0 nothing is left of the slopes. What is the new state then?")
def tangent_of_no_step(draw: Random, rates_jvp: Callable, heun_jvp: Callable) -> None:
    """A step of length zero returns the tangent of the state as it came."""
    slope, u, p, _ = _general(draw)
    f, f_jvp, _ = slope.pieces()
    u_dot = _direction(draw, 3)
    got = vector(by_hand(heun_jvp)(f, f_jvp, u, p, 0.0, u_dot, _direction(draw, 4)), 3)
    claim(close(got, u_dot, 1e-14), f"at h = 0, u_dot = {show(u_dot)} came back as {show(got)}")


@task.property(
    "2",
    hint="The second slope is taken at ahead = u + h k1, and not at u: f_jvp wants the state "
    "`ahead`, with the tangent of `ahead`.",
)
def tangent_through_the_second_slope(draw: Random, rates_jvp: Callable, heun_jvp: Callable) -> None:
    """Where only the second slope depends on its state, heun_jvp is the tangent of the step."""
    _heun_pushed(_flat_at_start(draw), _direction(draw, 3), [0.0] * 4, heun_jvp)


@task.property("2", hint="The first slope is taken at u: its tangent is f_jvp at u, with u_dot.")
def tangent_through_the_first_slope(draw: Random, rates_jvp: Callable, heun_jvp: Callable) -> None:
    """Where only the first slope depends on its state, heun_jvp is the tangent of the step."""
    _heun_pushed(_flat_ahead(draw), _direction(draw, 3), [0.0] * 4, heun_jvp)


@task.property(
    "2",
    hint="`ahead` = u + h k1 moves for two reasons: u moves, and k1 moves. Its tangent is u_dot "
    "+ h k1_dot.",
)
def tangent_through_both_slopes(draw: Random, rates_jvp: Callable, heun_jvp: Callable) -> None:
    """For any change of the state, heun_jvp is the tangent of the step."""
    _heun_pushed(_general(draw), _direction(draw, 3), [0.0] * 4, heun_jvp)


@task.property(
    "2",
    hint="The parameters act in both slopes, so p_dot goes into both calls of f_jvp; and through "
    "k1 they also move `ahead`.",
)
def tangent_for_parameters(draw: Random, rates_jvp: Callable, heun_jvp: Callable) -> None:
    """For changes of the parameters, heun_jvp is the tangent of the step."""
    _heun_pushed(_general(draw), [0.0] * 3, _direction(draw, 4), heun_jvp)


# Task 3: its transpose ----------------------------------------------------------------------------


def _two_lists(result: object, first: int, second: int) -> tuple[list, list]:
    if not (
        isinstance(result, tuple | list)
        and len(result) == 2
        and all(hasattr(part, "__len__") for part in result)
    ):
        raise CounterExample(
            f"your function returned {show(result)}, where two lists are asked for",
            "End it with `return u_bar, p_bar`.",
        )
    return vector(result[0], first), vector(result[1], second)


def _rates_pulled(draw: Random, rates_vjp: Callable) -> tuple[list, list, list, list, str]:
    u, p = _animals(draw)
    w = _direction(draw, 2)
    u_bar, p_bar = _two_lists(by_hand(rates_vjp)(u, p, w), 2, 4)
    return u_bar, p_bar, w, [u, p], f"at u = {show(u)}, p = {show(p)} with w = {show(w)}"


@task.property(
    "3",
    hint="Ask of each animal where it is used: the hares in both rates, the lynx in both rates. "
    "A change of the lynx reaches the rate of the hares with the slope -beta x; backwards the "
    "cotangent of the hares' rate goes to the lynx with that slope: rows become columns.",
)
def rates_are_transposed(draw: Random, rates_vjp: Callable, heun_vjp: Callable) -> None:
    """For each animal alone, w . (J v) is the same as (w J) . v."""
    u_bar, _, w, at, where = _rates_pulled(draw, rates_vjp)
    for place, animal in enumerate(("hares", "lynx")):
        tangent = ad.jvp(lambda u: rates(u, at[1]), (at[0],), (_unit(2, place),))[1]
        claim(
            close(_dot(w, tangent), u_bar[place], 1e-12),
            f"{where}: one more thousand {animal} change w . rates by {show(_dot(w, tangent))}, "
            f"and your u_bar says {show(u_bar[place])}",
        )


@task.property(
    "3",
    hint="Each parameter stands in one term of one rate: its cotangent is that term without it, "
    "times the cotangent of that rate.",
)
def rates_are_transposed_for_parameters(
    draw: Random, rates_vjp: Callable, heun_vjp: Callable
) -> None:
    """For each parameter alone, w . (J v) is the same as (w J) . v."""
    _, p_bar, w, at, where = _rates_pulled(draw, rates_vjp)
    for place, name in enumerate(RATES):
        tangent = ad.jvp(lambda p: rates(at[0], p), (at[1],), (_unit(4, place),))[1]
        claim(
            close(_dot(w, tangent), p_bar[place], 1e-12),
            f"{where}: a unit of {name} changes w . rates by {show(_dot(w, tangent))}, and your "
            f"p_bar, in the order alpha, beta, gamma, delta, says {show(p_bar[place])}",
        )


def _heun_pulled(instance: tuple, draw: Random, heun_vjp: Callable, of: str) -> None:
    slope, u, p, h = instance
    f, _, f_vjp = slope.pieces()
    w = _direction(draw, 3)
    u_bar, p_bar = _two_lists(by_hand(heun_vjp)(f, f_vjp, u, p, h, w), 3, 4)
    step = lambda u, p: heun_step(slope.f, u, p, h)  # noqa: E731
    v = (_direction(draw, 3), [0.0] * 4) if of == "u" else ([0.0] * 3, _direction(draw, 4))
    forwards = _dot(w, ad.jvp(step, (u, p), v)[1])
    backwards = _dot(u_bar, v[0]) + _dot(p_bar, v[1])
    size = math.hypot(*w, *u_bar, *p_bar) * math.hypot(*v[0], *v[1])
    claim(
        abs(forwards - backwards) < 1e-12 * size,  # sums of some fifty products
        f"with a step of {show(h)} from u = {show(u)}, with w = {show(w)} and {of}_dot = "
        f"{show(v[of == 'p'])}: w . jvp is {show(forwards)}, but {of}_bar . {of}_dot is "
        f"{show(backwards)}",
    )
    claim(
        f.calls <= 4 and f_vjp.calls <= 4,
        f"one step called f {f.calls} times and f_vjp {f_vjp.calls} times",
        "Each of the two slopes is pulled back once, at its own state: two calls of f_vjp",
    )


@task.property("3", hint="With h = 0 the new state is the old one, and no parameter had a say.")
def cotangent_of_no_step(draw: Random, rates_vjp: Callable, heun_vjp: Callable) -> None:
    """A step of length zero hands the cotangent back, and nothing to the parameters."""
    slope, u, p, _ = _general(draw)
    f, _, f_vjp = slope.pieces()
    w = _direction(draw, 3)
    u_bar, p_bar = _two_lists(by_hand(heun_vjp)(f, f_vjp, u, p, 0.0, w), 3, 4)
    claim(
        close(u_bar, w, 1e-14) and not any(p_bar),
        f"at h = 0, the cotangent {show(w)} came back as {show(u_bar)}, {show(p_bar)}",
    )


@task.property(
    "3",
    hint="Half of h w goes to the second slope. Pull it back at the state where that slope was "
    "taken, ahead = u + h k1; what comes back is ahead_bar, and all of it goes on to u.",
)
def cotangent_through_the_second_slope(
    draw: Random, rates_vjp: Callable, heun_vjp: Callable
) -> None:
    """Where only the second slope depends on its state, vjp is the transpose of jvp."""
    _heun_pulled(_flat_at_start(draw), draw, heun_vjp, "u")


@task.property(
    "3",
    hint="Half of h w goes to the first slope, and f_vjp at u turns it into a share for u. It "
    "adds to w itself, which u gets because the new state begins with u.",
)
def cotangent_through_the_first_slope(
    draw: Random, rates_vjp: Callable, heun_vjp: Callable
) -> None:
    """Where only the first slope depends on its state, vjp is the transpose of jvp."""
    _heun_pulled(_flat_ahead(draw), draw, heun_vjp, "u")


@task.property(
    "3",
    hint="k1 is used twice: in the mean, and in ahead = u + h k1. So k1_bar collects twice: h/2 w, "
    "and h ahead_bar. Only then pull it back.",
)
def cotangent_through_both_slopes(draw: Random, rates_vjp: Callable, heun_vjp: Callable) -> None:
    """For any change of the state, vjp is the transpose of jvp."""
    _heun_pulled(_general(draw), draw, heun_vjp, "u")


@task.property(
    "3",
    hint="The parameters act in both slopes: each call of f_vjp gives them a share, with its own "
    "state and its own cotangent, and the shares add up.",
)
def cotangent_for_parameters(draw: Random, rates_vjp: Callable, heun_vjp: Callable) -> None:
    """For changes of the parameters, vjp is the transpose of jvp."""
    _heun_pulled(_general(draw), draw, heun_vjp, "p")


# Task 4: the gradient through the loop ------------------------------------------------------------


class _Model:
    """A step of three states and six parameters that can be repeated for ever."""

    def __init__(self, draw: Random):
        self.a = [draw.uniform(0.5, 0.9) for _ in range(3)]
        self.size = (0.1, 1.0, 10.0)
        self.u0 = [draw.uniform(0.5, 1.5) * size for size in self.size]
        self.p = [draw.uniform(0.5, 1.5) for _ in range(6)]

    def step(self, u, p):
        inner = [value / size for value, size in zip(u, self.size, strict=True)]
        return [
            size * (a * v / (1 + v * v) + 0.3 * q * w + 0.2 * r * v * w / (1 + w * w))
            for size, a, v, w, q, r in zip(
                self.size, self.a, inner, inner[1:] + inner[:1], p[:3], p[3:], strict=True
            )
        ]

    def step_vjp(self, u, p, new_bar):
        v = [value / size for value, size in zip(u, self.size, strict=True)]
        v_bar, q_bar, r_bar = [0.0] * 3, [0.0] * 3, [0.0] * 3
        for i, (c, size) in enumerate(zip(new_bar, self.size, strict=True)):
            k, g = (i + 1) % 3, c * size
            a, b = 1 + v[i] ** 2, 1 + v[k] ** 2
            v_bar[i] += g * (self.a[i] * (2 - a) / a**2 + 0.2 * p[3 + i] * v[k] / b)
            v_bar[k] += g * (0.3 * p[i] + 0.2 * p[3 + i] * v[i] * (2 - b) / b**2)
            q_bar[i], r_bar[i] = g * 0.3 * v[k], g * 0.2 * v[i] * v[k] / b
        return [c / size for c, size in zip(v_bar, self.size, strict=True)], q_bar + r_bar

    def run(self, n: int) -> list:
        states = [self.step(self.u0, self.p)]
        while len(states) < n:
            states.append(self.step(states[-1], self.p))
        return states


def _gradient_holds(draw: Random, loss_gradient: Callable, n: int, rows: Sequence[int]) -> None:
    """Data that differ from the model's own states in the given rows only."""
    model = _Model(draw)
    data = model.run(n)
    for row in rows:
        noise = zip(data[row], model.size, strict=True)
        data[row] = [v + draw.uniform(0.5, 1) * size for v, size in noise]
    step, step_vjp = _Piece(model.step, "step"), _Piece(model.step_vjp, "step_vjp")
    got = vector(by_hand(loss_gradient)(step, step_vjp, model.u0, model.p, data), 6)
    exact = ad.grad(lambda p: loss(model.step, model.u0, p, data))(model.p)
    where = f"with {n} row{'s' * (n > 1)} of data"
    if len(rows) < n:
        where += f", of which only number {rows[0]} is not what the model says" if rows else ""
    claim(
        close(got, exact, 1e-10),  # n steps of some twenty roundings
        f"{where}, your gradient is {show(got)}; in the direction {show(_unit(6, 0))} "
        f"differences say {_difference(model, data):.6g}",
        "Each residual is model minus data, in this order"
        if close([-g for g in got], exact, 1e-10)
        else None,
    )
    claim(
        step.calls <= 2 * n and step_vjp.calls <= n,
        f"{where}, you called step {step.calls} times and step_vjp {step_vjp.calls} times",
        "One walk forwards that keeps the states, one walk backwards: as many calls of each as "
        "there are rows",
    )


def _difference(model: _Model, data: list) -> float:
    up, down = (
        loss(model.step, model.u0, [model.p[0] + eps, *model.p[1:]], data) for eps in (1e-5, -1e-5)
    )
    return (up - down) / 2e-5


@task.property(
    "4",
    hint="With one row there is one step: the cotangent of its end is model minus data, and "
    "step_vjp, at the state *before* the step, turns it into the gradient.",
)
def gradient_of_one_step(draw: Random, loss_gradient: Callable) -> None:
    """With one row of data, the gradient is that of one step."""
    _gradient_holds(draw, loss_gradient, 1, [0])


@task.property(
    "4",
    hint="The last residual goes back through every step: the u_bar that step_vjp returns is the "
    "cotangent of the state before. The gradient of p collects a share at every step, each with "
    "the state before that step.",
)
def gradient_of_the_last_row(draw: Random, loss_gradient: Callable) -> None:
    """Where only the last row of data is off, the gradient collects a share at every step."""
    _gradient_holds(draw, loss_gradient, 4, [3])


@task.property(
    "4",
    hint="At each state two cotangents meet and add up: what comes back from the step after it, "
    "and that state's own residual. Add the residual of a state before you go back through the "
    "step that led there.",
)
def gradient_of_a_row_on_the_way(draw: Random, loss_gradient: Callable) -> None:
    """Where a row on the way is off, its residual enters at its own state."""
    for rows in ([0], [1], [0, 1, 2, 3]):
        _gradient_holds(draw, loss_gradient, 4, rows)


@task.property("4", hint="Each residual is model minus data. Where all are zero, what is left?")
def no_slope_at_the_truth(draw: Random, loss_gradient: Callable) -> None:
    """Where the data are what the model itself computes, the gradient is zero."""
    model = _Model(draw)
    step, step_vjp = _Piece(model.step, "step"), _Piece(model.step_vjp, "step_vjp")
    got = by_hand(loss_gradient)(step, step_vjp, model.u0, model.p, model.run(40))
    claim(not any(vector(got, 6)), f"at the parameters that made the data, you say {show(got)}")


@task.property(
    "4",
    hint="A function that calls itself at every step is at its end after a thousand. Use a loop.",
)
def gradient_of_a_long_run(draw: Random, loss_gradient: Callable) -> None:
    """It holds for a run of 1500 steps, in one walk forwards and one backwards."""
    _gradient_holds(draw, loss_gradient, 1500, range(1500))


# Task 5: where it fails ---------------------------------------------------------------------------

FIRST_LENGTH = (
    "Nearly: the length that the tangent began with does not count as growth. Begin with length "
    "one, or take off its logarithm: log(|v_n| / |v_0|)"
)


@task.property(
    "5",
    hint="Over a long run the tangent leaves the range of a float, from 1e-308 to 1e308. After "
    "each step note the logarithm of its length, then scale it back to length one.",
)
def rate_of_one_number(draw: Random, growth_rate: Callable) -> None:
    """Beside a resting point of one equation, tangents grow at the rate of that equation."""
    for rate in (draw.uniform(-2, -1), draw.uniform(1, 2)):
        h, n = draw.uniform(0.6, 0.9), 1500  # rate * h * n > 709: e to that is no float
        got = number(growth_rate(lambda u: [u[0] * math.exp(rate * h)], [0.0], h, n))  # noqa: B023
        factors = {h: "the time of a step: divide by n * h, not by n", h * n: "the time n * h"}
        told = next((f for f in factors if abs(got - rate * f) < 1e-6 * abs(got)), None)
        hint = f"Your rate is too large or too small by {factors[told]}" if told else None
        if abs(got * (n - 1) - rate * n) < 1e-9 * n or abs(got * n - rate * (n - 1)) < 1e-9 * n:
            hint = f"You divide by {n - 1} steps, or count as many: there are {n}"
        elif abs(got - rate) * n * h < 10:  # the logarithm of a length that is easily drawn
            hint = FIRST_LENGTH
        claim(
            abs(got - rate) < 1e-9,  # 1500 logarithms, each rounded near 1e-16
            f"for u' = {show(rate)} u at rest in 0, {n} steps of {show(h)}: you say {show(got)}, "
            f"off by {abs(got - rate):.1e}",
            hint,
        )


@task.property("5", hint="`math.hypot(*v)`, over all entries, and the time n * h.")
def rate_of_a_spiral(draw: Random, growth_rate: Callable) -> None:
    """Where every tangent grows alike, it is exact, whatever the first tangent."""
    rate, turn, h, n = draw.uniform(0.5, 1), draw.uniform(0.2, 0.6), draw.uniform(0.3, 0.6), 200
    size = math.exp(rate * h)
    c, s = size * math.cos(turn), size * math.sin(turn)
    got = number(growth_rate(lambda u: [c * u[0] - s * u[1], s * u[0] + c * u[1]], [0.0] * 2, h, n))
    claim(
        abs(got - rate) < 1e-9,
        f"around a resting point from which all spirals away at the rate {show(rate)}, {n} steps "
        f"of {show(h)}: you say {show(got)}, off by {abs(got - rate):.1e}",
        FIRST_LENGTH if abs(got - rate) * n * h < 10 else None,
    )


@task.property(
    "5",
    hint="Follow the run: at each step the tangent is that of the step at the state *before* it, "
    "and all n steps count.",
)
def rate_along_a_run(draw: Random, growth_rate: Callable) -> None:
    """Along a run that starts to grow and comes to rest, it is the mean over all its steps."""
    grow, h, n = draw.uniform(1, 2), draw.uniform(0.05, 0.1), draw.choice([90, 120, 150])
    u = start = draw.uniform(0.01, 0.03)
    total = 0.0
    for _ in range(n):
        total += math.log(abs(1 + h * grow * (1 - 2 * u)))
        u = u + h * grow * u * (1 - u)
    step = lambda u: [u[0] + h * grow * u[0] * (1 - u[0])]  # noqa: E731
    got = number(growth_rate(step, [start], h, n))
    claim(
        abs(got - total / (n * h)) < 1e-6,  # an unscaled difference would still be this good
        f"along logistic growth at rate {show(grow)} from {show(start)}, {n} steps of {show(h)}: "
        f"you say {show(got)}, which is {show(got - total / (n * h))} off",
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

    def step(u):
        v, w = c * u[0] + s * u[1], c * u[1] - s * u[0]
        return [c * a * v - s * b * w, s * a * v + c * b * w]

    got = number(growth_rate(step, [0.0, 0.0], h, n))
    # Along an axis or a diagonal a tangent starts with a share of at least cos(1.39) = 0.18 in the
    # fast direction; to grow from there costs log(0.18) / (n h) = 0.006 of the mean. Other starts
    # may cost a little more.
    claim(
        abs(got - fast) < 0.02,
        f"two equations with rates {show(fast)} and {show(slow)}, mixed, in {n} steps of {h}: you "
        f"say {show(got)}",
    )


@task.property(
    "5",
    hint="Move the state and the tangent on together: `ad.jvp(step, (u,), (v,))` returns both, and "
    "both are the start of the next step.",
)
def rate_of_lorenz(draw: Random, growth_rate: Callable) -> None:
    """On Lorenz's attractor, tangents grow by a factor of about e every 1.1 time units."""
    u, h, n = [draw.uniform(0.5, 1.5) for _ in range(3)], 0.02, 2000
    for _ in range(400):  # eight time units, to reach the attractor
        u = lorenz_step(u)
    got = number(growth_rate(lorenz_step, u, h, n))
    # The rate is 0.906. Over 40 time units 3000 starts, of the state and of the tangent (axes too),
    # gave 0.851 with a standard deviation of 0.043, and all were between 0.65 and 1.08.
    claim(0.6 < got < 1.15, f"from {show(u)}, {n} steps of {h}: you say {show(got)}")
