"""The protocol's words and ours: a table for each enumeration, readers for its small values."""

import math
import shlex
from collections.abc import Iterable
from typing import Final

from peon.providers.content import absolute, content_block
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.ndjson import whole
from peon_protocol.values import (
    ActionOption,
    ContentBlock,
    Cost,
    EmbeddedResource,
    FileEdit,
    ItemStatus,
    JsonValue,
    Location,
    OptionKind,
    PlanEntry,
    PlanPriority,
    PlanStatus,
    ResourceLink,
    StopReason,
    TextContent,
    ToolKind,
    Usage,
)

TOOL_KINDS: Final = {kind.value: kind for kind in ToolKind if kind is not ToolKind.QUESTION} | {
    "switch_mode": ToolKind.SWITCH_MODE
}
TOOL_STATUSES: Final = {
    "pending": ItemStatus.STREAMING,
    "in_progress": ItemStatus.RUNNING,
    "completed": ItemStatus.COMPLETED,
    "failed": ItemStatus.FAILED,
}
OPTION_KINDS: Final = {
    "allow_once": OptionKind.ALLOW_ONCE,
    "allow_always": OptionKind.ALLOW_ALWAYS,
    "reject_once": OptionKind.REJECT_ONCE,
    "reject_always": OptionKind.REJECT_ALWAYS,
}
STOP_REASONS: Final = {
    "end_turn": StopReason.END_TURN,
    "max_tokens": StopReason.MAX_TOKENS,
    "max_turn_requests": StopReason.MAX_TURN_REQUESTS,
    "refusal": StopReason.REFUSAL,
    "cancelled": StopReason.CANCELLED,
}
PRIORITIES: Final = {priority.value: priority for priority in PlanPriority}
PLAN_STATUSES: Final = {
    "pending": PlanStatus.PENDING,
    "in_progress": PlanStatus.IN_PROGRESS,
    "completed": PlanStatus.COMPLETED,
}
_SHELLS: Final = frozenset({"sh", "bash", "zsh", "dash"})
_PATH_NAMES: Final = ("file_path", "filePath", "filepath", "path", "abs_path", "notebook_path")
"""What agents call the path in a tool's input, where they give it nowhere else."""


def words_of(block: JsonValue) -> str:
    """What a chunk adds to a message. Of what is not text, a message can hold only the address."""
    match content_block(block):
        case TextContent(text=words):
            return words
        case ResourceLink(uri=uri, name=name):
            return f"[{name}]({uri})"
        case EmbeddedResource(resource=held):
            return held.text or f"<{held.uri}>"
        case _:
            return ""


def tool_content(items: Iterable[JsonValue]) -> tuple[ContentBlock, ...]:
    """The blocks among a tool call's content."""
    blocks = (content_block(raw.field(item, "content")) for item in items)
    return tuple(block for block in blocks if block is not None)


def tool_edits(items: Iterable[JsonValue], root: str) -> tuple[FileEdit, ...]:
    """The diffs among a tool call's content, their paths made absolute."""
    edits = []
    for item in items:
        match item:
            case {"type": "diff", "path": str(path), "newText": str(new)}:
                edits.append(FileEdit(absolute(path, root), whole(new), raw.text(item, "oldText")))
            case _:
                continue
    return tuple(edits)


def locations(items: Iterable[JsonValue], root: str) -> tuple[Location, ...]:
    """Places, their paths made absolute."""
    return tuple(
        Location(absolute(path, root), raw.number(item, "line"))
        for item in items
        if (path := raw.text(item, "path"))
    )


def input_paths(tool_input: JsonValue, root: str) -> tuple[str, ...]:
    """Paths that a tool's input names by one of the usual names."""
    named = (raw.text(tool_input, name) for name in _PATH_NAMES)
    return tuple(absolute(path, root) for path in named if path)


def input_command(tool_input: JsonValue) -> str | None:
    """The command line that a tool's input names: a text, or arguments, of a shell or not."""
    told = raw.field(tool_input, "command") or raw.field(tool_input, "cmd")
    if isinstance(told, str):
        return whole(told) or None
    if not isinstance(told, list) or not told:
        return None
    arguments = [whole(each) if isinstance(each, str) else str(each) for each in told]
    match arguments:
        case [shell, "-c" | "-lc", script] if shell.rsplit("/", 1)[-1] in _SHELLS:
            return script
        case _:
            return shlex.join(arguments)


def options(items: Iterable[JsonValue]) -> tuple[ActionOption, ...]:
    """The ways to answer. One of a kind we do not know cannot be chosen, so it is left out."""
    found = []
    for item in items:
        kind = raw.mapped(item, "kind", OPTION_KINDS)
        option_id = raw.field(item, "optionId")
        if kind is not None and isinstance(option_id, str):
            found.append(ActionOption(option_id, raw.text(item, "name") or option_id, kind))
    return tuple(found)


def plan_entries(items: Iterable[JsonValue]) -> tuple[PlanEntry, ...]:
    return tuple(
        PlanEntry(
            content,
            raw.mapped(item, "priority", PRIORITIES) or PlanPriority.MEDIUM,
            raw.mapped(item, "status", PLAN_STATUSES) or PlanStatus.PENDING,
        )
        for item in items
        if (content := raw.text(item, "content")) is not None
    )


def cost(told: JsonValue) -> Cost | None:
    """What a session has cost; a sum that is no number, or of no currency, is none."""
    amount, currency = raw.field(told, "amount"), raw.text(told, "currency")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or currency is None:
        return None
    return Cost(float(amount), currency) if math.isfinite(amount) else None


def cost_since(before: Cost | None, now: Cost | None) -> Cost | None:
    """What was added to the cost of a session; of another currency, all of it."""
    if now is None or before is None or before.currency != now.currency:
        return now
    return Cost(max(0.0, now.amount - before.amount), now.currency)


def usage(result: JsonValue) -> Usage | None:
    """The tokens of a turn, from the result of its prompt; some put them under `_meta` only."""
    told = raw.field(result, "usage")
    model = _model(raw.items(result, "_meta", "quota", "model_usage"))
    if isinstance(told, dict):
        return Usage(
            input_tokens=raw.number(told, "inputTokens") or 0,
            output_tokens=raw.number(told, "outputTokens") or 0,
            cache_read_tokens=raw.number(told, "cachedReadTokens") or 0,
            model=model,
        )
    quota = raw.field(result, "_meta", "quota", "token_count")
    if isinstance(quota, dict):
        return Usage(
            input_tokens=raw.number(quota, "input_tokens") or 0,
            output_tokens=raw.number(quota, "output_tokens") or 0,
            model=model,
        )
    return None


def _model(used: list[JsonValue]) -> str | None:
    """The first model of a list of what each used."""
    return raw.text(used[0], "model") if used else None
