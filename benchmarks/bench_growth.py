"""How the time of a value, a gradient and its compilation grows with each size of a program.

    python benchmarks/bench_growth.py

writes ``bookkit/data/bench_growth.json``. A size is doubled, and counted on both sides of 16 rows,
where a traced program changes from numbers to lists. Times are processor time, the least of many
turns; value and gradient run by turns, so their ratio is of one machine in one state. The theory's
bound on that ratio is 5 for compiled code, whatever the size. Takes about half a minute.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

from bench_engine import interleaved, once

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax, ode

RESULT = Path(__file__).parents[1] / "bookkit" / "data" / "bench_growth.json"


def crowded(t, y, a):
    """Logistic growth, each state for itself."""
    return a * y - y * y


def states(n: int) -> Callable:
    """A solver of 50 steps, with n states."""
    start = jnp.linspace(0.5, 1.0, n)
    return lambda a: jnp.sum(ode.solve_fixed(crowded, start, 0.0, 1.0, 50, a)[1][-1])


def adaptive(n: int) -> Callable:
    """A solver that chooses its steps, with n states."""
    start = jnp.linspace(0.5, 1.0, n)
    return lambda a: jnp.sum(ode.solve(crowded, start, [0.0, 1.0, 2.0], a)[-1])


def rows(n: int) -> Callable:
    """Arithmetic on arrays of n rows."""
    x = jnp.linspace(0.0, 1.0, n)
    return lambda a: jnp.sum(jnp.sin(a * x) * jnp.exp(-x * a))


def operations(n: int) -> Callable:
    """n steps one after another, written out."""

    def chain(a):
        x = a
        for _ in range(n):
            x = x + 0.01 * jnp.sin(x) * a
        return x

    return chain


def scans(n: int) -> Callable:
    """n loops of three steps one after another."""

    def chain(a):
        x = a
        for _ in range(n):
            x, _ = lax.scan(lambda c, _: (c + 0.01 * jnp.sin(c * a), None), x, None, length=3)
        return x

    return chain


def nesting(depth: int) -> Callable:
    """A loop of three steps in a loop of three steps ..."""

    def loop(c, a, depth):
        if depth == 0:
            return c + 0.01 * jnp.sin(c * a)
        return lax.scan(lambda c, _: (loop(c, a, depth - 1), None), c, None, length=3)[0]

    return lambda a: loop(a, a, depth)


SIZES = {
    states: (2, 8, 16, 17, 32, 128, 500),
    adaptive: (2, 8, 16, 17, 32, 128, 300),
    rows: (2, 8, 16, 17, 32, 128, 1024),
    operations: (10, 100, 1000, 4000),
    scans: (10, 40, 160, 640),
    nesting: (1, 2, 3, 4, 5, 6),
}


def measured(make: Callable, n: int) -> dict:
    """One row: milliseconds of a value and of a gradient with its value, and of the first one."""
    value = make(n)
    gradient = ad.value_and_grad(value)
    if make is not adaptive:  # which compiles its steps by itself
        value, gradient = ad.jit(value), ad.jit(gradient)
    value(0.7)
    first = once(lambda: gradient(0.7))
    found = interleaved({"value": lambda: value(0.7), "gradient": lambda: gradient(0.7)}, 0.5)
    return {
        "size": n, "value_ms": found["value"], "gradient_ms": found["gradient"],
        "gradient_over_value": found["gradient"] / found["value"], "first_gradient_ms": first,
    }  # fmt: skip


def main() -> None:
    report: dict = {"date": datetime.date.today().isoformat(), "by": {}}
    for make, sizes in SIZES.items():
        report["by"][make.__name__] = [measured(make, n) for n in sizes]
        for row in report["by"][make.__name__]:
            print(make.__name__, {k: round(v, 3) for k, v in row.items()}, flush=True)
    RESULT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
