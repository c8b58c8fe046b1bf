"""Reading a state folder from outside: no lock is taken, nothing is made, moved or mended.

A server may be writing meanwhile: what is read is the log as it was a moment ago.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from peon.domain.model import Model
from peon.engine import snapshots
from peon.engine.restart import model_of, restart
from peon.engine.resting import fold
from peon.journal.catalog import Catalog
from peon.journal.failures import JournalDamaged, cannot_open
from peon.journal.filesystem import LocalFileSystem
from peon.journal.folders import SEGMENTS, SNAPSHOTS
from peon.journal.lock import LOCK_NAME, Holder, boot_id, read_holder
from peon.journal.port import Recovered
from peon.journal.reading import read_events
from peon.journal.recovery import ExaminedLog, examine_log, list_log
from peon.journal.retention import load_base
from peon.journal.segments import LogEnd
from peon.journal.snapshots import SnapshotFolder
from peon.runtime.settings import default_state_dir
from peon.wire import decode_event

_FILES: Final = LocalFileSystem()
_ATTEMPTS: Final = 3

if sys.platform == "win32":

    def _is_locked(path: Path) -> bool:
        """There a lock cannot be looked at without taking it: the remark in the file must do."""
        return path.exists()

else:
    import fcntl

    def _is_locked(path: Path) -> bool:
        """A shared lock that is asked for and let go at once tells; it is no owner's."""
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


@attrs.frozen
class StandingLog:
    """The log of a state folder as it stood when it was looked at."""

    folder: Path
    examined: ExaminedLog
    end: LogEnd

    @property
    def base(self) -> int:
        """The last sequence that is no longer kept."""
        return Catalog(self.examined.segments).base

    def events(self, after: int) -> Iterator[bytes]:
        """Every event behind `after`, each checked against the chain. Raises JournalDamaged."""
        after = max(after, self.base)
        segments = list(self.examined.segments)
        while after < self.end.head:
            holding = Catalog(segments).holding(after + 1)
            try:
                for body in read_events(_FILES, holding, self.end.log_id, after, self.end.head):
                    after += 1
                    yield body
            except FileNotFoundError:
                # A server compresses the segments; what is the same as before is really gone.
                before, segments = segments, [*list_log(_FILES, self.folder / SEGMENTS).segments]
                if before == segments:
                    raise

    def model(self) -> Model:
        """The read model as a server would have it.

        Raises JournalDamaged, Unavailable, UnknownEvent and EventInvalid.
        """
        folder = SnapshotFolder(
            _FILES,
            self.folder / SNAPSHOTS,
            log_id=self.end.log_id,
            fingerprint=snapshots.fingerprint(),
        )
        loaded = folder.load(head=self.end.head)
        if loaded.sequence >= self.base:
            events = self.events(loaded.sequence)
            return restart(Recovered(loaded.sequence, loaded.records, events, (), ())).model
        model = model_of(
            load_base(
                _FILES,
                self.folder / SNAPSHOTS,
                log_id=self.end.log_id,
                base=self.base,
                head=self.end.head,
            )
        )
        for body in self.events(model.sequence):
            fold(model, decode_event(body))
        return model


def owner_of(folder: Path) -> Holder | None:
    """The process that owns a state folder now; what the lock file says may be long past."""
    path = folder / LOCK_NAME
    holder = read_holder(path)
    if holder is None or holder.boot_id != boot_id():
        return None
    return holder if _is_locked(path) else None


def state_folder(wanted: Path | None) -> Path:
    """Where the state is, or would be."""
    return wanted or default_state_dir()


def standing_log(folder: Path) -> StandingLog | None:
    """The log of a state folder; None where there is none yet.

    Raises JournalDamaged, and Unavailable where it cannot be read.
    """
    doubt: JournalDamaged | None = None
    for _ in range(_ATTEMPTS):
        try:
            examined = examine_log(_FILES, folder / SEGMENTS)
        except FileNotFoundError:
            # Nothing is there, or a segment was compressed between two looks.
            continue
        except JournalDamaged as damage:
            # A line that was half written when it was read, and whole with another behind it when
            # its end was looked for, is no damage: only what is found twice in a place is.
            if doubt is not None and str(doubt) == str(damage):
                raise
            doubt = damage
            continue
        except OSError as error:
            raise cannot_open(folder, error) from error
        return None if examined.end is None else StandingLog(folder, examined, examined.end)
    if doubt is not None:
        raise doubt
    return None
