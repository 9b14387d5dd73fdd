"""The exercises of chapter 2: right answers pass for any seed, slips get their own hint."""

import math

import pytest

from bookkit.checks.three_ways import check


class Dual:
    """The chapter's own class, as far as the exercises need it."""

    def __init__(self, value, tangent=0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = lift(other)
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = lift(other)
        return Dual(
            self.value * other.value, self.value * other.tangent + self.tangent * other.value
        )

    def __sub__(self, other):
        return self + -1 * lift(other)

    def __rtruediv__(self, other):
        value = other / self.value
        return Dual(value, -1 * value * self.tangent / self.value)

    def __truediv__(self, other):
        return self * (1 / other)

    __radd__, __rmul__ = __add__, __mul__


def lift(x):
    return x if isinstance(x, Dual) else Dual(x)


def letters(years):
    return 2**years - 1


def letters_of_slope(years):
    return 2 + 4 * letters(years - 1) + 2 * letters_of_slope(years - 1) if years else 0


def power(x, n):
    return type(x)(x.value**n, n * x.value ** (n - 1) * x.tangent)


def sigmoid(x):
    v = 1 / (1 + math.exp(-x.value))
    return type(x)(v, v * (1 - v) * x.tangent)


def gradient(f, x):
    return [
        f([Dual(v, 1.0 if i == k else 0.0) for i, v in enumerate(x)]).tangent for k in range(len(x))
    ]


def edge(f, low, high):
    while high - low > 1e-10:
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) == f(low) else (low, middle)
    return (low + high) / 2


def second(f, x):
    return f(Dual(Dual(x, 1.0), Dual(1.0, 0.0))).tangent.tangent


RIGHT = {
    "2.1": [lambda value, bend, u: 2 * math.sqrt(u * abs(value / bend))],
    "2.2": [letters, letters_of_slope],
    "2.3": [power, sigmoid],
    "2.4": [gradient, Dual],
    "2.5": [edge],
    "2.6": [second],
}


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number", RIGHT)
def test_right_answers_pass(number, seed):
    verdict = check(number, *RIGHT[number], seed=seed)
    assert verdict, verdict.text


def slow_gradient(f, x):
    return [gradient(f, x)[k] for k in range(len(x))]


def differences(f, x, h=1e-6):
    at = f(x)
    return [(f([v + h * (i == k) for i, v in enumerate(x)]) - at) / h for k in range(len(x))]


WRONG = {
    "the step of one rounding": (
        "2.1",
        [lambda value, bend, u: math.sqrt(2 * u * abs(value / bend))],
        "there are two values",
    ),
    "the sign of the bend": (
        "2.1",
        [lambda value, bend, u: 2 * math.copysign(math.sqrt(u * abs(value / bend)), value * bend)],
        "take absolute values",
    ),
    "doubling only": ("2.2", [lambda years: 2**years, letters_of_slope], "one r and two copies"),
    "two factors": (
        "2.2",
        [letters, lambda n: 1 + 3 * letters(n)],
        "its derivative holds",
    ),
    "the slope alone": (
        "2.3",
        [lambda x, n: type(x)(x.value**n, n * x.value ** (n - 1)), sigmoid],
        "multiplies it",
    ),
    "a bare number": ("2.3", [lambda x, n: x.value**n, sigmoid], "type(x)(value, tangent)"),
    "all runs, each time": ("2.4", [slow_gradient, Dual], "one run gives one slope"),
    "differences": ("2.4", [differences, Dual], "a dual number makes none"),
    "the middle": ("2.5", [lambda f, low, high: (low + high) / 2], "halve the interval"),
    "the slope once": ("2.6", [lambda f, x: f(Dual(x, 1.0)).tangent], "in both slots"),
    "a difference of slopes": (
        "2.6",
        [lambda f, x: (f(Dual(x + 1e-6, 1.0)).tangent - f(Dual(x, 1.0)).tangent) / 1e-6],
        "hint",
    ),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_gets_its_hint(slip):
    number, answer, words = WRONG[slip]
    verdict = check(number, *answer)
    assert not verdict
    assert words in " ".join(verdict.text.lower().split())
