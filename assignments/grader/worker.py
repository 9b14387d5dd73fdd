"""The student's process: started, asked, stopped, with all that it may have left behind."""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from assignments.grader.answers import Ended, GraderLink, OutOfTime
from assignments.grader.isolation import Isolation, packages

PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "JAX_PLATFORMS")


class Worker:
    """One student's process, ready to run cells and to answer.

    Used as a context: `with Worker(isolation) as worker: worker.link.ask("run", "x = 1")`. At its
    end the process is gone, and so are its scratch folder and whatever it had started.
    """

    def __init__(self, isolation: Isolation):
        self.isolation = isolation

    def __enter__(self) -> "Worker":
        self.folder = Path(tempfile.mkdtemp(prefix="answers-"))
        scratch, libraries = self.folder / "scratch", self.folder / "libraries"
        scratch.mkdir()
        libraries.mkdir()
        for package in packages():
            (libraries / package.name).symlink_to(package)
        _share_fonts(scratch)
        ours, theirs = socket.socketpair()
        spec = json.dumps(self.isolation.spec(scratch, libraries))
        start = [sys.executable, "-P", "-s", "-W", "ignore", "-m", "inside.start"]
        command = self.isolation.command([*start, str(theirs.fileno()), spec], scratch, libraries)
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=scratch,
                env=_environment(scratch, libraries),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        theirs.close()
        self.socket = ours
        self.watched = psutil.Process(self.process.pid)
        self.link = GraderLink(ours, self.used)
        self._greeted()
        return self

    def _greeted(self) -> None:
        try:
            self.link.receive()
        except BaseException as error:
            said = (self.folder / "log").read_text(errors="replace")
            self.__exit__()
            if isinstance(error, KeyboardInterrupt | OutOfTime):
                raise
            raise RuntimeError(f"the student's process did not start:\n{said[-2000:]}") from error

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for left in psutil.Process().children(recursive=True):  # a subreaper inherits them
            with contextlib.suppress(psutil.Error):
                left.kill()
                left.wait(5)
        shutil.rmtree(self.folder, ignore_errors=True)

    def used(self) -> float:
        """Seconds of processor time so far. Errors: Ended where the process is gone."""
        try:
            times = self.watched.cpu_times()
            if self.watched.status() == psutil.STATUS_ZOMBIE:
                raise Ended
        except psutil.Error as error:
            raise Ended from error
        return times.user + times.system


def become_grader() -> None:
    """Inherit what a student's process leaves behind, and be readable for nobody (Linux)."""
    sys.setrecursionlimit(20_000)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
        libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG: not without its parent


def _environment(scratch: Path, libraries: Path) -> dict[str, str]:
    """Nothing of ours but what Python needs: no seed, no path of the grader."""
    own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return own | {
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PYTHONPATH": str(libraries),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "IPYTHONDIR": str(scratch / "ipython"),
        "MPLCONFIGDIR": str(scratch / "matplotlib"),
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
        "JAX_PLATFORMS": "cpu",
    }


def _share_fonts(scratch: Path) -> None:
    """matplotlib's list of fonts, which takes seconds to make."""
    import matplotlib

    folder = scratch / "matplotlib"
    folder.mkdir()
    for made in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(made, folder)
