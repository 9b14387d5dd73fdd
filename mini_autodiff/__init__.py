"""Reverse- and forward-mode automatic differentiation in pure Python, with JAX's names."""
