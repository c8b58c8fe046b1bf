"""Base snapshots of older model classes, brought up to the present ones, step by step.

A snapshot of other classes is left aside and made again from the log. A base cannot be: it stands
for events that are gone. So for every shape of the model that a release has shipped with there is
a step to the next one, under the fingerprint it starts from.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

import attrs

from peon.engine import snapshots
from peon.errors import Unavailable
from peon.journal.snapshots import SnapshotRecord
from peon_protocol.values import JsonValue


@attrs.frozen
class Step:
    """From one shape of the model to the next: `change` is given each record, with its key."""

    leads_to: str
    change: Callable[[str, JsonValue], JsonValue]


Steps: TypeAlias = Mapping[str, Step]

STEPS: Final[Steps] = {}
"""By fingerprint. None is needed before the first release that is followed by another."""


def upcast(
    records: Iterable[SnapshotRecord],
    fingerprint: str,
    *,
    steps: Steps = STEPS,
    newest: str | None = None,
) -> tuple[SnapshotRecord, ...]:
    """The records as the present classes have them. Raises Unavailable where no step leads on."""
    newest = newest or snapshots.fingerprint()
    if fingerprint == newest:
        return tuple(records)
    found = [(record, snapshots.as_json(record)) for record in records]
    while fingerprint != newest:
        step = steps.get(fingerprint)
        if step is None:
            raise Unavailable(
                "the base snapshot of the log",
                f"it is of a shape, {fingerprint}, that this version does not know",
                "Start the newest version of Peon.",
            )
        found = [(record, step.change(record.key, raw)) for record, raw in found]
        fingerprint = step.leads_to
    return tuple(snapshots.from_json(record, raw) for record, raw in found)
