"""Chapter 14: a noisy neuron under a constant current, fitted by hand to a recording."""

import math
import random

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Explorable, Sentence, Slider, line
from mini_autodiff import lax

STEP, STEPS, SHOWN, RUNS = 0.025, 1200, 4, 4  # ms; every fourth step is drawn
CURRENT, NOISE = 10.0, 0.5  # uA/cm2; mV/sqrt(ms), as in alfi.simulators.hodgkin_huxley
RECORDED = {"g_na": 120.0, "g_k": 36.0, "run": 0}


def gate_rates(v):
    """Opening and shutting of m, h and n, per ms; Hodgkin and Huxley 1952, rest at -65 mV."""
    a, b = v + 40.0, v + 55.0
    return (
        (0.1 * a / (1 - jnp.exp(-a / 10)), 4 * jnp.exp(-(v + 65) / 18)),
        (0.07 * jnp.exp(-(v + 65) / 20), 1 / (1 + jnp.exp(-(v + 35) / 10))),
        (0.01 * b / (1 - jnp.exp(-b / 10)), 0.125 * jnp.exp(-(v + 65) / 80)),
    )


def slope(v, m, h, n, g_na, g_k):
    """dV/dt: the current, less what flows through sodium, potassium and the leak."""
    sodium = g_na * m**3 * h * (v - 50.0)
    potassium = g_k * n**4 * (v + 77.0)
    return CURRENT - sodium - potassium - 0.3 * (v + 54.4)


def voltage(g_na, g_k, kicks, slope=slope):
    """V after each step, from rest; gates by their exact solution at frozen V."""
    at_rest = [a / (a + b) for a, b in gate_rates(-65.0)]

    def step(state, kick):
        v, *gates = state
        moved = []
        for g, (a, b) in zip(gates, gate_rates(v), strict=True):
            steady = a / (a + b)
            moved.append(steady + (g - steady) * jnp.exp(-STEP * (a + b)))
        v = v + STEP * slope(v, *gates, g_na, g_k) + NOISE * math.sqrt(STEP) * kick
        return (v, *moved), v

    start = tuple(0.0 * g_na + value for value in (-65.0, *at_rest))
    return lax.scan(step, start, kicks)[1]


def spikes(v):
    """How often V rises through -10 mV."""
    above = jnp.where(v > -10.0, 1.0, 0.0)
    return jnp.sum(above[1:] * (1.0 - above[:-1]))


def program(p, data, *, slope=slope):
    kicks = sum(jnp.where(abs(p["run"] - r) < 0.5, 1.0, 0.0) * data[f"z{r}"] for r in range(RUNS))
    v = voltage(p["g_na"], p["g_k"], kicks, slope)
    seen = data["seen"]
    kept = v[SHOWN - 1 :: SHOWN]
    return {
        "v": kept, "apart": jnp.sqrt(jnp.mean((kept - seen) ** 2)), "spikes": spikes(v),
        "by_mean": jnp.mean(kept) - jnp.mean(seen), "by_top": jnp.max(kept) - jnp.max(seen),
    }  # fmt: skip


rng = random.Random(52)
DATA = {f"z{r}": [round(rng.gauss(0, 1), 1) for _ in range(STEPS)] for r in range(RUNS)}
DATA["t"] = [round(STEP * SHOWN * (k + 1), 2) for k in range(STEPS // SHOWN)]
_NOISE_OF_THE_RECORDING = [rng.gauss(0, 1) for _ in range(STEPS)]
DATA["seen"] = [
    round(float(v), 2)
    for v in voltage(RECORDED["g_na"], RECORDED["g_k"], jnp.array(_NOISE_OF_THE_RECORDING))
][SHOWN - 1 :: SHOWN]


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    ax.plot(DATA["t"], DATA["seen"], color=ink["muted"], lw=3, alpha=0.6)
    (curve,) = ax.plot(DATA["t"], out["v"], color=ink["hare"], lw=1.3)
    ax.set(xlim=(0, STEP * STEPS), ylim=(-85, 60), yticks=[-80, -40, 0, 40])
    ax.set(xlabel="time (ms)", ylabel="voltage (mV)")
    ax.set_title("Grey: recorded. Blue: your neuron", loc="left")
    return {curve: line("t", "v")}


figure = Explorable(
    name="simulators_neuron",
    title="Thirty milliseconds of a recorded neuron, and of one with conductances of your choice",
    sliders={
        "g_na": Slider("sodium conductance", 60, 180, 80, 2, unit="mS/cm²"),
        "g_k": Slider("potassium conductance", 20, 60, 50, 1, unit="mS/cm²"),
        "run": Slider("run of the same neuron", 0, RUNS - 1, 0, 1),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 3.0),
    sentence=Sentence(
        "{spikes:.0f} spikes. The voltages are {apart:.1f} mV apart (root mean square); the mean "
        "voltage differs by {by_mean:.1f} mV, and the highest by {by_top:.1f} mV."
    ),
    presets={
        "the truth": {"g_na": 120, "g_k": 36, "run": 3},
        "the truth again": {"g_na": 120, "g_k": 36, "run": 1},
        "a wrong neuron": {"g_na": 124, "g_k": 36, "run": 0},
        "break it": {"g_na": 60, "g_k": 60, "run": 0},
    },
)  # fmt: skip
