"""Solvers of differential equations that can be differentiated, in pure Python.

Read ``tableau.py`` (a method is a table of numbers) and ``fixed.py`` (a step) first. The right-hand
side is always ``f(t, y, args)``, as in diffrax; the state is a number or an array.

>>> ts, ys = solve_fixed(lambda t, y, rate: -rate * y, 8.0, 0.0, 3.0, 30, 1.0)
>>> round(ys[-1], 3)  # 8 exp(-3)
0.398
"""

from .adaptive import Attempt, Grid, SolverError, march
from .adjoint import (
    Adjoint,
    backsolve_adjoint,
    continuous_adjoint,
    discrete_adjoint,
    solve_checkpointed,
)
from .dense import interpolate
from .events import Event, solve_event
from .fixed import solve_fixed, stages, step
from .jump import gillespie, jumps, tau_leaping
from .order import Condition, order_conditions
from .sde import brownian, euler_maruyama, milstein
from .sensitivity import sensitivity_equations, sensitivity_start, solve_sensitivities
from .stiff import RODAS4, Rosenbrock
from .tableau import (
    BOGACKI_SHAMPINE,
    DORMAND_PRINCE,
    EULER,
    HEUN,
    MIDPOINT,
    RK4,
    THREE_EIGHTHS,
    TSITOURAS,
    Tableau,
)
from .trajectory import solve

__all__ = [
    "BOGACKI_SHAMPINE",
    "DORMAND_PRINCE",
    "EULER",
    "HEUN",
    "MIDPOINT",
    "RK4",
    "RODAS4",
    "THREE_EIGHTHS",
    "TSITOURAS",
    "Adjoint",
    "Attempt",
    "Condition",
    "Event",
    "Grid",
    "Rosenbrock",
    "SolverError",
    "Tableau",
    "backsolve_adjoint",
    "brownian",
    "continuous_adjoint",
    "discrete_adjoint",
    "euler_maruyama",
    "gillespie",
    "interpolate",
    "jumps",
    "march",
    "milstein",
    "order_conditions",
    "sensitivity_equations",
    "sensitivity_start",
    "solve",
    "solve_checkpointed",
    "solve_event",
    "solve_fixed",
    "solve_sensitivities",
    "stages",
    "step",
    "tau_leaping",
]
