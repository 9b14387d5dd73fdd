"""Clocks made of genes: trained for a rhythm, for a light that comes and goes, and with noise.

    python benchmarks/gene_clock.py            # every stage; goes on where it was killed
    python benchmarks/gene_clock.py rhythm     # one stage: rhythm, light, fine, noise or judge

rhythm: many random starts in the dark, by both laws of regulation, and by the first without a
growing window too. light: the best of them, and fresh starts, under random skies. fine: the best of
those with a step four times shorter, for a clock can learn the errors of its solver. noise: on from
there, with either kind of kicks. judge: dawns on days 10, 20 and 30 under skies that no training
saw, with a step that is shorter still; one circuit a stage, chosen on other skies. Chapter 10
prints bookkit/data/gene_clock.json and trains on from its circuits. A stage is kept in
build/gene_clock-... with its minutes; training saves itself every 100 updates.
"""

import json
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from bookkit.clock import circuit, keep_time, light, train
from bookkit.clock.judge import FINE, judge
from bookkit.clock.noise import KINDS
from bookkit.hare_lynx.resume import load_tree, once, save_tree, workshop

OUT = Path(__file__).parents[1] / "bookkit" / "data" / "gene_clock.json"
LAWS = ("thermodynamic", "neural")
TRACKS = 0.01  # a loss below this is called tracking; a hand at rest has 0.08
CONFIG = {
    "rhythm": {"starts": 48, "updates": 2500, "days": 4, "rate": 0.02},
    "light": {"searches": 8, "updates": 1500, "days": 6, "rate": 0.01, "skies": 6},
    "fine": {"searches": 4, "updates": 400, "days": 6, "rate": 0.005, "skies": 6, "per_cell": 8},
    "noise": {"searches": 4, "updates": 600, "days": 6, "rate": 0.01, "skies": 8, "per_cell": 8},
    "judge": {"paths": 200, "days": [10, 20, 30], "choose": 100, "per_cell": FINE},
}  # fmt: skip
CHUNK = 100
ROOM = workshop("gene_clock", CONFIG)


def search(name, free, days, updates, rate, skies, kind=None, grow=True, per_cell=2) -> dict:
    """Train all searches of `free`, or read what a killed run left; gives losses and seconds."""
    adam = train.optimiser(updates, rate)
    state = {"free": free, "adam": jax.vmap(adam.init)(free), "done": 0, "wall": 0.0, "cpu": 0.0,
             "loss": np.zeros((updates, len(jax.tree.leaves(free)[0])), np.float32)}  # fmt: skip
    saved = ROOM / f"{name}.npz"
    state = load_tree(saved, state) if saved.exists() else state
    how = {"per_cell": per_cell} | ({"kind": kind} if kind else {})
    several = train.updater(train.batch_loss(keep_time.loss, **how), adam)
    while state["done"] < updates:
        wall, cpu, k = time.time(), time.process_time(), int(state["done"])
        windows = np.array(
            [train.window_at(u, updates, float(days), grow) for u in range(k, k + CHUNK)]
        )
        whole = int(np.ceil(windows.max()))
        data = [skies(k, whole)]
        if kind:
            shape = (*data[0].shape[:2], whole * light.CELLS * per_cell, 2 * circuit.GENES)
            data.append(jax.random.normal(jax.random.key(10_000 + k), shape))
        free, moments, losses = several(state["free"], state["adam"], jnp.array(windows), *data)
        state["loss"][k : k + CHUNK] = losses
        state |= {"free": free, "adam": moments, "done": k + CHUNK,
                  "wall": state["wall"] + time.time() - wall,
                  "cpu": state["cpu"] + time.process_time() - cpu}  # fmt: skip
        save_tree(saved, state)
        late = np.sort(state["loss"][k + CHUNK - 10 : k + CHUNK].mean(axis=0))[:4]
        print(
            f"{name}: update {k + CHUNK} of {updates}, {float(state['wall']):.0f} s, ",
            late,
            flush=True,
        )
    return state


def by_loss(state, n) -> circuit.Tree:
    """The n searches with the lowest loss over the last 50 updates, the best first."""
    best = np.argsort(state["loss"][-50:].mean(axis=0))[:n]
    return jax.tree.map(lambda x: np.asarray(x)[best], state["free"])


def in_the_dark(_, days):
    return np.repeat(light.dark(days)[None, None], CHUNK, axis=0)


def under_skies(n):
    """n fresh skies at each update."""
    return lambda k, days: light.skies(1000 + k, days, CHUNK * n).reshape(CHUNK, n, -1)


def starts(law, n, seed):
    return jax.vmap(lambda key: circuit.draw(key, law))(jax.random.split(jax.random.key(seed), n))


def rhythm(law, grow=True):
    how = CONFIG["rhythm"]
    name = f"rhythm-{law}-{'grow' if grow else 'whole'}"
    free = starts(law, how["starts"], 0)
    return search(name, free, how["days"], how["updates"], how["rate"], in_the_dark, grow=grow)


def entrained(law, fresh=False):
    how = CONFIG["light"]
    n = how["searches"]
    free = starts(law, n, 1) if fresh else by_loss(rhythm(law), n)
    return search(
        f"light-{law}-{'fresh' if fresh else 'rhythm'}", free, how["days"], how["updates"],
        how["rate"], under_skies(how["skies"]), grow=fresh,
    )  # fmt: skip


def finer(law, state=None, skies=None, name="light"):
    """The best with a shorter step."""
    how = CONFIG["fine"]
    free = by_loss(state or entrained(law), how["searches"])
    skies = skies or under_skies(how["skies"])
    return search(
        f"fine-{law}-{name}", free, how["days"], how["updates"], how["rate"], skies, grow=False,
        per_cell=how["per_cell"],
    )  # fmt: skip


def noisy(kind):
    how = CONFIG["noise"]
    return search(
        f"noise-{kind.replace(' ', '-')}", by_loss(finer(LAWS[0]), how["searches"]), how["days"],
        how["updates"], how["rate"], under_skies(how["skies"]), kind, False, how["per_cell"],
    )  # fmt: skip


def choose(state, n, kind, name) -> circuit.Tree:
    """Of the n best by loss the one whose dawns are best on skies of their own."""

    def compute():
        how = CONFIG["judge"]
        free = by_loss(state, n)
        each = [jax.tree.map(lambda x, i=i: x[i], free) for i in range(n)]
        nines = [judge(c, [10], how["choose"], kind, seed=555)["10"]["dawn90"] for c in each]
        best = int(np.argmin(nines))
        return {"free": {k: np.asarray(v, float).tolist() for k, v in each[best].items()}}

    return once(ROOM / f"chosen-{name}.json", compute)["free"]


def minutes(state) -> dict:
    return {"wall": round(float(state["wall"]) / 60, 2), "cpu": round(float(state["cpu"]) / 60, 2)}


def final(state) -> list[float]:
    """Loss of each search over the last 50 updates, the lowest first."""
    return [round(float(v), 5) for v in np.sort(state["loss"][-50:].mean(axis=0))]


def trained(law) -> dict:
    """The states whose best circuits are judged; only the first law goes on to the noise."""
    if law == "neural":
        return {"neural": finer(law)}
    return {
        "coarse": entrained(law), "rhythm": finer(law, rhythm(law), in_the_dark, "rhythm"),
        "light": finer(law), "square root": noisy("square root"), "langevin": noisy("langevin"),
    }  # fmt: skip


def judged(name, free) -> dict:
    """The dawns of one circuit: without noise, with either kind of kicks."""
    free, how = {k: jnp.array(v) for k, v in free.items()}, CONFIG["judge"]
    out = {}
    for kind in (None, *KINDS):
        key = f"{name} | {kind or 'none'}"
        out[key] = once(
            ROOM / f"judge-{key.replace(' ', '')}.json",
            lambda k=kind: judge(free, how["days"], how["paths"], k, seed=999),
        )
        print(key, out[key], flush=True)
    return out


def table(laws) -> dict:
    """Everything the chapter prints, and the chosen circuits."""
    out = {"searches": {}, "dawn": {}, "wait": {}, "chosen": {}}
    for law in laws:
        states = trained(law)
        for name, state in states.items():
            kind = name if name in KINDS else None
            out["chosen"][name] = choose(state, 4, kind, name.replace(" ", "-"))
            out["dawn"] |= judged(name, out["chosen"][name])
        runs = {f"rhythm, {law}, growing window": rhythm(law),
                f"light, {law}, from rhythm": entrained(law)}  # fmt: skip
        if law == LAWS[0]:
            runs |= {f"rhythm, {law}, whole window": rhythm(law, grow=False),
                     f"light, {law}, from fresh starts": entrained(law, fresh=True)}  # fmt: skip
        runs |= {f"fine, {law}": finer(law)}
        runs |= {f"noise, {kind}": states[kind] for kind in KINDS if kind in states}
        for name, state in runs.items():
            out["searches"][name] = {"loss": final(state), "minutes": minutes(state)}
    free = {k: jnp.array(v) for k, v in out["chosen"]["light"].items()}
    for wait in (1, 2, 4, 8):
        how = CONFIG["judge"]
        out["wait"][str(wait)] = judge(free, [30], how["paths"], None, seed=999, wait=wait)["30"]
    return out


def main() -> None:
    stage = sys.argv[1] if len(sys.argv) > 1 else "judge"
    todo = ("rhythm", "light", "fine", "noise", "judge")
    if stage not in todo:
        raise SystemExit(f"a stage is one of {', '.join(todo)}, not {stage!r}")
    if stage == "rhythm":
        for law, grow in ((LAWS[0], True), (LAWS[0], False), (LAWS[1], True)):
            rhythm(law, grow)
    elif stage == "light":
        for law, fresh in ((LAWS[0], False), (LAWS[0], True), (LAWS[1], False)):
            entrained(law, fresh)
    elif stage == "fine":
        for law in LAWS:
            finer(law)
    elif stage == "noise":
        for kind in KINDS:
            noisy(kind)
    else:
        card = {"command": "python benchmarks/gene_clock.py", "python": platform.python_version(),
                "jax": version("jax"), "optax": version("optax"), "config": CONFIG,
                "tracks": TRACKS, "cores": 2, "precision": "float32"}  # fmt: skip
        for laws in (LAWS[:1], LAWS):  # the second takes most of the time
            OUT.write_text(json.dumps({"card": card, **table(laws)}) + "\n")


if __name__ == "__main__":
    main()
