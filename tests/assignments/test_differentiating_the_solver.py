"""The solution passes, the student version does not, and each plausible mistake gets its hint."""

import math
import time

import nbformat
import pytest
from nbgrader.preprocessors import ClearSolutions
from nbgrader.validator import Validator

import bookkit.checks.differentiating_the_solver as checks
from bookkit.checks.differentiating_the_solver import task
from tests.assignments.notebooks import SOURCE, answers, code_of

TASKS = {
    "1": "rk4_step",
    "2": "heun_jvp",
    "3": "heun_vjp",
    "4": "loss_gradient",
    "5": "growth_rate",
}


@pytest.fixture(scope="module")
def solution():
    return answers(code_of(SOURCE))


@pytest.mark.parametrize("seed", ["public", "autumn", "winter", "spring"])
@pytest.mark.parametrize("number", TASKS)
def test_the_solution_passes_for_any_seed(solution, number, seed):
    verdict = task(number, solution[TASKS[number]], seed=seed)
    assert verdict, verdict.text


@pytest.mark.parametrize("number", TASKS)
def test_the_student_version_fails_and_reads_as_open(number):
    notebook, _ = ClearSolutions().preprocess(nbformat.read(SOURCE, 4), {})
    stub = answers(code_of(notebook))[TASKS[number]]
    verdict = task(number, stub)
    assert not verdict
    assert verdict.text.startswith(f"Task {number} is still open.")


# What a student may well write: a line of the solution, what stands there instead, and the hint.
MISTAKES = {
    "Euler in place of RK4": (
        "1",
        "return ahead(h / 6, [a + 2 * b + 2 * c + d for a, b, c, d in zip(k1, k2, k3, k4)])",
        "return ahead(h, k1)",
        "order 1.0. Hint: a first order means that only the slope at the start is used",
    ),
    "the midpoint method": (
        "1",
        "return ahead(h / 6, [a + 2 * b + 2 * c + d for a, b, c, d in zip(k1, k2, k3, k4)])",
        "return ahead(h, k2)",
        "order 2.0",
    ),
    "the sum is not divided by six": (
        "1",
        "return ahead(h / 6,",
        "return ahead(h,",
        "They should weigh one",
    ),
    "time stands still": ("1", "k4 = f(t + h,", "k4 = f(t,", "one at t + h"),
    "in place": (
        "1",
        "k1 = f(t, y)",
        "k1 = f(t, y); y[0] += 0.0; y.append(y.pop() + h)",
        "build a new list for the result",
    ),
    "no return": ("1", "return ahead(h / 6,", "ahead(h / 6,", "does the function end in `return`?"),
    "an exception": ("1", "k1 = f(t, y)", "k1 = f(y)", "of rk4_step: k1 = f(y)"),
    "the factor one half": ("2", "h / 2 * (a + b)", "h * (a + b)", "does each count half?"),
    "the state of the second slope": (
        "2",
        "ahead_dot = [d + h * k for d, k in zip(y_dot, k1_dot)]",
        "ahead_dot = y_dot",
        "The second slope is taken at y + h * k1, so its state has a tangent of its own".lower(),
    ),
    "half a product rule": ("2", "dmeet = dx * z + x * dz", "dmeet = dx * z", "product rule"),
    "parameters stand still": ("2", "dbirth * x + birth * dx", "birth * dx", "the parameters too"),
    "a squared direction": ("2", "dmeet = dx * z + x * dz", "dmeet = dx * dz", "exactly once"),
    "the Jacobian is not transposed": (
        "3",
        "y_bar = [birth * w[0] + meet * z, meet * x - death * w[1]]",
        "y_bar = [birth * w[0] - eaten * (z * w[0] + x * w[1]), "
        "fed * (z * w[0] + x * w[1]) - death * w[1]]",
        "rows become columns",
    ),
    "the way through k2 is forgotten": (
        "3",
        "for a, b, c in zip(w, ahead_bar, y_bar)]",
        "for a, b, c in zip(w, [0, 0], y_bar)]",
        "rows become columns",
    ),
    "k1 acts only in the mean": (
        "3",
        "k1_bar = [a + h * b for a, b in zip(half, ahead_bar)]",
        "k1_bar = half",
        "in three ways: directly, through k1, and through k2",
    ),
    "parameters of one slope": (
        "3",
        "return y_bar, [a + b for a, b in zip(theta_bar_1, theta_bar_2)]",
        "return y_bar, [2 * a for a in theta_bar_1]",
        "the parameters act in both slopes",
    ),
    "one list instead of two": (
        "3",
        "return y_bar, [a + b for a, b in zip(theta_bar_1, theta_bar_2)]",
        "return y_bar",
        "end it with `return y_bar, theta_bar`",
    ),
    "data minus model": ("4", "c + value - seen", "c + seen - value", "is model minus data"),
    "the state after the step": (
        "4",
        "heun_vjp(before,",
        "heun_vjp(after,",
        "at the state before the step",
    ),
    "residuals on the way are forgotten": (
        "4",
        "y_bar = [c + value - seen for c, value, seen in zip(y_bar, after, row)]",
        "y_bar = y_bar if any(y_bar) else [value - seen for value, seen in zip(after, row)]",
        "two cotangents meet and add up",
    ),
    "only the last share counts": (
        "4",
        "gradient = [total + part for total, part in zip(gradient, share)]",
        "gradient = share",
        "collects a share at every step",
    ),
    "no scaling": ("5", "v, total = [entry / length for entry in v]", "v, total = v", "1e308"),
    "time of a step forgotten": ("5", "total / (n * h)", "total / n", "you say"),
    "the last step only": ("5", "total + math.log(length)", "math.log(length)", "you say"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_plausible_mistake_gets_its_counter_example_and_hint(mistake):
    number, right, wrong, words = MISTAKES[mistake]
    code = code_of(SOURCE)
    assert code.count(right) == 1, "the solution has changed"
    verdict = task(number, answers(code.replace(right, wrong))[TASKS[number]])
    assert not verdict
    text = " ".join(verdict.text.split())
    assert "Counter-example: " in text
    assert words in text


def test_one_who_memorises_the_public_instances_fails_at_grading(solution):
    seen = {}

    def recorded(*args):
        return seen.setdefault(repr(args), solution["heun_jvp"](*args))

    def memorised(*args):
        return seen.get(repr(args), [0.0, 0.0])

    assert task("2", recorded)
    assert task("2", memorised)
    assert not task("2", memorised, seed="autumn")


def test_the_given_functions_are_what_the_chapter_says():
    """Heun's step is of order two, and the loss of a run against itself is zero."""
    theta, errors = [1.0, 0.5, 0.5, 1.0], []
    exact = checks._run(theta, [1.0, 1.0], 1 / 4096, 4096)[-1]
    for n in (32, 64):
        errors.append(math.dist(checks._run(theta, [1.0, 1.0], 1 / n, n)[-1], exact))
    assert abs(math.log2(errors[0] / errors[1]) - 2) < 0.1  # the next term is one part in 32
    assert checks.loss(theta, [1.0, 1.0], 0.1, checks._run(theta, [1.0, 1.0], 0.1, 9)) == 0


@pytest.mark.slow
def test_nbgraders_validator_accepts_the_source(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "autumn")
    start = time.monotonic()
    result = Validator().validate(str(SOURCE))
    print(f"validated in {time.monotonic() - start:.1f} s")
    assert result == {}, result
