"""What holds for any weights of a machine, and that a short training already infers."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alfi import calibration
from alfi.errors import ConfigError, SimulatorError
from alfi.inference import Posterior, infer
from alfi.meta_training import MetaConfig, meta_train, simulate_episodes
from alfi.proposal import GaussianProposal
from alfi.recurrent_machine import Architecture, RecurrentMachine
from alfi.simulators import Poisson, Uniform

SMALL = Architecture(n_steps=2, n_theta=4, n_sim=5, width=8, embedding=4, state=8)


def machine(**sizes):
    return RecurrentMachine.create(jax.random.key(0), Poisson(), SMALL).with_loop(False, **sizes)


X = Poisson()(jax.random.key(1), [2.0], 40)


def test_the_order_of_observations_does_not_matter():
    found = machine().infer(Poisson(), jax.random.key(0), X)
    again = machine().infer(Poisson(), jax.random.key(0), X[::-1])
    np.testing.assert_allclose(found, again, atol=1e-5)  # float32 sums in another order


def test_a_closed_gate_makes_the_loop_the_same_as_no_loop():
    key = jax.random.key(3)
    looped = machine().with_loop()
    np.testing.assert_array_equal(
        looped.infer(Poisson(), key, X), machine().infer(Poisson(), key, X)
    )
    opened = eqx.tree_at(lambda m: m.gate, looped, jnp.ones(8))
    assert not np.allclose(opened.infer(Poisson(), key, X), looped.infer(Poisson(), key, X))


def test_the_loop_sees_the_simulator_that_it_is_given():
    class Brighter(Poisson):
        def simulate(self, key, theta, n_obs):
            return super().simulate(key, theta + 1, n_obs)

    opened = eqx.tree_at(lambda m: m.gate, machine().with_loop(), jnp.ones(8))
    key = jax.random.key(3)
    assert not np.allclose(opened.infer(Brighter(), key, X), opened.infer(Poisson(), key, X))
    blind = machine()
    np.testing.assert_array_equal(blind.infer(Brighter(), key, X), blind.infer(Poisson(), key, X))


def test_a_step_can_be_as_long_as_it_needs_to_be():
    m = machine()
    far = eqx.tree_at(lambda m: m.step.bias, m, jnp.array([50.0, 0.0]))
    assert far.infer(Poisson(), jax.random.key(0), X)[-1, 0] > 90


def test_no_gradient_flows_through_the_simulator():
    class NoDerivative(Poisson):
        def simulate(self, key, theta, n_obs):
            out = jax.ShapeDtypeStruct((n_obs, 1), jnp.float32)
            return jax.pure_callback(
                lambda t: np.full((n_obs, 1), np.asarray(t)[0], np.float32),
                out,
                theta,
                vmap_method="sequential",
            )  # a callback has no derivative: differentiating it raises

    opened = eqx.tree_at(lambda m: m.gate, machine().with_loop(), jnp.ones(8))
    loss = eqx.filter_grad(lambda m: m.infer(NoDerivative(), jax.random.key(0), X).sum())
    assert all(np.all(np.isfinite(g)) for g in jax.tree.leaves(loss(opened)))


def test_batched_inference_is_inference_one_by_one():
    x = jnp.stack([X, X + 1])
    both = infer(machine(), Poisson(), jax.random.key(0), x)
    one = infer(machine(), Poisson(), jax.random.key(5), X)
    np.testing.assert_allclose(both.mean[0], one.mean, rtol=1e-5)
    assert both.sample(jax.random.key(0), 7).shape == (2, 7, 1)


def test_posterior_reads_a_known_gaussian_in_the_units_of_theta():
    prior = Uniform((0.0,), (12.0**0.5,), "affine")  # sd 1: theta = z + sqrt(3)
    q = Posterior(jnp.array([[0.2, np.log(0.1)]]), GaussianProposal(1), prior)
    centre = 0.2 + 3**0.5
    np.testing.assert_allclose(q.mean, [centre], rtol=1e-5)
    np.testing.assert_allclose(q.pit([centre + 0.1]), [0.8413], atol=1e-3)
    np.testing.assert_allclose(q.quantile(0.5), [centre], rtol=1e-5)
    np.testing.assert_allclose(q.log_prob([centre]), -np.log(0.1 * np.sqrt(2 * np.pi)), rtol=1e-4)


def test_a_density_over_theta_integrates_to_one_in_logit_coordinates():
    q = Posterior(jnp.array([[0.5, -0.5]]), GaussianProposal(1), Uniform((1.0,), (3.0,)))
    theta = jnp.linspace(1.0001, 2.9999, 4001)
    path = jnp.broadcast_to(q.path, (4001, 1, 2)).transpose(1, 0, 2)
    many = Posterior(path, q.proposal, q.prior)
    np.testing.assert_allclose(
        jnp.trapezoid(jnp.exp(many.log_prob(theta[:, None])), theta), 1, atol=2e-3
    )


def test_wrong_sizes_and_wrong_data_are_refused():
    with pytest.raises(ConfigError, match="even"):
        Architecture(n_theta=3)
    with pytest.raises(ConfigError, match="at least 1"):
        Architecture(n_steps=0)
    with pytest.raises(SimulatorError, match="shape"):
        infer(machine(), Poisson(), jax.random.key(0), jnp.ones(5))
    with pytest.raises(SimulatorError, match="finite"):
        infer(machine(), Poisson(), jax.random.key(0), jnp.full((5, 1), np.nan))


@pytest.mark.slow
def test_a_short_training_beats_the_prior_tenfold():
    config = MetaConfig(
        n_iterations=200, batch=32, n_obs=50, pool=2000, learning_rate=1e-2, chunk=200
    )
    trained, _ = meta_train(Poisson(), SMALL, config, progress=False)
    theta, x = simulate_episodes(jax.random.key(99), Poisson(), 200, 50)
    posterior = infer(trained, Poisson(), jax.random.key(0), x)
    assert calibration.rmse(posterior.mean, theta)[0] < Poisson.prior.sd[0] / 10
