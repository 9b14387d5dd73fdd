"""The exercises of chapter 5: right answers pass for any seed, plausible mistakes get a hint."""

import pytest

import mini_autodiff as ad
from bookkit.checks.differentiating_the_solver import check
from mini_autodiff import ode


def logistic_heun(theta, u, s, h, ahead=1.0, half=0.5):
    k1, dk1 = theta * u * (1 - u), u * (1 - u) + theta * (1 - 2 * u) * s
    v, dv = u + h * k1, s + ahead * h * dk1
    k2, dk2 = theta * v * (1 - v), v * (1 - v) + theta * (1 - 2 * v) * dv
    return u + half * h * (k1 + k2), s + half * h * (dk1 + dk2)


def euler_pull(p, u, h, ct, transposed=True, rates=1.0):
    (x, y), (cx, cy) = u, ct
    a, b = (p["delta"] * y, -p["beta"] * x) if transposed else (-p["beta"] * x, p["delta"] * y)
    old = [
        cx + h * ((p["alpha"] - p["beta"] * y) * cx + a * cy),
        cy + h * (b * cx + (p["delta"] * x - p["gamma"]) * cy),
    ]
    r = rates * h
    return old, {
        "alpha": r * x * cx,
        "beta": -r * x * y * cx,
        "gamma": -r * y * cy,
        "delta": r * x * y * cy,
    }


def end(p, u0):
    def f(t, u, p):
        return ad.numpy.stack(
            [
                p["alpha"] * u[0] - p["beta"] * u[0] * u[1],
                p["delta"] * u[0] * u[1] - p["gamma"] * u[1],
            ]
        )

    return ode.solve_fixed(f, u0, 0.0, 20.0, 400, p)[1][-1]


def start_matters(p, u0):
    return ad.jacobian(lambda u0: end(p, u0))(u0)


def turned(p, u0):
    (a, b), (c, d) = start_matters(p, u0).tolist()
    return ad.numpy.array([[a, c], [b, d]])


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize(
    ("number", "answer"),
    [("5.1", logistic_heun), ("5.2", euler_pull), ("5.3", start_matters)],
)
def test_a_right_answer_passes(number, answer, seed):
    verdict = check(number, answer, seed=seed)
    assert verdict, verdict.text


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        (
            "5.1",
            lambda *a: logistic_heun(*a, ahead=0.0),
            "tangent is s + h times the tangent of k1",
        ),
        ("5.1", lambda *a: logistic_heun(*a, half=1.0), "then half of each"),
        ("5.1", lambda *a: logistic_heun(*a)[0], "where a list of 2 numbers is asked for"),
        ("5.2", lambda *a: euler_pull(*a, transposed=False), "a sum of three terms"),
        (
            "5.2",
            lambda *a: euler_pull(*a, rates=-1.0),
            "how does the new state depend on this rate",
        ),
        ("5.2", lambda *a: euler_pull(*a)[0], "end it with `return"),
        ("5.3", turned, "rows and columns are swapped"),
        ("5.3", end, "an array of shape (2, 2)"),
        ("5.3", lambda p, u0: 2 * start_matters(p, u0), "Which function of u0 alone is meant"),
    ],
)
def test_a_plausible_mistake_gets_its_hint(number, answer, hint):
    verdict = check(number, answer)
    assert not verdict
    assert hint.lower() in " ".join(verdict.text.split()).lower()


@pytest.mark.parametrize("number", check.properties)
def test_an_untouched_exercise_is_told_kindly(number):
    def untouched(*args): ...

    assert "Does the function end in `return`?".lower() in check(number, untouched).text.lower()
