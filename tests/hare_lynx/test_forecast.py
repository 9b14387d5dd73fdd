"""Forecasts, rivals, skill and bands."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bookkit.hare_lynx import baselines, forecast
from bookkit.hare_lynx.models import MODELS
from bookkit.hare_lynx.scores import all_forecasts


def test_restart_loss_is_the_plain_loop(logs):
    model, seen = MODELS["ode2"], 25
    values = jnp.asarray(forecast.centred(logs[:30], 1869)[0])
    theta = forecast.draw_restarts(model, jax.random.key(2))
    squares = []
    for start in range(29):
        path = forecast.ahead(model, theta, values[start], 15)
        for k in range(1, 16):
            if start + k < seen:
                squares.append(float(jnp.sum((path[k - 1] - values[start + k]) ** 2)))
    expected = sum(squares) / len(squares)
    assert forecast.restart_loss(model, theta, values, seen) == pytest.approx(expected, rel=1e-12)


def test_restart_loss_never_sees_the_future(logs):
    model, values = MODELS["ode2"], jnp.asarray(logs[:40] - logs[:25].mean(axis=0))
    theta = forecast.draw_restarts(model, jax.random.key(2))
    before = forecast.restart_loss(model, theta, values, 25)
    assert before == forecast.restart_loss(model, theta, values.at[25:].add(1.0), 25)


@pytest.mark.parametrize("name", baselines.BASELINES)
def test_baselines_never_see_the_future(name, logs):
    changed = logs.copy()
    changed[61:] += 1
    told = [baselines.BASELINES[name](table[:61], 30) for table in (logs, changed)]
    assert (told[0] == told[1]).all() and told[0].shape == (30, 2)


def test_autoregression_continues_a_damped_wave():
    """A damped sinusoid obeys a recursion of order two exactly."""
    t = np.arange(90)
    wave = (0.99**t * np.cos(2 * np.pi * t / 9.5))[:, None]
    told = baselines.autoregression(wave[:60], 30)
    # The mean that is taken off is not quite zero and obeys no recursion: a small constant error.
    assert np.abs(told - wave[60:]).max() < 0.1


def test_last_ten_years_repeat(logs):
    told = baselines.last_ten_years(logs[:61], 30)
    assert (told[:10] == logs[51:61]).all() and (told[20:] == told[:10]).all()


def test_skill_of_a_late_wave():
    """2 cos(phase) - 1: the chapter's formula."""
    t = np.linspace(0, 2 * np.pi, 1000, endpoint=False)[:, None]
    for degrees in (0, 30, 60, 90, 180):
        phase = np.radians(degrees)
        late = {1905: np.cos(t + phase) - np.cos(t)}
        got = forecast.skill(late, {1905: -np.cos(t)})
        assert got == pytest.approx(2 * np.cos(phase) - 1, abs=1e-12)


def test_trust_of_a_late_wave(logs):
    """The best factor for a wave that is late by an angle is its cosine."""
    years = np.arange(61)
    table = np.column_stack([np.cos(2 * np.pi * years / 10), np.sin(2 * np.pi * years / 10)])
    late = {}
    for origin in (1864, 1874):  # whole cycles before and after, so that the means are zero
        ahead = origin - 1845 + 1 + np.arange(30)
        late[origin] = np.column_stack(
            [np.cos(2 * np.pi * (ahead - 1) / 10), np.sin(2 * np.pi * (ahead - 1) / 10)]
        )
    assert forecast.trust(late, table) == pytest.approx(np.cos(2 * np.pi / 10), abs=1e-12)


def test_bands_cover_errors_of_the_same_kind():
    """Calibrated on one draw of errors, tested on another, over many draws."""
    rng = np.random.default_rng(8)
    shares = {0.5: [], 0.9: []}
    for _ in range(60):
        kind = np.linspace(0.5, 1.5, 30)[:, None]  # errors that grow with the years ahead
        past = {
            o: kind[: 1905 - o] * rng.standard_t(5, (min(30, 1905 - o), 2))
            for o in forecast.ORIGINS
        }
        future = kind * rng.standard_t(5, (30, 2))
        for level, found in shares.items():
            found.append(forecast.coverage(future, forecast.half_widths(past, level)))
    # A quantile of n errors covers level - O(1/n) of new ones, n = 11 years x (1 to 7) origins;
    # the mean over 60 draws of 60 counts has a standard error below 0.01.
    assert abs(np.mean(shares[0.5]) - 0.5) < 0.05
    assert 0.82 < np.mean(shares[0.9]) < 0.92


def test_rolling_forecasts_are_scored_on_training_years_only(logs):
    for origin in forecast.ORIGINS:
        truth = forecast.truth_after(logs, origin)
        assert len(truth) == min(30, 1905 - origin)
        assert (truth == logs[origin - 1844 : origin - 1844 + len(truth)]).all()
    assert (forecast.truth_after(logs, 1905) == logs[61:]).all()


def test_every_forecast_has_every_origin(logs):
    everything = all_forecasts(logs)
    assert len(everything) == 6 + 2 * len(MODELS)
    for made in everything.values():
        assert sorted(made) == [*forecast.ORIGINS, forecast.LAST_SEEN]
        assert all(np.shape(path) == (30, 2) for path in made.values())
