"""Where Peon says what went on: a private, rotating file, and warnings on stderr.

Rule: at INFO and above a record tells of methods, ids and sizes, never of what a prompt, a file or
an agent says. Libraries are heard from WARNING on, because some write whole messages at INFO.
Nothing is ever logged to stdout, which belongs to the protocol.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from peon.errors import Unavailable
from peon.runtime.ids import IdSource

LOG_BYTES = 4 * 1024 * 1024
LOG_FILES = 3

logger = logging.getLogger(__name__)


@contextmanager
def logging_to(file: Path, *, stderr: TextIO) -> Iterator[None]:
    """Log to `file` (mode 0600, rotated) and warnings to `stderr` as long as the context lasts.

    Raises Unavailable if the file cannot be opened.
    """
    handlers = [_file_handler(file), _stderr_handler(stderr)]
    root, ours = logging.getLogger(), logging.getLogger("peon")
    levels = root.level, ours.level
    root.setLevel(logging.WARNING)
    ours.setLevel(logging.INFO)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(levels[0])
        ours.setLevel(levels[1])


def reference(error: BaseException, *, ids: IdSource, during: str) -> str:
    """Log a bug with its traceback and return the id under which it stands in the log file.

    A client is told only the id: a traceback can hold what nobody meant to send.
    """
    drawn = ids.fresh()
    logger.error("reference %s: unexpected error during %s", drawn, during, exc_info=error)
    return drawn


class _PrivateFileHandler(RotatingFileHandler):
    """A rotating file which nobody else can read from the moment it exists."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return TextIOWrapper(
            os.fdopen(descriptor, "ab"), encoding=self.encoding, errors=self.errors
        )


class _OneLineFormatter(logging.Formatter):
    """`peon: warning: what happened`, without the traceback, which stands in the file."""

    def format(self, record: logging.LogRecord) -> str:
        return f"peon: {record.levelname.lower()}: {record.getMessage()}"


def _file_handler(file: Path) -> logging.Handler:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = _PrivateFileHandler(
            file, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        remedy = "Make its folder writable, or choose another with --state-dir."
        raise Unavailable(f"the log file {file}", why, remedy) from error
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    return handler


def _stderr_handler(stderr: TextIO) -> logging.Handler:
    handler = logging.StreamHandler(stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_OneLineFormatter())
    return handler
