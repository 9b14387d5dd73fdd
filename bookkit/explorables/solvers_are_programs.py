"""Chapter 4: Euler's program on the hares and the lynx, beside the ring that it should follow."""

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line, points
from mini_autodiff import lax, ode

RATES = {"alpha": 0.6, "beta": 0.03, "gamma": 0.6, "delta": 0.02}  # chapter 5's hand guess
START = [30.0, 10.0]  # hares and lynx, in thousands
YEARS, SHORTEST, LONGEST = 30.0, 0.05, 0.5


def lotka_volterra(t, u, p=RATES):
    """Rates of change of hares x and lynx y, in thousands a year."""
    x, y = u
    return jnp.array([p["alpha"] * x - p["beta"] * x * y, p["delta"] * x * y - p["gamma"] * y])


def ring(x, y, p=RATES):
    """Volterra's number, which the exact motion keeps; counted from its least value, at rest."""
    x_rest, y_rest = p["gamma"] / p["delta"], p["alpha"] / p["beta"]
    return (
        p["delta"] * (x - x_rest) - p["gamma"] * jnp.log(x / x_rest)
        + p["beta"] * (y - y_rest) - p["alpha"] * jnp.log(y / y_rest)
    )  # fmt: skip


def euler(f, t, u, h):
    """Go straight on for a time h."""
    return u + h * f(t, u)


def program(p, data, *, step=euler):
    """Thirty years of steps; they end early where the next would leave no animal of a kind."""

    def advance(carry, _):
        t, x, y, most = carry
        h = jnp.minimum(p["h"], YEARS - t)
        new_x, new_y = step(lotka_volterra, t, jnp.array([x, y]), h)
        alive = jnp.minimum(new_x, new_y) > 0.0
        old = t, x, y
        t, x, y = (jnp.where(alive, a, b) for a, b in zip((t + h, new_x, new_y), old, strict=True))
        return (t, x, y, jnp.maximum(most, x)), old

    x, y = START
    carry, (t, xs, ys) = lax.scan(
        advance, (0.0, x, y, x), None, length=round(YEARS / SHORTEST) + 1
    )  # a long step gets there sooner, and then stands still
    end, x_end, y_end, most = carry
    number = ring(x_end, y_end)
    return {
        "t": t, "hares": xs, "lynxes": ys, "number": ring(xs, ys), "end": end, "most": most,
        "x_end": x_end, "y_end": y_end, "last": number, "times": number / RING,
    }  # fmt: skip


def exact_ring():
    """The ring itself, from steps so accurate that no eye can tell."""
    times = [0.05 * k for k in range(round(PERIOD / 0.05) + 2)]
    return ode.solve(lotka_volterra, jnp.array(START), times, RATES, rtol=1e-9)


RING, PERIOD = ring(*START), 10.81


def draw(fig, out):
    ink = style.colour
    plane, below = fig.subplots(2, 1, height_ratios=[2.1, 1])
    xs, ys = zip(*exact_ring().tolist(), strict=True)
    plane.plot(xs, ys, color=ink["muted"], lw=4, alpha=0.45)
    (path,) = plane.plot(out["hares"], out["lynxes"], color=ink["loss"], lw=1.2)
    (end,) = plane.plot([out["x_end"]], [out["y_end"]], "o", ms=6, color=ink["loss"])
    plane.plot(*START, "o", ms=6, mfc="none", color=ink["ink"])
    plane.set(xlim=(0, 125), ylim=(0, 90), xlabel="hares (thousand)", ylabel="lynx (thousand)")
    plane.set_title("Make the step longer: does the path close?")
    plane.text(2, 81, "grey: exact", color=ink["muted"], size=9.5)
    plane.text(2, 73, "purple: the program", color=ink["loss"], size=9.5)
    plane.annotate("start", START, (0, -13), textcoords="offset points", ha="center", size=9)
    below.plot([0, YEARS], [RING, RING], color=ink["muted"], lw=4, alpha=0.45)
    (number,) = below.plot(out["t"], out["number"], color=ink["loss"])
    below.set(xlim=(0, YEARS), ylim=(0, 1), xlabel="years", yticks=[0, 0.5, 1])
    below.set_title("Volterra's number, which the equations keep")
    return {
        path: line("hares", "lynxes"), end: points("x_end", "y_end"), number: line("t", "number"),
    }  # fmt: skip


figure = Explorable(
    name="solvers_are_programs",
    title="The path of hares and lynx that a program draws, and the ring it should follow",
    sliders={"h": Slider("step", SHORTEST, LONGEST, 0.1, 0.01, "h", "years")},
    program=program,
    draw=draw,
    size=(4.6, 4.7),
    sentence=Sentence(
        "With steps of {h} years the run reaches year {end:.0f}{why}. Volterra's number began at "
        f"{RING:.3f} and is {{last:.3f}}, {{times:.1f}} times as large. Most hares on the way: "
        "{most:.0f} thousand; on the ring it is 53.",
        why=("end", [
            (YEARS - 1e-6, " and must stop: one step more would leave less than no animals"),
            (None, ""),
        ]),
    ),
    presets={
        "h = 0.05": {"h": 0.05}, "h = 0.1": {"h": 0.1}, "h = 0.2": {"h": 0.2},
        "break it": {"h": 0.45},
    },
)  # fmt: skip
