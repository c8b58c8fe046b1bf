"""The texts that grow in a turn: messages, reasoning, a proposed plan."""

from collections.abc import Callable, Iterator

import attrs

from peon.runtime.long_text import LongText
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import ReasoningDelta, TextDelta


@attrs.define
class _Text:
    item_id: ItemId
    said: int = 0
    """Characters so far."""


class Words:
    """The texts of a turn, by the ids that Codex gives them."""

    def __init__(self, fresh_item: Callable[[], ItemId]) -> None:
        self._fresh_item = fresh_item
        self._texts: dict[str, _Text] = {}

    def message(self, native: str, text: str) -> Iterator[TextDelta]:
        """More of a message."""
        if text:
            yield TextDelta(text=text, item_id=self._grown(native, text).item_id)

    def reasoning(self, native: str, text: str) -> Iterator[ReasoningDelta]:
        """More of what it thinks."""
        if text:
            yield ReasoningDelta(text=text, item_id=self._grown(native, text).item_id)

    def break_off(self, native: str) -> Iterator[ReasoningDelta]:
        """Another part of what it thinks begins."""
        if native in self._texts:
            yield from self.reasoning(native, "\n\n")

    def missing(self, native: str, whole: str) -> str:
        """What of a text that is complete was not said piece by piece."""
        known = self._texts.get(native)
        if known is None:
            return whole
        return "" if isinstance(whole, LongText) else whole[known.said :]

    def forget(self) -> None:
        self._texts.clear()

    def _grown(self, native: str, text: str) -> _Text:
        known = self._texts.get(native)
        if known is None:
            known = self._texts[native] = _Text(self._fresh_item())
        known.said += len(text)
        return known
