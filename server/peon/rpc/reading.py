"""Writing a thread, whose turns may be many, piece by piece."""

import asyncio
from typing import Any, Final

import attrs

from peon.rpc.answers import WrittenAnswer
from peon.rpc.caller import Caller
from peon.rpc.dispatch import Outcome
from peon.runtime.settings import KIB
from peon.wire import already_json, dumps, unstructure, unstructurer
from peon_protocol.queries import ReadThread
from peon_protocol.results import ThreadReading
from peon_protocol.views import TurnView

_SLICE_BYTES: Final = 64 * KIB
"""After so much writing the loop is given to others."""
_unstructure_turn: Final = unstructurer(TurnView)


def read_thread(caller: Caller, query: ReadThread) -> Outcome:
    """A short one is answered at once."""
    at_once = caller.core.query_at_once(query)
    return _read(caller, query) if at_once is None else at_once


async def _read(caller: Caller, query: ReadThread) -> WrittenAnswer:
    reading = await caller.query(query, ThreadReading)
    turns: list[Any] = []
    written = 0
    for turn in reading.thread.turns:
        body = dumps(_unstructure_turn(turn))
        turns.append(already_json(body))
        written += len(body)
        if written >= _SLICE_BYTES:
            written = 0
            await asyncio.sleep(0)
    rest: Any = unstructure(attrs.evolve(reading, thread=attrs.evolve(reading.thread, turns=())))
    rest["thread"]["turns"] = turns
    return WrittenAnswer(rest)
