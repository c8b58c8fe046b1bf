"""Running a command of a script: its output as it comes, its whole group gone when it ends."""

import contextlib
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import IO

LONGEST_OUTPUT = 64 * 1024
"""Bytes of output that are kept: the first half and the last."""


class Output:
    """What a command has written, bounded."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._cut = 0
        self.written = 0
        """Bytes in all, kept or not."""

    def add(self, data: bytes) -> None:
        self.written += len(data)
        room = LONGEST_OUTPUT // 2 - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        if (over := len(self._tail) - LONGEST_OUTPUT // 2) > 0:
            del self._tail[:over]
            self._cut += over

    def __str__(self) -> str:
        gap = f"\n[{self._cut} bytes left out]\n".encode() if self._cut else b""
        return (self._head + gap + self._tail).decode(errors="replace")


class Alarm:
    """Wakes a thread that waits for input, from any other; once closed, nobody."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        self._lock = threading.Lock()
        self._closed = False
        self.rung = threading.Event()

    def ring(self) -> None:
        # Whoever sees that it has rung may close it at once.
        with self._lock:
            self.rung.set()
            if not self._closed:
                os.write(self._write, b"!")

    def fileno(self) -> int:
        return self._read

    def close(self) -> None:
        with self._lock:
            self._closed = True
            os.close(self._read)
            os.close(self._write)


def run(
    command: str, folder: str, *, alarm: Alarm, show: Callable[[Output], None]
) -> tuple[int, Output]:
    """Run `command` with /bin/sh in `folder`; its exit code and output.

    `show` is called whenever there is more output. When `alarm` rings it is killed. It ends with
    its shell: what that leaves in the background is killed too, so a step is over when it is over.
    """
    output = Output()
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        process_group=0,
    ) as process:
        try:
            _follow(process, output, alarm, show)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, output


def _follow(
    process: "subprocess.Popen[bytes]",
    output: Output,
    alarm: Alarm,
    show: Callable[[Output], None],
) -> None:
    """Read what `process` writes until it ends or the alarm rings."""
    pipe = _pipe_of(process)
    over = Alarm()
    waiter = threading.Thread(target=_ring_after, args=(process, over), daemon=True)
    waiter.start()
    with selectors.DefaultSelector() as selector:
        for source in (pipe, over, alarm):
            selector.register(source, selectors.EVENT_READ)
        while not alarm.rung.is_set():
            ready = {key.fileobj for key, _ in selector.select()}
            if pipe in ready:
                data = os.read(pipe.fileno(), 65536)
                if data:
                    output.add(data)
                    show(output)
                    continue
                selector.unregister(pipe)
            elif over in ready:
                break
    if alarm.rung.is_set():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    waiter.join()
    over.close()


def _ring_after(process: "subprocess.Popen[bytes]", over: Alarm) -> None:
    process.wait()
    over.ring()


def _pipe_of(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    if process.stdout is None:
        raise ValueError("the command was started without a pipe")
    return process.stdout
