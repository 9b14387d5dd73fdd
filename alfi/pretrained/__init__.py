"""Machines that have been trained already: weights and a card each, read without a network.

A card says what the machine was trained on (simulator, prior, architecture, every setting and
seed), how well it did on fresh episodes, and the SHA-256 of the weights.

>>> "poisson" in available()
True
>>> trained = load("poisson")
>>> trained.simulator.name, trained.card["config"]["seed"]
('poisson', 0)
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import equinox as eqx
import jax

from alfi import simulators
from alfi.errors import ConfigError
from alfi.meta_training import MetaConfig, describe
from alfi.recurrent_machine import Architecture, RecurrentMachine
from alfi.simulators import Simulator

FOLDER = Path(__file__).parent
MAX_BYTES = 300_000


@dataclass(frozen=True)
class Pretrained:
    """A trained machine, the simulator that it was trained on, and its card."""

    machine: RecurrentMachine
    simulator: Simulator
    card: dict


def available(folder: Path = FOLDER) -> list[str]:
    """The names that `load` knows."""
    return sorted(path.stem for path in folder.glob("*.json"))


def simulator_named(name: str) -> Simulator:
    """The simulator of this package with that name."""
    classes = [c for c in vars(simulators).values() if isinstance(c, type)]
    for cls in classes:
        if issubclass(cls, Simulator) and getattr(cls, "name", None) == name:
            return cls()
    raise ConfigError(f"No simulator of alfi.simulators is called {name!r}.")


def load(name: str, folder: Path = FOLDER) -> Pretrained:
    """A pretrained machine.

    Raises:
        ConfigError: there is none of that name, or its weights are not those of its card.
    """
    if name not in available(folder):
        raise ConfigError(
            f"There is no pretrained machine {name!r}. There are: {', '.join(available(folder))}."
        )
    card = json.loads((folder / f"{name}.json").read_text())
    path = folder / f"{name}.eqx"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != card["sha256"]:
        raise ConfigError(
            f"The weights of {name!r} are not those of its card (SHA-256 {digest[:12]}… instead "
            f"of {card['sha256'][:12]}…). Install the package anew."
        )
    simulator = simulator_named(card["simulator"])
    architecture = Architecture(**card["architecture"])
    # Only the shapes are needed to read the weights into; nothing is simulated.
    like = eqx.filter_eval_shape(
        RecurrentMachine.create, jax.random.key(0), simulator, architecture
    )
    return Pretrained(eqx.tree_deserialise_leaves(path, like), simulator, card)


def save(
    name: str,
    machine: RecurrentMachine,
    simulator: Simulator,
    config: MetaConfig,
    score: dict,
    folder: Path = FOLDER,
    **more: object,
) -> Path:
    """Write weights and card; `score` is what a test on fresh episodes measured.

    Returns:
        the path of the weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.eqx"
    eqx.tree_serialise_leaves(path, machine)
    if path.stat().st_size > MAX_BYTES:
        size = path.stat().st_size
        path.unlink()
        raise ConfigError(
            f"Pretrained weights take at most {MAX_BYTES} bytes, not {size}. Narrow the machine."
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    card = describe(simulator, machine, config) | more | {"score": score, "sha256": digest}
    text = json.dumps(card, indent=1, sort_keys=True) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return path
