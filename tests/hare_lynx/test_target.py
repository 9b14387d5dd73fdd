"""The target as published, and repaired."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookkit.hare_lynx import baselines, target


def test_published_constants(logs):
    """Sums computed independently from the companion code's recipe, printed with these digits."""
    times, curve = target.published(logs)
    assert curve.shape == (181, 2) and times[-1] == 90
    assert f"{np.sum(curve**2):.2f}" == "211.88"
    assert f"{np.sum((curve - curve.mean(axis=0)) ** 2):.2f}" == "204.08"
    assert f"{baselines.fit_sinusoid(times, curve, 9.75)[2]:.2f}" == "113.84"
    assert [f"{value:.3f}" for value in curve[0]] == ["-0.120", "0.256"]


def test_filter_keeps_constants_and_lines():
    """A symmetric kernel of mass one keeps a straight line, where the ends are six sd away."""
    line = np.arange(40.0)[:, None]
    times, curve = target.smooth(line, renormalise=True)
    middle = (times > 8) & (times < 31)
    assert np.abs(curve[middle, 0] - times[middle]).max() < 1e-6  # tail beyond 6 sd: 2e-9, times 30
    assert np.abs(target.smooth(np.full((9, 2), 3.0), renormalise=True)[1] - 3).max() < 1e-12


def test_edge_of_the_published_filter(logs):
    """Half the kernel's mass is missing at the first point, and at the last."""
    published = target.published(logs)[1]
    whole = target.smooth(logs - logs.mean(), renormalise=True)[1]
    np.testing.assert_allclose(published[[0, -1]] / whole[[0, -1]], 0.5, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seen=st.integers(10, 80), shift=st.floats(-3, 3))
def test_repaired_target_never_sees_the_future(seen, shift):
    past = np.sin(np.arange(90.0))[:, None] * [1.0, 0.5]
    future = past.copy()
    future[seen:] += shift
    assert (target.repaired(past, seen)[1] == target.repaired(future, seen)[1]).all()


@pytest.mark.parametrize(
    ("years", "hare", "lynx", "words"),
    [
        ([1845, 1846], [1.0], [1.0, 2.0], "one hare and one lynx count"),
        ([1845, 1846], [1.0, float("nan")], [1.0, 2.0], "hare pelts of 1846 are nan"),
        ([1845, 1846], [1.0, 2.0], [-4.0, 2.0], "lynx pelts of 1845 are -4"),
        ([1845, 1846], [1.0, 0.0], [4.0, 2.0], "above zero"),
        ([1845, 1847], [1.0, 2.0], [4.0, 2.0], "1845 is followed by 1847"),
        ([1845], [1.0], [4.0], "at least two years"),
    ],
)
def test_bad_tables_are_refused_in_their_own_terms(years, hare, lynx, words):
    with pytest.raises(ValueError, match=words):
        target.log_pelts(years, hare, lynx)
