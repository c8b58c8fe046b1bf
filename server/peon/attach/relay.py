"""Between one client and whoever owns the state directory now.

Two threads, one for each direction. A third party is the account of what stands open between them:
what an owner leaves unanswered when it dies is answered here, and the next owner is greeted as the
first one was.
"""

import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

from peon.attach import peeking, saying
from peon.attach.account import GREETING, Account
from peon.attach.arguments import Serving, real_path
from peon.attach.backoff import Backoff
from peon.attach.build import build_id
from peon.attach.frames import Piece, Splitter, frame, write_all
from peon.attach.owner import Client, Link
from peon.attach.peeking import Sent, Sort
from peon.attach.starting import NoOwner, Reading, attach
from peon.attach.systems import default_state_dir

_GREETING_SECONDS = 10.0
_LAST_WORDS_SECONDS = 10.0
"""How long the owner may take to deliver what is left, after the client's last byte."""
_READ = 256 << 10
_BY_HAND = (
    "peon serve speaks JSON-RPC on standard input and output, for an editor that starts it.\n"
    "Press Ctrl-C to leave. To see Peon at work, run peon demo.\n"
)


class ClientGone(Exception):
    """The client takes nothing any more."""


class _Leave(Exception):
    """A signal asked us to go."""


class Relay:
    """Carries messages until the client leaves; `run` gives the exit code."""

    def __init__(self, client: Client, reading: int, writing: int) -> None:
        self._client = client
        self._reading = reading
        self._writing = writing
        self._lock = threading.Lock()
        """Held while the owner changes, and while the account does."""
        self._out = threading.Lock()
        self._account = Account()
        self._backoff = Backoff()
        self._owner: Link | None = None
        self._refusal = saying.lost("no server could be started")
        self._torn: Link | None = None
        """The owner that got the beginning of a message which is passed on in pieces."""
        self._leaving = threading.Event()
        self._listener: threading.Thread | None = None

    def run(self) -> int:
        """Carry until the client sends `exit`, or its last byte, or takes nothing any more."""
        try:
            with _leaving_on_signals() as signalled:
                self._carry(signalled)
        except (ClientGone, _Leave):
            pass
        self._leave()
        return self.exit_code

    @property
    def exit_code(self) -> int:
        """0 if the client had asked for `shutdown`, else 1."""
        return 0 if self._account.shut_down else 1

    # --- from the client -------------------------------------------------------------------------

    def _carry(self, signalled: int) -> None:
        splitter = Splitter()
        while data := _read(self._reading, signalled):
            for piece in splitter.feed(data):
                if self._take(piece).method == "exit":
                    return

    def _take(self, piece: Piece) -> Sent:
        """Pass a piece on to the owner; a request is reason enough to find one."""
        sent = peeking.UNCLEAR if piece.body is None else peeking.sent(piece.body)
        if piece.continues:
            self._send(self._torn, piece.raw)
            return sent
        with self._lock:
            if piece.body is not None:
                self._account.enter(sent, piece.body)
            owner = self._owner
            found = owner is None and self._is_reason(sent)
            if found:
                owner = self._find()
            answers = self._answer_alone(sent) if owner is None else []
        self._torn = owner
        self._write(*answers)
        if not (found and sent.method == "initialize"):
            self._send(owner, piece.raw)
        return sent

    def _is_reason(self, sent: Sent) -> bool:
        """Whether to find an owner for it now. Holds the lock."""
        if sent.sort not in {Sort.REQUEST, Sort.UNCLEAR} or self._account.shut_down:
            return False
        if sent.method == "shutdown" and self._account.greeted:
            return False
        return self._backoff.wait(time.monotonic()) == 0.0

    def _answer_alone(self, sent: Sent) -> list[bytes]:
        """What to answer in the place of an owner that is not there. Holds the lock."""
        if sent.request_id is not None:
            return [self._account.answer_alone(sent.request_id, self._refusal)]
        return [saying.refused(None, self._refusal)] if sent.sort is Sort.UNCLEAR else []

    # --- the owner -------------------------------------------------------------------------------

    def _find(self) -> Link | None:
        """An owner, the first or the next one, that knows of this session. Holds the lock."""
        try:
            owner = self._attach()
        except NoOwner as failure:
            if self._refusal != failure.refusal:
                _complain(failure.refusal)
            self._refusal = failure.refusal
            self._backoff.failed(now=time.monotonic())
            return None
        try:
            self._introduce(owner)
        except OSError:
            owner.close()
            self._refusal = saying.lost("it died before it began")
            self._backoff.failed(now=time.monotonic())
            return None
        self._owner = owner
        self._listener = threading.Thread(
            target=self._listen, args=(owner,), name="from owner", daemon=True
        )
        self._listener.start()
        return owner

    def _attach(self) -> Link:
        """Show the client how far a start is that takes long. Raises NoOwner. Holds the lock."""

        def reading(told: Reading) -> None:
            self._write(*self._account.starting(told.sequence, told.head))

        try:
            return attach(self._client, self._leaving.is_set, reading)
        finally:
            self._write(*self._account.started())

    def _introduce(self, owner: Link) -> None:
        """Begin the session with a new owner where the client has begun it with another.

        The client knows nothing of this: the answer is ours. Raises OSError.
        """
        greeting = self._account.greeting
        if greeting is None:
            return
        owner.send(frame(greeting))
        if not self._account.greeted:
            return
        owner.within(_GREETING_SECONDS)
        while (body := owner.receive()) is not None:
            answer = peeking.answered(body)
            if answer is not None and answer.request_id == GREETING:
                break
            self._write(body)
        else:
            raise ConnectionResetError("the owner died while it was greeted")
        owner.within(None)
        if self._account.initialized is not None:
            owner.send(frame(self._account.initialized))
        self._write(*self._account.resume())

    def _listen(self, owner: Link) -> None:
        """Carry what this owner says until it is gone; then find the next."""
        born, is_stopping = time.monotonic(), False
        try:
            while bodies := _receive(owner):
                is_stopping |= self._hear(bodies)
            self._lose(owner, born, is_stopping=is_stopping)
            if not is_stopping:
                self._recover()
        except ClientGone:
            self._end()

    def _hear(self, bodies: list[bytes]) -> bool:
        """Pass on what an owner says; whether it says that it was told to stop."""
        words = [peeking.control(body) for body in bodies]
        told = [body for body, word in zip(bodies, words, strict=True) if word is None]
        with self._lock:
            for body in told:
                self._account.hear(body)
        self._write(*told)
        if "leave" in words:
            self._end()
        return "stopping" in words

    def _lose(self, owner: Link, born: float, *, is_stopping: bool) -> None:
        """Answer what this owner has left open."""
        with self._lock:
            self._owner = None
            why = "it was told to stop" if is_stopping else "it died"
            self._refusal = saying.lost(why)
            if not is_stopping:
                self._backoff.died(born=born, now=time.monotonic())
            told = self._account.lose(why)
        owner.close()
        self._write(*told)

    def _recover(self) -> None:
        """Find the next owner though nobody has asked for anything: there may be subscriptions."""
        while self._backoff.unasked and not self._account.shut_down:
            if self._leaving.wait(self._backoff.wait(time.monotonic())):
                return
            with self._lock:
                if self._owner is not None or self._find() is not None:
                    return
                told = self._account.fail(self._refusal)
            self._write(*told)

    # --- leaving ---------------------------------------------------------------------------------

    def _leave(self) -> None:
        """Let the owner see that no more comes, and deliver what it still has to say."""
        self._leaving.set()
        if not self._lock.acquire(timeout=1.0):
            return
        owner, listener = self._owner, self._listener
        self._lock.release()
        if owner is None or listener is None:
            return
        with contextlib.suppress(OSError):
            owner.say_no_more()
        listener.join(_LAST_WORDS_SECONDS)

    def _end(self) -> None:
        """End at once, from whichever thread: the client is not there to be left in good order."""
        os._exit(self.exit_code)

    # --- writing ---------------------------------------------------------------------------------

    def _send(self, owner: Link | None, data: bytes) -> None:
        """An owner that takes nothing is noticed by the thread that listens to it."""
        if owner is not None:
            with contextlib.suppress(OSError):
                owner.send(data)

    def _write(self, *bodies: bytes) -> None:
        """Raises ClientGone."""
        with self._out:
            try:
                write_all(self._writing, b"".join(map(frame, bodies)))
            except OSError:
                raise ClientGone from None


def relay(told: Serving, version: str) -> int:
    """Carry between standard input and output and the owner; the exit code.

    Nobody else can write to the client: descriptor 1 becomes stderr.
    """
    if os.isatty(0):
        sys.stderr.write(_BY_HAND)
    client = Client(
        state_dir=real_path(told.state_dir or default_state_dir()),
        environment=os.environ,
        build=build_id(version),
    )
    reading, writing = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    for descriptor in (reading, writing):
        os.set_blocking(descriptor, True)
    return Relay(client, reading, writing).run()


def _complain(refusal: saying.Refusal) -> None:
    """Editors keep what their servers write to stderr, and show it to those who look for it."""
    with contextlib.suppress(OSError):
        os.write(2, f"peon: error: {refusal.message} {refusal.remedy}\n".encode(errors="replace"))


def _read(descriptor: int, signalled: int) -> bytes:
    """What comes next.

    A signal in the moment before a system call does not interrupt it, so `signalled` is waited for
    too.
    """
    try:
        select.select([descriptor, signalled], [], [])
        return os.read(descriptor, _READ)
    except OSError:
        return b""


def _receive(owner: Link) -> list[bytes]:
    try:
        return owner.receive_all()
    except OSError:
        return []


@contextlib.contextmanager
def _leaving_on_signals() -> Iterator[int]:
    """Raise `_Leave` at the first signal; a second one ends the process.

    It gives the descriptor that can be read once there was one.
    """
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def leave(_: int, __: FrameType | None) -> None:
        for number in signals:
            signal.signal(number, signal.SIG_DFL)
        raise _Leave

    signalled, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in signals:
        signal.signal(number, leave)
    yield signalled
