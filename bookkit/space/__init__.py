"""Chapter 12: populations and patterns on a grid, in JAX.

grid.py: the stencil, and which step it bears; front.py: Fisher's equation in diffrax, and where
its front is; pattern.py: Turing's pattern in two dimensions, and its wavelength; split.py: a grid
divided among devices.
"""
