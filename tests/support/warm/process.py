"""A process of the nursery's, held as `subprocess` holds its own."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self, TypeAlias

from support.warm.asking import Asked
from support.warm.worker import POSSIBLE, start


class WarmProcess:
    """The part of `subprocess.Popen` that tests use, with all three streams as pipes of bytes."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        theirs_in, our_in = os.pipe()
        our_out, theirs_out = os.pipe()
        our_err, theirs_err = os.pipe()
        self._asked = start(argv, {0: theirs_in, 1: theirs_out, 2: theirs_err}, env)
        for descriptor in (theirs_in, theirs_out, theirs_err):
            os.close(descriptor)
        self.pid = self._asked.pid
        self.returncode: int | None = None
        self.stdin = io.BufferedWriter(io.FileIO(our_in, "wb"))
        self.stdout = io.BufferedReader(io.FileIO(our_out, "rb"))
        self.stderr = io.BufferedReader(io.FileIO(our_err, "rb"))

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises TimeoutError."""
        if self.returncode is None:
            self.returncode = self._asked.wait(timeout)
        return self.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for stream in (self.stdout, self.stderr, self.stdin):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self.wait()

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it goes on."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once, if it goes on."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Say no more, and hear all it says until it has ended, which may take so long then."""
        if self.stdout.closed:
            return b"", b""
        with contextlib.suppress(BrokenPipeError):
            self.stdin.close()
        errors: list[bytes] = []
        reading = threading.Thread(target=lambda: errors.append(self.stderr.read()))
        reading.start()
        said = self.stdout.read()
        reading.join()
        self.wait(timeout)
        self.stdout.close()
        self.stderr.close()
        return said, errors[0]


Process: TypeAlias = "WarmProcess | subprocess.Popen[bytes]"


def begin(argv: Sequence[str], *, env: Mapping[str, str]) -> Process:
    """Start `python` with these arguments and leave it running."""
    if POSSIBLE:
        return WarmProcess(argv, env)
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, *argv], stdin=pipe, stdout=pipe, stderr=pipe, env=env)


def begin_at(
    argv: Sequence[str], stdin: int, stdout: int, stderr: int, *, env: Mapping[str, str]
) -> "Asked | subprocess.Popen[bytes]":
    """Start it with descriptors of ours for its streams, in a session of its own."""
    if POSSIBLE:
        return start(argv, {0: stdin, 1: stdout, 2: stderr}, env)
    return subprocess.Popen(
        [sys.executable, *argv],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=env,
        start_new_session=True,
    )


def run(
    argv: Sequence[str], *, env: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """Run it to its end with nothing to read, as `subprocess.run` does. Raises TimeoutError."""
    if not POSSIBLE:
        return subprocess.run(
            [sys.executable, *argv],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env=env,
        )
    with (
        io.FileIO(os.devnull) as nothing,
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as err,
    ):
        asked = start(argv, {0: nothing.fileno(), 1: out.fileno(), 2: err.fileno()}, env)
        try:
            code = asked.wait(timeout)
        except TimeoutError:
            os.kill(asked.pid, signal.SIGKILL)
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(list(argv), code, out.read(), err.read())
