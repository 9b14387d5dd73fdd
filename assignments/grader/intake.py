"""What was handed in: a row for each student, whatever lies in the folder.

At the top of the folder lie notebooks, archives or folders, with names as Canvas and Moodle give
them or any others. Links and pipes are not followed. Where a student handed in more than once the
latest counts, and the row says so.
"""

import io
import os
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

CANVAS = re.compile(r"(?P<student>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+_(?P<rest>.+)", re.DOTALL)
MOODLE = re.compile(
    r"(?P<student>.+?)_(?P<id>\d+)_assign(?:submission|feedback)_(?:file|onlinetext)_?(?P<rest>.*)",
    re.DOTALL,
)
AGAIN = re.compile(r"(?: ?\((?P<a>\d+)\)|-(?P<b>\d{1,2}))$")  # Canvas's -2, a browser's (2)
ENDINGS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".json", ".py", ".txt")
JUNK = {"__macosx", ".ipynb_checkpoints", "__pycache__", ".git", ".venv", "node_modules"}
FILES_OF_SYSTEMS = {".ds_store", "thumbs.db", "desktop.ini", ".gitkeep", ".localized"}
LIMIT = 40 * 2**20  # bytes that are read of one file
NOT_A_FILE = "is a link, a pipe or a device, which is not followed"


@dataclass
class Found:
    """One file inside what a student handed in."""

    path: str
    time: float
    data: bytes


@dataclass
class Handed:
    """A student's row before it is graded: the file that counts, or why there is none."""

    student: str
    id: str  # the learning platform's, where a name tells it
    entry: str  # what lies in the folder
    data: bytes | None = None
    time: float = 0.0
    version: int = 0
    reason: str = ""
    words: list[str] = field(default_factory=list)


def collect(folder: Path, assignment: str) -> list[Handed]:
    """A row a student, by name. Errors: ValueError where the folder is empty."""
    rows = [entry(folder / name, assignment) for name in _listed(folder)]
    if not rows:
        raise ValueError(
            f"There is nothing to grade in {folder}. Put a notebook or a folder a student there."
        )
    students: dict[tuple[str, str], list[Handed]] = {}
    for row in rows:
        students.setdefault((row.student.casefold(), row.id), []).append(row)
    return sorted(map(_latest, students.values()), key=lambda row: (row.student, row.id))


def _listed(folder: Path) -> list[str]:
    names = sorted(os.listdir(folder))
    return [n for n in names if not _is_junk(n)]


def _is_junk(name: str) -> bool:
    return name.lower() in JUNK | FILES_OF_SYSTEMS or name.startswith("._")


def _latest(rows: list[Handed]) -> Handed:
    rows = sorted(rows, key=lambda row: (row.data is not None, row.version, row.time))
    for other in rows[:-1]:
        rows[-1].words.append(f"{_shown(other.entry)} was handed in too; the latest counts")
    return rows[-1]


def entry(path: Path, assignment: str) -> Handed:
    """What one file or folder holds."""
    name = os.fsencode(path.name).decode("utf-8", "replace")
    row = _named(name, assignment)
    try:
        kind = os.lstat(path)
        row.time = kind.st_mtime
        if stat.S_ISDIR(kind.st_mode):
            files: Iterable[Found] = _in_folder(path)
        elif not stat.S_ISREG(kind.st_mode):
            row.reason = f"{_shown(name)} {NOT_A_FILE}"
            return row
        else:
            files = _unpacked([Found(name, kind.st_mtime, _read(path))])
        _choose(row, list(files), assignment)
    except OSError as error:
        row.reason = f"{_shown(name)} could not be read: {error.strerror}"
    return row


def _named(name: str, assignment: str) -> Handed:
    known = MOODLE.fullmatch(name) or CANVAS.fullmatch(name)
    stem = _stem(known["rest"] if known else name)
    again = AGAIN.search(stem)
    version = int(again["a"] or again["b"]) if again else 0
    if known:
        return Handed(known["student"].strip(), known["id"], name, version=version)
    own = stem[: again.start()] if again and stem[: again.start()] else stem
    student = own.removesuffix(assignment).rstrip("_- ") or own
    return Handed(student, "", name, version=version)


def _stem(name: str) -> str:
    lower = name.lower()
    for ending in sorted((*ENDINGS, ".zip"), key=len, reverse=True):
        if lower.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


def _read(path: Path) -> bytes:
    """The bytes of a regular file, a little more than the limit at most."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | os.O_NONBLOCK)
    with os.fdopen(number, "rb") as file:
        return file.read(LIMIT + 1)


def _in_folder(folder: Path) -> Iterator[Found]:
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not _is_junk(f))
        for name in sorted(names):
            path = Path(place, name)
            kind = os.lstat(path)
            inner = os.fsencode(path.relative_to(folder)).decode("utf-8", "replace")
            if _is_junk(name) or not stat.S_ISREG(kind.st_mode):
                continue
            if name.lower().endswith((*ENDINGS, ".zip")):
                yield from _unpacked([Found(inner, kind.st_mtime, _read(path))])


def _unpacked(files: list[Found], depth: int = 2) -> Iterator[Found]:
    for file in files:
        if not (file.data.startswith(b"PK") and depth):
            yield file
            continue
        try:
            yield from _unpacked(list(_in_archive(file)), depth - 1)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
            yield file


def _in_archive(file: Found) -> Iterator[Found]:
    total = 0
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        for info in archive.infolist()[:5000]:
            path = PurePosixPath(info.filename)
            if info.is_dir() or any(map(_is_junk, path.parts)):
                continue
            if stat.S_ISLNK(info.external_attr >> 16):
                continue
            if not path.name.lower().endswith((*ENDINGS, ".zip")) or total > LIMIT:
                continue
            with archive.open(info) as inner:
                data = inner.read(LIMIT + 1)
            total += len(data)
            yield Found(info.filename, _zip_time(info), data)


def _zip_time(info: zipfile.ZipInfo) -> float:
    year, month, day, hour, minute, second = info.date_time
    return ((((year * 12 + month) * 31 + day) * 24 + hour) * 60 + minute) * 60.0 + second


def _choose(row: Handed, files: list[Found], assignment: str) -> None:
    """The file that counts: a notebook before a script, the right name, the latest."""

    def worth(file: Found) -> tuple:
        path = PurePosixPath(file.path.lower())
        kind = 2 if ".ipynb" in path.name else path.suffix == ".py"
        aside = any(re.search("backup|old|copy|draft", part) for part in path.parts[:-1])
        return kind, not aside, assignment in path.name, file.time, -len(path.parts)

    files = [file for file in files if not file.data.startswith(b"PK")] or files
    if not files:
        row.reason = f"no notebook {assignment}.ipynb was handed in"
        return
    best = max(files, key=worth)
    if len(best.data) > LIMIT:
        row.reason = "the file is too large to be a notebook"
        return
    if best.data.startswith(b"PK"):
        row.reason = "the archive is damaged or locked by a password"
        return
    row.data = best.data
    others = [file.path for file in files if file is not best and worth(file)[0] == 2]
    if others:
        shown = ", ".join(_shown(path) for path in others[:3])
        row.words.append(f"graded is {_shown(best.path)}; there is also {shown}")


def _shown(path: str) -> str:
    """A name of any length and kind, fit for a table."""
    plain = "".join(c if c.isprintable() else "?" for c in path)
    return plain if len(plain) <= 80 else f"{plain[:60]}...{plain[-15:]}"
