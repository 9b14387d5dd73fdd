"""Chapter 4: a bead on a stiff spring, stepped by methods that explode and one that does not."""

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Choice, Explorable, Sentence, Slider, line
from mini_autodiff import lax

SECONDS, SHORTEST = 6.0, 0.01
FINE = [0.02 * k for k in range(301)]  # times at which the exact motion is drawn
METHODS = {
    "euler": "Euler", "heun": "Heun", "rk4": "RK4", "implicit": "implicit Euler",
}  # fmt: skip


def program(p, data):
    """u' = -stiffness (u - cos t) from u = 0, in equal steps; the exact motion is known."""
    rate, h = p["stiffness"], p["h"]

    def f(t, u):
        return -rate * (u - jnp.cos(t))

    def advance(carry, _):
        t, u = carry
        h_now = jnp.minimum(h, SECONDS - t)
        k1 = f(t, u)
        k2 = f(t + h_now, u + h_now * k1)
        m2 = f(t + h_now / 2, u + h_now / 2 * k1)
        m3 = f(t + h_now / 2, u + h_now / 2 * m2)
        m4 = f(t + h_now, u + h_now * m3)
        new = {
            "euler": u + h_now * k1,
            "heun": u + h_now / 2 * (k1 + k2),
            "rk4": u + h_now / 6 * (k1 + 2 * m2 + 2 * m3 + m4),
            "implicit": (u + h_now * rate * jnp.cos(t + h_now)) / (1 + h_now * rate),
        }
        return (t + h_now, sum(p["method"][name] * new[name] for name in METHODS)), (t, u)

    _, (t, u) = lax.scan(advance, (0.0, 0.0), None, length=round(SECONDS / SHORTEST) + 1)
    z = rate * h
    factors = {
        "euler": 1 - z, "heun": 1 - z + z * z / 2,
        "rk4": 1 - z + z * z / 2 - z * z * z / 6 + z * z * z * z / 24, "implicit": 1 / (1 + z),
    }  # fmt: skip
    factor = sum(p["method"][name] * factors[name] for name in METHODS)
    fine = data["fine"]
    swing = (rate * rate * jnp.cos(fine) + rate * jnp.sin(fine)) / (1 + rate * rate)
    exact = swing - rate * rate / (1 + rate * rate) * jnp.exp(-rate * fine)
    return {
        "t": t, "u": u, "exact": exact, "z": z, "factor": factor,
        "size": jnp.abs(factor),
    }  # fmt: skip


def draw(fig, out):
    ink = style.colour
    ax = fig.subplots()
    (exact,) = ax.plot(FINE, out["exact"], color=ink["muted"], lw=4, alpha=0.4)
    (path,) = ax.plot(out["t"], out["u"], color=ink["loss"], lw=1.2)
    ax.set(xlim=(0, 7.6), ylim=(-2.5, 2.5), yticks=[-2, -1, 0, 1, 2], xticks=range(7))
    ax.set(xlabel="seconds", ylabel="where the bead is")
    ax.set_title("Stiffen the spring until the program explodes")
    ax.text(6.15, 1.1, "the bead", color=ink["muted"], size=9.5)
    ax.text(6.15, 0.45, "program", color=ink["loss"], size=9.5)
    return {exact: line("fine", "exact"), path: line("t", "u")}


figure = Explorable(
    name="solvers_are_programs_stiff",
    title="A bead that a stiff spring pulls along, and what each method makes of it",
    sliders={
        "stiffness": Slider("stiffness", 1.0, 100.0, 15.0, 1.0, "λ", "/ second"),
        "h": Slider("step", SHORTEST, 0.5, 0.1, 0.01, "h", "seconds"),
        "method": Choice("method", METHODS),
    },
    program=program,
    data={"fine": FINE},
    draw=draw,
    size=(4.6, 3.2),
    sentence=Sentence(
        "With hλ = {z:.2f}, one step of the method ({method}) multiplies an old error by "
        "{factor:.2f}: {verdict}.",
        verdict=("size", [
            (0.999999, "errors die out"), (1.000001, "they stay for ever"),
            (None, "they grow, until they are all that you see"),
        ]),
    ),
    presets={
        "hλ = 1.5": {"stiffness": 15, "h": 0.1}, "hλ = 2": {"stiffness": 20, "h": 0.1},
        "break it": {"stiffness": 21, "h": 0.1, "method": "euler"},
        "far beyond, implicit": {"stiffness": 100, "h": 0.1, "method": "implicit"},
    },
)  # fmt: skip
