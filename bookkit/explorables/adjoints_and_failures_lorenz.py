"""Chapter 6: the misfit of a chaotic run by its parameter, in one shot and in many."""

import mini_autodiff.numpy as jnp
from bookkit import style
from bookkit.live import Choice, Explorable, Sentence, Slider, line
from mini_autodiff import lax

H, A_UNIT, UNITS, TRUTH = 0.02, 50, 10, 28.0
RHOS = [26.0 + k / 20 for k in range(81)]
START = (-6.3, -4.9, 26.4)  # on the attractor


def lorenz(x, y, z, rho):
    """Lorenz's (1963) equations at his 10 and 8/3."""
    return 10.0 * (y - x), x * (rho - z) - y, x * y - 8.0 / 3.0 * z


def step(u, rho):
    """One step of the classical Runge-Kutta method; numbers or arrays."""
    k1 = lorenz(*u, rho)
    k2 = lorenz(*(a + H / 2 * k for a, k in zip(u, k1, strict=True)), rho)
    k3 = lorenz(*(a + H / 2 * k for a, k in zip(u, k2, strict=True)), rho)
    k4 = lorenz(*(a + H * k for a, k in zip(u, k3, strict=True)), rho)
    slopes = zip(k1, k2, k3, k4, strict=True)
    means = [(a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in slopes]
    return tuple(a + H * m for a, m in zip(u, means, strict=True))


def program(p, data):
    many, end = p["shots"]["many"], p["units"] - H / 2

    def watch(seen, t):  # the record: where the true parameter goes
        after = step(seen, TRUTH)
        return after, (*seen, *after, jnp.where(t < end, 1.0, 0.0))

    _, record = lax.scan(watch, START, data["t"])

    def run(_, rho):
        def advance(carry, now):
            mine, total = carry
            again, x, y, z, x1, y1, z1, inside = now
            again = again * many  # a new shot starts at the observed state
            mine = tuple(a + again * (b - a) for a, b in zip(mine, (x, y, z), strict=True))
            mine = step(mine, rho)
            apart = sum((a - b) ** 2 for a, b in zip(mine, (x1, y1, z1), strict=True))
            return (mine, total + inside * apart), None

        (_, total), _ = lax.scan(advance, (START, 0.0), (data["again"], *record))
        return None, total

    _, total = lax.scan(run, None, data["rho"])
    misfit = jnp.sqrt(total / (A_UNIT * p["units"]))
    inner = misfit[1:-1]
    turns = jnp.where(inner < misfit[:-2], 1.0, 0.0) * jnp.where(inner < misfit[2:], 1.0, 0.0)
    return {"misfit": misfit, "valleys": jnp.sum(turns)}


def draw(fig, out):
    ax, ink = fig.subplots(), style.colour
    ax.axvline(TRUTH, color=ink["grid"], lw=1)
    (curve,) = ax.plot(RHOS, out["misfit"], color=ink["loss"])
    ax.set(xlim=(26, 30), ylim=(0, 20), xlabel="ρ (the data were made with 28)")
    ax.set_ylabel("misfit")
    ax.set_title("make the record longer: what happens to the valley?")
    return {curve: line("rho", "misfit")}


DATA = {
    "rho": RHOS,
    "again": [float(k % A_UNIT == 0) for k in range(A_UNIT * UNITS)],
    "t": [round(H * k, 2) for k in range(A_UNIT * UNITS)],
}

figure = Explorable(
    name="adjoints_and_failures_lorenz",
    title="The misfit of a chaotic model by its parameter, for records of different length",
    sliders={
        "units": Slider("length of the record", 1, UNITS, 2, 1, "T", "units"),
        "shots": Choice("run", {"one": "in one shot", "many": "a new shot every unit"}),
    },
    program=program,
    data=DATA,
    draw=draw,
    size=(4.6, 2.8),
    sentence=Sentence(
        "Over {units} units, {shots}, the misfit has {valleys:.0f} {noun} between 26 and 30.",
        noun=("valleys", [(1.5, "valley"), (None, "valleys")]),
    ),
    presets={
        "short": {"units": 2, "shots": "one"}, "break it": {"units": 10, "shots": "one"},
        "cure": {"units": 10, "shots": "many"},
    },
)  # fmt: skip
