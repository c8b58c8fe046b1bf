"""Turns that are over rest as the JSON they are written as: encoded once, made anew when looked at.

Nothing happens to a turn after its end, and a model is mostly made of such turns. So a snapshot
copies their bytes, a start need not read them, and in memory they take little more than their text.
"""

from collections.abc import Iterator, Mapping, MutableMapping

import attrs

from peon.domain.model import Model, Thread, Turn
from peon.domain.project import project
from peon.wire import already_json, dumps, loads, split_object, structure_trusted, unstructure
from peon_protocol.events import StoredEvent, TurnCompleted, TurnFailed
from peon_protocol.ids import TurnId


class Turns(MutableMapping[TurnId, Turn]):
    """The turns of a thread, in their order. What is done to one that rests is done to a copy."""

    def __init__(self, turns: Mapping[TurnId, Turn | bytes]) -> None:
        self._turns = dict(turns)

    def rest(self, turn_id: TurnId) -> None:
        """The turn is over: keep what it is written as."""
        self._turns[turn_id] = self.encoded(turn_id)

    def encoded(self, turn_id: TurnId) -> bytes:
        """The turn as it is written."""
        turn = self._turns[turn_id]
        return turn if isinstance(turn, bytes) else encode_turn(turn)

    def __getitem__(self, turn_id: TurnId) -> Turn:
        turn = self._turns[turn_id]
        return decode_turn(turn) if isinstance(turn, bytes) else turn

    def __setitem__(self, turn_id: TurnId, turn: Turn) -> None:
        self._turns[turn_id] = turn

    def __delitem__(self, turn_id: TurnId) -> None:
        del self._turns[turn_id]

    def __iter__(self) -> Iterator[TurnId]:
        return iter(self._turns)

    def __len__(self) -> int:
        return len(self._turns)

    def __contains__(self, turn_id: object) -> bool:
        return turn_id in self._turns

    def __repr__(self) -> str:
        return repr(dict(self))


def fold(model: Model, stored: StoredEvent) -> None:
    """Fold one event, and lay to rest the turn that it ends."""
    project(model, stored)
    event = stored.payload
    if isinstance(event, TurnCompleted | TurnFailed):
        thread = model.threads.get(event.thread_id)
        if thread is not None and event.turn_id in thread.turns:
            resting(thread).rest(event.turn_id)


def resting(thread: Thread) -> Turns:
    """The turns of the thread, as they can be laid to rest."""
    if not isinstance(thread.turns, Turns):
        thread.turns = Turns(thread.turns)
    return thread.turns


def encode_turn(turn: Turn) -> bytes:
    """The turn as it is written, in a buffer of its own size."""
    return memoryview(dumps(unstructure(turn))).tobytes()


def decode_turn(encoded: bytes) -> Turn:
    """The turn that was written. Raises ParamsInvalid or ValueError for one of another shape."""
    return structure_trusted(loads(encoded), Turn)


def encode_thread(thread: Thread) -> bytes:
    """The thread as it is written, from the bytes of its turns."""
    written = unstructure(attrs.evolve(thread, turns={}))
    if not isinstance(written, dict):
        raise TypeError("a thread is written as an object")
    turns = resting(thread)
    written["turns"] = {each: already_json(turns.encoded(each)) for each in turns}
    return dumps(written)


def decode_thread(encoded: bytes) -> Thread:
    """The thread that was written; its turns are left as they are, but for the one under way.

    Raises ParamsInvalid or ValueError for one of another shape.
    """
    members = split_object(encoded)
    turns = split_object(members.pop("turns"))
    written = {name: loads(each) for name, each in members.items()}
    thread = structure_trusted({**written, "turns": {}}, Thread)
    thread.turns = Turns({TurnId(each): turn for each, turn in turns.items()})
    if thread.current is not None:
        thread.turns[thread.current] = thread.turns[thread.current]
    return thread
