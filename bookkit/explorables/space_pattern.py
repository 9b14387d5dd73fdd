"""Chapter 12: a pattern along its tuning, on the start it was tuned on and on a fresh one."""

from bookkit import style
from bookkit.data import load
from bookkit.live import Choice, Sentence, Slider, Snapshots, cells, line, text

run: dict = load("space_pattern")
SIZE, TARGET = run["card"]["size"], run["table"][0]["target"]
STOPS = [stop["update"] for stop in run["film"]]
STARTS = {"seen": "the one it is tuned on", "fresh": "one it never saw"}


def picture(letters):
    """Levels from 0 to 25, a row a list; "a" is the lowest density in its picture."""
    levels = [float(ord(letter) - 97) for letter in letters]
    return [levels[SIZE * row : SIZE * (row + 1)] for row in range(SIZE)]


def states(which):
    return [
        {"z": picture(stop["picture"][which]), "wave": stop["wavelength"][which],
         "bar": [4.0, 4.0 + stop["wavelength"][which]], "height": [50.0, 50.0],
         "linear": stop["linear"], "off": abs(stop["wavelength"][which] / TARGET - 1.0)}
        for stop in run["film"]
    ]  # fmt: skip


def draw(fig, out):
    ax = fig.subplots()
    image = ax.imshow(out["z"], cmap="viridis", vmin=0, vmax=25)
    ax.plot([4, 4 + TARGET], [52.5, 52.5], color=style.colour["loss"], lw=4)
    (bar,) = ax.plot(out["bar"], out["height"], color=style.colour["ink"], lw=4)
    ax.set(xticks=[], yticks=[], ylim=(54, -0.5))  # the bars lie below the picture, not on it
    words = ax.set_title("upper bar: wavelength 10.0; lower: target")
    moving = text("upper bar: wavelength {wave:.1f}; lower: target")
    return {image: cells("z"), bar: line("bar", "height"), words: moving}


figure = Snapshots(
    name="space_pattern",
    title="A Turing pattern of 48 by 48 cells along its tuning",
    slider=("update", Slider.over(STOPS, "update of Adam", start=STOPS[-1])),
    choice=("start", Choice("start", STARTS, start="seen")),
    states={"seen": states(0), "fresh": states(1)},
    draw=draw,
    sentence=Sentence(
        "After {update} updates the wavelength is {wave:.2f} cells{so}; linear theory says "
        "{linear:.2f} for these rates.",
        so=("off", [(0.03, ": within 3 % of the target"), (0.15, ": near the target"),
                    (None, ": far from the target")]),
    ),
    presets={
        f"{when}, {name}": {"update": update, "start": key}
        for when, update in (("before", 0), ("after", STOPS[-1]))
        for key, name in (("seen", "tuned on"), ("fresh", "fresh"))
    },
    question="Does the pattern still have its wavelength on a start that it has never seen?",
    made="benchmarks/space_pattern.py, seed 0; float64",
    size=(4.6, 4.4),
)  # fmt: skip
