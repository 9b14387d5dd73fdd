"""Chapter 15: the program changes after training; who notices?"""

from bookkit import style
from bookkit.data import load
from bookkit.live import Choice, Sentence, Slider, Snapshots, points

run: dict = load("alfi_chapter_drift")
FOUND = [100 * e for e in run["efficiencies"]]
DUST = {f"dust{b:g}": f"{b:g}" for b in run["backgrounds"]}
LOW, HIGH = -1.0, 3.0


def states(background):
    out = []
    for state in run["states"][background]:
        gaps = {
            name: [
                min(max(e - t, LOW), HIGH) for e, t in zip(state[name], run["truth"], strict=True)
            ]
            for name in ("old", "again")
        }
        ratios = {f"{name}_ratio": state[f"{name}_ratio"] for name in gaps}
        out.append({"theta": run["truth"]} | gaps | ratios)
    return out


def draw(fig, out):
    ink, ax = style.colour, fig.subplots()
    ax.axhline(0, color=ink["grid"])
    (old,) = ax.plot(out["theta"], out["old"], "s", ms=3.5, color=ink["baseline"])
    (again,) = ax.plot(out["theta"], out["again"], "o", ms=3.5, color=ink["proposal"])
    ax.set(xlim=(0, 7.2), ylim=(LOW - 0.1, HIGH + 0.1), xlabel="true θ of 60 fresh data sets")
    ax.set_ylabel("error of θ")
    ax.set_title("squares: the machine as trained; dots: simulated again")
    return {old: points("theta", "old"), again: points("theta", "again")}


figure = Snapshots(
    name="alfi_drift",
    title="Errors of two estimates while the program drifts away from the one of training",
    slider=("found", Slider.over(FOUND, "share of the cells that are found (%)", start=60.0)),
    choice=("dust", Choice("counts of dust a square", DUST, start="dust0")),
    states={name: states(b) for b, name in enumerate(DUST)},
    draw=draw,
    sentence=Sentence(
        "The machine as trained has {old_ratio:.1f} times the error of maximum likelihood that "
        "knows the change; simulated again, {again_ratio:.2f} times{so}.",
        so=("old_ratio", [(1.3, ": nothing to mend"), (None, "")]),
    ),
    presets={
        "as in training": {"found": 100.0, "dust": "dust0"},
        "old eyes": {"found": 60.0, "dust": "dust0"},
        "dust": {"found": 100.0, "dust": "dust3"},
        "both": {"found": 60.0, "dust": "dust3"},
    },
    question="Lost cells shift every θ alike. What does dust do, and to which θ most?",
    made="benchmarks/alfi_chapter.py, seed 0, float32",
)  # fmt: skip
