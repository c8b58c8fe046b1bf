"""A sample of every command and of its answer."""

from typing import Final

from generator.samples import cast
from generator.samples.branches import BRANCH_COMMANDS
from generator.samples.exchange import Exchange
from generator.samples.reviews import REVIEW_COMMANDS
from generator.samples.worktrees import WORKTREE_COMMANDS
from peon_protocol import commands, provider_events, queue_results, results
from peon_protocol.ids import CommandId
from peon_protocol.values import (
    ConflictChoice,
    Decision,
    Mode,
    ProjectDefaults,
    RuleVerdict,
    Scope,
    ToolKind,
)

COMMANDS: Final = (
    Exchange(
        "project/create",
        commands.CreateProject(
            project_id=cast.PROJECT, root=cast.ROOT, title="greeter", command_id=CommandId("cmd-1")
        ),
        results.ProjectResult(sequence=1, project_id=cast.PROJECT),
    ),
    Exchange(
        "project/configure",
        commands.ConfigureProject(
            project_id=cast.PROJECT,
            defaults=ProjectDefaults(provider=cast.AGENT, mode=Mode.ASK),
            command_id=CommandId("cmd-2"),
        ),
        results.ProjectResult(sequence=2, project_id=cast.PROJECT),
    ),
    Exchange(
        "thread/create",
        commands.CreateThread(
            project_id=cast.PROJECT,
            thread_id=cast.THREAD,
            mcp_servers=(cast.TICKETS,),
            command_id=CommandId("cmd-3"),
        ),
        results.ThreadResult(sequence=3, thread_id=cast.THREAD),
    ),
    Exchange(
        "thread/configure",
        commands.ConfigureThread(
            thread_id=cast.THREAD,
            title="Greet by name",
            options={"fast": True},
            command_id=CommandId("cmd-4"),
        ),
        results.ThreadResult(sequence=4, thread_id=cast.THREAD),
    ),
    Exchange(
        "turn/start",
        commands.StartTurn(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            prompt=cast.PROMPT,
            command_id=CommandId("cmd-5"),
        ),
        results.TurnResult(sequence=5, thread_id=cast.THREAD, turn_id=cast.TURNS[0], number=1),
    ),
    Exchange(
        "action/approve",
        commands.ApprovePendingAction(
            thread_id=cast.THREAD,
            action_id=cast.EDIT_ACTION,
            scope=Scope.ONCE,
            command_id=CommandId("cmd-6"),
        ),
        queue_results.ActionResult(
            sequence=12,
            thread_id=cast.THREAD,
            action_id=cast.EDIT_ACTION,
            decision=Decision.APPROVED,
        ),
    ),
    Exchange(
        "action/reject",
        commands.RejectPendingAction(
            thread_id=cast.THREAD,
            action_id=cast.RUN_ACTION,
            reason="I run it myself.",
            command_id=CommandId("cmd-7"),
        ),
        queue_results.ActionResult(
            sequence=17,
            thread_id=cast.THREAD,
            action_id=cast.RUN_ACTION,
            decision=Decision.REJECTED,
        ),
    ),
    Exchange(
        "turn/interrupt",
        commands.InterruptTurn(
            thread_id=cast.THREAD, turn_id=cast.TURNS[1], command_id=CommandId("cmd-9")
        ),
        results.TurnResult(sequence=23, thread_id=cast.THREAD, turn_id=cast.TURNS[1], number=2),
    ),
    Exchange(
        "checkpoint/create",
        commands.CreateCheckpoint(
            thread_id=cast.THREAD, description="It greets by name", command_id=CommandId("cmd-11")
        ),
        results.CheckpointResult(
            sequence=34,
            thread_id=cast.THREAD,
            operation_id=cast.CHECKPOINT_OPERATION,
            checkpoint_id=cast.BY_HAND,
        ),
    ),
    Exchange(
        "checkpoint/restore",
        commands.RestoreCheckpoint(
            thread_id=cast.THREAD,
            checkpoint_id=cast.BEFORE[0],
            paths=("greet.py",),
            conflicts=ConflictChoice.KEEP,
            command_id=CommandId("cmd-12"),
        ),
        results.RestoreResult(
            sequence=37,
            thread_id=cast.THREAD,
            operation_id=cast.RESTORE_OPERATION,
            checkpoint_id=cast.BEFORE[0],
            before_checkpoint_id=cast.BEFORE_RESTORE,
            restored=("greet.py",),
        ),
    ),
    Exchange(
        "git/commit",
        commands.CommitChanges(
            thread_id=cast.THREAD,
            message="Say what greet.py is for",
            paths=("README.md",),
            command_id=CommandId("cmd-13"),
        ),
        results.CommitResult(
            sequence=39,
            thread_id=cast.THREAD,
            operation_id=cast.COMMIT_OPERATION,
            commit=cast.COMMIT,
            branch=cast.BRANCH,
            files=("README.md",),
        ),
    ),
    Exchange(
        "git/push",
        commands.PushChanges(
            thread_id=cast.THREAD,
            remote="origin",
            branch=cast.BRANCH,
            command_id=CommandId("cmd-14"),
        ),
        results.PushResult(
            sequence=41,
            thread_id=cast.THREAD,
            operation_id=cast.PUSH_OPERATION,
            remote="origin",
            branch=cast.BRANCH,
            commit=cast.COMMIT,
        ),
    ),
    *BRANCH_COMMANDS,
    *REVIEW_COMMANDS,
    *WORKTREE_COMMANDS,
    Exchange(
        "turn/queue",
        commands.QueueMessage(
            thread_id=cast.THREAD,
            message_id=cast.LATER,
            prompt="Then say in the README how to run it.",
            command_id=CommandId("cmd-39"),
        ),
        queue_results.MessageResult(
            sequence=50, thread_id=cast.THREAD, message_id=cast.LATER, turn_id=None
        ),
    ),
    Exchange(
        "message/move",
        commands.MoveMessage(
            thread_id=cast.THREAD,
            message_id=cast.ANOTHER,
            before=cast.LATER,
            command_id=CommandId("cmd-41"),
        ),
        queue_results.MessageResult(
            sequence=52, thread_id=cast.THREAD, message_id=cast.ANOTHER, turn_id=None
        ),
    ),
    Exchange(
        "message/edit",
        commands.EditMessage(
            thread_id=cast.THREAD,
            message_id=cast.LATER,
            prompt="Then say in README.md how to run it, in two lines.",
            command_id=CommandId("cmd-42"),
        ),
        queue_results.MessageResult(
            sequence=53, thread_id=cast.THREAD, message_id=cast.LATER, turn_id=None
        ),
    ),
    Exchange(
        "turn/steer",
        commands.SteerTurn(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[3],
            message_id=cast.HINT,
            prompt="Use pytest.",
            command_id=CommandId("cmd-43"),
        ),
        queue_results.SteerResult(
            sequence=54,
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[3],
            message_id=cast.HINT,
            steered=True,
        ),
    ),
    Exchange(
        "message/remove",
        commands.RemoveMessage(
            thread_id=cast.THREAD, message_id=cast.ANOTHER, command_id=CommandId("cmd-44")
        ),
        queue_results.MessageResult(
            sequence=57, thread_id=cast.THREAD, message_id=cast.ANOTHER, turn_id=None
        ),
    ),
    Exchange(
        "message/send",
        commands.SendMessage(
            thread_id=cast.THREAD, message_id=cast.LATER, command_id=CommandId("cmd-47")
        ),
        queue_results.MessageResult(
            sequence=64, thread_id=cast.THREAD, message_id=cast.LATER, turn_id=cast.TURNS[4]
        ),
    ),
    Exchange(
        "rule/add",
        commands.AddRule(
            project_id=cast.PROJECT,
            rule_id=cast.RULE,
            verdict=RuleVerdict.ALLOW,
            provider=cast.AGENT,
            tool_kind=ToolKind.EXECUTE,
            command="python3 -m pytest",
            command_id=CommandId("cmd-45"),
        ),
        queue_results.RuleResult(sequence=58, project_id=cast.PROJECT, rule_id=cast.RULE),
    ),
    Exchange(
        "rule/remove",
        commands.RemoveRule(
            project_id=cast.PROJECT, rule_id=cast.RULE, command_id=CommandId("cmd-46")
        ),
        queue_results.RuleResult(sequence=59, project_id=cast.PROJECT, rule_id=cast.RULE),
    ),
    Exchange(
        "thread/delete",
        commands.DeleteThread(thread_id=cast.THREAD, command_id=CommandId("cmd-15")),
        results.ThreadResult(sequence=85, thread_id=cast.THREAD),
    ),
    Exchange(
        "project/delete",
        commands.DeleteProject(project_id=cast.PROJECT, command_id=CommandId("cmd-16")),
        results.ProjectResult(sequence=86, project_id=cast.PROJECT),
    ),
    Exchange(
        "provider/ingest",
        commands.IngestProviderEvent(
            thread_id=cast.OTHER_THREAD,
            event=provider_events.TextDelta(text="The README says how to start it: s"),
            command_id=CommandId("cmd-17"),
        ),
        results.IngestResult(sequence=82, thread_id=cast.OTHER_THREAD, held=1),
    ),
)
