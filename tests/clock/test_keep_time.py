"""Dawn and the loss, on hands whose answer is known; the sky; and a search."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from bookkit.clock import circuit, keep_time, light, train

T = np.arange(401) / 100


@pytest.mark.parametrize("late", [-5.0, -0.37, 0.0, 1.2, 11.0])
def test_dawn_is_found_where_it_was_put(late):
    hand = 1000.0 * np.exp(np.sin(2 * np.pi * (T - 0.5 - late / 24)))
    assert abs(keep_time.dawn_error(hand, 2) - late) < 0.01
    assert abs(keep_time.day_length(hand, 2) - 12.0) <= 0.48  # two steps


def test_no_rise_is_twelve_hours_and_only_a_rise_counts():
    assert keep_time.dawn_error(np.zeros(401), 2) == 12.0
    assert keep_time.dawn_error(np.where(T < 1.5, 2000.0, 0.0), 2) == 12.0  # falls at dawn
    with pytest.raises(ValueError, match=r"ends on day 4.0; day 5 is later"):
        keep_time.dawn_error(np.zeros(401), 5)


def test_the_wanted_hand_passes_one_half_at_dawn():
    wanted = keep_time.wanted(1)
    assert abs(float(wanted[50]) - 0.5) < 1e-12 and float(wanted[75]) == 0.8 and wanted[25] < 1e-9
    assert abs(float(jnp.mean((keep_time.wanted(20) - 0.5) ** 2)) - 0.101) < 2e-4


def test_the_loss_looks_at_its_window_only():
    free = circuit.draw(jax.random.key(0), "thermodynamic")
    slope = jax.jit(jax.grad(lambda sky: keep_time.loss(free, sky, 0.5)))(jnp.zeros(50))
    assert float(jnp.abs(slope[26:]).max()) == 0.0 and float(jnp.abs(slope[:25]).max()) > 0.0


def test_skies_change_after_the_mean_wait_and_start_hidden():
    sky = light.skies(0, 400, 20)
    assert sky.shape == (20, 20_000) and set(np.unique(sky)) == {0.0, 1.0}
    changes = np.abs(np.diff(sky, axis=1)).sum()
    assert abs(changes / (20 * 400 / 2.0) - 1) < 0.07  # 4000 changes, known to 1.6 %; four times
    assert light.skies(0, 1, 400)[:, 0].mean() < 0.03  # a hundredth may change at once
    with pytest.raises(ValueError, match="mean time in days"):
        light.skies(0, 1, 1, wait=0.0)


def test_light_is_a_thousandth_at_dawn_and_none_behind_the_sky():
    dawn, noon = (float(light.made_by_light(jnp.array(t), 1.0)) for t in (0.5, 0.75))
    assert abs(noon / light.L - 1) < 1e-12 and abs(dawn / noon - 1e-3) < 1e-12
    assert float(light.made_by_light(jnp.array(0.75), 0.0)) == 0.0


def bowl(free, window, data):
    return window * jnp.sum((free["x"] - data) ** 2)


def test_many_searches_are_many_single_ones():
    adam = train.optimiser(20)
    several = train.updater(bowl, adam)
    data = jnp.linspace(0.0, 1.0, 20)
    windows = jnp.ones(20)
    free = {"x": jnp.array([[3.0], [-2.0]])}
    both, _, losses = several(free, jax.vmap(adam.init)(free), windows, data)
    for k in range(2):
        x = {"x": free["x"][k]}
        state = adam.init(x)
        for i in range(20):
            move, state = adam.update(jax.grad(bowl)(x, 1.0, data[i]), state, x)
            x = optax.apply_updates(x, move)
        assert abs(float(both["x"][k, 0] - x["x"][0])) < 1e-12
    assert losses.shape == (20, 2)


def test_a_search_that_leaves_the_finite_numbers_does_not_harm_the_others():
    adam = train.optimiser(5)
    free = {"x": jnp.array([[jnp.inf], [1.0]])}
    out, _, losses = train.updater(bowl, adam)(
        free, jax.vmap(adam.init)(free), jnp.ones(5), jnp.zeros(5)
    )
    assert bool(jnp.isfinite(out["x"][1, 0])) and float(losses[-1, 1]) < float(losses[0, 1])
    assert not bool(jnp.isfinite(losses[-1, 0]))
