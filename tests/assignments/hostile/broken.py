"""Submissions that hang, crash, flood or fork: each loses what it does, and nothing else."""

from tests.assignments.hostile.cases import FULL, NONE, first, last, snippet, without

STOP, DEAD = "was stopped", "ended its own process"


def _rk4(body: str) -> str:
    return f"def rk4_step(f, t, u, h):\n    {body}"


def task_1(name: str, body: str, words: str = "", marks: str = "", before: str = "") -> None:
    """A kind whose answer to task 1 does this; the other four tasks are right."""
    snippet(name, without("1"), lambda: last(before + _rk4(body)), words, marks)


task_1("endless", "while True: pass", STOP, "slow")
task_1(
    "endless_and_stubborn",
    "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    STOP,
    "slow",
)
task_1("endless_in_c", "return sum(range(10**14))", STOP, "small slow")
task_1("endless_pattern", "return re.match('(a+)+$', 'a' * 60 + 'b')", STOP, "slow", "import re\n")
task_1(
    "endless_in_xla",
    "turn = lambda i, v: jnp.sin(v) + jnp.cos(v)\n"
    "    return jax.jit(lambda x: jax.lax.fori_loop(0, 2**30, turn, x))(0.0)",
    STOP,
    "slow",
    "import jax, jax.numpy as jnp\n",
)
task_1("sleeps", "time.sleep(10**6)", STOP, "slow", "import time\n")
task_1("sleeps_in_c", "ctypes.CDLL(None).pause()", STOP, "slow", "import ctypes\n")
task_1("exits", "os._exit(0)", DEAD, "small", "import os\n")
task_1("raises_exit", "raise SystemExit", "SystemExit")
task_1("raises_interrupt", "raise KeyboardInterrupt", "")
task_1("crashes", "ctypes.string_at(0)", DEAD, "", "import ctypes\n")
task_1("aborts", "os.abort()", DEAD, "", "import os\n")
task_1("memory", "return bytearray(2**36)", "MemoryError", "small")
task_1("memory_in_steps", "x = []\n    while True: x.append(bytearray(2**24))")
task_1("recursion", "return rk4_step(f, t, u, h)", "RecursionError")
task_1("calls_for_ever", "while True: f(t, u)", STOP, "slow")
task_1("many_numbers", "return list(range(10**7))", "MB")
task_1("deep_list", "x = []\n    for i in range(100000): x = [x]\n    return x", "")
task_1("huge_number", "return [10 ** 5000] * 3", "")
task_1("endless_iterator", "return itertools.count()", "", "slow", "import itertools\n")
task_1(
    "evil_float",
    "return [Evil(), Evil(), Evil()]",
    "",
    "",
    "class Evil:\n    def __float__(self): raise MemoryError\n",
)
task_1(
    "evil_text",
    "return Evil()",
    "",
    "",
    "class Evil:\n    def __repr__(self): raise SystemExit\n",
)
task_1("complains_at_length", "raise ValueError('x' * 10**7)", "ValueError")
task_1("closes_everything", "os.closerange(3, 1000)", DEAD, "", "import os\n")
NOISE = """
    for number in range(3, 64):
        try:
            os.write(number, b'x' * 100)
        except OSError:
            pass
    while True: pass"""
task_1("writes_noise", NOISE, "", "slow", "import os\n")

snippet("cell_endless", FULL, lambda: first("while True: pass"), "was left out", "slow")
snippet(
    "cell_endless_in_c", FULL, lambda: first("sum(range(10**14))"), "was left out", "small slow"
)
snippet(
    "cell_stubborn",
    FULL,
    lambda: last("while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
    "was left out",
    "slow",
)
snippet("cell_exits", FULL, lambda: first("import os; os._exit(1)"), "was left out", "small")
snippet("cell_quits", FULL, lambda: first("import sys; sys.exit()"))
snippet("cell_crashes", FULL, lambda: last("import ctypes; ctypes.string_at(0)"), "was left out")
snippet("cell_memory", FULL, lambda: first("x = bytearray(2**36)"))
snippet(
    "cell_prints_for_ever",
    FULL,
    lambda: first("while True: print('x' * 10000)"),
    "was left out",
    "slow",
)
snippet(
    "cell_threads",
    FULL,
    lambda: first(
        "import threading, time\n"
        "for i in range(20):\n"
        "    threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()"
    ),
)
snippet(
    "cell_busy_threads",
    NONE,
    lambda: first(
        "import threading\ndef busy():\n    while True: pass\n"
        "threading.Thread(target=busy).start()",
        "",
    ),
    "",
)
snippet("cell_forks", FULL, lambda: first("import os\nwhile True: os.fork()"), marks="small")
snippet(
    "cell_daemon",
    FULL,
    lambda: first(
        "import subprocess\nsubprocess.Popen(['sleep', '100000'], start_new_session=True)"
    ),
)
snippet(
    "cell_fills_the_disk",
    FULL,
    lambda: first("with open('x', 'wb') as f:\n    while True: f.write(bytes(2**20))"),
)
