"""Shuts the door behind this process, by what the system offers: limits, Landlock, seccomp.

Applied to the process that will run a student's code, before it runs any. Nothing of it can be
undone from inside, and what the process starts would inherit it.

Landlock (Linux 5.13; network 6.7; signals 6.12): reads only the folders named, writes only its
scratch folder. seccomp: no new processes, no sockets, no signals to others, no tracing.
"""

import ctypes
import os
import resource
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_SET_DUMPABLE, PR_SET_PDEATHSIG = 38, 22, 4, 1
CREATE, ADD, RESTRICT = 444, 445, 446  # Landlock's system calls, alike on every architecture
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ALL_FS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def landlock_version() -> int:
    """What this system's Landlock can do; 0 where there is none.

    >>> landlock_version() >= 0
    True
    """
    if sys.platform != "linux":
        return 0
    return max(0, _libc().syscall(CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def has_seccomp() -> bool:
    """Whether filters of system calls can be set on this machine.

    >>> has_seccomp() in (True, False)
    True
    """
    if sys.platform != "linux" or os.uname().machine not in CALLS:
        return False
    return _libc().prctl(21, 0, 0, 0, 0) == 0  # PR_GET_SECCOMP


def apply(spec: dict) -> None:
    """Lock this process; `spec` names the means, the folders and the limits.

    Errors: OSError where a means that the spec counts on is refused.
    """
    for name, value in spec["limits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if sys.platform != "linux":
        return
    libc = _libc()
    libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)
    _must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    if "landlock" in spec["means"]:
        _landlock(libc, spec["read"], spec["look"], [spec["scratch"]])
    if "seccomp" in spec["means"]:
        _seccomp(libc)


def _must(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _landlock(libc: ctypes.CDLL, read: list[str], look: list[str], write: list[str]) -> None:
    version = landlock_version()
    everything = ALL_FS.get(version, (1 << 16) - 1)
    rules = struct.pack("QQQ", everything, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    rules = rules[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _must(libc.syscall(CREATE, rules, ctypes.c_size_t(len(rules)), ctypes.c_uint32(0)))
    reading = EXECUTE | READ_FILE | READ_DIR
    own = f"/proc/{os.getpid()}"
    for path, rights in (
        *((path, reading) for path in [*read, own]),
        *((path, READ_DIR) for path in look),
        *((path, everything & ~EXECUTE) for path in write),
        ("/dev/null", READ_FILE | WRITE_FILE),
    ):
        if os.path.exists(path):
            _allow(libc, ruleset, path, rights & everything)
    _must(libc.syscall(RESTRICT, ruleset, ctypes.c_uint32(0)))
    os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not os.path.isdir(path):
        rights &= FILE_ONLY
    rule = struct.pack("=Qi", rights, place)
    _must(libc.syscall(ADD, ruleset, 1, rule, ctypes.c_uint32(0)))
    os.close(place)


# System calls by number, on the two kinds of machine whose numbers we know.
CALLS: dict[str, dict[str, int]] = {
    "x86_64": {
        "arch": 0xC000003E, "clone": 56, "clone3": 435, "fork": 57, "vfork": 58, "kill": 62,
        "tkill": 200, "tgkill": 234, "socket": 41, "ptrace": 101, "execve": 59,
        "execveat": 322, "process_vm_readv": 310, "process_vm_writev": 311, "io_uring_setup": 425,
        "pidfd_open": 434, "unshare": 272, "mount": 165, "setns": 308, "bpf": 321, "keyctl": 250,
        "perf_event_open": 298, "userfaultfd": 323, "setsid": 112, "setpgid": 109,
        "shmget": 29, "msgget": 68, "semget": 64, "mq_open": 240, "pidfd_send_signal": 424,
        "setpriority": 141, "sched_setaffinity": 203,
    },
    "aarch64": {
        "arch": 0xC00000B7, "clone": 220, "clone3": 435, "kill": 129, "tkill": 130, "tgkill": 131,
        "socket": 198, "ptrace": 117, "execve": 221, "execveat": 281,
        "process_vm_readv": 270, "process_vm_writev": 271, "io_uring_setup": 425,
        "pidfd_open": 434, "unshare": 97, "mount": 40, "setns": 268, "bpf": 280, "keyctl": 219,
        "perf_event_open": 241, "userfaultfd": 282, "setsid": 157, "setpgid": 154,
        "shmget": 194, "msgget": 186, "semget": 190, "mq_open": 180, "pidfd_send_signal": 424,
        "setpriority": 140, "sched_setaffinity": 122,
    },
}  # fmt: skip
THREAD = 0x00010000  # CLONE_THREAD
ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050001, 0x00050026


def _seccomp(libc: ctypes.CDLL) -> None:
    """Refuse, with an error that a program survives, what a student's answer never needs."""
    calls = dict(CALLS[os.uname().machine])
    arch = calls.pop("arch")
    load, equal, bits, back = 0x20, 0x15, 0x45, 0x06  # of BPF: load a word, compare, test, return
    program = [(load, 0, 0, 4), (equal, 1, 0, arch), (back, 0, 0, KILL), (load, 0, 0, 0)]
    if arch == 0xC000003E:  # the x32 numbers would pass by the list
        program += [(0x35, 0, 1, 0x40000000), (back, 0, 0, EPERM)]
    # glibc falls back from clone3, whose flags a filter cannot see, to clone, whose flags it can.
    program += [(equal, 0, 1, calls.pop("clone3")), (back, 0, 0, ENOSYS)]
    program += [(equal, 0, 4, calls.pop("clone")), (load, 0, 0, 16)]
    program += [(bits, 1, 0, THREAD), (back, 0, 0, EPERM), (back, 0, 0, ALLOW)]
    for name in ("kill", "tgkill"):  # of itself only
        program += [(equal, 0, 4, calls.pop(name)), (load, 0, 0, 16)]
        program += [(equal, 1, 0, os.getpid()), (back, 0, 0, EPERM), (back, 0, 0, ALLOW)]
    for number in calls.values():
        program += [(equal, 0, 1, number), (back, 0, 0, EPERM)]
    program.append((back, 0, 0, ALLOW))
    filters = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(filters, len(filters))
    header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
    _must(libc.prctl(PR_SET_SECCOMP, 2, ctypes.c_char_p(header), 0, 0))
