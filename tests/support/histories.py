"""Histories as they might happen: commands one after another, most of them fitting the moment.

A history is generated against the model it builds up: what an idle thread can do, what an agent at
work says, what came of the work outside; and now and then something that does not fit at all.
"""

from datetime import timedelta
from typing import Final, TypeVar

import attrs
from hypothesis import note
from hypothesis import strategies as st

from peon.domain.commands import (
    AnyCommand,
    BranchMade,
    CheckpointTaken,
    CommitMade,
    FilesRestored,
    Outcome,
    PullRequestMade,
    PushMade,
    RecordErasure,
    RecordExpiry,
    RecordOperation,
    RecordText,
    RecordTurnCheckpoint,
    ReviewDone,
    SettleThread,
    WorkFailed,
    WorktreeBack,
    WorktreeGone,
    WorktreeReady,
)
from peon.domain.decide import Decided, decide
from peon.domain.facts import Facts, RootFact
from peon.domain.model import Model, Thread, Turn
from peon_protocol.commands import (
    AcceptChanges,
    ApprovePendingAction,
    CommitChanges,
    ConfigureProject,
    ConfigureThread,
    CreateCheckpoint,
    CreateProject,
    CreateThread,
    DeleteProject,
    DeleteThread,
    IngestProviderEvent,
    InterruptTurn,
    RejectChanges,
    RejectPendingAction,
    RemoveWorktree,
    RestoreCheckpoint,
    RestoreWorktree,
    StartTurn,
)
from peon_protocol.events import Event, StoredEvent
from peon_protocol.ids import (
    ActionId,
    CheckpointId,
    HunkId,
    ItemId,
    OperationId,
    ProjectId,
    SessionId,
    ThreadId,
    TurnId,
)
from peon_protocol.methods import METHODS
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    ModeChanged,
    PlanReplaced,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    SessionConfigured,
    SessionEnded,
    SessionStarted,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.values import (
    AgentCommand,
    Budget,
    CheckpointOperation,
    CommitOperation,
    Cost,
    CreateBranchOperation,
    FileEdit,
    HunkConflict,
    ItemKind,
    ItemStatus,
    JsonValue,
    Location,
    MissingPath,
    Mode,
    Operation,
    OptionCategory,
    PathConflict,
    PlanEntry,
    ProjectDefaults,
    Prompt,
    PullRequestOperation,
    PushOperation,
    RestoreOperation,
    ReviewedFile,
    ReviewOperation,
    Scope,
    SessionOption,
    SessionOrigin,
    SettingKind,
    StopReason,
    TextContent,
    ToolKind,
    TurnEndOperation,
    Usage,
    Verdict,
    WorktreeChoice,
    WorktreeOperation,
    WorktreeRemoveOperation,
    WorktreeRestoreOperation,
)
from support.given import AGENT, SERVER, USER, History, facts, places_in
from support.pick import Pick
from support.queueing import about_messages, about_pushing, about_rules
from support.story import ALLOW, ALLOW_ALWAYS, EVERY_OPTION, REJECT

T = TypeVar("T")

LONGEST: Final = 60
"""Commands in the longest history."""

_PROJECTS: Final = tuple(ProjectId(name) for name in ("garden", "orchard"))
_THREADS: Final = tuple(ThreadId(name) for name in ("talk", "other", "third", "fourth"))
_TURNS: Final = tuple(TurnId(f"turn-{number}") for number in range(1, 6))
_ITEMS: Final = tuple(ItemId(name) for name in ("tool", "t1-2", "note"))
_ACTIONS: Final = tuple(ActionId(f"action-{number}") for number in range(1, 5))
_SESSIONS: Final = tuple(SessionId(name) for name in ("session", "next"))
_TEXTS: Final = ("roses", "Blüte 🌹", " \n", "")
_PROMPTS: Final[tuple[Prompt, ...]] = ("roses", (TextContent("tulips"),), "both", " ")
_INPUTS: Final[tuple[JsonValue, ...]] = (None, {"path": "a", "lines": [1, 2.5, None]}, "x", False)
_WORKTREES: Final = (
    WorktreeChoice(branch="a"),
    WorktreeChoice(path="/trees/a"),
    WorktreeChoice(path="/trees/a", branch="a"),
)
_SPANS: Final = (0.0, 0.001, 3600.0, 90_000.0)
_METHODS: Final = {method.params: method.name for method in METHODS}
_GONE: Final = WorkFailed("git.failed", "fatal: no", "Look at it.")


@attrs.frozen(str=False)
class Move:
    """A command of a history, and what it came to."""

    command: AnyCommand
    facts: Facts
    decided: Decided

    def __str__(self) -> str:
        if isinstance(self.decided, tuple):
            return f"{self.command} -> {[event.TYPE for event in self.decided]}"
        return f"{self.command} -> refused: {self.decided.message}"

    @property
    def events(self) -> tuple[Event, ...]:
        return self.decided if isinstance(self.decided, tuple) else ()


class Played:
    """A history and the model that it comes to, as it was built up command by command.

    It is told by a note where a property fails; its representation would be too long.
    """

    def __init__(self) -> None:
        self.history = History()
        self.moves: list[Move] = []

    @property
    def model(self) -> Model:
        return self.history.model

    @property
    def log(self) -> list[StoredEvent]:
        return self.history.log

    def play(self, command: AnyCommand, *, outside: bool = False) -> None:
        """Decide a command as its sender would send it, and record what follows."""
        actor, command_id = SERVER, None
        if isinstance(command, IngestProviderEvent):
            actor = AGENT
        elif type(command) in _METHODS:
            actor, command_id = USER, f"command-{len(self.moves)}"
        root = RootFact(command.root) if isinstance(command, CreateProject) else None
        places = places_in(command, outside=outside)
        known = facts(fresh=self.history.fresh(), actor=actor, root=root, places=places)
        decided = decide(command, self.model, known)
        self.moves.append(Move(command, known, decided))
        if isinstance(decided, tuple):
            digest = None if command_id is None else f"{_METHODS[type(command)]}:{len(self.moves)}"
            self.history.record(decided, actor=actor, command_id=command_id, digest=digest)


def histories(*, longest: int = LONGEST) -> st.SearchStrategy[Played]:
    """A history of any length, beginning with a project and a thread."""
    return st.binary(min_size=6 * longest, max_size=16 * longest).map(
        lambda chance: _play(Pick(iter(chance)), longest)
    )


def _play(pick: Pick, longest: int) -> Played:
    played = Played()
    played.play(CreateProject(root="/garden", project_id=_PROJECTS[0]))
    first = CreateThread(
        project_id=_PROJECTS[0],
        thread_id=_THREADS[0],
        provider=pick.of(["script", "claude"]),
        worktree=pick.of([None, None, _WORKTREES[0]]),
    )
    played.play(first)
    for _ in range(pick.of(range(longest + 1))):
        played.history.later(timedelta(seconds=pick.of(_SPANS) if pick.rarely() else 0))
        played.play(next_command(pick, played.model), outside=pick.rarely())
    note("\n".join(map(str, played.moves)))
    return played


def next_command(pick: Pick, model: Model) -> AnyCommand:
    """What may come next: mostly what fits a thread that is there."""
    if not model.threads:
        return _founding(pick, model)
    if pick.rarely():
        return _of_nobody(pick)
    thread = pick.of([*model.threads.values()])
    turn = thread.running_turn
    if pick.rarely():
        return _at_any_time(pick, thread)
    if pick.rarely():
        return about_rules(pick, thread.project_id)
    if pick.rarely() or pick.rarely():
        return about_messages(pick, thread)
    if turn is not None and thread.operation is None:
        return _in_turn(pick, thread, turn)
    if thread.operation is not None:
        return _outcome(pick, thread, thread.operation.operation_id, thread.operation.operation)
    return _at_rest(pick, thread)


def _founding(pick: Pick, model: Model) -> AnyCommand:
    """A thread to go on with, and a project for it where there is none."""
    if not model.projects:
        return CreateProject(root=pick.of(("/garden", "/orchard")))
    worktree = pick.of([None, _WORKTREES[0]])
    return CreateThread(project_id=pick.of(tuple(model.projects)), worktree=worktree)


def _of_nobody(pick: Pick) -> AnyCommand:
    """About projects and threads, whether they are there or not."""
    project, thread = pick.of(_PROJECTS), pick.of(_THREADS)
    defaults = ProjectDefaults(provider=pick.of(["claude", None]), mode=pick.of([None, *Mode]))
    commands: list[AnyCommand] = [
        CreateThread(
            project_id=project,
            thread_id=thread,
            provider=pick.of([None, "script", "host", "claude", "claude"]),
            mode=pick.of([None, *Mode]),
            worktree=pick.of([None, None, *_WORKTREES]),
        ),
        CreateProject(root=f"/{project}", project_id=project),
        ConfigureProject(project_id=project, defaults=defaults),
        StartTurn(thread_id=thread, prompt="roses", turn_id=pick.of(_TURNS)),
        DeleteThread(thread_id=thread),
        DeleteProject(project_id=project),
        RecordErasure((thread,)),
    ]
    return pick.of(commands)


def _at_rest(pick: Pick, thread: Thread) -> AnyCommand:
    """What a client does with an idle thread; most of all, it starts turns."""
    thread_id = thread.thread_id
    if thread.archived and not pick.rarely():
        return ConfigureThread(thread_id=thread_id, archived=False)
    if thread.worktree is not None and (thread.worktree.removed or pick.rarely()):
        away = RemoveWorktree(thread_id=thread_id)
        return RestoreWorktree(thread_id=thread_id) if thread.worktree.removed else away
    start = StartTurn(
        thread_id=thread_id,
        prompt=pick.of(_PROMPTS),
        turn_id=pick.of([None, *_TURNS]),
        mode=pick.of([None, *Mode]),
    )
    checkpoint_id = pick.of([*thread.checkpoints, CheckpointId("unknown")])
    commands: list[AnyCommand] = [
        start,
        start,
        start,
        CreateCheckpoint(thread_id=thread_id, description=pick.of(["as is", ""])),
        RestoreCheckpoint(thread_id=thread_id, checkpoint_id=checkpoint_id),
        CommitChanges(thread_id=thread_id, message="roses", paths=pick.of([None, ("a",), ("..",)])),
        about_pushing(pick, thread_id),
        RecordExpiry(
            (thread_id,), frozenset(each.snapshot for each in thread.checkpoints.values())
        ),
        _review(pick, thread),
        RemoveWorktree(thread_id=thread_id),
        RestoreWorktree(thread_id=thread_id),
        ConfigureThread(
            thread_id=thread_id,
            archived=pick.evenly(),
            mode=pick.of([None, *Mode]),
        ),
    ]
    return pick.of(commands)


def _in_turn(pick: Pick, thread: Thread, turn: Turn) -> AnyCommand:
    """What happens while a turn is in progress; first of all, its checkpoint."""
    thread_id = thread.thread_id
    if not turn.captured and not pick.rarely():
        captures: list[CheckpointTaken | WorkFailed] = [_taken(pick), _GONE]
        return RecordTurnCheckpoint(thread_id, turn.turn_id, pick.of(captures))
    if thread.pending and pick.evenly():
        action_id = pick.of(tuple(thread.pending))
        answers: list[AnyCommand] = [
            ApprovePendingAction(
                thread_id=thread_id, action_id=action_id, scope=pick.of([Scope.ONCE, *Scope])
            ),
            RejectPendingAction(thread_id=thread_id, action_id=action_id, reason="no"),
            IngestProviderEvent(thread_id=thread_id, event=ActionWithdrawn(action_id=action_id)),
            InterruptTurn(thread_id=thread_id),
        ]
        return pick.of(answers)
    if pick.rarely():
        return InterruptTurn(thread_id=thread_id)
    return IngestProviderEvent(thread_id=thread_id, event=_said(pick))


def _said(pick: Pick) -> ProviderEvent:
    """What an agent at work says; that the turn has ended, one time in eight."""
    item_id = pick.of(_ITEMS)
    name = pick.of([None, *_ITEMS])
    action = ActionRequested(
        action_id=pick.of(_ACTIONS),
        item_id=item_id,
        kind=pick.of([*ToolKind]),
        title="May I?",
        options=pick.of([EVERY_OPTION, (ALLOW,), (REJECT,), (ALLOW_ALWAYS,)]),
        paths=pick.of([("a",), ("b/c", "a"), ()]),
        command=pick.of([None, "make", "make test; make", "rm -rf ."]),
    )
    rare: list[ProviderEvent] = [
        ProviderError(code="overloaded", message="later"),
        UsageReported(usage=pick.of([Usage(), Usage(3, 3)])),
        ActionWithdrawn(action_id=pick.of(_ACTIONS)),
    ]
    events: list[ProviderEvent] = [
        TextDelta(text=pick.of(_TEXTS), item_id=name),
        ReasoningDelta(text=pick.of(_TEXTS), item_id=name),
        _tool_call(pick, item_id),
        action,
        action,
        PlanReplaced(entries=pick.of([(), (PlanEntry("dig"), PlanEntry("plant"))])),
        TurnEnded(
            stop_reason=pick.of([*StopReason]),
            usage=pick.of([None, Usage(1, 2, 3, "m", 4, 5, Cost(0.5, "USD"))]),
        ),
        pick.of(rare),
    ]
    return pick.of(events)


def _offered(pick: Pick) -> SessionConfigured:
    option = SessionOption(
        "model", "Model", OptionCategory.MODEL, SettingKind.SELECT, pick.of(["small", "big"])
    )
    return SessionConfigured(
        options=pick.of([None, (), (option,)]),
        commands=pick.of([None, (), (AgentCommand("help", "Helps."),)]),
    )


def _tool_call(pick: Pick, item_id: ItemId) -> ToolCallUpdated:
    return ToolCallUpdated(
        item_id=item_id,
        title=pick.of([None, "Edit"]),
        kind=pick.of([None, *ToolKind]),
        status=pick.of([None, *ItemStatus]),
        input=pick.of(_INPUTS),
        content=pick.of([None, (TextContent("ok"),)]),
        edits=pick.of([None, (FileEdit("a", "new"),)]),
        locations=pick.of([None, (Location("a", 3),)]),
    )


def _at_any_time(pick: Pick, thread: Thread) -> AnyCommand:
    """Sessions come and go, servers restart, people change their minds."""
    thread_id = thread.thread_id
    session_id = pick.of(_SESSIONS)
    started = SessionStarted(
        session_id=session_id, native_id="n", agent_name="A", origin=pick.of([*SessionOrigin])
    )
    if thread.session is not None and pick.rarely():
        return IngestProviderEvent(thread_id=thread_id, event=_offered(pick))
    held_back = RecordText(
        thread_id,
        thread.current or pick.of(_TURNS),
        pick.of(_ITEMS),
        ItemKind.MESSAGE,
        pick.of(_TEXTS),
        complete=pick.evenly(),
    )
    commands: list[AnyCommand] = [
        IngestProviderEvent(thread_id=thread_id, event=started),
        IngestProviderEvent(
            thread_id=thread_id, event=SessionEnded(session_id=session_id, reason="killed")
        ),
        IngestProviderEvent(thread_id=thread_id, event=ModeChanged(mode=pick.of([*Mode]))),
        IngestProviderEvent(thread_id=thread_id, event=_offered(pick)),
        held_back,
        InterruptTurn(thread_id=thread_id),
        SettleThread(thread_id, "the server stopped"),
        RecordOperation(thread_id, OperationId("unknown"), _GONE),
        RecordTurnCheckpoint(thread_id, pick.of(_TURNS), _GONE),
        ConfigureThread(
            thread_id=thread_id,
            title=pick.of(["Roses", ""]),
            budget=pick.of([None, None, Budget(), Budget(max_tokens=4)]),
        ),
        _review(pick, thread),
        DeleteThread(thread_id=thread_id),
        DeleteProject(project_id=thread.project_id),
    ]
    return pick.of(commands)


def _outcome(
    pick: Pick, thread: Thread, operation_id: OperationId, operation: Operation
) -> AnyCommand:
    """What came of an operation, or a failure."""
    done: Outcome
    match operation:
        case CheckpointOperation() | TurnEndOperation():
            done = _taken(pick)
        case RestoreOperation():
            done = FilesRestored("snap", ("a",), (PathConflict("b", "of others"),))
        case CommitOperation():
            done = CommitMade("c0ffee", pick.of(["main", None]), ("a",))
        case CreateBranchOperation():
            done = BranchMade("c0ffee")
        case PullRequestOperation():
            done = PullRequestMade("https://forge/1", "topic", existing=pick.evenly())
        case PushOperation():
            done = PushMade("origin", "main", "c0ffee")
        case ReviewOperation():
            done = _reviewed(pick, operation)
        case WorktreeOperation():
            made = pick.evenly()
            done = WorktreeReady("/trees/a", "/trees/a", pick.of(["a", None]), "c0ffee", made)
        case WorktreeRemoveOperation():
            done = WorktreeGone()
        case WorktreeRestoreOperation():
            done = WorktreeBack()
    return RecordOperation(thread.thread_id, operation_id, pick.of([done, done, done, _GONE]))


def _reviewed(pick: Pick, operation: ReviewOperation) -> ReviewDone:
    files = (ReviewedFile("a", operation.hunk_ids or (HunkId("one"), HunkId("two"))),)
    conflicts = (HunkConflict("b", HunkId("three"), "changedSince"),)
    snapshot = None if operation.verdict is Verdict.ACCEPTED else pick.of(["snap", None])
    return ReviewDone(files, pick.of([(), conflicts]), snapshot, pick.of([None, "-a\n"]))


def _review(pick: Pick, thread: Thread) -> AnyCommand:
    """A verdict on changes of a turn, whether it is there or not."""
    turn_id = pick.of([*thread.turns, TurnId("unknown")])
    path = pick.of([None, "a", "../a"])
    hunk_ids = pick.of([None, (HunkId("one"),), ()])
    if pick.evenly():
        return AcceptChanges(
            thread_id=thread.thread_id, turn_id=turn_id, path=path, hunk_ids=hunk_ids
        )
    return RejectChanges(
        thread_id=thread.thread_id, turn_id=turn_id, path=path, hunk_ids=hunk_ids, comment="no"
    )


def _taken(pick: Pick) -> CheckpointTaken:
    return CheckpointTaken("snap", pick.of([(), (MissingPath("big.iso", "too large"),)]))
