"""The student's notebook, run cell by cell as Jupyter would, without its checks.

A statement that asks for a check, `task("1", f).points(2)`, is left out: the grader asks instead. A
cell that fails is noted, and the next one runs.
"""

import ast
import os
from contextlib import nullcontext
from typing import Any

CHECKS = ("task", "check")


class _WithoutChecks(ast.NodeTransformer):
    """Leaves out every statement of a cell that only calls a check."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        node.body = [ast.copy_location(ast.Pass(), s) if asks_a_check(s) else s for s in node.body]
        return node


def asks_a_check(statement: ast.stmt) -> bool:
    """Whether it is `task(...)` or `task(...).points(...)`.

    >>> [asks_a_check(s) for s in ast.parse("task('1', f).points(2); task.progress(); f(1)").body]
    [True, False, False]
    """
    inner = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
        inner = inner.func.value
    if not isinstance(inner, ast.Call):
        return False
    return isinstance(inner.func, ast.Name) and inner.func.id in CHECKS


class Notebook:
    """Runs cells in IPython, as a kernel does; `names` is what they have defined."""

    def __init__(self) -> None:
        os.environ["IPY_TEST_SIMPLE_PROMPT"] = "1"
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "NoColor"
        self.shell = InteractiveShell.instance(config=config)
        self.shell._tee = lambda channel: nullcontext()  # it would keep all that a cell prints
        self.shell.ast_transformers.append(_WithoutChecks())
        self.names: dict[str, Any] = self.shell.user_ns

    def run(self, source: str) -> str:
        """Run one cell; the kind of exception with which it stopped, or nothing."""
        try:
            result = self.shell.run_cell(source, store_history=False)
        except SystemExit:
            return "SystemExit"
        error = result.error_before_exec or result.error_in_exec
        return "" if error is None else type(error).__name__
