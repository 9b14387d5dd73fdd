"""Hare and lynx, 1845-1935, in JAX: what chapter 8, its scripts and its tests share.

`target` prepares the pelts, `models` holds the right-hand sides, `solve` integrates them,
`fit` trains many starts at once, `baselines` are the forecasts to beat, and `forecast` scores
a forecast and puts bands on it.
"""
