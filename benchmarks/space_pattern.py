"""A Turing pattern tuned to a wavelength by gradient: its course, and starts never trained on.

    python benchmarks/space_pattern.py     # about two minutes; writes space_pattern.json

Chapter 12 shows the course for the first target as a live figure. A picture is stored as one letter
a cell, "a" for the lowest density of the activator in this picture and "z" for the highest. For
each target and each of three seeds the table has the wavelength before and after training on one
start, on that start and on six fresh ones, and that which linear theory gives.
"""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

jax.config.update("jax_enable_x64", True)

from bookkit.space import pattern  # noqa: E402

OUT = Path(__file__).parents[1] / "bookkit" / "data" / "space_pattern.json"
BEGIN = jnp.log(jnp.array([0.5, 0.2, 5.0]))
H, STEPS, RATE, UPDATES = 0.025, 2400, 0.02, 60
TARGETS, SEEDS, FRESH = (11.0, 9.0, 6.0), (0, 1, 2), 6
STOPS = (0, 2, 4, 6, 8, 10, 13, 16, 20, 25, 30, 40, 60)


@jax.jit
def picture(theta: jax.Array, start: jax.Array) -> jax.Array:
    """The activator at time 60."""
    return pattern.develop(theta, start, STEPS, H)[0]


def misfit(theta: jax.Array, start: jax.Array, target: float) -> jax.Array:
    """Squared difference of the logarithms of the wavelength and the target."""
    mean = pattern.centroid(pattern.develop(theta, start, STEPS, H)[0])
    return jnp.log(2.0 * jnp.pi / mean / target) ** 2


slope = jax.jit(jax.grad(misfit))


def wavelength(u: jax.Array) -> float:
    return float(2.0 * jnp.pi / pattern.centroid(u))


def train(start: jax.Array, target: float) -> list[jax.Array]:
    """theta before each update of Adam, and after the last."""
    optimiser = optax.adam(RATE)
    theta, state = BEGIN, optimiser.init(BEGIN)
    course = [theta]
    for _ in range(UPDATES):
        pattern.refuse(theta, start, H)
        move, state = optimiser.update(slope(theta, start, target), state)
        theta = theta + move
        course.append(theta)
    return course


def letters(u: jax.Array) -> str:
    """One letter a cell, row after row."""
    low, high = float(u.min()), float(u.max())
    levels = np.round(25 * (np.asarray(u) - low) / (high - low)).astype(int)
    return "".join(chr(97 + k) for k in levels.ravel())


def main() -> None:
    starts = {seed: pattern.start(jax.random.key(seed)) for seed in SEEDS}
    fresh = [pattern.start(jax.random.key(100 + k)) for k in range(FRESH)]
    table, film = [], []
    for target in TARGETS:
        for seed, start in starts.items():
            course = train(start, target)
            if (target, seed) == (TARGETS[0], SEEDS[0]):
                for k in STOPS:
                    pictures = [picture(course[k], s) for s in (start, fresh[0])]
                    film.append({
                        "update": k, "theta": course[k].tolist(),
                        "linear": pattern.fastest_wavelength(course[k]),
                        "wavelength": [wavelength(u) for u in pictures],
                        "range": [[float(u.min()), float(u.max())] for u in pictures],
                        "picture": [letters(u) for u in pictures],
                    })  # fmt: skip
            end = course[-1]
            table.append({
                "target": target, "seed": seed, "theta": end.tolist(),
                "begun": wavelength(picture(BEGIN, start)),
                "trained": wavelength(picture(end, start)),
                "fresh": [wavelength(picture(end, s)) for s in fresh],
                "linear": pattern.fastest_wavelength(end),
            })  # fmt: skip
            print({k: v for k, v in table[-1].items() if k != "theta"}, flush=True)
    card = {
        "command": "python benchmarks/space_pattern.py", "python": platform.python_version(),
        "jax": version("jax"), "optax": version("optax"), "h": H, "steps": STEPS, "rate": RATE,
        "updates": UPDATES, "size": pattern.SIZE, "begin": BEGIN.tolist(), "seeds": SEEDS,
        "fresh": FRESH,
    }  # fmt: skip
    OUT.write_text(json.dumps({"card": card, "table": table, "film": film}) + "\n")


if __name__ == "__main__":
    main()
