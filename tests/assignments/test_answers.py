"""What crosses between the grader and a student's process: values, functions, counts, claims."""

import math
import socket
import threading
import weakref
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mini_autodiff as ad
import mini_autodiff.numpy as mnp
from assignments.grader.answers import GraderLink, OutOfTime
from assignments.grader.inside import travel
from assignments.grader.inside.link import Closed
from assignments.grader.inside.student import StudentLink
from assignments.grader.inside.wire import pack, unpack
from bookkit.checks import Checks, CounterExample, answered, by_hand, callers, claim, number, there
from bookkit.checks.differentiating_the_solver import lorenz_step
from bookkit.checks.three_ways import Pair

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.fractions() | st.complex_numbers(allow_nan=False) | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner)
    | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=12,
)  # fmt: skip


def nothing(thing):
    raise AssertionError(f"{thing!r} is not plain")


@given(plain)
def test_plain_values_come_back_with_their_types(value):
    back = unpack(pack(value, nothing), nothing)
    assert back == value
    assert repr(back) == repr(value)


@pytest.mark.parametrize(
    "value",
    [np.arange(6.0).reshape(2, 3), np.array(["a", "bc"]), np.float32(1.5), np.int64(3),
     np.array(2.0), np.zeros((0, 2)), np.array([True, False])],
)  # fmt: skip
def test_numpy_keeps_type_and_shape(value):
    back = unpack(pack(value, nothing), nothing)
    assert type(back) is type(value)
    assert back.dtype == value.dtype
    assert back.shape == value.shape
    assert np.array_equal(back, value)


def test_the_books_arrays_and_data_classes_cross():
    array = mnp.array([[1.0, 2.0], [3.0, 4.0]])
    assert unpack(pack(array, nothing), nothing).tolist() == array.tolist()
    assert unpack(pack(Pair(1.0, 2.0), nothing), nothing) == Pair(1.0, 2.0)


@pytest.mark.parametrize(
    "data",
    [{"ours": ["os", "system", {}]}, {"ours": ["bookkit.checks", "Checks.__call__", {}]},
     {"ours": ["bookkit.checks", "Verdict", {"passed": True}]}, {"array": ["O", [1], "AAAA"]},
     {"fraction": [1, 0]}, {"a": 1, "b": 2}, {"tuple": 3}],
)  # fmt: skip
def test_what_no_honest_side_writes_builds_nothing(data):
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        unpack(data, lambda reference: nothing(reference) if "tuple" in reference else int("x"))


class Shell:
    def __init__(self, names):
        self.names = names

    def run(self, source):
        return ""


@pytest.fixture
def elsewhere():
    """A function that sends a student's function over, and returns its stand-in."""
    mine, theirs = socket.socketpair()
    names = {}
    student = StudentLink(theirs, Shell(names))

    def serve():
        try:
            while True:
                student.serve(student.receive())
        except Closed:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    link = GraderLink(mine, lambda: 0.0)

    def send(function):
        names["f"] = function
        return link.question("name", "f")

    send.link = link
    yield send
    mine.close()
    thread.join()


def test_a_call_goes_over_and_its_value_comes_back(elsewhere):
    f = elsewhere(lambda u, p: [u[0] * p, (u[1], Fraction(1, 3))])
    assert f([2, 3.5], 4) == [8, (3.5, Fraction(1, 3))]


def test_counts_stay_where_they_are(elsewhere):
    calls = []

    def counted(u):
        calls.append(u)
        return u + 1

    assert elsewhere(lambda f: f(1) + f(2))(counted) == 5
    assert calls == [1, 2]


def test_a_claim_that_the_student_swallows_still_counts(elsewhere):
    def piece(u):
        claim(u < 1, "too large")
        return u

    def swallows(f):
        try:
            f(2)
        except AssertionError:
            return 0.0

    with pytest.raises(CounterExample, match="too large"):
        elsewhere(swallows)(piece)


def test_a_function_that_writes_nothing_travels_to_a_dual_number(elsewhere):
    rate = 0.5
    f = elsewhere(lambda step: ad.jvp(step, ([1.0, 1.0, 1.0],), ([1.0, 0.0, 0.0],))[1])
    assert f(lorenz_step) == ad.jvp(lorenz_step, ([1.0, 1.0, 1.0],), ([1.0, 0.0, 0.0],))[1]
    assert travel.wanders(lambda u: [u[0] * math.exp(rate)])


def test_a_function_that_counts_stays_and_takes_the_students_numbers(elsewhere):
    count = {"calls": 0}

    def counted(u):
        count["calls"] += 1
        return u * u + 1.0

    assert travel.wanders(counted) is None
    assert elsewhere(lambda f: ad.grad(f)(3.0))(counted) == 6.0
    assert count["calls"] == 1


def test_what_writes_outside_itself_never_travels():
    held, total = [], 0

    def appends(u):
        held.append(u)

    def assigns(u):
        nonlocal total
        total += u

    def own_list(u):
        found = []
        found.append(u)
        return found

    assert travel.wanders(appends) is None
    assert travel.wanders(assigns) is None
    assert travel.wanders(Checks("Task").progress) is None
    assert travel.wanders(own_list) is own_list


def test_a_token_is_known_again_and_seen_to_be_let_go(elsewhere):
    class State:
        pass

    alive = weakref.WeakSet()

    def step(state):
        assert state in alive
        new = State()
        alive.add(new)
        assert len(alive) <= 3
        return new

    def run(step, state):
        for _ in range(20):
            state = step(state)
        return state

    first = State()
    alive.add(first)
    assert elsewhere(run)(step, first) in alive


def test_numbers_of_a_check_compute_in_the_check(elsewhere):
    class Counted(float):
        done = 0

        def __mul__(self, other):
            Counted.done += 1
            return Counted(float(self) * other)

    assert elsewhere(lambda x: x * 2 * 3)(Counted(1.5)) == 9.0
    assert Counted.done == 2


def test_streams_of_random_numbers_go_on_over_there(elsewhere):
    draw = Random(3)
    state = draw.getstate()
    found = elsewhere(lambda rng: [rng.random() for _ in range(3)])(draw)
    draw.setstate(state)
    assert found == [draw.random() for _ in range(3)]
    f = elsewhere(lambda rng, prior: [prior(rng), prior(rng)])  # the student's stream moves on
    a, b = f(np.random.default_rng(1), lambda rng: rng.normal())
    assert a != b


def test_the_sentences_are_those_of_the_notebook(elsewhere):
    def wrong(u):
        return u[0] / 0

    for function in (wrong, lambda u: print(), lambda u: u.append(1) or 1, lambda: 1):
        said = []
        for f in (answered(function), answered(elsewhere(function))):
            with pytest.raises(CounterExample) as found:
                f([1.0])
            said.append((str(found.value), found.value.hint))
        assert said[0] == said[1]


def test_an_engine_is_seen_over_there(elsewhere):
    f = elsewhere(lambda x: ad.grad(lambda v: v * v)(x))
    assert answered(f)(2.0) == 4.0
    with pytest.raises(CounterExample, match="engine"):
        by_hand(f)(2.0)


def test_callers_are_told(elsewhere):
    seen = []

    def asks():
        seen.append(callers())
        return 1

    assert answered(elsewhere(lambda f: f()))(asks) == 1
    assert __name__ in seen[0]


@there
def slope_of(f, at):
    return ad.grad(f.__answer_of__ if hasattr(f, "__answer_of__") else f)(at)


def test_there_runs_where_the_answer_lives(elsewhere):
    function = lambda x: x * x * x  # noqa: E731
    assert slope_of(function, 2.0) == 12.0
    assert slope_of(answered(elsewhere(function)), 2.0) == 12.0


def test_too_large_an_answer_is_an_exception_and_the_next_call_works(elsewhere):
    f = elsewhere(lambda n: [0.5] * n)
    with pytest.raises(Exception, match="MB"):
        f(10**7)
    assert number(f(1)[0]) == 0.5


def test_time_is_that_of_the_other_processor(elsewhere):
    release = threading.Event()
    f = elsewhere(lambda: release.wait(5) and 1)
    elsewhere.link.used = iter(range(1000)).__next__  # a second more each time one looks
    elsewhere.link.may_use(2)
    with pytest.raises(OutOfTime):
        f()
    release.set()
