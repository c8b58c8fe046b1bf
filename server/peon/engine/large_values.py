"""Values too large for an event are put aside before the rules see them.

What an agent shows of a tool call may be a hundred megabytes. A value over the limit is stored by
its hash, off the loop, and is durable before the event that names it is decided. What is said in
the same thread meanwhile waits for it, so that order is kept; nobody else waits.
"""

import asyncio
import base64
import binascii
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, Protocol, TypeGuard

import attrs

from peon.domain.commands import AnyCommand
from peon.errors import StoreFailure
from peon.runtime.long_text import CUT, LongText, pieces_of
from peon.runtime.tasks import TaskOwner
from peon.wire import dumps, unstructure
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.ids import BlobId, ThreadId
from peon_protocol.provider_events import ToolCallUpdated
from peon_protocol.values import (
    AudioContent,
    EmbeddedResource,
    FileEdit,
    ImageContent,
    ItemContent,
    JsonValue,
    ResourceLink,
    StoredContent,
    StoredText,
    TextContent,
)

logger = logging.getLogger(__name__)

LARGE: Final = 64 << 10
"""Bytes; a longer value is kept apart."""
MOST_WAITING: Final = 256 << 20
"""Bytes of large values that may wait for the disk; of what comes then, the beginning is kept."""
PREVIEW: Final = 1024
"""Characters of a text that stand in the event all the same."""
_PIECE: Final = 1 << 20
"""Characters that are encoded at once: the interpreter serves nobody else meanwhile."""
_BASE64_PIECE: Final = 1 << 20

Take = Callable[[IngestProviderEvent], object]


class ValueStore(Protocol):
    """Where values are kept apart."""

    async def put_pieces(self, pieces: Callable[[], Iterable[bytes]]) -> tuple[str, int]:
        """Store a value whose pieces are made in another thread; its name and size.

        It is durable then. Raises StoreFailure.
        """
        ...


@attrs.frozen
class _Held:
    """Something said that waits, and who takes it when its values are stored."""

    command: IngestProviderEvent
    take: Take
    size: int


class LargeValues:
    """Holds back what a provider says while large values of its thread are being stored."""

    def __init__(self, store: ValueStore, tasks: TaskOwner, *, large: int = LARGE) -> None:
        self._store = store
        self._tasks = tasks
        self._large = large
        self._lanes: dict[ThreadId, deque[_Held]] = {}
        self._waiting = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.lock = asyncio.Lock()
        """Held from before a value is stored until the event that names it is in the log."""

    def must_wait(self, command: AnyCommand) -> TypeGuard[IngestProviderEvent]:
        """Whether it has to be held: it is too large, or would overtake what is."""
        if not isinstance(command, IngestProviderEvent):
            return False
        return command.thread_id in self._lanes or _size(command, self._large) > 0

    def hold(self, command: IngestProviderEvent, take: Take) -> None:
        """Give the command to `take` later, with names in the place of its large values.

        `take` is called on the loop, in the order in which the thread's commands were held.
        """
        size = _size(command, self._large)
        if self._waiting + size > MOST_WAITING:
            logger.warning("%s says more than can be stored; it is cut", command.thread_id)
            command, size = _cut(command, self._large), 0
        self._waiting += size
        lane = self._lanes.get(command.thread_id)
        if lane is None:
            lane = self._lanes[command.thread_id] = deque()
            self._idle.clear()
            self._tasks.start(
                self._work(command.thread_id, lane), name=f"values of {command.thread_id}"
            )
        lane.append(_Held(command, take, size))

    async def settled(self) -> None:
        """Return once nothing is held."""
        await self._idle.wait()

    async def _work(self, thread_id: ThreadId, lane: deque[_Held]) -> None:
        try:
            while lane:
                held = lane[0]
                async with self.lock:
                    command = await self._apart(held.command)
                    lane.popleft()
                    self._waiting -= held.size
                    held.take(command)
        finally:
            self._waiting -= sum(held.size for held in lane)
            del self._lanes[thread_id]
            if not self._lanes:
                self._idle.set()

    async def _apart(self, command: IngestProviderEvent) -> IngestProviderEvent:
        """The command with its large values stored. If they cannot be, their beginnings stay."""
        event = command.event
        if not isinstance(event, ToolCallUpdated) or not _size(command, self._large):
            return command
        try:
            event = attrs.evolve(
                event,
                input=await self._input(event.input),
                content=await self._content(event.content),
                edits=await self._edits(event.edits),
            )
        except StoreFailure as failure:
            logger.warning("a value of %s is cut: %s", command.thread_id, failure)
            return _cut(command, self._large)
        return attrs.evolve(command, event=event)

    async def _input(self, value: JsonValue) -> JsonValue:
        if _json_size(value, self._large) <= self._large:
            return value
        # A long text in it is only its beginning here.
        text = await asyncio.to_thread(dumps, value)
        name, size = await self._store.put_pieces(partial(_json_pieces, value))
        preview = text[:PREVIEW].decode(errors="ignore")
        return unstructure(
            StoredContent(BlobId(name), size, mime_type="application/json", preview=preview)
        )

    async def _content(
        self, blocks: tuple[ItemContent, ...] | None
    ) -> tuple[ItemContent, ...] | None:
        if blocks is None:
            return None
        return tuple([await self._block(block) for block in blocks])

    async def _block(self, block: ItemContent) -> ItemContent:
        text, is_base64, mime_type, uri = _parts(block)
        if _length(text, self._large) <= self._large:
            return block
        stored = await (self._binary(text) if is_base64 else self._text(text))
        preview = "" if is_base64 else text[:PREVIEW]
        return StoredContent(
            stored.blob_id, stored.size, mime_type=mime_type, preview=preview, uri=uri
        )

    async def _edits(self, edits: tuple[FileEdit, ...] | None) -> tuple[FileEdit, ...] | None:
        if edits is None:
            return None
        return tuple([await self._edit(edit) for edit in edits])

    async def _edit(self, edit: FileEdit) -> FileEdit:
        if _length(edit.new_text, self._large) > self._large:
            stored = await self._text(edit.new_text)
            edit = attrs.evolve(edit, new_text=edit.new_text[:PREVIEW], new_stored=stored)
        if edit.old_text is not None and _length(edit.old_text, self._large) > self._large:
            stored = await self._text(edit.old_text)
            edit = attrs.evolve(edit, old_text=edit.old_text[:PREVIEW], old_stored=stored)
        return edit

    async def _text(self, text: str) -> StoredText:
        name, size = await self._store.put_pieces(partial(_encoded, text))
        return StoredText(BlobId(name), size)

    async def _binary(self, text: str) -> StoredText:
        """What base64 stands for; an agent's base64 that is none is kept as it is."""
        try:
            name, size = await self._store.put_pieces(partial(_decoded, text))
        except binascii.Error:
            return await self._text(text)
        return StoredText(BlobId(name), size)


def _encoded(text: str) -> Iterator[bytes]:
    for piece in pieces_of(text):
        for start in range(0, len(piece), _PIECE):
            yield piece[start : start + _PIECE].encode()


def _decoded(text: str) -> Iterator[bytes]:
    """Pieces of whole groups of four characters."""
    rest = ""
    for piece in pieces_of(text):
        rest += piece
        end = len(rest) // 4 * 4
        for start in range(0, end, _BASE64_PIECE):
            yield base64.b64decode(rest[start : min(end, start + _BASE64_PIECE)], validate=True)
        rest = rest[end:]
    yield base64.b64decode(rest, validate=True)


def _json_pieces(value: JsonValue) -> Iterator[bytes]:
    """The value as JSON. What holds no long text is written at once."""
    match value:
        case LongText():
            yield b'"'
            for piece in value.pieces():
                yield dumps(piece)[1:-1]
            yield b'"'
        case list() if any(map(_holds_long_text, value)):
            for place, each in enumerate(value):
                yield b"," if place else b"["
                yield from _json_pieces(each)
            yield b"]"
        case dict() if any(map(_holds_long_text, value.values())):
            for place, (name, each) in enumerate(value.items()):
                yield (b"," if place else b"{") + dumps(name) + b":"
                yield from _json_pieces(each)
            yield b"}"
        case _:
            yield dumps(value)


def _holds_long_text(value: JsonValue) -> bool:
    match value:
        case LongText():
            return True
        case list():
            return any(map(_holds_long_text, value))
        case dict():
            return any(map(_holds_long_text, value.values()))
        case _:
            return False


def _parts(block: ItemContent) -> tuple[str, bool, str | None, str | None]:
    """What of a block may be large, whether it is base64, its MIME type and its address."""
    match block:
        case TextContent(text=text):
            return text, False, "text/plain", None
        case ImageContent():
            return block.data, True, block.mime_type, block.uri
        case AudioContent():
            return block.data, True, block.mime_type, None
        case EmbeddedResource(resource=held) if held.blob is not None:
            return held.blob, True, held.mime_type, held.uri
        case EmbeddedResource(resource=held):
            return held.text or "", False, held.mime_type or "text/plain", held.uri
        case ResourceLink() | StoredContent():
            return "", False, None, None


def _size(command: IngestProviderEvent, large: int) -> int:
    """Bytes, about, of the values that are too large; 0 where none is."""
    event = command.event
    if not isinstance(event, ToolCallUpdated):
        return 0
    sizes = [_json_size(event.input, large)]
    sizes += [_length(_parts(block)[0], large) for block in event.content or ()]
    for edit in event.edits or ():
        sizes += [_length(edit.new_text, large), _length(edit.old_text or "", large)]
    return sum(size for size in sizes if size > large)


def _length(text: str, large: int) -> int:
    """Bytes of a text; where its characters tell already whether it is large, those."""
    if isinstance(text, LongText):
        return text.size
    if len(text) > large or len(text) * 4 <= large:
        return len(text)
    return len(text.encode())


def _json_size(value: JsonValue, large: int) -> int:
    """Bytes, about, of the texts in a value; counted until they are known to be too many."""
    size, waiting = 0, [value]
    while waiting and size <= large:
        match waiting.pop():
            case str(text):
                size += _length(text, large)
            case list(items):
                size += len(items)
                waiting += items
            case dict(members):
                size += sum(map(len, members))
                waiting += members.values()
            case _:
                size += 1
    return size


def _cut(command: IngestProviderEvent, large: int) -> IngestProviderEvent:
    """The command with only the beginnings of its large values, which say so."""
    event = command.event
    if not isinstance(event, ToolCallUpdated):
        return command
    content = event.content and tuple(_cut_block(block, large) for block in event.content)
    edits = event.edits and tuple(_cut_edit(edit, large) for edit in event.edits)
    cut = _json_size(event.input, large) > large
    event = attrs.evolve(event, input=CUT if cut else event.input, content=content, edits=edits)
    return attrs.evolve(command, event=event)


def _cut_block(block: ItemContent, large: int) -> ItemContent:
    text, is_base64, _, _ = _parts(block)
    if _length(text, large) <= large:
        return block
    return TextContent(CUT if is_base64 else text[:PREVIEW] + CUT)


def _cut_edit(edit: FileEdit, large: int) -> FileEdit:
    if _length(edit.new_text, large) > large:
        edit = attrs.evolve(edit, new_text=edit.new_text[:PREVIEW] + CUT)
    if edit.old_text is not None and _length(edit.old_text, large) > large:
        edit = attrs.evolve(edit, old_text=edit.old_text[:PREVIEW] + CUT)
    return edit
