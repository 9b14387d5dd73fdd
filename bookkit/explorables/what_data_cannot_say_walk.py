"""Chapter 9: three counts, walked to Fisher's matrix, its determinant and two standard errors."""

import mini_autodiff.numpy as jnp
from bookkit.live import Edge, Node, Sentence, Slider, Step, Walk, Words


def program(p, data):
    """Poisson counts first * growth**t on days 0, 1, 2, by a = log first and r = log growth."""
    out = {"aa": 0.0, "ar": 0.0, "rr": 0.0}
    for t in range(3):
        count = p["first"] * p["growth"] ** t
        out[f"m{t}"] = count
        out[f"ar{t}"], out[f"rr{t}"] = t * count, t * t * count
        out["aa"] += count
        out["ar"] += t * count
        out["rr"] += t * t * count
    out["det"] = out["aa"] * out["rr"] - out["ar"] * out["ar"]
    out["var_a"], out["var_r"] = out["rr"] / out["det"], out["aa"] / out["det"]
    out["cov"] = -out["ar"] / out["det"]
    out["sd_a"], out["sd_r"] = jnp.sqrt(out["var_a"]), jnp.sqrt(out["var_r"])
    out["alone"] = 1 / jnp.sqrt(out["rr"])
    return out


def day(t: int) -> Node:
    lines = {
        f"mean{t}": Words(f"μ = {{m{t}:.1f}}"),
        f"slope{t}": Words(f"({{m{t}:.1f}}, {{ar{t}:.1f}})", "tangent"),
    }
    return Node(f"day {t}", (t, 0), lines)


steps = [
    Step("slopes", ["mean0", "slope0"],
         "Day 0 expects {m0:.1f}. Its slopes in a and r are {m0:.1f} and 0: it says nothing of r."),
    Step("slopes", ["mean1", "slope1"],
         "Day 1 expects {m1:.1f}, with slopes {m1:.1f} and {ar1:.1f}."),
    Step("slopes", ["mean2", "slope2"],
         "Day 2 expects {m2:.1f}; r acts on it for two days, so its slope is {ar2:.1f}."),
    Step("add", ["d0>F", "d1>F", "d2>F", "aa"],
         "Slope times slope over the variance μ: {m0:.1f} + {m1:.1f} + {m2:.1f} = {aa:.1f}."),
    Step("add", ["ar"], "Off the diagonal: 0 + {ar1:.1f} + {ar2:.1f} = {ar:.1f}."),
    Step("add", ["rr"], "For r alone: 0 + {rr1:.1f} + {rr2:.1f} = {rr:.1f}."),
    Step("invert", ["F>C", "det"], "Determinant: {aa:.1f} · {rr:.1f} − {ar:.1f}² = {det:.1f}."),
    Step("invert", ["var_a", "var_r"],
         "The inverse: exchange the diagonal, divide by {det:.1f}: {var_a:.3f} and {var_r:.3f}."),
    Step("read", ["C>E", "sd_a", "sd_r"],
         "Roots: standard errors {sd_a:.3f} of a and {sd_r:.3f} of r. If a were known, r would "
         "have {alone:.3f}."),
]  # fmt: skip

figure = Walk(
    "what_data_cannot_say_walk",
    nodes={
        "d0": day(0), "d1": day(1), "d2": day(2),
        "F": Node("information", (0, 1), {
            "aa": Words("aa {aa:.1f}"), "ar": Words("ar {ar:.1f}"), "rr": Words("rr {rr:.1f}"),
        }),
        "C": Node("inverse", (1, 1), {
            "det": Words("det {det:.1f}"), "var_a": Words("a {var_a:.3f}"),
            "var_r": Words("r {var_r:.3f}"),
        }),
        "E": Node("errors", (2, 1), {"sd_a": Words("a {sd_a:.3f}"), "sd_r": Words("r {sd_r:.3f}")}),
    },
    edges=[Edge("d0", "F"), Edge("d1", "F"), Edge("d2", "F"), Edge("F", "C"), Edge("C", "E")],
    steps=steps,
    program=program,
    sliders={
        "first": Slider("count on day 0", 1.0, 10.0, 1.0, 1.0),
        "growth": Slider("times as many each day", 1.0, 3.0, 2.0, 0.25),
    },
    sentence=Sentence(
        "Three counts, {m0:.1f}, {m1:.1f} and {m2:.1f}: standard errors {sd_a:.3f} of a and "
        "{sd_r:.3f} of r."
    ),
    title="From three expected counts to Fisher's information and two standard errors",
)  # fmt: skip
