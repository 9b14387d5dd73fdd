"""The exercises of chapter 9: right answers pass for any seed, slips get their own hint."""

import math

import numpy as np
import pytest

from bookkit.checks.what_data_cannot_say import check


def fisher(slopes, variances):
    size = range(len(slopes[0]))
    pairs = list(zip(slopes, variances, strict=True))
    return [[sum(s[i] * s[j] / v for s, v in pairs) for j in size] for i in size]


def fisher_by_arrays(slopes, variances):
    return np.array(slopes).T @ (np.array(slopes) / np.array(variances)[:, None])


def two_errors(F):
    det = F[0][0] * F[1][1] - F[0][1] ** 2
    return [F[0][0] ** -0.5, (F[1][1] / det) ** 0.5]


def same_hares(theta, c):
    a, b, d, g, x, y = theta
    return [a, b / c, d, g, x, c * y]


def ends(grid, D):
    inside = [i for i, d in enumerate(D) if d < 3.84]

    def cross(out, inn):
        return grid[out] + (grid[inn] - grid[out]) * (3.84 - D[out]) / (D[inn] - D[out])

    i, j = inside[0], inside[-1]
    return [cross(i - 1, i) if i else None, cross(j + 1, j) if j + 1 < len(D) else None]


def next_day(F, slopes, variances):
    F = np.array(F)
    gains = [np.linalg.det(F + np.outer(s, s) / v) for s, v in zip(slopes, variances, strict=True)]
    return int(np.argmax(gains))


def next_by_lemma(F, slopes, variances):
    back = np.linalg.inv(F)
    gains = [s @ back @ s / v for s, v in zip(np.array(slopes), variances, strict=True)]
    return np.argmax(gains)


def implicit_slope(k, h, n):
    return -n * h * (1 + h * k) ** (-n - 1)


def by_tangent(k, h, n):
    y, dy = 1.0, 0.0
    for _ in range(n):
        y, dy = y / (1 + h * k), (dy - h * y / (1 + h * k)) / (1 + h * k)
    return dy


RIGHT = [
    ("9.1", fisher), ("9.1", fisher_by_arrays), ("9.2", two_errors), ("9.3", same_hares),
    ("9.4", ends), ("9.4", lambda grid, D: tuple(ends(grid, D))), ("9.5", next_day),
    ("9.5", next_by_lemma), ("9.6", implicit_slope), ("9.6", by_tangent),
]  # fmt: skip


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number, answer", RIGHT)
def test_right_answers_pass(number, answer, seed):
    verdict = check(number, answer, seed=seed)
    assert verdict, verdict.text


def closed(grid, D):
    return [
        e if e is not None else g for e, g in zip(ends(grid, D), (grid[0], grid[-1]), strict=True)
    ]


def on_the_grid(grid, D):
    inside = [g for g, d in zip(grid, D, strict=True) if d < 3.84]
    return [
        e if e is None else g for e, g in zip(ends(grid, D), (inside[0], inside[-1]), strict=True)
    ]


def by(score):
    """The candidate with the highest score(F, s, v)."""
    return lambda F, slopes, variances: int(
        np.argmax(
            [score(np.array(F), np.array(s), v) for s, v in zip(slopes, variances, strict=True)]
        )
    )


WRONG = {
    "no variance": ("9.1", lambda s, v: fisher(s, [1.0] * len(v)), "divide by the variance"),
    "its root": ("9.1", lambda s, v: fisher(s, [x**0.5 for x in v]), "not its root"),
    "the diagonal": ("9.1", lambda s, v: [f[i] for i, f in enumerate(fisher(s, v))], "rows of"),
    "the inverse": ("9.1", lambda s, v: np.linalg.pinv(fisher(s, v)), "you say"),
    "exchanged": ("9.2", lambda F: two_errors(F)[::-1], "makes the error smaller"),
    "variances": ("9.2", lambda F: [e**2 for e in two_errors(F)], "take the root"),
    "the other one": ("9.2", lambda F: two_errors([F[1][::-1], F[0][::-1]]), "you say"),
    "one number": ("9.2", lambda F: two_errors(F)[1], "a list of 2 numbers"),
    "more lynx": ("9.3", lambda t, c: [*t[:5], c * t[5]], "multiply y0, divide beta"),
    "beta multiplied": (
        "9.3", lambda t, c: [t[0], t[1] * c, *t[2:5], c * t[5]], "multiply y0, divide beta"),
    "nothing changed": ("9.3", lambda t, c: list(t), "are asked for"),
    "delta too": (
        "9.3", lambda t, c: [t[0], t[1] / c, t[2] * c, t[3], t[4], c * t[5]], "whose hares end"),
    "an end to the open side": ("9.4", closed, "an open side is none"),
    "a point of the grid": ("9.4", on_the_grid, "go along the line"),
    "all or nothing": ("9.4", lambda g, d: None if None in ends(g, d) else ends(g, d), "returned"),
    "the loudest": (
        "9.5", lambda F, s, v: max(range(len(s)), key=lambda k: math.hypot(*s[k])), "not enough"),
    "the least noise": (
        "9.5", lambda F, s, v: min(range(len(s)), key=lambda k: v[k]), "makes the determinant"),
    "without F": (
        "9.5",
        lambda F, s, v: max(range(len(s)), key=lambda k: sum(x * x for x in s[k]) / v[k]),
        "makes the determinant"),
    "its diagonal": (
        "9.5", by(lambda F, s, v: (s**2 / np.diag(F)).sum() / v), "makes the determinant"),
    "the root of the variance": (
        "9.5", by(lambda F, s, v: s @ np.linalg.solve(F, s) / v**0.5), "makes the determinant"),
    "the trace": (
        "9.5", by(lambda F, s, v: -np.trace(np.linalg.inv(F + np.outer(s, s) / v))),
        "makes the determinant"),
    "the candidate": ("9.5", lambda F, s, v: s[next_day(F, s, v)], "one number"),
    "of the equation": (
        "9.6", lambda k, h, n: -n * h * math.exp(-k * n * h), "the program's is asked for"),
    "the explicit one": ("9.6", lambda k, h, n: -n * h * (1 - h * k) ** (n - 1), "you say"),
    "the sign": ("9.6", lambda k, h, n: -implicit_slope(k, h, n), "you say"),
}  # fmt: skip


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_gets_its_hint(slip):
    number, answer, words = WRONG[slip]
    verdict = check(number, answer)
    assert not verdict
    assert words.lower() in " ".join(verdict.text.lower().split()), verdict.text


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    "slip", ["without F", "its diagonal", "the root of the variance", "the trace"]
)
def test_another_score_has_luck_with_no_seed(slip, seed):
    """Each agrees with the determinant on most draws: the check has to seek where it does not."""
    number, answer, _ = WRONG[slip]
    assert not check(number, answer, seed=seed)
