"""What was said in a thread, as text for an agent that begins afresh and does not know it.

Only turns that count are told. Where there is too much, the newest is kept: an agent that lacks
the beginning can ask, one that lacks the end goes astray.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from peon.domain.model import Item, Model, Thread, Turn
from peon_protocol.ids import ThreadId, TurnId
from peon_protocol.values import (
    EmbeddedResource,
    ItemKind,
    Prompt,
    ResourceLink,
    TextContent,
    TurnStatus,
)

LONGEST: Final = 96 * 1024
"""Characters of a transcript."""
LONGEST_TEXT: Final = 16 * 1024
"""Characters of one message in it."""
LONGEST_LINE: Final = 300
"""Characters that one tool call takes."""

_HEAD: Final = """\
This conversation began in an earlier session, which you do not know. What follows is its record: \
the user's requests, your answers, and what your tools did. The files in the folder are as they \
are now; read them again before you rely on what is said here about them."""
_LEFT_OUT: Final = "[Earlier turns that are left out: {count}.]"
_ENDED: Final = {
    TurnStatus.INTERRUPTED: "[This turn was interrupted.]",
    TurnStatus.FAILED: "[This turn failed.]",
}


def transcript_of(model: Model, thread_id: ThreadId) -> str | None:
    """What was said before the turn in progress; None where nothing was."""
    thread = model.threads.get(thread_id)
    if thread is None:
        return None
    told = _that_count(thread)
    if not told:
        return None
    parts: list[str] = []
    room = LONGEST
    for turn_id in reversed(told):
        part = _turn(thread.turns[turn_id])
        room -= len(part)
        if room < 0 and parts:
            break
        parts.append(part[:LONGEST])
    left_out = len(told) - len(parts)
    head = [_HEAD, _LEFT_OUT.format(count=left_out)] if left_out else [_HEAD]
    return "\n\n".join([*head, *reversed(parts)]) + "\n"


def _that_count(thread: Thread) -> list[TurnId]:
    undone = frozenset(thread.undone)
    return [each for each in thread.turns if each != thread.current and each not in undone]


def _turn(turn: Turn) -> str:
    lines = [f"## Turn {turn.number}", f"User:\n{_cut(_prompt(turn.prompt), LONGEST_TEXT)}"]
    lines += (told for item in turn.items.values() if (told := _item(item)))
    if turn.status in _ENDED:
        lines.append(_ENDED[turn.status])
    return "\n\n".join(lines)


def _item(item: Item) -> str | None:
    """A message as it was said, a tool call as a line; what was only thought is not told."""
    if item.kind is ItemKind.MESSAGE and item.text.strip():
        return f"Assistant:\n{_cut(item.text.strip(), LONGEST_TEXT)}"
    if item.kind is ItemKind.TOOL_CALL:
        return _cut(f"[Tool: {', '.join(_tool(item))}]", LONGEST_LINE)
    return None


def _tool(item: Item) -> Iterator[str]:
    yield item.title or "a tool call"
    yield item.status.value
    paths = dict.fromkeys(edit.path for edit in item.edits)
    if paths:
        yield f"changed {', '.join(paths)}"
    if item.summary:
        yield item.summary


def _prompt(prompt: Prompt) -> str:
    return prompt if isinstance(prompt, str) else "\n".join(_blocks(prompt))


def _blocks(blocks: Iterable[object]) -> Iterator[str]:
    for block in blocks:
        match block:
            case TextContent():
                yield block.text
            case ResourceLink():
                yield f"[Attached: {block.uri}]"
            case EmbeddedResource():
                yield f"[Attached: {block.resource.uri}]"
            case _:
                yield "[Attached: something that is no text.]"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
