"""jit gives the value, the type and the error of the function, or runs the function itself."""

from __future__ import annotations

import collections
import enum
import fractions
import functools
import itertools
import math
import operator
import random
import types

import numpy
import pytest

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from mini_autodiff import lax

# -- every place that can hold a number -----------------------------------------------------------

RATE = 2.0
TABLE = {"deep": [2.0]}
elsewhere = types.ModuleType("elsewhere")


class Settings:
    rate = 2.0


class Child(Settings):
    pass


class Slotted:
    __slots__ = ("rate",)


class Model:
    def __init__(self):
        self.rate = 2.0
        self._hidden = 2.0

    @property
    def hidden(self):
        return self._hidden

    @staticmethod
    def static(x):
        return RATE * x

    @classmethod
    def of_class(cls, x):
        return Settings.rate * x

    def method(self, x):
        return self.rate * x

    def patched(self, x):
        return 2.0 * x

    def __call__(self, x):
        return self.rate * x


class Point(collections.namedtuple("Point", "rate")):
    def twice(self):
        return RATE


Pair = collections.namedtuple("Pair", "rate other")
Row = collections.namedtuple("Row", "rate")
PLACES = {}


def place(make):
    """A place: a function that returns a function, and what changes the number it uses."""
    PLACES[make.__name__] = make
    return make


@place
def a_cell():
    rate = 2.0

    def change():
        nonlocal rate
        rate = 3.0

    return (lambda x: rate * x), change


@place
def a_global():
    return (lambda x: RATE * x), lambda: globals().update(RATE=3.0)


@place
def a_global_inside_a_function_inside():
    inner = lambda x: RATE * x  # noqa: E731
    return (lambda x: (lambda y: inner(y))(x)), lambda: globals().update(RATE=3.0)


@place
def a_global_defined_later():
    globals().pop("abs", None)
    return (lambda x: abs(x) * 2.0), lambda: globals().update(abs=lambda x: 1.5 * x)


@place
def a_default():
    def f(x, rate=2.0):
        return rate * x

    return f, lambda: setattr(f, "__defaults__", (3.0,))


@place
def a_default_of_a_function_inside():
    def inner(x, rate=2.0):
        return rate * x

    return (lambda x: inner(x)), lambda: setattr(inner, "__defaults__", (3.0,))


@place
def a_default_list():
    def f(x, rate=[2.0]):  # noqa: B006
        return rate[0] * x

    return f, lambda: f.__defaults__[0].__setitem__(0, 3.0)


@place
def a_keyword_default():
    def f(x, *, rate=2.0):
        return rate * x

    return f, lambda: f.__kwdefaults__.update(rate=3.0)


@place
def a_rebound_keyword_default():
    def f(x, *, rate=2.0):
        return rate * x

    return f, lambda: setattr(f, "__kwdefaults__", {"rate": 3.0})


@place
def the_code_of_a_function():
    def inner(x):
        return 2.0 * x

    return (lambda x: inner(x)), lambda: setattr(inner, "__code__", (lambda x: 3.0 * x).__code__)


@place
def a_function_attribute():
    def f(x):
        return f.rate * x

    f.rate = 2.0
    return f, lambda: setattr(f, "rate", 3.0)


@place
def a_module_attribute():
    elsewhere.rate = 2.0
    return (lambda x: elsewhere.rate * x), lambda: setattr(elsewhere, "rate", 3.0)


@place
def a_tuple_in_another_module():
    elsewhere.rates = (2.0,)
    return (lambda x: elsewhere.rates[0] * x), lambda: setattr(elsewhere, "rates", (3.0,))


@place
def an_array_in_another_module():
    elsewhere.array = jnp.array([2.0])
    change = lambda: setattr(elsewhere, "array", jnp.array([3.0]))  # noqa: E731
    return (lambda x: elsewhere.array[0] * x), change


@place
def a_list_in_a_module_in_a_module():
    elsewhere.inner = types.ModuleType("inner")
    elsewhere.inner.values = [2.0]
    change = lambda: elsewhere.inner.values.__setitem__(0, 3.0)  # noqa: E731
    return (lambda x: elsewhere.inner.values[0] * x), change


@place
def a_dict_of_lists():
    TABLE["deep"] = [2.0]
    return (lambda x: TABLE["deep"][0] * x), lambda: TABLE["deep"].__setitem__(0, 3.0)


@place
def an_ordered_dict():
    rates = collections.OrderedDict(rate=2.0)
    return (lambda x: rates["rate"] * x), lambda: rates.update(rate=3.0)


@place
def a_list_that_grows():
    rates = [2.0]
    return (lambda x: sum(r * x for r in rates)), lambda: rates.append(1.0)


@place
def a_numpy_array():
    rates = numpy.array([2.0, math.nan])
    return (lambda x: jnp.array(rates)[0] * x), lambda: rates.__setitem__(0, 3.0)


@place
def a_numpy_scalar_array():
    rates = numpy.array(2.0)
    return (lambda x: float(rates) * x), lambda: rates.fill(3.0)


@place
def a_class_attribute():
    Settings.rate = 2.0
    return (lambda x: Settings.rate * x), lambda: setattr(Settings, "rate", 3.0)


@place
def an_inherited_class_attribute():
    Settings.rate = 2.0
    return (lambda x: Child.rate * x), lambda: setattr(Settings, "rate", 3.0)


@place
def an_attribute_of_an_object():
    model = Model()
    return (lambda x: model.rate * x), lambda: setattr(model, "rate", 3.0)


@place
def a_namespace():
    names = types.SimpleNamespace(rate=2.0)
    return (lambda x: names.rate * x), lambda: setattr(names, "rate", 3.0)


@place
def a_slot():
    slotted = Slotted()
    slotted.rate = 2.0
    return (lambda x: slotted.rate * x), lambda: setattr(slotted, "rate", 3.0)


@place
def a_property():
    model = Model()
    return (lambda x: model.hidden * x), lambda: setattr(model, "_hidden", 3.0)


@place
def a_bound_method():
    model = Model()
    return model.method, lambda: setattr(model, "rate", 3.0)


@place
def an_object_that_is_called():
    model = Model()
    return model, lambda: setattr(model, "rate", 3.0)


@place
def a_static_method():
    return (lambda x: Model.static(x)), lambda: globals().update(RATE=3.0)


@place
def a_class_method():
    Settings.rate = 2.0
    return (lambda x: Model.of_class(x)), lambda: setattr(Settings, "rate", 3.0)


@place
def a_patched_method():
    model, old = Model(), Model.__dict__["patched"]

    def change():
        Model.patched = lambda self, x: 3.0 * x
        RESTORE.append(lambda: setattr(Model, "patched", old))

    return (lambda x: model.patched(x)), change


@place
def a_partial():
    rates = [2.0]
    return functools.partial(lambda r, x: r[0] * x, rates), lambda: rates.__setitem__(0, 3.0)


@place
def a_keyword_of_a_partial():
    f = functools.partial(lambda x, rate: rate * x, rate=2.0)
    return f, lambda: f.keywords.update(rate=3.0)


@place
def a_set():
    rates = {2.0}
    return (lambda x: max(rates) * x), lambda: rates.add(3.0)


@place
def a_deque():
    rates = collections.deque([2.0])
    return (lambda x: rates[0] * x), lambda: rates.__setitem__(0, 3.0)


@place
def a_named_tuple_with_a_method():
    point = Point(2.0)
    return (lambda x: point.twice() * x), lambda: globals().update(RATE=3.0)


@place
def an_exchanged_named_tuple():
    row = Row(2.0)

    def change():
        nonlocal row
        row = Row(3.0)

    return (lambda x: row.rate * x), change


@place
def an_iterator():
    rates = itertools.cycle([2.0, 2.0, 3.0])
    return (lambda x: next(rates) * x), lambda: next(rates)


@place
def a_generator_of_random_numbers():
    draw = random.Random(0)
    return (lambda x: draw.random() * x), lambda: draw.random()


@place
def a_global_through_globals():
    return (lambda x: globals()["RATE"] * x), lambda: globals().update(RATE=3.0)


@place
def a_jitted_function_inside():
    inner = ad.jit(lambda x: RATE * x)
    return (lambda x: inner(x)), lambda: globals().update(RATE=3.0)


@place
def a_custom_rule():
    @ad.custom_vjp
    def inner(x):
        return RATE * x

    inner.defvjp(lambda x: (RATE * x, None), lambda _, c: (RATE * c,))
    return ad.grad(lambda x: inner(x)), lambda: globals().update(RATE=3.0)


RESTORE: list = []


@pytest.fixture(autouse=True)
def as_before():
    yield
    globals().update(RATE=2.0)
    globals().pop("abs", None)
    Settings.rate = 2.0
    while RESTORE:
        RESTORE.pop()()


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("transform", [lambda f: f, ad.value_and_grad], ids=["value", "grad"])
def test_a_number_that_changes_is_never_stale(name, transform):
    """Whatever holds the number: the jitted function follows it, as the function does."""
    if name in ("an_iterator", "a_generator_of_random_numbers"):
        (f, _), (g, _) = PLACES[name](), PLACES[name]()
        f, g = ad.jit(transform(f)), transform(g)
        assert [f(1.5) for _ in range(4)] == [g(1.5) for _ in range(4)]
        return
    f, change = PLACES[name]()
    g = ad.jit(transform(f))
    assert g(1.5) == transform(f)(1.5)
    assert g(1.5) == transform(f)(1.5)
    change()
    assert g(1.5) == transform(f)(1.5)


@pytest.mark.parametrize(
    "name",
    [
        "a_cell", "a_global", "a_default", "a_keyword_default", "a_module_attribute",
        "a_dict_of_lists", "a_numpy_array", "a_partial", "an_exchanged_named_tuple",
        "a_function_attribute", "a_jitted_function_inside", "a_custom_rule",
    ],
)  # fmt: skip
def test_the_usual_places_are_compiled(name):
    f, change = PLACES[name]()
    g = ad.jit(f)
    for _ in range(2):
        g(1.5)
        assert g.why == ""
        change()


@pytest.mark.parametrize("name", ["an_attribute_of_an_object", "a_slot", "a_set", "a_deque"])
def test_why_names_what_cannot_be_watched(name):
    g = ad.jit(PLACES[name]()[0])
    g(1.5)
    assert "cannot be watched" in g.why
    assert len(g.why.splitlines()) == 1


# -- the truth of a number ------------------------------------------------------------------------

SPELLINGS = {
    "if": lambda b, x: x * 2.0 if b else x * 3.0,
    "not": lambda b, x: x * (2.0 if not b else 3.0),
    "or": lambda b, x: (b or 5.0) * x,
    "and": lambda b, x: (b and 5.0) * x,
    "while": lambda b, x: next(x * k for k in (2.0, 3.0) if not b or k > 2.0),
    "any": lambda b, x: x * (2.0 if any([b, b]) else 3.0),
    "all": lambda b, x: x * (2.0 if all([b, b]) else 3.0),
    "bool": lambda b, x: x * (2.0 if bool(b) is True else 3.0),
    "in": lambda b, x: x * (2.0 if b in [1.0, 7.0] else 3.0),
    "chain": lambda b, x: x * (2.0 if -1.0 < b < 0.5 else 3.0),
    "max": lambda b, x: x * max(b, 0.5),
    "sorted": lambda b, x: x * sorted([b, 0.5])[0],
}


def scanned(b, last):
    carry, ys = lax.scan(lambda c, _: (c * 1.0, c), b, None, length=3)
    return carry if last else ys[1]


ENTRIES = {
    "argument": lambda b: b,
    "item": lambda b: jnp.array([b, b])[1],
    "item of a long array": lambda b: (jnp.zeros(20) + b)[3],
    "operation": lambda b: b * 1.0,
    "comparison": lambda b: b > 0.5,
    "last of a scan": lambda b: scanned(b, True),
    "output of a scan": lambda b: scanned(b, False),
    "number on a tape": lambda b: b,
}


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_truth_of_a_number_is_asked_again_at_each_call(entry, spelling):
    def f(b, x):
        return SPELLINGS[spelling](ENTRIES[entry](b), x)

    if entry == "number on a tape":
        f = ad.value_and_grad(f, argnums=(0, 1))
    g = ad.jit(f)
    for b in (0.0, 1.0, 0.0, -2.0, math.nan):
        assert repr(g(b, 1.5)) == repr(f(b, 1.5))


def test_the_truth_of_a_number_inside_a_scan():
    def f(x):
        return lax.scan(lambda c, _: (c * 0.5 if c > 1.0 else c + 3.0, c), x, None, length=6)

    g = ad.jit(f)
    assert g(5.0)[1].tolist() == [5.0, 2.5, 1.25, 0.625, 3.625, 1.8125]
    assert "asks for the truth" in g.why


# -- constants of every kind ----------------------------------------------------------------------


class Count(enum.IntEnum):
    TWO = 2


class Real(float):
    pass


class Doubling(float):
    def __mul__(self, other):
        return 2.0 * float(self) * other

    __rmul__ = __mul__


CONSTANTS = [
    2.0, 2, True, Count.TWO, Real(2.5), Doubling(1.5), fractions.Fraction(1, 4), numpy.float64(2.5),
    numpy.float32(0.1), numpy.int64(3), numpy.bool_(True), math.inf, -0.0,
]  # fmt: skip
PATHS = {
    "jit": lambda f: ad.jit(f),
    "grad": lambda f: ad.jit(ad.value_and_grad(f)),
    "scan": lambda f: ad.jit(lambda x: lax.scan(lambda c, _: (f(c), f(c)), x, None, length=3)[0]),
    "checkpoint": lambda f: ad.jit(ad.grad(ad.checkpoint(lambda x: f(x) * x))),
}
SAME = {
    "jit": lambda f: f,
    "grad": lambda f: ad.value_and_grad(f),
    "scan": lambda f: lambda x: f(f(f(x))),
    "checkpoint": lambda f: ad.grad(lambda x: f(x) * x),
}


@pytest.mark.parametrize("constant", CONSTANTS, ids=lambda c: f"{type(c).__name__} {c}")
@pytest.mark.parametrize("path", PATHS)
def test_constants_of_every_kind(constant, path):
    """NumPy's float64 counts as a float: what it gives may be of either type."""
    f = lambda x: x * constant + (constant - x)  # noqa: E731
    assert repr(numpy.asarray(PATHS[path](f)(0.7))) == repr(numpy.asarray(SAME[path](f)(0.7)))


@pytest.mark.parametrize("constant", CONSTANTS[:5] + CONSTANTS[7:10], ids=repr)
def test_constants_in_javascript_are_floats(constant):
    text = ad.javascript.export(lambda p: {"y": p["x"] * constant}, {"x": 1.0})
    assert f"x * {float(constant):g}" in text or constant is True


# -- the same value, type and error ---------------------------------------------------------------

SAME_RESULT = {
    "a truth times one": lambda x: (x > 0.0) * 1.0,
    "a truth": lambda x: x > 0.0,
    "two truths": lambda x: (x > 0.0) + (x > 0.5),
    "a truth and another": lambda x: (x > 0.0) & (x < 0.5) | (x > 3.0),
    "minus minus a truth": lambda x: operator.neg(-(x > 0.0)),
    "sign": lambda x: jnp.sign(x) * 1.0,
    "sign of a truth": lambda x: jnp.sign(x > 0.0),
    "where of integers": lambda x: jnp.where(x > 0.0, 1, 0) * 1.0,
    "where of a truth": lambda x: 1.0 * jnp.where(x > 0.0, x > 1.0, 0),
    "remainder": lambda x: (x % 0.3, x // 0.3, -7.5 % x, 5 // x),
    "largest": lambda x: 1.0 * jnp.maximum(x > 0.0, x > 1.0),
    "a carry that becomes a truth": lambda x: lax.scan(
        lambda c, _: (c > 0.5, 1.0 * c), x, None, length=3
    ),
    "a carry that starts as an integer": lambda x: lax.scan(
        lambda c, _: (c + x, c * 1.0), 0, None, length=3
    ),
    "integers read by a scan": lambda x: lax.scan(
        lambda c, k: (c + x * k, 1.0 * k), x, jnp.arange(3)
    ),
    "nothing": lambda x: None,
    "an empty tree": lambda x: {},
    "an empty array": lambda x: jnp.array([]),
    "a constant": lambda x: (1.0, 2, True, "a", None, jnp.array([1, 2]), x),
    "a gradient of nothing": lambda x: ad.grad(lambda p: x * 2.0)({}),
    "a long list": lambda x: [x * k for k in range(20)],
    "a long row": lambda x: list(jnp.zeros(20) + x)[::-1],
    "a text": lambda x: {"label": "a", "x": x},
    "a number as text": lambda x: f"{x}",
    "the type of a number": lambda x: isinstance(x, float),
    "an object": lambda x: (x, len),
    "a set": lambda x: {1.0},
    "half of zero": lambda x: (1.0 / (x - 0.7), x)[1],
    "log of less than zero": lambda x: jnp.where(x > 10.0, jnp.log(-x), x),
    "a slope that is infinite": lambda x: ad.grad(lambda y: jnp.sqrt(y - 0.7))(x),
    "overflow": lambda x: jnp.exp(1000.0 * x),
    "math": lambda x: math.sin(x),
    "an integer": lambda x: int(x) + round(x, 1) + float(x),
    "an error of its own": lambda x: [][3],
    "an attribute of floats": lambda x: x.is_integer(),
}


def outcome(f, *args):
    try:
        return "value", repr(f(*args))
    except Exception as error:
        return type(error).__name__, str(error)


@pytest.mark.parametrize("name", SAME_RESULT)
@pytest.mark.parametrize("x", [0.7, -0.3, 2.0])
def test_value_type_and_error_are_those_of_the_function(name, x):
    f = SAME_RESULT[name]
    assert outcome(ad.jit(f), x) == outcome(f, x)


COMPILED = list(itertools.takewhile(lambda name: name != "a number as text", SAME_RESULT))


@pytest.mark.parametrize("name", COMPILED)
def test_most_of_them_are_compiled(name):
    g = ad.jit(SAME_RESULT[name])
    g(0.3)
    assert g.why == ""


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_long_list_is_one_name_of_the_program(kind):
    """A thousand numbers go in and out as one list: no line, and no name, for each."""

    def f(p):
        return lax.scan(lambda x, p_i: (x + 0.1 * jnp.tanh(p_i * x), None), 1.0, jnp.array(p))[0]

    p = kind([0.001 * i for i in range(1000)])
    g = ad.jit(ad.value_and_grad(f))
    value, slope = g(p)
    want, wanted = ad.value_and_grad(f)(p)
    assert (value, type(slope), len(slope)) == (want, kind, 1000)
    assert slope == pytest.approx(wanted, rel=1e-13)
    assert g.why == ""
    assert len(g.source) < 1000
    h = ad.jit(lambda p: (p[3], sum(p[:3]), p))
    assert h(p) == (p[3], sum(p[:3]), p)
    assert h.why == ""


@pytest.mark.parametrize("name", ["tanh", "exp", "range", "inf", "data_1", "where", "lambda_"])
def test_a_function_may_have_any_name(name):
    def f(x, v):
        return jnp.exp(jnp.tanh(x)) + jnp.sum(v * jnp.linspace(0.0, 1.0, 20))

    f.__name__ = name
    x, v = 0.3, jnp.linspace(1.0, 2.0, 20)
    g = ad.jit(f)
    assert g(x, v) == f(x, v)
    assert not g.why
    assert ad.jit(getattr(jnp, name))(x) == getattr(jnp, name)(x) if name in ("tanh", "exp") else 1


def test_exceptions_that_the_function_handles():
    def f(x):
        try:
            return 1.0 / x
        except ZeroDivisionError:
            return 0.0

    g = ad.jit(f)
    assert (g(0.0), g(2.0), g(0.0)) == (0.0, 0.5, 0.0)
    assert "handles exceptions" in g.why


ARGUMENTS = [
    2, True, numpy.array(2.0), numpy.float32(2.0), numpy.float64(2.0), numpy.int64(2), "2", b"2",
    fractions.Fraction(2), Real(2.0), Count.TWO, Model(), {2.0}, [1, 2.0], (2.0, "a"),
    numpy.array([1, 2]), Pair(2.0, 3.0), Row("a"), math.sin, {"b": 1.0, "a": 2.0},
]  # fmt: skip


@pytest.mark.parametrize("argument", ARGUMENTS, ids=lambda a: type(a).__name__)
def test_an_argument_may_be_anything(argument):
    f = lambda x, a: (x * 2.0, type(a).__name__ == "zzz")  # noqa: E731
    g = lambda x, a: (x, list(a)) if hasattr(a, "__iter__") else (x, 2)  # noqa: E731
    for h in (f, lambda x, a: x * 2.0):
        assert outcome(ad.jit(h), 1.5, argument) == outcome(h, 1.5, argument)
    assert outcome(ad.jit(g), 1.5, argument)[0] == outcome(g, 1.5, argument)[0]


def test_an_object_among_the_arguments_is_read_each_time():
    model = Model()
    f = ad.jit(lambda x, m: m.rate * x)
    assert f(1.5, model) == 3.0
    model.rate = 3.0
    assert f(1.5, model) == 4.5


def test_a_function_among_the_arguments_is_watched():
    rate = [2.0]
    inner = lambda x: rate[0] * x  # noqa: E731
    f = ad.jit(lambda g, x: g(x))
    assert (f(inner, 1.5), f.why) == (3.0, "")
    rate[0] = 3.0
    assert (f(inner, 1.5), f.why) == (4.5, "")


def test_the_order_of_a_dict_is_part_of_its_structure():
    f = ad.jit(lambda p: [k + str(i) for i, k in enumerate(p)])
    assert f({"a": 1.0, "b": 2.0}) == ["a0", "b1"]
    assert f({"b": 1.0, "a": 2.0}) == ["b0", "a1"]


# -- the price ------------------------------------------------------------------------------------


def test_programs_do_not_pile_up():
    """A whole number that is another one each time: few programs, and mostly eager runs."""
    runs = []
    f = ad.jit(lambda i, x: x * 0.99 + i)
    for i in range(500):
        assert f(i, 1.0) == 1.0 * 0.99 + i
        runs.append(f.why == "")
    assert len(f.program_cache) <= 64
    assert sum(runs) < 50
    assert "times in" in f.why
    g = ad.jit(lambda x: x * 2.0)
    for i in range(500):
        g(numpy.float32(i))
    assert len(g.program_cache) <= 1


def test_missing_data_are_the_same_data():
    data = numpy.array([1.0, math.nan, 3.0])
    f = ad.jit(lambda x: x * jnp.array(data)[0])
    programs = set()
    for _ in range(5):
        f(2.0)
        programs |= set(map(id, f.program_cache.values()))
    assert len(programs) == 1


def test_an_eager_function_is_traced_once_only():
    runs = []

    def f(x):
        runs.append(type(x))
        return x if x > 0.0 else -x

    g = ad.jit(f)
    for k in range(30):
        g(float(k))
    assert runs == [float] * 30  # a list that changes, restored; and no tracing again
