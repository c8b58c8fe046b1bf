"""Given a history, when a command comes, then these events follow, or a refusal.

    given(a_project(), a_thread()).when(StartTurn(...)).then(TurnStarted(...)).reacts(...)

What is given are events, folded as they are, and commands, which must be accepted. Nothing is
asserted before the chain says so, but one thing always: deciding changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import attrs

from peon.domain.commands import AnyCommand
from peon.domain.decide import Decided, decide
from peon.domain.effects import Effect
from peon.domain.facts import Facts, LiteralSecret, Places, ProviderFacts, RootFact
from peon.domain.model import Model, Receipt, Thread
from peon.domain.project import project
from peon.domain.react import react
from peon.runtime.clock import rfc3339
from peon_protocol import provider_events
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.events import (
    Event,
    ProjectEvent,
    StoredEvent,
)
from peon_protocol.ids import CommandId, EventId, StreamId, ThreadId
from peon_protocol.rejections import Rejection
from peon_protocol.values import Actor, ActorKind, Mode

Step: TypeAlias = Event | AnyCommand
Story: TypeAlias = Step | tuple["Story", ...]

USER: Final = Actor(ActorKind.CLIENT, "vscode")
AGENT: Final = Actor(ActorKind.AGENT, "script")
SERVER: Final = Actor(ActorKind.SERVER, "peon")
ROOT: Final = "/srv/ada/garden"
PROVIDERS: Final = ProviderFacts(
    ids=frozenset({"script", "claude", "humble", "host"}),
    default="script",
    unsupported=frozenset({("humble", Mode.PLAN)}),
    steerable=frozenset({"claude"}),
)
NOWHERE: Final = Places()
FRESH: Final = "fresh"
"""The id that is new when the command under test is decided."""

_MORNING: Final = datetime.fromisoformat("2026-03-01T08:00:00Z")


class History:
    """A log in the making, and the model that it comes to."""

    def __init__(self) -> None:
        self.model = Model()
        self.log: list[StoredEvent] = []
        self._now = _MORNING
        self._ids = 0

    def later(self, span: timedelta) -> None:
        """Let time pass."""
        self._now += span

    def fresh(self) -> str:
        self._ids += 1
        return f"id-{self._ids}"

    def record(
        self,
        events: Iterable[Event],
        *,
        actor: Actor = USER,
        command_id: str | None = None,
        digest: str | None = None,
    ) -> list[Effect]:
        """Store and fold the events of one commit; return the effects, in order."""
        effects: list[Effect] = []
        for event in events:
            stored = self._stored(event, actor, command_id, digest)
            self.log.append(stored)
            project(self.model, stored)
            effects += react(event, self.model)
        return effects

    def live(self, step: Step) -> None:
        """Take an event as it is, or a command that must be accepted."""
        if isinstance(step, Event):
            self.record([step])
            return
        known = facts(fresh=self.fresh(), actor=AGENT, places=places_in(step))
        decided = decide(step, self.model, known)
        assert isinstance(decided, tuple), f"what is given was refused: {decided.message}"
        self.record(decided)

    def _stored(
        self, event: Event, actor: Actor, command_id: str | None, digest: str | None
    ) -> StoredEvent:
        sequence = self.model.sequence + 1
        stream = _stream_of(event)
        return StoredEvent(
            sequence=sequence,
            event_id=EventId(f"log:{sequence}"),
            stream_id=stream,
            version=self.model.versions.get(stream, 0) + 1,
            type=event.TYPE,
            schema=event.SCHEMA,
            occurred_at=rfc3339(self._now),
            command_id=None if command_id is None else CommandId(command_id),
            command_digest=digest,
            causation_id=None,
            correlation_id=EventId(f"log:{sequence}"),
            actor=actor,
            payload=event,
        )


def facts(
    *,
    fresh: str = FRESH,
    actor: Actor = USER,
    root: RootFact | None = None,
    places: Places = NOWHERE,
    providers: ProviderFacts = PROVIDERS,
    secret: LiteralSecret | None = None,
) -> Facts:
    """The world as a command finds it: by default its folder exists and is nobody's."""
    return Facts(
        fresh_id=fresh,
        actor=actor,
        providers=providers,
        root=RootFact(ROOT) if root is None else root,
        places=places,
        literal_secret=secret,
    )


def places_of(paths: Iterable[str], *, outside: bool = False, private: bool = False) -> Places:
    """Where paths lie that are inside by their names; `outside`, none of them does."""
    shown = tuple(paths)
    return Places(inside=() if outside else shown, shown=shown, outside=outside, private=private)


def places_in(command: AnyCommand, *, outside: bool = False, private: bool = False) -> Places:
    """Where the paths lie that an agent asks about."""
    event = command.event if isinstance(command, IngestProviderEvent) else None
    paths = event.paths if isinstance(event, provider_events.ActionRequested) else ()
    return places_of(paths, outside=outside, private=private)


@attrs.frozen
class Given:
    """What happened so far."""

    history: History

    def and_then(self, *story: Story) -> "Given":
        """More of what happened."""
        for step in _steps(story):
            self.history.live(step)
        return self

    def when(
        self,
        command: AnyCommand,
        *,
        by: Actor = USER,
        root: RootFact | None = None,
        outside: bool = False,
        private: bool = False,
        providers: ProviderFacts = PROVIDERS,
        secret: LiteralSecret | None = None,
    ) -> "When":
        """Decide a command, in the world as the keywords have it."""
        model = self.history.model
        before = encoded(model)
        places = places_in(command, outside=outside, private=private)
        known = facts(actor=by, root=root, places=places, providers=providers, secret=secret)
        decided = decide(command, model, known)
        assert encoded(model) == before, "deciding changed the model"
        return When(self.history, decided)

    @property
    def model(self) -> Model:
        return self.history.model

    def thread(self, thread_id: str = "talk") -> Thread:
        return self.history.model.threads[ThreadId(thread_id)]

    def receipt(self, command_id: str) -> Receipt:
        return self.history.model.receipts[CommandId(command_id)]


@attrs.frozen
class When:
    """What a command came to."""

    history: History
    decided: Decided

    def then(self, *events: Event) -> "Then":
        """It was accepted: exactly these events follow. They are folded for what is asked next."""
        assert isinstance(self.decided, tuple), f"refused: {self.decided.message}"
        assert list(self.decided) == list(events)
        assert repr(self.decided) == repr(events), "equal, but not of the same types"
        return Then(self.history, self.history.record(events))

    def then_it_is(self, *types: str) -> "Then":
        """It was accepted, and events of these types follow."""
        assert isinstance(self.decided, tuple), f"refused: {self.decided.message}"
        assert [event.TYPE for event in self.decided] == list(types)
        return Then(self.history, self.history.record(self.decided))

    def nothing(self) -> None:
        """It was accepted and is true already."""
        assert self.decided == ()

    def refused(self, rejection: Rejection) -> None:
        """It was refused, for exactly this reason; the reason can be told."""
        assert self.decided == rejection
        assert rejection.message
        assert rejection.REMEDY


@attrs.frozen
class Then(Given):
    """What happened, the command's events included."""

    effects: list[Effect]

    def reacts(self, *effects: Effect) -> "Then":
        """Exactly these effects follow from the events, in this order."""
        assert self.effects == list(effects)
        return self


def given(*story: Story) -> Given:
    return Given(History()).and_then(*story)


def encoded(model: Model) -> str:
    """The model to the last bit: every field with its type, every mapping in its order."""
    return repr(model)


def _stream_of(event: Event) -> StreamId:
    if isinstance(event, ProjectEvent):
        return StreamId(event.project_id)
    return StreamId(event.thread_id)


def _steps(story: Iterable[Story]) -> Iterable[Step]:
    for part in story:
        if isinstance(part, tuple):
            yield from _steps(part)
        else:
            yield part
