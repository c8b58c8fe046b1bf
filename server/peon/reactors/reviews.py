"""Reviews of what turns changed: looking at the changes, and giving verdicts on them."""

import asyncio
from pathlib import Path

import attrs

from peon.domain.commands import ReviewDone
from peon.domain.effects import PerformOperation
from peon.domain.lookup import refuse_paths_outside
from peon.engine.briefs import ReviewBrief, review_brief
from peon.engine.engine import Engine
from peon.errors import ExternalFailure
from peon.providers.env_files import secrets_of
from peon.workspace.entries import Owner
from peon.workspace.hunks import Edit
from peon.workspace.paths import shown
from peon.workspace.review import Hunk
from peon.workspace.review import ReviewedFile as Reviewed
from peon.workspace.take_back import Choice, TakeBackRequest
from peon.workspace.touched import TurnSpan
from peon.workspace.workspace import Workspace
from peon_protocol.failures import FailureKind
from peon_protocol.findings import (
    ReviewFile,
    ReviewHunk,
    ReviewPage,
)
from peon_protocol.ids import HunkId
from peon_protocol.queries import ReadReview
from peon_protocol.values import (
    HunkConflict,
    HunkKind,
    HunkStatus,
    ReviewedFile,
    ReviewOperation,
    Verdict,
)


@attrs.frozen
class Reviews:
    """Answers what a turn changed, and performs verdicts."""

    engine: Engine
    workspace: Workspace

    async def page(self, query: ReadReview) -> ReviewPage:
        """A page of a turn's changes, and how each stands."""
        refuse_paths_outside(query.paths)
        brief = await self.engine.read(
            lambda model: review_brief(model, query.thread_id, query.turn_id)
        )
        found = await self.workspace.review(
            Path(brief.root),
            _span(brief),
            query.paths,
            max(0, query.offset),
            max(0, query.limit),
        )
        return ReviewPage(
            thread_id=query.thread_id,
            turn_id=query.turn_id,
            files=tuple(_file(brief, each) for each in found.files),
            total=found.total,
            next_offset=found.next,
        )

    async def perform(self, effect: PerformOperation, operation: ReviewOperation) -> ReviewDone:
        """Give a verdict; what is rejected is taken back. May come again after a crash."""
        brief = review_brief(self.engine.model, effect.thread_id, operation.turn_id)
        root, span = Path(brief.root), _span(brief)
        choice = Choice(operation.path, operation.hunk_ids)
        if operation.verdict is Verdict.ACCEPTED:
            chosen = await self.workspace.chosen(root, span, choice)
            return ReviewDone(
                tuple(
                    _verdict(shown(each.file.path), tuple(hunk.hunk_id for hunk in each.hunks))
                    for each in chosen
                )
            )
        request = TakeBackRequest(span, choice, effect.operation_id)
        done = await self.workspace.take_back(root, request)
        return ReviewDone(
            files=tuple(_verdict(path, hunks) for path, hunks in done.files),
            conflicts=tuple(
                HunkConflict(each.path, HunkId(each.hunk_id), each.reason) for each in done.left
            ),
            snapshot=done.before_ref,
            patch=None if done.patch is None else await self._redacted(root, done.patch),
        )

    async def _redacted(self, root: Path, patch: str) -> str:
        """What enters the log holds no secret that is known to be one."""
        known = await asyncio.to_thread(secrets_of, root)
        return known.redact(patch)


def _span(brief: ReviewBrief) -> TurnSpan:
    if brief.before is None:
        raise ExternalFailure(
            "review",
            "the files before this turn were not kept",
            code=FailureKind.CHECKPOINT_FAILED,
            remedy="The turn's own events say why; look at git/diff instead.",
        )
    return TurnSpan(Owner(brief.thread_id, brief.turn_id), brief.before)


def _verdict(path: str, hunks: tuple[str, ...]) -> ReviewedFile:
    return ReviewedFile(path, tuple(HunkId(each) for each in hunks))


# ---- views ---------------------------------------------------------------------------------------


def _file(brief: ReviewBrief, file: Reviewed) -> ReviewFile:
    path = shown(file.path)
    hunks = tuple(_hunk(brief, path, each) for each in file.hunks)
    stand = {each.status for each in hunks}
    return ReviewFile(
        path=path,
        old_path=None if file.old is None else shown(file.old.path),
        kind=file.kind,
        binary=file.binary,
        status=stand.pop() if len(stand) == 1 else HunkStatus.MIXED,
        hunks=hunks,
    )


def _hunk(brief: ReviewBrief, path: str, hunk: Hunk) -> ReviewHunk:
    edit = hunk.edit or Edit(0, 0, 0, 0)
    return ReviewHunk(
        hunk_id=HunkId(hunk.hunk_id),
        kind=HunkKind(hunk.kind),
        old_start=_first(edit.old_start, edit.old_end),
        old_lines=edit.old_end - edit.old_start,
        new_start=_first(edit.new_start, edit.new_end),
        new_lines=edit.new_end - edit.new_start,
        patch=hunk.patch,
        status=_status(brief, path, hunk),
    )


def _first(start: int, end: int) -> int:
    """The number of the first line; where there are none, of the one they would stand behind."""
    return start + 1 if end > start else start


def _status(brief: ReviewBrief, path: str, hunk: Hunk) -> HunkStatus:
    """A change that was taken back and is there again, as after an undo, waits for a verdict."""
    hunk_id = HunkId(hunk.hunk_id)
    for waiting in brief.waiting:
        named = waiting.hunk_ids is None or hunk_id in waiting.hunk_ids
        if named and waiting.path in (None, path):
            return HunkStatus.WAITING
    verdict = brief.verdicts.get(hunk_id)
    if verdict is Verdict.ACCEPTED:
        return HunkStatus.ACCEPTED
    if hunk.standing == "undone" or (hunk.standing == "changed" and verdict is Verdict.REJECTED):
        return HunkStatus.REJECTED
    if hunk.standing == "changed" or hunk.shared:
        return HunkStatus.CONFLICT
    return HunkStatus.PENDING
