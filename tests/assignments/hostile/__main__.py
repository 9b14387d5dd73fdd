"""Grade the whole class and say what came out wrong: `make hostile-class`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.assignments.hostile.school import graded_class, kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="kinds whose name holds this")
    parser.add_argument("--patience", type=float, default=0.2)
    args = parser.parse_args()
    chosen = [kind for kind in kinds() if args.only in kind.name]
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        report = graded_class(chosen, Path(folder), args.patience)
        print(f"{len(chosen)} submissions in {time.monotonic() - begin:.0f} s")
    for line in report:
        print(line)
    print("wrong, lost, left over or changed:", len(report))
    sys.exit(bool(report))


if __name__ == "__main__":
    main()
