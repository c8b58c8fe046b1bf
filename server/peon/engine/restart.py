"""The read model after a start: a snapshot, and the events behind it."""

from peon.domain.model import Model
from peon.domain.project import project
from peon.engine import snapshots
from peon.journal.port import Recovered
from peon.wire import decode_trusted


def model_of(recovered: Recovered) -> Model:
    """Fold what was found. Raises JournalDamaged, UnknownEvent or EventInvalid."""
    model = Model() if recovered.records is None else snapshots.decode(recovered.records)
    for body in recovered.events:
        project(model, decode_trusted(body))
    return model
