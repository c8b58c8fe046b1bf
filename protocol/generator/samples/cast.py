"""The names in the story: Ada's project, its thread, and what they are made of."""

import hashlib
from typing import Final

from peon_protocol.ids import (
    ActionId,
    BlobId,
    CheckpointId,
    ItemId,
    MessageId,
    OperationId,
    ProjectId,
    RuleId,
    SessionId,
    SubscriptionId,
    ThreadId,
    TurnId,
)
from peon_protocol.values import (
    ActionOption,
    Actor,
    ActorKind,
    AgentCommand,
    Cost,
    Decider,
    DeciderKind,
    FieldChoice,
    FieldKind,
    FileEdit,
    JsonValue,
    McpServer,
    OptionCategory,
    OptionChoice,
    OptionKind,
    QuestionField,
    SessionOption,
    SessionServer,
    SettingKind,
    Usage,
)

LOG_ID: Final = "log-4t9xq2"
ROOT: Final = "/home/user/greeter"
AGENT: Final = "script"

PROJECT: Final = ProjectId("prj-greeter")
THREAD: Final = ThreadId("thr-greet")
OTHER_THREAD: Final = ThreadId("thr-docs")
TURNS: Final = tuple(TurnId(f"turn-{number}") for number in range(1, 6))
SESSION: Final = SessionId("ses-1")
SUBSCRIPTION: Final = SubscriptionId("sub-1")

MESSAGE: Final = ItemId("t1-1")
EDIT_CALL: Final = ItemId("call-1")
RUN_CALL: Final = ItemId("call-2")
QUESTION_CALL: Final = ItemId("call-3")
EDIT_ACTION: Final = ActionId("act-1")
RUN_ACTION: Final = ActionId("act-2")
QUESTION: Final = ActionId("act-3")

BEFORE: Final = tuple(CheckpointId(f"cp-{number}") for number in (1, 3, 5, 9, 11))
AFTER: Final = tuple(CheckpointId(f"cp-{number}") for number in (2, 4, 6, 10, 12))
BY_HAND: Final = CheckpointId("cp-7")
BEFORE_RESTORE: Final = CheckpointId("cp-8")
ENDINGS: Final = tuple(OperationId(f"op-{number}") for number in (1, 2, 3, 8, 9))
CHECKPOINT_OPERATION: Final = OperationId("op-4")
RESTORE_OPERATION: Final = OperationId("op-5")
COMMIT_OPERATION: Final = OperationId("op-6")
PUSH_OPERATION: Final = OperationId("op-7")

LATER: Final = MessageId("msg-1")
ANOTHER: Final = MessageId("msg-2")
HINT: Final = MessageId("msg-3")
HINT_ITEM: Final = ItemId("t4-1")
RULE: Final = RuleId("rule-1")

COMMIT: Final = "9f2c1e0b7a6d5c4f3e2d1c0b9a8f7e6d5c4b3a29"
BRANCH: Final = "main"

PROMPT: Final = "Make greet.py greet by name, then run it."
ANSWER: Final = "I let greet.py take a name.\n"

ADA: Final = Actor(kind=ActorKind.CLIENT, name="Visual Studio Code")
AGENT_ACTOR: Final = Actor(kind=ActorKind.AGENT, name=AGENT)
SERVER: Final = Actor(kind=ActorKind.SERVER, name="peon")
BY_ADA: Final = Decider(kind=DeciderKind.USER, name="Visual Studio Code")

OPTIONS: Final = (
    ActionOption(option_id="allow", label="Allow", kind=OptionKind.ALLOW_ONCE),
    ActionOption(option_id="reject", label="Reject", kind=OptionKind.REJECT_ONCE),
)
ASKED: Final = "Where shall I publish it?"
FIELDS: Final = (
    QuestionField(
        name="registry",
        label="Registry",
        kind=FieldKind.CHOICE,
        required=True,
        choices=(
            FieldChoice(value="internal", label="Ours"),
            FieldChoice(value="public", label="Public", description="Everybody can see it."),
        ),
        default="internal",
    ),
    QuestionField(
        name="tags",
        label="Tags",
        kind=FieldKind.CHOICES,
        choices=(
            FieldChoice(value="cli", label="Command line"),
            FieldChoice(value="demo", label="Demonstration"),
        ),
        maximum=2,
    ),
    QuestionField(
        name="summary",
        label="Summary",
        kind=FieldKind.TEXT,
        description="One line.",
        maximum=80,
    ),
    QuestionField(
        name="priority", label="Priority", kind=FieldKind.INTEGER, minimum=0, maximum=9, default=5
    ),
    QuestionField(name="weight", label="Weight", kind=FieldKind.NUMBER),
    QuestionField(name="signed", label="Sign it", kind=FieldKind.BOOLEAN, default=True),
    QuestionField(name="token", label="Token", kind=FieldKind.TEXT, required=True, secret=True),
)
ANSWERS: Final[dict[str, JsonValue]] = {
    "registry": "public",
    "tags": ["cli"],
    "summary": "Greets by name",
    "priority": 5,
    "signed": True,
}
"""What stands in the log: without the token, and with what was left as it was proposed."""
EDIT: Final = FileEdit(
    path="greet.py",
    old_text='print("Hello")\n',
    new_text='import sys\n\nprint(f"Hello, {sys.argv[1]}")\n',
)
USAGE: Final = Usage(
    input_tokens=812,
    output_tokens=96,
    cache_read_tokens=640,
    model="script-1",
    context_used=908,
    context_size=200_000,
    cost=Cost(amount=0.0125, currency="USD"),
)
SESSION_OPTIONS: Final = (
    SessionOption(
        option_id="model",
        name="Model",
        category=OptionCategory.MODEL,
        kind=SettingKind.SELECT,
        value="script-1",
        choices=(
            OptionChoice(value="script-1", name="Script 1"),
            OptionChoice(value="script-2", name="Script 2", description="Slower, and longer."),
        ),
    ),
    SessionOption(
        option_id="fast",
        name="Fast",
        category=OptionCategory.OTHER,
        kind=SettingKind.BOOLEAN,
        value=False,
    ),
)
TICKETS: Final = McpServer(
    name="tickets",
    command="tickets-mcp",
    args=("--read-only",),
    env={"TICKETS_TOKEN": "${env:TICKETS_TOKEN}"},
)
SESSION_SERVERS: Final = (SessionServer(name="tickets", given=True),)
COMMANDS: Final = (AgentCommand(name="compact", description="Shorten what is remembered."),)


BLOB: Final = BlobId("5f" * 32)
"""What the linter said, all of it."""


def at(second: int) -> str:
    """A moment of the story."""
    minutes, seconds = divmod(second, 60)
    return f"2026-03-14T09:{26 + minutes:02d}:{seconds:02d}.000Z"


def snapshot(checkpoint_id: CheckpointId) -> str:
    """The checkpoint store's name for the files of a checkpoint."""
    return hashlib.sha256(checkpoint_id.encode()).hexdigest()[:40]
