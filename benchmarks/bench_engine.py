"""The engine beside its peers: gradients of W1, W2 and W3, interleaved in one run.

    python benchmarks/bench_engine.py

writes ``bookkit/data/bench_engine.json``: milliseconds of processor time (the least of many turns),
ratios to the gradient written by hand, errors against it, memory, compile times, and how each grows
with steps and parameters. The machine may be shared; so every round runs each method by turns, and
the ratios are of the least times of the same run. Takes about four minutes.

Python's garbage collector is off, as in ``timeit``, but for ``with_collector_ms``: there our engine
and micrograd run as a reader would run them, collector on, before JAX is imported (which hangs work
of its own on the collector).
"""

from __future__ import annotations

import datetime
import gc
import importlib.metadata
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import bare_tape
import engine_workloads as work

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax

clock = time.process_time  # processor time: other work on the machine does not count
RESULT = Path(__file__).parents[1] / "bookkit" / "data" / "bench_engine.json"
PEERS = ("micrograd", "autograd", "jax", "diffrax", "numpy")


def interleaved(methods: dict[str, Callable], seconds: float) -> dict[str, float]:
    """The least milliseconds of each method, all run by turns for about so many seconds.

    The collector is off meanwhile, as in ``timeit``: an imported JAX hangs its own work on it.
    """
    gc.collect()
    gc.disable()
    best = dict.fromkeys(methods, math.inf)
    often = {}
    for name, f in methods.items():
        f()  # what the first call does once, it has done
        start = clock()
        f()
        often[name] = max(1, int(0.008 / (clock() - start)))
    end, rounds = clock() + seconds, 0
    while clock() < end or rounds < 3:
        rounds += 1
        for name, f in methods.items():
            start = clock()
            for _ in range(often[name]):
                f()
            best[name] = min(best[name], (clock() - start) / often[name] * 1e3)
        if rounds % 20 == 0:
            gc.collect()
    gc.enable()
    return best


def with_collector(methods: dict[str, Callable], rounds: int = 5) -> dict[str, float]:
    """Milliseconds of each method when it runs again and again with the collector on.

    Collections come in bursts, so this is a mean: over a second of calls, started with a clean
    heap, so that nobody pays for another's garbage. The median of several such seconds.
    """
    means: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(rounds):
        for name, f in methods.items():
            gc.collect()
            start, calls = clock(), 0
            while clock() < start + 1.0:
                f()
                calls += 1
            means[name].append((clock() - start) / calls * 1e3)
    return {name: statistics.median(found) for name, found in means.items()}


def numbers(tree: object) -> list[float]:
    """A gradient as a list, dicts by sorted key."""
    if isinstance(tree, dict):
        return [x for k in sorted(tree) for x in numbers(tree[k])]
    if hasattr(tree, "tolist"):
        return numbers(tree.tolist())
    if isinstance(tree, (list, tuple)):
        return [x for item in tree for x in numbers(item)]
    return [float(tree)]  # type: ignore[arg-type]


def error(found: list[float], hand: list[float]) -> float:
    scale = max(map(abs, hand))
    return max(abs(a - b) for a, b in zip(found, hand, strict=True)) / scale


# -- peers ----------------------------------------------------------------------------------------


def micrograd_methods() -> dict[str, Callable]:
    """W1 to W3 on micrograd 0.1.0, which has no tanh: it is added as its author would write it."""
    from micrograd.engine import Value

    def tanh(x):
        out = Value(math.tanh(x.data), (x,), "tanh")

        def backward():
            x.grad += (1 - out.data**2) * out.grad

        out._backward = backward
        return out

    def rk4(f, x, y, h):
        p1, q1 = f(x, y)
        p2, q2 = f(x + h / 2 * p1, y + h / 2 * q1)
        p3, q3 = f(x + h / 2 * p2, y + h / 2 * q2)
        p4, q4 = f(x + h * p3, y + h * q3)
        return x + h / 6 * (p1 + 2 * p2 + 2 * p3 + p4), y + h / 6 * (q1 + 2 * q2 + 2 * q3 + q4)

    def w1():
        a, b, c, d = (Value(work.RATES[k]) for k in ("alpha", "beta", "gamma", "delta"))
        x, y = start = [Value(v) for v in work.START]
        loss, data = Value(0.0), work.observations()

        def f(x, y):
            return a * x - b * x * y, d * x * y - c * y

        for k in range(work.STEPS):
            x, y = rk4(f, x, y, work.H)
            if k % 10 == 9:
                sx, sy = data[k // 10]
                loss = loss + (x - sx) ** 2 + (y - sy) ** 2
        loss.backward()
        return [v.grad for v in (a, b, d, c, *start)]

    net = work.network()

    def w2():
        W1 = [[Value(v) for v in row] for row in net["W1"]]
        b1 = [Value(v) for v in net["b1"]]
        W2 = [[Value(v) for v in row] for row in net["W2"]]
        b2 = [Value(v) for v in net["b2"]]

        def f(x, y):
            t = [tanh(u * x + v * y + b) for (u, v), b in zip(W1, b1, strict=True)]
            return tuple(
                sum((w * h for w, h in zip(row, t, strict=True)), b)
                for row, b in zip(W2, b2, strict=True)
            )

        x, y = Value(1.0), Value(0.5)
        for _ in range(100):
            x, y = rk4(f, x, y, work.H)
        (x * x + y * y).backward()
        return [v.grad for rows in (W1, W2) for row in rows for v in row] + [
            v.grad for v in b1 + b2
        ]

    def w3(p):
        def run():
            x, values = Value(1.0), [Value(v) for v in p]
            for v in values:
                x = x + 0.1 * tanh(v * x)
            x.backward()
            return [v.grad for v in values]

        return run

    return {"w1": w1, "w2": w2, "w3": w3(work.chain(1000))}


def autograd_methods() -> dict[str, Callable]:
    """W1 to W3 on HIPS autograd, in array style, with Python loops as it needs them."""
    import autograd.numpy as anp
    import numpy
    from autograd import value_and_grad

    def rk4(f, y, h):
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        k4 = f(y + h * k3)
        return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    data = numpy.array(work.observations())

    def loss1(v):
        a, b, d, c = v[:4]

        def f(s):
            return anp.array([a * s[0] - b * s[0] * s[1], d * s[0] * s[1] - c * s[1]])

        y, loss = v[4:], 0.0
        for k in range(work.STEPS):
            y = rk4(f, y, work.H)
            if k % 10 == 9:
                loss = loss + anp.sum((y - data[k // 10]) ** 2)
        return loss

    start = numpy.array([work.RATES[k] for k in ("alpha", "beta", "delta", "gamma")] + work.START)
    net = {k: numpy.array(v) for k, v in work.network().items()}

    def loss2(p):
        def f(y):
            return anp.dot(p["W2"], anp.tanh(anp.dot(p["W1"], y) + p["b1"])) + p["b2"]

        y = numpy.array([1.0, 0.5])
        for _ in range(100):
            y = rk4(f, y, work.H)
        return anp.sum(y**2)

    def loss3(p):
        x = 1.0
        for i in range(len(p)):
            x = x + 0.1 * anp.tanh(p[i] * x)
        return x

    chain = numpy.array(work.chain(1000))
    return {
        "w1": lambda: value_and_grad(loss1)(start),
        "w2": lambda: value_and_grad(loss2)(net),
        "w3": lambda: value_and_grad(loss3)(chain),
    }


def jax_methods() -> tuple[dict[str, Callable], dict[str, float]]:
    """The very same losses under jitted JAX; and what the first call took, in milliseconds."""
    import jax

    losses = work.losses(jax.numpy, jax.lax)
    rates = {k: jax.numpy.float64(v) for k, v in work.RATES.items()}
    start = jax.numpy.array(work.START)
    net = {k: jax.numpy.array(v) for k, v in work.network().items()}
    chain = jax.numpy.array(work.chain(1000))
    g1 = jax.jit(jax.value_and_grad(losses.w1, (0, 1)))
    g2 = jax.jit(jax.value_and_grad(losses.w2))
    g3 = jax.jit(jax.value_and_grad(losses.w3))
    methods = {
        "w1": lambda: jax.block_until_ready(g1(rates, start)),
        "w2": lambda: jax.block_until_ready(g2(net)),
        "w3": lambda: jax.block_until_ready(g3(chain)),
    }
    return methods, {name: once(f) for name, f in methods.items()}


def diffrax_w1() -> tuple[Callable, float]:
    """W1 on diffrax. It has no classical RK4, so its tableau is given here."""
    import diffrax
    import jax
    import numpy

    class RK4(diffrax.AbstractERK):
        tableau = diffrax.ButcherTableau(
            c=numpy.array([0.5, 0.5, 1.0]),
            b_sol=numpy.array([1, 2, 2, 1]) / 6,
            b_error=numpy.zeros(4),
            a_lower=(numpy.array([0.5]), numpy.array([0.0, 0.5]), numpy.array([0.0, 0.0, 1.0])),
        )
        interpolation_cls = diffrax.ThirdOrderHermitePolynomialInterpolation.from_k

        def order(self, terms):
            return 4

    data = jax.numpy.array(work.observations())
    times = jax.numpy.arange(1, 21) * 10 * work.H

    def f(t, s, p):
        x, y = s
        return jax.numpy.stack(
            [p["alpha"] * x - p["beta"] * x * y, p["delta"] * x * y - p["gamma"] * y]
        )

    @jax.jit
    @jax.value_and_grad
    def gradient(inputs):
        rates, start = inputs
        found = diffrax.diffeqsolve(
            diffrax.ODETerm(f), RK4(), 0.0, work.STEPS * work.H, work.H, start, rates,
            saveat=diffrax.SaveAt(ts=times), max_steps=work.STEPS + 8,
        )  # fmt: skip
        return jax.numpy.sum((found.ys - data) ** 2)

    inputs = ({k: jax.numpy.float64(v) for k, v in work.RATES.items()}, jax.numpy.array(work.START))

    def method():
        return jax.block_until_ready(gradient(inputs))

    return method, once(method)


def differences(f: Callable[[list[float]], float], at: list[float]) -> Callable:
    """Central differences: two runs for each parameter."""

    def gradient() -> list[float]:
        out = []
        for i, x in enumerate(at):
            h = 1e-6 * max(1.0, abs(x)) if abs(x) > 1e-3 else 1e-6
            up, down = list(at), list(at)
            up[i], down[i] = x + h, x - h
            out.append((f(up) - f(down)) / (2 * h))
        return out

    return gradient


# -- measurements ---------------------------------------------------------------------------------


def once(f: Callable) -> float:
    start = clock()
    f()
    return (clock() - start) * 1e3


def peak(f: Callable) -> int:
    """Bytes that a call holds at most."""
    f()
    gc.collect()
    tracemalloc.start()
    f()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def compile_time(f: Callable, args: tuple, turns: int = 15) -> float:
    """The least milliseconds from nothing to a first result, less a second call."""
    best = math.inf
    for _ in range(turns):
        made = ad.jit(f)
        first, second = once(lambda: made(*args)), once(lambda: made(*args))  # noqa: B023
        best = min(best, first - second)
    return best


def fresh_process() -> dict[str, float]:
    """Milliseconds to the first compiled gradient of W1 in a new process, imports included."""
    ours = (
        "import time; start = time.process_time(); import sys; sys.path.insert(0, {path!r});"
        "import mini_autodiff as ad, mini_autodiff.numpy as jnp; from mini_autodiff import lax;"
        "import engine_workloads as work; w1 = work.losses(jnp, lax).w1;"
        "ad.jit(ad.value_and_grad(w1, (0, 1)))(work.RATES, jnp.array(work.START));"
        "print((time.process_time() - start) * 1e3)"
    )
    jax = (
        "import time; start = time.process_time(); import sys; sys.path.insert(0, {path!r});"
        "import jax; jax.config.update('jax_enable_x64', True);"
        "import engine_workloads as work; w1 = work.losses(jax.numpy, jax.lax).w1;"
        "f = jax.jit(jax.value_and_grad(w1, (0, 1)));"
        "jax.block_until_ready(f(work.RATES, jax.numpy.array(work.START)));"
        "print((time.process_time() - start) * 1e3)"
    )
    path = str(Path(__file__).parent)
    found = {}
    with tempfile.TemporaryDirectory() as cache:  # bytecode is kept, as in an installed package
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        env["PYTHONPYCACHEPREFIX"] = cache
        for name, text, turns in (("mini_autodiff", ours, 12), ("jax", jax, 3)):
            times = []
            for _ in range(turns):
                ran = subprocess.run(
                    [sys.executable, "-c", text.format(path=path)],
                    capture_output=True, text=True, check=True, env=env,
                )  # fmt: skip
                times.append(float(ran.stdout))
            found[name] = min(times)
    return found


def growth() -> dict[str, list]:
    """Gradient time against steps (W1) and against parameters (W3), and memory a step."""
    losses = work.losses(jnp, lax)
    steps: list[dict] = []
    for n in (50, 200, 800, 3200, 12800):
        segments = n // 10
        rows = (work.observations() * (segments // 20 + 1))[:segments]
        loss = work.losses(jnp, lax, rows).w1
        rates, y0 = work.RATES, jnp.array(work.START)
        both = ad.value_and_grad(loss, (0, 1))
        made = ad.jit(both)
        compiling = compile_time(both, (work.RATES, y0), 3)
        args = (*work.START, *(rates[k] for k in ("alpha", "beta", "gamma", "delta")), rows)
        found = interleaved(
            {
                "plain": lambda args=args: work.w1_plain(*args),
                "compiled": lambda made=made, y0=y0: made(work.RATES, y0),
            },
            1.5,
        )
        bytes_a_step = peak(lambda made=made, y0=y0: made(work.RATES, y0)) / n
        steps.append(
            {"steps": n, "plain_ms": found["plain"], "gradient_ms": found["compiled"],
             "bytes_per_step": bytes_a_step, "compile_ms": compiling}
        )  # fmt: skip
    parameters = []
    for n in (10, 100, 1000, 10000):
        p = work.chain(n)
        array = jnp.array(p)
        made = ad.jit(ad.value_and_grad(losses.w3))
        eager = ad.value_and_grad(work.w3_tape)
        found = interleaved(
            {
                "plain": lambda p=p: work.w3_plain(p),
                "hand": lambda p=p: work.w3_by_hand(p),
                "compiled": lambda made=made, array=array: made(array),
                "tape": lambda eager=eager, p=p: eager(p),
            },
            1.5,
        )
        plain = found["plain"]
        parameters.append(
            {"parameters": n, "gradient_over_plain": found["compiled"] / plain,
             "hand_over_plain": found["hand"] / plain, "tape_over_plain": found["tape"] / plain,
             "differences_over_plain": 2 * n}
        )  # fmt: skip
    return {"steps": steps, "parameters": parameters}


def main() -> None:
    sys.setrecursionlimit(100_000)  # micrograd's backward recurses
    losses = work.losses(jnp, lax)
    data, rates, start = work.observations(), work.RATES, jnp.array(work.START)
    order = ("alpha", "beta", "gamma", "delta")
    hand_args = (*work.START, *(rates[k] for k in order), data)
    net = work.network()
    arrays = {k: jnp.array(v) for k, v in net.items()}
    p = work.chain(1000)
    chain = jnp.array(p)
    both = {
        "w1": ad.value_and_grad(losses.w1, (0, 1)),
        "w2": ad.value_and_grad(losses.w2),
        "w3": ad.value_and_grad(losses.w3),
    }
    inputs: dict[str, tuple] = {"w1": (rates, start), "w2": (arrays,), "w3": (chain,)}
    compiled = {name: ad.jit(f) for name, f in both.items()}
    tape = {
        "w1": lambda: ad.value_and_grad(work.w1_tape, (0, 1, 2, 3, 4, 5))(*hand_args),
        "w2": lambda: ad.value_and_grad(work.w2_tape)(net),
        "w3": lambda: ad.value_and_grad(work.w3_tape)(p),
    }
    micrograd = micrograd_methods()
    print("with the collector on", flush=True)
    collector_on = {}
    for name in both:
        methods = {
            "compiled": lambda name=name: compiled[name](*inputs[name]),
            "tape": tape[name],
            "micrograd": micrograd[name],
        }
        collector_on[name] = with_collector(methods)

    import jax

    jax.config.update("jax_enable_x64", True)
    plain = {
        "w1": lambda: work.w1_plain(*hand_args),
        "w2": lambda: work.w2_plain(net),
        "w3": lambda: work.w3_plain(p),
    }
    hand = {
        "w1": lambda: work.w1_by_hand(*hand_args),
        "w2": lambda: work.w2_by_hand(net),
        "w3": lambda: work.w3_by_hand(p),
    }
    autograd = autograd_methods()
    jitted, jax_first = jax_methods()
    diffrax, diffrax_first = diffrax_w1()
    fd = {
        "w1": differences(lambda v: work.w1_plain(*v[:2], *v[2:], data), list(hand_args[:6])),
        "w2": differences(lambda v: work.w2_plain(work.unflatten(v)), work.flatten(net)),
        "w3": differences(work.w3_plain, p),
    }
    report: dict = {
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "system": platform.system(),
            "python": platform.python_version(),
            "versions": {name: importlib.metadata.version(name) for name in PEERS},
        },
        "date": datetime.date.today().isoformat(),
        "workloads": {},
    }
    for name in ("w1", "w2", "w3"):
        print(name, flush=True)
        quick = {
            "plain": plain[name],
            "hand": hand[name],
            "compiled": lambda name=name: compiled[name](*inputs[name]),
            "tape": tape[name],
            "jax": jitted[name],
        }
        if name == "w1":
            quick["diffrax"] = diffrax
        if name == "w3":
            quick["bare"] = lambda: bare_tape.w3_gradient(p)
        best = interleaved(quick, 12.0)
        slow = {"autograd": autograd[name], "differences": fd[name], "micrograd": micrograd[name]}
        best |= interleaved(slow, 6.0)
        collected = collector_on[name]
        wanted = work.hand_gradient(name, hand[name]())
        found = numbers(compiled[name](*inputs[name])[1])
        report["workloads"][name] = {
            "ms": best,
            "over_hand": {k: v / best["hand"] for k, v in best.items()},
            "compiled_over_hand": best["compiled"] / best["hand"],
            "gradient_over_plain": best["compiled"] / best["plain"],
            "with_collector_ms": collected,
            "micrograd_over_compiled": collected["micrograd"] / collected["compiled"],
            "micrograd_over_compiled_without_gc": best["micrograd"] / best["compiled"],
            "micrograd_over_tape": collected["micrograd"] / collected["tape"],
            "micrograd_over_tape_without_gc": best["micrograd"] / best["tape"],
            "autograd_over_compiled": best["autograd"] / best["compiled"],
            "differences_over_compiled": best["differences"] / best["compiled"],
            "error_against_hand": error(found, wanted),
            "jax_error_against_hand": error(numbers(jitted[name]()[1]), wanted),
            "compile_ms": compile_time(both[name], inputs[name]),
            "jax_first_call_ms": jax_first[name],
            "lines_of_code": len(compiled[name].source.splitlines()),
            "peak_kilobytes": peak(quick["compiled"]) / 1e3,
            "tape_peak_kilobytes": peak(tape[name]) / 1e3,
        }
        if name == "w1":
            report["workloads"][name]["diffrax_first_call_ms"] = diffrax_first
    print("first gradients", flush=True)
    report["first_gradient_ms"] = fresh_process()
    print("growth", flush=True)
    report["growth"] = growth()
    ratios = [w["compiled_over_hand"] for w in report["workloads"].values()]
    report["worst_compiled_over_hand"] = max(ratios)
    report["median_compiled_over_hand"] = statistics.median(ratios)
    RESULT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for name, w in report["workloads"].items():
        print(name, {k: round(v, 3) if isinstance(v, float) else v for k, v in w.items()})
    print(report["first_gradient_ms"], report["growth"])


if __name__ == "__main__":
    main()
