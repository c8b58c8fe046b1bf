"""Commands of clients on their way to the rules: known again, made small, and without secrets."""

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from peon.domain.model import Model
from peon.engine.answers import Answer, Answers, follow
from peon.engine.confidences import spoken
from peon.engine.envelopes import Origin
from peon.engine.hosts import Hosts
from peon.engine.large_values import LargeValues
from peon.engine.repeats import Repeats
from peon.wire import digest
from peon_protocol.commands import Command, IngestProviderEvent
from peon_protocol.methods import METHODS, MethodKind
from peon_protocol.provider_events import ProviderEvent
from peon_protocol.values import Actor

METHOD_OF: Final = {
    method.params: method.name for method in METHODS if method.kind is MethodKind.COMMAND
}


@attrs.frozen(kw_only=True)
class Requests:
    """What is done with a command before it is decided.

    `decide` rules on it; `nothing` answers what a host has said that is all held back.
    """

    answers: Answers
    repeats: Repeats
    hosts: Hosts
    values: LargeValues | None
    model: Callable[[], Model]
    decide: Callable[[Command, Origin, Mapping[str, str]], Answer]
    nothing: Callable[[IngestProviderEvent, Origin], Answer]

    def take(self, command: Command, actor: Actor, environment: Mapping[str, str]) -> Answer:
        """The answer to a command, in the order of arrival."""
        if isinstance(command, IngestProviderEvent) and self.hosts.speaks(
            self.model(), command, actor
        ):
            return self._said(command, actor, environment)
        return self._whole(command, actor, environment, None)

    def _said(
        self, command: IngestProviderEvent, actor: Actor, environment: Mapping[str, str]
    ) -> Answer:
        """What a host says is decided without its secrets, and as far as it begins none.

        Where all of it is held back it is answered all the same: a host may wait for that.
        """
        known = self.hosts.whole(self.model(), command, actor, environment)
        origin = self._origin(known, actor)
        repeated = self._repeated(origin)
        if repeated is not None:
            return repeated
        events = self.hosts.hear(command, actor)
        for event in events[:-1]:
            self._whole(_saying(command, event), actor, environment, Origin(actor=actor))
        if not events:
            return self.nothing(command, origin)
        return self._whole(_saying(command, events[-1]), actor, environment, origin)

    def _whole(
        self,
        command: Command,
        actor: Actor,
        environment: Mapping[str, str],
        origin: Origin | None,
    ) -> Answer:
        """Decide it when its large values are stored; `origin` is there where that is known."""

        def submit(small: Command) -> Answer:
            known = origin or self._origin(small, actor)
            return self._repeated(known) or self.decide(small, known, environment)

        values = self.values
        if values is None or not values.must_wait(command):
            return submit(command)
        answer = self.answers.open()
        values.hold(command, lambda small: follow(submit(small), answer))
        return answer

    def _origin(self, command: Command, actor: Actor) -> Origin:
        if command.command_id is None:
            return Origin(actor=actor)
        method = METHOD_OF[type(command)]
        name = f"{method}:{digest(method, spoken(self.model(), command))}"
        return Origin(actor=actor, command_id=command.command_id, command_digest=name)

    def _repeated(self, origin: Origin) -> Answer | None:
        if origin.command_id is None or origin.command_digest is None:
            return None
        return self.repeats.answer(self.model(), origin.command_id, origin.command_digest)


def _saying(command: IngestProviderEvent, event: ProviderEvent) -> IngestProviderEvent:
    return attrs.evolve(command, event=event)
