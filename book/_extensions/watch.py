"""Runs in a notebook's kernel before its first cell: writes down what the kernel reads.

One line each to the file `WATCH_LOG`, for what lies in the folder `WATCH_ROOT`:

    file PATH      a file that was opened to be read, whether it was there or not
    folder PATH    a folder whose names were listed
    module NAME    a module that was asked for
    process PATH   another Python program, whose reading is not seen
"""

import os
import sys


def _watch():
    root = os.environ["WATCH_ROOT"] + os.sep
    log = open(os.environ["WATCH_LOG"], "a", buffering=1, encoding="utf-8")  # noqa: SIM115
    seen = set()

    def note(kind, what):
        if (kind, what) not in seen:
            seen.add((kind, what))
            log.write(f"{kind} {what}\n")

    def absolute(path):
        return "" if isinstance(path, int) else os.path.abspath(os.fsdecode(path))

    def hook(event, args):
        if event == "open":
            path, mode, flags = args
            writes = flags & (os.O_WRONLY | os.O_RDWR) if mode is None else set(mode) & set("wax+")
            if not writes and absolute(path).startswith(root):
                note("file", absolute(path))
        elif event in ("os.listdir", "os.scandir"):
            # Python's own search for modules lists folders too; `module` stands for it.
            by_import = "importlib" in sys._getframe(1).f_code.co_filename
            path = absolute(args[0] or ".")
            if not by_import and (path + os.sep).startswith(root):
                note("folder", path)
        elif event == "import":
            note("module", args[0])
        elif event == "subprocess.Popen" and "python" in os.path.basename(os.fsdecode(args[0])):
            note("process", os.fsdecode(args[0]))

    sys.addaudithook(hook)


_watch()
del _watch
