"""Simulators: one file each, with prior, program, and what is known exactly about it."""

from alfi.prior import Uniform
from alfi.simulators.base import Simulator, black_box, check
from alfi.simulators.coalescent import Coalescent
from alfi.simulators.gaussian import Gaussian
from alfi.simulators.hodgkin_huxley import HodgkinHuxley
from alfi.simulators.linear_regression import LinearRegression
from alfi.simulators.multi_distribution import MultiDistribution
from alfi.simulators.poisson import Poisson
from alfi.simulators.stochastic_lotka_volterra import StochasticLotkaVolterra
from alfi.simulators.weinberg import Weinberg, WeinbergAsymmetry

__all__ = [
    "Coalescent",
    "Gaussian",
    "HodgkinHuxley",
    "LinearRegression",
    "MultiDistribution",
    "Poisson",
    "Simulator",
    "StochasticLotkaVolterra",
    "Uniform",
    "Weinberg",
    "WeinbergAsymmetry",
    "black_box",
    "check",
]
