"""The compiler: a function as the text of a program, in Python for ``jit``, or in JavaScript.

The engine knows nothing of it but two hooks (``hooks.py``). Read the files in this order::

    traced.py        a number without a value
    names.py         the names that the model gives it
    simplify.py      rewriting that changes no bit
    trace.py         run a function once on such numbers; the list of what it did
    naming_tape.py   derivatives inside it, which know their names
    lists.py         operations on the lists of a traced program
    stacked.py       long arrays as such lists
    loop.py          a loop as one operation
    activity.py      ... what in it depends on what
    loop_backward.py ... its reverse loop
    loop_forward.py  ... the loop that carries tangents along
    scan.py          how lax.scan becomes such a loop
    formulas.py      how tightly a formula binds
    prune.py         leave out what nobody needs
    rows.py          lists of one length in one loop
    printer.py       a trace as straight-line code, with the names of the model
    python.py        ... in Python
    javascript.py    ... in JavaScript
    surroundings.py  what a function uses from outside, and whether it has changed
    bytecode.py      ... as its code says
    arguments.py     the arguments of a call, taken apart
    program.py       one compiled version: traced, pruned, printed, loaded
    jit.py           compile what can be proved, run the rest eagerly
"""

from . import scan, stacked  # they fill in the engine's hook

__all__ = ["scan", "stacked"]
