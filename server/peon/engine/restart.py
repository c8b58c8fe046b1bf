"""The read model after a start: a snapshot, and the events behind it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from peon.domain.model import Model
from peon.engine import snapshots
from peon.engine.resting import fold
from peon.engine.upcasting import upcast
from peon.journal.port import EventStore, Recovered
from peon.journal.snapshot_reading import ReadSnapshot
from peon.wire import decode_trusted
from peon_protocol.ids import ThreadId

_PAGE: Final = 1000

Reading = Callable[[int], None]
"""Told now and then which event was read last: thousands a second, of a log of millions."""


def unheard(_: int) -> None:
    """Nobody wants to know how far it is."""


@attrs.frozen
class Restarted:
    """The model, and what the snapshot holds of it: its sequence, and each thread's."""

    model: Model
    through: int
    written: Mapping[ThreadId, int]


def restart(recovered: Recovered, reading: Reading = unheard) -> Restarted:
    """Fold what was found. Raises JournalDamaged, UnknownEvent or EventInvalid."""
    records = recovered.records
    if records is not None and recovered.upcast_from is not None:
        records = upcast(records, recovered.upcast_from)
    model = Model() if records is None else snapshots.decode(records)
    written = {each: thread.sequence for each, thread in model.threads.items()}
    for number, body in enumerate(recovered.events, 1):
        fold(model, decode_trusted(body))
        if number % _PAGE == 0:
            reading(model.sequence)
    return Restarted(model, recovered.sequence, written)


def model_of(base: ReadSnapshot) -> Model:
    """The model that a base snapshot holds, whatever classes it was made with."""
    made_by = base.header.fingerprint
    upcast_from = None if made_by == snapshots.fingerprint() else made_by
    sequence = base.header.sequence
    return restart(Recovered(sequence, base.records, iter(()), (), (), upcast_from)).model


async def fold_durable(store: EventStore, base: Model | None = None) -> Model:
    """The model that everything durable makes, while others have their turn in between.

    `base` stands for what is gone of the log.
    """
    model = base or Model()
    while model.sequence < store.durable:
        for body in await store.read(model.sequence, _PAGE):
            fold(model, decode_trusted(body))
        await asyncio.sleep(0)
    return model
