"""Every live figure of the book: its checks, its size, and its program under Node."""

import gzip
import math
import random
import re

import pytest

import mini_autodiff.numpy as jnp
from bookkit import explorables
from bookkit.live import Explorable
from bookkit.live.check import corners, different_names, position

NAMES = explorables.names()
ROUNDED = re.compile(r"Math\.(?!abs|sign|min|max|floor|sqrt)\w+")  # those are exact

# Outputs that are arithmetic only, in a program that is not: these too have the same bits.
EXACT = {
    "differentiating_the_solver": {
        "old_hare", "old_lynx", "hare", "lynx", "foretold_hare", "foretold_lynx",
    },
}  # fmt: skip

RUN = """
function main({source, data, places}) {
  const program = new Function("return " + source)();
  return places.map(p => program(p, data));
}"""


@pytest.mark.parametrize("name", NAMES)
def test_checks(name):
    explorables.load(name).check()


def test_names_differ():
    different_names([explorables.load(name) for name in NAMES])


@pytest.mark.parametrize("name", NAMES)
def test_size(name):
    """Without the runtime, which a page needs once: 15 kB for a program, 100 kB for states."""
    figure = explorables.load(name)
    limit = 15_000 if isinstance(figure, Explorable) else 100_000
    assert len(gzip.compress(figure.html(runtime=False).encode())) < limit


@pytest.mark.node
@pytest.mark.parametrize("name", NAMES)
def test_the_page_computes_what_python_computes(name, node):
    """At every corner and 200 random places: the same bits if the program is arithmetic only.

    Otherwise V8's and the C library's exp and log may differ in the last bit, 1e-16 of a *term*
    of a result. The results differ by the sum of that over the terms, however small a difference
    of two terms is. So the tolerance is 1e-12 (up to 10,000 such terms) of the size of the terms,
    not of the result. From outside one does not see them: the largest number that the output
    reaches at any of the places, where they do not cancel, stands for them."""
    figure, draws = explorables.load(name), random.Random(name)
    source = figure.program_source("javascript")
    drawn = [*corners(figure), *(position(figure, draws) for _ in range(200))]
    places = list({str(place): place for place in drawn}.values())  # few stops: once each
    inputs = [figure.inputs(chosen) for chosen in places]
    there = node(RUN, {"source": source, "data": figure.page_data(), "places": inputs})
    exact = EXACT.get(name, ()) if ROUNDED.search(source) else there[0].keys()
    agree([figure.compute(chosen) for chosen in places], there, exact)


def agree(here, there, exact):
    """Every output of two runs at the same places, to 1e-12 of the largest that it reaches."""
    assert all(mine.keys() == theirs.keys() for mine, theirs in zip(here, there, strict=True))
    for key in here[0]:
        mine, theirs = [[list(flat(found[key])) for found in run] for run in (here, there)]
        size = max((abs(v) for row in mine for v in row if math.isfinite(v)), default=0.0)
        tolerance = 0.0 if key in exact else 1e-12 * size
        for place, (row, other) in enumerate(zip(mine, theirs, strict=True)):
            for a, b in zip(row, other, strict=True):
                same = a == b or (math.isnan(a) and math.isnan(b))
                assert same or abs(a - b) <= tolerance, (key, place, a, b)


def test_a_difference_that_vanishes_is_measured_by_its_terms():
    """exp(x) - 1 with an exp that is one bit off: 2e-12 of the result near 0, 1e-16 of a term."""
    at = [1e-4, 0.5, 1.0]
    here = [{"y": math.exp(x) - 1.0} for x in at]
    there = [{"y": math.nextafter(math.exp(x), 9.0) - 1.0} for x in at]
    agree(here, there, exact=())
    for wrong, exact in (({"y": there[1]["y"] * (1 + 1e-11)}, ()), (there[1], {"y"})):
        with pytest.raises(AssertionError):
            agree(here, [there[0], wrong, there[2]], exact)


def test_the_reader_edits_the_solvers_model():
    """A limit K to the hares, as in the chapter: another model behind the same sliders."""
    figure = explorables.load("differentiating_the_solver")

    @figure.edit
    def vector_field(t, u, p):
        x, y = u
        growth = p["alpha"] * x * (1 - x / 100)
        return jnp.array([growth - p["beta"] * x * y, p["delta"] * x * y - p["gamma"] * y])

    vector_field.check()
    before, after = (f.compute(figure.start) for f in (figure, vector_field))
    assert max(after["hare"]) < max(before["hare"])
    assert vector_field.changes(figure.start) != figure.changes(figure.start)


def flat(value):
    if isinstance(value, list):
        for v in value:
            yield from flat(v)
    else:
        yield float(value)
