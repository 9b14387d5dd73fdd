"""Double precision, for every test of the grid."""

import pytest


@pytest.fixture(autouse=True)
def double_precision(float64):
    pass
