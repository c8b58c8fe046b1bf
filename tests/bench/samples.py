"""The events that are measured: text of an agent that grows by pieces, in fifty threads in turn."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from peon.domain.facts import (
    LiteralSecret,
    Places,
    ProviderFacts,
    ProviderObstacle,
    RootFact,
    Takes,
)
from peon.journal.filesystem import LocalFileSystem
from peon.providers.secrets import Secrets
from peon.runtime.ids import RandomIds
from peon_protocol.events import ItemRecorded, StoredEvent
from peon_protocol.ids import EventId, ItemId, StreamId, ThreadId, TurnId
from peon_protocol.values import Actor, ActorKind, ItemKind, ItemStatus, TextAppend

THREADS = 50
BATCH = 100
TEXT = "a fragment of forty characters, or so ~~"
AGENT = Actor(ActorKind.AGENT, "script")
NOW = "2026-03-01T08:00:00.000Z"
LOG_ID = RandomIds().fresh()
THREAD_IDS = tuple(ThreadId(RandomIds().fresh()) for _ in range(THREADS))
TURN_IDS = tuple(TurnId(RandomIds().fresh()) for _ in range(THREADS))
ITEM_ID = ItemId("t1-1")


class WithoutFlush(LocalFileSystem):
    """The machine's files without waiting for the disk: what is left is CPU."""

    def fsync(self, descriptor: int) -> None:
        """Leave it to the system."""

    def fdatasync(self, descriptor: int) -> None:
        """Leave it to the system."""


class StillWorld:
    """A world in which everything is allowed and nothing has to be looked up."""

    def root(self, path: str) -> RootFact:
        return RootFact(path)

    def providers(self) -> ProviderFacts:
        return ProviderFacts(frozenset({"script", "host"}), "")

    def look_at_providers(self) -> None:
        """Nobody changes anything."""

    def default_provider(self, environment: Mapping[str, str]) -> str:
        return "script"

    def obstacle(self, provider: str, environment: Mapping[str, str]) -> ProviderObstacle | None:
        return None

    def takes(self, provider: str) -> Takes | None:
        return None

    def literal_secret(self, servers: object) -> LiteralSecret | None:
        return None

    def secrets(self, root: str, environment: Mapping[str, str]) -> Secrets:
        return Secrets()

    def places(self, root: str, paths: object) -> Places:
        return Places()


def places(count: int) -> Iterator[tuple[int, int, int]]:
    """For each of `count` pieces of text: its thread, and where in its item it stands."""
    for number in range(count):
        turn, thread = divmod(number, THREADS)
        yield thread, turn * len(TEXT), (turn + 1) * len(TEXT)


def stored(count: int) -> Iterator[StoredEvent]:
    """The envelopes of `count` such events, as the engine makes them."""
    for sequence, (thread, offset, end) in enumerate(places(count), 1):
        cause = EventId(f"{LOG_ID}:{thread + 1}")
        yield StoredEvent(
            sequence=sequence,
            event_id=EventId(f"{LOG_ID}:{sequence}"),
            stream_id=StreamId(THREAD_IDS[thread]),
            version=sequence // THREADS + 1,
            type=ItemRecorded.TYPE,
            schema=ItemRecorded.SCHEMA,
            occurred_at=NOW,
            command_id=None,
            command_digest=None,
            causation_id=cause,
            correlation_id=cause,
            actor=AGENT,
            payload=_text(thread, offset, end),
        )


def _text(thread: int, offset: int, end: int) -> ItemRecorded:
    return ItemRecorded(
        thread_id=THREAD_IDS[thread],
        turn_id=TURN_IDS[thread],
        item_id=ITEM_ID,
        kind=ItemKind.MESSAGE,
        status=ItemStatus.STREAMING,
        append=TextAppend(offset, end, TEXT),
    )


def fresh_folder(inside: Path) -> Path:
    """A folder that is not there yet."""
    folder = inside / RandomIds().fresh()
    folder.mkdir()
    return folder


def size_on_disk(folder: Path) -> int:
    """Bytes of all files below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
