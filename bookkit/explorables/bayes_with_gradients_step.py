"""Chapter 13: one leapfrog step in a bowl, walked: kick, drift, kick, and the verdict."""

import mini_autodiff.numpy as jnp
from bookkit.live import Edge, Node, Slider, Step, Walk, Words

THETA = 1.0


def program(p, data):
    """U = omega^2 theta^2 / 2 with omega = 1, one step of length h, from theta = 1."""
    h, theta, r = p["h"], data["theta"], p["r"]
    half = r - h / 2 * theta
    new = theta + h * half
    pushed = half - h / 2 * new
    before, after = (theta**2 + r**2) / 2, (new**2 + pushed**2) / 2
    off = after - before
    return {
        "slope": theta, "half": half, "new": new, "new_slope": new, "pushed": pushed,
        "before": before, "after": after, "off": off,
        "formula": h**2 / 8 * (new**2 - theta**2),
        "accept": jnp.exp(jnp.minimum(0.0, -off)),
    }  # fmt: skip


figure = Walk(
    "bayes_with_gradients_step",
    title="One leapfrog step from theta = 1: half a kick, a drift, half a kick, the energy",
    nodes={
        "start": Node("start", (0, 0), {"t0": Words("θ = 1"), "r0": Words("r = {r}")}),
        "kick": Node("half a kick", (1, 0), {"s0": Words("slope {slope:.2f}"),
                                             "rh": Words("r = {half:.3f}")}),
        "drift": Node("drift", (2, 0), {"t1": Words("θ = {new:.3f}")}),
        "again": Node("half a kick", (3, 0), {"s1": Words("slope {new_slope:.3f}"),
                                              "r1": Words("r = {pushed:.3f}")}),
        "before": Node("H before", (0, 1), {"h0": Words("{before:.4f}")}),
        "after": Node("H after", (3, 1), {"h1": Words("{after:.4f}")}),
        "off": Node("ΔH", (2, 1), {"dh": Words("{off:.4f}")}),
        "verdict": Node("accept", (1, 1), {"a": Words("{accept:.4f}")}),
    },
    edges=[
        Edge("start", "kick"), Edge("kick", "drift"), Edge("drift", "again"),
        Edge("start", "before"), Edge("again", "after"), Edge("after", "off"),
        Edge("off", "verdict"),
    ],
    steps=[
        Step("forwards", ["start", "t0", "r0"], "The ball lies at θ = 1, and a normal draw has "
             "pushed it with r = {r}."),
        Step("forwards", ["start>kick", "kick", "s0", "rh"], "Half a kick: r falls by h/2 times "
             "the slope {slope:.2f}, to {half:.3f}."),
        Step("forwards", ["kick>drift", "drift", "t1"], "The drift: θ grows by h times that, to "
             "{new:.3f}."),
        Step("forwards", ["drift>again", "again", "s1", "r1"], "Half a kick with the slope where "
             "it is now, {new_slope:.3f}: r = {pushed:.3f}."),
        Step("forwards", ["start>before", "before", "h0"], "The energy before: half of 1² and "
             "half of the square of {r} are {before:.4f}."),
        Step("forwards", ["again>after", "after", "h1"], "The energy after: half of {new:.3f}² "
             "and half of {pushed:.3f}² are {after:.4f}."),
        Step("forwards", ["after>off", "off", "dh"], "It is off by {off:.4f}. The formula, h²/8 "
             "times the change of θ², says {formula:.4f}."),
        Step("forwards", ["off>verdict", "verdict", "a"], "The end is accepted with probability "
             "exp(−ΔH), at most 1: {accept:.4f}."),
    ],
    program=program,
    sliders={
        "h": Slider("step", 0.1, 2.5, 1.0, 0.1, "h"),
        "r": Slider("push", -2.0, 2.0, 1.0, 0.5, "r"),
    },
    data={"theta": THETA},
    sentence="A step of {h}: the ball goes from 1 to {new:.3f}, the energy is off by {off:.4f}, "
    "and the step is accepted with probability {accept:.4f}.",
    presets={"h = 1": {"h": 1.0, "r": 1.0}, "h = 0.5": {"h": 0.5, "r": 1.0},
             "break it": {"h": 2.5, "r": -1.0}},
)  # fmt: skip
