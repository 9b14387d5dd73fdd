"""By what this machine can lock up a student's process, and how that is said.

Linux: Landlock (files, network, signals), seccomp (processes, sockets). macOS: `sandbox-exec`. Both
with limits of memory, file size and open files. What none of them does is hide how long something
took or how much memory it used.
"""

import importlib.util
import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from assignments.grader.inside import lock
from assignments.grader.inside.withheld import ENGINES

ROOT = Path(__file__).parents[2]
INSIDE = Path(__file__).parent / "inside"
MEMORY = 5 * 2**30  # of address space; JAX reserves some 3 GB that it never touches
SYSTEM = (
    "/usr /lib /lib64 /lib32 /bin /etc/ld.so.cache /etc/localtime /etc/fonts /etc/ssl "
    "/etc/alternatives /etc/nsswitch.conf /etc/mime.types /opt/homebrew /System /Library "
    "/dev/urandom /dev/random /proc/cpuinfo /proc/meminfo /proc/stat /proc/filesystems "
    "/proc/sys/vm /proc/sys/kernel /sys/devices/system /sys/fs/cgroup"
)


@dataclass(frozen=True)
class Isolation:
    """The means in use: "landlock", "seccomp", "sandbox-exec"; `MEANS` says what each does."""

    means: tuple[str, ...] = field(default=())
    withheld: bool = False  # no engine is at hand, see inside/withheld.py

    @property
    def sentence(self) -> str:
        if not self.means:
            return NOTHING
        return "Students' code is locked up: " + "; ".join(MEANS[name] for name in self.means) + "."

    def spec(self, scratch: Path, libraries: Path) -> dict:
        """What `inside.lock` wants to know: folders it may read, look into, write; limits."""
        limits = {
            "RLIMIT_AS": MEMORY,
            "RLIMIT_FSIZE": 64 * 2**20,
            "RLIMIT_CORE": 0,
            "RLIMIT_NOFILE": 512,
        }
        if sys.platform == "darwin":
            del limits["RLIMIT_AS"]  # macOS does not keep to it
        return {
            "means": self.means,
            "withheld": self.withheld,
            "read": [*map(str, readable(self.withheld)), str(libraries)],
            "look": sorted({str(path.parent) for path in engines()}) if self.withheld else [],
            "scratch": str(scratch),
            "limits": limits,
        }

    def command(self, command: list[str], scratch: Path, libraries: Path) -> list[str]:
        """The command, inside a sandbox where that is a program."""
        if "sandbox-exec" not in self.means:
            return command
        return ["sandbox-exec", "-p", _profile(scratch, [*readable(), libraries]), *command]


MEANS = {
    "landlock": "it reads the libraries and its notebook, writes a scratch folder, and reaches "
    "no other file (Landlock)",
    "seccomp": "it starts no process, opens no connection and signals nobody (seccomp)",
    "sandbox-exec": "it reads the libraries, writes a scratch folder, starts no process and opens "
    "no connection (macOS's sandbox)",
}
NOTHING = (
    "Students' code is NOT locked up on this machine: it can read and change what you can. The "
    "checks, the seed and the points are in another process than it is; that is all."
)


def available() -> Isolation:
    """What this machine offers.

    >>> set(available().means) <= set(MEANS)
    True
    """
    means = []
    if lock.landlock_version():
        means.append("landlock")
    if lock.has_seccomp():
        means.append("seccomp")
    if sys.platform == "darwin" and shutil.which("sandbox-exec"):
        means.append("sandbox-exec")
    return Isolation(tuple(means))


def holds(isolation: Isolation) -> bool:
    """Whether it keeps files from a student's code, which a class of strangers needs."""
    return bool({"landlock", "sandbox-exec"} & set(isolation.means))


def packages() -> list[Path]:
    """The book's own packages that a notebook imports."""
    return [ROOT / name for name in ("mini_autodiff", "alfi", "bookkit")] + [INSIDE]


def readable(withheld: bool = False) -> list[Path]:
    """All that a student's process may read: Python, the libraries, the book's packages."""
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    found = [Path(path).resolve() for path in [*python, *SYSTEM.split()] if os.path.exists(path)]
    found += packages()
    found = [path for path in found if not ROOT.is_relative_to(path)]
    return [part for path in found for part in _around(path, engines())] if withheld else found


def engines() -> list[Path]:
    """The folders of what differentiates."""
    specs = [importlib.util.find_spec(name) for name in ENGINES]
    origins = [Path(spec.origin).resolve() for spec in specs if spec and spec.origin]
    return [origin.parent for origin in origins]


def _around(folder: Path, without: list[Path]) -> list[Path]:
    """The folder, or where it holds one of the others what is beside that."""
    if any(folder.is_relative_to(path) for path in without):
        return []
    if not any(path.is_relative_to(folder) for path in without):
        return [folder]
    return [part for inner in sorted(folder.iterdir()) for part in _around(inner, without)]


def _profile(scratch: Path, read: list[Path]) -> str:
    def paths(folders: list[Path]) -> str:
        return " ".join(f'(subpath "{path}")' for path in folders)

    return (
        "(version 1)(deny default)(allow process-exec)(allow sysctl-read)(allow mach-lookup)"
        '(allow file-read-metadata)(allow file-read* (literal "/") (subpath "/dev")'
        f"{paths([*read, scratch])})(allow file-write* {paths([scratch])} "
        '(literal "/dev/null"))(allow signal (target self))'
    )
