"""Tasks that are to be answered without an engine, asked again where there is none.

The first time the watch stands in the student's own process, where it can be taken apart. So where
a notebook reaches for what could do that, these tasks are asked a second time in a world without
engines (`inside/withheld.py`): what then fails was not done by hand.
"""

import re

from assignments.grader import notebook
from assignments.grader.tasks import Assignment

TOOLS = re.compile(
    r"\b(set(profile|trace)|monitoring|threading|_thread|ctypes|sys|importlib|gc|inspect|builtins|"
    r"(get|set|del)attr|globals|locals|vars|exec|eval|compile|checks|inside|get_ipython)\b"
    r"|__(import|globals|builtins|class|dict|code|closure|mro|subclasses|getattribute)__|_Answer"
)
TEXT = (
    "Task {number}, not yet: it was right only where an engine is at hand, and the text asks for "
    "none. Asked again without one: {said}"
)


def reaches_for_tools(assignment: Assignment, cells: list[str]) -> bool:
    """Whether code that is not the assignment's own could take a watch apart."""
    given = {notebook.bare(cell) for cell in assignment.given}
    return any(TOOLS.search(cell) for cell in cells if notebook.bare(cell) not in given)
