"""Chapter 7: a function as Python runs it once, and the record that is run ever after."""

import mini_autodiff.numpy as jnp
from bookkit.live import Choice, Edge, Node, Sentence, Slider, Step, Walk, Words

TRACED_LIMIT = 2.0  # what the globals were when the function was traced: LIMIT, and CROWDED = True
FIRST, AGAIN = "First call", "Second call"


def growth(x, r, limit, crowded):
    """What Python would compute with the globals of today."""
    a = r * x
    return a * (1.0 - crowded * x / limit)


def program(p, data):
    x, r = p["x"], p["r"]
    a = r * x
    b = x / data["traced"]
    c = 1.0 - b
    d = a * c
    today = growth(x, r, p["limit"], p["crowded"]["yes"])
    return {"a": a, "b": b, "c": c, "d": d, "today": today, "off": jnp.abs(d - today)}


def box(title, at, name):
    """A recorded number: at the first call it has a type, at the second a value."""
    return Node(title, at, {f"{name}=": Words("{" + name + ":.3f}")})


def recorded(name, line, *into):
    """One line of Python that leaves one line in the record."""
    say = f"Python runs this line on stand-ins. One operation is written down: {line}."
    lights = [f"py {name}", f"rec {name}", name, f"{name}=", *(f"{of}>{name}" for of in into)]
    return Step(FIRST, lights, say, {f"{name}=": "f64[]"})


def unrecorded(key, say):
    """One line of Python that leaves none."""
    return Step(FIRST, [f"py {key}", f"rec {key}"], say)


def run(name, line):
    """One line of the record, on numbers."""
    field = "{" + name + ":.3f}"
    return Step(AGAIN, [f"rec {name}", name, f"{name}=", f"val {name}"],
                f"The record is run: {line} = {field}. No line of Python is.",
                {f"{name}=": field})  # fmt: skip


STEPS = [
    Step(FIRST, ["x", "r", "x=", "r="],
         "The first call. x and r are replaced by stand-ins: each knows that it will be a number "
         "of 64 bits, and no value.", {"x=": "f64[]", "r=": "f64[]"}),
    unrecorded("print", "Python prints, now and never again: printing is no arithmetic, so nothing "
               "is written down."),
    recorded("a", "a = r · x", "r", "x"),
    unrecorded("if", "Python asks whether CROWDED is true. It is, today. The answer decides which "
               "line comes next; the question itself is not written down."),
    recorded("b", "b = x / 2.0. LIMIT was looked up, and its value of today is what stands there",
             "x"),
    recorded("c", "c = 1.0 − b. Half of a line of Python; the record has one operation a line",
             "b"),
    recorded("d", "d = a · c. For the record that is a new number; Python merely moves the name a",
             "a", "c"),
    Step(AGAIN, ["x", "r", "x=", "r="],
         "The second call. Python looks whether the types are the same, and runs the record: "
         "x = {x}, r = {r}.", {"x=": "{x}", "r=": "{r}"}),
    run("a", "a = r · x"), run("b", "b = x / 2.0"), run("c", "c = 1.0 − b"), run("d", "d = a · c"),
    Step(AGAIN, ["val d", "d", "d=", "today", "today="],
         "The record returns {d:.3f}. The function, run by Python today, would return "
         "{today:.3f}."),
]  # fmt: skip


def _whole(code):
    """Code that is not broken over two lines."""
    return code.replace(" ", "\u00a0")


INDENT = "\u00a0" * 2
TABLE = [
    [("", "growth(x, r)"), ("", "is written down"), ("", "second call")],
    [("py print", 'print("tracing")'), ("rec print", "nothing"), ("", "")],
    [("py a", "a = r * x"), ("rec a", "a = r · x"), ("val a", "{a:.3f}")],
    [("py if", "if CROWDED:"), ("rec if", "nothing"), ("", "")],
    [("py b", INDENT + _whole("b = x / LIMIT")), ("rec b", "b = x / 2.0"), ("val b", "{b:.3f}")],
    [("py c", ""), ("rec c", "c = 1.0 − b"), ("val c", "{c:.3f}")],
    [("py d", INDENT + _whole("a = a * (1.0 - b)")), ("rec d", "d = a · c"), ("val d", "{d:.3f}")],
    [("", "return a"), ("", "return d"), ("", "")],
]

figure = Walk(
    "to_jax_trace",
    nodes={
        "r": Node("r", (0, 0), {"r=": Words("{r}")}),
        "x": Node("x", (0, 1), {"x=": Words("{x}")}),
        "a": box("a = r · x", (1, 0), "a"),
        "b": box("b = x / 2.0", (1, 1), "b"),
        "c": box("c = 1.0 − b", (2, 1), "c"),
        "d": box("d = a · c", (2, 0), "d"),
        "today": Node("Python now", (2, 2), {"today=": Words("{today:.3f}")}),
    },
    edges=[Edge("r", "a"), Edge("x", "a"), Edge("x", "b"), Edge("b", "c"), Edge("a", "d"),
           Edge("c", "d")],
    steps=STEPS,
    program=program,
    sliders={
        "x": Slider("algae", 0.1, 2.0, 0.5, 0.1, "x", "g / m³"),
        "r": Slider("growth", 0.1, 1.5, 0.8, 0.1, "r", "/ day"),
        "limit": Slider("LIMIT today", 1.0, 6.0, TRACED_LIMIT, 0.5, "", "g / m³"),
        "crowded": Choice("CROWDED today", {"yes": "True", "no": "False"}),
    },
    data={"traced": TRACED_LIMIT},
    sentence=Sentence(
        "The record returns {d:.3f}. With LIMIT = {limit} and CROWDED = {crowded} Python would "
        "return {today:.3f}{verdict}",
        verdict=("off", [
            (1e-9, ": the same, as the globals are what they were."),
            (None, ". The record does not know that a global has changed, and nobody is told."),
        ]),
    ),
    table=TABLE,
    presets={"as traced": {"limit": TRACED_LIMIT, "crowded": "yes"}, "fertilised": {"limit": 4.0},
             "break it": {"crowded": "no"}},
    title="A function traced at its first call, and its record run at the second",
    question="Walk through the first call: which lines of Python leave nothing in the record?",
)  # fmt: skip
