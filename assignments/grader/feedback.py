"""A page for each student: points by task, and what each check said."""

import html
import re
from pathlib import Path

from assignments.grader.table import Row
from assignments.grader.tasks import Assignment

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: auto; padding: 1rem }}
.said {{ white-space: pre-line; border-left: .25rem solid #888; padding-left: .75rem }}
.said {{ overflow-wrap: anywhere }}
h2 {{ font-size: 1.1rem; margin-bottom: 0 }}
</style></head><body>
<h1>{title}</h1>
<p>{student}: <strong>{total:g} of {maximum:g} points</strong></p>
{words}{tasks}
{stopped}<p>A check tries a property that every right answer has. The hidden half tries the same
property on other instances.</p>
</body></html>
"""


def write(out: Path, assignment: Assignment, rows: list[Row]) -> None:
    """One page for each row, its name made of the row's number and of safe letters."""
    out.mkdir(parents=True, exist_ok=True)
    for count, row in enumerate(rows, 1):
        name = re.sub(r"[^A-Za-z0-9]+", "_", row.handed.student)[:40].strip("_")
        key = row.handed.id[:20] or f"{count:04d}"
        (out / f"{key}_{name}.html").write_text(page(assignment, row), encoding="utf-8")


def page(assignment: Assignment, row: Row) -> str:
    """The page. Whatever a student chose is text on it, never markup."""
    said = [row.graded.reason, *row.handed.words, *row.graded.words]
    return PAGE.format(
        title=html.escape(assignment.name.replace("_", " ").capitalize()),
        student=_text(row.handed.student),
        total=row.total,
        maximum=assignment.maximum(),
        words="".join(f"<p>{_text(word)}</p>\n" for word in said if word),
        stopped=_stopped(row),
        tasks="".join(_task(assignment, row, number) for number in assignment.numbers),
    )


def _stopped(row: Row) -> str:
    cells = row.graded.stopped[:20]
    if not cells:
        return ""
    shown = _text(", ".join(cells))
    return f"<p>These cells stopped with an exception, and the next ones ran: {shown}.</p>\n"


def _task(assignment: Assignment, row: Row, number: str) -> str:
    points, maximum = row.graded.points(number), assignment.maximum(number)
    texts = row.graded.said(number)
    head = f"<h2>Task {html.escape(number)}: {points:g} of {maximum:g}</h2>\n"
    return head + "".join(f'<p class="said">{_text(_parts(text))}</p>\n' for text in texts)


def _parts(text: str) -> str:
    """What held, the counter-example and the hint, a line each, as long as the page is wide."""
    return re.sub(" (Counter-example: |Hint: )", r"\n\1", " ".join(text.split()))


def _text(value: str) -> str:
    return html.escape(value.encode("utf-8", "replace").decode())
