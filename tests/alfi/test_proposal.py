"""The proposal is the Gaussian that it says it is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from alfi.errors import ConfigError
from alfi.proposal import GaussianProposal, proposal


@pytest.mark.parametrize("full", [False, True])
def test_log_prob_and_draws_agree_with_scipy(full):
    q = GaussianProposal(3, full)
    psi = jax.random.normal(jax.random.key(0), (q.size,)) / 2
    factor = np.exp(psi[3:6])[:, None] * np.asarray(q.unit_triangle(psi))
    reference = stats.multivariate_normal(np.asarray(psi[:3]), factor @ factor.T)
    z = jax.random.normal(jax.random.key(1), (5, 3))
    found = jax.vmap(lambda v: q.log_prob(psi, v))(z)
    np.testing.assert_allclose(found, reference.logpdf(np.asarray(z)), rtol=1e-4)  # float32
    draws = q.sample(psi, jax.random.normal(jax.random.key(2), (40_000, 3)))
    # Five standard errors of a standard deviation: 1/sqrt(2 n), relative.
    np.testing.assert_allclose(draws.std(axis=0), q.sd(psi), rtol=5 / np.sqrt(80_000))
    np.testing.assert_allclose(np.cov(draws.T), reference.cov, atol=0.05 * reference.cov.max())


def test_score_of_a_diagonal_gaussian_is_the_closed_form():
    q = GaussianProposal(2)
    psi = jnp.array([0.3, -1.0, 0.2, -0.5])
    z = jnp.array([1.0, 0.1])
    eps = (z - psi[:2]) / jnp.exp(psi[2:])
    want = jnp.concatenate([eps / jnp.exp(psi[2:]), eps**2 - 1])
    np.testing.assert_allclose(q.score(psi, z), want, rtol=1e-5)


def test_an_unknown_proposal_is_refused():
    with pytest.raises(ConfigError, match="diagonal"):
        proposal("round", 2)
