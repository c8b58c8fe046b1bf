"""Writing a thread, whose turns may be many.

Each is written when it has been looked at, and others have their turn in between. So little is left
to do when the answer is made that nothing newer is sent before it.
"""

from typing import Any, Final

import attrs

from peon.rpc.answers import WrittenAnswer
from peon.rpc.caller import Caller
from peon.rpc.dispatch import Outcome
from peon.wire import already_json, dumps, unstructure, unstructurer
from peon_protocol.ids import TurnId
from peon_protocol.queries import ReadThread
from peon_protocol.results import ThreadReading
from peon_protocol.views import TurnView

_unstructure_turn: Final = unstructurer(TurnView)


def read_thread(caller: Caller, query: ReadThread) -> Outcome:
    """A short one is answered at once."""
    at_once = caller.core.query_at_once(query)
    return _read(caller, query) if at_once is None else at_once


async def _read(caller: Caller, query: ReadThread) -> WrittenAnswer:
    writing = _Writing()
    return writing.answer(await caller.core.read_thread(query, writing.turn))


class _Writing:
    """The turns of one answer, as they were written."""

    def __init__(self) -> None:
        self._turns: dict[TurnId, tuple[TurnView, Any]] = {}

    def turn(self, view: TurnView) -> Any:
        """The turn as JSON."""
        of, written = self._turns.get(view.turn_id, (None, None))
        if of is not view:
            written = already_json(dumps(_unstructure_turn(view)))
            self._turns[view.turn_id] = view, written
        return written

    def answer(self, reading: ThreadReading) -> WrittenAnswer:
        turns = [self.turn(each) for each in reading.thread.turns]
        head = attrs.evolve(reading, thread=attrs.evolve(reading.thread, turns=()))
        rest: Any = unstructure(head)
        rest["thread"]["turns"] = turns
        return WrittenAnswer(rest)
