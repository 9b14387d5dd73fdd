"""Killed at any moment, the scripts go on and end with the same bytes."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from bookkit.hare_lynx import resume
from tests.pages import ROOT


def command(script, out):
    out.mkdir(exist_ok=True)
    return [sys.executable, str(ROOT / "benchmarks" / script), "--quick", "--out", str(out)]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("script", ["hare_lynx_forecast.py"])
def test_killed_runs_end_with_the_same_bytes(script, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for place in (whole, broken):
        place.mkdir()
    run = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    began = time.monotonic()
    subprocess.run(command(script, whole), cwd=whole, check=True, **run)
    took = time.monotonic() - began
    moment = random.Random(8)
    for _ in range(3):
        process = subprocess.Popen(
            command(script, broken), cwd=broken, start_new_session=True, **run
        )
        try:
            process.wait(timeout=moment.uniform(0.3, 0.9) * took)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    subprocess.run(command(script, broken), cwd=broken, check=True, **run)
    made = sorted(path.name for path in whole.glob("*.json"))
    assert made
    for name in made:
        assert (whole / name).read_bytes() == (broken / name).read_bytes()


def test_trees_come_back_bit_for_bit(tmp_path):
    tree = {"a": np.array([0.1, np.nan, -0.0]), "b": (np.array(3), np.ones((2, 2)))}
    resume.save_tree(tmp_path / "tree.npz", tree)
    back = resume.load_tree(tmp_path / "tree.npz", tree)
    for before, after in ((tree["a"], back["a"]), (tree["b"][1], back["b"][1])):
        assert before.tobytes() == after.tobytes()
    assert back["b"][0] == 3


def test_another_recipe_has_another_workshop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resume.workshop("fits", {"seed": 1}) != resume.workshop("fits", {"seed": 2})
    assert resume.workshop("fits", {"seed": 1}) == resume.workshop("fits", {"seed": 1})
