"""Checkpoints around turns, and captures around the tool calls inside them.

Whose a change is, is known only by when it was made: so the files are looked at when a tool call
that may change them opens, and again when it closes. None of it holds a turn up for long.
"""

import asyncio
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Final, TypeVar

import attrs

from peon.domain.commands import CheckpointTaken, RecordTurnCheckpoint, WorkFailed
from peon.domain.effects import AnswerAgent, CaptureTurnStart, ToolCallClosed, ToolCallOpened
from peon.engine.briefs import ToolBrief, awaits_its_end, thread_brief, tool_brief
from peon.engine.engine import Engine
from peon.engine.envelopes import Cause
from peon.errors import ExternalFailure, PeonError
from peon.reactors.failures import work_failed
from peon.runtime.tasks import TaskOwner
from peon.workspace.cancelling import Cancellation
from peon.workspace.entries import ExpectedEdit, Missing, Owner, blob_id
from peon.workspace.history import Capture, FolderHistory
from peon.workspace.workspace import Workspace
from peon_protocol.failures import FailureKind
from peon_protocol.ids import ItemId, ThreadId, TurnId
from peon_protocol.values import FileEdit, MissingPath, ToolKind

logger = logging.getLogger(__name__)

T = TypeVar("T")

MISSING_LISTED: Final = 200
"""How many paths that a checkpoint lacks are named in its event."""
LOOKING: Final = 0.8
"""The share of its time that a capture may look at files; the rest is for storing what it saw."""

_EDITING: Final = frozenset({ToolKind.EDIT, ToolKind.DELETE, ToolKind.MOVE})


@attrs.frozen(kw_only=True)
class CaptureParts:
    """What captures are taken with, and how many seconds a turn waits for them."""

    workspace: Workspace
    tasks: TaskOwner
    start_seconds: float
    end_seconds: float


class Captures:
    """Takes the captures of turns and tool calls. A capture that fails never stops a turn."""

    def __init__(self, engine: Engine, parts: CaptureParts) -> None:
        self._engine = engine
        self._workspace = parts.workspace
        self._tasks = parts.tasks
        self._start_seconds = parts.start_seconds
        self._end_seconds = parts.end_seconds
        self._open: dict[str, Owner] = {}

    async def turn_start(self, effect: CaptureTurnStart, cause: Cause) -> None:
        """Keep the files before the prompt, and say so in the log, or say why not."""
        seconds = self._start_seconds
        outcome = await self._checkpoint(self._before_turn(effect, LOOKING * seconds), seconds)
        self._engine.record(
            RecordTurnCheckpoint(effect.thread_id, effect.turn_id, outcome), cause=cause
        )

    async def turn_end(self, thread_id: ThreadId, turn_id: TurnId) -> CheckpointTaken | WorkFailed:
        """Keep the files after the agent's last word; later changes are not the turn's."""
        owner, seconds = Owner(thread_id, turn_id), self._end_seconds
        try:
            return await self._checkpoint(self._after_turn(owner, LOOKING * seconds), seconds)
        finally:
            self._open = {key: each for key, each in self._open.items() if each != owner}

    async def before_answer(self, effect: AnswerAgent) -> None:
        """Look at the files before an agent that was held back may go on."""
        await self._opened(effect.thread_id, effect.turn_id, effect.item_id, held_back=True)

    async def tool_opened(self, effect: ToolCallOpened) -> None:
        """Look at the files when a tool call opens that nobody held back."""
        await self._opened(effect.thread_id, effect.turn_id, effect.item_id, held_back=False)

    async def tool_closed(self, effect: ToolCallClosed) -> None:
        """Look at the files when a tool call closes; what has changed may be its doing.

        One that is only told of when it is over is its agent's as far as what it tells proves it.
        """
        key = _key(effect.thread_id, effect.turn_id, effect.item_id)
        if key not in self._open and self._tells_edits(effect):
            await self._opened(effect.thread_id, effect.turn_id, effect.item_id, held_back=False)
        if self._open.pop(key, None) is not None:
            await self._look(self._close_tool(effect, key), self._end_seconds)

    async def by_hand(self, root: Path, cancellation: Cancellation) -> Capture:
        """Keep the files as they are. Raises Cancelled: what has begun then goes on by itself, as
        one that takes too long does, and nobody is told of it.
        """
        task = self._tasks.start(_attempt(self._workspace.capture(root)), name="capture")
        async with cancellation.breaks_off():
            await asyncio.wait({task})
        return _came_to(task)

    def _tells_edits(self, effect: ToolCallClosed) -> bool:
        tool = tool_brief(self._engine.model, effect.thread_id, effect.turn_id, effect.item_id)
        return tool is not None and bool(tool.edits) and _declared(tool) is not None

    # ---- with a deadline -----------------------------------------------------------------------

    async def _checkpoint(
        self, capturing: Coroutine[object, object, Capture], seconds: float
    ) -> CheckpointTaken | WorkFailed:
        try:
            return taken(await self._within(seconds, capturing))
        except PeonError as error:
            return work_failed(error, FailureKind.CHECKPOINT_FAILED)

    async def _look(self, looking: Coroutine[object, object, None], seconds: float) -> None:
        """A look that does not succeed leaves it in doubt whose the changes are."""
        try:
            await self._within(seconds, looking)
        except PeonError as error:
            logger.warning("the files around a tool call could not be captured: %s", error)

    async def _within(self, seconds: float, work: Coroutine[object, object, T]) -> T:
        """What `work` comes to. Raises ExternalFailure when that takes too long.

        It then goes on by itself: what it has begun to store must not be left half done.
        """
        task = self._tasks.start(_attempt(work), name="capture")
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise ExternalFailure(
                "checkpoints",
                f"the files could not be kept within {seconds:g} s",
                code=FailureKind.CHECKPOINT_TOO_LATE,
                remedy="Let git ignore what need not be kept, or make the folder smaller.",
            )
        return _came_to(task)

    # ---- what is done --------------------------------------------------------------------------

    async def _before_turn(self, effect: CaptureTurnStart, seconds: float) -> Capture:
        history = await self._history(effect.thread_id)
        await history.turn_started(Owner(effect.thread_id, effect.turn_id))
        return await history.capture(seconds=seconds)

    async def _after_turn(self, owner: Owner, seconds: float) -> Capture:
        history = await self._history(ThreadId(owner.thread_id))
        try:
            capture = await history.capture(seconds=seconds)
        except PeonError:
            await history.turn_ended(owner)
            raise
        await history.turn_ended(owner)
        return capture

    async def _opened(
        self, thread_id: ThreadId, turn_id: TurnId, item_id: ItemId, *, held_back: bool
    ) -> None:
        key = _key(thread_id, turn_id, item_id)
        tool = tool_brief(self._engine.model, thread_id, turn_id, item_id)
        if tool is None or key in self._open:
            return
        if not awaits_its_end(self._engine.model, thread_id, turn_id):
            return  # The closing checkpoint is near, and will see what there is to see.
        owner = self._open[key] = Owner(thread_id, turn_id)
        expected = None if held_back else _expected(tool.edits)
        await self._look(self._open_tool(owner, key, tool, expected), self._start_seconds)

    async def _open_tool(
        self, owner: Owner, key: str, tool: ToolBrief, expected: dict[str, ExpectedEdit] | None
    ) -> None:
        history = await self._history(ThreadId(owner.thread_id))
        seconds = LOOKING * self._start_seconds
        await history.tool_opened(owner, key, _declared(tool), expected=expected, seconds=seconds)

    async def _close_tool(self, effect: ToolCallClosed, key: str) -> None:
        history = await self._history(effect.thread_id)
        await history.tool_closed(key, seconds=LOOKING * self._end_seconds)

    async def _history(self, thread_id: ThreadId) -> FolderHistory:
        brief = thread_brief(self._engine.model, thread_id)
        if brief is None:
            raise LookupError(f"thread {thread_id} is gone")
        return await self._workspace.history(Path(brief.root))


async def _attempt(work: Coroutine[object, object, T]) -> T | PeonError:
    """What it comes to, or why it failed: files that cannot be kept are no bug of ours."""
    try:
        return await work
    except PeonError as error:
        return error


def _came_to(task: "asyncio.Task[T | PeonError]") -> T:
    came_to = task.result()
    if isinstance(came_to, PeonError):
        raise came_to
    return came_to


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
