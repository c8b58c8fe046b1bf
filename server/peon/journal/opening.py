"""Opening a log: what a start finds, how it judges and mends that, and where it goes on."""

from collections.abc import Iterator
from pathlib import Path

import attrs

from peon.journal.catalog import Catalog
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import FileSystem, LocalFileSystem
from peon.journal.folders import SEGMENTS, SNAPSHOTS
from peon.journal.port import Recovered
from peon.journal.reading import read_events
from peon.journal.recovery import examine_log, mend_log
from peon.journal.retention import load_base
from peon.journal.segments import LogEnd, SegmentWriter
from peon.journal.snapshot_reading import ReadSnapshot
from peon.journal.snapshots import LoadedSnapshot, SnapshotFolder, discard_drafts
from peon.runtime.ids import IdSource, RandomIds

SEGMENT_BYTES = 64 << 20
TAIL_BYTES = 64 << 20


@attrs.frozen(kw_only=True)
class StoreOptions:
    """Sizes, and the parts that tests replace."""

    filesystem: FileSystem = attrs.field(factory=LocalFileSystem)
    ids: IdSource = attrs.field(factory=RandomIds)
    segment_bytes: int = SEGMENT_BYTES
    """A segment is sealed when it has this size; one commit may pass it."""
    tail_bytes: int = TAIL_BYTES
    """What the newest events may cost in memory."""


@attrs.frozen
class OpenedLog:
    """A log that has been recovered and can be written to."""

    writer: SegmentWriter
    catalog: Catalog
    snapshots: SnapshotFolder
    end: LogEnd
    recovered: Recovered


def open_log(directory: Path, *, fingerprint: str, options: StoreOptions) -> OpenedLog:
    """Recover the log of a state folder and open it for writing. The caller owns the folder.

    Nothing is changed before all that has to be refused has been refused.
    """
    filesystem, folder = options.filesystem, directory / SEGMENTS
    log = examine_log(filesystem, folder)
    end = log.end or LogEnd(options.ids.fresh(), 0, 0, None, 0, 0)
    snapshots = SnapshotFolder(
        filesystem, directory / SNAPSHOTS, log_id=end.log_id, fingerprint=fingerprint
    )
    if log.end is None and not snapshots.empty:
        raise JournalDamaged(folder, 0, "there are snapshots of a log, and the log is missing")
    catalog = Catalog(log.segments)
    for mark in log.marks:
        catalog.noted(log.segments[-1], mark)
    loaded = snapshots.load(head=end.head)
    base = _needed_base(filesystem, directory, end, catalog.base, loaded)
    torn = mend_log(filesystem, folder, log)
    discard_drafts(filesystem, directory / SNAPSHOTS)
    # A snapshot whose name is not yet durable must not come to be the only one.
    filesystem.sync_folder(directory / SNAPSHOTS)
    writer = SegmentWriter(
        filesystem, folder, end, segment_bytes=options.segment_bytes, made=catalog.added
    )
    if base is None:
        events = _behind(filesystem, catalog, end, loaded.sequence)
        recovered = Recovered(loaded.sequence, loaded.records, events, torn, loaded.ignored)
    else:
        made_by = base.header.fingerprint
        recovered = Recovered(
            base.header.sequence,
            base.records,
            _behind(filesystem, catalog, end, base.header.sequence),
            torn,
            loaded.ignored,
            None if made_by == fingerprint else made_by,
        )
    return OpenedLog(writer, catalog, snapshots, end, recovered)


def _needed_base(
    filesystem: FileSystem, directory: Path, end: LogEnd, base: int, loaded: LoadedSnapshot
) -> ReadSnapshot | None:
    """The base snapshot, where the beginning of the log is gone and no newer one can be used."""
    if loaded.sequence >= base:
        return None
    return load_base(filesystem, directory / SNAPSHOTS, log_id=end.log_id, base=base, head=end.head)


def _behind(filesystem: FileSystem, catalog: Catalog, end: LogEnd, after: int) -> Iterator[bytes]:
    if after >= end.head:
        return iter(())
    segments = catalog.holding(after + 1)
    _, mark = catalog.locate(after + 1)
    return read_events(filesystem, segments, end.log_id, after, end.head, start=mark)
