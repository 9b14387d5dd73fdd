"""Chapter 10: a clock made of genes, in JAX.

circuit.py: four genes, their regulation and their parameters; light.py: the day, and a sky that
hides it; step.py: one exponential step, and a run; noise.py: the size of the kicks, and the same
circuit as a list of reactions; keep_time.py: the loss, and the hour of dawn; train.py: Adam on a
window that grows.
"""
