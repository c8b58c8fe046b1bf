"""Queries about the world: files and the user's repository."""

import base64
import codecs
from pathlib import Path

import attrs

from peon.domain.lookup import refuse_paths_outside
from peon.engine.briefs import Span, checkpoint_span, folder_named, restore_brief, turn_span
from peon.engine.engine import Engine
from peon.errors import ExternalFailure, Unavailable
from peon.journal.blobs import BlobStore
from peon.reactors.operations import path_conflicts
from peon.workspace.diffs import DiffFile, DiffOptions, DiffPage
from peon.workspace.patches import Hunk
from peon.workspace.restore import RestoredPath, RestoreRequest
from peon.workspace.workspace import Workspace
from peon_protocol.failures import FailureKind
from peon_protocol.queries import (
    PreviewRestore,
    ReadBlob,
    ReadCheckpointDiff,
    ReadGitDiff,
    ReadGitStatus,
    ReadTurnDiff,
)
from peon_protocol.results import (
    BlobPage,
    DiffResult,
    FileChange,
    GitFileStatus,
    GitStatusResult,
    RestorePreview,
)
from peon_protocol.values import BlobEncoding, RestoreChange, RestoreChangeKind, RestoreScope

LONGEST_PAGE = 1 << 20
"""Bytes of a value that one answer holds at most, whatever was asked for."""
MOST_FILES = 1000
"""A page of a difference holds no more files than this, whatever was asked for."""


@attrs.frozen
class Readings:
    """Answers queries that look outside. They change nothing."""

    engine: Engine
    workspace: Workspace
    blobs: BlobStore

    async def turn_diff(self, query: ReadTurnDiff) -> DiffResult:
        """What a turn changed; up to now while it is in progress or has no closing checkpoint."""
        span = await self.engine.read(
            lambda model: turn_span(model, query.thread_id, query.turn_id)
        )
        if span is None:
            code = FailureKind.CHECKPOINT_FAILED
            raise _not_there(code, f"the checkpoint before turn {query.turn_id}")
        return await self._between(span, _options(query))

    async def checkpoint_diff(self, query: ReadCheckpointDiff) -> DiffResult:
        """What has changed since a checkpoint."""
        span = await self.engine.read(
            lambda model: checkpoint_span(model, query.thread_id, query.checkpoint_id)
        )
        return await self._between(span, _options(query))

    async def preview(self, query: PreviewRestore) -> RestorePreview:
        """What restoring would do now, with the same params."""
        brief = await self.engine.read(lambda model: restore_brief(model, query))
        moved = RestorePreview(undone=brief.undone, redone=brief.redone, missing=brief.missing)
        if query.what is RestoreScope.CONVERSATION:
            return attrs.evolve(moved, missing=())
        request = RestoreRequest(
            thread_id=query.thread_id,
            checkpoint_ref=brief.snapshot,
            paths=query.paths,
            conflicts=query.conflicts.value,
        )
        seen = await self.workspace.preview(Path(brief.root), request)
        return attrs.evolve(
            moved,
            files=tuple(_restored(each) for each in seen.restored),
            conflicts=path_conflicts(seen.kept),
            overwritten=path_conflicts(seen.overwritten),
        )

    async def git_status(self, query: ReadGitStatus) -> GitStatusResult:
        """Where the user's repository stands."""
        root = await self._root(query)
        status = await self.workspace.status(root)
        return GitStatusResult(
            branch=status.branch,
            commit=status.commit,
            upstream=status.upstream,
            ahead=status.ahead,
            behind=status.behind,
            files=tuple(
                GitFileStatus(
                    path=each.path,
                    old_path=each.old_path,
                    staged=each.staged,
                    unstaged=each.unstaged,
                )
                for each in status.files
            ),
            total=status.total,
        )

    async def git_diff(self, query: ReadGitDiff) -> DiffResult:
        """The user's uncommitted changes."""
        root = await self._root(query)
        return _result(await self.workspace.diff(root, _options(query)))

    async def blob(self, query: ReadBlob) -> BlobPage:
        """A part of a value that is kept apart; text ends with a whole character."""
        offset, limit = max(0, query.offset), max(4, min(query.limit, LONGEST_PAGE))
        try:
            page = await self.blobs.read(query.blob_id, offset, limit)
        except Unavailable as error:
            code = FailureKind.BLOB_NOT_FOUND
            raise ExternalFailure("store", str(error), code=code, remedy=error.remedy) from error
        encoding, data, length = _readable(page.content, is_last=offset + limit >= page.size)
        end = offset + length
        return BlobPage(
            blob_id=query.blob_id,
            offset=offset,
            encoding=encoding,
            data=data,
            size=page.size,
            next=end if end < page.size else None,
        )

    async def _root(self, query: ReadGitStatus | ReadGitDiff) -> Path:
        folder = await self.engine.read(
            lambda model: folder_named(model, query.project_id, query.thread_id)
        )
        return Path(folder)

    async def _between(self, span: Span, options: DiffOptions) -> DiffResult:
        root = Path(span.root)
        after = span.after
        if after is None:
            after = (await self.workspace.capture(root)).checkpoint_ref
        return _result(await self.workspace.turn_diff(root, span.before, after, options))


def _readable(content: bytes, *, is_last: bool) -> tuple[BlobEncoding, str, int]:
    """A page as text, if it is text, and how many bytes that took."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(content, final=is_last)
    except UnicodeDecodeError:
        return BlobEncoding.BASE64, base64.b64encode(content).decode(), len(content)
    held_back, _ = decoder.getstate()
    return BlobEncoding.TEXT, text, len(content) - len(held_back)


def _options(query: ReadTurnDiff | ReadCheckpointDiff | ReadGitDiff) -> DiffOptions:
    refuse_paths_outside(query.paths)
    limit = max(0, min(query.limit, MOST_FILES))
    return DiffOptions(paths=query.paths, offset=max(0, query.offset), limit=limit)


def _result(page: DiffPage) -> DiffResult:
    files = tuple(_change(each) for each in page.files)
    return DiffResult(files=files, total=page.total, next_offset=page.next)


def _restored(each: RestoredPath) -> RestoreChange:
    return RestoreChange(each.path, RestoreChangeKind(each.effect))


def _change(file: DiffFile) -> FileChange:
    return FileChange(
        path=file.path,
        kind=file.kind,
        old_path=file.old_path,
        binary=file.binary,
        insertions=file.added,
        deletions=file.removed,
        old_mode=file.old_mode,
        new_mode=file.new_mode,
        patch="".join(_patch(hunk) for hunk in file.hunks) if file.hunks else None,
        truncated=file.cut,
    )


def _patch(hunk: Hunk) -> str:
    section = f" {hunk.section}" if hunk.section else ""
    head = f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@{section}\n"
    return head + "".join(f"{line}\n" for line in hunk.lines)


def _not_there(code: FailureKind, what: str) -> ExternalFailure:
    return ExternalFailure(
        "workspace", f"{what} is not there", code=code, remedy="Read the thread again."
    )
