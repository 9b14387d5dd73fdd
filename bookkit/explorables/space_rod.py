"""Chapter 12: five cells, two steps of diffusion, and the cotangent on its way back."""

import itertools

from bookkit.live import Edge, Node, Slider, Step, Walk, Words

CELLS, FIRST = 5, (0.0, 0.0, 16.0, 0.0, 0.0)
LOW = "₁₂₃₄₅"


def diffuse(u, a):
    """One step of a rod with closed ends, on plain numbers."""
    flow = [0.0, *(a * (v - w) for w, v in itertools.pairwise(u)), 0.0]
    return [v + right - left for v, left, right in zip(u, flow, flow[1:], strict=False)]


def program(p, data):
    a, u = p["a"], [data[f"first{i}"] for i in range(CELLS)]
    states, bars = [u], [[0.0] * (CELLS - 1) + [data["one"]]]
    for _ in range(2):
        states.append(diffuse(states[-1], a))
        bars.append(diffuse(bars[-1], a))  # the transpose of the step is the step
    out = {}
    for row in range(3):
        for i in range(CELLS):
            out[f"u{row}{i}"], out[f"b{row}{i}"] = states[row][i], bars[2 - row][i]
    out["total"], out["shares"] = sum(states[2]), sum(bars[2])
    out["paid"] = sum(x * y for x, y in zip(bars[2], states[0], strict=True))
    out["da"] = sum(
        bar * (new - old) / a
        for row in (0, 1)
        for bar, new, old in zip(bars[1 - row], states[row + 1], states[row], strict=True)
    )
    return out


def near(i):
    return [j for j in (i - 1, i, i + 1) if 0 <= j < CELLS]


ROWS, LEVELS = range(3), range(CELLS)
nodes = {
    f"c{row}{i}": Node(f"cell {i + 1}", (i, row), {
        f"u{row}{i}=": Words(f"{{u{row}{i}:.2f}}"),
        f"b{row}{i}=": Words(f"{{b{row}{i}:.3f}}", "backwards"),
    })
    for row in ROWS for i in LEVELS
}  # fmt: skip
edges = [Edge(f"c{row}{j}", f"c{row + 1}{i}") for row in (0, 1) for i in LEVELS for j in near(i)]
edges += [
    Edge(f"c{row + 1}{j}", f"c{row}{i}", Words("", "backwards"))
    for row in (0, 1) for i in LEVELS for j in near(i)
]  # fmt: skip


def forwards(row, sentence):
    lights = [f"u{row}{i}=" for i in LEVELS] + [f"c{row}{i}" for i in LEVELS]
    if row:
        lights += [f"c{row - 1}{j}>c{row}{i}" for i in LEVELS for j in near(i)]
    return Step("Forwards", lights, sentence)


def backwards(row, sentence):
    lights = [f"b{row}{i}=" for i in LEVELS]
    if row < 2:
        lights += [f"c{row + 1}{j}>c{row}{i}" for i in LEVELS for j in near(i)]
    return Step("Backwards", lights, sentence)


figure = Walk(
    "space_rod",
    nodes=nodes,
    edges=edges,
    steps=[
        forwards(0, "The start: 16 in the middle cell."),
        forwards(1, "Each neighbour receives a · 16 = {u11:.2f}; the middle keeps {u12:.2f}."),
        forwards(2, "Again: cell 5 receives a · {u13:.2f} = {u24:.2f}. The total is {total:.2f}."),
        backwards(2, "The result is cell 5 alone: its cotangent is 1, and that of the others 0."),
        backwards(1, "Cell 4 gave a of itself to cell 5, so it receives a · 1 = {b13:.3f}; "
                     "cell 5 kept 1 − a of itself: {b14:.3f}."),
        backwards(0, "Again the same stencil. Cell 3 receives a · {b13:.3f} = {b02:.3f}. "
                     "Times its 16 that is {paid:.2f}, what cell 5 holds."),
    ],
    program=program,
    sentence="Two steps of diffusion with a = {a:.2f}: cell 5 ends with {u24:.2f}. Green numbers "
             "spread downwards, red ones upwards, by one and the same rule; dL/da = {da:.2f}.",
    sliders={"a": Slider("share evened out a step", 0.05, 0.5, 0.25, 0.05, "a")},
    data={**{f"first{i}": v for i, v in enumerate(FIRST)}, "one": 1.0},
    question="Press Forwards, then Backwards. Which rule does the red row follow?",
    title="Five cells of a rod and two steps of diffusion: values down, cotangents up",
)  # fmt: skip
