"""The tool calls of a turn, by the ids that Codex gives its items."""

from collections.abc import Callable, Iterator

import attrs

from peon.providers.codex import items
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon.runtime.long_text import pieces_of
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import ToolCallUpdated
from peon_protocol.values import ItemStatus, JsonValue, TextContent

CLOSED = frozenset({ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED})
_GROWN = 1.25
"""How much longer output must be than what was shown, to be shown again. It is shown whole, and
so never more than a few times over in all."""
_MOST_OUTPUT = 1024 * 1024
"""Characters of output that are kept while a tool runs; its end brings all that Codex keeps."""


@attrs.define(eq=False)
class ToolCall:
    """What is known of one."""

    item_id: ItemId
    told: ToolCallUpdated
    status: ItemStatus
    output: str = ""
    shown: int = 0

    @property
    def open(self) -> bool:
        return self.status not in CLOSED

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(place.path for place in self.told.locations or ())


class ToolCalls:
    """The tool calls of one turn."""

    def __init__(self, *, root: str, fresh_item: Callable[[], ItemId]) -> None:
        self._root = root
        self._fresh_item = fresh_item
        self._calls: dict[str, ToolCall] = {}

    @property
    def working(self) -> bool:
        """Whether one is running."""
        return any(call.status is ItemStatus.RUNNING for call in self._calls.values())

    def told(self, native: str, item: JsonObject, *, over: bool) -> Iterator[ToolCallUpdated]:
        """Take an item that has begun, or that is over. What is closed stays as it is."""
        known = self._calls.get(native)
        if known is not None and not known.open:
            return
        item_id = self._fresh_item() if known is None else known.item_id
        told = items.tool_call(item, item_id, self._root, over=over)
        if known is None:
            self._keep(native, told)
            yield told
        else:
            yield from self._changed(known, told)

    def patched(self, native: str, changes: list[JsonValue]) -> Iterator[ToolCallUpdated]:
        """Take the changes of an edit that is still being thought out."""
        known = self._calls.get(native)
        if known is not None and known.open:
            yield from self._changed(known, items.file_changes(changes, known.item_id, self._root))

    def output(self, native: str, text: str) -> Iterator[ToolCallUpdated]:
        """Take more of what a tool prints."""
        known = self._calls.get(native)
        if known is None or not known.open or not text:
            return
        for piece in pieces_of(text):
            known.output = (known.output + piece)[-_MOST_OUTPUT:]
        if len(known.output) >= known.shown * _GROWN or len(known.output) == _MOST_OUTPUT:
            known.shown = len(known.output)
            yield ToolCallUpdated(item_id=known.item_id, content=(TextContent(known.output),))

    def asked(self, native: str, unseen: ToolCallUpdated) -> tuple[ToolCall, ToolCallUpdated]:
        """Leave is asked for a call: it waits. One that was never told of is as `unseen` says."""
        known = self.open_call(native)
        if known is not None:
            return known, self.waits(known)
        known = self._keep(native, attrs.evolve(unseen, item_id=self._fresh_item()))
        known.status = ItemStatus.AWAITING_APPROVAL
        return known, attrs.evolve(known.told, status=known.status)

    def open_call(self, native: str | None) -> ToolCall | None:
        """The call of that id, unless it is over."""
        known = None if native is None else self._calls.get(native)
        return known if known is not None and known.open else None

    def waits(self, call: ToolCall) -> ToolCallUpdated:
        """The call waits for an answer."""
        call.status = ItemStatus.AWAITING_APPROVAL
        return ToolCallUpdated(item_id=call.item_id, status=call.status)

    def answered(self, call: ToolCall, *, allowed: bool) -> None:
        """Note an answer; what follows from it, whoever answers knows."""
        if call.status is ItemStatus.AWAITING_APPROVAL:
            call.status = ItemStatus.RUNNING if allowed else ItemStatus.FAILED

    def close(self, *, cancelled: bool) -> Iterator[ToolCallUpdated]:
        """Close what is open at the end of the turn, and forget every call."""
        for call in self._calls.values():
            if call.open:
                call.status = ItemStatus.CANCELLED if cancelled else ItemStatus.FAILED
                yield ToolCallUpdated(item_id=call.item_id, status=call.status)
        self._calls.clear()

    def _keep(self, native: str, told: ToolCallUpdated) -> ToolCall:
        call = ToolCall(told.item_id, told, told.status or ItemStatus.RUNNING)
        self._calls[native] = call
        return call

    def _changed(self, call: ToolCall, told: ToolCallUpdated) -> Iterator[ToolCallUpdated]:
        """What of `told` is new."""
        news = {
            name: value
            for name in ("title", "kind", "summary", "input", "content", "edits", "locations")
            if (value := getattr(told, name)) is not None and value != getattr(call.told, name)
        }
        status = told.status if told.status is not call.status else None
        if call.status is ItemStatus.AWAITING_APPROVAL and status is ItemStatus.RUNNING:
            status = None
        call.status = status or call.status
        call.told = attrs.evolve(call.told, **news)
        if news or status is not None:
            yield attrs.evolve(ToolCallUpdated(item_id=call.item_id, status=status), **news)


def unseen(item: JsonObject, root: str) -> ToolCallUpdated:
    """A call that is known only from the question about it."""
    return items.tool_call(item, ItemId(""), root, over=False)


def native_id(item: JsonObject) -> str:
    """The id of an item; whatever it is, it is one."""
    return raw.text(item, "id") or str(item.get("id"))
