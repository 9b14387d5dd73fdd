"""What the code of a function reads from outside, found without running it."""

from __future__ import annotations

import dis
import functools
import types

from .trace import Unprovable

REFUSED = {
    "PUSH_EXC_INFO": "it handles exceptions (try or with), which a printed program cannot",
    "STORE_GLOBAL": "it sets a global variable",
    "DELETE_GLOBAL": "it deletes a global variable",
    "STORE_ATTR": "it sets an attribute",
    "DELETE_ATTR": "it deletes an attribute",
    "IMPORT_NAME": "it imports a module; do so at the top of the file",
    "LOAD_BUILD_CLASS": "it makes a class",
}
"""Instructions of Python that a printed program could not repeat, and the reason."""


@functools.lru_cache(maxsize=1000)
def reads(code: types.CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """The global names, and the names of attributes, that code and the functions in it read.

    >>> names, attributes = reads((lambda x: math.sin(x) + rate).__code__)
    >>> sorted(names), sorted(attributes)
    (['math', 'rate'], ['sin'])

    Raises:
        Unprovable: if it does what a printed program cannot repeat.
    """
    names, attributes = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in REFUSED:
            raise Unprovable(REFUSED[step.opname])
        if step.opname == "STORE_DEREF" and step.argval in code.co_freevars:
            raise Unprovable(f"it sets `{step.argval}`, a variable of the function around it")
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            names.add(step.argval)
        elif step.opcode in dis.hasname:
            attributes.add(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            more_names, more_attributes = reads(constant)
            names |= more_names
            attributes |= more_attributes
    return frozenset(names), frozenset(attributes)
