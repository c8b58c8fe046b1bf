"""Why a line is there: what the checkpoints know of it, joined with what the log knows."""

from pathlib import Path

import attrs

from peon.domain.lookup import refuse_paths_outside
from peon.domain.model import Model
from peon.engine.briefs import folder_named
from peon.engine.engine import Engine
from peon.errors import CommandRejected, ExternalFailure
from peon.runtime.clock import rfc3339
from peon.workspace.entries import Owner
from peon.workspace.origins import LineOrigin as Origin
from peon.workspace.paths import inside, shown
from peon.workspace.workspace import Workspace
from peon_protocol.failures import FailureKind
from peon_protocol.findings import (
    LineExplanation,
)
from peon_protocol.ids import ItemId, ThreadId, TurnId
from peon_protocol.queries import ExplainLine
from peon_protocol.rejections import PathOutsideWorkspace
from peon_protocol.values import LineOrigin


@attrs.frozen
class Explaining:
    """Answers who last wrote a line, exactly: from what stood in the file from look to look."""

    engine: Engine
    workspace: Workspace

    async def line(self, query: ExplainLine) -> LineExplanation:
        """The line as the file stands now, committed or not."""
        root = await self.engine.read(
            lambda model: folder_named(model, query.project_id, query.thread_id)
        )
        path = _path_in(Path(root), query.path)
        if query.line < 1:
            raise ExternalFailure(
                "workspace",
                "lines count from 1",
                code=FailureKind.FILE_NO_SUCH_LINE,
                remedy="Choose a line of the file.",
            )
        (origin,) = await self.workspace.why(Path(root), path, query.line, query.line)
        return await self.engine.read(lambda model: _explained(model, origin))


def _path_in(root: Path, path: str) -> str:
    """The path of the file itself, with links followed."""
    refuse_paths_outside((path,))
    real = inside(root, path)
    if not real:
        raise CommandRejected(PathOutsideWorkspace(path))
    return shown(real)


def _explained(model: Model, origin: Origin) -> LineExplanation:
    at = None if origin.at is None else rfc3339(origin.at)
    found = LineExplanation(path=origin.path, line=origin.line, origin=LineOrigin.UNKNOWN, at=at)
    if not origin.known or len(origin.owners) > 1:
        return found
    if not origin.owners:
        return attrs.evolve(found, origin=LineOrigin.EXTERNAL)
    (owner,) = origin.owners
    if owner.kind != "turn":
        return found
    return _with_turn(model, attrs.evolve(found, origin=LineOrigin.TURN), owner, origin.tools)


def _with_turn(
    model: Model, found: LineExplanation, owner: Owner, tools: frozenset[str]
) -> LineExplanation:
    """What the log still knows of the turn; of a deleted thread only its ids are left."""
    thread_id, turn_id = ThreadId(owner.thread_id), TurnId(owner.turn_id)
    found = attrs.evolve(found, thread_id=thread_id, turn_id=turn_id)
    thread = model.threads.get(thread_id)
    turn = None if thread is None else thread.turns.get(turn_id)
    if thread is None or turn is None:
        return found
    used = None if turn.usage is None else turn.usage.model
    found = attrs.evolve(
        found,
        number=turn.number,
        prompt=turn.prompt,
        provider=thread.provider,
        model=turn.model or used,
    )
    if len(tools) != 1:
        return found
    item_id = ItemId(next(iter(tools)).rpartition("/")[2])
    item = turn.items.get(item_id)
    actions = thread.actions.values()
    asked = [one for one in actions if (one.turn_id, one.item_id) == (turn_id, item_id)]
    return attrs.evolve(
        found,
        item_id=item_id,
        tool_title=None if item is None else item.title,
        action_id=asked[-1].action_id if asked else None,
        decided_by=asked[-1].by if asked else None,
    )
