"""Compiled steps: what an adaptive solve does with one right-hand side, as programs.

How many steps an adaptive solve takes is known only once it has run, so it cannot be one compiled
loop. Its steps can: ``trial``, ``back`` and so on are compiled by the means of ``jit``, with the
time and the length of the step among their inputs.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cached_property
from typing import Any

from .. import tree
from ..array import Array
from ..tape import vjp
from .attempt import Method, advance, attempt, error_square
from .dense import interpolate
from .fixed import RightHandSide
from .flat import Form, NotCompiled, flat_program

MOST_KERNELS = 64


class Steps:
    """What can be done with one right-hand side, on a state y and parameters p.

    p is a list of arrays, see ``parameters``; the other parameters are what they are in ``args``.
    """

    def __init__(self, method: Method, f: RightHandSide, args: Any):
        self.method, self.f = method, f
        self.leaves, self.structure = tree.flatten(args)

    def filled(self, p: list) -> list:
        """The leaves of the parameters, with these arrays in place of theirs."""
        arrays = iter(p)
        loose = any(isinstance(x, float) for x in self.leaves)
        floats = iter(next(arrays) if loose else ())
        kinds = [(x, isinstance(x, float), isinstance(x, Array)) for x in self.leaves]
        return [next(floats) if f else next(arrays) if a else x for x, f, a in kinds]

    def args(self, p: list) -> Any:
        """The parameters as f takes them."""
        return tree.unflatten(self.structure, self.filled(p))

    def trial(self, t: Any, h: Any, rtol: Any, atol: Any, y: Any, k1: Any, p: list) -> tuple:
        """The new state, the slope there, and the squared error over the tolerance."""
        new, error, k_new = attempt(self.method, self.f, t, y, h, self.args(p), k1)
        return new, k_new, error_square(error, y, new, rtol, atol)

    def step(self, t: Any, h: Any, y: Any, p: list) -> Any:
        """The new state alone."""
        return advance(self.method, self.f, t, y, h, self.args(p))

    def inside(self, t: Any, h: Any, theta: Any, y: Any, p: list) -> Any:
        """A state inside the step."""
        return interpolate(self.method, self.f, t, y, h, theta, self.args(p))


class Kernel:
    """The steps of one right-hand side as programs, for states and parameters of one form.

    Each program is compiled when it is first wanted, and goes from numbers to numbers.

    Args:
        y, args: an example of each.
        form: what both look like.
    """

    def __init__(self, method: Method, f: RightHandSide, y: Any, args: Any, form: Form):
        self.around, self.fit = form.surroundings(f), True
        self.steps, self.y, self.p = Steps(method, f, args), y, parameters(args)

    def compiled(self, f: Callable, *examples: Any) -> Callable:
        """A function of such arguments as a program: from numbers to numbers."""
        try:
            return flat_program(f, *examples)
        except NotCompiled:
            self.fit = False
            raise

    @cached_property
    def trial(self) -> Callable:
        """As ``Steps.trial``."""
        steps = self.steps
        h = [0.1] * 4
        return self.compiled(lambda *now: steps.trial(*now), *h, self.y, self.y, self.p)

    @cached_property
    def inside(self) -> Callable:
        """As ``Steps.inside``."""
        steps = self.steps
        return self.compiled(lambda *now: steps.inside(*now), 0.0, 0.1, 0.5, self.y, self.p)

    @cached_property
    def step_back(self) -> Callable:
        """The reverse of ``Steps.step``: see ``reverse``."""
        steps, y, p = self.steps, self.y, self.p
        return self.compiled(reverse(lambda *now: steps.step(*now)), 0.0, 0.1, y, p, y, p)

    @cached_property
    def inside_back(self) -> Callable:
        """The reverse of ``Steps.inside``."""
        steps, y, p = self.steps, self.y, self.p
        back = reverse(lambda *now: steps.inside(*now))
        return self.compiled(back, 0.0, 0.1, 0.5, y, p, y, p)


def reverse(g: Callable) -> Callable:
    """(where, y, p, d_new, d_p) -> d_y, and d_p with the share of g(where, y, p)."""

    def back(*given: Any) -> tuple:
        *where, y, p, d_new, d_p = given
        d_y, share = vjp(lambda y, p: g(*where, y, p), y, p)[1](d_new)
        return d_y, [a + b for a, b in zip(d_p, share, strict=True)]

    return back


def parameters(args: Any) -> list[Array]:
    """The real numbers among the parameters: the single ones in one array, and each array."""
    leaves = tree.leaves(args)
    loose = [x for x in leaves if isinstance(x, float)]
    return [Array(loose)] * bool(loose) + [x for x in leaves if isinstance(x, Array)]


_kernels: dict[Any, Kernel] = {}


def kernel_of(method: Method, f: RightHandSide, y: Any, args: Any) -> Kernel:
    """The kernel of this right-hand side for plain states and parameters like these.

    Raises:
        NotCompiled: if it has none.
    """
    form = Form(y, args)
    key = (identity(f), id(method), form.key)
    try:
        kernel = _kernels.pop(key, None)  # the one used last stands last
    except TypeError:  # a right-hand side that cannot be a key
        raise NotCompiled from None
    if kernel is None or not kernel.around.unchanged():
        kernel = Kernel(method, f, y, args, form)
    _kernels[key] = kernel
    if len(_kernels) > MOST_KERNELS:
        del _kernels[next(iter(_kernels))]
    if not kernel.fit:
        raise NotCompiled
    return kernel


def identity(f: RightHandSide) -> Any:
    """What makes ``f`` the function that it is.

    A function that takes nothing along but its module is its code and that module, so a lambda
    made anew is still the same one. Any other function is only itself.
    """
    alone = isinstance(f, types.FunctionType) and not (
        f.__closure__ or f.__defaults__ or f.__kwdefaults__ or vars(f)
    )
    return (f.__code__, id(f.__globals__)) if alone else f
