"""Solvers of differential equations that can be differentiated, in pure Python."""

from .adaptive import Grid, SolverError, march
from .dense import interpolate
from .events import Event, solve_event
from .fixed import solve_fixed, stages, step
from .jump import gillespie, jumps, tau_leaping
from .sde import brownian, euler_maruyama, milstein
from .solve import solve
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
    "Event",
    "Grid",
    "Rosenbrock",
    "SolverError",
    "Tableau",
    "brownian",
    "euler_maruyama",
    "gillespie",
    "interpolate",
    "jumps",
    "march",
    "milstein",
    "solve",
    "solve_event",
    "solve_fixed",
    "stages",
    "step",
    "tau_leaping",
]
