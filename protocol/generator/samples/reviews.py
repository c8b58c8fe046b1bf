"""Ada reviews the first turn: she rejects one change and accepts the other."""

from typing import Final

from generator.samples import cast
from generator.samples.exchange import Exchange
from peon_protocol import commands, events, findings, queries, results
from peon_protocol.ids import CheckpointId, CommandId, HunkId, OperationId
from peon_protocol.values import (
    CheckpointKind,
    HunkKind,
    HunkStatus,
    LineOrigin,
    ReviewedFile,
    ReviewOperation,
    Verdict,
)

REJECT_OPERATION: Final = OperationId("op-8")
ACCEPT_OPERATION: Final = OperationId("op-9")
BEFORE_REJECTING: Final = CheckpointId("op-8")
_IMPORT: Final = HunkId("0c1f6d2b5a9e4c7788d3")
_GREET: Final = HunkId("b7e05512aa3c49f0e6d1")
_COMMENT: Final = "Take the name from the environment."
_SHOWN: Final = '@@ -1 +2 @@\n-print("Hello")\n+print(f"Hello, {sys.argv[1]}")\n'

REJECT: Final = ReviewOperation(
    turn_id=cast.TURNS[0],
    verdict=Verdict.REJECTED,
    before_checkpoint_id=BEFORE_REJECTING,
    path="greet.py",
    hunk_ids=(_GREET,),
    comment=_COMMENT,
)
ACCEPT: Final = ReviewOperation(
    turn_id=cast.TURNS[0],
    verdict=Verdict.ACCEPTED,
    before_checkpoint_id=CheckpointId(ACCEPT_OPERATION),
    path="greet.py",
    hunk_ids=(_IMPORT,),
)
REQUESTED: Final = events.ReviewRequested(
    thread_id=cast.THREAD,
    turn_id=cast.TURNS[0],
    operation_id=ACCEPT_OPERATION,
    verdict=Verdict.ACCEPTED,
    path="greet.py",
    hunk_ids=(_IMPORT,),
)
KEPT: Final = events.CheckpointCreated(
    thread_id=cast.THREAD,
    checkpoint_id=BEFORE_REJECTING,
    description="Before rejecting changes of turn 1",
    kind=CheckpointKind.BEFORE_RESTORE,
    snapshot=cast.snapshot(BEFORE_REJECTING),
)
REJECTED: Final = events.ReviewRecorded(
    thread_id=cast.THREAD,
    turn_id=cast.TURNS[0],
    operation_id=REJECT_OPERATION,
    verdict=Verdict.REJECTED,
    files=(ReviewedFile("greet.py", (_GREET,)),),
    before_checkpoint_id=BEFORE_REJECTING,
    comment=_COMMENT,
    patch=f"greet.py\n{_SHOWN}",
)
ACCEPTED: Final = events.ReviewRecorded(
    thread_id=cast.THREAD,
    turn_id=cast.TURNS[0],
    operation_id=ACCEPT_OPERATION,
    verdict=Verdict.ACCEPTED,
    files=(ReviewedFile("greet.py", (_IMPORT,)),),
)

REVIEW_COMMANDS: Final = (
    Exchange(
        "review/reject",
        commands.RejectChanges(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            path="greet.py",
            hunk_ids=(_GREET,),
            comment=_COMMENT,
            command_id=CommandId("cmd-18"),
        ),
        results.ReviewResult(
            sequence=45,
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            operation_id=REJECT_OPERATION,
            hunk_ids=(_GREET,),
            before_checkpoint_id=BEFORE_REJECTING,
        ),
    ),
    Exchange(
        "review/accept",
        commands.AcceptChanges(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            path="greet.py",
            hunk_ids=(_IMPORT,),
            command_id=CommandId("cmd-19"),
        ),
        results.ReviewResult(
            sequence=43,
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            operation_id=ACCEPT_OPERATION,
            hunk_ids=(_IMPORT,),
            waiting=True,
        ),
    ),
)

REVIEW_QUERIES: Final = (
    Exchange(
        "why/line",
        queries.ExplainLine(project_id=cast.PROJECT, path="greet.py", line=3),
        findings.LineExplanation(
            path="greet.py",
            line=3,
            origin=LineOrigin.TURN,
            at=cast.at(32),
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            number=1,
            prompt=cast.PROMPT,
            item_id=cast.EDIT_CALL,
            tool_title="Write greet.py",
            action_id=cast.EDIT_ACTION,
            decided_by=cast.BY_ADA,
            provider=cast.AGENT,
            model="script-1",
        ),
    ),
    Exchange(
        "review/get",
        queries.ReadReview(thread_id=cast.THREAD, turn_id=cast.TURNS[0]),
        findings.ReviewPage(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            files=(
                findings.ReviewFile(
                    path="greet.py",
                    old_path=None,
                    kind="modified",
                    binary=False,
                    status=HunkStatus.MIXED,
                    hunks=(
                        findings.ReviewHunk(
                            hunk_id=_IMPORT,
                            kind=HunkKind.TEXT,
                            old_start=0,
                            old_lines=0,
                            new_start=1,
                            new_lines=2,
                            patch="@@ -0,0 +1,2 @@\n+import sys\n+\n",
                            status=HunkStatus.WAITING,
                        ),
                        findings.ReviewHunk(
                            hunk_id=_GREET,
                            kind=HunkKind.TEXT,
                            old_start=2,
                            old_lines=1,
                            new_start=4,
                            new_lines=1,
                            patch=_SHOWN,
                            status=HunkStatus.REJECTED,
                        ),
                    ),
                ),
            ),
            total=1,
            next_offset=None,
        ),
    ),
)
