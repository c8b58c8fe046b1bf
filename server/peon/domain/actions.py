"""The rules of actions: asked once, answered once, withdrawn when nobody waits any more."""

import enum
from collections.abc import Iterator
from typing import assert_never

from peon.domain.facts import Facts
from peon.domain.items import close_text, set_tool_status
from peon.domain.lookup import require_thread
from peon.domain.model import Action, Model, Thread, Turn
from peon.errors import CommandRejected
from peon_protocol import provider_events
from peon_protocol.commands import ApprovePendingAction, RejectPendingAction
from peon_protocol.events import ActionRequested, ActionResolved, Event, ItemRecorded
from peon_protocol.ids import ActionId, ItemId, ThreadId
from peon_protocol.rejections import (
    ActionAlreadyResolved,
    ActionHasNoSuchOption,
    ActionIdUsed,
    ActionNotFound,
    FeatureNotAvailable,
    ThreadNotAwaitingApproval,
)
from peon_protocol.values import (
    ActionOption,
    Decider,
    DeciderKind,
    Decision,
    ItemKind,
    ItemPatch,
    ItemStatus,
    Mode,
    OptionKind,
    Scope,
    ToolKind,
)

CHANGING = frozenset(
    {ToolKind.EDIT, ToolKind.DELETE, ToolKind.MOVE, ToolKind.EXECUTE, ToolKind.OTHER}
)
"""Kinds of tools that may change files."""

_FILE_EDITS = frozenset({ToolKind.EDIT, ToolKind.DELETE, ToolKind.MOVE})
TURN_END = Decider(DeciderKind.TURN_END, "turn end")


class Verdict(enum.Enum):
    """What a mode says of an action."""

    ALLOW = enum.auto()
    ASK = enum.auto()
    DENY = enum.auto()


def verdict(mode: Mode, kind: ToolKind, *, inside: bool) -> Verdict:
    """What `mode` says of a tool of this kind; `inside` means every path it names is in the
    workspace.
    """
    if kind is ToolKind.QUESTION:
        return Verdict.ASK
    match mode:
        case Mode.FULL:
            return Verdict.ALLOW
        case Mode.EDITS:
            return Verdict.ALLOW if kind in _FILE_EDITS and inside else Verdict.ASK
        case Mode.ASK:
            return Verdict.ASK
        case Mode.PLAN:
            return Verdict.DENY if kind in CHANGING else Verdict.ASK
        case _:
            assert_never(mode)


def request_action(
    thread: Thread, turn: Turn, event: provider_events.ActionRequested, facts: Facts
) -> Iterator[Event]:
    """Record what the agent asks; the turn's mode may answer at once."""
    if event.action_id in thread.actions:
        raise CommandRejected(ActionIdUsed(event.action_id))
    yield from _tool_call_waits(thread, turn, event)
    yield ActionRequested(
        thread_id=thread.thread_id,
        turn_id=turn.turn_id,
        action_id=event.action_id,
        item_id=event.item_id,
        kind=event.kind,
        title=event.title,
        options=event.options,
    )
    inside = bool(event.paths) and not facts.outside
    yield from _answer_by_mode(thread, turn, event, verdict(turn.mode, event.kind, inside=inside))


def approve_action(command: ApprovePendingAction, model: Model, facts: Facts) -> Iterator[Event]:
    """The first answer counts; the agent gets the option that allows this once."""
    thread, action = _pending(model, command.thread_id, command.action_id)
    if command.scope is not Scope.ONCE:
        raise CommandRejected(FeatureNotAvailable(f"the scope {command.scope}"))
    option = _option(action.options, OptionKind.ALLOW_ONCE)
    if option is None:
        raise CommandRejected(ActionHasNoSuchOption(action.action_id))
    yield ActionResolved(
        thread_id=thread.thread_id,
        turn_id=action.turn_id,
        action_id=action.action_id,
        decision=Decision.APPROVED,
        by=Decider(DeciderKind.USER, facts.actor.name),
        option_id=option.option_id,
        scope=command.scope,
    )
    turn = thread.turns[action.turn_id]
    yield from set_tool_status(thread.thread_id, turn, action.item_id, ItemStatus.RUNNING)


def reject_action(command: RejectPendingAction, model: Model, facts: Facts) -> Iterator[Event]:
    """The tool call fails and the turn goes on.

    Without an option to reject, the request is cancelled.
    """
    thread, action = _pending(model, command.thread_id, command.action_id)
    option = _option(action.options, OptionKind.REJECT_ONCE)
    yield ActionResolved(
        thread_id=thread.thread_id,
        turn_id=action.turn_id,
        action_id=action.action_id,
        decision=Decision.REJECTED,
        by=Decider(DeciderKind.USER, facts.actor.name),
        option_id=None if option is None else option.option_id,
        reason=command.reason,
    )
    turn = thread.turns[action.turn_id]
    yield from set_tool_status(thread.thread_id, turn, action.item_id, ItemStatus.FAILED)


def withdraw(thread: Thread, action_id: ActionId, by: Decider) -> Iterator[Event]:
    """Nobody waits for this answer any more."""
    action = thread.actions[action_id]
    yield _withdrawn(action, thread, by)
    yield from _cancelled(action, thread)


def withdraw_all(thread: Thread) -> Iterator[Event]:
    """Withdraw every pending action: the turn ends. A tool call is cancelled once."""
    cancelled: set[ItemId] = set()
    for action_id in thread.pending:
        action = thread.actions[action_id]
        yield _withdrawn(action, thread, TURN_END)
        if action.item_id not in cancelled:
            cancelled.add(action.item_id)
            yield from _cancelled(action, thread)


def _withdrawn(action: Action, thread: Thread, by: Decider) -> Event:
    return ActionResolved(
        thread_id=thread.thread_id,
        turn_id=action.turn_id,
        action_id=action.action_id,
        decision=Decision.WITHDRAWN,
        by=by,
    )


def _cancelled(action: Action, thread: Thread) -> Iterator[Event]:
    turn = thread.turns[action.turn_id]
    return set_tool_status(thread.thread_id, turn, action.item_id, ItemStatus.CANCELLED)


def _pending(model: Model, thread_id: ThreadId, action_id: ActionId) -> tuple[Thread, Action]:
    thread = require_thread(model, thread_id)
    action = thread.actions.get(action_id)
    if action is not None and action.decision is not None and action.by is not None:
        raise CommandRejected(ActionAlreadyResolved(action_id, action.decision, action.by))
    if not thread.pending:
        raise CommandRejected(ThreadNotAwaitingApproval(thread.thread_id))
    if action is None:
        raise CommandRejected(ActionNotFound(thread.thread_id, action_id))
    return thread, action


def _tool_call_waits(
    thread: Thread, turn: Turn, event: provider_events.ActionRequested
) -> Iterator[Event]:
    item = turn.items.get(event.item_id)
    if item is not None:
        waiting = ItemStatus.AWAITING_APPROVAL
        yield from set_tool_status(thread.thread_id, turn, event.item_id, waiting)
        return
    yield from close_text(thread.thread_id, turn)
    yield ItemRecorded(
        thread_id=thread.thread_id,
        turn_id=turn.turn_id,
        item_id=event.item_id,
        kind=ItemKind.TOOL_CALL,
        status=ItemStatus.AWAITING_APPROVAL,
        patch=ItemPatch(title=event.title, tool_kind=event.kind),
    )


def _answer_by_mode(
    thread: Thread, turn: Turn, event: provider_events.ActionRequested, answer: Verdict
) -> Iterator[Event]:
    if turn.interrupt_requested:
        yield _resolved(thread, turn, event, Decision.WITHDRAWN, TURN_END, None)
        yield from _moved(thread, turn, event, ItemStatus.CANCELLED)
        return
    by = Decider(DeciderKind.MODE, turn.mode.value)
    match answer:
        case Verdict.ASK:
            return
        case Verdict.ALLOW:
            option = _option(event.options, OptionKind.ALLOW_ONCE)
            if option is not None:
                chosen = option.option_id
                yield _resolved(thread, turn, event, Decision.APPROVED, by, chosen)
                yield from _moved(thread, turn, event, ItemStatus.RUNNING)
        case Verdict.DENY:
            option = _option(event.options, OptionKind.REJECT_ONCE)
            chosen_or_none = None if option is None else option.option_id
            yield _resolved(thread, turn, event, Decision.REJECTED, by, chosen_or_none)
            yield from _moved(thread, turn, event, ItemStatus.FAILED)
        case _:
            assert_never(answer)


def _resolved(
    thread: Thread,
    turn: Turn,
    event: provider_events.ActionRequested,
    decision: Decision,
    by: Decider,
    option_id: str | None,
) -> ActionResolved:
    return ActionResolved(
        thread_id=thread.thread_id,
        turn_id=turn.turn_id,
        action_id=event.action_id,
        decision=decision,
        by=by,
        option_id=option_id,
        scope=Scope.ONCE if decision is Decision.APPROVED else None,
    )


def _moved(
    thread: Thread, turn: Turn, event: provider_events.ActionRequested, status: ItemStatus
) -> Iterator[Event]:
    """The tool call as it is after the answer, unless what was asked about is closed or a text."""
    item = turn.items.get(event.item_id)
    if item is None or (item.kind is ItemKind.TOOL_CALL and item.is_open):
        yield ItemRecorded(
            thread_id=thread.thread_id,
            turn_id=turn.turn_id,
            item_id=event.item_id,
            kind=ItemKind.TOOL_CALL,
            status=status,
        )


def _option(options: tuple[ActionOption, ...], kind: OptionKind) -> ActionOption | None:
    return next((option for option in options if option.kind is kind), None)
