"""Chapter 15: the path of a rule on one valley, before and after it was trained, beside Adam."""

from bookkit import style
from bookkit.data import load
from bookkit.live import Choice, Sentence, Slider, Snapshots, line, points

found = load("alfi_chapter_paths")
RULES = {"untrained": "not yet trained", "trained": "trained", "adam": "Adam, tuned"}
STOPS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60]
X, Y = (-3.5, 3.5), (-2.5, 3.5)


def f(a, b):
    """`|W x - y|^2` in two dimensions."""
    rows = zip(found["w"], found["y"], strict=True)
    return sum((w[0] * a + w[1] * b - y) ** 2 for w, y in rows)


def inside(v, ends):
    return min(max(v, ends[0]), ends[1])


def states(name):
    """The path so far at each stop; the rest of it waits where the rule now stands."""
    rule = found["rules"][name]
    path = [(inside(a, X), inside(b, Y)) for a, b in rule["path"]]
    out = []
    for stop in STOPS:
        so_far = path[: stop + 1] + [path[stop]] * (STOPS[-1] - stop)
        a, b = zip(*so_far, strict=True)
        here = {"here_a": a[-1], "here_b": b[-1], "loss": rule["losses"][stop]}
        out.append({"a": list(a), "b": list(b)} | here)
    return out


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    a = [X[0] + (X[1] - X[0]) * i / 60 for i in range(61)]
    b = [Y[0] + (Y[1] - Y[0]) * i / 60 for i in range(61)]
    ax.contour(a, b, [[f(u, v) for u in a] for v in b], levels=[0.03, 0.1, 0.3, 1, 3, 10],
               colors=[ink["muted"]], linewidths=0.8)  # fmt: skip
    (path,) = ax.plot(out["a"], out["b"], color=ink["proposal"], lw=1.2)
    (stops,) = ax.plot(out["a"], out["b"], "o", ms=3, color=ink["proposal"])
    (here,) = ax.plot(out["here_a"], out["here_b"], "o", ms=8, color=ink["proposal"])
    ax.set(xlim=X, ylim=Y, xlabel="x₁", ylabel="x₂")
    return {path: line("a", "b"), stops: points("a", "b"), here: points("here_a", "here_b")}


figure = Snapshots(
    name="alfi_learned_optimiser",
    title="The path of an optimiser on a valley in two dimensions",
    slider=("step", Slider.over(STOPS, "steps taken", start=20)),
    choice=("rule", Choice("rule", RULES, start="trained")),
    states={name: states(name) for name in RULES},
    draw=draw,
    sentence=Sentence(
        "After {step} steps the loss is {loss:.3f}{verdict}.",
        verdict=("loss", [(0.01, ", at the bottom of the valley"), (1.0, ", in the valley"),
                          (None, ", far from the bottom")]),
    ),
    presets={label: {"rule": name, "step": 60} for name, label in RULES.items()},
    question="What does training change in the path?",
    made="benchmarks/alfi_chapter.py, seed 0",
)  # fmt: skip
