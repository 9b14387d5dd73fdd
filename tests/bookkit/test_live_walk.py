"""A walk along the tape shows what the tape holds, and lights it up in the tape's order."""

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit.live import Edge, LiveFigureError, Node, Slider, Step, TapeWalk, Walk, Words
from bookkit.live.check import position
from bookkit.live.figure import compact
from bookkit.live.sweep import Sweep
from mini_autodiff.tape import Tape
from tests.bookkit import live_gallery

WALKS = {"chain": live_gallery.chain, "expression": live_gallery.expression}


def hare_step(alpha, beta, x0, y0):
    """One Euler step of the hares; entries between the named ones, and names used twice."""
    births = alpha * x0
    x1 = x0 + 0.1 * (births - beta * x0 * y0)
    return {"births": births, "x1": x1, "L": jnp.log(x1 / 30.0) ** 2 + 0.0 * births}


RATES = {"alpha": 0.5, "beta": 0.02, "x0": 30.0, "y0": 4.0}
number = st.floats(0.5, 2.0)


@settings(deadline=None)
@given(number, number, number, number)
def test_cotangents_are_grads(a, b, c, d):
    place = {"alpha": a, "beta": b / 50, "x0": 30 * c, "y0": 4 * d}
    run = Sweep(hare_step, place)
    loss = ad.grad(lambda p: hare_step(**p)["L"])(place)
    assert {name: run.cotangents[name] for name in place} == loss  # the very same sweep


@settings(deadline=None)
@given(number, number, number, number)
def test_shares_add_up_to_the_cotangents(a, b, c, d):
    """Sums in another order than the tape's: at most ten terms, each rounded three times."""
    run = Sweep(hare_step, {"alpha": a, "beta": b / 50, "x0": 30 * c, "y0": 4 * d})
    for name, bar in run.cotangents.items():
        shares = [row[name] for row in run.shares.values() if name in row]
        size = sum(map(abs, shares))
        if shares:
            assert math.fsum(shares) == pytest.approx(bar, abs=30 * 2.0**-52 * size)
            last = [row[name] for row in run.sums.values() if name in row][-1]
            assert last == pytest.approx(bar, abs=30 * 2.0**-52 * size)


def test_local_slopes_hold_the_other_numbers_still():
    """The slope of x1 in x0 leaves out the way through births, which has a name of its own."""
    run = Sweep(hare_step, RATES)
    assert run.slopes["x1"] == pytest.approx(
        {"births": 0.1, "beta": -0.1 * 30 * 4, "x0": 1 - 0.1 * 0.02 * 4, "y0": -0.1 * 0.02 * 30}
    )
    assert run.slopes["births"] == {"alpha": 30.0, "x0": 0.5}


@settings(deadline=None)
@given(number, number, number, number)
def test_tangents_are_jvps_and_meet_the_cotangents(a, b, c, d):
    """Forward mode with the local slopes: ad.jvp to rounding, ten operations a number."""
    place = {"alpha": a, "beta": b / 50, "x0": 30 * c, "y0": 4 * d}
    run = Sweep(hare_step, place)
    for along in place:
        dots = run.tangents(along)
        direction = {name: float(name == along) for name in place}
        _, expected = ad.jvp(lambda p: hare_step(**p), (place,), (direction,))
        for name, dot in expected.items():
            size = sum(abs(slope * dots[of]) for of, slope in run.slopes[name].items())
            assert dots[name] == pytest.approx(dot, rel=1e-13, abs=20 * 2.0**-52 * size)
        paths = sum(abs(row[along]) for row in run.shares.values() if along in row)
        there = run.cotangents[along]  # sums of paths, in another order
        assert dots["L"] == pytest.approx(there, rel=1e-13, abs=40 * 2.0**-52 * paths)


def test_tangents_are_shown_on_the_way_forwards():
    def program(theta, u0):
        u1 = u0 - 0.5 * theta * u0
        return {"u1": u1, "u2": u1 - 0.5 * theta * u1}

    walk = TapeWalk("two", program, {"theta": Slider("rate", 0.0, 1.0, 0.4), "u0": 2.0},
                    along="theta", at={"u0": (0, 0), "theta": (0.5, 1)})  # fmt: skip
    walk.check()
    assert walk.said(3) == (
        "Forwards: u₂ = 1.28, with the local slopes −0.80 in θ and 0.80 in u₁. "
        "Its tangent: −0.80 · 1.00 + 0.80 · −1.00 = −1.60."
    )
    assert "dot u1" in walk.steps[1].lights and walk.lit(2)["dot u2"] == "ahead"
    out = walk.compute(walk.start)
    assert out["dot_u2"] == pytest.approx(out["bar_theta"], rel=1e-14)  # one number, two ways
    with pytest.raises(LiveFigureError, match="along an input, theta and u0, not 'u1'"):
        TapeWalk("two", program, {"theta": 0.4, "u0": 2.0}, along="u1")


def test_the_table_is_the_tape():
    tape = Tape()
    x, y = tape.new(2.0), tape.new(3.0)
    z = x * y + jnp.sin(x)
    cotangent = [*[None] * z.index, 1.0]
    tape.reverse(cotangent)
    walk = live_gallery.expression()
    out = walk.compute({})
    shown = [[walk.words({}, out, words) for _, words in row] for row in walk.table[1:]]
    assert [row[0] for row in shown] == ["0", "1", "2", "3", "4"]
    for row, edges, bar in zip(shown, tape.edges, cotangent, strict=True):
        pairs = zip(edges[::2], edges[1::2], strict=True)
        text = " ".join(f"({place},\xa0{slope:.2f})" for place, slope in pairs)
        assert row[2] == (text.replace("-", "\u2212") or "input")
        assert row[3].endswith(f" = {bar:.2f}")


def test_forwards_in_the_tapes_order_and_backwards_in_reverse():
    walk = live_gallery.chain()
    assert [sorted(step.lights) for step in walk.steps] == [
        ["theta", "theta=", "u0", "u0="],
        ["theta>u1", "u0>u1", "u1", "u1="],
        ["theta>u2", "u1>u2", "u2", "u2="],
        ["L", "L=", "u2>L"],
        ["L", "bar L"],
        ["L", "L>u2", "bar u2"],
        ["bar theta", "bar u1", "u2", "u2>theta", "u2>u1"],
        ["bar theta", "bar u0", "u1", "u1>theta", "u1>u0"],
        ["bar theta", "bar u0"],
    ]


def test_the_sentences_are_the_hand_calculation():
    """h = 1/2, theta = 0.4, u0 = 2: u1 = 1.6, u2 = 1.28, and theta's two shares."""
    walk = live_gallery.chain()
    assert walk.said(0) == "L = 0.08. Its derivatives: −0.90 in θ and 0.36 in u₀."
    assert walk.said(2) == "Forwards: u₁ = 1.60, with the local slopes −1.00 in θ and 0.80 in u₀."
    assert "to θ 0.56 · −0.80 = −0.45; to u₁ 0.56 · 0.80 = 0.45" in walk.said(7)
    assert "to θ 0.45 · −1.00 = −0.45, in all −0.90" in walk.said(8)
    assert walk.steps[6].words["bar theta"] == "θ̄ = {sum_u2_theta:.2f}"  # so far
    assert live_gallery.expression().said(5) == "z̄ = 1, for z changes as itself."


@pytest.mark.parametrize("name", WALKS)
def test_checks(name):
    WALKS[name]().check()


@pytest.mark.parametrize("name", WALKS)
def test_reads_without_script(name):
    """Unmoved, in print and without a script, every number stands in the page."""
    walk = WALKS[name]()
    page, out = walk.html(), walk.compute(walk.start)
    for key in (*walk.sweep.values, *(f"bar_{n}" for n in walk.sweep.values)):
        value = walk.look(walk.start, out)(key)
        assert f"{value:.2f}".replace("-", "\u2212") + "</text>" in page


@pytest.mark.node
@pytest.mark.parametrize("name", WALKS)
def test_the_page_lights_what_python_lights(name, node):
    walk = WALKS[name]()
    steps = json.loads(compact(walk.spec()))["steps"]
    presses = list(range(len(steps) + 1))
    there = node("function main(i, live) { return i.at.map(k => live.lit(i.steps, k)); }",
                 {"steps": steps, "at": presses})  # fmt: skip
    assert there == [walk.lit(at) for at in presses]


@pytest.mark.node
def test_the_page_computes_the_same_numbers(node):
    walk, draws = live_gallery.chain(), random.Random(5)
    places = [position(walk, draws) for _ in range(50)]
    there = node("""function main({source, data, places}) {
        const program = new Function("return " + source)();
        return places.map(p => program(p, data)); }""",
        {"source": walk.program_source("js"), "data": walk.data, "places": places})  # fmt: skip
    assert there == [walk.compute(place) for place in places]  # + - * only: the same bits


# --- a walk of another kind, and what is refused ------------------------------------------------


def general(**changes):
    arguments = {
        "nodes": {"a": Node("ψ₀", (0, 0), {"a=": Words("{x:.1f}")}),
                  "b": Node("ψ₁", (1, 0), {"b=": Words("{y:.1f}")})},
        "edges": [Edge("a", "b", Words("step"))],
        "steps": [Step("Simulate", ["a="], "{x:.1f}"), Step("Update", ["b=", "a>b"], "{y:.1f}")],
        "program": lambda p, data: {"x": data["one"], "y": 2 * data["one"]},
        "data": {"one": 1.0}, "sentence": "From {x:.1f} to {y:.1f}.",
    }  # fmt: skip
    return Walk("update", **{**arguments, **changes})


def test_any_steps_can_be_walked():
    walk = general()
    walk.check()
    assert walk.lit(0) == {}
    assert walk.lit(1) == {"a=": "now", "b=": "ahead", "a>b": "ahead"}
    assert walk.lit(2) == {"a=": "done", "b=": "now", "a>b": "now"}
    assert (walk.said(0), walk.said(2)) == ("From 1.0 to 2.0.", "2.0")


def test_a_step_that_lights_nothing_there_is():
    with pytest.raises(LiveFigureError, match="a step lights c; the parts are"):
        general(steps=[Step("Update", ["c"], "")])


def test_a_sentence_of_a_step_that_names_nothing():
    with pytest.raises(LiveFigureError, match="nothing is called 'z'"):
        general(steps=[Step("Update", ["a"], "{z:.1f}")]).check()


@pytest.mark.parametrize("message, at", [
    ("the box 'a' and the box 'b'", {"b": (0.5, 0)}),
    ("the arrow a>b and the box 'c' lie on each other", {"b": (2, 0), "c": (1, 0.1)}),
    ("'step' and the box 'c' lie on each other; move a box", {"b": (2, 0), "c": (1, -0.3)}),
])  # fmt: skip
def test_a_diagram_that_cannot_be_read(message, at):
    places = {"a": (0, 0), "b": (1, 0), "c": (0, 2), **at}
    nodes = {key: Node(key, place, {f"{key}=": Words("{x:.1f}")}) for key, place in places.items()}
    with pytest.raises(LiveFigureError, match=message):
        general(nodes=nodes, edges=[Edge("a", "b", Words("step"))], steps=[]).check()


def test_words_on_words():
    places = {"a": (0, 0), "b": (2, 1), "c": (0, 1), "d": (2, 0)}
    nodes = {key: Node(key, place) for key, place in places.items()}
    crossing = [Edge("a", "b", Words("one")), Edge("c", "d", Words("two"))]
    with pytest.raises(LiveFigureError, match="'one' and 'two' lie on each other"):
        general(nodes=nodes, edges=crossing, steps=[]).check()


@pytest.mark.parametrize("columns", [1, 3, 6])
def test_a_wide_diagram_is_drawn_closer(columns):
    """Its smallest words are 8 pixels high on a phone, however many columns there are."""
    nodes = {str(k): Node(str(k), (k, k)) for k in range(columns + 1)}
    wide = general(nodes=nodes, edges=[], steps=[]).diagram.size[0]
    assert 11.5 * 343 / wide >= 8 - 1e-9


def test_a_title_wider_than_its_box():
    with pytest.raises(LiveFigureError, match="has 20: 'x"):
        general(nodes={"a": Node("x" * 20, (0, 0)), "b": Node("b", (1, 0))})


@pytest.mark.parametrize("program, message", [
    (lambda x: x * x, "returns a dict of its named numbers"),
    (lambda x: {"y": 2.0}, "'y' is 2.0"),
    (lambda x: {"x": x * x}, "'x' is an input"),
    (lambda x: {"y": (y := x * x), "z": y}, "'y' and 'z' are one entry"),
])  # fmt: skip
def test_programs_without_names(program, message):
    with pytest.raises(LiveFigureError, match=message):
        Sweep(program, {"x": 2.0})


def test_a_table_of_the_tape_shows_all_of_it():
    with pytest.raises(LiveFigureError, match="2 entries without a name"):
        TapeWalk("cube", lambda x: {"y": x * x * x * x}, {"x": 2.0}, tape=True)


def test_a_sentence_for_a_step_there_is_not():
    with pytest.raises(LiveFigureError, match="there is no step forwards z; there are"):
        TapeWalk("s", lambda x: {"y": x * x}, {"x": 2.0}, sentences={"forwards z": "?"})


def test_a_number_that_does_not_reach_the_result():
    """It has no cotangent: it stays at 0, and the sweep passes it over."""
    walk = TapeWalk("dead", lambda x: {"a": x + 1.0, "y": x * x}, {"x": Slider("x", 1.0, 2.0, 1.5)})
    walk.check()
    assert walk.compute({"x": 1.5})["bar_a"] == 0.0
    assert not any("a>x" in step.lights for step in walk.steps)


def test_a_wrong_derivative_would_be_found(monkeypatch):
    """The walk's dL_dtheta is compared with finite differences, as in every live figure."""
    monkeypatch.setattr(Tape, "reverse", lambda tape, cotangent: cotangent.__setitem__(0, 1.0))
    with pytest.raises(LiveFigureError, match="finite differences"):
        live_gallery.chain().check()


def test_what_has_a_rule_of_its_own_has_no_slope_to_show():
    def program(x):
        (y,) = x.owner.call([2.0 * x.value], lambda cotangent: None)
        return {"y": y * x}

    with pytest.raises(LiveFigureError, match="a walk knows plain operations"):
        Sweep(program, {"x": 2.0})
