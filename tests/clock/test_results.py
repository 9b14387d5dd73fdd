"""The stored clocks do what the chapter's table says of them, on skies of this test's own."""

import jax
import numpy as np
import pytest

from bookkit.clock import circuit, judge, light, step
from bookkit.data import load
from bookkit.explorables import load as explorable

STORED = load("gene_clock")
CHOSEN = {n: {k: np.array(v) for k, v in c.items()} for n, c in STORED["chosen"].items()}


def test_what_is_stored_has_the_papers_size():
    sizes = {n: circuit.count(c) for n, c in CHOSEN.items()}
    assert sizes.pop("neural", 508) == 508 and set(sizes.values()) == {164}


@pytest.mark.parametrize("kind, most", [(None, 0.6), ("square root", 9.0)])
def test_the_clock_of_the_light_is_as_good_as_its_table(kind, most):
    """24 fresh paths: their 90th percentile scatters by some tens of per cent about the table's."""
    stored = STORED["dawn"][f"light | {kind or 'none'}"]["10"]
    found = judge.judge(CHOSEN["light"], [10], 24, kind, seed=31, per_cell=8)["10"]
    assert found["dawn90"] < most and stored["dawn90"] < most
    assert abs(found["within"] - stored["within"]) < 0.35  # three and a half standard errors


def test_the_page_steps_as_jax_does():
    """The live figure's program, in mini_autodiff, on the same sky; four digits of each number."""
    figure = explorable("gene_clock")
    sky = np.ones(8 * light.CELLS)
    sky[2 * light.CELLS : 5 * light.CELLS] = 0.0
    with jax.enable_x64(True):
        hand = np.asarray(step.run(CHOSEN["light"], sky, per_cell=8))[16::16, 4]
    shown = np.array(figure.compute({"dark": 3.0})["hand"])
    assert np.abs(shown - hand**2 / (1e6 + hand**2)).max() < 0.02
