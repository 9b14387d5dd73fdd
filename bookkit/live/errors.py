"""The one error of this package."""


class LiveFigureError(ValueError):
    """A live figure that would mislead, or cannot be made: the rule, what came, the next step."""
