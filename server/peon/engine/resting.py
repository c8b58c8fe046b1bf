"""What is over rests as the JSON it is written as: encoded once, made anew when it is looked at.

Nothing happens to a turn after its end, nor to an action that was answered, nor to a checkpoint,
and a model is mostly made of these. So a snapshot copies their bytes, a start need not read them,
and in memory they take little more than their text.

How a thread is written stands in `records.py`.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import cached_property
from typing import Any, Final, TypeVar

import msgspec

from peon.domain.model import Action, Checkpoint, Item, Model, Thread, Turn
from peon.domain.project import project
from peon.wire import already_json, dumps, loads, parter, structure_trusted, unstructure
from peon_protocol.events import StoredEvent, TurnCompleted, TurnFailed
from peon_protocol.ids import TurnId

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
    def is_untouched(self) -> bool:
        """Whether none of them was ever wanted, so that they are as they were written."""
        return "_values" not in self.__dict__

    @property
    def awake(self) -> tuple[K, ...]:
        """The ids of those that do not rest."""
        return tuple(self._awake)

    def standing(self, key: K) -> object:
        """The bytes or the object that it is now."""
        return self._values[key]

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
    thread.turns = turns = resting_turns(thread.turns)
    thread.actions = actions = resting(Action, thread.actions)
    thread.checkpoints = checkpoints = resting(Checkpoint, thread.checkpoints)
    for turn_id in turns.awake:
        if turn_id != thread.current:
            turns.rest(turn_id)
    for action_id in actions.awake:
        if action_id not in thread.pending:
            actions.rest(action_id)
    for checkpoint_id in checkpoints.awake:
        checkpoints.rest(checkpoint_id)


def resting(kind: type[V], values: MutableMapping[K, V]) -> Resting[K, V]:
    """The values, as they can be laid to rest."""
    return values if isinstance(values, Resting) else Resting(kind, lambda: values)


def standing(values: Mapping[K, V], key: K) -> object:
    """What stands for one that is over: another object as soon as something has happened to it."""
    return values.standing(key) if isinstance(values, Resting) else values[key]


def resting_turns(values: MutableMapping[TurnId, Turn]) -> Resting[TurnId, Turn]:
    """As `resting`, of turns."""
    return values if isinstance(values, Resting) else Resting(Turn, lambda: values, read_turn)


def read_turn(encoded: bytes) -> Turn:
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


_take_turn_apart: Final = parter(Turn, ("items",))
