"""One gradient of one loss, by what a user might pick: side by side, interleaved, in one run.

    python benchmarks/hare_lynx_timing.py     # about two minutes; writes hare_lynx_timing.json

The loss is chapter 8's: 181 points over 90 years against the published target. JAX and torchdiffeq
take the classical steps of a quarter of a year; diffrax and scipy choose their own, tolerance 1e-6.
torchdiffeq (pip install torch torchdiffeq) is left out by name where it is missing.
"""

import json
import platform
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from scipy.integrate import solve_ivp

jax.config.update("jax_enable_x64", True)

from bookkit.data import load  # noqa: E402
from bookkit.hare_lynx import fit, resume, target  # noqa: E402
from bookkit.hare_lynx.models import MODELS  # noqa: E402

try:
    import torch
    import torchdiffeq
except ImportError:
    torch = None

REPEATS = 5
table = load("hare_lynx_1845_1935")
times, curve = target.published(target.log_pelts(table["year"], table["hare"], table["lynx"]))


def numpy_field(name: str, p: dict) -> Callable:
    """The same right-hand side in plain numpy."""
    if name.startswith("ode"):
        return lambda t, u: np.tanh(p["S"] @ u - p["b"])
    return lambda t, u: p["V"] @ np.tanh(p["W"] @ u + p["c"]) + p["d"]


def by_scipy(name: str, theta: Any) -> Callable:
    """solve_ivp and forward differences: one run more than there are parameters."""
    flat, _ = ravel_pytree(theta)
    names = {key: (leaf.shape, leaf.size) for key, leaf in sorted(theta.items())}
    start = np.concatenate([curve[0], np.zeros(MODELS[name].n - 2)])

    def loss(flat: np.ndarray) -> float:
        p, at = {}, 0
        for key, (shape, size) in names.items():
            p[key], at = flat[at : at + size].reshape(shape), at + size
        states = solve_ivp(numpy_field(name, p), (0, 90), start, t_eval=times, rtol=1e-6, atol=1e-6)
        return float(((states.y[:2].T - curve) ** 2).sum())

    def gradient() -> np.ndarray:
        x, eps = np.asarray(flat), 1e-5
        here = loss(x)
        return np.array([(loss(x + eps * row) - here) / eps for row in np.eye(len(x))])

    return gradient


def by_torch(name: str, theta: Any) -> Callable:
    """torchdiffeq's rk4 (the 3/8 rule) in steps of a quarter of a year, and backward()."""
    p = {k: torch.tensor(np.asarray(v), requires_grad=True) for k, v in sorted(theta.items())}
    start = torch.tensor(np.concatenate([curve[0], np.zeros(MODELS[name].n - 2)]))
    truth, at = torch.tensor(curve), torch.tensor(times)

    def field(t, u):
        if name.startswith("ode"):
            return torch.tanh(p["S"] @ u - p["b"])
        return p["V"] @ torch.tanh(p["W"] @ u + p["c"]) + p["d"]

    def gradient() -> np.ndarray:
        states = torchdiffeq.odeint(field, start, at, method="rk4", options={"step_size": 0.25})
        slopes = torch.autograd.grad(((states[:, :2] - truth) ** 2).sum(), list(p.values()))
        return np.concatenate([slope.numpy().ravel() for slope in slopes])

    return gradient


def by_jax(name: str, theta: Any, adaptive: bool) -> Callable:
    """The chapter's scan, or diffrax with Tsit5; both compiled."""
    model = MODELS[name]
    flat, unravel = ravel_pytree(theta)
    start = jnp.concatenate([jnp.asarray(curve[0]), jnp.zeros(model.n - 2)])

    def adaptive_loss(flat):
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(model.field), diffrax.Tsit5(), 0.0, 90.0, dt0=0.1, y0=start,
            args=unravel(flat), saveat=diffrax.SaveAt(ts=jnp.asarray(times)),
            stepsize_controller=diffrax.PIDController(rtol=1e-6, atol=1e-6), max_steps=20_000,
        )  # fmt: skip
        return jnp.sum((solution.ys[:, :2] - curve) ** 2)

    def fixed_loss(flat):
        return fit.sse(model, unravel(flat), jnp.asarray(curve))

    gradient = jax.jit(jax.grad(adaptive_loss if adaptive else fixed_loss))
    return lambda: np.asarray(gradient(flat))


def main() -> None:
    rows = []
    fits = {one["model"]: one for one in load("hare_lynx_fits")["fits"] if one["grow"]}
    for name in ("ode3", "node2"):
        theta = {key: jnp.asarray(value) for key, value in fits[name]["theta"].items()}
        ways: dict[str, Callable] = {
            "JAX, scan": by_jax(name, theta, adaptive=False),
            "diffrax, Tsit5": by_jax(name, theta, adaptive=True),
            "scipy solve_ivp, differences": by_scipy(name, theta),
        }
        if torch:
            ways["torchdiffeq, rk4"] = by_torch(name, theta)
        first, best, found = {}, dict.fromkeys(ways, np.inf), {}
        for repeat in range(REPEATS):
            for way, gradient in ways.items():
                began = perf_counter()
                found[way] = gradient()
                seconds = perf_counter() - began
                first.setdefault(way, seconds)
                if repeat:
                    best[way] = min(best[way], seconds)
        exact = found["JAX, scan"]
        for way in ways:
            off = np.linalg.norm(found[way] - exact) / np.linalg.norm(exact)
            rows.append(
                {"model": name, "parameters": MODELS[name].n_params, "way": way,
                 "first_s": first[way], "ms": 1e3 * best[way],
                 "ratio": best[way] / best["JAX, scan"], "difference": float(off)}
            )  # fmt: skip
            print(rows[-1])
    card = {
        "command": "python benchmarks/hare_lynx_timing.py", "repeats": REPEATS,
        "python": platform.python_version(), "jax": jax.__version__,
        "diffrax": diffrax.__version__, "torch": torch.__version__ if torch else "not installed",
    }  # fmt: skip
    out = Path("bookkit/data/hare_lynx_timing.json")
    resume.write(out, json.dumps({"card": card, "rows": rows}).encode())


if __name__ == "__main__":
    main()
