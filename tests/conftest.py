"""For every test: no deadline, two workers that do not fight, one precision, and in CI no skip."""

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


class OnePrecision:
    """JAX counts in 32 bits unless a test says otherwise, and then for that test only.

    The flag is global: a module that sets it while it is collected changes what all others
    measure, so that a suite may pass or fail by the order of its files.
    """

    @pytest.hookimpl
    def pytest_collection_finish(self, session):
        if "jax" in sys.modules and sys.modules["jax"].config.jax_enable_x64:
            raise pytest.UsageError(
                "A module sets jax_enable_x64 when it is imported. In a test file write "
                'pytestmark = pytest.mark.usefixtures("float64"), elsewhere set it in a function.'
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        try:
            return (yield)
        finally:  # a doctest or a student's cell may have set it, as a reader does
            if "jax" in sys.modules:
                sys.modules["jax"].config.update("jax_enable_x64", False)


def pytest_configure(config):
    config.pluginmanager.register(OnePrecision())  # a hook of this file would not see doctests


@pytest.fixture(scope="module")
def float64():
    """Double precision while the tests of one module run."""
    import jax

    with jax.enable_x64(True):
        yield


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
