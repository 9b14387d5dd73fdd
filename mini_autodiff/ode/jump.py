"""Chemical and demographic noise: populations that change by whole numbers, at random times.

Reaction k happens at the rate ``propensities(x, args)[k]``, in events per unit of time, and then
changes the state by ``changes[k]``. Such paths jump, so they have no pathwise derivative.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .adaptive import SolverError

Propensities = Callable[[Sequence[int], Any], Sequence[float]]


def jumps(
    propensities: Propensities,
    changes: Sequence[Sequence[int]],
    x0: Sequence[int],
    t0: float,
    rng: random.Random,
    args: Any = None,
) -> Iterator[tuple[float, tuple[int, ...]]]:
    """The start, and then every event: its time and the state after it.

    Gillespie's direct method, exact: the waiting time is exponential with the sum of the rates,
    and reaction k comes next with a probability in proportion to its rate. It ends when nothing
    can happen any more. Source: D. T. Gillespie (1977), Journal of Physical Chemistry
    81:2340-2361.

    >>> deaths = jumps(lambda x, rate: [rate * x[0]], [(-1,)], [3], 0.0, random.Random(1), 0.5)
    >>> [x for t, x in deaths]
    [(3,), (2,), (1,), (0,)]

    Raises:
        ValueError: if a rate is negative or not finite, rates and changes do not match, or a
            population falls below 0.
    """
    t, x = t0, tuple(x0)
    while True:
        yield t, x
        rates = _rates(propensities, changes, x, args)
        total = sum(rates)
        if total == 0:
            return
        t += rng.expovariate(total)
        k = rng.choices(range(len(rates)), rates)[0]
        x = _after(x, changes[k])


def gillespie(
    propensities: Propensities,
    changes: Sequence[Sequence[int]],
    x0: Sequence[int],
    ts: Sequence[float],
    rng: random.Random,
    args: Any = None,
    max_events: int = 1_000_000,
) -> list[tuple[int, ...]]:
    """The states at the times ``ts``, of which the first is that of ``x0``; see ``jumps``.

    Args:
        propensities: ``propensities(x, args)``, the rate of each reaction.
        changes: what each reaction adds to the state.
        x0: whole numbers, the state at ``ts[0]``.
        ts: times that do not fall.
        rng: where the chance comes from, as ``random.Random(1)``.
        args: the parameters.
        max_events: give up after so many events.

    Returns:
        One state, a tuple of whole numbers, for each time.

    >>> gillespie(lambda x, rate: [rate * x[0]], [(-1,)], [9], [0.0, 50.0], random.Random(1), 1.0)
    [(9,), (0,)]

    Raises:
        ValueError: if a rate is negative or not finite, rates and changes do not match, ts falls,
            or a population falls below 0.
        SolverError: if max_events are not enough.
    """
    ts = _times(ts)
    states: list[tuple[int, ...]] = []
    x = tuple(x0)
    for events, (t, new) in enumerate(jumps(propensities, changes, x, ts[0], rng, args)):
        while len(states) < len(ts) and ts[len(states)] < t:
            states.append(x)
        if len(states) == len(ts):
            return states
        if events > max_events:
            raise SolverError(
                f"{max_events} events brought the path only to t = {t:.6g} of {ts[-1]}, at {new}.\n"
                "Raise max_events, or use ode.tau_leaping, which takes many events at a time."
            )
        x = new
    return states + [x] * (len(ts) - len(states))


def tau_leaping(
    propensities: Propensities,
    changes: Sequence[Sequence[int]],
    x0: Sequence[int],
    ts: Sequence[float],
    tau: float,
    rng: random.Random,
    args: Any = None,
) -> list[tuple[int, ...]]:
    """As ``gillespie``, but with steps of at most ``tau`` in which the rates are held as they are.

    The number of times that reaction k happens in a step is then Poisson, with mean rate times
    step: Euler's method for jumps, with an error of the means that falls like tau. A step that
    would make a population negative is taken again in two halves. Source: D. T. Gillespie (2001),
    Journal of Chemical Physics 115:1716-1733.

    >>> rng = random.Random(1)
    >>> tau_leaping(lambda x, rate: [rate], [(1,)], [0], [0.0, 1.0], 0.1, rng, 1000.0)[1][0] > 900
    True

    Raises:
        ValueError: as ``gillespie``, if ``tau`` is not positive, or a population falls below 0.
    """
    if not tau > 0:
        raise ValueError(f"tau is the length of a step and must be positive, got {tau!r}")
    ts = _times(ts)
    t, x = ts[0], tuple(x0)
    states = [x]
    for end in ts[1:]:
        step = tau
        while t < end:
            h = min(step, end - t)
            rates = _rates(propensities, changes, x, args)
            counts = [poisson(rng, rate * h) for rate in rates]
            new = tuple(
                a + sum(n * change[i] for n, change in zip(counts, changes, strict=True))
                for i, a in enumerate(x)
            )
            if min(new, default=0) < 0:
                for rate, change in zip(rates, changes, strict=True):
                    if rate:
                        _after(x, change)
                step = h / 2
                continue
            x, t, step = new, (end if h == end - t else t + h), tau
        states.append(x)
    return states


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson number: how many events of rate 1 fall into a time of ``mean``.

    Few are counted; many come from the transformed rejection of W. Hormann (1993), Insurance:
    Mathematics and Economics 12:39-45 (algorithm PTRS), whose cost does not grow with the mean.

    >>> rng = random.Random(3)
    >>> abs(sum(poisson(rng, 1000.0) for _ in range(100)) / 100 - 1000) < 10
    True
    """
    if mean < 10:
        count, t = 0, rng.expovariate(1.0)
        while t < mean:
            count, t = count + 1, t + rng.expovariate(1.0)
        return count
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    scale = 1.1239 + 1.1328 / (b - 3.4)
    while True:
        u, v = rng.random() - 0.5, 1.0 - rng.random()
        edge = 0.5 - abs(u)
        k = math.floor((2 * a / edge + b) * u + mean + 0.43) if edge > 0 else -1
        if edge >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
            return k
        if k >= 0 and (edge >= 0.013 or v <= edge):
            density = k * math.log(mean) - mean - math.lgamma(k + 1)
            if math.log(v * scale / (a / (edge * edge) + b)) <= density:
                return k


def _rates(
    propensities: Propensities, changes: Sequence, x: tuple[int, ...], args: Any
) -> Sequence[float]:
    rates = propensities(x, args)
    if len(rates) != len(changes):
        raise ValueError(
            f"each reaction has one rate and one change of state; got {len(rates)} rates and "
            f"{len(changes)} changes"
        )
    for k, rate in enumerate(rates):
        if not 0 <= rate < math.inf:
            raise ValueError(
                f"rate {k} is {rate!r} at the state {x}: a rate is a finite number, 0 or more"
            )
    return rates


def _after(x: tuple[int, ...], change: Sequence[int]) -> tuple[int, ...]:
    """The state after one event."""
    new = tuple(a + d for a, d in zip(x, change, strict=True))
    if min(new) < 0:
        raise ValueError(
            f"a reaction that changes the state by {tuple(change)} happened at {x}.\n"
            "A reaction that lacks its molecules must have rate 0."
        )
    return new


def _times(ts: Sequence[float]) -> list[float]:
    ts = [float(t) for t in ts]
    if not ts or any(not b >= a for a, b in itertools.pairwise(ts)):
        raise ValueError(f"ts begins with the time of x0 and does not fall; got {ts!r:.200}")
    return ts
