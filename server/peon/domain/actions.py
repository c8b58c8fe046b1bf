"""The rules of actions: asked once, answered once, withdrawn when nobody waits any more."""

from collections.abc import Iterator
from typing import assert_never

import attrs

from peon.domain.facts import Facts
from peon.domain.items import close_text, set_tool_status
from peon.domain.lookup import require_thread
from peon.domain.model import Action, Model, Project, Thread, Turn
from peon.domain.patterns import FILE_EDITS, Wish, covering, wish
from peon.domain.questions import filled, problems, tidied, without_secrets
from peon.domain.rules import Fresh, Judgement, as_added, judge, rules_for, scopes, wish_of
from peon.errors import CommandRejected
from peon_protocol import provider_events
from peon_protocol.commands import ApprovePendingAction, RejectPendingAction
from peon_protocol.events import ActionRequested, ActionResolved, Event, ItemRecorded
from peon_protocol.ids import ActionId, ItemId, ThreadId
from peon_protocol.rejections import (
    ActionAlreadyResolved,
    ActionAnswersInvalid,
    ActionHasNoSuchOption,
    ActionIdUsed,
    ActionNotFound,
    ActionScopeNotAvailable,
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
    RuleVerdict,
    Scope,
    ToolKind,
)

CHANGING = frozenset(
    {ToolKind.EDIT, ToolKind.DELETE, ToolKind.MOVE, ToolKind.EXECUTE, ToolKind.OTHER}
)
"""Kinds of tools that may change files."""

_ALLOWING = frozenset({OptionKind.ALLOW_ONCE, OptionKind.ALLOW_ALWAYS})
SERVER_FILES = Decider(DeciderKind.RULE, "the server's own files")
TURN_END = Decider(DeciderKind.TURN_END, "turn end")


def by_mode(mode: Mode, wanted: Wish) -> RuleVerdict:
    """What `mode` says of an action."""
    if wanted.kind is ToolKind.QUESTION:
        return RuleVerdict.ASK
    match mode:
        case Mode.FULL:
            return RuleVerdict.ALLOW
        case Mode.EDITS:
            inside = bool(wanted.paths) and not wanted.outside and not wanted.is_guarded
            return RuleVerdict.ALLOW if wanted.kind in FILE_EDITS and inside else RuleVerdict.ASK
        case Mode.ASK:
            return RuleVerdict.ASK
        case Mode.PLAN:
            return RuleVerdict.DENY if wanted.kind in CHANGING else RuleVerdict.ASK
        case _:
            assert_never(mode)


def request_action(
    project: Project,
    thread: Thread,
    turn: Turn,
    event: provider_events.ActionRequested,
    facts: Facts,
) -> Iterator[Event]:
    """Record what the agent asks; a rule, an earlier approval or the turn's mode may answer it."""
    if event.action_id in thread.actions:
        raise CommandRejected(ActionIdUsed(event.action_id))
    places = facts.places
    outside = places.outside or places.private
    if event.fields:
        event = attrs.evolve(event, kind=ToolKind.QUESTION, fields=tidied(event.fields))
    wanted = wish(event.kind, places.inside, event.command, outside=outside)
    judged = _judged(project, thread, turn, wanted, facts)
    yield from _tool_call_waits(thread, turn, event)
    yield ActionRequested(
        thread_id=thread.thread_id,
        turn_id=turn.turn_id,
        action_id=event.action_id,
        item_id=event.item_id,
        kind=event.kind,
        title=event.title,
        options=event.options,
        paths=places.shown,
        command=event.command,
        scopes=scopes(wanted),
        fields=event.fields,
        asked_by=judged.rule_that_asks,
    )
    yield from _answer(thread, turn, event, judged)


def _judged(project: Project, thread: Thread, turn: Turn, wanted: Wish, facts: Facts) -> Judgement:
    """Deny wins, then the mode `plan`, then what asks, then what allows, then the mode."""
    mode = Judgement(by_mode(turn.mode, wanted), Decider(DeciderKind.MODE, turn.mode.value))
    if wanted.kind is ToolKind.QUESTION:
        return mode
    judged = judge(project, thread, wanted)
    if judged is not None and judged.verdict is RuleVerdict.DENY:
        return judged
    if mode.verdict is RuleVerdict.DENY:
        return mode
    if facts.places.private:
        return Judgement(RuleVerdict.ASK, SERVER_FILES)
    return judged or mode


def approve_action(command: ApprovePendingAction, model: Model, facts: Facts) -> Iterator[Event]:
    """The first answer counts. The agent gets the option that allows this once: how far the
    approval reaches is for us to remember. Only by name it gets another one.

    What waits besides and is covered by an approval for longer needs no answer any more.
    """
    thread, action = _pending(model, command.thread_id, command.action_id)
    if command.scope not in action.scopes:
        raise CommandRejected(ActionScopeNotAvailable(action.action_id, command.scope))
    option = _allowing(action, command)
    if option is None and (command.option_id is not None or not action.fields):
        raise CommandRejected(ActionHasNoSuchOption(action.action_id))
    answers = command.answers or {}
    if wrong := problems(action.fields, answers):
        raise CommandRejected(ActionAnswersInvalid(action.action_id, wrong))
    yield ActionResolved(
        thread_id=thread.thread_id,
        turn_id=action.turn_id,
        action_id=action.action_id,
        decision=Decision.APPROVED,
        by=Decider(DeciderKind.USER, facts.actor.name),
        option_id=None if option is None else option.option_id,
        scope=command.scope,
        answers=without_secrets(action.fields, filled(action.fields, answers)) or None,
    )
    yield from _goes_on(thread, action, ItemStatus.RUNNING, answered=ItemStatus.COMPLETED)
    yield from _reaching_further(command.scope, model, thread, action, facts)


def _goes_on(
    thread: Thread, action: Action, status: ItemStatus, *, answered: ItemStatus
) -> Iterator[Event]:
    """The item of an action moves on. One that is nothing but a question is over; of a tool call
    that asked one, the agent says what becomes of it.
    """
    turn = thread.turns[action.turn_id]
    item = turn.items.get(action.item_id)
    if action.kind is ToolKind.QUESTION:
        alone = item is not None and item.tool_kind is ToolKind.QUESTION
        status = answered if alone else ItemStatus.RUNNING
    yield from set_tool_status(thread.thread_id, turn, action.item_id, status)


def _reaching_further(
    scope: Scope, model: Model, thread: Thread, action: Action, facts: Facts
) -> Iterator[Event]:
    project = model.projects[thread.project_id]
    match scope:
        case Scope.ONCE:
            return
        case Scope.SESSION:
            fresh = Fresh(grants={action.action_id: covering(wish_of(action))})
            threads = [thread]
        case Scope.ALWAYS:
            added = tuple(rules_for(project, thread, action, facts))
            yield from added
            fresh = Fresh(rules=tuple(as_added(each, facts.actor) for each in added))
            threads = [model.threads[each] for each in project.thread_ids]
        case _:
            assert_never(scope)
    for each in threads:
        if each.provider == thread.provider:
            yield from _settle_covered(project, each, fresh, but=action)


def _settle_covered(
    project: Project, thread: Thread, fresh: Fresh, *, but: Action
) -> Iterator[Event]:
    """What waits in the thread and is allowed now is approved, by what allows it."""
    moved = {but.item_id} if but.action_id in thread.pending else set[ItemId]()
    for action_id in thread.pending:
        action = thread.actions[action_id]
        option = _option(action.options, OptionKind.ALLOW_ONCE)
        if action is but or action.kind is ToolKind.QUESTION or option is None:
            continue
        judged = judge(project, thread, wish_of(action), fresh)
        if judged is None or judged.verdict is not RuleVerdict.ALLOW:
            continue
        yield ActionResolved(
            thread_id=thread.thread_id,
            turn_id=action.turn_id,
            action_id=action_id,
            decision=Decision.APPROVED,
            by=judged.by,
            option_id=option.option_id,
            scope=Scope.ONCE,
        )
        if action.item_id not in moved:
            moved.add(action.item_id)
            turn = thread.turns[action.turn_id]
            yield from set_tool_status(thread.thread_id, turn, action.item_id, ItemStatus.RUNNING)


def _allowing(action: Action, command: ApprovePendingAction) -> ActionOption | None:
    if command.option_id is not None:
        named = (each for each in action.options if each.option_id == command.option_id)
        return next((each for each in named if each.kind in _ALLOWING), None)
    once = _option(action.options, OptionKind.ALLOW_ONCE)
    if once is None and command.scope is not Scope.ONCE:
        return _option(action.options, OptionKind.ALLOW_ALWAYS)
    return once


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
    yield from _goes_on(thread, action, ItemStatus.FAILED, answered=ItemStatus.CANCELLED)


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


def _answer(
    thread: Thread, turn: Turn, event: provider_events.ActionRequested, judged: Judgement
) -> Iterator[Event]:
    if turn.interrupt_requested:
        yield _resolved(thread, turn, event, Decision.WITHDRAWN, TURN_END, None)
        yield from _moved(thread, turn, event, ItemStatus.CANCELLED)
        return
    by = judged.by
    match judged.verdict:
        case RuleVerdict.ASK:
            return
        case RuleVerdict.ALLOW:
            option = _option(event.options, OptionKind.ALLOW_ONCE)
            if option is not None:
                chosen = option.option_id
                yield _resolved(thread, turn, event, Decision.APPROVED, by, chosen)
                yield from _moved(thread, turn, event, ItemStatus.RUNNING)
        case RuleVerdict.DENY:
            option = _option(event.options, OptionKind.REJECT_ONCE)
            chosen_or_none = None if option is None else option.option_id
            yield _resolved(thread, turn, event, Decision.REJECTED, by, chosen_or_none)
            yield from _moved(thread, turn, event, ItemStatus.FAILED)
        case _:
            assert_never(judged.verdict)


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
