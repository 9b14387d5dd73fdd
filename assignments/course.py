"""An nbgrader course made for one run: a folder with the source notebooks and an empty gradebook.

nbgrader does the work: it cuts out the solutions and hidden tests, and puts the tests back into
what was handed in. Its course folder keeps a state; ours is made afresh, so a run depends on
nothing else.
"""

import logging
import os
import shutil
import sys
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from assignments.grader.tasks import SOURCES


def open_course(folder: Path, names: list[str]) -> NbGraderAPI:
    """Lay out a course in the empty folder, with the student version of each assignment made.

    Student versions lie in `release/<name>` below it, submissions belong into
    `submitted/<student>/<name>`. Errors: RuntimeError with nbgrader's words where it refuses a
    source notebook.
    """
    for name in names:
        shutil.copytree(
            SOURCES / name, folder / "source" / name, ignore=shutil.ignore_patterns(".*", "__*")
        )
    (folder / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    # nbgrader calls `alembic` by name; it lies beside this Python, which need not be on the path.
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])
    config = Config()
    config.CourseDirectory.root = str(folder)
    api = NbGraderAPI(config=config)
    api.log_level = logging.ERROR
    for name in names:
        result = api.generate_assignment(name)
        if not result["success"]:
            raise RuntimeError(f"nbgrader refuses {name}:\n{result['error']}{result['log']}")
    return api
