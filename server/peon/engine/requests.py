"""Commands of clients on their way to the rules: known again, made small, and without secrets."""

from collections.abc import Callable, Mapping
from functools import partial
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
from peon_protocol.provider_events import ProviderEvent, TextDelta
from peon_protocol.results import CommandResult, IngestResult
from peon_protocol.values import Actor

METHOD_OF: Final = {
    method.params: method.name for method in METHODS if method.kind is MethodKind.COMMAND
}


@attrs.frozen(kw_only=True)
class Requests:
    """What is done with a command before it is decided.

    `decide` rules on it.
    """

    answers: Answers
    repeats: Repeats
    hosts: Hosts
    values: LargeValues | None
    model: Callable[[], Model]
    decide: Callable[[Command, Origin, Mapping[str, str]], Answer]

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

        It is answered when that is on the disk, though the end of it may be held back: a host may
        wait for its answer before it goes on. So the answer says how much is held.
        """
        known = self.hosts.whole(self.model(), command, actor, environment)
        origin = self._origin(known, actor)
        repeated = self._repeated(origin)
        if repeated is not None:
            return repeated
        events = self.hosts.hear(command, actor)
        held = self.hosts.held(command)
        nobodys = Origin(actor=actor)
        for event in events[:-1]:
            self._whole(_saying(command, event), actor, environment, nobodys)
        whole = bool(events) and not held
        if whole:
            answer = self._whole(_saying(command, events[-1]), actor, environment, origin)
        else:
            # No receipt tells of it: after a restart nobody would know any more what was held.
            last = _saying(command, events[-1]) if events else _saying_nothing(command)
            recorded = self._whole(last, actor, environment, nobodys)
            answer = self.answers.open()
            follow(recorded, answer, partial(_but, held))
        if origin.command_id is None or origin.command_digest is None:
            return answer
        return self.repeats.expect(origin.command_id, origin.command_digest, answer, keep=not whole)

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


def _saying_nothing(command: IngestProviderEvent) -> IngestProviderEvent:
    """No text more, which is on the disk when all the text before it is."""
    return attrs.evolve(command, event=TextDelta(text=""), command_id=None)


def _but(held: int, result: CommandResult) -> CommandResult:
    """The result of what is recorded, where the end of what was said is not."""
    return attrs.evolve(result, held=held) if isinstance(result, IngestResult) else result
