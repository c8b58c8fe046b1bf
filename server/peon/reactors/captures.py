"""Checkpoints around turns, and captures around the tool calls inside them.

Whose a change is, is known only by when it was made: so the files are looked at when a tool call
that
may change them opens, and again when it closes.
"""

import logging
from pathlib import Path

from peon.domain.commands import CheckpointTaken, RecordTurnCheckpoint, WorkFailed
from peon.domain.effects import AnswerAgent, CaptureTurnStart, ToolCallClosed, ToolCallOpened
from peon.engine.briefs import ToolBrief, thread_brief, tool_brief
from peon.engine.engine import Engine
from peon.engine.envelopes import Cause
from peon.errors import PeonError
from peon.reactors.failures import work_failed
from peon.workspace.entries import ExpectedEdit, Owner, blob_id
from peon.workspace.history import Capture, FolderHistory, Missing
from peon.workspace.workspace import Workspace
from peon_protocol.failures import FailureKind
from peon_protocol.ids import ItemId, ThreadId, TurnId
from peon_protocol.values import FileEdit, MissingPath, ToolKind

logger = logging.getLogger(__name__)

MISSING_LISTED = 200
"""How many paths that a checkpoint lacks are named in its event."""

_EDITING = frozenset({ToolKind.EDIT, ToolKind.DELETE, ToolKind.MOVE})


class Captures:
    """Takes the captures of turns and tool calls. A capture that fails never stops a turn."""

    def __init__(
        self, engine: Engine, workspace: Workspace, *, start_seconds: float, end_seconds: float
    ) -> None:
        self._engine = engine
        self._workspace = workspace
        self._start_seconds = start_seconds
        self._end_seconds = end_seconds
        self._open: dict[str, Owner] = {}

    async def turn_start(self, effect: CaptureTurnStart, cause: Cause) -> None:
        """Keep the files before the prompt, and say so in the log, or say why not."""
        outcome: CheckpointTaken | WorkFailed
        try:
            history = await self._history(effect.thread_id)
            await history.turn_started(Owner(effect.thread_id, effect.turn_id))
            outcome = taken(await history.capture(seconds=self._start_seconds))
        except PeonError as error:
            outcome = work_failed(error, FailureKind.CHECKPOINT_FAILED)
        self._engine.record(
            RecordTurnCheckpoint(effect.thread_id, effect.turn_id, outcome), cause=cause
        )

    async def turn_end(self, thread_id: ThreadId, turn_id: TurnId) -> CheckpointTaken | WorkFailed:
        """Keep the files after the agent's last word; later changes are not the turn's."""
        owner = Owner(thread_id, turn_id)
        try:
            history = await self._history(thread_id)
            try:
                return taken(await history.capture(seconds=self._end_seconds))
            finally:
                await history.turn_ended(owner)
        except PeonError as error:
            return work_failed(error, FailureKind.CHECKPOINT_FAILED)
        finally:
            self._open = {key: each for key, each in self._open.items() if each != owner}

    async def before_answer(self, effect: AnswerAgent) -> None:
        """Look at the files before an agent that was held back may go on."""
        await self._opened(effect.thread_id, effect.turn_id, effect.item_id, held_back=True)

    async def tool_opened(self, effect: ToolCallOpened) -> None:
        """Look at the files when a tool call opens that nobody held back."""
        await self._opened(effect.thread_id, effect.turn_id, effect.item_id, held_back=False)

    async def tool_closed(self, effect: ToolCallClosed) -> None:
        """Look at the files when a tool call closes; what has changed may be its doing."""
        key = _key(effect.thread_id, effect.turn_id, effect.item_id)
        if self._open.pop(key, None) is None:
            return
        try:
            history = await self._history(effect.thread_id)
            await history.tool_closed(key, seconds=self._end_seconds)
        except PeonError as error:
            logger.warning("the files after a tool call could not be captured: %s", error)

    def is_open(self, thread_id: ThreadId, turn_id: TurnId, item_id: ItemId) -> bool:
        """Whether the tool call's beginning has been captured, and its end has not."""
        return _key(thread_id, turn_id, item_id) in self._open

    async def _opened(
        self, thread_id: ThreadId, turn_id: TurnId, item_id: ItemId, *, held_back: bool
    ) -> None:
        key = _key(thread_id, turn_id, item_id)
        tool = tool_brief(self._engine.model, thread_id, turn_id, item_id)
        if tool is None or key in self._open:
            return
        owner = Owner(thread_id, turn_id)
        self._open[key] = owner
        try:
            history = await self._history(thread_id)
            await history.tool_opened(
                owner,
                key,
                _declared(tool),
                expected=None if held_back else _expected(tool.edits),
                seconds=self._start_seconds,
            )
        except PeonError as error:
            logger.warning("the files before a tool call could not be captured: %s", error)

    async def _history(self, thread_id: ThreadId) -> FolderHistory:
        brief = thread_brief(self._engine.model, thread_id)
        if brief is None:
            raise LookupError(f"thread {thread_id} is gone")
        return await self._workspace.history(Path(brief.root))


def taken(capture: Capture) -> CheckpointTaken:
    """A capture as the outcome that the log keeps."""
    return CheckpointTaken(capture.checkpoint_ref, missing_paths(capture.missing))


def missing_paths(missing: tuple[Missing, ...]) -> tuple[MissingPath, ...]:
    """What a checkpoint lacks, as far as it is worth listing."""
    listed = tuple(MissingPath(each.path, each.reason) for each in missing[:MISSING_LISTED])
    if len(missing) <= MISSING_LISTED:
        return listed
    return (*listed, MissingPath("…", f"and {len(missing) - MISSING_LISTED} more"))


def _key(thread_id: ThreadId, turn_id: TurnId, item_id: ItemId) -> str:
    return f"{thread_id}/{turn_id}/{item_id}"


def _declared(tool: ToolBrief) -> tuple[str, ...] | None:
    """The paths a tool may change: an edit those it names, everything else anything."""
    if tool.kind in _EDITING and tool.paths:
        return tool.paths
    return None


def _expected(edits: tuple[FileEdit, ...]) -> dict[str, ExpectedEdit]:
    """What the edits say the files held before and after, where they show whole files."""
    return {
        edit.path: ExpectedEdit(
            None if edit.old_text is None else blob_id(edit.old_text.encode()),
            blob_id(edit.new_text.encode()),
        )
        for edit in edits
    }
