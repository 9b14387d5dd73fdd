"""Two hooks, where another room does in its own way what the engine does in Python's way.

The engine imports no compiler. While a compiler traces a function, the trace stands in
``here.trace``, and the functions in ``IN_A_TRACE`` do loops and long arrays. Who wants to watch
derivatives puts another kind of tape into ``here.tape``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Here(threading.local):
    """What this thread is inside of.

    Attributes:
        trace: the traced function that is running, or ``None``.
        tape: the class of new tapes, or ``None`` for the ordinary one.
    """

    trace: Any = None
    tape: Any = None


here = Here()

IN_A_TRACE: dict[str, Callable] = {}
"""How ``scan`` and ``elementwise`` are done inside a traced function; the compiler fills it in."""
