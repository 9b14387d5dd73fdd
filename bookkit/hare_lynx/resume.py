"""A long run in steps that survive being killed: whatever is finished is read, never repeated.

Files are written under another name and then renamed, so a file that exists is whole.
"""

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import jax
import numpy as np


def workshop(name: str, config: dict[str, Any]) -> Path:
    """build/<name>-<digest of the configuration>: another configuration never finds these files."""
    digest = sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:12]
    folder = Path("build") / f"{name}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write(path: Path, content: bytes) -> None:
    """Write all or nothing."""
    draft = path.with_suffix(f".draft{os.getpid()}")
    draft.write_bytes(content)
    os.replace(draft, path)


def once(path: Path, compute: Callable[[], dict]) -> dict:
    """The dict that `compute` returns, from `path` if it is there already.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> once(folder / "a.json", lambda: {"x": 0.1}), once(folder / "a.json", lambda: {"x": 9})
    ({'x': 0.1}, {'x': 0.1})
    """
    if not path.exists():
        write(path, json.dumps(compute()).encode())
    return json.loads(path.read_text())


def save_tree(path: Path, tree: Any) -> None:
    """The leaves of a tree of arrays, bit for bit."""
    draft = path.with_suffix(".draft.npz")
    np.savez(draft, *jax.tree.leaves(tree))
    os.replace(draft, path)


def load_tree(path: Path, like: Any) -> Any:
    """The tree saved at `path`; its structure is that of `like`."""
    with np.load(path) as leaves:
        return jax.tree.unflatten(
            jax.tree.structure(like), [leaves[f"arr_{i}"] for i in range(len(leaves))]
        )
