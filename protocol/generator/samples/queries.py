"""A sample of every query and of its answer; most are asked while Ada is asked a second time."""

from typing import Final

from generator.samples import cast
from generator.samples.branches import BRANCH_QUERIES
from generator.samples.cancelling import CANCELLING
from generator.samples.exchange import Exchange
from generator.samples.reviews import REVIEW_QUERIES
from generator.samples.story import STORY
from generator.samples.worktrees import WORKTREE_QUERIES
from peon_protocol import findings, queries, queue_results, results, views
from peon_protocol.values import (
    AuthMethod,
    BlobEncoding,
    Budget,
    CheckpointKind,
    Decider,
    DeciderKind,
    ItemKind,
    ItemStatus,
    LoginKind,
    Mode,
    PathConflict,
    ProjectDefaults,
    RestoreChange,
    RestoreChangeKind,
    RestoreScope,
    RuleVerdict,
    Scope,
    SessionOrigin,
    ThreadStatus,
    TitleSource,
    ToolKind,
    TurnStatus,
    Usage,
)

NOW: Final = 15
"""The sequence at which the queries are asked: the second action has just been requested."""

_PROJECT: Final = views.ProjectView(
    usage=cast.USAGE,
    project_id=cast.PROJECT,
    root=cast.ROOT,
    title="greeter",
    defaults=ProjectDefaults(provider=cast.AGENT, mode=Mode.ASK),
    created_at=cast.at(0),
    version=2,
)
_KEY: Final = AuthMethod(
    method_id="openai-api-key",
    name="Use OPENAI_API_KEY",
    kind=LoginKind.ENV,
    variables=("OPENAI_API_KEY",),
)
_CHECKPOINT: Final = views.CheckpointView(
    checkpoint_id=cast.BEFORE[0],
    thread_id=cast.THREAD,
    turn_id=cast.TURNS[0],
    description="Before turn 1",
    kind=CheckpointKind.TURN_START,
    created_at=cast.at(20),
    missing=(),
    expired=False,
)
_MESSAGE: Final = views.ItemView(
    item_id=cast.MESSAGE,
    kind=ItemKind.MESSAGE,
    status=ItemStatus.COMPLETED,
    text=cast.ANSWER,
    title=None,
    tool_kind=None,
    summary=None,
    input=None,
    content=(),
    edits=(),
    locations=(),
    entries=(),
)
_EDIT: Final = views.ItemView(
    item_id=cast.EDIT_CALL,
    kind=ItemKind.TOOL_CALL,
    status=ItemStatus.COMPLETED,
    text="",
    title="Write greet.py",
    tool_kind=ToolKind.EDIT,
    summary="3 lines written",
    input={"path": "greet.py", "lines": 3},
    content=(),
    edits=(cast.EDIT,),
    locations=(),
    entries=(),
)
_RUN: Final = views.ItemView(
    item_id=cast.RUN_CALL,
    kind=ItemKind.TOOL_CALL,
    status=ItemStatus.AWAITING_APPROVAL,
    text="",
    title="Run python3 greet.py Ada",
    tool_kind=ToolKind.EXECUTE,
    summary=None,
    input={"command": "python3 greet.py Ada"},
    content=(),
    edits=(),
    locations=(),
    entries=(),
)


def _turn(items: tuple[views.ItemView, ...] | None) -> views.TurnView:
    return views.TurnView(
        turn_id=cast.TURNS[0],
        number=1,
        status=TurnStatus.RUNNING,
        prompt=cast.PROMPT,
        mode=Mode.ASK,
        model=None,
        options={"fast": True},
        items=items,
        started_at=cast.at(20),
        ended_at=None,
        interrupt_requested=False,
        stop_reason=None,
        error=None,
        usage=None,
        undone=False,
    )


_PENDING: Final = views.PendingActionView(
    action_id=cast.RUN_ACTION,
    turn_id=cast.TURNS[0],
    item_id=cast.RUN_CALL,
    title="Run python3 greet.py Ada",
    kind=ToolKind.EXECUTE,
    options=cast.OPTIONS,
    paths=(),
    command="python3 greet.py Ada",
    scopes=tuple(Scope),
    fields=(),
    asked_by=Decider(DeciderKind.RULE, cast.RULE),
    requested_at=cast.at(33),
)
_ASKED: Final = views.PendingActionView(
    action_id=cast.QUESTION,
    turn_id=cast.TURNS[0],
    item_id=cast.QUESTION_CALL,
    title=cast.ASKED,
    kind=ToolKind.QUESTION,
    options=(),
    paths=(),
    command=None,
    scopes=(Scope.ONCE,),
    fields=cast.FIELDS,
    asked_by=None,
    requested_at=cast.at(33),
)
_WAITING: Final = views.QueuedMessageView(
    message_id=cast.LATER,
    prompt="Then say in the README how to run it.",
    model=None,
    mode=None,
    options=None,
    steer=False,
    queued_at=cast.at(34),
)


def _thread(items: tuple[views.ItemView, ...] | None) -> views.ThreadView:
    return views.ThreadView(
        thread_id=cast.THREAD,
        project_id=cast.PROJECT,
        title="Greet by name",
        title_source=TitleSource.USER,
        status=ThreadStatus.AWAITING_APPROVAL,
        provider=cast.AGENT,
        model=None,
        mode=Mode.ASK,
        archived=False,
        turns=(_turn(items),),
        turn_count=1,
        pending_actions=(_PENDING, _ASKED),
        queue=(_WAITING,),
        queue_held=False,
        checkpoints=(_CHECKPOINT,),
        checkpoint_count=1,
        operation=None,
        session=views.SessionView(
            session_id=cast.SESSION,
            provider=cast.AGENT,
            agent_name="Script",
            agent_version="0.1.0",
            origin=SessionOrigin.FRESH,
            mcp_servers=cast.SESSION_SERVERS,
        ),
        options=cast.SESSION_OPTIONS,
        commands=cast.COMMANDS,
        chosen_options={"fast": True},
        mcp_servers=(cast.TICKETS,),
        usage=Usage(),
        budget=Budget(max_tokens=100_000, max_cost=2.5, currency="USD"),
        folder=cast.ROOT,
        worktree=None,
        shared_with=(),
        created_at=cast.at(9),
        updated_at=cast.at(33),
        version=13,
    )


_DIFF: Final = results.DiffResult(
    files=(
        results.FileChange(
            path="greet.py",
            kind="modified",
            insertions=3,
            deletions=1,
            patch=(
                '@@ -1 +1,3 @@\n-print("Hello")\n+import sys\n+\n+print(f"Hello, {sys.argv[1]}")\n'
            ),
        ),
    ),
    total=1,
    next_offset=None,
)

QUERIES: Final = (
    *CANCELLING,
    Exchange(
        "project/list",
        queries.ListProjects(),
        results.ProjectList(projects=(_PROJECT,), sequence=NOW),
    ),
    Exchange(
        "rule/list",
        queries.ListRules(project_id=cast.PROJECT),
        queue_results.RuleList(
            rules=(
                views.RuleView(
                    rule_id=cast.RULE,
                    project_id=cast.PROJECT,
                    provider=cast.AGENT,
                    verdict=RuleVerdict.ALLOW,
                    tool_kind=ToolKind.EXECUTE,
                    path=None,
                    command="python3 -m pytest",
                    created_at=cast.at(150),
                    created_by=cast.ADA,
                ),
            )
        ),
    ),
    Exchange(
        "thread/list",
        queries.ListThreads(project_id=cast.PROJECT, turns=5, limit=100),
        results.ThreadList(threads=(_thread(None),), sequence=NOW),
    ),
    Exchange(
        "thread/read",
        queries.ReadThread(thread_id=cast.THREAD, turns=queries.TurnRange(limit=20)),
        results.ThreadReading(
            thread=_thread((_MESSAGE, _EDIT, _RUN)), items_before=0, sequence=NOW
        ),
    ),
    Exchange(
        "checkpoint/list",
        queries.ListCheckpoints(thread_id=cast.THREAD),
        results.CheckpointList(checkpoints=(_CHECKPOINT,)),
    ),
    Exchange(
        "checkpoint/diff",
        queries.ReadCheckpointDiff(thread_id=cast.THREAD, checkpoint_id=cast.BEFORE[0]),
        _DIFF,
    ),
    Exchange(
        "checkpoint/preview",
        queries.PreviewRestore(
            thread_id=cast.THREAD, checkpoint_id=cast.BEFORE[0], what=RestoreScope.BOTH
        ),
        results.RestorePreview(
            files=(RestoreChange("greet.py", RestoreChangeKind.WRITE),),
            conflicts=(PathConflict("README.md", "changedSince"),),
            undone=(cast.TURNS[0],),
        ),
    ),
    Exchange(
        "events/read",
        queries.ReadEvents(after=4, limit=2),
        results.EventPage(events=STORY[4:6], head=NOW),
    ),
    Exchange(
        "turn/diff",
        queries.ReadTurnDiff(thread_id=cast.THREAD, turn_id=cast.TURNS[0]),
        _DIFF,
    ),
    *REVIEW_QUERIES,
    *WORKTREE_QUERIES,
    *BRANCH_QUERIES,
    Exchange(
        "git/status",
        queries.ReadGitStatus(project_id=cast.PROJECT),
        results.GitStatusResult(
            branch=cast.BRANCH,
            commit=cast.COMMIT,
            upstream="origin/main",
            ahead=1,
            behind=0,
            files=(
                results.GitFileStatus(
                    path="greet.py", old_path=None, staged=None, unstaged="modified"
                ),
                results.GitFileStatus(
                    path="docs/usage.md", old_path="usage.md", staged="renamed", unstaged=None
                ),
            ),
            total=2,
        ),
    ),
    Exchange(
        "git/proposeMessage",
        queries.ProposeMessage(thread_id=cast.THREAD),
        findings.ProposedMessage(message=f"{cast.PROMPT}\n\n{cast.ANSWER.strip()}"),
    ),
    Exchange(
        "git/diff",
        queries.ReadGitDiff(project_id=cast.PROJECT, paths=("greet.py",)),
        _DIFF,
    ),
    Exchange(
        "blob/read",
        queries.ReadBlob(blob_id=cast.BLOB, offset=65536, limit=40),
        results.BlobPage(
            blob_id=cast.BLOB,
            offset=65536,
            encoding=BlobEncoding.TEXT,
            data="warning: greet.py is longer than needed\n",
            size=70123,
            next=65576,
        ),
    ),
    Exchange(
        "provider/list",
        queries.ListProviders(),
        results.ProviderList(
            providers=(
                views.ProviderView(
                    provider_id=cast.AGENT,
                    name="Script",
                    available=True,
                    version="0.1.0",
                    reason=None,
                    remedy=None,
                ),
                views.ProviderView(
                    provider_id="codex",
                    name="Codex",
                    available=False,
                    version=None,
                    reason="codex is not installed",
                    remedy="Install it: npm install -g @openai/codex@0.169.0",
                    install="npm install -g @openai/codex@0.169.0",
                    auth=(_KEY,),
                ),
            )
        ),
    ),
    Exchange(
        "provider/authenticate",
        queries.Authenticate(provider_id="claude", method_id="claude-login"),
        results.AuthenticateResult(
            provider_id="claude",
            authenticated=False,
            methods=(
                AuthMethod(
                    method_id="claude-login",
                    name="Log in with Claude",
                    kind=LoginKind.TERMINAL,
                    command=("claude-agent-acp", "--cli", "auth", "login"),
                ),
            ),
            remedy="Run in a terminal: claude-agent-acp --cli auth login",
        ),
    ),
    Exchange(
        "server/status",
        queries.ReadServerStatus(),
        results.ServerStatus(
            health="ok",
            message=None,
            version="0.1.0",
            log_id=cast.LOG_ID,
            sequence=NOW,
            running_turns=1,
            pending_actions=1,
            clients=1,
        ),
    ),
)
