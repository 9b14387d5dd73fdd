"""The tables say where they come from, and the faults that they name are really there."""

import itertools
import json
from math import log
from statistics import correlation, mean, variance

import pytest

from bookkit import data
from bookkit.data import load

LONG, SHORT = load("hare_lynx_1845_1935"), load("hare_lynx_1900_1920")


def logs(column, first=None, last=None, table=LONG):
    years = table["year"]
    rows = zip(years, table[column], strict=True)
    return [log(v) for year, v in rows if (first or years[0]) <= year <= (last or years[-1])]


def lagged(lag, *span):
    hare, lynx = logs("hare", *span), logs("lynx", *span)
    return correlation(hare[: len(hare) - lag], lynx[lag:])


@pytest.mark.parametrize("table, first, last", [(LONG, 1845, 1935), (SHORT, 1900, 1920)])
def test_table_is_whole(table, first, last):
    assert table["year"] == [float(year) for year in range(first, last + 1)]
    assert set(table.units) == set(table) == {"year", "hare", "lynx"}
    assert all(v > 0 for column in table.values() for v in column)
    assert table.title and table.source and table.licence and table.faults


def test_hare_leaps_after_1862():
    at = LONG["year"].index(1862)
    before, low, high = LONG["hare"][at - 1 : at + 2]
    assert (low, high) == (2.18, 152.65)
    assert round(high / low) == 70 and round(before / low) == 14


def test_five_pairs_of_hare_years_are_nearly_equal():
    hare = LONG["hare"]
    steps = itertools.pairwise(hare)
    assert sum(round(abs(a - b), 2) <= 0.02 for a, b in steps) == 5


def test_lynx_lags_hare_but_not_always():
    assert max(range(6), key=lagged) in (1, 2)
    assert max(range(6), key=lambda lag: lagged(lag, 1875, 1904)) == 0


@pytest.mark.parametrize("column, expected", [("hare", 0.36), ("lynx", 0.77)])
def test_the_two_tables_disagree(column, expected):
    shared = logs(column, 1900, 1920)
    assert round(correlation(shared, logs(column, table=SHORT)), 2) == expected
    assert any(f"{expected} for {column}" in fault for fault in LONG.faults)
    assert any(f"{expected} for {column}" in fault for fault in SHORT.faults)


def test_a_result_is_loaded_as_it_was_written(tmp_path, monkeypatch):
    (tmp_path / "run.json").write_text(json.dumps({"seed": 1}))
    monkeypatch.setattr(data, "_HERE", tmp_path)
    assert load("run") == {"seed": 1}


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(KeyError, match="hare_lynx_1845_1935, hare_lynx_1900_1920"):
        load("hares")


def test_luria_and_delbruck_have_the_moments_that_are_quoted():
    """Mean and variance of both experiments, and the cultures without a mutant."""
    table = load("luria_delbruck_1943")
    rows = list(zip(table["experiment"], table["colonies"], strict=True))
    separate, samples = ([n for which, n in rows if which == k] for k in (16, 10))
    assert (len(separate), len(samples)) == (20, 10) and separate.count(0) == 11
    assert (round(mean(separate), 2), round(variance(separate), 1)) == (11.35, 752.1)
    assert (round(mean(samples), 1), round(variance(samples), 1)) == (16.7, 18.2)
