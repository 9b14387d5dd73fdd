"""Chapter 13: two modes, two chains that start in one each, and the number that compares them."""

from random import Random

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line
from mini_autodiff import lax

DRAWS, LEAPS, SEED = 150, 5, 4
H = 0.5


def potential(theta, a):
    """Minus log of two normal hills of width 1 and equal weight, at a and at -a."""
    x = jnp.abs(a * theta)  # log cosh without overflow
    return theta**2 / 2 - x - jnp.log(1 + jnp.exp(-2 * x))


def program(p, data):
    a = p["apart"] / 2
    slopes = ad.grad(lambda theta: jnp.sum(potential(theta, a)))

    def leap(state, _):
        theta, r = state
        r = r - H / 2 * slopes(theta)
        theta = theta + H * r
        return (theta, r - H / 2 * slopes(theta)), None

    def draw_once(theta, row):
        r, luck = row[0:2], row[2:4]
        new, end = lax.scan(leap, (theta, r), jnp.zeros(LEAPS))[0]
        off = potential(new, a) - potential(theta, a) + (end * end - r * r) / 2
        theta = jnp.where(luck < jnp.exp(jnp.minimum(0.0, -off)), new, theta)
        return theta, (theta[0], theta[1])

    left, right = lax.scan(draw_once, jnp.stack([-a, a]), data["chance"])[1]
    middles = [jnp.mean(left), jnp.mean(right)]
    within = (jnp.mean((left - middles[0]) ** 2) + jnp.mean((right - middles[1]) ** 2)) / 2
    between = (middles[0] - middles[1]) ** 2 / 2  # the variance of the two means
    within = within * DRAWS / (DRAWS - 1)
    share = (jnp.mean(jnp.where(left > 0, 1.0, 0.0)) + jnp.mean(jnp.where(right > 0, 1.0, 0.0))) / 2
    return {
        "left": left, "right": right, "share": 100 * share,
        "rhat": jnp.sqrt((DRAWS - 1) / DRAWS + between / within),
        "crossed": jnp.sum(jnp.where(left[1:] * left[:-1] < 0, 1.0, 0.0))
        + jnp.sum(jnp.where(right[1:] * right[:-1] < 0, 1.0, 0.0)),
        "hill_one": a + 0.0 * data["ends"], "hill_two": -a + 0.0 * data["ends"],
    }  # fmt: skip


def chances():
    """For each draw two pushes and two numbers that decide: one a chain."""
    draw = Random(SEED)
    return [[draw.gauss(0, 1), draw.gauss(0, 1), draw.random(), draw.random()]
            for _ in range(DRAWS)]  # fmt: skip


DATA = {"chance": chances(), "draw": list(range(DRAWS)), "ends": [0, DRAWS]}


def draw(fig, out):
    ink, ax = style.colour, fig.subplots()
    tags = {}
    for hill in ("hill_one", "hill_two"):
        (mark,) = ax.plot(DATA["ends"], out[hill], color=ink["grid"], lw=6)
        tags[mark] = line("ends", hill)
    for chain, colour in (("left", "hare"), ("right", "lynx")):
        (path,) = ax.plot(DATA["draw"], out[chain], color=ink[colour], lw=1)
        tags[path] = line("draw", chain)
    ax.set(xlim=(0, DRAWS), ylim=(-7.5, 7.5), yticks=[-5, 0, 5], xlabel="draw", ylabel="θ")
    ax.set_title("Two chains, two hills (grey): pull them apart", loc="left")
    return tags


figure = Explorable(
    name="bayes_with_gradients_modes",
    title="Two chains of Hamiltonian Monte Carlo, one started on each of two hills",
    sliders={"apart": Slider("distance of the hills", 0.0, 10.0, 3.0, 0.5)},
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 2.8),
    sentence=Sentence(
        "Hills {apart} apart: the chains went from one side to the other {crossed:.0f} times, and "
        "were on the right in {share:.0f} % of all draws. R-hat is {rhat:.2f}{verdict}",
        verdict=("rhat", [
            (1.05, ": the two chains tell one story."),
            (1.5, ": they do not quite agree."),
            (None, ": each tells a story of its own."),
        ]),
    ),
    presets={"near": {"apart": 3.0}, "far": {"apart": 6.0}, "break it": {"apart": 10.0}},
)  # fmt: skip
