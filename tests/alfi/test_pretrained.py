"""What is shipped is small, is what its card says, and infers as well as its card says."""

import shutil

import jax
import numpy as np
import pytest

from alfi import calibration, pretrained
from alfi.errors import ConfigError
from alfi.indirect_inference import indirect_inference
from alfi.inference import infer
from alfi.meta_training import simulate_episodes
from alfi.simulators import Poisson


@pytest.mark.parametrize("name", pretrained.available())
def test_weights_are_small_and_load(name):
    trained = pretrained.load(name)
    assert (pretrained.FOLDER / f"{name}.eqx").stat().st_size < pretrained.MAX_BYTES
    x = trained.simulator(jax.random.key(0), trained.simulator.prior.mean, 50)
    posterior = infer(trained.machine, trained.simulator, jax.random.key(1), x)
    assert np.all(trained.simulator.prior.contains(posterior.mean))
    assert {"config", "architecture", "score", "sha256"} <= set(trained.card)


def episodes(n):
    return jax.jit(lambda key: simulate_episodes(key, Poisson(), n, 500))(jax.random.key(77))


def test_poisson_machine_is_as_good_as_its_card_on_episodes_of_its_own():
    theta, x = episodes(400)
    trained = pretrained.load("poisson")
    posterior = infer(trained.machine, trained.simulator, jax.random.key(1), x)
    found = calibration.rmse_ratio(posterior.mean, jax.vmap(Poisson().mle)(x), theta)
    card = trained.card["score"]["ratio"][0]
    assert found.ratio[0] < card + 4 * found.standard_error[0]
    cover = calibration.expected_coverage(posterior.pit(theta))[:, 0]
    want = np.array([trained.card["score"][f"coverage_{level}"][0] for level in (50, 90)])
    assert np.all(np.abs(cover - want) < 4 * np.sqrt(want * (1 - want) / 400))


class Dimmed(Poisson):
    """Six counts in ten are seen."""

    def simulate(self, key, theta, n_obs):
        return super().simulate(key, theta + np.log(0.6), n_obs)


def test_newton_on_the_statistic_survives_a_changed_simulator():
    trained = pretrained.load("poisson")
    k_x, k_run = jax.random.split(jax.random.key(0))
    theta = np.linspace(1.0, 6.5, 40, dtype=np.float32)[:, None]
    keys = jax.random.split(k_x, 40)
    x = jax.vmap(lambda k, t: Dimmed().simulate(k, t, 500))(keys, theta)
    mle = jax.vmap(Poisson().mle)(x) - np.log(0.6)
    plain = infer(trained.machine, Poisson(), k_run, x).mean
    found = indirect_inference(trained.machine, Poisson(), Dimmed(), k_run, x)
    # Without simulations the answer is off by log 0.6; with them it is not.
    assert abs(float(np.mean(plain - theta)) - np.log(0.6)) < 0.1
    floor = calibration.rmse(mle, theta)[0]
    # 1.2 is what the benchmark asks of 300 episodes; 40 have a relative error of 1/sqrt(80).
    assert calibration.rmse(found.theta, theta)[0] < 1.2 * floor * (1 + 4 / np.sqrt(80))
    with pytest.raises(ConfigError, match="same prior"):
        other = Dimmed()
        other.prior = type(Poisson.prior)((0.0,), (7.0,))
        indirect_inference(trained.machine, Poisson(), other, k_run, x)


def test_changed_weights_are_refused(tmp_path):
    for suffix in (".eqx", ".json"):
        shutil.copy(pretrained.FOLDER / f"poisson{suffix}", tmp_path)
    path = tmp_path / "poisson.eqx"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ConfigError, match="SHA-256"):
        pretrained.load("poisson", tmp_path)
    with pytest.raises(ConfigError, match="no pretrained machine"):
        pretrained.load("nothing", tmp_path)
