"""Chapter 9: two ways to move all three parameters at once; along one the fit stands still."""

import numpy as np

import mini_autodiff.numpy as jnp
from bookkit import school, style
from bookkit.live import Explorable, Sentence, Slider, line

DAYS = [1 + k / school.STEPS_A_DAY for k in range(13 * school.STEPS_A_DAY + 1)]
REACH = 0.4  # how far the presets go, in either direction


def information() -> np.ndarray:
    """The Fisher matrix of all fourteen days, at the fit."""
    theta = school.at(school.FIT)
    slopes = np.array([list(s) for s in school.slopes(theta)])
    return slopes / np.array(list(school.variance(school.bed(theta)))) @ slopes.T


def directions() -> dict[str, list[float]]:
    """The eigenvectors of the smallest and the largest eigenvalue; more first boys, more beta."""
    vectors = np.linalg.eigh(information())[1]
    along, across = vectors[:, 0], vectors[:, 2]
    return {
        "weak": list(map(float, along * np.sign(along[2]))),
        "strong": list(map(float, across * np.sign(across[0]))),
    }


def program(p, data, *, caught=school.caught):
    theta = data["fit"] + p["along"] * data["weak"] + p["across"] * data["strong"]
    curve = school.path(theta, caught=caught)
    worse = school.deviance(data["counts"], curve[:: school.STEPS_A_DAY])
    beta, gamma, first = jnp.exp(theta[0]), jnp.exp(theta[1]), jnp.exp(theta[2])
    return {
        "curve": curve, "worse": jnp.sum(worse - data["best"]),
        "beta": beta, "gamma": gamma, "first": first,
    }  # fmt: skip


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    ax.plot(range(1, 15), school.COUNTS, "o", color=ink["ink"], ms=4)
    (curve,) = ax.plot(DAYS, out["curve"], color=ink["ode"])
    ax.set(xlim=(0.5, 14.5), ylim=(0, 440), xticks=range(1, 15, 2))
    ax.set(xlabel="day of the record", ylabel="boys in bed")
    ax.set_title("move one slider, put it back, move the other")
    return {curve: line("day", "curve")}


THETA = school.at(school.FIT)
figure = Explorable(
    name="what_data_cannot_say",
    title="Boys in bed on fourteen days, and an epidemic whose parameters move together",
    sliders={
        "along": Slider("step along", -0.5, 0.5, 0.0, 0.05),
        "across": Slider("step across", -0.5, 0.5, 0.0, 0.05),
    },
    program=program,
    data={
        "day": DAYS, "counts": school.COUNTS, "fit": list(THETA), **directions(),
        "best": list(school.deviance(jnp.array(school.COUNTS), school.bed(THETA))),
    },
    draw=draw,
    size=(4.6, 3.0),
    ghost=True,
    sentence=Sentence(
        "Infection β = {beta:.2f} a day, recovery γ = {gamma:.2f} a day, {first:.2f} boys ill on "
        "day 1: the deviance is {worse:.1f} above that of the best fit{verdict}",
        verdict=("worse", [
            (1e-3, ", which this is."),
            (3.84, ". These fourteen counts do not tell it from the best fit."),
            (20.0, ". The counts speak against it."),
            (None, ". The counts rule it out."),
        ]),
    ),
    presets={
        "best fit": {"along": 0.0, "across": 0.0},
        "along": {"along": REACH, "across": 0.0},
        "across": {"along": 0.0, "across": REACH},
    },
)  # fmt: skip
