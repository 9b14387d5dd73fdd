"""For every test: no deadline, two workers that do not fight, and in CI no skip."""

import os
import sys

import pytest
from hypothesis import settings

# An example may take as long as it takes: a slow machine is no fault of the code.
settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("full", settings.get_profile("house"), max_examples=1000)  # make oracles
settings.load_profile("house")

if "PYTEST_XDIST_WORKER" in os.environ:  # before JAX and NumPy start: one core for each worker
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """In CI a skipped test is a failure: there, everything that a test may need is installed."""
    report = session.config.pluginmanager.get_plugin("terminalreporter")
    if report is None:  # a worker; the one who gathers the reports will see
        return
    if os.environ.get("CI") == "true" and report.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="module", autouse=True)
def forget_compiled_programs():
    """JAX keeps every program that it ever compiled, some gigabytes in a whole run."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
