"""One device and eight give the same simulations, bit for bit, and the same training."""

import os
import subprocess
import sys

import pytest

from alfi.errors import ConfigError
from alfi.sharding import devices

PROGRAM = """
import jax, numpy as np
from alfi.meta_training import MetaConfig, meta_train
from alfi.recurrent_machine import Architecture
from alfi.sharding import devices, sweep
from alfi.simulators import Poisson
import equinox as eqx

assert len(jax.devices()) == 8
theta = Poisson.prior.sample(jax.random.key(0), 16)
one, eight = (sweep(Poisson(), jax.random.key(1), theta, 5, devices(n)) for n in (1, 8))
assert len(eight.sharding.device_set) == 8
np.testing.assert_array_equal(np.asarray(one), np.asarray(eight))

arch = Architecture(
    use_simulator=True, n_steps=2, n_theta=2, n_sim=3, width=8, embedding=4, state=8
)
config = MetaConfig(n_iterations=5, batch=16, n_obs=10, pool=32, chunk=5, learning_rate=1e-3)
runs = [meta_train(Poisson(), arch, config, progress=False, mesh=m)
        for m in (None, devices(1), devices(8))]
for machine, losses in runs[1:]:
    np.testing.assert_allclose(losses, runs[0][1], rtol=1e-5)
    for a, b in zip(jax.tree.leaves(eqx.filter(machine, eqx.is_array)),
                    jax.tree.leaves(eqx.filter(runs[0][0], eqx.is_array)), strict=True):
        # float32 sums in another order; Adam's first steps have the size of the learning rate,
        # so a wrong gradient would show as 1e-3.
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=5e-5)
print("same")
"""


@pytest.mark.slow
def test_one_device_and_eight_agree():
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=os.environ | flags, capture_output=True, text=True
    )
    assert done.stdout.strip() == "same", done.stderr


def test_more_devices_than_there_are_is_refused():
    with pytest.raises(ConfigError, match="devices"):
        devices(10_000)
