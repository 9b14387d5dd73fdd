"""A run that is killed continues to the same bits; a run with other settings is refused."""

import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alfi.errors import ConfigError
from alfi.meta_training import MetaConfig, batch_loss, episodes_in, meta_train
from alfi.recurrent_machine import Architecture, RecurrentMachine
from alfi.simulators import Poisson, Simulator, Uniform

SMALL = Architecture(n_steps=2, width=8, embedding=4, state=8)
CONFIG = MetaConfig(seed=5, n_iterations=60, batch=8, n_obs=10, pool=32, chunk=5)
PROGRAM = """
import sys, time
from alfi.meta_training import MetaConfig, meta_train
from alfi.recurrent_machine import Architecture
from alfi.simulators import Poisson
arch = Architecture(n_steps=2, width=8, embedding=4, state=8)
config = MetaConfig(seed=5, n_iterations=60, batch=8, n_obs=10, pool=32, chunk=5)
slow = lambda done, loss: time.sleep(0.2)  # so that the kill falls into the run
meta_train(Poisson(), arch, config, checkpoint=sys.argv[1], progress=slow)
"""


def same_bits(a, b):
    leaves = zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    return all(np.array_equal(x, y) for x, y in leaves if eqx.is_array(x))


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_bits(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)])
    deadline = time.monotonic() + 120
    while not (tmp_path / "state.eqx").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the run ended before it was killed"
    done = []
    resumed, losses = meta_train(
        Poisson(), SMALL, CONFIG, checkpoint=tmp_path, progress=lambda i, _: done.append(i)
    )
    assert 5 < done[0] <= 60  # it went on, it did not start again
    whole, whole_losses = meta_train(Poisson(), SMALL, CONFIG, progress=False)
    assert same_bits(resumed, whole)
    np.testing.assert_array_equal(losses, whole_losses)


def test_another_run_in_the_same_folder_is_refused(tmp_path):
    config = MetaConfig(n_iterations=2, batch=2, n_obs=3, pool=4, chunk=2)
    first, _ = meta_train(Poisson(), SMALL, config, checkpoint=tmp_path, progress=False)
    again, _ = meta_train(Poisson(), SMALL, config, checkpoint=tmp_path, progress=False)
    assert same_bits(first, again)
    with pytest.raises(ConfigError, match="other settings"):
        other = MetaConfig(n_iterations=2, batch=2, n_obs=3, pool=4, chunk=2, seed=1)
        meta_train(Poisson(), SMALL, other, checkpoint=tmp_path, progress=False)


def test_a_frozen_encoder_stays_and_the_rest_learns():
    config = MetaConfig(n_iterations=3, batch=2, n_obs=3, pool=0, chunk=3, freeze_encoder=True)
    machine = RecurrentMachine.create(jax.random.key(0), Poisson(), SMALL)
    trained, losses = meta_train(Poisson(), machine, config, progress=False)
    assert same_bits(machine.encoder, trained.encoder)
    assert not same_bits(machine.step, trained.step)
    assert np.all(np.isfinite(losses))


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(ConfigError, match="pool"):
        MetaConfig(batch=64, pool=32)
    with pytest.raises(ConfigError, match="muon"):
        MetaConfig(optimiser="hope")
    with pytest.raises(ConfigError, match="at least 1"):
        MetaConfig(n_iterations=0)


def test_muon_trains_too():
    config = MetaConfig(n_iterations=20, batch=8, n_obs=10, pool=32, chunk=20, optimiser="muon")
    _, losses = meta_train(Poisson(), SMALL, config, progress=False)
    assert losses[-5:].mean() < losses[:5].mean()


class Shifted(Simulator):
    """x = theta + shift, without noise: theta can be read exactly by who knows the shift."""

    name, parameter_names, dim_x = "shifted", ("theta",), 1
    prior = Uniform((-1.0,), (1.0,), "affine")

    def __init__(self, shift=0.0):
        self.shift = shift

    def simulate(self, key, theta, n_obs):
        return theta + self.shift + jnp.zeros((n_obs, 1))


def elsewhere(key):
    k_shift, k_theta = jax.random.split(key)
    return Shifted(jax.random.normal(k_shift)), 3 + jax.random.uniform(k_theta, (1,))


def test_the_loop_is_given_the_world_that_made_the_data():
    class Reader:
        """Simulates at 0 in the world it is given, and takes the difference for theta."""

        proposal = SimpleNamespace(log_prob=lambda psi, z: -jnp.abs(psi - z)[0])

        def infer(self, simulator, key, x):
            theta = x[0] - simulator.simulate(key, jnp.zeros(1), 1)[0]
            return simulator.prior.to_unconstrained(theta)[None]

    keys = jax.random.split(jax.random.key(0), 20)
    theta, x = episodes_in(elsewhere, keys, 2)
    assert np.all(theta > 3) and np.std(x[:, 0, 0] - theta[:, 0]) > 0.5  # shifts differ
    # Two roundings in float32 of numbers of about 7, in prior sd of 0.58.
    assert batch_loss(Reader(), Shifted(), keys, theta, x, elsewhere) < 1e-5
    assert batch_loss(Reader(), Shifted(), keys, theta, x) > 0.5


def test_a_machine_learns_to_ask_the_world():
    """Without its loop a machine cannot know the shift; with it, it does much better."""
    sizes = {"n_steps": 3, "n_theta": 2, "n_sim": 1, "width": 16, "embedding": 4, "state": 16}
    config = MetaConfig(n_iterations=400, batch=32, n_obs=1, pool=0, chunk=400, learning_rate=1e-2)
    loss = {}
    for loop in (False, True):
        architecture = Architecture(use_simulator=loop, **sizes)
        run = meta_train(Shifted(), architecture, config, progress=False, worlds=elsewhere)
        loss[loop] = np.mean(run[1][-50:])
    assert loss[True] < loss[False] - 0.5


def test_a_run_in_other_worlds_is_another_run(tmp_path):
    config = MetaConfig(n_iterations=2, batch=2, n_obs=3, pool=0, chunk=2)
    meta_train(Shifted(), SMALL, config, checkpoint=tmp_path, progress=False, worlds=elsewhere)
    with pytest.raises(ConfigError, match=r"other settings \(worlds\)"):
        meta_train(Shifted(), SMALL, config, checkpoint=tmp_path, progress=False)


def test_worlds_need_fresh_episodes():
    with pytest.raises(ConfigError, match="pool=0"):
        meta_train(Shifted(), SMALL, CONFIG, progress=False, worlds=elsewhere)
