"""A walk along the tape: values on the way forwards, cotangents on the way backwards."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bookkit.live.controls import Slider
from bookkit.live.diagram import Edge, Node, Words
from bookkit.live.errors import LiveFigureError
from bookkit.live.sentence import Sentence
from bookkit.live.sweep import Sweep
from bookkit.live.walk import Step, Walk

FORWARDS, BACKWARDS = "Forwards", "Backwards"
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "sigma": "σ", "tau": "τ", "phi": "φ", "psi": "ψ",
    "omega": "ω",
}  # fmt: skip
_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class TapeWalk(Walk):
    """A program walked forwards and backwards; every number is read from the tape that ran.

    The program takes its inputs by name and returns a dict of its named numbers, the result last
    (see `bookkit.live.sweep`). It runs on mini_autodiff's eager tape, and boxes, arrows, values,
    local slopes, cotangents and the order of the sweep are what the tape then holds; in the page
    the same recording runs, exported, so sliders move every number.

    Args:
        name: lower-case identifier, unique in the book.
        program: `program(**inputs) -> {name: number}`, in mini_autodiff.numpy.
        inputs: name -> a Slider, or a number that stays.
        at: name -> (column, row) of its box; else inputs stand on the left, and each number right
            of what went into it.
        labels: name -> how it is written; else Greek letters and subscripts by themselves.
        formulas: name -> how it is computed, as the title of its box ("u₀ − hθu₀").
        sentences: "forwards u1" or "backwards u1" -> a sentence for that step in place of ours;
            "inputs", "seed" and "end" are steps too.
        along: an input; every box then shows on the way forwards how its number moves with this
            input, its tangent, and the last of them is the derivative that the way back finds.
        digits: decimals of every number.
        tape: show the entries of the tape as a table beside the diagram. Every entry needs a name.

    >>> walk = TapeWalk("square", lambda x: {"y": x * x}, {"x": Slider("x", 0.0, 4.0, 3.0)})
    >>> walk.said(2)
    'Forwards: y = 9.00, with the local slope 6.00 in x.'
    >>> walk.said(4)
    'Backwards: y hands down its cotangent, 1.00, times the local slope: to x 1.00 · 6.00 = 6.00.'
    """

    def __init__(
        self, name: str, program: Callable, inputs: Mapping[str, Slider | float], *,
        at: Mapping[str, tuple[float, float]] = {}, labels: Mapping[str, str] = {},
        formulas: Mapping[str, str] = {}, sentences: Mapping[str, str] = {},
        sentence: Sentence | str = "", along: str = "", digits: int = 2, tape: bool = False,
        presets: Mapping = {}, question: str = "", title: str = "",
    ):  # fmt: skip
        sliders = {n: v for n, v in inputs.items() if isinstance(v, Slider)}
        data = {n: float(v) for n, v in inputs.items() if not isinstance(v, Slider)}
        start = {n: v.start if isinstance(v, Slider) else float(v) for n, v in inputs.items()}
        self.sweep = sweep = Sweep(program, start)
        if tape and sweep.between:
            raise LiveFigureError(
                f"{name!r}: the tape has {sweep.between} entries without a name; a table of the "
                "tape shows them all, so return them too"
            )
        names = list(sweep.values)
        self.label = {n: labels.get(n, _label(n)) for n in names}
        self.bar = {n: label[0] + "\u0304" + label[1:] for n, label in self.label.items()}
        self.digits, self.along = digits, along
        if along and along not in inputs:
            raise LiveFigureError(
                f"tangents go along an input, {_list(list(inputs))}, not {along!r}"
            )
        self.dot = {n: label[0] + "\u0307" + label[1:] for n, label in self.label.items()}
        places = {**_places(sweep), **at}
        nodes = {
            n: Node(formulas.get(n, self.label[n]), places[n], {
                f"{n}=": Words((n in formulas) * f"{self.label[n]} = " + self._field(n)),
                **({f"dot {n}": Words(f"{self.dot[n]} = {self._field('dot_' + n)}", "tangent")}
                   if along else {}),
                f"bar {n}": Words(f"{self.bar[n]} = {self._field('bar_' + n)}", "backwards"),
            })
            for n in names
        }  # fmt: skip
        edges = [Edge(of, n, Words("×" + self._field(f"slope_{n}_{of}")))
                 for n in names for of in sweep.slopes[n]]  # fmt: skip
        edges += [Edge(n, of, Words(self._field(f"share_{n}_{of}"), "backwards"))
                  for n in sweep.shares for of in sweep.shares[n]]  # fmt: skip

        def numbers(p: Mapping, given: Mapping) -> dict[str, Any]:
            run = Sweep(program, {n: p[n] if n in sliders else given[n] for n in inputs})
            slopes = {f"d{run.result}_d{n}": run.cotangents[n] for n in sliders}
            dots = run.tangents(along).items() if along else ()
            slopes |= {f"dot_{n}": v for n, v in dots}
            return run.outputs() | {k: 0.0 if c is None else c for k, c in slopes.items()}

        ours = (
            f"{self.label[sweep.result]} = {self._field(sweep.result)}. Its derivatives: "
            + _list([f"{self._field('bar_' + n)} in {self.label[n]}" for n in sweep.inputs])
            + "."
        )
        super().__init__(
            name, nodes=nodes, edges=edges, steps=self._steps(sentences), program=numbers,
            sentence=sentence or ours, sliders=sliders, data=data,
            table=self._table() if tape else (), presets=presets, question=question, title=title,
        )  # fmt: skip

    def _field(self, name: str) -> str:
        return "{" + f"{name}:.{self.digits}f" + "}"

    def _steps(self, sentences: Mapping[str, str]) -> list[Step]:
        run, label, bar, number = self.sweep, self.label, self.bar, self._field
        known: set[str] = set()

        def step(phase: str, what: str, lights: list[str], ours: str, words: dict | None = None):
            known.add(what)
            return Step(phase, lights, sentences.get(what, ours), words or {})

        def dots(names: list[str]) -> list[str]:
            return [f"dot {n}" for n in names] if self.along else []

        def tangent(n: str) -> str:
            if not self.along:
                return ""
            terms = [f"{number(f'slope_{n}_{of}')} · {number('dot_' + of)}" for of in run.slopes[n]]
            return f" Its tangent: {' + '.join(terms)} = {number('dot_' + n)}."

        given = _list([f"{label[n]} = {number(n)}" for n in run.inputs])
        boxes = [n for n in run.values if n not in run.inputs]
        first = [*(f"{n}=" for n in run.inputs), *run.inputs, *dots(run.inputs)]
        steps = [step(FORWARDS, "inputs", first, f"The inputs: {given}.")]
        for n in boxes:
            into = list(run.slopes[n])
            slopes = _list([f"{number(f'slope_{n}_{of}')} in {label[of]}" for of in into])
            noun = "slope" if len(into) == 1 else "slopes"
            steps.append(step(
                FORWARDS, f"forwards {n}", [f"{n}=", n, *(f"{of}>{n}" for of in into), *dots([n])],
                f"Forwards: {label[n]} = {number(n)}, with the local {noun} {slopes}."
                + tangent(n),
            ))  # fmt: skip
        end = run.result
        seed = f"Now backwards. {bar[end]} = 1: the result changes as itself."
        steps.append(step(BACKWARDS, "seed", [f"bar {end}", end], seed))
        met: set[str] = set()
        for n, row in run.shares.items():
            sent = [
                f"to {label[of]} {number(f'bar_{n}')} · {number(f'slope_{n}_{of}')} = "
                f"{number(f'share_{n}_{of}')}"
                + (f", in all {number(f'sum_{n}_{of}')}" if of in met else "")
                for of in row
            ]
            met |= set(row)
            steps.append(step(
                BACKWARDS, f"backwards {n}",
                [n, *(f"{n}>{of}" for of in row), *(f"bar {of}" for of in row)],
                f"Backwards: {label[n]} hands down its cotangent, {number(f'bar_{n}')}, times the "
                f"local {'slope' if len(row) == 1 else 'slopes'}: {'; '.join(sent)}.",
                {f"bar {of}": f"{bar[of]} = {number(f'sum_{n}_{of}')}" for of in row},
            ))  # fmt: skip
        found = _list([f"d{label[end]}/d{label[n]} = {number('bar_' + n)}" for n in run.inputs])
        derivatives = f"At the inputs stand the derivatives: {found}."
        steps.append(step(BACKWARDS, "end", [f"bar {n}" for n in run.inputs], derivatives))
        if strangers := set(sentences) - known:
            raise LiveFigureError(
                f"there is no step {', '.join(sorted(strangers))}; there are "
                f"{', '.join(sorted(known))}"
            )
        return steps

    def _table(self) -> Sequence[Sequence[tuple[str, str]]]:
        run, place = self.sweep, {n: str(i) for i, n in enumerate(self.sweep.values)}
        heads = [("", words) for words in ("place", "number", "(place, slope)", "cotangent")]
        rows = [
            [
                ("", place[n]),
                (f"{n}=", f"{self.label[n]}\u00a0=\u00a0{self._field(n)}"),
                (f"{n}=", " ".join(f"({place[of]},\u00a0{self._field(f'slope_{n}_{of}')})"
                                    for of in run.slopes[n]) or "input"),
                (f"bar {n}", f"{self.bar[n]} = {self._field(f'bar_{n}')}"),
            ]
            for n in run.values
        ]  # fmt: skip
        return [heads, *rows]


def _label(name: str) -> str:
    """`theta` as θ, `u1` as u₁."""
    base = name.rstrip("0123456789")
    return _GREEK.get(base, base) + name[len(base) :].translate(_LOW)


def _places(run: Sweep) -> dict[str, tuple[float, float]]:
    """Each number one column right of the last that went into it; inputs in the first."""
    column: dict[str, int] = {}
    for name, slopes in run.slopes.items():
        column[name] = 1 + max((column[of] for of in slopes), default=-1)
    used: dict[int, int] = {}
    places = {}
    for name, at in column.items():
        places[name] = (float(at), float(used.get(at, 0)))
        used[at] = used.get(at, 0) + 1
    return places


def _list(items: Sequence[str]) -> str:
    """One, two and three."""
    *rest, end = items
    return f"{', '.join(rest)} and {end}" if rest else end
