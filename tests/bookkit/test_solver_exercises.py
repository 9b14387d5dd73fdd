"""The exercises of chapter 5: right answers pass for any seed, each plausible mistake its hint."""

import pytest

import mini_autodiff as ad
from bookkit.checks.solver_exercises import RATES, check
from mini_autodiff import ode


def logistic_heun(theta, u, u_dot, h, ahead=1.0, half=0.5, own=1.0):
    k1, dk1 = theta * u * (1 - u), own * u * (1 - u) + theta * (1 - 2 * u) * u_dot
    v, dv = u + h * k1, u_dot + ahead * h * dk1
    k2, dk2 = theta * v * (1 - v), own * v * (1 - v) + theta * (1 - 2 * v) * dv
    return u + half * h * (k1 + k2), u_dot + half * h * (dk1 + dk2)


def crowded_back(p, u, h, u_bar, transposed=True, k_sign=1.0, crowd=1.0, squared=2.0):
    (x, y), (a, b, g, d) = u, (p[name] for name in RATES)
    r, q = h * u_bar[0], h * u_bar[1]
    m_bar = d * q - b * r
    x_bar = u_bar[0] + a * r - a * squared * x / p["K"] * r + y * m_bar
    y_bar = u_bar[1] - g * q + x * m_bar
    if not transposed:
        x_bar, y_bar = y_bar, x_bar
    return [x_bar, y_bar], {
        "alpha": (x - crowd * x * x / p["K"]) * r,
        "beta": -x * y * r,
        "gamma": -y * q,
        "delta": x * y * q,
        "K": k_sign * a * x * x / p["K"] ** 2 * r,
    }


class Num:
    tape: list = []  # noqa: RUF012

    def __init__(self, value, *parts):
        self.value, self.parts, self.bar = value, parts, 0.0
        self.tape.append(self)

    def __add__(a, b):
        return Num(a.value + b.value, (a, 1.0), (b, 1.0))

    def __sub__(a, b):
        return Num(a.value - b.value, (a, 1.0), (b, -1.0))

    def __mul__(a, b):
        return Num(a.value * b.value, (a, b.value), (b, a.value))


def slopes(program, *values, add=True, start=Num):
    start.tape.clear()
    numbers = [start(value) for value in values]
    program(*numbers).bar = 1.0
    for num in reversed(start.tape):
        for part, slope in num.parts:
            part.bar = (part.bar if add else 0.0) + slope * num.bar
    return [number.bar for number in numbers]


class Plus(Num):
    """One who forgot the sign of b in a - b."""

    def __add__(a, b):
        return Plus(a.value + b.value, (a, 1.0), (b, 1.0))

    def __sub__(a, b):
        return Plus(a.value - b.value, (a, 1.0), (b, 1.0))

    def __mul__(a, b):
        return Plus(a.value * b.value, (a, b.value), (b, a.value))


def by_recursion(program, *values):
    Num.tape.clear()
    numbers = [Num(value) for value in values]

    def hand(num, bar):
        num.bar += bar
        for part, slope in num.parts:
            hand(part, slope * bar)

    hand(program(*numbers), 1.0)
    return [number.bar for number in numbers]


def one_by_one(program, *values):
    return [
        (
            program(*[v + 1e-6 * (i == j) for j, v in enumerate(values)])
            - program(*[v - 1e-6 * (i == j) for j, v in enumerate(values)])
        )
        / 2e-6
        for i in range(len(values))
    ]


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


OTHER = ({"alpha": 0.189859, "beta": 0.00783058, "gamma": 2.50013, "delta": 0.105843},
         [24.1103, 5.8193])  # fmt: skip


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("5.1", logistic_heun),
        ("5.2", crowded_back),
        ("5.2", lambda *a: [tuple(part) if isinstance(part, list) else part
                            for part in crowded_back(*a)]),
        ("5.3", slopes),
        ("5.4", start_matters),
        ("5.4", lambda p, u0: start_matters(p, u0).tolist()),
    ],
)  # fmt: skip
def test_a_right_answer_passes(number, answer, seed):
    verdict = check(number, answer, seed=seed)
    assert verdict, verdict.text


@pytest.mark.parametrize("windows", [(3, 20), (4, 20), [8, 20], (14, 20)])
def test_two_windows_are_enough(windows):
    assert check("5.5", windows)


def test_the_fit_of_the_other_table_passes():
    verdict = check("5.6", *OTHER)
    assert verdict, verdict.text


@pytest.mark.parametrize(
    ("number", "answers", "hint"),
    [
        ("5.1", [lambda *a: logistic_heun(*a, ahead=0.0)], "u_dot + h times the tangent of k1"),
        ("5.1", [lambda *a: logistic_heun(*a, half=1.0)], "then half of each"),
        ("5.1", [lambda *a: logistic_heun(*a, own=0.0)], "theta itself moves as well"),
        ("5.1", [lambda *a: logistic_heun(*a)[0]], "two numbers are asked for"),
        ("5.1", [lambda theta, u, u_dot, h: ad.jvp(
            lambda theta, u: logistic_heun(theta, u, 0.0, h)[0], (theta, u), (1.0, u_dot))],
         "no engine here"),
        ("5.2", [lambda *a: crowded_back(*a, transposed=False)], "in four places"),
        ("5.2", [lambda *a: crowded_back(*a, squared=1.0)], "in four places"),
        ("5.2", [lambda *a: crowded_back(*a, k_sign=-1.0)], "has the slope -1/K^2"),
        ("5.2", [lambda *a: crowded_back(*a, crowd=0.0)], "alpha stands in two terms"),
        ("5.2", [lambda *a: crowded_back(*a)[0]], "end it with `return"),
        ("5.3", [lambda *a: slopes(*a, add=False)], "add (+=)"),
        ("5.3", [lambda *a: slopes(*a, start=Plus)], "the slope by b is -1"),
        ("5.3", [by_recursion], "loop"),
        ("5.3", [one_by_one], "one call with numbers that take notes"),
        ("5.3", [lambda f, *v: list(ad.grad(f, argnums=tuple(range(len(v))))(*v))],
         "no engine here"),
        ("5.4", [turned], "rows and columns are swapped"),
        ("5.4", [end], "two rows of two numbers"),
        ("5.4", [lambda p, u0: 2 * start_matters(p, u0)], "which function of u0 alone is meant"),
        ("5.5", [(20,)], "two stages are enough"),
        ("5.5", [(2, 20)], "not seen yet"),
        ("5.5", [(15, 20)], "already contain"),
        ("5.5", [(4, 8, 12, 16, 20)], "fewer are enough"),
        ("5.5", [(4, 8)], "the last one is the whole record"),
        ("5.6", [dict.fromkeys(RATES, 0.1), [20.0]], "a list of 2 numbers"),
        ("5.6", [{**OTHER[0], "alpha": 1e-12}, OTHER[1]], "has run away"),
        ("5.6", [dict.fromkeys(RATES, -1.0), OTHER[1]], "are positive"),
        ("5.6", [{"alpha": 0.6, "beta": 0.03, "gamma": 0.6, "delta": 0.02}, [12.8, 7.1]],
         "the misfit to 1900 to 1920"),
    ],
)  # fmt: skip
def test_a_plausible_mistake_gets_its_hint(number, answers, hint):
    verdict = check(number, *answers)
    assert not verdict
    assert hint.lower() in " ".join(verdict.text.split()).lower(), verdict.text


@pytest.mark.parametrize("number", ["5.1", "5.2", "5.3", "5.4"])
def test_an_untouched_exercise_is_open_not_wrong(number):
    def untouched(*args):
        raise NotImplementedError

    assert "is still open" in check(number, untouched).text


@pytest.mark.parametrize(("number", "answers"), [("5.5", [()]), ("5.6", [{}, []])])
def test_an_empty_answer_is_open_not_wrong(number, answers):
    assert "is still open" in check(number, *answers).text
