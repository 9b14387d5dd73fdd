"""What one would use instead of ALFI, all with the same call::

    posterior = method(key, simulator, x_obs, budget=10_000)
    posterior.sample(key, 1000), posterior.mean, posterior.simulations_used

What each needs, and what it gives::

    maximum_likelihood       a likelihood            the best theta, and a Gaussian around it
    hmc                      a likelihood, blackjax  the exact posterior
    rejection_abc, smc_abc   simulations             the posterior, blurred by a tolerance
    nes                      simulations             a proposal that closes in on one theta
    avo                      simulations             a proposal whose data a critic cannot tell
                                                     from yours
    npe                      simulations, flowjax    the posterior as a flow; trained once, it
                                                     serves many x

`budget` counts data sets of the size of `x_obs`.  flowjax and blackjax come with the extra
`baselines`; everything else runs without them.
"""

from alfi.baselines.avo import avo
from alfi.baselines.hmc import hmc
from alfi.baselines.mle import maximum_likelihood
from alfi.baselines.nes import nes
from alfi.baselines.npe import npe, train_npe
from alfi.baselines.posterior import Posterior
from alfi.baselines.rejection_abc import rejection_abc
from alfi.baselines.smc_abc import smc_abc

__all__ = [
    "Posterior",
    "avo",
    "hmc",
    "maximum_likelihood",
    "nes",
    "npe",
    "rejection_abc",
    "smc_abc",
    "train_npe",
]
