"""W4: the gradient of an adaptive solve, side by side with jitted diffrax; and how right it is.

Lotka-Volterra by Dormand and Prince's method from t = 0 to 10; the loss is the squared length of
the last state; derivatives by four rates and two initial values. Both solvers step to the same
tolerance (rtol = atol), each by its own controller as shipped, on one thread, in turns. Writes
bookkit/data/bench_adaptive.json:

    timings    for each tolerance, milliseconds (median and least) of value and gradient, steps
               taken, errors of the gradient against a solve at 1e-13, and the ratio of medians
    first      seconds to the first gradient of a fresh process, with imports
    gradients  for each tolerance, the error of the gradient with steps frozen, with steps
               differentiated, and by central differences of the adaptive program

Run: python benchmarks/bench_adaptive.py [rounds]
"""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import mini_autodiff as ad  # noqa: E402
import mini_autodiff.numpy as jnp  # noqa: E402
from benchmarks.engine_workloads import RATES, START  # noqa: E402
from mini_autodiff import ode  # noqa: E402

T = 10.0
TOLERANCES = (1e-6, 1e-10)


def lotka_volterra(t, u, p):
    x, y = u
    return jnp.array([p["alpha"] * x - p["beta"] * x * y, p["delta"] * x * y - p["gamma"] * y])


def ours(tol: float, steps: str = "frozen"):
    """Value and gradient by mini_autodiff."""

    def loss(p, u0):
        u = ode.solve(lotka_volterra, u0, [0.0, T], p, rtol=tol, atol=tol, steps=steps)[-1]
        return u[0] * u[0] + u[1] * u[1]

    return loss, ad.value_and_grad(loss, (0, 1))


def theirs(tol: float):
    """The same by jitted diffrax (float64), and the number of steps."""
    import diffrax
    import jax
    import jax.numpy as np

    jax.config.update("jax_enable_x64", True)

    def f(t, u, p):
        x, y = u
        return np.array([p["alpha"] * x - p["beta"] * x * y, p["delta"] * x * y - p["gamma"] * y])

    def solve(p, u0):
        return diffrax.diffeqsolve(
            diffrax.ODETerm(f), diffrax.Dopri5(), 0.0, T, None, u0, args=p,
            stepsize_controller=diffrax.PIDController(rtol=tol, atol=tol), max_steps=1024,
        )  # fmt: skip

    def loss(p, u0):
        u = solve(p, u0).ys[-1]
        return u[0] * u[0] + u[1] * u[1]

    both = jax.jit(jax.value_and_grad(loss, (0, 1)))
    p, u0 = {k: np.array(v) for k, v in RATES.items()}, np.array(START)
    stats = solve(p, u0).stats
    return lambda: jax.block_until_ready(both(p, u0)), {
        "accepted": int(stats["num_accepted_steps"]), "rejected": int(stats["num_rejected_steps"]),
    }  # fmt: skip


def flat(gradient) -> list[float]:
    """The six derivatives in one order."""
    rates, start = gradient
    return [float(rates[k]) for k in sorted(RATES)] + [float(x) for x in start]


def error(gradient, truth) -> float:
    """Relative distance of two gradients."""
    return math.dist(flat(gradient), truth) / math.hypot(*truth)


def in_turns(runs: dict, rounds: int) -> dict:
    """Milliseconds of each run, taken in turns so that both meet the same machine."""
    times: dict = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {
        name: {"median_ms": statistics.median(t), "least_ms": min(t)} for name, t in times.items()
    }


def first_gradient(who: str) -> float:
    """Seconds from the start of a fresh process to its first gradient."""
    call = "ours(1e-6)[1](RATES, START)" if who == "ours" else "theirs(1e-6)[0]()"
    code = (
        "import time; t = time.perf_counter(); import runpy; "
        f"names = runpy.run_path({str(Path(__file__))!r}); "
        f"eval({call!r}, names); print(time.perf_counter() - t)"
    )
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                                check=True).stdout)  # fmt: skip


def gradients(truth: list[float]) -> list[dict]:
    """How wrong each kind of gradient is, tolerance by tolerance."""
    rows = []
    for tol in (1e-2, 1e-4, 1e-6, 1e-8, 1e-10):
        grid = ode.march(lotka_volterra, START, 0.0, T, RATES, rtol=tol, atol=tol)
        loss, frozen = ours(tol)
        _, differentiated = ours(tol, "differentiated")
        rows.append({
            "tolerance": tol, "steps": len(grid.hs), "rejected": grid.rejected,
            "frozen": error(frozen(RATES, START)[1], truth),
            "differentiated": error(differentiated(RATES, START)[1], truth),
            "finite_differences": error(central(loss, 1e-3), truth),
        })  # fmt: skip
    return rows


def central(loss, step: float) -> tuple[dict, list[float]]:
    """Central differences of the adaptive program, relative step ``step``."""

    def slope(move, size):
        return (loss(*move(size)) - loss(*move(-size))) / (2 * size)

    rates = {
        k: slope(lambda h, k=k: ({**RATES, k: RATES[k] + h}, START), step * RATES[k]) for k in RATES
    }
    start = [
        slope(
            lambda h, i=i: (RATES, [x + h * (i == j) for j, x in enumerate(START)]), step * START[i]
        )
        for i in range(2)
    ]
    return rates, start


def main(rounds: int = 300) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    truth = flat(ours(1e-13)[1](RATES, START)[1])
    result: dict = {"workload": "W4", "timings": [], "machine": {}}
    for tol in TOLERANCES:
        _, both = ours(tol)
        peer, stats = theirs(tol)
        runs = {"mini_autodiff": lambda both=both: both(RATES, START), "diffrax": peer}
        found = {name: error(run()[1], truth) for name, run in runs.items()}
        grid = ode.march(lotka_volterra, START, 0.0, T, RATES, rtol=tol, atol=tol)
        steps = {"accepted": len(grid.hs), "rejected": grid.rejected}
        times = in_turns(runs, rounds)
        row: dict = {"tolerance": tol}
        for name, count in (("mini_autodiff", steps), ("diffrax", stats)):
            row[name] = {**times[name], **count, "gradient_error": found[name]}
        for which in ("median", "least"):
            a, b = (times[name][f"{which}_ms"] for name in ("mini_autodiff", "diffrax"))
            row[f"ratio_{which}"] = a / b
        result["timings"].append(row)
        print(json.dumps(row, indent=2))
    result["first"] = {who: first_gradient(who) for who in ("ours", "theirs")}
    result["gradients"] = gradients(truth)
    import diffrax
    import jax

    result["machine"] = {
        "python": platform.python_version(), "jax": jax.__version__,
        "diffrax": diffrax.__version__, "cpu_cores": os.cpu_count(), "rounds": rounds,
    }  # fmt: skip
    path = ROOT / "bookkit" / "data" / "bench_adaptive.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps({k: result[k] for k in ("first", "gradients")}, indent=2))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
