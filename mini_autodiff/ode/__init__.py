"""Solvers of ordinary differential equations that can be differentiated, in pure Python."""

from .fixed import solve_fixed, step
from .tableau import (
    BOGACKI_SHAMPINE,
    DORMAND_PRINCE,
    EULER,
    HEUN,
    MIDPOINT,
    RK4,
    THREE_EIGHTHS,
    Tableau,
)

__all__ = [
    "BOGACKI_SHAMPINE", "DORMAND_PRINCE", "EULER", "HEUN", "MIDPOINT", "RK4", "THREE_EIGHTHS",
    "Tableau", "solve_fixed", "step",
]  # fmt: skip
