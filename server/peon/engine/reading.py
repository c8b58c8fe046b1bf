"""One thread with its turns and checkpoints, which may be many.

What is over is looked at a little at a time, so that nobody waits for a long past. In the end the
rest is added at once, and what has changed meanwhile is looked at again: an answer is true at one
sequence.
"""

import sys
from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from peon.domain.lookup import require_thread
from peon.domain.model import Checkpoint, Model, Thread
from peon.engine.gists import Gist, heading_of
from peon.engine.resting import standing
from peon.engine.views import of_thread, of_turn, sharing
from peon_protocol.ids import CheckpointId, TurnId
from peon_protocol.queries import ReadThread
from peon_protocol.results import ThreadReading
from peon_protocol.views import TurnView

AT_ONCE: Final = 64
"""After so many turns, items and checkpoints the loop is given to others."""


Seen: TypeAlias = Callable[[TurnView], object]


def unseen(_: TurnView) -> None:
    """Nobody looks at the turns before the answer is there."""


@attrs.frozen
class _SeenTurn:
    """A turn as it is told, of whose items the first `left` are left out; what it was made of."""

    view: TurnView
    items: int
    left: int
    of: object

    def is_still(self, of: object, *, is_undone: bool, room: int) -> bool:
        """Whether it would be told the same."""
        same_items = self.left == max(0, self.items - room)
        return self.of is of and self.view.undone == is_undone and same_items


@attrs.frozen
class _SeenCheckpoint:
    checkpoint: Checkpoint
    of: object


class ThreadReader:
    """Answers one query: `look` as long as there is more, and then `answer`.

    Both raise CommandRejected(ThreadNotFound), also where the thread is deleted meanwhile. Each
    turn that was looked at is shown to `seen`; unless it has changed, the same object is in the
    answer.
    """

    def __init__(self, query: ReadThread, seen: Seen = unseen) -> None:
        self._query = query
        self._show = seen
        self._turns: dict[TurnId, _SeenTurn] = {}
        self._checkpoints: dict[CheckpointId, _SeenCheckpoint] = {}
        self._ahead: tuple[list[TurnId], list[CheckpointId]] | None = None
        self._room = self._items

    def look(self, model: Model) -> bool:
        """Look at some of what is over, from the newest; whether there is more of it."""
        found = require_thread(model, self._query.thread_id)
        if self._ahead is None:
            self._ahead = self._chosen(found), list(found.checkpoints)
        turns, checkpoints = self._ahead
        left = self._look_at_turns(found, turns)
        while checkpoints and left > 0:
            checkpoint_id = checkpoints.pop()
            if checkpoint_id in found.checkpoints:
                self._checkpoints[checkpoint_id] = self._checkpoint(found, checkpoint_id)
                left -= 1
        return bool(turns or checkpoints)

    def _look_at_turns(self, found: Thread, ahead: list[TurnId]) -> int:
        """How much may still be looked at."""
        undone = frozenset(found.undone)
        left = AT_ONCE
        while ahead and left > 0:
            turn_id = ahead.pop()
            if turn_id == found.current or turn_id not in found.turns:
                continue
            seen = self._turn(found, turn_id, undone, self._room)
            self._turns[turn_id] = seen
            self._show(seen.view)
            left -= 1 + seen.items - seen.left
            self._room -= seen.items
            if self._room <= 0:
                ahead.clear()
        return left

    def answer(self, model: Model) -> ThreadReading:
        """The thread as it is now."""
        found = require_thread(model, self._query.thread_id)
        undone = frozenset(found.undone)
        turns: list[TurnView] = []
        room, left = self._items, 0
        for turn_id in reversed(self._chosen(found)):
            seen = self._turn(found, turn_id, undone, room)
            turns.append(seen.view)
            room, left = room - seen.items, seen.left
            if room <= 0:
                break
        past = Gist(
            turn_count=len(found.turns),
            checkpoint_count=len(found.checkpoints),
            heading=heading_of(found),
            turns=(),
            checkpoints=tuple(
                self._checkpoint(found, each).checkpoint for each in found.checkpoints
            ),
        )
        thread = of_thread(model, found, past, tuple(reversed(turns)), sharing(model, found))
        return ThreadReading(thread=thread, items_before=left, sequence=model.sequence)

    @property
    def _items(self) -> int:
        """How many items are wanted."""
        turns = self._query.turns
        if not self._query.with_items or turns is None or turns.items is None:
            return sys.maxsize
        return max(0, turns.items)

    def _chosen(self, found: Thread) -> list[TurnId]:
        chosen = list(found.turns)
        wanted = self._query.turns
        if wanted is None:
            return chosen
        end = len(chosen) if wanted.before is None else max(0, min(wanted.before - 1, len(chosen)))
        return chosen[max(0, end - max(0, wanted.limit)) : end]

    def _turn(
        self, found: Thread, turn_id: TurnId, undone: frozenset[TurnId], room: int
    ) -> _SeenTurn:
        """A turn with no more than `room` of its items."""
        of, is_undone = standing(found.turns, turn_id), turn_id in undone
        seen = self._turns.get(turn_id)
        if seen is not None and seen.is_still(of, is_undone=is_undone, room=room):
            return seen
        turn = found.turns[turn_id]
        if not self._query.with_items:
            return _SeenTurn(of_turn(turn, undone=is_undone, with_items=False), 0, 0, of)
        left = max(0, len(turn.items) - room)
        return _SeenTurn(of_turn(turn, undone=is_undone, left=left), len(turn.items), left, of)

    def _checkpoint(self, found: Thread, checkpoint_id: CheckpointId) -> _SeenCheckpoint:
        of = standing(found.checkpoints, checkpoint_id)
        seen = self._checkpoints.get(checkpoint_id)
        if seen is not None and seen.of is of:
            return seen
        return _SeenCheckpoint(found.checkpoints[checkpoint_id], of)
