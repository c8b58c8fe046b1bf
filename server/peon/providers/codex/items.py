"""The things that Codex does inside a turn, as tool calls: each item comes whole, twice.

An item of a kind we do not know is a tool call too, with all that was told of it as its input.
"""

import shlex
from collections.abc import Iterable
from typing import Final

import attrs

from peon.providers.codex import patches
from peon.providers.content import absolute, content_block
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import ToolCallUpdated
from peon_protocol.values import (
    ContentBlock,
    ItemContent,
    ItemStatus,
    JsonValue,
    Location,
    TextContent,
    ToolKind,
)

STATUSES: Final = {
    "inProgress": ItemStatus.RUNNING,
    "completed": ItemStatus.COMPLETED,
    "failed": ItemStatus.FAILED,
    "declined": ItemStatus.FAILED,
}
_SHELL_FLAGS: Final = frozenset({"-c", "-lc"})
_SUMMARY: Final = 200
"""Characters of a summary at most."""


def tool_call(item: JsonObject, item_id: ItemId, root: str, *, over: bool) -> ToolCallUpdated:
    """What is known of an item; `over` says that it has ended, whatever its status."""
    status = raw.mapped(item, "status", STATUSES)
    if status is None or (over and status is ItemStatus.RUNNING):
        status = ItemStatus.COMPLETED if over else ItemStatus.RUNNING
    call = _call(item, item_id, root)
    return _ended(call, item, status) if over else _with(call, status)


def command_line(command: str) -> str:
    """What is run, without the shell that Codex puts around it."""
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    match words:
        case [shell, flag, script] if flag in _SHELL_FLAGS and shell.endswith("sh"):
            return script
        case _:
            return command


def file_changes(changes: list[JsonValue], item_id: ItemId, root: str) -> ToolCallUpdated:
    """What a `fileChange` would do to files."""
    touched = patches.paths(changes, root)
    kind = ToolKind.DELETE if patches.only_deletes(changes) else ToolKind.EDIT
    word = "Delete" if kind is ToolKind.DELETE else "Edit"
    return ToolCallUpdated(
        item_id=item_id,
        title=f"{word} {_named(touched, root)}",
        kind=kind,
        edits=patches.edits(changes, root) or None,
        locations=tuple(Location(path) for path in touched) or None,
    )


def _call(item: JsonObject, item_id: ItemId, root: str) -> ToolCallUpdated:
    match item.get("type"):
        case "commandExecution":
            return _command(item, item_id)
        case "fileChange":
            return file_changes(raw.items(item, "changes"), item_id, root)
        case "mcpToolCall":
            title = f"{raw.text(item, 'server') or 'MCP'}: {raw.text(item, 'tool') or 'a tool'}"
            return _used(item, item_id, title, _blocks(raw.items(item, "result", "content")))
        case "dynamicToolCall":
            title = raw.text(item, "tool") or "Use a tool"
            return _used(item, item_id, title, _blocks(raw.items(item, "contentItems")))
        case "webSearch":
            query = raw.text(item, "query") or ""
            return _thing(item_id, f"Search the web: {query}", ToolKind.FETCH, {"query": query})
        case "imageView":
            path = raw.text(item, "path") or ""
            seen = _thing(item_id, f"Look at {path}", ToolKind.READ, {"path": path})
            return _at(seen, (absolute(path, root),) if path else ())
        case "contextCompaction":
            return _thing(item_id, "Shorten the conversation", ToolKind.THINK, None)
        case kind:
            told = raw.clean({name: each for name, each in item.items() if name != "id"})
            named = kind if isinstance(kind, str) else "An unknown thing"
            return _thing(item_id, named, ToolKind.OTHER, told)


def _command(item: JsonObject, item_id: ItemId) -> ToolCallUpdated:
    script = command_line(raw.text(item, "command") or "")
    output = raw.text(item, "aggregatedOutput")
    told: JsonObject = {"command": script, "cwd": raw.text(item, "cwd")}
    return ToolCallUpdated(
        item_id=item_id,
        title=script.partition("\n")[0] or "Run a command",
        kind=ToolKind.EXECUTE,
        input=told,
        content=(TextContent(output),) if output else None,
    )


def _used(
    item: JsonObject, item_id: ItemId, title: str, content: tuple[ContentBlock, ...]
) -> ToolCallUpdated:
    failure = raw.text(item, "error", "message")
    shown = (*content, TextContent(failure)) if failure else content
    return ToolCallUpdated(
        item_id=item_id,
        title=title,
        kind=ToolKind.OTHER,
        input=raw.clean(item.get("arguments")),
        content=shown or None,
    )


def _thing(item_id: ItemId, title: str, kind: ToolKind, told: JsonValue) -> ToolCallUpdated:
    return ToolCallUpdated(item_id=item_id, title=title, kind=kind, input=told)


def _at(call: ToolCallUpdated, places: tuple[str, ...]) -> ToolCallUpdated:
    return attrs.evolve(call, locations=tuple(map(Location, places)) or None)


def _with(call: ToolCallUpdated, status: ItemStatus) -> ToolCallUpdated:
    return attrs.evolve(call, status=status)


def _ended(call: ToolCallUpdated, item: JsonObject, status: ItemStatus) -> ToolCallUpdated:
    code = raw.number(item, "exitCode")
    said = _first_line(call.content or ())
    summary = ": ".join(filter(None, [f"exit code {code}" if code else "", said]))
    return attrs.evolve(call, status=status, summary=summary[:_SUMMARY] or None)


def _first_line(blocks: Iterable[ItemContent]) -> str:
    texts = (block.text.strip() for block in blocks if isinstance(block, TextContent))
    return next((text.partition("\n")[0] for text in texts if text), "")


def _blocks(told: Iterable[JsonValue]) -> tuple[ContentBlock, ...]:
    """Content of a tool of somebody else's. Codex's own spelling of text is another."""
    found = (
        content_block({"type": "text", "text": raw.text(each, "text")})
        if raw.text(each, "type") == "inputText"
        else content_block(each)
        for each in told
    )
    return tuple(block for block in found if block is not None)


def _named(touched: tuple[str, ...], root: str) -> str:
    if len(touched) != 1:
        return f"{len(touched)} files" if touched else "files"
    return touched[0].removeprefix(f"{root}/")
