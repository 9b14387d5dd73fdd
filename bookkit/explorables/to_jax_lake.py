"""Chapter 7: a lake by the record of its first day, and by the function with today's limit."""

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line
from mini_autodiff import lax

DAYS, FIRST, TRACED_LIMIT = 30, 0.1, 2.0


def growth(x, r, limit):
    """Algae that a day adds."""
    return r * x * (1.0 - x / limit)


def month(growth, r, limit):
    """Algae on the days 0 to 30."""

    def day(x, _):
        return x + growth(x, r, limit), x

    return lax.scan(day, FIRST, length=DAYS + 1)[1]


def program(p, data, *, growth=growth):
    record = month(growth, p["r"], TRACED_LIMIT)  # the number that stood in LIMIT at the trace
    today = month(growth, p["r"], p["limit"])
    return {
        "record": record,
        "today": today,
        "record_end": record[DAYS],
        "today_end": today[DAYS],
        "off": jnp.abs(record[DAYS] - today[DAYS]),
    }


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    (record,) = ax.plot(DATA["day"], out["record"], color=ink["lynx"], lw=4, alpha=0.5)
    (today,) = ax.plot(DATA["day"], out["today"], "--", color=ink["ink"])
    ax.set(xlim=(-0.5, 30.5), ylim=(0, 6.2), xlabel="day", ylabel="algae (g / m³)")
    ax.set_title("the record (broad), and the function run today (dashed)")
    return {record: line("day", "record"), today: line("day", "today")}


DATA = {"day": [float(k) for k in range(DAYS + 1)]}

figure = Explorable(
    name="to_jax_lake",
    title="Algae over a month, by a record made when the limit was 2, and with the limit of today",
    sliders={
        "limit": Slider("LIMIT today", 1.0, 6.0, 4.0, 0.1, "", "g / m³"),
        "r": Slider("growth", 0.1, 1.0, 0.4, 0.05, "r", "/ day"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 2.6),
    sentence=Sentence(
        "On day 30 the record has {record_end:.2f} g / m³. With LIMIT = {limit} there would be "
        "{today_end:.2f}{verdict}",
        verdict=("off", [
            (0.005, ": the record is right."),
            (None, ". What arrives as an argument, r, is followed; what was a global is not."),
        ]),
    ),
    presets={"as traced": {"limit": TRACED_LIMIT}, "fertilised": {"limit": 4.0}},
)  # fmt: skip
