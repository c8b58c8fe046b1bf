"""Events get their place, their time and their reason."""

from collections.abc import Sequence

import attrs

from peon.domain.model import Model
from peon.runtime.clock import Clock, Timestamps
from peon_protocol.events import (
    Event,
    ProjectEvent,
    StoredEvent,
)
from peon_protocol.ids import CommandId, EventId, StreamId
from peon_protocol.values import Actor


@attrs.frozen
class Cause:
    """The event a command follows from, and the first of the whole chain."""

    causation_id: EventId
    correlation_id: EventId


@attrs.frozen(kw_only=True)
class Origin:
    """Where the events of one commit come from."""

    actor: Actor
    command_id: CommandId | None = None
    command_digest: str | None = None
    cause: Cause | None = None


def stream_of(event: Event) -> StreamId:
    """The project or thread that the event belongs to."""
    if isinstance(event, ProjectEvent):
        return StreamId(event.project_id)
    return StreamId(event.thread_id)


class Stamper:
    """Makes envelopes for one log."""

    def __init__(self, log_id: str, clock: Clock) -> None:
        self._log_id = log_id
        self._timestamps = Timestamps(clock)

    def stamp(self, events: Sequence[Event], origin: Origin, model: Model) -> list[StoredEvent]:
        """Envelopes for the events of one commit.

        They share one timestamp, which never goes back.
        """
        now = self._timestamps.now()
        moment = max(model.occurred_at, now)
        cause = origin.cause
        causation = None if cause is None else cause.causation_id
        correlation = None if cause is None else cause.correlation_id
        versions: dict[StreamId, int] = {}
        stamped: list[StoredEvent] = []
        for sequence, event in enumerate(events, model.sequence + 1):
            stream = stream_of(event)
            version = (versions.get(stream) or model.versions.get(stream, 0)) + 1
            versions[stream] = version
            event_id = EventId(f"{self._log_id}:{sequence}")
            # What follows from nothing begins a chain.
            correlation = correlation or event_id
            stamped.append(
                StoredEvent(
                    sequence=sequence,
                    event_id=event_id,
                    stream_id=stream,
                    version=version,
                    type=event.TYPE,
                    schema=event.SCHEMA,
                    occurred_at=moment,
                    command_id=origin.command_id,
                    command_digest=origin.command_digest,
                    causation_id=causation,
                    correlation_id=correlation,
                    actor=origin.actor,
                    payload=event,
                )
            )
        return stamped


def cause_of(stored: StoredEvent) -> Cause:
    """The reason that `stored` is for what follows from it."""
    return Cause(stored.event_id, stored.correlation_id or stored.event_id)
