"""How an event reads to a person: one line of plain words, with what earlier events said of it."""

import re
from typing import Final, assert_never

import attrs

from peon.cli.telling_git import (
    files_told,
    told_as_wanted,
    told_of_repository,
    told_of_worktree,
)
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    BranchCreated,
    ChangesCommitted,
    ChangesPushed,
    CheckpointCreated,
    CheckpointRestored,
    CheckpointsExpired,
    Event,
    EventErased,
    ItemRecorded,
    MessageEdited,
    MessageEvent,
    MessageQueued,
    MessageRemoved,
    MessageReordered,
    MessageSteered,
    OperationFailed,
    OperationRequested,
    ProjectConfigured,
    ProjectCreated,
    ProjectDeleted,
    ProjectEvent,
    PullRequestOpened,
    ReviewRecorded,
    ReviewRequested,
    RuleAdded,
    RuleRemoved,
    SessionClosed,
    SessionConfigured,
    SessionOpened,
    StoredEvent,
    ThreadConfigured,
    ThreadCreated,
    ThreadDeleted,
    ThreadErased,
    TurnCompleted,
    TurnFailed,
    TurnInterruptRequested,
    TurnStarted,
    WorktreeCreated,
    WorktreeRemoved,
    WorktreeRestored,
)
from peon_protocol.ids import TurnId
from peon_protocol.values import (
    CheckpointOperation,
    CommitOperation,
    CreateBranchOperation,
    DeciderKind,
    Decision,
    ErasureReason,
    ItemStatus,
    Operation,
    ProjectDefaults,
    Prompt,
    PullRequestOperation,
    PushOperation,
    RestoreOperation,
    RestoreScope,
    ReviewOperation,
    StopReason,
    TextContent,
    TurnEndOperation,
    Usage,
    WorktreeOperation,
    WorktreeRemoveOperation,
    WorktreeRestoreOperation,
)

_LONGEST: Final = 300
_SPACES: Final = re.compile(r"\s+")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HUMPS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")

_STATUS: Final = {
    ItemStatus.STREAMING: "announced",
    ItemStatus.AWAITING_APPROVAL: "waits for leave",
    ItemStatus.RUNNING: "at work",
    ItemStatus.COMPLETED: "done",
    ItemStatus.FAILED: "not done",
    ItemStatus.CANCELLED: "called off",
}

_STOPPED: Final = {
    StopReason.END_TURN: "the agent is done",
    StopReason.MAX_TOKENS: "the agent has no tokens left",
    StopReason.MAX_TURN_REQUESTS: "the agent has made as many requests as it may",
    StopReason.REFUSAL: "the agent refuses",
    StopReason.CANCELLED: "stopped, as asked",
    StopReason.INTERRUPTED: "cut off",
}

_ERASED: Final = {
    ErasureReason.THREAD_DELETED: "erased with its thread",
    ErasureReason.LOST: "lost when the log was damaged",
}

_BY: Final = {
    DeciderKind.USER: "by the user of {}",
    DeciderKind.RULE: "by the rule {}",
    DeciderKind.SESSION: "by the approval of {} for the session",
    DeciderKind.MODE: "by the mode {}",
    DeciderKind.AGENT: "by the agent",
    DeciderKind.TURN_END: "by the end of the turn",
}


def printable(text: str) -> str:
    """Without what could command a terminal: an agent's text is not ours to trust."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The text on a line of its own, cut where it is long."""
    flat = printable(_SPACES.sub(" ", text).strip())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"


def words(camel_case: str) -> str:
    """`endTurn` as `end turn`."""
    return _HUMPS.sub(" ", camel_case).lower()


def prompt_text(prompt: Prompt) -> str:
    """A prompt's text; what is no text is named by its kind."""
    if isinstance(prompt, str):
        return prompt
    blocks = (
        block.text if isinstance(block, TextContent) else f"[{block.TYPE}]" for block in prompt
    )
    return "\n".join(blocks)


@attrs.define
class Teller:
    """Tells events in their order. What was said once (a tool's title) is remembered by its id."""

    _titles: dict[str, str] = attrs.field(factory=dict)
    _numbers: dict[str, int] = attrs.field(factory=dict)

    def tell(self, stored: StoredEvent) -> str:
        """The event in a line; the type is not repeated in it."""
        return one_line(self._sentence(stored.payload))

    def _sentence(self, event: Event) -> str:
        if isinstance(event, ProjectEvent):
            return self._project(event)
        if isinstance(event, MessageEvent):
            return _message(event)
        match event:
            case ThreadCreated() | ThreadConfigured() | ThreadDeleted() | ThreadErased():
                return self._thread(event)
            case TurnStarted() | TurnInterruptRequested() | TurnCompleted() | TurnFailed():
                return self._turn(event)
            case ItemRecorded():
                return self._item(event)
            case ActionRequested() | ActionResolved():
                return self._action(event)
            case CheckpointCreated() | CheckpointRestored() | CheckpointsExpired():
                return self._checkpoint(event)
            case ChangesCommitted() | ChangesPushed() | BranchCreated() | PullRequestOpened():
                return told_of_repository(event)
            case WorktreeCreated() | WorktreeRemoved() | WorktreeRestored():
                return told_of_worktree(event)
            case ReviewRequested() | ReviewRecorded():
                return self._review(event)
            case SessionOpened():
                return f"{event.agent_name} {event.agent_version or ''}".strip() + " is ready"
            case SessionConfigured():
                return f"{len(event.options)} options, {len(event.commands)} commands"
            case SessionClosed():
                return f"{event.reason}{_detail(event.detail)}"
            case OperationRequested():
                return self._operation(event.operation)
            case OperationFailed():
                return f"{event.code}: {event.message}{_detail(event.remedy)}"
            case EventErased():
                return _ERASED[event.reason]
            case _:
                assert_never(event)

    def _project(self, event: ProjectEvent) -> str:
        match event:
            case ProjectCreated():
                self._titles[event.project_id] = event.title
                return f"«{event.title}» in {event.root}"
            case ProjectConfigured():
                title = "" if event.title is None else f"now «{event.title}» "
                self._titles[event.project_id] = event.title or self._title(event.project_id)
                return f"{title}{_defaults(event.defaults)}" or "as it was"
            case ProjectDeleted():
                return f"«{self._title(event.project_id)}»"
            case RuleAdded():
                return f"{event.verdict} {_rule(event)}"
            case RuleRemoved():
                return event.rule_id
            case _:
                assert_never(event)

    def _thread(
        self, event: ThreadCreated | ThreadConfigured | ThreadDeleted | ThreadErased
    ) -> str:
        match event:
            case ThreadCreated():
                self._titles[event.thread_id] = event.title
                return f"«{event.title}» with {event.provider}, mode {event.mode}"
            case ThreadConfigured():
                archived = {None: None, True: "archived", False: "not archived"}[event.archived]
                said = {"title": event.title, "model": event.model, "mode": event.mode}
                parts = [f"{name} {value}" for name, value in said.items() if value is not None]
                return ", ".join([*parts, *([archived] if archived else [])])
            case ThreadDeleted() | ThreadErased():
                return f"«{self._title(event.thread_id)}»"

    def _turn(
        self, event: TurnStarted | TurnInterruptRequested | TurnCompleted | TurnFailed
    ) -> str:
        if isinstance(event, TurnStarted):
            self._numbers[event.turn_id] = event.number
            return f"turn {event.number}: {_beginning(event.prompt)}"
        number = self._numbers.get(event.turn_id)
        turn = "turn" if number is None else f"turn {number}"
        match event:
            case TurnInterruptRequested():
                return f"{turn} is asked to stop"
            case TurnCompleted():
                return f"{turn}: {_STOPPED[event.stop_reason]}{_usage(event.usage)}"
            case TurnFailed():
                return f"{turn} failed: {event.error.code}: {event.error.message}"

    def _item(self, event: ItemRecorded) -> str:
        patch = event.patch
        if patch is not None and patch.title is not None:
            self._titles[event.item_id] = patch.title
        if event.append is not None:
            return f"{words(event.kind)}: {event.append.text}"
        if patch is not None and patch.entries is not None:
            return "plan: " + " · ".join(entry.content for entry in patch.entries)
        summary = "" if patch is None or patch.summary is None else f" ({patch.summary})"
        title = self._titles.get(event.item_id, words(event.kind))
        return f"{title}: {_STATUS[event.status]}{summary}"

    def _action(self, event: ActionRequested | ActionResolved) -> str:
        match event:
            case ActionRequested():
                self._titles[event.action_id] = event.title
                return f"{event.title}?"
            case ActionResolved():
                by = _BY[event.by.kind].format(event.by.name)
                why = "" if event.decision is Decision.APPROVED else _detail(event.reason)
                return f"{self._title(event.action_id)}: {event.decision} {by}{why}"

    def _checkpoint(
        self, event: CheckpointCreated | CheckpointRestored | CheckpointsExpired
    ) -> str:
        match event:
            case CheckpointCreated():
                self._titles[event.checkpoint_id] = event.description
                lacks = f", without {len(event.missing)} paths" if event.missing else ""
                return f"«{event.description}»{lacks}"
            case CheckpointRestored():
                kept = f", left alone {files_told(_paths(event))}" if event.conflicts else ""
                target = self._title(event.checkpoint_id)
                return f"«{target}»: {_brought_back(event)}{kept}"
            case CheckpointsExpired():
                names = ", ".join(f"«{self._title(each)}»" for each in event.checkpoint_ids)
                return f"no longer kept: {names}"

    def _review(self, event: ReviewRequested | ReviewRecorded) -> str:
        turn, why = self._turn_of(event.turn_id), _detail(event.comment)
        match event:
            case ReviewRequested():
                return f"changes of {turn} are to be {event.verdict} when it has ended{why}"
            case ReviewRecorded():
                paths = files_told(tuple(file.path for file in event.files))
                left = f", {len(event.conflicts)} left alone" if event.conflicts else ""
                return f"changes of {turn} {event.verdict} in {paths}{left}{why}"

    def _operation(self, operation: Operation) -> str:
        match operation:
            case CheckpointOperation():
                return f"checkpoint «{operation.description}»"
            case TurnEndOperation():
                return "closing checkpoint of the turn"
            case RestoreOperation():
                return f"restore «{self._title(operation.checkpoint_id)}»"
            case (
                CommitOperation()
                | PushOperation()
                | CreateBranchOperation()
                | PullRequestOperation()
                | WorktreeOperation()
                | WorktreeRemoveOperation()
                | WorktreeRestoreOperation()
            ):
                return told_as_wanted(operation)
            case ReviewOperation():
                return f"changes of {self._turn_of(operation.turn_id)} to be {operation.verdict}"
            case _:
                assert_never(operation)

    def _turn_of(self, turn_id: TurnId) -> str:
        number = self._numbers.get(turn_id)
        return "a turn" if number is None else f"turn {number}"

    def _title(self, key: str) -> str:
        return self._titles.get(key, key)


def _beginning(prompt: Prompt) -> str:
    first, *more = prompt_text(prompt).strip().splitlines() or [""]
    return f"{first} … and {len(more)} more lines" if more else first


def _brought_back(event: CheckpointRestored) -> str:
    turns = [f"{name} {len(moved)} turns" for name, moved in _moved(event) if moved]
    files = () if event.what is RestoreScope.CONVERSATION else (files_told(event.restored),)
    return f"brought back {', '.join((*files, *turns)) or 'nothing'}"


def _moved(event: CheckpointRestored) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("without", event.undone), ("again with", event.redone)


def _rule(event: RuleAdded) -> str:
    said = {
        "with": event.provider,
        "of kind": event.tool_kind,
        "at": event.path,
        "running": event.command,
    }
    return " ".join(f"{word} {value}" for word, value in said.items() if value is not None)


def _message(event: MessageEvent) -> str:
    match event:
        case MessageQueued():
            how = "told to the agent" if event.steer else "waits"
            return f"{how}: {_beginning(event.prompt)}"
        case MessageEdited():
            return f"now: {_beginning(event.prompt)}"
        case MessageReordered():
            return ", ".join(event.order)
        case MessageRemoved() | MessageSteered():
            return event.message_id
        case _:
            assert_never(event)


def _paths(event: CheckpointRestored) -> tuple[str, ...]:
    return tuple(conflict.path for conflict in event.conflicts)


def _detail(text: str | None) -> str:
    return "" if text is None else f" ({text})"


def _usage(usage: Usage | None) -> str:
    if usage is None:
        return ""
    return f" ({usage.input_tokens} tokens in, {usage.output_tokens} out)"


def _defaults(defaults: ProjectDefaults | None) -> str:
    if defaults is None:
        return ""
    said = {"provider": defaults.provider, "model": defaults.model, "mode": defaults.mode}
    return ", ".join(f"{name} {value}" for name, value in said.items() if value is not None)
