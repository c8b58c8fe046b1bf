"""The tool calls of a turn: each an upsert, whatever names the agent gives it.

A call may first be seen in `tool_call`, in an update, or only in the request for permission; the
request may call it by another id than the call itself. What is still open when the turn ends is
closed, and a call that was refused is never believed to have been carried out.
"""

from collections.abc import Callable, Iterator

import attrs

from peon.providers.acp import words
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.ndjson import whole
from peon.providers.jsonrpc.raw import JsonObject
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import ToolCallUpdated
from peon_protocol.values import (
    ContentBlock,
    FileEdit,
    ItemStatus,
    JsonValue,
    Location,
    TextContent,
    ToolKind,
)

CLOSED = frozenset({ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED})
_SUMMARY = 200
"""Characters of a summary at most."""


@attrs.frozen(kw_only=True)
class _Told:
    """What an agent has said of a call; None where it has said nothing."""

    title: str | None = None
    kind: ToolKind | None = None
    input: JsonValue = None
    content: tuple[ContentBlock, ...] | None = None
    edits: tuple[FileEdit, ...] | None = None
    locations: tuple[Location, ...] | None = None

    def over(self, earlier: "_Told") -> "_Told":
        """This, with what only `earlier` knew."""
        return _Told(
            title=self.title or earlier.title,
            kind=self.kind or earlier.kind,
            input=self.input or earlier.input,
            content=self.content or earlier.content,
            edits=self.edits or earlier.edits,
            locations=self.locations or earlier.locations,
        )

    def beyond(self, earlier: "_Told") -> "_Told":
        """What of this is not as `earlier` had it."""
        return _Told(
            title=None if self.title == earlier.title else self.title,
            kind=None if self.kind == earlier.kind else self.kind,
            input=None if self.input == earlier.input else self.input,
            content=None if self.content == earlier.content else self.content,
            edits=None if self.edits == earlier.edits else self.edits,
            locations=None if self.locations == earlier.locations else self.locations,
        )


@attrs.define
class ToolCall:
    """What is known of one call so far."""

    item_id: ItemId
    status: ItemStatus = ItemStatus.STREAMING
    told: _Told = _Told()
    asked: bool = False
    """Whether leave was ever asked for it."""

    @property
    def open(self) -> bool:
        return self.status not in CLOSED

    def paths(self, root: str) -> tuple[str, ...]:
        """Every file it is known to touch, each once."""
        named = [
            *(edit.path for edit in self.told.edits or ()),
            *(place.path for place in self.told.locations or ()),
            *words.input_paths(self.told.input, root),
        ]
        return tuple(dict.fromkeys(named))


class ToolCalls:
    """The tool calls of one session, by the ids the agent uses."""

    def __init__(self, *, root: str, fresh_item: Callable[[], ItemId]) -> None:
        self._root = root
        self._fresh_item = fresh_item
        self._calls: dict[str, ToolCall] = {}

    def update(self, native: JsonObject) -> ToolCallUpdated | None:
        """Take a `tool_call` or a `tool_call_update`; None if it says nothing new."""
        known = self._calls.get(_key(native))
        if known is None:
            call = self._new(_key(native))
            return attrs.evolve(self._merge(call, native), status=call.status)
        merged = self._merge(known, native)
        return merged if merged != ToolCallUpdated(item_id=known.item_id) else None

    def ask(self, native: JsonObject) -> tuple[ToolCall, ToolCallUpdated]:
        """Take the tool call of a request for permission: the call, and that it waits now."""
        key = _key(native)
        call = self._calls.get(key) or self._meant_by(native) or self._new(key)
        self._calls[key] = call
        merged = self._merge(call, {**native, "status": None})
        call.status = ItemStatus.AWAITING_APPROVAL
        call.asked = True
        return call, attrs.evolve(merged, status=call.status)

    def known(self, native_id: JsonValue) -> ToolCall | None:
        """The open call of that id, which asks a question and waits from now on."""
        call = self._calls.get(_key({"toolCallId": native_id}))
        if call is None or not call.open:
            return None
        call.status = ItemStatus.AWAITING_APPROVAL
        return call

    def answered(self, call: ToolCall, *, allowed: bool) -> None:
        """Note the answer to a request. Few agents say themselves what follows from it."""
        if call.status is ItemStatus.AWAITING_APPROVAL:
            call.status = ItemStatus.RUNNING if allowed else ItemStatus.FAILED

    def close(self, *, cancelled: bool) -> Iterator[ToolCallUpdated]:
        """Close what is open at the end of a turn, and forget every call."""
        for call in {id(call): call for call in self._calls.values()}.values():
            if call.open:
                call.status = ItemStatus.CANCELLED if cancelled else ItemStatus.FAILED
                yield ToolCallUpdated(item_id=call.item_id, status=call.status)
        self._calls.clear()

    @property
    def open(self) -> int:
        """How many calls are running or about to."""
        return sum(call.open for call in {id(call): call for call in self._calls.values()}.values())

    def _new(self, key: str) -> ToolCall:
        call = self._calls[key] = ToolCall(self._fresh_item())
        return call

    def _meant_by(self, native: JsonObject) -> ToolCall | None:
        """The open call, not asked about so far, that a request with an unknown id must mean.

        Some agents give the request an id of its own. The input tells best which call is meant,
        then the title; failing both, a single open call of no other kind.
        """
        waiting = [call for call in self._calls.values() if call.open and not call.asked]
        tool_input, title = native.get("rawInput"), native.get("title")
        for call in waiting:
            if (tool_input and call.told.input == tool_input) or (
                title and call.told.title == title
            ):
                return call
        kind = raw.mapped(native, "kind", words.TOOL_KINDS)
        if len(waiting) == 1 and (not tool_input or not waiting[0].told.input):
            sole = waiting[0]
            return sole if kind is None or sole.told.kind in {None, kind} else None
        return None

    def _merge(self, call: ToolCall, native: JsonObject) -> ToolCallUpdated:
        """Take over what `native` says; what that changes. A field left out stays as it was."""
        status = self._status(call, native)
        content = raw.items(native, "content")
        blocks = words.tool_content(content) or _output(native)
        told = _Told(
            title=raw.text(native, "title") or None,
            kind=raw.mapped(native, "kind", words.TOOL_KINDS),
            input=raw.clean(native.get("rawInput")) or None,
            content=blocks or None,
            edits=words.tool_edits(content, self._root) or None,
            locations=words.locations(raw.items(native, "locations"), self._root) or None,
        )
        news = told.beyond(call.told)
        call.told = told.over(call.told)
        return ToolCallUpdated(
            item_id=call.item_id,
            title=news.title,
            kind=news.kind,
            status=status,
            summary=_summary(blocks) if call.status in CLOSED else None,
            input=news.input,
            content=news.content,
            edits=news.edits,
            locations=news.locations,
        )

    def _status(self, call: ToolCall, native: JsonObject) -> ItemStatus | None:
        """The status `native` brings, as far as it can be believed; None if it is not new.

        A closed call stays closed, and so does one that was refused, whatever the agent says of it.
        """
        told = raw.mapped(native, "status", words.TOOL_STATUSES)
        asked_still = (call.status, told) == (ItemStatus.AWAITING_APPROVAL, ItemStatus.STREAMING)
        if told is None or told is call.status or call.status in CLOSED or asked_still:
            return None
        call.status = told
        return told


def _key(native: JsonObject) -> str:
    """The agent's id of a call. Numbers are ids too; there is only one call without any."""
    native_id = native.get("toolCallId")
    return f"{type(native_id).__name__}:{native_id}"


def _output(native: JsonObject) -> tuple[ContentBlock, ...]:
    """What a tool gave out, where the agent shows it only as raw output."""
    output = native.get("rawOutput")
    if isinstance(output, str) and output:
        return (TextContent(whole(output)),)
    return ()


def _summary(blocks: tuple[ContentBlock, ...]) -> str | None:
    """The first line that says something."""
    for block in blocks:
        if isinstance(block, TextContent) and (line := block.text.strip().partition("\n")[0]):
            return line[:_SUMMARY]
    return None
