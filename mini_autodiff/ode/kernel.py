"""Compiled steps for the adaptive solver, and the reverse sweep made from them.

How many steps an adaptive solve takes is known only once it has run, so it cannot be one compiled
loop. Its steps can. Two programs are printed, once for each right-hand side: a trial step, and a
step's reverse sweep, both with the length of the step *as an input*. That is all that frozen steps
mean: h comes from outside, so no derivative passes through it.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from .. import numpy as jnp
from ..array import UNROLL, Array, Atoms
from ..compiler.arguments import Arguments
from ..compiler.program import Program
from ..compiler.surroundings import Running, Surroundings
from ..compiler.trace import Traced, Unprovable
from ..ops import Number, Special, apply
from ..tape import Tape, vjp
from .adaptive import Control, Grid, first_slope, hold, locate, read, replay, walk
from .attempt import advance, attempt, error_square
from .dense import interpolate
from .fixed import RightHandSide

MOST_NUMBERS = 300  # states and parameters; straight-line code for more is slow to print
MOST_KERNELS = 64


class Compiled:
    """A function of lists of numbers as a program: floats in, floats out."""

    def __init__(self, f: Callable, *lengths: int):
        self.f, self.lengths = f, lengths
        self.short = max(lengths) <= UNROLL  # then each number is an input of the program
        self.program: Program | None = None
        self.size = 0

    def __call__(self, *numbers: float) -> Any:
        if self.program and self.short and len(self.program.lengths) == self.size:
            return self.program.run(*numbers)
        supply = iter(numbers)
        given = Arguments(tuple([next(supply) for _ in range(n)] for n in self.lengths), {})
        if self.program is None:
            self.program = Program(self.f, given)
        found = Atoms(self.program.result(self.program.run(*given.values))).atoms
        self.size = len(found)  # more than the program returns if some are constants
        return found


class Kernel:
    """What the adaptive solver does with one right-hand side, on plain numbers.

    Attributes:
        trial: (t, h, rtol, atol, y, k1, p) -> y', slope there, squared error over tolerance.
        back: (t, h, y, p, d_y', d_p) -> d_y, d_p with the share of this step.
        inside: (t, h, theta, y, p) -> the state inside the step.
        inside_back: (t, h, theta, y, p, its cotangent, d_y, d_p) -> the last two with its share.
    """

    def __init__(self, method: Any, f: RightHandSide, start: Atoms, known: Atoms):
        self.method, self.f, self.around, state = method, f, Surroundings(f), start.rebuild
        n, m = len(start.atoms), sum(map(real, known.atoms))

        def full(p: list) -> Any:
            numbers = iter(p)
            return known.rebuild([next(numbers) if real(x) else x for x in known.atoms])

        def trial(th: list, tolerance: list, y: list, k1: list, p: list) -> tuple:
            (t, h), before = th, state(y)
            after, error, slope = attempt(method, f, t, before, h, full(p), state(k1))
            return flat(after), flat(slope), error_square(error, before, after, *tolerance)

        def back(th: list, y: list, p: list, d_after: list, d_p: list) -> tuple:
            def step(y: list, p: list) -> Any:
                return flat(advance(method, f, th[0], state(y), th[1], full(p)))

            _, pull = vjp(step, y, p)
            d_y, share = pull(d_after)
            return d_y, [a + b for a, b in zip(d_p, share, strict=True)]

        def inside(where: list, y: list, p: list) -> Any:
            t, h, theta = where
            return flat(interpolate(method, f, t, state(y), h, theta, full(p)))

        def inside_back(where: list, y: list, p: list, d: list, sums: list) -> list:
            _, pull = vjp(lambda *now: inside(where, *now), y, p)
            shares = [x for part in pull(d) for x in part]
            return [a + b for a, b in zip(sums, shares, strict=True)]

        self.trial = Compiled(trial, 2, 2, n, n, m)
        self.back = Compiled(back, 2, n, m, n, m)
        self.inside = Compiled(inside, 3, n, m)
        self.inside_back = Compiled(inside_back, 3, n, m, n, n + m)


_kernels: dict[Any, Kernel] = {}


def kernel_of(method: Any, f: RightHandSide, start: Atoms, known: Atoms) -> Kernel:
    """The kernel of this right-hand side for such a start and parameters, printed before or now."""
    alone = isinstance(f, types.FunctionType) and not f.__closure__ and not f.__defaults__
    which = f.__code__ if alone else id(f)  # a lambda made anew has the same code
    kinds = tuple([float if real(x) else (type(x), x) for x in known.atoms])
    shapes = tuple(start.shapes()), tuple(known.shapes())
    key = (id(method), which, repr((start.structure, known.structure)), shapes, kinds)
    kernel = _kernels.get(key)
    if kernel is None or not kernel.around.unchanged():
        if len(_kernels) >= MOST_KERNELS:
            del _kernels[next(iter(_kernels))]
        plain_start = Atoms(start.rebuild([0.0] * len(start.atoms)))  # a kernel outlives a tape
        plain = Atoms(known.rebuild([0.0 if real(x) else x for x in known.atoms]))
        kernel = _kernels[key] = Kernel(method, f, plain_start, plain)
    return kernel


class Path(Special):
    """An adaptive solve as one operation: from start and parameters to the states at ``ts``."""

    name = "path"

    def __init__(self, f: RightHandSide, y0: Any, ts: list[float], args: Any, control: Control):
        self.f, self.ts, self.control, self.method = f, ts, control, control.tableau
        self.row, self.known = Atoms(y0), Atoms(args)
        self.n = len(self.row.atoms)

    def states(self) -> Any:
        """The states, whatever kind of numbers the start and the parameters are."""
        atoms = self.row.atoms + self.known.atoms
        if len(atoms) > MOST_NUMBERS:
            return self.replayed(atoms)
        try:
            derived = any(isinstance(x, Number) for x in atoms)
            found: list = apply(self, *atoms) if derived else self.value(*atoms)  # type: ignore
        except (
            Running,
            Unprovable,
            TypeError,
        ):  # a mistake in f will show again, with a better message
            return self.replayed(atoms)
        rows = [found[i : i + self.n] for i in range(0, len(found), self.n)]
        return jnp.stack([self.row.rebuild(row) for row in rows])

    def rebuild(self, atoms: list) -> tuple:
        """Start and parameters from their numbers."""
        return self.row.rebuild(atoms[: self.n]), self.known.rebuild(atoms[self.n :])

    def replayed(self, atoms: list) -> Any:
        """March on plain numbers, then take the same steps with the numbers of a derivative."""
        y0, args = self.rebuild(atoms)
        slopes = Atoms(self.f(self.ts[0], y0, args)).atoms
        if any(isinstance(innermost(x), Traced) for x in [*atoms, *slopes]):
            self.trace()
        grid, derived = hold(self.f, y0, self.ts[0], self.ts[-1], args, self.control)
        if derived:
            grid = replay(self.f, y0, args, grid, self.method)
        return read(self.f, args, grid, self.ts, self.method)

    # -- on plain numbers --
    def march(self, kernel: Kernel, y: list, p: list) -> Grid:
        n, trial = self.n, kernel.trial
        rtol, atol = self.control.tolerances

        def compiled(t: float, h: float, y: Any, k1: Any) -> tuple:
            out = trial(t, h, rtol, atol, *y, *k1, *p)
            return out[:n], out[n:-1], out[-1]

        y0, args = self.rebuild(self.plain)
        k1 = Atoms(first_slope(self.f, self.ts[0], y0, args)).atoms
        return walk(compiled, self.ts[0], self.ts[-1], y, k1, self.control)

    def value(self, *atoms: Any) -> list:
        return self.run(atoms)[0]

    def run(self, atoms: Any) -> tuple:
        """The states one after the other, and what the reverse sweep needs."""
        y = [float(x) for x in atoms[: self.n]]
        known = [float(x) if real(x) else x for x in atoms[self.n :]]  # no numbers of NumPy
        self.plain, p = y + known, [x for x in known if real(x)]
        kernel = kernel_of(self.method, self.f, self.row, self.known)
        grid = self.march(kernel, y, p)
        places = locate(grid, self.ts)
        found: list = []
        for i, theta in places:
            if theta:
                step = (grid.ts[i], grid.hs[i], theta)
                found += kernel.inside(*step, *grid.ys[i], *p)
            else:
                found += grid.ys[i]
        return found, (kernel, grid, places, p)

    # -- derivatives --
    def reverse(self, tape: Tape, atoms: tuple) -> list:
        values = [tape.lower(x) for x in atoms]
        if any(isinstance(x, Number) for x in values):  # a derivative inside a derivative
            return Atoms(self.replayed(list(atoms))).atoms
        found, kept = self.run(values)

        def pull(cotangent: list) -> None:
            given = [cotangent[x.index] for x in out]
            if all(c is None for c in given):
                return
            given = [0.0 if c is None else c for c in given]
            if any(isinstance(c, Number) for c in given):
                again = Tape()
                inputs = [again.new(x) for x in values]
                shares = again.pull(Atoms(self.replayed(inputs)).atoms, given, inputs)
            else:
                shares = self.pull_back(given, values, *kept)
            for x, share in zip(atoms, shares, strict=True):
                tape.accumulate(cotangent, x, share)

        out = tape.call(found, pull)
        return out

    def pull_back(
        self, given: list, values: list, kernel: Kernel, grid: Grid, places: list, p: list
    ) -> list:
        """The reverse sweep: cotangents of start and parameters, from those of the states."""
        n, m = self.n, len(p)
        rows = [(i, theta, given[k * n : k * n + n]) for k, (i, theta) in enumerate(places)]
        d_y: Any = [0.0] * n
        d_p: Any = [0.0] * m
        for i in reversed(range(len(grid.hs) + 1)):
            d_before: Any = None
            while rows and rows[-1][0] == i and rows[-1][1]:
                _, theta, d = rows.pop()
                step = (grid.ts[i], grid.hs[i], theta, *grid.ys[i], *p)
                sums = kernel.inside_back(*step, *d, *(d_before or [0.0] * n), *d_p)
                d_before, d_p = sums[:n], sums[n:]
            if i < len(grid.hs):
                out = kernel.back(grid.ts[i], grid.hs[i], *grid.ys[i], *p, *d_y, *d_p)
                d_y, d_p = out[:n], out[n:]
                if d_before:
                    d_y = [a + b for a, b in zip(d_y, d_before, strict=True)]
            if rows and rows[-1][0] == i:
                d_y = [a + b for a, b in zip(d_y, rows.pop()[2], strict=True)]
        shares = iter(d_p)
        return [*d_y, *(next(shares) if real(x) else 0.0 for x in values[n:])]

    def forward(self, run: Any, atoms: tuple) -> list:
        return Atoms(self.replayed(list(atoms))).atoms

    def trace(self, *_: Any) -> list:
        raise Unprovable(
            "how many steps an adaptive solve takes depends on its numbers, so it has no place in "
            "a loop or a program that is printed; there use ode.solve_fixed"
        )


def real(x: Any) -> bool:
    """Whether a derivative by ``x`` makes sense: a float, or a number that stands for one."""
    return isinstance(x, (float, Number))


def flat(x: Any) -> list:
    """The numbers of a state, one by one."""
    return [z for row in x for z in flat(row)] if isinstance(x, Array) else [x]


def innermost(x: Any) -> Any:
    while isinstance(x, Number) and not isinstance(x, Traced):
        x = x.value
    return x
