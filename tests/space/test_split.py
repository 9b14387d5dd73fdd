"""A grid on one device and on eight pretended ones has the same gradient."""

import json
import os
import subprocess
import sys

import pytest

from bookkit.space import split
from bookkit.space.grid import SpaceError


def test_one_device_and_eight_give_the_same_gradient():
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-m", "bookkit.space.split", "1", "8"]
    done = subprocess.run(command, env=os.environ | flags, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    one, eight = json.loads(done.stdout)
    assert (one["devices"], eight["devices"]) == (1, 8)
    assert one["exchanges"] == 0 and eight["exchanges"] > 0  # the rows really lie apart
    for key in ("loss", "in_theta", "in_start"):
        # Sums of 4096 numbers below one, in another order.
        assert eight[key] == pytest.approx(one[key], rel=1e-12, abs=1e-14)


def test_rows_that_cannot_be_divided_are_refused():
    with pytest.raises(SpaceError, match="cannot be divided evenly"):
        split.rows_over(10_000)
