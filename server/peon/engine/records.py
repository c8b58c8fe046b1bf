"""A thread as it is written: two lines, what it is and what rests in it.

The second is first read when something in it is wanted; most threads are never looked at again but
in a list, and what a list tells of the past stands in the first, as a text: a gist.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

import attrs

from peon.domain.model import Action, Checkpoint, Thread
from peon.engine.gists import PastTurns, written_gist
from peon.engine.resting import Resting, resting, resting_turns
from peon.runtime.settings import KIB
from peon.wire import dumps, loads, structure_trusted, take_apart, unstructure
from peon_protocol.values import JsonValue

LONGEST_GIST: Final = 16 * KIB
"""A longer one is not written: a start reads them all. The list then reads what rests."""


class _Past:
    """The second line of a thread, taken apart when something in it is wanted."""

    def __init__(self, line: memoryview) -> None:
        self._line = line

    def part(self, name: str) -> Callable[[], Mapping[Any, bytes]]:
        """What gives one of its parts, once."""
        return lambda: self._parts.pop(name)

    @cached_property
    def _parts(self) -> dict[str, dict[str, bytes]]:
        line, self._line = self._line, memoryview(b"")
        return take_apart(line)


def encode_thread(thread: Thread) -> bytes:
    """The thread as it is written, from the bytes of what rests in it."""
    gist = written_gist(thread)
    members = unstructure(attrs.evolve(thread, turns={}, actions={}, checkpoints={}))
    if not isinstance(members, dict):
        raise TypeError("a thread is written as an object")
    past = {
        "turns": resting_turns(thread.turns).written(),
        "actions": resting(Action, thread.actions).written(),
        "checkpoints": resting(Checkpoint, thread.checkpoints).written(),
    }
    head = {name: members[name] for name in members if name not in _RESTING}
    if len(gist) <= LONGEST_GIST:
        head[_GIST] = gist
    return _lines(head, past)


def decode_thread(encoded: bytes) -> Thread:
    """The thread that was written. What is over goes on resting.

    Raises ParamsInvalid or ValueError for one of another shape; what rests in it is looked at only
    when it is wanted.
    """
    end = encoded.index(b"\n")
    head = loads(encoded[:end])
    gist = head.pop(_GIST, None) if isinstance(head, dict) else None
    thread = structure_trusted(head, Thread)
    past = _Past(memoryview(encoded)[end + 1 :])
    thread.turns = PastTurns(past.part("turns"), gist if isinstance(gist, str) else None)
    thread.actions = Resting(Action, past.part("actions"))
    thread.checkpoints = Resting(Checkpoint, past.part("checkpoints"))
    if thread.current is not None:
        thread.turns.wake(thread.current)
    for action_id in thread.pending:
        thread.actions.wake(action_id)
    return thread


def thread_as_json(encoded: bytes) -> JsonValue:
    """The thread that was written, as one object, without the gist of it."""
    head, past = map(loads, encoded.split(b"\n"))
    if not isinstance(head, dict) or not isinstance(past, dict):
        raise TypeError("a thread is written as two objects")
    head.pop(_GIST, None)
    return {**head, **past}


def thread_from_json(thread: JsonValue) -> bytes:
    """As `encode_thread` would have written it, without a gist."""
    if not isinstance(thread, dict):
        raise TypeError("a thread is one object")
    head = {name: value for name, value in thread.items() if name not in _RESTING}
    return _lines(head, {name: thread[name] for name in _RESTING})


def _lines(head: JsonValue, past: JsonValue) -> bytes:
    return dumps(head) + b"\n" + dumps(past)


_RESTING: Final = ("turns", "actions", "checkpoints")
_GIST: Final = "gist"
"""Another name, should a gist get another shape: those that were written are written again."""
