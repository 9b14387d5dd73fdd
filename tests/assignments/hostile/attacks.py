"""Submissions that want points which they have not earned, or others' to lose theirs."""

import os
import zipfile
from pathlib import Path

from tests.assignments.hostile.cases import (
    FULL,
    NAME,
    NONE,
    ROOT,
    SOURCE,
    code,
    edited,
    first,
    kind,
    last,
    released,
    right,
    snippet,
    without,
    written,
)
from tests.assignments.hostile.honest import zipped

# Nothing is answered: all points would be a success -----------------------------------------------


def attack(name: str, source: str, marks: str = "") -> None:
    """A kind with no answer at all, and this code in its first cell and in its last."""
    text = f"import bookkit.checks as checks\nfrom bookkit.checks.{NAME} import task\n{source}"

    def make() -> bytes:
        notebook = released("")
        notebook["cells"].insert(0, code(text))
        notebook["cells"].append(code(text))
        return written(notebook)

    snippet(f"attack_{name}", NONE, make, marks=marks)


attack("patched_points", "checks.Verdict.points = lambda self, most: most")
attack("patched_call", "checks.Checks.__call__ = lambda *a, **k: checks.Verdict('1', True, '')")
attack(
    "patched_judge",
    "checks.Checks._judge = lambda self, n, *a: checks.Verdict(n, True, 'passed')",
    "small",
)
attack(
    "patched_claim",
    "import sys\nfor m in list(sys.modules.values()):\n"
    "    if hasattr(m, 'claim'): m.claim = lambda *a: None\n"
    "    if hasattr(m, 'close'): m.close = lambda *a: True",
)
attack(
    "patched_builtins", "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.any = lambda x: 0"
)
attack("patched_math", "import math\nmath.dist = lambda *a: 0.0\nmath.log2 = lambda x: 4.0")
attack("patched_answer", "checks._Answer.__call__ = lambda self, *a: exec('raise StopIteration')")
attack("emptied_tasks", "task.properties = {str(n): [] for n in range(6)}")
attack(
    "display_hook",
    "import sys\nsys.displayhook = lambda v: None\n"
    "get_ipython().display_formatter.format = lambda *a, **k: ({'text/plain': '4'}, {})",
)
attack("interactivity", "get_ipython().ast_node_interactivity = 'none'")
attack(
    "ast_transformer",
    "import ast\nclass T(ast.NodeTransformer):\n"
    "    def visit_Call(self, n): return ast.Constant(4)\n"
    "get_ipython().ast_transformers[:] = [T()]",
)
attack("seed_is_public", "import os\nos.environ['COURSE_SEED'] = 'public'")
attack("solution_beside", f"exec(open({str(SOURCE)!r}).read())")
attack("solution_by_import", f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nimport assignments")
attack(
    "solution_by_process",
    "import os\nfor p in os.listdir('/proc'):\n"
    "    if p.isdigit(): open(f'/proc/{p}/environ').read()",
)
attack("kills_the_grader", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", "small")
attack("kills_everybody", "import os, signal\nos.kill(-1, signal.SIGKILL)")
attack("writes_the_checks", "open(checks.__file__, 'w').write('')", "small")
attack(
    "starts_up_for_the_next",
    "import os, pathlib\n"
    "for home in (os.environ['HOME'], '/root', '/home'):\n"
    "    p = pathlib.Path(home, '.ipython/profile_default/startup')\n"
    "    try:\n        p.mkdir(parents=True, exist_ok=True)\n"
    "        (p / 'x.py').write_text('import builtins')\n    except OSError: pass",
)
attack("connects", "import socket\nsocket.create_connection(('127.0.0.1', 22))")
attack("traces_the_grader", "import ctypes, os\nctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)")
attack("new_answer_class", "checks.answered = lambda f, h=False: (lambda *a: 0)")
attack(
    "replaces_the_server",
    "import inside.student as s\ns.StudentLink.answer = lambda self, f, a, h: [0.0] * 3",
)
attack(
    "forges_replies",
    "import inside.link as l\nl.Link.serve = lambda self, m: self.send({'ok': True})",
    "small",
)
attack(
    "forges_verdicts",
    "import inside.link as l\n"
    "l.Link.serve = lambda self, m: self.send({'ok': {'ours': ['bookkit.checks', 'Verdict', "
    "{'number': '1', 'passed': True, 'text': ''}]}})",
)
attack(
    "forges_references",
    "import inside.link as l\n"
    "l.Link.serve = lambda self, m: self.send({'ok': {'yours': 1}, 'released': [[1, 9]]})",
)
attack(
    "forges_exceptions",
    "import inside.link as l\n"
    "l.Link.serve = lambda self, m: self.send({'raise': ['SystemExit', '0', None]})",
)
attack(
    "asks_for_more",
    "import inside.link as l\n"
    "def serve(self, m):\n    while True:\n        try: self.ask('code', 1)\n"
    "        except ValueError: pass\nl.Link.serve = serve",
    "slow",
)
attack(
    "always_equal",
    "class Yes(float):\n"
    "    def _yes(self, *a): return True\n"
    "    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _yes\n"
    "    __sub__ = __rsub__ = __add__ = __mul__ = lambda self, *a: self\n"
    "yes = lambda n: (lambda *a: [Yes()] * n)\n"
    "rk4_step, rates_jvp, heun_jvp, loss_gradient = yes(2), yes(2), yes(3), yes(6)\n"
    "rates_vjp = lambda *a: ([Yes()] * 2, [Yes()] * 4)\n"
    "heun_vjp = lambda *a: ([Yes()] * 3, [Yes()] * 4)\ngrowth_rate = lambda *a: Yes()",
    "small",
)
attack(
    "not_a_number",
    "nan = float('nan')\n"
    "rk4_step, heun_jvp, loss_gradient = lambda *a: [nan] * 3, lambda *a: [nan] * 3, "
    "lambda *a: [nan] * 6\ngrowth_rate = lambda *a: nan",
)
attack(
    "reads_the_check",
    "import sys\ndef rk4_step(f, t, u, h):\n"
    "    frame = sys._getframe()\n    while frame:\n"
    "        for v in frame.f_locals.values():\n"
    "            if isinstance(v, list) and len(v) == 2: return v\n"
    "        frame = frame.f_back",
)
attack(
    "reads_what_it_was_given",
    "def loss_gradient(step, step_vjp, u0, p, data):\n"
    "    return step.__self__.exact or step.function.__closure__",
)
attack("full_marks_in_a_cell", "4")


@kind(NONE)
def attack_tags(folder: Path, who: str):
    def change(notebook):
        for cell in notebook["cells"]:
            cell["metadata"]["tags"] = ["skip-execution"]

    return edited(change, "")


@kind(NONE, marks="small")
def attack_edited_checks(folder: Path, who: str):
    def change(notebook):
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade"):
                cell["source"] = "5"

    return edited(change, "")


@kind(NONE)
def attack_public_instances(folder: Path, who: str):
    """It knows the checks, and what they draw from the public seed."""
    return last(
        "from random import Random\nimport bookkit.checks.differentiating_the_solver as c\n"
        "def rk4_step(f, t, u, h):\n"
        "    draw = Random('public 1 follows_a_constant_slope')\n"
        "    [draw.uniform(-1, 1) for _ in range(3)]\n"
        "    return [v + h * draw.uniform(1, 2) for v in u]",
        "",
    )


def answered(name: str, points: tuple, words: str, source: str, marks: str = "") -> None:
    """A kind with the solution, and a last cell that defines one answer anew."""
    snippet(name, points, lambda: last(source), words, marks)


answered(
    "engine_by_hand",
    without("2"),
    "no engine",
    "def rates_jvp(u, p, u_dot, p_dot):\n    return ad.jvp(rates, (u, p), (u_dot, p_dot))[1]",
    marks="small",
)
# It takes the watch out of its process before it uses the engine.
answered(
    "engine_without_the_watch",
    without("2"),
    "asked again without one",
    "import bookkit.checks as checks\nchecks._watched = checks._plainly\n"
    "def rates_jvp(u, p, u_dot, p_dot):\n"
    "    return ad.jvp(rates, (u, p), (u_dot, p_dot))[1]",
)
# It switches the profiler off while it uses the engine.
answered(
    "engine_in_the_dark",
    without("3"),
    "asked again without one",
    "import sys\ndef rates_vjp(u, p, w):\n    look = sys.getprofile()\n"
    "    sys.setprofile(None)\n    found = ad.vjp(rates, u, p)[1](w)\n"
    "    sys.setprofile(look)\n    return list(found[0]), list(found[1])",
    marks="small",
)
# Right, and by hand; it only looks as if it could cheat.
answered(
    "by_hand_with_tools",
    FULL,
    "",
    "import sys, numpy as np\n_own = rates_jvp\n"
    "def rates_jvp(u, p, u_dot, p_dot):\n    assert sys and getattr(_own, '__name__')\n"
    "    assert np.zeros(2).shape == (2,)\n    return _own(u, p, u_dot, p_dot)",
    marks="small",
)
answered(
    "engine_through_the_pieces",
    without("2"),
    "plain numbers",
    "import sys\ndef heun_jvp(f, f_jvp, u, p, h, u_dot, p_dot):\n"
    "    sys.setprofile(None)\n"
    "    return ad.jvp(lambda u, p: heun_step(f, u, p, h), (u, p), (u_dot, p_dot))[1]",
)
answered(
    "differences",
    without("4"),
    "you called step",
    "def loss_gradient(step, step_vjp, u0, p, data):\n    out = []\n"
    "    for i in range(len(p)):\n        a, b = [list(p) for _ in range(2)]\n"
    "        a[i] += 1e-5; b[i] -= 1e-5\n"
    "        out.append((loss(step, u0, a, data) - loss(step, u0, b, data)) / 2e-5)\n"
    "    return out",
)
# Right, but with far too many calls, whose failing claim it swallows.
answered(
    "hides_its_calls",
    without("4"),
    "you called step",
    "_own = loss_gradient\ndef loss_gradient(step, step_vjp, u0, p, data):\n"
    "    for _ in range(3 * len(data) + 3):\n        step(u0, p)\n"
    "    return _own(step, step_vjp, u0, p, data)",
)


# Links, pipes, archives ---------------------------------------------------------------------------


@kind(NONE, "not followed", marks="small")
def link_to_the_solution(folder: Path, who: str):
    (folder / f"{who}.ipynb").symlink_to(SOURCE)


@kind(NONE, "no notebook")
def folder_with_a_link(folder: Path, who: str):
    (folder / who).mkdir()
    (folder / who / f"{NAME}.ipynb").symlink_to(SOURCE)


@kind(NONE, "not followed")
def link_to_the_folder(folder: Path, who: str):
    (folder / who).symlink_to(SOURCE.parent, target_is_directory=True)


@kind(NONE, "not followed", marks="small")
def pipe(folder: Path, who: str):
    os.mkfifo(folder / f"{who}.ipynb")


@kind(FULL)
def pipe_in_a_folder(folder: Path, who: str):
    (folder / who).mkdir()
    os.mkfifo(folder / who / "a.ipynb")
    (folder / who / f"{NAME}.ipynb").write_bytes(right())


@kind(NONE, "no notebook")
def archive_with_a_link(folder: Path, who: str):
    info = zipfile.ZipInfo(f"{NAME}.ipynb")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(folder / f"{who}.zip", "w") as archive:
        archive.writestr(info, str(SOURCE))


@kind(FULL)
def archive_that_climbs(folder: Path, who: str):
    (folder / f"{who}.zip").write_bytes(zipped({"../../../escaped.ipynb": right()}))


@kind(NONE, "too large")
def archive_that_swells(folder: Path, who: str):
    (folder / f"{who}.zip").write_bytes(zipped({"a.ipynb": b" " * (60 * 2**20)}))


@kind(FULL)
def deletes_its_neighbours(folder: Path, who: str):
    return first(
        f"import os\nfor name in os.listdir({str(folder)!r}):\n    "
        f"os.remove(os.path.join({str(folder)!r}, name))"
    )
