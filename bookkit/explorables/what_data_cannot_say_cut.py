"""Chapter 9: the record is stopped early; infection and recovery become one number."""

import math

import mini_autodiff as ad
import mini_autodiff.numpy as jnp
from bookkit import school, style
from bookkit.live import Explorable, Sentence, Slider, line, points
from mini_autodiff import lax

DAYS = [1 + k / school.STEPS_A_DAY for k in range(13 * school.STEPS_A_DAY + 1)]
RADIUS = math.sqrt(-2 * math.log(0.05))  # of the ellipse that holds 95 % of a Gaussian plane
ANGLES = [2 * math.pi * k / 90 for k in range(91)]
SCORINGS = 7


def ellipse(theta, seen, data):
    """The 95 % ellipse of beta and gamma, whatever the first day: Fisher's, at the fit."""
    weight = seen / school.variance(school.bed(theta))
    b, g, i = school.slopes(theta)
    bb, bg, gg = jnp.sum(weight * b * b), jnp.sum(weight * b * g), jnp.sum(weight * g * g)
    bi, gi, ii = jnp.sum(weight * b * i), jnp.sum(weight * g * i), jnp.sum(weight * i * i)
    bb, bg, gg = bb - bi * bi / ii, bg - bi * gi / ii, gg - gi * gi / ii  # the first day is free
    root, rest = jnp.sqrt(bb), jnp.sqrt(gg - bg * bg / bb)
    down = RADIUS * data["sine"] / rest
    across = (RADIUS * data["cosine"] - bg / root * down) / root
    beta, gamma = school.FIT["beta"], school.FIT["gamma"]
    return beta * (1 + across), gamma * (1 + down)  # theta is logarithms


def profile(beta, last, seen, data):
    """The best theta with this beta: Fisher's scoring over the other two, in bounded steps.

    It starts where beta - gamma is that of the fit if the record is short, else at the fit's gamma.
    """
    log_beta, kept = jnp.log(beta), school.FIT["beta"] - school.FIT["gamma"]
    gamma = jnp.where(last < 6.5, jnp.maximum(beta - kept, 0.15), school.FIT["gamma"])

    def improve(now, _):
        theta = jnp.stack([log_beta, now[0], now[1]])
        mean, g = ad.jvp(lambda x: school.bed(x), (theta,), (jnp.array([0.0, 1.0, 0.0]),))
        _, i = ad.jvp(lambda x: school.bed(x), (theta,), (jnp.array([0.0, 0.0, 1.0]),))
        weight = seen / school.variance(mean)
        miss = weight * (data["counts"] - mean)
        gg, ii = jnp.sum(weight * g * g), jnp.sum(weight * i * i)
        gi, u, v = jnp.sum(weight * g * i), jnp.sum(miss * g), jnp.sum(miss * i)
        size = gg * ii - gi * gi
        step_g, step_i = (ii * u - gi * v) / size, (gg * v - gi * u) / size
        clip = lambda x: jnp.maximum(jnp.minimum(x, 0.4), -0.4)  # noqa: E731
        return (jnp.maximum(now[0] + clip(step_g), -5.0), now[1] + clip(step_i)), None

    (g, i), _ = lax.scan(improve, (jnp.log(gamma), data["fit"][2]), None, length=SCORINGS)
    return jnp.stack([log_beta, g, i])


def program(p, data):
    seen = jnp.where(data["day"] < p["last"] + 0.5, 1.0, 0.0)
    theta = profile(p["beta"], p["last"], seen, data)
    curve, gamma = school.path(theta), jnp.exp(theta[1])
    worse = seen * school.deviance(data["counts"], curve[:: school.STEPS_A_DAY])
    ring_beta, ring_gamma = ellipse(data["fit"], seen, data)
    kept = p["last"] - 1
    return {
        "curve": curve, "gamma": gamma, "deviance": jnp.sum(worse), "tail": curve[-1],
        "ring_beta": ring_beta, "ring_gamma": ring_gamma, "difference": p["beta"] - gamma,
        "later": jnp.where(data["day"] < kept + 1.5, -99.0, data["counts"]),
        "kept": jnp.where(data["day"] < kept + 1.5, data["counts"], -99.0),
        "at_beta": jnp.stack([p["beta"]]), "at_gamma": jnp.stack([gamma]),
        "peak": jnp.max(curve),
    }  # fmt: skip


def draw(fig, out):
    (ax, plane), ink = fig.subplots(2, 1, height_ratios=(3, 2)), style.colour
    (later,) = ax.plot(DATA["day"], out["later"], "o", mfc="none", color=ink["muted"], ms=4)
    (kept,) = ax.plot(DATA["day"], out["kept"], "o", color=ink["ink"], ms=4)
    (curve,) = ax.plot(DAYS, out["curve"], color=ink["ode"])
    ax.set(xlim=(0.5, 14.5), ylim=(-8, 560), xticks=range(1, 15, 2), ylabel="boys in bed")
    ax.set_xlabel("day of the record")
    ax.set_title("stop the record before the peak, then move β")
    (ring,) = plane.plot(out["ring_beta"], out["ring_gamma"], color=ink["posterior"])
    (spot,) = plane.plot(out["at_beta"], out["at_gamma"], "o", color=ink["ode"])
    plane.set(xlim=(0.8, 3.6), ylim=(0, 2.4), xlabel="β, a day", ylabel="γ, a day")
    return {
        later: points("day", "later"), kept: points("day", "kept"), curve: line("fine", "curve"),
        ring: line("ring_beta", "ring_gamma"), spot: points("at_beta", "at_gamma"),
    }  # fmt: skip


DATA = {
    "day": list(range(1, 15)),
    "fine": DAYS,
    "counts": school.COUNTS,
    "fit": list(school.at(school.FIT)),
    "cosine": [math.cos(t) for t in ANGLES],
    "sine": [math.sin(t) for t in ANGLES],
}

figure = Explorable(
    name="what_data_cannot_say_cut",
    title="A record that stops early: the curve for a chosen β, and the ellipse of β and γ",
    sliders={
        "last": Slider("the record ends on day", 4, 14, 14, 1),
        "beta": Slider("infection", 1.3, 3.0, 1.9, 0.1, "β", "a day"),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 4.6),
    sentence=Sentence(
        "With β = {beta} the best γ for days 1 to {last} is {gamma:.2f}, so β − γ = "
        "{difference:.2f}; deviance {deviance:.1f}. The peak is at {peak:.0f} boys."
    ),
    presets={
        "whole record": {"last": 14, "beta": 1.9},
        "whole, other β": {"last": 14, "beta": 3.0},
        "break it": {"last": 4, "beta": 1.9},
        "broken, other β": {"last": 4, "beta": 3.0},
    },
)  # fmt: skip
