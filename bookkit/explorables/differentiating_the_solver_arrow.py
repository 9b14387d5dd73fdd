"""Chapter 5: four rates, the misfit, and the arrow that points downhill."""

import math

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.data import load
from bookkit.live import (
    Explorable,
    Sentence,
    Slider,
    arrows,
    bars,
    line,
    points,
)
from mini_autodiff import lax, ode, optimize, tree

RATES = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ"}
GUESS = {"alpha": 0.6, "beta": 0.03, "gamma": 0.6, "delta": 0.02}  # made by hand, by eye
STEPS_A_YEAR = 20
pelts = load("hare_lynx_1900_1920")


def lotka_volterra(t, u, p):
    """Rates of change of hares x and lynx y, in thousands a year."""
    x, y = u
    return jnp.array([p["alpha"] * x - p["beta"] * x * y, p["delta"] * x * y - p["gamma"] * y])


def trajectory(p, data, vector_field):
    """(hares, lynx) at the times data["t"], by the classical Runge-Kutta method."""

    def advance(u, t):
        return ode.step(ode.RK4, vector_field, t, u, 1 / STEPS_A_YEAR, p), (u[0], u[1])

    return lax.scan(advance, jnp.array([data["hares"][0], data["lynxes"][0]]), data["t"])[1]


def misfit(p, data, vector_field=lotka_volterra):
    """Sum, over years and species, of the squared differences of logarithms."""
    hare, lynx = trajectory(p, data, vector_field)
    hare_off = jnp.log(hare[::STEPS_A_YEAR] / data["hares"])
    lynx_off = jnp.log(lynx[::STEPS_A_YEAR] / data["lynxes"])
    return jnp.sum(hare_off**2) + jnp.sum(lynx_off**2)


def program(p, data, *, vector_field=lotka_volterra):
    hare, lynx = trajectory(p, data, vector_field)
    loss, gradient = ad.value_and_grad(misfit)(p, data, vector_field)
    slope = {name: p[name] * gradient[name] for name in RATES}  # by the logarithms of the rates

    fewest, _ = lax.scan(lambda least, x: (jnp.minimum(least, x), x), hare[0], hare)
    steep = jnp.sqrt(slope["alpha"] ** 2 + slope["gamma"] ** 2)
    length = ARROW / (steep + HALF)  # towards ARROW where it is steep, nothing at the bottom
    by_percent = {name: slope[name] / 100 for name in RATES}
    return {
        "hare": hare, "lynx": lynx,
        "misfit": loss, **{f"dmisfit_dpercent_{name}": by_percent[name] for name in RATES},
        "slopes": jnp.stack(list(by_percent.values())),
        "factor": jnp.exp(jnp.sqrt(loss / (2 * len(data["hares"])))), "fewest": fewest,
        "log_alpha": jnp.log(p["alpha"]), "log_gamma": jnp.log(p["gamma"]),
        "right": -length * slope["alpha"], "up": -length * slope["gamma"],
    }  # fmt: skip


ARROW, HALF = 0.9, 40.0  # longest arrow, in units of log rates; slope of one half as long
TICKS = (0.2, 0.4, 0.8)


def draw(fig, out):
    ink = style.colour
    rows = fig.add_gridspec(2, 2, height_ratios=[1.2, 1.2])
    above = fig.add_subplot(rows[0, :])
    plane, slopes = fig.add_subplot(rows[1, 0]), fig.add_subplot(rows[1, 1])

    tags = {}
    for name, counts in (("hare", "hares"), ("lynx", "lynxes")):
        above.plot(range(21), DATA[counts], "o", ms=4.5, mew=0, color=ink[name], alpha=0.7)
        (curve,) = above.plot(DATA["t"], out[name], color=ink[name])
        tags[curve] = line("t", name)
    years = [0, 5, 10, 15, 20]
    above.set(xlim=(-0.5, 20.5), xticks=years, xticklabels=[1900 + t for t in years])
    above.set(ylim=(0, 110), yticks=[0, 50, 100])
    above.set_title("Thousand pelts a year: bring the curves to the dots")
    above.text(2.5, 92, "hare", color=ink["hare"])
    above.text(4.4, 62, "lynx", color=ink["lynx"])

    (here,) = plane.plot(out["log_alpha"], out["log_gamma"], "o", ms=7, color=ink["loss"])
    arrow = plane.quiver([out["log_alpha"]], [out["log_gamma"]], [out["right"]], [out["up"]],
                         angles="xy", scale_units="xy", scale=1, width=0.016,
                         color=ink["loss"])  # fmt: skip
    for axis in ("x", "y"):
        plane.set(**{f"{axis}ticks": [math.log(v) for v in TICKS], f"{axis}ticklabels": TICKS})
    plane.set(xlim=(math.log(0.16), math.log(1.4)), ylim=(math.log(0.17), math.log(1.7)))
    plane.set(xlabel="α, hares breed", ylabel="γ, lynx die")
    plane.set_title("downhill from here")
    tags[here] = points("log_alpha", "log_gamma")
    tags[arrow] = arrows("log_alpha", "log_gamma", "right", "up")

    columns = slopes.bar(range(4), out["slopes"], width=0.6, color=ink["loss"])
    slopes.axhline(0, color=ink["muted"], lw=0.8)
    slopes.set(ylim=(-1.5, 1.5), yticks=[-1, 0, 1], xticks=range(4), xticklabels=RATES.values())
    slopes.spines["bottom"].set_visible(False)
    slopes.tick_params(axis="x", length=0)
    slopes.set_title("Δ misfit for 1 % more")
    tags[columns] = bars("slopes")
    return tags


DATA = {
    "t": [k / STEPS_A_YEAR for k in range(20 * STEPS_A_YEAR + 1)],
    "hares": pelts["hare"],
    "lynxes": pelts["lynx"],
}


def best_fit():
    """The four rates of least misfit, downhill from the guess in their logarithms."""
    data = {name: jnp.array(column) for name, column in DATA.items()}
    loss = ad.jit(ad.value_and_grad(lambda theta: misfit(tree.map(jnp.exp, theta), data)))
    return tree.map(math.exp, optimize.bfgs(loss, tree.map(math.log, GUESS)).x)


BEST = best_fit()

figure = Explorable(
    name="differentiating_the_solver_arrow",
    title="Hare and lynx under four rates: the counts, the curves, and the misfit's gradient",
    sliders={
        "alpha": Slider("hares breed", 0.2, 1.2, GUESS["alpha"], 0.005, "α", "/ year"),
        "beta": Slider("are eaten", 0.01, 0.06, GUESS["beta"], 0.0005, "β", "/ year / 1000 lynx"),
        "gamma": Slider("lynx die", 0.2, 1.4, GUESS["gamma"], 0.005, "γ", "/ year"),
        "delta": Slider("lynx fed", 0.01, 0.06, GUESS["delta"], 0.0005, "δ", "/ year / 1000 hares"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.9),
    sentence=Sentence(
        "The misfit is {misfit:.1f}{typical}. One per cent more α, β, γ or δ changes it by "
        "{dmisfit_dpercent_alpha:.2f}, {dmisfit_dpercent_beta:.2f}, {dmisfit_dpercent_gamma:.2f} "
        "or {dmisfit_dpercent_delta:.2f}.{last_hare}",
        typical=("factor", [
            (1.5, ": the curves miss a typical count by less than half of it"),
            (2.0, ": the curves miss a typical count by less than a factor of two"),
            (4.0, ": the curves miss a typical count by a factor of two to four"),
            (None, ": the curves have little to do with the counts"),
        ]),
        last_hare=("fewest", [
            (0.001, " The curve of the hares falls below a single pelt a year. The equations know "
                    "no last hare; real ones would have died out."),
            (None, ""),
        ]),
    ),
    recall="hand fit",
    presets={
        "hand guess": GUESS, "best fit": BEST,
        "break it": {"alpha": 1.2, "beta": 0.01, "gamma": 0.2, "delta": 0.06},
    },
)  # fmt: skip
