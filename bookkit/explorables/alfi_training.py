"""Chapter 15: the proposal over its steps and over meta-training, and 60 episodes beside it."""

import math

from bookkit import style
from bookkit.data import load
from bookkit.live import Choice, Sentence, Slider, Snapshots, line, points, text

run: dict = load("alfi_chapter_poisson")
yeast = load("yeast_counts")
STOPS = run["card"]["stops"]
STEPS = {"one": "1st", "two": "2nd", "three": "3rd"}
MEAN = sum(n * c for n, c in zip(yeast["d"], yeast["cells"], strict=True)) / sum(yeast["d"])
GRID = [1.0 + 0.01 * k for k in range(111)]


def gaussian(x, mean, sd):
    return math.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))


def exact():
    """The exact posterior of sample D, whose prior is flat here: a gamma density in log rate."""
    n, log_rate = sum(yeast["d"]), math.log(MEAN)
    log_p = [n * MEAN * (t - math.expm1(t - log_rate)) for t in GRID]
    p = [math.exp(v - max(log_p)) for v in log_p]
    return [v / (sum(p) * 0.01) for v in p]


def states(step):
    out = []
    for state in run["states"]:
        mean, sd = state["mean"][step], state["sd"][step]
        gaps = [e - t for e, t in zip(state["estimates"][step], run["truth"], strict=True)]
        out.append({
            "density": [min(gaussian(x, mean, sd), 30.0) for x in GRID],
            "gap": [min(max(g, -1.0), 1.0) for g in gaps], "sd": sd,
            "ratio": state["ratio"][step], "inside": 100 * state["coverage_90"][step],
        })  # fmt: skip
    return out


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2, 1)
    above.plot(GRID, exact(), color=ink["posterior"], lw=2.5)
    (curve,) = above.plot(out["grid"], out["density"], color=ink["proposal"])
    above.set(xlim=(1.0, 2.1), ylim=(0, 22), yticks=[], xlabel="θ, log of yeast cells per square")
    words = above.set_title("green: exact, sample D")
    below.axhline(0, color=ink["grid"])
    (dots,) = below.plot(out["truth"], out["gap"], "o", ms=3.5, color=ink["proposal"])
    below.set(xlim=(0, 7.2), ylim=(-1.1, 1.1), ylabel="error of θ")
    below.set_xlabel("true θ of 60 fresh episodes; errors cut at ±1")
    title = "green: exact, sample D; violet: proposal, sd {sd:.2f}"
    return {curve: line("grid", "density"), dots: points("truth", "gap"),
            words: text(title)}  # fmt: skip


for_all = {"grid": GRID, "truth": run["truth"]}
figure = Snapshots(
    name="alfi_training",
    title="A proposal for Student's yeast, and its errors on 60 fresh episodes, along training",
    slider=("iteration", Slider.over(STOPS, "iteration of meta-training", start=STOPS[-1])),
    choice=("step", Choice("step of the machine", STEPS, start="three")),
    states={name: [s | for_all for s in states(i)] for i, name in enumerate(STEPS)},
    draw=draw,
    sentence=Sentence(
        "After {iteration} iterations the error over 500 fresh episodes is {ratio:.2f} times that "
        "of maximum likelihood; the 90 % intervals hold the truth in {inside:.0f} % of them{so}.",
        so=("ratio", [(1.3, ": nearly all that the data can tell"), (10.0, ": on its way"),
                      (None, ": useless")]),
    ),
    presets={
        f"{when}, {STEPS[step]} step": {"iteration": it, "step": step}
        for when, it in (("untrained", 0), ("half way", 400), ("trained", STOPS[-1]))
        for step in ("one", "three")
    },
    question="Which comes first along training: a good place, or an honest width?",
    made="benchmarks/alfi_chapter.py, seed 0, float32",
)  # fmt: skip
