"""What an agent has said by the time it is heard goes on as one piece.

Agents write text a few letters at a time. Where the server is free it hears each of them alone, and
passes it on at once. Where it is not, several have come when it listens next: joined they cost what
one does, so the more there is to do, the less each piece costs.
"""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import attrs

from peon.providers.port import SessionSink
from peon.runtime.long_text import LongText
from peon_protocol.provider_events import ProviderEvent, ReasoningDelta, TextDelta

T = TypeVar("T")
_Delta: TypeAlias = TextDelta | ReasoningDelta


class BreathSink:
    """Stands before a sink, and joins pieces of one text that are heard in one breath."""

    def __init__(self, sink: SessionSink) -> None:
        self._sink = sink
        self._listening = False
        self._begun: _Delta | None = None
        self._rest: list[str] = []
        """What followed it of the same text."""

    def breath(self, hear: Callable[[bytes], T], data: bytes) -> T:
        """Let `data` be heard, and hold back text until all of it has been understood."""
        self._listening = True
        try:
            heard = hear(data)
            self._pass_on()
            return heard
        finally:
            self._listening = False

    def provider_event(self, event: ProviderEvent) -> None:
        """See `peon.providers.port.SessionSink`."""
        if not self._listening or not isinstance(event, TextDelta | ReasoningDelta):
            self._pass_on()
            self._sink.provider_event(event)
            return
        begun = self._begun
        if begun is not None and _are_of_one_text(begun, event):
            self._rest.append(event.text)
        else:
            self._pass_on()
            self._begun = event

    def _pass_on(self) -> None:
        begun, rest = self._begun, self._rest
        if begun is None:
            return
        self._begun = None
        if rest:
            self._rest = []
            begun = attrs.evolve(begun, text="".join((begun.text, *rest)))
        self._sink.provider_event(begun)


def _are_of_one_text(begun: _Delta, event: _Delta) -> bool:
    """Whether `event` goes on where `begun` ends; what is too long for memory stays by itself."""
    return (
        type(begun) is type(event)
        and begun.item_id == event.item_id
        and not isinstance(begun.text, LongText)
        and not isinstance(event.text, LongText)
    )
