"""Chapter 11: four estimates of one derivative, path by path."""

import random

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Choice, Explorable, Sentence, Slider, hline, points
from mini_autodiff import lax

THETA, SIGMA, START, H, MOST, PATHS, EDGE = 0.8, 1.0, 2.0, 0.25, 20, 30, 24.0
KICK = SIGMA * H**0.5


def mean_square(theta, steps):
    """The expected square of the state after so many steps of Euler and Maruyama, exactly."""
    a = 1 - H * theta
    forgotten = jnp.exp(2 * steps * jnp.log(a))
    return START**2 * forgotten + KICK**2 * (1 - forgotten) / (1 - a * a)


def program(p, data):
    steps, delta = p["steps"], p["delta"]

    def end(theta, noise):
        """The last state of each path, and the score in theta along it."""

        def step(now, drawn):
            x, score = now
            k, z = drawn
            on = jnp.where(k < steps, 1.0, 0.0)
            score = score - on * z * H * x / KICK
            return (x + on * (KICK * z - H * theta * x), score), None

        begin = (START + 0.0 * noise[0], 0.0 * noise[0])
        return lax.scan(step, begin, (data["k"], noise))[0]

    x, score = end(THETA, data["z"])
    loss = x * x
    _, moved = ad.jvp(lambda theta: end(theta, data["z"])[0] ** 2, (THETA,), (1.0,))
    up = end(THETA + delta, data["z"])[0] ** 2
    same, fresh = (end(THETA - delta, data[z])[0] ** 2 for z in ("z", "other"))
    differ = (up - p["draws"]["same"] * same - p["draws"]["fresh"] * fresh) / (2 * delta)
    truth = ad.grad(mean_square)(THETA, steps)
    out = {"truth": truth, "hours": steps * H}
    estimates = {
        "path": moved,
        "differ": differ,
        "score": loss * score,
        "base": (loss - mean_square(THETA, steps)) * score,
    }
    for name, found in estimates.items():
        mean = jnp.sum(found) / PATHS
        out[name] = jnp.clip(found, -EDGE, EDGE)
        out["sd_" + name] = jnp.sqrt(jnp.sum((found - mean) ** 2) / (PATHS - 1))
    return out


NAMES = {"path": "pathwise", "differ": "difference", "score": "score", "base": "score,\nbaseline"}


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    colours = ("tangent", "lynx", "proposal", "loss")
    truth = ax.axhline(out["truth"], color=ink["ink"], lw=1)
    artists = {truth: hline("truth")}
    for name, colour in zip(NAMES, colours, strict=True):
        (dots,) = ax.plot(DATA["at_" + name], out[name], "o", ms=4, mew=0, alpha=0.6,
                          color=ink[colour])  # fmt: skip
        artists[dots] = points("at_" + name, name)
    ax.set(xlim=(-0.6, 3.6), ylim=(-EDGE - 1, EDGE + 1), xticks=range(4), ylabel="derivative in θ")
    ax.set_xticklabels(NAMES.values())
    ax.set_title("30 paths each; the line is the truth", loc="left")
    return artists


rng = random.Random(108)  # thirty paths that vary about as much as thirty thousand do
DATA = {
    "k": [float(k) for k in range(MOST)],
    **{
        name: [[round(rng.gauss(0.0, 1.0), 3) for _ in range(PATHS)] for _ in range(MOST)]
        for name in ("z", "other")
    },
    **{
        "at_" + name: [round(i + 0.6 * (k / (PATHS - 1) - 0.5), 3) for k in range(PATHS)]
        for i, name in enumerate(NAMES)
    },
}

figure = Explorable(
    name="noise_gradients",
    title="The derivative of an expected square: estimates from single paths, by four methods",
    sliders={
        "steps": Slider("steps of a quarter hour", 1, MOST, 1, 1, "n"),
        "delta": Slider.over((0.01, 0.02, 0.05, 0.1, 0.2), "change of θ", start=0.1, symbol="δ"),
        "draws": Choice("the two runs of a difference", {
            "same": "share their noise", "fresh": "have noise of their own"}),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.2),
    sentence=Sentence(
        "After {hours:.2f} hours the derivative is {truth:.2f}. From one path to the next the "
        "estimates vary by ±{sd_path:.2f} (pathwise), ±{sd_differ:.2f} (difference), "
        "±{sd_score:.1f} (score) and ±{sd_base:.1f} (score with a baseline)."
    ),
    presets={
        "one step": {"steps": 1, "delta": 0.1, "draws": "same"},
        "long": {"steps": 20, "delta": 0.1, "draws": "same"},
        "break it": {"steps": 1, "delta": 0.02, "draws": "fresh"},
    },
)  # fmt: skip
