"""What holds for every test: an environment of its own, no network, and a number of examples."""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from support import examples
from support.environment import move_to
from support.network import NetworkGuard

# The chain's own assertions show both sides when they fail, as those of a test do.
pytest.register_assert_rewrite("support.given")

_guard = NetworkGuard()
_RARELY = (20_000, 20, 20)
"""How often the collector looks: next to nothing here goes round in circles, and a test that makes
many objects would spend a sixth of its time in it.
"""
_NIGHT = 3600
"""Seconds for a test with thousands of examples."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--nightly", action="store_true", help="try properties with many, and new, examples"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Leave the caller's home before anything is imported or any wider fixture runs."""
    gc.set_threshold(*_RARELY)
    home = Path(tempfile.mkdtemp(prefix="peon-home-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    move_to(home)
    _guard.install()
    nightly = config.getoption("--nightly")
    examples.configure(nightly=nightly)
    if nightly:
        config.option.timeout = _NIGHT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that may take long, so that none is left when the others are through."""
    items.sort(key=_seconds_allowed, reverse=True)


def _seconds_allowed(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return 0.0 if marker is None else float(marker.args[0])


def pytest_collection_finish() -> None:
    """Take the thousands of tests themselves out of what the collector walks from now on."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what is no Unicode out of reports: a worker of pytest-xdist dies of a lone surrogate."""
    report = yield
    report.sections = [
        (title, text.encode(errors="backslashreplace").decode()) for title, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True)
def home() -> Iterator[Path]:
    """The home of this test alone: empty, private, and forgotten afterwards.

    Its path is short, because the address of a unix socket has room for about a hundred bytes.
    """
    outside = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="peon-", ignore_cleanup_errors=True) as name:
        move_to(Path(name))
        yield Path(name)
        os.environ.clear()
        os.environ.update(outside)


@pytest.fixture(autouse=True)
def _network_guard(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that tried to reach beyond this machine, even if it swallowed the refusal."""
    yield
    attempts = _guard.taken()
    if attempts:
        pytest.fail(f"the test left this machine: {'; '.join(attempts)}", pytrace=False)
