"""Chapter 4: a cell that fires, solved in steps that a tolerance chooses, tries and takes back."""

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line, points
from mini_autodiff import lax

START, END, FIRST, ATTEMPTS = (-1.0, -0.6), 75.0, 0.1, 281
EDGE = 2.8  # a trial that lands farther out is drawn here
NOWHERE = -5.0  # left of the axes: no trial was taken back yet


def cell(v, w):
    """FitzHugh's cell: the voltage v is fast, the recovery w is slow."""
    return v - v * v * v / 3 - w + 0.5, 0.02 * (v + 0.7 - 0.8 * w)


def classical(v, w, h):
    """A step of RK4."""
    a, b = cell(v, w)
    c, d = cell(v + h / 2 * a, w + h / 2 * b)
    e, f = cell(v + h / 2 * c, w + h / 2 * d)
    g, k = cell(v + h * e, w + h * f)
    return v + h / 6 * (a + 2 * c + 2 * e + g), w + h / 6 * (b + 2 * d + 2 * f + k)


def program(p, data):
    """The chapter's controller, as a loop over a fixed number of attempts. Each step that is taken
    is also taken by RK4 in eight parts, from a state of its own: so the true error is known."""

    def attempt(carry, _):
        t, v, w, h, v_true, w_true, worst, taken, refused, t_off, v_off, latest = carry
        before = t, v, v_true
        last = h >= END - t
        h = jnp.where(last, END - t, h)
        k1, l1 = cell(v, w)
        k2, l2 = cell(v + h * k1, w + h * l1)
        new_v, new_w = v + h / 2 * (k1 + k2), w + h / 2 * (l1 + l2)
        error = h / 2 * jnp.maximum(jnp.abs(k2 - k1), jnp.abs(l2 - l1))
        good = error <= p["tol"]
        longer = jnp.clip(0.9 * jnp.sqrt(p["tol"] / (error + 1e-30)), 0.2, 5.0)

        step = jnp.where(good, h, 0.0)
        for _ in range(8):
            v_true, w_true = classical(v_true, w_true, step / 8)
        t_off = jnp.where(good, t_off, t + h)
        v_off = jnp.where(good, v_off, jnp.clip(new_v, -EDGE, EDGE))
        refused = refused + jnp.where(good, 0.0, 1.0)
        latest = jnp.where(step > 0.0, step, latest)
        taken = taken + jnp.where(step > 0.0, 1.0, 0.0)
        t = jnp.where(good, jnp.where(last, END, t + h), t)
        v, w = jnp.where(good, new_v, v), jnp.where(good, new_w, w)
        worst = jnp.maximum(worst, jnp.maximum(jnp.abs(v - v_true), jnp.abs(w - w_true)))
        carry = t, v, w, h * longer, v_true, w_true, worst, taken, refused, t_off, v_off, latest
        return carry, (*before, latest, t_off, v_off)

    begin = (0.0, *START, FIRST, *START, 0.0, 0.0, 0.0, NOWHERE, 0.0, FIRST)
    carry, rows = lax.scan(attempt, begin, None, length=ATTEMPTS)
    names = ("t", "v", "v_true", "length", "t_off", "v_off")
    worst, taken, refused = carry[6:9]
    return {
        **dict(zip(names, rows, strict=True)), "end": carry[0], "taken": taken, "refused": refused,
        "calls": 2 * (taken + refused), "worst": worst, "by_tol": worst / p["tol"],
    }  # fmt: skip


def draw(fig, out):
    ink = style.colour
    above, below = fig.subplots(2, 1, sharex=True, height_ratios=[1.5, 1])
    (truth,) = above.plot(out["t"], out["v_true"], color=ink["muted"], lw=4, alpha=0.4)
    (path,) = above.plot(out["t"], out["v"], color=ink["tangent"], lw=1)
    (dots,) = above.plot(out["t"], out["v"], "o", ms=3.5, mew=0, color=ink["tangent"])
    (off,) = above.plot(out["t_off"], out["v_off"], "x", ms=6, mew=1.6, color=ink["loss"])
    above.set(xlim=(0, END), ylim=(-3, 3), yticks=[-2, 0, 2], ylabel="voltage")
    above.set_title("Ask for a smaller error: where do the steps shrink?")
    above.text(12, -1.2, "dots: steps taken", color=ink["tangent"], size=9.5)
    above.text(12, -1.9, "crosses: tried, taken back", color=ink["loss"], size=9.5)
    (length,) = below.plot(out["t"], out["length"], color=ink["tangent"])
    below.set(yscale="log", ylim=(0.02, 20), xlabel="time", ylabel="length of step")
    below.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    below.minorticks_off()
    return {
        truth: line("t", "v_true"), path: line("t", "v"), dots: points("t", "v"),
        off: points("t_off", "v_off"), length: line("t", "length"),
    }  # fmt: skip


figure = Explorable(
    name="solvers_are_programs_control",
    title="A firing cell in steps of adaptive length: steps taken, trials taken back, and lengths",
    sliders={
        "tol": Slider.over(
            [0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001], "tolerance", start=0.1
        ),
    },
    program=program,
    draw=draw,
    size=(4.6, 4.2),
    sentence=Sentence(
        "Asked for an error of at most {tol} a step, the solver took {taken:.0f} steps and took "
        "back {refused:.0f}: {calls:.0f} slopes in all. The largest true error on the way is "
        "{worst:.4f}, {by_tol:.1f} times the tolerance.",
    ),
    presets={"loose": {"tol": 0.3}, "middling": {"tol": 0.02}, "tight": {"tol": 0.001}},
)
