"""What becomes of a folder: names, versions, archives, links, damaged files."""

import os
import zipfile

import pytest

from assignments.grader import feedback, similarity, table, tasks
from assignments.grader.intake import Handed, collect
from assignments.grader.judge import Graded, Verdict
from assignments.grader.notebook import Unreadable, cells_of

NAME = "three_ways"


@pytest.mark.parametrize(
    ("name", "student", "id"),
    [
        ("ada.ipynb", "ada", ""),
        (f"ada_{NAME}.ipynb", "ada", ""),
        ("_ada.ipynb", "_ada", ""),
        ("lovelaceada_12_34_x.ipynb", "lovelaceada", "12"),
        ("lovelaceada_LATE_12_34_x-3.ipynb", "lovelaceada", "12"),
        ("Ada Lovelace_77_assignsubmission_file_x.ipynb", "Ada Lovelace", "77"),
        ("ada (2).ipynb.txt", "ada", ""),
        (f"{NAME}.ipynb", NAME, ""),
    ],
)
def test_a_name_tells_the_student_and_the_id(tmp_path, name, student, id):
    (tmp_path / name).write_text("x = 1")
    [row] = collect(tmp_path, NAME)
    assert (row.student, row.id, row.data) == (student, id, b"x = 1")


def test_the_latest_counts_and_the_row_says_so(tmp_path):
    for name, text in (("a_1_2_x.ipynb", "old"), ("a_1_3_x-2.ipynb", "new"), ("b.py", "b")):
        (tmp_path / name).write_text(text)
    first, second = collect(tmp_path, NAME)
    assert first.data == b"new"
    assert "a_1_2_x.ipynb was handed in too" in first.words[0]
    assert second.data == b"b"


def test_links_and_pipes_are_rows_and_are_not_followed(tmp_path):
    (tmp_path / "link.ipynb").symlink_to(__file__)
    os.mkfifo(tmp_path / "pipe.ipynb")
    for row in collect(tmp_path, NAME):
        assert row.data is None
        assert "not followed" in row.reason


def test_an_archive_is_read_without_the_macs_shadow(tmp_path):
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        archive.writestr("task/mine.ipynb", "x = 1")
        archive.writestr("__MACOSX/task/._mine.ipynb", "junk")
    [row] = collect(tmp_path, NAME)
    assert (row.data, row.words) == (b"x = 1", [])


def test_an_empty_folder_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(ValueError, match="Put a notebook or a folder"):
        collect(tmp_path, NAME)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"\x89PNG\r\n", b"Dear teacher,"])
def test_what_is_no_notebook_says_so(data):
    with pytest.raises(Unreadable):
        cells_of(data)


def graded(points, text=""):
    return Graded([Verdict("1", False, points, 4, text)])


def test_a_message_has_no_line_of_source_and_no_formula(tmp_path):
    said = "Task 1, not yet: f(1) raised E: no, at your line 3 of f: return secret.\nHint: look."
    row = table.Row(Handed("=evil", "7", "x"), graded(0, said))
    assert row.messages() == ["Task 1, not yet: f(1) raised E: no, in f. Hint: look."]
    table.write(tmp_path, tasks.read(NAME), [row])
    for name in ("grades", "canvas", "moodle", "nbgrader"):
        assert "\n=" not in (tmp_path / f"{name}.csv").read_text()
    assert "Participant 7" in (tmp_path / "moodle.csv").read_text()


def test_a_page_of_feedback_shows_text_and_no_markup():
    row = table.Row(Handed("<b>Bo</b>", "", "x", words=["<i>"]), graded(1, "<script>"))
    page = feedback.page(tasks.read(NAME), row)
    assert "<script>" not in page
    assert "<b>" not in page
    assert "1 of 4" in page


def test_renamed_code_is_alike_and_other_code_is_not():
    one = b"def f(a, b):\n    total = a * b + 3\n    return [total - 1, a / 2]\n"
    same = one.replace(b"total", b"x").replace(b"a", b"alpha").replace(b"return [x", b"return  [x")
    other = b"def f(a, b):\n    for i in range(9):\n        a = a - b ** i\n    return {a: b}\n"
    first = similarity.fingerprints(one)
    assert similarity.likeness(first, similarity.fingerprints(same.replace(b"def", b"def "))) > 0.9
    assert similarity.likeness(first, similarity.fingerprints(other)) < 0.5
