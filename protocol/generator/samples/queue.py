"""What Ada asks for while the agent is at work, and what she lets it do without asking."""

from typing import Final

from generator.samples import cast
from generator.samples.commits import Commit, ada, agent, closing, done, ending, started
from peon_protocol import commands, events
from peon_protocol.ids import CommandId
from peon_protocol.values import (
    Decision,
    ItemKind,
    ItemPatch,
    ItemStatus,
    RuleVerdict,
    Scope,
    StopReason,
    TextAppend,
    ToolKind,
    TurnError,
)

LATER: Final = "Then say in the README how to run it."
LATER_BETTER: Final = "Then say in README.md how to run it, in two lines."
HINT: Final = "Use pytest."
_OVERLOADED: Final = TurnError(code="overloaded", message="The model is overloaded.")


def _question(status: ItemStatus, patch: ItemPatch | None = None) -> events.ItemRecorded:
    return events.ItemRecorded(
        thread_id=cast.THREAD,
        turn_id=cast.TURNS[4],
        item_id=cast.QUESTION_CALL,
        kind=ItemKind.TOOL_CALL,
        status=status,
        patch=patch,
    )


QUEUE: Final = (
    *started(150, 3, "Write a test for greet.py.", "cmd-38"),
    ada(
        152,
        "turn/queue",
        events.MessageQueued(thread_id=cast.THREAD, message_id=cast.LATER, prompt=LATER),
    ),
    Commit(
        153,
        cast.ADA,
        (
            events.MessageQueued(
                thread_id=cast.THREAD,
                message_id=cast.ANOTHER,
                prompt="Rename greet.py to hello.py.",
            ),
        ),
        request=(
            "turn/queue",
            commands.QueueMessage(
                thread_id=cast.THREAD,
                message_id=cast.ANOTHER,
                prompt="Rename greet.py to hello.py.",
                command_id=CommandId("cmd-40"),
            ),
        ),
    ),
    ada(
        154,
        "message/move",
        events.MessageReordered(
            thread_id=cast.THREAD,
            message_id=cast.ANOTHER,
            order=(cast.ANOTHER, cast.LATER),
        ),
    ),
    ada(
        155,
        "message/edit",
        events.MessageEdited(thread_id=cast.THREAD, message_id=cast.LATER, prompt=LATER_BETTER),
    ),
    ada(
        156,
        "turn/steer",
        events.MessageQueued(
            thread_id=cast.THREAD,
            message_id=cast.HINT,
            prompt=HINT,
            steer=True,
            turn_id=cast.TURNS[3],
        ),
    ),
    Commit(
        156,
        cast.SERVER,
        (
            events.MessageSteered(
                thread_id=cast.THREAD,
                message_id=cast.HINT,
                turn_id=cast.TURNS[3],
                item_id=cast.HINT_ITEM,
            ),
            events.ItemRecorded(
                thread_id=cast.THREAD,
                turn_id=cast.TURNS[3],
                item_id=cast.HINT_ITEM,
                kind=ItemKind.USER_MESSAGE,
                status=ItemStatus.COMPLETED,
                append=TextAppend(offset=0, end=len(HINT), text=HINT),
            ),
        ),
        because=events.MessageQueued.TYPE,
    ),
    ada(
        157,
        "message/remove",
        events.MessageRemoved(thread_id=cast.THREAD, message_id=cast.ANOTHER),
    ),
    ada(
        160,
        "rule/add",
        events.RuleAdded(
            project_id=cast.PROJECT,
            rule_id=cast.RULE,
            verdict=RuleVerdict.ALLOW,
            provider=cast.AGENT,
            tool_kind=ToolKind.EXECUTE,
            command="python3 -m pytest",
        ),
    ),
    ada(
        161,
        "rule/remove",
        events.RuleRemoved(project_id=cast.PROJECT, rule_id=cast.RULE),
    ),
    agent(
        161,
        events.SessionConfigured(
            thread_id=cast.THREAD,
            session_id=cast.SESSION,
            options=cast.SESSION_OPTIONS,
            commands=cast.COMMANDS,
        ),
    ),
    agent(162, ending(3, error=_OVERLOADED)),
    done(
        163,
        closing(3),
        events.TurnFailed(
            thread_id=cast.THREAD, turn_id=cast.TURNS[3], error=_OVERLOADED, queue_held=True
        ),
    ),
    ada(
        170,
        "message/send",
        events.TurnStarted(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[4],
            number=5,
            prompt=LATER_BETTER,
            checkpoint_id=cast.BEFORE[4],
            message_id=cast.LATER,
        ),
    ),
    started(170, 4, LATER_BETTER, "cmd-47")[1],
    agent(
        170,
        _question(
            ItemStatus.AWAITING_APPROVAL, ItemPatch(title=cast.ASKED, tool_kind=ToolKind.QUESTION)
        ),
        events.ActionRequested(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[4],
            action_id=cast.QUESTION,
            item_id=cast.QUESTION_CALL,
            kind=ToolKind.QUESTION,
            title=cast.ASKED,
            options=(),
            fields=cast.FIELDS,
        ),
    ),
    Commit(
        171,
        cast.ADA,
        (
            events.ActionResolved(
                thread_id=cast.THREAD,
                turn_id=cast.TURNS[4],
                action_id=cast.QUESTION,
                decision=Decision.APPROVED,
                by=cast.BY_ADA,
                scope=Scope.ONCE,
                answers=cast.ANSWERS,
            ),
            _question(ItemStatus.COMPLETED),
        ),
        request=(
            "action/approve",
            commands.ApprovePendingAction(
                thread_id=cast.THREAD,
                action_id=cast.QUESTION,
                answers=cast.ANSWERS,
                command_id=CommandId("cmd-48"),
            ),
        ),
    ),
    agent(171, ending(4, StopReason.END_TURN)),
    done(
        172,
        closing(4),
        events.TurnCompleted(
            thread_id=cast.THREAD, turn_id=cast.TURNS[4], stop_reason=StopReason.END_TURN
        ),
    ),
)
