"""The exercises' and tasks' checks: right answers pass for any seed, tempting wrong ones fail."""

import nbformat
import numpy as np
import pytest

from bookkit.checks.hare_and_lynx import check, task
from bookkit.hare_lynx import baselines
from tests.pages import ROOT


@pytest.fixture(scope="module")
def solutions():
    """The names that the assignment's own solution cells define, without training the model."""
    book = nbformat.read(ROOT / "assignments" / "hare_and_lynx" / "hare_and_lynx.ipynb", 4)
    names = {"np": np}
    import jax.numpy as jnp

    names["jnp"] = jnp
    for cell in book.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            exec(cell.source, names)
    return names


SEEDS = [f"seed {k}" for k in range(12)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("number", "name"), [("1", "leak_of"), ("2", "prepare"), ("4", "forecast"), ("5", "band")]
)
def test_solutions_pass_for_any_seed(number, name, seed, solutions):
    assert task(number, solutions[name], seed=seed)


def skill(forecast, truth, seen):
    return 1 - ((forecast - truth) ** 2).sum() / ((seen.mean(axis=0) - truth) ** 2).sum()


def winter(u, rates):
    (h, lynx), (r, k, b, c, d) = u, rates
    return [r * (1 - np.exp(h) / k) - b * np.exp(lynx), c * np.exp(h) - d]


def width(errors, level):
    return float(np.quantile(np.abs(errors), level))


@pytest.mark.parametrize("seed", SEEDS)
def test_right_answers_pass(seed, solutions):
    assert check("8.1", solutions["leak_of"], seed=seed)
    assert check("8.2", skill, seed=seed)
    assert check("8.3", winter, seed=seed)
    assert check("8.4", width, seed=seed)


WRONG = {
    "8.1 changes one row only": ("8.1", lambda p, x, k: _moved(p, x, k, slice(k, k + 1))),
    "8.1 says always leaky": ("8.1", lambda p, x, k: 1.0),
    "8.2 mean of the truth": (
        "8.2", lambda f, t, s: 1 - ((f - t) ** 2).sum() / ((t.mean(axis=0) - t) ** 2).sum()),
    "8.2 absolute errors": (
        "8.2", lambda f, t, s: 1 - abs(f - t).sum() / abs(s.mean(axis=0) - t).sum()),
    "8.3 in numbers": (
        "8.3", lambda u, p: [p[0] * np.exp(u[0]) * (1 - np.exp(u[0]) / p[1]), u[1]]),
    "8.4 standard deviation": ("8.4", lambda e, level: 1.64 * float(np.std(e))),
    "8.4 keeps the sign": ("8.4", lambda e, level: float(np.quantile(e, level))),
    "1 says never leaky": ("1", lambda p, x, k: 0.0),
    "2 smooths everything": ("2", lambda x, k: (x - x.mean())[:k]),
    "4 the sinusoid itself": ("4", baselines.sinusoid),
    "4 persistence": ("4", baselines.persistence),
    "5 no width": ("5", lambda x, n, level: (np.zeros((n, 2)), np.zeros((n, 2)))),
    "5 infinitely careful": (
        "5", lambda x, n, level: (np.full((n, 2), -99.0), np.full((n, 2), 99.0))),
}  # fmt: skip


def _moved(prepare, logs, seen, rows):
    changed = logs.copy()
    changed[rows] += 1
    return float(np.abs(prepare(changed, seen) - prepare(logs, seen)).max())


@pytest.mark.parametrize("case", WRONG)
def test_tempting_wrong_answers_fail(case, capsys):
    number, answer = WRONG[case]
    checks = check if number.startswith("8") else task
    assert not checks(number, answer)
    assert "Counter-example" in capsys.readouterr().out


def test_a_model_of_ones_own(solutions, capsys):
    """The untrained solution is smooth and may not fit; a kink and a wild model are refused."""
    field, params = solutions["field"], solutions["first_params"]()
    task("3", field, params)
    assert "raised" not in capsys.readouterr().out

    def away(t, u, p):
        return 5.0 + 0.0 * field(t, u, p)

    assert not task("3", away, params)
    assert "flat lines have" in " ".join(capsys.readouterr().out.split())  # whatever the lines
    assert not task("3", field, {"log_rates": np.zeros(2)})
