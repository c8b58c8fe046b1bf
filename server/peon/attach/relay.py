"""Between one client and whoever owns the state directory now.

Two threads, one for each direction. What the client asked and got no answer to is remembered, so
that
it can be answered when an owner dies; the next owner is greeted as the first one was.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from peon.attach import peeking
from peon.attach.frames import FrameBroken, bodies, frame, write_all
from peon.attach.owner import Client, NoOwner, attach
from peon.attach.places import PlaceRefused, default_state_dir

_STOPPING: Final = b'{"peon":"stopping"}'
"""What an owner says that was told to leave: it is not to be started again until it is needed."""

_GREETING: Final = "peon-relay-greeting"

_LIVED_SECONDS: Final = 5.0
"""An owner that died sooner is not replaced until the client asks for something."""

_LAST_WORDS_SECONDS: Final = 10.0
"""How long the owner may take to deliver what is left, after the client's last byte."""


class Relay:
    """Carries frames until the client leaves; `run` gives the exit code."""

    def __init__(self, client: Client, reading: int, writing: int) -> None:
        self._client = client
        self._reading = reading
        self._writing = writing
        self._lock = threading.Lock()
        self._out = threading.Lock()
        self._owner: socket.socket | None = None
        self._failure: NoOwner | None = None
        self._greeting: bytes | None = None
        self._initialized: bytes | None = None
        self._asked: dict[peeking.RequestId, str] = {}
        self._cursors: dict[str, int] = {}
        self._asked_to_shut_down = False
        self._leaving = False
        self._listener: threading.Thread | None = None

    def run(self) -> int:
        """Carry until the client has sent `exit` or its last byte."""
        try:
            for body in bodies(self._reading):
                message = peeking.asked(body)
                if message is not None and message.method == "exit":
                    self._forward(body)
                    break
                self._take(body, message)
        except (FrameBroken, OSError):
            return 1
        finally:
            self._leave()
        return 0 if self._asked_to_shut_down else 1

    # --- from the client -------------------------------------------------------------------------

    def _take(self, body: bytes, message: peeking.Asked | None) -> None:
        with self._lock:
            self._note(body, message)
            owner = self._owner or self._find()
        if owner is not None:
            self._send(owner, body)
        elif message is not None and message.is_request:
            self._refuse(message.request_id)

    def _forward(self, body: bytes) -> None:
        """Pass on what needs no answer, where there is an owner to take it."""
        with self._lock:
            owner = self._owner
        if owner is not None:
            self._send(owner, body)

    def _note(self, body: bytes, message: peeking.Asked | None) -> None:
        if message is None:
            return
        if message.is_request:
            self._asked[message.request_id] = message.method
        if message.method == "initialize":
            self._greeting = body
        elif message.method == "initialized":
            self._initialized = body
        elif message.method == "shutdown":
            self._asked_to_shut_down = True

    def _refuse(self, request_id: peeking.RequestId) -> None:
        with self._lock:
            self._asked.pop(request_id, None)
            failure = self._failure
        if failure is not None:
            self._write(
                peeking.refused(
                    request_id,
                    kind=failure.kind,
                    message=failure.message,
                    remedy=failure.remedy,
                    retryable=True,
                )
            )

    # --- the owner -------------------------------------------------------------------------------

    def _find(self) -> socket.socket | None:
        """An owner, the first or the next one, that has been greeted. Holds the lock."""
        try:
            owner = attach(self._client)
        except NoOwner as failure:
            self._failure = failure
            return None
        except PlaceRefused as refused:
            why = str(refused)
            self._failure = NoOwner("unavailable", why, "Or use peon serve --standalone.")
            return None
        self._failure = None
        replies = bodies(owner.fileno())
        if self._has_been_greeted():
            self._greet_again(owner, replies)
        self._owner = owner
        self._listener = threading.Thread(
            target=self._listen, args=(owner, replies), name="from owner", daemon=True
        )
        self._listener.start()
        return owner

    def _has_been_greeted(self) -> bool:
        """Whether the client has its answer to `initialize`, so the next owner needs it too."""
        return self._greeting is not None and "initialize" not in self._asked.values()

    def _greet_again(self, owner: socket.socket, replies: Iterator[bytes]) -> None:
        """The client knows nothing of this: the answer is ours."""
        greeting = peeking.with_id(self._greeting or b"{}", _GREETING)
        self._send(owner, greeting)
        for reply in replies:
            if peeking.answered(reply) == (_GREETING,):
                break
        if self._initialized is not None:
            self._send(owner, self._initialized)
        for subscription_id, after in self._cursors.items():
            self._write(peeking.resync(subscription_id, after))
        self._cursors.clear()

    def _listen(self, owner: socket.socket, replies: Iterator[bytes]) -> None:
        """Carry what this owner says until it is gone."""
        stopping, since = False, time.monotonic()
        try:
            for body in replies:
                if body == _STOPPING:
                    stopping = True
                    continue
                self._hear(body)
                self._write(body)
        except (FrameBroken, OSError):
            pass
        again = not stopping and time.monotonic() - since >= _LIVED_SECONDS
        self._lose(owner, why="was told to leave" if stopping else "died", again=again)

    def _hear(self, body: bytes) -> None:
        progress = peeking.appended(body)
        if progress is not None:
            self._cursors[progress.subscription_id] = progress.through
            return
        answered = peeking.answered(body)
        if answered is None:
            return
        with self._lock:
            method = self._asked.pop(answered[0], None)
        if method == "events/subscribe":
            opened = peeking.subscribed(body)
            if opened is not None:
                self._cursors[opened.subscription_id] = opened.sequence

    def _lose(self, owner: socket.socket, *, why: str, again: bool) -> None:
        """Answer what this owner left open, and find the next one where that makes sense."""
        with self._lock:
            if self._owner is not owner:
                return
            self._owner = None
            owner.close()
            open_requests = list(self._asked)
            self._asked.clear()
        for request_id in open_requests:
            self._write(peeking.lost(request_id, f"it {why}"))
        if again and not self._leaving:
            with self._lock:
                self._find()

    def _leave(self) -> None:
        """Let the owner see that no more comes, and deliver what it still has to say."""
        with self._lock:
            owner = self._owner
        if owner is not None and self._listener is not None:
            self._leaving = True
            with contextlib.suppress(OSError):
                owner.shutdown(socket.SHUT_WR)
            self._listener.join(_LAST_WORDS_SECONDS)

    # --- writing ---------------------------------------------------------------------------------

    def _send(self, owner: socket.socket, body: bytes) -> None:
        """An owner that takes nothing is noticed by the thread that listens to it."""
        try:
            owner.sendall(frame(body))
        except OSError:
            return

    def _write(self, body: bytes) -> None:
        with self._out:
            write_all(self._writing, frame(body))


def relay(state_dir: Path | None, build: str) -> int:
    """Carry frames between standard input and output and the owner of `state_dir`.

    Returns the exit code: 0 if the client had asked for `shutdown`, else 1.
    """
    place = state_dir or default_state_dir()
    client = Client(Path(os.path.realpath(place)), dict(os.environ), build)
    reading, writing = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    return Relay(client, reading, writing).run()
