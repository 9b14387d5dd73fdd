"""Likelihood-free inference in JAX."""
