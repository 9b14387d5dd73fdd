"""The stored results say what their scripts say they say."""

from bookkit.data import load
from bookkit.quizzes.space import recall


def test_the_patterns_of_the_film_are_whole():
    stored = load("space_pattern")
    size = stored["card"]["size"]
    for stop in stored["film"]:
        assert all(len(picture) == size * size for picture in stop["picture"])
        assert all({"a", "z"} <= set(picture) for picture in stop["picture"])
    end, first = stored["film"][-1], stored["table"][0]
    assert end["theta"] == first["theta"] and end["wavelength"][0] == first["trained"]


def test_every_way_was_measured_on_every_grid():
    stored = load("space_cost")
    rows = {(r["way"], r["cells"]): r for r in stored["rows"] if r["parameters"] == 2}
    assert len(rows) == 28
    for (way, _), row in rows.items():
        assert ("failed" in row) == (way == "backsolve")
        # Euler's steps are of first order; the others keep to their tolerance.
        assert way == "backsolve" or row["error"] < (
            0.2 if way in ("all kept", "segments") else 2e-3
        )


def test_the_quiz_says_of_linear_theory_what_the_table_says():
    gaps = [row["linear"] / row["trained"] - 1 for row in load("space_pattern")["table"]]
    assert round(3 * max(gaps)) == 1  # by up to a third
    told = " ".join(text for item in recall.items for text in item.wrong.values())
    assert "off by up to a third" in told
