"""The rules of items: text grows, tool calls and plans are replaced piece by piece."""

from collections.abc import Collection, Iterator

from peon.domain.model import Item, Turn
from peon_protocol.events import Event, ItemRecorded
from peon_protocol.ids import ItemId, ThreadId
from peon_protocol.provider_events import PlanReplaced, ToolCallUpdated
from peon_protocol.values import ItemKind, ItemPatch, ItemStatus, TextAppend


def text_item(turn: Turn, kind: ItemKind, item_id: ItemId | None) -> tuple[ItemId, int]:
    """The item that text of `kind` goes to, and how many bytes it holds already.

    Named, it is that item while it is a text of this kind; unnamed, the one that is open, else a
    new one.
    """
    wanted = item_id if item_id is not None else turn.open_text
    item = None if wanted is None else turn.items.get(wanted)
    if item is not None and item.kind is kind and item.is_open:
        return item.item_id, item.length
    if item_id is not None and item is None:
        return item_id, 0
    return new_item_id(turn), 0


def new_item_id(turn: Turn) -> ItemId:
    """An id no item of the turn has, readable and the same in every replay."""
    number = len(turn.items) + 1
    while (candidate := ItemId(f"t{turn.number}-{number}")) in turn.items:
        number += 1
    return candidate


def append_text(
    thread_id: ThreadId, turn: Turn, item_id: ItemId, kind: ItemKind, text: str, *, complete: bool
) -> Iterator[Event]:
    """Text at the end of an item, which closes another text that was open."""
    if turn.open_text is not None and turn.open_text != item_id:
        yield from close_text(thread_id, turn)
    item = turn.items.get(item_id)
    offset = 0 if item is None else item.length
    end = offset + len(text.encode())
    yield ItemRecorded(
        thread_id=thread_id,
        turn_id=turn.turn_id,
        item_id=item_id,
        kind=kind,
        status=ItemStatus.COMPLETED if complete else ItemStatus.STREAMING,
        append=TextAppend(offset, end, text),
    )


def close_text(thread_id: ThreadId, turn: Turn) -> Iterator[Event]:
    """The open text, if there is one, is complete: something else follows."""
    if turn.open_text is not None:
        yield _status(thread_id, turn, turn.items[turn.open_text], ItemStatus.COMPLETED)


def update_tool_call(thread_id: ThreadId, turn: Turn, event: ToolCallUpdated) -> Iterator[Event]:
    """An upsert. What is closed stays closed, though its contents may still be filled in."""
    item = turn.items.get(event.item_id)
    if item is not None and item.kind is not ItemKind.TOOL_CALL:
        return
    if item is None:
        yield from close_text(thread_id, turn)
    status = _next_status(item, event.status)
    patch = _tool_patch(event)
    if item is not None and status is item.status and patch is None:
        return
    yield ItemRecorded(
        thread_id=thread_id,
        turn_id=turn.turn_id,
        item_id=event.item_id,
        kind=ItemKind.TOOL_CALL,
        status=status,
        patch=patch,
    )


def replace_plan(thread_id: ThreadId, turn: Turn, event: PlanReplaced) -> Iterator[Event]:
    """A turn has one plan, replaced whole."""
    plan = next((item for item in turn.items.values() if item.kind is ItemKind.PLAN), None)
    if plan is None:
        yield from close_text(thread_id, turn)
    yield ItemRecorded(
        thread_id=thread_id,
        turn_id=turn.turn_id,
        item_id=new_item_id(turn) if plan is None else plan.item_id,
        kind=ItemKind.PLAN,
        status=ItemStatus.RUNNING,
        patch=ItemPatch(entries=event.entries),
    )


def set_tool_status(
    thread_id: ThreadId, turn: Turn, item_id: ItemId, status: ItemStatus
) -> Iterator[Event]:
    """Move a tool call on, unless it is closed or there already."""
    item = turn.items.get(item_id)
    if item is None or item.kind is not ItemKind.TOOL_CALL:
        return
    if item.is_open and item.status is not status:
        yield _status(thread_id, turn, item, status)


def close_items(
    thread_id: ThreadId, turn: Turn, *, broken_off: bool, but: Collection[ItemId]
) -> Iterator[Event]:
    """Everything open is closed with its turn: texts and plans as they are, tool calls as
    cancelled.

    `but` names the items that the same commit has closed already.
    """
    for item in turn.items.values():
        if item.is_open and item.item_id not in but:
            finished = item.kind is not ItemKind.TOOL_CALL and not broken_off
            status = ItemStatus.COMPLETED if finished else ItemStatus.CANCELLED
            yield _status(thread_id, turn, item, status)


def _status(thread_id: ThreadId, turn: Turn, item: Item, status: ItemStatus) -> ItemRecorded:
    return ItemRecorded(
        thread_id=thread_id,
        turn_id=turn.turn_id,
        item_id=item.item_id,
        kind=item.kind,
        status=status,
    )


def _next_status(item: Item | None, wanted: ItemStatus | None) -> ItemStatus:
    if item is None:
        return wanted or ItemStatus.RUNNING
    return item.status if wanted is None or not item.is_open else wanted


def _tool_patch(event: ToolCallUpdated) -> ItemPatch | None:
    patch = ItemPatch(
        title=event.title,
        tool_kind=event.kind,
        summary=event.summary,
        input=event.input,
        content=event.content,
        edits=event.edits,
        locations=event.locations,
    )
    return None if patch == _NOTHING else patch


_NOTHING = ItemPatch()
