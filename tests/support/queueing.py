"""What people do with messages that wait, with rules, and with branches, in a generated history."""

from typing import Final

from peon.domain.commands import AnyCommand, RecordSteer
from peon.domain.model import Thread
from peon_protocol.branches import CreateBranch, OpenPullRequest
from peon_protocol.commands import (
    AddRule,
    EditMessage,
    MoveMessage,
    PushChanges,
    QueueMessage,
    RemoveMessage,
    RemoveRule,
    SendMessage,
    SteerTurn,
)
from peon_protocol.ids import MessageId, ProjectId, RuleId, ThreadId, TurnId
from peon_protocol.values import Mode, Prompt, RuleVerdict, ToolKind
from support.pick import Pick

_MESSAGES: Final = tuple(MessageId(f"message-{number}") for number in range(1, 6))
_RULES: Final = tuple(RuleId(f"rule-{number}") for number in range(1, 4))
_PROMPTS: Final[tuple[Prompt, ...]] = ("dig", "plant", "rake", " ")


def about_messages(pick: Pick, thread: Thread) -> AnyCommand:
    """What a client, or an agent that was told more, may do about what waits."""
    thread_id = thread.thread_id
    waiting = tuple(thread.queue)
    if len(waiting) > 1 and pick.evenly():
        moved = pick.of(waiting)
        return MoveMessage(thread_id=thread_id, message_id=moved, before=pick.of([None, *waiting]))
    message_id = pick.of([*thread.queue, *_MESSAGES])
    prompt = pick.of(_PROMPTS)
    queue = QueueMessage(
        thread_id=thread_id,
        prompt=prompt,
        message_id=pick.of([None, message_id]),
        mode=pick.of([None, *Mode]),
    )
    steer = SteerTurn(thread_id=thread_id, prompt=prompt, message_id=pick.of([None, message_id]))
    before = pick.of([None, *thread.queue, *_MESSAGES])
    told = [each for each in thread.queue.values() if each.steering is not None]
    outcomes: list[AnyCommand] = [
        RecordSteer(
            thread_id,
            told[0].steering or TurnId("none") if told else TurnId("none"),
            told[0].message_id if told else message_id,
            taken=pick.evenly(),
        )
    ]
    commands: list[AnyCommand] = [
        queue,
        queue,
        steer,
        steer,
        *outcomes,
        *outcomes,
        EditMessage(thread_id=thread_id, message_id=message_id, prompt=prompt),
        RemoveMessage(thread_id=thread_id, message_id=message_id),
        MoveMessage(thread_id=thread_id, message_id=message_id, before=before),
        SendMessage(thread_id=thread_id, message_id=pick.of([None, message_id])),
    ]
    return pick.of(commands)


def about_rules(pick: Pick, project_id: ProjectId) -> AnyCommand:
    """Rules come and go."""
    added = AddRule(
        project_id=project_id,
        rule_id=pick.of([None, *_RULES]),
        verdict=pick.of([*RuleVerdict]),
        provider=pick.of([None, "script"]),
        tool_kind=pick.of([None, *ToolKind]),
        path=pick.of([None, "**", "b/*", "../c"]),
        command=pick.of([None, "make", "make test", "make; rm"]),
    )
    removed = RemoveRule(project_id=project_id, rule_id=pick.of(_RULES))
    commands: list[AnyCommand] = [added, added, removed]
    return pick.of(commands)


def about_pushing(pick: Pick, thread_id: ThreadId) -> AnyCommand:
    """What a client may do with the branch that the thread's work is on."""
    commands: list[AnyCommand] = [
        PushChanges(thread_id=thread_id),
        CreateBranch(thread_id=thread_id, name="topic", checkout=pick.evenly()),
        OpenPullRequest(thread_id=thread_id, title=pick.of([None, "Roses"])),
    ]
    return pick.of(commands)
