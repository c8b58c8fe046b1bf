"""The log file is private and whole; stderr is told only what matters."""

import io
import logging
import stat
from pathlib import Path

import pytest

from peon.errors import Unavailable
from peon.runtime import logging as peon_logging
from peon.runtime.ids import CountingIds
from peon.runtime.logging import logging_to, reference

ours = logging.getLogger("peon.somewhere")
library = logging.getLogger("library")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "peon.log"


def test_the_file_tells_what_went_on_and_stderr_only_warnings(file: Path):
    stderr = io.StringIO()
    with logging_to(file, stderr=stderr):
        ours.info("a thread was made")
        ours.warning("an agent is slow")

    assert "INFO peon.somewhere: a thread was made" in file.read_text()
    assert "WARNING peon.somewhere: an agent is slow" in file.read_text()
    assert stderr.getvalue() == "peon: warning: an agent is slow\n"


def test_libraries_are_not_heard_below_a_warning(file: Path):
    with logging_to(file, stderr=io.StringIO()):
        library.info("a whole message")
        library.warning("something is wrong")

    assert "a whole message" not in file.read_text()
    assert "something is wrong" in file.read_text()


def test_only_the_user_can_read_the_file(file: Path):
    with logging_to(file, stderr=io.StringIO()):
        ours.info("anything")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_bug_is_found_in_the_file_by_its_reference(file: Path):
    stderr = io.StringIO()
    with logging_to(file, stderr=stderr):
        try:
            raise LookupError("the secret cause")
        except LookupError as error:
            drawn = reference(error, ids=CountingIds("bug"), during="thread/read")

    assert drawn == "bug-1"
    assert "reference bug-1: unexpected error during thread/read" in file.read_text()
    assert "LookupError: the secret cause" in file.read_text()
    assert "the secret cause" not in stderr.getvalue()


def test_the_file_is_begun_anew_when_it_is_full(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(peon_logging, "LOG_BYTES", 1000)
    with logging_to(file, stderr=io.StringIO()):
        for number in range(100):
            ours.info("line %d", number)

    kept = sorted(path.name for path in file.parent.iterdir())
    assert kept == ["peon.log", "peon.log.1", "peon.log.2"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in file.parent.iterdir())
    assert "line 99" in file.read_text()


def test_what_is_no_text_is_logged_all_the_same(file: Path):
    with logging_to(file, stderr=io.StringIO()):
        ours.info("a lone surrogate: %s", "\ud800")

    assert "a lone surrogate: ?" in file.read_text()


def test_afterwards_nothing_is_logged_there(file: Path):
    stderr = io.StringIO()
    with logging_to(file, stderr=stderr):
        pass
    ours.error("too late")

    assert stderr.getvalue() == ""
    assert file.read_text() == ""


def test_a_file_that_cannot_be_opened_is_refused_with_a_remedy(tmp_path: Path):
    (tmp_path / "logs").write_text("a file")

    with (
        pytest.raises(Unavailable) as caught,
        logging_to(tmp_path / "logs" / "x", stderr=io.StringIO()),
    ):
        pytest.fail("logging should not have begun")
    assert "--state-dir" in caught.value.remedy
