"""The story as a log: every event in its place, each with its reason."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from generator.samples import cast
from generator.samples.chapters import COMMITS
from generator.samples.commits import Commit
from peon.wire import digest
from peon_protocol.events import (
    Event,
    EventErased,
    ProjectEvent,
    StoredEvent,
    ThreadCreated,
)
from peon_protocol.ids import EventId, StreamId
from peon_protocol.values import ErasureReason


def _told(commits: Sequence[Commit]) -> Iterator[StoredEvent]:
    """Number the events of the log and of each stream, and link each to what it follows from."""
    versions: Counter[StreamId] = Counter()
    latest: dict[str, StoredEvent] = {}
    sequence = 0
    for commit in commits:
        cause = None if commit.because is None else latest[commit.because]
        first = _event_id(sequence + 1)
        for payload in commit.payloads:
            sequence += 1
            stream = _stream(payload)
            versions[stream] += 1
            event = StoredEvent(
                sequence=sequence,
                event_id=_event_id(sequence),
                stream_id=stream,
                version=versions[stream],
                type=payload.TYPE,
                schema=payload.SCHEMA,
                occurred_at=cast.at(commit.second),
                command_id=None if commit.request is None else commit.request[1].command_id,
                command_digest=None if commit.request is None else _digest(*commit.request),
                causation_id=None if cause is None else cause.event_id,
                correlation_id=first if cause is None else cause.correlation_id,
                actor=commit.actor,
                payload=payload,
            )
            latest[event.type] = event
            yield event


def _event_id(sequence: int) -> EventId:
    return EventId(f"{cast.LOG_ID}:{sequence}")


def _stream(payload: Event) -> StreamId:
    if isinstance(payload, ProjectEvent):
        return StreamId(payload.project_id)
    return StreamId(payload.thread_id)


def _digest(method: str, params: object) -> str:
    return f"{method}:{digest(method, params)}"


STORY: Final = tuple(_told(COMMITS))
"""Every event of the story."""

_OF_THE_THREAD: Final = next(each for each in STORY if each.type == ThreadCreated.TYPE)

ERASED: Final = attrs.evolve(
    _OF_THE_THREAD,
    type=EventErased.TYPE,
    schema=EventErased.SCHEMA,
    payload=EventErased(thread_id=cast.THREAD, reason=ErasureReason.THREAD_DELETED),
)
"""What stands in the place of the thread's first event when it has been erased."""

EVENTS: Final = {event.type: event for event in (ERASED, *reversed(STORY))}
"""The first event of every type."""
