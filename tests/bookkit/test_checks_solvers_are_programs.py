"""The exercises of chapter 4: right answers pass for any seed, plausible mistakes get a hint."""

import math

import pytest

from bookkit.checks.solvers_are_programs import check


def three_eighths(f, t, u, h, weights=(1, 3, 3, 1), third=1.0, times=(1 / 3, 2 / 3, 1)):
    k1 = f(t, u)
    k2 = f(t + times[0] * h, u + h / 3 * k1)
    k3 = f(t + times[1] * h, u + h * (third * k2 - k1 / 3))
    k4 = f(t + times[2] * h, u + h * (k1 - k2 + k3))
    return u + h / 8 * sum(w * k for w, k in zip(weights, (k1, k2, k3, k4), strict=True))


def rk4(f, t, u, h):
    k1 = f(t, u)
    k2 = f(t + h / 2, u + h / 2 * k1)
    k3 = f(t + h / 2, u + h / 2 * k2)
    return u + h / 6 * (k1 + 2 * k2 + 2 * k3 + f(t + h, u + h * k3))


YEAST = lambda t, u: u * (1 - u)  # noqa: E731
GROWN = math.exp(3) / (9 + math.exp(3))  # after three hours, from 0.1


def measured_order(step, f=YEAST, end=GROWN):
    errors = []
    for n in (80, 160):
        u = 0.1
        for i in range(n):
            u = step(f, 3 * i / n, u, 3 / n)
        errors.append(abs(u - end))
    return math.log2(errors[0] / errors[1])


def on_a_straight_line(step):
    return measured_order(step, lambda t, u: u, 0.1 * math.exp(3))


def longest(step, rate, digits=1e-7):
    grows = lambda h: abs(step(lambda t, d: -rate * d, 0.0, 1.0, h)) > 1  # noqa: E731
    low, high = 0.0, 0.01 / rate
    while not grows(high):
        low, high = high, high + 0.01 / rate
    while high - low > digits * high:
        middle = (low + high) / 2
        low, high = (low, middle) if grows(middle) else (middle, high)
    return low


def next_step(h, error, tol, p):
    return h * min(5, max(0.2, 0.9 * (tol / max(error, 1e-300)) ** (1 / (p + 1))))


def between(u0, k0, u1, k1, h, s):
    line = (1 - s) * u0 + s * u1
    return line + s * (1 - s) * ((1 - s) * (h * k0 - u1 + u0) - s * (h * k1 - u1 + u0))


def basis(u0, k0, u1, k1, h, s):
    """The same cubic, as it stands in most books."""
    return (
        (1 + 2 * s) * (1 - s) ** 2 * u0 + s * (1 - s) ** 2 * h * k0
        + s**2 * (3 - 2 * s) * u1 + s**2 * (s - 1) * h * k1
    )  # fmt: skip


def ring_step(x, y, h, hares_grow, lynx_grow):
    x = x + h * x * hares_grow(y)
    return x, y + h * y * lynx_grow(x)


def by_exponentials(x, y, h, hares_grow, lynx_grow):
    """Lynx first, and each by its exact growth while the other stands still."""
    y = y * math.exp(h * lynx_grow(x))
    return x * math.exp(h * hares_grow(y)), y


def euler(x, y, h, hares_grow, lynx_grow):
    return x + h * x * hares_grow(y), y + h * y * lynx_grow(x)


def heun_twice(x, y, h, hares_grow, lynx_grow):
    a, b = euler(x, y, h, hares_grow, lynx_grow)
    return (x + a + h * a * hares_grow(b)) / 2, (y + b + h * b * lynx_grow(a)) / 2


def how_wrong(solve, tol):
    return abs(solve(tol) - solve(tol / 100))


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("4.1", three_eighths), ("4.2", measured_order), ("4.3", longest), ("4.4", next_step),
        ("4.5", between),
        ("4.5", basis), ("4.6", ring_step), ("4.6", by_exponentials), ("4.7", how_wrong),
        ("4.7", lambda solve, tol: solve(tol) - solve(tol / 1000)),
    ],
)  # fmt: skip
def test_a_right_answer_passes(number, answer, seed):
    verdict = check(number, answer, seed=seed)
    assert verdict, verdict.text


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("4.1", rk4, "the classical method"),
        ("4.1", lambda *a: three_eighths(*a, weights=(1, 2, 2, 1)), "They should weigh one"),
        ("4.1", lambda *a: three_eighths(*a, times=(1 / 3, 1 / 3, 1)), "c_i is the sum of row i"),
        ("4.1", lambda *a: three_eighths(*a, third=1 / 3), "slope 3 at u + h (-k1/3 + k2)"),
        ("4.2", on_a_straight_line, "Measure on one that is curved"),
        ("4.2", lambda step: 2 * measured_order(step), "log2 of the ratio"),
        ("4.2", lambda step: 2 * measured_order(step), "curved equation"),
        ("4.3", lambda step, rate: 2 / rate, "a limit of its own"),
        ("4.3", lambda step, rate: longest(step, 1.0), "A rate ten times faster"),
        ("4.3", lambda step, rate: longest(step, rate, 0.01), "at most 1 in size"),
        ("4.4", lambda h, e, tol, p: next_step(h, e, tol, p - 1), "one power more than a run"),
        ("4.4", lambda h, e, tol, p: next_step(h, e, tol, p) / 0.9, "the margin"),
        ("4.4", lambda h, e, tol, p: 0.9 * h * (tol / e) ** (1 / (p + 1)), "never below h / 5"),
        ("4.5", lambda u0, k0, u1, k1, h, s: (1 - s) * u0 + s * u1, "gives A and B"),
        ("4.5", lambda u0, k0, u1, k1, h, s: between(u0, k0 / h, u1, k1 / h, h, s), "a factor h"),
        ("4.5", lambda u0, k0, u1, k1, h, s: between(u1, k1, u0, k0, h, s), "nothing is left but"),
        ("4.6", euler, "compute last"),
        ("4.6", heun_twice, "Once is allowed"),
        ("4.6", lambda x, y, *rest: (x, y), "the share h times its growth rate"),
        ("4.7", lambda solve, tol: tol, "a hundredth of it"),
        ("4.7", lambda solve, tol: abs(solve(tol) - solve(1e-12)), "Not below a ten-thousandth"),
    ],
)  # fmt: skip
def test_a_plausible_mistake_gets_its_hint(number, answer, hint):
    verdict = check(number, answer)
    assert not verdict
    assert hint.lower() in " ".join(verdict.text.split()).lower(), verdict.text


@pytest.mark.parametrize("number", check.properties)
def test_an_untouched_exercise_is_told_kindly(number):
    def untouched(*args):
        raise NotImplementedError

    assert "is still open" in check(number, untouched).text
