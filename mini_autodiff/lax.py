"""Names of ``jax.lax``: ``scan``, ``stop_gradient``, ``cond``."""

from __future__ import annotations

from .loop import cond, scan, stop_gradient

__all__ = ["cond", "scan", "stop_gradient"]
