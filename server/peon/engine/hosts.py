"""What hosts say of the agents that they run themselves: redacted as what all agents say is.

A host's text comes piece by piece, and is cut anywhere, also inside a secret. So what may be the
beginning of one waits here until more is said, a silence brings it out, or the turn is over. How
much of what a host has said waits, its answer tells.
"""

from collections.abc import Callable, Mapping

import attrs

from peon.domain.lookup import folder_of
from peon.domain.model import Model
from peon.domain.provider import HOST, is_ending
from peon.engine.world import World
from peon.providers.cleaning import redacted
from peon.providers.redaction import RedactingSink
from peon.providers.secrets import Secrets
from peon.providers.silence import Silence
from peon_protocol.commands import Command, IngestProviderEvent
from peon_protocol.ids import ThreadId
from peon_protocol.provider_events import ProviderEvent, ToolCallUpdated
from peon_protocol.values import Actor, ActorKind

Said = Callable[[ThreadId, Actor, ProviderEvent], None]
"""Takes what is said after all, when nobody asks."""


@attrs.define(eq=False)
class _Host:
    """One turn of a host. What is said while it is heard is taken; the rest is told by itself."""

    actor: Actor
    secrets: Secrets
    tell: Callable[[Actor, ProviderEvent], None]
    taken: list[ProviderEvent] | None = None
    sink: RedactingSink = attrs.field(init=False)

    def provider_event(self, event: ProviderEvent) -> None:
        if self.taken is None:
            self.tell(self.actor, event)
        else:
            self.taken.append(event)


class Hosts:
    """Belongs to the loop. `said` is called with what a silence has shown to be no secret."""

    def __init__(self, world: World, silence: Callable[[], Silence], said: Said) -> None:
        self._world = world
        self._silence = silence
        self._said = said
        self._threads: dict[ThreadId, _Host] = {}

    def speaks(self, model: Model, command: Command, actor: Actor) -> bool:
        """Whether the command is what a host says in its turn."""
        if not isinstance(command, IngestProviderEvent) or actor.kind is not ActorKind.CLIENT:
            return False
        thread = model.threads.get(command.thread_id)
        if thread is None or thread.provider != HOST:
            return False
        return thread.running_turn is not None and not is_ending(thread)

    def whole(
        self,
        model: Model,
        command: IngestProviderEvent,
        actor: Actor,
        environment: Mapping[str, str],
    ) -> IngestProviderEvent:
        """The command by itself, without the secrets that are whole in it."""
        host = self._host(model, command.thread_id, actor, environment)
        return attrs.evolve(command, event=redacted(command.event, host.secrets.redact))

    def hear(self, command: IngestProviderEvent, actor: Actor) -> list[ProviderEvent]:
        """What of it can be recorded now, after what was held back before; maybe nothing."""
        host = self._threads[command.thread_id]
        host.actor = actor
        taken = host.taken = []
        try:
            host.sink.provider_event(command.event)
        finally:
            host.taken = None
        return taken

    def held(self, command: IngestProviderEvent) -> int:
        """How many bytes at the end of what was said, the command included, are held back."""
        event = command.event
        call = event.item_id if isinstance(event, ToolCallUpdated) else None
        return self._threads[command.thread_id].sink.held(call)

    def settle(self, thread_id: ThreadId) -> None:
        """The turn is about to end by somebody else's doing: what is held back is said now."""
        host = self._threads.get(thread_id)
        if host is not None:
            host.sink.know(host.secrets)

    def forget(self, thread_id: ThreadId) -> None:
        """The turn of the thread is over."""
        self._threads.pop(thread_id, None)

    def _host(
        self, model: Model, thread_id: ThreadId, actor: Actor, environment: Mapping[str, str]
    ) -> _Host:
        host = self._threads.get(thread_id)
        if host is None:
            folder = folder_of(model, model.threads[thread_id])
            secrets = self._world.secrets(folder, environment)

            def tell(actor: Actor, event: ProviderEvent) -> None:
                self._said(thread_id, actor, event)

            host = self._threads[thread_id] = _Host(actor, secrets, tell)
            host.sink = RedactingSink(host, secrets, self._silence())
        return host
