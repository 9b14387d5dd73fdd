"""The table, its logarithms, and 64-bit arithmetic while these tests run."""

import pytest

from bookkit.data import load
from bookkit.hare_lynx import target


@pytest.fixture(autouse=True)
def double_precision(float64):
    pass


@pytest.fixture(scope="session")
def logs():
    table = load("hare_lynx_1845_1935")
    return target.log_pelts(table["year"], table["hare"], table["lynx"])
