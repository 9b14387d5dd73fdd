"""What a gradient through Fisher's equation costs, in processor time and in memory.

    python benchmarks/space_cost.py     # about ten minutes; writes space_cost.json, and resumes

Sixty kilometres, r = 0.5 a year, D = 2 km^2 a year, 20 years, three snapshots. Each row is measured
in a process of its own: the first call includes import and compilation, the next three are timed
(processor time, all threads). The peak of resident memory is that of the whole process, compiler
included; `buffers_mb` is what XLA says the compiled program holds. scipy has the same grid, the
same tolerance and central differences. The reference on each grid is the gradient at a hundredth
of the tolerance.
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from time import process_time

OUT = Path(__file__).parents[1] / "bookkit" / "data" / "space_cost.json"
LONG, R, D, TS, RTOL = 60.0, 0.5, 2.0, (5.0, 12.0, 20.0), 1e-6
SIZES, PARAMETERS = (60, 120, 240, 480), (1, 8, 32, 119)
WAYS = ("all kept", "segments", "diffrax", "backsolve", "forward", "RK45", "LSODA")
LIMIT = 240  # seconds for one row


def in_jax(way: str, cells: int, pieces: int, rtol: float):
    """The gradient as a function of (log r, log D of each piece), and the MB that it holds."""
    import diffrax
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    from bookkit.space import front
    from bookkit.space.grid import spread

    dx, ts = LONG / cells, jnp.array(TS)
    u0 = jnp.where(front.centres(cells, dx) < 5.0, 1.0, 0.0)
    piece = jnp.arange(cells - 1) * pieces // (cells - 1)
    adjoints = {"backsolve": diffrax.BacksolveAdjoint, "forward": diffrax.ForwardMode}
    adjoint = adjoints.get(way, diffrax.RecursiveCheckpointAdjoint)()

    def stepped(r, d):
        """Euler's method in equal steps, kept whole or in segments."""
        steps = (
            int(-(-TS[-1] // (0.4 * dx**2 / D)) // 60 + 1) * 60
        )  # 60 is a whole number of 5:12:20
        h, inner = TS[-1] / steps, max(k for k in range(1, int(steps**0.5) + 1) if steps % k == 0)

        def one(u, _):
            return u + h * (r * u * (1.0 - u) + spread(u, d, dx)), None

        def several(u, _):
            return jax.lax.scan(one, u, None, length=inner)[0], None

        def run(u, n):
            if way == "all kept":
                return jax.lax.scan(one, u, None, length=n)[0]
            u = jax.lax.scan(jax.checkpoint(several), u, None, length=n // inner)[0]
            return jax.lax.scan(one, u, None, length=n % inner)[0]

        out, u, before = [], u0, 0
        for t in TS:
            after = round(steps * t / TS[-1])
            u, before = run(u, after - before), after
            out.append(u)
        return jnp.stack(out)

    def loss(theta):
        r, d = jnp.exp(theta[0]), jnp.exp(theta[1:])[piece]
        if way in ("all kept", "segments"):
            ys = stepped(r, d)
        else:
            ys = front.solve(r, d, u0, dx, ts, rtol, adjoint)
        return jnp.mean((ys - 0.5) ** 2)

    slope = jax.jit(jax.jacfwd(loss) if way == "forward" else jax.grad(loss))
    compiled = slope.lower(jnp.zeros(pieces + 1)).compile()
    buffers = compiled.memory_analysis().temp_size_in_bytes / 1e6
    return (lambda theta: jax.block_until_ready(compiled(theta))), buffers


def in_scipy(way: str, cells: int, pieces: int, rtol: float):
    """solve_ivp, and a central difference in every parameter."""
    import numpy as np
    from scipy.integrate import solve_ivp

    dx = LONG / cells
    u0 = np.where((np.arange(cells) + 0.5) * dx < 5.0, 1.0, 0.0)
    piece = np.arange(cells - 1) * pieces // (cells - 1)
    band = {"lband": 1, "uband": 1} if way == "LSODA" else {}

    def loss(theta):
        r, d = np.exp(theta[0]), np.exp(theta[1:])[piece]

        def field(t, u):
            flow = d * np.diff(u) / dx
            return r * u * (1.0 - u) + np.diff(flow, prepend=0.0, append=0.0) / dx

        ys = solve_ivp(field, (0, TS[-1]), u0, way, t_eval=TS, rtol=rtol, atol=1e-3 * rtol, **band)
        return np.mean((ys.y.T - 0.5) ** 2)

    def slope(theta, eps=1e-4):
        theta, rows = np.asarray(theta), eps * np.eye(pieces + 1)
        return np.array([(loss(theta + e) - loss(theta - e)) / (2 * eps) for e in rows])

    return slope, None


def measure(way: str, cells: int, pieces: int) -> dict:
    """One row, in this process."""
    import numpy as np

    make = in_scipy if way in ("RK45", "LSODA") else in_jax
    theta = np.log([R] + [D] * pieces)
    at = process_time()
    slope, buffers = make(way, cells, pieces, RTOL)
    found = np.asarray(slope(theta))
    first = process_time() - at
    taken = []
    for _ in range(3):
        at = process_time()
        slope(theta)
        taken.append(process_time() - at)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    exact = np.asarray(in_jax("diffrax", cells, pieces, RTOL / 100)[0](theta))
    return {
        "way": way, "cells": cells, "parameters": pieces + 1, "first_s": first,
        "s": statistics.median(taken), "peak_mb": peak / 1024, "buffers_mb": buffers,
        "error": float(np.linalg.norm(found - exact) / np.linalg.norm(exact)),
    }  # fmt: skip


def rows() -> list[tuple[str, int, int]]:
    """Every way on every grid with two parameters; three ways with more of them."""
    first = [(way, cells, 1) for cells in SIZES for way in WAYS]
    more = [(way, 120, n) for n in PARAMETERS[1:] for way in ("diffrax", "forward", "LSODA")]
    return first + more


def split() -> list[dict]:
    """The gradient on one device and on eight pretended ones."""
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-m", "bookkit.space.split", "1", "8"]
    ran = subprocess.run(command, env=os.environ | flags, capture_output=True, check=True)
    return json.loads(ran.stdout)


def main() -> None:
    done = json.loads(OUT.read_text())["rows"] if OUT.exists() else []
    known = {(row["way"], row["cells"], row["parameters"] - 1) for row in done}
    for row in rows():
        if row in known:
            continue
        command = [sys.executable, __file__, *map(str, row)]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=True)
            found = json.loads(ran.stdout.splitlines()[-1])
        except subprocess.TimeoutExpired:
            found = {"way": row[0], "cells": row[1], "parameters": row[2] + 1, "over_s": LIMIT}
        except subprocess.CalledProcessError as error:
            lines = error.stderr.strip().splitlines()
            steps = [line for line in lines if "maximum number of solver steps" in line]
            reason = "100,000 steps of the solver were not enough" if steps else lines[-1][:200]
            found = {"way": row[0], "cells": row[1], "parameters": row[2] + 1, "failed": reason}
        print(found, flush=True)
        done.append(found)
        card = {
            "command": "python benchmarks/space_cost.py", "python": platform.python_version(),
            "jax": version("jax"), "diffrax": version("diffrax"), "scipy": version("scipy"),
            "rtol": RTOL, "long": LONG, "r": R, "D": D, "ts": TS,
        }  # fmt: skip
        OUT.write_text(json.dumps({"card": card, "rows": done}) + "\n")
    found = json.loads(OUT.read_text())
    OUT.write_text(json.dumps({**found, "split": split()}) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
    else:
        main()
