"""The exercises of chapter 11: right answers pass for any seed, slips get their own hint."""

import math

import numpy as np
import pytest

from bookkit.checks.noise import check


def langevin_step(c, rates, changes, volume, h, zs):
    for r, change, z in zip(rates(c), changes, zs, strict=True):
        events = h * volume * r
        c = c + change * (events + math.sqrt(events) * z) / volume
    return c


def in_sigma(x, theta, sigma, h, z):
    new = x - h * theta * x + sigma * math.sqrt(h) * z
    return [2 * new * math.sqrt(h) * z, new**2 * (z * z - 1) / sigma]


def differences(run, draw, theta, eps, n):
    found = []
    for _ in range(n):
        z = draw()
        found.append((run(theta + eps, z) - run(theta - eps, z)) / (2 * eps))
    return found


def slope_by_score(counts, rate, hours, f, b):
    return sum((f(n) - b) * (n / rate - hours) for n in counts) / len(counts)


def kick(eps, v):
    if not 0 < eps < 2 * v:
        raise ValueError("no rest")
    return math.sqrt(v - (1 - eps / v) ** 2 * v)


def milstein(x, r, d, h, dw):
    return x + h * r * x + math.sqrt(d * x) * dw + d / 4 * (dw * dw - h)


RIGHT = {
    "11.1": langevin_step,
    "11.2": in_sigma,
    "11.3": differences,
    "11.4": slope_by_score,
    "11.5": kick,
    "11.6": milstein,
}


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number", RIGHT)
def test_right_answers_pass(number, seed):
    verdict = check(number, RIGHT[number], seed=seed)
    assert verdict, verdict.text


def one_kick_too_large(c, rates, changes, volume, h, zs):
    calm = langevin_step(c, rates, changes, volume, h, [0.0] * len(zs))
    pairs = zip(rates(c), changes, zs, strict=True)
    return calm + sum(v * math.sqrt(h * r) * z for r, v, z in pairs)


def without_the_width(x, theta, sigma, h, z):
    path, score = in_sigma(x, theta, sigma, h, z)
    return [path, score / (z * z - 1) * z * z if z * z != 1 else score]


def drawn_twice(run, draw, theta, eps, n):
    return [(run(theta + eps, draw()) - run(theta - eps, draw())) / (2 * eps) for _ in range(n)]


def drawn_once(run, draw, theta, eps, n):
    z = draw()
    return [(run(theta + eps, z) - run(theta - eps, z)) / (2 * eps)] * n


WRONG = {
    "the root is not divided": ("11.1", one_kick_too_large, "by that over V"),
    "the volume twice": (
        "11.1",
        lambda c, rates, changes, v, h, zs: langevin_step(c, lambda c: [r * v for r in rates(c)],
                                                          changes, v, h, zs),
        "the volume must cancel"),
    "no change in the kick": (
        "11.1",
        lambda c, rates, changes, v, h, zs: langevin_step(
            c, rates, changes, v, h, [z / abs(k) for z, k in zip(zs, changes, strict=True)]),
        "sign and all"),
    "the other way round": ("11.2", lambda *a: in_sigma(*a)[::-1], "comes first"),
    "the width is forgotten": ("11.2", without_the_width, "-1 / sigma"),
    "the score alone": (
        "11.2", lambda x, theta, sigma, h, z: [in_sigma(x, theta, sigma, h, z)[0],
                                               (z * z - 1) / sigma], "loss times the score"),
    "noise of their own": ("11.3", drawn_twice, "the same z"),
    "one draw for all": ("11.3", drawn_once, "noise of its own"),
    "one epsilon": ("11.3", lambda *a: [2 * v for v in differences(*a)], "a way of 2 delta"),
    "not central": (
        "11.3", lambda run, draw, theta, eps, n: [
            (run(theta + eps, z) - run(theta, z)) / eps for z in [draw() for _ in range(n)]],
        "Central"),
    "nothing subtracted": (
        "11.4", lambda n, rate, hours, f, b: slope_by_score(n, rate, hours, f, 0.0), "Subtract b"),
    "an hour": ("11.4", lambda n, rate, hours, f, b: slope_by_score(n, rate, 1.0, f, b),
                "Nothing else happened"),
    "events only": ("11.4", lambda n, rate, hours, f, b: slope_by_score(n, rate, 0.0, f, b),
                    "counts too"),
    "not divided": ("11.4", lambda *a: a[1] * slope_by_score(*a), "not N"),
    "the sum": ("11.4", lambda *a: len(a[0]) * slope_by_score(*a), "not the sum"),
    "Langevin's kick": ("11.5", lambda eps, v: math.sqrt(2 * eps), "right for tiny steps only"),
    "the square": ("11.5", lambda eps, v: 2 * eps - eps**2 / v, "The size of the kick is the root"),
    "no refusal": ("11.5", lambda eps, v: math.sqrt(abs(2 * eps - eps**2 / v)), "raise ValueError"),
    "no correction": ("11.6", lambda x, r, d, h, dw: x + h * r * x + math.sqrt(d * x) * dw,
                      "term is missing"),
    "the whole slope": (
        "11.6", lambda x, r, d, h, dw: milstein(x, r, d, h, dw) + d / 4 * (dw * dw - h),
        "a half of its own"),
    "without h": ("11.6", lambda x, r, d, h, dw: milstein(x, r, d, h, dw) + d / 4 * h,
                  "zero on average"),
}  # fmt: skip


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_gets_its_hint(slip):
    number, answer, words = WRONG[slip]
    verdict = check(number, answer)
    assert not verdict
    assert words.lower() in " ".join(verdict.text.lower().split()), verdict.text


def test_a_count_may_be_one_of_an_array():
    """The chapter takes its losses of all runs at once; so may the reader."""

    def at_once(counts, rate, hours, f, b):
        counts = np.array(counts)
        return np.mean((f(counts) - b) * (counts / rate - hours))

    verdict = check("11.4", at_once)
    assert verdict, verdict.text
