"""An adaptive solve whose steps are held, as one operation.

The solve marches on plain numbers, and keeps its steps; the reverse sweep goes back over them, by
each step's own ``vjp``. That the lengths of the steps come from outside, so that no derivative
passes through them, is all that frozen steps mean. What cannot be compiled (see ``jit``), and
derivatives inside derivatives, run step by step in Python, with the same result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import numpy as jnp
from ..array import Array, Atoms
from ..compiler.arguments import atoms_of
from ..hooks import here
from ..ops import Number, Special, apply
from ..tape import Tape
from .adaptive import Control, Grid, first_slope, first_step, locate, on_any, read, walk
from .fixed import RightHandSide, components
from .flat import NotCompiled, numbers
from .kernel import Kernel, kernel_of, parameters


class Path(Special):
    """A solve with its steps held as one operation: from y0 and args to the states at ``ts``."""

    name = "path"

    def __init__(self, f: RightHandSide, y0: Any, ts: list[float], args: Any, control: Control):
        self.f, self.ts, self.control = f, ts, control
        self.y0, self.known = Atoms(y0), Atoms(args)
        self.n = len(self.y0.atoms)

    def states(self) -> Array:
        """The states, whatever kind of numbers the start and the parameters are."""
        atoms = self.y0.atoms + self.known.atoms
        try:
            if here.trace or here.tape:
                raise NotCompiled
            found = apply(self, *atoms)
            rows = [found[i : i + self.n] for i in range(0, len(found), self.n)]
            return jnp.stack([self.y0.rebuild(row) for row in rows])
        except NotCompiled:
            return self.in_python(atoms)

    def rebuild(self, atoms: Any) -> tuple:
        """Start and parameters from their numbers."""
        return self.y0.rebuild(list(atoms[: self.n])), self.known.rebuild(list(atoms[self.n :]))

    def in_python(self, atoms: Any) -> Array:
        """The same on any numbers."""
        y0, args = self.rebuild(atoms)
        ts = self.ts
        grid = on_any(self.f, y0, ts[0], ts[-1], args, self.control, frozen=True)
        return read(self.f, args, grid, ts, self.control.tableau)

    # -- on plain numbers --
    def run(self, atoms: Any) -> tuple[list, Any]:
        """The numbers of the states at ``ts``, and what the reverse sweep needs."""
        y0, args = self.rebuild(atoms)
        k1 = first_slope(self.f, self.ts[0], y0, args)
        if derived(components(k1)):
            raise NotCompiled  # f uses, from outside, a number of a derivative
        kernel = kernel_of(self.control.tableau, self.f, y0, args)
        y, p = numbers(y0), numbers(*parameters(args))
        n, once, tolerances = len(y), kernel.trial, self.control.tolerances

        def trial(t: float, h: float, y: Any, k1: Any) -> tuple:
            out = once(t, h, *tolerances, *y, *k1, *p)
            return out[:n], out[n:-1], out[-1]

        h = first_step((y0, k1), self.control)
        grid = walk(trial, self.ts[0], self.ts[-1], y, numbers(k1), h, self.control)
        places, found = locate(grid, self.ts), []
        for i, theta in places:
            row = grid.ys[i]
            if theta:
                row = kernel.inside(grid.ts[i], grid.hs[i], theta, *row, *p)
            found += atoms_of(y0, iter(row))
        return found, (kernel, grid, places, p)

    def value(self, *atoms: Any) -> list:
        return self.run(atoms)[0]

    # -- derivatives --
    def reverse(self, tape: Tape, atoms: tuple) -> list:
        values = [tape.lower(x) for x in atoms]
        if derived(values):  # a derivative inside a derivative
            return flat([self.in_python(atoms)])
        found, kept = self.run(values)
        kernel, inside = kept[0], any(theta for _, theta in kept[2])
        _ = kernel.step_back, inside and kernel.inside_back  # NotCompiled is raised now or never

        def pull(cotangent: list) -> None:
            given = [cotangent[x.index] for x in out]
            if all(c is None for c in given):
                return
            given = [0.0 if c is None else c for c in given]
            shares = self.again(given, values) if derived(given) else self.pull_back(given, *kept)
            for x, share in zip(atoms, shares, strict=True):
                tape.accumulate(cotangent, x, share)

        out = tape.call(found, pull)
        return out

    def again(self, given: list, values: list) -> list:
        """Cotangents of start and parameters, where those of the states are being derived."""
        tape = Tape()
        inputs = [tape.new(x) for x in values]
        return tape.pull(flat([self.in_python(inputs)]), given, inputs)

    def pull_back(self, given: list, kernel: Kernel, grid: Grid, places: list, p: list) -> list:
        """The reverse sweep: cotangents of start and parameters, from those of the states."""
        rows = [given[i : i + self.n] for i in range(0, len(given), self.n)]
        ends = [(*place, row) for place, row in zip(places, rows, strict=True)]
        ts, hs, ys, n, back = grid.ts, grid.hs, grid.ys, len(grid.ys[0]), kernel.step_back
        d: Sequence = zeros([*ys[0], *p])  # cotangents of the state, then of the parameters
        for i in reversed(range(len(ts))):
            if i < len(hs):
                d = back(ts[i], hs[i], *ys[i], *p, *d)
            while ends and ends[-1][0] == i:
                _, theta, row = ends.pop()
                if not any(row):  # nobody looks at this state
                    continue
                share, d_p = numbers(self.y0.rebuild(row)), d[n:]
                if theta:
                    out = kernel.inside_back(ts[i], hs[i], theta, *ys[i], *p, *share, *d_p)
                    share, d_p = out[:n], out[n:]
                d = [*map(plus, share, d[:n]), *d_p]
        each = iter(d)
        d_y, *d_p = [atoms_of(x, each) for x in (kernel.y, *kernel.p)]
        return flat([d_y, *kernel.steps.filled(d_p)])

    def forward(self, run: Any, atoms: tuple) -> list:
        return flat([self.in_python(atoms)])

    def trace(self, *_: Any) -> list:
        raise NotImplementedError  # a traced program has no Path: see states


def derived(atoms: Sequence) -> bool:
    """Whether a number among these belongs to a derivative."""
    return any(isinstance(x, Number) for x in atoms)


def zeros(x: Any) -> Any:
    """Zeros in the place of the numbers of a program."""
    return 0.0 if isinstance(x, float) else [zeros(item) for item in x]


def plus(a: Any, b: Any) -> Any:
    """The sum of two numbers of a program, or of two lists of them."""
    return a + b if isinstance(a, float) else [*map(plus, a, b)]


def flat(parts: Sequence) -> list:
    """All numbers of some states, or of lists of numbers."""
    return [a for x in parts for a in (x if isinstance(x, list) else components(x))]
