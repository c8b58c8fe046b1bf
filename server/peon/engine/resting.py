"""What is over rests as the JSON it is written as: encoded once, made anew when it is looked at.

Nothing happens to a turn after its end, nor to an action that was answered, nor to a checkpoint,
and a model is mostly made of these. So a snapshot copies their bytes, a start need not read them,
and in memory they take little more than their text.

A thread is written as two lines, what it is and what rests in it; the second is first read when
something in it is wanted. Most threads are never looked at again.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import cached_property
from typing import Any, Final, TypeVar

import attrs
import msgspec

from peon.domain.model import Action, Checkpoint, Item, Model, Thread, Turn
from peon.domain.project import project
from peon.wire import (
    already_json,
    dumps,
    loads,
    parter,
    structure_trusted,
    take_apart,
    unstructure,
)
from peon_protocol.events import StoredEvent, TurnCompleted, TurnFailed
from peon_protocol.ids import TurnId
from peon_protocol.values import JsonValue

K = TypeVar("K", bound=str)
V = TypeVar("V")


class Resting(MutableMapping[K, V]):
    """Values of one class by their ids, in their order; some rest, the others are awake.

    What is done to one that rests is done to a copy; `read` makes it.
    """

    def __init__(
        self,
        kind: type[V],
        values: Callable[[], Mapping[K, V | bytes]],
        read: Callable[[bytes], V] | None = None,
    ) -> None:
        """`values` is asked when the first of them is wanted."""
        self._kind = kind
        self._ask = values
        self._read = read or self._whole

    @cached_property
    def _values(self) -> dict[K, V | bytes]:
        return dict(self._ask())

    @cached_property
    def _awake(self) -> set[K]:
        return {key for key, value in self._values.items() if not isinstance(value, bytes)}

    @property
    def awake(self) -> tuple[K, ...]:
        """The ids of those that do not rest."""
        return tuple(self._awake)

    def rest(self, key: K) -> None:
        """Nothing will happen to this one any more."""
        self._values[key] = self.encoded(key)
        self._awake.discard(key)

    def wake(self, key: K) -> None:
        """Something may still happen to this one."""
        value = self._values[key]
        self[key] = self._whole(value) if isinstance(value, bytes) else value

    def encoded(self, key: K) -> bytes:
        """One as it is written, in a buffer of its own size."""
        value = self._values[key]
        if isinstance(value, bytes):
            return value
        return memoryview(dumps(unstructure(value))).tobytes()

    def written(self) -> Any:
        """All of them, as JSON that needs no more writing."""
        return {key: already_json(self.encoded(key)) for key in self._values}

    def __getitem__(self, key: K) -> V:
        value = self._values[key]
        return self._read(value) if isinstance(value, bytes) else value

    def _whole(self, value: bytes) -> V:
        return structure_trusted(loads(value), self._kind)

    def __setitem__(self, key: K, value: V) -> None:
        self._values[key] = value
        self._awake.add(key)

    def __delitem__(self, key: K) -> None:
        del self._values[key]
        self._awake.discard(key)

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __repr__(self) -> str:
        return repr(dict(self))


def fold(model: Model, stored: StoredEvent) -> None:
    """Fold one event; where it ends a turn, lay to rest what is over with it."""
    project(model, stored)
    event = stored.payload
    if isinstance(event, TurnCompleted | TurnFailed):
        thread = model.threads.get(event.thread_id)
        if thread is not None:
            _lay_to_rest(thread)


def _lay_to_rest(thread: Thread) -> None:
    thread.turns = turns = _resting_turns(thread.turns)
    thread.actions = actions = _resting(Action, thread.actions)
    thread.checkpoints = checkpoints = _resting(Checkpoint, thread.checkpoints)
    for turn_id in turns.awake:
        if turn_id != thread.current:
            turns.rest(turn_id)
    for action_id in actions.awake:
        if action_id not in thread.pending:
            actions.rest(action_id)
    for checkpoint_id in checkpoints.awake:
        checkpoints.rest(checkpoint_id)


def _resting(kind: type[V], values: MutableMapping[K, V]) -> Resting[K, V]:
    """The values, as they can be laid to rest."""
    return values if isinstance(values, Resting) else Resting(kind, lambda: values)


def _resting_turns(values: MutableMapping[TurnId, Turn]) -> Resting[TurnId, Turn]:
    return values if isinstance(values, Resting) else Resting(Turn, lambda: values, _read_turn)


def _read_turn(encoded: bytes) -> Turn:
    """The turn, whose items go on resting: of thousands the last few are wanted, or none."""
    try:
        read, resting = _take_turn_apart(encoded)
    except msgspec.DecodeError:
        # An older version wrote it, or there is text in it that is none.
        return structure_trusted(loads(encoded), Turn)
    turn = structure_trusted({**read, "items": {}}, Turn)
    items: Mapping[Any, bytes] = resting["items"]
    turn.items = Resting(Item, lambda: items)
    return turn


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
    members = unstructure(attrs.evolve(thread, turns={}, actions={}, checkpoints={}))
    if not isinstance(members, dict):
        raise TypeError("a thread is written as an object")
    resting = {
        "turns": _resting_turns(thread.turns).written(),
        "actions": _resting(Action, thread.actions).written(),
        "checkpoints": _resting(Checkpoint, thread.checkpoints).written(),
    }
    return _lines({name: members[name] for name in members if name not in _RESTING}, resting)


def decode_thread(encoded: bytes) -> Thread:
    """The thread that was written. What is over goes on resting.

    Raises ParamsInvalid or ValueError for one of another shape; what rests in it is looked at only
    when it is wanted.
    """
    end = encoded.index(b"\n")
    thread = structure_trusted(loads(encoded[:end]), Thread)
    past = _Past(memoryview(encoded)[end + 1 :])
    thread.turns = Resting(Turn, past.part("turns"), _read_turn)
    thread.actions = Resting(Action, past.part("actions"))
    thread.checkpoints = Resting(Checkpoint, past.part("checkpoints"))
    if thread.current is not None:
        thread.turns.wake(thread.current)
    for action_id in thread.pending:
        thread.actions.wake(action_id)
    return thread


def thread_as_json(encoded: bytes) -> JsonValue:
    """The thread that was written, as one object."""
    head, past = map(loads, encoded.split(b"\n"))
    if not isinstance(head, dict) or not isinstance(past, dict):
        raise TypeError("a thread is written as two objects")
    return {**head, **past}


def thread_from_json(thread: JsonValue) -> bytes:
    """As `encode_thread` would have written it."""
    if not isinstance(thread, dict):
        raise TypeError("a thread is one object")
    head = {name: value for name, value in thread.items() if name not in _RESTING}
    return _lines(head, {name: thread[name] for name in _RESTING})


def _lines(head: JsonValue, past: JsonValue) -> bytes:
    return dumps(head) + b"\n" + dumps(past)


_RESTING: Final = ("turns", "actions", "checkpoints")
_take_turn_apart: Final = parter(Turn, ("items",))
