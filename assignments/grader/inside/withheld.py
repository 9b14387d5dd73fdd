"""A world without engines: imports of one give names that differentiate nothing.

In it a task that has to be answered by hand is asked a second time, where a notebook might have
taken the watch of the first time apart. The engines' files cannot be read there either. Arithmetic
stays: `jax.numpy` and `mini_autodiff.numpy` are numpy.
"""

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

ENGINES = (
    *("mini_autodiff", "alfi", "jax", "jaxlib", "diffrax", "equinox", "optax", "lineax"),
    *("autograd", "torch", "tensorflow", "sympy", "optimistix", "quadax", "flowjax", "blackjax"),
)
ARITHMETIC = ("jax.numpy", "mini_autodiff.numpy")


class Nothing:
    """What every name of an engine is: it can be passed on and written over, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()

    def __call__(self, *args: Any, **named: Any) -> Any:
        return Nothing()

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, int | slice):  # else an annotation
            raise TypeError("there is no engine here")
        return Nothing()

    def __iter__(self) -> Any:
        raise TypeError("there is no engine here")

    def __or__(self, other: Any) -> Any:
        return Nothing()

    __ror__ = __or__

    def __mro_entries__(self, bases: tuple) -> tuple:
        return (object,)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class _Module(ModuleType):
    __path__: list[str] = []  # noqa: RUF012  (the import system looks for it)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return (lambda f, *_, **__: f) if name == "jit" else Nothing()


class Withheld(MetaPathFinder, Loader):
    """Finds engines before anybody else does, and finds nothing in them."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.split(".")[0] in ENGINES:
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return importlib.import_module("numpy") if spec.name in ARITHMETIC else _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def install() -> None:
    """From now on this process has no engine."""
    sys.meta_path.insert(0, Withheld())
