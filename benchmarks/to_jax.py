"""Where the small engine wins and where JAX does: gradients against the size of the problem.

    python benchmarks/to_jax.py     # about six minutes; writes bookkit/data/to_jax.json

Two kinds of size. **Width**: a neural ODE 2-H-2 with tanh, 100 classical steps, by mini_autodiff's
compiler, by JAX with the same lines (lax.scan), and by diffrax with the same method and steps.
**Starts**: Lotka and Volterra's equations, 200 steps, a gradient from each of n starts: by our
compiler called n times, by JAX called n times, and by JAX under vmap called once.

Steady times are milliseconds of processor time, the least of many turns, all methods by turns in
one process. First times are seconds of processor time of a fresh process up to its first gradient,
its imports included: the median of three. A size that is done is read from build/ and not repeated.
"""

import argparse
import datetime
import importlib.metadata
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import engine_workloads as work

WIDTHS = (2, 4, 8, 16, 32, 64, 128, 256)
STARTS = (1, 3, 10, 30, 100, 300, 1000, 3000)
ENGINES = ("ours", "jax", "diffrax")
SECONDS, FRESH = 4.0, 3  # of turns for each size; fresh processes
RESULT = Path(__file__).parents[1] / "bookkit" / "data" / "to_jax.json"


def our_network(hidden: int) -> Callable[[], object]:
    import mini_autodiff as ad
    import mini_autodiff.numpy as jnp

    net = {k: jnp.array(v) for k, v in work.network(hidden).items()}
    gradient = ad.jit(ad.grad(work.losses(jnp, ad.lax).w2))
    return lambda: gradient(net)


def jax_network(hidden: int) -> Callable[[], object]:
    import jax

    jax.config.update("jax_enable_x64", True)
    net = {k: jax.numpy.array(v) for k, v in work.network(hidden).items()}
    gradient = jax.jit(jax.grad(work.losses(jax.numpy, jax.lax).w2))
    return lambda: jax.block_until_ready(gradient(net))


def diffrax_network(hidden: int) -> Callable[[], object]:
    """The same steps by diffrax, which has no classical RK4, so its tableau is given here."""
    import diffrax
    import jax
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    class RK4(diffrax.AbstractERK):
        tableau = diffrax.ButcherTableau(
            c=np.array([0.5, 0.5, 1.0]),
            b_sol=np.array([1, 2, 2, 1]) / 6,
            b_error=np.zeros(4),
            a_lower=(np.array([0.5]), np.array([0.0, 0.5]), np.array([0.0, 0.0, 1.0])),
        )
        interpolation_cls = diffrax.ThirdOrderHermitePolynomialInterpolation.from_k

        def order(self, terms):
            return 4

    def field(t, y, p):
        return p["W2"] @ jnp.tanh(p["W1"] @ y + p["b1"]) + p["b2"]

    @jax.jit
    @jax.grad
    def gradient(p):
        end = diffrax.diffeqsolve(
            diffrax.ODETerm(field), RK4(), 0.0, 100 * work.H, work.H, jnp.array([1.0, 0.5]), p,
            max_steps=104,
        ).ys[0]  # fmt: skip
        return jnp.sum(end**2)

    net = {k: jnp.array(v) for k, v in work.network(hidden).items()}
    return lambda: jax.block_until_ready(gradient(net))


NETWORK = dict(zip(ENGINES, (our_network, jax_network, diffrax_network), strict=True))


def many_starts(n: int) -> dict[str, Callable[[], object]]:
    """A gradient by the four rates from each of n starts, in three ways."""
    import jax
    import numpy as np

    import mini_autodiff as ad
    import mini_autodiff.numpy as mjnp

    jax.config.update("jax_enable_x64", True)
    draw = np.random.default_rng(7)
    rates = [
        {k: v * f for (k, v), f in zip(work.RATES.items(), row, strict=True)}
        for row in np.exp(0.1 * draw.normal(size=(n, 4)))
    ]
    ours = ad.jit(ad.grad(work.losses(mjnp, ad.lax).w1))
    slope = jax.grad(work.losses(jax.numpy, jax.lax).w1)
    one, all_ = jax.jit(slope), jax.jit(jax.vmap(slope, (0, None)))
    here, there = mjnp.array(work.START), jax.numpy.array(work.START)
    plain = [{k: float(v) for k, v in p.items()} for p in rates]
    arrays = [{k: jax.numpy.asarray(v) for k, v in p.items()} for p in rates]
    columns = {k: jax.numpy.array([p[k] for p in rates]) for k in work.RATES}
    return {
        "ours": lambda: [ours(p, here) for p in plain],
        "jax": lambda: jax.block_until_ready([one(p, there) for p in arrays]),
        "vmap": lambda: jax.block_until_ready(all_(columns, there)),
    }


def first_gradient(engine: str, hidden: int) -> float:
    """Seconds of processor time of a fresh process, from its birth to its first gradient."""
    command = [sys.executable, __file__, "--first", engine, str(hidden)]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout
            for _ in range(FRESH)]  # fmt: skip
    return statistics.median(map(float, runs))


def agree(methods: dict[str, Callable[[], object]]) -> float:
    """The largest relative difference between the methods' gradients."""
    from bench_engine import error, numbers

    found = {name: f() for name, f in methods.items()}
    if "vmap" in found:  # a dict of columns beside lists of dicts
        stacked = found["vmap"]
        found["vmap"] = [{k: v[i] for k, v in stacked.items()} for i in range(len(found["ours"]))]
    lists = {name: numbers(tree) for name, tree in found.items()}
    return max(error(each, lists["ours"]) for each in lists.values())


def measure(methods: dict[str, Callable[[], object]]) -> dict:
    from bench_engine import interleaved

    return {"apart": agree(methods), "ms": interleaved(methods, SECONDS)}


def main() -> None:
    from bookkit.hare_lynx import resume

    config = {"widths": WIDTHS, "starts": STARTS, "seconds": SECONDS, "fresh": FRESH}
    shop = resume.workshop("to_jax", config)
    rows: dict[str, list] = {"width": [], "starts": []}
    for h in WIDTHS:
        steady = resume.once(shop / f"width-{h}.json", lambda h=h: measure(
            {name: make(h) for name, make in NETWORK.items()}))  # fmt: skip
        first = resume.once(shop / f"first-{h}.json", lambda h=h: {
            name: first_gradient(name, h) for name in ENGINES})  # fmt: skip
        rows["width"].append({"size": h, **steady, "first_s": first})
        print(rows["width"][-1], flush=True)
    for n in STARTS:
        steady = resume.once(shop / f"starts-{n}.json", lambda n=n: measure(many_starts(n)))
        rows["starts"].append({"size": n, **steady})
        print(rows["starts"][-1], flush=True)
    versions = {name: importlib.metadata.version(name) for name in ("jax", "diffrax")}
    card = {
        "command": "python benchmarks/to_jax.py", "date": str(datetime.date.today()),
        "python": platform.python_version(), **versions, "machine": platform.machine(),
        "clock": "processor time; steady: least of many turns, by turns in one process; first: "
        f"median of {FRESH} fresh processes, imports included",
    }  # fmt: skip
    resume.write(RESULT, (json.dumps({"card": card, **rows}, indent=1) + "\n").encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", nargs=2, metavar=("ENGINE", "WIDTH"))
    chosen = parser.parse_args().first
    if chosen:
        NETWORK[chosen[0]](int(chosen[1]))()
        print(time.process_time())
    else:
        main()
