"""Chapter 11: a count of events, as a function of their rate, with the chance held fixed."""

import random

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Choice, Explorable, Sentence, Slider, line
from mini_autodiff import lax

HOURS, PATHS, BLUR = 2.0, 20, 0.5
SLOW, FAST = 0.5, 4.0


def program(p, data):
    share = jnp.where(data["path"] < p["paths"], 1.0, 0.0) / p["paths"]

    def count(theta):
        """The mean count of the chosen cultures; an event happens when its turn has come."""
        late = theta * HOURS - data["turn"]
        jumped = jnp.where(late > 0.0, 1.0, 0.0)
        blurred = jnp.sigmoid(late / BLUR)
        return jnp.sum(share * (p["events"]["jump"] * jumped + p["events"]["blur"] * blurred))

    theta = p["theta"]
    _, curve = lax.scan(lambda _, rate: (None, count(rate)), None, data["rate"])
    here, slope = ad.value_and_grad(count)(theta)
    happened = jnp.where(data["turn"] < theta * HOURS, 1.0, 0.0)

    def scored(_, path):  # the count of one culture, times its score
        n = jnp.sum(happened * jnp.where(data["path"] == path, 1.0, 0.0))
        return None, jnp.where(path < p["paths"], n * (n / theta - HOURS), 0.0)

    _, scores = lax.scan(scored, None, data["culture"])
    near = jnp.array([-0.5, 0.5])
    return {
        "curve": curve, "at": theta + near, "engine": here + near * slope, "slope": slope,
        "score": jnp.sum(scores) / p["paths"], "mean": here,
    }  # fmt: skip


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    ax.plot([0, FAST], [0, FAST * HOURS], "--", color=ink["muted"], lw=1)
    (curve,) = ax.plot(DATA["rate"], out["curve"], color=ink["lynx"], lw=1.5)
    (engine,) = ax.plot(out["at"], out["engine"], color=ink["tangent"], lw=4)
    ax.set(xlim=(0, FAST + 0.5), ylim=(0, 11), xlabel="rate of the events, θ (each hour)")
    ax.set(ylabel="mean count in 2 hours")
    ax.set_title("What slope does the engine find?", loc="left")
    ax.text(0.1, 10.0, "dashed: the expected count; green: the engine's slope", size=9)
    return {curve: line("rate", "curve"), engine: line("at", "engine")}


def turns(seed=29):
    """For each culture the times, on a clock of rate 1, at which its events come."""
    rng = random.Random(seed)
    found = []
    for path in range(PATHS):
        clock = rng.expovariate(1.0)
        while clock < FAST * HOURS + 2.0:  # a blurred event is felt before its turn
            found.append((float(path), round(clock, 3)))
            clock += rng.expovariate(1.0)
    return found


DATA = {
    "path": [path for path, _ in turns()],
    "turn": [turn for _, turn in turns()],
    "culture": [float(k) for k in range(PATHS)],
    "rate": [round(SLOW + (FAST - SLOW) * k / 140, 3) for k in range(141)],
}

figure = Explorable(
    name="noise_jump",
    title="A mean count of random events by their rate, with the chance held fixed",
    sliders={
        "theta": Slider("rate", 1.0, 3.5, 2.2, 0.05, "θ", "/ hour"),
        "paths": Slider.over((1, 4, 20), "cultures", start=1),
        "events": Choice("an event", {
            "jump": "has happened or has not", "blur": "happens by degrees"}),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.0),
    sentence=Sentence(
        "At θ = {theta} the mean count is {mean:.2f}, and the engine says that its slope is "
        "{slope:.2f}. The score function says {score:.2f}. The truth is 2."
    ),
    presets={
        "one culture": {"paths": 1, "events": "jump"},
        "twenty": {"paths": 20, "events": "jump"},
        "by degrees": {"paths": 20, "events": "blur"},
    },
)  # fmt: skip
