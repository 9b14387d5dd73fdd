"""Simulators: one file each, with prior, program, and what is known exactly about it."""

from alfi.prior import Uniform
from alfi.simulators.base import Simulator, black_box, check
from alfi.simulators.gaussian import Gaussian
from alfi.simulators.poisson import Poisson

__all__ = ["Gaussian", "Poisson", "Simulator", "Uniform", "black_box", "check"]
