"""Write the student version of every assignment, as a folder and as a zip: `make release`."""

import argparse
import shutil
import tempfile
from pathlib import Path

from assignments.course import open_course
from assignments.grader.tasks import assignments


def release(out: Path, names: list[str] | None = None) -> list[Path]:
    """Write `out/<name>/` and `out/<name>.zip` for each assignment named; return the zips."""
    out.mkdir(parents=True, exist_ok=True)
    names = names or assignments()
    with tempfile.TemporaryDirectory() as course:
        open_course(Path(course), names)
        zips = []
        for name in names:
            made = Path(course, "release")
            shutil.copytree(made / name, out / name, dirs_exist_ok=True)
            zips.append(Path(shutil.make_archive(str(out / name), "zip", made, name)))
    return zips


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *assignments()], help="all, if none")
    parser.add_argument("--out", type=Path, default=Path("build/release"))
    args = parser.parse_args()
    for archive in release(args.out, args.names):
        print(f"{archive.with_suffix('')}/ and {archive}")
