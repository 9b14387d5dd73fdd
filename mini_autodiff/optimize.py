"""Three ways downhill: gradient descent with momentum, Adam, and BFGS with a line search.

All take ``value_and_grad``, a function that returns a loss and its gradient, and ``x0``, any tree
of floats (a number, a list, a dict, an array), and return a ``Result``. They minimise.

>>> from mini_autodiff import value_and_grad
>>> bowl = value_and_grad(lambda x: (x["a"] - 1.0) ** 2 + 10.0 * (x["b"] + 2.0) ** 2)
>>> found = bfgs(bowl, {"a": 0.0, "b": 0.0})
>>> found.converged, [round(x, 6) for x in found.x.values()]
(True, [1.0, -2.0])
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .array import Atoms

Callback = Callable[[int, Any, float], None]


@dataclass(frozen=True)
class Result:
    """Where a minimiser stopped.

    Attributes:
        x: the best point, a tree like the start.
        loss: the loss there.
        gradient: its gradient there, a tree like the start.
        steps: how many steps were taken.
        converged: whether no component of the gradient exceeds the tolerance.
        history: the loss at the start and after every step.
    """

    x: Any
    loss: float
    gradient: Any
    steps: int
    converged: bool
    history: list[float] = field(repr=False)


class _Problem:
    """The loss as a function of a plain list, whatever tree the parameters form."""

    def __init__(self, value_and_grad: Callable, x0: Any):
        self.value_and_grad = value_and_grad
        self.tree = Atoms(x0, real="optimize")
        self.start = list(self.tree.atoms)

    def __call__(self, x: list[float]) -> tuple[float, list[float]]:
        """Loss and gradient; outside the loss's domain, or where either overflows, (inf, [])."""
        try:
            loss, gradient = self.value_and_grad(self.tree.rebuild(x))
        except (ArithmeticError, ValueError):  # outside the domain of an operation
            return math.inf, []
        slopes = self.tree.match(gradient, "the gradient")
        if math.isfinite(loss) and all(map(math.isfinite, slopes)):
            return loss, slopes
        return math.inf, []

    def begin(self) -> tuple[list[float], float, list[float]]:
        loss, slopes = self(self.start)
        if loss == math.inf:
            start = self.tree.rebuild(self.start)
            self.value_and_grad(start)  # an error of its own says more
            raise ValueError(
                f"the loss or its gradient is not finite at the start, {start!r}.\n"
                "Start where the model can be computed."
            )
        return self.start, loss, slopes

    def result(self, x: list, loss: float, slopes: list, tol: float, history: list) -> Result:
        return Result(
            self.tree.rebuild(x),
            loss,
            self.tree.rebuild(slopes),
            len(history) - 1,
            max(map(abs, slopes), default=0.0) <= tol,
            history,
        )


def gradient_descent(
    value_and_grad: Callable,
    x0: Any,
    step: float,
    momentum: float = 0.0,
    tol: float = 1e-8,
    max_steps: int = 1000,
    callback: Callback | None = None,
) -> Result:
    """Walk against the gradient, with a memory of the last step::

        v  <-  momentum * v - step * gradient
        x  <-  x + v

    Source: B. T. Polyak (1964), *Some methods of speeding up the convergence of iteration
    methods*, USSR Computational Mathematics and Mathematical Physics 4(5):1-17.

    Args:
        value_and_grad: ``x -> (loss, gradient)``.
        x0: where to start, a tree of floats.
        step: the learning rate, in units of x squared over units of the loss.
        momentum: from 0 (none) to below 1.
        tol: stop when no component of the gradient is larger.
        callback: called as ``callback(step, x, loss)`` after every step.

    Raises:
        ValueError: if the loss is not finite at the start, or ceases to be on the way.

    >>> gradient_descent(lambda x: (x * x, 2.0 * x), 1.0, step=0.25, max_steps=3).history
    [1.0, 0.25, 0.0625, 0.015625]
    """
    velocity: list[float] = []

    def move(x: list[float], slopes: list[float], k: int) -> list[float]:
        velocity[:] = [
            momentum * v - step * g for v, g in zip(velocity or [0.0] * len(x), slopes, strict=True)
        ]
        return velocity

    return _descend(value_and_grad, x0, move, tol, max_steps, callback)


def adam(
    value_and_grad: Callable,
    x0: Any,
    step: float = 0.01,
    decay: tuple[float, float] = (0.9, 0.999),
    tol: float = 1e-8,
    max_steps: int = 1000,
    callback: Callback | None = None,
) -> Result:
    """Scale every component by its own recent size::

        m  <-  b1 m + (1 - b1) gradient          mean of the gradients
        v  <-  b2 v + (1 - b2) gradient ** 2     mean of their squares
        x  <-  x - step * (m / (1 - b1 ** k)) / (sqrt(v / (1 - b2 ** k)) + 1e-8)

    Source: D. P. Kingma and J. Ba (2015), *Adam: a method for stochastic optimization*,
    arXiv 1412.6980.

    Args: as ``gradient_descent``; ``step`` is in units of x; ``decay`` is (b1, b2).

    Raises:
        ValueError: if the loss is not finite at the start, or ceases to be on the way.

    >>> found = adam(lambda x: (x * x, 2.0 * x), 1.0, step=0.1, max_steps=500)
    >>> abs(found.x) < 1e-6
    True
    """
    b1, b2 = decay
    mean: list[float] = []
    square: list[float] = []

    def move(x: list[float], slopes: list[float], k: int) -> list[float]:
        old_mean, old_square = mean or [0.0] * len(x), square or [0.0] * len(x)
        mean[:] = [b1 * m + (1 - b1) * g for m, g in zip(old_mean, slopes, strict=True)]
        square[:] = [b2 * v + (1 - b2) * g * g for v, g in zip(old_square, slopes, strict=True)]
        return [
            -step * (m / (1 - b1**k)) / (math.sqrt(v / (1 - b2**k)) + 1e-8)
            for m, v in zip(mean, square, strict=True)
        ]

    return _descend(value_and_grad, x0, move, tol, max_steps, callback)


def _descend(
    value_and_grad: Callable,
    x0: Any,
    move: Callable[[list[float], list[float], int], list[float]],
    tol: float,
    max_steps: int,
    callback: Callback | None,
) -> Result:
    """Take the steps that ``move`` proposes; keep the best point met."""
    problem = _Problem(value_and_grad, x0)
    x, loss, slopes = problem.begin()
    best, history = (x, loss, slopes), [loss]
    for k in range(1, max_steps + 1):
        if max(map(abs, slopes), default=0.0) <= tol:
            break
        x = [a + d for a, d in zip(x, move(x, slopes, k), strict=True)]
        loss, slopes = problem(x)
        if loss == math.inf:
            raise ValueError(
                f"step {k} led to {problem.tree.rebuild(x)!r}, where the loss or its gradient is "
                f"not finite; the best point so far had a loss of {best[1]:.6g}.\n"
                "Take a smaller step."
            )
        history.append(loss)
        if loss < best[1]:
            best = x, loss, slopes
        if callback:
            callback(k, problem.tree.rebuild(x), loss)
    return problem.result(*best, tol, history)


def bfgs(
    value_and_grad: Callable,
    x0: Any,
    tol: float = 1e-6,
    max_steps: int = 200,
    callback: Callback | None = None,
) -> Result:
    """Learn the shape of the valley from the gradients that are met, and stride along its floor.

    H approximates the inverse of the Hessian. With the step s and the change of the gradient z::

        x  <-  x - t H gradient                 t from a line search (Armijo, then curvature)
        H  <-  (1 - s z'/(z's)) H (1 - z s'/(z's)) + s s'/(z's)

    It stops when no component of the gradient exceeds ``tol``, or when rounding hides any further
    progress. Source: J. Nocedal and S. J. Wright (2006), *Numerical Optimization*, chapters 3, 6.

    Args:
        value_and_grad: ``x -> (loss, gradient)``; may be infinite or raise an arithmetic error
            where the model cannot be computed: the line search then steps back.
        x0: where to start, a tree of floats.
        tol: stop when no component of the gradient is larger.
        max_steps: give up after so many steps; ``Result.converged`` says which it was.
        callback: called as ``callback(step, x, loss)`` after every step.

    Raises:
        ValueError: if the loss or its gradient is not finite at the start.

    >>> def valley(p):  # Rosenbrock's
    ...     x, y = p
    ...     return (1 - x) ** 2 + 100 * (y - x * x) ** 2
    >>> from mini_autodiff import value_and_grad
    >>> found = bfgs(value_and_grad(valley), [-1.2, 1.0])
    >>> found.converged, [round(x, 6) for x in found.x]
    (True, [1.0, 1.0])
    """
    problem = _Problem(value_and_grad, x0)
    x, loss, slopes = problem.begin()
    history = [loss]
    inverse: list[list[float]] | None = None  # of the Hessian; None: not known yet
    for k in range(1, max_steps + 1):
        if max(map(abs, slopes), default=0.0) <= tol:
            break
        direction = _downhill(inverse, slopes)
        if _dot(direction, slopes) >= 0:  # rounding has spoilt H: start afresh
            inverse, direction = None, _downhill(None, slopes)
        found = _line_search(problem, x, loss, slopes, direction)
        if found is None:
            if inverse is None:
                break
            inverse = None
            continue
        new_x, new_loss, new_slopes = found
        s = [a - b for a, b in zip(new_x, x, strict=True)]
        z = [a - b for a, b in zip(new_slopes, slopes, strict=True)]
        inverse = _learned(inverse, s, z)
        x, loss, slopes = new_x, new_loss, new_slopes
        history.append(loss)
        if callback:
            callback(k, problem.tree.rebuild(x), loss)
    return problem.result(x, loss, slopes, tol, history)


def _downhill(inverse: list[list[float]] | None, slopes: list[float]) -> list[float]:
    """Where to go: against the gradient, bent by H; while H is not known, at most one unit far."""
    if inverse is None:
        size = max(math.sqrt(_dot(slopes, slopes)), 1.0)
        return [-g / size for g in slopes]
    return [-_dot(row, slopes) for row in inverse]


def _learned(
    inverse: list[list[float]] | None, s: list[float], z: list[float]
) -> list[list[float]] | None:
    """H after a step s that changed the gradient by z; as it was, if the step met no valley."""
    curvature, places = _dot(s, z), range(len(s))
    if curvature <= 0:
        return inverse
    if inverse is None:  # the scale of the first H: Nocedal and Wright, equation 6.20
        scale = curvature / _dot(z, z)
        inverse = [[scale * (i == j) for j in places] for i in places]
    hz = [_dot(row, z) for row in inverse]
    grow = (1 + _dot(z, hz) / curvature) / curvature
    return [
        [
            inverse[i][j] + grow * s[i] * s[j] - (hz[i] * s[j] + s[i] * hz[j]) / curvature
            for j in places
        ]
        for i in places
    ]


def _line_search(
    problem: _Problem, x: list[float], loss: float, slopes: list[float], direction: list[float]
) -> tuple[list[float], float, list[float]] | None:
    """A point along the direction that satisfies the weak Wolfe conditions, by bisection.

    Enough decrease for the distance walked (Armijo), and a slope that has levelled off, so that
    z's > 0 and H stays positive. ``None`` if 60 halvings find no decrease: rounding is all that
    is left.
    """
    descent = _dot(direction, slopes)
    low, high, t = 0.0, math.inf, 1.0
    best = None
    for _ in range(60):
        trial = [a + t * d for a, d in zip(x, direction, strict=True)]
        new_loss, new_slopes = problem(trial)
        if new_loss > loss + 1e-4 * t * descent or new_loss == math.inf:
            high = t
        else:
            if new_loss < loss:
                best = trial, new_loss, new_slopes
            if _dot(new_slopes, direction) >= 0.9 * descent:
                return best
            low = t
        t = (low + high) / 2 if high < math.inf else 2 * t
    return best


def _dot(a: list[float], b: list[float]) -> float:
    return sum(map(float.__mul__, a, b))
