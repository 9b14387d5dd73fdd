"""Write the student version of every assignment, as a folder and as a zip: `make release`."""

import argparse
import shutil
import tempfile
from pathlib import Path

from assignments.course import assignments, open_course


def release(out: Path) -> list[Path]:
    """Write `out/<name>/` and `out/<name>.zip` for each assignment; return the zips."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as course:
        names = assignments()
        open_course(Path(course), names)
        zips = []
        for name in names:
            made = Path(course, "release")
            shutil.copytree(made / name, out / name, dirs_exist_ok=True)
            zips.append(Path(shutil.make_archive(str(out / name), "zip", made, name)))
    return zips


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/release"))
    for archive in release(parser.parse_args().out):
        print(f"{archive.with_suffix('')}/ and {archive}")
