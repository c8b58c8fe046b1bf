"""What the sessions need of the engine: a port, so that either side can be tested alone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from peon_protocol.commands import Command
from peon_protocol.ids import ThreadId
from peon_protocol.notifications import OperationProgress, ServerStatusChanged, TurnDelta
from peon_protocol.queries import Query, ReadThread
from peon_protocol.results import CommandResult, ThreadReading
from peon_protocol.values import Actor, JsonValue
from peon_protocol.views import TurnView


class EncodedEvent(Protocol):
    """An event as it goes over the wire, and what a subscription must know to pass it on."""

    @property
    def sequence(self) -> int:
        """Its place in the whole log."""
        ...

    @property
    def thread_id(self) -> str | None:
        """The thread it concerns; None where it concerns a project."""
        ...

    @property
    def body(self) -> bytes:
        """The stored event as JSON."""
        ...


class EncodedRun(Protocol):
    """Events in a row as they stand in a message, with commas between them."""

    @property
    def last(self) -> int:
        """The place of the last of them; of the one before, where there are none."""
        ...

    @property
    def text(self) -> bytes:
        """The stored events."""
        ...


class Feed(Protocol):
    """Events as they become durable, and what is live but never stored."""

    @property
    def log_id(self) -> str:
        """Tells this log from every other."""
        ...

    @property
    def durable(self) -> int:
        """The last sequence that may leave the process."""
        ...

    def on_durable(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back on the loop after each durable batch, before the answers to it resolve.

        Returns the function that ends this; so do the two below.
        """
        ...

    def on_delta(self, callback: Callable[[TurnDelta], None]) -> Callable[[], None]:
        """Call back on the loop with each live fragment of text."""
        ...

    def on_progress(self, callback: Callable[[OperationProgress], None]) -> Callable[[], None]:
        """Call back on the loop with what programs say in operations."""
        ...

    def on_health(self, callback: Callable[[ServerStatusChanged], None]) -> Callable[[], None]:
        """Call back on the loop when the server's health changes."""
        ...

    def recent(self, after: int, limit: int) -> Sequence[EncodedEvent] | None:
        """At most `limit` durable events behind `after`; None where memory lacks some of them."""
        ...

    async def history(self, after: int, limit: int) -> Sequence[EncodedEvent]:
        """As `recent`, read off the loop. Raises Stale where some are no longer kept."""
        ...

    def recent_run(self, after: int, limit: int, max_bytes: int) -> EncodedRun | None:
        """As `recent`, uncut, of no more than `max_bytes` unless the first alone is larger."""
        ...

    async def history_runs(self, after: int, limit: int, max_bytes: int) -> Sequence[EncodedRun]:
        """As `recent_run`, read off the loop: as many as are worth reading at once."""
        ...


class Core(Protocol):
    """The engine behind the sessions."""

    def submit(
        self, command: Command, *, actor: Actor, environment: Mapping[str, str]
    ) -> Awaitable[CommandResult]:
        """Decide at once, in the order of calls; never raises.

        What is returned resolves when the answer may leave the process; for an operation, when its
        outcome is there. A future may be shared: the sessions never cancel it. Resolves to
        CommandRejected, ExternalFailure, Unavailable or StoreFailure where there is no result.
        """
        ...

    def query_at_once(self, query: Query) -> object | None:
        """As `query`, if that takes no waiting; None where it does, and nothing has happened.

        Raises what `query` resolves to.
        """
        ...

    def query(self, query: Query, *, environment: Mapping[str, str]) -> Awaitable[object]:
        """Answer the params of a query with its result.

        Resolves to Stale, CommandRejected, Unavailable, ExternalFailure or StoreFailure otherwise.
        """
        ...

    def read_thread(
        self, query: ReadThread, seen: Callable[[TurnView], object]
    ) -> Awaitable[ThreadReading]:
        """As `query`. Most turns are shown to `seen` before, in several turns of the loop; unless
        one changes meanwhile, the very same object is in the result.
        """
        ...

    def offer_agents(self, tables: Mapping[str, JsonValue]) -> tuple[str, ...]:
        """Add agents that a client knows; where something is wrong with them, only say what."""
        ...

    async def read_events(
        self, after: int, limit: int, thread_id: ThreadId | None
    ) -> tuple[Sequence[bytes], int]:
        """Encoded durable events behind `after`, and the head of the log. Raises Stale."""
        ...

    async def wait_capacity(self) -> None:
        """Return once there is room for more commands. Raises StoreFailure after a failed write."""
        ...

    def feed(self) -> Feed:
        """What subscriptions are served from."""
        ...
