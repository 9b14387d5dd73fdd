"""In CI a skipped test is a failure: there, everything that a test may need is installed."""

import os
import sys

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    report = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and report.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="module", autouse=True)
def forget_compiled_programs():
    """JAX keeps every program that it ever compiled, some gigabytes in a whole run."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
