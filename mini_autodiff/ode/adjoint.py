"""Adjoints: the gradient of a loss on a trajectory, swept backwards, in four ways.

With lambda = dloss/dy(t) and a step y_{n+1} = Phi(y_n, theta), or the equation dy/dt = f::

    discrete      lambda_n  =  (dPhi/dy)' lambda_{n+1}  +  dloss/dy_n
    continuous    dlambda/dt  =  -(df/dy)' lambda            and jumps where the loss looks
    backsolve     the same, with y(t) solved backwards, too, instead of being stored

The first is the gradient of the program, to rounding, and what ``grad`` of ``solve_fixed`` does
by itself. The second is the gradient of the equation, discretised afterwards: it differs from the
first by the error of the method. The third saves the memory of the states, and fails wherever the
equation forgets its past (decay), for then it blows up backwards. Better is the fourth, to store
some of the states and compute the others again: ``solve_checkpointed``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .. import lax, tree
from .. import numpy as jnp
from ..array import Array, Atoms
from ..custom import checkpoint
from ..tape import value_and_grad, vjp
from .fixed import RightHandSide, slope, solve_fixed, state, step
from .tableau import RK4, Tableau

Loss = Callable[[Any], Any]


class Adjoint(NamedTuple):
    """A loss and its gradient; ``start`` is y0 as the backward sweep knows it."""

    loss: Any
    d_y0: Any
    d_args: Any
    start: Any


def discrete_adjoint(
    f: RightHandSide, y0: Any, t0: float, t1: float, n_steps: int, args: Any, loss: Loss,
    tableau: Tableau = RK4,
) -> Adjoint:  # fmt: skip
    """The gradient of the program: each step's ``vjp``, from the last to the first.

    Args:
        f, y0, t0, t1, n_steps, args, tableau: as for ``solve_fixed``; ``args`` is a tree of floats.
        loss: a function of the states, of shape (n_steps + 1, d), that returns one number.

    >>> grow = lambda t, y, rate: rate * y
    >>> found = discrete_adjoint(grow, 1.0, 0.0, 1.0, 10, 1.0, lambda ys: ys[-1])
    >>> round(found.loss, 6), round(found.d_args, 6)  # e, and e to the order of the method
    (2.71828, 2.718269)
    """
    ts, ys = solve_fixed(f, y0, t0, t1, n_steps, args, tableau)
    (value, d_ys), h = value_and_grad(loss)(ys), (t1 - t0) / n_steps

    def back(carry: Any, now: Any) -> tuple[Any, None]:
        (d_after, d_args), (t, y, d_y) = carry, now
        _, pull = vjp(lambda y, args: step(tableau, f, t, y, h, args), y, args)
        d_before, share = pull(d_after)
        return (d_before + d_y, tree.map(lambda a, b: a + b, d_args, share)), None

    start = (d_ys[-1], tree.map(lambda x: 0.0 * x, args))
    (d_y0, d_args), _ = lax.scan(back, start, (ts[:-1], ys[:-1], d_ys[:-1]), reverse=True)
    return Adjoint(value, d_y0, d_args, ys[0])


def continuous_adjoint(
    f: RightHandSide, y0: Any, t0: float, t1: float, n_steps: int, args: Any, loss: Loss,
    tableau: Tableau = RK4,
) -> Adjoint:  # fmt: skip
    """The gradient of the equation, solved backwards in the same steps; see ``discrete_adjoint``.

    Between the stored states, y(t) is a cubic with their values and slopes (Hermite).

    >>> grow = lambda t, y, rate: rate * y
    >>> found = continuous_adjoint(grow, 1.0, 0.0, 1.0, 10, 1.0, lambda ys: ys[-1])
    >>> abs(found.d_args - 2.718282) < 1e-5
    True
    """
    ts, ys = solve_fixed(f, y0, t0, t1, n_steps, args, tableau)
    (value, d_ys), h = value_and_grad(loss)(ys), (t1 - t0) / n_steps

    def back(w: Any, now: Any) -> tuple[Any, None]:  # w: d_y and d_args, side by side
        t_left, left, right, d_y = now
        k_left, k_right = slope(f, t_left, left, args), slope(f, t_left + h, right, args)

        def rates(part: Any, w: Any, args: Any) -> Any:  # of time, from 0 at the left to 1
            rest = 1.0 - part
            ends = (
                rest * rest * (1.0 + 2.0 * part) * left + part * part * (3.0 - 2.0 * part) * right
            )
            y = ends + h * part * rest * (rest * k_left - part * k_right)
            d_now, _ = _split(w, y, args)
            return h * _joined(*_pulled(f, t_left + part * h, y, args, d_now))

        w = step(tableau, rates, 1.0, w, -1.0, args)
        d_left, d_args = _split(w, left, args)
        return _joined(d_left + d_y, d_args), None

    start = _joined(d_ys[-1], tree.map(lambda x: 0.0 * x, args))
    w, _ = lax.scan(back, start, (ts[:-1], ys[:-1], ys[1:], d_ys[:-1]), reverse=True)
    d_y0, d_args = _split(w, ys[0], args)
    return Adjoint(value, d_y0, d_args, ys[0])


def backsolve_adjoint(
    f: RightHandSide, y0: Any, t0: float, t1: float, n_steps: int, args: Any, loss: Loss,
    tableau: Tableau = RK4,
) -> Adjoint:  # fmt: skip
    """As ``continuous_adjoint``, with y(t) solved backwards from its end instead of stored.

    Kept to show how it fails: compare ``start`` with y0. The method became known with R. T. Q. Chen
    and others (2018), *Neural ordinary differential equations*, arXiv 1806.07366.

    >>> decay = lambda t, y, rate: -rate * y
    >>> found = backsolve_adjoint(decay, 1.0, 0.0, 10.0, 40, 10.0, lambda ys: ys[-1])
    >>> abs(found.start - 1.0) < 0.1  # it was 1
    False
    """
    ts, ys = solve_fixed(f, y0, t0, t1, n_steps, args, tableau)
    (value, d_ys), h = value_and_grad(loss)(ys), (t1 - t0) / n_steps

    def rates(t: Any, w: Any, args: Any) -> Any:  # of y, d_y and d_args, side by side
        y, d_y, _ = _split(w, ys[0], ys[0], args)
        return _joined(slope(f, t, y, args), *_pulled(f, t, y, args, d_y))

    def back(w: Any, now: Any) -> tuple[Any, None]:
        t_left, d_left = now
        y, d_y, d_args = _split(step(tableau, rates, t_left + h, w, -h, args), ys[0], ys[0], args)
        return _joined(y, d_y + d_left, d_args), None

    start = _joined(ys[-1], d_ys[-1], tree.map(lambda x: 0.0 * x, args))
    w, _ = lax.scan(back, start, (ts[:-1], d_ys[:-1]), reverse=True)
    y, d_y, d_args = _split(w, ys[0], ys[0], args)
    return Adjoint(value, d_y, d_args, y)


def solve_checkpointed(
    f: RightHandSide,
    y0: Any,
    t0: float,
    t1: float,
    n_steps: int,
    args: Any = None,
    segments: int = 1,
    tableau: Tableau = RK4,
) -> Any:
    """The last state of ``solve_fixed``, whose reverse sweep keeps few states.

    It keeps the state at the beginning of each segment, and, one segment at a time, computes those
    inside again: segments + n_steps / segments states instead of n_steps, least for
    segments = sqrt(n_steps), at the price of one more forward solve. The numbers are the same.

    Args: as ``solve_fixed``; ``segments`` divides ``n_steps``.

    >>> end = solve_checkpointed(lambda t, y, r: r * y, 1.0, 0.0, 1.0, 100, 1.0, segments=10)
    >>> round(end, 8)
    2.71828183

    Raises:
        ValueError: if the segments are not equal in length.
    """
    if segments < 1 or n_steps % segments:
        raise ValueError(f"segments must divide n_steps, got {segments} for {n_steps} steps")
    h, each = (t1 - t0) / n_steps, n_steps // segments
    offsets = h * jnp.arange(each)

    def advance(y: Any, t: Any) -> tuple[Any, None]:
        return step(tableau, f, t, y, h, args), None

    def segment(y: Any, start: Any) -> tuple[Any, None]:
        return lax.scan(advance, y, start + offsets)[0], None

    starts = t0 + each * h * jnp.arange(segments)
    return lax.scan(checkpoint(segment), state(y0), starts)[0]


# -- small print ----------------------------------------------------------------------------------


def _pulled(f: RightHandSide, t: Any, y: Any, args: Any, d_y: Any) -> tuple:
    """Rates of the adjoint and of the parameters' gradient: minus f's vjp."""
    _, pull = vjp(lambda y, args: slope(f, t, y, args), y, args)
    return tree.map(lambda x: -x, pull(d_y))


def _joined(*parts: Any) -> Any:
    """All numbers of several trees in one array: states and parameters, side by side."""
    leaves = Atoms(parts).leaves
    rows = [x.reshape(-1) if isinstance(x, Array) else jnp.array([x]) for x in leaves]
    return jnp.concatenate(rows)


def _split(w: Any, *like: Any) -> Any:
    """The way back from ``_joined``, to trees like those."""
    start, parts = 0, []
    for x in Atoms(like).leaves:
        stop = start + (x.size if isinstance(x, Array) else 1)
        parts.append(w[start:stop].reshape(x.shape) if isinstance(x, Array) else w[start])
        start = stop
    return tree.unflatten(tree.structure(like), parts)
