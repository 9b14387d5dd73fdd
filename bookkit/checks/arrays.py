"""What came back from an answer, as an array: for checks of functions that return many numbers."""

import numpy as np

from bookkit.checks import claim


def finite_array(
    value: object, shape: tuple[int, ...] | None = None, rule: str | None = None
) -> np.ndarray:
    """`value` as an array of that shape with finite entries, or a counter-example that says why.

    Args:
        shape: None for any shape that is not empty.
        rule: a hint that says what the axes are.

    >>> finite_array([1, 2], (2,)).tolist()
    [1.0, 2.0]
    >>> finite_array([1, float("nan")])
    Traceback (most recent call last):
        ...
    bookkit.checks.CounterExample: your function returned numbers that are not finite
    """
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        array = np.empty(0)
    if shape is None:
        claim(array.size > 0, "your function returned no numbers", rule)
    else:
        claim(
            array.shape == shape,
            f"your function returned something of shape {array.shape}, where {shape} is asked for",
            rule,
        )
    claim(bool(np.isfinite(array).all()), "your function returned numbers that are not finite")
    return array
