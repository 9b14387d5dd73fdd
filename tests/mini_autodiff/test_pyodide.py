"""The engine in a browser's Python: its tests in spirit, run inside Pyodide under Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYODIDE = ROOT / "build" / "node" / "node_modules" / "pyodide"

PROGRAM = """
import json, sys
sys.path.insert(0, "/repository")
import mini_autodiff as ad, mini_autodiff.numpy as jnp
from mini_autodiff import javascript, lax
found = {}

def chain(x):
    for _ in range(100_000):
        x = 0.5 * x + 1.0
    return x

found["chain"] = ad.value_and_grad(chain)(5.0)

def f(p):
    step = lambda y, _: (y + 0.1 * p["r"] * y * (1.0 - y / p["k"]), y)
    y, ys = lax.scan(step, 0.1, None, length=100)
    return y + jnp.sum(ys[::10] ** 2)

p = {"r": 0.8, "k": 5.0}
found["eager"] = ad.value_and_grad(f)(p)
found["compiled"] = ad.jit(ad.value_and_grad(f))(p)
found["hessian"] = ad.hessian(lambda v: f({"r": v[0], "k": v[1]}))(jnp.array([0.8, 5.0])).tolist()
found["javascript"] = javascript.export(lambda p: {"loss": f(p)}, p)
namespace = {"ad": ad}
from listings import LISTINGS
names = "grad value_and_grad jvp vjp jacfwd jacrev jacobian hessian jit checkpoint custom_vjp"
for name, text in LISTINGS.items():
    scope = {n: getattr(ad, n) for n in names.split()} | {"jnp": jnp, "lax": lax, "tree": ad.tree}
    exec(text, scope)
    found[name] = str(scope["out"])
json.dumps(found)
"""

NODE = """
const { loadPyodide } = require(process.argv[2]);
loadPyodide().then(async pyodide => {
    pyodide.FS.mkdir("/repository");
    pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: process.argv[3] }, "/repository");
    pyodide.runPython(`import sys; sys.path.insert(0, "/repository/tests/mini_autodiff")`);
    let text = "";
    for await (const part of process.stdin) text += part;
    console.log("RESULT" + pyodide.runPython(text));
});
"""


@pytest.mark.node
@pytest.mark.skipif(
    shutil.which("node") is None or not PYODIDE.exists(),
    reason="needs Node.js and Pyodide: make node-tools",
)
def test_the_engine_runs_in_pyodide(tmp_path):
    script = tmp_path / "run.cjs"
    script.write_text(NODE)
    ran = subprocess.run(
        ["node", str(script), str(PYODIDE), str(ROOT)],
        input=PROGRAM, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    theirs = json.loads(ran.stdout.split("RESULT")[1])
    scope: dict = {}
    here = PROGRAM.replace('sys.path.insert(0, "/repository")', "").replace(
        "json.dumps(found)", "result = json.loads(json.dumps(found))"
    )
    exec(here, scope)
    for name, value in scope["result"].items():
        if name in ("chain", "eager", "compiled", "hessian", "javascript"):
            assert theirs[name] == value  # arithmetic: the same bits
    assert theirs.keys() == scope["result"].keys()
