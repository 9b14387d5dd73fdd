"""A judge in a process of its own: it reads files from its input, and writes verdicts.

The seed comes by the input, never by the environment or the command, which others can read.
"""

import base64
import json
import sys

from assignments.grader import tasks
from assignments.grader.isolation import Isolation
from assignments.grader.judge import Judge
from assignments.grader.worker import become_grader


def main() -> None:
    become_grader()
    about = json.loads(sys.stdin.readline())
    assignment = tasks.read(about["assignment"])
    isolation = Isolation(tuple(about["means"]))
    judge = Judge(assignment, about["seed"], isolation, about["patience"])
    out, sys.stdout = sys.stdout, sys.stderr  # what a check prints is no verdict
    for line in sys.stdin:
        graded = judge.grade(base64.b64decode(line))
        print(json.dumps(graded.as_dict()), file=out, flush=True)


if __name__ == "__main__":
    main()
