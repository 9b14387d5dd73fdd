"""Honest submissions, in every shape that a file may take between a student and a teacher."""

import io
import os
import zipfile
from pathlib import Path

import nbformat

from tests.assignments.hostile.cases import (
    FULL,
    NAME,
    NONE,
    answer,
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

# What a notebook may hold -------------------------------------------------------------------------

snippet("right", FULL, right, marks="small")
snippet("three_tasks", without("4", "5"), lambda: right("123"), "Task 4 is still open")
snippet("one_task", without("1", "2", "3", "4"), lambda: right("5"))
snippet("nothing", NONE, lambda: right(""), "Task 1 is still open", marks="small")
snippet("warns", FULL, lambda: last("import warnings; warnings.warn('careful')"))
snippet(
    "progress_bar",
    FULL,
    lambda: last("import sys\nfor i in range(2000): print('#' * 60, file=sys.stderr, flush=True)"),
)
snippet("overflow_warning", FULL, lambda: last("import numpy as np\nnp.float64(1e308) * 10"))
snippet("prints_much", FULL, lambda: last("for i in range(20000): print('x' * 10000)"))
snippet("scratch_fails", FULL, lambda: first("1 / 0"))
snippet("scratch_does_not_parse", FULL, lambda: first("def f(:"))
snippet("magics", FULL, lambda: first("%matplotlib inline\n%time 1 + 1\n!echo hello"))
snippet("awaits", FULL, lambda: first("import asyncio\nawait asyncio.sleep(0)"))
snippet("plots", FULL, lambda: last("import matplotlib.pyplot as plt\nplt.plot([1, 2]);"))
snippet(
    "own_helper",
    FULL,
    lambda: last(
        "class Line:\n    def __init__(s, v): s.v = v\n"
        "def rk4_step(f, t, u, h):\n"
        "    k = [f(t, u)]\n"
        "    for c in (h / 2, h / 2, h):\n"
        "        k.append(f(t + c, [v + c * w for v, w in zip(u, k[-1])]))\n"
        "    return tuple(v + h * (a + 2 * b + 2 * c + d) / 6 for v, a, b, c, d in zip(u, *k))"
    ),
)
snippet(
    "returns_arrays",
    FULL,
    lambda: last(
        "import numpy as np\n_own = rk4_step\n"
        "def rk4_step(f, t, u, h): return np.array(_own(f, t, u, h))"
    ),
)
snippet(
    "wrong_sign",
    without("3"),
    lambda: edited(
        lambda n: answer(n, "rates_vjp").update(
            source="".join(answer(n, "rates_vjp")["source"]).replace(
                "-x * y * r_bar[0]", "x * y * r_bar[0]"
            )
        )
    ),
    "for each parameter alone",
)


def _without_checks(notebook):
    notebook["cells"] = [
        c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")
    ]


def _without_imports(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if "import" not in "".join(c["source"])]


def _no_metadata(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def _bare(notebook):
    _no_metadata(notebook)
    notebook["metadata"] = {}
    del notebook["nbformat_minor"]


def _no_keys(notebook):
    notebook["cells"] = [
        {"cell_type": c["cell_type"], "source": c["source"]} for c in notebook["cells"]
    ]


def _ungraded(notebook):
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {}).update(grade=False, points=0)


def _more_points(notebook):
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {}).update(points=100)


def _large_outputs(notebook):
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 6_000_000}
    notebook["cells"][2].update(cell_type="code", outputs=[output], execution_count=1)


def _one_cell(notebook):
    cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    notebook["cells"] = [code("\n".join("".join(c["source"]) for c in cells))]


for change in (
    _without_checks,
    _without_imports,
    _no_metadata,
    _bare,
    _no_keys,
    _ungraded,
    _more_points,
    _large_outputs,
    _one_cell,
):
    snippet(
        change.__name__.strip("_"),
        FULL,
        lambda change=change: edited(change),
        marks="small" if change in (_without_imports, _bare) else "",
    )

snippet(
    "answer_copied",
    FULL,
    lambda: edited(lambda n: n["cells"].append(dict(answer(n, "rk4_step")))),
)
snippet(
    "answer_moved",
    FULL,
    lambda: edited(
        lambda n: n["cells"].append(n["cells"].pop(n["cells"].index(answer(n, "rk4_step"))))
    ),
)
snippet("upside_down", FULL, lambda: edited(lambda n: n["cells"].reverse()))
snippet(
    "answer_deleted",
    without("1"),
    lambda: edited(lambda n: n["cells"].remove(answer(n, "rk4_step"))),
    "rk4_step is not defined",
)
snippet(
    "cell_cannot_start",
    without("1"),
    lambda: edited(
        lambda n: answer(n, "rk4_step").update(source="1 / 0\ndef rk4_step(f, t, u, h): pass")
    ),
    "stopped with ZeroDivisionError",
)

# How a file may come ------------------------------------------------------------------------------


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (2026, 11, 30, 12, 0, 0))
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


@kind()
def format_3(folder: Path, who: str):
    text = nbformat.writes(nbformat.convert(nbformat.from_dict(released()), 3), 3)
    return text.encode()


@kind()
def byte_order_mark(folder: Path, who: str):
    return b"\xef\xbb\xbf" + right()


@kind(marks="small")
def utf_16(folder: Path, who: str):
    return right().decode().encode("utf-16")


@kind(marks="small")
def script(folder: Path, who: str):
    cells = [c for c in released()["cells"] if c["cell_type"] == "code"]
    text = "".join(f"# In[ ]:\n\n{''.join(c['source'])}\n\n" for c in cells)
    (folder / f"{who}.py").write_text(text, encoding="utf-8")


@kind()
def ipynb_txt(folder: Path, who: str):
    (folder / f"{who}.ipynb.txt").write_bytes(right())


@kind()
def ipynb_json(folder: Path, who: str):
    (folder / f"{who}.ipynb.json").write_bytes(right())


@kind()
def capitals(folder: Path, who: str):
    (folder / f"{who}.IPYNB").write_bytes(right())


@kind()
def archive(folder: Path, who: str):
    (folder / f"{who}.zip").write_bytes(zipped({f"{NAME}/{NAME}.ipynb": right()}))


@kind(marks="small")
def mac_archive(folder: Path, who: str):
    files = {f"{NAME}.ipynb": right(), f"__MACOSX/._{NAME}.ipynb": b"\0\5\x16\7junk"}
    (folder / f"{who}.zip").write_bytes(zipped(files))


@kind()
def archive_in_archive(folder: Path, who: str):
    (folder / f"{who}.zip").write_bytes(zipped({"mine.zip": zipped({"a.ipynb": right()})}))


@kind(student="Grace Hopper")
def moodle_folder(folder: Path, who: str):
    place = folder / "Grace Hopper_77_assignsubmission_file_"
    place.mkdir()
    (place / "my own name.ipynb").write_bytes(right())


@kind(student="lovelaceada")
def canvas(folder: Path, who: str):
    (folder / f"lovelaceada_LATE_12_34_{NAME}.ipynb").write_bytes(right())


@kind(student="noetheremmy", words="handed in too", marks="small")
def canvas_again(folder: Path, who: str):
    for version, tasks in (("", "1"), ("-1", "12"), ("-2", "12345")):
        data = right(tasks)
        (folder / f"noetheremmy_13_35_{NAME}{version}.ipynb").write_bytes(data)


@kind(words="there is also")
def backup_folder(folder: Path, who: str):
    (folder / who / "backup").mkdir(parents=True)
    (folder / who / "backup" / f"{NAME}.ipynb").write_bytes(right("1"))
    (folder / who / f"{NAME}.ipynb").write_bytes(right())


@kind()
def checkpoints(folder: Path, who: str):
    (folder / who / ".ipynb_checkpoints").mkdir(parents=True)
    (folder / who / ".ipynb_checkpoints" / f"{NAME}-checkpoint.ipynb").write_bytes(right(""))
    (folder / who / f"{NAME}.ipynb").write_bytes(right())


@kind()
def folder_with_a_notebooks_name(folder: Path, who: str):
    (folder / f"{who}.ipynb").mkdir()
    (folder / f"{who}.ipynb" / "x.ipynb").write_bytes(right())


NAMES = {
    "underscore": "_ada",
    "shell": "a;rm -rf $HOME `x` 'q' \"r\" &",
    "other_letters": "Søren Ågård 李",
    "formula": "=1+cmd|'x'!A1",
    "line": "two\nlines",
    "long": "n" * 240,
    "dots": "..ada..",
    "glob": "[a-z]*?",
    "percent": "%s%n{0}",
    "option": "--help",
}
for label, name in NAMES.items():

    def put(folder: Path, who: str, name: str = name) -> None:
        (folder / f"{name}.ipynb").write_bytes(right())

    put.__name__ = f"name_{label}"
    kind(student=name, marks="small" if label == "formula" else "")(put)


@kind(student="not\ufffdutf8")
def name_bytes(folder: Path, who: str):
    Path(os.fsdecode(os.fsencode(folder) + b"/not\xffutf8.ipynb")).write_bytes(right())


# What cannot be graded ----------------------------------------------------------------------------


@kind(NONE, "no notebook", marks="small")
def empty_folder(folder: Path, who: str):
    (folder / who).mkdir()


@kind(NONE, "empty")
def empty_file(folder: Path, who: str):
    return b""


@kind(NONE, "damaged", marks="small")
def breaks_off(folder: Path, who: str):
    return right()[:5000]


@kind(NONE, "no notebook")
def other_json(folder: Path, who: str):
    return b'{"a": 1}'


@kind(NONE, "no notebook")
def text(folder: Path, who: str):
    (folder / f"{who}.txt").write_text("My solution is in the other file, sorry.")


@kind(NONE, "no notebook", student="a picture.pdf")
def picture(folder: Path, who: str):
    (folder / "a picture.pdf").write_bytes(b"%PDF-1.4 ...")


@kind(NONE, "damaged")
def broken_archive(folder: Path, who: str):
    (folder / f"{who}.zip").write_bytes(zipped({"a.ipynb": right()})[:4000])


@kind(NONE, "another assignment")
def other_assignment(folder: Path, who: str):
    return written(
        {
            "cells": [code("def times(a, b):\n    return a")],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
