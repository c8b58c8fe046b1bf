"""`peon log salvage`: a sound log of what can be read of a damaged one, which is kept aside."""

import sys
from pathlib import Path
from typing import Final

from peon.cli.complaints import complain
from peon.cli.reading import state_folder
from peon.domain.project import LOST
from peon.errors import PeonError
from peon.journal.failures import cannot_open
from peon.journal.filesystem import LocalFileSystem
from peon.journal.inspection import verify
from peon.journal.salvage import Lost, Salvaged, salvage
from peon.journal.staging import is_half_replaced
from peon.wire import encode_event
from peon_protocol.events import EventErased, StoredEvent
from peon_protocol.ids import EventId, ThreadId
from peon_protocol.values import Actor, ActorKind, ErasureReason

_SHOWN: Final = 20
_NEVER: Final = "1970-01-01T00:00:00.000Z"
"""When an event happened of which nothing is known."""


def salvage_log(state_dir: Path | None) -> int:
    """Save what can be saved, and say what was lost; the exit code is 1 if it could not be done."""
    folder = state_folder(state_dir)
    try:
        if not _is_broken(folder):
            sys.stdout.write("Nothing is damaged here, and nothing was changed.\n")
            return 0
        saved = salvage(folder, blank=Blanks().event)
    except PeonError as error:
        complain(error)
        return 1
    except OSError as error:
        complain(cannot_open(folder, error))
        return 1
    sys.stdout.write(told(saved))
    return 0


class Blanks:
    """Makes the events that stand for lost ones: a stream of their own, without gaps."""

    def __init__(self) -> None:
        self._count = 0

    def event(self, sequence: int) -> bytes:
        """The event that says that `sequence` is lost."""
        self._count += 1
        payload = EventErased(thread_id=ThreadId(LOST), reason=ErasureReason.LOST)
        return encode_event(
            StoredEvent(
                sequence=sequence,
                event_id=EventId(f"{LOST}:{sequence}"),
                stream_id=LOST,
                version=self._count,
                type=payload.TYPE,
                schema=payload.SCHEMA,
                occurred_at=_NEVER,
                command_id=None,
                command_digest=None,
                causation_id=None,
                correlation_id=None,
                actor=Actor(ActorKind.SERVER, "peon"),
                payload=payload,
            )
        )


def told(saved: Salvaged) -> str:
    """What was saved and what was not, for people."""
    lines = [f"log {saved.log_id}: {saved.kept} events saved; it ends at {saved.head}"]
    lines += [f"lost: {_span(lost)}" for lost in saved.lost[:_SHOWN]]
    if len(saved.lost) > _SHOWN:
        lines.append(f"lost: events in {len(saved.lost) - _SHOWN} more places")
    if not saved.lost:
        lines.append("no event was lost")
    lines.append(f"the damaged log is kept in {saved.aside}")
    return "".join(f"{line}\n" for line in lines)


def _is_broken(folder: Path) -> bool:
    """A log that was being replaced when the process ended counts too: that is finished here."""
    return is_half_replaced(LocalFileSystem(), folder) or not verify(folder).sound


def _span(lost: Lost) -> str:
    if lost.first == lost.last:
        return f"event {lost.first}"
    return f"events {lost.first} to {lost.last}"
